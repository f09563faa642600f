// Package interp is the engine "yaegi": it has programs interpreted, each in a
// process of its own (see [rtbook/runner/interp/worker]).
//
// What yaegi cannot run is refused at its place in the chapter, with its own
// words and the hint engine=go. What it runs wrongly it runs wrongly: that is
// why the compiler confirms each result.
package interp

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"

	"golang.org/x/sync/errgroup"

	"rtbook/runner"
	"rtbook/runner/interp/worker"
	"rtbook/runner/sandbox"
)

// Fingerprint returns a hash of what a result of the engine depends on besides
// the program: the running executable, since it is the worker too. The model
// that cells see is the one linked into it, and not the source on the disk.
func Fingerprint() (string, error) {
	path, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find the interpreter's executable: %w", err)
	}
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("read the interpreter's executable: %w", err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("read the interpreter's executable: %w", err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// Engine interprets programs. It implements [runner.Engine].
//
// It starts the running executable itself as its worker, so that the main
// function, and a test's TestMain, must begin with
//
//	if worker.Requested(os.Args) {
//		worker.Main()
//	}
type Engine struct {
	Jobs int // programs that run at the same time; 0 means one for each processor
}

// hint is what can be done about every refusal.
const hint = "mark the cell engine=go, in an environment of its own"

// Name returns "yaegi".
func (*Engine) Name() string { return "yaegi" }

// Run interprets ps.
func (e *Engine) Run(ctx context.Context, ps []*runner.Program, emit func(*runner.Program, runner.Event)) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find the executable to start as the interpreter: %w", err)
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(e.jobs())
	for _, p := range ps {
		group.Go(func() error {
			return interpret(ctx, self, p, func(ev runner.Event) { emit(p, ev) })
		})
	}
	return group.Wait()
}

func (e *Engine) jobs() int {
	if e.Jobs > 0 {
		return e.Jobs
	}
	return runtime.GOMAXPROCS(0)
}

// interpret runs one program. If it panics it is run a second time, to find out
// where: that run is slower, and nothing else is taken from it.
func interpret(ctx context.Context, self string, p *runner.Program, emit func(runner.Event)) error {
	if len(p.Unwritable) > 0 {
		emit(unwritable(p.Unwritable[0]))
		return nil
	}
	var ended runner.Event
	err := start(ctx, self, worker.Request{Program: p}, func(ev runner.Event) {
		if ev.Kind == runner.Ended {
			ended = ev
			return
		}
		emit(ev)
	})
	if err != nil {
		return err
	}
	if ended.Status == runner.Panicked && strings.HasPrefix(ended.Message, "panic: ") {
		err := start(ctx, self, worker.Request{Program: p, Trace: true}, func(ev runner.Event) {
			if ev.Kind == runner.Ended && ev.Cell == ended.Cell && ev.Message == ended.Message {
				ended.Pos = ev.Pos
			}
		})
		if err != nil {
			return err
		}
	}
	emit(ended)
	return nil
}

// unwritable refuses a program for a variable whose type has no name in it. The
// interpreter would run what is above it too late.
func unwritable(v runner.Unwritable) runner.Event {
	return runner.Event{
		Kind: runner.Ended, Status: runner.Refused, Pos: v.Pos,
		Hint:    "give " + v.Name + " a type that has a name, such as an interface, or " + hint,
		Message: fmt.Sprintf("the interpreter cannot declare %s: its type %s has no name outside its package", v.Name, v.Type),
	}
}

// start has a worker run a request.
func start(ctx context.Context, self string, r worker.Request, emit func(runner.Event)) error {
	text, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("encode %s: %w", r.Program.Name(), err)
	}
	child := sandbox.Child{Path: self, Args: []string{worker.Arg}, Stdin: bytes.NewReader(text)}
	return sandbox.Run(ctx, child, r.Program, diagnose, emit)
}

// diagnose takes what the worker reported into account: what it refuses, and
// where panics arose, of which the last ended the program.
func diagnose(d sandbox.Death, ended *runner.Event) {
	for _, r := range d.Reports {
		if r.Status == string(runner.Refused) {
			ended.Status, ended.Message, ended.Hint = runner.Refused, r.Message, hint
		}
		if pos, ok := d.Program.Pos(r.Offset); ok {
			ended.Pos = pos
		}
	}
}
