package lower

import (
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"iter"
	"reflect"
	"strconv"
	"sync"
)

// The constructors of this file make nodes and record what the checker would
// say of them. pos is where what the node stands for is in the source.

// typeOf returns the type of an expression, nil if it has none.
func (u *unit) typeOf(x ast.Expr) types.Type {
	if tv, ok := u.info.Types[x]; ok {
		return tv.Type
	}
	if id, ok := x.(*ast.Ident); ok {
		if obj := u.objectOf(id); obj != nil {
			return obj.Type()
		}
	}
	return nil
}

// objectOf returns what a name declares or means.
func (u *unit) objectOf(id *ast.Ident) types.Object {
	if obj := u.info.Defs[id]; obj != nil {
		return obj
	}
	return u.info.Uses[id]
}

// isType reports whether x is a type.
func (u *unit) isType(x ast.Expr) bool { return u.info.Types[x].IsType() }

// value records that x is a value of type t, and returns it.
func (u *unit) value(x ast.Expr, t types.Type) ast.Expr {
	u.record(x, "value", t)
	return x
}

// newVar makes a variable with a fresh name.
func (u *unit) newVar(pos token.Pos, hint string, t types.Type) *types.Var {
	return types.NewVar(pos, u.pkg, u.fresh(hint), t)
}

// use makes a name that means obj.
func (u *unit) use(pos token.Pos, obj types.Object) *ast.Ident {
	id := &ast.Ident{NamePos: pos, Name: u.nameOf(obj)}
	u.info.Uses[id] = obj
	if v, ok := obj.(*types.Var); ok {
		u.record(id, "variable", v.Type())
	}
	return id
}

// declare makes a name that declares obj.
func (u *unit) declare(pos token.Pos, obj types.Object) *ast.Ident {
	id := &ast.Ident{NamePos: pos, Name: u.nameOf(obj)}
	u.info.Defs[id] = obj
	return id
}

// define makes v := x.
func (u *unit) define(v *types.Var, x ast.Expr) ast.Stmt {
	pos := v.Pos()
	return &ast.AssignStmt{
		Lhs: []ast.Expr{u.declare(pos, v)}, TokPos: pos, Tok: token.DEFINE, Rhs: []ast.Expr{x},
	}
}

// varDecl makes var v T, or var v T = x.
func (u *unit) varDecl(v *types.Var, x ast.Expr) ast.Stmt {
	spec := &ast.ValueSpec{Names: []*ast.Ident{u.declare(v.Pos(), v)}, Type: u.typeExpr(v.Pos(), v.Type())}
	if x != nil {
		spec.Values = []ast.Expr{x}
	}
	return &ast.DeclStmt{Decl: &ast.GenDecl{TokPos: v.Pos(), Tok: token.VAR, Specs: []ast.Spec{spec}}}
}

// assign makes l = r.
func (u *unit) assign(pos token.Pos, l, r ast.Expr) ast.Stmt {
	return &ast.AssignStmt{Lhs: []ast.Expr{l}, TokPos: pos, Tok: token.ASSIGN, Rhs: []ast.Expr{r}}
}

// builtin makes a call of a predeclared function with a result of type t, or
// none if t is nil.
func (u *unit) builtin(pos token.Pos, name string, t types.Type, args ...ast.Expr) *ast.CallExpr {
	fun := u.use(pos, types.Universe.Lookup(name))
	u.record(fun, "builtin", types.Typ[types.Invalid])
	call := &ast.CallExpr{Fun: fun, Lparen: pos, Args: args}
	if t != nil {
		u.record(call, "value", t)
	}
	return call
}

// call makes a call of a value; its type is that of the results.
func (u *unit) call(pos token.Pos, fun ast.Expr, args ...ast.Expr) *ast.CallExpr {
	call := &ast.CallExpr{Fun: fun, Lparen: pos, Args: args}
	if sig, ok := u.typeOf(fun).Underlying().(*types.Signature); ok {
		switch sig.Results().Len() {
		case 0:
		case 1:
			u.record(call, "value", sig.Results().At(0).Type())
		default:
			u.record(call, "value", sig.Results())
		}
	}
	return call
}

