package gotool

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"rtbook/runner/store"
)

// Load returns an importer for the packages of the given import paths and for
// those that they depend on. A path that names no package, or one that does not
// compile, is an error of Import, in the go command's words; Load fails only if
// the go command cannot work.
//
// The go command lists each package once. What it found is kept in Store, under
// a key of everything that it depends on; as long as that and the files found
// are there for each of the paths, in whatever company they were asked for, the
// go command is not started.
func (t *Toolchain) Load(ctx context.Context, paths []string) (types.Importer, error) {
	paths = slices.Compact(slices.Sorted(slices.Values(paths)))
	known := make(exports)
	keys := make(map[string]string)
	sizes := make(fileSizes)
	now := t.Sources()
	var unknown []string
	for _, p := range paths {
		key, err := t.loadKey(now, p)
		if err != nil {
			return nil, err
		}
		if found := t.storedExports(key, sizes); found != nil {
			maps.Copy(known, found)
		} else {
			keys[p] = key
			unknown = append(unknown, p)
		}
	}
	failures := make(map[string]error)
	if len(unknown) > 0 {
		listed, err := t.list(ctx, unknown, failures)
		if err != nil {
			return nil, err
		}
		then := t.Sources()
		for p, key := range keys {
			if k, err := t.loadKey(then, p); err != nil || k != key {
				continue // it changed meanwhile
			}
			if files := listed.closure(p); files != nil {
				t.storeExports(key, files)
			}
		}
		for p, l := range listed {
			if l.Export != "" {
				known[p] = l.Export
			}
		}
	}
	imp := newExportImporter(known, failures)
	imp.root = func() (string, error) {
		env, err := t.settings(context.WithoutCancel(ctx))
		return env.GOROOT, err
	}
	return imp, nil
}

// exports is where the go command has each package's export data.
type exports map[string]string

// listing is what the go command says of packages.
type listing map[string]listed

type listed struct {
	ImportPath, Export string
	Deps               []string
	Error              *listError
	DepsErrors         []*listError
}

// closure returns where the export data of a package and of all that it
// depends on is, or nil if something is wrong with any of them.
func (l listing) closure(path string) exports {
	p, ok := l[path]
	if !ok || p.Error != nil || len(p.DepsErrors) > 0 {
		return nil
	}
	found := make(exports)
	for _, dep := range append(p.Deps, path) {
		switch d := l[dep]; {
		case dep == "unsafe": // has none
		case d.Export == "" || d.Error != nil:
			return nil
		default:
			found[dep] = d.Export
		}
	}
	return found
}

// list asks the go command, which compiles what it has not compiled before.
func (t *Toolchain) list(ctx context.Context, paths []string, failures map[string]error) (listing, error) {
	args := []string{"list", "-e", "-export", "-deps", "-json=ImportPath,Export,Deps,Error,DepsErrors", "--"}
	for _, p := range paths {
		if pattern(p) {
			failures[p] = fmt.Errorf("%q is no import path", p)
		} else {
			args = append(args, p)
		}
	}
	all := make(listing)
	if len(failures) == len(paths) {
		return all, nil
	}
	cmd, err := t.command(ctx, args...)
	if err != nil {
		return nil, err
	}
	out, err := output(cmd)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, fmt.Errorf("resolve the imports of the cells: %w", err)
	}
	dec := json.NewDecoder(bytes.NewReader(out))
	for {
		var p listed
		switch err := dec.Decode(&p); {
		case errors.Is(err, io.EOF):
			return all, nil
		case err != nil:
			return nil, fmt.Errorf("resolve the imports of the cells: %w", err)
		case p.Export != "":
		case p.Error != nil:
			failures[p.ImportPath] = errors.New(p.Error.text())
		case len(p.DepsErrors) > 0:
			failures[p.ImportPath] = errors.New(p.DepsErrors[0].text())
		}
		all[p.ImportPath] = p
	}
}

// pattern says whether the go command takes an import path for something else:
// several packages, a folder, a file or a version.
func pattern(p string) bool {
	switch p {
	case "", "all", "std", "cmd", "tool", "work", "main", "command-line-arguments":
		return true
	}
	return strings.Contains(p, "...") || strings.ContainsAny(p, "@ ") || strings.HasSuffix(p, ".go") ||
		strings.HasPrefix(p, ".") || strings.HasPrefix(p, "/") || strings.HasPrefix(p, "-")
}

// listError is how go list describes what is wrong with a package.
type listError struct{ Pos, Err string }

// text returns the first line that says something.
func (e *listError) text() string {
	for line := range strings.Lines(e.Err) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" || strings.HasPrefix(line, "# ") {
			continue
		}
		line = trimMessage(line)
		if e.Pos != "" {
			line = e.Pos + ": " + line
		}
		return line
	}
	return "the package does not compile"
}

