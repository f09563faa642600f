package lower

import "testing"

func TestConstants(t *testing.T) {
	testRewrites(t, []rewrite{
		{"integer division where a float is wanted", `const c = 10
var f float64 = c / 4
fmt.Println(f, c/4)`, `var f float64 = 2.0
fmt.Println(f, 2)`},
		{"typed", `type D int64
const (
	A D = iota
	B
	_
	C
)
const big = 1 << 100
---
const u uint8 = 200
x := u
fmt.Println(x + 100, C, B, big >> 98, uint64(1<<64 - 1), -1 << 63, len([3]int{}), math.MaxUint32, 2 * time.Second)`, ""},
		{"lengths of arrays", `const k = 5
a := [...]int{k: 1, 2, 0: 7, 8}
b := [...][2]string{{}, 3: {"x"}, 1: {"y", "z"}}
fmt.Println(len(a), a, len(b), b, len([...]int{}))`, `a := [7]int{5: 1, 2, 0: 7, 8}`},
		{"pointers in literals", `type P struct{ x int }
a, b := []*[]int{{1, 2}, {}}, map[string]*map[string]*P{"a": {"x": {1}}}
c := [1]*[2]int{{1, 2}}
fmt.Println(*a[0], len(*a[1]), (*b["a"])["x"].x, c[0][1])`, `c := [1]*[2]int{&[2]int{1, 2}}`},
		{"float, complex, rune, string, bool", `const f float32 = 0.1
const huge = 1e300 * 1e300 / 1e300
fmt.Println(f, float64(f), huge, 1/3.0, 5e-324, 2 + 3i, complex64(1i), 'a', 'a' + 1, string('x'), "a" + "b\xff", 1 < 2, math.Pi, -0.5)
var x any = 'a'
_, ok := x.(rune)
fmt.Println(ok)`, ""},
		{"shifts of untyped constants", `s := uint(40)
var x int64 = 1 << s
var y uint8 = 255 >> (s - 39) & 255
fmt.Println(x, y, 1 << s >> 3)`, `var x int64 = int64(1) << s`},
		{"cases and keys", `x := uint64(1000)
switch x { case 1e2, 1e3: fmt.Println("pow") }
fmt.Println([...]string{2: "c", 'b' - 'a': "b"}, map[float64]int{1: 2}[1])
var u8 byte = 'x'
fmt.Println(u8 == 'x', u8)`, `case uint64(100), uint64(1000):`},
		{"xorshift", `x := uint32(2463534242)
for i := 0; i < 3; i++ { x ^= x << 13; x ^= x >> 17; x ^= x << 5; fmt.Println(x, x * 1664525 + 1013904223) }`, ""},
		{"indices in literals", `type Op int
const (Add Op = iota; Sub)
names := [...]string{Add: "add", Sub: "sub"}
fmt.Println(names, [][2]int{Sub: {Sub: 5}}[1][1], len([]int{Sub + 3: 1}))`, `names := [2]string{0: "add", 1: "sub"}`},
		{"parts of complex numbers", `fmt.Println(complex(1, -2), -complex64(3 - 1i))`, ""},
	})
}
