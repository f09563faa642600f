package runner

import (
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// shellWord is a word of a shell cell with its quotes removed.
type shellWord struct {
	text string
	off  int // where it begins in the cell's source
}

// word removes the quotes of a word, and refuses what a shell would put
// something else for.
func (p *shellParser) word(w *syntax.Word) shellWord {
	u := unquoter{p: p}
	for _, part := range w.Parts {
		u.part(part)
	}
	u.expansions()
	return shellWord{text: string(u.text), off: offset(w.Pos())}
}

// unquoter puts a word together. It reads the source instead of the parser's
// literals, since those do not say where escaped newlines were.
type unquoter struct {
	p    *shellParser
	text []byte
	bare []int // for each byte of text, its offset in the source; -1 if it was quoted
}

func (u *unquoter) add(b byte, off int) {
	u.text = append(u.text, b)
	u.bare = append(u.bare, off)
}

func (u *unquoter) part(part syntax.WordPart) {
	p := u.p
	switch part := part.(type) {
	case *syntax.Lit:
		u.literal(part, false)
	case *syntax.SglQuoted:
		if part.Dollar {
			p.without(part.Pos(), "$'…' quotes", "write the characters themselves, in '…'")
			return
		}
		for i := range len(part.Value) {
			u.add(part.Value[i], -1)
		}
	case *syntax.DblQuoted:
		if part.Dollar {
			p.without(part.Pos(), `$"…" quotes`, `write "…"`)
			return
		}
		for _, inner := range part.Parts {
			if lit, ok := inner.(*syntax.Lit); ok {
				u.literal(lit, true)
			} else {
				u.part(inner)
			}
		}
	default:
		what, hint := expansion(part)
		p.without(part.Pos(), what, hint)
	}
}

// expansion names what is no literal.
func expansion(part syntax.WordPart) (what, hint string) {
	const literally = "write what it stands for, or put it in '…' if it is meant as it is"
	switch part := part.(type) {
	case *syntax.ParamExp:
		return "parameter expansion", literally
	case *syntax.CmdSubst:
		if part.Backquotes {
			return "command substitution by backquotes", literally
		}
		return "command substitution", literally
	case *syntax.ArithmExp:
		return "arithmetic expansion", literally
	case *syntax.ProcSubst:
		return "process substitution", "write the output to a file with >, and name that"
	case *syntax.ExtGlob:
		return "patterns of file names", literally
	}
	return "such words", literally
}

// literal adds what a literal stands for. Within double quotes a backslash
// quotes only what is special there.
func (u *unquoter) literal(lit *syntax.Lit, quoted bool) {
	src, end := u.p.source.Source, offset(lit.End())
	for i := offset(lit.Pos()); i < end; i++ {
		c := src[i]
		at := i
		if quoted {
			at = -1
		}
		if c == '\\' && i+1 < len(src) {
			next := src[i+1]
			switch {
			case next == '\n': // where a quoted literal may end, before the newline
				i++
				continue
			case i+1 < end && (!quoted || strings.IndexByte("$`\"\\", next) >= 0):
				i++
				c, at = next, -1
			}
		}
		u.add(c, at)
	}
}

// expansions refuses characters outside quotes that a shell would expand. It
// refuses a few words more than a shell expands, such as a [ without a ].
func (u *unquoter) expansions() {
	const quote = "put it in '…' if it is meant as it is"
	brace, comma := -1, false
	for i, c := range u.text {
		off := u.bare[i]
		if off < 0 {
			continue
		}
		switch {
		case c == '*' || c == '?' || c == '[':
			u.p.refuse(off, "sh cells have no patterns of file names ("+string(c)+")", quote)
			return
		case c == '~' && (i == 0 || u.text[i-1] == ':' || u.text[i-1] == '='):
			u.p.refuse(off, "sh cells have no home folder (~)", quote)
			return
		case c == '{' && brace < 0:
			brace = off
		case brace >= 0 && (c == ',' || c == '.' && i > 0 && u.text[i-1] == '.'):
			comma = true
		case c == '}' && comma:
			u.p.refuse(brace, "sh cells have no brace expansion", quote)
			return
		}
	}
}

// quoted writes a word into a message, cut where it is long.
func quoted(s string) string {
	const most = 60
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return strconv.Quote(s)
}
