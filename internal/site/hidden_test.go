package site

import (
	"html"
	"strings"
	"testing"
)

// withoutHidden returns the text that highlighted code shows at first, and
// whether it has more. It fails if elements do not end in the order in which
// they began.
func withoutHidden(t *testing.T, code string) (text string, hidden bool) {
	t.Helper()
	var b strings.Builder
	var open []bool // for each element that is open: it is hidden
	for code != "" {
		at := strings.IndexByte(code, '<')
		if at < 0 {
			at = len(code)
		}
		if len(open) == 0 || !open[0] {
			b.WriteString(code[:at])
		}
		if code = code[at:]; code == "" {
			break
		}
		tag, rest, _ := strings.Cut(code, ">")
		code = rest
		switch {
		case tag == "</span":
			if len(open) == 0 {
				t.Fatalf("%s closes nothing", tag)
			}
			open = open[:len(open)-1]
		default:
			open = append(open, tag == `<span class="hid"`)
			hidden = hidden || tag == `<span class="hid"`
		}
	}
	if len(open) > 0 {
		t.Errorf("%d elements are not closed", len(open))
	}
	return html.UnescapeString(b.String()), hidden
}

// TestHideLines has tokens that reach over the ends of hidden lines.
func TestHideLines(t *testing.T) {
	const code = "a\n<span class=\"s\">`one\ntwo\nthree`</span> <span class=\"k\">if</span>\nb\n"
	for _, test := range []struct {
		hidden []int
		want   string
	}{
		{nil, code},
		{[]int{0}, `<span class="hid">a` + "\n</span><span class=\"s\">`one\ntwo\nthree`</span> <span class=\"k\">if</span>\nb\n"},
		{[]int{1}, "a\n<span class=\"hid\"><span class=\"s\">`one\n</span></span><span class=\"s\">two\nthree`</span> <span class=\"k\">if</span>\nb\n"},
		{[]int{2}, "a\n<span class=\"s\">`one\n</span><span class=\"hid\"><span class=\"s\">two\n</span></span><span class=\"s\">three`</span> <span class=\"k\">if</span>\nb\n"},
		{[]int{3}, "a\n<span class=\"s\">`one\ntwo\n</span><span class=\"hid\"><span class=\"s\">three`</span> <span class=\"k\">if</span>\n</span>b\n"},
	} {
		got := string(hideLines([]byte(code), test.hidden))
		if got != test.want {
			t.Errorf("%v hidden:\ngot  %s\nwant %s", test.hidden, got, test.want)
		}
		withoutHidden(t, got)
	}
}

// TestHiddenIsThere sees that what is hidden can be revealed and copied, without
// the comment that hides it.
func TestHiddenIsThere(t *testing.T) {
	page := chapterOf(t, "```go {check}\nvar a = \"x\" //rtbook:hide\nvar b = 2\n```\n", nil)
	_, code, _ := strings.Cut(page, "<code")
	_, code, _ = strings.Cut(code, ">")
	code, _, _ = strings.Cut(code, "</code>")
	if got, want := visible(code), "var a = \"x\"\nvar b = 2\n"; got != want {
		t.Errorf("the page has %q, want %q", got, want)
	}
	if !strings.Contains(page, "the hidden line</label>") {
		t.Error("nothing says that a line is hidden")
	}
}
