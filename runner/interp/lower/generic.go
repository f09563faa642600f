package lower

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// Generic functions and types.
//
// After this pass there are no type parameters. Each instance that the program
// needs, of its own generic declarations and of those of the standard library
// that it uses, is a declaration of its own, made of the source with the type
// arguments in the place of the parameters. Interfaces that only constrain are
// gone. The checker has found the instances, and the instances of what is in an
// instance follow by substitution.

func instantiate(u *unit) bool {
	g := &generics{unit: u, sources: make(map[string]*source), copies: make(map[string]string), copied: newInfo(0), own: make(map[*types.Named]bool)}
	if !g.needed() {
		return false
	}
	g.main = newSource(u.pkg, u.info, []*ast.File{u.file})
	g.sources[""] = g.main
	u.spellNamed = g.spell
	defer func() { u.spellNamed = nil }()
	var kept []ast.Decl
	before := slices.Clone(u.file.Decls)
	for _, d := range u.file.Decls {
		if d = g.plainDecl(d); d != nil {
			g.rewrite(&scope{src: g.main, info: u.info}, d)
			kept = append(kept, d)
		}
	}
	for len(g.queue) > 0 && len(u.refusals) == 0 {
		next := g.queue[0]
		g.queue = g.queue[1:]
		next()
	}
	// Imports and helpers may have been added meanwhile.
	var imports, helpers []ast.Decl
	for _, d := range u.file.Decls {
		switch {
		case slices.Contains(before, d):
		case isImport(d):
			imports = append(imports, d)
		default:
			helpers = append(helpers, d)
		}
	}
	u.file.Decls = slices.Concat(imports, kept, g.decls, helpers)
	return true
}

func isImport(d ast.Decl) bool {
	g, ok := d.(*ast.GenDecl)
	return ok && g.Tok == token.IMPORT
}

type generics struct {
	*unit
	main    *source
	sources map[string]*source // of the packages that are instantiated, by path
	list    []*instance
	copied  *types.Info           // of the nodes that are copied
	own     map[*types.Named]bool // of the copies of functions (generic_locals.go)
	copies  map[string]string     // new names of what a package does not export, by path and name
	queue   []func()              // declarations to be made
	decls   []ast.Decl
	at      token.Pos // where the program asks for what is being made
}

// source is a package whose declarations are copied.
type source struct {
	pkg     *types.Package
	info    *types.Info
	funcs   map[string]*ast.FuncDecl
	types   map[string]*ast.TypeSpec
	methods map[string][]*ast.FuncDecl // by type
}

// instance is a generic declaration with type arguments.
type instance struct {
	path, origin string
	args         []types.Type
	name         string
}

// scope is what names mean in a tree that is rewritten.
type scope struct {
	src  *source
	info *types.Info
	args map[types.Type]types.Type // what type parameters, and types that a generic function declares, become

	bound map[ast.Expr]bool // the assertion of the type switch that is visited, if it declares a variable
}

// needed reports whether there is anything generic in the program.
func (g *generics) needed() bool {
	if len(g.info.Instances) > 0 {
		return true
	}
	return slices.ContainsFunc(g.file.Decls, func(d ast.Decl) bool { return g.plainDecl(d) != d })
}

func newSource(pkg *types.Package, info *types.Info, files []*ast.File) *source {
	s := &source{pkg: pkg, info: info,
		funcs: make(map[string]*ast.FuncDecl), types: make(map[string]*ast.TypeSpec), methods: make(map[string][]*ast.FuncDecl)}
	for _, f := range files {
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil {
					s.funcs[s.declared(d.Name)] = d
				} else if base := receiverName(d.Recv.List[0].Type); base != nil {
					s.methods[s.declared(base)] = append(s.methods[s.declared(base)], d)
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					if t, ok := spec.(*ast.TypeSpec); ok {
						s.types[s.declared(t.Name)] = t
					}
				}
			}
		}
	}
	return s
}

// declared returns the name under which the checker knows what an identifier
// names: a pass before this one may have given it another.
func (s *source) declared(id *ast.Ident) string {
	if obj := s.info.ObjectOf(id); obj != nil {
		return obj.Name()
	}
	return id.Name
}

// receiverName returns the name in the type of a receiver.
func receiverName(t ast.Expr) *ast.Ident {
	switch t := ast.Unparen(t).(type) {
	case *ast.Ident:
		return t
	case *ast.StarExpr:
		return receiverName(t.X)
	case *ast.IndexExpr:
		return receiverName(t.X)
	case *ast.IndexListExpr:
		return receiverName(t.X)
	}
	return nil
}

// plainDecl returns what of a declaration stays as it is: nil of one that is
// generic, or constrains.
func (g *generics) plainDecl(d ast.Decl) ast.Decl {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if g.isGeneric(d) {
			return nil
		}
	case *ast.GenDecl:
		if d.Tok != token.TYPE {
			return d
		}
		rest := slices.DeleteFunc(slices.Clone(d.Specs), func(s ast.Spec) bool { return g.isGenericType(s.(*ast.TypeSpec)) })
		if len(rest) == len(d.Specs) {
			return d
		}
		if len(rest) == 0 {
			return nil
		}
		return &ast.GenDecl{TokPos: d.TokPos, Tok: d.Tok, Lparen: d.TokPos, Specs: rest}
	}
	return d
}

func (g *generics) isGenericType(s *ast.TypeSpec) bool {
	if s.TypeParams != nil {
		return true
	}
	obj := g.info.Defs[s.Name]
	if obj == nil {
		return false
	}
	i, ok := obj.Type().Underlying().(*types.Interface)
	return ok && !i.IsMethodSet()
}

