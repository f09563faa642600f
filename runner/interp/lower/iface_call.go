package lower

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// expr replaces calls, assertions and comparisons.
func (b *boxer) expr(x ast.Expr) ast.Expr {
	y := x
	switch x := x.(type) {
	case *ast.CallExpr:
		y = b.call(x)
	case *ast.TypeAssertExpr:
		if x.Type != nil {
			y = b.assertion(x)
		}
	case *ast.BinaryExpr:
		y = b.comparison(x)
	}
	if y != x {
		if _, ok := b.info.Types[y]; !ok {
			b.become(x, y)
		}
	}
	return y
}

func (b *boxer) call(n *ast.CallExpr) ast.Expr {
	fun := b.info.Types[n.Fun]
	switch {
	case fun.IsType():
		return b.conversion(n, fun.Type)
	case fun.IsBuiltin():
		return b.predeclared(n)
	}
	sig, ok := underlying[*types.Signature](b.typ(n.Fun))
	if !ok {
		return n
	}
	if callee := b.callee(n); callee != nil && callee.Pkg() != nil && callee.Pkg() != b.pkg {
		if callee.Pkg().Path() == runtimePath {
			return n
		}
		if y, done := b.libraryCall(n, callee, sig); done {
			return y
		}
	}
	b.arguments(n, sig, b.callee(n))
	if sel, ok := ast.Unparen(n.Fun).(*ast.SelectorExpr); ok && b.throughInterface(sel) {
		return b.dynamic(n, sel, sig)
	}
	return n
}

// callee returns the function or method that is called, if it is known.
func (b *boxer) callee(n *ast.CallExpr) *types.Func {
	var id *ast.Ident
	switch f := ast.Unparen(n.Fun).(type) {
	case *ast.Ident:
		id = f
	case *ast.SelectorExpr:
		id = f.Sel
	}
	if id == nil {
		return nil
	}
	f, _ := b.info.Uses[id].(*types.Func)
	return f
}

// arguments converts the arguments of a call of f, which is nil if that is not
// known.
func (b *boxer) arguments(n *ast.CallExpr, sig *types.Signature, f *types.Func) {
	c := conversion{carry: true, asks: true}
	if f != nil && f.Pkg() != nil && f.Pkg() != b.pkg {
		c = conversion{carry: !forgets(f), asks: asks(f)}
	}
	params := b.tuple(sig.Params())
	if len(n.Args) == 1 {
		if t, ok := b.typ(n.Args[0]).(*types.Tuple); ok {
			n.Args[0] = b.convTuple(n.Args[0], b.tuple(t), spread(sig, t.Len()))
			return
		}
	}
	if !n.Ellipsis.IsValid() {
		params = spread(sig, len(n.Args))
	}
	for i := range n.Args {
		if i < len(params) {
			b.convTo(&n.Args[i], params[i], c)
		}
	}
}

// spread returns the types of the parameters for n arguments.
func spread(sig *types.Signature, n int) []types.Type {
	var list []types.Type
	last := sig.Params().Len() - 1
	for i := range n {
		if sig.Variadic() && i >= last {
			if s, ok := underlying[*types.Slice](sig.Params().At(last).Type()); ok {
				list = append(list, s.Elem())
			}
			continue
		}
		list = append(list, sig.Params().At(i).Type())
	}
	return list
}

// conversion converts T(x).
func (b *boxer) conversion(n *ast.CallExpr, t types.Type) ast.Expr {
	if !types.IsInterface(t) {
		return n
	}
	src := b.typ(n.Args[0])
	b.conv(&n.Args[0], t)
	if src != nil && types.IsInterface(src) && b.repr(t) == asAny && b.repr(src) == asAny {
		return n
	}
	if b.info.Types[n.Args[0]].Type != src {
		return n.Args[0]
	}
	return n
}

// predeclared converts the arguments of a predeclared function.
func (b *boxer) predeclared(n *ast.CallExpr) ast.Expr {
	id, ok := ast.Unparen(n.Fun).(*ast.Ident)
	if !ok {
		return n
	}
	switch id.Name {
	case "append":
		if s, ok := underlying[*types.Slice](b.typ(n)); ok && !n.Ellipsis.IsValid() {
			for i := range n.Args[1:] {
				b.conv(&n.Args[i+1], s.Elem())
			}
		}
	case "panic":
		b.conv(&n.Args[0], types.Universe.Lookup("any").Type())
	case "delete":
		if m, ok := underlying[*types.Map](b.typ(n.Args[0])); ok {
			b.mapKey(&n.Args[1], m.Key(), b.lenOf(n.Args[0]))
		}
	case "recover":
		if !b.skip[n] {
			inner := *n
			b.become(n, &inner)
			return b.boxCall(n.Pos(), "Recovered", &inner)
		}
	}
	return n
}

