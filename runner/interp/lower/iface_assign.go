package lower

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// commClause makes the assignment of a clause that receives a statement of its
// body, if anything is converted in it.
func (b *boxer) commClause(c *ast.CommClause) {
	comm, ok := c.Comm.(*ast.AssignStmt)
	if !ok || comm.Tok != token.ASSIGN || !slices.ContainsFunc(comm.Lhs, b.isInterface) {
		return
	}
	ch, ok := underlying[*types.Chan](b.typ(ast.Unparen(comm.Rhs[0]).(*ast.UnaryExpr).X))
	if !ok {
		return
	}
	var assign ast.Stmt
	comm.Lhs, assign = b.assignLater(comm.TokPos, comm.Lhs, []types.Type{ch.Elem(), types.Typ[types.Bool]})
	comm.Tok = token.DEFINE
	c.Body = append([]ast.Stmt{assign}, c.Body...)
}

// rangeClause does the same with what a range clause assigns.
func (b *boxer) rangeClause(s *ast.RangeStmt) {
	if s.Tok != token.ASSIGN {
		return
	}
	lhs := []ast.Expr{s.Key}
	if s.Value != nil {
		lhs = append(lhs, s.Value)
	}
	if !slices.ContainsFunc(lhs, b.isInterface) {
		return
	}
	names, assign := b.assignLater(s.TokPos, lhs, []types.Type{b.rangeType(s.X, 0), b.rangeType(s.X, 1)})
	s.Key, s.Tok = names[0], token.DEFINE
	if s.Value != nil {
		s.Value = names[1]
	}
	s.Body.List = append([]ast.Stmt{assign}, s.Body.List...)
}

func (b *boxer) isInterface(x ast.Expr) bool {
	return !isBlank(x) && b.typ(x) != nil && types.IsInterface(b.typ(x))
}

// assignLater returns names of new variables, and the statement that assigns
// these to what was to be assigned.
func (b *boxer) assignLater(pos token.Pos, lhs []ast.Expr, from []types.Type) ([]ast.Expr, ast.Stmt) {
	assign := &ast.AssignStmt{TokPos: pos, Tok: token.ASSIGN}
	var names []ast.Expr
	for i, x := range lhs {
		if isBlank(x) {
			names = append(names, x)
			continue
		}
		v := b.newVar(pos, "v", from[i])
		names = append(names, b.declare(pos, v))
		assign.Lhs = append(assign.Lhs, x)
		assign.Rhs = append(assign.Rhs, b.use(pos, v))
	}
	return names, assign
}
