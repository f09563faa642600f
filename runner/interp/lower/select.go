package lower

import (
	"go/ast"
	"go/token"
	"go/types"
)

// Select statements and receive operations.
//
// After this pass there is no select statement with clauses. The interpreter
// has the cases of a statement in one place for all goroutines, evaluates them
// in another order, and loses labels. Package rt selects, and a switch does what
// the clause that was chosen does:
//
//	select {                        c1, c2 := c, d
//	case v, ok := <-c:              var v1 T
//		use(v, ok)              var ok1 bool
//	case d <- f():          →       v2 := f()
//		sent()                  switch rt.Select(false, rt.Recv(c1, &v1, &ok1), rt.Send(c2, &v2)) {
//	}                               case 0:
//	                                        v, ok := v1, ok1
//	                                        use(v, ok)
//	                                default:
//	                                        sent()
//	                                }
//
// A receive operation whose value is used is a call of a function that receives
// two values, because the interpreter takes the channel's for the variable.

func lowerSelects(u *unit) bool {
	pair := make(map[ast.Expr]bool) // receive operations that stay
	r := &rewriter{unit: u}
	r.enter = func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if len(n.Lhs) == 2 && len(n.Rhs) == 1 {
				pair[ast.Unparen(n.Rhs[0])] = true
			}
		case *ast.ValueSpec:
			if len(n.Names) == 2 && len(n.Values) == 1 {
				pair[ast.Unparen(n.Values[0])] = true
			}
		case *ast.ExprStmt:
			pair[ast.Unparen(n.X)] = true
		case *ast.CommClause:
			if a, ok := n.Comm.(*ast.AssignStmt); ok {
				pair[ast.Unparen(a.Rhs[0])] = true
			}
		}
		return true
	}
	r.expr = func(x ast.Expr) ast.Expr {
		if recv, ok := x.(*ast.UnaryExpr); ok && recv.Op == token.ARROW && !pair[x] {
			return u.receive(recv)
		}
		return x
	}
	r.stmt = func(s ast.Stmt) []ast.Stmt {
		if sel, ok := s.(*ast.SelectStmt); ok && len(sel.Body.List) > 0 {
			return u.lowerSelect(sel)
		}
		return stays
	}
	r.some(hasReceives)
	return false
}

// receive makes a call of a helper.
func (u *unit) receive(x *ast.UnaryExpr) ast.Expr {
	t := u.typeOf(x.X)
	elem := t.Underlying().(*types.Chan).Elem()
	if !u.writable(t) || !u.writable(elem) {
		return x
	}
	f := u.helper("receive", []types.Type{t}, []types.Type{elem}, func(pos token.Pos, p []*types.Var) []ast.Stmt {
		v, ok := u.newVar(pos, "v", elem), u.newVar(pos, "ok", types.Typ[types.Bool])
		recv := &ast.UnaryExpr{OpPos: pos, Op: token.ARROW, X: u.use(pos, p[0])}
		u.record(recv, "value", elem)
		get := &ast.AssignStmt{Lhs: []ast.Expr{u.use(pos, v), u.use(pos, ok)}, TokPos: pos, Tok: token.ASSIGN, Rhs: []ast.Expr{recv}}
		return []ast.Stmt{
			u.varDecl(v, nil), u.varDecl(ok, nil), get,
			u.assign(pos, &ast.Ident{NamePos: pos, Name: "_"}, u.use(pos, ok)),
			ret(pos, u.use(pos, v)),
		}
	})
	return u.callHelper(x.Pos(), f, x.X)
}

// selector builds what a select statement becomes.
type selector struct {
	*unit
	before []ast.Stmt // evaluates the operands, declares the variables
	cases  []ast.Expr // the arguments of rt.Select
}

