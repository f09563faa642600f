package lower

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// Builtin functions that the interpreter does not have.
//
// After this pass there is no call of min, max, clear, print (which writes as
// fmt.Print does, and to standard output) or println, panic is not called with
// nil, new is applied to types
// only, make makes no channels of one direction, and append appends one value, or
// constants, or a slice.

func lowerBuiltins(u *unit) bool {
	r := &rewriter{unit: u, expr: func(x ast.Expr) ast.Expr {
		call, ok := x.(*ast.CallExpr)
		if !ok {
			return x
		}
		switch u.builtinName(call) {
		case "min":
			return u.extreme(call, "min", token.LSS)
		case "max":
			return u.extreme(call, "max", token.GTR)
		case "clear":
			return u.clear(call)
		case "append":
			u.appended(call)
		case "new":
			return u.newValue(call)
		case "make":
			return u.makeChannel(call)
		case "panic":
			u.panicNil(call)
		case "print":
			return u.printed(call, "Print")
		case "println":
			return u.printed(call, "Println")
		}
		return x
	}}
	r.file(u.file)
	return false
}

// builtinName returns the predeclared function that is called, "" for others.
func (u *unit) builtinName(call *ast.CallExpr) string {
	id, ok := ast.Unparen(call.Fun).(*ast.Ident)
	if !ok {
		return ""
	}
	b, ok := u.info.Uses[id].(*types.Builtin)
	if !ok {
		return ""
	}
	return b.Name()
}

// extreme makes calls of a helper for two values each.
func (u *unit) extreme(call *ast.CallExpr, name string, op token.Token) ast.Expr {
	t := u.typeOf(call)
	b, ok := t.Underlying().(*types.Basic)
	if !ok {
		return call
	}
	boolean := types.Typ[types.Bool]
	f := u.helper(name, []types.Type{t, t}, []types.Type{t}, func(pos token.Pos, p []*types.Var) []ast.Stmt {
		a, b2 := func() ast.Expr { return u.use(pos, p[0]) }, func() ast.Expr { return u.use(pos, p[1]) }
		first := u.binary(pos, a(), op, b2(), boolean)
		if b.Info()&types.IsFloat == 0 {
			return []ast.Stmt{ifStmt(pos, first, ret(pos, a())), ret(pos, b2())}
		}
		// Not a number goes before any number, and of zeros the sign counts.
		nan := u.binary(pos, a(), token.NEQ, a(), boolean)
		zeros := u.binary(pos, u.binary(pos, a(), token.EQL, b2(), boolean), token.LAND,
			u.binary(pos, a(), token.EQL, u.intLit(pos, 0, t), boolean), boolean)
		inverse := u.binary(pos, u.intLit(pos, 1, t), token.QUO, a(), t)
		signed := u.binary(pos, inverse, op, u.intLit(pos, 0, t), boolean)
		return []ast.Stmt{
			ifStmt(pos, u.binary(pos, first, token.LOR, nan, boolean), ret(pos, a())),
			ifStmt(pos, u.binary(pos, zeros, token.LAND, signed, boolean), ret(pos, a())),
			ret(pos, b2()),
		}
	})
	x := call.Args[0]
	for _, y := range call.Args[1:] {
		x = u.callHelper(call.Pos(), f, x, y)
	}
	return x
}

// clear makes a call of a helper that zeroes a slice, or of package rt for a
// map: no program can delete the keys that are not equal to themselves.
func (u *unit) clear(call *ast.CallExpr) ast.Expr {
	t := u.typeOf(call.Args[0])
	s, ok := t.Underlying().(*types.Slice)
	if !ok {
		return u.callRuntime(call.Pos(), "Clear", call.Args[0])
	}
	f := u.helper("clear", []types.Type{t}, nil, func(pos token.Pos, p []*types.Var) []ast.Stmt {
		i, zero := u.newVar(pos, "i", types.Typ[types.Int]), u.newVar(pos, "zero", s.Elem())
		loop := &ast.RangeStmt{For: pos, Tok: token.DEFINE, Key: u.declare(pos, i), X: u.use(pos, p[0])}
		loop.Body = block(pos, u.assign(pos, u.index(pos, u.use(pos, p[0]), u.use(pos, i), s.Elem()), u.use(pos, zero)))
		return []ast.Stmt{u.varDecl(zero, nil), loop}
	})
	return u.callHelper(call.Pos(), f, call.Args[0])
}

