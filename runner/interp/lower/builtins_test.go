package lower

import "testing"

func TestBuiltins(t *testing.T) {
	testRewrites(t, []rewrite{
		{"min and max", `type F float32
---
a, b, s := 3, 2, "c"
f, zero := F(1.5), 0.0
fmt.Println(min(a, b), max(a, b, 7), min("a", s), max(f, 2), min(1, 2))
nan := zero / zero
fmt.Println(min(nan, 1), max(1, nan), min(zero, 1), max(-1, zero))`, `fmt.Println(rtbook_min1(a, b), rtbook_max1(rtbook_max1(a, b), 7), rtbook_min2("a", s), *rtbook_new1(F(rtbook_rt1.Hide32(float32(rtbook_max2(F(rtbook_rt1.Hide32(float32(f))), F(2.0)))))), 1)`},
		{"clear", `m := map[string]int{"a": 1}
s := []int{1, 2, 3}
clear(m); clear(s[:2])
n := map[float64]int{math.NaN(): 1}
clear(n)
fmt.Println(len(m), s, len(n))`, `rtbook_rt1.Clear(m)
rtbook_clear1(s[:2])`},
		{"make of directional channels", `type R <-chan int
---
c, r := make(chan<- int, 2), make(R)
c <- 1
fmt.Println(len(c), cap(c), r == nil)`, `c := (chan<- int)(make(chan int, 2))`},
		{"print", `type D int
---
print("a", 1, -2, "\n")
println(1.5, true, D(3), uint8(4), float32(0.1), 'x', 1+2i, nil == error(nil), []int(nil))
println()`, ""},
		{"new of a value", `type D int
---
p, q, d := new(5), new("x"), new(D(3))
*p++
fmt.Println(*p, *q, *d, *new(2.5), *new(int))`, `func rtbook_new1(rtbook_p0 int) *int {
rtbook_v1 := new(int)
*rtbook_v1 = rtbook_p0
return rtbook_v1
}`},
	})
}

func TestLocalTypes(t *testing.T) {
	testRewrites(t, []rewrite{
		{"moved", `f := func() any { type T struct{ n int }; return T{1} }
type T [2]int
var x T
const k = 3
type U struct { T; next *U; a [k]int }
fmt.Println(x, f(), U{}.T[1], len(U{}.a))`, ""},
		{"panic with nil", `try := func(f func()) { defer func() { _, ok := recover().(*runtime.PanicNilError); fmt.Print(ok) }(); f() }
var e error
try(func() { panic(nil) })
try(func() { panic(e) })
try(func() { e = io.EOF; panic(e) })`, ""},
	})
}