func (u *unit) lowerSelect(s *ast.SelectStmt) []ast.Stmt {
	integer := types.Typ[types.Int]
	l := &selector{unit: u}
	hasDefault := false
	dispatch := &ast.SwitchStmt{Switch: s.Select, Body: block(s.Select)}
	for _, c := range s.Body.List {
		c := c.(*ast.CommClause)
		n := int64(len(l.cases))
		if c.Comm == nil {
			hasDefault, n = true, -1
		}
		first := l.clause(c)
		clause := &ast.CaseClause{Case: c.Case, List: []ast.Expr{u.intLit(c.Case, n, integer)}, Body: append(first, c.Body...)}
		dispatch.Body.List = append(dispatch.Body.List, clause)
	}
	// A function can end in a switch only if that has a default.
	dispatch.Body.List[len(dispatch.Body.List)-1].(*ast.CaseClause).List = nil
	args := append([]ast.Expr{u.boolName(s.Select, hasDefault)}, l.cases...)
	dispatch.Tag = u.callRuntime(s.Select, "Select", args...)
	return append(l.before, dispatch)
}

// keep evaluates x into a new variable of type t before the select statement.
func (l *selector) keep(x ast.Expr, t types.Type) *types.Var {
	v := l.newVar(x.Pos(), "c", t)
	if l.writable(t) {
		l.before = append(l.before, l.varDecl(v, x))
	} else {
		l.before = append(l.before, l.define(v, x))
	}
	return v
}

func (l *selector) address(pos token.Pos, v *types.Var) ast.Expr {
	return l.value(&ast.UnaryExpr{OpPos: pos, Op: token.AND, X: l.use(pos, v)}, types.NewPointer(v.Type()))
}

// clause evaluates the operands of a clause, and returns the statements that
// give what it received to what the source names.
func (l *selector) clause(c *ast.CommClause) []ast.Stmt {
	switch comm := c.Comm.(type) {
	case *ast.SendStmt:
		pos, t := comm.Pos(), l.typeOf(comm.Chan)
		ch := l.keep(comm.Chan, t)
		v := l.keep(comm.Value, t.Underlying().(*types.Chan).Elem())
		l.cases = append(l.cases, l.callRuntime(pos, "Send", l.use(pos, ch), l.address(pos, v)))
	case *ast.ExprStmt:
		l.receiving(comm.X, nil)
	case *ast.AssignStmt:
		return l.receiving(comm.Rhs[0], comm)
	}
	return nil
}

// receiving lets a clause receive into new variables, and makes the assignment
// of the source from these.
func (l *selector) receiving(x ast.Expr, comm *ast.AssignStmt) []ast.Stmt {
	recv := ast.Unparen(x).(*ast.UnaryExpr)
	pos, t := x.Pos(), l.typeOf(recv.X)
	ch := l.keep(recv.X, t)
	into := []ast.Expr{l.nilName(pos), l.nilName(pos)}
	var then []ast.Stmt
	if comm != nil {
		kinds := []types.Type{t.Underlying().(*types.Chan).Elem(), types.Typ[types.Bool]}
		assign := &ast.AssignStmt{TokPos: comm.TokPos, Tok: comm.Tok}
		for i, lhs := range comm.Lhs {
			if isBlank(lhs) {
				continue
			}
			v := l.newVar(lhs.Pos(), "v", kinds[i])
			l.before = append(l.before, l.varDecl(v, nil))
			into[i] = l.address(lhs.Pos(), v)
			assign.Lhs, assign.Rhs = append(assign.Lhs, lhs), append(assign.Rhs, l.use(lhs.Pos(), v))
		}
		if len(assign.Lhs) > 0 {
			then = []ast.Stmt{assign}
		}
	}
	l.cases = append(l.cases, l.callRuntime(pos, "Recv", l.use(pos, ch), into[0], into[1]))
	return then
}

func (u *unit) nilName(pos token.Pos) ast.Expr {
	id := u.use(pos, types.Universe.Lookup("nil"))
	u.info.Types[id] = modes()["nil"]
	return id
}
