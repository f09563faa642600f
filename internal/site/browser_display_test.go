package site

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"rtbook/runner"
	"rtbook/runner/show"
)

// until waits for an expression to become true.
func (b *tab) until(expression string) {
	b.Helper()
	for range 200 {
		if eval[bool](b, expression) {
			return
		}
		time.Sleep(25 * time.Millisecond)
	}
	b.Fatalf("not after five seconds: %s", expression)
}

// want compares the value of an expression.
func (b *tab) want(what, expression, want string) {
	b.Helper()
	if got := eval[string](b, expression); got != want {
		b.Errorf("%s is %q, want %q", what, got, want)
	}
}

// press presses keys.
func (b *tab) press(keys ...string) {
	b.Helper()
	for _, k := range keys {
		b.do(chromedp.KeyEvent(k))
	}
}

// shot writes a picture of an element into the folder that $RTBOOK_DISPLAYS
// names, to be looked at.
func (b *tab) shot(selector, name string) {
	b.Helper()
	dir := os.Getenv("RTBOOK_DISPLAYS")
	if dir == "" {
		return
	}
	box := eval[[]float64](b, `(r => [r.x + scrollX, r.y + scrollY, r.width, r.height])(document.querySelector("`+selector+`").getBoundingClientRect())`)
	beyond := true
	r := call(b, cdppage.CaptureScreenshot, cdppage.CaptureScreenshotParams{CaptureBeyondViewport: &beyond, Clip: &cdppage.Viewport{X: box[0], Y: box[1], Width: box[2], Height: box[3], Scale: 1}})
	if err := os.WriteFile(filepath.Join(dir, name+".png"), r.Data, 0o666); err != nil {
		b.Fatal(err)
	}
}

// TestBrowserDisplays looks at displays with a browser, from the disk.
func TestBrowserDisplays(t *testing.T) {
	browser := startBrowser(t)
	write := func(in Input) string {
		files, err := Render(in)
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		if _, err := Write(files, dir); err != nil {
			t.Fatal(err)
		}
		return filepath.Join(dir, "01-one.html")
	}
	plain, bad := write(displayBook(t, allDisplays("")...)), write(displayBook(t, allDisplays(evil)...))
	long := write(displayBook(t, stepperOf(10000, "")))
	apart := write(apartBook(t))
	for _, test := range []struct {
		name string
		run  func(b *tab, file string)
		file string
	}{
		{"looks", testDisplayLooks, plain},
		{"axe", testDisplaysAxe, plain},
		{"still", testDisplaysStill, plain},
		{"paper", testDisplaysPrinted, plain},
		{"markup", testDisplayMarkup, bad},
		{"stepper", testStepper, plain},
		{"stepper keys", testStepperKeys, plain},
		{"stepper address", testStepperAddress, plain},
		{"output apart", testOutputApart, apart},
		{"ruler", testRuler, plain},
		{"light", testLinked, plain},
		{"long", testLongRun, long},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := openTab(t, browser)
			b.width(1000)
			test.run(b, test.file)
			if heard := b.heard(); len(heard) > 0 {
				t.Errorf("messages or requests: %q", heard)
			}
		})
	}
}

// displayCell is the cell of allDisplays with a kind of display.
var displayCell = map[string]string{"table": "d1", "figure": "d2", "chart": "d3", "timeline": "d4", "ruler": "d5", "stepper": "d6", "stopped": "d7"}

