package runner

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// fake is an engine that plays scripted events.
type fake struct {
	name   string
	script func(p *Program) []Event
	ran    int
	err    error
}

func (f *fake) Name() string { return f.name }

func (f *fake) Run(ctx context.Context, ps []*Program, emit func(*Program, Event)) error {
	for _, p := range ps {
		f.ran++
		for _, ev := range f.script(p) {
			emit(p, ev)
		}
	}
	return f.err
}

func program(cells ...string) *Program {
	p := &Program{Chapter: "notes/x.md", Source: "package main"}
	for i, id := range cells {
		p.Cells = append(p.Cells, Unit{ID: id, Pos: Pos{"notes/x.md", 10 * (i + 1), 1}})
	}
	return p
}

func printed(cell int, text string) Event {
	return Event{Kind: Printed, Cell: cell, Text: []byte(text)}
}

func done(n int) Event { return Event{Kind: Ended, Cell: n - 1, Status: Done} }

func identity(e Engine, p *Program) (Identity, error) { return Identity{Engine: e.Name()}, nil }

func TestRunSpreadsTheEndOverTheCells(t *testing.T) {
	p := program("a", "b", "c")
	e := &fake{name: "go", script: func(*Program) []Event {
		return []Event{
			printed(0, "one\n"), printed(1, "two\n"), printed(1, "panic: boom\n"),
			{Kind: Ended, Cell: 1, Status: Panicked, Message: "panic: boom", Cut: len("panic: boom\n"), Pos: Pos{"notes/x.md", 21, 2}},
		}
	}}
	got, err := Run(context.Background(), []*Program{p}, RunOptions{Engines: []Engine{e}})
	if err != nil {
		t.Fatal(err)
	}
	want := []CellResult{
		{ID: "a", Output: "one\n", Status: Done, Pos: Pos{"notes/x.md", 10, 1}},
		{ID: "b", Output: "two\n", Status: Panicked, Message: "panic: boom", Pos: Pos{"notes/x.md", 21, 2}},
		{ID: "c", Status: NotReached, Pos: Pos{"notes/x.md", 30, 1}},
	}
	if d := cmp.Diff(want, got[p][0].Cells); d != "" {
		t.Errorf("results differ (-want +got):\n%s", d)
	}
}

func TestRunLeavesCompiledProgramsToTheCompiler(t *testing.T) {
	both, goOnly := program("a"), program("b")
	goOnly.GoOnly = true
	script := func(*Program) []Event { return []Event{done(1)} }
	yaegi, compiled := &fake{name: "yaegi", script: script}, &fake{name: "go", script: script}
	got, err := Run(context.Background(), []*Program{both, goOnly}, RunOptions{Engines: []Engine{yaegi, compiled}})
	if err != nil {
		t.Fatal(err)
	}
	if len(got[both]) != 2 || len(got[goOnly]) != 1 || got[goOnly][0].Engine != "go" {
		t.Errorf("got %d and %d results, want both engines for the first and only go for the second", len(got[both]), len(got[goOnly]))
	}
}

