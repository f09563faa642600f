package lower

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// rewrite replaces, in a declaration, type parameters by their arguments,
// instances by their names, and the names of another package by names that mean
// the same in the program.
func (g *generics) rewrite(sc *scope, d ast.Decl) {
	r := &rewriter{
		unit: &unit{info: sc.info},
		swap: func(x ast.Expr) (ast.Expr, bool) { return g.swap(sc, x) },
		enter: func(n ast.Node) bool {
			g.notConstant(sc, n)
			switch n := n.(type) {
			case *ast.SelectorExpr:
				g.embedded(sc, n.Sel)
			case *ast.KeyValueExpr:
				if id, ok := n.Key.(*ast.Ident); ok {
					g.embedded(sc, id)
				}
			case *ast.TypeSwitchStmt:
				g.typeSwitch(sc, n)
			case *ast.TypeAssertExpr:
				g.assertion(sc, n)
			}
			return true
		},
		stmt: func(s ast.Stmt) []ast.Stmt { return g.moveTypes(sc, s) },
	}
	if sc.src != g.main {
		g.renameLocals(sc, d)
	}
	r.decl(d)
}

func (g *generics) swap(sc *scope, x ast.Expr) (ast.Expr, bool) {
	if sc.src == g.main {
		g.at = x.Pos()
	}
	if tv := sc.info.Types[x]; tv.Value != nil && sc.src != g.main {
		if t := types.Default(tv.Type); isBasic(t.Underlying()) {
			return g.typedConstant(x, t, tv.Value), true
		}
	}
	switch x := x.(type) {
	case *ast.IndexExpr:
		if id := instanceName(sc, x.X); id != nil {
			return g.instanceExpr(sc, x.Pos(), id), true
		}
	case *ast.IndexListExpr:
		if id := instanceName(sc, x.X); id != nil {
			return g.instanceExpr(sc, x.Pos(), id), true
		}
	case *ast.SelectorExpr:
		return g.selector(sc, x)
	case *ast.Ident:
		return g.ident(sc, x)
	}
	return x, false
}

// assertion makes an assertion in an instance one of any, because one that
// cannot hold is an error of the compiler's elsewhere.
func (g *generics) assertion(sc *scope, x *ast.TypeAssertExpr) {
	i, ok := sc.info.Types[x.X].Type.Underlying().(*types.Interface)
	if len(sc.args) == 0 || !ok || i.NumMethods() == 0 || sc.bound[x] {
		return
	}
	x.X = &ast.CallExpr{Fun: g.use(x.Pos(), types.Universe.Lookup("any")), Lparen: x.Pos(), Args: []ast.Expr{x.X}}
}

// typeSwitch leaves out the cases of a type switch that others have become the
// same as: the first is the one that is taken.
func (g *generics) typeSwitch(sc *scope, s *ast.TypeSwitchStmt) {
	if len(sc.args) == 0 {
		return
	}
	if a, ok := s.Assign.(*ast.AssignStmt); ok {
		// Its variable keeps the type of the interface in some clauses.
		sc.bound = map[ast.Expr]bool{a.Rhs[0]: true}
	}
	var seen []types.Type
	again := func(x ast.Expr) bool {
		t := sc.info.Types[x].Type
		if t == nil || sc.info.Types[x].IsNil() {
			return false
		}
		t = substitute(t, sc.args)
		if slices.ContainsFunc(seen, func(o types.Type) bool { return types.Identical(o, t) }) {
			return true
		}
		seen = append(seen, t)
		return false
	}
	s.Body.List = slices.DeleteFunc(s.Body.List, func(c ast.Stmt) bool {
		cc := c.(*ast.CaseClause)
		if cc.List == nil {
			return false
		}
		cc.List = slices.DeleteFunc(cc.List, again)
		return len(cc.List) == 0
	})
}

func isBasic(t types.Type) bool {
	_, ok := t.(*types.Basic)
	return ok
}

// instanceName returns the name in x if it is of an instance.
func instanceName(sc *scope, x ast.Expr) *ast.Ident {
	switch x := ast.Unparen(x).(type) {
	case *ast.Ident:
		if _, ok := sc.info.Instances[x]; ok {
			return x
		}
	case *ast.SelectorExpr:
		if _, ok := sc.info.Instances[x.Sel]; ok {
			return x.Sel
		}
	}
	return nil
}

func (g *generics) selector(sc *scope, x *ast.SelectorExpr) (ast.Expr, bool) {
	if id := instanceName(sc, x); id != nil {
		return g.instanceExpr(sc, x.Pos(), id), true
	}
	if id, ok := x.X.(*ast.Ident); ok && sc.src != g.main {
		if _, isPkg := sc.info.Uses[id].(*types.PkgName); isPkg {
			return g.qualified(x.Pos(), sc.info.Uses[x.Sel]), true
		}
	}
	return x, false
}

