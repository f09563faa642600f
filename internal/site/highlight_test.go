package site

import (
	"bytes"
	"fmt"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/chroma/v2/lexers"
	"pgregory.net/rapid"
)

// written returns the HTML that write makes of code.
func written(write func(*writer)) string {
	var buf bytes.Buffer
	write(&writer{&buf})
	return buf.String()
}

// classes returns the class of each byte of the text that shows, "" where it
// has none.
func classes(t *testing.T, markup string) (text string, byByte []string) {
	t.Helper()
	class := ""
	for markup != "" {
		piece := markup
		if i := strings.IndexByte(markup, '<'); i > 0 {
			piece = markup[:i]
		} else if i == 0 {
			tag := markup[:strings.IndexByte(markup, '>')+1]
			markup = markup[len(tag):]
			if tag == "</span>" {
				class = ""
			} else if m := regexp.MustCompile(`^<span class="([a-z0-9]+)">$`).FindStringSubmatch(tag); m != nil && class == "" {
				class = m[1]
			} else {
				t.Fatalf("unexpected tag %s", tag)
			}
			continue
		}
		markup = markup[len(piece):]
		shown := html.UnescapeString(piece)
		text += shown
		for range len(shown) {
			byByte = append(byByte, class)
		}
	}
	return text, byByte
}

// compareGo reports where writeGo's classes differ from those by chroma.
func compareGo(t *testing.T, code string) (differences []string) {
	t.Helper()
	ours := written(func(w *writer) {
		if !writeGo(w, []byte(code)) {
			t.Fatalf("writeGo leaves this to chroma:\n%s", code)
		}
	})
	text, got := classes(t, ours)
	if text != code {
		t.Fatalf("the text that shows is not the code:\n%q\n%q", text, code)
	}
	tokens, ok := tokenise(lexers.Get("go"), code)
	if !ok {
		t.Fatalf("chroma's tokens are not the code:\n%s", code)
	}
	at := 0
	for _, tok := range tokens {
		want := class(tok.Type)
		for i := range len(tok.Value) {
			if got[at+i] != want {
				line := 1 + strings.Count(code[:at+i], "\n")
				differences = append(differences, fmt.Sprintf("line %d: %q is %q, chroma says %q", line, tok.Value, got[at+i], want))
				break
			}
		}
		at += len(tok.Value)
	}
	return differences
}

// TestGoClassesLikeChroma compares whole files of the standard library.
func TestGoClassesLikeChroma(t *testing.T) {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"runtime/malloc.go", "runtime/chan.go", "fmt/print.go", "net/http/server.go", "go/types/expr.go", "math/bits.go"} {
		code, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(root)), "src", name))
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range compareGo(t, string(code)) {
			t.Errorf("%s: %s", name, d)
		}
	}
}

// TestGoClassesFragments compares what stands in chapters: pieces, some of
// them broken.
func TestGoClassesFragments(t *testing.T) {
	for _, code := range []string{
		"",
		"x := 1",
		"\n\n",
		"for i := range 10 {\n\tgo f(i)\n}\n",
		"// a comment\n//go:noinline\n//\n/* and\nmore */ x",
		"x := []any{nil, true, iota, 1, 017, 0x1F, 0b11, 1.5, .5, 1e3, 2i, 'x', '\\n', \"s\\\"\", `raw\n`}",
		"len(x) + cap (x) + string(b) + int64 (c) + min(1, 2)",
		"f (x)\ng\n(x)",
		"type T[P any] struct{ error }",
		"ch <- <-ch; x &^= y; x |= 1; a && !b; p.q...",
		"if x { // open",
	} {
		for _, d := range compareGo(t, code) {
			t.Errorf("%q: %s", code, d)
		}
	}
}

