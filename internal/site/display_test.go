package site

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"html"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"rtbook/runner"
	"rtbook/runner/show"
)

// evil is text that would do harm if it were taken for anything else.
const evil = `</script><img src=x onerror="alert(1)">'` + "\u2028&amp;"

// display returns what the runner makes of something that a cell showed.
func display(t testing.TB, v show.Display) runner.Display {
	t.Helper()
	if err := v.Check(); err != nil {
		t.Fatalf("%s: %v", v.Kind(), err)
	}
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return runner.Display{Kind: v.Kind(), Text: v.Text(), Data: data}
}

// displayBook is a book of a chapter with one cell for each of some displays,
// shows[i] in cell d1, d2 and so on, each with a line before it and after it.
func displayBook(t testing.TB, shows ...show.Display) Input {
	t.Helper()
	text, outcomes := "# Displays\n\nText.\n", map[string]Outcome{}
	for i, v := range shows {
		d := display(t, v)
		out := "before\n" + d.Text + "after\n"
		text += fmt.Sprintf("\n## Display %d\n\n```go {cell=d%d}\nx.Show()\n```\n\n~~~~~text {output}\n%s~~~~~\n", i+1, i+1, out)
		outcomes[fmt.Sprintf("notes/01-one.md#d%d", i+1)] = Outcome{Engines: []string{"go"}, Agreed: true, Status: runner.Done, Output: out, Displays: []runner.Display{d}}
	}
	fsys := mapFS(map[string]string{"notes/book.yaml": bookYAML, "notes/index.md": "# Start\n", "notes/01-one.md": text})
	return Input{Book: parse(t, fsys, "notes"), Outcomes: outcomes, Assets: fsys}
}

// TestDisplaysAreValid has every display, plain and with markup in every text.
func TestDisplaysAreValid(t *testing.T) {
	for _, text := range []string{"", evil} {
		files, err := Render(displayBook(t, allDisplays(text)...))
		if err != nil || len(files.Findings) > 0 {
			t.Fatalf("%v, %v", err, files.Findings)
		}
		pages := contents(t, files)
		checkSite(t, pages, "/small/")
		page := pages["01-one.html"]
		if strings.Contains(page, "<img") || strings.Contains(page, "</script><") && text != "" && strings.Contains(page, evil) {
			t.Error("text became markup")
		}
		for name, data := range pages {
			if strings.HasSuffix(name, "-1.js") && strings.ContainsAny(data, "<>&\u2028") {
				t.Errorf("%s has what a page could take for markup", name)
			}
		}
		for i, caption := range []string{"Table 1:", "Figure 1:", "Figure 2:", "Figure 3:", "Figure 4:", "Figure 5:", "Figure 6:"} {
			if n := strings.Count(page, `<span class="number">`+caption+"</span>"); n != 1 {
				t.Errorf("%d captions %q of display %d", n, caption, i+1)
			}
		}
		if text != "" && strings.Count(page, html.EscapeString(text)) < 40 {
			t.Errorf("the text is there %d times", strings.Count(page, html.EscapeString(text)))
		}
		if n := strings.Count(page, "<samp>before\n</samp>"); n != 7 {
			t.Errorf("what was printed before is there %d times", n)
		}
		if !strings.Contains(page, `<script src="explore.js" defer></script>`) || strings.Contains(pages["index.html"], "explore.js") {
			t.Error("explore.js is missing, or where it is of no use")
		}
	}
}