// convert makes t(x).
func (u *unit) convert(pos token.Pos, t types.Type, x ast.Expr) ast.Expr {
	call := &ast.CallExpr{Fun: u.typeExpr(pos, t), Lparen: pos, Args: []ast.Expr{x}}
	return u.value(call, t)
}

// deref makes *x.
func (u *unit) deref(pos token.Pos, x ast.Expr) ast.Expr {
	star := &ast.StarExpr{Star: pos, X: x}
	u.record(star, "variable", u.typeOf(x).Underlying().(*types.Pointer).Elem())
	return star
}

// index makes x[i] of type t.
func (u *unit) index(pos token.Pos, x, i ast.Expr, t types.Type) ast.Expr {
	ix := &ast.IndexExpr{X: x, Lbrack: pos, Index: i}
	u.record(ix, "variable", t)
	return ix
}

// binary makes x op y of type t.
func (u *unit) binary(pos token.Pos, x ast.Expr, op token.Token, y ast.Expr, t types.Type) ast.Expr {
	return u.value(&ast.BinaryExpr{X: x, OpPos: pos, Op: op, Y: y}, t)
}

// intLit makes a constant of type int, or of the given one.
func (u *unit) intLit(pos token.Pos, n int64, t types.Type) ast.Expr {
	lit := &ast.BasicLit{ValuePos: pos, Kind: token.INT, Value: strconv.FormatInt(n, 10)}
	u.constant(lit, t, constant.MakeInt64(n))
	return lit
}

// boolName makes true or false.
func (u *unit) boolName(pos token.Pos, b bool) ast.Expr {
	id := u.use(pos, types.Universe.Lookup(strconv.FormatBool(b)))
	u.constant(id, types.Typ[types.Bool], constant.MakeBool(b))
	return id
}

// constant records that x is a constant.
func (u *unit) constant(x ast.Expr, t types.Type, v constant.Value) {
	tv := modes()["value"]
	tv.Type, tv.Value = t, v
	u.info.Types[x] = tv
}

// funcLit makes a function literal from its parameters, results (their names
// are written if they have any) and body.
func (u *unit) funcLit(pos token.Pos, params, results []*types.Var, body ...ast.Stmt) *ast.FuncLit {
	sig := types.NewSignatureType(nil, nil, nil, types.NewTuple(params...), types.NewTuple(results...), false)
	return u.funcLitOf(pos, sig, body...)
}

// funcLitOf makes a function literal of a signature whose parameters are named.
func (u *unit) funcLitOf(pos token.Pos, sig *types.Signature, body ...ast.Stmt) *ast.FuncLit {
	ft := u.funcType(pos, sig)
	lit := &ast.FuncLit{Type: ft, Body: &ast.BlockStmt{Lbrace: pos, List: body, Rbrace: pos}}
	u.record(lit, "value", sig)
	return lit
}

// funcType writes a signature with the names of its parameters.
func (u *unit) funcType(pos token.Pos, sig *types.Signature) *ast.FuncType {
	ft := &ast.FuncType{Func: pos, Params: u.fields(pos, sig.Params())}
	if sig.Results().Len() > 0 {
		ft.Results = u.fields(pos, sig.Results())
	}
	if last := len(ft.Params.List) - 1; sig.Variadic() {
		slice := ft.Params.List[last].Type.(*ast.ArrayType)
		ft.Params.List[last].Type = &ast.Ellipsis{Ellipsis: pos, Elt: slice.Elt}
	}
	u.record(ft, "type", sig)
	return ft
}