// trimMessage takes off a line of the go command's what leads to the next line,
// and where the toolchain is on this machine.
func trimMessage(line string) string {
	line = strings.TrimSuffix(line, "; to add it:")
	if i := strings.Index(line, " is not in std ("); i >= 0 {
		line = line[:i] + " is not in std"
	}
	return line
}

// loadKey is a hash of all that the listing of a package depends on.
func (t *Toolchain) loadKey(s *Sources, path string) (string, error) {
	sources, err := s.Parts([]string{path})
	if err != nil {
		return "", err
	}
	parts := []string{"imports 3", t.identity(), t.target(), path}
	for _, p := range sources {
		parts = append(parts, p.Name, p.Value)
		if strings.HasPrefix(p.Name, "package ") { // its export data names its files
			parts = append(parts, t.Dir)
		}
	}
	return store.Key(parts...), nil
}

// identity names the toolchain without starting it.
func (t *Toolchain) identity() string {
	if t.Version != "" {
		return t.Version
	}
	file, err := exec.LookPath("go")
	if err != nil {
		return ""
	}
	if file, err = filepath.EvalSymlinks(file); err != nil {
		return ""
	}
	info, err := os.Stat(file)
	if err != nil {
		return ""
	}
	return fmt.Sprint(file, info.Size(), info.ModTime().UnixNano(), os.Getenv("GOTOOLCHAIN"))
}

func (t *Toolchain) target() string {
	if t.Target != "" {
		return t.Target
	}
	return runtime.GOOS + "/" + runtime.GOARCH
}

// exportEntry is what is stored of a package: where its export data and that
// of all that it depends on is.
type exportEntry map[string]exportFile

type exportFile struct {
	File string `json:"file"`
	Size int64  `json:"size"`
}

// fileSizes has the sizes of files that were looked at; -1 for one that is not
// there.
type fileSizes map[string]int64

func (s fileSizes) of(file string) int64 {
	size, ok := s[file]
	if !ok {
		size = -1
		if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() {
			size = info.Size()
		}
		s[file] = size
	}
	return size
}

// storedExports returns what was stored under key if every file is still there
// and as long as it was: the go command trims its cache, and replaces a file
// that was cut short.
func (t *Toolchain) storedExports(key string, sizes fileSizes) exports {
	text, ok := t.Store.Get(store.Imports, key)
	var e exportEntry
	if !ok || json.Unmarshal(text, &e) != nil || e == nil {
		return nil
	}
	found := make(exports, len(e))
	for path, f := range e {
		if sizes.of(f.File) != f.Size {
			return nil
		}
		found[path] = f.File
	}
	return found
}

// storeExports stores what was found. If it cannot, the go command is asked
// again the next time, and nothing else is lost.
func (t *Toolchain) storeExports(key string, found exports) {
	e := make(exportEntry, len(found))
	for path, file := range found {
		info, err := os.Stat(file)
		if err != nil {
			return
		}
		e[path] = exportFile{file, info.Size()}
	}
	text, err := json.Marshal(e)
	if err == nil {
		err = t.Store.Put(store.Imports, key, text)
	}
	if err != nil && t.StoreFail != nil {
		t.StoreFail(err)
	}
}

// exportImporter imports packages from export data. It may be used
// concurrently.
type exportImporter struct {
	failures map[string]error
	exports  exports
	root     func() (string, error)

	mu sync.Mutex
	gc types.Importer
}

func newExportImporter(found exports, failures map[string]error) *exportImporter {
	imp := &exportImporter{failures: failures, exports: found}
	imp.gc = importer.ForCompiler(token.NewFileSet(), "gc", imp.open)
	return imp
}

// Import implements [types.Importer].
func (imp *exportImporter) Import(path string) (pkg *types.Package, err error) {
	if err := imp.failures[path]; err != nil {
		return nil, err
	}
	imp.mu.Lock()
	defer imp.mu.Unlock()
	// The importer panics on export data of a later form than it knows.
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("package %s is compiled in a form that this rtbook, built with %s, cannot read (%v): build rtbook with the release that the book is about", path, runtime.Version(), v)
		}
	}()
	return imp.gc.Import(path)
}

// GOROOT returns the folder of the toolchain, which has the source of the
// standard library.
func (imp *exportImporter) GOROOT() (string, error) { return imp.root() }

func (imp *exportImporter) open(path string) (io.ReadCloser, error) {
	file := imp.exports[path]
	if file == "" {
		return nil, fmt.Errorf("package %s is not among the packages that the cells import", path)
	}
	return os.Open(file)
}
