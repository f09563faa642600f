package lower

import (
	"go/ast"
	"go/token"
	"go/types"
)

// Elements of maps that may not be there.
//
// If a map has no such key the interpreter leaves the variable of v, ok = m[k]
// as it is, so that in the next turn of a loop it still has the element that was
// found in the last one. The pass about assignments declares the variables anew
// before, which makes them zero:
//
//	v, ok := m[k]           var v V; var ok bool; v, ok = m[k]
//	if v, ok := m[k]; ok {  var t V; var u bool; t, u = m[k]
//	                        if v, ok := t, u; ok {
//
// Variables that functions without loops declare stay: in each call they are
// zero at first.

// lookup reports whether s gets an element of a map, and whether there is one,
// in what may be set already.
func (a *assigner) lookup(s *ast.AssignStmt) bool {
	if len(s.Lhs) != 2 || len(s.Rhs) != 1 || isBlank(s.Lhs[0]) {
		return false
	}
	if id, ok := s.Lhs[0].(*ast.Ident); !a.repeats && ok && a.info.Defs[id] != nil {
		return false // it is zero still
	}
	ix, ok := ast.Unparen(s.Rhs[0]).(*ast.IndexExpr)
	if !ok {
		return false
	}
	_, isMap := a.typeOf(ix.X).Underlying().(*types.Map)
	return isMap && a.writable(a.partType(ix, 0))
}

// found makes a definition by a lookup declare its variables before.
func (a *assigner) found(s *ast.AssignStmt) []ast.Stmt {
	if s.Tok != token.DEFINE || !a.lookup(s) {
		return []ast.Stmt{s}
	}
	if a.heads[s] {
		return a.foundInHead(s)
	}
	isNew := a.info.Defs[s.Lhs[0].(*ast.Ident)] != nil
	if !isNew {
		// The element goes into a variable that the program has set.
		give := a.newVar(s.Lhs[0].Pos(), "t", a.partType(s.Rhs[0], 0))
		set := a.assign(s.Lhs[0].Pos(), s.Lhs[0], a.use(s.Lhs[0].Pos(), give))
		s.Lhs[0] = a.declare(s.Lhs[0].Pos(), give)
		return append(a.declared(s), set)
	}
	return a.declared(s)
}

// declared makes s assign to the variables that it declared.
func (a *assigner) declared(s *ast.AssignStmt) []ast.Stmt {
	var list []ast.Stmt
	for i, x := range s.Lhs {
		id := x.(*ast.Ident)
		if v, ok := a.info.Defs[id].(*types.Var); ok && !isBlank(id) {
			list = append(list, a.varDecl(v, nil))
			s.Lhs[i] = a.use(id.Pos(), v)
		}
	}
	s.Tok = token.ASSIGN
	return append(list, s)
}

// foundInHead makes the lookup before, into other variables.
func (a *assigner) foundInHead(s *ast.AssignStmt) []ast.Stmt {
	get := &ast.AssignStmt{TokPos: s.TokPos, Tok: token.DEFINE, Rhs: s.Rhs}
	give := &ast.AssignStmt{TokPos: s.TokPos, Tok: token.DEFINE}
	for i, x := range s.Lhs {
		if isBlank(x) {
			get.Lhs = append(get.Lhs, x)
			continue
		}
		v := a.newVar(x.Pos(), "t", a.partType(s.Rhs[0], i))
		get.Lhs = append(get.Lhs, a.declare(x.Pos(), v))
		give.Lhs = append(give.Lhs, x)
		give.Rhs = append(give.Rhs, a.use(x.Pos(), v))
	}
	return append(a.declared(get), give)
}

// zeroed declares the new variables that a lookup got its values in before it,
// in what became of it (spread).
func (a *assigner) zeroed(s *ast.AssignStmt, list []ast.Stmt) []ast.Stmt {
	if !a.lookup(s) {
		return list
	}
	var all []ast.Stmt
	for _, one := range list {
		if get, ok := one.(*ast.AssignStmt); ok && get.Tok == token.DEFINE && a.lookup(get) {
			all = append(all, a.declared(get)...)
		} else {
			all = append(all, one)
		}
	}
	return all
}
