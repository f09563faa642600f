package lower

import "testing"

func TestGenerics(t *testing.T) {
	testRewrites(t, []rewrite{
		{"functions", `type Number interface{ ~int | ~float64 }
type M int
func Map[T, U any](xs []T, f func(T) U) []U { var r []U; for _, x := range xs { r = append(r, f(x)) }; return r }
func Sum[T Number](xs ...T) (s T) { for _, x := range xs { s += x }; return }
func Neg[T Number](x T) T { return -x }
func Zero[T any]() T { var z T; return z }
func Twice[T Number](x T) T { return Sum(x, Neg(Neg(x))) }
---
type L struct{ n int }
f := Sum[float64]
fmt.Println(Map([]int{1, 2}, func(i int) string { return fmt.Sprint(i, "!") }), Sum(1, 2, 3), f(1, 2.5), Neg(M(3)), Zero[string]() == "", Zero[*L]() == nil, Twice(2.5), Map([]L{{1}}, func(l L) L { l.n++; return l }))`, ""},
		{"types", `type Stack[T any] struct { items []T }
func (s *Stack[T]) Push(x T) { s.items = append(s.items, x) }
func (s *Stack[E]) Pop() (E, bool) { var z E; if len(s.items) == 0 { return z, false }; x := s.items[len(s.items)-1]; s.items = s.items[:len(s.items)-1]; return x, true }
type Pair[K comparable, V any] struct { Key K; Val V }
type List[T any] struct { head *node[T]; size int }
type node[T any] struct { v T; next *node[T] }
func (l *List[T]) Add(v T) { l.head = &node[T]{v, l.head}; l.size++ }
func (l List[T]) Each(f func(T)) { for n := l.head; n != nil; n = n.next { f(n.v) } }
type Set[K comparable] map[K]struct{}
func (s Set[K]) Add(k K) { s[k] = struct{}{} }
func NewSet[K comparable](ks ...K) Set[K] { s := make(Set[K]); for _, k := range ks { s.Add(k) }; return s }
type Wrap[T any] struct { Stack[T]; *List[T] }
type Tree[T interface{ Less(T) bool }] struct { l, r *Tree[T]; v T }
func (t *Tree[T]) Insert(v T) *Tree[T] { if t == nil { return &Tree[T]{v: v} }; if v.Less(t.v) { t.l = t.l.Insert(v) } else { t.r = t.r.Insert(v) }; return t }
func (t *Tree[T]) Walk(f func(T)) { if t != nil { t.l.Walk(f); f(t.v); t.r.Walk(f) } }
type I int
func (i I) Less(j I) bool { return i < j }
---
var s Stack[int]
s.Push(1); s.Push(2)
x, ok := s.Pop()
t := Stack[Pair[string, int]]{}
t.Push(Pair[string, int]{"a", 1})
p, _ := t.Pop()
var l List[string]
l.Add("x"); l.Add("y")
l.Each(func(s string) { fmt.Print(s) })
w := Wrap[int]{Stack: Stack[int]{}, List: &List[int]{}}
w.Push(5); w.Stack.Push(6); w.Add(7); w.List.Add(8)
w.Each(func(n int) { fmt.Print(n) })
var tree *Tree[I]
for _, v := range []I{3, 1, 2} { tree = tree.Insert(v) }
tree.Walk(func(i I) { fmt.Print(int(i)) })
fmt.Println(x, ok, p.Key, p.Val, len(NewSet(1, 2, 1)), l.size, w.items)`, ""},
		{"pointer constraints", `type Setter[T any] interface { *T; Set(string) }
type A struct{ v string }
func (a *A) Set(s string) { a.v = s }
func Make[T any, P Setter[T]](s string) T { var t T; P(&t).Set(s); return t }
type Num interface { ~int8 | ~int16 }
func Wrap8[T Num](x T) T { return x + T(100) }
---
fmt.Println(Make[A]("q").v, Wrap8(int8(100)), Wrap8(int16(100)))`, ""},
		{"type switches", `type S interface{ String() string }
type I interface{ M() }
type Q struct{}
func (Q) String() string { return "Q" }
func kind[T any](x any) string { switch x.(type) { case int: return "int"; case T: return "T"; case nil: return "nil"; default: return "other" } }
func is[T any](s S) bool { _, ok := s.(interface{ M() T }); _, yes := any(s).(T); return ok || yes }
---
fmt.Println(kind[int](1), kind[int]("a"), kind[string]("a"), kind[bool](nil), is[int](Q{}), is[Q](Q{}))`, ""},
		{"of the standard library", `type P struct { n string; a int }
---
xs := []int{3, 1, 2, 1}
slices.Sort(xs)
i, found := slices.BinarySearch(xs, 2)
ps := []P{{"b", 2}, {"a", 2}, {"c", 1}}
slices.SortStableFunc(ps, func(x, y P) int { return cmp.Compare(x.a, y.a) })
m := map[string]int{"k": 1, "j": 2}
keys := slices.Sorted(maps.Keys(m))
fmt.Println(xs, i, found, slices.Contains(keys, "k"), slices.Index(xs, 3), slices.Max(xs), keys == nil)
ys := slices.Insert(slices.Clone(xs), 1, 9, 8)
slices.Reverse(ys)
fmt.Println(ys, slices.Equal(xs, ys), slices.Compact(xs), slices.IndexFunc(ps, func(p P) bool { return p.n == "c" }), cmp.Or(0, 3), maps.Clone(m)["j"], slices.Repeat([]int{1}, 3))`, ""},
		{"aliases", `type Vec[T any] = []T
type Set[K comparable] = map[K]struct{}
---
var v Vec[int] = []int{1}
v = append(v, 2)
s := Set[string]{"a": {}}
fmt.Println(v, len(s), len(Vec[Vec[int]]{v}))`, `var v rtbook_Vec1 = []int{1}`},
	})
}
