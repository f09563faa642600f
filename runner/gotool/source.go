package gotool

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"hash"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// SourceHash returns a hash of everything outside the toolchain that can
// change the packages of the given import paths, found without starting the go
// command: the files other than tests in the folders of all packages reached
// in the module, in folders that its go.mod puts in another's place, and in
// its vendor folder; the language version and the settings of go.mod; and all of
// go.mod and go.sum if the packages of other modules are reached. Build constraints are not looked at, so that the hash covers more
// than any one build. A path of no package counts as a name only.
func (t *Toolchain) SourceHash(paths []string) (string, error) {
	w := sourceWalk{t: t, hash: sha256.New(), seen: make(map[string]bool)}
	fmt.Fprintf(w.hash, "go %s\n", t.Language())
	for _, d := range t.module.Godebug {
		fmt.Fprintf(w.hash, "godebug %s=%s\n", d.Key, d.Value)
	}
	todo := slices.Sorted(slices.Values(paths))
	for len(todo) > 0 {
		p := todo[0]
		todo = todo[1:]
		if w.seen[p] {
			continue
		}
		w.seen[p] = true
		imports, err := w.visit(p)
		if err != nil {
			return "", fmt.Errorf("hash the source of package %s: %w", p, err)
		}
		todo = append(todo, imports...)
	}
	if w.outside {
		for _, name := range []string{"go.mod", "go.sum", "vendor/modules.txt"} {
			if err := w.file(filepath.Join(t.Dir, name), name); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return "", fmt.Errorf("hash the module's requirements: %w", err)
			}
		}
	}
	return hex.EncodeToString(w.hash.Sum(nil)), nil
}

// sourceWalk is one walk over packages, in a fixed order.
type sourceWalk struct {
	t       *Toolchain
	hash    hash.Hash
	seen    map[string]bool
	outside bool // whether a package of another module was reached
}

// visit hashes one package and returns what it imports, sorted.
func (w *sourceWalk) visit(importPath string) ([]string, error) {
	fmt.Fprintf(w.hash, "package %q\n", importPath)
	dir, ok := w.t.folder(importPath)
	if !ok {
		first, _, _ := strings.Cut(importPath, "/")
		w.outside = w.outside || strings.Contains(first, ".") || w.t.required(importPath)
		return nil, nil
	}
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		w.outside = true
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	imports := make(map[string]bool)
	for _, e := range entries {
		name := e.Name()
		if e.IsDir() || strings.HasSuffix(name, "_test.go") {
			continue
		}
		if err := w.file(filepath.Join(dir, name), name); err != nil {
			return nil, err
		}
		if strings.HasSuffix(name, ".go") {
			importsOf(filepath.Join(dir, name), imports)
		}
	}
	if imports["embed"] { // files in folders below may be part of the package
		if err := w.below(dir, entries); err != nil {
			return nil, err
		}
	}
	var list []string
	for p := range imports {
		list = append(list, p)
	}
	slices.Sort(list)
	return list, nil
}

// below hashes all files in the folders among entries.
func (w *sourceWalk) below(dir string, entries []fs.DirEntry) error {
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		err := filepath.WalkDir(filepath.Join(dir, e.Name()), func(file string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			rel, err := filepath.Rel(dir, file)
			if err != nil {
				return err
			}
			return w.file(file, filepath.ToSlash(rel))
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// file hashes one file under the name that it has in its package. What is no
// regular file, such as a socket or a broken link, is no part of a package.
func (w *sourceWalk) file(file, name string) error {
	if info, err := os.Stat(file); err != nil || !info.Mode().IsRegular() {
		return err
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	fmt.Fprintf(w.hash, "file %q %d\n", name, len(text))
	w.hash.Write(text)
	return nil
}

// importsOf adds the imports of a file. One that does not parse has none that
// matter: nothing that needs it compiles until the file changes.
func importsOf(file string, into map[string]bool) {
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if f == nil || err != nil && len(f.Imports) == 0 {
		return
	}
	for _, spec := range f.Imports {
		if p, err := strconv.Unquote(spec.Path.Value); err == nil {
			into[p] = true
		}
	}
}

// folder returns the folder of a package whose source may change without its
// version changing: one of the main module, of a module that go.mod replaces by
// a folder, or a vendored one.
func (t *Toolchain) folder(importPath string) (string, bool) {
	best, dir := "", ""
	consider := func(module, root string) {
		if (importPath == module || strings.HasPrefix(importPath, module+"/")) && len(module) > len(best) {
			best, dir = module, filepath.Join(root, filepath.FromSlash(importPath[len(module):]))
		}
	}
	consider(t.Module(), t.Dir)
	for _, r := range t.module.Replace {
		if r.New.Version == "" {
			root := filepath.FromSlash(r.New.Path)
			if !filepath.IsAbs(root) {
				root = filepath.Join(t.Dir, root)
			}
			consider(r.Old.Path, root)
		}
	}
	if best != "" && !t.requiredBelow(best, importPath) {
		return dir, true
	}
	vendored := filepath.Join(t.Dir, "vendor", filepath.FromSlash(path.Clean("/"+importPath)))
	if info, err := os.Stat(vendored); err == nil && info.IsDir() {
		return vendored, true
	}
	return "", false
}

// required says whether the package is of a module that go.mod requires.
func (t *Toolchain) required(importPath string) bool { return t.requiredBelow("", importPath) }

// requiredBelow says whether go.mod requires a module that has the package and
// is nested in the module named outer.
func (t *Toolchain) requiredBelow(outer, importPath string) bool {
	for _, r := range t.module.Require {
		m := r.Mod.Path
		if len(m) > len(outer) && (importPath == m || strings.HasPrefix(importPath, m+"/")) {
			return true
		}
	}
	return false
}
