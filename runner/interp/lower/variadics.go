package lower

import (
	"go/ast"
	"go/token"
	"go/types"
)

// Calls of variadic functions.
//
// The interpreter takes a last argument whose type is that of the slice for the
// slice itself, so that f([]any{1, 2}) of f(xs ...any) passes two; it does not
// convert the arguments to the type of the elements; and the slice of no
// arguments is not nil. After this pass a call of what may be a function of the
// program passes the slice:
//
//	f(a, b, c)   f(a, []T{b, c}...)
//	f(a)         f(a, []T(nil)...)
//	f(nil...)    f([]T(nil)...)
//
// The declared functions of libraries get their arguments as they are, unless
// these become interfaces with methods.

func packVariadics(u *unit) bool {
	kept := make(map[ast.Expr]bool) // calls of go and defer statements, which evaluate results before
	r := &rewriter{unit: u}
	r.enter = func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.DeferStmt:
			kept[n.Call] = true
		case *ast.GoStmt:
			kept[n.Call] = true
		}
		return true
	}
	r.expr = func(x ast.Expr) ast.Expr {
		call, ok := x.(*ast.CallExpr)
		if !ok {
			return x
		}
		if u.builtinName(call) != "" {
			if t := u.spreadBuiltin(call); t != nil {
				return t
			}
			if u.builtinName(call) == "append" {
				u.packAppended(call)
				u.typeNil(call, u.typeOf(call))
			}
			return x
		}
		if sig, ok := underlying[*types.Signature](u.typeOf(call.Fun)); ok && sig.Variadic() {
			u.typeNil(call, sig.Params().At(sig.Params().Len()-1).Type())
		}
		if call.Ellipsis.IsValid() {
			u.copyFunctions(call, len(call.Args)-1)
		}
		sig := u.variadic(call)
		if sig == nil {
			return x
		}
		if len(call.Args) == 1 {
			if tuple, ok := u.typeOf(call.Args[0]).(*types.Tuple); ok {
				if kept[call] || !u.writableAll(tuple) || !u.writableAll(sig.Results()) {
					return x
				}
				return u.spreadTuple(call, tuple, sig)
			}
		}
		u.packArguments(call, sig)
		return x
	}
	r.file(u.file)
	return false
}

// variadic returns the signature of the function that is called if its last
// arguments are to be packed.
func (u *unit) variadic(call *ast.CallExpr) *types.Signature {
	if call.Ellipsis.IsValid() || u.isType(call.Fun) || u.builtinName(call) != "" {
		return nil
	}
	t := u.typeOf(call.Fun)
	if t == nil {
		return nil
	}
	sig, ok := t.Underlying().(*types.Signature)
	if !ok || !sig.Variadic() {
		return nil
	}
	last := sig.Params().At(sig.Params().Len() - 1).Type()
	if elem, ok := underlying[*types.Slice](last); !ok || u.isForeign(call.Fun) && !isNonEmptyInterface(elem.Elem()) || !u.writable(last) {
		return nil
	}
	return sig
}

// typeNil gives the nil of f(nil...) its type.
func (u *unit) typeNil(call *ast.CallExpr, t types.Type) {
	if last := len(call.Args) - 1; call.Ellipsis.IsValid() && u.info.Types[call.Args[last]].IsNil() && u.writable(t) {
		call.Args[last] = u.convert(call.Args[last].Pos(), t, call.Args[last])
	}
}

// packAppended makes append(s, x) append(s, []any{x}...) if x is a slice of the
// type of s.
func (u *unit) packAppended(call *ast.CallExpr) {
	if call.Ellipsis.IsValid() || len(call.Args) != 2 {
		return
	}
	s, ok := u.typeOf(call.Args[0]).Underlying().(*types.Slice)
	t := u.typeOf(call.Args[1])
	if !ok || !types.IsInterface(s.Elem()) || t == nil || !u.writable(s) {
		return
	}
	if _, ok := t.Underlying().(*types.Slice); !ok {
		return
	}
	pos := call.Args[1].Pos()
	lit := &ast.CompositeLit{Type: u.typeExpr(pos, s), Lbrace: pos, Elts: call.Args[1:], Rbrace: pos}
	call.Args = []ast.Expr{call.Args[0], u.value(lit, s)}
	call.Ellipsis = pos
}

