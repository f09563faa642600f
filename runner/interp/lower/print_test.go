package lower

import "testing"

// TestPrint is about the printer alone: no pass changes these programs.
func TestPrint(t *testing.T) {
	testRewrites(t, []rewrite{
		{"parentheses", `x, y := 3, -4
fmt.Println(-(-x), x - (y - x), (x + y) * x, x - -y, x &^ 1 << 2, !(x > y && y > x))
p := &x
fmt.Println(*p * *p, (*p)*2)`, ""},
		{"types", "type S struct { A int `json:\"a\"`; b, c *[3]map[string]chan (<-chan int) }\n---\n" + `var s S
var f func(int, ...string) (func(), error)
fmt.Println(s.A, s.b == nil, f == nil, (func())(nil) == nil, interface{ M() }(nil) == nil)
if s == (S{A: 0}) { fmt.Println("zero") } else if s.A > 1 { fmt.Println("more") } else { fmt.Println("less") }`, ""},
		{"statements", `L:
for i, n := 0, 3; i < n; i++ {
	switch x := i; {
	case x == 1: continue L
	case x == 2: break L
	default: fmt.Println("default", x)
	}
}
goto end
end:
fmt.Println("end")`, ""},
	})
}
