package runner

import (
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"sort"
	"strconv"
	"strings"
)

// source is a cell being composed.
type source struct {
	*Cell
	index    int        // among all cells
	order    int        // among the cells of its environment
	lines    []int      // the offset of each line
	solid    []lexeme   // tokens that span lines: nothing may be inserted in them
	pieces   []*piece   // what it consists of, without what does not parse
	declOnly bool       // it has no statements
	broken   []string   // identifiers in what does not parse
	whole    *ast.File  // a cell that is not run and has a package clause
	decls    []ast.Decl // what its pieces are checked as
	inits    []*piece   // its functions named init
	faulty   bool       // it has a problem
	refused  bool       // it uses what its chapter does not allow
	aside    string     // why the environment's program goes without it; "" if it does not
}

// piece is one declaration or statement at a cell's top level: the text
// [start, end) of its source, with the comments before it.
type piece struct {
	src        *source
	start, end int
	base       token.Pos // of start
	decl       ast.Decl  // or nil
	stmt       ast.Stmt  // or nil
	stmtEnd    int       // where stmt ends, before its semicolon and comments

	vars   []*varDef // its variables of the top level
	refs   []ref     // its mentions of names of the top level
	keys   []keyRef  // keys that may be such mentions, or names of fields
	faulty bool      // it has a problem

	initName string // of a function init: its name in Program.Source
	swaps    []edit // values of constants that are swept
}

func newSource(c *Cell, index, order int) *source {
	s := &source{Cell: c, index: index, order: order, lines: []int{0}}
	switch {
	case c.Mode == CheckOnly:
		s.aside = "is only checked"
	case c.Expect == ExpectPanic:
		s.aside = "is expected to panic and is left out"
	case c.Expect == ExpectCompileError:
		s.aside = "is expected not to compile and is left out"
	}
	for i := range len(c.Source) {
		if c.Source[i] == '\n' {
			s.lines = append(s.lines, i+1)
		}
	}
	return s
}

// runs reports whether the cell is part of any program.
func (s *source) runs() bool { return s.Mode == Execute && s.Expect != ExpectCompileError }

// panics reports whether the cell ends a program of its own.
func (s *source) panics() bool { return s.Mode == Execute && s.Expect == ExpectPanic }

// isWhole reports whether the cell, of these tokens, is a file of its own.
func (s *source) isWhole(toks []lexeme) bool {
	return !s.runs() && code(toks)[0].tok == token.PACKAGE
}

func (s *source) hasProblem() bool { return s.faulty }

// pos returns the place in the chapter of an offset into the cell's source.
func (s *source) pos(off int) Pos {
	line := sort.SearchInts(s.lines, off+1) - 1
	return Pos{s.Chapter, s.Line + line, 1 + s.indent(line) + off - s.lines[line]}
}

func (s *source) indent(line int) int {
	if line < len(s.Indent) {
		return s.Indent[line]
	}
	return 0
}

// offset returns the offset into the source of a position inside p.
func (p *piece) offset(pos token.Pos) int { return p.start + int(pos-p.base) }

// pos returns the place in the chapter of a position inside p.
func (p *piece) pos(pos token.Pos) Pos { return p.src.pos(p.offset(pos)) }

// parse splits the cell and parses its pieces.
func (s *source) parse(env *environment) {
	var idents []string
	toks := lex(s.Source, func(name string) { idents = append(idents, name) })
	for _, name := range idents {
		env.idents[name] = true
	}
	for _, t := range toks {
		if t.end > t.off && strings.Contains(s.Source[t.off:t.end], "\n") {
			s.solid = append(s.solid, t)
		}
	}
	if s.isWhole(toks) {
		s.parseWhole(env)
		return
	}
	if s.refuseDirectives(env, toks) {
		s.broken = idents
		return
	}
	s.declOnly = true
	for _, r := range split(s.Source, toks) {
		if !s.parseStretch(env, r) {
			lex(s.Source[r.start:r.end], func(name string) { s.broken = append(s.broken, name) })
		}
	}
}

// The text that makes a file of a stretch. It is on its first line, so that
// the columns of the first line alone need mending.
const (
	declPrefix = "package p;"
	stmtPrefix = "package p;func _(){"
	stmtSuffix = "\n}"
)

// parseStretch parses r into pieces, or reports why it cannot.
func (s *source) parseStretch(env *environment, r stretch) bool {
	switch r.decl {
	case token.PACKAGE:
		env.problems.add(s, Problem{
			Pos:     s.pos(s.firstToken(r)),
			Message: "a cell has no package clause",
			Hint:    "remove it: the cells of an environment are one package main",
		})
		return false
	case token.ILLEGAL:
		return s.parseStmts(env, r)
	}
	prefix := declPrefix
	f, base, err := s.parseText(env, prefix, r.start, r.end, "")
	if err != nil || r.stray >= 0 || len(f.Decls) != 1 {
		s.syntaxError(env, r, prefix, err)
		return false
	}
	s.pieces = append(s.pieces, &piece{src: s, start: r.start, end: r.end, base: base, decl: f.Decls[0]})
	return true
}