// testDisplayLooks sees that no display is wider than the window or has text
// that is too small, in any width, and that they differ in the dark.
func testDisplayLooks(b *tab, file string) {
	for _, scheme := range []string{"light", "dark"} {
		b.media("screen", scheme)
		for _, w := range []int64{320, 390, 1280} {
			b.width(w)
			b.open(file, "d6@120")
			b.until(`!!document.querySelector("#d6 .stage")`)
			if got := eval[int64](b, `document.documentElement.scrollWidth`); got > w {
				b.Errorf("%d pixels wide in a window of %d: %s", got, w, eval[string](b, widest))
			}
			if small := eval[[]string](b, `[...document.querySelectorAll(".display *")].filter(e => e.checkVisibility() && [...e.childNodes].some(n => n.nodeType == 3 && n.data.trim()) && parseFloat(getComputedStyle(e).fontSize) < 11).map(e => e.outerHTML.slice(0, 90))`); len(small) > 0 {
				b.Errorf("%d pixels: text that is too small: %q", w, small)
			}
			if cut := eval[[]string](b, `[...document.querySelectorAll(".display .scroll")].filter(e => e.scrollWidth > e.clientWidth && (e.tabIndex != 0 || getComputedStyle(e).overflowX != "auto")).map(e => e.outerHTML.slice(0, 90))`); len(cut) > 0 {
				b.Errorf("%d pixels: cut, and cannot be scrolled: %q", w, cut)
			}
			for kind, cell := range displayCell {
				b.shot("#"+cell, fmt.Sprintf("%s-%s-%d", kind, scheme, w))
			}
		}
	}
	if n := eval[int](b, `document.querySelectorAll("svg[role=img]").length`); n < 6 {
		b.Errorf("%d drawings", n)
	}
	if nameless := eval[[]string](b, `[...document.querySelectorAll("svg[role=img]")].filter(e => !document.getElementById(e.getAttribute("aria-labelledby"))?.textContent).map(e => e.outerHTML.slice(0, 90))`); len(nameless) > 0 {
		b.Errorf("drawings without a name: %q", nameless)
	}
}

// testDisplaysAxe has axe look at displays, of which one is in use.
func testDisplaysAxe(b *tab, file string) {
	axe, err := os.ReadFile("testdata/browser/axe.min.js")
	if err != nil {
		b.Fatal(err)
	}
	b.width(390)
	b.open(file, "d6@300")
	b.until(`!!document.querySelector("#d6 .stage")`)
	eval[any](b, `(() => {`+string(axe)+`; return 0 })()`)
	for _, scheme := range []string{"light", "dark"} {
		b.media("screen", scheme)
		eval[any](b, `(() => { window.faults = null; window.axe.run({include: [".display"], exclude: ["#d7"]}, {preload: false}).then(r => {
				window.faults = r.violations.flatMap(v => v.nodes.map(n => v.id + ": " + n.html.slice(0, 150) + " " + n.failureSummary.slice(0, 200)));
			}); return 0 })()`)
		b.until(`!!window.faults`)
		if faults := eval[[]string](b, `window.faults.slice(0, 8)`); len(faults) > 0 {
			b.Errorf("%s: %s", scheme, strings.Join(faults, "\n"))
		}
	}
}

// testDisplaysStill sees what is there without scripts.
func testDisplaysStill(b *tab, file string) {
	call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	b.open(file, "")
	if dead := eval[[]string](b, `[...document.querySelectorAll(".display :is(button, input, select)")].filter(e => e.checkVisibility()).map(e => e.outerHTML)`); len(dead) > 0 {
		b.Errorf("controls that do nothing: %q", dead)
	}
	if !eval[bool](b, `[...document.querySelectorAll(".ranges td")].every(e => e.checkVisibility({contentVisibilityAuto: true})) && document.querySelector(".ranges table").getBoundingClientRect().height > 100`) {
		b.Error("the ranges of the ruler are folded")
	}
	if n := eval[int](b, `[...document.querySelectorAll("#d6 .frame")].filter(e => e.checkVisibility()).length`); n != 6 {
		b.Errorf("%d key frames", n)
	}
	b.want("the last key frame", `document.querySelector("#d6 .frame:last-child b").textContent`, "Step 400")
	b.shot("#d6", "stepper-still")
	b.shot("#d5", "ruler-still")
	b.open(file, "d6@80")
	if top := eval[float64](b, `document.getElementById("d6@80").getBoundingClientRect().top`); top < 0 || top > 500 {
		b.Errorf("a link to a key frame leads to where it is at %v", top)
	}
}