func (u *unit) packArguments(call *ast.CallExpr, sig *types.Signature) {
	fixed := sig.Params().Len() - 1
	slice := sig.Params().At(fixed).Type()
	pos := call.Rparen
	if len(call.Args) > fixed {
		pos = call.Args[fixed].Pos()
	}
	call.Ellipsis = pos
	u.copyFunctions(call, fixed)
	if len(call.Args) == fixed {
		null := u.use(pos, types.Universe.Lookup("nil"))
		u.record(null, "nil", types.Typ[types.UntypedNil])
		call.Args = append(call.Args, u.convert(pos, slice, null))
		return
	}
	lit := &ast.CompositeLit{Type: u.typeExpr(pos, slice), Lbrace: pos, Elts: call.Args[fixed:], Rbrace: pos}
	call.Args = append(call.Args[:fixed:fixed], u.value(lit, slice))
}

// copyFunctions makes values of functions that are arguments, as the interpreter
// does unless the last argument is a slice.
func (u *unit) copyFunctions(call *ast.CallExpr, fixed int) {
	for i, x := range call.Args[:fixed] {
		t := u.typeOf(x)
		if _, ok := underlying[*types.Signature](t); ok && u.info.Types[x].IsValue() && u.writable(t) {
			call.Args[i] = u.copied(x)
		}
	}
}

func (u *unit) writableAll(tuple *types.Tuple) bool {
	for v := range tuple.Variables() {
		if !u.writable(v.Type()) {
			return false
		}
	}
	return true
}

// isForeign reports whether a function is one that a library declares, which is
// compiled.
func (u *unit) isForeign(fun ast.Expr) bool {
	switch fun := ast.Unparen(fun).(type) {
	case *ast.Ident:
		obj, ok := u.info.Uses[fun].(*types.Func)
		return ok && obj.Pkg() != u.pkg
	case *ast.SelectorExpr:
		obj, ok := u.info.Uses[fun.Sel].(*types.Func)
		return ok && obj.Pkg() != u.pkg
	}
	return false
}

// spreadTuple makes f(g()) a call of a function that has the results of g in
// variables, and passes those.
func (u *unit) spreadTuple(call *ast.CallExpr, tuple *types.Tuple, sig *types.Signature) ast.Expr {
	inner, get := u.spread(call, tuple)
	u.packArguments(inner, sig)
	var results []*types.Var
	for v := range sig.Results().Variables() {
		results = append(results, types.NewParam(call.Pos(), u.pkg, "", v.Type()))
	}
	return u.called(get, inner, results)
}

// spreadBuiltin does the same for a builtin function, of which the interpreter
// knows no such call. It returns nil for any other call.
func (u *unit) spreadBuiltin(call *ast.CallExpr) ast.Expr {
	if len(call.Args) != 1 {
		return nil
	}
	tuple, ok := u.typeOf(call.Args[0]).(*types.Tuple)
	if !ok || !u.writableAll(tuple) {
		return nil
	}
	tv := u.info.Types[call]
	var results []*types.Var
	if tv.IsValue() {
		if !u.writable(tv.Type) {
			return nil
		}
		results = []*types.Var{types.NewParam(call.Pos(), u.pkg, "", tv.Type)}
	}
	inner, get := u.spread(call, tuple)
	if u.builtinName(inner) == "append" {
		u.packAppended(inner)
	}
	return u.called(get, inner, results)
}

// spread returns the call f(t1, t2) of f(g()), and the assignment of what g
// returns to new variables.
func (u *unit) spread(call *ast.CallExpr, tuple *types.Tuple) (*ast.CallExpr, *ast.AssignStmt) {
	pos := call.Pos()
	inner := &ast.CallExpr{Fun: call.Fun, Lparen: call.Lparen, Rparen: call.Rparen}
	get := &ast.AssignStmt{TokPos: pos, Tok: token.DEFINE, Rhs: call.Args}
	for v := range tuple.Variables() {
		t := u.newVar(call.Args[0].Pos(), "t", v.Type())
		get.Lhs = append(get.Lhs, u.declare(pos, t))
		inner.Args = append(inner.Args, u.use(pos, t))
	}
	if tv, ok := u.info.Types[call]; ok {
		u.info.Types[inner] = tv
	}
	return inner, get
}

// called returns the call of a function that does get and returns what inner
// does.
func (u *unit) called(get ast.Stmt, inner *ast.CallExpr, results []*types.Var) ast.Expr {
	pos := get.Pos()
	last := ast.Stmt(&ast.ExprStmt{X: inner})
	if len(results) > 0 {
		last = ret(pos, inner)
	}
	return u.call(pos, u.funcLit(pos, nil, results, get, last))
}
