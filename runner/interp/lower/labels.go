package lower

import "go/ast"

// Labels.
//
// After this pass every label is used: a pass that gave a loop another label
// leaves one that nothing leads to, which the compiler does not allow.

func dropLabels(u *unit) bool {
	used := make(map[string]bool)
	for _, d := range u.declsWith(hasLabels) {
		ast.Inspect(d, func(n ast.Node) bool {
			if b, ok := n.(*ast.BranchStmt); ok && b.Label != nil {
				used[b.Label.Name] = true
			}
			return true
		})
	}
	r := &rewriter{unit: u, stmt: func(s ast.Stmt) []ast.Stmt {
		l, ok := s.(*ast.LabeledStmt)
		if !ok || used[l.Label.Name] {
			return []ast.Stmt{s}
		}
		return []ast.Stmt{l.Stmt}
	}}
	r.some(hasLabels)
	return false
}
