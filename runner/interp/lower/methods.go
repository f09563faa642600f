package lower

import (
	"go/ast"
	"go/token"
	"go/types"
	"strconv"
)

// Method values and method expressions.
//
// After this pass a method is only called, and selectors name the embedded
// fields through which they go. A method value becomes a closure
// over its receiver as it was (the interpreter reads the receiver when the
// method value is called), and a method expression a function literal, as does a
// function of a library that gets values of any type, so that the passes after
// this see all calls of it. Fields
// are selected from pointers without a star, (*p).f being p.f, since of the
// former the interpreter does not know the type everywhere.

func lowerMethods(u *unit) bool {
	called := make(map[ast.Expr]bool)
	enter := func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			called[ast.Unparen(call.Fun)] = true
		}
		return true
	}
	r := &rewriter{unit: u, enter: enter, expr: func(x ast.Expr) ast.Expr {
		sel, ok := x.(*ast.SelectorExpr)
		if !ok {
			return x
		}
		s := u.info.Selections[sel]
		switch {
		case s == nil && !called[sel]:
			return u.libraryValue(sel)
		case s == nil:
			return x
		case s.Kind() != types.MethodExpr && (called[sel] || s.Kind() == types.FieldVal):
			u.explicit(sel, s)
			if s.Kind() == types.FieldVal {
				u.withoutStar(sel)
				u.refuseAmbiguous(sel)
			}
		case s.Kind() == types.MethodExpr:
			return u.methodExpr(sel, s)
		case s.Kind() == types.MethodVal && !called[sel]:
			return u.methodValue(sel, s)
		}
		return x
	}}
	r.file(u.file)
	return false
}

// explicit writes the embedded fields that a selector leaves out. The
// interpreter does not always find the shallowest field or method of a name.
func (u *unit) explicit(x *ast.SelectorExpr, s *types.Selection) {
	if len(s.Index()) < 2 {
		return
	}
	t := s.Recv()
	for _, i := range s.Index()[:len(s.Index())-1] {
		if p, ok := t.Underlying().(*types.Pointer); ok {
			t = p.Elem()
		}
		f := t.Underlying().(*types.Struct).Field(i)
		if !f.Exported() && f.Pkg() != u.pkg {
			return
		}
		t = f.Type()
	}
	x.X, _ = u.direct(x, s)
	u.info.Selections[x] = selection(u.typeOf(x.X), s.Obj())
}

// withoutStar makes (*p).f p.f.
func (u *unit) withoutStar(x *ast.SelectorExpr) {
	if star, ok := ast.Unparen(x.X).(*ast.StarExpr); ok && isStruct(u.typeOf(star)) {
		x.X = star.X
		u.info.Selections[x] = selection(u.typeOf(star.X), u.info.Selections[x].Obj())
	}
}

// refuseAmbiguous refuses the selection of a field of a struct that also embeds
// what has a method of that name, of which the interpreter does not know which
// is meant.
func (u *unit) refuseAmbiguous(x *ast.SelectorExpr) {
	t := u.typeOf(x.X)
	if p, ok := underlying[*types.Pointer](t); ok {
		t = p.Elem()
	}
	s, ok := underlying[*types.Struct](t)
	if !ok {
		return
	}
	for f := range s.Fields() {
		if !f.Embedded() || f.Name() == x.Sel.Name {
			continue
		}
		if m, _, _ := types.LookupFieldOrMethod(f.Type(), true, u.pkg, x.Sel.Name); isMethod(m) {
			u.refuse(x.Sel, "selector", "the interpreter cannot select the field "+x.Sel.Name+" of "+u.reflectName(t)+", which embeds "+u.reflectName(f.Type())+" with a method of that name", "give the field another name")
			return
		}
	}
}

func isMethod(obj types.Object) bool {
	_, ok := obj.(*types.Func)
	return ok
}

// methodExpr makes func(r T, p0 P) R { return r.M(p0) }.
func (u *unit) methodExpr(x *ast.SelectorExpr, s *types.Selection) ast.Expr {
	sig := s.Type().(*types.Signature) // its first parameter is the receiver
	return u.forward(x.Pos(), sig, func(args []ast.Expr) ast.Expr {
		return u.selectMethod(x, args[0], s)
	}, 1)
}

// methodValue makes func(r T) func(P) R { return func(p0 P) R { return r.M(p0) } }(x).
func (u *unit) methodValue(x *ast.SelectorExpr, s *types.Selection) ast.Expr {
	pos := x.Pos()
	recv, t := u.bound(x, s)
	r := u.newVar(pos, "r", t)
	sig := s.Type().(*types.Signature)
	inner := u.forward(pos, sig, func([]ast.Expr) ast.Expr {
		return u.selectMethod(x, u.use(pos, r), s)
	}, 0)
	result := types.NewParam(token.NoPos, u.pkg, "", sig)
	body := []ast.Stmt{ret(pos, inner)}
	if types.IsInterface(t) {
		body = append([]ast.Stmt{&ast.ExprStmt{X: u.callRuntime(pos, "Receiver", u.use(pos, r))}}, body...)
	}
	bind := u.funcLit(pos, []*types.Var{r}, []*types.Var{result}, body...)
	return u.call(pos, bind, recv)
}