// TestDisplayPlaces has displays whose text is where it should be, twice, in the
// middle, in no place, and whose data is not to be drawn.
func TestDisplayPlaces(t *testing.T) {
	d := display(t, tableOf(""))
	text, table := d.Text, `<figure class="display table"`
	const pre, end = `<pre tabindex="0"><samp>`, `</samp></pre>`
	with := func(change func(d *runner.Display)) runner.Display {
		other := d
		change(&other)
		return other
	}
	tests := []struct {
		name     string
		text     string
		displays []runner.Display
		want     string // with D for each display
	}{
		{"none", "a\n", nil, pre + "a\n" + end},
		{"nothing", "", nil, pre + end},
		{"alone", text, []runner.Display{d}, "D"},
		{"between", "a\n" + text + "b\n", []runner.Display{d}, pre + "a\n" + end + "D" + pre + "b\n" + end},
		{"twice", text + "a\n" + text, []runner.Display{d, d}, "D" + pre + "a\n" + end + "D"},
		{"within a line", "a " + text, []runner.Display{d}, pre + "a " + end + "D"},
		{"not found", "a\n", []runner.Display{d}, pre + "a\n" + end + "D"},
		{"the second is not found", text + "a\n", []runner.Display{d, d}, "D" + pre + "a\n" + end + "D"},
		{"no text", "a\n", []runner.Display{with(func(d *runner.Display) { d.Text = "" })}, pre + "a\n" + end + "D"},
		{"unknown", "a\n" + text, []runner.Display{with(func(d *runner.Display) { d.Kind = "hologram" })}, pre + "a\n" + html.EscapeString(text) + end},
		{"broken", "a\n" + text, []runner.Display{with(func(d *runner.Display) { d.Data = json.RawMessage("{\"title\":") })}, pre + "a\n" + html.EscapeString(text) + end},
		{"not valid", "a\n" + text, []runner.Display{with(func(d *runner.Display) { d.Data = json.RawMessage(`{"columns":[{}],"rows":[["1","2"]]}`) })}, pre + "a\n" + html.EscapeString(text) + end},
	}
	for _, test := range tests {
		b := &body{page: &page{name: "x.html"}, data: map[string][]byte{}}
		got := string(b.output("x", test.text, test.displays))
		for {
			from := strings.Index(got, table)
			if from < 0 {
				break
			}
			to := strings.Index(got[from:], "</figure>") + from + len("</figure>")
			got = got[:from] + "D" + got[to:]
		}
		got = strings.NewReplacer("</pre>\n", "</pre>", "D\n", "D").Replace(got)
		if got != test.want {
			t.Errorf("%s:\n got %q\nwant %q", test.name, got, test.want)
		}
	}
}

// TestRecordingNames has a file that a recording would be written to.
func TestRecordingNames(t *testing.T) {
	in := displayBook(t, stepperOf(5, ""))
	files, err := Render(in)
	if err != nil {
		t.Fatal(err)
	}
	if data, err := files.ReadFile("01-one.d1-1.js"); err != nil || !bytes.HasPrefix(data, []byte(`rtbook.data("01-one.d1-1.js",{`)) {
		t.Errorf("%.80s, %v", data, err)
	}
	again, err := Render(in)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := contents(t, files), contents(t, again); a["01-one.d1-1.js"] != b["01-one.d1-1.js"] {
		t.Error("rendered again, the recording differs")
	}
	fsys := mapFS(map[string]string{"notes/book.yaml": bookYAML, "notes/01-one.md": "# One\n", "notes/02-two.md": "---\ntitle: Two\naliases: [one]\n---\n# Two\n"})
	other := parse(t, fsys, "notes")
	other.Chapters[0].Fences = in.Book.Chapters[1].Fences
	other.Assets = append(other.Assets, "notes/01-one.d1-1.js")
	fsys["notes/01-one.d1-1.js"] = mapFS(map[string]string{"x": "mine"})["x"]
	files, err = Render(Input{Book: other, Outcomes: in.Outcomes, Assets: fsys})
	if err != nil {
		t.Fatal(err)
	}
	if len(files.Findings) != 1 || files.Findings[0].Message != "01-one.d1-1.js of the site is already taken by notes/01-one.md" {
		t.Errorf("findings %+v", files.Findings)
	}
}

// TestStepLinks has links to steps.
func TestStepLinks(t *testing.T) {
	in := displayBook(t, stepperOf(5, ""), tableOf(""))
	if _, err := Render(in); err != nil {
		t.Fatal(err)
	}
	p := &page{name: "01-one.html", recordings: map[string]bool{"01-one.d1-1.js": true, "01-one.d2-2.js": true, "01-one.e-x-1.js": true}}
	for fragment, want := range map[string]bool{"d1@3": true, "d1@1.3": true, "d2@3": true, "d2@2.3": true, "d2@1.3": false, "d3@1": false, "d1@0": false, "d1@x": false, "d1@": false, "d1": false, "e@1": false, "e-x@1": true} {
		if got := p.leadsToStep(fragment); got != want {
			t.Errorf("%s: %v", fragment, got)
		}
	}
}

