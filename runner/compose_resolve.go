package runner

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strconv"
)

// resolve gives every free name of the unit's pieces its meaning.
func (u *unit) resolve() {
	for _, s := range u.cells {
		for _, p := range s.pieces {
			u.resolvePiece(p)
		}
	}
}

func (u *unit) resolvePiece(p *piece) {
	body := p.stmt == nil && p.vars == nil
	p.walk(&freeNames{
		visit: func(id *ast.Ident) { u.mention(p, id, body) },
		key: func(id *ast.Ident, lit *ast.CompositeLit) {
			p.keys = append(p.keys, keyRef{ref{id: id, off: p.offset(id.Pos())}, lit})
		},
	})
	for _, d := range p.vars {
		for i, v := range d.vars {
			if v != nil {
				p.refs = append(p.refs, ref{d.names[i], p.offset(d.names[i].Pos()), v})
			}
		}
	}
}

// walk has w find the free names of p.
func (p *piece) walk(w *freeNames) {
	for _, d := range p.vars {
		if d.typ != nil {
			w.walk(d.typ)
		}
		w.exprs(d.values)
	}
	switch d := p.decl.(type) {
	case *ast.FuncDecl:
		w.walk(d)
	case *ast.GenDecl:
		if d.Tok == token.TYPE || d.Tok == token.CONST {
			for _, spec := range d.Specs {
				w.topLevel(spec)
			}
		}
	}
	if p.stmt != nil && p.vars == nil {
		w.walk(p.stmt)
	}
}

// mention resolves one free name.
func (u *unit) mention(p *piece, id *ast.Ident, body bool) {
	e, found := u.find(p, id, body)
	switch {
	case !found || e != nil && e.kind == anImport && e.pkg == nil:
		if e != nil {
			e.uses = append(e.uses, p.src.at(p.offset(id.Pos())))
		}
		id.Name += mark
	case e != nil:
		off := p.offset(id.Pos())
		p.refs = append(p.refs, ref{id, off, e})
		if e.kind == anImport {
			e.uses = append(e.uses, p.src.at(off))
		}
	}
}

// importAgain is an import that repeats an earlier one.
type importAgain struct{ again, first *entity }

// unusedImports reports imports that nothing below them uses.
func (u *unit) unusedImports() {
	unused := func(e *entity) {
		if u.isBroken(e.name) {
			return
		}
		if u.env.spares(e) {
			e.idle = true
			return
		}
		msg := strconv.Quote(e.path) + " imported and not used"
		if e.name != lastElem(e.path) {
			msg = strconv.Quote(e.path) + " imported as " + e.name + " and not used"
		}
		u.problem(e.src, Problem{Pos: e.pos(), Message: msg, Hint: "remove it: an import serves the text below it"})
	}
	for _, name := range u.table.names {
		for _, e := range u.table.entities[name] {
			if e.kind == anImport && e.pkg != nil && len(e.uses) == 0 {
				unused(e)
			}
		}
	}
	for _, a := range u.again {
		if a.again.pkg != nil && !slices.ContainsFunc(a.first.uses, func(at place) bool { return at >= a.again.from }) {
			unused(a.again)
		}
	}
}

// restrict reports statements that would act on the cell's function, which
// the author does not see, and takes them out of the tree.
func (u *unit) restrict() {
	for _, s := range u.cells {
		for _, p := range s.pieces {
			if p.stmt == nil {
				continue
			}
			u.restrictTop(p)
			ast.Inspect(p.stmt, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.FuncLit:
					return false
				case *ast.DeferStmt:
					u.report(p, n.Pos(), Problem{
						Message: "defer outside a function",
						Hint:    "put it into a function with what it belongs to, or call at the end of the cell what it defers",
					})
				case *ast.ReturnStmt:
					u.report(p, n.Pos(), Problem{
						Message: "return outside a function",
						Hint:    "put the statements that it leaves into a function and call that",
					})
					n.Results = nil
				}
				return true
			})
		}
	}
}

// restrictTop reports a label or a goto that stands at the top level itself.
func (u *unit) restrictTop(p *piece) {
	switch s := p.stmt.(type) {
	case *ast.LabeledStmt:
		u.report(p, s.Pos(), Problem{
			Message: "label " + s.Label.Name + " outside a function",
			Hint:    "put the statement with its label into a function and call that",
		})
	case *ast.BranchStmt:
		if s.Tok == token.GOTO {
			u.report(p, s.Pos(), Problem{
				Message: "goto outside a function",
				Hint:    "put the statements with their label into a function and call that",
			})
			p.stmt = &ast.EmptyStmt{Semicolon: s.Pos(), Implicit: true}
		}
	}
}

// resolveKeys decides, now that the types of composite literals are known,
// which keys are names of the top level. It reports whether the tree changed.
func (u *unit) resolveKeys() bool {
	changed := false
	for _, s := range u.cells {
		for _, p := range s.pieces {
			body := p.stmt == nil && p.vars == nil
			for _, k := range p.keys {
				t := u.info.Types[k.lit].Type
				if t == nil || isStruct(t) {
					continue
				}
				was := k.id.Name
				u.mention(p, k.id, body)
				u.spellRefs(p)
				changed = changed || k.id.Name != was
			}
			p.keys = nil
		}
	}
	return changed
}

// isStruct reports whether the keys of a composite literal of type t, or of a
// pointer to it where the & is left out, are fields. A faulty type's are taken
// for such.
func isStruct(t types.Type) bool {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	switch t := t.Underlying().(type) {
	case *types.Map, *types.Slice, *types.Array:
		return false
	case *types.Interface: // of a type parameter
		for i := range t.NumEmbeddeds() {
			if union, ok := t.EmbeddedType(i).(*types.Union); ok {
				return isStruct(union.Term(0).Type())
			}
		}
	}
	return true
}
