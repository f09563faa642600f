package lower

import (
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
)

// source returns a package of the standard library from its source, nil after
// refusing the program if it cannot be had. An importer with a method GOROOT says
// where the source is that its packages are of.
func (g *generics) source(path string) *source {
	if s, ok := g.sources[path]; ok {
		return s
	}
	s, err := g.load(path)
	if err != nil {
		g.refuse(positioned(g.at), "generic declaration", "the interpreter needs the source of package "+path+" for this, and cannot read it: "+err.Error(), "")
	}
	g.sources[path] = s
	return s
}

func (g *generics) load(path string) (*source, error) {
	ctx := build.Default
	ctx.CgoEnabled = false
	if t, ok := g.toolchain.(interface{ GOROOT() (string, error) }); ok {
		root, err := t.GOROOT()
		if err != nil {
			return nil, err
		}
		ctx.GOROOT = root
	}
	dir := filepath.Join(ctx.GOROOT, "src", filepath.FromSlash(path))
	bp, err := ctx.ImportDir(dir, 0)
	if err != nil {
		return nil, err
	}
	var files []*ast.File
	for _, name := range bp.GoFiles {
		f, err := parser.ParseFile(g.fset, filepath.Join(dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	if text := ours()[path]; text != "" {
		f, err := parser.ParseFile(g.fset, path, text, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		files = append(replace(files, f), f)
	}
	info := newInfo(0)
	conf := &types.Config{Importer: withRuntime{g.importer}, Sizes: types.SizesFor("gc", "amd64"), Error: func(error) {}, FakeImportC: true}
	pkg, err := conf.Check(path, g.fset, files, info)
	if pkg == nil {
		return nil, err
	}
	return newSource(pkg, info, files), nil
}

// replace takes what f declares, and imports that nothing needs then, out of
// files.
func replace(files []*ast.File, f *ast.File) []*ast.File {
	has := make(map[string]bool)
	for _, d := range f.Decls {
		for _, name := range declaredNames(d) {
			has[name] = true
		}
	}
	for _, file := range files {
		file.Decls = slices.DeleteFunc(file.Decls, func(d ast.Decl) bool {
			return slices.ContainsFunc(declaredNames(d), func(name string) bool { return has[name] })
		})
	}
	return files
}

// declaredNames returns the functions, methods ("T.m") and types of a
// declaration.
func declaredNames(d ast.Decl) []string {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil {
			return []string{d.Name.Name}
		}
		if base := receiverName(d.Recv.List[0].Type); base != nil {
			return []string{base.Name + "." + d.Name.Name}
		}
	case *ast.GenDecl:
		var names []string
		for _, s := range d.Specs {
			if t, ok := s.(*ast.TypeSpec); ok && d.Tok == token.TYPE {
				names = append(names, t.Name.Name)
			}
		}
		return names
	}
	return nil
}

// ours are declarations of packages that take the place of those in the source,
// because these use package unsafe, assembly or the runtime.
func ours() map[string]string {
	return map[string]string{
		"slices": `package slices
func overlaps[E any](a, b []E) bool {
	if len(a) == 0 || len(b) == 0 { return false }
	for i := range a { if &a[i] == &b[0] { return true } }
	for i := range b { if &b[i] == &a[0] { return true } }
	return false
}
`,
		"maps": `package maps
func Clone[M ~map[K]V, K comparable, V any](m M) M {
	if m == nil { return nil }
	c := make(M, len(m))
	for k, v := range m { c[k] = v }
	return c
}
`,
		"math/rand/v2": `package rand
func N[Int intType](n Int) Int {
	if n <= 0 { panic("invalid argument to N") }
	return Int(Uint64N(uint64(n)))
}
`,
		"iter": `package iter
import rt "` + runtimePath + `"
func Pull[V any](seq Seq[V]) (next func() (V, bool), stop func()) {
	n, s := rt.Pull(func(yield func(any) bool) { seq(func(v V) bool { return yield(&v) }) })
	next = func() (V, bool) {
		if p, ok := n(); ok { return *p.(*V), true }
		var zero V
		return zero, false
	}
	return next, s
}
type pulled[K, V any] struct { k K; v V }
func Pull2[K, V any](seq Seq2[K, V]) (next func() (K, V, bool), stop func()) {
	n, s := rt.Pull(func(yield func(any) bool) { seq(func(k K, v V) bool { return yield(&pulled[K, V]{k, v}) }) })
	next = func() (K, V, bool) {
		if p, ok := n(); ok { kv := p.(*pulled[K, V]); return kv.k, kv.v, true }
		var k K
		var v V
		return k, v, false
	}
	return next, s
}
`,
		"sync/atomic": `package atomic
type Pointer[T any] struct { p Value }
type pointer[T any] struct { p *T }
func (x *Pointer[T]) Load() *T {
	if v, ok := x.p.Load().(*pointer[T]); ok { return v.p }
	return nil
}
func (x *Pointer[T]) Store(val *T) { x.p.Store(&pointer[T]{val}) }
func (x *Pointer[T]) Swap(new *T) (old *T) {
	if v, ok := x.p.Swap(&pointer[T]{new}).(*pointer[T]); ok { return v.p }
	return nil
}
func (x *Pointer[T]) CompareAndSwap(old, new *T) (swapped bool) {
	for {
		was := x.p.Load()
		v, ok := was.(*pointer[T])
		if ok && v.p != old || !ok && old != nil { return false }
		if x.p.CompareAndSwap(was, &pointer[T]{new}) { return true }
	}
}
`,
	}
}
