package lower

import "testing"

func TestAny(t *testing.T) {
	testRewrites(t, []rewrite{
		{"in types", `var p *any = new(interface{})
var q *interface{} = p
m := map[string]any{"a": []any{1}}
var f func(any) []interface{} = func(x any) []any { return []any{x} }
fmt.Println(p == q, m, f(2))`, `var p *interface{} = new(interface{})`},
		{"embedded", `type T struct { any; n int }
---
t := T{any: 1, n: 2}
t.any = "a"
fmt.Println(t.any, t.n, T{2, 3}.any)`, "any interface{}"},
	})
}
