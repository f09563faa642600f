package lower

import (
	"strings"
	"testing"
)

func TestBlankFields(t *testing.T) {
	testRewrites(t, []rewrite{
		{"several", `type T struct { _ int; X any; _ string; Y float64; _, _ bool }
type U struct { _ int; X any; _ string; Y float64; _, _ bool }
---
m := map[T]int{}
m[T{X: 1, Y: 2}] = 1
m[T{X: 1, Y: 2}] = 3
t := T{0, 1, "", 2, false, false}
fmt.Println(m, len(m), U(t) == U{X: 1, Y: 2}, T(U(t)) == t)`, "rtbook_blank1 string"},
		{"one", `type T struct { _ int; X int }
---
fmt.Println(T{X: 1} == T{0, 1}, T{0, 2})`, "_ int"},
	})
}

func TestBlankFieldsRefused(t *testing.T) {
	const source = "package main\ntype T struct { _ int; X int }\nfunc main() { println(T{1, 2} == T{0, 2}) }\n"
	_, refusals := lowered(t, source)
	if len(refusals) != 1 || !strings.HasPrefix(source[refusals[0].Offset:], "1, 2}") {
		t.Errorf("refusals %v, want one at 1", refusals)
	}
}
