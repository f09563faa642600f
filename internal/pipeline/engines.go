package pipeline

import (
	"context"
	"errors"
	"fmt"
	"go/types"
	"os"
	"runtime"
	"slices"
	"sync"

	"rtbook/internal/book"
	"rtbook/runner"
	"rtbook/runner/gotool"
	"rtbook/runner/interp"
	"rtbook/runner/store"
)

// tools are the toolchain and the engines of one run.
type tools struct {
	toolchain *gotool.Toolchain
	engines   []runner.Engine
	version   string // of Go: the pin, or what there is
	store     *store.Store
	book      string // the folder that chapters are named in
	loadErr   error  // what kept load from working, which is not the cells' fault

	compiler    func() string          // gotool.Fingerprint, once
	interpreter func() (string, error) // interp.Fingerprint, once
	executable  os.FileInfo            // what this process is of
	sources     *gotool.Sources        // as they were when the run began
	storeFail   func(error)
}

// engines opens the book's toolchain and makes the engines that opt asks for.
func engines(ctx context.Context, opt Options, o *opened, b *book.Book) (*tools, error) {
	pin := b.Toolchain
	if opt.AnyGo {
		pin = ""
	} else if host := runtime.GOOS + "/" + runtime.GOARCH; b.Target != "" && b.Target != host {
		return nil, &EnvironmentError{fmt.Errorf("the book is about %s, and this machine is %s: build it there, or go on here with --any-go, where outputs may differ", b.Target, host)}
	}
	tc, err := gotool.Open(o.abs, pin)
	if err != nil {
		return nil, &EnvironmentError{err}
	}
	t := newTools(opt, tc, pin, o.abs)
	if pin == "" {
		if t.version, err = tc.Check(ctx); err != nil {
			return nil, errors.Join(environment(err), tc.Close())
		}
		if b.Toolchain != "" && t.version != b.Toolchain && opt.Warn != nil {
			opt.Warn(fmt.Errorf("this is %s, and the book is about %s: what is found here holds for %s", t.version, b.Toolchain, t.version))
		}
	}
	if opt.Engine != "go" {
		load := func(paths []string) (types.Importer, error) { return tc.Load(ctx, paths) }
		t.engines = append(t.engines, &interp.Engine{Jobs: opt.Jobs, Load: load})
	}
	if opt.Engine != "yaegi" {
		t.engines = append(t.engines, &gotool.Engine{Toolchain: tc, Jobs: opt.Jobs})
	}
	return t, nil
}

// newTools returns the tools of a run with a toolchain, without engines. book is
// the book's root.
func newTools(opt Options, tc *gotool.Toolchain, version, book string) *tools {
	t := &tools{toolchain: tc, version: version, book: book, sources: tc.Sources(), store: opt.store(), storeFail: storeFail(opt.Warn), compiler: sync.OnceValue(gotool.Fingerprint)}
	t.interpreter, t.executable = sync.OnceValues(interp.Fingerprint), running()
	tc.Store, tc.StoreFail = t.store, t.storeFail
	return t
}

// store is where a run keeps what the next one can use; nil keeps nothing.
func (opt Options) store() *store.Store {
	if opt.CacheDir == "" {
		return nil
	}
	return &store.Store{Dir: opt.CacheDir, Limit: opt.CacheSize}
}

// close ends the run: the cache is trimmed, if that is due.
func (t *tools) close() {
	if err := t.store.Settle(); err != nil {
		t.storeFail(err)
	}
	t.toolchain.Close()
}

// load is the [runner.Loader] of the book's module.
func (t *tools) load(ctx context.Context) runner.Loader {
	return func(paths []string) (types.Importer, error) {
		imp, err := t.toolchain.Load(ctx, paths)
		t.loadErr = err
		return imp, err
	}
}

// options are those of runner.Run.
func (t *tools) options(opt Options) runner.RunOptions {
	ro := runner.RunOptions{
		Engines: t.engines, Stored: opt.stored, Identity: t.identity, Unchanged: t.unchanged,
		Progress: opt.Progress, CacheFail: t.storeFail,
	}
	if t.store != nil {
		ro.Cache = &runner.Cache{Store: t.store, Book: t.book}
	}
	return ro
}

// storeFail warns once that nothing is kept: each would say the same.
func storeFail(warn func(error)) func(error) {
	var once sync.Once
	return func(err error) {
		if warn != nil {
			once.Do(func() {
				warn(fmt.Errorf("results are not kept for the next run: %w; set RTBOOK_CACHE to a folder that can be written", err))
			})
		}
	}
}

// identity says what a program's result on an engine depends on.
func (t *tools) identity(e runner.Engine, p *runner.Program) (runner.Identity, error) {
	id := runner.Identity{Engine: e.Name(), Toolchain: t.version, Target: runtime.GOOS + "/" + runtime.GOARCH, Processors: runtime.NumCPU()}
	var err error
	if id.Packages, err = madeOf(t.sources, p); err != nil {
		return runner.Identity{}, err
	}
	switch e.Name() {
	case "go":
		id.Fingerprint = t.compiler()
	case "yaegi":
		id.Fingerprint, err = t.interpreter()
	}
	return id, err
}

// unchanged reports whether the packages that a program imports, and the
// interpreter, are still what they were when its identity was taken. If they
// are not, nobody knows which of them it ran with.
func (t *tools) unchanged(e runner.Engine, p *runner.Program, id runner.Identity) bool {
	now, err := madeOf(t.toolchain.Sources(), p)
	if err != nil || !slices.Equal(now, id.Packages) {
		return false
	}
	return e.Name() != "yaegi" || t.sameExecutable()
}

// sameExecutable reports whether the file that the interpreter's fingerprint is
// of, and that its child is started from, is still what this process is of.
func (t *tools) sameExecutable() bool { return sameFile(executable(), t.executable) }

// madeOf is what the packages are made of that a program's result depends on.
func madeOf(s *gotool.Sources, p *runner.Program) ([]runner.Part, error) {
	if p.Shell != nil {
		return s.ShellParts(p.Shell)
	}
	return s.Parts(p.Imports)
}

// executable is the file in the place of that of this process, which is the
// interpreter's too; nil if it cannot be told.
func executable() os.FileInfo {
	name, err := os.Executable()
	if err != nil {
		return nil
	}
	info, err := os.Stat(name)
	if err != nil {
		return nil
	}
	return info
}

// running is the file that this process was started from, be it in its place or
// not; nil if it cannot be told.
func running() os.FileInfo {
	if info, err := os.Stat("/proc/self/exe"); err == nil { // on Linux
		return info
	}
	return executable()
}

func sameFile(a, b os.FileInfo) bool {
	return a != nil && b != nil && os.SameFile(a, b) && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
}
