package site

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"rtbook/theme"
)

// What is held here to more than TestBrowser asks, page by page: no element
// fails axe, no file fails the validator, no server and no policy is needed, and
// nothing moves. With RTBOOK_LONG=1 every page is looked at in every way; else
// every page is in one way, and two that have everything that a page can have in
// all.
//
// The tools are in testdata/browser: axe-core 4.14.1, and html-validate 10.17.0,
// which is bundled from html-validate.entry.js for browsers (esbuild --bundle
// --minify --conditions=browser --format=iife). Both run in a tab, so that the
// tests need nothing but a browser.

func long() bool { return os.Getenv("RTBOOK_LONG") == "1" }

// TestQuality looks at the sites with a browser.
func TestQuality(t *testing.T) {
	browser := startBrowser(t)
	sites := qualitySites(t)
	for _, test := range []struct {
		name string
		run  func(b *tab, sites map[string]string)
	}{
		{"axe", testAxe},
		{"valid", testValidator},
		{"served", testServed},
		{"colours", testColours},
		{"cells", testCells},
		{"keys", testKeys},
		{"unscripted", testUnscripted},
		{"zoom", testZoom},
		{"margin", testMargin},
		{"paper", testPaper},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(openTab(t, browser), sites) })
	}
}

// qualitySites writes the sites to look at: the repository's own book, and
// three small ones, of which one has what is hard to show.
func qualitySites(t *testing.T) map[string]string {
	t.Helper()
	sites := map[string]string{}
	for name, in := range map[string]Input{"book": realBook(t), "small": smallBook(t), "prose": proseBook(t), "hard": hardBook(t)} {
		files, err := Render(in)
		if err != nil {
			t.Fatal(err)
		}
		sites[name] = t.TempDir()
		if _, err := Write(files, sites[name]); err != nil {
			t.Fatal(err)
		}
	}
	// The committed site has the displays, too. It is looked at once it is of
	// this theme: that it is the one built from this code is seen to by CI.
	style, err := os.ReadFile("../../public/" + theme.StylesheetName)
	if err != nil {
		t.Fatal(err)
	}
	if mine, err := os.ReadFile(filepath.Join(sites["book"], theme.StylesheetName)); err == nil && bytes.Equal(style, mine) {
		if sites["book"], err = filepath.Abs("../../public"); err != nil {
			t.Fatal(err)
		}
	}
	return sites
}

// hardBook is a book of what is hard to show.
func hardBook(t *testing.T) Input {
	word := strings.Repeat("Donaudampfschifffahrt", 12)
	row := "|" + strings.Repeat(" a column with words |", 14) + "\n"
	fsys := mapFS(map[string]string{
		"notes/book.yaml": "title: \"" + word + "\"\n",
		"notes/index.md":  "# " + word + "\n\n" + word + "\n\n## A <b>bold</b> & `quoted` \"title\"\n\n[" + word + "](01-a.md#" + strings.ToLower(word)[:40] + ") and `" + word + "`\n\n## " + word + "\n\nText.\n",
		"notes/01-a.md": "---\ntitle: 'Markup <script>alert(1)</script> & \"quotes\"'\nsummary: 'Of <i>any</i> kind'\n---\n\n" +
			"```go {cell}\n// " + strings.Repeat("a long line ", 60) + "\nvar x = 1 //rtbook:hide\nvar s = `a\nb` //rtbook:hide\n```\n\n```text {output}\n" + strings.Repeat("0123456789", 90) + "\n```\n\n" +
			"```text\n" + strings.Repeat("x", 2000) + "\n```\n\n" + row + "|" + strings.Repeat("---|", 14) + "\n" + row + row + "\n" +
			"![A picture](p.svg \"Its caption\")\n\n> [!WARNING]\n> " + word + "\n\n<details>\n<summary>" + word + "</summary>\n\nText.\n\n</details>\n",
		"notes/02-b.md": "# 多语言 עברית\n\n## 内存分配器把大的请求交给堆\n\n" + strings.Repeat("内存分配器在程序和操作系统之间。", 20) + "\n\n## כותרת בעברית\n\n" +
			strings.Repeat("זה משפט בעברית עם `code` באמצע. ", 12) + "\n\n- פריט אחד\n- item two\n\n| שם | value |\n|---|---:|\n| אחד | 1 |\n\nA note[^1], another[^2], and one at once[^3].\n\n[^1]: The first, of some length: " + strings.Repeat("words and ", 20) + "\n[^2]: The second.\n[^3]: The third.\n",
		"notes/p.svg": `<svg xmlns="http://www.w3.org/2000/svg" width="3000" height="400"><rect width="3000" height="400" fill="#888"/></svg>`,
	})
	return Input{Book: parse(t, fsys, "notes"), Assets: fsys}
}