// testDisplaysPrinted sees that paper has frames and tables, whatever is open.
func testDisplaysPrinted(b *tab, file string) {
	b.open(file, "d6@120")
	b.until(`!!document.querySelector("#d6 .stage")`)
	b.media("print", "dark")
	b.width(700)
	if !eval[bool](b, `!document.querySelector(".stage").checkVisibility() && [...document.querySelectorAll(".frame, .ranges table, .steps table")].every(e => e.checkVisibility())`) {
		b.Error("the stage is printed, or the key frames or tables are not")
	}
	if eval[bool](b, `[...document.querySelectorAll(".display :is(button, input, select)")].some(e => e.checkVisibility())`) {
		b.Error("controls are printed")
	}
	if cut := eval[[]string](b, `[...document.querySelectorAll(".display *")].filter(e => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX != "visible" && e.clientWidth > 1).map(e => e.outerHTML.slice(0, 90))`); len(cut) > 0 {
		b.Errorf("cut: %q", cut)
	}
	for kind, cell := range displayCell {
		b.shot("#"+cell, kind+"-print")
	}
}

// testDisplayMarkup sees that text of the data is text, on the page and in what
// scripts make of it.
func testDisplayMarkup(b *tab, file string) {
	b.open(file, "d6@300")
	b.until(`!!document.querySelector("#d6 .stage")`)
	if n := eval[int](b, `document.querySelectorAll(".display img").length`); n != 0 {
		b.Errorf("%d images", n)
	}
	if !eval[bool](b, `document.querySelector("#d6 .stage .row-name").textContent.includes("</script><img src=x")`) {
		b.Error("the text is not there")
	}
	b.want("a field of the ruler", `document.querySelector("#d5 .readout div:last-child dd").textContent`, "bitmap"+evil)
}

const (
	stepOf   = `document.querySelector("#d6 .stage .step").textContent.split(" ").slice(0, 4).join(" ")`
	stageRow = `[...document.querySelectorAll("#d6 .stage .items")].map(l => [...l.children].map(e => e.textContent + e.classList[0]).join(" ")).join("|")`
)

// click clicks in the middle of an element.
func (b *tab) click(selector string) {
	b.Helper()
	eval[any](b, `document.querySelector(`+"`"+selector+"`"+`).scrollIntoView({block: "center"})`)
	at := eval[[]float64](b, `(r => [r.x + r.width / 2, r.y + r.height / 2])(document.querySelector(`+"`"+selector+"`"+`).getBoundingClientRect())`)
	b.do(chromedp.MouseClickXY(at[0], at[1]))
}

// stateAt returns what is shown of stepperOf at a step, but for its lanes, worked
// out from its changes in the plainest way.
func stateAt(s show.Stepper, step int) string {
	rows := newStepState(s.Panels)
	for _, st := range s.Steps[:step] {
		rows.apply(st)
	}
	var all []string
	for i, panel := range s.Panels[1:] {
		for _, row := range rows[i+1] {
			var items []string
			for _, it := range row {
				if panel.Kind == show.Cells {
					it.Text = ""
				}
				items = append(items, it.Text+string(toneClass(it.Tone)))
			}
			all = append(all, strings.Join(items, " "))
		}
	}
	return strings.Join(all, "|")
}

// namesAt returns what a step of a run is about.
func namesAt(s show.Stepper, step int) []string {
	state := newStepState(s.Panels)
	for _, st := range s.Steps[:step] {
		state.apply(st)
	}
	return state.names(s.Steps[step-1])
}

