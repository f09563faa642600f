package gotool

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"go/version"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"

	"rtbook/runner"
	"rtbook/runner/sandbox"
)

// folder is where the commands of a program run, on disk.
//
//	scratch/cells   the folder itself: the program's files, and what commands make
//	scratch/home    the home of every command
//	scratch/tmp     its folder for temporary files
//
// The go command takes no go.mod that stands in the folder for temporary files
// itself, and would leave its own there when it is killed.
type folder struct {
	*sandbox.Scratch
	root *os.Root // the folder: nothing that is opened by it leads out
}

func (f *folder) dir() string  { return filepath.Join(f.Dir, "cells") }
func (f *folder) home() string { return filepath.Join(f.Dir, "home") }
func (f *folder) temp() string { return filepath.Join(f.Dir, "tmp") }

// writable returns the folders in which commands may do as they like.
func (f *folder) writable() []string { return []string{f.dir(), f.home(), f.temp()} }

// makeFolder makes an empty folder for a program. Its name depends on the
// program's and has always the same length, so that the go command's cache
// knows the packages of the folder again, and programs that are built in it are
// as large as the last time: their debugging information has the path.
func makeFolder(p *runner.Program) (*folder, error) {
	temp, err := filepath.EvalSymlinks(os.TempDir())
	if err == nil {
		temp, err = filepath.Abs(temp)
	}
	const tries = 1000 // more than ever run at the same time, or were left by killed ones
	for n := 0; err == nil && n < tries; n++ {
		sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%d", p.Chapter, p.Env, n))
		f := new(folder)
		f.Scratch, err = sandbox.MakeScratchNamed(temp, hex.EncodeToString(sum[:6]))
		if errors.Is(err, fs.ErrExist) {
			err = nil
			continue
		}
		if err != nil {
			break
		}
		if err = f.fill(); err == nil {
			return f, nil
		}
		f.remove()
	}
	if err == nil {
		err = errors.New("every name for one is taken in " + temp)
	}
	return nil, fmt.Errorf("make a folder for %s: %w", p.Name(), err)
}

// fill makes what is in scratch.
func (f *folder) fill() error {
	for _, dir := range []string{f.dir(), f.home(), f.temp()} {
		if err := os.Mkdir(dir, 0o777); err != nil {
			return err
		}
	}
	// Else each go command starts to count for a new user, in a process of its
	// own that outlives it.
	telemetry := filepath.Join(f.home(), ".config", "go", "telemetry")
	if runtime.GOOS == "darwin" {
		telemetry = filepath.Join(f.home(), "Library", "Application Support", "go", "telemetry")
	}
	err := os.MkdirAll(telemetry, 0o777)
	if err == nil {
		err = os.WriteFile(filepath.Join(telemetry, "mode"), []byte("off"), 0o666)
	}
	if err == nil {
		f.root, err = os.OpenRoot(f.dir())
	}
	return err
}

// remove removes the folder and all that is beside it, also where a command
// took away its own permissions.
func (f *folder) remove() {
	if f.root != nil {
		f.root.Close()
	}
	f.Scratch.Remove()
}

// write puts a file into the folder, which may be in a folder of it.
func (f *folder) write(name, text string) error {
	name = filepath.FromSlash(name)
	err := f.root.MkdirAll(filepath.Dir(name), 0o777)
	if err == nil {
		err = f.root.WriteFile(name, []byte(text), 0o666)
	}
	return err
}

// create opens a file that output is redirected to.
func (f *folder) create(name string, extend bool) (*os.File, error) {
	if name == os.DevNull || name == "/dev/null" {
		return os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	}
	flag := os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	if extend {
		flag = os.O_WRONLY | os.O_CREATE | os.O_APPEND
	}
	return f.root.OpenFile(filepath.FromSlash(name), flag, 0o666)
}

// program returns the path of "./name", a program that a command made.
func (f *folder) program(arg string) (string, error) {
	name := filepath.FromSlash(strings.TrimPrefix(arg, "./"))
	info, err := f.root.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) && runtime.GOOS == "windows" {
		name += ".exe"
		info, err = f.root.Lstat(name)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", errors.New("there is no such program in the folder")
	case err != nil:
		return "", cause(err)
	case !info.Mode().IsRegular() || runtime.GOOS != "windows" && info.Mode()&0o111 == 0:
		return "", errors.New("this is no program")
	}
	return filepath.Join(f.dir(), name), nil
}

// cause returns what is behind an error about a path, without the path.
func cause(err error) error {
	if e := errors.Unwrap(err); e != nil {
		return cause(e)
	}
	return err
}

