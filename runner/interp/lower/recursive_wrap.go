package lower

import (
	"go/ast"
	"go/token"
	"go/types"
)

// wrapper makes types that lead to themselves structs with what they were:
//
//	type T []T                 type T struct{ f []T }
//	t := T{{}, nil}            t := T{[]T{T{[]T{}}, T{}}}
//	t[0] = append(t[1], t)     t.f[0] = T{append(t.f[1].f, t)}
//	for t != nil { … }         for t.f != nil { … }
//
// Function types have an interface that has the function, which a helper takes
// out: the interpreter does not break circles at functions.
//
//	type state func(m *machine) state      type state struct{ f any }
//	var s state = start                    var s state = state{start}
//	for s != nil { s = s(m) }              for get(s) != nil { s = get(s)(m) }
//
// What is assigned to such a type and is not of it is put into the struct, what
// is assigned from it, or used as what it is, is taken out. That of what several
// results are assigned to is refused.
type wrapper struct {
	*unit
	wrapped map[types.Object]bool
	field   string
	results []*types.Tuple // of the functions around
}

func (w *wrapper) wrap() (changed bool) {
	if len(w.wrapped) == 0 {
		return false
	}
	w.field = w.fresh("f")
	r := &rewriter{unit: w.unit, enter: w.enter, exit: w.exit, expr: w.expr}
	r.file(w.file)
	ast.Inspect(w.file, func(n ast.Node) bool {
		if s, ok := n.(*ast.TypeSpec); ok && !s.Assign.IsValid() {
			w.declaration(s)
		}
		return true
	})
	return true
}

// declaration writes the declaration of a wrapped type, and that of a type that
// was declared by the name of one.
func (w *wrapper) declaration(s *ast.TypeSpec) {
	obj, pos := w.info.Defs[s.Name], s.Type.Pos()
	byName := w.isWrapped(w.typeOf(s.Type))
	if obj == nil || !byName && !w.wrapped[obj] {
		return
	}
	if byName {
		s.Type = w.typeExpr(pos, obj.Type().Underlying())
	}
	if !w.wrapped[obj] {
		return
	}
	w.wraps[obj.Name()] = true
	f := &ast.Field{Names: []*ast.Ident{{NamePos: pos, Name: w.field}}, Type: s.Type}
	if isFunction(obj.Type()) {
		f.Type = &ast.InterfaceType{Interface: pos, Methods: &ast.FieldList{}}
	}
	s.Type = &ast.StructType{Struct: pos, Fields: &ast.FieldList{Opening: pos, List: []*ast.Field{f}}}
}

func isFunction(t types.Type) bool {
	_, ok := t.Underlying().(*types.Signature)
	return ok
}

// isWrapped reports whether t is one of the types.
func (w *wrapper) isWrapped(t types.Type) bool {
	if t == nil {
		return false
	}
	n, ok := types.Unalias(t).(*types.Named)
	return ok && w.wrapped[n.Obj()]
}

// inside makes x.f, or get(x) of a function.
func (w *wrapper) inside(x ast.Expr) ast.Expr {
	t, pos := w.typeOf(x), x.Pos()
	if !isFunction(t) {
		switch ast.Unparen(x).(type) {
		case *ast.StarExpr, *ast.UnaryExpr, *ast.CompositeLit:
			x = w.value(&ast.ParenExpr{Lparen: pos, X: x, Rparen: pos}, t)
		}
		return w.value(&ast.SelectorExpr{X: x, Sel: &ast.Ident{NamePos: pos, Name: w.field}}, t.Underlying())
	}
	get := w.helper("get", []types.Type{t}, []types.Type{t.Underlying()}, func(pos token.Pos, p []*types.Var) []ast.Stmt {
		f := func() ast.Expr {
			return &ast.SelectorExpr{X: w.use(pos, p[0]), Sel: &ast.Ident{NamePos: pos, Name: w.field}}
		}
		null := func() ast.Expr { return &ast.Ident{NamePos: pos, Name: "nil"} }
		isNil := &ast.BinaryExpr{X: f(), OpPos: pos, Op: token.EQL, Y: null()}
		return []ast.Stmt{
			ifStmt(pos, isNil, ret(pos, null())),
			ret(pos, &ast.TypeAssertExpr{X: f(), Lparen: pos, Type: w.typeExpr(pos, t.Underlying())}),
		}
	})
	return w.callHelper(pos, get, x)
}

// open has *px be what a value is, if it is of one of the types.
func (w *wrapper) open(px *ast.Expr) {
	if w.isWrapped(w.typeOf(*px)) && !w.info.Types[*px].IsNil() {
		*px = w.inside(*px)
	}
}

