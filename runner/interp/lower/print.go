package lower

import (
	"go/ast"
	"go/token"
	"slices"
	"sort"
	"strconv"

	"rtbook/runner"
)

// printer writes a tree as Go, and where each piece of it comes from.
//
// go/printer decides by the positions of the nodes where lines break, and a
// rewritten tree has these from all over the source. This printer breaks lines
// at statements, fields and clauses only, and forgets comments.
type printer struct {
	u      *unit
	out    []byte
	indent int
	fresh  bool // at the beginning of a line
	marks  []origin
}

// origin says that what was written from offset at on comes from pos.
type origin struct {
	at  int
	pos token.Pos
}

// print returns the text of the unit's tree, and its map to the chapter.
func (u *unit) print() (string, []runner.Segment) {
	p := &printer{u: u, fresh: true, out: make([]byte, 0, 3*len(u.program.Source)), marks: make([]origin, 0, len(u.program.Source)/2)}
	p.file(u.file)
	return string(p.out), p.segments()
}

// imports returns the paths that the tree imports, sorted.
func (u *unit) imports() []string {
	var paths []string
	for _, d := range u.file.Decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.IMPORT {
			for _, s := range g.Specs {
				path, _ := strconv.Unquote(s.(*ast.ImportSpec).Path.Value)
				paths = append(paths, path)
			}
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

// segments turns the marks into a map. A segment ends where the next begins, or
// with its line.
func (p *printer) segments() []runner.Segment {
	list := make([]runner.Segment, 0, len(p.marks))
	near := 0
	for i, m := range p.marks {
		end := len(p.out)
		if i+1 < len(p.marks) {
			end = p.marks[i+1].at
		}
		pos, ok := p.place(p.u.offset(m.pos), &near)
		if !ok || end <= m.at {
			continue
		}
		n := 0
		for m.at+n < end && p.out[m.at+n] != '\n' {
			n++
		}
		if n > 0 {
			list = append(list, runner.Segment{Offset: m.at, Len: n, Pos: pos})
		}
	}
	return list
}

// place returns the place of an offset of the source in the chapter, as
// [runner.Program.Pos]. What is written after something is mostly from the same
// segment of the source's map, or from the next: near is the segment of the last.
func (p *printer) place(offset int, near *int) (runner.Pos, bool) {
	segments := p.u.program.Map
	for i := *near; i < len(segments) && i < *near+2; i++ {
		if s := segments[i]; s.Offset <= offset && offset < s.Offset+s.Len {
			*near = i
			s.Pos.Col += offset - s.Offset
			return s.Pos, true
		}
	}
	*near = max(0, sort.Search(len(segments), func(i int) bool { return segments[i].Offset > offset })-1)
	return p.u.program.Pos(offset)
}

// mark notes that what comes next is from pos.
func (p *printer) mark(pos token.Pos) {
	if p.fresh {
		p.tabs()
	}
	if pos.IsValid() && int(pos) >= p.u.base && int(pos) <= p.u.base+len(p.u.program.Source) {
		if last := len(p.marks) - 1; last >= 0 && p.marks[last].at == len(p.out) {
			p.marks[last].pos = pos // of which nothing was written
			return
		}
		p.marks = append(p.marks, origin{len(p.out), pos})
	}
}

func (p *printer) tabs() {
	for range p.indent {
		p.out = append(p.out, '\t')
	}
	p.fresh = false
}

// text writes pieces of text as they are.
func (p *printer) text(pieces ...string) {
	if p.fresh {
		p.tabs()
	}
	for _, s := range pieces {
		p.out = append(p.out, s...)
	}
}

// at writes a token that stands at pos.
func (p *printer) at(pos token.Pos, s string) {
	p.mark(pos)
	p.text(s)
}

func (p *printer) newline() {
	if !p.fresh {
		p.out = append(p.out, '\n')
		p.fresh = true
	}
}

func (p *printer) file(f *ast.File) {
	p.at(f.Package, "package ")
	p.text(f.Name.Name)
	p.newline()
	for _, d := range f.Decls {
		p.out = append(p.out, '\n')
		p.decl(d)
		p.newline()
	}
}

func (p *printer) decl(d ast.Decl) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		p.at(d.Pos(), "func ")
		if d.Recv != nil {
			p.params(d.Recv)
			p.text(" ")
		}
		p.expr(d.Name)
		p.typeParams(d.Type.TypeParams)
		p.signature(d.Type)
		if d.Body != nil {
			p.text(" ")
			p.block(d.Body)
		}
	case *ast.GenDecl:
		p.genDecl(d)
	}
}

func (p *printer) genDecl(d *ast.GenDecl) {
	p.at(d.Pos(), d.Tok.String())
	p.text(" ")
	if !d.Lparen.IsValid() && len(d.Specs) == 1 {
		p.spec(d.Specs[0], d.Tok)
		return
	}
	p.text("(")
	p.newline()
	p.indent++
	for _, s := range d.Specs {
		p.spec(s, d.Tok)
		p.newline()
	}
	p.indent--
	p.text(")")
}

func (p *printer) spec(s ast.Spec, tok token.Token) {
	switch s := s.(type) {
	case *ast.ImportSpec:
		if s.Name != nil {
			p.expr(s.Name)
			p.text(" ")
		}
		p.expr(s.Path)
	case *ast.TypeSpec:
		p.expr(s.Name)
		p.typeParams(s.TypeParams)
		if s.Assign.IsValid() {
			p.text(" =")
		}
		p.text(" ")
		p.expr(s.Type)
	case *ast.ValueSpec:
		p.idents(s.Names)
		if s.Type != nil {
			p.text(" ")
			p.expr(s.Type)
		}
		if len(s.Values) > 0 {
			p.text(" = ")
			p.exprs(s.Values)
		}
	}
}

func (p *printer) idents(list []*ast.Ident) {
	for i, id := range list {
		if i > 0 {
			p.text(", ")
		}
		p.expr(id)
	}
}

func (p *printer) exprs(list []ast.Expr) {
	for i, e := range list {
		if i > 0 {
			p.text(", ")
		}
		p.expr(e)
	}
}

func (p *printer) typeParams(l *ast.FieldList) {
	if l == nil || len(l.List) == 0 {
		return
	}
	p.text("[")
	p.fields(l)
	if len(l.List) == 1 {
		p.text(",") // or a pointer constraint reads as a product
	}
	p.text("]")
}

func (p *printer) params(l *ast.FieldList) {
	p.text("(")
	if l != nil {
		p.fields(l)
	}
	p.text(")")
}

func (p *printer) fields(l *ast.FieldList) {
	for i, f := range l.List {
		if i > 0 {
			p.text(", ")
		}
		p.idents(f.Names)
		if len(f.Names) > 0 {
			p.text(" ")
		}
		p.expr(f.Type)
	}
}

func (p *printer) signature(t *ast.FuncType) {
	p.params(t.Params)
	if t.Results == nil || len(t.Results.List) == 0 {
		return
	}
	p.text(" ")
	if len(t.Results.List) == 1 && len(t.Results.List[0].Names) == 0 {
		p.expr(t.Results.List[0].Type)
		return
	}
	p.params(t.Results)
}
