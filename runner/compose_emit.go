package runner

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"go/types"
	"slices"
	"sort"
	"strings"
)

// emitter writes a unit that was checked and found good as a [Program].
type emitter struct {
	u        *unit
	out      programText
	edits    map[*piece][]edit
	names    *naming
	imports  map[string]string // import path to name
	typed    map[string]bool   // import paths that types were written with
	types    map[*entity]string
	nameless map[*entity]types.Type // variables whose types cannot be written, and what of them cannot
	inits    map[*source][]*types.Initializer
}

// edit replaces del bytes at off in a cell's source. An identifier is renamed
// by inserting behind it, so that its place is kept.
type edit struct {
	off, del int
	insert   string
}

// emit writes the unit's program, nil if it has no source.
func (u *unit) emit() *Program {
	e := &emitter{
		u: u, edits: make(map[*piece][]edit), imports: make(map[string]string), typed: make(map[string]bool),
		types: make(map[*entity]string), nameless: make(map[*entity]types.Type),
	}
	e.names = newNaming(u.env.idents)
	e.nameAll()
	e.writeTypes()
	if !u.keepsTypeNames(func(t *entity) string { return t.final }) {
		return nil
	}
	e.collectEdits()

	p := &Program{Chapter: u.env.chapter, Env: u.env.name, GoOnly: u.cells[0].GoOnly}
	e.out.text("package main\n")
	p.Imports = e.writeImports()
	e.writeVars()
	e.writeDecls()
	p.Unwritable, p.Init = e.unwritable()
	for i, s := range u.cells {
		e.writeCell(i, s, i < p.Init)
		p.Cells = append(p.Cells, s.unit())
	}
	p.Source, p.Map = e.out.String(), e.out.segments
	if !e.verify(p) {
		return nil
	}
	return p
}

// nameAll decides the names of the program: the author's where no other
// meaning of the name, and no name that rtbook or Go gives a meaning to, is in
// the way.
func (e *emitter) nameAll() {
	for _, name := range e.u.table.names {
		list := e.u.table.entities[name]
		plain := e.u.plainOwner(name, list)
		if strings.HasPrefix(name, "rtbook_") {
			plain = nil
		}
		for _, ent := range list {
			switch {
			case ent.same != nil:
				continue
			case ent == plain:
				ent.final = name
			default:
				ent.final = e.names.fresh(name)
			}
			if ent.kind == anImport {
				e.imports[ent.path] = ent.final
			}
		}
	}
}

// writeTypes writes the types of all variables, and finds those that have none
// in package main.
func (e *emitter) writeTypes() {
	builtin := make(map[string]bool)
	for _, name := range e.u.table.names {
		for _, v := range e.u.table.entities[name] {
			if v.kind != aVariable || v.same != nil {
				continue
			}
			w := &typeWriter{main: e.u.pkg, typeName: e.typeName, importName: e.importName, builtin: builtin}
			w.write(e.u.pkg.Scope().Lookup(v.spelling).Type())
			if w.bad != nil {
				e.nameless[v] = w.bad
			}
			e.types[v] = w.String()
		}
	}
	again := false
	for name := range builtin {
		if len(e.u.table.entities[name]) > 0 && !e.u.predeclared[name] {
			e.u.predeclared[name] = true
			again = true
		}
	}
	if again {
		// A type of the page has the name of a predeclared one that has to be
		// written.
		e.nameAll()
		e.writeTypes()
	}
}

// typeString returns a type as the author would write it.
func typeString(t types.Type) string {
	short := types.TypeString(t, func(p *types.Package) string {
		if p.Name() == "main" {
			return ""
		}
		return p.Name()
	})
	return marked().ReplaceAllString(short, "")
}

// typeName returns the final name of a type that is spelled so in the tree.
func (e *emitter) typeName(spelling string) string {
	name, _, _ := strings.Cut(spelling, mark)
	for _, t := range e.u.table.entities[name] {
		if t.spelling == spelling {
			return t.final
		}
	}
	return spelling
}

// collectEdits finds what is to be changed in the text of each piece.
func (e *emitter) collectEdits() {
	for _, s := range e.u.cells {
		for _, p := range s.pieces {
			var edits []edit
			for _, r := range p.refs {
				v := r.to.variable()
				if v.final != v.name {
					edits = append(edits, edit{r.off + len(v.name), 0, v.final[len(v.name):]})
				}
			}
			edits = append(edits, p.swaps...)
			if a, ok := p.stmt.(*ast.AssignStmt); ok && a.Tok == token.DEFINE {
				edits = append(edits, edit{p.offset(a.TokPos), len(":"), ""})
			}
			slices.SortFunc(edits, func(a, b edit) int { return cmp.Compare(a.off, b.off) })
			e.edits[p] = slices.Compact(edits)
		}
		for _, p := range s.inits {
			name := e.names.fresh("init")
			p.initName = name
			off := p.offset(p.decl.(*ast.FuncDecl).Name.Pos()) + len("init")
			e.edits[p] = append([]edit{{off, 0, name[len("init"):]}}, e.edits[p]...)
		}
	}
}

