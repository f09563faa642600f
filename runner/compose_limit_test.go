package runner

import (
	"errors"
	"fmt"
	"go/types"
	"strings"
	"testing"
	"time"
)

// importFunc implements [types.Importer].
type importFunc func(path string) (*types.Package, error)

func (f importFunc) Import(path string) (*types.Package, error) { return f(path) }

// bomb returns n types whose check takes go/types four times as long for each
// further one.
func bomb(n int) string {
	var b strings.Builder
	b.WriteString("type T0 struct{}\n")
	for i := range n {
		fmt.Fprintf(&b, "type T%d struct{ a, b, c, d T%d }\n", i+1, i)
	}
	return b.String()
}

// TestCheckLimit has the type checker not come to an end in environments of
// every kind, as if it were in an import for good. One that imports nothing is
// not affected.
func TestCheckLimit(t *testing.T) {
	const uses = "import \"forever\"\n"
	for _, test := range []struct {
		name  string
		cells []Cell
		place string
	}{
		{"program", page("x := 1\n", uses+"println(x, forever.X)\n"), "100:1"},
		{"check", page("//check\n" + uses + "var _ = forever.X\n"), "100:1"},
		{"file", page("x := 1\n", "//check\npackage p\n"+uses+"var _ = forever.X\n"), "100:1"},
		{"compile-error", expecting(page("x := 1\n", uses+"var _ = forever.X\n"), ExpectCompileError), "100:1"},
		{"panic", expecting(page("x := 1\n", uses+"panic(forever.X)\n"), ExpectPanic), "100:1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			for i := range test.cells {
				test.cells[i].Env = "bad"
			}
			good := Cell{ID: "good", Chapter: "notes/x.md", Line: 900, Source: "println(1)\n"}
			over := make(chan bool)
			defer close(over)
			load := func([]string) (types.Importer, error) {
				return importFunc(func(string) (*types.Package, error) {
					<-over
					return nil, errors.New("over")
				}), nil
			}
			c := composeWithin(append(test.cells, good), load, time.Second)
			want := test.place + ": the type checker did not come to an end within 1s\n"
			if !c.GivenUp {
				t.Error("the check is not said to go on")
			}
			if got := render(c.Problems); got != want {
				t.Errorf("problems\n%swant\n%s", got, want)
			}
			if len(c.Problems) > 0 && c.Problems[0].Hint == "" {
				t.Error("no hint")
			}
			if len(c.Programs) != 1 || c.Programs[0].Cells[0].ID != "good" || len(c.Static) > 0 {
				t.Errorf("programs %+v, outputs %+v", c.Programs, c.Static)
			}
		})
	}
}

// expecting makes the last cell one that is expected to fail.
func expecting(cells []Cell, how Expect) []Cell {
	cells[len(cells)-1].Expect = how
	return cells
}

// TestCheckLimitTypes has types checked that take seconds at the least, and
// would keep a process that waited for it from ending.
func TestCheckLimitTypes(t *testing.T) {
	c := composeWithin(page("x := 1\n", bomb(15)+"println(T15{}, x)\n"), shared.load, 20*time.Millisecond)
	if got, want := render(c.Problems), "100:1: the type checker did not come to an end within 20ms\n"; got != want || len(c.Programs) > 0 {
		t.Errorf("problems\n%swant\n%sprograms %v", got, want, c.Programs)
	}
}

// TestCheckPanics has the type checker panic. What was found before stays.
func TestCheckPanics(t *testing.T) {
	cells := append(page("x := 1\n", "import \"odd\"\nprintln(odd.X)\n", "x := = 2\n"),
		Cell{ID: "good", Env: "good", Chapter: "notes/x.md", Line: 900, Source: "println(1)\n"})
	load := func([]string) (types.Importer, error) {
		return importFunc(func(path string) (*types.Package, error) { panic("cannot read " + path) }), nil
	}
	c := Compose(cells, load)
	want := "100:1: the type checker failed: cannot read odd\n300:6: expected operand, found '='\n"
	if got := render(c.Problems); got != want {
		t.Errorf("problems\n%swant\n%s", got, want)
	}
	if len(c.Programs) != 1 || c.Programs[0].Cells[0].ID != "good" {
		t.Errorf("programs %+v", c.Programs)
	}
}
