package lower

import "testing"

func TestMethods(t *testing.T) {
	testRewrites(t, []rewrite{
		{"values", `type P struct{ x int }
func (p P) X() int { return p.x }
func (p *P) Add(n ...int) { for _, k := range n { p.x += k } }
type Q struct { P; name string }
type I interface { X() int }
---
p := P{1}
f := p.X
p.x = 2
g := p.Add
g(1, 2)
h := (&p).X
p.x++
var i I = p
k := i.X
i = P{9}
q := Q{P: P{5}}
m, n := q.X, q.Add
n(3)
q.P = P{0}
n(4)
var b strings.Builder
w := b.WriteString
w("abc"); w("d")
fmt.Println(f(), h(), p.x, k(), m(), q.x, b.String())`, ""},
		{"expressions", `type P struct{ x int }
func (p P) X() int { return p.x }
func (p *P) Add(n ...int) (int, bool) { for _, k := range n { p.x += k }; return p.x, true }
type I interface { X() int }
---
p := &P{1}
fmt.Println(P.X(*p), (*P).X(p), I.X(p))
fmt.Println((*P).Add(p, 1, 2))
f := (*P).Add
f(p, []int{3}...)
fmt.Println(p.x)`, ""},
	})
}

func TestLibraryValues(t *testing.T) {
	testRewrites(t, []rewrite{
		{"any", `f, g := fmt.Sprint, fmt.Sprintf
h := []func(error, any) bool{errors.As}
var e *os.PathError
fmt.Println(f(1, "a"), g("%d", 2), h[0](nil, &e))`, ""},
		{"nothing of any type", `f := strings.ToUpper
fmt.Println(f("a"))`, "f := strings.ToUpper"},
	})
}

func TestSelectorsOfPointers(t *testing.T) {
	testRewrites(t, []rewrite{{"two stars", `type S struct { n int }
---
p := &S{3}
q := &p
fmt.Println((*q).n, (**q).n, (*p).n)`, ""}, {"star", `type S struct { xs []int }
func (s *S) with(x int) S { return S{append((*s).xs, x)} }
---
fmt.Println((&S{}).with(3).xs)`, "return S{append(s.xs, x)}"}})
}

func TestSelectorsRefused(t *testing.T) {
	const source = "package main\ntype T struct{}\nfunc (T) m() {}\ntype U struct {\n\tT\n\tm func()\n}\nfunc main() { (&U{m: func() {}}).m() }\n"
	_, refusals := lowered(t, source)
	if len(refusals) != 1 || source[refusals[0].Offset:] != "m() }\n" {
		t.Errorf("refusals %v, want one at the selector", refusals)
	}
}
