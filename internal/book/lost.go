package book

import (
	"bytes"
	"cmp"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
)

var lostSyntax = pattern(`[(<](?:go|out):[^\s)]`)

// checkLost reports an address of a checked link in text: for every Markdown
// parser, a blank ends the address, and the link is none.
func checkLost(ch *Chapter, t *ast.Text, r *reporter) {
	const hint = `an address with blanks stands between < and >, as in [256](<go:runtime len(p{}.runq)>); in it, write \< and \>`
	m := lostSyntax().FindIndex(t.Segment.Value(ch.Text))
	if m == nil {
		return
	}
	at := t.Segment.Start + m[0]
	line := ch.lines.start(at)
	before := bytes.TrimSuffix(ch.Text[line:at], []byte("("))
	if link, ok := bytes.CutSuffix(before, []byte("]")); ok {
		open := max(bytes.LastIndexByte(link, '['), 0)
		if open > 0 && link[open-1] == '\\' {
			return // meant to be text
		}
		at = line + open
	} else if ch.Text[at] == '(' || bytes.HasSuffix(before, []byte("\\")) {
		return
	}
	r.at(at, hint, "a link that was to be checked, and is only text")
}

var (
	labelSyntax    = pattern(`^\]\[([^\[\]\n]*)\]`) // empty: the text is the label
	footnoteSyntax = pattern(`\[\^[^\s\[\]]+\]`)
)

// checkUndefined reports a link by a reference that nothing defines, and a
// footnote that there is not: for every Markdown parser, both are text.
func checkUndefined(ch *Chapter, t *ast.Text, r *reporter) {
	start, stop := t.Segment.Start, t.Segment.Stop
	for at := start; at < stop; at++ {
		switch ch.Text[at] {
		case ']':
			m := labelSyntax().FindSubmatch(ch.Text[at:])
			if m == nil {
				continue
			}
			if open := opening(ch, at); open >= 0 {
				label := clip(cmp.Or(string(m[1]), string(ch.Text[open+1:at])))
				r.at(open, "define it in a line of its own: ["+label+"]: ADDRESS; to show brackets, write \\[", "nothing defines [%s], so this link is only text", label)
			}
		case '[':
			// Whether the bracket is escaped, one byte before it says.
			if m := footnoteSyntax().Find(ch.Text[at:]); m != nil && bytes.HasPrefix(ch.Text[at:], m) && (at == 0 || ch.Text[at-1] != '\\') {
				r.at(at, "write "+clip(string(m))+": and its text in a line of its own; to show brackets, write \\[", "there is no footnote %s", clip(string(m)))
			}
		}
	}
}

// opening returns the offset of the bracket that the one at an offset closes,
// on the same line; -1 if there is none, or if it is no link's: it is escaped,
// or follows a word, as an index does.
func opening(ch *Chapter, closing int) int {
	line := ch.lines.start(closing)
	i := bytes.LastIndexByte(ch.Text[line:closing], '[')
	if i < 0 || i+1 == closing-line {
		return -1
	}
	before, _ := utf8.DecodeLastRune(ch.Text[line : line+i])
	if before == '\\' || before == ']' || before == '_' || unicode.IsLetter(before) || unicode.IsDigit(before) {
		return -1
	}
	return line + i
}
