package lower

import (
	"go/ast"
	"go/token"
	"go/types"
)

// Values that become interfaces.
//
// The interpreter puts the variable itself into the interface, so that changes
// of it are seen there. After this pass what is converted to an interface, by a
// conversion or as it is assigned, passed, returned, sent or part of a literal,
// is a variable of its own, and what is set in a map is evaluated. So is the name
// of a function that is an element, an argument or sent. Channels that
// are compared have the same type, and nil is on the right.

func copyConverted(u *unit) bool {
	c := &converting{unit: u}
	r := &rewriter{unit: u, stmt: c.stmt, exit: c.exit}
	r.enter = func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			var results *types.Tuple
			if f, ok := u.info.Defs[n.Name].(*types.Func); ok {
				results = f.Signature().Results()
			}
			c.results = append(c.results, results)
		case *ast.FuncLit:
			c.results = append(c.results, u.typeOf(n).(*types.Signature).Results())
		}
		return true
	}
	r.file(u.file)
	return false
}

type converting struct {
	*unit
	results []*types.Tuple // of the functions around
}

// to copies *px if it becomes a t. The result of a call has a place that the
// next call uses, and is no copy.
func (c *converting) to(t types.Type, px *ast.Expr) {
	x := ast.Unparen(*px)
	tv := c.info.Types[x]
	if t == nil || !tv.IsValue() || !types.IsInterface(t) || types.IsInterface(tv.Type) || !c.writable(tv.Type) {
		return
	}
	if _, lit := x.(*ast.CompositeLit); lit || tv.Value != nil {
		return
	}
	if c.shares(tv.Type) {
		*px = c.deref(x.Pos(), c.box(x.Pos(), tv.Type, x))
	}
}

// computed copies the result of an operator that is assigned to an interface:
// the interpreter would compute in the interface.
func (c *converting) computed(t types.Type, px *ast.Expr) {
	x := ast.Unparen(*px)
	tv := c.info.Types[x]
	if t == nil || !types.IsInterface(t) || types.IsInterface(tv.Type) || tv.Value != nil || !c.writable(tv.Type) {
		return
	}
	switch x := x.(type) {
	case *ast.BinaryExpr:
		*px = c.copied(x)
	case *ast.UnaryExpr:
		if x.Op != token.AND && x.Op != token.ARROW {
			*px = c.copied(x)
		}
	}
}

// named copies the value of a function that is named as an element, a value to
// send or an argument: in a function literal the interpreter would take the
// function before it has one that is declared later.
func (c *converting) named(px *ast.Expr) {
	id, ok := ast.Unparen(*px).(*ast.Ident)
	if !ok {
		return
	}
	if _, ok := c.info.Uses[id].(*types.Func); ok && c.writable(c.typeOf(id)) {
		*px = c.copied(id)
	}
}

// shares reports whether an interface holds the place of a value of type t:
// that of a struct or an array, or of a type of the program.
func (c *converting) shares(t types.Type) bool {
	switch t.Underlying().(type) {
	case *types.Struct, *types.Array:
		return true
	}
	t = types.Unalias(t)
	if p, ok := t.(*types.Pointer); ok {
		t = types.Unalias(p.Elem())
	}
	named, ok := t.(*types.Named)
	return ok && named.Obj().Pkg() == c.pkg
}

func (c *converting) exit(n ast.Node) {
	switch n := n.(type) {
	case *ast.FuncDecl, *ast.FuncLit:
		c.results = c.results[:len(c.results)-1]
	case *ast.CallExpr:
		for i := range n.Args {
			c.named(&n.Args[i])
		}
		c.call(n)
	case *ast.CompositeLit:
		for i := range n.Elts {
			if kv, ok := n.Elts[i].(*ast.KeyValueExpr); ok {
				c.named(&kv.Value)
			} else {
				c.named(&n.Elts[i])
			}
		}
		c.literal(n)
	case *ast.BinaryExpr:
		c.compared(n)
	case *ast.ValueSpec:
		if n.Type != nil {
			for i := range n.Values {
				c.to(c.typeOf(n.Type), &n.Values[i])
			}
		}
	}
}

