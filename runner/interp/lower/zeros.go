package lower

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// Negative zeros that are arguments.
//
// The interpreter does not pass an argument that is equal to zero, since the
// parameter is zero already, and so loses the signs of negative zeros. After this
// pass a float that is passed to what may be a function of the program goes
// through package rt, which makes a certain not-a-number of a negative zero, and
// a function that has floats for parameters begins with the opposite:
//
//	f(x)                 f(rt.Hide(x))
//	func f(x float64) {  func f(x float64) {
//		…                	if x != x { x = rt.Show(x) }
//		…
//
// Complex numbers, and structs and arrays that have floats in them, are treated
// in the same way, the latter with a function of the program that gets the
// argument in a slice. Of those that cannot be compared the function compares the
// parts that can, the interfaces in them left out; it does so for at most
// maxParts of them. Not kept are the zeros of others, where all of the argument is
// zero.
//
// Functions of libraries are called as they were; used as values, they become
// literals.

func keepZeros(u *unit) bool {
	z := &zeros{unit: u, called: make(map[ast.Expr]bool), started: make(map[ast.Expr]bool)}
	enter := func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			z.called[ast.Unparen(n.Fun)] = true
		case *ast.GoStmt:
			z.started[n.Call] = true
		}
		return true
	}
	r := &rewriter{unit: u, enter: enter, expr: z.expr, exit: z.exit}
	r.file(u.file)
	return false
}

type zeros struct {
	*unit
	called  map[ast.Expr]bool // functions
	started map[ast.Expr]bool // calls by go statements
}

// signed reports whether a value of a type may be zero and have signs in it that
// are to be kept, and has parts that can be compared with themselves to see that
// it has.
func (u *unit) signed(t types.Type) bool {
	return len(u.signedParts(t)) > 0 && u.writable(t)
}

// maxParts is how many parts of an argument are compared.
const maxParts = 8

// step leads from a value to a part of it.
type step struct {
	field *types.Var // nil for an element
	index int
	typ   types.Type // of the part
}

// signedParts returns the ways to the parts of a value that have floats and can
// be compared.
func (u *unit) signedParts(t types.Type) [][]step {
	found, ok := u.floats(t)
	switch {
	case found && ok:
		return [][]step{nil}
	case ok:
		return nil
	}
	var parts [][]step
	inside := func(s step) {
		for _, way := range u.signedParts(s.typ) {
			parts = append(parts, append([]step{s}, way...))
		}
	}
	switch t := t.Underlying().(type) {
	case *types.Struct:
		for f := range t.Fields() {
			if f.Name() != "_" {
				inside(step{field: f, typ: f.Type()})
			}
		}
	case *types.Array:
		for i := range min(t.Len(), maxParts+1) {
			inside(step{index: int(i), typ: t.Elem()})
		}
	}
	if len(parts) > maxParts {
		return nil
	}
	return parts
}

// part makes the expression of a part of x.
func (u *unit) part(x ast.Expr, way []step) ast.Expr {
	for _, s := range way {
		if s.field == nil {
			x = u.index(x.Pos(), x, u.intLit(x.Pos(), int64(s.index), types.Typ[types.Int]), s.typ)
			continue
		}
		sel := &ast.SelectorExpr{X: x, Sel: u.use(x.Pos(), s.field)}
		u.info.Selections[sel] = selection(u.typeOf(x), s.field)
		u.record(sel, "variable", s.typ)
		x = sel
	}
	return x
}

// floats reports whether there are floats in values of a type, and whether
// comparing them cannot fail.
func (u *unit) floats(t types.Type) (found, ok bool) {
	switch under := t.Underlying().(type) {
	case *types.Basic:
		return under.Info()&(types.IsFloat|types.IsComplex) != 0, true
	case *types.Pointer, *types.Chan:
		return false, true
	case *types.Array:
		return u.floats(under.Elem())
	case *types.Struct:
		if n, named := types.Unalias(t).(*types.Named); named && n.Obj().Pkg() != u.pkg {
			return false, true
		}
		for f := range under.Fields() {
			has, can := u.floats(f.Type())
			if found = found || has; !can {
				return found, false
			}
		}
		return found, true
	}
	return false, false
}

// through makes a call of rt.Hide or rt.Show, or of their forms for other types.
func (u *unit) through(name string, x ast.Expr, t types.Type) ast.Expr {
	pos := x.Pos()
	basic, ok := t.Underlying().(*types.Basic)
	if !ok {
		return u.throughSlice(name, x, t)
	}
	switch basic.Kind() {
	case types.Float32:
		name += "32"
	case types.Complex64:
		name += "Complex64"
	case types.Complex128:
		name += "Complex"
	}
	if types.Identical(t, basic) {
		return u.callRuntime(pos, name, x)
	}
	return u.convert(pos, t, u.callRuntime(pos, name, u.convert(pos, basic, x)))
}

// throughSlice has rt.HideIn or rt.ShowIn change a copy of a struct or an array:
// the element of a slice, since a function would not get the value itself.
func (u *unit) throughSlice(name string, x ast.Expr, t types.Type) ast.Expr {
	slice := types.NewSlice(t)
	f := u.helper(strings.ToLower(name), []types.Type{slice}, []types.Type{t}, func(pos token.Pos, p []*types.Var) []ast.Stmt {
		first := func() ast.Expr { return u.index(pos, u.use(pos, p[0]), u.intLit(pos, 0, types.Typ[types.Int]), t) }
		addr := u.value(&ast.UnaryExpr{OpPos: pos, Op: token.AND, X: first()}, types.NewPointer(t))
		return []ast.Stmt{&ast.ExprStmt{X: u.callRuntime(pos, name+"In", addr)}, ret(pos, first())}
	})
	lit := &ast.CompositeLit{Type: u.typeExpr(x.Pos(), slice), Lbrace: x.Pos(), Elts: []ast.Expr{x}, Rbrace: x.Pos()}
	return u.callHelper(x.Pos(), f, u.value(lit, slice))
}

