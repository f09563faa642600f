package site

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestBrowserSweeps moves the controls of sweeps with a browser, from the disk.
func TestBrowserSweeps(t *testing.T) {
	browser := startBrowser(t)
	write := func(text string) string {
		files, err := Render(sweepBook(t, text))
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		if _, err := Write(files, dir); err != nil {
			t.Fatal(err)
		}
		return filepath.Join(dir, "01-goals.html")
	}
	plain, bad := write(""), write(evil)
	for _, test := range []struct {
		name string
		run  func(b *tab, file string)
		file string
	}{
		{"keyboard", testSweepKeys, plain},
		{"pointer", testSweepPointer, plain},
		{"address", testSweepAddress, plain},
		{"displays", testSweepDisplays, plain},
		{"still", testSweepStill, plain},
		{"paper", testSweepPrinted, plain},
		{"looks", testSweepLooks, plain},
		{"axe", testSweepAxe, plain},
		{"whole book", testSweepWhole, plain},
		{"markup", testSweepMarkup, bad},
		{"file gone", testSweepGone, write("")},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := openTab(t, browser)
			b.width(1000)
			test.run(b, test.file)
			if heard := b.heard(); len(heard) > 0 && test.name != "file gone" {
				t.Errorf("messages or requests: %q", heard)
			}
		})
	}
}

// What the cell with the goal shows.
const (
	goalOutput = `document.querySelector("#goal .output").innerText.trim()`
	goalAbove  = `document.querySelector("#goal output").textContent`
	goalNote   = `document.querySelector("#goal .sweep-at span").textContent`
	goalHeard  = `document.querySelector("#goal [role=status]").textContent`
)

func (b *tab) untilOutput(want string) {
	b.Helper()
	b.until(`document.querySelector("#goal .output").innerText.includes("` + want + `")`)
}

// testSweepKeys reaches the controls with the Tab key and moves them with arrows.
func testSweepKeys(b *tab, file string) {
	b.open(file, "")
	if loaded := eval[bool](b, `!!rtbook.get("01-goals.goal.sweep.js")`); loaded {
		b.Error("the other results are loaded before anybody asked")
	}
	b.do(chromedp.Focus("#goal input[type=range]"))
	b.press(kb.ArrowRight)
	b.untilOutput("goal 12")
	b.want("the value", goalAbove, "200")
	b.want("what is said of the slider", `document.activeElement.getAttribute("aria-valuetext")`, "200")
	b.want("the note", goalNote, "with gogc = 200, start = fresh")
	b.until(goalHeard + ` == "gogc = 200, start = fresh: goal 12"`)
	b.press(kb.End)
	b.untilOutput("goal 20")
	b.press(kb.Home)
	b.untilOutput("goal 5")
	b.press(kb.Tab, kb.ArrowDown)
	b.want("the radio button", `document.querySelector("#goal input[type=radio]:checked").parentNode.textContent`, "used")
	b.untilOutput("goal 5") // which it does not change
	b.press(kb.Tab)
	b.want("the focus", `document.activeElement.textContent`, "As in the text")
	b.press(kb.Enter)
	b.untilOutput("goal 8")
	b.want("the value", goalAbove, "100")
	b.want("the note", goalNote, "")
	b.want("the focus", `document.activeElement.type`, "range")
	// What a change costs besides the browser's own work, which is to lay the page
	// out with another output, does not grow with anything.
	took := eval[[]float64](b, `(() => {
		const each = f => { const from = performance.now(); for (let i = 0; i < 100; i++) { f(i); document.body.offsetHeight } return (performance.now() - from) / 100 };
		const r = document.querySelector("#goal input[type=range]"), out = document.querySelector("#goal .output");
		const change = each(i => { r.value = i % 5; r.dispatchEvent(new Event("input")) });
		const html = out.innerHTML;
		return [change, each(i => { out.innerHTML = html.replace("goal", "goal " + i) })] })()`)
	b.Logf("a change takes %.2f ms, and the layout alone %.2f ms", took[0], took[1])
	if most := 20.0; took[0] > most*took[1] {
		b.Errorf("a change takes %.1f times as long as the layout alone, want at most %v", took[0]/took[1], most)
	}
}

