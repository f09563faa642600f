package lower

import "testing"

func TestParameters(t *testing.T) {
	testRewrites(t, []rewrite{
		{"of methods", `type S struct{ called bool }
func (s *S) M(int, ...string) (int, int) {
	s.called = true
	return 1, 2
}
---
s := &S{}
fs := []func(int, ...string) (int, int){s.M}
for _, f := range fs { f(0, "a") }
fmt.Println(s.called)`, "func (s *S) M(rtbook_p1 int, rtbook_p2 ...string) (int, int) {"},
		{"blank", `f := func(_, b int) int { return b }
fmt.Println(f(1, 2))`, ""},
	})
}
