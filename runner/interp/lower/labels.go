package lower

import (
	"go/ast"
	"go/token"
	"maps"
	"slices"
)

// Labels.
//
// After this pass every label is used: a pass that gave a loop another label
// leaves one that nothing leads to, which the compiler does not allow. No label
// stands in a clause itself, where the interpreter does not find it: such
// statements are in a block there. None is that of a return statement without
// results, to which the interpreter cannot go. And none has a name that anything
// else has in the same declaration: the interpreter has one scope for both, and
// takes the one for the other.

func dropLabels(u *unit) bool {
	used := make(map[string]bool)
	for _, d := range u.declsWith(hasLabels) {
		u.nameLabels(d, used)
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
		switch {
		case !ok:
			return stays
		case !used[l.Label.Name]:
			return []ast.Stmt{l.Stmt}
		}
		if r, ok := l.Stmt.(*ast.ReturnStmt); ok && len(r.Results) == 0 {
			zero := &ast.BasicLit{ValuePos: r.Return, Kind: token.INT, Value: "0"}
			l.Stmt = &ast.AssignStmt{Lhs: []ast.Expr{&ast.Ident{NamePos: r.Return, Name: "_"}}, TokPos: r.Return, Tok: token.ASSIGN, Rhs: []ast.Expr{zero}}
			return []ast.Stmt{l, r}
		}
		return stays
	}
	r.some(hasLabels)
	return false
}

// nameLabels gives the labels of a declaration other names where something else
// there has theirs, and adds those to used that a statement leads to.
func (u *unit) nameLabels(d ast.Decl, used map[string]bool) {
	labels := make(map[string][]*ast.Ident)
	names := make(map[string]int) // how often each occurs, as a label or not
	ast.Inspect(d, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			names[n.Name]++
		case *ast.LabeledStmt:
			labels[n.Label.Name] = append(labels[n.Label.Name], n.Label)
		case *ast.BranchStmt:
			if n.Label != nil {
				labels[n.Label.Name] = append(labels[n.Label.Name], n.Label)
				used[n.Label.Name] = true
			}
		}
		return true
	})
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		if names[name] == len(labels[name]) || !used[name] {
			continue
		}
		other := u.fresh(name)
		used[other] = true
		for _, l := range labels[name] {
			l.Name = other
		}
	}
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