// appended makes the values that are appended a slice, if there are several: the
// interpreter evaluates one when those before it have been appended.
func (u *unit) appended(call *ast.CallExpr) {
	s, ok := u.typeOf(call).Underlying().(*types.Slice)
	if !ok || len(call.Args) < 3 || !u.writable(s.Elem()) ||
		!slices.ContainsFunc(call.Args[1:], func(x ast.Expr) bool { return u.info.Types[x].Value == nil }) {
		return
	}
	pos := call.Args[1].Pos()
	t := types.NewSlice(s.Elem())
	lit := &ast.CompositeLit{Type: u.typeExpr(pos, t), Lbrace: pos, Elts: slices.Clone(call.Args[1:]), Rbrace: pos}
	call.Args = []ast.Expr{call.Args[0], u.value(lit, t)}
	call.Ellipsis = pos
}

// newValue makes new(x) a call of a helper if x is a value.
func (u *unit) newValue(call *ast.CallExpr) ast.Expr {
	if u.isType(call.Args[0]) {
		return call
	}
	return u.box(call.Pos(), u.typeOf(call).(*types.Pointer).Elem(), call.Args[0])
}

// makeChannel makes a channel that only sends, or receives, from one that does
// both.
func (u *unit) makeChannel(call *ast.CallExpr) ast.Expr {
	t := u.typeOf(call)
	c, ok := t.Underlying().(*types.Chan)
	if !ok || c.Dir() == types.SendRecv {
		return call
	}
	both := types.NewChan(types.SendRecv, c.Elem())
	call.Args[0] = u.typeExpr(call.Args[0].Pos(), both)
	u.record(call, "value", both)
	return u.convert(call.Pos(), t, call)
}

// panicNil has panic raise what it raises for nil.
func (u *unit) panicNil(call *ast.CallExpr) {
	x := call.Args[0]
	if tv := u.info.Types[x]; tv.IsNil() || types.IsInterface(tv.Type) {
		call.Args[0] = u.callRuntime(x.Pos(), "NotNil", x)
	}
}

// printed makes a call of package rt.
func (u *unit) printed(call *ast.CallExpr, name string) ast.Expr {
	return u.callRuntime(call.Pos(), name, call.Args...)
}

// box makes a pointer to a new variable of type t that has the value x.
func (u *unit) box(pos token.Pos, t types.Type, x ast.Expr) ast.Expr {
	ptr := types.NewPointer(t)
	f := u.helper("new", []types.Type{t}, []types.Type{ptr}, func(pos token.Pos, p []*types.Var) []ast.Stmt {
		v := u.newVar(pos, "v", ptr)
		return []ast.Stmt{
			u.define(v, u.zeroBox(pos, t)),
			u.assign(pos, u.deref(pos, u.use(pos, v)), u.use(pos, p[0])),
			ret(pos, u.use(pos, v)),
		}
	})
	return u.callHelper(pos, f, x)
}

// zeroBox makes new(t).
func (u *unit) zeroBox(pos token.Pos, t types.Type) ast.Expr {
	return u.builtin(pos, "new", types.NewPointer(t), u.typeExpr(pos, t))
}

// copied makes a call that returns its argument: what the interpreter would
// take for the variable itself becomes a value of its own.
func (u *unit) copied(x ast.Expr) ast.Expr {
	t := u.typeOf(x)
	f := u.helper("copy", []types.Type{t}, []types.Type{t}, func(pos token.Pos, p []*types.Var) []ast.Stmt {
		return []ast.Stmt{ret(pos, u.use(pos, p[0]))}
	})
	return u.callHelper(x.Pos(), f, x)
}
