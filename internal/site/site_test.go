package site

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"rtbook/internal/book"
	"rtbook/internal/finding"
	"rtbook/runner"
)

var update = flag.Bool("update", false, "write the golden files anew")

// parse parses a book and fails if it has findings.
func parse(t testing.TB, files fstest.MapFS, dir string) *book.Book {
	t.Helper()
	b, findings := book.Parse(files, dir)
	for _, f := range findings {
		t.Fatalf("finding: %+v", f)
	}
	return b
}

// mapFS makes a file system of names and contents.
func mapFS(files map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, data := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(data)}
	}
	return fsys
}

// render parses and renders files and returns the pages by their names.
func render(t testing.TB, files map[string]string, dir string, outcomes map[string]Outcome) (map[string]string, []finding.Finding) {
	t.Helper()
	fsys := mapFS(files)
	in := Input{Book: parse(t, fsys, dir), Outcomes: outcomes, Assets: fsys}
	out, err := Render(in)
	if err != nil {
		t.Fatal(err)
	}
	found, err := Check(in)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(out.Findings, found); diff != "" {
		t.Errorf("what Render finds, and Check:\n%s", diff)
	}
	return contents(t, out), out.Findings
}

func contents(t testing.TB, files *Files) map[string]string {
	t.Helper()
	pages := map[string]string{}
	for _, name := range files.Names() {
		data, err := files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		pages[name] = string(data)
	}
	return pages
}

// bookYAML makes a folder a book.
const bookYAML = "title: Small Book\nurl: https://example.org/small/\ntoolchain: go1.26.8\ntarget: linux/amd64\n"

// smallBook is the book in testdata/book, with outcomes as they should be.
func smallBook(t testing.TB) Input {
	t.Helper()
	fsys := os.DirFS("testdata/book")
	b, findings := book.Parse(fsys, "notes")
	for _, f := range findings {
		t.Fatalf("finding: %+v", f)
	}
	both, compiled := []string{"yaegi", "go"}, []string{"go"}
	return Input{Book: b, Assets: fsys, Outcomes: map[string]Outcome{
		"notes/01-slots.md#fifty":  {Engines: both, Agreed: true, Status: runner.Done, Output: "asked for 50, got 64\n"},
		"notes/01-slots.md#cell-2": {Engines: both, Agreed: true, Status: runner.Done},
		"notes/01-slots.md#table":  {Engines: both, Agreed: true, Status: runner.Done, Output: "1 < 14\n2 < 14\n3 < 14\n"},
		"notes/01-slots.md#cell-4": {Engines: both, Agreed: true, Status: runner.Done, Output: "from the wings\n"},
		"notes/01-slots.md#real":   {Engines: compiled, Agreed: true, Status: runner.Done, Output: "50\n"},
	}}
}

func TestGolden(t *testing.T) {
	in := smallBook(t)
	files, err := Render(in)
	if err != nil {
		t.Fatal(err)
	}
	pages := contents(t, files)
	want := []string{"01-slots.html", "01-slots.md", "02-sink.html", "02-sink.md", "404.html", "all.html", "explore.css", "explore.js", "finder.js", "img/square.svg", "index.html", "index.md", "old/slots.html", "rtbook.css", "rtbook.js", "search.js", "sitemap.html", "sitemap.xml", "slots.html", "stepper.js", "sweep.js"}
	if diff := cmp.Diff(want, files.Names()); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	compareGolden(t, "", pages, "index.html", "01-slots.html", "02-sink.html", "old/slots.html", "sitemap.html", "sitemap.xml")
}

// compareGolden compares files of a site with those in a folder of
// testdata/golden.
func compareGolden(t *testing.T, folder string, pages map[string]string, names ...string) {
	t.Helper()
	for _, name := range names {
		golden := filepath.Join("testdata", "golden", folder, filepath.FromSlash(name))
		if *update {
			if err := os.MkdirAll(filepath.Dir(golden), 0o777); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(golden, []byte(pages[name]), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), pages[name]); diff != "" {
			t.Errorf("%s (-want +got), write it anew with -update if this is meant:\n%s", name, diff)
		}
	}
}

// TestDeterministic renders the same input with one processor and with many.
func TestDeterministic(t *testing.T) {
	var first map[string]string
	for i, procs := range []int{1, 4, 4} {
		func() {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
			files, err := Render(smallBook(t))
			if err != nil {
				t.Fatal(err)
			}
			if pages := contents(t, files); i == 0 {
				first = pages
			} else if diff := cmp.Diff(first, pages); diff != "" {
				t.Errorf("rendered again, the site differs:\n%s", diff)
			}
		}()
	}
}

// TestRenderTwice renders one parsed book twice: rendering must not change it.
func TestRenderTwice(t *testing.T) {
	in := smallBook(t)
	a, err := Render(in)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Render(in)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(contents(t, a), contents(t, b)); diff != "" {
		t.Error(diff)
	}
}

