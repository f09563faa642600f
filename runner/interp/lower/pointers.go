package lower

import (
	"go/ast"
	"go/token"
	"go/types"
)

// Pointers to arrays.
//
// After this pass the array that a pointer points to is named where it is
// indexed or sliced: the interpreter takes no address of an element otherwise.
// After [sliceThroughPointers] it is not where it is sliced, again.
// Where only the length of an array counts it is not looked at.

func dereferenceArrays(u *unit) bool {
	deref := func(x ast.Expr) ast.Expr {
		if t := u.typeOf(x); t != nil && !u.isType(x) {
			if p, ok := t.Underlying().(*types.Pointer); ok && isArray(p.Elem()) {
				return u.deref(x.Pos(), x)
			}
		}
		return x
	}
	r := &rewriter{unit: u, exit: func(n ast.Node) {
		switch n := n.(type) {
		case *ast.IndexExpr:
			n.X = deref(n.X)
		case *ast.SliceExpr:
			n.X = deref(n.X)
		case *ast.CallExpr:
			if name := u.builtinName(n); name == "len" || name == "cap" {
				u.measured(n)
			}
		case *ast.RangeStmt:
			u.unseenArray(n)
		}
	}}
	r.file(u.file)
	return false
}

// measured has the length of an array that a pointer points to asked of a slice
// that has it, whatever the pointer is.
func (u *unit) measured(n *ast.CallExpr) {
	t := u.typeOf(n.Args[0])
	p, ok := t.Underlying().(*types.Pointer)
	if !ok || !u.writable(t) {
		return
	}
	a, ok := p.Elem().Underlying().(*types.Array)
	if !ok {
		return
	}
	integer := types.Typ[types.Int]
	bytes := types.NewSlice(types.NewStruct(nil, nil))
	f := u.helper("array", []types.Type{t}, []types.Type{bytes}, func(pos token.Pos, _ []*types.Var) []ast.Stmt {
		return []ast.Stmt{ret(pos, u.builtin(pos, "make", bytes, u.typeExpr(pos, bytes), u.intLit(pos, a.Len(), integer)))}
	})
	n.Args[0] = u.callHelper(n.Args[0].Pos(), f, n.Args[0])
}

// unseenArray makes a range over an array, of which only the keys are asked, one
// over its length, if the length is a constant: the array is not evaluated then.
func (u *unit) unseenArray(n *ast.RangeStmt) {
	star, ok := ast.Unparen(n.X).(*ast.StarExpr)
	if !ok || !isBlank(n.Value) || hasCall(star) || receives(star) {
		return
	}
	if a, ok := u.typeOf(star).Underlying().(*types.Array); ok {
		n.X = u.intLit(n.X.Pos(), a.Len(), types.Typ[types.Int])
	}
}

func receives(x ast.Expr) bool {
	found := false
	ast.Inspect(x, func(n ast.Node) bool {
		if r, ok := n.(*ast.UnaryExpr); ok && r.Op == token.ARROW {
			found = true
		}
		return !found
	})
	return found
}

// sliceThroughPointers makes (*p)[:] p[:], which is the same: the interpreter
// takes the former for a pointer where it checks types. What else it does not
// know the type of in a literal is converted to the type that it has. It follows
// the passes that keep variables behind pointers.
func sliceThroughPointers(u *unit) bool {
	ast.Inspect(u.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SliceExpr:
			star, ok := ast.Unparen(n.X).(*ast.StarExpr)
			if ok && u.typeOf(star) != nil && isArray(u.typeOf(star)) {
				n.X = star.X
			}
		case *ast.CompositeLit:
			for i, x := range n.Elts {
				if kv, ok := x.(*ast.KeyValueExpr); ok {
					kv.Value = u.typed(kv.Value)
				} else {
					n.Elts[i] = u.typed(x)
				}
			}
		}
		return true
	})
	return false
}

// typed converts (*p)[i].x, what that points to, and (*p)[i:] to their types.
func (u *unit) typed(x ast.Expr) ast.Expr {
	part := ast.Unparen(x)
	switch n := part.(type) {
	case *ast.SliceExpr, *ast.SelectorExpr:
	case *ast.StarExpr:
		part = n.X
	default:
		return x
	}
	t := u.typeOf(x)
	if t == nil || !u.indirect(part) || !u.writable(t) {
		return x
	}
	call := u.convert(x.Pos(), t, x).(*ast.CallExpr)
	call.Fun = u.value(&ast.ParenExpr{Lparen: x.Pos(), X: call.Fun}, t)
	return call
}

// indirect reports whether x is a slice, or has to do with an element, of what a
// pointer points to and is named so.
func (u *unit) indirect(x ast.Expr) bool {
	parts := false
	for {
		switch n := x.(type) {
		case *ast.ParenExpr:
			x = n.X
		case *ast.SelectorExpr:
			x, parts = n.X, false
		case *ast.IndexExpr:
			x, parts = n.X, true
		case *ast.SliceExpr:
			star, ok := ast.Unparen(n.X).(*ast.StarExpr)
			if ok && u.typeOf(star) != nil && isArray(u.typeOf(star)) {
				return false // see sliceThroughPointers
			}
			x, parts = n.X, true
		case *ast.StarExpr:
			return parts
		default:
			return false
		}
	}
}