// writeVars declares the variables of the cells' top level, but for those that
// are declared with their values.
func (e *emitter) writeVars() {
	first := true
	for _, s := range e.u.cells {
		for _, p := range s.pieces {
			for _, d := range p.vars {
				for i, v := range d.vars {
					if !d.isNew(i) || e.inPlace(d, i) {
						continue
					}
					if first {
						e.out.text("\n")
						first = false
					}
					e.out.text("var ")
					e.copyName(v)
					e.out.text(" ")
					if d.typ != nil {
						e.copy(p, d.typeSpan, "")
					} else {
						e.out.text(e.types[v])
					}
					e.out.text("\n")
				}
			}
		}
	}
}

// writeDecls writes types, constants, functions and methods.
func (e *emitter) writeDecls() {
	for _, s := range e.u.cells {
		for _, p := range s.pieces {
			switch d := p.decl.(type) {
			case *ast.GenDecl:
				if d.Tok != token.TYPE && d.Tok != token.CONST {
					continue
				}
			case *ast.FuncDecl:
			default:
				continue
			}
			e.out.text("\n")
			e.copy(p, p.trimmed(), "")
			e.out.text("\n")
		}
	}
}

// action writes something that a cell does when its turn comes.
type action struct {
	write   func(first bool) // first: nothing else is in the function yet
	outside bool             // it is a declaration of the package instead
}

// actions returns what a cell does, in order.
func (e *emitter) actions(s *source) []action {
	var acts []action
	if s.declOnly {
		acts = e.initOrderActions(s)
	} else {
		for _, p := range s.pieces {
			if d := e.hoisted(p); d != nil {
				acts = append(acts, e.hoist(d)...)
				continue
			}
			acts = append(acts, action{write: func(first bool) { e.writeStatement(p, first) }})
		}
	}
	for _, p := range s.inits {
		acts = append(acts, action{write: func(bool) {
			e.out.text("\t")
			e.out.at(p.declPos(), len("init"))
			e.out.text(p.initName + "()\n")
		}})
	}
	return acts
}

// writeCell writes the function of a cell, and before it the parts of the cell
// above its last declaration outside. early says that the cell runs during the
// initialisation of the package.
func (e *emitter) writeCell(i int, s *source, early bool) {
	var part []action
	for k, a := range e.actions(s) {
		if !a.outside {
			part = append(part, a)
			continue
		}
		name := "nil"
		if len(part) > 0 {
			name = e.names.fresh(CellFunc(i))
			e.writeFunc(name, "begins the cell", s, part)
			part = nil
		}
		if k == 0 || name != "nil" {
			e.writeStep(i, name)
		}
		a.write(false)
	}
	e.writeFunc(CellFunc(i), "is the cell", s, part)
	if early {
		e.writeStep(i, CellFunc(i))
	}
}

// writeFunc writes a function of a cell.
func (e *emitter) writeFunc(name, is string, s *source, acts []action) {
	fmt.Fprintf(&e.out, "\n// %s %s %q.\nfunc %[1]s() {\n", name, is, s.ID)
	begin := e.out.Len()
	for _, a := range acts {
		a.write(e.out.Len() == begin)
	}
	e.out.text("}\n")
}

// writeStatement writes what a piece does when its turn comes.
func (e *emitter) writeStatement(p *piece, first bool) {
	if p.stmt != nil {
		part := p.trimmed()
		if p.stmtEnd < part.end && strings.TrimSpace(p.src.Source[p.stmtEnd:part.end]) == ";" {
			part.end = p.stmtEnd
		}
		if !first && strings.HasPrefix(strings.TrimLeft(p.src.Source[p.start:part.end], " \t\r"), "\n") {
			e.out.text("\n")
		}
		e.out.text("\t")
		e.copy(p, part, "\t")
		e.out.text("\n")
		return
	}
	if len(p.vars) > 0 {
		e.writeLead(p, "\t")
	}
	for _, d := range p.vars {
		switch {
		case len(d.values) == len(d.names):
			for i := range d.names {
				e.writeAssign(d, []int{i}, d.spans[i])
			}
		case len(d.values) == 1:
			e.writeAssign(d, d.all(), d.spans[0])
		}
	}
}

// writeLead writes the comments before a declaration of variables.
func (e *emitter) writeLead(p *piece, indent string) {
	lead := span{p.trimmed().start, p.offset(p.decl.Pos())}
	lead.end -= len(p.src.Source[lead.start:lead.end]) - len(strings.TrimRight(p.src.Source[lead.start:lead.end], " \t\r\n"))
	if lead.start < lead.end {
		e.out.text(indent)
		e.copy(p, lead, indent)
		e.out.text("\n")
	}
}