// qualityPages calls look for each page, and in short tests tells which of the
// ways to look at it are to be tried: one of n for most.
func qualityPages(b *tab, sites map[string]string, n int, look func(name, file string, ways []int)) {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	count := 0
	for _, site := range []string{"book", "small", "prose", "hard"} {
		for _, file := range pagesOf(b.T, sites[site]) {
			name := site + "/" + filepath.Base(file)
			switch {
			case long() || name == "small/01-slots.html" || name == "hard/01-a.html":
				look(name, file, all)
			case filepath.Base(file) == wholeName:
			default:
				look(name, file, []int{count % n})
				count++
			}
		}
	}
}

// tool has a tab that scripts of testdata/browser run in.
func (b *tab) tool(name string) {
	b.Helper()
	script, err := os.ReadFile(filepath.Join("testdata", "browser", name))
	if err != nil {
		b.Fatal(err)
	}
	eval[any](b, string(script)+"\n;0")
}

// await returns what a promise comes to.
func await[T any](b *tab, expression string) T {
	b.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.Fatalf("%.200s: %v", expression, err)
	}
	return v
}

const axeFaults = `axe.run(document, {resultTypes: ["violations"], preload: false}).then(r => r.violations.flatMap(v => v.nodes.map(n => v.id + ": " + n.html.slice(0, 120) + " " + (n.any[0] || n.all[0] || n.none[0] || {}).message)).slice(0, 5))`

// testAxe runs axe on pages at three widths, in the light and in the dark, and sees
// that nothing moves while they are loaded and their scripts run. A page with known
// faults shows that both see any.
func testAxe(b *tab, sites map[string]string) {
	widths := []int64{320, 390, 1280}
	schemes := []string{"light", "dark"}
	qualityPages(b, sites, len(widths)*len(schemes), func(name, file string, ways []int) {
		for i, w := range widths {
			opened := false
			for j, scheme := range schemes {
				if !slices.Contains(ways, i+len(widths)*j) {
					continue
				}
				b.media("screen", scheme)
				if !opened {
					b.width(w)
					b.open(file, "")
					if moved := await[[]string](b, shifts); len(moved) > 0 {
						b.Errorf("%s, %d pixels: %q", name, w, moved)
					}
					b.tool("axe.min.js")
					opened = true
				}
				await[any](b, `new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))`) // what scrolls now has the focus by then
				if faults := await[[]string](b, axeFaults); len(faults) > 0 {
					b.Errorf("%s, %s, %d pixels: %q", name, scheme, w, faults)
				}
			}
		}
	})
	eval[any](b, `document.body.innerHTML = "<main><h1>x</h1><img src='data:,'><p style='color: #ccc; background: #fff'>pale</p></main>"`)
	if faults := strings.Join(await[[]string](b, axeFaults), " "); !strings.Contains(faults, "image-alt") || !strings.Contains(faults, "color-contrast") {
		b.Errorf("axe sees no faults where there are some: %q", faults)
	}
	eval[any](b, `document.querySelector("h1").style.marginTop = "300px"`)
	if moved := await[[]string](b, shifts); len(moved) == 0 {
		b.Error("a title that moves is not seen to move")
	}
}

// shifts returns what has moved since the page began to load.
const shifts = `new Promise(done => {
	let moved = [];
	new PerformanceObserver(list => { for (const e of list.getEntries()) moved.push(e.value.toFixed(4) + " " + e.sources.map(s => s.node?.nodeName + "." + s.node?.className).join(" ")); }).observe({type: "layout-shift", buffered: true});
	requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(moved), 30)));
})`