// bound returns the receiver that a method value keeps, and its type: a pointer
// for a method that takes one, else the value.
func (u *unit) bound(x *ast.SelectorExpr, s *types.Selection) (ast.Expr, types.Type) {
	recv, t := u.direct(x, s)
	m := s.Obj().(*types.Func)
	switch pointer := isPointer(t); {
	case types.IsInterface(m.Signature().Recv().Type()):
	case pointerReceiver(m) && !pointer:
		t = types.NewPointer(t)
		recv = u.value(&ast.UnaryExpr{OpPos: x.Pos(), Op: token.AND, X: recv}, t)
	case !pointerReceiver(m) && pointer:
		t = t.Underlying().(*types.Pointer).Elem()
		recv = u.deref(x.Pos(), recv)
	}
	return recv, t
}

// direct writes the embedded fields through which a method is selected, so that
// x.X has the method itself.
func (u *unit) direct(x *ast.SelectorExpr, s *types.Selection) (ast.Expr, types.Type) {
	recv, t := x.X, u.typeOf(x.X)
	index := s.Index()
	for _, i := range index[:len(index)-1] {
		if p, ok := t.Underlying().(*types.Pointer); ok {
			t = p.Elem()
		}
		f := t.Underlying().(*types.Struct).Field(i)
		sel := &ast.SelectorExpr{X: recv, Sel: u.use(x.Sel.Pos(), f)}
		addressable := isPointer(u.typeOf(recv)) || u.info.Types[recv].Addressable()
		t = f.Type()
		if addressable {
			u.record(sel, "variable", t)
		} else {
			u.record(sel, "value", t)
		}
		u.info.Selections[sel] = selection(u.typeOf(recv), f)
		recv = sel
	}
	return recv, t
}

func pointerReceiver(m *types.Func) bool {
	_, ok := m.Signature().Recv().Type().(*types.Pointer)
	return ok
}

// selectMethod makes recv.M as the function of a call.
func (u *unit) selectMethod(x *ast.SelectorExpr, recv ast.Expr, s *types.Selection) ast.Expr {
	sel := &ast.SelectorExpr{X: recv, Sel: u.use(x.Sel.Pos(), s.Obj())}
	m := s.Obj().(*types.Func)
	sig := m.Signature()
	u.record(sel, "value", types.NewSignatureType(nil, nil, nil, sig.Params(), sig.Results(), sig.Variadic()))
	u.info.Selections[sel] = selection(u.typeOf(recv), m)
	return sel
}

// selection returns the selection of a field or a method of a value, nil if
// there is none.
func selection(t types.Type, obj types.Object) *types.Selection {
	s, ok := types.LookupSelection(t, true, obj.Pkg(), obj.Name())
	if !ok {
		return nil
	}
	return &s
}

// libraryValue makes a function literal of a function of a library that is used
// as a value, if it has a parameter of type any.
func (u *unit) libraryValue(x *ast.SelectorExpr) ast.Expr {
	f, ok := u.info.Uses[x.Sel].(*types.Func)
	if !ok || f.Pkg() == u.pkg || f.Signature().TypeParams().Len() > 0 || !u.writableAll(f.Signature().Params()) || !u.writableAll(f.Signature().Results()) {
		return x
	}
	for p := range f.Signature().Params().Variables() {
		t := p.Type()
		if s, ok := t.(*types.Slice); ok {
			t = s.Elem()
		}
		if i, ok := t.Underlying().(*types.Interface); ok && i.Empty() {
			return u.forward(x.Pos(), f.Signature(), func([]ast.Expr) ast.Expr { return x }, 0)
		}
	}
	return x
}

// forward makes a function literal of a signature that calls what fun makes of
// its parameters with these, but for the first skip.
func (u *unit) forward(pos token.Pos, sig *types.Signature, fun func([]ast.Expr) ast.Expr, skip int) ast.Expr {
	var params []*types.Var
	var args []ast.Expr
	for i := range sig.Params().Len() {
		p := u.newVar(pos, "a"+strconv.Itoa(i)+"_", sig.Params().At(i).Type())
		params, args = append(params, p), append(args, u.use(pos, p))
	}
	var results []*types.Var
	for r := range sig.Results().Variables() {
		results = append(results, types.NewParam(token.NoPos, u.pkg, "", r.Type()))
	}
	full := types.NewSignatureType(nil, nil, nil, types.NewTuple(params...), types.NewTuple(results...), sig.Variadic())
	call := u.call(pos, fun(args), args[skip:]...)
	if sig.Variadic() {
		call.Ellipsis = pos
		if !pos.IsValid() {
			call.Ellipsis = 1
		}
	}
	var body ast.Stmt = &ast.ExprStmt{X: call}
	if len(results) > 0 {
		body = ret(pos, call)
	}
	return u.funcLitOf(pos, full, body)
}
