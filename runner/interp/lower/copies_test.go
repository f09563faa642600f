package lower

import "testing"

func TestCopies(t *testing.T) {
	testRewrites(t, []rewrite{
		{"into interfaces", `type S struct{ n int }
func (s S) N() int { return s.n }
type I interface{ N() int }
type W struct { i I; a any }
func pass(i I, rest []any) (I, []any) { return i, rest }
func back(s *S) I { return *s }
---
s, a := S{1}, [2]int{1, 2}
var i I = s
j, rest := pass(s, []any{s, a})
w, l, m := W{s, a}, []any{s}, map[string]I{"s": s}
l = append(l, a, s)
c := make(chan I, 1); c <- s
k := back(&s)
v := any(s)
var x any
x = a
s.n, a[0] = 9, 9
fmt.Println(i.N(), j.N(), rest[0].(S).n, rest[1].([2]int)[0], w.i.N(), w.a.([2]int)[0], l[0].(S).n, l[1].([2]int)[0], m["s"].N(), (<-c).N(), k.N(), v.(S).n, x.([2]int)[0])
var is []I
for n := 0; n < 2; n++ { e := S{n}; is = append(is, e); e.n = 7 }
mk := func(n int) S { return S{n} }
for n := 0; n < 2; n++ { is = append(is, mk(n + 5)) }
func() { defer func() { fmt.Println(recover().(S).n) }(); defer func() { s.n = 4 }(); panic(s) }()
fmt.Println(is[0].N(), is[1].N(), is[2].N(), is[3].N())`, ""},
		{"other types", `type N int
func (n N) N() int { return int(n) }
type L []int
func (l L) N() int { return l[0] }
type F func() int
type S struct{ n int }
func (s *S) N() int { return s.n }
var count int
func next() *S { count++; return &S{count} }
func (f F) N() int { return f() }
type I interface{ N() int }
func mk(n int) N { return N(n) }
---
var is []I
var as []any
var n N
var l L
var f F
var q *S
for i := 0; i < 2; i++ {
	n = N(i); is = append(is, n); as = append(as, n)
	l = L{i}; is = append(is, l)
	f = func() int { return i * 2 }; is = append(is, f)
	is = append(is, mk(i + 3)); as = append(as, mk(i))
	k := i; as = append(as, k); k = 8
	var p = &k; as = append(as, p)
	q = &S{i + 5}; is = append(is, q); is = append(is, next())
}
for _, i := range is { fmt.Print(i.N(), " ") }
for _, a := range as { switch a := a.(type) { case *int: fmt.Print(*a); case int: fmt.Print(a) } }
fmt.Println(is[0].(N), as[0].(N), as[4].(N))`, ""},
		{"comparison of channels", `c := make(chan int)
var r <-chan int = c
var s chan<- int = c
fmt.Println(r == c, c != s)`, `fmt.Println(r == (<-chan int)(c), (chan<- int)(c) != s)`},
		{"nil on the left", `f := func() {}
var g func()
fmt.Println(nil != f, nil == f, nil != g, nil == g)
if nil != f { fmt.Print("f") }
for _, h := range []func(){f, nil} { if nil == h { fmt.Print("nil") } }`, `fmt.Println(f != nil, f == nil, g != nil, g == nil)`},
	})
}