// testStepper steps by pointer.
func testStepper(b *tab, file string) {
	run := stepperOf(400, "")
	at := func(what string, step int) {
		b.Helper()
		b.want(what+": the step", stepOf, fmt.Sprintf("Step %d of 400", step))
		b.want(what+": the panels", stageRow, stateAt(run, step))
		b.want(what+": the reason", `document.querySelector("#d6 .stage .why").textContent`, run.Steps[step-1].Why)
	}
	b.open(file, "")
	b.click("#d6 .act button")
	b.until(`!!document.querySelector("#d6 .stage")`)
	at("opened", 1)
	for range 3 {
		b.click("#d6 .next")
	}
	at("three on", 4)
	b.click("#d6 .stage .bar button")
	at("one back", 3)
	// Far on and back, over kept states, by the range.
	for _, step := range []int{400, 1, 128, 129, 127, 257, 256, 40, 399} {
		eval[any](b, fmt.Sprintf(`(r => { r.value = %d; r.dispatchEvent(new Event("input")); return 0 })(document.querySelector("#d6 input[type=range]"))`, step))
		at("scrubbed", step)
	}
	if n := eval[int](b, `document.querySelectorAll("#d6 .stage .cells li").length`); n != 64 {
		b.Errorf("%d slots", n)
	}
	// Jumps: the next of a kind, then words.
	eval[any](b, `(r => { r.value = 1; r.dispatchEvent(new Event("input")); return 0 })(document.querySelector("#d6 input[type=range]"))`)
	next := func(from int, match func(show.Step) bool) int {
		for i := from; i < len(run.Steps); i++ {
			if match(run.Steps[i]) {
				return i + 1
			}
		}
		return 0
	}
	eval[any](b, `(s => { s.value = [...s.options].find(o => o.text.startsWith("GoPreempt")).value; s.dispatchEvent(new Event("change")); return 0 })(document.querySelector("#d6 form select"))`)
	preempted := func(s show.Step) bool { return s.Event == "GoPreempt" }
	first := next(1, preempted)
	b.click("#d6 form [type=submit]")
	at("the first preemption", first)
	b.click("#d6 form [type=submit]")
	at("the second preemption", next(first, preempted))
	b.click("#d6 form [type=button]")
	at("the first again", first)
	b.until(`document.querySelector("#d6 .stage > .heard").textContent.includes("GoPreempt")`)
	// What lights up is heard, where the words of the step do not say it.
	about := next(0, func(s show.Step) bool { return strings.HasPrefix(strings.Join(s.Focus, ""), "slot") })
	eval[any](b, fmt.Sprintf(`(r => { r.value = %d; r.dispatchEvent(new Event("input")); return 0 })(document.querySelector("#d6 input[type=range]"))`, about))
	b.until(fmt.Sprintf(`document.querySelector("#d6 .stage > .heard").textContent.startsWith("Step %d of")`, about))
	names := strings.Join(namesAt(run, about), ", ")
	if heard := eval[string](b, `document.querySelector("#d6 .stage > .heard").textContent`); names == "" || !strings.Contains(heard, " ("+names+"). ") {
		b.Errorf("heard is %q, without %q", heard, names)
	}
	// Play, from the end: it begins anew, and says nothing until it pauses.
	eval[any](b, `(r => { r.value = 400; r.dispatchEvent(new Event("input")); return 0 })(document.querySelector("#d6 input[type=range]"))`)
	eval[any](b, `(s => { s.value = 30; return 0 })(document.querySelector("#d6 .bar select"))`)
	b.until(`document.querySelector("#d6 .stage > .heard").textContent.startsWith("Step 400")`)
	b.click("#d6 .play")
	b.until(`+document.querySelector("#d6 input[type=range]").value > 8`)
	b.want("what is heard during play", `document.querySelector("#d6 .stage > .heard").textContent.slice(0, 8)`, "Step 400")
	b.click("#d6 .play")
	step := eval[int](b, `+document.querySelector("#d6 input[type=range]").value`)
	at("paused", step)
	b.until(fmt.Sprintf(`document.querySelector("#d6 .stage > .heard").textContent.startsWith("Step %d of")`, step))
	// The other recording, to its end.
	b.click("#d7 .act button")
	b.until(`!!document.querySelector("#d7 .stage")`)
	if eval[bool](b, `document.querySelector("#d7 .stage .stopped").checkVisibility()`) {
		b.Error("it has stopped at its first step")
	}
	eval[any](b, `(r => { r.value = 9; r.dispatchEvent(new Event("input")); return 0 })(document.querySelector("#d7 input[type=range]"))`)
	b.want("why it stopped", `document.querySelector("#d7 .stage .stopped:not([hidden])").textContent`, "It stopped here. panic: all goroutines are asleep")
	b.click("#d6 .close")
	if !eval[bool](b, `!document.querySelector("#d6 .stage") && document.querySelector("#d6 .frame").checkVisibility()`) {
		b.Error("closed, the key frames are not there again")
	}
}

