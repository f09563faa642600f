package lower

import "testing"

func TestOperands(t *testing.T) {
	testRewrites(t, []rewrite{
		{"places that a call changes", `type node struct{ left, right, v int }
type tree struct{ nodes []node; root *node }
func (t *tree) add(depth int) int {
	i := len(t.nodes)
	t.nodes = append(t.nodes, node{v: depth})
	if depth > 0 {
		t.nodes[i].left = t.add(depth - 1)
		t.nodes[i].right = t.add(depth - 1)
		t.nodes[t.last(i)].v = t.add(0)
	}
	return i
}
func (t *tree) last(i int) int { return i }
func (t *tree) move() int { t.root = &node{}; return 7 }
---
var tr tree
tr.add(2)
fmt.Println(tr.nodes)
tr.root = &node{}
old := tr.root
tr.root.v = tr.move()
fmt.Println(tr.root.v, old.v)
i, xs := 0, make([]int, 3)
next := func() int { i++; return i }
xs[i] = next()
xs[i], xs[0] = next(), i
var ok bool
m := map[int]int{2: 5}
get := func(k int) (int, bool) { i = 0; v, ok := m[k]; return v, ok }
xs[i], ok = get(2)
fmt.Println(xs, i, ok)`, `rtbook_t1 := t.add(depth - 1)
t.nodes[i].left = rtbook_t1`},
		{"values", `type S struct{ n int; s []int }
func (s *S) inc() int { s.n++; return s.n }
func named(s *S) (a, b int) { return s.n, s.inc() }
func deferred(s *S) { defer fmt.Println(s.n, s.inc()); s.n = 50 }
---
s := &S{}
a, b := s.n, s.inc()
var c, d = s.n, s.inc()
e, _ := s.n, s.inc()
fmt.Println(a, b, c, d, e)
fmt.Println(named(s))
deferred(s)`, ""},
		{"what fails first", `type stack struct{ s []int; }
func (s *stack) pop() (x int) { x, s.s = s.s[len(s.s)-1], s.s[:len(s.s)-1]; return }
func try(f func()) { defer func() { fmt.Println(recover()) }(); f() }
---
var s stack
s.s = []int{1}
fmt.Println(s.pop())
try(func() { x, n := s.s[0], func() int { panic("called") }(); fmt.Println(x, n) })`, ""},
		{"what a call cannot change", `xs, m, i := [2]int{1, 2}, map[int]int{}, 0
f := func(n int) int { return n }
m[i] = f(3)
xs[1] = f(4)
fmt.Println(xs, m)`, `m[i] = f(3)
xs[1] = f(4)`},
		{"what a call comes before", `xs, n := []int{1, 2}, 0
f := func() int { n++; return n }
try := func(f func()) { defer func() { fmt.Println(recover() != nil, n) }(); f() }
var p *struct{ v int }
try(func() { p.v = f() })
try(func() { xs[5] = f() })
try(func() { xs[n] = f() })`, `rtbook_t1 := f()
p.v = rtbook_t1`},
	})
}
