package runner

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
)

// varDef is one declaration of variables at a cell's top level: a spec of a
// var declaration or a :=.
type varDef struct {
	piece    *piece
	names    []*ast.Ident
	vars     []*entity // what the names denote; nil for the blank one
	fresh    []bool    // whether the name is declared here; else it is assigned
	typ      ast.Expr  // or nil
	values   []ast.Expr
	typeSpan span
	spans    []span // of values
	define   bool   // :=
	assign   token.Pos
	mismatch bool // the numbers of names and values cannot match
}

// span is a part of a cell's source.
type span struct{ start, end int }

func (p *piece) span(n ast.Node) span { return span{p.offset(n.Pos()), p.offset(n.End())} }

// collectVar enters the variables of a spec of a var declaration.
func (u *unit) collectVar(p *piece, spec *ast.ValueSpec) {
	d := &varDef{piece: p, names: spec.Names, typ: spec.Type, values: spec.Values, assign: spec.Pos()}
	if d.typ != nil {
		d.typeSpan = p.span(d.typ)
	}
	for _, id := range spec.Names {
		d.vars = append(d.vars, u.declare(p, aVariable, id))
		d.fresh = append(d.fresh, id.Name != "_")
	}
	u.addDef(d)
}

// collectDefine enters the variables of a :=, with Go's errors for the names
// on its left.
func (u *unit) collectDefine(p *piece, a *ast.AssignStmt) {
	d := &varDef{piece: p, values: a.Rhs, define: true, assign: a.TokPos}
	seen := make(map[string]bool)
	news, failed := 0, false
	for _, e := range a.Lhs {
		id, ok := e.(*ast.Ident)
		switch {
		case !ok:
			u.report(p, e.Pos(), Problem{Message: fmt.Sprintf("non-name %s on left side of :=", types.ExprString(e))})
		case id.Name != "_" && seen[id.Name]:
			u.report(p, e.Pos(), Problem{Message: id.Name + " repeated on left side of :="})
			ok = false
		}
		if !ok {
			failed = true
			id = &ast.Ident{NamePos: e.Pos(), Name: "_"}
		}
		seen[id.Name] = true
		v, fresh := u.define(p, id)
		d.names = append(d.names, id)
		d.vars = append(d.vars, v)
		d.fresh = append(d.fresh, fresh)
		if fresh {
			news++
		}
	}
	if news == 0 && !failed {
		u.report(p, a.TokPos, Problem{
			Message: "no new variables on left side of :=",
			Hint:    "assign with =",
		})
	}
	u.addDef(d)
}

// define returns the variable that a name on the left of := denotes, and
// whether it is declared there.
func (u *unit) define(p *piece, id *ast.Ident) (v *entity, fresh bool) {
	if id.Name == "_" {
		return nil, false
	}
	prev := u.table.latest(id.Name)
	e := newEntity(p, aVariable, id)
	switch {
	case prev == nil:
	case prev.src == p.src && prev.kind == aVariable:
		return prev, false
	case prev.src == p.src && prev.kind != anImport:
		u.redeclared(e, prev)
	case prev.kind == aVariable:
		e.prev = prev
	}
	u.table.add(e)
	return e, true
}

// addDef completes d and records it.
func (u *unit) addDef(d *varDef) {
	p := d.piece
	for _, v := range d.values {
		d.spans = append(d.spans, p.span(v))
	}
	n, m := len(d.names), len(d.values)
	if d.define && n != m && m != 1 {
		d.mismatch = true
		u.report(p, d.values[0].Pos(), Problem{
			Message: fmt.Sprintf("assignment mismatch: %s but %s", count(n, "variable"), count(m, "value")),
		})
	}
	p.vars = append(p.vars, d)
}

// count renders a number of things.
func count(n int, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return fmt.Sprintf("%d %s", n, thing)
}

// all returns the indices of all names.
func (d *varDef) all() []int {
	all := make([]int, len(d.names))
	for i := range all {
		all[i] = i
	}
	return all
}

// isNew reports whether the i-th name is declared at package level by d.
func (d *varDef) isNew(i int) bool { return d.fresh[i] && d.vars[i].same == nil }

// trees returns what d is checked as: package variables, whose types go/types
// infers, and statements where it assigns to variables that exist.
func (d *varDef) trees() (decls []ast.Decl, stmts []ast.Stmt) {
	if d.mismatch {
		decls = append(decls, d.varDecl(d.names, &ast.Ident{NamePos: d.names[0].Pos(), Name: mark}, nil))
		for _, v := range d.values {
			stmts = append(stmts, d.assignStmt([]ast.Expr{blank(v)}, v))
		}
		return decls, stmts
	}
	olds, news := 0, 0
	for i, v := range d.vars {
		switch {
		case v == nil:
		case d.isNew(i):
			news++
		default:
			olds++
		}
	}
	var lhs []ast.Expr
	for _, id := range d.names {
		lhs = append(lhs, id)
	}
	switch {
	case olds == 0 && (news > 0 || !d.define):
		return []ast.Decl{d.varDecl(d.names, d.typ, d.values)}, nil
	case news == 0:
		return nil, []ast.Stmt{d.assignStmt(lhs, d.values...)}
	case len(d.values) == len(d.names):
		for i, id := range d.names {
			if d.isNew(i) {
				decls = append(decls, d.varDecl([]*ast.Ident{id}, nil, d.values[i:i+1]))
			} else {
				stmts = append(stmts, d.assignStmt(lhs[i:i+1], d.values[i]))
			}
		}
		return decls, stmts
	}
	names := make([]*ast.Ident, len(d.names))
	for i, id := range d.names {
		names[i] = id
		if d.isNew(i) {
			lhs[i] = blank(id)
		} else {
			names[i] = blank(id)
		}
	}
	return []ast.Decl{d.varDecl(names, nil, d.values)}, []ast.Stmt{d.assignStmt(lhs, d.values...)}
}

// blank returns the blank identifier at n.
func blank(n ast.Node) *ast.Ident { return &ast.Ident{NamePos: n.Pos(), Name: "_"} }

func (d *varDef) varDecl(names []*ast.Ident, typ ast.Expr, values []ast.Expr) ast.Decl {
	spec := &ast.ValueSpec{Names: names, Type: typ, Values: values}
	return &ast.GenDecl{TokPos: d.assign, Tok: token.VAR, Specs: []ast.Spec{spec}}
}

func (d *varDef) assignStmt(lhs []ast.Expr, rhs ...ast.Expr) ast.Stmt {
	return &ast.AssignStmt{Lhs: lhs, TokPos: d.assign, Tok: token.ASSIGN, Rhs: rhs}
}
