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
