package interp_test

import (
	"context"
	"fmt"
	"go/types"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rtbook/runner"
	"rtbook/runner/gotool"
	"rtbook/runner/interp"
	"rtbook/runner/interp/worker"
	"rtbook/runner/sandbox"
	"rtbook/runner/store"
)

func TestMain(m *testing.M) {
	if sandbox.Requested(os.Args) {
		sandbox.Main()
	}
	if worker.Requested(os.Args) {
		worker.Main()
	}
	os.Exit(m.Run())
}

const chapter = "notes/01-test.md"

// program makes a program of a head (what goes to package level) and the bodies
// of cells. The head begins at line 1 of the chapter and cell i at line
// 100*(i+1).
func program(head string, cells ...string) *runner.Program {
	p := &runner.Program{Chapter: chapter}
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
		p.Cells = append(p.Cells, runner.Unit{
			ID: fmt.Sprint("cell-", i+1), Pos: runner.Pos{File: chapter, Line: 100 * (i + 1), Col: 1}, Timeout: 20 * time.Second,
		})
	}
	p.Source = b.String()
	for _, path := range []string{
		"bufio", "encoding/json", "errors", "fmt", "io", "log", "math", "os", "runtime", "slices", "sort", "strings", "sync", "time",
		"rtbook/model/alloc", "rtbook/model/event",
	} {
		if strings.Contains(head, `"`+path+`"`) {
			p.Imports = append(p.Imports, path)
		}
	}
	return p
}

// ran is what an engine made of a program.
type ran struct {
	outputs []string // by cell, what is cut off taken away
	end     runner.Event
}

func runAll(t *testing.T, e runner.Engine, ps ...*runner.Program) []ran {
	t.Helper()
	var mu sync.Mutex
	all := make([]ran, len(ps))
	index := make(map[*runner.Program]int)
	for i, p := range ps {
		index[p] = i
		all[i].outputs = make([]string, len(p.Cells))
	}
	err := e.Run(t.Context(), ps, func(p *runner.Program, ev runner.Event) {
		mu.Lock()
		defer mu.Unlock()
		r := &all[index[p]]
		if r.end.Kind == runner.Ended {
			t.Errorf("%s: event %v after the end", e.Name(), ev)
		}
		switch ev.Kind {
		case runner.Printed:
			r.outputs[ev.Cell] += string(ev.Text)
		case runner.Ended:
			r.end = ev
			r.outputs[ev.Cell] = r.outputs[ev.Cell][:len(r.outputs[ev.Cell])-ev.Cut]
		}
	})
	if err != nil {
		t.Fatalf("%s: %v", e.Name(), err)
	}
	for i := range all {
		if all[i].end.Kind != runner.Ended {
			t.Errorf("%s: program %d did not end", e.Name(), i)
		}
	}
	return all
}

func toolchain(t testing.TB) *gotool.Toolchain {
	t.Helper()
	tc, err := gotool.Open(".", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tc.Close() })
	return tc
}

// agreed is a program on which the engines must agree: what Go says that it
// prints and how it ends.
type agreed struct {
	name    string
	head    string
	cells   []string
	outputs []string
	cell    int // in which it ends
	status  runner.Status
	message string
	line    int // of the end; -1 if the engines need not agree on it
}