// around makes (t{x}), or (t{}) of nil, which can stand in a header.
func (w *wrapper) around(x ast.Expr, t types.Type) ast.Expr {
	pos := x.Pos()
	lit := &ast.CompositeLit{Type: w.typeExpr(pos, t), Lbrace: pos, Rbrace: pos}
	if !w.info.Types[x].IsNil() {
		if _, named := types.Unalias(w.typeOf(x)).(*types.Named); named {
			x = w.convert(pos, t.Underlying(), x)
		}
		lit.Elts = []ast.Expr{x}
	}
	return w.value(&ast.ParenExpr{Lparen: pos, X: w.value(lit, t), Rparen: pos}, t)
}

// conv has *px become a value of type dest.
func (w *wrapper) conv(px *ast.Expr, dest types.Type) {
	src := w.typeOf(*px)
	if src == nil || dest == nil {
		return
	}
	switch from, to := w.isWrapped(src), w.isWrapped(dest); {
	case to && !from:
		*px = w.around(*px, dest)
	case from && !to && !types.IsInterface(dest):
		*px = w.inside(*px)
	}
}

// values is conv for all that is assigned by a node; dest returns the type of
// what is assigned to, nil for none.
func (w *wrapper) values(xs []ast.Expr, dest func(i int) types.Type) {
	if len(xs) == 1 {
		if t, ok := w.typeOf(xs[0]).(*types.Tuple); ok {
			for i := range t.Len() {
				from, to := t.At(i).Type(), dest(i)
				if to != nil && w.isWrapped(from) != w.isWrapped(to) && !types.IsInterface(to) {
					w.refuse(xs[0], "recursive type", "the interpreter cannot convert one of these results to "+w.reflectName(to)+", of which one contains itself", "give the results names first")
				}
			}
			return
		}
	}
	for i := range xs {
		w.conv(&xs[i], dest(i))
	}
}

func (w *wrapper) enter(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.FuncDecl:
		w.results = append(w.results, w.info.Defs[n.Name].(*types.Func).Signature().Results())
	case *ast.FuncLit:
		w.results = append(w.results, w.typeOf(n).(*types.Signature).Results())
	}
	return true
}

func (w *wrapper) exit(n ast.Node) {
	switch n := n.(type) {
	case *ast.FuncDecl, *ast.FuncLit:
		w.results = w.results[:len(w.results)-1]
	case *ast.ReturnStmt:
		results := w.results[len(w.results)-1]
		w.values(n.Results, func(i int) types.Type { return results.At(i).Type() })
	case *ast.AssignStmt:
		if n.Tok == token.ASSIGN || n.Tok == token.DEFINE {
			w.values(n.Rhs, func(i int) types.Type { return w.assigned(n.Lhs[i]) })
		}
	case *ast.ValueSpec:
		if n.Type != nil {
			w.values(n.Values, func(int) types.Type { return w.typeOf(n.Type) })
		}
	case *ast.SendStmt:
		if c, ok := underlying[*types.Chan](w.typeOf(n.Chan)); ok {
			w.conv(&n.Value, c.Elem())
		}
		w.open(&n.Chan)
	case *ast.RangeStmt:
		w.open(&n.X)
	case *ast.SwitchStmt:
		w.switchStmt(n)
	case *ast.IndexExpr:
		if m, ok := underlying[*types.Map](w.typeOf(n.X)); ok {
			w.conv(&n.Index, m.Key())
		}
		w.open(&n.X)
	case *ast.SliceExpr:
		w.open(&n.X)
	case *ast.StarExpr:
		if !w.isType(n.X) {
			w.open(&n.X)
		}
	case *ast.UnaryExpr:
		if n.Op == token.ARROW {
			w.open(&n.X)
		}
	case *ast.CompositeLit:
		w.literal(n)
	case *ast.CallExpr:
		w.call(n)
	}
}

// assigned returns the type of what is assigned to, nil if it has none yet.
func (w *wrapper) assigned(x ast.Expr) types.Type {
	if id, ok := x.(*ast.Ident); ok && (id.Name == "_" || w.info.Defs[id] != nil) {
		return nil
	}
	return w.typeOf(x)
}

// switchStmt compares what the values are.
func (w *wrapper) switchStmt(n *ast.SwitchStmt) {
	if n.Tag == nil || w.typeOf(n.Tag) == nil || types.IsInterface(w.typeOf(n.Tag)) {
		return
	}
	w.open(&n.Tag)
	for _, c := range n.Body.List {
		for i := range c.(*ast.CaseClause).List {
			w.open(&c.(*ast.CaseClause).List[i])
		}
	}
}

