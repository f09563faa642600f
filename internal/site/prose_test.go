package site

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"rtbook/internal/book"
	"rtbook/runner"
)

// proseBook is the book in testdata/prose, which has everything that is checked
// in prose, with what came of it.
func proseBook(t testing.TB) Input {
	t.Helper()
	fsys := os.DirFS("testdata/prose")
	b, findings := book.Parse(fsys, "notes")
	for _, f := range findings {
		t.Fatalf("finding: %v", f)
	}
	both := []string{"yaegi", "go"}
	in := Input{Book: b, Assets: fsys, Outcomes: map[string]Outcome{
		"notes/01-queues.md#fifty":   {Engines: both, Agreed: true, Status: runner.Done, Output: "64\n"},
		"notes/01-queues.md#hidden":  {Engines: both, Agreed: true, Status: runner.Done, Output: "<b>\n"},
		"notes/02-appendix.md#three": {Engines: both, Agreed: true, Status: runner.Done, Output: "3 of them\n"},
	}}
	const tag = "https://github.com/golang/go/blob/go1.26.8/"
	sources := map[string]Source{ // by address
		"go:runtime len(p{}.runq)":                      {Name: "runtime: len(p{}.runq)", Check: true, Value: "256", File: "src/runtime/runtime2.go", First: 805, URL: tag + "src/runtime/runtime2.go#L805"},
		"go:runtime.runqput":                            {Name: "runtime.runqput", File: "src/runtime/proc.go", First: 7478, URL: tag + "src/runtime/proc.go#L7478"},
		"go:runtime main: newm(sysmon) before gcenable": {Name: "runtime.main: newm(sysmon) before gcenable", Check: true, File: "src/runtime/proc.go", First: 175, URL: tag + "src/runtime/proc.go#L175"},
		"go:rtbook/model/sched limit":                   {Name: "rtbook/model/sched: limit", Check: true, Value: "3", File: "model/sched/sched.go", First: 9, Own: true},
		"go:runtime.mheap":                              {Name: "runtime.mheap", File: "src/runtime/mheap.go", First: 64, URL: tag + "src/runtime/mheap.go#L64"},
		"go:runtime.p":                                  {Name: "runtime.p", File: "src/runtime/runtime2.go", First: 772, URL: tag + "src/runtime/runtime2.go#L772"},
		"go:runtime one":                                {Name: "runtime: one", Check: true, Value: "1", File: "src/runtime/one.go", First: 1, URL: tag + "src/runtime/one.go#L1"},
		"go:runtime a|b":                                {Name: "runtime: a|b", Check: true, Value: "512", File: "src/runtime/mspanset.go", First: 55, URL: tag + "src/runtime/mspanset.go#L55"},
		"go:runtime forcePreemptNS":                     {Name: "runtime: forcePreemptNS", Check: true, Value: "10,000,000", File: "src/runtime/proc.go", First: 6628, URL: tag + "src/runtime/proc.go#L6628"},
		"go:runtime pageSize":                           {Name: "runtime: pageSize", Check: true, Value: "8,192", File: "src/runtime/malloc.go", First: 118, URL: tag + "src/runtime/malloc.go#L118"},
		"runtime.runqempty":                             {Name: "runtime.runqempty", File: "src/runtime/proc.go", First: 7447, Last: 7460, URL: tag + "src/runtime/proc.go#L7447"},
		"rtbook/model/sched.New":                        {Name: "rtbook/model/sched.New", File: "model/sched/sched.go", First: 12, Last: 12, Own: true},
	}
	in.Prose = Prose{Release: "go1.26.8", Sources: map[*book.Ref]Source{}, Outputs: map[*book.Ref]string{}, Quotations: map[*book.Fence]Source{}}
	for _, c := range b.Chapters {
		for _, r := range c.Refs {
			if s, ok := sources[r.Dest]; ok {
				in.Prose.Sources[r] = s
			}
			if r.Kind == book.RefOutput {
				cell := c.Path + "#" + r.Target()
				if strings.Contains(r.Target(), "#") {
					cell = "notes/" + r.Target()
				}
				in.Prose.Outputs[r] = cell
			}
		}
		for _, f := range c.Fences {
			if f.Quote != nil {
				if s, ok := sources[f.Quote.Symbol]; ok {
					in.Prose.Quotations[f] = s
				}
			}
		}
	}
	in.Prose.Ledger = &Ledger{Rows: []LedgerRow{
		{ID: "A7", Claim: "There are 68 size classes & `more`.", Verdict: "imprecise", Statement: "67 real sizes, and class 0.", Source: "runtime/sizeclasses.go", Chapter: "notes/01-queues.md",
			Evidence: []Evidence{{Kind: "cell", Text: "fifty", Anchor: "fifty"}, {Kind: "fact", Text: "runtime len(p{}.runq) = 256"}}},
		{ID: "A8", Claim: "Fifty bytes take 64.", Verdict: "holds", Chapter: "notes/01-queues.md"},
		{ID: "B1", Claim: "Nothing shows it.", Verdict: "wrong", Statement: "It is so.", Unobservable: "it is gone", Chapter: "notes/01-queues.md"},
		{ID: "C1", Claim: "Nobody claims it.", Verdict: "outdated"},
	}}
	in.Prose.Matrix = &Matrix{Releases: []string{"go1.25.1", "go1.26.8"}, Rows: []MatrixRow{
		{Chapter: "notes/01-queues.md", Kind: "cell", Text: "fifty", Anchor: "fifty", Results: []MatrixResult{{State: "same"}, {State: "same"}}},
		{Chapter: "notes/01-queues.md", Kind: "fact", Text: "runtime len(p{}.runq)", Results: []MatrixResult{{State: "differs", Value: "128"}, {State: "same"}}},
		{Chapter: "notes/01-queues.md", Kind: "symbol", Text: "runtime.mheap", Results: []MatrixResult{{State: "absent"}, {}}},
	}}
	return in
}