// throughInterface reports whether a selector is of a method of an interface
// that becomes any.
func (b *boxer) throughInterface(sel *ast.SelectorExpr) bool {
	t := b.typ(sel.X)
	if t == nil || b.info.Types[sel.X].IsType() || !types.IsInterface(t) || b.repr(t) != asAny {
		return false
	}
	return true
}

// dynamicCall is a function that calls a method of whatever is in an interface.
type dynamicCall struct {
	name   string // of the function
	method *types.Func
	sig    *types.Signature
}

// dynamic makes x.m(...) the call of a function.
func (b *boxer) dynamic(n *ast.CallExpr, sel *ast.SelectorExpr, sig *types.Signature) ast.Expr {
	obj, _, _ := types.LookupFieldOrMethod(b.typ(sel.X), false, b.pkg, sel.Sel.Name)
	method, ok := obj.(*types.Func)
	if !ok {
		return n
	}
	call := *n
	call.Fun = &ast.Ident{NamePos: sel.Sel.Pos(), Name: b.dynamicName(method)}
	recv := sel.X
	if b.skip[n] {
		// What a go or defer statement calls is looked for there and then.
		recv = b.become(sel.X, b.boxCall(sel.X.Pos(), "Receiver", sel.X))
	}
	call.Args = append([]ast.Expr{recv}, n.Args...)
	if len(n.Args) == 1 {
		if _, ok := b.typ(n.Args[0]).(*types.Tuple); ok {
			b.refuse(n, "call", "the interpreter cannot pass the results of a call on to a method of an interface", "give the results names first")
		}
	}
	return &call
}

// dynamicName returns the name of the function that calls a method.
func (b *boxer) dynamicName(method *types.Func) string {
	key := method.Name() + b.reflectSignature(method.Signature())
	c := b.calls[key]
	if c == nil {
		c = &dynamicCall{b.fresh("call"), method, method.Signature()}
		b.calls[key] = c
		b.order = append(b.order, c)
	}
	return c.name
}

// declare writes the function of a dynamic call.
func (b *boxer) dynamicText(c *dynamicCall) string {
	var s strings.Builder
	params, args, plain := b.paramsText(c.sig)
	fmt.Fprintf(&s, "func %s(rtbook_x any%s) %s {\n", c.name, prefixed(params), b.resultsText(c.sig))
	ret := "return "
	if c.sig.Results().Len() == 0 {
		ret = ""
	}
	fmt.Fprintf(&s, "switch %s.Number(rtbook_x) {\n", b.typesVar)
	for _, e := range b.table.list {
		if !e.boxed {
			continue
		}
		m := types.NewMethodSet(e.typ).Lookup(b.pkg, c.method.Name())
		if m == nil || b.reflectSignature(m.Obj().(*types.Func).Signature()) != b.reflectSignature(c.sig) {
			continue
		}
		fmt.Fprintf(&s, "case %d:\n", e.number)
		if p, ok := types.Unalias(e.typ).(*types.Pointer); ok && len(m.Index()) == 1 && !pointerReceiver(m.Obj().(*types.Func)) {
			fmt.Fprintf(&s, "if %s(rtbook_x) == nil {\n%s.NilReceiver(%q, %q)\n}\n", b.getter(e.typ), b.boxImport(), b.reflectName(p.Elem()), c.method.Name())
		}
		fmt.Fprintf(&s, "%s%s\n", ret, b.methodCall(b.getter(e.typ)+"(rtbook_x)", e.typ, c.method.Name(), args))
		if ret == "" {
			s.WriteString("return\n")
		}
	}
	s.WriteString("}\n")
	box := b.boxImport()
	if !c.method.Exported() || b.programs(c.sig) {
		fmt.Fprintf(&s, "%s.Missing(rtbook_x)\npanic(\"no method %s\")\n}\n", box, c.method.Name())
		return s.String()
	}
	results := c.sig.Results()
	if results.Len() == 0 {
		fmt.Fprintf(&s, "%s.Call(rtbook_x, %q%s)\n}\n", box, c.method.Name(), prefixed(plain))
		return s.String()
	}
	fmt.Fprintf(&s, "rtbook_r := %s.Call(rtbook_x, %q%s)\n", box, c.method.Name(), prefixed(plain))
	var names []string
	for i := range results.Len() {
		name := fmt.Sprint("rtbook_r", i)
		names = append(names, name)
		if t := results.At(i).Type(); types.IsInterface(t) { // its value stays in its box
			fmt.Fprintf(&s, "var %s %s = %s\n", name, b.typeText(t), b.taken(fmt.Sprintf("rtbook_r[%d]", i), t))
		} else {
			fmt.Fprintf(&s, "var %s %s\n%s.Get(rtbook_r[%d], &%s)\n", name, b.typeText(t), box, i, name)
		}
	}
	fmt.Fprintf(&s, "return %s\n}\n", strings.Join(names, ", "))
	return s.String()
}

