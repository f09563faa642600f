package box_test

import (
	"fmt"
	"runtime"
	"testing"

	"rtbook/runner/interp/worker/box"
)

// message returns what f panics with.
func message(t *testing.T, f func()) (text string) {
	t.Helper()
	defer func() {
		v := recover()
		if _, ok := v.(runtime.Error); v != nil && !ok {
			t.Errorf("%v is no runtime.Error", v)
		}
		text = fmt.Sprint(v)
	}()
	f()
	return ""
}

// TestBounds holds the texts to be those of the Go runtime, for the same
// operands.
func TestBounds(t *testing.T) {
	s, text, key := make([]int, 3), "abc", []int{}
	for _, n := range []int{-1, 0, 2, 3, 4, 1 << 40} {
		cases := []struct{ box, own func() }{
			{func() { box.Index(n, len(s), 0) }, func() { _ = s[n] }},
			{func() { box.Index(n, len(s), 1) }, func() { _ = s[uint64(n)] }},
			{func() { box.Slice(0, n, cap(s), "capacity", 0) }, func() { _ = s[:n] }},
			{func() { box.Slice(0, n, cap(s), "capacity", 2) }, func() { _ = s[:uint64(n)] }},
			{func() { box.Slice(n, len(s), len(s), "length", 0) }, func() { _ = s[n:] }},
			{func() { box.Slice(n, len(s), len(s), "length", 1) }, func() { _ = s[uint64(n):] }},
			{func() { box.Slice(n, 1, len(text), "length", 0) }, func() { _ = text[n:1] }},
			{func() { box.Slice3(0, 1, n, cap(s), "capacity", 0) }, func() { _ = s[0:1:n] }},
			{func() { box.Slice3(0, n, 3, cap(s), "capacity", 2) }, func() { _ = s[0:uint64(n):3] }},
			{func() { box.Slice3(n, 2, 3, cap(s), "capacity", 1) }, func() { _ = s[uint64(n):2:3] }},
			{func() { box.Slice3(n, 2, 3, cap(s), "capacity", 0) }, func() { _ = s[n:2:3] }},
		}
		if n < 0 { // the greatest sizes depend on the memory there is
			cases = append(cases, []struct{ box, own func() }{
				{func() { box.Length(n, 8) }, func() { _ = make([]int, n) }},
				{func() { box.Capacity(n, 8) }, func() { _ = make([]int, 0, n) }},
				{func() { box.Length(1<<60, 8) }, func() { _ = make([]int, -n<<60) }},
				{func() { box.Key(key) }, func() { _ = map[any]int{1: 2}[key] }},
				{func() { box.Key([1]any{key}) }, func() { _ = map[any]int{1: 2}[[1]any{key}] }},
			}...)
		}
		for i, c := range cases {
			if got, want := message(t, c.box), message(t, c.own); got != want {
				t.Errorf("%d, case %d: %q, the runtime says %q", n, i, got, want)
			}
		}
	}
}