// hide returns an argument with its zeros hidden, if it may have some.
func (u *unit) hide(x ast.Expr, t types.Type) ast.Expr {
	tv := u.info.Types[x]
	if tv.Value != nil || tv.Type == nil || !u.signed(t) || !u.signed(tv.Type) || u.constantParts(x) {
		return x
	}
	return u.through("Hide", x, t)
}

// constantParts reports whether x is a literal of constants, which are never
// negative zeros.
func (u *unit) constantParts(x ast.Expr) bool {
	lit, ok := ast.Unparen(x).(*ast.CompositeLit)
	if !ok {
		return u.info.Types[x].Value != nil
	}
	for _, e := range lit.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			e = kv.Value
		}
		if !u.constantParts(e) {
			return false
		}
	}
	return true
}

// show makes the statement that shows the zeros of a parameter.
func (u *unit) show(pos token.Pos, v *types.Var) ast.Stmt {
	boolean := types.Typ[types.Bool]
	var hidden ast.Expr
	for _, way := range u.signedParts(v.Type()) {
		differs := u.binary(pos, u.part(u.use(pos, v), way), token.NEQ, u.part(u.use(pos, v), way), boolean)
		if hidden != nil {
			differs = u.binary(pos, hidden, token.LOR, differs, boolean)
		}
		hidden = differs
	}
	return ifStmt(pos, hidden, u.assign(pos, u.use(pos, v), u.through("Show", u.use(pos, v), v.Type())))
}

func (z *zeros) expr(x ast.Expr) ast.Expr {
	switch x := x.(type) {
	case *ast.CallExpr:
		return z.arguments(x)
	case *ast.SelectorExpr:
		return z.library(x)
	}
	return x
}

// arguments hides the zeros of the arguments of a call.
func (z *zeros) arguments(call *ast.CallExpr) ast.Expr {
	if z.isType(call.Fun) || z.builtinName(call) != "" || z.isForeign(call.Fun) {
		return call
	}
	sig, ok := underlying[*types.Signature](z.typeOf(call.Fun))
	if !ok {
		return call
	}
	if len(call.Args) == 1 {
		if t, ok := z.typeOf(call.Args[0]).(*types.Tuple); ok {
			return z.severalArguments(call, sig, t)
		}
	}
	fixed := sig.Params().Len()
	if sig.Variadic() {
		fixed--
	}
	for i, x := range call.Args {
		if i >= fixed {
			break
		}
		call.Args[i] = z.hide(x, sig.Params().At(i).Type())
	}
	return call
}

// severalArguments gives the results that are the arguments of a call names, if
// there are zeros to hide among them:
//
//	f(g())    func() R { a, b := g(); return f(a, b) }()
func (z *zeros) severalArguments(call *ast.CallExpr, sig *types.Signature, t *types.Tuple) ast.Expr {
	pos := call.Pos()
	found := false
	for v := range t.Variables() {
		found = found || z.signed(v.Type())
	}
	if !found || z.started[call] || !z.writableAll(sig.Results()) {
		return call
	}
	define := &ast.AssignStmt{TokPos: pos, Tok: token.DEFINE, Rhs: call.Args}
	var args []ast.Expr
	for r := range t.Variables() {
		v := z.newVar(pos, "a", r.Type())
		define.Lhs, args = append(define.Lhs, z.declare(pos, v)), append(args, z.use(pos, v))
	}
	call.Args = args
	z.arguments(call)
	var results []*types.Var
	for r := range sig.Results().Variables() {
		results = append(results, types.NewParam(token.NoPos, z.pkg, "", r.Type()))
	}
	var last ast.Stmt = &ast.ExprStmt{X: call}
	if len(results) > 0 {
		last = ret(pos, call)
	}
	return z.call(pos, z.funcLit(pos, nil, results, define, last))
}

// library makes a literal of a function of a library that is used as a value.
func (z *zeros) library(x *ast.SelectorExpr) ast.Expr {
	f, ok := z.info.Uses[x.Sel].(*types.Func)
	if !ok || f.Pkg() == z.pkg || z.called[x] || z.info.Selections[x] != nil {
		return x
	}
	sig := f.Signature()
	found := false
	for v := range sig.Params().Variables() {
		found = found || z.signed(v.Type())
		if !z.writable(v.Type()) {
			return x
		}
	}
	if !found || sig.Variadic() || !z.writableAll(sig.Results()) {
		return x
	}
	lit := z.forward(x.Pos(), sig, func([]ast.Expr) ast.Expr { return x }, 0)
	z.exit(lit)
	return lit
}

// exit has a function begin with showing its zeros.
func (z *zeros) exit(n ast.Node) {
	var fields *ast.FieldList
	var body *ast.BlockStmt
	switch n := n.(type) {
	case *ast.FuncDecl:
		fields, body = n.Type.Params, n.Body
	case *ast.FuncLit:
		fields, body = n.Type.Params, n.Body
	}
	if body == nil || fields == nil {
		return
	}
	var first []ast.Stmt
	for _, field := range fields.List {
		for _, id := range field.Names {
			v, ok := z.info.Defs[id].(*types.Var)
			if _, variadic := field.Type.(*ast.Ellipsis); !ok || id.Name == "_" || variadic || !z.signed(v.Type()) {
				continue
			}
			first = append(first, z.show(id.Pos(), v))
		}
	}
	body.List = append(first, body.List...)
}
