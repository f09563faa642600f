package facts

import (
	"strings"
	"testing"
)

// TestOrderNumbers: what the text of an order may say of numbers. unsaid is the
// number that no step has.
func TestOrderNumbers(t *testing.T) {
	tests := []struct{ steps, text, unsaid string }{
		{"delay = 20", "20 µs at first", ""},
		{"delay = 10 * 1000", "up to 10 ms", ""},
		{"delay = 10 * 1000", "10\u00a0ms", ""},
		{"delay = 10 * 1000", "100 ms", "100 ms"},
		{"delay = 20 before delay = 10 * 1000", "first 20 µs, then 10 ms", ""},
		{"delay = 20 before delay = 10 * 1000", "first 20 µs, then 30 ms", "30 ms"},
		{"pd.syscallwhen+10*1000*1000 > now", "10 ms", ""},
		{"pd.syscallwhen+10*1000*1000 > now", "10ms", ""},
		{"forcegcperiod = 2 * 60 * 1e9", "two minutes", ""},
		{"forcegcperiod = 2 * 60 * 1e9", "three minutes", "three minutes"},
		{"forcegcperiod = 2 * 60 * 1e9", "after 2 minutes or so", ""},
		{"sched.maxmcount = 10000", "10,000", ""},
		{"sched.maxmcount = 10000", "10,000 threads", ""},
		{"sched.maxmcount = 10000", "10,001", "10,001"},
		{"sched.maxmcount = 10000", "at most 1,000 threads", "1,000 threads"},
		{"sched.maxmcount = 10000", "10,000.", ""},
		{"pp.gFree.size >= 64", "64", ""},
		{"pp.gFree.size >= 64", "65 dead ones", "65"},
		{"pp.gFree.size >= 64", "the 64-entry list", ""},
		{"f(64<<10, x)", "64 KiB", ""},
		{"f(64<<10, x)", "32 KiB", "32 KiB"},
		{"LEAQ (-64*1024)(SP), BX", "64 KiB", ""},
		{"f(0x40)", "64 bytes", ""},
		{"f(0x40)", "0x40", ""},
		{"f(0x40)", "0x41", "0x41"},
		{"x > 25", "25%", ""},
		{"x > 0.25", "25%", ""},
		{"x > 0.25", "26%", "26%"},
		{"f(x1, y[2])", "1", "1"},
		{"f(x1, y[2])", "2", ""},
		{"10 * n", "10", ""},
		{"2 * f(3) * 5", "15", "15"},
		// not numbers of the text
		{"gcenable", "one of two", ""},
		{"gcenable", "in g0, m0 and rt0_go of asm_amd64.s", ""},
		{"gcenable", "since Go 1.14, or go1.26.8", ""},
		{"!gcenable", "before", ""},
	}
	for _, test := range tests {
		ref := Ref{Kind: Order, Want: test.text, Steps: strings.Split(test.steps, " before ")}
		var ans Answer
		compare(ref, &ans)
		got := ""
		if ans.Problem != nil {
			got = ans.Problem.Message
		}
		want := test.unsaid
		if want != "" {
			want = "the text says " + want + ", which is in no step of the order"
		}
		if got != want {
			t.Errorf("%q of %s: %q, want %q", test.text, test.steps, got, want)
		}
	}
}
