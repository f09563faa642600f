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

// tab is a test's use of a tab of a browser without a window.
type tab struct {
	*testing.T
	*ear
	ctx context.Context
}

// ear notes what pages in a tab say.
type ear struct {
	mu       sync.Mutex
	messages []string // what was written to the console
	requests []string // what was asked for beyond the disk
}

// theBrowser is the one browser of all tests, which the first of them that needs
// it starts, and TestMain stops: to start one takes as long as some of the tests.
var theBrowser struct {
	sync.Once
	ctx  context.Context
	stop func()
	err  error
}

// launch starts a browser with less to do than it has by itself. Nobody sees what
// it draws, so that drawing needs no process of its own; nor do pages that nobody
// goes back to, or that somebody may want next.
func launch(browser string) (context.Context, func(), error) {
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(browser), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("in-process-gpu", true),
		chromedp.Flag("disable-features", "Translate,BlinkGenPropertyTrees,SpareRendererForSitePerProcess,BackForwardCache"))
	allocator, end := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	stop := func() {
		cancel()
		end()
	}
	if err := chromedp.Do(ctx); err != nil {
		stop()
		return nil, nil, err
	}
	return ctx, stop, nil
}

// startBrowser returns a tab of the browser for openTab. What its pages keep is the
// test's own. It skips the test if there is no browser, unless RTBOOK_BROWSER is
// "required".
func startBrowser(t *testing.T) context.Context {
	t.Helper()
	browser := findBrowser()
	if browser == "" {
		if os.Getenv("RTBOOK_BROWSER") == "required" {
			t.Fatal("there is no browser, and RTBOOK_BROWSER=required asks for one: install chromium")
		}
		t.Skip("there is no browser")
	}
	theBrowser.Do(func() { theBrowser.ctx, theBrowser.stop, theBrowser.err = launch(browser) })
	if theBrowser.err != nil {
		t.Fatal(theBrowser.err)
	}
	limit := 2 * time.Minute
	if long() {
		limit = 20 * time.Minute
	}
	ctx, cancel := context.WithTimeout(theBrowser.ctx, limit)
	t.Cleanup(cancel)
	ctx, err := newTab(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return ctx
}

// earKey is the key of the ear in the context of a tab.
type earKey struct{}

// newTab opens a tab of a browser, and begins to listen to it.
func newTab(browser context.Context) (context.Context, error) {
	heard := new(ear)
	ctx, _ := chromedp.NewContext(context.WithValue(browser, earKey{}, heard), chromedp.WithNewBrowserContext())
	if err := chromedp.Do(ctx); err != nil {
		return nil, err
	}
	if err := chromedp.Listen(ctx, heard.request); err != nil {
		return nil, err
	}
	if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
		return nil, err
	}
	console := chromedp.Console(ctx)
	go func() {
		for m, err := range console {
			if err != nil {
				return
			}
			heard.mu.Lock()
			heard.messages = append(heard.messages, m.String())
			heard.mu.Unlock()
		}
	}()
	return ctx, nil
}

// openTab returns the browser's tab as if it had just been opened, which takes
// longer than most tests: it is empty, as wide as at first, on a screen, and runs
// scripts, and the pointer is nowhere.
func openTab(t *testing.T, browser context.Context) *tab {
	t.Helper()
	b := &tab{T: t, ear: browser.Value(earKey{}).(*ear), ctx: browser}
	b.do(chromedp.Navigate("about:blank"), chromedp.EmulateReset())
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{})
	call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{})
	b.do(chromedp.MouseEvent("mouseMoved", -1, -1))
	b.heard()
	return b
}

// request notes requests that are not for a file.
func (b *ear) request(event any) {
	e, ok := event.(*network.EventRequestWillBeSent)
	if !ok || strings.HasPrefix(e.Request.URL, "file:") || strings.HasPrefix(e.Request.URL, "data:") {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.requests = append(b.requests, e.Request.URL)
}

// heard returns what was noted since the last call.
func (b *ear) heard() []string {
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
		{"menu", testMenu},
		{"layout", testLayout},
		{"dark", testDark},
		{"proofs", testProofs},
		{"contrast", testProofContrast},
		{"numbers", testNumbers},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(openTab(t, browser), sites) })
	}
}

