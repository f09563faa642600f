package lower

import (
	"fmt"
	"strings"
	"testing"
)

// chain returns declarations of which each has the one before it twice.
func chain(form string, n int) string {
	var b strings.Builder
	for i := 1; i <= n; i++ {
		fmt.Fprintf(&b, form+"\n", i, i-1)
	}
	return b.String()
}

func TestLargeTypes(t *testing.T) {
	structs := "type T0 struct{ n int }\n" + chain("type T%d struct{ a, b []T%d }", 30)
	functions := "type P[A, B any] struct{ a *A; b *B }\n" + chain("func f%[2]d[T any]() int { return f%[1]d[P[T, T]]() }", 30) + "func f30[T any]() int { return 30 }\n"
	own := chain("func f%[2]d[T, U any]() int { type t struct{ x T }; return f%[1]d[t, t]() }", 30) + "func f30[T, U any]() int { return 30 }\n"
	for _, c := range []struct{ name, source, message, at string }{
		{"aliases", "type T0 = struct{ n int }\n" + chain("type T%d = struct{ a, b []T%d }", 30) + "func main() { var t T30; _ = t }", "the type T12, ", "T12 "},
		{"few aliases", "type T0 = struct{ n int }\n" + chain("type T%d = struct{ a, b []T%d }", 5) + "func main() { var t T5; _ = t }", "", ""},
		{"structs", structs + "func main() { var t T30; _ = t }", "the type T20, ", "T20 "},
		{"fields that are held", "type T0 struct{ n int }\n" + chain("type T%d struct{ a, b func(*T%d, *T40); c *T40 }", 40) + "func main() { var t T40; _ = t }", "", ""},
		{"interfaces", "type T0 interface{ M() }\n" + chain("type T%d interface{ M(a, b T%d) }", 40) + "func main() { var t T40; _ = t }", "", ""},
		{"types of generic functions", own + "func main() { println(f0[int, int]()) }", "an instance of t, whose name has more than 100,000 bytes", "f"},
		{"type arguments", functions + "func main() { println(f0[int]()) }", "an instance of f14: ", "f14[P[T, T]]()"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, refusals := lowered(t, "package main\n"+c.source)
			if c.message == "" {
				if len(refusals) > 0 {
					t.Errorf("refused: %v", refusals)
				}
				return
			}
			if len(refusals) != 1 || !strings.Contains(refusals[0].Message, c.message) || !strings.HasPrefix(("package main\n" + c.source)[refusals[0].Offset:], c.at) {
				t.Errorf("got %v, want %q at %q", refusals, c.message, c.at)
			}
		})
	}
}
