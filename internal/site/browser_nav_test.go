package site

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// barShows says whether the bar with the search is on the screen.
const barShows = `(e => e.getBoundingClientRect().bottom > 20)(document.querySelector("header.top"))`

// testBar reads on and turns back on a phone: the bar goes, and comes back over
// the text, with a list of chapters that has the parts of this one.
func testBar(b *tab, dir string) {
	b.width(390)
	file := filepath.Join(dir, "01-spans.html")
	b.open(file, "")
	b.wheel(2000)
	b.wait(`scrollY > 1000 && !` + barShows)
	b.wheel(-200)
	b.wait(`scrollY > 800 && ` + barShows)
	if got := eval[bool](b, `document.elementFromPoint(40, 20).closest("header.top") !== null`); !got {
		b.Error("the bar lies under the text")
	}
	eval[any](b, `document.querySelector("button.open").click()`)
	b.wait(`!!document.querySelector("nav.chapters:popover-open .parts")`)
	const here = `[...document.querySelectorAll("nav.chapters [aria-current]")].map(e => e.textContent + "=" + e.getAttribute("aria-current")).join()`
	b.want("the places that are marked", here, "Spans & <em>slots</em>=page,Long=location")
	eval[any](b, `document.querySelector(".parts a[href='#the-end']").click()`)
	b.wait(`location.hash === "#the-end" && !document.querySelector("nav.chapters:popover-open")`)
	eval[any](b, `document.querySelector("button.open").click()`)
	b.wait(here + `.endsWith(",The end=location")`)
	if n := eval[int](b, `document.querySelectorAll(".parts").length`); n != 1 {
		b.Errorf("the list has the parts %d times", n)
	}
	b.do(chromedp.KeyEvent(kb.Escape))

	// A place above is not under the bar; and a bar that has the focus is seen.
	b.open(file, "the-end")
	b.wait(`scrollY > 1000`)
	eval[any](b, `location.hash = "#long"`)
	b.wait(barShows + ` && (e => e.top >= document.querySelector("header.top").offsetHeight && e.bottom < innerHeight)(document.getElementById("long").getBoundingClientRect())`)
	b.open(file, "the-end")
	b.wait(`!` + barShows)
	eval[any](b, `document.querySelector("button.open").focus()`)
	b.do(chromedp.KeyEvent(kb.Tab))
	b.wait(barShows)
}

// testRail has more chapters than fit beside the text: the search stays above
// their list, which begins where the reader is.
func testRail(b *tab, _ string) {
	notes := map[string]string{"notes/book.yaml": bookYAML, "notes/index.md": "# Start\n"}
	for i := range 70 {
		notes[fmt.Sprintf("notes/%02d-x.md", i+1)] = fmt.Sprintf("# Chapter %d\n\n%s", i+1, strings.Repeat("Text.\n\n", 200))
	}
	dir := b.TempDir()
	if _, err := Write(mustRender(b.T, Input{Book: parse(b.T, mapFS(notes), "notes")}), dir); err != nil {
		b.Fatal(err)
	}
	const listed = `(a => { const r = a.getBoundingClientRect(); return r.top >= document.querySelector("header.top").getBoundingClientRect().bottom && r.bottom <= innerHeight; })(document.querySelector("nav.chapters [aria-current]"))`
	b.width(1280)
	for _, n := range []int{1, 35, 70} {
		b.open(filepath.Join(dir, fmt.Sprintf("%02d-x.html", n)), "")
		b.wait(listed)
	}
	b.wheel(3000)
	b.wait(`scrollY > 1000 && ` + barShows + ` && ` + listed)
	b.width(390)
	eval[any](b, `scrollTo(0, 0); document.querySelector("button.open").click()`)
	b.wait(`(r => r.top >= 0 && r.bottom <= innerHeight)(document.querySelector("nav.chapters:popover-open [aria-current]").getBoundingClientRect())`)
}

// testMirrored has a book in a language that is written from the right: its frame
// is that of the others in a mirror, and nothing stands at the edge.
func testMirrored(b *tab, _ string) {
	dir := b.TempDir()
	notes := map[string]string{
		"notes/book.yaml": "title: ספר\nlang: he\n", "notes/index.md": "# ספר\n",
		"notes/01-a.md": "# פרק\n\n## כותרת\n\nטקסט.\n\n> [!NOTE]\n> הערה.\n\n## עוד\n\n```go {sketch}\nf(\"אב\", 1)\n```\n",
	}
	if _, err := Write(mustRender(b.T, Input{Book: parse(b.T, mapFS(notes), "notes")}), dir); err != nil {
		b.Fatal(err)
	}
	// Where the text of an element begins and ends.
	const text = `(s => { const r = document.createRange(); r.selectNodeContents(document.querySelector(s)); return r.getBoundingClientRect(); })`
	b.width(1440)
	b.open(filepath.Join(dir, "01-a.html"), "")
	for name, is := range map[string]string{
		"the chapters are at the right":          text + `("nav.chapters a").left > ` + text + `("article h1").right`,
		"the contents keep off the edge":         text + `("nav.contents a").left >= 16`,
		"their title is at their right":          `Math.abs(` + text + `("nav.contents p").right - ` + text + `("nav.contents a").right) < 1`,
		"code reads on after a string":           `(e => { const r = document.createRange(); r.setStart(e.nextSibling, 0); r.setEnd(e.nextSibling, 1); return r.getBoundingClientRect().left >= e.getBoundingClientRect().right - 1; })(document.querySelector("pre.code .s"))`,
		"a note's kind is at the note's side":    `Math.abs(` + text + `(".kind").right - ` + text + `(".alert p:last-child").right) < 1`,
		"the search's name is at its right side": text + `(".find").right > document.querySelector(".find").getBoundingClientRect().right - 20`,
	} {
		if !eval[bool](b, is) {
			b.Errorf("not so: %s", name)
		}
	}
	b.width(390)
	if !eval[bool](b, text+`("details.contents > summary").right > 300 && document.querySelector(".find").getBoundingClientRect().left < 120`) {
		b.Error("the frame of a narrow page is not in a mirror")
	}
}