// populate writes a program's files into the folder, and a go.mod if there is
// none among them. The event is a refusal of the program.
func (t *Toolchain) populate(f *folder, p *runner.Program, goversion string) (*runner.Event, error) {
	names := make(map[string]bool)
	for _, file := range p.Shell.Files {
		name := path.Clean(file.Path)
		names[name] = true
		if err := f.write(name, file.Text); err != nil {
			ev := refusal(p, fmt.Sprintf("the file %q cannot be written: %v", file.Path, cause(err)))
			ev.Hint = "it is named by a path inside the environment's folder, and no other file is where its folder would be"
			if file.Pos.Line > 0 {
				ev.Pos = file.Pos
			}
			return ev, nil
		}
	}
	if names["go.mod"] {
		return nil, nil
	}
	mod, sum, err := t.goMod(p.Shell, goversion)
	if err == nil {
		err = f.write("go.mod", string(mod))
	}
	if err == nil && len(sum) > 0 && !names["go.sum"] {
		err = f.write("go.sum", string(sum))
	}
	if err != nil {
		return nil, fmt.Errorf("make a module for %s: %w", p.Name(), err)
	}
	return nil, nil
}

func refusal(p *runner.Program, message string) *runner.Event {
	ev := &runner.Event{Kind: runner.Ended, Status: runner.Refused, Message: message}
	if len(p.Cells) > 0 {
		ev.Pos = p.Cells[0].Pos
	}
	return ev
}

// GoMod returns the go.mod and go.sum of a module outside the book's, whose
// packages import what imports lists. The go command can build it where the
// book's module is, without a network. sum is empty if none is needed.
func (t *Toolchain) GoMod(ctx context.Context, name string, imports []string) (mod, sum []byte, err error) {
	env, err := t.settings(ctx)
	if err != nil {
		return nil, nil, err
	}
	return t.moduleFiles(name, imports, env.GOVERSION)
}

// goMod returns the go.mod and go.sum of a folder: of the module cells.
func (t *Toolchain) goMod(s *runner.Shell, goversion string) (mod, sum []byte, err error) {
	return t.moduleFiles("cells", s.Imports(), goversion)
}

// moduleFiles is GoMod for a toolchain's version. The module is in its
// language. If a package imports the book's module or a module that this one
// requires, it requires the book's module, where it is on this
// machine, and all that the book's go.mod requires: the selection of versions is
// the same, go.sum is the book's, and nothing is missing that the go command
// would have to add or fetch.
func (t *Toolchain) moduleFiles(name string, imports []string, goversion string) (mod, sum []byte, err error) {
	lang := strings.TrimPrefix(version.Lang(goversion), "go")
	if lang == "" { // a toolchain between versions
		lang = strings.TrimPrefix(t.Language(), "go")
	}
	file := new(modfile.File)
	if err := file.AddModuleStmt(name); err != nil {
		return nil, nil, err
	}
	if t.scratch != nil || !slices.ContainsFunc(imports, t.ofBook) {
		if err := file.AddGoStmt(lang); err != nil {
			return nil, nil, err
		}
		mod, err = file.Format()
		return mod, nil, err
	}
	if g := t.module.Go; g != nil && version.Compare("go"+g.Version, "go"+lang) > 0 {
		lang = g.Version // a module's go version is at least that of what it requires
	}
	if err := file.AddGoStmt(lang); err != nil {
		return nil, nil, err
	}
	if err := t.require(file); err != nil {
		return nil, nil, err
	}
	if mod, err = file.Format(); err != nil {
		return nil, nil, err
	}
	sum, err = os.ReadFile(filepath.Join(t.Dir, "go.sum"))
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return mod, sum, err
}

// require makes file require the book's module, and what that requires.
func (t *Toolchain) require(file *modfile.File) error {
	_, major, _ := module.SplitPathVersion(t.Module())
	v := "v0.0.0"
	if prefix := module.PathMajorPrefix(major); prefix != "" {
		v = prefix + ".0.0"
	}
	file.AddNewRequire(t.Module(), v, false)
	if err := file.AddReplace(t.Module(), "", t.Dir, ""); err != nil {
		return err
	}
	for _, r := range t.module.Require {
		file.AddNewRequire(r.Mod.Path, r.Mod.Version, r.Indirect)
	}
	for _, x := range t.module.Exclude {
		if err := file.AddExclude(x.Mod.Path, x.Mod.Version); err != nil {
			return err
		}
	}
	for _, r := range t.module.Replace {
		target := r.New.Path
		if r.New.Version == "" && !filepath.IsAbs(filepath.FromSlash(target)) {
			target = filepath.Join(t.Dir, filepath.FromSlash(target))
		}
		if err := file.AddReplace(r.Old.Path, r.Old.Version, target, r.New.Version); err != nil {
			return err
		}
	}
	return nil
}
