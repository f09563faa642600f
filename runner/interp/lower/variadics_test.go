package lower

import "testing"

func TestVariadics(t *testing.T) {
	testRewrites(t, []rewrite{
		{"calls", `func f(xs ...int) (int, bool) { return len(xs), xs == nil }
func g(a string, xs ...any) int { return len(xs) }
---
fmt.Println(f())
fmt.Println(f(1, 2))
fmt.Println(f([]int{}...))
s := []any{1, 2}
fmt.Println(g("a", s), g("a", s...), g("a", s, 3), g("a", nil), g("a"))
h := g
fmt.Println(h("a", s), func(xs ...int) int { return len(xs) }(1, 2))`, `fmt.Println(f([]int(nil)...))
fmt.Println(f([]int{1, 2}...))
fmt.Println(f([]int{}...))
s := []interface{}{1, 2}
fmt.Println(g("a", []interface{}{s}...), g("a", s...), g("a", []interface{}{s, 3}...), g("a", []interface{}{nil}...), g("a", []interface{}(nil)...))`},
		{"results of a call for a builtin function", `func two() ([]byte, string) { return []byte("xyz"), "ab" }
func entry() (map[string]int, string) { return m, "a" }
func parts() (float64, float64) { return 1, 2 }
func more() ([]any, []any) { return []any{1}, []any{2, 3} }
var m = map[string]int{"a": 1, "b": 2}
---
fmt.Println(copy(two()))
delete(entry())
fmt.Println(m, complex(parts()), len(append(more())))`, ""},
		{"results of a call", `func two() (string, []any) { return "x", []any{1, 2} }
func g(a string, xs ...any) int { fmt.Print(a); return len(xs) }
func all(xs ...any) { fmt.Println(len(xs)) }
---
fmt.Println(g(two()))
all(two())
defer all(strings.Cut("a,b", ","))`, `fmt.Println(func() int {
rtbook_t1, rtbook_t2 := two()
return g(rtbook_t1, []interface{}{rtbook_t2}...)
}())`},
		{"append", `x := []any{1, 2}
fmt.Println(len(append([]any{}, x)), len(append([]any{}, x...)), len(append(x, x, x)))`, `fmt.Println(len(append([]interface{}{}, []interface{}{x}...)), len(append([]interface{}{}, x...)), len(append(x, []interface{}{x, x}...)))`},
		{"nil for the slice", `func f(a string, xs ...func(int)) bool { return xs == nil }
---
var x []byte
x = append(x, nil...)
fmt.Println(f("a", nil...), f("a", nil), len(x))
fmt.Println(f("a"))
fmt.Println(fmt.Sprint(nil...))`, `fmt.Println(f("a", ([]func(int))(nil)...), f("a", []func(int){nil}...), len(x))`},
		{"functions and channels", `func each(f func(int) int, cs ...<-chan int) { for _, c := range cs { fmt.Print(f(cap(c))) } }
func double(n int) int { return 2 * n }
---
each(double, make(chan int, 4))
each(double, []<-chan int{make(chan int, 5)}...)
g := each
g(func(n int) int { return -n }, make(chan int), nil)`, ""},
		{"interfaces of libraries", `r := io.MultiReader(strings.NewReader("a"), strings.NewReader("b"))
b, err := io.ReadAll(r)
fmt.Println(string(b), err, errors.Join(nil, nil) == nil)`, `r := io.MultiReader([]io.Reader{strings.NewReader("a"), strings.NewReader("b")}...)`},
	})
}
