package lower

import "testing"

func TestAssignments(t *testing.T) {
	testRewrites(t, []rewrite{
		{"order", `var trace string
func f(s string, n int) int { trace += s; return n }
func two() (int, int) { return 3, 4 }
type S struct { n int; next *S }
---
i, m := 0, map[int]int{}
i, m[i] = 1, 2
fmt.Println(i, m)
x := []int{1, 2, 3}
i, x[i] = 0, i
x[0], x[2] = x[2], x[0]
fmt.Println(i, x)
x[f("a", 0)], x[f("b", 1)] = f("c", 7), f("d", 8)
fmt.Println(x, trace)
p := &S{n: 1}
p, p.next = &S{n: 2}, p
fmt.Println(p.n, p.next == nil)
i, x[i] = two()
a := [2]int{}
a[0], a[1] = two()
var v any
var ok bool
v, ok = m[0], true
v, ok = m[5]
fmt.Println(i, x, a, v, ok)
var e error
e, i = nil, 5
fmt.Println(e, i)`, ""},
		{"operations", `one, two := []int{1}, []int{2}
x := one
x[0] += func() int { x = two; return 5 }()
a, b := 1, 2
p := &a
*p += func() int { p = &b; return 7 }()
m := map[string]int{"a": 1}
k := "a"
m[k] += func() int { k = "b"; return 3 }()
fmt.Println(one, two, a, b, m)`, ""},
		{"heads", `i, j := 0, 3
for i, j = 1, 5; i < j; i, j = i+1, j-1 { if i == 2 { continue }; fmt.Print(i, j, " ") }
if i, j = j, i; i > j { fmt.Print("if") } else if i, j = 7, 8; i < j { fmt.Print("else") }
switch i, j = j, i; { case i > j: fmt.Println(i, j) }
L:
for k := range 3 { for i, j = 0, 0; i < 3; i, j = i+1, j+1 { if k == 1 { continue L }; if k == 2 { break L }; fmt.Print(k, i, j, " ") } }
fmt.Println()`, ""},
		{"declarations of several", `type P struct{ x int }
func g() (int, error) { return 1, nil }
---
x, p, s := 1, P{1}, []int{2}
a, err := g()
b, err := 2, fmt.Errorf("e")
t, _, u := x, 5, [1]P{p}
var v, w = 3, P{4}
fmt.Println(x, p, s, a, b, err, t, u, v, w)
for i, q := 0, (P{3}); i < 2; i++ { fmt.Print(i, q) }
if i, q := 0, []int{x}; q != nil { fmt.Print(i, q) }
for i := 0; ; { if i > 2 { break }; i++; fmt.Print(i) }
fmt.Println()`, ""},
		{"results", `func f(a, b int) (x, y int) { x, y = a, b; return y, x }
func g(p *int) (n, m int) { defer func() { recover() }(); return 1, *p }
---
fmt.Println(f(1, 2))
fmt.Println(g(nil))`, ""},
		{"blank", `var p *int
func() { defer func() { fmt.Println(recover() != nil) }(); _ = *p }()
x := []int{1}
func() { defer func() { fmt.Println(recover() != nil) }(); i := 3; _ = x[i] }()
_, _ = 1, x`, ""},
		{"struct literals keep their place", `type S struct{ n int }
---
s := S{1}
f := func() int { return s.n }
p := &s
s = S{2}
fmt.Println(f(), p.n)`, `s = rtbook_copy1(S{2})`},
		{"declarations", `func two() (int, error) { return 3, nil }
func f() int { var a, b = two(); var _, c = two(); var d, e any = two(); _ = b; fmt.Println(c, d, e); return a }
---
var x, y = two()
var ( u, v = 1, "a"; w = 2.0 )
fmt.Println(x, y, u, v, w, f())`, `x, y := two()`},
	})
}

func TestInit(t *testing.T) {
	testRewrites(t, []rewrite{
		{"order", `package main

import "fmt"

var a = b + 1
var b = f()
var c, d = pair()
var _ = say("blank")
var e = func() int { return T{}.m() }()
var g int = 5

type T struct{}

func (T) m() int { return h }

var h = b * 2

func f() int { return 10 }

func pair() (int, string) { say("pair"); return a, "d" }

func say(s string) int { fmt.Println(s); return 0 }

func init() { say("init"); a++ }

func main() { fmt.Println(a, b, c, d, e, g, h) }
`, ""},
	})
}
