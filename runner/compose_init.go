package runner

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
)

// A variable whose type cannot be written is declared with its value, and so
// that value is calculated during the initialisation of the package. There Go
// goes by the order of declarations, unless a value needs a variable that is
// declared later, directly or through functions: but just that is what cells
// may not do. So the cells above such a variable are turned into declarations
// too, one after the other, in the order of the page:
//
//	func rtbook_cell0() { … }
//
//	var _ = rtbook_step(0, rtbook_cell0)
//
//	func rtbook_cell1_2() { … }
//
//	var _ = rtbook_step(1, rtbook_cell1_2)
//
//	var x = pkg.Unexported()
//
//	func rtbook_cell1() { … }
//
// All else stays as it is: other variables are declared above all of this,
// without a value, and assigned when their turn comes. Engines declare what a
// step refers to above it as well: a step waits for such variables, also if they
// have no value.

// unwritable returns the variables whose types cannot be written, and the index
// of the last cell that declares any.
func (e *emitter) unwritable() (list []Unwritable, last int) {
	for i, s := range e.u.cells {
		for _, p := range s.pieces {
			for _, d := range p.vars {
				for k, v := range d.vars {
					if !d.isNew(k) || e.nameless[v] == nil {
						continue
					}
					last = i
					list = append(list, Unwritable{Name: v.name, Type: typeText(e.nameless[v]), Pos: v.pos()})
				}
			}
		}
	}
	return list, last
}

// typeText returns how messages name a type.
func typeText(t types.Type) string {
	return marked().ReplaceAllString(types.TypeString(t, func(p *types.Package) string {
		if p.Name() == "main" {
			return ""
		}
		return p.Name()
	}), "")
}

// inPlace reports whether the i-th name of d is declared with its value: its
// type cannot be written, or that of another name with the same value.
func (e *emitter) inPlace(d *varDef, i int) bool {
	if len(d.values) == len(d.names) {
		return e.isNameless(d, i)
	}
	return d.isNew(i) && slices.ContainsFunc(d.all(), func(k int) bool { return e.isNameless(d, k) })
}

// isNameless reports whether d declares its i-th name with a type that cannot
// be written.
func (e *emitter) isNameless(d *varDef, i int) bool {
	return d.isNew(i) && e.nameless[d.vars[i]] != nil
}

// hoisted returns the declarations of p if any variable among them is declared
// with its value.
func (e *emitter) hoisted(p *piece) []*varDef {
	for _, d := range p.vars {
		for i := range d.vars {
			if e.isNameless(d, i) {
				return p.vars
			}
		}
	}
	return nil
}

// hoist returns the actions of declarations among whose variables some are
// declared with their values.
func (e *emitter) hoist(defs []*varDef) []action {
	var acts []action
	for _, d := range defs {
		switch {
		case len(d.values) == len(d.names):
			acts = append(acts, e.hoistEach(d)...)
		case len(d.values) == 1:
			acts = append(acts, e.hoistCall(d)...)
		}
	}
	return acts
}

// hoistEach is hoist for a declaration with a value for each name. A variable
// that exists already is assigned when all values are there, as := does: until
// then its value is in another of the same type, which is made by copying it.
func (e *emitter) hoistEach(d *varDef) []action {
	var acts []action
	held := make([]string, len(d.names))
	for i, v := range d.vars {
		value := d.spans[i]
		switch {
		case e.isNameless(d, i):
			acts = append(acts, e.declare(d, []int{i}, value, nil))
		case v == nil || d.isNew(i):
			acts = append(acts, action{write: func(bool) { e.writeAssign(d, []int{i}, value) }})
		default:
			held[i] = e.names.fresh(v.name)
			acts = append(acts, action{outside: true, write: func(bool) {
				fmt.Fprintf(&e.out, "\nvar %s = %s\n", held[i], v.variable().final)
			}}, action{write: func(bool) {
				e.out.text("\t" + held[i] + " = ")
				e.copy(d.piece, value, "\t")
				e.out.text("\n")
			}})
		}
	}
	return append(acts, e.release(d, held, "")...)
}