// TestGoClassesBetterThanChroma has code that chroma's lexer takes apart where
// Go does not.
func TestGoClassesBetterThanChroma(t *testing.T) {
	tests := []struct{ code, want string }{
		{"0o17", `<span class="mo">0o17</span>`},
		{"1_000.5", `<span class="mf">1_000.5</span>`},
		{"0x1p-2", `<span class="mf">0x1p-2</span>`},
		{`'\''`, `<span class="sc">'\''</span>`},
	}
	for _, test := range tests {
		got := written(func(w *writer) { writeGo(w, []byte(test.code)) })
		if got != test.want {
			t.Errorf("writeGo(%s) wrote %s, want %s", test.code, got, test.want)
		}
		if test.code != `'\''` && len(compareGo(t, test.code)) == 0 {
			t.Errorf("chroma now agrees on %s; move it to the fragments", test.code)
		}
	}
}

func TestGoLeftToChroma(t *testing.T) {
	for _, code := range []string{"x := `{{.Name}}`", "a\r\nb", "a\rb"} {
		if got := written(func(w *writer) {
			if writeGo(w, []byte(code)) {
				t.Errorf("writeGo took %q", code)
			}
		}); got != "" {
			t.Errorf("writeGo left %q to chroma after writing %q", code, got)
		}
	}
}

// visible returns the text that HTML shows.
func visible(markup string) string {
	return html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(markup, ""))
}

// TestHighlightKeepsText has code in many languages, most of it not of them.
func TestHighlightKeepsText(t *testing.T) {
	h := newHighlighter()
	languages := []string{"go", "golang", "Go", "sh", "bash", "console", "yaml", "json", "html", "diff", "c", "asm", "python", "markdown", "text", "", "nosuchlanguage", "go.mod"}
	pieces := []string{"func ", "f(x)", "\n", "\r\n", "\r", "\t", "  ", "`", "\"", "'", "/*", "*/", "//", "#", "$ ", "{{", "}}", "<b>", "&amp;", "&", "0x", "1_0.5e+", "é", "世界", "\u2028", "---\n", "- ", "+ ", ": ", "\\", "\ufeff", "~~~"}
	rapid.Check(t, func(t *rapid.T) {
		lang := rapid.SampledFrom(languages).Draw(t, "language")
		code := strings.Join(rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(pieces), rapid.StringN(0, 5, -1)), 0, 12).Draw(t, "code"), "")
		code = strings.ReplaceAll(code, "\x00", "") // HTML has no way to write it
		got := written(func(w *writer) { h.write(w, lang, []byte(code)) })
		if visible(got) != code {
			t.Fatalf("in language %q\n%q\nis shown as\n%q", lang, code, visible(got))
		}
	})
}

func TestHighlightUnknownLanguage(t *testing.T) {
	h := newHighlighter()
	for range 2 { // the second time from memory
		if got := written(func(w *writer) { h.write(w, "nosuchlanguage", []byte("<b> & c")) }); got != "&lt;b&gt; &amp; c" {
			t.Errorf("got %s", got)
		}
	}
	if l, ok := h.lexers.Load("nosuchlanguage"); !ok || l != nil {
		t.Errorf("the failed look-up is not remembered: %v, %v", l, ok)
	}
}

func TestHighlightOtherLanguages(t *testing.T) {
	h := newHighlighter()
	for lang, want := range map[string]string{
		"diff": `<span class="gd">-x` + "\n</span>",
		"yaml": `<span class="m">1</span>`,
	} {
		code := map[string]string{"diff": "-x\n", "yaml": "a: 1\n"}[lang]
		if got := written(func(w *writer) { h.write(w, lang, []byte(code)) }); !strings.Contains(got, want) {
			t.Errorf("%s: %q is not in %q", lang, want, got)
		}
	}
}

func TestHighlightSkipsWhatIsHuge(t *testing.T) {
	h := newHighlighter()
	code := strings.Repeat("echo 1\n", highlightLimit/7+1)
	if got := written(func(w *writer) { h.write(w, "sh", []byte(code)) }); got != code {
		t.Errorf("%d bytes of sh were changed or coloured", len(code))
	}
}
