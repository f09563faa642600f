package site

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestBrowserFinding looks for things with a browser, and finds them.
func TestBrowserFinding(t *testing.T) {
	browser := startBrowser(t)
	dir := t.TempDir()
	if _, err := Write(mustRender(t, findingBook(t)), dir); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		run  func(b *tab, dir string)
	}{
		{"keys", testSearchKeys},
		{"queries", testSearchQueries},
		{"pointer", testSearchPointer},
		{"widths", testSearchWidths},
		{"served", testSearchServed},
		{"without", testWithoutScripts},
		{"broken", testSearchBroken},
		{"terms", testTermNotes},
		{"contents", testContentsFollow},
		{"bar", testBar},
		{"rail", testRail},
		{"mirrored", testMirrored},
		{"resume", testResume},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := openTab(t, browser)
			b.width(1280)
			test.run(b, dir)
			heard := slices.DeleteFunc(b.heard(), func(s string) bool { return strings.HasPrefix(s, "http://127.0.0.1:") })
			if len(heard) > 0 && test.name != "broken" {
				b.Errorf("console or network: %q", heard)
			}
		})
	}
}

// wait waits until an expression on the page is true.
func (b *tab) wait(expression string) {
	b.Helper()
	var last error
	for range 200 {
		ok, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](expression))
		if ok && err == nil {
			return
		}
		last = err // of a page that is being left, for example
		time.Sleep(20 * time.Millisecond)
	}
	b.Fatalf("never: %s (%v)", expression, last)
}

// ctrlK presses the keys that open the search, Ctrl (2) and K.
func (b *tab) ctrlK() {
	b.Helper()
	b.wait(`!!document.querySelector("button.find")`)
	for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeKeyDown, input.DispatchKeyEventTypeKeyUp} {
		call(b, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: kind, Modifiers: 2, Key: "k", Code: "KeyK", WindowsVirtualKeyCode: 75})
	}
	b.wait(`!!document.querySelector("dialog.finder[open]")`)
	b.wait(`document.querySelector(".state").textContent.indexOf("Reading") < 0`)
}

// query replaces what is in the box.
func (b *tab) query(text string) {
	b.Helper()
	eval[any](b, `document.activeElement.select()`)
	call(b, input.InsertText, input.InsertTextParams{Text: text})
}

const (
	boxFocused = `document.activeElement.matches("dialog.finder input")`
	selected   = `(e => e ? e.querySelector(".title").textContent + " → " + e.getAttribute("href").split("/").pop() : "")(document.getElementById(document.querySelector(".finder input").getAttribute("aria-activedescendant")))`
	isClosed   = `!document.querySelector("dialog[open]")`
)

