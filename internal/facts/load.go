package facts

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
	"golang.org/x/tools/go/packages"

	"rtbook/runner/gotool"
)

// library is the packages of one batch. They are listed at once, parsed when
// they are first looked at, and type-checked when a reference needs it: most
// symbols, orders and quotations do not.
type library struct {
	tool  *gotool.Toolchain
	src   gotool.Source
	fset  *token.FileSet
	sizes types.Sizes
	pkgs  map[string]*pkg  // by import path; an import in the toolchain's own modules may have another
	files map[string]*file // by path: those that were parsed

	folders []string // of all packages, once asked for
	failure error    // why the packages outside the toolchain could not be listed
}

// pkg is a package.
type pkg struct {
	meta *packages.Package
	own  bool // of the book's module

	files  []*file  // nil until parsed
	index  *index   // nil until asked for
	asm    []*asmFn // nil until asked for
	types  *types.Package
	errors []types.Error // what go/types found; most is harmless
}

// file is a parsed file of Go.
type file struct {
	path string
	text []byte
	ast  *ast.File
}

// load lists the packages of the given import paths and all that they import.
func load(ctx context.Context, tool *gotool.Toolchain, paths []string) (*library, error) {
	src, err := tool.Source(ctx)
	if err != nil {
		return nil, err
	}
	lib := &library{tool: tool, src: src, fset: token.NewFileSet(), pkgs: make(map[string]*pkg), files: make(map[string]*file)}
	if lib.sizes = types.SizesFor("gc", src.Arch); lib.sizes == nil {
		return nil, fmt.Errorf("read the source of %s: go/types knows no sizes for %s", tool.SourceKey(), src.Target)
	}
	var std, others []string
	for _, path := range paths {
		if info, err := os.Stat(filepath.Join(src.Root, "src", filepath.FromSlash(path))); err == nil && info.IsDir() {
			std = append(std, path)
		} else {
			others = append(others, path)
		}
	}
	// The toolchain's packages are listed outside the book's module, whose
	// go.mod may ask for a newer release than the one that is looked at.
	var g errgroup.Group
	var stdRoots, otherRoots []*packages.Package
	g.Go(func() (err error) { stdRoots, err = lib.list(ctx, src.Root, std); return err })
	g.Go(func() error { otherRoots, lib.failure = lib.list(ctx, src.Dir, others); return nil })
	err = g.Wait()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, fmt.Errorf("list the packages of the references: %w", err)
	}
	packages.Visit(append(stdRoots, otherRoots...), nil, func(m *packages.Package) {
		if lib.pkgs[m.ID] == nil {
			lib.pkgs[m.ID] = &pkg{meta: m, own: m.Module != nil && m.Module.Main}
		}
	})
	return lib, nil
}

// list asks the go command, in a folder.
func (lib *library) list(ctx context.Context, dir string, paths []string) ([]*packages.Package, error) {
	if len(paths) == 0 {
		return nil, nil
	}
	return packages.Load(&packages.Config{
		Mode:    packages.NeedName | packages.NeedFiles | packages.NeedImports | packages.NeedDeps | packages.NeedModule,
		Context: ctx,
		Dir:     dir,
		Env:     append(slices.Clip(lib.src.Env), "GOPACKAGESDRIVER=off", "PWD="+dir),
	}, paths...)
}

// find returns a package that a reference is about, or what is wrong with it.
func (lib *library) find(path string) (*pkg, *Problem) {
	p := lib.pkgs[path]
	if p == nil || len(p.meta.GoFiles) == 0 {
		return nil, lib.noPackage(path, p)
	}
	if _, std := lib.std(p.meta.GoFiles[0]); !p.own && !std {
		return nil, &Problem{
			Rule:    "package-outside",
			Message: fmt.Sprintf("package %s is neither of the toolchain nor of the book's module", path),
			Hint:    "refer to the standard library, to the go command's own packages, or to the book's",
		}
	}
	return p, lib.parse([]*pkg{p}, parser.ParseComments)
}

// noPackage says that there is no such package.
func (lib *library) noPackage(path string, p *pkg) *Problem {
	prob := &Problem{Rule: "unknown-package", Message: fmt.Sprintf("there is no package %s", path)}
	if p == nil && lib.failure != nil && lib.tool.Owns(path) {
		prob.Message = fmt.Sprintf("package %s cannot be listed", path)
		prob.Notes = []Note{{Text: strings.TrimSpace(lib.failure.Error())}}
		return prob
	}
	if p != nil && len(p.meta.IgnoredFiles) > 0 {
		prob.Message = fmt.Sprintf("package %s has no files for %s", path, lib.src.Target)
		return prob
	}
	if p != nil && len(p.meta.Errors) > 0 && !strings.Contains(p.meta.Errors[0].Msg, "is not in std") {
		msg, _, _ := strings.Cut(p.meta.Errors[0].Msg, "\n")
		msg, _, _ = strings.Cut(msg, "; to add") // what follows is a command, on the next line
		prob.Notes = []Note{{Text: msg}}
	}
	if near := lib.nearestPackage(path); near != "" {
		prob.Hint = fmt.Sprintf("did you mean %s?", near)
	}
	return prob
}

