package lower

import "testing"

func TestNames(t *testing.T) {
	testRewrites(t, []rewrite{
		{"variables", `x := 1
if x := 2.5; x > 2 { fmt.Println(x); var x = "s"; fmt.Println(x) }
fmt.Println(x)`, `x := 1
if rtbook_x1 := 2.5; rtbook_x1 > 2.0 {
fmt.Println(rtbook_x1)
var rtbook_x2 = "s"
fmt.Println(rtbook_x2)
}
fmt.Println(x)`},
		{"package, universe, imports", `func len(x int) int { true := x; return true }
---
string := len(1)
func(fmt int) { println := fmt; _ = println }(string)
fmt.Println(string)`, `rtbook_string1 := rtbook_len1(1)`},
		{"type switch", `x := any(3)
switch x := x.(type) { case int: fmt.Println(x + 1); case string: fmt.Println(x + "") }`, `switch rtbook_x1 := x.(type) {
case int:
fmt.Println(rtbook_x1 + 1)`},
		{"fields and named results", `type T struct { x int }
func f(x int) (r T) { for { r := T{x: x}; x, y := r, 2; _ = y; return x } }
---
fmt.Println(f(3).x)`, ""},
		{"predeclared names of the package", `type rune struct{ v string }
type any = int
func max(a, b int) int { return a - b }
var new = 3
func append(s []int, n int) []int { return s }
---
fmt.Println(rune{"x"}.v, any(4), max(5, 2), append(nil, 1) == nil, new)`, `fmt.Println(rtbook_rune1{"x"}.v, rtbook_any1(4), rtbook_max1(5, 2), rtbook_append1(nil, 1) == nil, rtbook_new1)`},
	})
}
