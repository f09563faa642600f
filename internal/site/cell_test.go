package site

import (
	"strings"
	"testing"

	"rtbook/runner"
)

// chapterOf makes a book of one chapter with some text, and returns its page.
func chapterOf(t *testing.T, text string, outcomes map[string]Outcome) string {
	t.Helper()
	pages, _ := render(t, map[string]string{
		"notes/book.yaml": bookYAML,
		"notes/index.md":  "# Start\n",
		"notes/01-one.md": "# One\n\n" + text,
	}, "notes", outcomes)
	return pages["01-one.html"]
}

const oneCell = "```go {cell=x}\nprintln(1)\n```\n\n```text {output}\n1\n```\n"

// TestOutcomes has what is said of a cell for each way it can have run.
func TestOutcomes(t *testing.T) {
	both := []string{"yaegi", "go"}
	tests := []struct {
		name    string
		outcome Outcome
		facts   string
		fault   string
	}{
		{"agreed", Outcome{Engines: both, Agreed: true, Status: runner.Done, Output: "1\n"}, "interpreted and compiled, in agreement", ""},
		{"no final new line", Outcome{Engines: both, Agreed: true, Status: runner.Done, Output: "1"}, "interpreted and compiled, in agreement", ""},
		{"compiled", Outcome{Engines: both[1:], Agreed: true, Status: runner.Done, Output: "1\n"}, "compiled", ""},
		{"interpreted", Outcome{Engines: both[:1], Agreed: true, Status: runner.Done, Output: "1\n"}, "interpreted", ""},
		{"disagreed", Outcome{Engines: both, Status: runner.Done, Output: "1\n"}, "interpreted and compiled", "The interpreter and the compiler print different things."},
		{"changed", Outcome{Engines: both, Agreed: true, Status: runner.Done, Output: "2\n"}, "interpreted and compiled, in agreement", "This run printed something else than is recorded here."},
		{"panicked", Outcome{Engines: both, Agreed: true, Status: runner.Panicked, Message: "panic: a < b", Output: "1\n"}, "interpreted and compiled, in agreement", "It ended in a panic: panic: a &lt; b"},
		{"timed out", Outcome{Engines: both, Agreed: true, Status: runner.TimedOut}, "interpreted and compiled, in agreement", "It was stopped at its time limit."},
		{"no status", Outcome{Engines: both, Agreed: true, Output: "1\n"}, "interpreted and compiled, in agreement", "It did not run to its end."},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			page := chapterOf(t, oneCell, map[string]Outcome{"notes/01-one.md#x": test.outcome})
			if want := `<span class="facts">` + test.facts + ` <span class="dot">·</span> go1.26.8</span>`; !strings.Contains(page, want) {
				t.Errorf("%s is missing in\n%s", want, page)
			}
			if got := strings.Contains(page, `class="cell fault"`); got != (test.fault != "") {
				t.Errorf("marked as faulty: %v", got)
			}
			if test.fault != "" && !strings.Contains(page, `<strong class="why">`+test.fault+`</strong>`) {
				t.Errorf("%q is missing in\n%s", test.fault, page)
			}
		})
	}
	if page := chapterOf(t, oneCell, nil); !strings.Contains(page, "This cell did not run.") {
		t.Error("a cell without an outcome is not said not to have run")
	}
}

// TestCellAndOutput has an output in each place that it can stand in.
func TestCellAndOutput(t *testing.T) {
	ok := map[string]Outcome{"notes/01-one.md#x": {Engines: []string{"go"}, Agreed: true, Status: runner.Done, Output: "1\n"}}
	cell := "```go {cell=x}\nprintln(1)\n```\n"
	output := "```text {output=x}\n1\n```\n"
	const joined = `</code></pre>
<div class="output"><pre tabindex="0"><samp>1
</samp></pre></div>
</figure>`
	tests := []struct {
		name, text string
		joined     bool
	}{
		{"adjacent", cell + "\n" + output, true},
		{"a comment between", cell + "\n<!-- x -->\n\n" + output, true},
		{"prose between", cell + "\nProse.\n\n" + output, false},
		{"both in details", "<details>\n<summary>S</summary>\n\n" + cell + "\n" + output + "\n</details>\n", true},
	}
	for _, test := range tests {
		page := chapterOf(t, test.text, ok)
		if got := strings.Contains(page, joined); got != test.joined {
			t.Errorf("%s: joined is %v in\n%s", test.name, got, page)
		}
		if n := strings.Count(page, "<samp>1\n"); n != 1 {
			t.Errorf("%s: the output is shown %d times", test.name, n)
		}
		if got := strings.Contains(page, `Output of <a href="#x">x</a>`); got == test.joined {
			t.Errorf("%s: labelled is %v in\n%s", test.name, got, page)
		}
	}
}

func TestHiddenAndFolded(t *testing.T) {
	ok := Outcome{Engines: []string{"go"}, Agreed: true, Status: runner.Done}
	page := chapterOf(t, "```go {cell=a hide}\nsecret := 1\n```\n\n```go {cell=b fold}\n_ = secret\n```\n",
		map[string]Outcome{"notes/01-one.md#a": ok, "notes/01-one.md#b": ok})
	if strings.Contains(page, "secret := ") || strings.Contains(page, `id="a"`) {
		t.Errorf("a hidden cell is on the page:\n%s", page)
	}
	if !strings.Contains(page, "<details class=\"fold\"><summary>Code</summary>\n<pre") {
		t.Errorf("the code is not folded:\n%s", page)
	}
}

