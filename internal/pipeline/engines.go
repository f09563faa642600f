package pipeline

import (
	"context"
	"errors"
	"fmt"
	"go/types"
	"runtime"
	"sync"

	"rtbook/internal/book"
	"rtbook/runner"
	"rtbook/runner/gotool"
	"rtbook/runner/interp"
)

// tools are the toolchain and the engines of one run.
type tools struct {
	toolchain *gotool.Toolchain
	engines   []runner.Engine
	version   string // of Go: the pin, or what there is
	cache     *runner.Cache
	loadErr   error // what kept load from working, which is not the cells' fault

	interpreter func() (string, error) // interp.Fingerprint, once

	mu     sync.Mutex
	hashes map[string]string // of packages, by import list
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
	t := &tools{toolchain: tc, version: pin, interpreter: sync.OnceValues(interp.Fingerprint), hashes: make(map[string]string)}
	if pin == "" {
		if t.version, err = tc.Check(ctx); err != nil {
			return nil, errors.Join(environment(err), tc.Close())
		}
		if b.Toolchain != "" && t.version != b.Toolchain && opt.Warn != nil {
			opt.Warn(fmt.Errorf("this is %s, and the book is about %s: what is found here holds for %s", t.version, b.Toolchain, t.version))
		}
	}
	if opt.CacheDir != "" {
		tc.Cache = opt.CacheDir
		t.cache = &runner.Cache{Dir: opt.CacheDir}
	}
	if opt.Engine != "go" {
		t.engines = append(t.engines, &interp.Engine{Jobs: opt.Jobs})
	}
	if opt.Engine != "yaegi" {
		t.engines = append(t.engines, &gotool.Engine{Toolchain: tc, Jobs: opt.Jobs})
	}
	return t, nil
}

func (t *tools) close() { t.toolchain.Close() }

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
	return runner.RunOptions{
		Engines: t.engines, Cache: t.cache, Stored: opt.stored, Identity: t.identity,
		Progress: opt.Progress, CacheFail: t.cacheFail(opt.Warn),
	}
}

// cacheFail warns once that results are not kept: each would say the same.
func (t *tools) cacheFail(warn func(error)) func(error) {
	if warn == nil {
		return nil
	}
	var once sync.Once
	return func(err error) {
		once.Do(func() {
			warn(fmt.Errorf("results are not kept for the next run: %w; set RTBOOK_CACHE to a folder that can be written", err))
		})
	}
}

// identity says what a program's result on an engine depends on.
func (t *tools) identity(e runner.Engine, p *runner.Program) (runner.Identity, error) {
	imports := p.Imports
	if p.Shell != nil {
		imports = p.Shell.Imports()
	}
	packages, err := t.packages(imports)
	if err != nil {
		return runner.Identity{}, err
	}
	id := runner.Identity{Engine: e.Name(), Toolchain: t.version, Target: runtime.GOOS + "/" + runtime.GOARCH, Packages: packages}
	switch e.Name() {
	case "go":
		id.Fingerprint = gotool.Fingerprint()
	case "yaegi":
		id.Fingerprint, err = t.interpreter()
	}
	return id, err
}

// packages returns the hash of what the imported packages are made of.
func (t *tools) packages(imports []string) (string, error) {
	list := fmt.Sprint(imports)
	t.mu.Lock()
	defer t.mu.Unlock()
	if h, ok := t.hashes[list]; ok {
		return h, nil
	}
	h, err := t.toolchain.SourceHash(imports)
	if err == nil {
		t.hashes[list] = h
	}
	return h, err
}