// testValidator validates every page as it is on disk, and one that is not
// valid.
func testValidator(b *tab, sites map[string]string) {
	b.do(chromedp.Navigate("about:blank"))
	b.tool("html-validate.min.js")
	eval[any](b, `window.validate = validateHTML({}); 0`)
	validate := func(text string) []string {
		quoted, err := json.Marshal(text)
		if err != nil {
			b.Fatal(err)
		}
		return await[[]string](b, `validate(`+string(quoted)+`)`)
	}
	qualityPages(b, sites, 1, func(name, file string, _ []int) {
		text, err := os.ReadFile(file)
		if err != nil {
			b.Fatal(err)
		}
		if !long() && len(text) > 100<<10 {
			return // what is in it is on the others, too
		}
		if faults := validate(string(text)); len(faults) > 0 {
			b.Errorf("%s: %q", name, faults[:min(5, len(faults))])
		}
	})
	bad := "<!doctype html>\n<html lang=\"en\"><head><title>x</title></head><body><p><div id=\"a\"></div></p><ul><p></p></ul><a id=\"a\">x</a></body></html>"
	if faults := validate(bad); len(faults) < 3 {
		b.Errorf("the validator finds %q", faults)
	}
}

// testServed opens every page over HTTP, in a folder of the host and under a
// policy that allows no script but the theme's: nothing fails, and nothing is
// asked of another host.
func testServed(b *tab, sites map[string]string) {
	policy := "default-src 'none'; script-src 'self' '" + theme.HeadScriptHash + "'; style-src 'self' 'unsafe-inline'; img-src 'self' data:"
	for _, site := range []string{"book", "small", "prose", "hard"} {
		const base = "/deep/er/"
		files := http.StripPrefix(base, http.FileServer(http.Dir(sites[site])))
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Security-Policy", policy)
			files.ServeHTTP(w, r)
		}))
		defer server.Close()
		for _, file := range pagesOf(b.T, sites[site]) {
			name, err := filepath.Rel(sites[site], file)
			if err != nil {
				b.Fatal(err)
			}
			if filepath.Base(file) == wholeName && !long() {
				continue
			}
			b.heard()
			b.do(chromedp.Navigate(server.URL + base + filepath.ToSlash(name)))
			for _, said := range b.heard() {
				if !strings.HasPrefix(said, server.URL+base) {
					b.Errorf("%s/%s: %s", site, name, said)
				}
			}
			if failed := eval[[]string](b, `performance.getEntriesByType("resource").filter(e => e.responseStatus >= 400).map(e => e.name)`); len(failed) > 0 {
				b.Errorf("%s/%s: not served: %q", site, name, failed)
			}
			if !eval[bool](b, `document.documentElement.className === "js"`) {
				b.Errorf("%s/%s: the policy does not allow the script in the head", site, name)
			}
		}
	}
}

// testColours chooses colours with the keyboard: they hold, on other pages too,
// from before anything is painted, until the system's are chosen again. Over HTTP:
// the browser may show the next file from disk in a process that does not know yet
// what the one before has stored.
func testColours(b *tab, sites map[string]string) {
	server := httptest.NewServer(http.FileServer(http.Dir(sites["small"])))
	defer server.Close()
	open := func(name string) {
		b.Helper()
		b.do(chromedp.Navigate(server.URL + "/" + name))
	}
	const dark = `(c => c.reduce((a, b) => a + b) < 200)(getComputedStyle(document.documentElement).backgroundColor.match(/\d+/g).slice(0, 3).map(Number))`
	const button = `document.querySelector("button.colours")`
	b.width(1280)
	b.media("screen", "dark")
	open("01-slots.html")
	check := func(label string, wantDark bool) {
		b.Helper()
		if got := eval[string](b, button+`.getAttribute("aria-label")`); got != label {
			b.Errorf("the button says %q, want %q", got, label)
		}
		if got := eval[bool](b, dark); got != wantDark {
			b.Errorf("%s: dark is %v", label, got)
		}
	}
	check("Colours: as the system has them", true)
	eval[any](b, button+`.focus()`)
	b.do(chromedp.KeyEvent(kb.Enter))
	check("Colours: light", false)
	b.media("screen", "light")
	b.do(chromedp.KeyEvent(" "))
	check("Colours: dark", true)

	// The next page is dark from its first element on.
	call(b, cdppage.Enable, cdppage.EnableParams{})
	first := call(b, cdppage.AddScriptToEvaluateOnNewDocument, cdppage.AddScriptToEvaluateOnNewDocumentParams{
		Source: `new MutationObserver((_, o) => { if (document.body) { window.atFirst = document.documentElement.dataset.colours; o.disconnect(); } }).observe(document, {childList: true, subtree: true});`,
	})
	open("02-sink.html")
	check("Colours: dark", true)
	if got := eval[string](b, `window.atFirst || "none"`); got != "dark" {
		b.Errorf("when the body begins, the choice is %q", got)
	}
	b.media("print", "dark")
	if got := eval[string](b, `getComputedStyle(document.documentElement).colorScheme`); got != "light" {
		b.Errorf("the colours of paper are %s", got)
	}
	b.media("screen", "light")
	call(b, cdppage.RemoveScriptToEvaluateOnNewDocument, cdppage.RemoveScriptToEvaluateOnNewDocumentParams(first))
	eval[any](b, button+`.click()`)
	check("Colours: as the system has them", false)
	open("01-slots.html")
	check("Colours: as the system has them", false)

	// A page that may keep nothing still changes.
	eval[any](b, `Object.defineProperty(window, "localStorage", {get() { throw new Error("no"); }}); `+button+`.click()`)
	check("Colours: light", false)
	for _, said := range b.heard() {
		if !strings.HasPrefix(said, server.URL) {
			b.Errorf("%q", said)
		}
	}
}