// hoistCall is hoist for a declaration with one value for several names.
func (e *emitter) hoistCall(d *varDef) []action {
	held := make([]string, len(d.names))
	for i, v := range d.vars {
		if v != nil && !d.isNew(i) {
			held[i] = e.names.fresh(v.name)
		}
	}
	as := ""
	if _, isCall := ast.Unparen(d.values[0]).(*ast.CallExpr); !isCall {
		// The second value of v, ok := m[k] and the like has no type of its
		// own until it is assigned. A comparison gives it back.
		as = " == true"
	}
	return append([]action{e.declare(d, d.all(), d.spans[0], held)}, e.release(d, held, as)...)
}

// release assigns to variables that exist what held has for them.
func (e *emitter) release(d *varDef, held []string, as string) []action {
	var which []int
	for i, name := range held {
		if name != "" {
			which = append(which, i)
		}
	}
	if which == nil {
		return nil
	}
	return []action{{write: func(bool) {
		e.out.text("\t")
		for k, i := range which {
			e.out.text(comma(k) + d.vars[i].variable().final)
		}
		e.out.text(" = ")
		for k, i := range which {
			e.out.text(comma(k) + held[i])
			if i == 1 {
				e.out.text(as)
			}
		}
		e.out.text("\n")
	}}}
}

// comma returns what stands before the i-th element of a list.
func comma(i int) string {
	if i == 0 {
		return ""
	}
	return ", "
}

// declare returns the action that declares the names of d that which lists with
// a value. A name that held has another for is that of a variable that exists.
func (e *emitter) declare(d *varDef, which []int, value span, held []string) action {
	return action{outside: true, write: func(bool) {
		e.out.text("\n")
		if which[0] == 0 && d.piece.decl != nil && d == d.piece.vars[0] {
			e.writeLead(d.piece, "")
		}
		e.out.text("var ")
		for k, i := range which {
			e.out.text(comma(k))
			switch {
			case d.vars[i] == nil:
				e.out.text("_")
			case held != nil && held[i] != "":
				e.out.text(held[i])
			default:
				e.copyName(d.vars[i])
			}
		}
		e.out.text(" = ")
		e.copy(d.piece, value, "")
		e.out.text("\n")
	}}
}

// writeStep writes the declaration that runs a function of cell i.
func (e *emitter) writeStep(i int, name string) {
	fmt.Fprintf(&e.out, "\nvar _ = %s(%d, %s)\n", StepFunc, i, name)
}

// stepFile returns a file with what engines add to a program in initialisation
// style.
func stepFile(fset *token.FileSet, p *Program) []*ast.File {
	if len(p.Unwritable) == 0 {
		return nil
	}
	f, err := parser.ParseFile(fset, "", "package main\n\nfunc "+StepFunc+"(int, func()) struct{} { return struct{}{} }\n", parser.SkipObjectResolution)
	if err != nil {
		return nil
	}
	return []*ast.File{f}
}

// inOrder checks that Go initialises a program in initialisation style in the
// order of its text, and reports the first variable that is out of order.
func (e *emitter) inOrder(p *Program, fset *token.FileSet, info *types.Info) bool {
	last := -1
	for _, init := range info.InitOrder {
		off := fset.Position(init.Lhs[0].Pos()).Offset
		if off > last {
			last = off
			continue
		}
		v := p.Unwritable[0]
		for _, u := range p.Unwritable {
			if pos, ok := p.Pos(off); ok && u.Pos == pos {
				v = u
			}
		}
		e.u.problem(e.u.cells[0], Problem{
			Pos:     v.Pos,
			Message: fmt.Sprintf("the type of %s cannot be named here: %s", v.Name, v.Type),
			Hint:    "give " + v.Name + " a type that has a name, such as an interface, or keep it inside a function",
		})
		return false
	}
	return true
}
