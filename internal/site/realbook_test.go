package site

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path"
	"strings"
	"testing"

	"rtbook/internal/book"
	"rtbook/runner"
)

// realBook is the repository's own book with outcomes as they should be: every
// cell printed what is recorded, and every link into Go source found its place.
// So it is as large as the real one, but for displays.
func realBook(t testing.TB) Input {
	t.Helper()
	fsys := os.DirFS("../..")
	b, _ := book.Parse(fsys, "notes") // whatever its findings: other tests have those
	in := Input{Book: b, Assets: fsys, Outcomes: map[string]Outcome{}, Prose: Prose{
		Release: b.Toolchain, Sources: map[*book.Ref]Source{}, Outputs: map[*book.Ref]string{}, Quotations: map[*book.Fence]Source{},
	}}
	n := 0
	place := func(name string) Source {
		n++
		return Source{Name: name, File: "src/runtime/proc.go", First: n, URL: fmt.Sprintf("https://github.com/golang/go/blob/%s/src/runtime/proc.go#L%d", b.Toolchain, n)}
	}
	for _, c := range b.Chapters {
		for _, f := range c.Fences {
			if f.Quote != nil {
				in.Prose.Quotations[f] = place(f.Quote.Symbol)
			}
			if f.Role != book.RoleCell {
				continue
			}
			o := Outcome{Engines: []string{"yaegi", "go"}, Agreed: true, Alike: true, Status: runner.Done}
			if f.Cell.Expect == runner.ExpectPanic {
				o.Status = runner.Panicked
			}
			if f.Output != nil {
				o.Output = f.Output.Content
			}
			in.Outcomes[c.Path+"#"+f.Cell.ID] = o
		}
		for _, r := range c.Refs {
			switch r.Kind {
			case book.RefSource:
				s := place(strings.TrimPrefix(r.Dest, "go:"))
				s.Check = strings.Contains(r.Dest, " ")
				in.Prose.Sources[r] = s
			case book.RefOutput:
				if file, id, other := strings.Cut(r.Target(), "#"); other {
					in.Prose.Outputs[r] = path.Join(path.Dir(c.Path), file) + "#" + id
				} else {
					in.Prose.Outputs[r] = c.Path + "#" + file
				}
			}
		}
	}
	return in
}

func compressed(t *testing.T, data []byte) int {
	t.Helper()
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Len()
}

// loads returns what a page asks for while it is opened, itself first, as files
// of its site.
func loads(t *testing.T, page string, site map[string][]byte) []string {
	t.Helper()
	list, faults := elements(string(site[page]))
	if len(faults) > 0 {
		t.Fatalf("%s: %q", page, faults)
	}
	files := []string{page}
	for _, e := range list {
		switch {
		case e.name == "link" && (e.attrs["rel"] == "stylesheet" || e.attrs["rel"] == "icon"):
			files = append(files, e.attrs["href"])
		case e.attrs["src"] != "":
			files = append(files, e.attrs["src"])
		}
	}
	var own []string
	for _, name := range files {
		if !strings.HasPrefix(name, "data:") {
			own = append(own, name)
		}
	}
	return own
}

// TestWeight holds the book to what it may weigh, compressed, with everything
// that a page loads before the reader asks for more: the committed site, which
// has every display, and one rendered by the code as it is.
func TestWeight(t *testing.T) {
	files, err := Render(realBook(t))
	if err != nil {
		t.Fatal(err)
	}
	rendered := map[string][]byte{}
	for name, data := range contents(t, files) {
		rendered[name] = []byte(data)
	}
	for name, site := range map[string]map[string][]byte{"rendered": rendered, "public": readSite(t, "../../public")} {
		total := 0
		for _, data := range site {
			total += len(data)
		}
		t.Logf("%s: %d files, %d KiB", name, len(site), total>>10)
		if total > 10<<20 {
			t.Errorf("%s has %d bytes, more than 10 MiB", name, total)
		}
		for page := range site {
			limit := 60 << 10
			switch {
			case page == "index.html":
				limit = 20 << 10
			case page == wholeName || path.Ext(page) != ".html":
				continue
			}
			weight, scripts := 0, 0
			asked := loads(t, page, site)
			for _, file := range asked {
				data, ok := site[file]
				if !ok {
					t.Errorf("%s: %s loads %s, which is not there", name, page, file)
				}
				weight += compressed(t, data)
				if path.Ext(file) == ".js" {
					scripts += compressed(t, data)
				}
			}
			t.Logf("%s: %-28s %6d bytes in %d requests, scripts %d", name, page, weight, len(asked), scripts)
			if weight > limit || len(asked) > 8 || scripts > 15<<10 {
				t.Errorf("%s: %s has %d bytes (at most %d) in %d requests (at most 8), scripts %d (at most %d)", name, page, weight, limit, len(asked), scripts, 15<<10)
			}
		}
	}
}

// readSite returns the files of a folder, by name.
func readSite(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	site := map[string][]byte{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.IsDir() {
			continue
		}
		if site[e.Name()], err = os.ReadFile(path.Join(dir, e.Name())); err != nil {
			t.Fatal(err)
		}
	}
	return site
}

// BenchmarkRender renders the repository's own book from results that are
// there. The aim on two processors is a tenth of a second.
func BenchmarkRender(b *testing.B) {
	in := realBook(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Render(in); err != nil {
			b.Fatal(err)
		}
	}
}
