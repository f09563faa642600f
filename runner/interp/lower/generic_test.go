package lower

import "testing"

func TestGenerics(t *testing.T) {
	testRewrites(t, []rewrite{
		{"predeclared names", `type any[T comparable] struct{ v T }
func (a any[T]) Get() T { return a.v }
func min[T ~int | ~string](x, y T) T { if x < y { return x }; return y }
---
fmt.Println(min(2, 1), min("a", "b"), any[int]{3}.Get())`, ""},
		{"constants of type parameters", `const (
	limit = 5
	low   = -limit
	third = 1 / 3.0
	tenth = 0.1
	big   = 1 << 40 / 4
	sep   = ", "
)
func Clip[T ~int8 | ~float32](x T) T { if x > limit { return limit }; if x < low { return low + 1 }; return x * limit / 2 }
func Scale[T ~float32 | ~float64](x T) T { return x*third + tenth - low }
func Join[T ~string](a, b T) T { return a + sep + b }
func Big[T ~int64 | ~float64](x T) T { return x + big }
---
fmt.Println(Clip(int8(7)), Clip(int8(-9)), Clip(float32(2.5)), Scale(float32(1)), Scale(1.0), Join("a", "b"), Big(int64(1)), Big(0.5))`, ""},
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

// TestGenericConstants has what is a constant in an instance only.
func TestGenericConstants(t *testing.T) {
	testRewrites(t, []rewrite{
		{"same cases", `func f[T, U int | int8](x any) any {
	switch x {
	case int(0), T(0), U(0): fmt.Println("zero")
	}
	return map[any]int{int(0): 0, T(0): 1, U(0): 2}
}
---
fmt.Println(f[int, int](0), len(f[int, int8](int8(0)).(map[any]int)))`, ""},
		{"overflow", `func f[T int8 | int16]() (T, T, int) { return T(100) + T(100), -T(1) * (T(100) * T(2)), int(int8(T(100))) }
---
fmt.Println(f[int8]())
fmt.Println(f[int16]())`, ""},
		{"division", `func f[T int8 | int16]() (r T) {
	defer func() { fmt.Println(recover()) }()
	return T(1) / T(0)
}
---
fmt.Println(f[int8]())`, ""},
		{"what is not zero", `func f[T int8 | int16](x T) T { return x / T(2) << T(1) }
---
fmt.Println(f(int8(9)), f(int16(300)))`, "return x / int8(2) << 1"},
		{"index", `func f[T [1]int | [2]int](t T) (c byte) {
	defer func() { fmt.Println(recover()) }()
	return "ab"[len(t)]
}
---
fmt.Println(f([1]int{}))
fmt.Println(f([2]int{}))`, ""},
	})
}
