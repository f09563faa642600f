package runner

import (
	"go/scanner"
	"go/token"
	"strings"
)

// stretch is a part of a cell that is parsed as one: a declaration, or all
// statements between two declarations. The stretches of a cell cover its
// source.
type stretch struct {
	start, end int
	decl       token.Token // IMPORT, TYPE, CONST, VAR, FUNC or PACKAGE; ILLEGAL for statements
	ends       []int       // after each semicolon outside brackets: where a statement may end
	stray      int         // the first '}' that closes nothing, -1 if none
	open       int         // the innermost bracket still open at the end, -1 if none
}

// lexeme is a token at [off, end). Only tokens that can span lines have an
// end; the others' is off.
type lexeme struct {
	tok      token.Token
	off, end int
}

// split cuts a cell into stretches, at semicolons outside brackets, inserted
// ones too. It accepts any text: what does not parse is found by the parser.
func split(src string, toks []lexeme) []stretch {
	var all []stretch
	var open brackets
	start := true    // whether a stretch or a statement begins at the next token
	boundary := 0    // where the last one ended
	var cur *stretch // the stretch being read
	begin := func(decl token.Token) {
		all = append(all, stretch{start: boundary, end: len(src), decl: decl, stray: -1, open: -1})
		cur = &all[len(all)-1]
	}
	finish := func() {
		cur.end = boundary
		cur = nil
	}
	for i, t := range toks {
		if t.tok == token.COMMENT {
			continue
		}
		if start && t.tok != token.EOF {
			decl := declares(toks[i:])
			if cur != nil && decl != token.ILLEGAL {
				finish()
			}
			if cur == nil {
				begin(decl)
			}
			start = false
		}
		switch t.tok {
		case token.LPAREN, token.LBRACK, token.LBRACE:
			open.push(t)
		case token.RPAREN, token.RBRACK, token.RBRACE:
			if !open.pop(t.tok) && len(open.toks) == 0 && t.tok == token.RBRACE && cur.stray < 0 {
				cur.stray = t.off
			}
		case token.SEMICOLON:
			if len(open.toks) > 0 {
				break
			}
			boundary = afterSemicolon(src, t.off)
			start = true
			if cur.decl != token.ILLEGAL {
				finish()
			} else {
				cur.ends = append(cur.ends, boundary)
			}
		}
	}
	if cur != nil && len(open.toks) > 0 {
		cur.open = open.toks[len(open.toks)-1].off
	}
	if cur == nil && boundary < len(src) {
		begin(token.ILLEGAL) // comments and space at the end
	}
	return all
}

// brackets is a stack of brackets not yet closed.
type brackets struct {
	toks  []lexeme
	count map[token.Token]int // of each kind of opening bracket on the stack
}

func (b *brackets) push(t lexeme) {
	if b.count == nil {
		b.count = make(map[token.Token]int)
	}
	b.count[t.tok]++
	b.toks = append(b.toks, t)
}

// pop closes the innermost bracket that close closes, and with it those inside
// that were never closed. It reports whether there is one.
func (b *brackets) pop(close token.Token) bool {
	opening := token.LBRACE
	switch close {
	case token.RPAREN:
		opening = token.LPAREN
	case token.RBRACK:
		opening = token.LBRACK
	}
	if b.count[opening] == 0 {
		return false
	}
	for {
		last := b.toks[len(b.toks)-1].tok
		b.toks = b.toks[:len(b.toks)-1]
		b.count[last]--
		if last == opening {
			return true
		}
	}
}

// lex returns the tokens of src with comments; the last is EOF.
func lex(src string, ident func(string)) []lexeme {
	var s scanner.Scanner
	file := token.NewFileSet().AddFile("", -1, len(src))
	s.Init(file, []byte(src), nil, scanner.ScanComments)
	var toks []lexeme
	for {
		pos, tok, lit := s.Scan()
		off := file.Offset(pos)
		t := lexeme{tok, off, off}
		switch {
		case tok == token.IDENT:
			ident(lit)
		case tok == token.COMMENT && src[off+1] == '*':
			t.end = after(src, off+2, "*/")
		case tok == token.STRING && src[off] == '`':
			t.end = after(src, off+1, "`")
		}
		toks = append(toks, t)
		if tok == token.EOF {
			return toks
		}
	}
}

// after returns the offset behind the first end in src[from:].
func after(src string, from int, end string) int {
	if i := strings.Index(src[from:], end); i >= 0 {
		return from + i + len(end)
	}
	return len(src)
}

// afterSemicolon returns where the next piece begins if a semicolon stands, or
// was inserted, at off: behind what follows it on its line, if that is only
// space and comments.
func afterSemicolon(src string, off int) int {
	if off < len(src) && src[off] == ';' {
		off++
	}
	for off < len(src) {
		rest := src[off:]
		switch {
		case rest[0] == '\n':
			return off + 1
		case rest[0] == ' ' || rest[0] == '\t' || rest[0] == '\r':
			off++
		case strings.HasPrefix(rest, "//"):
			return after(src, off, "\n")
		case strings.HasPrefix(rest, "/*"):
			end := after(src, off+2, "*/")
			if strings.Contains(src[off:end], "\n") {
				return off
			}
			off = end
		default:
			return off
		}
	}
	return off
}

// declares returns the keyword of the declaration that toks begin with, or
// ILLEGAL if they begin with a statement.
func declares(toks []lexeme) token.Token {
	switch tok := toks[0].tok; tok {
	case token.PACKAGE, token.IMPORT, token.TYPE, token.CONST, token.VAR:
		return tok
	case token.FUNC:
		if declaresFunc(toks[1:]) {
			return tok
		}
	}
	return token.ILLEGAL
}

// declaresFunc tells what follows the func of a declaration from what follows
// that of a function literal. A method's receiver is followed by a name and
// its parameters; where a literal has one result, no parenthesis follows it.
func declaresFunc(toks []lexeme) bool {
	toks = code(toks)
	if toks[0].tok != token.LPAREN {
		return toks[0].tok == token.IDENT
	}
	toks = code(afterBracket(toks))
	if toks[0].tok != token.IDENT {
		return false
	}
	toks = code(toks[1:])
	if toks[0].tok == token.LBRACK {
		toks = code(afterBracket(toks))
	}
	return toks[0].tok == token.LPAREN
}

// code skips comments. toks end with EOF, which is never skipped.
func code(toks []lexeme) []lexeme {
	for toks[0].tok == token.COMMENT {
		toks = toks[1:]
	}
	return toks
}

// afterBracket skips from an opening bracket past the one that closes it.
func afterBracket(toks []lexeme) []lexeme {
	depth := 0
	for ; toks[0].tok != token.EOF; toks = toks[1:] {
		switch toks[0].tok {
		case token.LPAREN, token.LBRACK, token.LBRACE:
			depth++
		case token.RPAREN, token.RBRACK, token.RBRACE:
			if depth--; depth <= 0 {
				return toks[1:]
			}
		}
	}
	return toks
}
