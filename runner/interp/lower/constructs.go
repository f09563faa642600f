package lower

import (
	"go/ast"
	"go/token"
	"go/types"
)

// constructs are kinds of things that a declaration has. A pass that is about
// few of them visits only the declarations that have some: most have none.
type constructs uint16

const (
	hasBlankFields   constructs = 1 << iota // fields that are named _
	hasShifts                               // << and >>, also in assignments
	hasNegations                            // the operator -, but not of a literal
	hasFunctionLoops                        // range loops over functions
	hasRanges                               // range loops
	hasLoops                                // loops, and goto
	hasGotos                                // goto
	hasHeads                                // statements that stand in the head of another
	hasSwitches                             // switches, also of types
	hasReceives                             // select statements and receive operations
	hasLabels                               // labels
	hasDeferring                            // defer and go statements, and the name recover
)

// has reports whether a declaration has one of some constructs. What it has is
// looked for once between two checks of the tree. So a pass that makes one of
// these constructs makes it of one that there is, or in a declaration of its
// own, or has the tree checked.
func (u *unit) has(d ast.Decl, some constructs) bool {
	found, ok := u.found[d]
	if !ok {
		found = u.find(d)
		u.found[d] = found
	}
	return found&some != 0
}

// declsWith returns the declarations that have one of some constructs.
func (u *unit) declsWith(some constructs) []ast.Decl {
	var decls []ast.Decl
	for _, d := range u.file.Decls {
		if u.has(d, some) {
			decls = append(decls, d)
		}
	}
	return decls
}

// find looks for what a declaration has.
func (u *unit) find(d ast.Decl) constructs {
	var found constructs
	ast.Inspect(d, func(n ast.Node) bool {
		switch n := n.(type) {
		case ast.Stmt:
			found |= u.inStmt(n)
		case *ast.BinaryExpr:
			if n.Op == token.SHL || n.Op == token.SHR {
				found |= hasShifts
			}
		case *ast.UnaryExpr:
			if _, lit := n.X.(*ast.BasicLit); n.Op == token.SUB && !lit {
				found |= hasNegations
			}
			if n.Op == token.ARROW {
				found |= hasReceives
			}
		case *ast.Ident:
			if n.Name == "recover" {
				found |= hasDeferring
			}
		case *ast.StructType:
			for _, f := range n.Fields.List {
				for _, id := range f.Names {
					if id.Name == "_" {
						found |= hasBlankFields
					}
				}
			}
		}
		return true
	})
	return found
}

// inStmt returns what a statement is, apart from what is in it.
func (u *unit) inStmt(s ast.Stmt) constructs {
	head := func(init ast.Stmt) constructs {
		if init == nil {
			return 0
		}
		return hasHeads
	}
	switch s := s.(type) {
	case *ast.AssignStmt:
		if s.Tok == token.SHL_ASSIGN || s.Tok == token.SHR_ASSIGN {
			return hasShifts
		}
	case *ast.IfStmt:
		return head(s.Init)
	case *ast.ForStmt:
		return hasLoops
	case *ast.RangeStmt:
		if _, ok := underlying[*types.Signature](u.typeOf(s.X)); ok {
			return hasLoops | hasRanges | hasFunctionLoops
		}
		return hasLoops | hasRanges
	case *ast.BranchStmt:
		if s.Tok == token.GOTO {
			return hasLoops | hasGotos
		}
	case *ast.SwitchStmt:
		return hasSwitches | head(s.Init)
	case *ast.TypeSwitchStmt:
		return hasSwitches | head(s.Init)
	case *ast.SelectStmt:
		return hasReceives
	case *ast.LabeledStmt:
		return hasLabels
	case *ast.DeferStmt, *ast.GoStmt:
		return hasDeferring
	}
	return 0
}