func TestFindings(t *testing.T) {
	files, err := Render(smallBook(t))
	if err != nil {
		t.Fatal(err)
	}
	if len(files.Findings) != 1 {
		t.Fatalf("got %d findings, want 1: %+v", len(files.Findings), files.Findings)
	}
	f := files.Findings[0]
	source, err := os.ReadFile("testdata/book/notes/02-sink.md")
	if err != nil {
		t.Fatal(err)
	}
	line := 1 + bytes.Count(source[:bytes.Index(source, []byte("[missing page]"))], []byte("\n"))
	if f.File != "notes/02-sink.md" || f.Line != line || !strings.Contains(f.Message, `"99-none.md"`) {
		t.Errorf("got %+v, want line %d and the link's address", f, line)
	}
}

func TestNameTaken(t *testing.T) {
	pages, findings := render(t, map[string]string{
		"notes/book.yaml":   bookYAML,
		"notes/index.md":    "# Start\n",
		"notes/01-one.md":   "---\ntitle: One\naliases: [uno]\n---\n\n# One\n",
		"notes/02-two.md":   "---\ntitle: Two\naliases: [uno, 01-one]\n---\n\n# Two\n",
		"notes/rtbook.css":  "mine",
		"notes/404.html":    "mine",
		"notes/01-one.html": "mine",
	}, "notes", nil)
	var got []string
	for _, f := range findings {
		got = append(got, f.File+": "+f.Message)
	}
	want := []string{
		"notes/01-one.html: 01-one.html of the site is already taken by notes/01-one.md",
		"notes/404.html: 404.html of the site is already taken by the site",
		"notes/rtbook.css: rtbook.css of the site is already taken by the theme",
		"notes/02-two.md: uno.html of the site is already taken by notes/01-one.md",
		"notes/02-two.md: 01-one.html of the site is already taken by notes/01-one.md",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	if strings.Contains(pages["01-one.html"]+pages["404.html"]+pages["rtbook.css"], "mine") {
		t.Error("an asset has taken a name of the site")
	}
}

// TestNameTakenInPlainFolder has what the folders of other tools hold.
func TestNameTakenInPlainFolder(t *testing.T) {
	pages, findings := render(t, map[string]string{
		"docs/README.md":          "# Home\n\n![p](guide.html/p.png)\n",
		"docs/guide.md":           "# Guide\n",
		"docs/index.html":         "mine",
		"docs/404.html":           "mine",
		"docs/guide.html/p.png":   "mine",
		"docs/rtbook.css/any.css": "mine",
	}, "docs", nil)
	var got []string
	for _, f := range findings {
		if !f.Warning {
			t.Errorf("%s: %s: this stops the build", f.File, f.Message)
		}
		got = append(got, f.File+": "+f.Message)
	}
	want := []string{
		"docs/404.html: 404.html of the site is already taken by the site",
		"docs/guide.html/p.png: guide.html of the site is already taken by docs/guide.md",
		"docs/index.html: index.html of the site is already taken by docs/README.md",
		"docs/rtbook.css/any.css: rtbook.css of the site is already taken by the theme",
		`docs/README.md: link to "guide.html/p.png": no file "guide.html/p.png" that is part of the site`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	for name, page := range pages {
		if page == "mine" {
			t.Errorf("an asset has taken %s", name)
		}
	}
}

// TestPageForFolder has a page whose file would have a folder's name. A page
// cannot be left out, so that stops the build.
func TestPageForFolder(t *testing.T) {
	_, findings := render(t, map[string]string{
		"docs/a.html/x.md": "# X\n",
		"docs/a.md":        "# A\n",
	}, "docs", nil)
	if len(findings) != 1 || findings[0].Warning || findings[0].File != "docs/a.md" ||
		findings[0].Message != "a.html of the site is already taken by docs/a.html/x.md, which is in a folder of this name" {
		t.Errorf("findings: %+v", findings)
	}
}

func TestEmptyBook(t *testing.T) {
	files, err := Render(Input{Book: &book.Book{Plain: true}})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"explore.css", "explore.js", "finder.js", "rtbook.css", "rtbook.js", "search.js", "stepper.js", "sweep.js"}, files.Names()); diff != "" {
		t.Error(diff)
	}
}

func TestReadFile(t *testing.T) {
	files, err := Render(Input{Book: &book.Book{Dir: "notes", Assets: []string{"notes/a.png"}, Plain: true}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := files.ReadFile("a.png"); err == nil {
		t.Error("an asset was read without a file system")
	}
	if _, err := files.ReadFile("none"); !os.IsNotExist(err) {
		t.Errorf("reading no file: %v", err)
	}
}