func testSearchKeys(b *tab, dir string) {
	b.open(filepath.Join(dir, "02-none.html"), "")
	b.ctrlK()
	if !eval[bool](b, boxFocused) {
		b.Fatal("the box does not have the focus")
	}
	b.do(chromedp.KeyEvent("slot"))
	first := eval[string](b, selected)
	if !strings.HasPrefix(first, "Spans & <em>slots</em> → 01-spans.html") {
		b.Errorf("the first place is %q", first)
	}
	n := eval[int](b, `document.querySelectorAll("[role=option]").length`)
	if n < 4 {
		b.Fatalf("%d places", n)
	}
	b.do(chromedp.KeyEvent(kb.ArrowDown))
	second := eval[string](b, selected)
	b.do(chromedp.KeyEvent(kb.ArrowUp), chromedp.KeyEvent(kb.ArrowUp))
	last := eval[string](b, selected)
	if second == first || last == first || second == last {
		b.Errorf("the arrows lead from %q to %q and %q", first, second, last)
	}
	if got := eval[int](b, `document.querySelectorAll("[aria-selected=true]").length`); got != 1 {
		b.Errorf("%d places are chosen", got)
	}
	b.do(chromedp.KeyEvent(kb.ArrowDown))
	if got := eval[string](b, selected); got != first {
		b.Errorf("after the last comes %q", got)
	}
	if !eval[bool](b, boxFocused) {
		b.Error("the arrows take the focus out of the box")
	}
	b.do(chromedp.KeyEvent(kb.Escape))
	b.wait(isClosed)
	b.ctrlK()
	b.query("asked for 64")
	b.do(chromedp.KeyEvent(kb.Enter))
	b.wait(`location.href.endsWith("/01-spans.html#fifty")`)

	// What was searched for is marked there, and nowhere else.
	const marked = `[...(CSS.highlights.get("found") || [])].map(r => r + (r.startContainer.parentNode.closest("#fifty") ? "" : " elsewhere")).join()`
	b.wait(marked + ` === "asked,for,asked,for,64"`)
	b.do(chromedp.KeyEvent(kb.Escape))
	b.want("what is marked after Escape", marked, "")
	b.do(chromedp.Reload())
	b.want("what is marked when the page is opened again", marked, "")

	// On the same page, and with the button.
	b.open(filepath.Join(dir, "01-spans.html"), "")
	eval[any](b, `document.querySelector("button.find").focus()`)
	b.do(chromedp.KeyEvent(kb.Enter))
	b.wait(`!!document.querySelector("dialog.finder[open]")`)
	b.query("quokka")
	b.wait(selected + ` !== ""`)
	b.do(chromedp.KeyEvent(kb.Enter))
	b.wait(`location.hash === "#the-end" && scrollY > 1000 && ` + isClosed)
	b.wait(marked + ` === "quokka elsewhere"`)
	b.ctrlK()
	b.do(chromedp.KeyEvent(kb.Escape))
	b.wait(isClosed)
	if !eval[bool](b, `scrollY > 1000`) {
		b.Error("closing the search moves the page")
	}
}

func testSearchQueries(b *tab, dir string) {
	b.open(filepath.Join(dir, "01-spans.html"), "")
	b.ctrlK()
	const page = "Spans & <em>slots</em>"
	for _, test := range []struct{ query, title, marked string }{
		{"quokka", "The end → 01-spans.html#the-end", "quokka"},
		{"QUOK", "The end → 01-spans.html#the-end", "quokka"},
		{"quoka", "The end → 01-spans.html#the-end", "quokka"},        // a slip
		{"zebra quokka", "The end → 01-spans.html#the-end", "quokka"}, // one of the two
		{"noscan", "Cutting → 01-spans.html#cutting", "Noscan"},       // part of a name
		{"mallocgcsmall", "Cutting → 01-spans.html#cutting", "mallocgcSmallNoscan"},
		{"roundUp func", "Code: fifty → 01-spans.html#fifty", "func|roundUp|roundUp"},
		{"asked got 64", "Output: fifty → 01-spans.html#fifty", "asked|got|64"},
		{"收集", "垃圾收集器 → 01-spans.html#%E5%9E%83%E5%9C%BE%E6%94%B6%E9%9B%86%E5%99%A8", "收集|收集"},
		{"器", "垃圾收集器 → 01-spans.html#%E5%9E%83%E5%9C%BE%E6%94%B6%E9%9B%86%E5%99%A8", ""},
		{"المكدس", "مكدس → 01-spans.html#%D9%85%D9%83%D8%AF%D8%B3", "المكدس"},
		{"cafe naive", "None → 02-none.html", "naïve|café"},
		{"em", page + " → 01-spans.html", ""}, // text, no markup
		{"same heading", "Cutting → 01-spans.html#cutting-1", "same|heading"},
		{"how is cut", page + " → 01-spans.html", ""},
		{"allocator size cla", "size class → glossary.html#size-class", ""},
		{"xyzzyplugh", "", ""},
		{"  ", "", ""},
		{"<b> \\ \" ' ` $& ( [ * + ?", "", ""},
	} {
		b.query(test.query)
		if got := eval[string](b, selected); got != test.title && (test.title != "None → 02-none.html" || !strings.HasSuffix(got, "→ 02-none.html")) {
			b.Errorf("%q finds %q, want %q", test.query, got, test.title)
		}
		marks := eval[string](b, `[...document.querySelectorAll("[aria-selected=true] mark")].map(e => e.textContent).join("|")`)
		if test.marked != "" && marks != test.marked {
			b.Errorf("%q marks %q, want %q", test.query, marks, test.marked)
		}
	}
	b.query("xyzzyplugh")
	if got := eval[string](b, `document.querySelector(".state").textContent`); got != "Nothing found." {
		b.Errorf("it says %q", got)
	}
}

