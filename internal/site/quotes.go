package site

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

// quotes says whether the quotation marks and apostrophes of a keyboard, " and ',
// are shown as those of print: “ ” ‘ ’. Only for books in English: other languages
// have others. Not in code, nor where the author wrote \" or \'. Which of the two
// it is depends on what stands before it in the source, emphasis apart.
type quotes bool

// quotesFor returns what a book in a language needs.
func quotesFor(lang string, plain bool) quotes {
	first, _, _ := strings.Cut(strings.ToLower(lang), "-")
	return quotes(first == "en" && !plain)
}

// text returns a text that is no Markdown.
func (q quotes) text(s string) string {
	if !bool(q) || !strings.ContainsAny(s, `"'`) {
		return s
	}
	return string(q.in([]byte(s), 0, len(s)))
}

// in returns source[start:stop], which is text of one paragraph or heading.
func (q quotes) in(source []byte, start, stop int) []byte {
	if !bool(q) || !bytes.ContainsAny(source[start:stop], `"'`) {
		return source[start:stop]
	}
	shown := make([]byte, 0, stop-start+16)
	for i := start; i < stop; i++ {
		shown = append(shown, quote(source, i)...)
	}
	return shown
}

// quote returns what is shown for the byte of the source at an offset.
func quote(source []byte, at int) []byte {
	c := source[at]
	switch {
	case c != '"' && c != '\'' || escapedAt(source, at):
		return source[at : at+1]
	case c == '"' && opensAt(source, at):
		return []byte("“")
	case c == '"':
		return []byte("”")
	case opensAt(source, at) && !(at+1 < len(source) && '0' <= source[at+1] && source[at+1] <= '9'): // not the '90s
		return []byte("‘")
	}
	return []byte("’")
}

// opensAt reports whether the mark at an offset stands at the beginning of what it
// encloses.
func opensAt(source []byte, at int) bool {
	if next, _ := utf8.DecodeRune(source[at+1:]); at+1 == len(source) || unicode.IsSpace(next) {
		return false
	}
	for at > 0 {
		before, size := utf8.DecodeLastRune(source[:at])
		at -= size
		switch {
		case before == '*' || before == '_' || before == '~':
			continue // emphasis begins or ends here: what is before that says which
		case before == '"' || before == '\'':
			return opensAt(source, at)
		}
		return unicode.IsSpace(before) || strings.ContainsRune("([{<>|/-–—“‘", before)
	}
	return true
}

// escapedAt reports whether the byte at an offset has a backslash of its own.
func escapedAt(source []byte, at int) bool {
	n := 0
	for n < at && source[at-1-n] == '\\' {
		n++
	}
	return n%2 == 1
}
