package lower

import (
	"go/ast"
	"go/token"
	"go/types"
)

// rewriter visits a tree, children before their parents, and replaces what its
// functions say. A nil function leaves things as they are.
type rewriter struct {
	unit *unit

	// enter is called before the children of a node, and decides whether they
	// are visited. exit is then not called for it either.
	enter func(n ast.Node) bool

	// swap returns what an expression becomes before its children are visited,
	// and whether that is final; it is called after enter.
	swap func(x ast.Expr) (ast.Expr, bool)

	// expr returns what an expression becomes. It is called for types, names
	// that are used or declared on the left of an assignment, keys of composite
	// literals (but not names of fields) and types of parameters, too; not for
	// names that a declaration declares, nor for what a selector selects.
	expr func(x ast.Expr) ast.Expr

	// stmt returns what a statement becomes. A statement that stands where only
	// one can, in a header or after a label, must become at most one, or
	// becomes a block. It is called for clauses as well, which must stay.
	//
	// stays says that a statement becomes itself, as []ast.Stmt{s} does.
	stmt func(s ast.Stmt) []ast.Stmt

	// exit is called after the children of a node, before it is replaced.
	exit func(n ast.Node)
}

// stays is what a statement becomes that stays as it is. It has no statement in
// it, and is never changed.
var stays = []ast.Stmt{nil}

func isStays(list []ast.Stmt) bool { return len(list) == 1 && &list[0] == &stays[0] }

func (r *rewriter) file(f *ast.File) {
	for _, d := range f.Decls {
		r.decl(d)
	}
}

// some visits the declarations that have one of some constructs.
func (r *rewriter) some(c constructs) {
	for _, d := range r.unit.declsWith(c) {
		r.decl(d)
	}
}

func (r *rewriter) in(n ast.Node) bool { return r.enter == nil || r.enter(n) }

func (r *rewriter) out(n ast.Node) {
	if r.exit != nil {
		r.exit(n)
	}
}

func (r *rewriter) decl(d ast.Decl) {
	if !r.in(d) {
		return
	}
	switch d := d.(type) {
	case *ast.FuncDecl:
		r.fieldList(d.Recv)
		r.funcType(d.Type)
		if d.Body != nil {
			r.blockStmt(d.Body)
		}
	case *ast.GenDecl:
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.ValueSpec:
				if r.in(s) {
					r.replace(&s.Type)
					r.list(s.Values)
					r.out(s)
				}
			case *ast.TypeSpec:
				if r.in(s) {
					r.fieldList(s.TypeParams)
					r.replace(&s.Type)
					r.out(s)
				}
			}
		}
	}
	r.out(d)
}

func (r *rewriter) funcType(t *ast.FuncType) {
	r.fieldList(t.TypeParams)
	r.fieldList(t.Params)
	r.fieldList(t.Results)
}

func (r *rewriter) fieldList(l *ast.FieldList) {
	if l == nil {
		return
	}
	for _, f := range l.List {
		r.replace(&f.Type)
	}
}

func (r *rewriter) list(xs []ast.Expr) {
	for i := range xs {
		r.replace(&xs[i])
	}
}