// testSweepPointer drags the slider, and clicks.
func testSweepPointer(b *tab, file string) {
	b.open(file, "goal")
	box := eval[[]float64](b, `(r => [r.x, r.y, r.width, r.height])(document.querySelector("#goal input[type=range]").getBoundingClientRect())`)
	at := func(part float64) (x, y float64) { return box[0] + 8 + part*(box[2]-16), box[1] + box[3]/2 }
	x, y := at(1)
	b.do(chromedp.MouseClickXY(x, y))
	b.untilOutput("goal 20")
	b.want("the value", goalAbove, "400")
	x, y = at(.25)
	b.do(chromedp.MouseClickXY(x, y))
	b.untilOutput("goal 6")
	b.want("the value", goalAbove, "50")
	b.do(chromedp.Click("#goal .sweep-radios label:last-of-type"))
	b.want("the note", goalNote, "with gogc = 50, start = used")
	b.do(chromedp.Click("#goal .own"))
	b.untilOutput("goal 8")
}

// testSweepAddress sees that the address says what is chosen, and a new page
// what the address says.
func testSweepAddress(b *tab, file string) {
	b.open(file, "goal")
	b.do(chromedp.Focus("#goal input[type=range]"))
	b.press(kb.End)
	b.untilOutput("goal 20")
	b.want("the address", `location.search + location.hash`, "?goal.gogc=400#goal")
	address := eval[string](b, `location.href`)
	b.open(file, "")
	b.untilOutput("goal 8")
	b.do(chromedp.Navigate(address))
	b.untilOutput("goal 20")
	b.want("the value", goalAbove, "400")
	b.do(chromedp.Navigate(strings.Replace(address, "400#goal", "401&goal.start=used&shape.kind=tiny&x=y", 1)))
	b.until(goalNote + ` == "with gogc = 100, start = used"`)
	b.untilOutput("goal 8")
	b.until(`document.querySelector("#shape .output").innerText.includes("Of kind tiny")`)
	b.do(chromedp.Click("#goal .own"))
	b.want("the address", `location.search`, "?shape.kind=tiny&x=y")
}

// testSweepDisplays sees that another run's displays take the place of the cell's
// own, with their numbers, and that these come back as they were.
func testSweepDisplays(b *tab, file string) {
	b.open(file, "shape")
	eval[any](b, `window.mine = document.querySelector("#shape .display"); mine.querySelector("details").open = true; document.querySelector("#shape select").focus(); 0`)
	b.press(kb.End)
	b.until(`document.querySelector("#shape .output").innerText.includes("Of kind arena")`)
	b.want("the captions", `[...document.querySelectorAll("#shape figcaption .number")].map(e => e.textContent).join()`, "Table 1:,Figure 1:")
	if !eval[bool](b, `[...document.querySelectorAll("#shape .display")].every(d => d.explored)`) {
		b.Error("the new displays are not prepared")
	}
	b.press(kb.Home, kb.ArrowDown)
	b.until(`document.querySelector("#shape .display") === mine`)
	if !eval[bool](b, `mine.querySelector("details").open`) {
		b.Error("what was unfolded is folded")
	}
	if same := eval[bool](b, `(ids => new Set(ids).size == ids.length)([...document.querySelectorAll("[id]")].map(e => e.id))`); !same {
		b.Error("an id is there twice")
	}
}

// testSweepStill looks at the page without scripts: no dead controls, and all
// results.
func testSweepStill(b *tab, file string) {
	call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	b.open(file, "")
	if eval[bool](b, `[...document.querySelectorAll(".sweep, .sweep *")].some(e => e.checkVisibility())`) {
		b.Error("controls show that do nothing")
	}
	b.want("the output", goalOutput, "live 4\ngoal 8")
	if got := eval[int](b, `[...document.querySelectorAll("#goal .sweep-results tbody tr")].filter(e => e.checkVisibility()).length`); got != 10 {
		b.Errorf("%d results show, want 10", got)
	}
	b.shot("#goal", "sweep-still")
	call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: false})
	b.open(file, "")
	if eval[bool](b, `document.querySelector("#goal .sweep-results table").checkVisibility()`) {
		b.Error("with scripts, the table is not folded")
	}
}

// testSweepPrinted looks at paper: no controls, and all results; and what values
// are shown, if they are not the text's.
func testSweepPrinted(b *tab, file string) {
	b.width(700)
	b.open(file, "")
	b.media("print", "dark")
	const inputs = `[...document.querySelectorAll(".sweep :is(input, select, button, legend)")].some(e => e.checkVisibility())`
	if eval[bool](b, inputs) || eval[bool](b, `document.querySelector(".sweep").checkVisibility()`) {
		b.Error("controls are printed")
	}
	if !eval[bool](b, `[...document.querySelectorAll(".sweep-results tr")].every(e => e.checkVisibility())`) {
		b.Error("not all results are printed")
	}
	b.shot("#goal", "sweep-paper")
	b.media("screen", "light")
	b.do(chromedp.Focus("#goal input[type=range]"))
	b.press(kb.End)
	b.untilOutput("goal 20")
	b.media("print", "light")
	if eval[bool](b, inputs) {
		b.Error("controls are printed with other values")
	}
	if !eval[bool](b, `document.querySelector("#goal .sweep-at span").checkVisibility()`) {
		b.Error("paper does not say what values are shown")
	}
}