func (c *converting) call(n *ast.CallExpr) {
	if c.isType(n.Fun) {
		if len(n.Args) == 1 {
			c.to(c.typeOf(n.Fun), &n.Args[0])
		}
		return
	}
	switch c.builtinName(n) {
	case "":
	case "append":
		if s, ok := c.typeOf(n).Underlying().(*types.Slice); ok && !n.Ellipsis.IsValid() {
			for i := range n.Args[1:] {
				c.to(s.Elem(), &n.Args[i+1])
			}
		}
		return
	case "panic":
		c.to(types.NewInterfaceType(nil, nil), &n.Args[0])
		return
	default:
		return
	}
	sig, ok := c.typeOf(n.Fun).Underlying().(*types.Signature)
	if !ok {
		return
	}
	for i := range n.Args {
		c.to(paramType(sig, i, n.Ellipsis.IsValid()), &n.Args[i])
	}
}

// paramType returns the type that the i-th argument of a call is converted to.
func paramType(sig *types.Signature, i int, spread bool) types.Type {
	last := sig.Params().Len() - 1
	if sig.Variadic() && i >= last && !spread {
		return sig.Params().At(last).Type().(*types.Slice).Elem()
	}
	if i > last {
		return nil
	}
	return sig.Params().At(i).Type()
}

func (c *converting) literal(n *ast.CompositeLit) {
	t := c.typeOf(n)
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem() // &T{} with the type left out
	}
	for i := range n.Elts {
		px := &n.Elts[i]
		kv, keyed := n.Elts[i].(*ast.KeyValueExpr)
		if keyed {
			px = &kv.Value
		}
		switch t := t.Underlying().(type) {
		case *types.Struct:
			f := t.Field(min(i, t.NumFields()-1))
			if keyed {
				f, _ = c.info.Uses[nameOf(kv.Key)].(*types.Var)
			}
			if f != nil {
				c.to(f.Type(), px)
			}
		case *types.Map:
			c.to(t.Key(), &kv.Key)
			c.to(t.Elem(), px)
		case *types.Slice:
			c.to(t.Elem(), px)
		case *types.Array:
			c.to(t.Elem(), px)
		}
	}
}

// compared gives two channels the type of the one that does less.
func (c *converting) compared(n *ast.BinaryExpr) {
	if n.Op != token.EQL && n.Op != token.NEQ {
		return
	}
	if c.info.Types[n.X].IsNil() {
		n.X, n.Y = n.Y, n.X // the interpreter finds nil different from all functions, and the same
	}
	x, y := c.typeOf(n.X), c.typeOf(n.Y)
	if x == nil || y == nil || types.Identical(x, y) {
		return
	}
	cx, okX := x.Underlying().(*types.Chan)
	cy, okY := y.Underlying().(*types.Chan)
	if !okX || !okY {
		return
	}
	if cx.Dir() == types.SendRecv && c.writable(y) {
		n.X = c.convert(n.X.Pos(), y, n.X)
	} else if cy.Dir() == types.SendRecv && c.writable(x) {
		n.Y = c.convert(n.Y.Pos(), x, n.Y)
	}
}

// inMap evaluates what a pointer leads to before it is set in a map: without a
// value, because the pointer is nil, the interpreter would delete the key.
func (c *converting) inMap(lhs ast.Expr, px *ast.Expr) {
	ix, ok := ast.Unparen(lhs).(*ast.IndexExpr)
	if !ok || !c.writable(c.typeOf(*px)) {
		return
	}
	if _, isMap := c.typeOf(ix.X).Underlying().(*types.Map); !isMap {
		return
	}
	switch ast.Unparen(*px).(type) {
	case *ast.StarExpr, *ast.SelectorExpr:
		*px = c.copied(*px)
	}
}

func (c *converting) stmt(s ast.Stmt) []ast.Stmt {
	switch s := s.(type) {
	case *ast.AssignStmt:
		if len(s.Lhs) == len(s.Rhs) && s.Tok == token.ASSIGN {
			for i := range s.Rhs {
				c.computed(c.typeOf(s.Lhs[i]), &s.Rhs[i])
				c.to(c.typeOf(s.Lhs[i]), &s.Rhs[i])
				c.inMap(s.Lhs[i], &s.Rhs[i])
			}
		}
	case *ast.SendStmt:
		c.named(&s.Value)
		c.to(c.typeOf(s.Chan).Underlying().(*types.Chan).Elem(), &s.Value)
	case *ast.ReturnStmt:
		results := c.results[len(c.results)-1]
		if results != nil && results.Len() == len(s.Results) {
			for i := range s.Results {
				t := results.At(i).Type()
				c.to(t, &s.Results[i])
				if _, op := ast.Unparen(s.Results[i]).(*ast.BinaryExpr); op && types.IsInterface(t) && c.info.Types[s.Results[i]].Value == nil {
					s.Results[i] = c.copied(s.Results[i]) // the interpreter sets the result as it computes
				}
			}
		}
	}
	return stays
}