// TestKeyFrames has the steps that are drawn without scripts.
func TestKeyFrames(t *testing.T) {
	for n, want := range map[int]string{0: "[]", 1: "[0]", 2: "[0 1]", 6: "[0 1 2 3 4 5]", 11: "[0 2 4 6 8 10]"} {
		if got := fmt.Sprint(keyFrames(show.Stepper{Steps: make([]show.Step, n)})); got != want {
			t.Errorf("of %d steps: %s, want %s", n, got, want)
		}
	}
	if got := fmt.Sprint(keyFrames(show.Stepper{Steps: make([]show.Step, 9), Frames: []int{7, 2, 7}})); got != "[2 7]" {
		t.Errorf("of given frames: %s", got)
	}
}

// TestManyItems has more frames and items than are drawn without scripts.
func TestManyItems(t *testing.T) {
	s := show.Stepper{Title: "T", Panels: []show.Panel{{Name: "C", Kind: show.Cells, Rows: []string{"r"}}}}
	for i := range 100 {
		s.Steps = append(s.Steps, show.Step{Event: "e"})
		s.Frames = append(s.Frames, i)
	}
	s.Steps[0].Changes = []show.Change{{Items: make([]show.Item, 600)}}
	frames := keyFrames(s)
	if len(frames) != 24 || frames[0] != 0 || frames[23] != 99 || !slices.IsSorted(frames) || len(slices.Compact(frames)) != 24 {
		t.Errorf("frames %v", frames)
	}
	b := &body{page: &page{name: "x.html"}, data: map[string][]byte{}}
	got := string(b.output("x", "", []runner.Display{display(t, s)}))
	if n, more := strings.Count(got, `<li class="t0">`), strings.Count(got, `<li class="more">and 88 more</li>`); n != 24*512 || more != 24 {
		t.Errorf("%d items and %d rows that are cut", n, more)
	}
}

// TestDrawings has places in drawings, worked out by hand.
func TestDrawings(t *testing.T) {
	line := []show.Point{{X: 0, Y: 0}, {X: 5, Y: 100}, {X: 10, Y: 50}}
	tests := []struct {
		display show.Display
		want    []string
	}{
		{show.Chart{Title: "T", Series: []show.Series{{Name: "a", Tone: show.Tone1, Points: line}, {Name: "b", Tone: show.Tone2, Stairs: true, Points: line}}}, []string{
			`<polyline class="line t1 dash0" points="0,220 500,0 1000,110">`,
			`<polyline class="line t2 dash1" points="0,220 500,220 500,0 1000,0 1000,110">`,
			`<text class="mid" x="20%" y="238">2</text>`,
			`<text class="end" x="-6" y="4.2">100</text>`,
			`<circle class="dot t1" cx="50%" cy="0" r="2.5"><title>a: 100 at 5</title>`,
		}},
		{show.Figure{Title: "T", Lines: []string{"x"}, Width: 100, Height: 50, Shapes: []show.Shape{
			{Kind: show.Arrow, Points: []show.Point{{X: 0, Y: 10}, {X: 20, Y: 10}}, Tone: show.Tone3},
			{Kind: show.Box, X: 10, Y: 20, W: 40, H: 20, Text: "a long text", Tone: show.Tone2, ID: "x"},
		}}, []string{
			`<svg role="img" aria-labelledby="rt:x-1-t" width="100" height="50" viewBox="0 0 100 50">`,
			`<polygon class="head" points="20,10 13,13.5 13,6.5">`,
			`<g class="t2" data-id="x"><rect class="box" x="10" y="20" width="40" height="20" rx="2" fill="url(#rt:x-1-p2)"></rect><text class="mid" x="30" y="34.2">a lo…</text><title>a long text</title></g>`,
			`<pattern id="rt:x-1-p2"`,
		}},
		{show.Timeline{Title: "T", Unit: "ns", Lanes: []string{"P0", "P1"}, Spans: []show.Span{{Lane: 1, From: 100, To: 200, Text: "run", Tone: show.Tone1, Note: "why"}, {Lane: 0, From: 200, To: 500}},
			Marks: []show.Mark{{Lane: 0, At: 150, Text: "wake"}}}, []string{
			`<svg class="span t1" x="0%" y="34" width="25%" height="22"><rect class="box" width="100%" height="100%" fill="url(#rt:x-1-p1)"></rect><text x="4" y="15.2">run</text><title>run: why</title></svg>`,
			`<svg class="span t0" x="25%" y="4" width="75%" height="22">`,
			`<svg class="mark" x="12.5%" y="0" width="1" height="26">`,
			`<text x="6" y="19.2">wake</text>`,
			`<text class="end" x="100%" y="78">500 ns</text>`,
		}},
		{rulerOf(""), []string{
			`<tr><td>up to 48</td><td>5</td><td>48 bytes</td><td>15 to 0 bytes</td><td>bitmap</td></tr>`,
			`<div class="scroll long c3 c4"`,
			`<p class="at"><b>50</b> bytes asked for</p>`,
			`<div><dt>waste</dt><dd>14 bytes</dd></div>`,
			`<text class="start" x="0%" y="114">1</text>`,
			`style="flex-grow:14">14 bytes</span>`,
		}},
	}
	for _, test := range tests {
		b := &body{page: &page{name: "x.html"}, data: map[string][]byte{}}
		got := string(b.output("x", "", []runner.Display{display(t, test.display)}))
		for _, want := range test.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: %s is missing in\n%.6000s", test.display.Kind(), want, got)
			}
		}
	}
}

