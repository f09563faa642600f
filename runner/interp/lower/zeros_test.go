package lower

import "testing"

func TestZeros(t *testing.T) {
	testRewrites(t, []rewrite{
		{"arguments", `type F float32
func id(x float64) float64 { return x }
func (f F) add(g F, n int) F { return f * g }
func gen[T ~float64](x T) T { return x }
---
z := math.Copysign(0, -1)
fmt.Println(id(z), id(-z), id(0), id(1.5), gen(z), id(math.NaN()))
fmt.Println(F(1).add(F(z), 2), F(z).add(1, 2))
f := func(x float64) func() float64 { return func() float64 { x++; x--; return x } }
fmt.Println(f(z)(), math.Signbit(id(z)))
for x := -1.0; x < 1; x++ { fmt.Println(id(x * 0)) }
go id(z)
defer id(z)`, `func id(x float64) float64 {
if x != x {
x = rtbook_rt1.Show(x)
}
return x
}`},
		{"functions of libraries", `z := math.Copysign(0, -1)
f := math.Sqrt
fs := map[string]func(float64, float64) float64{"max": math.Max, "copysign": math.Copysign}
apply := func(f func(float64) float64, x float64) float64 { return f(x) }
fmt.Println(f(z), fs["max"](z, z), fs["copysign"](3, z), apply(math.Floor, z), math.Floor(z))`, ""},
		{"complex numbers", `func id(x complex128) complex128 { return x }
---
z := math.Copysign(0, -1)
c := complex(z, z)
fmt.Println(id(c), id(complex(z, 0)), id(complex(0, z)), id(1i), id(complex(math.NaN(), z)))
f := func(c complex64) complex64 { return c }
fmt.Println(f(complex64(c)))`, `func id(x complex128) complex128 {
if x != x {
x = rtbook_rt1.ShowComplex(x)
}
return x
}`},
		{"structs and arrays", `type P struct { x, y float64 }
type Q struct { P; a [2][2]float32; n string; p *int }
func (p P) id(q P) P { return q }
func array(a [2]float64) [2]float64 { return a }
func gen[T any](x T) T { return x }
---
z := math.Copysign(0, -1)
p := P{z, 0}
fmt.Println(p, P{}.id(p), p.id(P{0, z}), P{}.id(P{}), P{}.id(P{math.NaN(), z}), P{}.id(P{1, z}))
fmt.Println(array([2]float64{0, z}), gen(Q{P: p}), gen(Q{a: [2][2]float32{1: {1: float32(z)}}}), gen(Q{P: p, n: "n"}))
f := func(ps ...P) P { return ps[0] }
fmt.Println(f(p), gen([0]float64{}), gen(struct{}{}), gen(&p).x)
go gen(p)
defer gen(p)`, `func rtbook_hide1(rtbook_p0 []P) P {
rtbook_rt1.HideIn(&rtbook_p0[0])
return rtbook_p0[0]
}`},
		{"results that are arguments", `type P struct { x, y float64 }
func two() (float64, P) { z := math.Copysign(0, -1); return z, P{0, z} }
func show(f float64, p P) { fmt.Println(f, p) }
func swap(f float64, p P) (P, float64) { return p, f }
func all(f float64, ps ...P) int { fmt.Println(f, ps); return len(ps) }
---
show(two())
fmt.Println(swap(two()))
n := all(two())
fmt.Println(n)`, ""},
		{"what closures keep", `z := math.Copysign(0, -1)
var fs []func() any
for i := 0; i < 2; i++ {
	x := z * float64(i)
	p := [2]float64{x, z}
	c := complex(x, z)
	fs = append(fs, func() any { return x }, func() any { return p }, func() any { return c })
}
for _, f := range fs { fmt.Println(f()) }`, ""},
		{"in what cannot be compared", `type T struct { s []float64; x float64; in [2]struct { f func(); y float32 }; z any }
type U struct { s []float64; n int }
func f(t T) string { return fmt.Sprint(t.x, t.in[0].y, t.in[1].y, t.s == nil, t.z) }
func u(x U) int { return x.n }
---
z := math.Copysign(0, -1)
t := T{x: z}
fmt.Println(f(t), f(T{}), f(T{x: z, z: 1}))
t.in[1].y = float32(z)
fmt.Println(f(t), t.x, u(U{n: 1}))`, `func u(x U) int {
return x.n
}`},
		{"what has no signs", `type T struct { s []float64; n int }
func f(t T) T { return t }
func g(p [2]int) [2]int { return p }
---
fmt.Println(f(T{n: 1}), g([2]int{1}))`, `func g(p [2]int) [2]int {
return p
}`},
	})
}