var agreement = []agreed{
	{
		name:    "state",
		head:    "import \"fmt\"\nvar n int\n",
		cells:   []string{"n = 3\nfmt.Println(n)", "n *= 2", "fmt.Print(n)"},
		outputs: []string{"3\n", "", "6"},
		cell:    2, status: runner.Done,
	},
	{
		name: "every way to print, in order",
		head: "import (\n\"fmt\"\n\"log\"\n\"os\"\n)\n",
		cells: []string{
			"fmt.Println(1)\nprintln(2)\nos.Stdout.WriteString(\"3\\n\")\nos.Stderr.WriteString(\"4\\n\")\n" +
				"fmt.Fprintf(os.Stdout, \"5\\n\")\nlog.SetFlags(0)\nlog.Print(6)\nprintln(7)\nlog.New(os.Stdout, \"\", 0).Print(8)\nfmt.Print(9)",
			"fmt.Println()",
		},
		outputs: []string{"1\n2\n3\n4\n5\n6\n7\n8\n9", "\n"},
		cell:    1, status: runner.Done,
	},
	{
		name:    "panic with a string",
		head:    "import \"fmt\"\n",
		cells:   []string{"fmt.Println(1)", "fmt.Print(2)\npanic(\"boom\")", "fmt.Println(3)"},
		outputs: []string{"1\n", "2", ""},
		cell:    1, status: runner.Panicked, message: "panic: boom", line: 201,
	},
	{
		name:    "panic with a formatted string of two lines",
		head:    "import \"fmt\"\n",
		cells:   []string{"panic(fmt.Sprintf(\"%d\\npanic: %d\", 1, 2))"},
		outputs: []string{""},
		status:  runner.Panicked, message: "panic: 2", line: 100,
	},
	{
		name:    "panic with an error",
		head:    "import (\n\"errors\"\n\"fmt\"\n)\nfunc f() {\n\tfmt.Println(1)\n\tpanic(fmt.Errorf(\"wrapped: %w\", errors.New(\"inner\")))\n}\n",
		cells:   []string{"if true {\n\tf()\n}"},
		outputs: []string{"1\n"},
		status:  runner.Panicked, message: "panic: wrapped: inner", line: 7,
	},
	{
		name:    "panic with a number",
		cells:   []string{"panic(1.5)"},
		outputs: []string{""},
		status:  runner.Panicked, message: "panic: 1.5", line: 100,
	},
	{
		name:    "panic with nil",
		cells:   []string{"panic(nil)"},
		outputs: []string{""},
		status:  runner.Panicked, message: "panic: panic called with nil argument", line: 100,
	},
	{
		name:    "runtime error",
		head:    "import \"fmt\"\nfunc div(a, b int) int {\n\treturn a / b\n}\n",
		cells:   []string{"fmt.Println(div(6, 3))\nx := div(1, 1)\nfmt.Println(div(1, x-1))"},
		outputs: []string{"2\n"},
		status:  runner.Panicked, message: "panic: runtime error: integer divide by zero", line: 3,
	},
	{
		name: "panic after a recovered one",
		head: "import \"fmt\"\nfunc deep(n int) {\n\tif n == 0 {\n\t\tpanic(\"deep\")\n\t}\n\tdeep(n-1)\n}\n" +
			"func safe() {\n\tdefer func() { fmt.Println(recover()) }()\n\tdeep(5)\n}\n",
		cells:   []string{"safe()\nfmt.Println(2)\npanic(\"end\")"},
		outputs: []string{"deep\n2\n"},
		status:  runner.Panicked, message: "panic: end", line: 102,
	},
	{
		name:    "panic while panicking",
		head:    "func f() {\n\tdefer func() {\n\t\tpanic(\"second\")\n\t}()\n\tpanic(\"first\")\n}\n",
		cells:   []string{"f()"},
		outputs: []string{""},
		status:  runner.Panicked, message: "panic: second", line: 3,
	},
	{
		name:    "panic in a library, raised by the cell's call",
		head:    "import \"strings\"\n",
		cells:   []string{"n := -1\n_ = strings.Repeat(\"x\", n)"},
		outputs: []string{""},
		status:  runner.Panicked, message: "panic: strings: negative Repeat count", line: 101,
	},
	{
		name:    "throw of the model",
		head:    "import \"rtbook/model/event\"\n",
		cells:   []string{"panic(&event.Throw{Text: \"bad sweepgen\", State: \"sweepgen 3\"})"},
		outputs: []string{""},
		status:  runner.Panicked, message: "panic: fatal error: bad sweepgen (sweepgen 3)", line: 100,
	},
	{
		name:    "exit",
		head:    "import (\n\"fmt\"\n\"os\"\n)\n",
		cells:   []string{"fmt.Println(1)", "fmt.Print(2)\nos.Exit(3)", "fmt.Println(3)"},
		outputs: []string{"1\n", "2", ""},
		cell:    1, status: runner.Exited, message: "the program ended here (exit status 3)", line: 200,
	},
	{
		name:    "exit with status 0",
		head:    "import \"os\"\n",
		cells:   []string{"os.Exit(0)"},
		outputs: []string{""},
		status:  runner.Exited, message: "the program ended here (exit status 0)", line: 100,
	},
	{
		name:    "exit by log.Fatal",
		head:    "import \"log\"\n",
		cells:   []string{"log.SetFlags(0)\nlog.Fatal(\"no\")"},
		outputs: []string{"no\n"},
		status:  runner.Exited, message: "the program ended here (exit status 1)", line: 100,
	},
	{
		name:    "closed output",
		head:    "import (\n\"fmt\"\n\"os\"\n)\n",
		cells:   []string{"fmt.Println(1)\nos.Stdout.Close()", "fmt.Println(2)\nfmt.Fprintln(os.Stderr, 3)"},
		outputs: []string{"1\n", "3\n"},
		cell:    1, status: runner.Done,
	},
	{
		name:    "deadlock",
		head:    "import \"fmt\"\n",
		cells:   []string{"fmt.Print(1)\nvar c chan int\n<-c"},
		outputs: []string{"1"},
		status:  runner.Panicked, message: "fatal error: all goroutines are asleep - deadlock!", line: -1,
	},
	{
		name:    "goexit of the main goroutine",
		head:    "import \"runtime\"\n",
		cells:   []string{"runtime.Goexit()"},
		outputs: []string{""},
		status:  runner.Panicked, message: "fatal error: no goroutines (main called runtime.Goexit) - deadlock!", line: -1,
	},
	{
		name:    "panic in a goroutine",
		head:    "import (\n\"fmt\"\n\"time\"\n)\n",
		cells:   []string{"fmt.Println(1)\ngo func() {\n\tpanic(\"in a goroutine\")\n}()\ntime.Sleep(10 * time.Second)"},
		outputs: []string{"1\n"},
		status:  runner.Panicked, message: "panic: in a goroutine", line: 102,
	},
	{
		name:    "empty standard input",
		head:    "import (\n\"bufio\"\n\"fmt\"\n\"io\"\n\"os\"\n)\n",
		cells:   []string{"var s string\nn, err := fmt.Scan(&s)\nfmt.Println(n, err)\nb, err2 := io.ReadAll(bufio.NewReader(os.Stdin))\nfmt.Println(len(b), err2)"},
		outputs: []string{"0 EOF\n0 <nil>\n"},
		status:  runner.Done,
	},
	{
		name:    "environment, arguments and time zone",
		head:    "import (\n\"fmt\"\n\"os\"\n\"strings\"\n\"time\"\n)\n",
		cells:   []string{"for _, e := range os.Environ() {\n\tif strings.HasPrefix(e, \"RTBOOK\") || strings.HasPrefix(e, \"PATH\") {\n\t\tfmt.Println(e)\n\t}\n}\nfmt.Println(os.Args)\nfmt.Println(time.Unix(0, 0))"},
		outputs: []string{"[cells]\n1970-01-01 00:00:00 +0000 UTC\n"},
		status:  runner.Done,
	},
	{
		name:    "interfaces of the cell in a library's hands",
		head:    "import (\n\"fmt\"\n\"sort\"\n)\ntype byLen []string\nfunc (s byLen) Len() int { return len(s) }\nfunc (s byLen) Less(i, j int) bool { return len(s[i]) < len(s[j]) }\nfunc (s byLen) Swap(i, j int) { s[i], s[j] = s[j], s[i] }\n" + "type up struct{}\nfunc (up) Write(p []byte) (int, error) { fmt.Println(len(p)); return len(p), nil }\n",
		cells:   []string{"s := byLen{\"ccc\", \"a\", \"bb\"}\nsort.Sort(s)\nfmt.Println(s[0], s[1], s[2])\nfmt.Fprint(up{}, \"four\")"},
		outputs: []string{"a bb ccc\n4\n"},
		status:  runner.Done,
	},
	{
		name:    "words as large as the target's",
		head:    "import (\n\"fmt\"\n\"math\"\n\"runtime\"\n)\n",
		cells:   []string{"fmt.Println(math.MaxInt, runtime.GOOS, runtime.GOARCH)"},
		outputs: []string{wordLine()},
		status:  runner.Done,
	},
}

