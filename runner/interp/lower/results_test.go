package lower

import "testing"

func TestResults(t *testing.T) {
	testRewrites(t, []rewrite{
		{"begin at zero", `type S struct{ n int }
func list(n int) (r []int, m map[int]int, s S, ok bool, k int, t string, e error, a [2]int, f float64) {
	r = append(r, n); s.n += n; k += n; t += "x"; a[0]++; f += 0.5
	if n == 1 { e = fmt.Errorf("e"); ok = true; m = map[int]int{} }
	return
}
func rec() (n int) { defer func() { recover() }(); n++; panic(n) }
func lit() []string { f := func() (r []string) { r = append(r, "a"); return }; f(); x := f(); x = f(); return x }
---
r, m, s, ok, k, t, e, a, f := list(1)
fmt.Println(r, m, s, ok, k, t, e, a, f)
r, m, s, ok, k, t, e, a, f = list(2)
fmt.Println(r, m == nil, s, ok, k, t, e, a, f)
for i := range 3 { x, _, _, _, _, _, _, _, _ := list(i); fmt.Print(x, rec(), lit()) }`, ""},
		{"operations", `func less(x, y any) any { return x.(float64) < y.(float64) }
func add(x, y int) (any, error) { return x + y, nil }
---
fmt.Println(less(1.0, 2.0) == true)
fmt.Println(add(1, 2))`, ""},
	})
}
