package runner

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// conversions finds where a piece makes an interface value of a value that is
// none, and where it hands a type to a type parameter. From there on the
// value's methods may be called without a mention of them: by a call through
// the interface, or by a package that finds them in it, as fmt does String.
//
// It knows the places where Go converts implicitly, except comparisons, which
// keep nothing.
type conversions struct {
	info *types.Info
	// found is called with the type and the place of what is converted.
	found func(at token.Pos, t types.Type)
}

// piece looks through a piece. typeOf returns the type of a variable of the
// top level.
func (c *conversions) piece(p *piece, typeOf func(*entity) types.Type) {
	for _, d := range p.vars {
		targets := make([]types.Type, len(d.names))
		for i, v := range d.vars {
			switch {
			case d.typ != nil:
				targets[i] = c.info.TypeOf(d.typ)
			case v != nil:
				targets[i] = typeOf(v.variable())
			}
		}
		c.assignAll(targets, d.values)
		for _, v := range d.values {
			c.walk(v, nil)
		}
	}
	if d, ok := p.decl.(*ast.FuncDecl); ok && d.Body != nil {
		if f, ok := c.info.Defs[d.Name].(*types.Func); ok {
			c.walk(d.Body, f.Signature().Results())
		}
	}
	if p.stmt != nil && p.vars == nil {
		c.walk(p.stmt, nil)
	}
}

// assign notes that a value of type source goes where the type is target.
func (c *conversions) assign(target, source types.Type, at ast.Node) {
	if target == nil || source == nil || types.IsInterface(source) || !types.IsInterface(target) {
		return
	}
	c.found(at.Pos(), source)
}

// assignAll is assign for values that go to as many targets, or for one that
// is several. A target of no interest is nil.
func (c *conversions) assignAll(targets []types.Type, values []ast.Expr) {
	if len(targets) == len(values) {
		for i, v := range values {
			c.assign(targets[i], c.info.TypeOf(v), v)
		}
		return
	}
	if len(values) != 1 {
		return
	}
	tuple, ok := c.info.TypeOf(values[0]).(*types.Tuple)
	for i := range targets {
		if ok && i < tuple.Len() {
			c.assign(targets[i], tuple.At(i).Type(), values[0])
		}
	}
}

// walk looks through n, in a function with the given results.
func (c *conversions) walk(n ast.Node, results *types.Tuple) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			if sig, ok := c.info.TypeOf(n).(*types.Signature); ok {
				c.walk(n.Body, sig.Results())
			}
			return false
		case *ast.ReturnStmt:
			c.assignAll(typesOf(results), n.Results)
		case *ast.AssignStmt:
			if n.Tok == token.ASSIGN || n.Tok == token.DEFINE {
				c.assignAll(c.exprTypes(n.Lhs), n.Rhs)
			}
		case *ast.ValueSpec:
			if n.Type != nil {
				for _, v := range n.Values {
					c.assignAll(repeat(c.info.TypeOf(n.Type), len(n.Names)/len(n.Values)), []ast.Expr{v})
				}
			}
		case *ast.SendStmt:
			if ch, ok := under(c.info.TypeOf(n.Chan)).(*types.Chan); ok {
				c.assign(ch.Elem(), c.info.TypeOf(n.Value), n.Value)
			}
		case *ast.IndexExpr:
			if m, ok := under(c.info.TypeOf(n.X)).(*types.Map); ok {
				c.assign(m.Key(), c.info.TypeOf(n.Index), n.Index)
			}
		case *ast.RangeStmt:
			c.rangeStmt(n)
		case *ast.CompositeLit:
			c.compositeLit(n)
		case *ast.CallExpr:
			c.call(n)
		case *ast.Ident:
			if inst, ok := c.info.Instances[n]; ok {
				for t := range inst.TypeArgs.Types() {
					c.found(n.Pos(), t)
				}
			}
		}
		return true
	})
}

// call notes the conversions of a call's arguments. A conversion T(x) is a
// call, and so is that of a builtin, whose signature go/types makes up.
func (c *conversions) call(n *ast.CallExpr) {
	fun := c.info.Types[n.Fun]
	if fun.IsType() {
		c.assignAll([]types.Type{fun.Type}, n.Args)
		return
	}
	sig, ok := under(fun.Type).(*types.Signature)
	if !ok {
		return
	}
	params := typesOf(sig.Params())
	if last := len(params) - 1; sig.Variadic() && !n.Ellipsis.IsValid() {
		args := len(n.Args)
		if args == 1 {
			if tuple, ok := c.info.TypeOf(n.Args[0]).(*types.Tuple); ok {
				args = tuple.Len()
			}
		}
		if rest, ok := under(params[last]).(*types.Slice); ok {
			params = append(params[:last:last], repeat(rest.Elem(), args-last)...)
		}
	}
	c.assignAll(params, n.Args)
}

