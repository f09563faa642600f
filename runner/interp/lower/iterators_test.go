package lower

import "testing"

func TestIterators(t *testing.T) {
	testRewrites(t, []rewrite{
		{"leaving", `func count(n int) func(func(int) bool) { return func(yield func(int) bool) { defer fmt.Print("end "); for i := 0; i < n; i++ { if !yield(i) { return } } } }
func pairs(yield func(int, string) bool) { _ = yield(1, "a") && yield(2, "b") && yield(3, "c") }
func find(k int) (int, error) { for i := range count(5) { if i == k { return i * 10, nil }; defer fmt.Print("d", i, " ") }; return -1, fmt.Errorf("none") }
func named(k int) (s string) { for i, v := range pairs { s += v; if i == k { return } }; return s + "!" }
---
for i := range count(5) { if i == 1 { continue }; if i == 3 { break }; fmt.Print(i, " ") }
fmt.Println(find(2)); fmt.Println(find(7))
fmt.Println(named(2), named(9))
L:
for i := range count(3) {
	for k, v := range pairs {
		switch { case k == 1: continue; case k == 2 && i == 0: continue L; case i == 2: break L }
		fmt.Print(i, k, v, " ")
		for range 3 { break }
		if k == 3 { goto done }
	}
}
done:
var x [2]int
var s string
for x[1], s = range pairs { if x[1] == 2 { break } }
for range count(2) { fmt.Print(".") }
for k := range pairs { fmt.Print(k) }
fmt.Println(x, s)`, ""},
		{"closures and generics", `func Filter[T any](seq iter.Seq[T], f func(T) bool) iter.Seq[T] { return func(yield func(T) bool) { for v := range seq { if f(v) && !yield(v) { return } } } }
---
var fs []func() int
for i := range Filter(slices.Values([]int{1, 2, 3, 4}), func(n int) bool { return n%2 == 0 }) { fs = append(fs, func() int { i++; return i }) }
for _, f := range fs { fmt.Print(f(), f(), " ") }
for i, v := range slices.Backward([]string{"a", "b"}) { fmt.Print(i, v) }
for s := range strings.SplitSeq("a,b,c", ",") { fmt.Print(s) }
next, stop := iter.Pull(maps.Keys(map[string]int{"k": 1}))
k, ok := next()
_, more := next()
stop()
fmt.Println(k, ok, more, slices.Collect(maps.Values(map[int]int{1: 2})))
func() { defer func() { fmt.Println(recover()) }(); for range func(yield func() bool) { yield() } { panic("in") } }()`, ""},
		{"body's panic is kept", `func keep(yield func() bool) { defer func() { fmt.Println("kept", recover()) }(); yield() }
---
func() { defer func() { fmt.Println(recover()) }(); for range keep { panic("in") } }()`, ""},
		{"iterators that go on", `var kept func(int) bool
func keep(yield func(int) bool) { kept = yield; _ = yield(1) && yield(2) }
func on(yield func(int) bool) { yield(1); yield(2) }
func hush(yield func(int) bool) { defer func() { recover() }(); yield(1) }
func caught(f func()) { defer func() { fmt.Println(recover()) }(); f() }
func after(yield func(int) bool) { yield(4); panic("after") }
func result() int { defer func() { recover() }(); for i := range after { return i }; return 1 }
---
for i := range keep { fmt.Print(i, " ") }
caught(func() { kept(3) })
caught(func() { kept(4) })
caught(func() { for range on { break } })
caught(func() { for range hush { panic("in") } })
caught(func() { for range keep { kept(5) } })
fmt.Println(result())`, ""},
	})
}