// std returns the path of a file below the toolchain's root.
func (lib *library) std(file string) (string, bool) {
	rel, err := filepath.Rel(lib.src.Root, file)
	if err != nil || !filepath.IsLocal(rel) {
		return "", false
	}
	rel = filepath.ToSlash(rel)
	return rel, strings.HasPrefix(rel, "src/")
}

// place returns the line of a position in a file of p.
func (lib *library) place(pos token.Pos) Place {
	at := lib.fset.PositionFor(pos, false)
	return lib.placeIn(at.Filename, at.Line)
}

func (lib *library) placeIn(file string, line int) Place {
	if rel, ok := lib.std(file); ok {
		return Place{File: rel, Line: line}
	}
	if rel, err := filepath.Rel(lib.src.Dir, file); err == nil && filepath.IsLocal(rel) {
		return Place{File: filepath.ToSlash(rel), Line: line, Own: true}
	}
	return Place{File: filepath.ToSlash(file), Line: line, Own: true}
}

// parse reads the files of packages that are not parsed yet.
func (lib *library) parse(ps []*pkg, mode parser.Mode) *Problem {
	ps = slices.DeleteFunc(slices.Clone(ps), func(p *pkg) bool { return p.files != nil })
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for _, p := range ps {
		p.files = make([]*file, len(p.meta.GoFiles))
		for i, path := range p.meta.GoFiles {
			g.Go(func() error {
				text, err := os.ReadFile(path)
				if err != nil {
					return err
				}
				// What does not parse is reported by the go command when a cell
				// needs it; here, what did parse is looked at.
				f, err := parser.ParseFile(lib.fset, path, text, mode|parser.SkipObjectResolution)
				if f == nil {
					return err
				}
				p.files[i] = &file{path, text, f}
				return nil
			})
		}
	}
	err := g.Wait()
	for _, p := range ps {
		p.files = slices.DeleteFunc(p.files, func(f *file) bool { return f == nil })
		for _, f := range p.files {
			lib.files[f.path] = f
		}
	}
	if err != nil {
		return &Problem{Rule: "unknown-package", Message: fmt.Sprintf("the package cannot be read: %v", err)}
	}
	return nil
}

// check type-checks a package and what it imports, from source and without the
// bodies of functions.
func (lib *library) check(p *pkg) *types.Package {
	if p.types == nil {
		_ = lib.parse(lib.unparsed(p), 0) // a file that is missing shows in what is undefined
		lib.checkOne(p)
	}
	return p.types
}

// unparsed returns p and what it imports, as far as that is not parsed.
func (lib *library) unparsed(p *pkg) []*pkg {
	var all []*pkg
	packages.Visit([]*packages.Package{p.meta}, nil, func(m *packages.Package) {
		if q := lib.pkgs[m.ID]; q != nil && q.files == nil {
			all = append(all, q)
		}
	})
	return all
}

func (lib *library) checkOne(p *pkg) {
	conf := lib.config(p, func(err error) {
		var terr types.Error
		if errors.As(err, &terr) {
			p.errors = append(p.errors, terr)
		}
	})
	conf.IgnoreFuncBodies = true
	files := make([]*ast.File, len(p.files))
	for i, f := range p.files {
		files[i] = f.ast
	}
	// The errors are in p.errors, and the package is as good as it gets.
	p.types, _ = conf.Check(p.meta.PkgPath, lib.fset, files, nil)
}

// config returns how a package is type-checked. No language version is set: the
// toolchain's may be newer than what go/types here knows, and refuses.
func (lib *library) config(p *pkg, report func(error)) *types.Config {
	return &types.Config{
		Sizes:       lib.sizes,
		FakeImportC: true,
		Error:       report,
		Importer:    importerOf{lib, p},
	}
}

// importerOf imports what a package imports, under the names that it has there:
// the toolchain's own modules have vendored packages.
type importerOf struct {
	lib *library
	p   *pkg
}

// Import implements [types.Importer].
func (imp importerOf) Import(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	m := imp.p.meta.Imports[path]
	if m == nil || imp.lib.pkgs[m.ID] == nil {
		return nil, fmt.Errorf("there is no package %s", path)
	}
	p := imp.lib.pkgs[m.ID]
	if p.types == nil {
		imp.lib.checkOne(p)
	}
	return p.types, nil
}