// middle returns the middle of an element.
func (b *tab) middle(selector string) (x, y float64) {
	b.Helper()
	at := eval[[]float64](b, `(r => [r.x + r.width / 2, r.y + r.height / 2])(document.querySelector("`+selector+`").getBoundingClientRect())`)
	return at[0], at[1]
}

func testSearchPointer(b *tab, dir string) {
	b.open(filepath.Join(dir, "glossary.html"), "")
	x, y := b.middle("button.find")
	b.do(chromedp.MouseClickXY(x, y))
	b.wait(`!!document.querySelector("dialog.finder[open]")`)
	b.query("slot")
	b.wait(`document.querySelectorAll("[role=option]").length > 3`)
	want := eval[string](b, `document.querySelectorAll("[role=option]")[1].href`)
	eval[any](b, `document.querySelectorAll("[role=option]")[1].classList.add("second")`)
	x, y = b.middle(".second")
	b.do(chromedp.MouseClickXY(x, y))
	b.wait(`location.href === "` + want + `"`)
	b.ctrlK()
	b.do(chromedp.MouseClickXY(5, 700)) // beside it
	b.wait(isClosed)
	b.ctrlK()
	x, y = b.middle(".finder button")
	b.do(chromedp.MouseClickXY(x, y))
	b.wait(isClosed)
}

func testSearchWidths(b *tab, dir string) {
	for _, w := range []int64{320, 390, 1280} {
		b.width(w)
		b.open(filepath.Join(dir, "01-spans.html"), "")
		b.ctrlK()
		b.query("got")
		b.wait(`!!document.querySelector("[role=option].code + [role=option].output")`)
		if n := eval[int](b, `new Set([...document.querySelectorAll("[role=option]")].map(e => (s => s.borderTopWidth + s.borderBottomWidth)(getComputedStyle(e)))).size`); n != 1 {
			b.Errorf("%d pixels: places are set apart in %d ways", w, n)
		}
		b.query("slot")
		b.wait(`document.querySelectorAll("[role=option]").length > 3`)
		out := eval[[]string](b, `[...document.querySelectorAll("dialog, dialog :is(input, button, [role=option], .title, .context)")].filter(e => {
			const r = e.getBoundingClientRect();
			return r.width && (r.left < -1 || r.right > innerWidth + 1 || e.scrollWidth > e.clientWidth + 1 && e.matches("[role=option]"));
		}).map(e => e.outerHTML.slice(0, 80))`)
		if len(out) > 0 {
			b.Errorf("%d pixels: out of the window: %q", w, out)
		}
		if got := eval[int64](b, `document.documentElement.scrollWidth`); got > w {
			b.Errorf("%d pixels: the page is %d wide", w, got)
		}
		if faint := eval[[]string](b, contrasts+`(".finder :is(.title, .context, mark, .state, [role=group] > p, button), header .find, .find kbd")`); len(faint) > 0 {
			b.Errorf("%d pixels: %q", w, faint)
		}
	}
}