func prefixed(list string) string {
	if list == "" {
		return ""
	}
	return ", " + list
}

// methodCall writes the call of a method of x, of type t, through the fields
// that have it.
func (b *boxer) methodCall(x string, t types.Type, method, args string) string {
	sel := types.NewMethodSet(t).Lookup(b.pkg, method)
	index := sel.Index()
	for _, i := range index[:len(index)-1] {
		if p, ok := underlying[*types.Pointer](t); ok {
			t = p.Elem()
		}
		f := t.Underlying().(*types.Struct).Field(i)
		x, t = x+"."+f.Name(), f.Type()
	}
	if types.IsInterface(t) && b.repr(t) == asAny {
		return b.dynamicName(sel.Obj().(*types.Func)) + "(" + x + prefixed(args) + ")"
	}
	return x + "." + method + "(" + args + ")"
}

// paramsText writes the parameters of a function, and as arguments for another
// function of the same type, and for one of separate values.
func (b *boxer) paramsText(sig *types.Signature) (params, args, plain string) {
	var ps, as, vs []string
	for i := range sig.Params().Len() {
		t := sig.Params().At(i).Type()
		name := fmt.Sprint("rtbook_a", i)
		text, arg := b.typeText(t), name
		if s, ok := t.(*types.Slice); ok && sig.Variadic() && i == sig.Params().Len()-1 {
			text, arg = "..."+b.typeText(s.Elem()), name+"..."
		}
		ps, as, vs = append(ps, name+" "+text), append(as, arg), append(vs, name)
	}
	return strings.Join(ps, ", "), strings.Join(as, ", "), strings.Join(vs, ", ")
}

func (b *boxer) resultsText(sig *types.Signature) string {
	var list []string
	for v := range sig.Results().Variables() {
		list = append(list, b.typeText(v.Type()))
	}
	return "(" + strings.Join(list, ", ") + ")"
}

// comparison compares interfaces.
func (b *boxer) comparison(n *ast.BinaryExpr) ast.Expr {
	if n.Op != token.EQL && n.Op != token.NEQ {
		return n
	}
	x, y := b.typ(n.X), b.typ(n.Y)
	if x == nil || y == nil || b.info.Types[n.X].IsNil() || b.info.Types[n.Y].IsNil() {
		return n
	}
	xi, yi := types.IsInterface(x), types.IsInterface(y)
	switch {
	case !xi && !yi:
		b.sameType(n, x, y)
		return n
	case xi && !yi:
		b.conv(&n.Y, x)
	case yi && !xi:
		b.conv(&n.X, y)
	}
	var equal ast.Expr = b.boxCall(n.OpPos, "Equal", n.X, n.Y)
	if n.Op == token.NEQ {
		equal = &ast.UnaryExpr{OpPos: n.OpPos, Op: token.NOT, X: equal}
	}
	return equal
}

// sameType converts one of the operands of a comparison to the type of the
// other, which the interpreter does not for arrays and structs.
func (b *boxer) sameType(n *ast.BinaryExpr, x, y types.Type) {
	_, basic := x.Underlying().(*types.Basic)
	if basic || types.Identical(x, y) {
		return
	}
	px, t := &n.Y, x
	if isNamed(types.Unalias(y)) || isChan(y) && y.Underlying().(*types.Chan).Dir() != types.SendRecv {
		px, t = &n.X, y
	}
	if b.writable(t) {
		pos := (*px).Pos()
		*px = b.become(*px, &ast.CallExpr{Fun: &ast.ParenExpr{X: b.parseType(t)}, Lparen: pos, Args: []ast.Expr{*px}})
	}
}

// programs reports whether a function has parameters or results of the
// program's types, so that no library has it as a method.
func (b *boxer) programs(sig *types.Signature) bool {
	for _, t := range append(b.tuple(sig.Params()), b.tuple(sig.Results())...) {
		if f, ok := t.Underlying().(*types.Signature); ok && b.programs(f) {
			return true
		} else if !ok && b.cellType(t) {
			return true
		}
	}
	return false
}
