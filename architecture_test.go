package rtbook_test

import (
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"os"
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
	{pkg: "cmd/rtbook", may: []string{"internal/pipeline", "internal/book", "internal/finding", "runner/sandbox", "runner/interp/worker", "runner/store"}},
	{pkg: "internal/pipeline", may: []string{"internal/site", "internal/facts", "internal/book", "internal/finding", "runner/..."}},
	{pkg: "internal/site", may: []string{"internal/book", "internal/finding", "runner", "runner/show", "theme", "internal/site/lexers"}},
	{pkg: "internal/site/lexers", leaf: true},
	{pkg: "internal/book", may: []string{"internal/finding", "runner"}},
	{pkg: "internal/facts", may: []string{"internal/finding", "runner/gotool", "runner/store"}},
	{pkg: "internal/finding", leaf: true},
	{pkg: "theme", leaf: true},
	{pkg: "runner", may: []string{"runner/wire", "runner/store"}},
	{pkg: "runner/store", leaf: true},
	{pkg: "runner/wire", leaf: true},
	{pkg: "runner/show", leaf: true},
	{pkg: "runner/sandbox", may: []string{"runner", "runner/wire"}},
	{pkg: "runner/gotool", may: []string{"runner", "runner/wire", "runner/sandbox", "runner/store"}},
	{pkg: "runner/interp", may: []string{"runner", "runner/wire", "runner/sandbox", "runner/interp/..."}},
	{pkg: "runner/interp/lower", may: []string{"runner"}},
	{pkg: "runner/interp/worker/rt", may: []string{"runner/interp/worker/box"}},
	{pkg: "runner/interp/worker/symbols", may: []string{"model/...", "runner/show"}},
	{pkg: "runner/interp/worker/...", may: []string{"runner", "runner/wire", "runner/show", "runner/interp/worker/..."}},
	{pkg: "model/event", leaf: true},
	{pkg: "model/alloc", may: []string{"model/event"}},
	{pkg: "model/sched", may: []string{"model/event"}},
	{pkg: "model/boot", may: []string{"model/event"}},
	{pkg: "model/gc", may: []string{"model/event", "model/alloc", "model/sched"}},
	{pkg: "model/view", may: []string{"model/...", "runner/show"}},
}

type layer struct {
	pkg  string
	may  []string
	leaf bool // it imports nothing of ours
}

// outside are imports that some packages must do without. An entry ending in
// "/..." stands for the packages below it too.
var outside = []struct {
	pkg   string
	not   []string
	since string
}{
	{"model/...", []string{"C", "time", "os/...", "sync/...", "runtime/...", "unsafe", "reflect", "context", "net/...", "syscall", "math/rand/...", "crypto/rand", "log/..."}, "a model is deterministic and holds no goroutine, clock or file"},
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
			if _, err := os.Stat(filepath.Join(file, "go.mod")); err == nil && file != "." {
				return filepath.SkipDir // a module of its own
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
				name := strings.Trim(imp.Path.Value, `"`)
				if slices.ContainsFunc(rule.not, func(not string) bool { return within(not, name) }) {
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

// TestModelHasNoState: a package-level variable of the model is a table that
// nothing writes to, or two machines would know of each other.
func TestModelHasNoState(t *testing.T) {
	vars := make(map[string]map[string]bool) // by package
	goFiles(t, func(pkg, file string, fset *token.FileSet, f *ast.File) {
		for _, d := range f.Decls {
			gen, ok := d.(*ast.GenDecl)
			if !ok || gen.Tok != token.VAR || !within("model/...", pkg) {
				continue
			}
			for _, spec := range gen.Specs {
				for _, name := range spec.(*ast.ValueSpec).Names {
					if vars[pkg] == nil {
						vars[pkg] = make(map[string]bool)
					}
					vars[pkg][name.Name] = true
				}
			}
		}
	})
	goFiles(t, func(pkg, file string, fset *token.FileSet, f *ast.File) {
		written := func(e ast.Expr) {
			if name := rootIdent(e); name != nil && vars[pkg][name.Name] {
				t.Errorf("%s: %s is package-level state", fset.Position(name.Pos()), name.Name)
			}
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				for _, e := range n.Lhs {
					written(e)
				}
			case *ast.IncDecStmt:
				written(n.X)
			case *ast.UnaryExpr:
				if n.Op == token.AND {
					written(n.X)
				}
			}
			return true
		})
	})
	if len(vars["model/event"]) == 0 {
		t.Error("no package-level variable was found in model/event, which has tables")
	}
}

// rootIdent returns x of x.a[i].b, or nil.
func rootIdent(e ast.Expr) *ast.Ident {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x
		case *ast.IndexExpr:
			e = x.X
		case *ast.SelectorExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		default:
			return nil
		}
	}
}

// TestModelSurface: what a model exports can be used from interpreted cells,
// and variables of it can be declared outside: no type parameters, no
// iterators, and no type without a name that cells can write.
func TestModelSurface(t *testing.T) {
	checked := 0
	goFiles(t, func(pkg, file string, fset *token.FileSet, f *ast.File) {
		if !within("model/...", pkg) {
			return
		}
		for _, e := range surface(f) {
			checked++
			if why := unnameable(e.expr); why != "" {
				t.Errorf("%s: %s has %s", fset.Position(e.expr.Pos()), e.name, why)
			}
		}
	})
	if checked < 100 {
		t.Errorf("only %d types were looked at", checked)
	}
}

// A typeOf is a type in the exported surface of a file.
type typeOf struct {
	name string // of what has it
	expr ast.Expr
}

func surface(f *ast.File) []typeOf {
	var all []typeOf
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Name.IsExported() && (d.Recv == nil || rootIdent(d.Recv.List[0].Type).IsExported()) {
				all = append(all, typeOf{d.Name.Name, d.Type})
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					if spec.Name.IsExported() {
						all = append(all, surfaceOfType(spec)...)
					}
				case *ast.ValueSpec:
					if spec.Type != nil && slices.ContainsFunc(spec.Names, (*ast.Ident).IsExported) {
						all = append(all, typeOf{spec.Names[0].Name, spec.Type})
					}
				}
			}
		}
	}
	return all
}

func surfaceOfType(spec *ast.TypeSpec) []typeOf {
	var all []typeOf
	if spec.TypeParams != nil {
		all = append(all, typeOf{spec.Name.Name, &ast.FuncType{Func: spec.Pos(), TypeParams: spec.TypeParams}})
	}
	s, ok := spec.Type.(*ast.StructType)
	if !ok {
		return append(all, typeOf{spec.Name.Name, spec.Type})
	}
	for _, field := range s.Fields.List {
		if slices.ContainsFunc(field.Names, (*ast.Ident).IsExported) {
			all = append(all, typeOf{spec.Name.Name + "." + field.Names[0].Name, field.Type})
		}
	}
	return all
}

// unnameable says what keeps cells from using a type, or "".
func unnameable(e ast.Expr) (why string) {
	ast.Inspect(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Field: // its names may be anything
			why = cmp.Or(why, unnameable(n.Type))
			return false
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && x.Name == "iter" {
				why = "an iterator"
			}
			return false
		case *ast.FuncType:
			if n.TypeParams != nil {
				why = "type parameters"
			}
		case *ast.Ident:
			if !n.IsExported() && types.Universe.Lookup(n.Name) == nil {
				why = "the unexported type " + n.Name
			}
		}
		return why == ""
	})
	return why
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
var exits = []string{"cmd/rtbook", "runner/sandbox", "runner/interp/worker/...", "runner/wire"}

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
