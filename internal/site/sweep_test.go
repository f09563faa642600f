package site

import (
	"encoding/json"
	"fmt"
	"html"
	"strings"
	"testing"

	"rtbook/internal/book"
	"rtbook/runner"
)

const sweepChapter = `# Goals

The next cycle begins at a goal.

` + "```go {cell=goal sweep=\"gogc:25|50|100|200|400 start:fresh|used\"}" + `
const (
	gogc  = 100     // growth in percent
	start = "fresh" // state of the heap
)

fmt.Println("live", 4)
fmt.Println("goal", 8)
` + "```\n\n```text {output}\nlive 4\ngoal 8\n```\n\n" + `A shape:

` + "```go {cell=shape sweep=\"kind:noscan|scan|header|tiny|large|arena\"}" + `
const kind = "scan"

show.Table{}.Show()
` + "```\n\n```text {output}\nOf kind scan\n%s```\n\n```go {cell=quiet sweep=n:1|2|3}\nconst n = 1\n\nif n > 2 {\n\tfmt.Println(n)\n}\n```\n"

// sweepBook is a book with sweeps: two constants, a cell with displays, and one
// that prints nothing by itself. text is part of what they print and show.
func sweepBook(t testing.TB, text string) Input {
	t.Helper()
	ok := func(s *Sweep) Outcome {
		own := s.Runs[s.own()]
		return Outcome{Engines: []string{"yaegi", "go"}, Agreed: true, Status: runner.Done, Output: own.Output, Displays: own.Displays, Sweep: s}
	}
	goal := &Sweep{Controls: []Control{
		{Name: "gogc", Label: "growth in percent", Values: []string{"25", "50", "100", "200", "400"}, Default: 2, Number: true},
		{Name: "start", Label: "state of the heap" + text, Values: []string{"fresh", "used" + text}, Default: 0},
	}}
	for _, gogc := range []int{25, 50, 100, 200, 400} {
		for range 2 { // the start makes no difference
			run := SweepRun{Output: fmt.Sprintf("live 4\ngoal %d\n", 4*(100+gogc)/100)}
			if gogc != 100 { // else it would not be what the chapter records
				run.Output += text
			}
			goal.Runs = append(goal.Runs, run)
		}
	}
	shape := &Sweep{Controls: []Control{{Name: "kind", Values: []string{"noscan", "scan", "header", "tiny", "large", "arena"}, Default: 1}}}
	scan := ""
	for i, kind := range shape.Controls[0].Values {
		table := display(t, tableOf(fmt.Sprint(" of ", i, text)))
		if kind == "scan" {
			scan = table.Text
		}
		shape.Runs = append(shape.Runs, SweepRun{Output: "Of kind " + kind + "\n" + table.Text, Displays: []runner.Display{table, display(t, drawingOf(fmt.Sprint(" ", i)))}})
	}
	quiet := &Sweep{Controls: []Control{{Name: "n", Values: []string{"1", "2", "3"}, Default: 0, Number: true}},
		Runs: []SweepRun{{}, {}, {Output: "3\n"}}}
	b := parse(t, mapFS(map[string]string{
		"notes/book.yaml":   "title: Sweeps\n",
		"notes/01-goals.md": fmt.Sprintf(sweepChapter, book.EncodeOutput(scan)),
		"notes/02-more.md":  "# More\n",
	}), "notes")
	return Input{Book: b, Outcomes: map[string]Outcome{
		"notes/01-goals.md#goal": ok(goal), "notes/01-goals.md#shape": ok(shape), "notes/01-goals.md#quiet": ok(quiet),
	}}
}

// sweepDataOf reads a file of a sweep.
func sweepDataOf(t testing.TB, files map[string]string, name string) (d struct {
	Runs           []int
	Outputs, Lines []string
	Line           string
}) {
	t.Helper()
	script, ok := strings.CutPrefix(files[name], `rtbook.data("`+name+`",`)
	if !ok || json.Unmarshal([]byte(strings.TrimSuffix(script, ");\n")), &d) != nil {
		t.Fatalf("%s is %.200q", name, files[name])
	}
	return d
}