// helper returns a function of the program that is called in the place of a
// construct: the one that was made before for the same purpose and identical
// types, or a new one. body gets its parameters.
func (u *unit) helper(purpose string, params, results []types.Type, body func(pos token.Pos, params []*types.Var) []ast.Stmt) *types.Func {
	vars := func(ts []types.Type, hint string) []*types.Var {
		var vs []*types.Var
		for i, t := range ts {
			name := ""
			if hint != "" {
				name = hint + strconv.Itoa(i)
			}
			vs = append(vs, types.NewParam(token.NoPos, u.pkg, name, t))
		}
		return vs
	}
	ps := vars(params, "rtbook_p")
	sig := types.NewSignatureType(nil, nil, nil, types.NewTuple(ps...), types.NewTuple(vars(results, "")...), false)
	for _, f := range u.helpers[purpose] {
		if types.Identical(f.Type(), sig) {
			return f
		}
	}
	f := types.NewFunc(token.NoPos, u.pkg, u.fresh(purpose), sig)
	u.helpers[purpose] = append(u.helpers[purpose], f)
	switch purpose {
	case "copy", "count", "get", "negated", "put", "varies":
		u.looks[f.Name()] = true
	}
	u.file.Decls = append(u.file.Decls, &ast.FuncDecl{
		Name: u.declare(token.NoPos, f),
		Type: u.funcType(token.NoPos, sig),
		Body: block(token.NoPos, body(token.NoPos, ps)...),
	})
	return f
}

// callHelper makes a call of a function of the program.
func (u *unit) callHelper(pos token.Pos, f *types.Func, args ...ast.Expr) *ast.CallExpr {
	id := u.use(pos, f)
	u.record(id, "value", f.Type())
	return u.call(pos, id, args...)
}

// ret makes a return statement.
func ret(pos token.Pos, results ...ast.Expr) ast.Stmt {
	return &ast.ReturnStmt{Return: pos, Results: results}
}

// ifStmt makes an if statement.
func ifStmt(pos token.Pos, cond ast.Expr, body ...ast.Stmt) *ast.IfStmt {
	return &ast.IfStmt{If: pos, Cond: cond, Body: block(pos, body...)}
}

func (u *unit) fields(pos token.Pos, vars *types.Tuple) *ast.FieldList {
	l := &ast.FieldList{Opening: pos}
	for v := range vars.Variables() {
		f := &ast.Field{Type: u.typeExpr(pos, v.Type())}
		if v.Name() != "" {
			at := v.Pos()
			if !at.IsValid() {
				at = pos
			}
			f.Names = []*ast.Ident{u.declare(at, v)}
		}
		l.List = append(l.List, f)
	}
	return l
}

// block makes a block.
func block(pos token.Pos, list ...ast.Stmt) *ast.BlockStmt {
	return &ast.BlockStmt{Lbrace: pos, List: list, Rbrace: pos}
}

// record records that x is a value, or a variable, of type t.
func (u *unit) record(x ast.Expr, m string, t types.Type) {
	tv := modes()[m]
	tv.Type = t
	u.info.Types[x] = tv
}

// modes returns what the checker says of "a value", "a variable", "a type", "a
// builtin" and "nil": go/types does not let anybody else say it.
var modes = sync.OnceValue(func() map[string]types.TypeAndValue {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "", "package p; func f(x int) { x = x + x; println(); var p *int = nil; _ = p }", parser.SkipObjectResolution)
	if err != nil {
		return nil
	}
	info := &types.Info{Types: make(map[ast.Expr]types.TypeAndValue)}
	_ = types.NewChecker(&types.Config{}, fset, types.NewPackage("p", "p"), info).Files([]*ast.File{file})
	m := make(map[string]types.TypeAndValue)
	for _, tv := range info.Types {
		switch {
		case tv.IsType():
			m["type"] = tv
		case tv.IsNil():
			tv.Type = types.Typ[types.UntypedNil]
			m["nil"] = tv
		case tv.IsBuiltin():
			m["builtin"] = tv
		case tv.Addressable():
			m["variable"] = tv
		case tv.IsValue():
			m["value"] = tv
		}
	}
	return m
})