func TestProseGolden(t *testing.T) {
	files, err := Render(proseBook(t))
	if err != nil {
		t.Fatal(err)
	}
	pages := contents(t, files)
	compareGolden(t, "prose", pages, "01-queues.html", "02-appendix.html")
	checkSite(t, pages, "")
	for _, f := range files.Findings {
		t.Errorf("finding: %v", f)
	}
}

// TestSources lists each source of a page once, in the order of the text, with
// footnotes at their place in it.
func TestSources(t *testing.T) {
	in := proseBook(t)
	files, err := Render(in)
	if err != nil {
		t.Fatal(err)
	}
	page := contents(t, files)["01-queues.html"]
	_, list, ok := strings.Cut(page, `<section class="sources"`)
	if !ok {
		t.Fatal("the page has no list of sources")
	}
	var got []string
	for _, item := range strings.Split(list, "<li ")[1:] {
		_, item, _ = strings.Cut(item, "<code>")
		name, _, _ := strings.Cut(item, "</code>")
		got = append(got, name)
	}
	want := []string{
		"runtime: len(p{}.runq) = 256", "runtime.runqput", "runtime.main: newm(sysmon) before gcenable", "rtbook/model/sched: limit = 3", "runtime.mheap",
		"runtime.p", "runtime: one = 1", "runtime.runqempty", "rtbook/model/sched.New", "runtime: a|b = 512", "runtime: forcePreemptNS = 10,000,000", "runtime: pageSize = 8,192",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if n := strings.Count(page, `<sup class="number">1</sup>`); n != 2 {
		t.Errorf("the number of the first source stands at %d links, want 2", n)
	}
}

// TestUncheckedLinks has links that nothing came of: their text stays.
func TestUncheckedLinks(t *testing.T) {
	in := proseBook(t)
	in.Prose = Prose{}
	files, err := Render(in)
	if err != nil {
		t.Fatal(err)
	}
	page := contents(t, files)["01-queues.html"]
	if !strings.Contains(page, "A P has a queue of 256 goroutines.") || !strings.Contains(page, "The cell says 64, the") {
		t.Error("the text of links is gone")
	}
	for _, not := range []string{`"go:`, `"out:`, "proof", "sources", `class="claims"`, "github.com"} {
		if strings.Contains(page, not) {
			t.Errorf("the page has %s", not)
		}
	}
	if !strings.Contains(page, "This is not, or not yet, what the source has.") {
		t.Error("a quotation looks as if it were one")
	}
}

// TestPlainFolder has checked links where nothing is checked.
func TestPlainFolder(t *testing.T) {
	pages, findings := render(t, map[string]string{"a.md": "# A\n\n[256](<go:runtime len(p{}.runq)>), [64](out:x) and <go:runtime.g>. <!-- claim: A7 -->\n"}, ".", nil)
	if !strings.Contains(pages["a.html"], "<p>256, 64 and runtime.g. </p>") {
		t.Errorf("%s", pages["a.html"])
	}
	if len(findings) != 3 {
		t.Errorf("findings: %v", findings)
	}
	for _, f := range findings {
		if !f.Warning || f.Line != 3 || !strings.HasSuffix(f.Message, "is not checked, and leads nowhere: this folder is no book") {
			t.Errorf("finding: %v", f)
		}
	}
}

// TestMeant has what is said of an address that leads to nothing.
func TestMeant(t *testing.T) {
	const rest = "; link to anything else by its full address"
	files := map[string]string{
		"notes/book.yaml":      bookYAML,
		"notes/index.md":       "# Start\n",
		"notes/01-one.md":      "# One\n\n## Who runs next\n\n```go {cell=fifty}\nx := 1\n_ = x\n```\n",
		"notes/02-two.md":      "# Two\n\n## Only here\n",
		"notes/img/square.svg": "<svg/>",
	}
	tests := []struct{ dest, hint string }{
		{"#fitfy", "did you mean #fifty?"},
		{"#Fifty", "did you mean #fifty?"},
		{"01-one.md#who-runs", "did you mean #who-runs-next?"},
		{"#only-here", "did you mean 02-two.md#only-here?"},
		{"#zzzzzzzzzz", "an anchor is the id of a cell, or a heading in lower case with - for blanks: fifty, one and who-runs-next"},
		{"02-tow.md", "did you mean 02-two.md? the site has the chapters and the other files of notes/" + rest},
		{"two", "the site has the chapters and the other files of notes/" + rest},
		{"square.svg", "did you mean img/square.svg? the site has the chapters and the other files of notes/" + rest},
		{"img/sqare.svg", "did you mean img/square.svg? the site has the chapters and the other files of notes/" + rest},
	}
	for _, test := range tests {
		files["notes/01-one.md"] += "\n[x](" + test.dest + ")\n"
	}
	_, findings := render(t, files, "notes", nil)
	if len(findings) != len(tests) {
		t.Fatalf("%d findings: %v", len(findings), findings)
	}
	for i, test := range tests {
		if findings[i].Hint != test.hint {
			t.Errorf("%s: hint %q\nwant %q", test.dest, findings[i].Hint, test.hint)
		}
	}
}

// TestCheckedImage has an image where only a link can be.
func TestCheckedImage(t *testing.T) {
	pages, findings := render(t, map[string]string{"notes/book.yaml": bookYAML, "notes/01-one.md": "# One\n\n![256](go:runtime.g)\n"}, "notes", nil)
	if len(findings) != 1 || findings[0].Line != 3 || !strings.Contains(findings[0].Message, "nothing to see") || !strings.Contains(pages["01-one.html"], "<p>256</p>") {
		t.Errorf("findings: %v", findings)
	}
}

// TestShort: what is checked breaks over lines where it is long.
func TestShort(t *testing.T) {
	for text, want := range map[string]string{
		"10,000 bytes":      `<span class="ref checked short">`,
		"64 size classes":   `<span class="ref checked short">`,
		"16 characters µµ":  `<span class="ref checked short">`,
		"17 characters µµµ": `<span class="ref checked">`,
	} {
		in := oneFact(t, text)
		files, err := Render(in)
		if err != nil {
			t.Fatal(err)
		}
		if page := contents(t, files)["01-a.html"]; !strings.Contains(page, want) {
			t.Errorf("%s: not %s in\n%s", text, want, page)
		}
	}
}

// oneFact is a book of one chapter that has a fact with a text.
func oneFact(t *testing.T, text string) Input {
	t.Helper()
	fsys := fstest.MapFS{
		"notes/book.yaml": {Data: []byte("title: T\n")},
		"notes/01-a.md":   {Data: []byte("# T\n\n[" + text + "](<go:runtime x>)\n")},
	}
	b, findings := book.Parse(fsys, "notes")
	for _, f := range findings {
		t.Fatalf("finding: %v", f)
	}
	in := Input{Book: b, Assets: fsys, Prose: Prose{Sources: map[*book.Ref]Source{}}}
	for _, r := range b.Chapters[0].Refs {
		in.Prose.Sources[r] = Source{Name: "runtime: x", Check: true, Value: "1", File: "src/runtime/x.go", First: 1}
	}
	return in
}