// TestFrameState has the state at a step in the middle, worked out by hand.
func TestFrameState(t *testing.T) {
	item := func(s string) show.Item { return show.Item{Text: s} }
	s := show.Stepper{Title: "T", Panels: []show.Panel{{Name: "Q", Kind: show.Queues, Rows: []string{"r"}}}, Frames: []int{1, 3}, Steps: []show.Step{
		{Event: "a", Changes: []show.Change{{Items: []show.Item{item("1"), item("2"), item("3")}}}},
		{Event: "b", Changes: []show.Change{{At: 1, Drop: 1}}},
		{Event: "c", Changes: []show.Change{{At: 2, Items: []show.Item{item("4")}}, {Drop: 1}}},
		{Event: "d", Changes: []show.Change{{Drop: 2, Items: []show.Item{item("5")}}}},
	}}
	b := &body{page: &page{name: "x.html"}, data: map[string][]byte{}}
	got := string(b.output("x", "", []runner.Display{display(t, s)}))
	for _, want := range []string{"<b>Step 2</b>", `<ul class="items"><li class="t0">1</li><li class="t0">3</li></ul>`, "<b>Step 4</b>", `<ul class="items"><li class="t0">5</li></ul>`, ">4 steps, of which 2 are below.<", "All steps as a table"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is missing in\n%s", want, got)
		}
	}
	if strings.Contains(got, "<button") {
		t.Error("there is a button, and no recording")
	}
}

// TestStepsSayWhatTheyAreAbout has what lights up in the panels as words.
func TestStepsSayWhatTheyAreAbout(t *testing.T) {
	put := func(text, id string) []show.Change { return []show.Change{{Items: []show.Item{{Text: text, ID: id}}}} }
	s := show.Stepper{Title: "T", Unit: "ns", Panels: []show.Panel{{Name: "Q", Kind: show.Queues, Rows: []string{"r"}}}, Steps: []show.Step{
		{Event: "a", What: "on P0", Changes: put("G1 main", "G1"), Focus: []string{"G1", "P0", "M0", "G1", ""}},
		{Event: "b", What: "w", Why: "y"},
	}}
	b := &body{page: &page{name: "x.html"}, data: map[string][]byte{}}
	got := b.output("x", "", []runner.Display{display(t, s)})
	for _, want := range []string{`<th scope="col">What</th><th scope="col">About</th><th scope="col">Why</th>`, "<td>a</td><td>on P0</td><td>G1 main, M0</td><td></td>", "<td>b</td><td>w</td><td></td><td>y</td>"} {
		if !strings.Contains(string(got), want) {
			t.Errorf("%s is missing in\n%s", want, got)
		}
	}
	s.Steps[0].Focus = nil
	if got := b.output("x", "", []runner.Display{display(t, s)}); strings.Contains(string(got), "About") {
		t.Errorf("nothing lights up, and there is a column for it:\n%s", got)
	}
}