// clone copies a tree, and what is known of its nodes. The names that it
// declares declare the same objects as before.
func clone[T ast.Node](u *unit, n T) T {
	return copyTree(n, func(to, from ast.Node) { copyInfo(u.info, to, u.info, from) })
}

// copyTree copies a tree, and calls did with each new node and the old one.
func copyTree[T ast.Node](n T, did func(to, from ast.Node)) T {
	c := &copier{did}
	return c.value(reflect.ValueOf(&n).Elem()).Interface().(T)
}

type copier struct{ did func(to, from ast.Node) }

func (c *copier) value(v reflect.Value) reflect.Value {
	switch v.Kind() {
	case reflect.Interface:
		if v.IsNil() {
			return v
		}
		return c.value(v.Elem())
	case reflect.Slice:
		if v.IsNil() {
			return v
		}
		out := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			out.Index(i).Set(c.value(v.Index(i)))
		}
		return out
	case reflect.Pointer:
		return c.node(v)
	}
	return v
}

func (c *copier) node(v reflect.Value) reflect.Value {
	old, ok := v.Interface().(ast.Node)
	if v.IsNil() || !ok {
		return v
	}
	if id, ok := old.(*ast.Ident); ok { // as most are
		copied := *id
		c.did(&copied, old)
		return reflect.ValueOf(&copied)
	}
	out := reflect.New(v.Type().Elem())
	out.Elem().Set(v.Elem())
	for i := range v.Elem().NumField() {
		switch f := v.Elem().Field(i); f.Kind() {
		case reflect.Interface, reflect.Slice, reflect.Pointer:
			out.Elem().Field(i).Set(c.value(f))
		}
	}
	c.did(out.Interface().(ast.Node), old)
	return out
}

// copyInfo records for a node what is known of another.
func copyInfo(ti *types.Info, to ast.Node, fi *types.Info, from ast.Node) {
	if x, ok := from.(ast.Expr); ok {
		if tv, ok := fi.Types[x]; ok {
			ti.Types[to.(ast.Expr)] = tv
		}
	}
	if obj, ok := fi.Implicits[from]; ok {
		ti.Implicits[to] = obj
	}
	switch from := from.(type) {
	case *ast.Ident:
		if obj, ok := fi.Defs[from]; ok {
			ti.Defs[to.(*ast.Ident)] = obj
		}
		if obj, ok := fi.Uses[from]; ok {
			ti.Uses[to.(*ast.Ident)] = obj
		}
		if in, ok := fi.Instances[from]; ok {
			ti.Instances[to.(*ast.Ident)] = in
		}
	case *ast.SelectorExpr:
		if sel, ok := fi.Selections[from]; ok {
			ti.Selections[to.(*ast.SelectorExpr)] = sel
		}
	}
}

// newInfo returns an empty record of everything that passes ask for.
// size is about the number of expressions.
func newInfo(size int) *types.Info {
	return &types.Info{
		Types:      make(map[ast.Expr]types.TypeAndValue, size),
		Defs:       make(map[*ast.Ident]types.Object, size/8),
		Uses:       make(map[*ast.Ident]types.Object, size/2),
		Implicits:  make(map[ast.Node]types.Object),
		Selections: make(map[*ast.SelectorExpr]*types.Selection),
		Instances:  make(map[*ast.Ident]types.Instance),
	}
}

// clearInfo empties a record, which keeps its memory.
func clearInfo(info *types.Info) {
	clear(info.Types)
	clear(info.Defs)
	clear(info.Uses)
	clear(info.Implicits)
	clear(info.Selections)
	clear(info.Instances)
}

// typeSpecs are the declarations of types at package level, which is all of
// them once local types are hoisted.
func (u *unit) typeSpecs() iter.Seq[*ast.TypeSpec] {
	return func(yield func(*ast.TypeSpec) bool) {
		for _, d := range u.file.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.TYPE {
				continue
			}
			for _, s := range g.Specs {
				if !yield(s.(*ast.TypeSpec)) {
					return
				}
			}
		}
	}
}
