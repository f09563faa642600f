package lower

import (
	"go/ast"
	"go/token"
)

// Labels.
//
// After this pass every label is used: a pass that gave a loop another label
// leaves one that nothing leads to, which the compiler does not allow. None is
// that of a return statement without results, to which the interpreter cannot go.

func dropLabels(u *unit) bool {
	used, labels := make(map[string]bool), false
	ast.Inspect(u.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BranchStmt:
			if n.Label != nil {
				used[n.Label.Name] = true
			}
		case *ast.LabeledStmt:
			labels = true
		}
		return true
	})
	if !labels {
		return false
	}
	r := &rewriter{unit: u, stmt: func(s ast.Stmt) []ast.Stmt {
		l, ok := s.(*ast.LabeledStmt)
		switch {
		case !ok:
			return []ast.Stmt{s}
		case !used[l.Label.Name]:
			return []ast.Stmt{l.Stmt}
		}
		if r, ok := l.Stmt.(*ast.ReturnStmt); ok && len(r.Results) == 0 {
			zero := &ast.BasicLit{ValuePos: r.Return, Kind: token.INT, Value: "0"}
			l.Stmt = &ast.AssignStmt{Lhs: []ast.Expr{&ast.Ident{NamePos: r.Return, Name: "_"}}, TokPos: r.Return, Tok: token.ASSIGN, Rhs: []ast.Expr{zero}}
			return []ast.Stmt{l, r}
		}
		return []ast.Stmt{s}
	}}
	r.file(u.file)
	return false
}
