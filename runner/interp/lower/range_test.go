package lower

import "testing"

func TestRanges(t *testing.T) {
	testRewrites(t, []rewrite{
		{"integers", `n := 3
for i := range n { n = 10; i *= 2; fmt.Print(i) }
for range 2 { fmt.Print("x") }
for _ = range 2 { fmt.Print("y") }
for i := range uint8(2) { fmt.Printf("%T", i) }
var k int64
for k = range 4 { }
fmt.Println(k)
L:
for i := range 3 { for j := range 3 { if j == 1 { continue L }; if i == 2 { break L }; fmt.Print(i, j) } }
for i := range -1 { fmt.Print(i) }`, `var rtbook_n1 int = n
for rtbook_i1 := 0; rtbook_i1 < rtbook_n1; rtbook_i1++ {
i := rtbook_i1
n = 10`},
		{"strings", `type S string
---
for i, r := range "a\xff\xe2\x82é" { fmt.Print(i, r, " ") }
for i := range S("äb") { fmt.Print(i) }
m := map[string]int{}
for m["k"] = range "foo" {}
var r rune
for _, r = range "xyz" { if r == 'y' { continue }; fmt.Print(r) }
for range "ab" { fmt.Print(".") }
fmt.Println(m)`, ""},
		{"keys that change", `for i, v := range []int{7, 8, 9} { i++; fmt.Print(i, v, " ") }
for i := range [3]int{} { p := &i; *p += 5; fmt.Print(i) }
for k, v := range map[string]int{"a": 1} { k += "!"; v++; fmt.Println(k, v) }`, `for rtbook_i1, v := range ([]int{7, 8, 9}) {
i := rtbook_i1
i++`},
		{"pointers to arrays", `a := [3]int{1, 2, 3}
for i, v := range &a { a[2] = 9; fmt.Print(i, v, " ") }
for i, v := range a { a[2] = 7; fmt.Print(i, v, " ") }
var p *[2]int
for i := range p { fmt.Print(i) }
fmt.Println(len(p))`, ""},
		{"assignment", `x := [2]int{}
s := struct{ k, v int }{}
for s.k, x[1] = range []int{5, 6} { fmt.Print(s, x) }
var i int
for i, x[i] = range []int{7, 8} { fmt.Print(i, x) }
var k string
for k = range map[string]int{"a": 1} {}
c := make(chan int, 2); c <- 4; c <- 5; close(c)
for s.v = range c { fmt.Print(s) }
fmt.Println(k)`, ""},
		{"values that are channels", `type C chan int
c := make(chan int, 3)
for _, d := range []chan int{c, c} { fmt.Print(cap(d)) }
for i, d := range [1]C{c} { c = nil; fmt.Print(i, cap(d)) }
L:
for k, d := range map[string]chan<- int{"a": make(chan int, 2)} { for { fmt.Print(k, cap(d)); continue L } }
func(cs ...<-chan int) { for _, d := range cs { fmt.Print(d == nil) } }(c)
var v chan int
for _, v = range []chan int{make(chan int, 9)} { }
fmt.Print(cap(v))`, `rtbook_x1 := []chan int{c, c}
for rtbook_i1 := range rtbook_x1 {
d := rtbook_x1[rtbook_i1]
fmt.Print(cap(d))
}`},
	})
}
