package pipeline

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// webServer serves pages of every kind, and counts what is asked of it.
type webServer struct {
	*httptest.Server
	mu     sync.Mutex
	asked  map[string]int // "HEAD /page"
	now    atomic.Int32   // requests that are being answered
	atOnce atomic.Int32   // the most of these
}

func newWebServer(t *testing.T) *webServer {
	w := &webServer{asked: make(map[string]int)}
	w.Server = httptest.NewServer(http.HandlerFunc(func(res http.ResponseWriter, req *http.Request) {
		if n := w.now.Add(1); n > w.atOnce.Load() {
			w.atOnce.Store(n)
		}
		defer w.now.Add(-1)
		time.Sleep(20 * time.Millisecond) // so that too many at once would show
		w.mu.Lock()
		w.asked[req.Method+" "+req.URL.Path]++
		w.mu.Unlock()
		switch {
		case req.URL.Path == "/gone":
			http.NotFound(res, req)
		case req.URL.Path == "/moved":
			http.Redirect(res, req, "/page", http.StatusMovedPermanently)
		case req.URL.Path == "/moved-away":
			http.Redirect(res, req, "/gone", http.StatusFound)
		case req.URL.Path == "/circle":
			http.Redirect(res, req, "/circle", http.StatusFound)
		case req.URL.Path == "/no-head" && req.Method == http.MethodHead:
			http.Error(res, "", http.StatusMethodNotAllowed)
		}
	}))
	t.Cleanup(w.Close)
	return w
}

func TestExternal(t *testing.T) {
	w := newWebServer(t)
	text := strings.ReplaceAll(`[a](W/page) [b](W/page#part) [c](<W/page>) ![d](W/image.png)

<W/no-head> [e](W/moved) [f](mailto:a@b.example) [g](02-two.md) <c@d.example>

[h](W/gone) and [i](W/moved-away), again [j](W/gone#x) [k](W/circle)
`, "W", w.URL)
	r, _ := oneChapter(t, text, "")
	if err := r.external(context.Background(), Options{}); err != nil {
		t.Fatal(err)
	}
	if r.External != 7 || len(r.Findings) != 0 || len(w.asked) != 0 {
		t.Errorf("without being asked to: %d addresses, %d findings, requests %v; want 7, none, none", r.External, len(r.Findings), w.asked)
	}
	if err := r.external(context.Background(), Options{External: true}); err != nil {
		t.Fatal(err)
	}
	got := strings.ReplaceAll(told(r), w.URL, "W")
	const hint = "; look whether the page has moved; a site that refuses programs may let people in\n"
	u := len(w.URL)
	want := "" +
		"5:1: W/gone: the server answers 404 Not Found" + hint +
		"5:X: W/moved-away: the server answers 404 Not Found" + hint +
		"5:X: W/gone: the server answers 404 Not Found" + hint +
		"5:X: W/circle: stopped after 10 redirects" + hint
	var cols []string
	for _, f := range r.Findings {
		if f.Col != 1 {
			cols = append(cols, strings.Repeat("x", f.Col))
		}
	}
	lines := strings.Split(got, "\n")
	for i, line := range lines {
		line = strings.TrimPrefix(line, "01-one.md:")
		if place, rest, ok := strings.Cut(line, ": "); ok && !strings.HasSuffix(place, ":1") {
			line = "5:X: " + rest
		}
		lines[i] = line
	}
	if got := strings.Join(lines, "\n"); got != want {
		t.Errorf("findings:\n%swant:\n%s", got, want)
	}
	// "[h](" and ") and " and so on are between the links.
	if len(cols) != 3 || len(cols[0]) != 1+len("[h](/gone) and ")+u {
		t.Errorf("the second finding is at column %d, want %d", len(cols[0]), 1+len("[h](/gone) and ")+u)
	}
	if w.asked["HEAD /page"] != 2 || w.asked["GET /page"] != 0 { // itself, and where /moved leads
		t.Errorf("/page was asked for %d times, and got %d times; want 2 and none", w.asked["HEAD /page"], w.asked["GET /page"])
	}
	if w.asked["HEAD /no-head"] != 1 || w.asked["GET /no-head"] != 1 {
		t.Errorf("requests %v; want HEAD and then GET for /no-head", w.asked)
	}
	if n := w.atOnce.Load(); n > externalAtOnce {
		t.Errorf("%d requests at once, want at most %d", n, externalAtOnce)
	}
}

func TestExternalUnreachable(t *testing.T) {
	w := newWebServer(t)
	w.Close()
	r, _ := oneChapter(t, "[a]("+w.URL+"/page)\n", "")
	if err := r.external(context.Background(), Options{External: true}); err != nil {
		t.Fatal(err)
	}
	if len(r.Findings) != 1 || strings.Count(r.Findings[0].Message, w.URL) != 1 {
		t.Errorf("findings %q; want one, with the address once", told(r))
	}
}

func TestExternalCanceled(t *testing.T) {
	w := newWebServer(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	r, _ := oneChapter(t, "[a]("+w.URL+"/page)\n", "")
	if err := r.external(ctx, Options{External: true}); err == nil || len(r.Findings) != 0 {
		t.Errorf("a check that was interrupted found %d faults, and its error is %v", len(r.Findings), err)
	}
}