func TestCache(t *testing.T) {
	cache := &Cache{Dir: t.TempDir()}
	run := func(t *testing.T, p *Program, output string) (Result, int) {
		t.Helper()
		e := &fake{name: "go", script: func(*Program) []Event { return []Event{printed(0, output), done(1)} }}
		got, err := Run(context.Background(), []*Program{p}, RunOptions{Engines: []Engine{e}, Identity: identity, Cache: cache})
		if err != nil {
			t.Fatal(err)
		}
		return got[p][0], e.ran
	}
	p := program("a")
	run(t, p, "first\n")
	if res, ran := run(t, p, "second\n"); ran != 0 || res.Cells[0].Output != "first\n" {
		t.Errorf("an unchanged program ran %d times and gave %q, want the stored %q", ran, res.Cells[0].Output, "first\n")
	}
	changed := *p
	changed.Source += " "
	if _, ran := run(t, &changed, "x"); ran != 1 {
		t.Errorf("a changed program ran %d times, want 1", ran)
	}
	files, err := filepath.Glob(filepath.Join(cache.Dir, "results", "*", "*.json"))
	if err != nil || len(files) != 2 {
		t.Fatalf("cache holds %d entries (%v), want 2", len(files), err)
	}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		data = bytes.Replace(data, []byte(`"outputs":["`), []byte(`"outputs":["X`), 1)
		if err := os.WriteFile(f, data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if res, ran := run(t, p, "third\n"); ran != 1 || res.Cells[0].Output != "third\n" {
		t.Errorf("with a damaged entry the program ran %d times and gave %q, want it run again", ran, res.Cells[0].Output)
	}
	if res, ran := run(t, p, "fourth\n"); ran != 0 || res.Cells[0].Output != "third\n" {
		t.Errorf("the damaged entry was not replaced: ran %d, output %q", ran, res.Cells[0].Output)
	}
}

func TestCacheKeepsOnlySuccess(t *testing.T) {
	cache := &Cache{Dir: t.TempDir()}
	for _, ev := range []Event{
		{Kind: Ended, Status: Panicked, Message: "panic: boom"},
		{Kind: Ended, Status: TimedOut, Message: "took longer than 1s"},
	} {
		e := &fake{name: "go", script: func(*Program) []Event { return []Event{ev} }}
		for range 2 {
			if _, err := Run(context.Background(), []*Program{program("a")}, RunOptions{Engines: []Engine{e}, Identity: identity, Cache: cache}); err != nil {
				t.Fatal(err)
			}
		}
		if e.ran != 2 {
			t.Errorf("%s: ran %d times, want 2: a failure is never stored", ev.Status, e.ran)
		}
	}
}

func TestCacheKeepsExpectedFailures(t *testing.T) {
	cache := &Cache{Dir: t.TempDir()}
	p := program("a", "b")
	p.Tail = true
	e := &fake{name: "go", script: func(*Program) []Event {
		return []Event{printed(0, "one\n"), printed(1, "two\n"), {Kind: Ended, Cell: 1, Status: Panicked, Message: "panic: boom"}}
	}}
	var last CellResult
	for range 2 {
		got, err := Run(context.Background(), []*Program{p}, RunOptions{Engines: []Engine{e}, Identity: identity, Cache: cache})
		if err != nil {
			t.Fatal(err)
		}
		last = got[p][0].Cells[1]
	}
	if e.ran != 1 || last.Status != Panicked || last.Message != "panic: boom" || last.Output != "two\n" {
		t.Errorf("ran %d times and ended %+v, want the stored panic", e.ran, last)
	}
	// The same program, if it need not panic, is another one.
	p.Tail = false
	if _, err := Run(context.Background(), []*Program{p}, RunOptions{Engines: []Engine{e}, Identity: identity, Cache: cache}); err != nil {
		t.Fatal(err)
	}
	if e.ran != 2 {
		t.Errorf("a program that need not panic was taken for one that must")
	}
}

func TestStoredRunsNothing(t *testing.T) {
	cache := &Cache{Dir: t.TempDir()}
	p := program("a")
	e := &fake{name: "go", script: func(*Program) []Event { return []Event{printed(0, "x"), done(1)} }}
	opt := RunOptions{Engines: []Engine{e}, Identity: identity, Cache: cache, Stored: true}
	for i, want := range []int{0, 1} {
		got, err := Run(context.Background(), []*Program{p}, opt)
		if err != nil {
			t.Fatal(err)
		}
		if e.ran != i || len(got[p]) != want {
			t.Errorf("ran %d times with %d results, want %d and %d", e.ran, len(got[p]), i, want)
		}
		opt.Stored = false
		if _, err := Run(context.Background(), []*Program{p}, opt); err != nil {
			t.Fatal(err)
		}
		opt.Stored = true
	}
}

func TestKeyCountsEveryPart(t *testing.T) {
	base := func() (*Program, Identity) {
		p := program("a")
		p.Map = []Segment{{0, 3, Pos{"notes/x.md", 10, 1}}}
		p.Shell = &Shell{
			Files: []File{{Path: "a.go", Text: "package a\n"}},
			Cells: [][]Command{{{Args: []string{"go", "version"}, Env: []string{"GOGC=1"}}}},
		}
		return p, Identity{"go", "f", "go1.26.8", "linux/amd64", "h"}
	}
	p, id := base()
	seen := map[string]string{p.Key(id): "unchanged"}
	for name, change := range map[string]func(*Program, *Identity){
		"tail":        func(p *Program, _ *Identity) { p.Tail = true },
		"shell file":  func(p *Program, _ *Identity) { p.Shell = &Shell{Files: []File{{Path: "a.go"}}} },
		"command":     func(p *Program, _ *Identity) { p.Shell = &Shell{Cells: [][]Command{{{Args: []string{"go"}}}}} },
		"source":      func(p *Program, _ *Identity) { p.Source += "\n" },
		"timeout":     func(p *Program, _ *Identity) { p.Cells[0].Timeout++ },
		"limit":       func(p *Program, _ *Identity) { p.Cells[0].Limit++ },
		"expectation": func(p *Program, _ *Identity) { p.Cells[0].Expect = ExpectPanic },
		"no shell":    func(p *Program, _ *Identity) { p.Shell = nil },
		"file":        func(p *Program, _ *Identity) { p.Shell.Files[0].Text += "\n" },
		"file's name": func(p *Program, _ *Identity) { p.Shell.Files[0].Path = "b.go" },
		"argument":    func(p *Program, _ *Identity) { p.Shell.Cells[0][0].Args[1] = "env" },
		"arguments":   func(p *Program, _ *Identity) { p.Shell.Cells[0][0].Args = []string{"go version"} },
		"assignment":  func(p *Program, _ *Identity) { p.Shell.Cells[0][0].Env = nil },
		"redirection": func(p *Program, _ *Identity) { p.Shell.Cells[0][0].Stdout = "out" },
		"and errors":  func(p *Program, _ *Identity) { p.Shell.Cells[0][0].Stderr = "out" },
		"appending":   func(p *Program, _ *Identity) { p.Shell.Cells[0][0].Append = true },
		"condition":   func(p *Program, _ *Identity) { p.Shell.Cells[0][0].OnOK = true },
		"commands":    func(p *Program, _ *Identity) { p.Shell.Cells[0] = append(p.Shell.Cells[0], Command{}) },
		"cells":       func(p *Program, _ *Identity) { p.Shell.Cells = append(p.Shell.Cells, nil) },
		"position":    func(p *Program, _ *Identity) { p.Map[0].Pos.Line++ },
		"engine":      func(_ *Program, id *Identity) { id.Engine = "yaegi" },
		"fingerprint": func(_ *Program, id *Identity) { id.Fingerprint = "g" },
		"toolchain":   func(_ *Program, id *Identity) { id.Toolchain = "go1.26.9" },
		"target":      func(_ *Program, id *Identity) { id.Target = "linux/arm64" },
		"packages":    func(_ *Program, id *Identity) { id.Packages = "i" },
	} {
		p, id := base()
		change(p, &id)
		key := p.Key(id)
		if other, ok := seen[key]; ok {
			t.Errorf("changing %s gives the key of %s", name, other)
		}
		seen[key] = name
	}
	p, id = base()
	p.Shell.Files[0].Pos.Line++
	p.Shell.Cells[0][0].Pos.Line++
	if seen[p.Key(id)] != "unchanged" {
		t.Error("where commands and files stand in the chapter counts, and changes nothing")
	}
}

func TestRunReportsAnEngineThatCannotWork(t *testing.T) {
	broken := errors.New("no toolchain")
	e := &fake{name: "go", script: func(*Program) []Event { return nil }, err: broken}
	if _, err := Run(context.Background(), []*Program{program("a")}, RunOptions{Engines: []Engine{e}}); !errors.Is(err, broken) {
		t.Errorf("Run = %v, want %v", err, broken)
	}
	silent := &fake{name: "go", script: func(*Program) []Event { return nil }}
	if _, err := Run(context.Background(), []*Program{program("a")}, RunOptions{Engines: []Engine{silent}}); err == nil {
		t.Error("an engine that never says how a program ended passed without an error")
	}
}