func (g *generics) ident(sc *scope, x *ast.Ident) (ast.Expr, bool) {
	if _, ok := sc.info.Instances[x]; ok {
		return g.instanceExpr(sc, x.Pos(), x), true
	}
	obj := sc.info.Uses[x]
	if obj == nil {
		return x, false
	}
	if _, isType := obj.(*types.TypeName); isType && sc.args[obj.Type()] != nil {
		return g.typeExpr(x.Pos(), sc.args[obj.Type()]), true
	}
	if sc.src != g.main && obj.Parent() == sc.src.pkg.Scope() {
		return g.outside(x.Pos(), sc.src, obj), true
	}
	return x, false
}

// instanceExpr writes an instance that a name stands for.
func (g *generics) instanceExpr(sc *scope, pos token.Pos, id *ast.Ident) ast.Expr {
	in := sc.info.Instances[id]
	obj := sc.info.Uses[id]
	var args []types.Type
	for t := range in.TypeArgs.Types() {
		args = append(args, substitute(t, sc.args))
	}
	return g.spellInstance(pos, obj, args)
}

func (g *generics) spellInstance(pos token.Pos, obj types.Object, args []types.Type) ast.Expr {
	if t := g.structural(obj, args); t != nil {
		return g.typeExpr(pos, t)
	}
	return &ast.Ident{NamePos: pos, Name: g.instanceOf(obj, args).name}
}

// structural returns the type that an instance of a type of another package is
// written as, if it has no methods: values of that type can come from compiled
// functions, and are assigned to what has the same structure.
func (g *generics) structural(obj types.Object, args []types.Type) types.Type {
	t, ok := obj.(*types.TypeName)
	if !ok || g.path(obj.Pkg()) == "" {
		return nil
	}
	named, ok := t.Type().(*types.Named)
	if !ok || named.NumMethods() > 0 {
		return nil
	}
	return substitute(named.Underlying(), arguments(named.TypeParams(), args))
}

// spell writes a named type: it is what unit.typeExpr asks.
func (g *generics) spell(pos token.Pos, obj *types.TypeName, list *types.TypeList) ast.Expr {
	if list.Len() > 0 {
		var args []types.Type
		for t := range list.Types() {
			args = append(args, t)
		}
		return g.spellInstance(pos, obj, args)
	}
	if path := g.path(obj.Pkg()); path != "" && !obj.Exported() && g.sources[path] != nil {
		return g.outside(pos, g.sources[path], obj)
	}
	return g.qualified(pos, obj)
}

// outside writes an object of another package. What the package does not export
// is copied.
func (g *generics) outside(pos token.Pos, src *source, obj types.Object) ast.Expr {
	if obj.Exported() {
		return g.qualified(pos, obj)
	}
	key := src.pkg.Path() + "." + obj.Name()
	name, ok := g.copies[key]
	if !ok {
		name = g.fresh(obj.Name())
		g.copies[key] = name
		at := g.at
		g.queue = append(g.queue, func() {
			g.at = at
			g.copyObject(src, obj, name)
		})
	}
	return &ast.Ident{NamePos: pos, Name: name}
}

func (g *generics) copyObject(src *source, obj types.Object, name string) {
	switch obj.(type) {
	case *types.Func:
		if d := src.funcs[obj.Name()]; d != nil && d.Body != nil {
			g.copyFunc(src, d, name, nil, nil)
			return
		}
	case *types.TypeName:
		if src.types[obj.Name()] != nil {
			g.copyType(src, obj.Name(), name, nil, nil)
			return
		}
	}
	g.refuse(positioned(g.at), "generic declaration",
		"the interpreter cannot have this instance: it needs "+obj.Name()+" of package "+src.pkg.Path(), "")
}

// embedded renames a field that has its name from an instance.
func (g *generics) embedded(sc *scope, id *ast.Ident) {
	f, ok := sc.info.Uses[id].(*types.Var)
	if !ok || !f.Embedded() {
		return
	}
	if _, alias := f.Type().(*types.Alias); alias {
		return // the field is named for that
	}
	t := types.Unalias(substitute(f.Type(), sc.args))
	if p, ok := t.(*types.Pointer); ok {
		t = types.Unalias(p.Elem())
	}
	if named, ok := t.(*types.Named); ok && (named.TypeArgs().Len() > 0 || g.own[named]) {
		if x, ok := g.spell(id.Pos(), named.Obj(), named.TypeArgs()).(*ast.Ident); ok {
			id.Name = x.Name
		}
	}
}

// renameLocals keeps the local names of a copied declaration apart from the
// names of the program.
func (g *generics) renameLocals(sc *scope, d ast.Decl) {
	ast.Inspect(d, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok {
			return true
		}
		obj := sc.info.Defs[id]
		if obj == nil {
			obj = sc.info.Uses[id]
		}
		if v, ok := obj.(*types.Var); ok && !v.IsField() && v.Parent() != sc.src.pkg.Scope() && g.pkg.Scope().Lookup(id.Name) != nil {
			id.Name = "rtbook_" + id.Name
		}
		return true
	})
}
