package gotool

import (
	"cmp"
	"fmt"
	"go/types"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"rtbook/runner"
)

// sweep composes cells, the last of which is swept over constants of it.
func sweep(t testing.TB, tc *Toolchain, consts []runner.SweepConst, sources ...string) *runner.Composition {
	t.Helper()
	var cells []runner.Cell
	for i, src := range sources {
		cells = append(cells, runner.Cell{ID: fmt.Sprint("c", i+1), Chapter: chapter, Line: 100 * (i + 1), Source: src})
	}
	cells[len(cells)-1].Sweep = consts
	c := runner.Compose(cells, func(paths []string) (types.Importer, error) { return tc.Load(t.Context(), paths) })
	if len(c.Problems) > 0 || len(c.Sweeps) != 1 {
		t.Fatalf("problems %v, %d sweeps", c.Problems, len(c.Sweeps))
	}
	return c
}

// values are the values of one constant.
func values(name string, texts ...string) runner.SweepConst {
	c := runner.SweepConst{Name: name}
	for _, v := range texts {
		c.Values = append(c.Values, runner.SweepValue{Text: v})
	}
	return c
}

// results runs programs, and writes what each did on a line.
func results(t testing.TB, e *Engine, ps []*runner.Program) []string {
	t.Helper()
	var mu sync.Mutex
	all := make(map[*runner.Program]string)
	err := e.Run(t.Context(), ps, func(p *runner.Program, ev runner.Event) {
		mu.Lock()
		defer mu.Unlock()
		switch ev.Kind {
		case runner.Printed:
			all[p] += string(ev.Text)
		case runner.Ended:
			all[p] = fmt.Sprintf("%s|%s %s %s", all[p][:len(all[p])-ev.Cut], ev.Status, cmp.Or(ev.Message, "-"), ev.Pos)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, p := range ps {
		lines = append(lines, strings.ReplaceAll(all[p], "\n", "/"))
	}
	return lines
}

// TestShared sees that a program with variables does what each of the programs
// with constants does, to the last bit and to the place of a panic.
func TestShared(t *testing.T) {
	tc := open(t, t.TempDir(), "")
	c := sweep(t, tc, []runner.SweepConst{values("n", "-3", "0", "7", "250"), values("f", "0.1", "3", "1e300"), values("s", "a", "b<>\x00\xff", "")},
		"import (\n\t\"fmt\"\n\t\"os\"\n)\n\nfunc show(v any) { fmt.Printf(\"%T %v\\n\", v, v) }\n",
		`const (
	n = 7
	f = 0.1
	s = "a"
)
const third = n / 3.0
type small uint8
type name string
show(n)
show(n / 3)
show(n / 3.0)
show(third * 3 * f)
show(float32(f * 1e-300))
show(1 << (n & 15))
show(name(s) + "!")
show(len(s))
show(s + s)
show(small(n & 7))
show(n > 5 && f < 1)
x := uint16(300)
show(x + n&255)
y := 3.0
show(y * f)
switch x := 7; x {
case n:
	show("seven")
}
for i := range n & 3 {
	fmt.Print(i, " ")
}
show(os.Args[1:])
show([]int{1, 2, 3}[n & 3 % 4 * (n & 1)])
`)
	ps := c.SweepPrograms()
	if len(ps) != 35 || ps[0].Shared == nil {
		t.Fatalf("%d programs, sharing %v", len(ps), ps[0].Shared != nil)
	}
	if units := tc.units(ps); len(units) != 1 || len(units[0].shared) != len(ps) {
		t.Errorf("%d programs to be built", len(units))
	}
	e := &Engine{Toolchain: tc}
	together := results(t, e, ps)
	alone := make([]*runner.Program, len(ps))
	for i, p := range ps {
		q := *p
		q.Shared = nil
		alone[i] = &q
	}
	if units := tc.units(alone); len(units) != len(ps) {
		t.Errorf("%d programs to be built where none is shared", len(units))
	}
	apart := results(t, e, alone)
	panics := 0
	for i := range ps {
		if together[i] != apart[i] {
			t.Errorf("%s\nshared %q\nalone  %q", ps[i].Name(), together[i], apart[i])
		}
		if strings.Contains(apart[i], "panic: ") {
			panics++
		}
	}
	if panics == 0 || panics == len(ps) {
		t.Errorf("%d of %d panic", panics, len(ps))
	}
	if slices.Sort(apart); len(slices.Compact(apart)) < 30 {
		t.Error("the programs hardly differ")
	}
}

// TestSharedCapacities sees that slices are as long as those that constants make:
// a variable in the place of one would change what []byte takes, and, by what
// escapes, what the first append does.
func TestSharedCapacities(t *testing.T) {
	tc := open(t, t.TempDir(), "")
	c := sweep(t, tc, []runner.SweepConst{values("word", "hello", "abc"), values("n", "1", "2", "3", "40")},
		"import \"fmt\"\n",
		`const (
	word = "hello"
	n    = 1
)

var kept []int

func branch() int {
	var s []int
	s = append(s, n)
	if n > 2 {
		kept = s
	}
	return cap(s)
}

func tag() int {
	var s []int
	s = append(s, n)
	switch {
	case n == 40:
		kept = s
	}
	return cap(s)
}
b := []byte(word)
fmt.Println(n, cap(b), cap(append(b, word...)), branch(), tag(), cap(make([]int, n)))
`)
	ps := c.SweepPrograms()
	// With each word, 1 and 2 are alike; but the first word's 1 is the text's own.
	if units := tc.units(ps); len(units) != 6 {
		t.Errorf("%d programs to be built", len(units))
	}
	alone := make([]*runner.Program, len(ps))
	for i, p := range ps {
		q := *p
		q.Shared = nil
		alone[i] = &q
	}
	e := &Engine{Toolchain: tc}
	together, apart := results(t, e, ps), results(t, e, alone)
	for i, p := range ps {
		if together[i] != apart[i] {
			t.Errorf("%s\nshared %q\nalone  %q", p.Name(), together[i], apart[i])
		}
	}
	if !strings.HasPrefix(apart[5], "3 3 8 ") {
		t.Errorf("with abc and 3: %q", apart[5])
	}
}

// TestSharedSees compiles programs one by one that may see how they are compiled,
// by a package of the book's module.
func TestSharedSees(t *testing.T) {
	tc := open(t, writeModule(t, book+
		"-- sees/sees.go --\npackage sees\n\nimport \"example.org/book/sees/more\"\n\nfunc Allocs(f func()) float64 { return more.Allocs(f) }\n"+
		"-- sees/more/more.go --\npackage more\n\nimport \"testing\"\n\nfunc Allocs(f func()) float64 { return testing.AllocsPerRun(10, f) }\n"), "")
	c := sweep(t, tc, []runner.SweepConst{values("n", "8", "100", "100000")},
		"import (\n\t\"example.org/book/sees\"\n\t\"fmt\"\n)\nconst n = 100\nfmt.Println(sees.Allocs(func() {\n\tp := make([]byte, n)\n\tp[0]++\n}))\n")
	ps := c.SweepPrograms()
	if units := tc.units(ps); len(units) != 2 {
		t.Errorf("%d programs to be built, of 2 that see how they are compiled", len(units))
	}
	// The compiler puts 8 bytes on the stack, and 100000 on the heap.
	if got := results(t, &Engine{Toolchain: tc}, ps); got[0] != "0/|done - " && !strings.HasPrefix(got[0], "0/|done") || !strings.HasPrefix(got[1], "1/|done") {
		t.Errorf("%q", got)
	}
}

// BenchmarkSweep is a sweep of 200 runs over a small model, from its text to its
// results, with nothing known before.
func BenchmarkSweep(b *testing.B) {
	tc, err := Open(b.TempDir(), "")
	if err != nil {
		b.Fatal(err)
	}
	defer tc.Close()
	tc.Load(b.Context(), []string{"fmt"})
	var sizes []string
	for i := range 40 {
		sizes = append(sizes, strconv.Itoa(8*(i+1)))
	}
	n := 0
	for b.Loop() {
		n++
		c := sweep(b, tc, []runner.SweepConst{values("size", sizes...), values("gogc", "25", "50", "100", "200", "400")},
			"import \"fmt\"\n\ntype heap struct{ live, goal, cycles int }\n\nfunc (h *heap) alloc(n, gogc int) {\n\tif h.live += n; h.live > h.goal {\n\t\th.live /= 2\n\t\th.goal = max(4096, h.live*(100+gogc)/100)\n\t\th.cycles++\n\t}\n}\n",
			fmt.Sprintf("const (\n\tsize = 8\n\tgogc = 100\n)\nvar h heap\nfor range 10_000 {\n\th.alloc(size, gogc)\n}\nfmt.Println(h, %d)\n", n))
		if got := results(b, &Engine{Toolchain: tc}, c.SweepPrograms()); len(got) != 199 || !strings.Contains(got[0], "done") {
			b.Fatalf("%q", got)
		}
	}
}

// TestBlind sees that programs on the model, and displays, can be compiled once.
func TestBlind(t *testing.T) {
	tc := open(t, filepath.Join("..", ".."), "")
	for path, want := range map[string]bool{
		"fmt": true, "rtbook/model": true, "rtbook/model/view": true, "rtbook/runner/show": true,
		"rtbook/runner/gotool":  false, // imports runtime
		"golang.org/x/sys/unix": false, // of another module
		"example.org/nothing":   false,
	} {
		if got := tc.Sources().blind([]string{path}); got != want {
			t.Errorf("%s is said to be blind: %v", path, got)
		}
	}
}