func TestEnginesAgree(t *testing.T) {
	for _, e := range []runner.Engine{&gotool.Engine{Toolchain: toolchain(t)}, &interp.Engine{}} {
		t.Run(e.Name(), func(t *testing.T) {
			tests := slices.Clone(agreement)
			if raceDetector && e.Name() == "yaegi" { // its threads keep the runtime from seeing a deadlock
				tests = slices.DeleteFunc(tests, func(tt agreed) bool { return strings.Contains(tt.message, "deadlock") })
			}
			var ps []*runner.Program
			for i, tt := range tests {
				p := program(tt.head, tt.cells...)
				p.Env = fmt.Sprint(i)
				ps = append(ps, p)
			}
			for i, got := range runAll(t, e, ps...) {
				compare(t, tests[i], got)
			}
		})
	}
}

func compare(t *testing.T, want agreed, got ran) {
	t.Helper()
	for c := range want.outputs {
		if got.outputs[c] != want.outputs[c] {
			t.Errorf("%s: cell %d printed %q, want %q", want.name, c, got.outputs[c], want.outputs[c])
		}
	}
	if got.end.Status != want.status || got.end.Message != want.message || got.end.Cell != want.cell {
		t.Errorf("%s: ended in cell %d with %s %q, want in cell %d with %s %q", want.name,
			got.end.Cell, got.end.Status, got.end.Message, want.cell, want.status, want.message)
	}
	if want.line >= 0 && got.end.Pos.Line != want.line {
		t.Errorf("%s: ended at %v, want line %d", want.name, got.end.Pos, want.line)
	}
}