// testSweepAxe has axe look at the cells, moved and unfolded.
func testSweepAxe(b *tab, file string) {
	axe, err := os.ReadFile("testdata/browser/axe.min.js")
	if err != nil {
		b.Fatal(err)
	}
	b.width(390)
	b.open(file, "")
	eval[any](b, `document.querySelector("#goal input[type=range]").focus(); 0`)
	b.press(kb.ArrowRight)
	b.untilOutput("goal 12")
	eval[any](b, `document.querySelectorAll("details").forEach(d => d.open = true); 0`)
	eval[any](b, `(() => {`+string(axe)+`; return 0 })()`)
	for _, scheme := range []string{"light", "dark"} {
		b.media("screen", scheme)
		eval[any](b, `(() => { window.faults = null; window.axe.run(".cell", {preload: false}).then(r => {
				window.faults = r.violations.flatMap(v => v.nodes.map(n => v.id + ": " + n.html.slice(0, 150) + " " + n.failureSummary.slice(0, 200)));
			}); return 0 })()`)
		b.until(`!!window.faults`)
		if faults := eval[[]string](b, `window.faults.slice(0, 8)`); len(faults) > 0 {
			b.Errorf("%s: %s", scheme, strings.Join(faults, "\n"))
		}
	}
}

// testSweepLooks sees that nothing is wider than the window.
func testSweepLooks(b *tab, file string) {
	for _, scheme := range []string{"light", "dark"} {
		b.media("screen", scheme)
		for _, w := range []int64{320, 390, 1280} {
			b.width(w)
			b.open(file, "")
			b.do(chromedp.Focus("#goal input[type=range]"))
			b.press(kb.ArrowRight)
			b.untilOutput("goal 12")
			eval[any](b, `document.querySelectorAll(".sweep-results").forEach(d => d.open = true); 0`)
			if got := eval[int64](b, `document.documentElement.scrollWidth`); got > w {
				b.Errorf("%d pixels wide in a window of %d: %s", got, w, eval[string](b, widest))
			}
			if w != 320 {
				b.shot("#goal", "sweep-"+scheme+"-"+map[int64]string{390: "narrow", 1280: "wide"}[w])
				b.shot("#shape", "sweep-shape-"+scheme+"-"+map[int64]string{390: "narrow", 1280: "wide"}[w])
			}
			small := eval[[]string](b, `[...document.querySelectorAll(".sweep :is(label, li, p, span), .sweep-results :is(td, th, summary)")].
				filter(e => e.checkVisibility() && parseFloat(getComputedStyle(e).fontSize) < 11).map(e => e.textContent)`)
			if len(small) > 0 {
				b.Errorf("text is too small: %q", small)
			}
		}
	}
}

// testSweepWhole moves the controls on the page that has the whole book.
func testSweepWhole(b *tab, file string) {
	b.open(filepath.Join(filepath.Dir(file), wholeName), "")
	if !eval[bool](b, `!!document.querySelector(".sweep input[type=range]")`) {
		b.Fatal("the whole book has no sweep")
	}
	b.do(chromedp.Focus(".sweep input[type=range]"))
	b.press(kb.End)
	b.until(`document.querySelector(".output").innerText.includes("goal 20")`)
}

// testSweepMarkup sees that text stays text when a run's output is put in.
func testSweepMarkup(b *tab, file string) {
	b.open(file, "")
	b.do(chromedp.Focus("#goal input[type=range]"))
	b.press(kb.End)
	b.untilOutput("goal 20")
	b.do(chromedp.Focus("#shape select"))
	b.press(kb.End)
	b.until(`document.querySelector("#shape .output").innerText.includes("Of kind arena")`)
	if n := eval[int](b, `document.querySelectorAll("img").length`); n > 0 {
		b.Errorf("%d images come of text", n)
	}
	if !eval[bool](b, goalOutput+`.includes("<img")`) {
		b.Error("the text is not shown")
	}
}

// testSweepGone sees what a reader is told if the file of results is not there.
func testSweepGone(b *tab, file string) {
	if err := os.Remove(filepath.Join(filepath.Dir(file), "01-goals.goal.sweep.js")); err != nil {
		b.Fatal(err)
	}
	b.open(file, "")
	b.do(chromedp.Focus("#goal input[type=range]"))
	b.press(kb.End)
	b.until(goalNote + ` == "The other results could not be read."`)
	b.want("the value", goalAbove, "100")
	b.want("the output", goalOutput, "live 4\ngoal 8")
}
