package rtbook_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// layers says which packages of this module each package may import, by path
// below the module. An entry ending in "/..." stands for the packages below it
// too. A package that no entry names is an error: it has to be given its place.
var layers = []layer{
	{pkg: "cmd/rtbook", may: []string{"internal/pipeline", "internal/book", "runner/interp/worker"}},
	{pkg: "internal/pipeline", may: []string{"internal/site", "internal/book", "internal/finding", "runner/..."}},
	{pkg: "internal/site", may: []string{"internal/book", "internal/finding", "runner", "theme"}},
	{pkg: "internal/book", may: []string{"internal/finding", "runner"}},
	{pkg: "internal/finding", leaf: true},
	{pkg: "theme", leaf: true},
	{pkg: "runner", may: []string{"runner/wire"}},
	{pkg: "runner/wire", leaf: true},
	{pkg: "runner/sandbox", may: []string{"runner", "runner/wire"}},
	{pkg: "runner/gotool", may: []string{"runner", "runner/wire", "runner/sandbox"}},
	{pkg: "runner/interp", may: []string{"runner", "runner/wire", "runner/sandbox", "runner/interp/..."}},
	{pkg: "runner/interp/worker/symbols", may: []string{"model/..."}},
	{pkg: "runner/interp/worker/...", may: []string{"runner", "runner/wire", "runner/interp/worker/..."}},
	{pkg: "model/event", leaf: true},
	{pkg: "model/alloc", may: []string{"model/event"}},
	{pkg: "model/sched", may: []string{"model/event"}},
	{pkg: "model/boot", may: []string{"model/event"}},
	{pkg: "model/gc", may: []string{"model/event", "model/alloc", "model/sched"}},
}

type layer struct {
	pkg  string
	may  []string
	leaf bool // it imports nothing of ours
}

// outside are imports that some packages must do without.
var outside = []struct {
	pkg   string
	not   []string
	since string
}{
	{"model/...", []string{"time", "os", "sync", "sync/atomic", "runtime", "runtime/debug", "unsafe", "reflect", "context", "math/rand", "math/rand/v2"}, "a model is deterministic and holds no goroutine, clock or file"},
	{"runner/interp/worker/...", []string{"os/exec", "net", "syscall"}, "the interpreter's child starts nothing and builds for js/wasm"},
	{"internal/site", []string{"time", "math/rand", "math/rand/v2", "os/exec"}, "rendering is pure: the same in gives the same bytes out"},
}

func within(pattern, pkg string) bool {
	if base, ok := strings.CutSuffix(pattern, "/..."); ok {
		return pkg == base || strings.HasPrefix(pkg, base+"/")
	}
	return pkg == pattern
}

// goFiles calls do with each Go file of the module that is not a test and not
// a generator, parsed.
func goFiles(t *testing.T, do func(pkg, file string, fset *token.FileSet, f *ast.File)) {
	t.Helper()
	fset := token.NewFileSet()
	err := filepath.WalkDir(".", func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name := d.Name(); name == "testdata" || (strings.HasPrefix(name, ".") && name != ".") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(fset, file, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(f.Comments, ignored) {
			return nil
		}
		do(path.Dir(filepath.ToSlash(file)), file, fset, f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// ignored reports whether a comment keeps its file out of every build.
func ignored(c *ast.CommentGroup) bool {
	return slices.ContainsFunc(c.List, func(l *ast.Comment) bool { return l.Text == "//go:build ignore" })
}

func TestImportsPointOneWay(t *testing.T) {
	seen := make(map[string]bool)
	goFiles(t, func(pkg, file string, fset *token.FileSet, f *ast.File) {
		i := slices.IndexFunc(layers, func(l layer) bool { return within(l.pkg, pkg) })
		if i < 0 {
			t.Errorf("%s: package %s has no place in the layers of this test", file, pkg)
			return
		}
		seen[layers[i].pkg] = true
		for _, imp := range f.Imports {
			name := strings.Trim(imp.Path.Value, `"`)
			ours, ok := strings.CutPrefix(name, "rtbook/")
			if !ok {
				continue
			}
			if layers[i].leaf || !slices.ContainsFunc(layers[i].may, func(p string) bool { return within(p, ours) }) {
				t.Errorf("%s: %s may not import %s", fset.Position(imp.Pos()), pkg, name)
			}
		}
	})
	for _, l := range layers {
		if !seen[l.pkg] {
			t.Errorf("the layers name %s, which does not exist", l.pkg)
		}
	}
}

func TestImportsFromOutside(t *testing.T) {
	goFiles(t, func(pkg, file string, fset *token.FileSet, f *ast.File) {
		for _, rule := range outside {
			if !within(rule.pkg, pkg) {
				continue
			}
			for _, imp := range f.Imports {
				if name := strings.Trim(imp.Path.Value, `"`); slices.Contains(rule.not, name) {
					t.Errorf("%s: %s imports %s, but %s", fset.Position(imp.Pos()), pkg, name, rule.since)
				}
			}
		}
	})
}

func TestModelHasNoConcurrency(t *testing.T) {
	goFiles(t, func(pkg, file string, fset *token.FileSet, f *ast.File) {
		if !within("model/...", pkg) {
			return
		}
		for _, imp := range f.Imports {
			if imp.Path.Value == `"iter"` && pkg != "model/sched" {
				t.Errorf("%s: only model/sched has coroutines", fset.Position(imp.Pos()))
			}
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if g, ok := n.(*ast.GoStmt); ok {
				t.Errorf("%s: a model has no go statement", fset.Position(g.Pos()))
			}
			return true
		})
	})
}

func TestEveryPackageSaysWhatItIsFor(t *testing.T) {
	said := make(map[string]bool)
	goFiles(t, func(pkg, file string, fset *token.FileSet, f *ast.File) {
		said[pkg] = said[pkg] || f.Doc.Text() != ""
	})
	for pkg, ok := range said {
		if !ok {
			t.Errorf("package %s has no package comment", pkg)
		}
	}
}

// exits are the places that may end a process: the command, and the code that
// is compiled into the programs that rtbook runs.
var exits = []string{"cmd/rtbook", "runner/interp/worker/...", "runner/wire"}

func TestOnlyMainExits(t *testing.T) {
	goFiles(t, func(pkg, file string, fset *token.FileSet, f *ast.File) {
		if slices.ContainsFunc(exits, func(p string) bool { return within(p, pkg) }) {
			return
		}
		ast.Inspect(f, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if x, ok := sel.X.(*ast.Ident); ok && x.Name == "os" && sel.Sel.Name == "Exit" {
				t.Errorf("%s: only main exits", fset.Position(sel.Pos()))
			}
			return true
		})
	})
}