// TestColumnWithoutName has a table with a column that has no name.
func TestColumnWithoutName(t *testing.T) {
	b := &body{page: &page{name: "x.html"}, data: map[string][]byte{}}
	got := string(b.output("x", "", []runner.Display{display(t, show.Table{Title: "T", Columns: []show.Column{{}, {Name: "n", Right: true}}, Rows: [][]string{{"a", "1"}}})}))
	if want := `<thead><tr><td></td><th scope="col" class="right">n</th></tr></thead>`; !strings.Contains(got, want) {
		t.Errorf("%s is missing in\n%s", want, got)
	}
}

// TestLongStepper has a run that is too long for a table.
func TestLongStepper(t *testing.T) {
	b := &body{page: &page{name: "x.html"}, data: map[string][]byte{}}
	got := string(b.output("x", "", []runner.Display{display(t, stepperOf(1234, ""))}))
	for _, want := range []string{"The first 50 of 1234 steps as a table", "<p>1184 more steps follow.</p>"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is missing", want)
		}
	}
}

// TestRecordingSize holds a recording of 10,000 steps to its limit.
func TestRecordingSize(t *testing.T) {
	data := recording("x.js", stepperOf(10000, ""))
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	_, _ = w.Write(data)
	w.Close()
	t.Logf("10,000 steps are %d bytes, %d compressed", len(data), z.Len())
	if z.Len() > 300<<10 {
		t.Errorf("%d bytes compressed", z.Len())
	}
}

// TestTicks has axes and the numbers on them.
func TestTicks(t *testing.T) {
	tests := []struct {
		lo, hi float64
		n      int
		want   string
	}{
		{0, 100, 5, "0 20 40 60 80 100"},
		{0, 1, 5, "0.0 0.2 0.4 0.6 0.8 1.0"},
		{-3, 7, 5, "-2 0 2 4 6"},
		{0, 33000, 3, "0 10\u202f000 20\u202f000 30\u202f000"},
		{5, 5, 3, "5"},
		{0, 0.03, 3, "0.00 0.01 0.02 0.03"},
		{0, 1e300, 3, "0 5e+299 1.0e+300"},
		{0, 3e-12, 3, "0 1e-12 2e-12 3e-12"},
		{1 << 53, 1<<53 + 4, 4, "9\u202f007\u202f199\u202f254\u202f740\u202f992 9\u202f007\u202f199\u202f254\u202f740\u202f994 9\u202f007\u202f199\u202f254\u202f740\u202f996"}, // no odd ones: these are all there are
		{1e17, 1e17 + 64, 3, "1.0000000000000000e+17 1.0000000000000002e+17 1.0000000000000003e+17 1.0000000000000006e+17"},                                                     // 20 apart, on multiples of 16
	}
	for _, test := range tests {
		list, step := ticks(test.lo, test.hi, test.n)
		var got []string
		for _, v := range list {
			got = append(got, tickText(v, step))
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%v to %v: %s, want %s", test.lo, test.hi, got, test.want)
		}
	}
}

// TestRulerCurve has a curve that has a point at both ends of each range, none
// twice, and on the way as many as the scale needs; and on whole pixels only those
// that are corners.
func TestRulerCurve(t *testing.T) {
	left := func(a int64) []show.Value { return []show.Value{{Number: true, A: a, B: -1}} }
	c := show.Choice{Ranges: []show.Range{{From: 1, To: 4, Values: left(4)}, {From: 5, To: 5, Values: left(5)}, {From: 6, To: 8, Values: left(8)}}}
	var got []float64
	for _, p := range rulerCurve(rulerScale{min: 1, max: 8}, c, 0, true) {
		got = append(got, p.X*7+1, p.Y)
	}
	want := []float64{1, 75, 2, 50, 3, 25, 4, 0, 5, 0, 6, 25, 7, 12.5, 8, 0} // numbers, and percent of the slot
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-9 })); diff != "" {
		t.Errorf("the curve (-want +got):\n%s", diff)
	}
	points := onPixels([]show.Point{{X: 0, Y: 20.4}, {X: .3, Y: 18}, {X: .4, Y: 14}, {X: .4, Y: 13.9}, {X: 1, Y: 2}, {X: 1, Y: 8}, {X: 1, Y: 4}})
	if diff := cmp.Diff([]show.Point{{X: 0, Y: 20}, {X: 0, Y: 14}, {X: 1, Y: 2}, {X: 1, Y: 8}, {X: 1, Y: 4}}, points); diff != "" {
		t.Errorf("on pixels (-want +got):\n%s", diff)
	}
}

