package lower

import "testing"

func TestDefers(t *testing.T) {
	testRewrites(t, []rewrite{
		{"arguments and receivers", `type P struct{ x int }
func (p P) show(s ...string) { fmt.Print(p.x, s, " ") }
func (p *P) ptr() { fmt.Print("*", p.x, " ") }
type Q struct{ P }
func two() (int, string) { return 2, "b" }
---
func() {
	x, p, a := 1, P{1}, [2]int{1, 2}
	q := &Q{P{5}}
	defer fmt.Println(x, p, a)
	defer p.show("a", "b")
	defer p.ptr()
	defer (&p).show()
	defer q.show()
	defer q.ptr()
	defer func(n int, s string) { fmt.Print(n, s, x) }(two())
	defer func(n int) int { return n }(x)
	f := func() { fmt.Print("f ") }
	defer f()
	f = func() { fmt.Print("g ") }
	m := map[int]int{1: 1, 2: 2}
	k := 1
	func() { defer delete(m, k); k = 2 }()
	c := make(chan int)
	func() { defer close(c); defer copy(a[:], []int{7}) }()
	_, ok := <-c
	fmt.Print(m, ok, " ")
	x, p.x, q.x, a[0] = 2, 2, 6, 9
	for i := 0; i < 3; i++ { defer fmt.Print(i); defer func() { fmt.Print("c", i) }() }
}()`, ""},
		{"results and parameters that are declared again", `func two() (int, error) { return 2, fmt.Errorf("two") }
func a() (err error) { defer func() { fmt.Print(err, " ") }(); x, err := two(); fmt.Print(x, " "); if x > 2 { return nil }; return }
func b(p int) { get := func() int { return p }; _, p = 1, 2; q, p := func() (int, int) { return 3, 4 }(); defer fmt.Print(q, p, get()) }
---
fmt.Print(a(), " ")
b(1)`, ""},
		{"results", `func a() (n int) { defer func() { n *= 2 }(); return 3 }
func b() int { n := 1; defer func() { n = 5 }(); return n }
func c() (n int, err error) { defer func() { if v := recover(); v != nil { err = fmt.Errorf("%v", v) } }(); n = 1; panic("boom") }
func d() (x, y int) { defer func() { recover() }(); var p *int; return 1, *p }
func e() (n int) { defer func() { recover() }(); n = 7; return f() }
func f() (n int) { n = 3; panic(1) }
func g() (_ int, s string) { defer func() { s += "!" }(); return 1, "x" }
---
fmt.Println(a(), b())
fmt.Println(c())
fmt.Println(d())
fmt.Println(e())
fmt.Println(g())`, ""},
		{"recover", `func handler() { fmt.Print("handler ", recover(), " ") }
func helper() any { return recover() }
type T struct{}
func (T) rec() { fmt.Print("T ", recover(), " ") }
func try(f func()) { defer func() { fmt.Print("[", recover(), "] ") }(); f() }
---
fmt.Println(recover())
try(func() { defer handler(); panic(1) })
try(func() { defer func() { helper() }(); panic(2) })
try(func() { defer T{}.rec(); panic(3) })
h := handler
try(func() { defer h(); panic(4) })
try(func() { defer func() { panic(6) }(); panic(5) })
try(func() { defer func() { fmt.Print(recover()); panic("again") }(); panic(7) })
try(func() { defer func() { v := recover(); panic(fmt.Sprint("re", v)) }(); defer fmt.Print("between "); panic(8) })
try(func() { defer func() { defer func() { fmt.Print("inner ", recover(), " ") }(); panic(10) }(); panic(9) })
try(func() { defer recover(); panic(11) })
try(func() { defer func() { func() { recover() }() }(); panic(12) })
try(func() { defer fmt.Print("none "); })
try(func() { var m map[int]int; m[1] = 2 })
handler()
fmt.Println()
defer fmt.Println("last")
func() { defer func() { recover() }(); panic("swallowed") }()
panic("end")`, ""},
		{"goexit", `var wg sync.WaitGroup
wg.Add(1)
go func() { defer wg.Done(); defer func() { fmt.Print(recover(), " ") }(); defer fmt.Print("a "); runtime.Goexit() }()
wg.Wait()
fmt.Println("b")`, ""},
		{"methods of nil", `func f(c io.Closer) (err any) {
	defer func() { err = recover() }()
	defer c.Close()
	fmt.Print("not reached")
	return
}
---
fmt.Println(f(nil))
fmt.Println(f(io.NopCloser(nil)))`, ""},
	})
}