// TestRefused has what yaegi cannot run: it must say so, where, and what to do.
func TestRefused(t *testing.T) {
	tests := []struct {
		name, head, cell string
		message          string // a part of it
		line, col        int
	}{
		{"no symbols", "import (\n\t\"fmt\"\n\t\"slices\"\n)\n", "fmt.Println(slices.Max([]int{1}))",
			"the interpreter has no package slices", 3, 2},
		{"unknown to the compiler", "import \"fmt\"\n", "fmt.Println(min(1, 2))", "the interpreter cannot compile this: undefined: min", 100, 13},
	}
	for _, tt := range tests {
		p := program(tt.head, tt.cell)
		got := runAll(t, &interp.Engine{}, p)[0].end
		if got.Status != runner.Refused || !strings.Contains(got.Message, tt.message) {
			t.Errorf("%s: %s %q, want refused with %q", tt.name, got.Status, got.Message, tt.message)
		}
		if want := (runner.Pos{File: chapter, Line: tt.line, Col: tt.col}); got.Pos != want {
			t.Errorf("%s: refused at %v, want %v", tt.name, got.Pos, want)
		}
		if !strings.Contains(got.Hint, "engine=go") {
			t.Errorf("%s: the hint is %q", tt.name, got.Hint)
		}
	}
}

// TestHangs has cells that nothing inside the process could stop.
func TestHangs(t *testing.T) {
	spin := program("import \"fmt\"\n", "fmt.Println(1)", "for {\n}", "fmt.Println(3)")
	flood := program("import \"fmt\"\n", "for {\n\tfmt.Println(\"again\")\n}")
	flood.Cells[0].Limit = 1000
	spin.Cells[1].Timeout = 300 * time.Millisecond
	got := runAll(t, &interp.Engine{}, spin, flood)
	if e := got[0].end; e.Status != runner.TimedOut || e.Cell != 1 || e.Pos.Line != 200 {
		t.Errorf("a cell that hangs ended with %+v", e)
	}
	if out := got[0].outputs; out[0] != "1\n" || out[2] != "" {
		t.Errorf("the cells around one that hangs printed %q", out)
	}
	if e := got[1].end; e.Status != runner.Flooded || len(got[1].outputs[0]) != 1000 {
		t.Errorf("a cell that floods ended with %+v after %d bytes", e, len(got[1].outputs[0]))
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	p := program("import \"fmt\"\n", "fmt.Println(1)\nfor {\n}")
	err := (&interp.Engine{}).Run(ctx, []*runner.Program{p}, func(p *runner.Program, ev runner.Event) {
		if ev.Kind == runner.Printed {
			cancel()
		}
	})
	if err != context.Canceled {
		t.Errorf("Run = %v, want %v", err, context.Canceled)
	}
}

// TestWorkerImports holds the worker to what can run in a browser and has no
// need to start processes. (Yaegi itself can, to draw its graphs.)
func TestWorkerImports(t *testing.T) {
	cmd := exec.Command("go", "list", "-deps", "-f", `{{if and .Module (eq .Module.Path "rtbook")}}{{.ImportPath}}: {{join .Imports " "}}{{end}}`, "./worker/cmd")
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	out, err := cmd.Output()
	if err != nil || len(out) == 0 {
		t.Fatalf("list the worker's packages: %v", err)
	}
	for line := range strings.Lines(string(out)) {
		importer, imports, _ := strings.Cut(line, ": ")
		for _, path := range strings.Fields(imports) {
			if path == "os/exec" || path == "rtbook/runner/sandbox" {
				t.Errorf("%s imports %s", importer, path)
			}
		}
	}
}

// BenchmarkStart is the least that a program costs: two cells that do nothing.
func BenchmarkStart(b *testing.B) {
	e := &interp.Engine{Jobs: 1}
	ps := []*runner.Program{program("", "", "")}
	for b.Loop() {
		if err := e.Run(b.Context(), ps, func(*runner.Program, runner.Event) {}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCells is 55 small cells of one chapter, lowered and run. What is
// above [BenchmarkStart] is theirs.
func BenchmarkCells(b *testing.B) {
	tc := toolchain(b)
	tc.Store = &store.Store{Dir: b.TempDir()}
	load := func(paths []string) (types.Importer, error) { return tc.Load(b.Context(), paths) }
	var cells []string
	for i := range 55 {
		cells = append(cells, fmt.Sprintf("xs := []int{3, 1, %d}\nsort.Ints(xs)\nfor i, x := range xs {\n\tfmt.Println(i, x*x)\n}\n", i))
	}
	e := &interp.Engine{Jobs: 1, Load: load}
	ps := []*runner.Program{program("import \"fmt\"\nimport \"sort\"\n", cells...)}
	if _, err := load(ps[0].Imports); err != nil { // what the go command takes the first time
		b.Fatal(err)
	}
	for b.Loop() {
		if err := e.Run(b.Context(), ps, func(_ *runner.Program, ev runner.Event) {
			if ev.Kind == runner.Ended && ev.Status != runner.Done {
				b.Fatal(ev)
			}
		}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(b.Elapsed().Seconds()*1000/float64(b.N)/float64(len(cells)), "ms/cell")
}
