package lower

import "testing"

func TestClosures(t *testing.T) {
	testRewrites(t, []rewrite{
		{"variables of a loop", `var fs []func() int
for i := 0; i < 3; i++ { fs = append(fs, func() int { i += 10; return i }); i := i * 2; fs = append(fs, func() int { return i }) }
for i, j := 0, 5; i < j; i, j = i+1, j-1 { if i == 1 { continue }; fs = append(fs, func() int { return i*10 + j }) }
for i := 0; i < 2; { fs = append(fs, func() int { i++; return i }); i++ }
for _, f := range fs { fmt.Print(f(), f(), " ") }
fmt.Println()`, ""},
		{"range", `var ps []*int
var fs []func() string
for i, v := range []string{"a", "b"} { ps = append(ps, &i); fs = append(fs, func() string { v += "!"; return v + fmt.Sprint(i) }); i += 5 }
for k, v := range map[string]int{"x": 1} { fs = append(fs, func() string { return k + fmt.Sprint(v) }) }
for i := range 2 { defer func() { fmt.Print("d", i) }(); ps = append(ps, &i) }
for _, r := range "yz" { fs = append(fs, func() string { return string(r) }) }
for _, p := range ps { *p += 100; fmt.Print(*p, " ") }
for _, f := range fs { fmt.Print(f(), f(), " ") }
fmt.Println()`, ""},
		{"declarations", `func two() (int, error) { return 1, nil }
type S struct { n int; a [2]int }
func (s *S) inc() { s.n++ }
---
var fs []func()
var ss []*S
for i := 0; i < 2; i++ {
	var x int
	var y, z = i, "z"
	a, err := two()
	b, err := two()
	s := S{n: i}
	s.inc()
	s.a[1] = 7
	t := s
	t.a[0] = 5
	ss = append(ss, &s, &t)
	sl := s.a[:]
	sl[0] = 3
	if v, ok := any(i).(int); ok { fs = append(fs, func() { v++; fmt.Print(v, " ") }) }
	switch v := any(i).(type) { case int: fs = append(fs, func() { v *= 2; fmt.Print(v, " ") }); case string: fs = append(fs, func() { fmt.Print(v) }) }
	fs = append(fs, func() { x++; y += x; z += "z"; a += b; b++; err = fmt.Errorf("e%d", b); fmt.Print(x, y, z, a, b, err, " ") })
	s.n += 10
}
for _, f := range fs { f(); f() }
for _, s := range ss { fmt.Print(*s) }
fmt.Println()`, ""},
		{"nested", `var fs []func() func() int
for i := 0; i < 2; i++ {
	for j := 0; j < 2; j++ {
		n := 0
		fs = append(fs, func() func() int { m := i; for k := 0; k < 1; k++ { m += k; defer func() { m++ }() }; return func() int { n++; return i*100 + j*10 + n + m } })
	}
}
for _, f := range fs { g := f(); fmt.Print(g(), g(), " ") }
fmt.Println()`, ""},
		{"goroutines of methods", `type S struct{ n int }
func (s S) send(c chan int) { c <- s.n }
func (s *S) ptr(c chan int) { c <- s.n }
---
c := make(chan int)
s := S{1}
go s.send(c)
s.n = 5
fmt.Print(<-c)
q := &S{2}
go q.ptr(c)
q = &S{7}
fmt.Print(<-c)
for i := range 2 { s.n = i; go s.send(c) }
s.n = 9
fmt.Println(<-c + <-c)`, ""},
		{"goto and goroutines", `var fs []func() int
i := 0
again:
x := i
fs = append(fs, func() int { x++; return x })
if i++; i < 3 { goto again }
for _, f := range fs { fmt.Print(f()) }
var wg sync.WaitGroup
out := make([]int, 3)
for i := 0; i < 3; i++ { wg.Add(1); go func() { defer wg.Done(); out[i] = i + 1 }() }
wg.Wait()
c := make(chan int)
for i := range 3 { go func(k int) { c <- i*10 + k }(i) }
fmt.Println(out, <-c + <-c + <-c)`, ""},
		{"recursion", `func walk(n int, f func(int) int) int { s := 0; for i := 0; i < n; i++ { k := i; s += walk(n-1, func(x int) int { k++; return x + k + i }) }; return f(s) }
---
fmt.Println(walk(3, func(x int) int { return x }))
var fs []func(int) int
for i := range 3 { var fib func(int) int; fib = func(n int) int { if n < 2 { return n + i }; return fib(n-1) + fib(n-2) }; fs = append(fs, fib) }
for _, f := range fs { fmt.Print(f(7), " ") }
fmt.Println()`, ""},
	})
}