// testSearchServed searches a site that is in a folder of a server, in a page
// that is in a folder of the site.
func testSearchServed(b *tab, _ string) {
	dir := b.TempDir()
	in := parseFiles(b, true, map[string]string{"one.md": "# One\n\nA quokka.\n", "part/a b.md": "# Two\n\n## Where\n\nA numbat.\n"})
	if _, err := Write(mustRender(b, in), dir); err != nil {
		b.Fatal(err)
	}
	server := httptest.NewServer(http.StripPrefix("/sub/book/", http.FileServer(http.Dir(dir))))
	b.Cleanup(server.Close)
	b.do(chromedp.Navigate(server.URL + "/sub/book/part/a%20b.html?x=/y"))
	b.ctrlK()
	b.query("quokka")
	b.do(chromedp.KeyEvent(kb.Enter))
	b.wait(`location.pathname === "/sub/book/one.html"`)
	b.ctrlK()
	b.query("numbat")
	b.do(chromedp.KeyEvent(kb.Enter))
	b.wait(`location.pathname + location.hash === "/sub/book/part/a%20b.html#where"`)
	for _, request := range b.heard() {
		if !strings.HasPrefix(request, server.URL+"/sub/book/") {
			b.Errorf("console or network: %q", request)
		}
	}
}

func testWithoutScripts(b *tab, dir string) {
	call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	for _, w := range []int64{390, 1280} {
		b.width(w)
		b.open(filepath.Join(dir, "01-spans.html"), "")
		if got := eval[string](b, `[...document.querySelectorAll(".find")].filter(e => e.checkVisibility()).map(e => e.tagName + " " + e.textContent + " " + e.getAttribute("href")).join()`); got != "A All pages sitemap.html" {
			b.Errorf("%d pixels: instead of the search there is %q", w, got)
		}
	}
	b.open(filepath.Join(dir, "sitemap.html"), "")
	for _, heading := range []string{"Spans & <em>slots</em>", "垃圾收集器", "مكدس", "The end", "fifty", "finalizer, cleanup"} {
		if !slices.Contains(eval[[]string](b, `[...document.querySelectorAll("main a")].map(e => e.textContent)`), heading) {
			b.Errorf("sitemap.html has no %q", heading)
		}
	}
}

// testSearchBroken opens a page whose other files are lost.
func testSearchBroken(b *tab, _ string) {
	files := mustRender(b, findingBook(b))
	for lost, want := range map[string]string{
		"finder.js": `location.href.endsWith("/sitemap.html")`,
		"search.js": `(e => !!e && e.textContent === "The index of this book cannot be read.")(document.querySelector(".state"))`,
	} {
		dir := b.TempDir()
		kept := *files
		kept.names = slices.DeleteFunc(slices.Clone(files.names), func(name string) bool { return name == lost })
		if _, err := Write(&kept, dir); err != nil {
			b.Fatal(err)
		}
		b.open(filepath.Join(dir, "01-spans.html"), "")
		b.wait(`!!document.querySelector("button.find")`)
		x, y := b.middle("button.find")
		b.do(chromedp.MouseClickXY(x, y))
		b.wait(want)
	}
}

// testTermNotes reads what a term means with the keyboard, scripts disabled.
func testTermNotes(b *tab, dir string) {
	for _, w := range []int64{320, 1280} {
		b.width(w)
		b.open(filepath.Join(dir, "01-spans.html"), "")
		if n := eval[int](b, `document.querySelectorAll(".term > a").length`); n != 8 {
			b.Fatalf("%d terms", n)
		}
		if amiss := eval[[]string](b, shownProofs); len(amiss) > 0 {
			b.Errorf("%d pixels: %q", w, amiss)
		}
	}
	call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	b.open(filepath.Join(dir, "02-none.html"), "")
	for i := 0; i < 20 && !eval[bool](b, `document.activeElement.matches(".term > a")`); i++ {
		b.do(chromedp.KeyEvent(kb.Tab))
	}
	if got := eval[string](b, `[...document.querySelectorAll(".proof")].filter(e => e.checkVisibility()).map(e => e.textContent).join()`); got != "A run of pages, cut into slots of one size class." {
		b.Errorf("the note says %q", got)
	}
	b.do(chromedp.KeyEvent(kb.Enter))
	b.wait(`location.href.endsWith("/glossary.html#span")`)
}

