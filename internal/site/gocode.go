package site

import (
	"bytes"
	"go/scanner"
	"go/token"

	"github.com/yuin/goldmark/util"

	"rtbook/theme"
)

// writeGo writes Go code with the classes that chroma's lexer for Go gives it,
// a hundred times as fast (BenchmarkHighlight). It writes nothing and
// returns false if it leaves the code to chroma: raw strings with templates in
// them, which chroma colours, and carriage returns, which go/scanner drops.
//
// Code that is not Go, or not whole, is written all the same: what go/scanner
// does not recognise is text.
func writeGo(w util.BufWriter, code []byte) bool {
	if bytes.IndexByte(code, '\r') >= 0 || bytes.Contains(code, []byte("{{")) && bytes.IndexByte(code, '`') >= 0 {
		return false
	}
	file := token.NewFileSet().AddFile("", -1, len(code))
	var s scanner.Scanner
	s.Init(file, code, func(token.Position, string) {}, scanner.ScanComments)
	done := 0 // code[:done] is written
	for {
		pos, tok, lit := s.Scan()
		if tok == token.EOF {
			break
		}
		start := file.Offset(pos)
		end := start + len(lit)
		class := goClass(tok, lit, code[min(end, len(code)):])
		if class == "" || !theme.CodeClass(class) || end > len(code) {
			continue
		}
		escape(w, code[done:start])
		writeToken(w, class, code[start:end])
		done = end
	}
	escape(w, code[done:])
	return true
}

// goClass returns chroma's class for a token, "" if that is one that no style
// sets apart: operators, punctuation and blanks.
func goClass(tok token.Token, lit string, after []byte) string {
	switch tok {
	case token.IDENT:
		return goIdent(lit, after)
	case token.IMPORT, token.PACKAGE:
		return "kn"
	case token.VAR, token.FUNC, token.STRUCT, token.MAP, token.CHAN, token.TYPE, token.INTERFACE, token.CONST:
		return "kd"
	case token.INT:
		return goInt(lit)
	case token.FLOAT:
		return "mf"
	case token.IMAG:
		return "m"
	case token.CHAR:
		return "sc"
	case token.STRING:
		return "s"
	case token.COMMENT:
		switch {
		case lit[1] == '*':
			return "cm"
		case len(lit) > 2 && lit[2] != ' ' && lit[2] != '\t':
			return "cp" // a directive, such as //go:build
		}
		return "c1"
	}
	if tok.IsKeyword() {
		return "k"
	}
	return ""
}

// goIdent returns the class of an identifier, which depends on whether it is
// called. Like chroma it does not know what an identifier is declared as.
func goIdent(name string, after []byte) string {
	switch name {
	case "true", "false", "iota", "nil":
		return "kc"
	case "print", "println", "panic", "recover", "close", "complex", "real", "imag", "len", "cap",
		"append", "copy", "delete", "new", "make", "clear", "min", "max":
		if bytes.HasPrefix(after, []byte("(")) {
			return "nb"
		}
	case "uint", "uint8", "uint16", "uint32", "uint64", "int", "int8", "int16", "int32", "int64",
		"float", "float32", "float64", "complex64", "complex128", "byte", "rune", "string", "bool", "error", "uintptr":
		if bytes.HasPrefix(after, []byte("(")) {
			return "nb"
		}
		return "kt"
	case "any":
		return "kt"
	}
	if bytes.HasPrefix(bytes.TrimLeft(after, " \t\n"), []byte("(")) {
		return "nf"
	}
	return "nx"
}

func goInt(lit string) string {
	if len(lit) < 2 || lit[0] != '0' {
		return "mi"
	}
	switch lit[1] {
	case 'x', 'X':
		return "mh"
	case 'b', 'B':
		return "mb"
	}
	return "mo"
}
