package lower

import "testing"

func TestRecursive(t *testing.T) {
	for source, offset := range map[string]int{
		"package main\ntype T []T\nfunc main() {}\n":                                         18,
		"package main\ntype F func(int) (F, error)\nfunc main() {}\n":                        -1,
		"package main\nfunc main() { type M map[string]*M; var m M; _ = m }\n":               32,
		"package main\ntype A chan B\ntype B *A\nfunc main() {}\n":                           18,
		"package main\ntype S struct{ s []S; m map[string]S; f func(S) *S }\nfunc main() {}": -1,
		"package main\ntype I interface{ M() []I }\ntype G[T any] []*G[T]\nfunc main() {}":   -1,
	} {
		_, refusals := lowered(t, source)
		switch {
		case offset < 0 && len(refusals) > 0:
			t.Errorf("%s\nis refused: %v", source, refusals)
		case offset >= 0 && (len(refusals) == 0 || refusals[0].Offset != offset || refusals[0].Construct != "recursive type"):
			t.Errorf("%s\nrefusals %v, want one at %d", source, refusals, offset)
		}
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