// parseStmts parses a stretch of statements.
func (s *source) parseStmts(env *environment, r stretch) bool {
	end := r.end
	if r.stray >= 0 {
		end = r.stray
	}
	f, base, err := s.parseText(env, stmtPrefix, r.start, end, stmtSuffix)
	if err != nil && err.Pos.Offset >= len(stmtPrefix)+end-r.start {
		// It ends too early. Without the suffix the parser says so.
		_, _, err = s.parseText(env, stmtPrefix, r.start, end, "")
	}
	if err != nil || r.stray >= 0 {
		s.syntaxError(env, r, stmtPrefix, err)
		return false
	}
	var stmts []ast.Stmt
	for _, stmt := range f.Decls[0].(*ast.FuncDecl).Body.List {
		if _, empty := stmt.(*ast.EmptyStmt); !empty {
			stmts = append(stmts, stmt)
		}
	}
	start := r.start
	for i, stmt := range stmts {
		end := r.end
		if i+1 < len(stmts) {
			// The first semicolon behind the statement, but before the next.
			off := r.start + int(stmt.End()-base)
			if k := sort.SearchInts(r.ends, off); k < len(r.ends) {
				end = min(r.ends[k], r.start+int(stmts[i+1].Pos()-base))
			}
		}
		s.pieces = append(s.pieces, &piece{
			src: s, start: start, end: end,
			base: base + token.Pos(start-r.start),
			stmt: stmt, stmtEnd: r.start + int(stmt.End()-base),
		})
		s.declOnly = false
		start = end
	}
	return true
}

// parseText parses prefix + Source[start:end] + suffix as a file. It returns
// the file, the position of start in it, and the first error. Positions in
// the file lead to the chapter.
func (s *source) parseText(env *environment, prefix string, start, end int, suffix string) (*ast.File, token.Pos, *scanner.Error) {
	f, err := parser.ParseFile(env.fset, s.Chapter, prefix+s.Source[start:end]+suffix, parser.SkipObjectResolution)
	file := env.fset.File(f.FileStart)
	first := sort.SearchInts(s.lines, start+1)
	addLine := func(off int) {
		at := s.pos(off)
		file.AddLineColumnInfo(len(prefix)+off-start, at.File, at.Line, at.Col)
	}
	addLine(start)
	for _, off := range s.lines[first:] {
		if off >= end {
			break
		}
		addLine(off)
	}
	if list, ok := err.(scanner.ErrorList); ok && len(list) > 0 {
		return f, 0, list[0]
	}
	return f, f.FileStart + token.Pos(len(prefix)), nil
}

// syntaxError reports what the parser found wrong with r, or the closing
// brace in r that closes nothing.
func (s *source) syntaxError(env *environment, r stretch, prefix string, err *scanner.Error) {
	p := Problem{Message: "expected statement, found '}'"}
	off := r.stray
	if err != nil {
		// A piece's text stands in a function whose braces the author does
		// not see.
		p.Message = strings.Replace(err.Msg, "expected '}', found 'case'", "expected statement, found 'case'", 1)
		p.Message = strings.Replace(p.Message, "expected '}', found 'default'", "expected statement, found 'default'", 1)
		off = r.start + err.Pos.Offset - len(prefix)
	}
	text := strings.TrimRight(s.Source[:r.end], " \t\r\n")
	off = min(max(off, r.start), max(len(text), r.start))
	p.Pos = s.pos(off)
	if r.open >= 0 {
		p.Notes = append(p.Notes, ProblemNote{s.pos(r.open), "this " + s.Source[r.open:r.open+1] + " is not closed in the cell"})
	}
	env.problems.add(s, p)
}

// firstToken returns the offset of r's first token.
func (s *source) firstToken(r stretch) int {
	for _, t := range lex(s.Source[r.start:r.end], func(string) {}) {
		if t.tok != token.COMMENT {
			return r.start + t.off
		}
	}
	return r.start
}

// parseWhole parses a cell that is a file.
func (s *source) parseWhole(env *environment) {
	f, _, err := s.parseText(env, "", 0, len(s.Source), "")
	if err != nil {
		s.syntaxError(env, stretch{end: len(s.Source), stray: -1, open: -1}, "", err)
	}
	s.whole = f
}

// refuseDirectives reports comments that would lead positions astray, that tie
// a file to others, or that speak of the whole file, which a cell is not.
func (s *source) refuseDirectives(env *environment, toks []lexeme) bool {
	found := false
	for _, t := range toks {
		if t.tok != token.COMMENT {
			continue
		}
		for _, d := range []string{"//line ", "/*line ", "//go:build ", "//go:debug ", "//go:embed", "//go:linkname"} {
			// The scanner heeds a line comment only in the first column.
			text := s.Source[t.off:]
			if !strings.HasPrefix(text, d) || d == "//line " && t.off > 0 && s.Source[t.off-1] != '\n' {
				continue
			}
			name, _ := strings.CutPrefix(d, "//")
			guarded := IsGuarded(name)
			hint := "remove it, or put a space before its first word to make it a comment"
			if guarded {
				hint = "a file of the folder of sh cells, as in go {file=main.go}, may have it where the front matter says allow: [" + name + "]"
			}
			if !env.problems.add(s, Problem{
				Pos:     s.pos(t.off),
				Message: "the directive " + strings.TrimSpace(d) + " has no place in a cell",
				Hint:    hint,
			}) {
				continue
			}
			found = true
			if guarded {
				env.problems.refuseLast()
			}
		}
	}
	return found
}

// imports returns the import paths that the cell names.
func (s *source) imports() []string {
	var paths []string
	add := func(spec *ast.ImportSpec) {
		if path, err := strconv.Unquote(spec.Path.Value); err == nil && path != "C" {
			paths = append(paths, path)
		}
	}
	if s.whole != nil {
		for _, spec := range s.whole.Imports {
			add(spec)
		}
	}
	for _, p := range s.pieces {
		for _, spec := range p.importSpecs() {
			add(spec)
		}
	}
	return paths
}

// importSpecs returns the imports of an import declaration.
func (p *piece) importSpecs() []*ast.ImportSpec {
	var specs []*ast.ImportSpec
	if d, ok := p.decl.(*ast.GenDecl); ok && d.Tok == token.IMPORT {
		for _, spec := range d.Specs {
			specs = append(specs, spec.(*ast.ImportSpec))
		}
	}
	return specs
}