// initOrderActions returns the initialisers of a cell that has only
// declarations, in Go's order.
func (e *emitter) initOrderActions(s *source) []action {
	type part struct {
		d *varDef
		i int
	}
	parts := make(map[ast.Expr]part)
	for _, p := range s.pieces {
		for _, d := range p.vars {
			for i, v := range d.values {
				parts[v] = part{d, i}
			}
		}
	}
	if len(parts) == 0 {
		return nil
	}
	var acts []action
	for _, init := range e.initOrder(s) {
		x := parts[init.Rhs]
		which := []int{x.i}
		if len(x.d.values) != len(x.d.names) {
			which = x.d.all()
		}
		if slices.ContainsFunc(which, func(i int) bool { return e.inPlace(x.d, i) }) {
			acts = append(acts, e.declare(x.d, which, x.d.spans[x.i], nil))
			continue
		}
		acts = append(acts, action{write: func(bool) { e.writeAssign(x.d, which, x.d.spans[x.i]) }})
	}
	return acts
}

// initOrder returns the initialisers of a cell in Go's order.
func (e *emitter) initOrder(s *source) []*types.Initializer {
	if e.inits == nil {
		e.inits = make(map[*source][]*types.Initializer)
		for _, init := range e.u.info.InitOrder {
			if p := e.u.env.pieceAt(init.Lhs[0].Pos()); p != nil {
				e.inits[p.src] = append(e.inits[p.src], init)
			}
		}
	}
	return e.inits[s]
}

// writeAssign assigns a value to the names of d that which lists.
func (e *emitter) writeAssign(d *varDef, which []int, value span) {
	e.out.text("\t")
	if len(which) == 1 && d.vars[which[0]] == nil && d.typ != nil {
		e.out.text("var _ ") // for what the type makes of the value
		e.copy(d.piece, d.typeSpan, "\t")
	} else {
		for k, i := range which {
			if k > 0 {
				e.out.text(", ")
			}
			if d.vars[i] == nil {
				e.out.text("_")
			} else {
				e.copyName(d.vars[i])
			}
		}
	}
	e.out.text(" = ")
	e.copy(d.piece, value, "\t")
	e.out.text("\n")
}

// copyName writes the name of a variable, from where it is declared.
func (e *emitter) copyName(v *entity) {
	e.out.at(v.pos(), len(v.name))
	e.out.text(v.variable().final)
}

// copy writes a part of a piece with its edits. Lines after the first are
// indented, unless they begin inside a token.
func (e *emitter) copy(p *piece, part span, indent string) {
	s := p.src
	edits := e.edits[p]
	edits = edits[sort.Search(len(edits), func(i int) bool { return edits[i].off >= part.start }):]
	solid := s.solid[sort.Search(len(s.solid), func(i int) bool { return s.solid[i].end > part.start }):]
	for off := part.start; off < part.end; {
		if len(edits) > 0 && edits[0].off == off {
			e.out.text(edits[0].insert)
			off += edits[0].del
			edits = edits[1:]
			for len(solid) > 0 && solid[0].end <= off { // it was replaced
				solid = solid[1:]
			}
			continue
		}
		inside := len(solid) > 0 && solid[0].off < off
		if off > part.start && s.Source[off-1] == '\n' && !inside && s.Source[off] != '\n' {
			e.out.text(indent)
		}
		end := part.end
		if i := strings.IndexByte(s.Source[off:end], '\n'); i >= 0 {
			end = off + i + 1
		}
		if len(edits) > 0 {
			end = min(end, edits[0].off)
		}
		if len(solid) > 0 && solid[0].end <= end {
			end = solid[0].end
			solid = solid[1:]
		}
		e.out.at(s.pos(off), end-off)
		e.out.text(s.Source[off:end])
		off = end
	}
	if len(edits) > 0 && edits[0].off == part.end {
		e.out.text(edits[0].insert)
	}
}

// trimmed returns the part of p without space around it.
func (p *piece) trimmed() span {
	text := p.src.Source[p.start:p.end]
	end := p.start + len(strings.TrimRight(text, " \t\r\n"))
	start := p.end - len(strings.TrimLeft(text, " \t\r\n"))
	return span{start, end}
}

// verify checks the program's text as the engines will see it. Nothing should
// be found; what is found is reported where it comes from.
func (e *emitter) verify(p *Program) bool {
	fset := token.NewFileSet()
	info := &types.Info{}
	f, err := parser.ParseFile(fset, "", p.Source, parser.SkipObjectResolution)
	if err == nil {
		conf := &types.Config{Importer: e.u.imports, Sizes: types.SizesFor("gc", "amd64")}
		_, err = conf.Check("main", fset, append(stepFile(fset, p), f), info)
	}
	if err == nil {
		return e.inOrder(p, fset, info)
	}
	off := 0
	prob := Problem{Pos: p.Cells[0].Pos, Message: err.Error()}
	switch err := err.(type) {
	case types.Error:
		prob.Message, off = err.Msg, fset.Position(err.Pos).Offset
	case scanner.ErrorList:
		prob.Message, off = err[0].Msg, err[0].Pos.Offset
	}
	if pos, ok := p.Pos(off); ok {
		prob.Pos = pos
	}
	prob.Message = e.names.restore(prob.Message)
	e.u.problem(e.u.cells[0], prob)
	return false
}
