package lower

import "testing"

func TestSwitches(t *testing.T) {
	testRewrites(t, []rewrite{
		{"fallthrough", `for i := 0; i < 5; i++ {
	switch x := i; x {
	case 0: fmt.Print("zero "); fallthrough
	default: fmt.Print("default "); if i == 4 { break }; fallthrough
	case 1: fmt.Print("one ")
	case 2: fmt.Print("two "); continue
	}
	fmt.Println(i)
}
switch 1 { case 1: fallthrough; default: fmt.Println("d"); case 2: fmt.Println("2") }`, ""},
		{"statement before the tag", `type T struct{ n int }
func (t T) N() int { return t.n }
---
switch s := "abc"; len(s) { case 2, 3: fmt.Println(s); default: fmt.Println("no") }
switch t := (T{4}); t.N() + 1 { case 5: fmt.Println(t); default: fmt.Println("no") }
switch t := (T{4}); t.n { case 4: fmt.Println(t.n) }
L: switch n := 3; n % 2 { case 1: for { break L }; default: fmt.Println("no") }`, ""},
		{"labelled", `L:
switch x := 3; { case x > 2: if x == 3 { break L }; fallthrough; case x > 1: fmt.Println("no") }
fmt.Println("end")`, ""},
	})
}

func TestSelects(t *testing.T) {
	testRewrites(t, []rewrite{
		{"labelled break", `c := make(chan int, 3)
L:
for i := 0; ; i++ {
	select {
	case c <- i:
		if i == 1 { continue L }
	default:
		break L
	}
	fmt.Print("sent ", i, " ")
}
fmt.Println(len(c))`, ""},
		{"order of evaluation", `func f(s string) chan int { fmt.Print(s, " "); return nil }
func g(n int) int { fmt.Print(n, " "); return n }
---
c := make(chan int, 1)
select {
case f("a") <- g(1):
case c <- g(2): fmt.Println("sent")
case <-f("b"):
}`, ""},
		{"interfaces and pointers", `type E struct{ n int }
func (e *E) Error() string { return fmt.Sprint("E", e.n) }
---
c, d := make(chan error, 1), make(chan *E)
select { case c <- &E{1}: fmt.Println("sent"); case d <- &E{2}: fmt.Println("sent") }
select { case err := <-c: fmt.Println(err.Error()); case e := <-d: fmt.Println(e.n + 8) }
var wg sync.WaitGroup
work, done := make(chan int), make(chan bool)
sum := make([]int, 4)
for w := range 4 { wg.Add(1); go func() { defer wg.Done(); for { select { case n, ok := <-work: if !ok { return }; sum[w] += n; case <-done: return } } }() }
for i := range 100 { work <- i }
close(work); wg.Wait()
fmt.Println(sum[0] + sum[1] + sum[2] + sum[3])`, ""},
		{"receive operations", `type C chan int
func (c C) get() int { return <-c }
func (c C) named() (n int) { n = <-c; n++; return }
---
c := make(C, 20)
for i := range 20 { c <- i }
v := <-c; v++
p := &v; *p += 5
var w int; w = <-c; w = 7
x, ok := <-c; x++
if y := <-c; y > 0 { y = 8; fmt.Print(y) }
z := c.get(); z++
<-c
fmt.Println(v, w, x, ok, z, c.get() + 1, c.named(), <-c + <-c)
close(c)
for v := range c { v *= 2; fmt.Print(v, " ") }
e := <-c; e = 4
fmt.Println(e)`, ""},
		{"receiving", `c := make(chan int, 2); c <- 7
x := [2]int{}
var ok bool
select { case x[1], ok = <-c: fmt.Println(x, ok) }
close(c)
select { case v, ok := <-c: fmt.Println(v, ok); default: }
select { case v := <-c: { fmt.Println(v); break } }
select { case _, ok = <-c: fmt.Println(ok) }
select { case <-c: default: fmt.Println("no") }
h := func() int { select { case v := <-c: return v } }
fmt.Println(h())`, ""},
		{"variables", `f := func(s string) string { fmt.Print("[", s, "]"); return s }
switch x := f("b"); x { case f("a"), f("b"), f("c"): fmt.Print(x); default: fmt.Print("none") }
switch x := f("c"); x { case f("a"), f("b"): fmt.Print(x); default: fmt.Print("none") }
L:
switch n := len(f("ab")); n + 1 { case 1, len(f("abc")): for { break L } }`, `switch x := f("b"); {
default:
rtbook_tag1 := x
switch {
case rtbook_tag1 == f("a") || rtbook_tag1 == f("b") || rtbook_tag1 == f("c"):
fmt.Print(x)
default:
fmt.Print("none")
}
}`},
		{"conditions", `n := 2
t := func(i int) bool { fmt.Print(i); return i == n }
switch { case t(1), t(2), t(3): fmt.Print("hit") }
switch b := n > 1; b { case t(1): fmt.Print("false"); case t(2): fmt.Print("true") }
switch n == 3 { case true: fmt.Print("t"); case false: fmt.Print("f") }`, ""},
		{"nil", `var p *int
q := new(int)
var e error
for _, x := range []*int{q, p} { switch x { case q: fmt.Print("q"); case nil: fmt.Print("nil") } }
switch e { case nil: fmt.Print("no error") }
switch f := func() {}; { case f == nil: default: fmt.Print("f") }`, ""},
	})
}
