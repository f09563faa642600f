package book

import (
	"errors"
	"go/parser"
	"go/scanner"
	"go/token"
	"strings"
)

// checkSyntax reports the first syntax error of a plain go fence.
func checkSyntax(ch *Chapter, f *Fence, r *reporter) {
	if err := parseGo(f.Content); err != nil {
		pos := ch.ContentPos(f, err.offset)
		r.at(ch.offset(pos), "{sketch} after go says that a fence need not parse", "%s", err.msg)
	}
}

// syntaxError is a fault in Go source, at a byte offset of it.
type syntaxError struct {
	offset int
	msg    string
}

// parseGo parses what a fence may hold: a file; declarations and statements,
// as in a cell; or a list of expressions. Of the errors of these readings it
// returns the one that is furthest into the source, for that reading is the
// likeliest.
func parseGo(src string) *syntaxError {
	pieces, file, err := splitGo(src)
	if err != nil {
		return err
	}
	if file {
		return parseIn("", src, "")
	}
	for _, p := range pieces {
		if err = parsePiece(src[p.start:p.end], p.kind); err != nil {
			err.offset += p.start
			break
		}
	}
	if err == nil {
		return nil
	}
	list := parseIn("package p; var _ = ", src, "")
	if list == nil {
		return nil
	}
	if list.offset > err.offset {
		return list
	}
	return err
}

// parsePiece parses a declaration or statement.
func parsePiece(src string, kind pieceOfGo) *syntaxError {
	var decl, stmt *syntaxError
	if kind != goStmt {
		decl = parseIn("package p; ", src, "")
	}
	if kind != goDecl {
		stmt = parseIn("package p; func _() { ", src, "\n}")
	}
	switch {
	case kind == goDecl:
		return decl
	case kind == goStmt:
		return stmt
	case decl == nil || stmt == nil:
		return nil
	case stmt.offset > decl.offset:
		return stmt
	}
	return decl
}

// parseIn parses src between two pieces of Go.
func parseIn(before, src, after string) *syntaxError {
	_, err := parser.ParseFile(token.NewFileSet(), "", before+src+after, parser.SkipObjectResolution)
	if err == nil {
		return nil
	}
	var list scanner.ErrorList
	if !errors.As(err, &list) || len(list) == 0 {
		return &syntaxError{0, err.Error()}
	}
	first := list[0]
	for _, e := range list {
		if e.Pos.Offset < first.Pos.Offset {
			first = e
		}
	}
	// An error after src is one at its end: something is missing there. What
	// the parser found instead is ours.
	offset, end := first.Pos.Offset-len(before), len(strings.TrimRight(src, "\n"))
	if offset >= len(src) {
		first.Msg = strings.Replace(first.Msg, "found '}'", "found 'EOF'", 1)
	}
	return &syntaxError{max(0, min(offset, end)), first.Msg}
}

// goPiece is a declaration or statement of a source.
type goPiece struct {
	start, end int
	kind       pieceOfGo
}

type pieceOfGo int

const (
	goStmt   pieceOfGo = iota // what a function's body can hold
	goDecl                    // import, or func with a name
	goEither                  // func (…): a method, or a function literal
)

// splitGo splits a source where a semicolon, written or implied by a line's
// end, stands outside of all brackets. It says whether the source is a file,
// which begins with package.
func splitGo(src string) (pieces []goPiece, file bool, err *syntaxError) {
	var s scanner.Scanner
	fset := token.NewFileSet()
	f := fset.AddFile("", -1, len(src))
	s.Init(f, []byte(src), func(token.Position, string) {}, 0)
	depth, first := 0, true
	var p goPiece
	tokens := make([]token.Token, 0, 2) // the first two of the piece
	for {
		pos, tok, lit := s.Scan()
		at := f.Offset(pos)
		if first && tok == token.PACKAGE {
			return nil, true, nil
		}
		first = false
		switch tok {
		case token.LPAREN, token.LBRACK, token.LBRACE:
			depth++
		case token.RPAREN, token.RBRACK, token.RBRACE:
			if depth--; depth < 0 {
				return nil, false, &syntaxError{at, "unexpected " + tok.String()}
			}
		}
		if tok == token.EOF || tok == token.SEMICOLON && depth == 0 {
			p.end = at
			if lit == ";" {
				p.end++
			}
			if len(tokens) > 0 {
				p.kind = kindOfGo(tokens)
				pieces = append(pieces, p)
			}
			if tok == token.EOF {
				return pieces, false, nil
			}
			p, tokens = goPiece{start: p.end}, tokens[:0]
			continue
		}
		if len(tokens) < cap(tokens) {
			tokens = append(tokens, tok)
		}
	}
}

// kindOfGo returns the kind of a piece that begins with these tokens.
func kindOfGo(tokens []token.Token) pieceOfGo {
	switch {
	case tokens[0] == token.IMPORT:
		return goDecl
	case len(tokens) > 1 && tokens[0] == token.FUNC && tokens[1] == token.IDENT:
		return goDecl
	case len(tokens) > 1 && tokens[0] == token.FUNC && tokens[1] == token.LPAREN:
		return goEither
	}
	return goStmt
}
