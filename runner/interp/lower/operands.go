package lower

import (
	"go/ast"
	"go/token"
	"go/types"
)

// The order of operands.
//
// The specification orders calls and receive operations, but not the variables
// next to them: of x, y := n, f() it does not say whether x is n before the call.
// The compiler makes first, from left to right, what it makes into variables:
// calls, also of built-in functions, receive operations, slices, assertions, &&
// and ||; it looks at variables, fields, elements and what pointers point to last. So does a lowered
// program where operands are made into variables, and
//
//	t.nodes[i].left = t.add(v)
//
// assigns to an element of what t.nodes is after the call.

// early reports whether the compiler makes a part of x before it looks at
// variables.
func (u *unit) early(x ast.Expr) bool {
	found := u.measures(x)
	ast.Inspect(x, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.CallExpr:
			found = found || !u.onlyLooks(n)
		case *ast.SliceExpr, *ast.TypeAssertExpr:
			found = true
		case *ast.UnaryExpr:
			found = found || n.Op == token.ARROW
		case *ast.BinaryExpr:
			found = found || n.Op == token.LAND || n.Op == token.LOR
		}
		return !found
	})
	return found
}

// measures reports whether x is calculated from what a built-in function returns,
// or is a slice that is made of a string. (An element that is found by such a
// number is not: it is looked at last.)
func (u *unit) measures(x ast.Expr) bool {
	switch x := x.(type) {
	case *ast.ParenExpr:
		return u.measures(x.X)
	case *ast.UnaryExpr:
		return u.measures(x.X)
	case *ast.BinaryExpr:
		return u.measures(x.X) || u.measures(x.Y)
	case *ast.CallExpr:
		if u.builtinName(x) != "" {
			return u.info.Types[x].Value == nil
		}
		if !u.isType(x.Fun) {
			return false
		}
		_, slice := underlying[*types.Slice](u.typeOf(x))
		from, basic := underlying[*types.Basic](u.typeOf(x.Args[0]))
		return slice && basic && from.Info()&types.IsString != 0 || u.measures(x.Args[0])
	}
	return false
}

// onlyLooks reports whether a call changes nothing and cannot fail, apart from
// its arguments.
func (u *unit) onlyLooks(call *ast.CallExpr) bool {
	if u.isType(call.Fun) {
		return true
	}
	switch u.builtinName(call) {
	case "len", "cap", "real", "imag", "complex":
		return true
	}
	if _, ok := u.boxCheck(call); ok {
		return true
	}
	id, ok := call.Fun.(*ast.Ident)
	return ok && u.looks[id.Name]
}

// inOrder puts the statements that define variables in the order in which the
// compiler makes their values. The values are of variables that were there
// before, but for those of other statements.
func (u *unit) inOrder(list []ast.Stmt) []ast.Stmt {
	var ordered, late []ast.Stmt
	for _, s := range list {
		x, ok := defined(s)
		switch {
		case !ok:
			ordered = append(append(ordered, late...), s)
			late = nil
		case u.early(x):
			ordered = append(ordered, s)
		default:
			late = append(late, s)
		}
	}
	return append(ordered, late...)
}

// defined returns what a statement has on its right that only defines variables.
func defined(s ast.Stmt) (ast.Expr, bool) {
	switch s := s.(type) {
	case *ast.AssignStmt:
		if s.Tok == token.DEFINE && len(s.Rhs) == 1 {
			return s.Rhs[0], true
		}
	case *ast.DeclStmt:
		if g, ok := s.Decl.(*ast.GenDecl); ok && g.Tok == token.VAR && len(g.Specs) == 1 {
			if v := g.Specs[0].(*ast.ValueSpec); len(v.Names) == 1 && len(v.Values) == 1 {
				return v.Values[0], true
			}
		}
	}
	return nil, false
}