// testStepperKeys steps by keyboard.
func testStepperKeys(b *tab, file string) {
	b.open(file, "")
	const focus = `(e => e.textContent || e.getAttribute("aria-label"))(document.activeElement)`
	eval[any](b, `document.querySelector("#d6 .act button").focus()`)
	b.press(kb.Enter)
	b.until(`!!document.querySelector("#d6 .stage")`)
	b.want("the focus", focus, "Next")
	b.press(kb.Enter, kb.Enter, " ")
	b.want("the step", stepOf, "Step 4 of 400")
	b.press(kb.Tab, kb.Tab, kb.Tab)
	b.want("the focus", focus, "Step")
	b.press(kb.End)
	b.want("the step", stepOf, "Step 400 of 400")
	b.press(kb.ArrowLeft)
	b.want("the step", stepOf, "Step 399 of 400")
	b.press(kb.Tab, kb.Tab)
	b.want("the focus", focus, "Words in what happens and why")
	b.do(chromedp.KeyEvent("zzz"))
	b.until(`document.querySelector("#d6 .hits").textContent == "none found"`)
	b.press(kb.Backspace, kb.Backspace, kb.Backspace)
	b.do(chromedp.KeyEvent("fresh"))
	b.press(kb.Tab, kb.Enter)
	b.want("the step", stepOf, "Step 1 of 400")
	b.press(kb.Tab, kb.Tab)
	eval[any](b, `(r => { r.value = 200; r.dispatchEvent(new Event("input")); return 0 })(document.querySelector("#d6 input[type=range]"))`)
	// The things in the panels: one stop each, and arrow keys.
	if n := eval[int](b, `Math.max(...[...document.querySelectorAll("#d6 .stage .panel")].map(p => p.querySelectorAll("[tabindex='0']").length))`); n != 1 {
		b.Errorf("%d stops of the keyboard in a panel", n)
	}
	eval[any](b, `document.querySelector("#d6 .stage .cells [tabindex='0']").focus()`)
	first := eval[string](b, `document.activeElement.dataset.id`)
	b.press(kb.ArrowRight)
	second := eval[string](b, `document.activeElement.dataset.id`)
	if first == second || !strings.HasPrefix(second, "slot") || !eval[bool](b, `document.activeElement.classList.contains("lit")`) {
		b.Errorf("after %s the arrow key leads to %s", first, second)
	}
	b.press(kb.ArrowLeft)
	b.want("the focus", `document.activeElement.dataset.id`, first)
	b.want("the step, which no arrow key changed", stepOf, "Step 200 of 400")
}

// testStepperAddress opens addresses of steps.
func testStepperAddress(b *tab, file string) {
	b.open(file, "")
	b.click("#d6 .act button")
	b.until(`!!document.querySelector("#d6 .stage")`)
	eval[any](b, `(r => { r.value = 77; r.dispatchEvent(new Event("input")); return 0 })(document.querySelector("#d6 input[type=range]"))`)
	b.until(`location.hash == "#d6@77"`)
	b.do(chromedp.Reload())
	b.until(`!!document.querySelector("#d6 .stage")`)
	b.want("the step after a reload", stepOf, "Step 77 of 400")
	eval[any](b, `void (location.hash = "d6@12")`)
	b.until(stepOf + ` == "Step 12 of 400"`)
	eval[any](b, `void (location.hash = "d6")`)
	b.until(`document.querySelector(":target")?.id == "d6"`)
	b.click("#d6 .close")
	b.until(`location.hash == "#d6"`)
	b.open(file, "d6@99999")
	b.until(`!!document.querySelector("#d6 .stage")`)
	b.want("a step beyond the last", stepOf, "Step 400 of 400")
	if top := eval[float64](b, `document.querySelector("#d6 .display").getBoundingClientRect().top`); top < -5 || top > 400 {
		b.Errorf("it is at %v", top)
	}
	b.open(filepath.Join(filepath.Dir(file), "all.html"), "01-one/d6@12")
	const stage = `document.getElementById("01-one/d6").querySelector(".stage .step")`
	b.until(`!!` + stage)
	b.want("the step on the page of the whole book", stage+`.querySelector("b").textContent`, "Step 12")
	b.open(file, "nothing@3")
	b.open(file, "%@3")
}

