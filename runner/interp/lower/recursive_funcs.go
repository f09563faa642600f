package lower

import (
	"go/ast"
	"go/token"
	"go/types"
)

// wrapper makes function types that lead to themselves structs with an interface
// that has the function:
//
//	type state func(m *machine) state      type state struct{ f any }
//	var s state = start                    var s state = state{start}
//	for s != nil { s = s(m) }              for get(s) != nil { s = get(s)(m) }
//
// What is assigned to such a type and is not of it is put into the struct, what
// is assigned from it is taken out. Uses that this leaves out do not check
// afterwards, so that the program is refused.
type wrapper struct {
	*unit
	wrapped map[types.Object]bool
	field   string
	results []*types.Tuple // of the functions around
}

func (w *wrapper) wrap() (changed bool) {
	if len(w.wrapped) == 0 || len(w.refusals) > 0 {
		return false
	}
	w.field = w.fresh("f")
	r := &rewriter{unit: w.unit, enter: w.enter, exit: w.exit, expr: w.expr}
	r.file(w.file)
	ast.Inspect(w.file, func(n ast.Node) bool {
		if s, ok := n.(*ast.TypeSpec); ok && w.wrapped[w.info.Defs[s.Name]] {
			f := &ast.Field{Names: []*ast.Ident{{NamePos: s.Type.Pos(), Name: w.field}}, Type: &ast.InterfaceType{Interface: s.Type.Pos(), Methods: &ast.FieldList{}}}
			s.Type = &ast.StructType{Struct: s.Type.Pos(), Fields: &ast.FieldList{Opening: s.Type.Pos(), List: []*ast.Field{f}}}
		}
		return true
	})
	return true
}

// isWrapped reports whether t is one of the types.
func (w *wrapper) isWrapped(t types.Type) bool {
	n, ok := types.Unalias(t).(*types.Named)
	return ok && w.wrapped[n.Obj()]
}

// inside makes get(x).
func (w *wrapper) inside(x ast.Expr) ast.Expr {
	t := w.typeOf(x)
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
	return w.callHelper(x.Pos(), get, x)
}

// around makes (t{x}), or (t{}) of nil, which can stand in a header.
func (w *wrapper) around(t, x ast.Expr, typ types.Type) ast.Expr {
	lit := &ast.CompositeLit{Type: t, Lbrace: x.Pos(), Rbrace: x.Pos()}
	if !w.info.Types[x].IsNil() {
		if _, named := types.Unalias(w.typeOf(x)).(*types.Named); named {
			x = w.convert(x.Pos(), typ.Underlying(), x)
		}
		lit.Elts = []ast.Expr{x}
	}
	return w.value(&ast.ParenExpr{Lparen: x.Pos(), X: w.value(lit, typ), Rparen: x.Pos()}, typ)
}

// conv has *px become a value of type dest.
func (w *wrapper) conv(px *ast.Expr, dest types.Type) {
	src := w.typeOf(*px)
	if src == nil || dest == nil {
		return
	}
	switch from, to := w.isWrapped(src), w.isWrapped(dest); {
	case to && !from:
		*px = w.around(w.typeExpr((*px).Pos(), dest), *px, dest)
	case from && !to && !types.IsInterface(dest):
		*px = w.inside(*px)
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
		if results := w.results[len(w.results)-1]; results.Len() == len(n.Results) {
			for i := range n.Results {
				w.conv(&n.Results[i], results.At(i).Type())
			}
		}
	case *ast.AssignStmt:
		if n.Tok == token.ASSIGN && len(n.Lhs) == len(n.Rhs) {
			for i := range n.Rhs {
				w.conv(&n.Rhs[i], w.typeOf(n.Lhs[i]))
			}
		}
	case *ast.ValueSpec:
		if n.Type != nil && len(n.Names) == len(n.Values) {
			for i := range n.Values {
				w.conv(&n.Values[i], w.typeOf(n.Type))
			}
		}
	case *ast.SendStmt:
		if c, ok := underlying[*types.Chan](w.typeOf(n.Chan)); ok {
			w.conv(&n.Value, c.Elem())
		}
	case *ast.CompositeLit:
		w.literal(n)
	case *ast.CallExpr:
		w.call(n)
	}
}

func (w *wrapper) literal(n *ast.CompositeLit) {
	for i, e := range n.Elts {
		px := &n.Elts[i]
		kv, keyed := e.(*ast.KeyValueExpr)
		if keyed {
			px = &kv.Value
		}
		switch t := w.literalType(n).Underlying().(type) {
		case *types.Struct:
			for k := range t.NumFields() {
				if keyed && t.Field(k).Name() == nameOf(kv.Key).Name || !keyed && k == i {
					w.conv(px, t.Field(k).Type())
				}
			}
		case interface{ Elem() types.Type }:
			w.conv(px, t.Elem())
		}
	}
}

func (w *wrapper) call(n *ast.CallExpr) {
	if w.isType(n.Fun) {
		return
	}
	if w.builtinName(n) == "append" {
		s, ok := underlying[*types.Slice](w.typeOf(n))
		for i := 1; ok && i < len(n.Args) && !n.Ellipsis.IsValid(); i++ {
			w.conv(&n.Args[i], s.Elem())
		}
		return
	}
	sig, ok := underlying[*types.Signature](w.typeOf(n.Fun))
	if !ok {
		return
	}
	for i := range n.Args {
		if t := paramType(sig, i, n.Ellipsis.IsValid()); t != nil {
			w.conv(&n.Args[i], t)
		}
	}
	if w.isWrapped(w.typeOf(n.Fun)) {
		n.Fun = w.inside(n.Fun)
	}
}

func (w *wrapper) expr(x ast.Expr) ast.Expr {
	switch x := x.(type) {
	case *ast.CallExpr:
		if !w.isType(x.Fun) || len(x.Args) != 1 {
			return x
		}
		to, from := w.typeOf(x.Fun), w.typeOf(x.Args[0])
		switch {
		case w.isWrapped(to) && w.isWrapped(from):
		case w.isWrapped(to):
			return w.around(x.Fun, x.Args[0], to)
		case w.isWrapped(from) && !types.IsInterface(to):
			x.Args[0] = w.inside(x.Args[0])
		}
	case *ast.BinaryExpr:
		if w.isWrapped(w.typeOf(x.X)) && w.info.Types[x.Y].IsNil() {
			x.X = w.inside(x.X)
		} else if w.isWrapped(w.typeOf(x.Y)) && w.info.Types[x.X].IsNil() {
			x.Y = w.inside(x.Y)
		}
	}
	return x
}
