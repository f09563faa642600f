package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"rtbook/internal/book"
	"rtbook/runner"
)

// Export writes environments as folders in which go run . prints what their
// cells print: main.go, the environment's files, and a go.mod if dir lies
// outside the book's module. One that has only commands is a folder of its
// files. Cells that are expected to panic, or not to compile, are left out, and so are
// problems, and environments without Go cells and files.
//
// ref chooses: "notes/02-allocator.md#real" is one environment, which goes into
// dir itself; "notes/02-allocator.md" is a chapter, of which the same holds if
// it has only one; "" is the whole book. Several go into folders of dir that are
// named after the chapter and the environment. A relative dir starts at the
// book's root.
//
// Export returns the folders. It writes nothing if the cells have findings, or
// if there is anything in a folder that it would not write itself, which is a
// [UsageError].
func Export(ctx context.Context, opt Options, ref, dir string) (*Report, []string, error) {
	o, err := open(opt)
	if err != nil {
		return nil, nil, err
	}
	defer o.close()
	r := parse(ctx, opt, o)
	defer r.finish(o)
	cells, of, err := exportCells(r.Book, o, r.names, ref)
	if err != nil {
		return nil, nil, err
	}
	if of != nil {
		r.keep(map[*book.Chapter]bool{of: true})
	}
	t, err := engines(ctx, opt, o, r.Book)
	if err != nil {
		return nil, nil, err
	}
	defer t.close()
	c := runner.Compose(cells, t.load(ctx))
	if err := t.loadErr; err != nil {
		return nil, nil, environment(err)
	}
	r.Findings = append(r.Findings, r.fromProblems(c.Problems)...)
	if r.Failed() {
		return r, nil, nil
	}
	all := exports(c.Programs)
	if len(all) == 0 {
		return nil, nil, &UsageError{fmt.Sprintf("%s has no cells to export", ref)}
	}
	base := dir
	if !filepath.IsAbs(base) {
		base = filepath.Join(opt.Root, base)
	}
	if base, err = filepath.Abs(base); err != nil {
		return nil, nil, err
	}
	nameExports(all, ref != "" && len(all) == 1)
	if err := addModules(ctx, all, base, t); err != nil {
		return nil, nil, err
	}
	written, err := writeExports(all, base, dir)
	return r, written, err
}

// exportCells returns the cells that ref chooses, and their chapter if it is
// one.
func exportCells(b *book.Book, o *opened, n names, ref string) ([]runner.Cell, *book.Chapter, error) {
	if ref == "" {
		return withoutProblems(b.Cells()), nil, nil
	}
	name, env, one := strings.Cut(ref, "#")
	c, _, err := lookup(b, o, n, name)
	if err != nil {
		return nil, nil, err
	}
	cells := withoutProblems(c.Cells())
	if !one {
		return cells, c, nil
	}
	envs := make(map[string]bool)
	for _, cell := range cells {
		if cell.Env != "" {
			envs[cell.Env] = true
		}
	}
	if env != "" && !envs[env] {
		return nil, nil, &UsageError{fmt.Sprintf("%s has no environment %q%s", n.file(c.Path), env, suggest(env, slices.Sorted(maps.Keys(envs))))}
	}
	cells = slices.DeleteFunc(cells, func(cell runner.Cell) bool { return cell.Env != env })
	return cells, c, nil
}

// withoutProblems returns the cells that are in no program of a problem.
func withoutProblems(cells []runner.Cell) []runner.Cell {
	return slices.DeleteFunc(cells, func(c runner.Cell) bool { return book.OfProblem(c.Env) })
}

// exported is a folder to be written.
type exported struct {
	chapter, env string
	name         string // of the folder in the folder of all; "" is that itself
	files        map[string]string
	imports      []string
}

// exports returns the folders of environments, in order.
func exports(programs []*runner.Program) []*exported {
	type key struct{ chapter, env string }
	byKey := make(map[key]*exported)
	var all []*exported
	for _, p := range programs {
		if p.Tail {
			continue
		}
		k := key{p.Chapter, p.Env}
		x := byKey[k]
		if x == nil {
			x = &exported{chapter: p.Chapter, env: p.Env, files: make(map[string]string)}
			byKey[k] = x
			all = append(all, x)
		}
		if p.Shell == nil {
			x.files["main.go"] = p.Export()
			x.imports = append(x.imports, p.Imports...)
			continue
		}
		for _, f := range p.Shell.Files {
			x.files[f.Path] = f.Text
		}
		x.imports = append(x.imports, p.Shell.Imports()...)
	}
	return slices.DeleteFunc(all, func(x *exported) bool { return len(x.files) == 0 })
}

