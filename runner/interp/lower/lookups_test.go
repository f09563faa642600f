package lower

import "testing"

func TestLookups(t *testing.T) {
	testRewrites(t, []rewrite{
		{"loop", `m := map[string]int{"a": 1}
for _, k := range []string{"a", "b", "a", "c"} {
	v, ok := m[k]
	fmt.Println(v, ok)
}`, "var v int\nvar ok bool\nv, ok = m[k]"},
		{"head", `m := map[string][]int{"a": {1}}
for _, k := range []string{"a", "b", "a", "c"} {
	if k == "x" {
	} else if v, ok := m[k]; !ok {
		fmt.Println(v == nil)
	}
	switch v, _ := m[k]; {
	case v == nil:
		fmt.Println("nil")
	}
}`, "if v, ok := rtbook_t1, rtbook_t2; !ok {"},
		{"no loop", `m := map[string]int{"a": 1}
v, ok := m["a"]
fmt.Println(v, ok)
v, found := m["b"]
fmt.Println(v, found)
`, `v, ok := m["a"]`},
	})
}
