package site

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rtbook/internal/book"
	"rtbook/runner"
)

// findingBook is a book in which there is something to find.
func findingBook(t testing.TB) Input {
	t.Helper()
	fsys := os.DirFS("testdata/finding")
	b, findings := book.Parse(fsys, "notes")
	for _, f := range findings {
		t.Fatalf("finding: %v", f)
	}
	return Input{Book: b, Assets: fsys, Outcomes: map[string]Outcome{
		"notes/01-spans.md#fifty": {Engines: []string{"yaegi", "go"}, Agreed: true, Status: runner.Done, Output: "asked for 50, got 64\n"},
	}}
}

// termLinks returns the links of terms on a page: text and address.
func termLinks(t testing.TB, files *Files, name string) []string {
	t.Helper()
	page, err := files.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var links []string
	for _, m := range regexp.MustCompile(`(?s)<span class="ref term"><a href="([^"]*)"[^>]*>(.*?)</a>`).FindAllStringSubmatch(string(page), -1) {
		links = append(links, m[2]+" "+m[1])
	}
	return links
}

func TestTerms(t *testing.T) {
	files := mustRender(t, findingBook(t))
	if len(files.Findings) > 0 {
		t.Errorf("findings %v", files.Findings)
	}
	if diff := cmp.Diff([]string{
		"span glossary.html#span",
		"mark\nassist glossary.html#mark-assist",
		"GC cycle glossary.html#gc-cycle",
		"<code>sysmon</code> glossary.html#sysmon",
		"写屏障 glossary.html#%E5%86%99%E5%B1%8F%E9%9A%9C",
		"finalizer glossary.html#finalizer-cleanup",
		"P glossary.html#p",
		"size classes glossary.html#size-class",
	}, termLinks(t, files, "01-spans.html")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"Span glossary.html#span"}, termLinks(t, files, "02-none.html")); diff != "" {
		t.Error(diff)
	}
	// In the glossary, an entry leads to others and has no notes.
	if diff := cmp.Diff([]string{"size class #size-class", "span #span"}, termLinks(t, files, "glossary.html")); diff != "" {
		t.Error(diff)
	}
	page, err := files.ReadFile("01-spans.html")
	if err != nil {
		t.Fatal(err)
	}
	const watches = `<a href="glossary.html#sysmon" aria-describedby="rt:term-sysmon"><code>sysmon</code></a>` +
		`<span class="proof" role="tooltip" id="rt:term-sysmon"><span>A thread that watches &lt;everything&gt; &amp; “all”.</span></span></span>`
	if !strings.Contains(string(page), watches) {
		t.Error("the page has no note of sysmon")
	}
	if strings.Contains(string(page), `not a <span class="ref term">`) == false {
		t.Error("the first P of the list is not where it should be")
	}
}

func TestTermForms(t *testing.T) {
	for _, test := range []struct{ term, text, want string }{
		{"span", "Spans, span", "Spans"},
		{"span", "spanning lifespan span_x", ""},
		{"span", "SPAN", ""},
		{"span", "`span` span", "<code>span</code>"},
		{"span", "`span()` and `a span`", ""},
		{"span", "**span**", "span"},
		{"span", "~~span~~", "span"},
		{"span", "[a span](x.md) ![span](x.png) <span>", ""},
		{"span", "# span", ""},
		{"span", "    span", ""},
		{"span", "mspan.span /span/ #span", ""},
		{"span", "a span.", "span"},
		{"G", "the \"G\" of GC", ""},
		{"span", "span, (span)", "span"},
		{"G", "g G1 Gs", "Gs"},
		{"G", "10 G of it, and G’s", "G"},
		{"GC cycle", "gc cycle, GC\ncycles", "GC\ncycles"},
		{"hand-off", "hand off", "hand off"},
		{"run queue", "run-queue", "run-queue"},
		{"run queue", "run, queue", ""},
		{"run queue", "run *queue*", ""},
		{"runtime.main", "the runtime. main runtime.main", "runtime.main"},
		{"runtime.main", "`runtime.main`", "<code>runtime.main</code>"},
		{"process", "processes", "processes"},
		{"amp", "&amp; \\amp", ""},
		{"span, run", "a run and a span", "run"},
		{"long span, span", "long span, span", "long span"},
		{"屏障", "写屏障在", "屏障"},
		{"مكدس", "ينمو مكدس عند", "مكدس"},
	} {
		text := strings.ReplaceAll(test.text, "x.md", "g.md")
		in := parseFiles(t, false, map[string]string{"01-g.md": text + "\n", "glossary.md": "## " + test.term + "\n\nIt is.\n"})
		got := ""
		for i, link := range termLinks(t, mustRender(t, in), "01-g.html") {
			if i > 0 {
				got += "; "
			}
			got += link[:strings.LastIndexByte(link, ' ')]
		}
		if got != test.want {
			t.Errorf("%q in %q: %q, want %q", test.term, test.text, got, test.want)
		}
	}
}

func TestGlossaryFindings(t *testing.T) {
	in := parseFiles(t, false, map[string]string{"01-a.md": "# A\n", "glossary.md": `# Glossary

## span, slot

A run.

## G

A goroutine.

## Slot

Again.

## g

Something else.

## empty

## GO

One.

## Go

Another.
`})
	files := mustRender(t, in)
	var got []string
	for _, f := range files.Findings {
		got = append(got, f.Error())
	}
	if diff := cmp.Diff([]string{
		`notes/glossary.md:11:1: the term "Slot" is explained twice: first in line 3`,
		`notes/glossary.md:15:1: the term "g" is explained twice: first in line 7`,
		`notes/glossary.md:19:1: the term "empty" has no explanation`,
	}, got); diff != "" {
		t.Error(diff)
	}
}

// TestGlossaryLast puts the glossary after the chapters, and knows none in a
// folder that is no book.
func TestGlossaryLast(t *testing.T) {
	texts := map[string]string{"glossary.md": "## span\n\nA run.\n", "index.md": "# Found\n\nA span.\n", "01-a.md": "# A\n"}
	in := parseFiles(t, false, texts)
	var order []string
	for _, c := range in.Book.Chapters {
		order = append(order, c.Slug)
	}
	if diff := cmp.Diff([]string{"index", "01-a", "glossary"}, order); diff != "" {
		t.Error(diff)
	}
	if got := termLinks(t, mustRender(t, in), "index.html"); len(got) != 1 {
		t.Errorf("links %q", got)
	}
	if got := termLinks(t, mustRender(t, parseFiles(t, true, texts)), "index.html"); len(got) != 0 {
		t.Errorf("links of a plain folder %q", got)
	}
}
