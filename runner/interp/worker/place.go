package worker

import (
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"sort"
	"strings"

	"rtbook/runner"
	"rtbook/runner/wire"
)

// placed returns the refusal of what yaegi says of a program. Where that has no
// place in the chapter, the program is compiled again with less and less of it,
// until it is known which statement or declaration yaegi does not take.
func placed(p *runner.Program, err error) *wire.Report {
	r := refuse(p, err)
	if _, ok := p.Pos(r.Offset); ok || r.Offset >= 0 && len(p.Map) == 0 {
		return r
	}
	fset := token.NewFileSet()
	file, parseErr := parser.ParseFile(fset, "", p.Source, parser.SkipObjectResolution)
	if parseErr != nil {
		return r
	}
	c := &culprit{program: p, message: r.Message, base: fset.File(file.FileStart).Base()}
	if !c.in(nil, statementLists(file)) && !c.declared(file) {
		return r
	}
	found := at(p.Source, c.place())
	found.Message = r.Message
	return found
}

// culprit is a search for what yaegi does not take.
type culprit struct {
	program *runner.Program
	message string // of yaegi
	base    int    // position of the first byte of the source
	around  []part // what is known to have it, outermost first
}

// part is a part of the source, from a byte to another.
type part struct{ from, to int }

// stub stands for the statements that are left out.
const stub = "panic(0)"

// fails reports whether yaegi says the same without parts of the source, which
// are in order.
func (c *culprit) fails(without []part) bool {
	var b strings.Builder
	at := 0
	for _, s := range without {
		b.WriteString(c.program.Source[at:s.from])
		b.WriteString(stub)
		at = s.to
	}
	b.WriteString(c.program.Source[at:])
	return c.says(b.String())
}

// says reports whether yaegi says of a source what it said of the program.
func (c *culprit) says(source string) bool {
	reduced := *c.program
	reduced.Source = source
	_, err := eval(newInterpreter(source, nil))
	return err != nil && refuse(&reduced, err).Message == c.message
}

// list is a list of statements, without braces.
type list struct {
	part
	stmts []ast.Stmt
}

// statementLists returns the outermost lists of statements in n, in order.
func statementLists(n ast.Node) []list {
	var lists []list
	add := func(from, to token.Pos, stmts []ast.Stmt) bool {
		if len(stmts) > 0 {
			lists = append(lists, list{part{int(from), int(to)}, stmts})
		}
		return false
	}
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt:
			return true
		case *ast.BlockStmt:
			if clauses(n) {
				return true
			}
			return add(n.Lbrace+1, n.Rbrace, n.List)
		case *ast.CaseClause:
			return add(n.Colon+1, n.End(), n.Body)
		case *ast.CommClause:
			return add(n.Colon+1, n.End(), n.Body)
		}
		return true
	})
	return lists
}

// clauses reports whether a block is that of a switch or a select statement.
func clauses(b *ast.BlockStmt) bool {
	return slices.ContainsFunc(b.List, func(s ast.Stmt) bool {
		switch s.(type) {
		case *ast.CaseClause, *ast.CommClause:
			return true
		}
		return false
	})
}

// in looks for the culprit in lists of statements. Without those parts yaegi says
// the same.
func (c *culprit) in(without []part, lists []list) bool {
	cut := func(more ...part) []part {
		all := slices.Concat(without, more)
		slices.SortFunc(all, func(a, b part) int { return cmp.Compare(a.from, b.from) })
		return all
	}
	var spans []part
	for i := range lists {
		lists[i].from -= c.base
		lists[i].to -= c.base
		spans = append(spans, lists[i].part)
	}
	n := sort.Search(len(lists), func(n int) bool { return c.fails(cut(spans[n:]...)) })
	if n == 0 || n == len(lists) && !c.fails(cut()) {
		return false
	}
	l := lists[n-1]
	rest := spans[n:]
	tail := func(n int) []part {
		if n == len(l.stmts) {
			return rest
		}
		return append([]part{{int(l.stmts[n].Pos()) - c.base, l.to}}, rest...)
	}
	m := max(1, sort.Search(len(l.stmts), func(n int) bool { return c.fails(cut(tail(n)...)) }))
	s := l.stmts[m-1]
	c.around = append(c.around, l.part, part{int(s.Pos()) - c.base, int(s.End()) - c.base})
	c.in(cut(tail(m)...), statementLists(s))
	return true
}

// declared looks for the culprit among the declarations that are no functions:
// it is the last of as few as it takes, from the first on.
func (c *culprit) declared(file *ast.File) bool {
	var b strings.Builder
	b.WriteString("package main\n")
	for _, d := range file.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok {
			continue
		}
		s := part{int(g.Pos()) - c.base, int(g.End()) - c.base}
		b.WriteString(c.program.Source[s.from:s.to] + "\n")
		if g.Tok != token.IMPORT && c.says(b.String()) {
			c.around = append(c.around, s)
			return true
		}
	}
	return false
}

// place returns the first byte of the innermost part around the culprit that has
// a place in the chapter, or -1.
func (c *culprit) place() int {
	if len(c.program.Map) == 0 {
		return c.around[len(c.around)-1].from
	}
	for _, s := range slices.Backward(c.around) {
		i := sort.Search(len(c.program.Map), func(i int) bool { return c.program.Map[i].Offset+c.program.Map[i].Len > s.from })
		if i < len(c.program.Map) && c.program.Map[i].Offset < s.to {
			return max(s.from, c.program.Map[i].Offset)
		}
	}
	return -1
}