// nameExports names the folders. A single one may be the folder of all.
func nameExports(all []*exported, single bool) {
	taken := make(map[string]bool)
	for _, x := range all {
		if single {
			continue
		}
		base := x.slug()
		x.name = base
		for n := 2; taken[strings.ToLower(x.name)]; n++ {
			x.name = fmt.Sprintf("%s-%d", base, n)
		}
		taken[strings.ToLower(x.name)] = true
	}
}

// slug returns the name of a folder, which can be an element of an import path.
func (x *exported) slug() string {
	name := strings.TrimSuffix(path.Base(x.chapter), path.Ext(x.chapter))
	if x.env != "" {
		name += "-" + x.env
	}
	name = strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '-', r == '_':
			return r
		}
		return '-'
	}, name)
	if name = strings.Trim(name, "-_"); name == "" {
		return "cells"
	}
	return name
}

// addModules gives each folder a go.mod, unless the folder is in the book's
// module or has its own. The module's path is below the book's, so that the
// cells may import internal packages, as they do in the book.
func addModules(ctx context.Context, all []*exported, base string, t *tools) error {
	inside, err := inModule(base, t.toolchain.Dir)
	if err != nil || inside {
		return err
	}
	for _, x := range all {
		if _, own := x.files["go.mod"]; own {
			continue
		}
		mod, sum, err := t.toolchain.GoMod(ctx, path.Join(t.toolchain.Module(), x.slug()), x.imports)
		if err != nil {
			return environment(err)
		}
		x.files["go.mod"] = string(mod)
		if _, own := x.files["go.sum"]; !own && len(sum) > 0 {
			x.files["go.sum"] = string(sum)
		}
	}
	return nil
}

// inModule reports whether a folder, which need not exist, is part of the
// module whose root is module.
func inModule(dir, module string) (bool, error) {
	root, err := os.Stat(module)
	if err != nil {
		return false, err
	}
	for {
		if info, err := os.Stat(dir); err == nil && os.SameFile(info, root) {
			return true, nil
		}
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil || dir == filepath.Dir(dir) {
			return false, nil
		}
		dir = filepath.Dir(dir)
	}
}

// writeExports writes the folders below base, of which people speak as dir, if
// nothing is in the way of any.
func writeExports(all []*exported, base, dir string) ([]string, error) {
	for _, x := range all {
		if err := x.inTheWay(filepath.Join(base, x.name), filepath.Join(dir, x.name)); err != nil {
			return nil, err
		}
	}
	var written []string
	for _, x := range all {
		if err := x.write(filepath.Join(base, x.name)); err != nil {
			return written, fmt.Errorf("exporting %s: %w", x.chapter, err)
		}
		written = append(written, filepath.Join(dir, x.name))
	}
	return written, nil
}

// inTheWay returns an error if the folder has anything that would not be
// written into it: what somebody put there or changed.
func (x *exported) inTheWay(folder, shown string) error {
	refuse := func(name, what string) error {
		return &UsageError{fmt.Sprintf("%s %s: export writes into a new folder, or into one that has nothing but the same export", filepath.Join(shown, name), what)}
	}
	if to, err := filepath.EvalSymlinks(folder); err == nil {
		folder = to
	}
	err := filepath.WalkDir(folder, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(folder, file)
		if err != nil {
			return err
		}
		name := filepath.ToSlash(rel)
		if d.IsDir() {
			if name == "." || x.hasFolder(name) {
				return nil
			}
			return refuse(name, "is in the way")
		}
		text, ours := x.files[name]
		if !ours || !d.Type().IsRegular() {
			return refuse(name, "is in the way")
		}
		if have, err := os.ReadFile(file); err != nil || string(have) != text {
			return errors.Join(err, refuse(name, "is there already and says something else"))
		}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// hasFolder reports whether any of the files is below a folder.
func (x *exported) hasFolder(name string) bool {
	for file := range x.files {
		if strings.HasPrefix(file, name+"/") {
			return true
		}
	}
	return false
}

// write writes the files into a folder, which is made if it is not there.
func (x *exported) write(folder string) error {
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer root.Close()
	for _, name := range slices.Sorted(maps.Keys(x.files)) {
		file := filepath.FromSlash(name)
		if err := root.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			return err
		}
		if err := root.WriteFile(file, []byte(x.files[name]), 0o666); err != nil {
			return err
		}
	}
	return nil
}
