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
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"rtbook/runner"
)

// Sources is what packages outside the toolchain are made of at one time: each
// is looked at once, and found without starting the go command. Its methods may
// be called concurrently.
type Sources struct {
	t *Toolchain

	mu   sync.Mutex
	seen map[string]source
	all  string // a hash of all packages; "" before it was asked for
}

// source is what one package is made of.
type source struct {
	part    runner.Part // empty if it has none
	imports []string    // sorted
	outside bool        // it is of another module, or may be
}

// Sources returns what packages are made of from now on.
func (t *Toolchain) Sources() *Sources {
	return &Sources{t: t, seen: make(map[string]source)}
}

// Parts returns everything outside the toolchain that can change the packages
// of the given import paths, as parts of a key. Each package reached in the
// module, in a folder that its go.mod puts in another module's place, or in its
// vendor folder, has a part with a hash of the files in its folder, other than
// tests. Then there are the path, the language version and the settings of go.mod; and
// go.mod, go.sum and vendor/modules.txt whole if packages of other modules are
// reached. Build constraints are not looked at, so that the parts cover more
// than any one build. A package of the toolchain, or of no module, has no part:
// its name is in what imports it.
func (s *Sources) Parts(paths []string) ([]runner.Part, error) {
	var parts []runner.Part
	outside := false
	err := s.walk(paths, func(src source) {
		if src.part.Name != "" {
			parts = append(parts, src.part)
		}
		outside = outside || src.outside
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(parts, func(a, b runner.Part) int { return strings.Compare(a.Name, b.Name) })
	if outside {
		required, err := s.t.requirements()
		if err != nil {
			return nil, fmt.Errorf("hash the module's requirements: %w", err)
		}
		parts = append(required, parts...)
	}
	return append([]runner.Part{{Name: "module", Value: s.t.settingsOfModule()}}, parts...), nil
}

// walk calls visit with every package that is reached from the given import
// paths, in no order.
func (s *Sources) walk(paths []string, visit func(source)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	reached := make(map[string]bool)
	for todo := slices.Clone(paths); len(todo) > 0; {
		p := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if reached[p] {
			continue
		}
		reached[p] = true
		src, err := s.visit(p)
		if err != nil {
			return fmt.Errorf("hash the source of package %s: %w", p, err)
		}
		visit(src)
		todo = append(todo, src.imports...)
	}
	return nil
}

// requirements returns hashes of the files that choose other modules.
func (t *Toolchain) requirements() ([]runner.Part, error) {
	var parts []runner.Part
	for _, name := range []string{"go.mod", "go.sum", "vendor/modules.txt"} {
		h := sha256.New()
		err := hashFile(h, filepath.Join(t.Dir, name), name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		parts = append(parts, runner.Part{Name: name, Value: hex.EncodeToString(h.Sum(nil))})
	}
	return parts, nil
}

// settingsOfModule returns what go.mod says of every package of the module, and
// its path, which a program can ask for (runtime/debug.ReadBuildInfo).
func (t *Toolchain) settingsOfModule() string {
	text := t.Module() + " " + t.Language()
	for _, d := range t.module.Godebug {
		text += fmt.Sprintf(", godebug %s=%s", d.Key, d.Value)
	}
	return text
}

// visit looks at one package.
func (s *Sources) visit(importPath string) (source, error) {
	if src, ok := s.seen[importPath]; ok {
		return src, nil
	}
	src := source{part: runner.Part{Name: "package " + importPath}}
	places := s.t.folders(importPath)
	if len(places) == 0 {
		first, _, _ := strings.Cut(importPath, "/")
		src.outside = strings.Contains(first, ".") || s.t.required(importPath)
		if src.part.Value = "of another module"; !src.outside {
			src.part = runner.Part{}
		}
		s.seen[importPath] = src
		return src, nil
	}
	h := sha256.New()
	imports := make(map[string]bool)
	for _, at := range places {
		src.outside = src.outside || at.other
		if at.other && at.root != "" { // its language version and its settings
			if err := hashFile(h, filepath.Join(at.root, "go.mod"), "go.mod"); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return source{}, err
			}
		}
		fmt.Fprintln(h, "folder")
		hashModules(h, at)
		there, err := hashFolder(h, at.dir, imports)
		if err != nil {
			return source{}, err
		}
		src.outside = src.outside || !there
	}
	src.part.Value = hex.EncodeToString(h.Sum(nil))
	src.imports = slices.Sorted(maps.Keys(imports))
	s.seen[importPath] = src
	return src, nil
}

// hashModules hashes which folders between a package's and its module's have a
// go.mod, by which the package is none of the module's. (One in its own folder
// is among its files.)
func hashModules(h hash.Hash, at place) {
	if at.root == "" {
		return
	}
	for dir := filepath.Dir(at.dir); len(dir) > len(filepath.Clean(at.root)); dir = filepath.Dir(dir) {
		if _, err := os.Lstat(filepath.Join(dir, "go.mod")); err == nil {
			rel, _ := filepath.Rel(at.root, dir)
			fmt.Fprintf(h, "module %q\n", filepath.ToSlash(rel))
		}
	}
}

// hashFolder hashes the files of a package in one folder, and adds what they
// import. It reports whether the folder is there.
func hashFolder(h hash.Hash, dir string, imports map[string]bool) (bool, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	var tests []string
	for _, e := range entries {
		name := e.Name()
		switch {
		case e.IsDir():
			continue
		case strings.HasSuffix(name, "_test.go"):
			tests = append(tests, name)
			continue
		}
		// A link to nothing is known by its name.
		if err := hashFile(h, filepath.Join(dir, name), name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return true, err
		}
		if strings.HasSuffix(name, ".go") {
			importsOf(filepath.Join(dir, name), imports)
		}
	}
	if !imports["embed"] {
		return true, nil
	}
	// Tests, and files in folders below, may be part of the package too.
	for _, name := range tests {
		if err := hashFile(h, filepath.Join(dir, name), name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return true, err
		}
	}
	return true, below(h, dir, entries)
}

// below hashes all files in the folders among entries, and what folders there
// are: the go command embeds none that is empty, and says so.
func below(h hash.Hash, dir string, entries []fs.DirEntry) error {
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		err := filepath.WalkDir(filepath.Join(dir, e.Name()), func(file string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			rel, err := filepath.Rel(dir, file)
			if err != nil {
				return err
			}
			if d.IsDir() {
				fmt.Fprintf(h, "folder %q\n", filepath.ToSlash(rel))
				return nil
			}
			if err := hashFile(h, file, filepath.ToSlash(rel)); !errors.Is(err, fs.ErrNotExist) {
				return err
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// hashFile hashes one file under the name that it has in its package. Of what is
// no regular file, such as a link or a socket, it hashes that it is there: the go
// command embeds none. What a link leads to counts as well, if that is a file. A
// hidden link to nothing, such as editors have as a lock, is no part of a package.
func hashFile(h hash.Hash, file, name string) error {
	itself, err := os.Lstat(file)
	if err != nil {
		return err
	}
	info, err := os.Stat(file)
	if kind := itself.Mode().Type(); kind != 0 && (err == nil || !strings.HasPrefix(path.Base(name), ".")) {
		fmt.Fprintf(h, "%v %q\n", kind, name)
	}
	if err != nil || !info.Mode().IsRegular() {
		return err
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	fmt.Fprintf(h, "file %q %d\n", name, len(text))
	h.Write(text)
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

// place is where a package's source may be.
type place struct {
	dir   string
	root  string // of its module; "" if vendored
	other bool   // the module is not the book's
}

// folders returns the folders that a package's source may be in and may change
// without its version changing: one of the main module, of a module that go.mod
// replaces by a folder, or a vendored one. Whether the go command takes the
// vendored one is up to flags and files that are not looked at: both count.
func (t *Toolchain) folders(importPath string) []place {
	best, found := "", place{}
	consider := func(module, root string, other bool) {
		if (importPath == module || strings.HasPrefix(importPath, module+"/")) && len(module) > len(best) {
			best = module
			found = place{dir: filepath.Join(root, filepath.FromSlash(importPath[len(module):])), root: root, other: other}
		}
	}
	consider(t.Module(), t.Dir, false)
	for _, r := range t.module.Replace {
		if r.New.Version == "" {
			root := filepath.FromSlash(r.New.Path)
			if !filepath.IsAbs(root) {
				root = filepath.Join(t.Dir, root)
			}
			consider(r.Old.Path, root, true)
		}
	}
	var all []place
	if best != "" && !t.requiredBelow(best, importPath) {
		all = append(all, found)
	}
	if len(all) == 0 || found.other {
		vendored := filepath.Join(t.Dir, "vendor", filepath.FromSlash(path.Clean("/"+importPath)))
		if info, err := os.Stat(vendored); err == nil && info.IsDir() {
			all = append(all, place{dir: vendored, other: true})
		}
	}
	return all
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