// TestOutputIsText has output that looks like HTML.
func TestOutputIsText(t *testing.T) {
	page := chapterOf(t, "```go {cell=x}\n_ = 1\n```\n\n````text {output}\n</samp><script>\n```\n````\n", map[string]Outcome{
		"notes/01-one.md#x": {Engines: []string{"go"}, Agreed: true, Status: runner.Done, Output: "</samp><script>\n```\n"},
	})
	if !strings.Contains(page, "<samp>&lt;/samp&gt;&lt;script&gt;\n```\n</samp>") || strings.Contains(page, "fault") {
		t.Errorf("got\n%s", page)
	}
}

func TestTally(t *testing.T) {
	tests := []struct {
		tally tally
		want  string
	}{
		{tally{}, "No code of this page runs."},
		{tally{checks: 1}, "One piece of code is compiled, and not run."},
		{
			tally{toolchain: "go1.26.8", cells: 1, both: 1, checks: 2},
			"One cell of this page runs: interpreted by yaegi and compiled by go1.26.8, with the same output. What it prints is compared, byte for byte, with what the page shows. 2 pieces of code are compiled, and not run.",
		},
		{
			tally{toolchain: "go1.26.8", cells: 7, both: 3, compiled: 2, interpreted: 1, amiss: 1},
			"7 cells of this page run: 3 interpreted by yaegi and compiled by go1.26.8, with the same output; 2 compiled by go1.26.8; 1 interpreted by yaegi; 1 with a fault that is shown beside the code. What they print is compared, byte for byte, with what the page shows.",
		},
		{
			tally{toolchain: "go1.26.8", cells: 4, compiled: 4},
			"4 cells of this page run: compiled by go1.26.8. What they print is compared, byte for byte, with what the page shows.",
		},
	}
	for _, test := range tests {
		if got := test.tally.String(); got != test.want {
			t.Errorf("%+v\n got %s\nwant %s", test.tally, got, test.want)
		}
	}
}

// TestFrame has the parts of a page that come from the book and the chapter.
func TestFrame(t *testing.T) {
	long := strings.Repeat("word ", 60)
	pages, _ := render(t, map[string]string{
		"book/README.md": "A page without a heading, & with *markup*.\n",
		"book/two.md":    "## Only a second level\n\n" + long + "\n",
	}, "book", nil)
	for _, want := range []string{
		`<html lang="en">`,
		`<meta name="description" content="A page without a heading, &amp; with markup.">`,
		`<h1>`,
	} {
		if !strings.Contains(pages["index.html"], want) {
			t.Errorf("%s is missing in\n%s", want, pages["index.html"])
		}
	}
	if want := strings.TrimSpace(strings.Repeat("word ", 32)) + ` …">`; !strings.Contains(pages["two.html"], want) {
		t.Errorf("%s is missing in\n%s", want, pages["two.html"])
	}
	for name, page := range pages {
		if strings.Contains(page, "How this page was checked") || strings.Contains(page, "canonical") {
			t.Errorf("%s of a plain folder claims what it cannot:\n%s", name, page)
		}
	}
}

// TestTitle has texts that begin in different ways: a page has one title, and
// does not say it twice.
func TestTitle(t *testing.T) {
	tests := []struct{ text, want string }{
		{"# One\n\n## Two\n", `<h1 id="one">One</h1>`},
		{"## Two *x*\n\ntext\n\n### Three\n", `<h1 id="two-x">Two <em>x</em></h1>`},
		{"<!-- c -->\n\n### Two\n", `<h1 id="two">Two</h1>`},
		{"Text.\n\n## Two\n", "<h1>Two</h1>\n<p>Text.</p>\n<h2 id=\"two\">"},
		{"---\ntitle: Front\n---\n## Two\n", "<h1>Front</h1>\n<h2 id=\"two\">"},
		{"Text.\n", "<h1>a b</h1>\n<p>Text."},
	}
	for _, test := range tests {
		pages, findings := render(t, map[string]string{"d/01-a-b.md": test.text}, "d", nil)
		page := pages["01-a-b.html"]
		if !strings.Contains(page, test.want) || strings.Count(page, "<h1") != 1 || len(findings) > 0 {
			t.Errorf("%q: %s is missing, or not the only title, in\n%s%v", test.text, test.want, page, findings)
		}
		if strings.Contains(page, `class="contents"`) {
			t.Errorf("%q: one heading below the title needs no list of contents", test.text)
		}
	}
}

// TestLanguage has the first words of info strings of other tools.
func TestLanguage(t *testing.T) {
	for word, want := range map[string]string{"go": "go", "": "", "rust,ignore": "rust", "js{1,3}": "js", "sh:x.sh": "sh", "c++": "c++", "{.go}": ""} {
		if got := language([]byte(word)); got != want {
			t.Errorf("language(%q) = %q, want %q", word, got, want)
		}
	}
}

// TestRawHTML sees that no markup of an author reaches the page.
func TestRawHTML(t *testing.T) {
	page := chapterOf(t, "a <img src=x onerror=y()> b <!-- gone --> c\n\n<div onclick=\"z()\">\nhi\n</div>\n\n<!-- gone\n\ntoo -->\n\n<?php ?>\n\n[j](javascript:alert(1)) ![d](data:text/html,x) <javascript:alert(2)> <a@b.org> <https://a.org/?x=1&y>\n", nil)
	for _, bad := range []string{"<img src=x", "<div onclick", "gone", "<?php", "(javascript:", "\"javascript:", "\"\"", "text/html"} {
		if strings.Contains(page, bad) {
			t.Errorf("%q is in the page", bad)
		}
	}
	for _, want := range []string{"&lt;img src=x onerror=y()&gt; b", "&lt;div onclick=", "&lt;?php", "<a>j</a> d <a>javascript:alert(2)</a>",
		`<a href="mailto:a@b.org">a@b.org</a>`, `<a href="https://a.org/?x=1&amp;y">https://a.org/?x=1&amp;y</a>`} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is not in the page:\n%s", want, page)
		}
	}
}
