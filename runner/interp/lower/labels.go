package lower

import "go/ast"

// Labels.
//
// After this pass every label is used: a pass that gave a loop another label
// leaves one that nothing leads to, which the compiler does not allow. And no
// label stands in a clause itself, where the interpreter does not find it: such
// statements are in a block there.

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
	r := &rewriter{unit: u}
	r.exit = func(n ast.Node) {
		switch n := n.(type) {
		case *ast.CaseClause:
			n.Body = labelsInBlock(n.Body)
		case *ast.CommClause:
			n.Body = labelsInBlock(n.Body)
		}
	}
	r.stmt = func(s ast.Stmt) []ast.Stmt {
		l, ok := s.(*ast.LabeledStmt)
		if !ok || used[l.Label.Name] {
			return []ast.Stmt{s}
		}
		return []ast.Stmt{l.Stmt}
	}
	r.some(hasLabels)
	return false
}

// labelsInBlock returns the body of a clause without labels of its own.
func labelsInBlock(body []ast.Stmt) []ast.Stmt {
	for _, s := range body {
		if _, ok := s.(*ast.LabeledStmt); ok {
			return []ast.Stmt{block(body[0].Pos(), body...)}
		}
	}
	return body
}