func TestSweepPage(t *testing.T) {
	files, err := Render(sweepBook(t, ""))
	if err != nil || len(files.Findings) > 0 {
		t.Fatal(err, files.Findings)
	}
	pages := contents(t, files)
	page := pages["01-goals.html"]
	for _, want := range []string{
		`<fieldset class="sweep" data-src="01-goals.goal.sweep.js" data-cell="goal">`,
		`<label for="rt:goal.gogc">growth in percent <code>gogc</code></label> <output for="rt:goal.gogc" aria-live="off">100</output>`,
		`<input type="range" id="rt:goal.gogc" min="0" max="4" step="1" value="2" data-own="2" aria-valuetext="100" autocomplete="off">`,
		`<input type="radio" name="rt:goal.start" value="0" checked data-own="" autocomplete="off">fresh</label>`,
		`<select id="rt:shape.kind" autocomplete="off"><option value="0">noscan</option><option value="1" selected data-own="">scan</option>`,
		`<input type="radio" name="rt:quiet.n" value="0" checked`,
		`<summary>All 10 results</summary>`,
		`<tr class="own"><td class="right">100</td><td>fresh</td><td><samp>goal 8</samp> <span class="note">as in the text</span></td></tr>`,
		`<tr><td class="right">400</td><td>used</td><td><samp>goal 20</samp></td></tr>`,
		`<script src="explore.js" defer></script>`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %s", want)
		}
	}
	if strings.Contains(pages["02-more.html"], "explore") {
		t.Error("a page without sweeps loads explore.js")
	}

	// Runs that did the same share an output; the page's own is not in the file.
	goal := sweepDataOf(t, pages, "01-goals.goal.sweep.js")
	if got := fmt.Sprint(goal.Runs, goal.Lines, goal.Line); got != "[0 0 1 1 -1 -1 2 2 3 3] [goal 5 goal 6 goal 12 goal 20]goal 8" {
		t.Errorf("the sweep is %s", got)
	}
	if got := goal.Outputs[3]; got != `<pre tabindex="0"><samp>live 4`+"\n"+`goal 20`+"\n"+`</samp></pre>` {
		t.Errorf("an output is %q", got)
	}
	// What other runs show has the numbers of what it takes the place of, and ids
	// of its own.
	shape := sweepDataOf(t, pages, "01-goals.shape.sweep.js")
	if len(shape.Outputs) != 5 || !strings.Contains(page, "Table 1:") || !strings.Contains(page, `id="rt:shape-1"`) {
		t.Errorf("%d outputs", len(shape.Outputs))
	}
	for i, out := range shape.Outputs {
		if !strings.Contains(out, "Table 1:") || !strings.Contains(out, "Figure 1:") || strings.Contains(out, `id="rt:shape-1"`) || !strings.Contains(out, "Of kind") {
			t.Errorf("output %d: %.300s", i, out)
		}
	}
	// A cell that prints nothing has room for what it prints with other values.
	if got := sweepDataOf(t, pages, "01-goals.quiet.sweep.js"); fmt.Sprint(got.Runs, got.Lines) != "[-1 -1 0] [3]" {
		t.Errorf("the quiet cell: %+v", got)
	}
	if at := strings.Index(page, `data-cell="quiet"`); at < 0 || !strings.Contains(page[at:], `<div class="output"><pre tabindex="0"><samp></samp></pre></div>`) {
		t.Error("the quiet cell has no output to be filled")
	}
}