// apartBook has a cell whose output, with two recordings, stands apart from it.
func apartBook(t *testing.T) Input {
	first, second := display(t, stepperOf(20, "")), display(t, stepperOf(30, "!"))
	out := first.Text + second.Text
	fsys := mapFS(map[string]string{"notes/book.yaml": bookYAML, "notes/01-one.md": "# One\n\n```go {cell=x}\nf()\n```\n\nProse, with a [step](#x@2.7).\n\n~~~~~text {output=x}\n" + out + "~~~~~\n"})
	return Input{Book: parse(t, fsys, "notes"), Assets: fsys, Outcomes: map[string]Outcome{"notes/01-one.md#x": {
		Engines: []string{"go"}, Agreed: true, Status: runner.Done, Output: out, Displays: []runner.Display{first, second}}}}
}

// testOutputApart opens recordings by the cell's address.
func testOutputApart(b *tab, file string) {
	b.open(file, "x@3")
	b.until(`!!document.querySelector(".stage")`)
	b.want("the step", `document.querySelector(".stage .step").textContent.slice(0, 12)`, "Step 3 of 20")
	b.click("article p a")
	b.until(`document.querySelectorAll(".stage").length == 2`)
	b.want("the step", `document.querySelectorAll(".stage .step")[1].textContent.slice(0, 12)`, "Step 7 of 30")
	b.until(`location.hash == "#x@2.7"`)
}

// testRuler moves along a ruler, by keyboard and by pointer.
func testRuler(b *tab, file string) {
	const (
		number  = `document.querySelector("#d5 .at b").textContent`
		fields  = `[...document.querySelectorAll("#d5 .readout dd")].map(e => e.textContent).join(", ")`
		pointer = `document.querySelector("#d5 .pointer").getBoundingClientRect().x`
	)
	b.open(file, "")
	b.want("the number", number, "50")
	b.want("the fields", fields, "6, 64 bytes, 14 bytes, bitmap")
	eval[any](b, `document.querySelector("#d5 input[type=range]").focus()`)
	b.press(kb.ArrowRight)
	b.want("the number", number, "51")
	b.press(kb.ArrowLeft, kb.ArrowLeft, kb.ArrowLeft)
	b.want("the number", number, "48")
	b.want("the fields", fields, "5, 48 bytes, 0 bytes, bitmap")
	b.press(kb.End)
	b.want("the fields at the end", fields, "none, 40\u202f960 bytes, 7960 bytes, -")
	b.press(kb.Home)
	b.want("the fields at the beginning", fields, "1, 8 bytes, 7 bytes, bitmap")
	b.until(`document.querySelector("#d5 .heard").textContent == "1 bytes asked for: class 1, slot 8 bytes, waste 7 bytes, pointers bitmap"`)
	// No key passes over the end of a range.
	seen := map[string]bool{}
	for range 120 {
		seen[eval[string](b, `document.querySelector("#d5 .readout dd").textContent`)] = true
		b.press(kb.PageUp)
	}
	for n := 1; n < 9; n++ {
		eval[any](b, fmt.Sprintf(`(e => { e.value = %d; e.dispatchEvent(new Event("input")); return 0 })(document.querySelector("#d5 input[type=number]"))`, 8*n))
	}
	// The exact number, beside the range.
	eval[any](b, `document.querySelector("#d5 input[type=number]").select()`)
	b.do(chromedp.KeyEvent("1025"))
	b.want("the fields", fields, "33, 1152 bytes, 127 bytes, bitmap")
	b.want("what the range says", `document.querySelector("#d5 input[type=range]").getAttribute("aria-valuetext")`, "1025 bytes asked for")
	b.click("#d5 input[type=radio][value='1']")
	b.want("the fields of the other choice", fields, "33, 1152 bytes, 119 bytes, bitmap")
	if n := eval[int](b, `document.querySelectorAll("#d5 .curve:not(.off)").length`); n != 1 {
		b.Errorf("%d curves are on", n)
	}
	// The drawing, by pointer.
	box := eval[[]float64](b, `(d => (d.scrollIntoView({block: "center"}), d = d.getBoundingClientRect(), [d.x, d.y, d.width, d.height]))(document.querySelector("#d5 .plot svg"))`)
	b.do(chromedp.MouseClickXY(box[0]+box[2]/2, box[1]+box[3]/2))
	if x := eval[float64](b, pointer); x < box[0]+box[2]/2-4 || x > box[0]+box[2]/2+4 {
		b.Errorf("the pointer is at %v of %v", x, box)
	}
	b.shot("#d5", "ruler-used")
}