const currentEntry = `[...document.querySelectorAll("nav.contents [aria-current]")].map(e => e.textContent).join("|")`

func testContentsFollow(b *tab, dir string) {
	b.open(filepath.Join(dir, "01-spans.html"), "")
	b.wait(currentEntry + ` === ""`)
	for _, part := range []struct{ id, title string }{{"long", "Long"}, {"cutting-1", "Cutting"}, {"the-end", "The end"}, {"cutting", "Cutting"}} {
		eval[any](b, `document.getElementById("`+part.id+`").scrollIntoView()`)
		b.wait(currentEntry + ` === "` + part.title + `"`)
		if got := eval[string](b, `document.querySelector("nav.contents [aria-current]").hash`); got != "#"+part.id {
			b.Errorf("at %s the entry of %s is marked", part.id, got)
		}
	}
	eval[any](b, `scrollTo(0, 0)`)
	b.wait(currentEntry + ` === ""`)
	b.open(filepath.Join(dir, "01-spans.html"), "the-end")
	b.wait(currentEntry + ` === "The end"`)
}

// wheel turns the wheel of the pointer.
func (b *tab) wheel(by float64) {
	b.Helper()
	call(b, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: input.DispatchMouseEventTypeMouseWheel, X: 600, Y: 400, DeltaX: 1, DeltaY: by})
}

// testResume reads over HTTP: from file://, the browser may begin a process for a
// page before the storage of the last one is known there.
func testResume(b *tab, dir string) {
	server := httptest.NewServer(http.FileServer(http.Dir(dir)))
	b.Cleanup(server.Close)
	open := func(page string) {
		b.Helper()
		b.do(chromedp.Navigate(server.URL + page))
	}
	const chapter, other = "/01-spans.html", "/02-none.html"
	const offered = `(e => e ? e.textContent : "")(document.querySelector(".resume a"))`
	open(chapter)
	eval[any](b, `localStorage.clear()`)
	open(chapter)
	if got := eval[string](b, offered); got != "" {
		b.Errorf("at first there is %q", got)
	}
	b.wheel(3000)
	b.wait(`scrollY > 1000 && ` + currentEntry + ` === "Long" && localStorage.length === 1`)
	open(other)
	time.Sleep(100 * time.Millisecond)
	if got := eval[string](b, offered); got != "" {
		b.Errorf("another page offers %q", got)
	}
	open(chapter)
	b.wait(offered + ` === "Continue at “Long”"`)
	if y := eval[float64](b, `scrollY`); y != 0 {
		b.Errorf("the page jumps to %v", y)
	}
	x, y := b.middle(".resume a")
	b.do(chromedp.MouseClickXY(x, y))
	b.wait(`location.hash === "#long" && scrollY > 500 && !document.querySelector(".resume")`)
	open(chapter + "#the-end")
	time.Sleep(100 * time.Millisecond)
	if got := eval[string](b, offered); got != "" {
		b.Errorf("a link into the page offers %q", got)
	}
	open(chapter)
	b.wait(offered + ` !== ""`)
	x, y = b.middle(".resume button")
	b.do(chromedp.MouseClickXY(x, y))
	b.wait(`!document.querySelector(".resume")`)

	// What is stored may be anything.
	for _, stored := range []string{"{", "null", "[1, null, {}]", `{\"page\": 1}`} {
		eval[any](b, `localStorage.setItem(localStorage.key(0), "`+stored+`")`)
		open(chapter)
		time.Sleep(100 * time.Millisecond) // an offer comes after the page
		if got := eval[string](b, offered); got != "" {
			b.Errorf("of %s, %q is made", stored, got)
		}
	}
	eval[any](b, `localStorage.clear()`)
}
