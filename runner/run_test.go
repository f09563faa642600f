package runner

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rtbook/runner/store"
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

func newCache(t *testing.T) *Cache {
	return &Cache{Store: &store.Store{Dir: t.TempDir()}, Book: "/book"}
}

func TestCache(t *testing.T) {
	cache := newCache(t)
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
	files, err := filepath.Glob(filepath.Join(cache.Store.Dir, "results", "*", "*"))
	if err != nil || len(files) != 2 {
		t.Fatalf("cache holds %d entries (%v), want 2", len(files), err)
	}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		data = bytes.Replace(data, []byte(`"output":"`), []byte(`"output":"AAAA`), 1)
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
	cache := newCache(t)
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
	cache := newCache(t)
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

// TestCacheGivesOnlySuccess has a failure in the cache, whoever put it there.
func TestCacheGivesOnlySuccess(t *testing.T) {
	cache, p := newCache(t), program("a")
	for _, tt := range []struct {
		status Status
		tail   bool
		ok     bool
	}{{Done, false, true}, {Panicked, false, false}, {Panicked, true, true}, {Done, true, false}, {"", false, false}} {
		p.Tail = tt.tail
		if err := cache.put(store.Key("k"), Result{Cells: []CellResult{{Status: tt.status}}}); err != nil {
			t.Fatal(err)
		}
		if _, ok := cache.get(store.Key("k"), p, "go"); ok != tt.ok {
			t.Errorf("%q of a program with tail %v: found %v, want %v", tt.status, tt.tail, ok, tt.ok)
		}
	}
	p.Tail = false
	if _, ok := cache.get(store.Key("k"), program("a", "b"), "go"); ok {
		t.Error("a result of one cell was found for a program of two")
	}
}

// TestCacheKeepsAnyOutput has output that no JSON string can hold.
func TestCacheKeepsAnyOutput(t *testing.T) {
	cache, p := newCache(t), program("a")
	output := "\xff\x00\u2028\r\n<&>\xed\xa0\x80"
	e := &fake{name: "go", script: func(*Program) []Event { return []Event{printed(0, output), done(1)} }}
	for range 2 {
		got, err := Run(context.Background(), []*Program{p}, RunOptions{Engines: []Engine{e}, Identity: identity, Cache: cache})
		if err != nil {
			t.Fatal(err)
		}
		if got[p][0].Cells[0].Output != output {
			t.Errorf("output %q, want %q", got[p][0].Cells[0].Output, output)
		}
	}
	if e.ran != 1 {
		t.Errorf("ran %d times, want 1", e.ran)
	}
}

// TestCacheKeepsNothingThatChanged has a package change while the program ran:
// nobody knows which of the two it was.
func TestCacheKeepsNothingThatChanged(t *testing.T) {
	cache, p := newCache(t), program("a")
	e := &fake{name: "go", script: func(*Program) []Event { return []Event{printed(0, "x"), done(1)} }}
	opt := RunOptions{Engines: []Engine{e}, Identity: identity, Cache: cache}
	for i, unchanged := range []bool{false, true, true} {
		opt.Unchanged = func(of Engine, q *Program, id Identity) bool {
			if of != e || q != p || id.Engine != "go" {
				t.Errorf("asked about %v, %v, %v", of, q, id)
			}
			return unchanged
		}
		if _, err := Run(context.Background(), []*Program{p}, opt); err != nil {
			t.Fatal(err)
		}
		if want := min(i+1, 2); e.ran != want {
			t.Errorf("after %d runs it ran %d times, want %d", i+1, e.ran, want)
		}
		if x, err := Explain(p, opt); err != nil || len(x) != 1 || x[0].Cached != unchanged || (x[0].Last.Failure == "") != unchanged {
			t.Errorf("after run %d: %+v, %v", i+1, x, err)
		}
	}
}

// TestCacheFail says that a cache cannot be written, and has the results.
func TestCacheFail(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	p, failed := program("a"), 0
	e := &fake{name: "go", script: func(*Program) []Event { return []Event{printed(0, "x"), done(1)} }}
	got, err := Run(context.Background(), []*Program{p}, RunOptions{
		Engines: []Engine{e}, Identity: identity, Cache: &Cache{Store: &store.Store{Dir: file}}, CacheFail: func(error) { failed++ },
	})
	if err != nil || failed != 1 || got[p][0].Cells[0].Output != "x" {
		t.Errorf("results %v, %v; said %d times", got, err, failed)
	}
}

// TestRecordsOfTwoBooks has a chapter of the same name in each.
func TestRecordsOfTwoBooks(t *testing.T) {
	one := newCache(t)
	two := &Cache{Store: one.Store, Book: "/other"}
	p := program("a")
	e := &fake{name: "go", script: func(*Program) []Event { return []Event{done(1)} }}
	if _, err := Run(context.Background(), []*Program{p}, RunOptions{Engines: []Engine{e}, Identity: identity, Cache: one}); err != nil {
		t.Fatal(err)
	}
	tail := *p
	tail.Tail = true
	if one.lastRun(p, "go") == nil || two.lastRun(p, "go") != nil || one.lastRun(p, "yaegi") != nil || one.lastRun(&tail, "go") != nil {
		t.Error("a record is another's, or none")
	}
}

func TestStoredRunsNothing(t *testing.T) {
	cache := newCache(t)
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