// testCells copies, wraps, reveals and asks, with scripts and, where it must
// do, without.
func testCells(b *tab, sites map[string]string) {
	file := filepath.Join(sites["hard"], "01-a.html")
	b.width(1280)
	b.media("screen", "light")
	b.open(file, "")
	eval[any](b, `Object.defineProperty(navigator, "clipboard", {value: {writeText(text) { window.copied = text; return Promise.resolve(); }}}); 0`)
	tool := func(name string) string {
		return `[...document.querySelectorAll(".cell .tool")].find(e => e.textContent === "` + name + `")`
	}
	eval[any](b, tool("Copy")+`.focus()`)
	b.do(chromedp.KeyEvent(kb.Enter))
	if got := eval[string](b, `window.copied`); !strings.HasSuffix(got, "\nvar x = 1\nvar s = `a\nb`\n") {
		b.Errorf("copied: …%q", got[max(0, len(got)-60):])
	}
	if got := await[string](b, `Promise.resolve().then(() => document.activeElement.textContent)`); got != "Copied" {
		b.Errorf("after copying the button says %q", got)
	}
	scrolls := `(e => e.scrollWidth > e.clientWidth)(document.querySelector(".cell pre"))`
	if !eval[bool](b, scrolls) {
		b.Fatal("the long line does not scroll")
	}
	eval[any](b, tool("Wrap")+`.focus()`)
	b.do(chromedp.KeyEvent(kb.Enter))
	if eval[bool](b, scrolls) || eval[string](b, `document.activeElement.getAttribute("aria-pressed")`) != "true" {
		b.Error("the long line does not wrap")
	}
	for _, disabled := range []bool{false, true} {
		call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: disabled})
		b.open(file, "")
		if got := eval[bool](b, `[...document.querySelectorAll(".tools, .colours")].some(e => e.checkVisibility())`); got == disabled {
			b.Errorf("scripts disabled %v: tools show: %v", disabled, got)
		}
		shown := `[...document.querySelectorAll(".hid")].filter(e => e.checkVisibility()).length`
		if n := eval[int](b, shown); n != 0 {
			b.Errorf("%d hidden lines show", n)
		}
		eval[any](b, `document.querySelector(".reveal input").focus()`)
		b.do(chromedp.KeyEvent(" "))
		if n := eval[int](b, shown); n != 2 {
			b.Errorf("scripts disabled %v: %d hidden lines show when asked, want 2", disabled, n)
		}
		about := `document.querySelector(".about dl").checkVisibility()`
		if eval[bool](b, about) {
			b.Error("how the cell was checked shows without being asked")
		}
		eval[any](b, `document.querySelector(".about summary").focus()`)
		b.do(chromedp.KeyEvent(kb.Enter))
		if !eval[bool](b, about) || !eval[bool](b, `document.querySelector(".about").textContent.includes("rtbook run notes/01-a.md#cell-1")`) {
			b.Errorf("scripts disabled %v: it cannot be asked how the cell was checked", disabled)
		}
	}
	call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{})
}

