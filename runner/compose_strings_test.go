package runner

import (
	"fmt"
	"strings"
	"testing"
)

// doubled returns n constants, each of which is the one above it twice: the
// last has 1<<n times the bytes of s0.
func doubled(n int) string {
	var b strings.Builder
	b.WriteString("const s0 = \"x\"\n")
	for i := range n {
		fmt.Fprintf(&b, "const s%d = s%d + (s%[2]d)\n", i+1, i)
	}
	return b.String()
}

// TestLongStrings has constants that no memory would hold, in cells of every
// kind, stopped before the type checker makes them.
func TestLongStrings(t *testing.T) {
	const message = "a constant string of more than 16 MiB"
	for _, test := range []struct {
		name  string
		cells []Cell
		place string // of the problem, "" if there is none
	}{
		{"program", page(doubled(60) + "println(len(s60))\n"), "123:13"},
		{"in a function", page("func f() {\n" + doubled(60) + "println(len(s60))\n}\n"), "124:13"},
		{"check", page("//check\n" + doubled(60)), "124:13"},
		{"file", page("//check\npackage p\n\n" + doubled(60)), "126:13"},
		{"compile-error", expecting(page("x := 1\n", doubled(60)), ExpectCompileError), "223:13"},
		{"panic", expecting(page("x := 1\n", doubled(60)+"panic(s60)\n"), ExpectPanic), "223:13"},
		{"repeated in a group", page("const a = \"" + strings.Repeat("x", 1<<20) + "\"\nconst (\nb = a+a+a+a+a+a+a+a+a\nc\n)\n_ = b+c\n"), "105:5"},
		{"converted", page("type T string\nconst a = \"" + strings.Repeat("x", 9<<20) + "\"\n_ = T(a) + T(a)\n"), "102:5"},
		{"shorter", page(doubled(20) + "println(len(s20), 1<<40 + 1)\n"), ""},
		{"numbers", page("const a = 1\nconst b = a + a\nprintln(a + b)\n"), ""},
		{"of itself", page("x := 1\n", "//check\nconst s = s + \"x\"\n"), "201:7"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := ""
			c := Compose(test.cells, nil)
			for _, p := range c.Problems {
				if p.Message == message || test.name == "of itself" && got == "" {
					got += fmt.Sprintf("%d:%d", p.Pos.Line, p.Pos.Col)
				}
			}
			if got != test.place {
				t.Errorf("problems at %q, want %q: %+v", got, test.place, c.Problems)
			}
			if test.place != "" && test.name != "of itself" && len(c.Programs) > 0 {
				t.Error("there is a program all the same")
			}
		})
	}
}
