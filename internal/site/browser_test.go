package site

import (
	"context"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// findBrowser returns the path of a browser, "" if there is none.
func findBrowser() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			return p
		}
	}
	return ""
}

// tab is a tab of a browser without a window.
type tab struct {
	*testing.T
	ctx context.Context

	mu       sync.Mutex
	messages []string // what was written to the console
	requests []string // what was asked for beyond the disk
}

// startBrowser starts a browser. It skips the test if there is none, unless
// RTBOOK_BROWSER is "required".
func startBrowser(t *testing.T) context.Context {
	t.Helper()
	browser := findBrowser()
	if browser == "" {
		if os.Getenv("RTBOOK_BROWSER") == "required" {
			t.Fatal("there is no browser, and RTBOOK_BROWSER=required asks for one: install chromium")
		}
		t.Skip("there is no browser")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(browser), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	limit := 2 * time.Minute
	if long() {
		limit = 20 * time.Minute
	}
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	return ctx
}

// openTab opens another tab of a browser.
func openTab(t *testing.T, browser context.Context) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser)
	t.Cleanup(cancel)
	b := &tab{T: t, ctx: ctx}
	if err := chromedp.Listen(ctx, b.request); err != nil {
		t.Fatal(err)
	}
	call(b, network.Enable, network.EnableParams{})
	console := chromedp.Console(ctx)
	go func() {
		for m, err := range console {
			if err != nil {
				return
			}
			b.mu.Lock()
			b.messages = append(b.messages, m.String())
			b.mu.Unlock()
		}
	}()
	return b
}

// request notes requests that are not for a file.
func (b *tab) request(event any) {
	e, ok := event.(*network.EventRequestWillBeSent)
	if !ok || strings.HasPrefix(e.Request.URL, "file:") || strings.HasPrefix(e.Request.URL, "data:") {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.requests = append(b.requests, e.Request.URL)
}

// heard returns what was noted since the last call.
func (b *tab) heard() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := slices.Concat(b.messages, b.requests)
	b.messages, b.requests = nil, nil
	return all
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.Fatal(err)
	}
}

// open goes to a file, or to a place in it.
func (b *tab) open(file, fragment string) {
	b.Helper()
	b.do(chromedp.Navigate((&url.URL{Scheme: "file", Path: filepath.ToSlash(file), Fragment: fragment}).String()))
}

func (b *tab) width(w int64) {
	b.Helper()
	b.do(chromedp.EmulateViewport(w, 800))
}

// media sets the kind of output and the colours that a person prefers.
func (b *tab) media(kind, scheme string) {
	b.Helper()
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Media:    kind,
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	})
}

// call runs a command of the browser's protocol.
func call[P, R any](b *tab, command cdp.Command[P, R], params P) R {
	b.Helper()
	r, err := chromedp.Call(b.ctx, command, params)
	if err != nil {
		b.Fatal(err)
	}
	return r
}

// eval returns the value of an expression on the page, which works where the
// page's own scripts are disabled.
func eval[T any](b *tab, expression string) T {
	b.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		b.Fatalf("%s: %v", expression, err)
	}
	return v
}

// builtSites returns the folders of the sites to look at: the repository's own,
// a small one that has everything a chapter can have, and one that has
// everything that can be checked in prose.
func builtSites(t *testing.T) map[string]string {
	t.Helper()
	public, err := filepath.Abs("../../public")
	if err != nil {
		t.Fatal(err)
	}
	sites := map[string]string{"public": public}
	for name, in := range map[string]Input{"small": smallBook(t), "prose": proseBook(t)} {
		files, err := Render(in)
		if err != nil {
			t.Fatal(err)
		}
		sites[name] = t.TempDir()
		if _, err := Write(files, sites[name]); err != nil {
			t.Fatal(err)
		}
	}
	return sites
}

// pagesOf returns the pages in a folder, without those that lead elsewhere at
// once.
func pagesOf(t *testing.T, dir string) []string {
	t.Helper()
	var pages []string
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(name) != ".html" {
			return err
		}
		data, err := os.ReadFile(name)
		if !strings.Contains(string(data), `http-equiv="refresh"`) {
			pages = append(pages, name)
		}
		return err
	})
	if err != nil || len(pages) < 4 {
		t.Fatalf("%d pages in %s, %v", len(pages), dir, err)
	}
	return pages
}

// TestBrowser looks at the sites with a browser.
func TestBrowser(t *testing.T) {
	browser := startBrowser(t)
	sites := builtSites(t)
	for _, test := range []struct {
		name string
		run  func(b *tab, sites map[string]string)
	}{
		{"pages", testPages},
		{"links", testLinks},
		{"menu", testMenu},
		{"layout", testLayout},
		{"dark", testDark},
		{"print", testPrint},
		{"proofs", testProofs},
		{"contrast", testProofContrast},
		{"numbers", testNumbers},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(openTab(t, browser), sites) })
	}
}