// testPages opens every page without scripts, at three widths, and with them, on
// the screen and on paper: nothing is missing, nothing is asked of a network, no
// page is wider than its window, and every address leads somewhere.
func testPages(b *tab, sites map[string]string) {
	folded := 0
	for site, dir := range sites {
		ids := map[string][]string{}   // by file
		links := map[string][]string{} // by file
		for _, file := range pagesOf(b.T, dir) {
			name := site + "/" + filepath.Base(file)
			for _, disabled := range []bool{true, false} {
				call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: disabled})
				b.media("screen", "light")
				b.width(320)
				b.open(file, "")
				if heard := b.heard(); len(heard) > 0 {
					b.Errorf("%s: %q", name, heard)
				}
				if paper := eval[string](b, `getComputedStyle(document.documentElement).backgroundColor`); paper == "rgba(0, 0, 0, 0)" {
					b.Errorf("%s: the page has no colour of its own: the stylesheet was not read", name)
				}
				if disabled {
					checkWidths(b, name)
				}
			}
			ids[file] = eval[[]string](b, `[...document.querySelectorAll("[id]")].map(e => e.id)`)
			links[file] = eval[[]string](b, `[...document.querySelectorAll("[href], [src]")].
				filter(e => e.rel != "canonical" && !(e.getAttribute("href") || "").startsWith("/")).map(e => e.href || e.src)`)
			folded += checkPaper(b, name)
		}
		checkLinks(b, site, links, ids)
	}
	if folded == 0 {
		b.Error("nothing on any page is folded")
	}
	if heard := b.heard(); len(heard) > 0 {
		b.Errorf("after the last page: %q", heard)
	}
}

// checkWidths sees that the page is nowhere wider than its window.
func checkWidths(b *tab, name string) {
	b.Helper()
	for _, w := range []int64{1280, 390, 320} { // the page after it is opened at the last
		b.width(w)
		if got := eval[int64](b, `document.documentElement.scrollWidth`); got > w {
			b.Errorf("%s: %d pixels wide in a window of %d: %s", name, got, w, eval[string](b, widest))
		}
	}
}

// widest describes the elements that reach out of the window.
const widest = `[...document.querySelectorAll("body *")].
	filter(e => e.getBoundingClientRect().right > innerWidth && !e.closest("pre, .wide")).
	map(e => e.tagName + "." + e.className).join(" ")`

// checkLinks follows the addresses of the pages of a site, as the browser reads
// them, to a file and to an element in it.
func checkLinks(b *tab, site string, links, ids map[string][]string) {
	b.Helper()
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

// checkPaper sees that paper shows what is folded on the screen, and no buttons,
// and that long lines are not cut. It returns how much is folded.
func checkPaper(b *tab, name string) int {
	b.Helper()
	b.width(700)
	const folded = `[...document.querySelectorAll("article details:not([open], .as-text, .about)")].map(d => d.lastElementChild.checkVisibility())`
	if slices.Contains(eval[[]bool](b, folded), true) {
		b.Errorf("%s: what is folded shows on the screen", name)
	}
	b.media("print", "dark")
	printed := eval[[]bool](b, folded)
	if slices.Contains(printed, false) {
		b.Errorf("%s: what is folded is not printed", name)
	}
	if cut := eval[[]string](b, `[...document.querySelectorAll("pre")].filter(e => e.scrollWidth > e.clientWidth).map(e => e.textContent)`); len(cut) > 0 {
		b.Errorf("%s: lines that are cut: %.200q", name, cut)
	}
	if eval[bool](b, `[...document.querySelectorAll("button, nav")].some(e => e.checkVisibility())`) {
		b.Errorf("%s: buttons or lists of links are printed", name)
	}
	return len(printed)
}
