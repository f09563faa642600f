package site

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestQuestionsInBrowser answers a prediction as readers do, from disk, scripts
// disabled.
func TestQuestionsInBrowser(t *testing.T) {
	browser := startBrowser(t)
	fsys := mapFS(map[string]string{
		"notes/book.yaml": bookYAML,
		"notes/index.md":  "# Start\n",
		"notes/01-one.md": "# One\n\n" + questions,
	})
	files, err := Render(Input{Book: parse(t, fsys, "notes"), Outcomes: questionOutcomes(), Assets: fsys})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if _, err := Write(files, dir); err != nil {
		t.Fatal(err)
	}
	page := filepath.Join(dir, "01-one.html")
	for name, test := range map[string]func(b *tab, page string){
		"keyboard": testQuestionKeys, "pointer": testQuestionPointer, "print": testQuestionPrint, "looks": testQuestionLooks,
	} {
		t.Run(name, func(t *testing.T) {
			b := openTab(t, browser)
			call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
			b.width(390)
			b.open(page, "")
			test(b, page)
			if heard := b.heard(); len(heard) > 0 {
				b.Errorf("the page says or asks for %q", heard)
			}
		})
	}
}

// seen is what of the answers and the output shows.
const seen = `[...document.querySelectorAll(".predict .answer, .printed .output, #fit-checker .code, #fit-answer-1, #solved")].
	filter(e => e.checkVisibility({contentVisibilityAuto: true})).map(e => e.id || e.className)`

// sees waits until no more and no less than want shows. What folds and unfolds is
// seen only in the browser's next frame.
func (b *tab) sees(when string, want ...string) {
	b.Helper()
	var got []string
	for range 40 {
		if got = eval[[]string](b, seen); slices.Equal(got, want) {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	b.Errorf("%s, %q shows, want %q", when, got, want)
}

func testQuestionKeys(b *tab, _ string) {
	b.sees("at first")
	focused := func(selector string) {
		b.Helper()
		for range 60 {
			b.do(chromedp.KeyEvent(kb.Tab))
			if eval[bool](b, `document.activeElement.matches(`+fmt.Sprintf("%q", selector)+`)`) {
				return
			}
		}
		b.Fatalf("Tab does not reach %s", selector)
	}
	focused(".choice > summary")
	if style := eval[string](b, `getComputedStyle(document.activeElement).outlineStyle`); style == "none" {
		b.Error("the focus does not show")
	}
	b.do(chromedp.KeyEvent(kb.Enter))
	b.sees("after the first choice", "answer right")
	focused(".choice > summary")
	b.do(chromedp.KeyEvent(" "))
	b.sees("after the second", "answer right", "answer wrong")
	focused(".printed > summary")
	b.do(chromedp.KeyEvent(kb.Enter))
	b.sees("after asking for the output", "answer right", "answer wrong", "output")
}

func testQuestionPointer(b *tab, _ string) {
	click := func(selector string) {
		b.Helper()
		b.do(chromedp.Click(selector))
	}
	click(".choice:nth-of-type(2) > summary")
	b.sees("after the second choice", "answer wrong")
	click(".printed > summary")
	b.sees("after asking for the output", "answer wrong", "output")
	click("#fit-checker summary")
	b.sees("after asking for the checker", "answer wrong", "output", "code")
}

func testQuestionPrint(b *tab, _ string) {
	b.media("print", "dark")
	b.sees("on paper", "answer right", "answer wrong", "output", "solved", "code", "fit-answer-1")
}

// testQuestionLooks measures colours and widths with everything open.
func testQuestionLooks(b *tab, page string) {
	const open = `document.querySelectorAll("details").forEach(d => d.open = true)`
	for _, scheme := range []string{"light", "dark"} {
		b.media("screen", scheme)
		b.open(page, "")
		eval[any](b, open)
		if faint := eval[[]string](b, contrasts+`(".predict, .predict *, .printed > summary, .problem-try, .problem-try *")`); len(faint) > 0 {
			b.Errorf("%s: %q", scheme, faint)
		}
	}
	for _, w := range []int64{320, 390, 1300} {
		b.width(w)
		if got := eval[int64](b, `document.documentElement.scrollWidth`); got > w {
			b.Errorf("%d pixels wide in a window of %d: %s", got, w, eval[string](b, widest))
		}
		if cut := eval[[]string](b, `[...document.querySelectorAll(".predict *, .problem-try *")].filter(e => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display != "inline").map(e => e.className + e.textContent)`); len(cut) > 0 {
			b.Errorf("%d pixels: cut: %q", w, cut)
		}
	}
}
