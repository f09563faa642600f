package lower

import "testing"

func TestRecursive(t *testing.T) {
	testRewrites(t, []rewrite{
		{"slice", `type T []T
func (t *T) add(x ...T) { *t = append(*t, x...) }
---
t := T{{}, nil}
t.add(t[1:]...)
t[0] = append(t[0], t[1], T{nil})
fmt.Println(len(t), cap(t[:1:2]), t[1] == nil, len(t[0][1]), copy(t, []T(t)), T([]T{nil})[0] == nil)
for i, x := range t { fmt.Println(i, len(x)) }`, `type T struct {
	rtbook_f1 []T
}`},
		{"map", `type M map[string]M
---
m := make(M)
m["a"] = M{"b": nil, "c": {}}
delete(m["a"], "c")
v, ok := m["a"]["b"]
fmt.Println(v == nil, ok, len(m["a"]), m["x"]["y"] == nil)`, `rtbook_f1 map[string]M`},
		{"pointers to maps", `type M map[string]*M
---
m := M{"a": {"b": nil}}
(*m["a"])["c"] = &m
fmt.Println(len(*m["a"]), (*(*m["a"])["c"])["x"] == nil)`, `rtbook_f1 map[string]*M`},
		{"one of a circle", `type A chan B
type B *A
---
a := make(A, 1)
b := B(&a)
a <- b
fmt.Println(<-*b == b, *b == a)
switch b { case nil: fmt.Println("nil"); case B(&a): fmt.Println("same") }`, "type B *A"},
		{"declared by the name of another", `type A []A
type B A
---
b := B{{}, nil}
b = append(b, b[0])
fmt.Println(len(b), len(A(b)), b[1] == nil, B(A{nil})[0] == nil)`, "type B []A"},
		{"through a struct", `type S struct { s []S; m map[string]S; f func(S) *S }
type I interface { M() []I }
type G[T any] []*G[T]
---
fmt.Println(len(S{s: []S{{}}}.s))`, "s []S"},
	})
}

func TestRecursiveRefused(t *testing.T) {
	const source = "package main\ntype T []T\nfunc f() ([]T, int) { return nil, 0 }\nfunc main() {\n\tvar t T\n\tvar n int\n\tt, n = f()\n\t_, _ = t, n\n}\n"
	if _, refusals := lowered(t, source); len(refusals) != 1 || refusals[0].Construct != "recursive type" || source[refusals[0].Offset:][:3] != "f()" {
		t.Errorf("refusals %v, want one at f()", refusals)
	}
}

func TestRecursiveFunctions(t *testing.T) {
	testRewrites(t, []rewrite{
		{"states", `type lexer struct { state stateFn; n int }
type stateFn func(*lexer) stateFn
func one(l *lexer) stateFn { l.n++; return two }
func two(l *lexer) stateFn { if l.n++; l.n > 4 { return nil }; return one }
---
l := &lexer{}
for l.state = one; l.state != nil; { l.state = l.state(l) }
fmt.Println(l.n)
for s := stateFn(one); s != nil; s = s(l) { l.n++ }
fmt.Println(l.n, l.state == nil)`, `type stateFn struct {
rtbook_f1 interface{}
}`},
		{"conversions", `type F func(int) F
func (f F) isNil() bool { return nil == f }
func add(n int) F { if n > 2 { return nil }; return func(k int) F { return add(n + k) } }
func plain(f func(int) F, more ...F) F { return f }
type T struct { f F; all []F; m map[string]F }
---
t := T{add, []F{add, nil}, map[string]F{"x": add}}
t.all = append(t.all, nil, add)
t.m["y"] = func(int) F { return add(1) }
fmt.Println(t.f.isNil(), t.all[1].isNil(), t.m["y"](1)(2) == nil, t.m["z"] == nil, len(t.all))
fmt.Println(plain(add, nil, add) == nil, plain(nil) == nil, plain(t.f) == nil)
var raw func(int) F = t.f
f, g := F(raw), F(nil)
f, g = g, f
c := make(chan F, 1)
c <- add
fmt.Println(f == nil, g(3) == nil, (<-c)(1) == nil)
defer func() { fmt.Println(recover() != nil) }()
defer f(1)
f(2)`, ""},
	})
}