// testKeys goes through pages with the tab key: what has the focus is seen, has
// a mark and a name, and the focus never stays where it was.
func testKeys(b *tab, sites map[string]string) {
	const look = `(() => {
		const e = document.activeElement, r = e.getBoundingClientRect(), s = getComputedStyle(e);
		if (e === document.body) return "end";
		const amiss = [];
		if (!e.checkVisibility() || r.bottom <= 0 || r.top >= innerHeight || r.right <= 0 || r.left >= innerWidth) amiss.push("out of sight");
		if (s.outlineStyle === "none" || parseFloat(s.outlineWidth) < 1) amiss.push("no outline");
		if (!(e.textContent.trim() || e.getAttribute("aria-label") || e.labels?.length)) amiss.push("no name");
		if (e === window.last) amiss.push("the focus stays");
		window.last = e;
		return amiss.length ? e.outerHTML.slice(0, 100) + ": " + amiss.join(", ") : "";
	})()`
	for _, w := range []int64{390, 1280} {
		b.width(w)
		for _, file := range []string{filepath.Join(sites["small"], "01-slots.html"), filepath.Join(sites["hard"], "01-a.html")} {
			b.open(file, "")
			n := 0
			for ; n < 120; n++ {
				b.do(chromedp.KeyEvent(kb.Tab))
				amiss := eval[string](b, look)
				if amiss == "end" {
					break
				}
				if amiss != "" {
					b.Errorf("%s, %d pixels: %s", filepath.Base(file), w, amiss)
					break
				}
			}
			if n < 10 || n == 120 {
				b.Errorf("%s, %d pixels: %d stops", filepath.Base(file), w, n)
			}
		}
	}
}

// testUnscripted finds its way without scripts on a wide screen: the chapters,
// the contents and the neighbours are links that show.
func testUnscripted(b *tab, sites map[string]string) {
	call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	for w, wants := range map[int64][]string{
		1280: {"nav.chapters a[href='02-sink.html']", "nav.contents a", ".turn a[rel=next]", "footer > ul a[href='01-slots.md']", "footer > ul a[href='all.html']", "a.find", "a.book"},
		390:  {"button.open", "details.contents summary", ".turn a[rel=next]", "footer > ul a[href='sitemap.html']", "a.find"},
	} {
		b.width(w)
		b.open(filepath.Join(sites["small"], "01-slots.html"), "")
		for _, want := range wants {
			if !eval[bool](b, `!!document.querySelector("`+want+`")?.checkVisibility()`) {
				b.Errorf("%d pixels: %s does not show", w, want)
			}
		}
	}
	b.width(1280)
	loaded := chromedp.Events(b.ctx, cdppage.LoadEventFired)
	eval[any](b, `document.querySelector("nav.chapters a[href='02-sink.html']").click()`)
	for _, err := range loaded {
		if err != nil {
			b.Fatal(err)
		}
		break
	}
	if got := eval[string](b, `location.pathname.split("/").pop()`); got != "02-sink.html" {
		b.Errorf("the link leads to %s", got)
	}
}

