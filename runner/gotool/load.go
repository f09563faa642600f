package gotool

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
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

	"github.com/google/renameio/v2/maybe"
)

// Load returns an importer for the packages of the given import paths and for
// those that they depend on. A path that names no package, or one that does not
// compile, is an error of Import, in the go command's words; Load fails only if
// the go command cannot work.
//
// The go command lists packages once. What it found is kept in the folder
// Cache, under a key of everything that it depends on; as long as that and the
// files found are there, the go command is not started.
func (t *Toolchain) Load(ctx context.Context, paths []string) (types.Importer, error) {
	paths = slices.Compact(slices.Sorted(slices.Values(paths)))
	key, err := t.loadKey(paths)
	if err != nil {
		return nil, err
	}
	found := t.cachedExports(key)
	failures := make(map[string]error)
	if found == nil {
		if found, err = t.list(ctx, paths, failures); err != nil {
			return nil, err
		}
		if len(failures) == 0 {
			t.cacheExports(key, found)
		}
	}
	return newExportImporter(found, failures), nil
}

// exports is where the go command has each package's export data.
type exports map[string]string

// list asks the go command, which compiles what it has not compiled before.
func (t *Toolchain) list(ctx context.Context, paths []string, failures map[string]error) (exports, error) {
	found := make(exports)
	args := []string{"list", "-e", "-export", "-deps", "-json=ImportPath,Export,Error,DepsErrors", "--"}
	for _, p := range paths {
		if pattern(p) {
			failures[p] = fmt.Errorf("%q is no import path", p)
		} else {
			args = append(args, p)
		}
	}
	if len(failures) == len(paths) {
		return found, nil
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
		var p struct {
			ImportPath, Export string
			Error              *listError
			DepsErrors         []*listError
		}
		switch err := dec.Decode(&p); {
		case errors.Is(err, io.EOF):
			return found, nil
		case err != nil:
			return nil, fmt.Errorf("resolve the imports of the cells: %w", err)
		case p.Export != "":
			found[p.ImportPath] = p.Export
		case p.Error != nil:
			failures[p.ImportPath] = errors.New(p.Error.text())
		case len(p.DepsErrors) > 0:
			failures[p.ImportPath] = errors.New(p.DepsErrors[0].text())
		}
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

// loadKey is a hash of all that the list depends on.
func (t *Toolchain) loadKey(paths []string) (string, error) {
	source, err := t.SourceHash(paths)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	fmt.Fprintf(h, "imports 2\n%s\n%s\n%q\n%s\n", t.identity(), t.target(), paths, source)
	for _, name := range []string{"go.mod", "go.sum"} {
		text, err := os.ReadFile(filepath.Join(t.Dir, name))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return "", fmt.Errorf("resolve the imports of the cells: %w", err)
		}
		fmt.Fprintf(h, "%s %d\n%s", name, len(text), text)
	}
	if !t.scratch { // a module in a temporary folder is the same wherever it is
		fmt.Fprintf(h, "in %s\n", t.Dir)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
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

func (t *Toolchain) cacheFile(key string) string {
	return filepath.Join(t.Cache, "imports", key+".json")
}

// exportEntry is the file of what was found.
type exportEntry struct {
	Sum      string                `json:"sum"` // of the key and the packages
	Packages map[string]exportFile `json:"packages"`
}

type exportFile struct {
	File string `json:"file"`
	Size int64  `json:"size"`
}

func (e exportEntry) checksum(key string) string {
	h := sha256.New()
	fmt.Fprintln(h, key)
	for _, path := range slices.Sorted(maps.Keys(e.Packages)) {
		fmt.Fprintf(h, "%q %q %d\n", path, e.Packages[path].File, e.Packages[path].Size)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// cachedExports returns what was stored under key if that is whole and every
// file is still there and as long as it was: the go command trims its cache,
// and replaces a file that was cut short.
func (t *Toolchain) cachedExports(key string) exports {
	if t.Cache == "" {
		return nil
	}
	text, err := os.ReadFile(t.cacheFile(key))
	if err != nil {
		return nil
	}
	var e exportEntry
	if json.Unmarshal(text, &e) != nil || e.Sum != e.checksum(key) {
		return nil
	}
	found := make(exports, len(e.Packages))
	for path, f := range e.Packages {
		if info, err := os.Stat(f.File); err != nil || info.Size() != f.Size {
			return nil
		}
		found[path] = f.File
	}
	return found
}

// cacheExports stores what was found. If it cannot, the go command is asked
// again the next time, and nothing else is lost.
func (t *Toolchain) cacheExports(key string, found exports) {
	if t.Cache == "" {
		return
	}
	e := exportEntry{Packages: make(map[string]exportFile, len(found))}
	for path, file := range found {
		info, err := os.Stat(file)
		if err != nil {
			return
		}
		e.Packages[path] = exportFile{file, info.Size()}
	}
	e.Sum = e.checksum(key)
	text, err := json.Marshal(e)
	if err != nil {
		return
	}
	file := t.cacheFile(key)
	if os.MkdirAll(filepath.Dir(file), 0o777) == nil {
		_ = maybe.WriteFile(file, text, 0o666)
	}
}

// exportImporter imports packages from export data. It may be used
// concurrently.
type exportImporter struct {
	failures map[string]error
	exports  exports

	mu sync.Mutex
	gc types.Importer
}

func newExportImporter(found exports, failures map[string]error) *exportImporter {
	imp := &exportImporter{failures: failures, exports: found}
	imp.gc = importer.ForCompiler(token.NewFileSet(), "gc", imp.open)
	return imp
}

// Import implements [types.Importer].
func (imp *exportImporter) Import(path string) (*types.Package, error) {
	if err := imp.failures[path]; err != nil {
		return nil, err
	}
	imp.mu.Lock()
	defer imp.mu.Unlock()
	return imp.gc.Import(path)
}

func (imp *exportImporter) open(path string) (io.ReadCloser, error) {
	file := imp.exports[path]
	if file == "" {
		return nil, fmt.Errorf("package %s is not among the packages that the cells import", path)
	}
	return os.Open(file)
}