// TestRulerOnce has what holds where on the page once: in the tables.
func TestRulerOnce(t *testing.T) {
	b := &body{page: &page{name: "x.html"}, data: map[string][]byte{}}
	got := string(b.output("x", "", []runner.Display{display(t, rulerOf(""))}))
	if n := strings.Count(got, "<td>up to 48</td>"); n != 1 {
		t.Errorf("the range up to 48 is there %d times", n)
	}
	if !strings.Contains(got, `"linear":[`) || strings.Contains(got, `"ranges"`) {
		t.Errorf("the script is told the wrong things:\n%s", got[strings.Index(got, "<script"):])
	}
}

// TestExtremeCharts has charts whose numbers a float64 can only just hold: they
// are drawn within the plot, with few and short numbers beside it.
func TestExtremeCharts(t *testing.T) {
	number := regexp.MustCompile(`(?:NaN|Inf)`)
	for name, points := range map[string][]show.Point{
		"far apart":        {{X: -1e300, Y: -1e300}, {X: 1e300, Y: 1e300}},
		"close together":   {{X: 1e17, Y: 1e17}, {X: 1e17 + 64, Y: 1e17 + 64}},
		"one, far out":     {{X: 1e17, Y: -1e17}},
		"the smallest":     {{X: 0, Y: 0}, {X: 5e-324, Y: 5e-324}},
		"times in ns":      {{X: 1.7e18, Y: 1}, {X: 1.7e18 + 512, Y: 2}},
		"small beside one": {{X: 1, Y: 1 - 1e-15}, {X: 1 + 1e-15, Y: 1}},
	} {
		c := show.Chart{Title: name, X: "x", Y: "y", Series: []show.Series{{Name: "s", Points: points}}}
		if err := c.Check(); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		p := newPlot(c.Series)
		for _, at := range p.curve(c.Series[0]) {
			if !(at.X >= 0 && at.X <= plotWidth && at.Y >= 0 && at.Y <= plotHeight) {
				t.Errorf("%s: a point is at %v", name, at)
			}
		}
		for _, axis := range []struct {
			ticks []float64
			step  float64
		}{{p.xs, p.xStep}, {p.ys, p.yStep}} {
			if n := len(axis.ticks); n == 0 || n > 9 {
				t.Errorf("%s: %d numbers on an axis", name, n)
			}
			for _, v := range axis.ticks {
				if text := tickText(v, axis.step); utf8.RuneCountInString(text) > 24 || number.MatchString(text) {
					t.Errorf("%s: an axis has %q", name, text)
				}
			}
		}
	}
}

// TestRulerValues has what holds at numbers and in ranges.
func TestRulerValues(t *testing.T) {
	r := show.Range{From: 9, To: 16}
	for want, got := range map[string]string{
		"7 bytes":           valueAt(show.Value{Number: true, A: 16, B: -1, Text: "bytes"}, 9),
		"7 to 0 bytes":      valueIn(show.Value{Number: true, A: 16, B: -1, Text: "bytes"}, r),
		"16":                valueIn(show.Value{Number: true, A: 16}, r),
		"none":              valueIn(show.Value{Text: "none"}, r),
		"40\u202f960 pages": valueAt(show.Value{Number: true, A: 40960, Text: "pages"}, 9),
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	s := rulerScale{1, 32769, true}
	if a, b, c := s.at(1), s.at(32769), s.at(182); a != 0 || b != 1 || c < .49 || c > .51 { // e^(ln(32769)/2) is 181
		t.Errorf("the ends are at %v and %v, the middle of the logarithms is at %v", a, b, c)
	}
}