// instanceOf returns the instance of a generic object, making it if it is new.
func (g *generics) instanceOf(obj types.Object, args []types.Type) *instance {
	path := g.path(obj.Pkg())
	for _, in := range g.list {
		if in.path == path && in.origin == obj.Name() && slices.EqualFunc(in.args, args, types.Identical) {
			return in
		}
	}
	in := &instance{path: path, origin: obj.Name(), args: args, name: g.fresh(obj.Name())}
	g.list = append(g.list, in)
	z := &sizer{most: mostWritten, sizes: make(map[types.Type]int)}
	for _, t := range args {
		if z.size(t) >= z.most {
			g.refuseInstance(in, "a type argument written out has more than 16,000 parts")
			return in
		}
	}
	if _, isType := obj.(*types.TypeName); isType {
		g.typeNames[in.name] = g.typeName(obj, args)
	}
	at := g.at
	g.queue = append(g.queue, func() {
		g.at = at
		g.make(in)
	})
	return in
}

// typeName returns the name of an instance that a program prints.
func (g *generics) typeName(obj types.Object, args []types.Type) string {
	var list []string
	for _, t := range args {
		list = append(list, g.reflected(t, true))
	}
	name := obj.Name() + "[" + strings.Join(list, ",") + "]"
	if len(name) > longestName {
		g.refuse(positioned(g.at), "generic declaration", "the interpreter cannot have an instance of "+obj.Name()+", whose name has more than 100,000 bytes", "")
		return obj.Name()
	}
	return name
}

func (g *generics) path(pkg *types.Package) string {
	if pkg == nil || pkg == g.pkg {
		return ""
	}
	return pkg.Path()
}

// make makes the declarations of an instance.
func (g *generics) make(in *instance) {
	src := g.source(in.path)
	if src == nil {
		return
	}
	obj := src.pkg.Scope().Lookup(in.origin)
	switch obj := obj.(type) {
	case *types.Func:
		d := src.funcs[in.origin]
		if d == nil || d.Body == nil {
			g.refuseInstance(in, "it has no source in Go")
			return
		}
		g.copyFunc(src, d, in.name, in.args, arguments(obj.Signature().TypeParams(), in.args))
	case *types.TypeName:
		t, ok := obj.Type().(interface{ TypeParams() *types.TypeParamList }) // a named type or an alias
		if !ok || src.types[in.origin] == nil {
			g.refuseInstance(in, "it has no source in Go")
			return
		}
		g.copyType(src, in.origin, in.name, in.args, arguments(t.TypeParams(), in.args))
	}
}

func (g *generics) refuseInstance(in *instance, why string) {
	name := in.origin
	if in.path != "" {
		name = in.path + "." + name
	}
	g.refuse(positioned(g.at), "generic declaration", "the interpreter cannot have an instance of "+name+": "+why, "")
}

func arguments(params *types.TypeParamList, args []types.Type) map[types.Type]types.Type {
	m := make(map[types.Type]types.Type)
	for i := range params.Len() {
		m[params.At(i)] = args[i]
	}
	return m
}

// copyFunc makes a declaration of a function of a package under another name.
func (g *generics) copyFunc(src *source, d *ast.FuncDecl, name string, list []types.Type, args map[types.Type]types.Type) {
	sc := &scope{src: src, info: g.copied, args: args}
	copied := copyTree(d, func(to, from ast.Node) { copyInfo(sc.info, to, src.info, from) })
	copied.Name, copied.Type.TypeParams, copied.Doc = &ast.Ident{NamePos: d.Name.NamePos, Name: name}, nil, nil
	g.ownTypes(sc, copied, list)
	g.rewrite(sc, copied)
	g.decls = append(g.decls, copied)
}

// copyType makes a declaration of a type and of its methods.
func (g *generics) copyType(src *source, origin, name string, list []types.Type, args map[types.Type]types.Type) {
	sc := &scope{src: src, info: g.copied, args: args}
	spec := copyTree(src.types[origin], func(to, from ast.Node) { copyInfo(sc.info, to, src.info, from) })
	spec.Name, spec.TypeParams, spec.Doc, spec.Comment = &ast.Ident{NamePos: spec.Name.NamePos, Name: name}, nil, nil, nil
	d := &ast.GenDecl{TokPos: spec.Pos(), Tok: token.TYPE, Specs: []ast.Spec{spec}}
	g.rewrite(sc, d)
	g.decls = append(g.decls, d)
	for _, m := range src.methods[origin] {
		f, ok := src.info.Defs[m.Name].(*types.Func)
		if !ok {
			continue
		}
		msc := &scope{src: src, info: g.copied, args: arguments(f.Signature().RecvTypeParams(), list)}
		copied := copyTree(m, func(to, from ast.Node) { copyInfo(msc.info, to, src.info, from) })
		recv := copied.Recv
		var t ast.Expr = &ast.Ident{NamePos: recv.Pos(), Name: name}
		if _, pointer := ast.Unparen(recv.List[0].Type).(*ast.StarExpr); pointer {
			t = &ast.StarExpr{Star: recv.Pos(), X: t}
		}
		copied.Recv, copied.Doc = nil, nil
		g.ownTypes(msc, copied, list)
		g.rewrite(msc, copied)
		recv.List[0].Type = t
		copied.Recv = recv
		g.decls = append(g.decls, copied)
	}
}
