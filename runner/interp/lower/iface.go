package lower

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strconv"

	"rtbook/runner"
)

// Interfaces.
//
// The interpreter has no types for the types that a program defines: in an
// interface, their values have lost their names and methods. After this pass a
// value of such a type that is converted to an interface is in a box (package
// box), which carries a descriptor; type assertions, type switches and
// comparisons ask the boxes; and the interface types of the program have become
// any, with a function for each method that is called through one, which
// decides by the type in the box. Error stays error, and so do the interface
// types of libraries: a box of an error is one, and other values go behind a
// struct that has the box and forwards the methods (iface_native.go).
//
// The pass relies on methods.go: methods are called through the fields that
// have them, and only called.

// boxValues is the pass.
func boxValues(u *unit) bool {
	u.importer = withBox(u.importer)
	b := &boxer{
		unit: u, table: &typeTable{u: u, at: make(map[string][]*typeEntry)},
		getters: make(map[string]string), calls: make(map[string]*dynamicCall),
		natives: make(map[string]*nativeInterface), skip: make(map[ast.Node]bool),
		typesVar: u.fresh("types"), encodes: slices.Contains(u.imports(), jsonPath),
	}
	r := &rewriter{unit: u, enter: b.enter, swap: b.swap, expr: b.expr, stmt: b.stmt, exit: b.exit}
	r.file(u.file)
	b.refuseOpaque()
	b.refuseDynamic()
	b.dropInterfaces()
	if b.used || len(b.table.list) > 0 || len(b.order) > 0 {
		b.finish()
	}
	return true
}

// boxer is the pass at work.
type boxer struct {
	*unit
	table    *typeTable
	typesVar string            // the variable that has the table
	getters  map[string]string // functions that take values out, by what they do
	calls    map[string]*dynamicCall
	order    []*dynamicCall
	natives  map[string]*nativeInterface
	encodes  bool           // with package json
	helpers  []string       // declarations, as text
	results  []*types.Tuple // of the functions around
	opaque   []opaque       // interfaces that libraries look into
	dynamics []dynamicConversion
	skip     map[ast.Node]bool // what stays as it is
	boxName  string            // of the import
	used     bool
}

// representation is what an interface type becomes.
type representation int

const (
	asAny    representation = iota // any
	asError                        // error
	asNative                       // it stays
)

func (b *boxer) repr(t types.Type) representation {
	t = types.Unalias(t)
	if !isNonEmptyInterface(t) {
		return asAny
	}
	if n, ok := t.(*types.Named); ok && n.Obj().Pkg() != b.pkg {
		if n.Obj().Pkg() == nil {
			return asError
		}
		return asNative
	}
	return asAny
}

// becomesAny reports whether a type is an interface type of the program.
func (b *boxer) becomesAny(t types.Type) bool {
	t = types.Unalias(t)
	if !types.IsInterface(t) || b.repr(t) != asAny {
		return false
	}
	n, ok := t.(*types.Named)
	return isNonEmptyInterface(t) || ok && n.Obj().Pkg() == b.pkg
}

// typ returns the type that an expression had before the pass.
func (b *boxer) typ(x ast.Expr) types.Type { return b.typeOf(x) }

// become records that y has taken the place of x.
func (b *boxer) become(x, y ast.Expr) ast.Expr {
	if tv, ok := b.info.Types[x]; ok {
		b.info.Types[y] = tv
	}
	return y
}

func (b *boxer) enter(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.FuncDecl:
		b.results = append(b.results, b.info.Defs[n.Name].(*types.Func).Signature().Results())
	case *ast.FuncLit:
		b.results = append(b.results, b.typ(n).(*types.Signature).Results())
	case *ast.StructType:
		b.hideFields(n)
		for _, f := range n.Fields.List {
			if name := b.embeddedName(f); name != "" {
				f.Names = []*ast.Ident{{NamePos: f.Type.Pos(), Name: name}}
			}
		}
	case *ast.SelectorExpr:
		if v, ok := b.info.Uses[n.Sel].(*types.Var); ok && v.Pkg() != nil && v.Pkg().Path() == "runtime" && v.Name() == "MemProfileRate" {
			b.refuse(n, "runtime.MemProfileRate", "the interpreter can profile memory, which runtime.MemProfileRate would tell", "")
		}
	case *ast.CommClause:
		b.commClause(n)
	case *ast.RangeStmt:
		b.rangeClause(n)
	case *ast.AssignStmt:
		for _, x := range n.Lhs {
			b.skip[ast.Unparen(x)] = true
		}
	case *ast.IncDecStmt:
		b.skip[ast.Unparen(n.X)] = true
	case *ast.DeferStmt:
		b.skip[n.Call] = true
	case *ast.GoStmt:
		b.skip[n.Call] = true
	}
	return true
}