// testLinked points at something, and sees the same light up elsewhere.
func testLinked(b *tab, file string) {
	b.open(file, "d6@20")
	b.until(`!!document.querySelector("#d6 .stage")`)
	at := eval[[]float64](b, `(() => { const e = [...document.querySelectorAll("#d6 .stage .queues [data-id]")][0]; e.scrollIntoView({block: "center"}); const r = e.getBoundingClientRect(); return [r.x + 4, r.y + 4]; })()`)
	b.do(chromedp.MouseEvent("mouseMoved", at[0], at[1]))
	b.until(`document.querySelectorAll("#d6 .lit").length > 0`)
	if !eval[bool](b, `new Set([...document.querySelectorAll(".lit")].map(e => e.dataset.id)).size == 1 && document.querySelectorAll(".lit").length == document.querySelectorAll("#d6 [data-id='" + document.querySelector(".lit").dataset.id + "']").length`) {
		b.Error("not all of one id, or others, light up")
	}
	b.do(chromedp.MouseEvent("mouseMoved", 1, 1))
	b.until(`document.querySelectorAll(".lit").length == 0`)
}

// testLongRun opens a recording of 10,000 steps. How long it takes is only
// reported: it depends on the machine, and on what else this does.
func testLongRun(b *tab, file string) {
	b.open(file, "")
	eval[any](b, `(() => {
		const from = performance.now();
		new MutationObserver((_, o) => { if (document.querySelector(".stage")) { o.disconnect(); requestAnimationFrame(() => window.opened = performance.now() - from); } }).observe(document.querySelector("#d1"), {subtree: true, childList: true});
		document.querySelector(".act button").click();
		return 0;
	})()`)
	b.until(`window.opened > 0`)
	opened := eval[float64](b, `window.opened`)
	times := eval[[]float64](b, `(() => {
		const range = document.querySelector(".stage input[type=range]"), next = document.querySelector(".next"), back = document.querySelector(".stage .bar button");
		const each = f => { const list = []; for (let i = 0; i < 300; i++) { const from = performance.now(); f(i); document.querySelector(".stage").offsetHeight; list.push(performance.now() - from); } list.sort((a, b) => a - b); return [list[150], list[297]]; };
		range.value = 5000; range.dispatchEvent(new Event("input"));
		return [...each(() => next.click()), ...each(() => back.click()), ...each(i => { range.value = 1 + i * 7919 % 10000; range.dispatchEvent(new Event("input")); })];
	})()`)
	b.Logf("opened in %.0f ms; a step on takes %.2f ms (99 of 100 less than %.2f), back %.2f (%.2f), anywhere %.2f (%.2f)", opened, times[0], times[1], times[2], times[3], times[4], times[5])
	b.want("the step", `document.querySelector(".stage .step b").textContent`, "Step "+tickText(float64(1+299*7919%10000), 1))
}
