package site

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rtbook/internal/book"
	"rtbook/internal/finding"
	"rtbook/runner"
)

// faultyBook is the book in testdata/faults with its own findings and those
// that a run of its cells would have.
func faultyBook(t testing.TB) Input {
	t.Helper()
	fsys := os.DirFS("testdata/faults")
	b, findings := book.Parse(fsys, "notes")
	const file = "notes/01-faults.md"
	findings = append(findings,
		finding.Finding{Pos: finding.Pos{File: file, Line: 10, Col: 6}, Message: "undefined: spam", Hint: "declare it"},
		finding.Finding{Pos: finding.Pos{File: file, Line: 20, Col: 1}, Message: "cell two prints something else", Notes: []finding.Note{{Text: "-2\n+1 < 2"}}},
		finding.Finding{Pos: finding.Pos{File: file, Line: 29, Col: 1}, Message: "declared and not used: y", Notes: []finding.Note{
			{Pos: finding.Pos{File: file, Line: 10}, Text: "after this cell"}, {Pos: finding.Pos{File: "notes/02-fine.md", Line: 3, Col: 1}, Text: "unlike here"}}},
		finding.Finding{Pos: finding.Pos{File: file}, Message: "the chapter as a whole", Warning: true},
		finding.Finding{Pos: finding.Pos{File: "notes/book.yaml", Line: 2, Col: 1}, Message: "the pin is not here"},
	)
	return Input{Book: b, Assets: fsys, Preview: findings, Outcomes: map[string]Outcome{
		"notes/02-fine.md#cell-1": {Engines: []string{"yaegi", "go"}, Agreed: true, Status: runner.Done},
	}}
}

func TestPreviewGolden(t *testing.T) {
	files, err := Render(faultyBook(t))
	if err != nil {
		t.Fatal(err)
	}
	pages := contents(t, files)
	compareGolden(t, "preview", pages, "index.html", "01-faults.html", "02-fine.html")
	for name, page := range pages {
		if strings.HasSuffix(name, ".html") {
			if _, faults := elements(page); len(faults) > 0 {
				t.Errorf("%s: %q", name, faults)
			}
			if strings.Contains(string(page), "ZgotmplZ") {
				t.Errorf("%s: the template refused an address", name)
			}
		}
	}
	// What shows when a page is rendered is a finding of the site, once for
	// each link.
	if len(files.Findings) != 3 {
		t.Errorf("%d findings of the site: %+v", len(files.Findings), files.Findings)
	}
}

// TestPreviewPlaces has the place at which each finding stands: the first words
// after it.
func TestPreviewPlaces(t *testing.T) {
	in := faultyBook(t)
	for i := range in.Preview {
		in.Preview[i].Hint = ""
	}
	files, err := Render(in)
	if err != nil {
		t.Fatal(err)
	}
	_, article, _ := strings.Cut(contents(t, files)["01-faults.html"], "<article>")
	var got []string
	parts := strings.Split(article, `<aside class="finding`)
	for i, part := range parts[1:] {
		_, message, _ := strings.Cut(part, "<strong>")
		message, _, _ = strings.Cut(message, "</strong>")
		after := ""
		for _, next := range parts[i+1:] {
			if _, rest, _ := strings.Cut(next, "</aside>\n"); rest != "" {
				after, _, _ = strings.Cut(rest, "\n")
				break
			}
		}
		got = append(got, message+" | "+after)
	}
	const gone = "link to &#34;gone.md&#34;: no file &#34;gone.md&#34; that is part of the site"
	want := []string{
		gone + " | <p>Before <a href=\"gone.md\">a link</a> that leads nowhere.</p>",
		"unknown attribute tiemout | <figure class=\"cell fault\" id=\"one\">",
		"undefined: spam | <figure class=\"cell fault\" id=\"one\">",
		"cell two prints something else | <figure class=\"cell fault\" id=\"two\">",
		"declared and not used: y | <figure class=\"cell fault\" id=\"three\">",
		"expected operand, found &#39;=&#39; | <pre class=\"code\" tabindex=\"0\"><code class=\"language-go\">x := = <span class=\"mi\">1</span>",
		gone + " | <ul>",
		gone + " | <div class=\"footnotes\" role=\"doc-endnotes\">",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// TestPreviewOfNothing is the site itself, but for what says that it is a
// preview.
func TestPreviewOfNothing(t *testing.T) {
	for _, dir := range []string{"book", "kinds"} {
		b, _ := book.Parse(os.DirFS("testdata/"+dir), "notes")
		in := Input{Book: b, Assets: os.DirFS("testdata/" + dir)}
		plain, err := Render(in)
		if err != nil {
			t.Fatal(err)
		}
		in.Preview = []finding.Finding{}
		preview, err := Render(in)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(plain.Names(), preview.Names()) {
			t.Fatalf("files %q, in the preview %q", plain.Names(), preview.Names())
		}
		was, is := contents(t, plain), contents(t, preview)
		for name := range was {
			got := is[name]
			if before, rest, ok := strings.Cut(got, "\n<section class=\"preview\""); ok {
				_, after, _ := strings.Cut(rest, "</section>")
				got = before + after
			}
			for {
				before, rest, ok := strings.Cut(got, "<aside ")
				if !ok {
					break
				}
				_, after, _ := strings.Cut(rest, "</aside>\n")
				got = before + after
			}
			want := strings.ReplaceAll(was[name], `<details class="fold-text">`, `<details class="fold-text" open>`)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s %s: without preview and with\n%s", dir, name, diff)
			}
		}
	}
}

func TestPreviewIsPure(t *testing.T) {
	in := faultyBook(t)
	given := slices.Clone(in.Preview)
	var first map[string]string
	for range 3 {
		files, err := Render(in)
		if err != nil {
			t.Fatal(err)
		}
		if pages := contents(t, files); first == nil {
			first = pages
		} else if diff := cmp.Diff(first, pages); diff != "" {
			t.Error(diff)
		}
	}
	if diff := cmp.Diff(given, in.Preview); diff != "" {
		t.Errorf("the findings were changed:\n%s", diff)
	}
	// The findings of the site may be given, too: each is shown once.
	files, err := Render(in)
	if err != nil {
		t.Fatal(err)
	}
	in.Preview = append(in.Preview, files.Findings...)
	if files, err = Render(in); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first, contents(t, files)); diff != "" {
		t.Error(diff)
	}
}
