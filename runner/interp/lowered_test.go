package interp_test

import (
	"go/types"
	"strings"
	"testing"

	"rtbook/runner"
	"rtbook/runner/interp"
)

// loader is the toolchain's.
func loader(t *testing.T) runner.Loader {
	tc := toolchain(t)
	return func(paths []string) (types.Importer, error) { return tc.Load(t.Context(), paths) }
}

func TestLowered(t *testing.T) {
	p := program("import \"fmt\"\n", "for i := range 3 {\n\tdefer func() { fmt.Print(i) }()\n}\n")
	source, err := interp.Lowered(p, loader(t))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(source, "rt1.Run(") || strings.Contains(source, "range 3") {
		t.Errorf("lowered:\n%s", source)
	}
	plain := runAll(t, &interp.Engine{}, p)[0]
	low := runAll(t, &interp.Engine{Load: loader(t)}, p)[0]
	if low.outputs[0] != "210" || low.end.Status != runner.Done || plain.outputs[0] == "210" {
		t.Errorf("lowered it prints %q (%+v), as it is %q", low.outputs[0], low.end, plain.outputs[0])
	}
	refused := program("type T struct{ _, n int }\n", "_ = T{1, 2}\n")
	if _, err := interp.Lowered(refused, loader(t)); err == nil || !strings.Contains(err.Error(), "blank fields") {
		t.Errorf("error %v", err)
	}
}

func TestRefusedBeforeOutput(t *testing.T) {
	p := program("import \"fmt\"\n\ntype T struct{ _, n int }\n", "fmt.Println(\"first\")\n", "t := T{1, 2}\nfmt.Println(t)\n")
	r := runAll(t, &interp.Engine{Load: loader(t)}, p)[0]
	if r.end.Status != runner.Refused || r.end.Pos != (runner.Pos{File: chapter, Line: 200, Col: 8}) || r.outputs[0] != "" {
		t.Errorf("%+v, printed %q", r.end, r.outputs)
	}
	if want := "the interpreter compares blank fields too, so that this one cannot have a value"; r.end.Message != want {
		t.Errorf("message %q, want %q", r.end.Message, want)
	}
	if want := "name the fields in the literal, or mark the cell engine=go, in an environment of its own"; r.end.Hint != want {
		t.Errorf("hint %q, want %q", r.end.Hint, want)
	}
}

// TestPanicTexts holds the numbers to be in the text of a panic that nobody
// recovers and nobody expected.
func TestPanicTexts(t *testing.T) {
	for cell, message := range map[string]string{
		"s, i := []int{1, 2}, 5\nfmt.Println(s[i])\n":           "panic: runtime error: index out of range [5] with length 2",
		"s, i := \"abc\", 5\nfmt.Println(s[i:])\n":              "panic: runtime error: slice bounds out of range [5:3]",
		"fmt.Println(\"x\")\nvar p *int\nfmt.Println(*p)\n":     "panic: runtime error: invalid memory address or nil pointer dereference",
		"s, i := []int{1, 2}, 5\ns[i] = 1\nfmt.Println(s)\n":    "panic: runtime error: index out of range [5] with length 2",
		"s, i := []int{1, 2}, 5\nfmt.Println(s[i-5:i], s[0])\n": "panic: runtime error: slice bounds out of range [:5] with capacity 2",
	} {
		r := runAll(t, &interp.Engine{Load: loader(t)}, program("import \"fmt\"\n", cell))[0]
		if r.end.Status != runner.Panicked || !strings.HasPrefix(r.end.Message, message) || r.end.Pos.Line < 100 {
			t.Errorf("%q: %+v, want %s", cell, r.end, message)
		}
	}
}

// TestPanicPlaces holds the place of a panic to be the author's, however much
// the statement was rewritten.
func TestPanicPlaces(t *testing.T) {
	head := "import \"fmt\"\n\nfunc f(n int) (r int, err error) {\n\tdefer fmt.Print(\"deferred \")\n\tfor i := range n {\n\t\tdefer func() { r += i }()\n\t\tif i == 1 {\n\t\t\tpanic(fmt.Sprint(\"at \", i))\n\t\t}\n\t}\n\treturn\n}\n"
	for _, tt := range []struct {
		cell, message string
		line          int
	}{
		{"fmt.Println(\"x\")\nf(3)\n", "panic: at 1", 8},
		{"for i := 0; i < 2; i++ {\n\tg := func() int { return i }\n\tif g() == 1 {\n\t\tpanic(\"here\")\n\t}\n}\n", "panic: here", 103},
		{"func() {\n\tdefer func() {\n\t\tr := recover()\n\t\tpanic(fmt.Sprint(\"again \", r))\n\t}()\n\tpanic(1)\n}()\n", "panic: again 1", 103},
		{"fmt.Println()\nfmt.Println(fmt.Sprint(1)[3])\n", "panic: runtime error: index out of range [3] with length 1", 101},
	} {
		r := runAll(t, &interp.Engine{Load: loader(t)}, program(head, tt.cell))[0]
		if r.end.Status != runner.Panicked || r.end.Message != tt.message || r.end.Pos.Line != tt.line {
			t.Errorf("%q: %+v, want %s at line %d", tt.cell, r.end, tt.message, tt.line)
		}
	}
}
