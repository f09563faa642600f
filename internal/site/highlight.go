package site

import (
	"bytes"
	"html"
	"strings"
	"sync"

	"github.com/alecthomas/chroma/v2"
	"github.com/yuin/goldmark/util"

	"rtbook/internal/site/lexers"
	"rtbook/theme"
)

// highlightLimit is the size in bytes above which code is not coloured: the
// lexers' regular expressions take time, and nobody reads that much.
const highlightLimit = 256 << 10

// highlighter writes code as HTML, in elements with chroma's classes. Whatever
// the lexers make of it, the text that shows is the code.
type highlighter struct {
	lexers sync.Map // language to chroma.Lexer, or to nil: it takes milliseconds to find nothing
}

func newHighlighter() *highlighter { return new(highlighter) }

// language returns the language that the first word of an info string names:
// the part of it that is a name, as in "rust,ignore" and "js{1,3}".
func language(word []byte) string {
	if i := bytes.IndexAny(word, ",{:"); i >= 0 {
		word = word[:i]
	}
	return string(word)
}

// code writes a block of code.
func (b *body) code(w util.BufWriter, lang string, code []byte) {
	b.codeHiding(w, lang, code, nil)
}

// codeHiding writes a block of code with lines, counted from 0, that show when
// they are asked for.
func (b *body) codeHiding(w util.BufWriter, lang string, code []byte, hidden []int) {
	_, _ = w.WriteString(`<pre class="code" tabindex="0"><code`)
	if lang != "" {
		_, _ = w.WriteString(` class="language-` + html.EscapeString(lang) + `"`)
	}
	_ = w.WriteByte('>')
	if len(hidden) == 0 {
		b.site.high.write(w, lang, code)
	} else {
		var all bytes.Buffer
		b.site.high.write(&writer{&all}, lang, code)
		_, _ = w.Write(hideLines(all.Bytes(), hidden))
	}
	_, _ = w.WriteString("</code></pre>\n")
}

// write writes the code itself.
func (h *highlighter) write(w util.BufWriter, lang string, code []byte) {
	if (lang == "go" || lang == "golang") && writeGo(w, code) {
		return
	}
	h.writeChroma(w, lang, code)
}

func (h *highlighter) writeChroma(w util.BufWriter, lang string, code []byte) {
	lexer := h.lexer(lang)
	if lexer == nil || len(code) > highlightLimit {
		escape(w, code)
		return
	}
	tokens, ok := tokenise(lexer, string(code))
	if !ok {
		escape(w, code)
		return
	}
	for _, t := range tokens {
		writeToken(w, class(t.Type), []byte(t.Value))
	}
}

// lexer returns the lexer of a language, nil if there is none.
func (h *highlighter) lexer(lang string) chroma.Lexer {
	switch lang = strings.ToLower(lang); lang {
	case "", "text", "txt", "plain", "plaintext", "output":
		return nil
	}
	if l, ok := h.lexers.Load(lang); ok {
		l, _ := l.(chroma.Lexer)
		return l
	}
	l := lexers.Get(lang)
	h.lexers.Store(lang, l)
	return l
}

// tokenise returns the tokens of code. It is not ok where they are not, put
// together, the code: lexers drop and add characters in places.
func tokenise(lexer chroma.Lexer, code string) (tokens []chroma.Token, ok bool) {
	it, err := lexer.Tokenise(&chroma.TokeniseOptions{State: "root"}, code)
	if err != nil {
		return nil, false
	}
	rest := code
	for t := range it.Stdlib() {
		if rest, ok = strings.CutPrefix(rest, t.Value); !ok {
			if rest != "" || t.Value != "\n" {
				return nil, false
			}
			continue // the final line feed that lexers make sure of
		}
		tokens = append(tokens, t)
	}
	return tokens, rest == ""
}

// class returns the class of a token, "" if it looks like any other text.
func class(t chroma.TokenType) string {
	for ; t != 0; t = t.Parent() {
		if c, ok := chroma.StandardTypes[t]; ok {
			if theme.CodeClass(c) {
				return c
			}
			return ""
		}
	}
	return ""
}

func writeToken(w util.BufWriter, class string, text []byte) {
	if class == "" {
		escape(w, text)
		return
	}
	_, _ = w.WriteString(`<span class="` + class + `">`)
	escape(w, text)
	_, _ = w.WriteString("</span>")
}