// TestSweepIsText sees that nothing of what runs print, of labels or of values is
// markup.
func TestSweepIsText(t *testing.T) {
	files, err := Render(sweepBook(t, evil))
	if err != nil {
		t.Fatal(err)
	}
	pages := contents(t, files)
	for name, text := range pages {
		if strings.HasSuffix(name, ".html") && strings.Contains(text, "<img") || strings.HasSuffix(name, ".sweep.js") && (strings.Contains(text, "</script") || strings.Contains(text, "\u2028")) {
			t.Errorf("%s has text as markup", name)
		}
	}
	for _, out := range sweepDataOf(t, pages, "01-goals.goal.sweep.js").Outputs {
		if !strings.Contains(html.UnescapeString(out), evil) || strings.Contains(out, "<img") {
			t.Errorf("the text is not there: %q", out)
		}
	}
}

// TestSweepElsewhere has an output that stands apart from its cell, of hidden code,
// and a file that has the name of the data.
func TestSweepElsewhere(t *testing.T) {
	in := sweepBook(t, "")
	o := in.Outcomes["notes/01-goals.md#goal"]
	in.Book = parse(t, mapFS(map[string]string{
		"notes/book.yaml": "title: Sweeps\n",
		"notes/01-goals.md": "# A\n\n```go {cell=goal sweep=\"gogc:25|50|100|200|400 start:fresh|used\" hide}\nconst gogc, start = 100, \"fresh\"\n```\n\nText\n\n```text {output}\nlive 4\ngoal 8\n```\n\n" +
			"```go {cell=taken sweep=\"gogc:25|50|100|200|400 start:fresh|used\"}\nconst n = 1\n```\n\nText\n\n```text {output}\nlive 4\ngoal 8\n```\n",
		"notes/01-goals.taken.sweep.js": "mine",
	}), "notes")
	in.Outcomes = map[string]Outcome{"notes/01-goals.md#goal": o, "notes/01-goals.md#taken": o}
	files, err := Render(in)
	if err != nil {
		t.Fatal(err)
	}
	if len(files.Findings) != 1 || !strings.Contains(files.Findings[0].Message, "01-goals.taken.sweep.js") {
		t.Errorf("findings %v", files.Findings)
	}
	page := contentsOf(t, files, "01-goals.html")
	if strings.Count(page, `<fieldset class="sweep`) != 2 || strings.Count(page, "All 10 results") != 2 {
		t.Errorf("the page has not two sweeps:\n%s", page)
	}
	for part := range strings.SplitSeq(page, `<figure class="cell"`) {
		if strings.Contains(part, "<fieldset") && !strings.Contains(part, `<div class="output">`) {
			t.Error("controls are apart from the output")
		}
	}
}

// contentsOf returns one file of the site.
func contentsOf(t testing.TB, files *Files, name string) string {
	t.Helper()
	f, ok := files.byName[name]
	if !ok {
		t.Fatalf("no %s", name)
	}
	return string(f.data)
}

// TestSweepDamaged sees that a sweep that is not whole leaves the cell as it is.
func TestSweepDamaged(t *testing.T) {
	for name, harm := range map[string]func(*Sweep){
		"runs are missing":  func(s *Sweep) { s.Runs = s.Runs[:9] },
		"no controls":       func(s *Sweep) { s.Controls = nil },
		"no such own value": func(s *Sweep) { s.Controls[0].Default = 5 },
	} {
		in := sweepBook(t, "")
		harm(in.Outcomes["notes/01-goals.md#goal"].Sweep)
		files, err := Render(in)
		if err != nil {
			t.Fatal(err)
		}
		if page := contentsOf(t, files, "01-goals.html"); strings.Contains(page, `data-cell="goal"`) || !strings.Contains(page, "goal 8") {
			t.Errorf("%s: the page has controls, or no output", name)
		}
	}
}

func TestLastLine(t *testing.T) {
	for output, want := range map[string]string{
		"":                       "",
		"one":                    "one",
		"one\ntwo\n\n \n":        "two",
		"a\x1b[31m\n":            `a\x1b[31m`,
		"  indented\t\n":         "indented",
		strings.Repeat("é", 300): strings.Repeat("é", 200) + "…",
	} {
		if got := lastLine(output); got != want {
			t.Errorf("lastLine(%q) = %q, want %q", output, got, want)
		}
	}
}
