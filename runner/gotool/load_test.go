package gotool

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rtbook/runner/store"
)

const book = `
-- go.mod --
module example.org/book

go 1.26
-- good/good.go --
package good

import "example.org/book/internal/deep"

func Twice(n int) int { return deep.Double(n) }
-- internal/deep/deep.go --
package deep

func Double(n int) int { return 2 * n }
-- broken/broken.go --
package broken

func F() int { return "text" }
-- needsbroken/n.go --
package needsbroken

import "example.org/book/broken"

var N = broken.F()
`

// checkImports type-checks a file that imports paths.
func checkImports(imp types.Importer, paths ...string) error {
	src := "package main\n"
	for _, p := range paths {
		src += fmt.Sprintf("import _ %q\n", p)
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "", src, 0)
	if err != nil {
		return err
	}
	_, err = (&types.Config{Importer: imp}).Check("main", fset, []*ast.File{file}, nil)
	return err
}

func TestLoad(t *testing.T) {
	tc := open(t, writeModule(t, book), "")
	imp, err := tc.Load(t.Context(), []string{
		"fmt", "unsafe", "example.org/book/good", "example.org/book/internal/deep",
		"nosuch", "example.org/book/nosuch", "example.com/elsewhere", "example.org/book/broken", "example.org/book/needsbroken",
		"std", "./good", "all", "example.org/book/...",
	})
	if err != nil {
		t.Fatal(err)
	}
	// os is not asked for, but fmt needs it, and a cell's variable may have one
	// of its types.
	if err := checkImports(imp, "fmt", "unsafe", "example.org/book/good", "example.org/book/internal/deep", "os"); err != nil {
		t.Errorf("packages that exist: %v", err)
	}
	pkg, err := imp.Import("example.org/book/good")
	if err != nil || pkg.Scope().Lookup("Twice") == nil {
		t.Errorf("package good has no Twice: %v", err)
	}
	for path, want := range map[string]string{
		"nosuch":                       "package nosuch is not in std",
		"example.org/book/nosuch":      "no required module provides package example.org/book/nosuch",
		"example.com/elsewhere":        "no required module provides package example.com/elsewhere",
		"example.org/book/broken":      `broken/broken.go:3:23: cannot use "text" (untyped string constant) as int value in return statement`,
		"example.org/book/needsbroken": `broken/broken.go:3:23: cannot use "text" (untyped string constant) as int value in return statement`,
		"std":                          `"std" is no import path`,
		"./good":                       `"./good" is no import path`,
		"all":                          `"all" is no import path`,
		"example.org/book/...":         `"example.org/book/..." is no import path`,
		"text/template":                "package text/template is not among the packages that the cells import",
	} {
		_, err := imp.Import(path)
		if err == nil || err.Error() != want {
			t.Errorf("Import(%q): %v, want %s", path, err, want)
		}
	}
}

// TestLoadCached has no go command in PATH any more: what was found before must
// do, as long as nothing changed.
func TestLoadCached(t *testing.T) {
	dir, cache := writeModule(t, book), t.TempDir()
	load := func(paths ...string) error {
		tc := open(t, dir, "")
		tc.Version = "go1.26.8" // not asked, since there is nothing to ask with
		tc.Store = &store.Store{Dir: cache}
		imp, err := tc.Load(t.Context(), paths)
		if err != nil {
			return err
		}
		return checkImports(imp, paths...)
	}
	paths := []string{"example.org/book/good", "fmt"}
	if err := load(paths...); err != nil {
		t.Fatal(err)
	}
	without := func(why string) {
		t.Helper()
		path := os.Getenv("PATH")
		t.Setenv("PATH", t.TempDir())
		defer t.Setenv("PATH", path)
		if err := load(paths...); err == nil || !strings.Contains(err.Error(), "no go command") {
			t.Errorf("%s: Load without a go command: %v", why, err)
		}
	}

	path := os.Getenv("PATH")
	t.Setenv("PATH", t.TempDir())
	if err := load("fmt", "example.org/book/good", "fmt"); err != nil {
		t.Errorf("the same packages in another order: %v", err)
	}
	if err := load("fmt", "os"); err == nil {
		t.Errorf("packages not asked for before were loaded without a go command")
	}
	t.Setenv("PATH", path)

	deep := filepath.Join(dir, "internal", "deep", "deep.go")
	text, _ := os.ReadFile(deep)
	write(t, deep, string(text)+"\nconst New = 1\n")
	without("a package behind the imported one changed")
	write(t, deep, string(text))

	// Each way to damage each entry has the go command asked again.
	entries, err := filepath.Glob(filepath.Join(cache, "imports", "*", "*"))
	if err != nil || len(entries) != 2 {
		t.Fatalf("cache entries: %v, %v; want one a package", entries, err)
	}
	for i, file := range entries {
		entry, _ := os.ReadFile(file)
		other, _ := os.ReadFile(entries[1-i])
		for _, damaged := range []string{"", "{", "{}", "null", string(entry[:len(entry)-1]), string(entry) + "\n", string(other), strings.Replace(string(entry), `"fmt":`, `"fmx":`, 1)} {
			write(t, file, damaged)
			if damaged != string(entry) {
				without(fmt.Sprintf("a damaged entry: %.50q", damaged))
			}
		}
		write(t, file, string(entry))
		if err := load(paths...); err != nil {
			t.Fatal(err)
		}
	}
	// A damaged one is replaced.
	write(t, entries[0], "damaged")
	if err := load(paths...); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", t.TempDir())
	if err := load(paths...); err != nil {
		t.Errorf("a damaged entry was not replaced: %v", err)
	}
	t.Setenv("PATH", path)
	write(t, filepath.Join(dir, "go.mod"), "module example.org/book\n\ngo 1.25\n")
	without("a changed go.mod")
}