// literal converts the parts of a composite literal, and puts one of a wrapped
// type into another.
func (w *wrapper) literal(n *ast.CompositeLit) {
	lit := w.literalType(n)
	under := lit.Underlying()
	for i, e := range n.Elts {
		px := &n.Elts[i]
		kv, keyed := e.(*ast.KeyValueExpr)
		if keyed {
			px = &kv.Value
		}
		switch t := under.(type) {
		case *types.Struct:
			for k := range t.NumFields() {
				if keyed && t.Field(k).Name() == nameOf(kv.Key).Name || !keyed && k == i {
					w.conv(px, t.Field(k).Type())
				}
			}
		case *types.Map:
			w.conv(&kv.Key, t.Key())
			w.conv(px, t.Elem())
		case interface{ Elem() types.Type }:
			w.conv(px, t.Elem())
		}
	}
	if w.isWrapped(lit) {
		pos := n.Pos()
		inner := &ast.CompositeLit{Type: w.typeExpr(pos, under), Lbrace: n.Lbrace, Elts: n.Elts, Rbrace: n.Rbrace}
		n.Elts = []ast.Expr{w.value(inner, under)}
		if n.Type == nil && w.isWrapped(w.typeOf(n)) {
			n.Type = w.typeExpr(pos, lit)
		}
	}
}

func (w *wrapper) call(n *ast.CallExpr) {
	if w.isType(n.Fun) {
		return
	}
	if name := w.builtinName(n); name != "" {
		w.predeclared(n, name)
		return
	}
	sig, ok := underlying[*types.Signature](w.typeOf(n.Fun))
	if !ok {
		return
	}
	w.values(n.Args, func(i int) types.Type { return paramType(sig, i, n.Ellipsis.IsValid()) })
	if w.isWrapped(w.typeOf(n.Fun)) {
		n.Fun = w.inside(n.Fun)
	}
}

// predeclared has a predeclared function get what its arguments are.
func (w *wrapper) predeclared(n *ast.CallExpr, name string) {
	switch name {
	case "append":
		if s, ok := underlying[*types.Slice](w.typeOf(n)); ok && !n.Ellipsis.IsValid() {
			w.values(n.Args[1:], func(int) types.Type { return s.Elem() })
		} else if n.Ellipsis.IsValid() {
			w.open(&n.Args[1])
		}
		w.open(&n.Args[0])
	case "delete":
		if m, ok := underlying[*types.Map](w.typeOf(n.Args[0])); ok && len(n.Args) == 2 {
			w.conv(&n.Args[1], m.Key())
		}
		w.open(&n.Args[0])
	case "make":
		if t := w.typeOf(n.Args[0]); w.isWrapped(t) {
			n.Args[0] = w.typeExpr(n.Args[0].Pos(), t.Underlying())
		}
	case "len", "cap", "copy", "close", "clear", "print", "println":
		for i := range n.Args {
			w.open(&n.Args[i])
		}
	}
}

func (w *wrapper) expr(x ast.Expr) ast.Expr {
	t := w.typeOf(x)
	switch x := x.(type) {
	case *ast.CallExpr:
		if w.isType(x.Fun) && len(x.Args) == 1 {
			return w.conversion(x)
		}
		if name := w.builtinName(x); (name == "append" || name == "make") && w.isWrapped(t) {
			return w.around(w.value(x, t.Underlying()), t)
		}
	case *ast.SliceExpr:
		if w.isWrapped(t) {
			return w.around(w.value(x, t.Underlying()), t)
		}
	case *ast.BinaryExpr:
		if !types.IsInterface(w.operand(x.X)) && !types.IsInterface(w.operand(x.Y)) {
			w.open(&x.X)
			w.open(&x.Y)
		}
	}
	return x
}

// operand returns the type of an operand; that of nil is no interface.
func (w *wrapper) operand(x ast.Expr) types.Type {
	if t := w.typeOf(x); t != nil && !w.info.Types[x].IsNil() {
		return t
	}
	return types.Typ[types.UntypedNil]
}

// conversion converts to one of the types, or from one.
func (w *wrapper) conversion(x *ast.CallExpr) ast.Expr {
	to, from := w.typeOf(x.Fun), w.typeOf(x.Args[0])
	switch {
	case w.isWrapped(to) && w.isWrapped(from):
	case w.isWrapped(to):
		return w.around(x.Args[0], to)
	case w.isWrapped(from) && !types.IsInterface(to):
		x.Args[0] = w.inside(x.Args[0])
	}
	return x
}
