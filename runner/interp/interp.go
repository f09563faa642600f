// Package interp is the engine "yaegi": it has programs interpreted, each in a
// process of its own (see [rtbook/runner/interp/worker]).
//
// A program is lowered first ([rtbook/runner/interp/lower]): rewritten so that
// yaegi runs it as the compiler would, and refused, by name and at its place in
// the chapter, where no rewrite does that. What yaegi itself cannot run it
// refuses in its own words. In every case the hint is engine=go, and nothing has
// been printed. The compiler confirms each result all the same.
package interp

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"go/types"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"rtbook/runner"
	"rtbook/runner/interp/lower"
	"rtbook/runner/interp/worker"
	"rtbook/runner/sandbox"
)

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

	// Load gets the packages that programs import, for the checker. Without it
	// programs run as they are, and what yaegi runs wrongly it runs wrongly.
	Load runner.Loader
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
	l, err := e.lowerer(ps)
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(e.jobs())
	for _, p := range ps {
		group.Go(func() error {
			tell := func(ev runner.Event) { emit(p, ev) }
			lowered, refused := l.lower(p)
			if refused != nil {
				tell(*refused)
				return nil
			}
			return interpret(ctx, self, lowered, func() *runner.Program { return l.exact(p, lowered) }, tell)
		})
	}
	return group.Wait()
}

// RefusedError says what of a program is not interpreted.
type RefusedError struct {
	Pos           runner.Pos // in the chapter
	Message, Hint string
}

func (e *RefusedError) Error() string { return e.Message }

// Lowered returns the source that is interpreted in the place of p's. If the
// program is refused, the error is a [*RefusedError] with the first reason.
func Lowered(p *runner.Program, load runner.Loader) (string, error) {
	lowered, refusals, err := lower.Program(p, load)
	switch {
	case err != nil:
		return "", err
	case len(refusals) > 0:
		first := refusals[0]
		e := &RefusedError{Message: first.Message, Hint: cmp.Or(first.Hint, hint)}
		if pos, ok := p.Pos(first.Offset); ok {
			e.Pos = pos
		} else if len(p.Cells) > 0 {
			e.Pos = p.Cells[0].Pos
		}
		return "", e
	}
	return lowered.Source, nil
}

// lowerer lowers programs, one at a time: the importer is not for more.
type lowerer struct {
	mu       sync.Mutex
	importer types.Importer // nil if programs are not lowered
}

func (e *Engine) lowerer(ps []*runner.Program) (*lowerer, error) {
	if e.Load == nil {
		return &lowerer{}, nil
	}
	var paths []string
	for _, p := range ps {
		paths = append(paths, p.Imports...)
	}
	slices.Sort(paths)
	imp, err := e.Load(slices.Compact(paths))
	if err != nil {
		return nil, fmt.Errorf("load what the cells import: %w", err)
	}
	return &lowerer{importer: imp}, nil
}

// lower returns what is interpreted, or the event that refuses it.
func (l *lowerer) lower(p *runner.Program) (*runner.Program, *runner.Event) {
	if l.importer == nil || p.Shell != nil || len(p.Unwritable) > 0 {
		return p, nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	lowered, refusals, err := lower.With(p, l.importer)
	refused := &runner.Event{Kind: runner.Ended, Status: runner.Refused, Hint: hint}
	switch {
	case err != nil:
		refused.Message = fmt.Sprintf("the interpreter cannot be given this program: %v", err)
		if len(p.Cells) > 0 {
			refused.Pos = p.Cells[0].Pos
		}
	case len(refusals) > 0:
		first := refusals[0]
		refused.Message = first.Message
		if first.Hint != "" {
			refused.Hint = first.Hint + ", or " + hint
		}
		refused.Pos, _ = p.Pos(first.Offset)
		if refused.Pos.Line == 0 && len(p.Cells) > 0 {
			refused.Pos = p.Cells[0].Pos
		}
	default:
		return lowered, nil
	}
	return nil, refused
}

// exact returns what is interpreted to have the exact text of a panic: p lowered
// once more, or the program that panicked if it was not lowered.
func (l *lowerer) exact(p, panicked *runner.Program) *runner.Program {
	if panicked == p {
		return p
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if exact, refusals, err := lower.Exact(p, l.importer); err == nil && len(refusals) == 0 {
		return exact
	}
	return panicked
}

func (e *Engine) jobs() int {
	if e.Jobs > 0 {
		return e.Jobs
	}
	return runtime.GOMAXPROCS(0)
}

// interpret runs one program. If it panics, what exact returns is run as well,
// to find out where that was and the exact text of the panic: that run is slower,
// and nothing else is taken from it.
func interpret(ctx context.Context, self string, p *runner.Program, exact func() *runner.Program, emit func(runner.Event)) error {
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
		err := start(ctx, self, worker.Request{Program: exact(), Trace: true}, func(ev runner.Event) {
			if ev.Kind == runner.Ended && ev.Cell == ended.Cell && samePanic(ev.Message, ended.Message) {
				ended.Pos, ended.Message = ev.Pos, ev.Message
			}
		})
		if err != nil {
			return err
		}
	}
	emit(ended)
	return nil
}

// samePanic reports whether a panic, in the exact words, is another.
func samePanic(exact, other string) bool {
	kind, _, _ := strings.Cut(exact, " [")
	return exact == other || strings.HasSuffix(kind, " out of range") && strings.HasPrefix(other, kind)
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