// testZoom looks at pages four times as large on a screen of 1280 by 1024, where
// a page has 320 by 256 pixels: nothing is cut or covered, and all can be
// reached.
func testZoom(b *tab, sites map[string]string) {
	b.do(chromedp.EmulateViewport(320, 256, chromedp.EmulateScale(4)))
	for _, file := range []string{filepath.Join(sites["hard"], "index.html"), filepath.Join(sites["hard"], "01-a.html"), filepath.Join(sites["hard"], "02-b.html"), filepath.Join(sites["prose"], "01-queues.html")} {
		b.open(file, "")
		if got := eval[int](b, `document.documentElement.scrollWidth`); got > 320 {
			b.Errorf("%s is %d pixels wide: %s", file, got, eval[string](b, widest))
		}
		if cut := eval[[]string](b, `[...document.querySelectorAll("article :is(p, li, h1, h2, h3, figcaption, summary), .top *, footer *")].
			filter(e => e.checkVisibility() && !e.closest("pre, .wide, table, .proof") && e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0 && getComputedStyle(e).display !== "inline").map(e => e.outerHTML.slice(0, 80))`); len(cut) > 0 {
			b.Errorf("%s: cut: %q", file, cut)
		}
		if stuck := eval[[]string](b, `[...document.querySelectorAll("body *")].filter(e => e.checkVisibility() && ["fixed", "sticky"].includes(getComputedStyle(e).position) && e.offsetHeight > 60).map(e => e.outerHTML.slice(0, 60))`); len(stuck) > 0 {
			b.Errorf("%s: in the way: %q", file, stuck)
		}
	}
	eval[any](b, `document.querySelector("button.open").click()`)
	if !eval[bool](b, `(e => { e.scrollTop = 1e6; const r = [...e.querySelectorAll("a")].pop().getBoundingClientRect(); return r.bottom <= innerHeight && r.right <= innerWidth; })(document.querySelector("nav.chapters"))`) {
		b.Error("the last chapter of the list cannot be reached")
	}
	b.width(1280)
}

// testMargin has notes beside the text where there is room, each at its place or
// below the one before, and below the text elsewhere.
func testMargin(b *tab, sites map[string]string) {
	file := filepath.Join(sites["hard"], "02-b.html")
	const notes = `[...document.querySelectorAll(".footnotes li")].map(e => { const r = e.getBoundingClientRect(), ref = document.getElementById(e.id.replace("fn:", "fnref:")).getBoundingClientRect(), text = document.querySelector("article").getBoundingClientRect(); return [r.left - text.right, r.right - innerWidth, r.top - ref.top, r.top, r.bottom].map(Math.round); })`
	b.width(1700)
	b.open(file, "")
	beside := eval[[][]float64](b, notes)
	end := 0.0
	for i, n := range beside {
		left, right, offset, top, bottom := n[0], n[1], n[2], n[3], n[4]
		if left < 10 || right > 0 {
			b.Errorf("note %d begins %v pixels beside the text and ends %v after the window", i+1, left, right)
		}
		if i == 0 && (offset < -20 || offset > 20) || top < end {
			b.Errorf("note %d is %v pixels below its place, at %v, and the one before ends at %v", i+1, offset, top, end)
		}
		end = bottom
	}
	if len(beside) != 3 {
		b.Errorf("%d notes", len(beside))
	}
	below := func(what string) {
		b.Helper()
		if n := eval[[][]float64](b, notes); n[0][0] > 0 || n[0][2] < 10 {
			b.Errorf("%s: the first note is %v pixels right of the text, %v below its place", what, n[0][0], n[0][2])
		}
	}
	b.width(1280)
	await[any](b, `new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(0))))`)
	below("1280 pixels")
	b.width(1700)
	call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	b.open(file, "")
	below("without scripts")
	call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{})
}

// testPaper prints a chapter: on A4 it has some pages, and is no picture.
func testPaper(b *tab, sites map[string]string) {
	file := filepath.Join(sites["book"], "04-garbage-collector.html")
	if long() {
		file = filepath.Join(sites["book"], wholeName)
	}
	b.open(file, "")
	start := time.Now()
	outline := true
	width, height := 8.27, 11.69
	r := call(b, cdppage.PrintToPDF, cdppage.PrintToPDFParams{PaperWidth: width, PaperHeight: height, GenerateDocumentOutline: &outline, PreferCSSPageSize: &outline})
	pdf, err := base64.StdEncoding.DecodeString(fmt.Sprint(r.Data))
	if err != nil {
		pdf = []byte(r.Data)
	}
	pages := bytes.Count(pdf, []byte("/Type /Page\n")) + bytes.Count(pdf, []byte("/Type/Page\n"))
	b.Logf("%s: %d pages, %d KiB, %v", filepath.Base(file), pages, len(pdf)>>10, time.Since(start).Round(time.Millisecond))
	if !bytes.HasPrefix(pdf, []byte("%PDF-")) || pages < 5 || pages > 400 {
		b.Errorf("%d pages", pages)
	}
	for _, want := range []string{"/Outlines", "/Font", "/Link"} {
		if !bytes.Contains(pdf, []byte(want)) {
			b.Errorf("no %s", want)
		}
	}
}