// embeddedName returns the name of an embedded field that has to be written: of
// an interface of the program, and of a library's type, the methods of which the
// types that package reflect makes would have as their own, wrongly.
func (b *boxer) embeddedName(f *ast.Field) string {
	t := b.typ(f.Type)
	if len(f.Names) > 0 || t == nil || !b.spelled(t) {
		return ""
	}
	x := ast.Unparen(f.Type)
	if p, ok := x.(*ast.StarExpr); ok {
		x = ast.Unparen(p.X)
	}
	switch i := x.(type) {
	case *ast.IndexExpr:
		x = i.X
	case *ast.IndexListExpr:
		x = i.X
	}
	if sel, ok := x.(*ast.SelectorExpr); ok {
		return sel.Sel.Name
	}
	if id, ok := x.(*ast.Ident); ok {
		return id.Name
	}
	return ""
}

// spelled reports whether the name of an embedded field of a type is written.
func (b *boxer) spelled(t types.Type) bool {
	t = types.Unalias(t)
	if p, ok := t.(*types.Pointer); ok {
		t = types.Unalias(p.Elem())
	}
	n, ok := t.(*types.Named)
	return ok && (n.Obj().Pkg() != b.pkg || b.becomesAny(t))
}

// swap replaces the program's interface types.
func (b *boxer) swap(x ast.Expr) (ast.Expr, bool) {
	tv, ok := b.info.Types[x]
	if ok && tv.IsType() && b.reflectName(tv.Type) == "runtime.TypeAssertionError" {
		b.refuse(x, "runtime.TypeAssertionError", "the interpreter cannot make a runtime.TypeAssertionError: its errors are of another type", "use runtime.Error")
	}
	if !ok || !tv.IsType() || !b.becomesAny(tv.Type) {
		return x, false
	}
	return b.become(x, &ast.Ident{NamePos: x.Pos(), Name: "any"}), true
}

// dropInterfaces removes the declarations of interface types.
func (b *boxer) dropInterfaces() {
	var decls []ast.Decl
	for _, d := range b.file.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.TYPE {
			decls = append(decls, d)
			continue
		}
		var specs []ast.Spec
		for _, s := range g.Specs {
			obj := b.info.Defs[s.(*ast.TypeSpec).Name]
			if obj == nil || !b.becomesAny(obj.Type()) {
				specs = append(specs, s)
			}
		}
		if g.Specs = specs; len(specs) > 0 {
			decls = append(decls, d)
		}
	}
	b.file.Decls = decls
}

// exit converts what the parts of a node are converted to.
func (b *boxer) exit(n ast.Node) {
	switch n := n.(type) {
	case *ast.FuncDecl, *ast.FuncLit:
		b.results = b.results[:len(b.results)-1]
	case *ast.CompositeLit:
		b.composite(n)
	case *ast.IndexExpr:
		if m, ok := underlying[*types.Map](b.typ(n.X)); ok {
			b.mapKey(&n.Index, m.Key(), b.emptiness(n))
		}
	case *ast.ValueSpec:
		b.valueSpec(n)
	case *ast.SendStmt:
		if c, ok := underlying[*types.Chan](b.typ(n.Chan)); ok {
			b.conv(&n.Value, c.Elem())
		}
	case *ast.ReturnStmt:
		if len(b.results) > 0 {
			for i := range n.Results {
				n.Results[i] = b.literal(n.Results[i])
			}
			b.values(n.Results, b.tuple(b.results[len(b.results)-1]))
		}
	case *ast.AssignStmt:
		b.assignment(n)
	}
}

func underlying[T types.Type](t types.Type) (T, bool) {
	if t == nil {
		var zero T
		return zero, false
	}
	u, ok := t.Underlying().(T)
	return u, ok
}

func (b *boxer) tuple(t *types.Tuple) []types.Type {
	var list []types.Type
	for v := range t.Variables() {
		list = append(list, v.Type())
	}
	return list
}

// isFuncMap reports whether a type is a library's that looks for functions in
// its values.
func (b *boxer) isFuncMap(t types.Type) bool {
	n, ok := types.Unalias(t).(*types.Named)
	return ok && n.Obj().Name() == "FuncMap" && n.Obj().Pkg() != b.pkg
}

func (b *boxer) composite(n *ast.CompositeLit) {
	t := b.typ(n)
	if b.isFuncMap(t) {
		return
	}
	if p, ok := underlying[*types.Pointer](t); ok {
		t = p.Elem() // &T is left out
	}
	switch t := t.Underlying().(type) {
	case *types.Struct:
		for i, e := range n.Elts {
			if kv, ok := e.(*ast.KeyValueExpr); ok {
				for f := range t.Fields() {
					if f.Name() == kv.Key.(*ast.Ident).Name {
						b.conv(&kv.Value, f.Type())
					}
				}
				continue
			}
			b.conv(&n.Elts[i], t.Field(i).Type())
		}
	case *types.Map:
		for _, e := range n.Elts {
			kv := e.(*ast.KeyValueExpr)
			b.mapKey(&kv.Key, t.Key(), nil)
			b.conv(&kv.Value, t.Elem())
		}
	case interface{ Elem() types.Type }:
		for i, e := range n.Elts {
			if kv, ok := e.(*ast.KeyValueExpr); ok {
				b.conv(&kv.Value, t.Elem())
				continue
			}
			b.conv(&n.Elts[i], t.Elem())
		}
	}
}