// testPages opens every page at three widths, with scripts and
// without: nothing is missing, nothing is asked of a network, and no page is
// wider than its window.
func testPages(b *tab, sites map[string]string) {
	for site, dir := range sites {
		for _, file := range pagesOf(b.T, dir) {
			name := site + "/" + filepath.Base(file)
			for _, disabled := range []bool{false, true} {
				call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: disabled})
				b.width(320)
				b.open(file, "")
				if heard := b.heard(); len(heard) > 0 {
					b.Errorf("%s: %q", name, heard)
				}
				if size := eval[float64](b, `parseFloat(getComputedStyle(document.querySelector("h1")).fontSize)`); size < 20 {
					b.Errorf("%s: the title is %v pixels high: the stylesheet was not read", name, size)
				}
			}
			for _, w := range []int64{320, 390, 1280} {
				b.width(w)
				if got := eval[int64](b, `document.documentElement.scrollWidth`); got > w {
					b.Errorf("%s: %d pixels wide in a window of %d: %s", name, got, w, eval[string](b, widest))
				}
			}
		}
	}
	if heard := b.heard(); len(heard) > 0 {
		b.Errorf("after the last page: %q", heard)
	}
}

// widest describes the elements that reach out of the window.
const widest = `[...document.querySelectorAll("body *")].
	filter(e => e.getBoundingClientRect().right > innerWidth && !e.closest("pre, .wide")).
	map(e => e.tagName + "." + e.className).join(" ")`

// testLinks follows every address of every page, as the browser reads
// it, to a file and to an element in it.
func testLinks(b *tab, sites map[string]string) {
	for site, dir := range sites {
		ids := map[string][]string{}   // by file
		links := map[string][]string{} // by file
		for _, file := range pagesOf(b.T, dir) {
			b.open(file, "")
			ids[file] = eval[[]string](b, `[...document.querySelectorAll("[id]")].map(e => e.id)`)
			links[file] = eval[[]string](b, `[...document.querySelectorAll("[href], [src]")].
				filter(e => e.rel != "canonical" && !(e.getAttribute("href") || "").startsWith("/")).map(e => e.href || e.src)`)
		}
		n := 0
		for file, list := range links {
			for _, link := range list {
				u, err := url.Parse(link)
				if err != nil {
					b.Errorf("%s: %v", file, err)
				} else if u.Scheme == "file" && !strings.HasSuffix(u.Path, "/99-none.md") {
					n++
					checkTarget(b.T, filepath.Base(file), u, ids)
				}
			}
		}
		if n < 50 {
			b.Errorf("%s: only %d addresses", site, n)
		}
	}
}

func checkTarget(t *testing.T, from string, u *url.URL, ids map[string][]string) {
	t.Helper()
	target := filepath.FromSlash(u.Path)
	if _, err := os.Stat(target); err != nil {
		t.Errorf("%s leads to %s: %v", from, u, err)
	}
	if known, ok := ids[target]; ok && u.Fragment != "" && !slices.Contains(known, u.Fragment) {
		t.Errorf("%s leads to %s, and there is no such id", from, u)
	}
}

// testMenu reaches a chapter from a narrow page with the keyboard alone,
// scripts disabled.
func testMenu(b *tab, sites map[string]string) {
	call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	b.width(390)
	dir := sites["public"]
	b.open(filepath.Join(dir, "index.html"), "")
	focus := func() string {
		return eval[string](b, `(e => e.className || e.closest("nav")?.className + " " + e.getAttribute("href"))(document.activeElement)`)
	}
	const isOpen = `document.querySelector("nav.chapters").matches(":popover-open")`
	press := func(key, want string) {
		b.Helper()
		b.do(chromedp.KeyEvent(key))
		if got := focus(); got != want {
			b.Fatalf("after %q the focus is on %q, want %q", key, got, want)
		}
	}
	press(kb.Tab, "skip")
	press(kb.Tab, "open")
	press(kb.Enter, "open")
	if !eval[bool](b, isOpen) {
		b.Fatal("the list of chapters does not open")
	}
	press(kb.Tab, "close")
	press(kb.Tab, "chapters 00-tour.html")
	press(kb.Escape, "open")
	if eval[bool](b, isOpen) {
		b.Error("the list of chapters does not close")
	}
	press(kb.Enter, "open")
	press(kb.Tab, "close")
	press(kb.Tab, "chapters 00-tour.html")
	loaded := chromedp.Events(b.ctx, cdppage.LoadEventFired)
	b.do(chromedp.KeyEvent(kb.Enter))
	for _, err := range loaded {
		if err != nil {
			b.Fatal(err)
		}
		break
	}
	if at := eval[string](b, `location.pathname`); !strings.HasSuffix(at, "/00-tour.html") {
		b.Errorf("the link leads to %s", at)
	}
}

