package gotool

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"

	"rtbook/runner"
	"rtbook/runner/sandbox"
)

// Engine compiles programs, all in one build, and runs them, and runs the
// commands of programs that consist of these. It implements [runner.Engine].
type Engine struct {
	Toolchain *Toolchain
	Jobs      int // programs that run at the same time; 0 means one for each processor

	compiler time.Duration // processor time of each tool of a build; 0 means compilerTime
}

// Name returns "go".
func (*Engine) Name() string { return "go" }

// Run runs ps. A program that does not compile is refused at its place in the
// chapter, and the others run. Programs that share another (see
// [runner.Shared]) are that one, which is compiled once.
func (e *Engine) Run(ctx context.Context, ps []*runner.Program, emit func(*runner.Program, runner.Event)) error {
	scratch, err := sandbox.MakeScratch("build")
	if err != nil {
		return fmt.Errorf("make a folder to build in: %w", err)
	}
	defer scratch.Remove()
	var programs, shells []*runner.Program
	for _, p := range ps {
		if p.Shell != nil {
			shells = append(shells, p)
		} else {
			programs = append(programs, p)
		}
	}
	b, err := e.Toolchain.newBuild(scratch.Dir, programs)
	if err != nil {
		return err
	}
	b.cpu = e.compiler
	if err := b.run(ctx); err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(jobs(e.Jobs))
	for _, u := range b.units {
		for i, p := range u.programs() {
			if u.refusal != nil {
				emit(p, *u.refusal)
				continue
			}
			group.Go(func() error {
				child := sandbox.Child{Path: u.binary, Args: u.args(i)}
				return sandbox.Run(ctx, child, p, nil, func(ev runner.Event) { emit(p, ev) })
			})
		}
	}
	for _, p := range shells {
		group.Go(func() error {
			return e.Toolchain.runShell(ctx, p, func(ev runner.Event) { emit(p, ev) })
		})
	}
	return group.Wait()
}

func jobs(n int) int {
	if n > 0 {
		return n
	}
	return runtime.GOMAXPROCS(0)
}

// binary returns the file that go build -o dir makes of the package name.
func binary(dir, name string) string {
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	return filepath.Join(dir, name)
}
