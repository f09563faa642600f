package alloc

import (
	"go/ast"
	"go/build"
	"go/constant"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// goroot returns the root of the toolchain that runs this test.
func goroot(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatalf("go env GOROOT: %v", err)
	}
	return strings.TrimSpace(string(out))
}

// source is a package of the toolchain, type-checked from its source.
type source struct {
	fset  *token.FileSet
	pkg   *types.Package
	files []*ast.File
}

func checkSource(t *testing.T, fset *token.FileSet, imp types.Importer, path string) source {
	t.Helper()
	ctx := build.Default
	ctx.CgoEnabled = false
	dir := filepath.Join(goroot(t), "src", filepath.FromSlash(path))
	found, err := ctx.ImportDir(dir, 0)
	if err != nil {
		t.Fatal(err)
	}
	s := source{fset: fset}
	for _, name := range found.GoFiles {
		f, err := parser.ParseFile(fset, filepath.Join(dir, name), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		s.files = append(s.files, f)
	}
	conf := types.Config{Importer: imp, Sizes: types.SizesFor("gc", "amd64"), IgnoreFuncBodies: true, Error: func(error) {}}
	s.pkg, _ = conf.Check(path, fset, s.files, nil)
	return s
}

// eval evaluates a constant expression in the package, in any file whose
// imports suffice.
func (s source) eval(expr string) (constant.Value, error) {
	var last error
	for _, f := range s.files {
		v, err := types.Eval(s.fset, s.pkg, f.End()-1, expr)
		if err == nil && v.Value != nil {
			return constant.ToInt(v.Value), nil
		}
		last = err
	}
	return nil, last
}

// TestConstantsMirrorTheRuntime evaluates what each "go:" comment of this
// package refers to in the toolchain's source, and compares.
func TestConstantsMirrorTheRuntime(t *testing.T) {
	fset := token.NewFileSet()
	here, err := build.Default.ImportDir(".", 0)
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, name := range here.GoFiles {
		f, err := parser.ParseFile(fset, name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	// Imports need not resolve: no constant depends on one.
	conf := types.Config{Error: func(error) {}, IgnoreFuncBodies: true}
	ours, _ := conf.Check("alloc", fset, files, nil)

	imp := importer.ForCompiler(fset, "source", nil)
	sources := map[string]source{}
	checked := 0
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || spec.Comment == nil {
				return true
			}
			ref, ok := strings.CutPrefix(strings.TrimSpace(spec.Comment.Text()), "go:")
			if !ok {
				return true
			}
			c, ok := ours.Scope().Lookup(spec.Names[0].Name).(*types.Const)
			if !ok {
				return true
			}
			path, expr, ok := strings.Cut(ref, " ")
			if !ok {
				path, expr, _ = strings.Cut(ref, ".")
			}
			if _, ok := sources[path]; !ok {
				sources[path] = checkSource(t, fset, imp, path)
			}
			want, err := sources[path].eval(expr)
			if err != nil {
				t.Errorf("%s: %s: %v", c.Name(), ref, err)
				return true
			}
			if got := constant.ToInt(c.Val()); !constant.Compare(got, token.EQL, want) {
				t.Errorf("%s = %s, but %s is %s", c.Name(), got, ref, want)
			}
			checked++
			return true
		})
	}
	if checked < 25 {
		t.Errorf("compared %d constants, expected at least 25", checked)
	}
}