// sharing finds the variables that a call can assign to: those of the package,
// and those that closures or pointers keep.
func (u *unit) sharing() func(types.Object) bool {
	const shared = -1
	depth := make(map[types.Object]int, len(u.info.Defs)) // of the function that declares it, or shared
	var inside func(n ast.Node, level int)
	inside = func(n ast.Node, level int) {
		ast.Inspect(n, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncLit:
				inside(n.Type, level+1)
				inside(n.Body, level+1)
				return false
			case *ast.Ident:
				if obj := u.info.Defs[n]; obj != nil {
					if depth[obj] != shared {
						depth[obj] = level
					}
				} else if obj := u.info.Uses[n]; obj != nil {
					if at := depth[obj]; at != shared && at < level {
						depth[obj] = shared // also if it is not declared here
					}
				}
			case *ast.UnaryExpr:
				if n.Op == token.AND {
					depth[u.rootVar(n.X)] = shared
				}
			case *ast.SelectorExpr:
				if s := u.info.Selections[n]; s != nil && s.Kind() == types.MethodVal && !isPointer(s.Recv()) {
					depth[u.rootVar(n.X)] = shared
				}
			}
			return true
		})
	}
	for _, d := range u.file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok {
			inside(f, 1)
		}
	}
	return func(obj types.Object) bool { return depth[obj] == shared }
}

// rootVar returns the variable that x is or is a part of, nil for none.
func (u *unit) rootVar(x ast.Expr) types.Object {
	switch x := ast.Unparen(x).(type) {
	case *ast.Ident:
		return u.objectOf(x)
	case *ast.SelectorExpr:
		return u.rootVar(x.X)
	case *ast.IndexExpr:
		return u.rootVar(x.X)
	}
	return nil
}

// changing reports whether a call can change which variable a place is: which
// pointer, slice, map or index it depends on.
func (a *assigner) changing(x ast.Expr) bool {
	if a.shared == nil {
		a.shared = a.sharing()
	}
	switch x := ast.Unparen(x).(type) {
	case *ast.IndexExpr:
		if _, array := a.typeOf(x.X).Underlying().(*types.Array); array {
			return a.changing(x.X) || a.changes(x.Index)
		}
		return a.changes(x.X) || a.changes(x.Index)
	case *ast.StarExpr:
		return a.changes(x.X)
	case *ast.SelectorExpr:
		if isPointer(a.typeOf(x.X)) {
			return a.changes(x.X)
		}
		return a.changing(x.X)
	}
	return false
}

// missing reports whether there can be no such place: a pointer on the way is
// nil, or an index is out of range. In a nil map the interpreter finds that when
// it assigns.
func (a *assigner) missing(x ast.Expr) bool {
	switch x := ast.Unparen(x).(type) {
	case *ast.IndexExpr:
		switch a.typeOf(x.X).Underlying().(type) {
		case *types.Map:
			return false
		case *types.Array:
			return a.info.Types[x.Index].Value == nil || a.missing(x.X)
		}
		return true
	case *ast.StarExpr:
		return true
	case *ast.SelectorExpr:
		return isPointer(a.typeOf(x.X)) || a.missing(x.X)
	}
	return false
}

// changes reports whether a call can change the value of x, which has no calls.
func (a *assigner) changes(x ast.Expr) bool {
	found := false
	ast.Inspect(x, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			found = found || a.shared(a.info.Uses[n])
		case *ast.StarExpr, *ast.IndexExpr:
			found = true
		case *ast.SelectorExpr:
			found = found || isPointer(a.typeOf(n.X))
		}
		return !found
	})
	return found
}

// calls reports whether x has a call that can assign to variables.
func (u *unit) calls(x ast.Expr) bool {
	found := false
	ast.Inspect(x, func(n ast.Node) bool {
		if _, lit := n.(*ast.FuncLit); lit {
			return false
		}
		call, ok := n.(*ast.CallExpr)
		found = found || ok && !u.onlyLooks(call) && u.builtinName(call) == ""
		return !found
	})
	return found
}

// happens reports whether something in x is seen to happen: a call, a receive
// operation or an assertion.
func (u *unit) happens(x ast.Expr) bool {
	found := u.calls(x)
	if !found {
		ast.Inspect(x, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncLit:
				return false
			case *ast.TypeAssertExpr:
				found = true
			case *ast.UnaryExpr:
				found = found || n.Op == token.ARROW
			}
			return !found
		})
	}
	return found
}
