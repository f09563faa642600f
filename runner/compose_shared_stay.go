package runner

import (
	"go/ast"
	"go/token"
	"go/types"
)

// capacityConsts returns the constant expressions of a file that the capacity of
// a slice may depend on, in ways that a variable in their place would change:
//
//   - what is converted from a string to a slice, for which the compiler
//     allocates as much as a constant needs (cmd/compile/internal/walk,
//     walkStringToBytes);
//   - what decides a branch: one that is never taken is gone before the compiler
//     finds out what escapes (cmd/compile/internal/noder, pkgWriter.staticBool and
//     writer.switchStmt);
//   - the beginning of a slice expression: a function in which it is 0 costs less,
//     and may be inlined (cmd/compile/internal/inline, hairyVisitor.doNode).
//
// Of expressions within constant expressions it may name more than there are.
func capacityConsts(f *ast.File, info *types.Info) map[ast.Expr]bool {
	stay := make(map[ast.Expr]bool)
	add := func(xs ...ast.Expr) {
		for _, x := range xs {
			if x != nil && info.Types[x].Value != nil {
				stay[x] = true
			}
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.IfStmt:
			add(n.Cond)
		case *ast.ForStmt:
			add(n.Cond)
		case *ast.SwitchStmt:
			add(n.Tag)
			if n.Tag == nil || info.Types[n.Tag].Value != nil {
				for _, c := range n.Body.List {
					add(c.(*ast.CaseClause).List...)
				}
			}
		case *ast.BinaryExpr:
			if n.Op == token.LAND || n.Op == token.LOR {
				add(n.X, n.Y)
			}
		case *ast.UnaryExpr:
			if n.Op == token.NOT {
				add(n.X)
			}
		case *ast.ParenExpr:
			if info.Types[n].IsValue() && isBoolean(info.TypeOf(n)) {
				add(n.X)
			}
		case *ast.SliceExpr:
			add(n.Low)
		case *ast.CallExpr:
			if to := info.Types[n.Fun]; to.IsType() && maySlice(to.Type) {
				add(n.Args...)
			}
		}
		return true
	})
	return stay
}

func isBoolean(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsBoolean != 0
}

// maySlice reports whether a type is a slice, or in a generic function one that
// may be.
func maySlice(t types.Type) bool {
	if _, ok := types.Unalias(t).(*types.TypeParam); ok {
		return true
	}
	_, ok := t.Underlying().(*types.Slice)
	return ok
}