// replace visits an expression and puts what it becomes in its place.
func (r *rewriter) replace(px *ast.Expr) {
	x := *px
	if x == nil || !r.in(x) {
		return
	}
	if r.swap != nil {
		var final bool
		if x, final = r.swap(x); final {
			*px = x
			return
		}
	}
	switch x := x.(type) {
	case *ast.ParenExpr:
		r.replace(&x.X)
	case *ast.FuncLit:
		r.funcType(x.Type)
		r.blockStmt(x.Body)
	case *ast.CompositeLit:
		r.replace(&x.Type)
		for i := range x.Elts {
			if kv, ok := x.Elts[i].(*ast.KeyValueExpr); ok {
				if r.in(kv) {
					if !r.isField(kv.Key) {
						r.replace(&kv.Key)
					}
					r.replace(&kv.Value)
					r.out(kv)
				}
				continue
			}
			r.replace(&x.Elts[i])
		}
	case *ast.SelectorExpr:
		r.replace(&x.X)
	case *ast.IndexExpr:
		r.replace(&x.X)
		r.replace(&x.Index)
	case *ast.IndexListExpr:
		r.replace(&x.X)
		r.list(x.Indices)
	case *ast.SliceExpr:
		r.replace(&x.X)
		r.replace(&x.Low)
		r.replace(&x.High)
		r.replace(&x.Max)
	case *ast.TypeAssertExpr:
		r.replace(&x.X)
		r.replace(&x.Type)
	case *ast.CallExpr:
		r.replace(&x.Fun)
		r.list(x.Args)
	case *ast.StarExpr:
		r.replace(&x.X)
	case *ast.UnaryExpr:
		r.replace(&x.X)
	case *ast.BinaryExpr:
		r.replace(&x.X)
		r.replace(&x.Y)
	case *ast.Ellipsis:
		r.replace(&x.Elt)
	case *ast.ArrayType:
		r.replace(&x.Len)
		r.replace(&x.Elt)
	case *ast.MapType:
		r.replace(&x.Key)
		r.replace(&x.Value)
	case *ast.ChanType:
		r.replace(&x.Value)
	case *ast.FuncType:
		r.funcType(x)
	case *ast.StructType:
		r.fieldList(x.Fields)
	case *ast.InterfaceType:
		r.fieldList(x.Methods)
	}
	r.out(x)
	if r.expr != nil {
		*px = r.expr(x)
	}
}

// isField reports whether x names a field.
func (r *rewriter) isField(x ast.Expr) bool {
	id, ok := x.(*ast.Ident)
	if !ok {
		return false
	}
	v, ok := r.unit.info.Uses[id].(*types.Var)
	return ok && v.IsField()
}

func (r *rewriter) blockStmt(b *ast.BlockStmt) {
	if b != nil && r.in(b) {
		b.List = r.stmts(b.List)
		r.out(b)
	}
}

// stmts visits a list of statements and returns what it becomes, which is the
// list itself if that stays as it is.
func (r *rewriter) stmts(list []ast.Stmt) []ast.Stmt {
	var out []ast.Stmt
	for i, s := range list {
		if r.stmt == nil {
			r.visit(s)
			continue
		}
		becomes := r.declaring(s)
		if out == nil {
			if isStays(becomes) || len(becomes) == 1 && becomes[0] == s {
				continue
			}
			out = make([]ast.Stmt, i, len(list)+len(becomes))
			copy(out, list)
		}
		if isStays(becomes) {
			out = append(out, s)
			continue
		}
		out = append(out, becomes...)
	}
	if out == nil {
		return list
	}
	return out
}

// declaring visits a statement of a list. A declaration under a label that becomes
// several statements is in no block, and the label is that of an empty statement
// before them.
func (r *rewriter) declaring(s ast.Stmt) []ast.Stmt {
	l, ok := s.(*ast.LabeledStmt)
	if !ok || !declares(l.Stmt) {
		return r.statement(s)
	}
	becomes := r.statement(l)
	b, ok := l.Stmt.(*ast.BlockStmt)
	if !ok || !isStays(becomes) && !(len(becomes) == 1 && becomes[0] == s) {
		return becomes
	}
	l.Stmt = &ast.EmptyStmt{Semicolon: l.Colon}
	return append([]ast.Stmt{l}, b.List...)
}

// declares reports whether a statement declares something for those after it.
func declares(s ast.Stmt) bool {
	switch s := s.(type) {
	case *ast.AssignStmt:
		return s.Tok == token.DEFINE
	case *ast.DeclStmt:
		return true
	}
	return false
}

// one visits a statement that stands where only one can.
func (r *rewriter) one(ps *ast.Stmt) {
	if *ps == nil {
		return
	}
	if r.stmt == nil {
		r.visit(*ps)
		return
	}
	switch list := r.statement(*ps); {
	case isStays(list):
	case len(list) == 0:
		*ps = nil
	case len(list) == 1:
		*ps = list[0]
	default:
		*ps = &ast.BlockStmt{Lbrace: list[0].Pos(), List: list}
	}
}