// TestLoadOtherCompany asks without a go command for packages that are known
// from different lists.
func TestLoadOtherCompany(t *testing.T) {
	dir, cache := writeModule(t, book), t.TempDir()
	load := func(paths ...string) error {
		tc := open(t, dir, "")
		tc.Version = "go1.26.8"
		tc.Store = &store.Store{Dir: cache}
		imp, err := tc.Load(t.Context(), paths)
		if err != nil {
			return err
		}
		return checkImports(imp, paths...)
	}
	for _, paths := range [][]string{{"fmt", "example.org/book/good"}, {"sort", "unsafe", "strings"}} {
		if err := load(paths...); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", t.TempDir())
	for _, paths := range [][]string{{"fmt"}, {"sort", "fmt", "example.org/book/good"}, {"example.org/book/good", "strings", "unsafe"}} {
		if err := load(paths...); err != nil {
			t.Errorf("%v, each of which is known: %v", paths, err)
		}
	}
	if err := load("fmt", "bytes"); err == nil {
		t.Error("a package that nobody asked for was loaded without a go command")
	}
}

// TestLoadChangedMeanwhile has a package change while the go command lists it,
// so that what it said is stored for neither.
func TestLoadChangedMeanwhile(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the go command of this test is a shell script")
	}
	dir, cache, bin := writeModule(t, book), t.TempDir(), t.TempDir()
	real, err := exec.LookPath("go")
	if err != nil {
		t.Fatal(err)
	}
	deep := filepath.Join(dir, "internal", "deep", "deep.go")
	fake := fmt.Sprintf("#!/bin/sh\n[ \"$1\" != list ] || echo 'const New = 1' >> '%s'\nexec '%s' \"$@\"\n", deep, real)
	if err := os.WriteFile(filepath.Join(bin, "go"), []byte(fake), 0o777); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(deep)
	if err != nil {
		t.Fatal(err)
	}
	path := os.Getenv("PATH")
	load := func() error {
		tc := open(t, dir, "go1.26.8")
		tc.Store = &store.Store{Dir: cache}
		_, err := tc.Load(t.Context(), []string{"example.org/book/good", "fmt"})
		return err
	}
	t.Setenv("PATH", bin+string(os.PathListSeparator)+path)
	if err := load(); err != nil {
		t.Fatal(err)
	}
	entries, _ := filepath.Glob(filepath.Join(cache, "imports", "*", "*"))
	if len(entries) != 1 { // that of fmt
		t.Errorf("stored %v, want one entry", entries)
	}
	t.Setenv("PATH", t.TempDir())
	if err := load(); err == nil {
		t.Error("the package as it is now is known without a go command")
	}
	write(t, deep, string(before))
	if err := load(); err == nil {
		t.Error("the package as it was is known without a go command")
	}
}

// TestExportsStored cuts short and removes a file that the store knows.
func TestExportsStored(t *testing.T) {
	tc := &Toolchain{Store: &store.Store{Dir: t.TempDir()}}
	file := filepath.Join(t.TempDir(), "export")
	write(t, file, "data")
	key := store.Key("key")
	stored := func() exports { return tc.storedExports(key, make(fileSizes)) }
	tc.storeExports(key, exports{"p": file})
	if diff := cmp.Diff(exports{"p": file}, stored()); diff != "" {
		t.Errorf("what was stored (-want +got):\n%s", diff)
	}
	write(t, file, "dat")
	if got := stored(); got != nil {
		t.Errorf("a file that was cut short: %v", got)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if got := stored(); got != nil {
		t.Errorf("a file that is gone: %v", got)
	}
	if err := os.Mkdir(file, 0o777); err != nil {
		t.Fatal(err)
	}
	if got := stored(); got != nil {
		t.Errorf("a folder in its place: %v", got)
	}
}

// TestLoadFailureNotCached adds the package that was missing.
func TestLoadFailureNotCached(t *testing.T) {
	dir := writeModule(t, book)
	tc := open(t, dir, "")
	tc.Store = &store.Store{Dir: t.TempDir()}
	for i, want := range []bool{false, true} {
		imp, err := tc.Load(t.Context(), []string{"example.org/book/later"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := imp.Import("example.org/book/later"); (err == nil) != want {
			t.Errorf("step %d: Import: %v", i, err)
		}
		write(t, filepath.Join(dir, "later", "later.go"), "package later\n")
	}
}
