package gotool

import (
	"context"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rtbook/runner"
)

const chapter = "notes/01-test.md"

// program makes a program of a head, which begins at line 1 of the chapter, and
// the bodies of cells, of which cell i begins at line 100*(i+1).
func program(env, head string, cells ...string) *runner.Program {
	p := &runner.Program{Chapter: chapter, Env: env}
	var b strings.Builder
	b.WriteString("package main\n\n")
	add := func(text string, line int) {
		for l := range strings.Lines(text) {
			p.Map = append(p.Map, runner.Segment{Offset: b.Len(), Len: len(l), Pos: runner.Pos{File: chapter, Line: line, Col: 1}})
			b.WriteString(l)
			line++
		}
	}
	add(head, 1)
	for i, cell := range cells {
		fmt.Fprintf(&b, "\nfunc %s() {\n", runner.CellFunc(i))
		add(cell, 100*(i+1))
		b.WriteString("\n}\n")
		p.Cells = append(p.Cells, runner.Unit{Pos: runner.Pos{File: chapter, Line: 100 * (i + 1), Col: 1}})
	}
	p.Source = b.String()
	return p
}

// ran is what became of a program.
type ran struct {
	output string // of all cells, without the crash report
	end    runner.Event
}

func runAll(t *testing.T, e *Engine, ps ...*runner.Program) map[string]ran {
	t.Helper()
	var mu sync.Mutex
	all := make(map[string]ran)
	err := e.Run(t.Context(), ps, func(p *runner.Program, ev runner.Event) {
		mu.Lock()
		defer mu.Unlock()
		r := all[p.Env]
		switch ev.Kind {
		case runner.Printed:
			r.output += string(ev.Text)
		case runner.Ended:
			r.end = ev
			r.output = r.output[:len(r.output)-ev.Cut]
		}
		all[p.Env] = r
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestEngine has programs that fail in every way beside one that does not, in
// one build.
func TestEngine(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	e := &Engine{Toolchain: open(t, writeModule(t, book), "")}
	all := runAll(t, e,
		program("fine", "import (\n\t\"fmt\"\n\t\"example.org/book/good\"\n\t\"example.org/book/internal/deep\"\n)\nvar n int\n",
			"n = good.Twice(3)", "fmt.Println(n, deep.Double(n))"),
		program("does not compile", "import \"fmt\"\n", "fmt.Println(1)", "\tfmt.Println(1); n := undefined1\n\tundefined2()"),
		program("cannot be loaded", "import \"fmt\"\nimport \"example.org/book/nosuch\"\n", "fmt.Println(nosuch.X)"),
		program("imports what does not compile", "import \"example.org/book/broken\"\n", "println(broken.F())"),
		program("panics", "import \"fmt\"\nfunc f(p []int) int {\n\treturn p[3]\n}\n", "fmt.Println(1)", "fmt.Print(2); if true {\n\tf(nil)\n}"),
		program("names that main could use", "import \"fmt\"\nvar wire, os, start = 1, 2, 3\nfunc mark() int { return 4 }\n", "fmt.Println(wire, os, start, mark())"),
	)
	at := func(line, col int) runner.Pos { return runner.Pos{File: chapter, Line: line, Col: col} }
	tests := []struct {
		env, output string
		cell        int
		status      runner.Status
		message     string
		pos         runner.Pos
	}{
		{"fine", "6 12\n", 1, runner.Done, "", runner.Pos{}},
		{"does not compile", "", 0, runner.Refused, "declared and not used: n", at(200, 18)},
		{"cannot be loaded", "", 0, runner.Refused, "no required module provides package example.org/book/nosuch", at(2, 8)},
		{
			"imports what does not compile", "", 0, runner.Refused,
			`broken/broken.go:3:23: cannot use "text" (untyped string constant) as int value in return statement`, at(100, 1),
		},
		{"panics", "1\n2", 1, runner.Panicked, "panic: runtime error: index out of range [3] with length 0", at(3, 1)},
		{"names that main could use", "1 2 3 4\n", 0, runner.Done, "", runner.Pos{}},
	}
	for _, tt := range tests {
		got := all[tt.env]
		if got.output != tt.output {
			t.Errorf("%s: printed %q, want %q", tt.env, got.output, tt.output)
		}
		want := runner.Event{Kind: runner.Ended, Cell: tt.cell, Status: tt.status, Message: tt.message, Cut: got.end.Cut, Pos: tt.pos}
		if fmt.Sprintf("%+v", got.end) != fmt.Sprintf("%+v", want) {
			t.Errorf("%s: ended with\n%+v, want\n%+v", tt.env, got.end, want)
		}
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if left, _ := filepath.Glob(filepath.Join(e.Toolchain.Dir, "*")); len(left) != 5 {
		t.Errorf("the module's folder has %v", left)
	}
}

// TestEngineOutsideModule has a book that is in no module.
func TestEngineOutsideModule(t *testing.T) {
	tc := open(t, t.TempDir(), "")
	all := runAll(t, &Engine{Toolchain: tc, Jobs: 1},
		program("a", "import \"fmt\"\n", "for i := range 3 {\n\tfmt.Print(i)\n}"),
		program("b", "import \"fmt\"\n", "fmt.Print(min(1, 2))"))
	if all["a"].output != "012" || all["b"].output != "1" {
		t.Errorf("printed %q and %q", all["a"].output, all["b"].output)
	}
}

// TestEngineHidesPaths wants no folder of this machine in what a cell can see.
func TestEngineHidesPaths(t *testing.T) {
	dir := writeModule(t, book)
	all := runAll(t, &Engine{Toolchain: open(t, dir, "")},
		program("a", "import (\n\t\"fmt\"\n\t\"os\"\n\t\"runtime\"\n)\n", "_, file, line, _ := runtime.Caller(0)\nfmt.Println(file, line, os.Args)"))
	if got, want := all["a"].output, chapter+" 100 [cells]\n"; got != want {
		t.Errorf("printed %q, want %q", got, want)
	}
}

func TestEngineCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	p := program("a", "", "for {\n}")
	p.Cells[0].Timeout = 20 * time.Second
	err := (&Engine{Toolchain: open(t, t.TempDir(), "")}).Run(ctx, []*runner.Program{p}, func(*runner.Program, runner.Event) {})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Run = %v, want %v", err, context.Canceled)
	}
}

func TestEngineWithoutToolchain(t *testing.T) {
	tc := open(t, t.TempDir(), "go1.26.8")
	t.Setenv("PATH", t.TempDir())
	var missing *MissingError
	err := (&Engine{Toolchain: tc}).Run(t.Context(), []*runner.Program{program("a", "", "")}, func(*runner.Program, runner.Event) {})
	if !errors.As(err, &missing) {
		t.Errorf("Run = %v, want a MissingError", err)
	}
}

// TestPackageName wants names that do not depend on what else is built.
func TestPackageName(t *testing.T) {
	a, b := program("a", ""), program("b", "")
	first := packageName(a, map[string]bool{})
	taken := make(map[string]bool)
	packageName(b, taken)
	if got := packageName(a, taken); got != first {
		t.Errorf("%s after another program, %s alone", got, first)
	}
	if again := packageName(a, taken); again == first {
		t.Errorf("two programs of the name %s", again)
	}
	if len(slices.Collect(maps.Keys(taken))) != 3 {
		t.Errorf("names %v", taken)
	}
}

// TestMainSource wants a main that parses, calls the cells in order, and keeps
// to names that composition leaves alone.
func TestMainSource(t *testing.T) {
	src := mainSource("example.org/book/wire", program("", "", "", ""))
	if _, err := parser.ParseFile(token.NewFileSet(), "", src, 0); err != nil {
		t.Fatal(err)
	}
	want := []string{"Mark(0)", "rtbook_cell0()", "Mark(1)", "rtbook_cell1()", "Mark(2)"}
	for _, s := range want {
		i := strings.Index(src, s)
		if i < 0 {
			t.Fatalf("no %s, or not in order, in\n%s", s, src)
		}
		src = src[i:]
	}
}