func (b *boxer) valueSpec(n *ast.ValueSpec) {
	if n.Type == nil {
		return
	}
	var dest []types.Type
	for range n.Names {
		dest = append(dest, b.typ(n.Type))
	}
	b.values(n.Values, dest)
}

func (b *boxer) assignment(n *ast.AssignStmt) {
	if n.Tok != token.ASSIGN && n.Tok != token.DEFINE {
		return
	}
	var dest []types.Type
	for _, l := range n.Lhs {
		var t types.Type
		if id, ok := l.(*ast.Ident); !ok || id.Name != "_" && b.info.Defs[id] == nil {
			t = b.typ(l)
		}
		if x, ok := ast.Unparen(l).(*ast.IndexExpr); ok && b.isFuncMap(b.typ(x.X)) {
			t = nil
		}
		dest = append(dest, t)
	}
	b.values(n.Rhs, dest)
}

// values converts what is assigned to variables of types dest; nil is none.
func (b *boxer) values(xs []ast.Expr, dest []types.Type) {
	if len(xs) == 1 && len(dest) > 1 {
		if t, ok := b.typ(xs[0]).(*types.Tuple); ok {
			xs[0] = b.convTuple(xs[0], b.tuple(t), dest)
		}
		return
	}
	for i := range xs {
		if i < len(dest) {
			b.conv(&xs[i], dest[i])
		}
	}
}

// convTuple converts several values of one expression.
func (b *boxer) convTuple(x ast.Expr, from, to []types.Type) ast.Expr {
	pos := x.Pos()
	lit := &ast.FuncLit{Type: &ast.FuncType{Func: pos, Params: &ast.FieldList{}, Results: &ast.FieldList{}}, Body: block(pos)}
	define := &ast.AssignStmt{TokPos: pos, Tok: token.DEFINE, Rhs: []ast.Expr{x}}
	ret := &ast.ReturnStmt{Return: pos}
	changed := false
	for i, t := range from {
		if i >= len(to) {
			return x
		}
		name := b.fresh("v")
		define.Lhs = append(define.Lhs, &ast.Ident{NamePos: pos, Name: name})
		y := ast.Expr(&ast.Ident{NamePos: pos, Name: name})
		if to[i] != nil && types.IsInterface(to[i]) && !types.Identical(t, to[i]) {
			y = b.convert(y, types.Default(t), to[i], conversion{carry: true, asks: true})
			t, changed = to[i], true
		}
		ret.Results = append(ret.Results, y)
		lit.Type.Results.List = append(lit.Type.Results.List, &ast.Field{Type: b.parseType(types.Default(t))})
	}
	if !changed {
		return x
	}
	lit.Body.List = []ast.Stmt{define, ret}
	return b.become(x, &ast.CallExpr{Fun: lit, Lparen: pos})
}

func intText(pos token.Pos, n int) ast.Expr {
	return &ast.BasicLit{ValuePos: pos, Kind: token.INT, Value: strconv.Itoa(n)}
}

// boxCall makes a call of a function of package box.
func (b *boxer) boxCall(pos token.Pos, name string, args ...ast.Expr) *ast.CallExpr {
	fun := &ast.SelectorExpr{X: &ast.Ident{NamePos: pos, Name: b.boxImport()}, Sel: ast.NewIdent(name)}
	return &ast.CallExpr{Fun: fun, Lparen: pos, Args: args}
}

// tableCall makes a call of a method of the table.
func (b *boxer) tableCall(pos token.Pos, name string, args ...ast.Expr) *ast.CallExpr {
	b.boxImport()
	fun := &ast.SelectorExpr{X: &ast.Ident{NamePos: pos, Name: b.typesVar}, Sel: ast.NewIdent(name)}
	return &ast.CallExpr{Fun: fun, Lparen: pos, Args: args}
}

func (b *boxer) helperCall(pos token.Pos, name string, args ...ast.Expr) *ast.CallExpr {
	return &ast.CallExpr{Fun: &ast.Ident{NamePos: pos, Name: name}, Lparen: pos, Args: args}
}

// boxImport returns the name of the import of package box.
func (b *boxer) boxImport() string {
	b.used = true
	if b.boxName == "" {
		b.boxName = b.fresh("box")
		spec := &ast.ImportSpec{Name: ast.NewIdent(b.boxName), Path: &ast.BasicLit{Kind: token.STRING, Value: strconv.Quote(boxPath)}}
		b.file.Decls = append([]ast.Decl{&ast.GenDecl{Tok: token.IMPORT, Specs: []ast.Spec{spec}}}, b.file.Decls...)
	}
	return b.boxName
}

// entryPoint returns the function with which the program begins.
func (b *boxer) entryPoint() *ast.FuncDecl {
	for _, name := range []string{runner.CellFunc(0), "main"} {
		for _, d := range b.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == name && f.Body != nil {
				return f
			}
		}
	}
	return nil
}
