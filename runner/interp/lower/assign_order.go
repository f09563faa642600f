package lower

import (
	"go/ast"
	"go/types"
	"slices"
)

// evaluated returns the order in which the values of an assignment are evaluated.
// Where nothing in them happens the language leaves that open, and it is seen only
// when two of them panic. The compiler evaluates those first that an assignment
// before theirs could change, and each other when it is assigned
// (cmd/compile/internal/walk/assign.go: ascompatee).
func (a *assigner) evaluated(s *ast.AssignStmt) []int {
	var early, late []int
	inOrder := slices.ContainsFunc(s.Rhs, a.happens)
	assigned := make(map[types.Object]bool)
	memory := false
	for i, x := range s.Rhs {
		if !inOrder && (memory || a.mentions(x, assigned)) {
			early = append(early, i)
		} else {
			late = append(late, i)
		}
		if v := a.assignedVar(s.Lhs[i]); v != nil {
			assigned[v] = true
		} else if !isBlank(s.Lhs[i]) {
			memory = true
		}
	}
	return append(early, late...)
}

// assignedVar returns the variable that x, or what x is a part of, names: nil if
// it is behind a pointer, or in a slice or a map.
func (a *assigner) assignedVar(x ast.Expr) types.Object {
	for {
		switch y := ast.Unparen(x).(type) {
		case *ast.Ident:
			return a.info.Uses[y]
		case *ast.SelectorExpr:
			if _, pointer := a.typeOf(y.X).Underlying().(*types.Pointer); pointer {
				return nil
			}
			x = y.X
		case *ast.IndexExpr:
			if _, array := a.typeOf(y.X).Underlying().(*types.Array); !array {
				return nil
			}
			x = y.X
		default:
			return nil
		}
	}
}

// mentions reports whether x names one of some variables.
func (a *assigner) mentions(x ast.Expr, some map[types.Object]bool) bool {
	found := false
	ast.Inspect(x, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && some[a.info.Uses[id]] {
			found = true
		}
		return !found
	})
	return found
}