func (c *conversions) compositeLit(n *ast.CompositeLit) {
	t := under(c.info.TypeOf(n))
	if p, ok := t.(*types.Pointer); ok { // its & is left out
		t = under(p.Elem())
	}
	for i, e := range n.Elts {
		kv, keyed := e.(*ast.KeyValueExpr)
		if keyed {
			e = kv.Value
		}
		value := c.info.TypeOf(e)
		switch t := t.(type) {
		case *types.Map:
			if keyed {
				c.assign(t.Key(), c.info.TypeOf(kv.Key), kv.Key)
			}
			c.assign(t.Elem(), value, e)
		case *types.Slice:
			c.assign(t.Elem(), value, e)
		case *types.Array:
			c.assign(t.Elem(), value, e)
		case *types.Struct:
			if !keyed && i < t.NumFields() {
				c.assign(t.Field(i).Type(), value, e)
			}
			for f := range t.Fields() {
				if id, ok := keyOf(kv); ok && id.Name == f.Name() {
					c.assign(f.Type(), value, e)
				}
			}
		}
	}
}

// keyOf returns the name that is the key of kv, which may be nil.
func keyOf(kv *ast.KeyValueExpr) (*ast.Ident, bool) {
	if kv == nil {
		return nil, false
	}
	id, ok := kv.Key.(*ast.Ident)
	return id, ok
}

// rangeStmt notes the conversions of a range clause that assigns.
func (c *conversions) rangeStmt(n *ast.RangeStmt) {
	if n.Tok != token.ASSIGN {
		return
	}
	var key, value types.Type
	t := under(c.info.TypeOf(n.X))
	if p, ok := t.(*types.Pointer); ok {
		t = under(p.Elem())
	}
	switch t := t.(type) {
	case *types.Array:
		value = t.Elem()
	case *types.Slice:
		value = t.Elem()
	case *types.Map:
		key, value = t.Key(), t.Elem()
	case *types.Chan:
		key = t.Elem()
	case *types.Basic:
		key = t // an integer's type
	case *types.Signature:
		if t.Params().Len() == 0 {
			break
		}
		if yield, ok := under(t.Params().At(0).Type()).(*types.Signature); ok {
			both := append(typesOf(yield.Params()), nil, nil)
			key, value = both[0], both[1]
		}
	}
	for i, e := range []ast.Expr{n.Key, n.Value} {
		if e != nil {
			c.assign(c.info.TypeOf(e), []types.Type{key, value}[i], e)
		}
	}
}

func (c *conversions) exprTypes(list []ast.Expr) []types.Type {
	all := make([]types.Type, len(list))
	for i, e := range list {
		all[i] = c.info.TypeOf(e)
	}
	return all
}

// under returns t's underlying type, nil for nil.
func under(t types.Type) types.Type {
	if t == nil {
		return nil
	}
	return t.Underlying()
}

// typesOf returns the types of a tuple, which may be nil.
func typesOf(t *types.Tuple) []types.Type {
	var all []types.Type
	for v := range t.Variables() {
		all = append(all, v.Type())
	}
	return all
}

func repeat(t types.Type, n int) []types.Type {
	var all []types.Type
	for range n {
		all = append(all, t)
	}
	return all
}

// methodsWithin calls visit with the methods, declared in pkg, of the types
// that a value of type t consists of or leads to.
func methodsWithin(t types.Type, pkg *types.Package, visit func(*types.Func)) {
	var seen []*types.Named // instances of a generic type are not always the same pointer
	var within func(types.Type)
	within = func(t types.Type) {
		switch t := types.Unalias(t).(type) {
		case *types.Named:
			if slices.ContainsFunc(seen, func(s *types.Named) bool { return types.Identical(s, t) }) {
				return
			}
			seen = append(seen, t)
			for m := range t.Methods() {
				if m.Pkg() == pkg {
					visit(m.Origin())
				}
			}
			for a := range t.TypeArgs().Types() {
				within(a)
			}
			if t.Obj().Pkg() == pkg { // no other knows types of pkg but by its arguments
				within(t.Underlying())
			}
		case *types.Pointer:
			within(t.Elem())
		case *types.Slice:
			within(t.Elem())
		case *types.Array:
			within(t.Elem())
		case *types.Chan:
			within(t.Elem())
		case *types.Map:
			within(t.Key())
			within(t.Elem())
		case *types.Struct:
			for f := range t.Fields() {
				within(f.Type())
			}
		}
	}
	within(t)
}
