package gotool

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"

	"rtbook/runner"
)

// ShellParts is Parts for a program of commands. Besides the packages that its
// files import, the commands of a folder may be about any package that its module
// can reach, and about what that requires; so, as far as they can reach the
// book's module,
//
//   - go.mod and go.sum, of which the folder's are made, are parts;
//   - where a command names or may look for another package of it, or where
//     commands make files that later ones build, all of it is one part, tests
//     and embedded files included.
func (s *Sources) ShellParts(sh *runner.Shell) ([]runner.Part, error) {
	parts, err := s.Parts(sh.Imports())
	if err != nil {
		return nil, err
	}
	module, own := s.t.reaches(sh)
	if !module {
		return parts, nil
	}
	required, err := s.t.requirements()
	if err != nil {
		return nil, fmt.Errorf("hash the module's requirements: %w", err)
	}
	for _, part := range required {
		if !slices.Contains(parts, part) {
			parts = append(parts, part)
		}
	}
	if !own && !s.t.namesMore(sh) && !makesFiles(sh) {
		return parts, nil
	}
	all, err := s.everything()
	if err != nil {
		return nil, fmt.Errorf("hash the packages of the module: %w", err)
	}
	return append(parts, runner.Part{Name: "all packages of " + s.t.Module(), Value: all}), nil
}

// reaches reports whether commands can reach the book's module, or a folder that
// its go.mod has instead of a module: through the go.mod that the folder is
// given, or through one of its own.
func (t *Toolchain) reaches(sh *runner.Shell) (reaches, own bool) {
	for _, f := range sh.Files {
		if path.Base(f.Path) != "go.mod" {
			continue
		}
		own = own || path.Clean(f.Path) == "go.mod"
		mod, err := modfile.Parse("go.mod", []byte(f.Text), nil)
		reaches = reaches || err == nil && slices.ContainsFunc(mod.Replace, func(r *modfile.Replace) bool {
			return r.New.Version == "" && !filepath.IsLocal(filepath.FromSlash(r.New.Path))
		})
	}
	if own || reaches {
		return reaches, true
	}
	return t.scratch == nil && slices.ContainsFunc(sh.Imports(), t.ofBook), false
}

// ofBook reports whether a package is one of the book's module, or of a module
// that it requires.
func (t *Toolchain) ofBook(importPath string) bool {
	return importPath == t.Module() || strings.HasPrefix(importPath, t.Module()+"/") || t.required(importPath)
}

// namesMore reports whether a go command has an argument that may be about
// packages of the book's module, imported or not, or is one that looks for them.
func (t *Toolchain) namesMore(sh *runner.Shell) bool {
	for _, c := range slices.Concat(sh.Cells...) {
		if len(c.Args) < 2 || c.Args[0] != "go" {
			continue
		}
		if c.Args[1] == "doc" {
			return true
		}
		for _, arg := range c.Args[2:] {
			local := strings.HasPrefix(arg, "./") && !strings.Contains(arg, "=")
			if arg == "all" || strings.HasSuffix(arg, "=all") || strings.Contains(arg, "...") && !local || strings.Contains(arg, t.Module()) {
				return true
			}
		}
	}
	return false
}

// makesFiles reports whether what a command writes may be built by a later one:
// files that nobody has seen may import what they like.
func makesFiles(sh *runner.Shell) bool {
	wrote := false
	for _, c := range slices.Concat(sh.Cells...) {
		runs, builds := c.Args[0] != "go", false
		if !runs && len(c.Args) > 1 {
			switch c.Args[1] {
			case "run", "test":
				runs, builds = true, true
			case "build", "vet", "list":
				builds = true
			}
		}
		if builds && wrote {
			return true
		}
		wrote = wrote || runs || strings.HasSuffix(c.Stdout, ".go") || strings.HasSuffix(c.Stderr, ".go")
	}
	return false
}

// everything returns a hash of all folders with Go files, in the book's module
// and in those that its go.mod replaces by folders. It is computed once.
func (s *Sources) everything() (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all != "" {
		return s.all, nil
	}
	h := sha256.New()
	for i, root := range append([]string{s.t.Dir}, s.t.replaced()...) {
		fmt.Fprintln(h, "module", i)
		err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
			switch {
			case err != nil && file == root: // the go command will say so
				return filepath.SkipDir
			case err != nil:
				return err
			case d.IsDir() && file != root && strings.HasPrefix(d.Name(), "."):
				return filepath.SkipDir // holds no package
			case !d.IsDir() && d.Name() != "go.mod":
				return nil
			}
			rel, err := filepath.Rel(root, file)
			if err != nil {
				return err
			}
			if !d.IsDir() { // what is below is of another module
				fmt.Fprintf(h, "module %q\n", filepath.ToSlash(rel))
				return nil
			}
			return hashWithTests(h, file, filepath.ToSlash(rel))
		})
		if err != nil {
			return "", err
		}
	}
	s.all = hex.EncodeToString(h.Sum(nil))
	return s.all, nil
}

// hashWithTests hashes a folder under a name if it has Go files: tests, and what
// these embed, too.
func hashWithTests(h hash.Hash, dir, name string) error {
	entries, err := os.ReadDir(dir)
	isGo := func(e fs.DirEntry) bool { return strings.HasSuffix(e.Name(), ".go") }
	if err != nil || !slices.ContainsFunc(entries, isGo) {
		return err
	}
	fmt.Fprintf(h, "folder %q\n", name)
	imports, ofTests := make(map[string]bool), make(map[string]bool)
	if _, err := hashFolder(h, dir, imports); err != nil || imports["embed"] {
		return err // then tests are part of it
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		file := filepath.Join(dir, e.Name())
		if err := hashFile(h, file, e.Name()); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		importsOf(file, ofTests)
	}
	if ofTests["embed"] {
		return below(h, dir, entries)
	}
	return nil
}