// visit visits a statement, and reports whether enter let it.
func (r *rewriter) visit(s ast.Stmt) bool {
	if !r.in(s) {
		return false
	}
	r.children(s)
	r.out(s)
	return true
}

func (r *rewriter) statement(s ast.Stmt) []ast.Stmt {
	if !r.visit(s) || r.stmt == nil {
		return stays
	}
	return r.stmt(s)
}

func (r *rewriter) children(s ast.Stmt) {
	switch s := s.(type) {
	case *ast.BlockStmt:
		s.List = r.stmts(s.List)
	case *ast.LabeledStmt:
		s.Stmt = r.labeled(s)
	case *ast.DeclStmt:
		r.decl(s.Decl)
	case *ast.ExprStmt:
		r.replace(&s.X)
	case *ast.SendStmt:
		r.replace(&s.Chan)
		r.replace(&s.Value)
	case *ast.IncDecStmt:
		r.replace(&s.X)
	case *ast.AssignStmt:
		r.list(s.Lhs)
		r.list(s.Rhs)
	case *ast.GoStmt:
		r.callIn(&s.Call)
	case *ast.DeferStmt:
		r.callIn(&s.Call)
	case *ast.ReturnStmt:
		r.list(s.Results)
	default:
		r.compound(s)
	}
}

// callIn visits the call of a go or defer statement, which must stay a call.
func (r *rewriter) callIn(pc **ast.CallExpr) {
	x := ast.Expr(*pc)
	r.replace(&x)
	*pc = ast.Unparen(x).(*ast.CallExpr)
}

// labeled visits the statement that a label stands before. If it becomes
// several, the last is what break and continue lead to, and goes on under a
// label of its own in a block with the others.
func (r *rewriter) labeled(s *ast.LabeledStmt) ast.Stmt {
	list := r.statement(s.Stmt)
	switch {
	case isStays(list):
		return s.Stmt
	case len(list) == 0:
		return &ast.EmptyStmt{Semicolon: s.Colon}
	case len(list) == 1:
		return list[0]
	}
	last := len(list) - 1
	label := &ast.Ident{NamePos: s.Label.NamePos, Name: r.unit.fresh(s.Label.Name)}
	if relabel(list[last], s.Label.Name, label.Name) {
		list[last] = &ast.LabeledStmt{Label: label, Colon: s.Colon, Stmt: list[last]}
	}
	return block(s.Pos(), list...)
}

// relabel makes break and continue in a statement lead to another label, and
// reports whether there were any.
func relabel(s ast.Stmt, from, to string) bool {
	found := false
	ast.Inspect(s, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.BranchStmt:
			if n.Label != nil && n.Label.Name == from && n.Tok != token.GOTO {
				n.Label = &ast.Ident{NamePos: n.Label.NamePos, Name: to}
				found = true
			}
		}
		return true
	})
	return found
}

func (r *rewriter) compound(s ast.Stmt) {
	switch s := s.(type) {
	case *ast.IfStmt:
		r.one(&s.Init)
		r.replace(&s.Cond)
		r.blockStmt(s.Body)
		r.one(&s.Else)
	case *ast.ForStmt:
		r.one(&s.Init)
		r.replace(&s.Cond)
		r.one(&s.Post)
		r.blockStmt(s.Body)
	case *ast.RangeStmt:
		if s.Key != nil {
			r.replace(&s.Key)
		}
		r.replace(&s.Value)
		r.replace(&s.X)
		r.blockStmt(s.Body)
	case *ast.SwitchStmt:
		r.one(&s.Init)
		r.replace(&s.Tag)
		r.blockStmt(s.Body)
	case *ast.TypeSwitchStmt:
		r.one(&s.Init)
		r.one(&s.Assign)
		r.blockStmt(s.Body)
	case *ast.SelectStmt:
		r.blockStmt(s.Body)
	case *ast.CaseClause:
		r.list(s.List)
		s.Body = r.stmts(s.Body)
	case *ast.CommClause:
		r.one(&s.Comm)
		s.Body = r.stmts(s.Body)
	}
}
