package gotool

import (
	"go/types"
	"slices"
	"strings"
	"testing"

	"rtbook/runner"
)

// TestInitStyle runs programs with variables whose types cannot be written:
// each cell prints what it prints in its turn, and a panic is where it is.
func TestInitStyle(t *testing.T) {
	tc := open(t, writeModule(t, book+"-- thing/thing.go --\npackage thing\n\ntype thing struct{ N int }\n\n//go:noinline\nfunc New(n int) thing { return thing{12 / n} }\n"), "")
	compose := func(env string, sources ...string) *runner.Program {
		t.Helper()
		var cells []runner.Cell
		for i, src := range sources {
			cells = append(cells, runner.Cell{ID: "c", Chapter: chapter, Env: env, Line: 100 * (i + 1), Source: src})
		}
		c := runner.Compose(cells, func(paths []string) (types.Importer, error) { return tc.Load(t.Context(), paths) })
		if len(c.Problems) > 0 || len(c.Programs) != 1 || len(c.Programs[0].Unwritable) == 0 {
			t.Fatalf("composed %+v", c)
		}
		return c.Programs[0]
	}
	const imports = "import (\n\t\"encoding/binary\"\n\t\"fmt\"\n)\n"
	all := make(map[string][]string)
	ends := make(map[string]runner.Event)
	ps := []*runner.Program{
		compose("fine", imports+"order := binary.LittleEndian\nfmt.Println(\"one\", order)\n", "fmt.Println(\"two\")\n", "",
			"fmt.Println(\"four\")\nother := binary.BigEndian\nfmt.Println(other)\n", "fmt.Println(\"five\", order == order)\n"),
		compose("in turn", "import (\n\t\"example.org/book/thing\"\n\t\"fmt\"\n)\na := thing.New(4)\na.N++\nb := a\na, c := thing.New(12), a\nfmt.Println(a, b, c)\n",
			"d := a\na.N = 9\ne := a\nfmt.Println(d, e)\n"),
		compose("panics between", "import (\n\t\"example.org/book/thing\"\n\t\"fmt\"\n)\na := thing.New(1)\nfmt.Println(a)\nb := thing.New(0)\nfmt.Println(b)\n"),
		compose("panics above", imports+"var p []int\n", "fmt.Println(\"two\")\nfmt.Println(p[2])\n", "order := binary.LittleEndian\nfmt.Println(order)\n"),
		compose("panics below", imports+"order := binary.LittleEndian\nvar p []int\n", "fmt.Println(order)\nfmt.Println(p[2])\n"),
	}
	collect := func(p *runner.Program, ev runner.Event) {
		if all[p.Env] == nil {
			all[p.Env] = make([]string, len(p.Cells))
		}
		switch ev.Kind {
		case runner.Printed:
			all[p.Env][ev.Cell] += string(ev.Text)
		case runner.Ended:
			all[p.Env][ev.Cell] = all[p.Env][ev.Cell][:len(all[p.Env][ev.Cell])-ev.Cut]
			ends[p.Env] = ev
		}
	}
	e := &Engine{Toolchain: tc, Jobs: 1}
	if err := e.Run(t.Context(), ps, collect); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		env    string
		prints []string
		cell   int
		status runner.Status
		line   int
	}{
		{"fine", []string{"one LittleEndian\n", "two\n", "", "four\nBigEndian\n", "five true\n"}, 4, runner.Done, 0},
		{"in turn", []string{"{1} {4} {4}\n", "{1} {9}\n"}, 1, runner.Done, 0},
		{"panics above", []string{"", "two\n", ""}, 1, runner.Panicked, 201},
		{"panics between", []string{"{12}\n"}, 0, runner.Panicked, 106},
		{"panics below", []string{"", "LittleEndian\n"}, 1, runner.Panicked, 201},
	} {
		if !slices.Equal(all[tt.env], tt.prints) {
			t.Errorf("%s: printed %q, want %q", tt.env, all[tt.env], tt.prints)
		}
		end := ends[tt.env]
		if end.Status != tt.status || end.Cell != tt.cell || end.Pos.Line != tt.line {
			t.Errorf("%s: ended with %+v", tt.env, end)
		}
		if tt.line > 0 && !strings.HasPrefix(end.Message, "panic: runtime error: i") { // index or integer
			t.Errorf("%s: ended with %q", tt.env, end.Message)
		}
	}
}