// testLayout sees where a page has its lists, and that code which does
// not fit can be scrolled.
func testLayout(b *tab, sites map[string]string) {
	dir := sites["public"]
	shown := func(selector string) bool {
		return eval[bool](b, `document.querySelector("`+selector+`").checkVisibility()`)
	}
	for _, test := range []struct {
		width          int64
		side, menu, in bool // contents at the side, chapters on the page, contents in the text
	}{{390, false, false, true}, {1000, false, true, true}, {1280, true, true, false}} {
		b.width(test.width)
		b.open(filepath.Join(dir, "02-allocator.html"), "")
		if side, menu, in := shown("nav.contents"), shown("nav.chapters"), shown("details.contents"); side != test.side || menu != test.menu || in != test.in {
			b.Errorf("%d pixels: contents at the side %v, chapters %v, contents in the text %v; want %+v", test.width, side, menu, in, test)
		}
		edges := eval[[]float64](b, `[...document.querySelectorAll("article, .turn, footer > *")].map(e => e.getBoundingClientRect().left)`)
		if edges = slices.Compact(edges); len(edges) != 1 {
			b.Errorf("%d pixels: what stands below each other begins at %v", test.width, edges)
		}
		overlaps := eval[[]string](b, `[...document.querySelectorAll("figure, pre, table, p")].
			filter(e => !e.closest(".wide, .scroll, .sweep-table, pre") || e.matches("pre")).
			filter(e => !e.closest("nav") && e.getBoundingClientRect().right > (document.querySelector("nav.contents").getBoundingClientRect().left || innerWidth) + .5).
			map(e => e.tagName + " " + e.textContent.slice(0, 40))`)
		if len(overlaps) > 0 {
			b.Errorf("%d pixels: under the contents or out of the window: %q", test.width, overlaps)
		}
	}
	b.width(390)
	if fixed := eval[[]string](b, `[...document.querySelectorAll("pre, .wide")].
		filter(e => e.scrollWidth > e.clientWidth && (getComputedStyle(e).overflowX != "auto" || !getComputedStyle(e).backgroundImage.includes("gradient"))).
		map(e => e.textContent.slice(0, 40))`); len(fixed) > 0 {
		b.Errorf("wider than the window, but no scrolling, or no sign of it: %q", fixed)
	}
}

// testDark sees that a dark scheme makes light text on dark paper.
func testDark(b *tab, sites map[string]string) {
	b.open(filepath.Join(sites["public"], "02-allocator.html"), "")
	// A canvas turns whatever the browser calls a colour into numbers.
	const sum = `(e => { const c = document.createElement("canvas").getContext("2d"); c.fillStyle = e; c.fillRect(0, 0, 1, 1); return [...c.getImageData(0, 0, 1, 1).data.slice(0, 3)].reduce((a, b) => a + b) })`
	colours := map[string]map[string]int{}
	for _, scheme := range []string{"light", "dark"} {
		b.media("screen", scheme)
		colours[scheme] = map[string]int{
			"paper":   eval[int](b, sum+`(getComputedStyle(document.documentElement).backgroundColor)`),
			"text":    eval[int](b, sum+`(getComputedStyle(document.querySelector("article > p:not(.lede)")).color)`),
			"code":    eval[int](b, sum+`(getComputedStyle(document.querySelector(".cell")).backgroundColor)`),
			"keyword": eval[int](b, sum+`(getComputedStyle(document.querySelector(".code .kn")).color)`),
		}
	}
	for what, papers := range map[string]bool{"paper": true, "code": true, "text": false, "keyword": false} {
		light, dark := colours["light"][what], colours["dark"][what]
		if papers && light < 3*dark || !papers && dark < 2*light {
			b.Errorf("%s: red, green and blue are %d in the light and %d in the dark", what, light, dark)
		}
	}
}

// testPrint sees that paper shows what is folded, and no buttons, and
// that long lines are not cut.
func testPrint(b *tab, sites map[string]string) {
	b.width(700)
	n := 0
	for _, dir := range sites {
		for _, file := range pagesOf(b.T, dir) {
			b.media("screen", "light")
			b.open(file, "")
			const folded = `[...document.querySelectorAll("article details:not([open], .as-text, .about)")].map(d => d.lastElementChild.checkVisibility())`
			if slices.Contains(eval[[]bool](b, folded), true) {
				b.Errorf("%s: what is folded shows on the screen", file)
			}
			b.media("print", "dark")
			printed := eval[[]bool](b, folded)
			if n += len(printed); slices.Contains(printed, false) {
				b.Errorf("%s: what is folded is not printed", file)
			}
			if cut := eval[[]string](b, `[...document.querySelectorAll("pre")].filter(e => e.scrollWidth > e.clientWidth).map(e => e.textContent)`); len(cut) > 0 {
				b.Errorf("%s: lines that are cut: %.200q", file, cut)
			}
			if eval[bool](b, `[...document.querySelectorAll("button, nav")].some(e => e.checkVisibility())`) {
				b.Errorf("%s: buttons or lists of links are printed", file)
			}
		}
	}
	if n == 0 {
		b.Error("nothing on any page is folded")
	}
}
