package pipeline

import (
	"testing"

	"rtbook/internal/book"
)

func TestSame(t *testing.T) {
	for _, tc := range []struct {
		name  string
		fence book.Fence
		a, b  string
		want  bool
		at    int // offset in a of the first difference, if they are not the same
	}{
		{name: "equal", a: "one\ntwo\n", b: "one\ntwo\n", want: true},
		{name: "a digit", a: "one\ntwo 2\n", b: "one\ntwo 3\n", at: 8},
		{name: "a line more", a: "one\n", b: "one\ntwo\n", at: 4},
		{name: "a line less", a: "one\ntwo\n", b: "one\n", at: 4},

		{name: "durations", fence: book.Fence{Vary: []string{"time"}}, a: "took 1.5ms\n", b: "took 12µs\n", want: true},
		{name: "a compound duration", fence: book.Fence{Vary: []string{"time"}}, a: "1h2m3.5s\n", b: "4s\n", want: true},
		{name: "a clock time", fence: book.Fence{Vary: []string{"time"}}, a: "at 15:04:05.123 sharp\n", b: "at 01:02:03 sharp\n", want: true},
		{name: "a date and time", fence: book.Fence{Vary: []string{"time"}}, a: "2026-01-02T15:04:05Z\n", b: "2027-11-30T01:02:03+01:00\n", want: true},
		{name: "go test's line", fence: book.Fence{Vary: []string{"time"}}, a: "ok  \tusers\t0.003s\n", b: "ok  \tusers\t12.450s\n", want: true},
		{name: "a duration that is gone", fence: book.Fence{Vary: []string{"time"}}, a: "took 1.5ms\n", b: "took \n"},
		{name: "a duration that became a word", fence: book.Fence{Vary: []string{"time"}}, a: "took 1.5ms\n", b: "took ages\n"},
		{name: "a duration where another kind varies", fence: book.Fence{Vary: []string{"addr"}}, a: "took 1ms\n", b: "took 2ms\n"},
		{name: "two spans for one", fence: book.Fence{Vary: []string{"time"}}, a: "took 1ms\n", b: "took 1ms 2ms\n"},
		{name: "the text beside a span", fence: book.Fence{Vary: []string{"time"}}, a: "took 1ms\n", b: "lost 1ms\n"},

		{name: "addresses", fence: book.Fence{Vary: []string{"addr"}}, a: "at 0xc000012345\n", b: "at 0xc0000FFFF0\n", want: true},
		{name: "an address that is nil", fence: book.Fence{Vary: []string{"addr"}}, a: "at 0xc000012345\n", b: "at <nil>\n"},
		{name: "a plain number is no address", fence: book.Fence{Vary: []string{"addr"}}, a: "at 12\n", b: "at 13\n"},

		{name: "numbers", fence: book.Fence{Vary: []string{"num"}}, a: "n=-12 x=1.5e3 m=1,000,000\n", b: "n=7 x=2 m=3_000\n", want: true},
		{name: "a number inside a word", fence: book.Fence{Vary: []string{"num"}}, a: "span3\n", b: "span4\n"},
		{name: "a version keeps its word", fence: book.Fence{Vary: []string{"num"}}, a: "x86_64 5\n", b: "x87_64 5\n"},
		{name: "numbers in a sum", fence: book.Fence{Vary: []string{"num"}}, a: "0.034+0.15+0.004 ms, 0->0->1\n", b: "0.17+0.2+12 ms, 4->4->0\n", want: true},
		{name: "a sum is no difference", fence: book.Fence{Vary: []string{"num"}}, a: "1+2\n", b: "1-2\n"},
		{name: "a number after a hyphen", fence: book.Fence{Vary: []string{"num"}}, a: "BenchmarkUsers-2 7\n", b: "BenchmarkUsers-16 8\n", want: true},
		{name: "a number that got a sign", fence: book.Fence{Vary: []string{"num"}}, a: "x (1)\n", b: "x (-1)\n", want: true},
		{name: "the unit stays", fence: book.Fence{Vary: []string{"num"}}, a: "5 ns/op\n", b: "5 B/op\n"},
		{name: "alignment follows the digits", fence: book.Fence{Vary: []string{"num"}}, a: "ops     7 of  10\n", b: "ops 12345 of 999\n", want: true},
		{name: "a blank for none is a difference", fence: book.Fence{Vary: []string{"num"}}, a: "ops 7\n", b: "ops7\n"},

		{name: "several kinds", fence: book.Fence{Vary: []string{"time", "addr", "num"}}, a: "3 objects at 0xc0 in 2ms\n", b: "11 objects at 0xc000 in 1.5s\n", want: true},
		{name: "kinds do not stand for each other", fence: book.Fence{Vary: []string{"time", "num"}}, a: "3 2ms\n", b: "2ms 3\n"},
		{name: "the order of kinds does not matter", fence: book.Fence{Vary: []string{"num", "addr", "time"}}, a: "3 objects at 0xc0 in 2ms\n", b: "11 objects at 0xcc00 in 1.5s\n", want: true},
		{name: "a unit that goes on", fence: book.Fence{Vary: []string{"time"}}, a: "the 1st\n", b: "the 21st\n"},
		{name: "a word that begins as an address", fence: book.Fence{Vary: []string{"addr"}}, a: "0xbeefy\n", b: "0xfeedy\n"},
		{name: "a number after an arrow after a word", fence: book.Fence{Vary: []string{"num"}}, a: "p1→2\n", b: "p1→30\n", want: true},
		{name: "a pattern at the start alone", fence: book.Fence{Vary: []string{"/^[a-z]/"}}, a: "abc\n", b: "abd\n"},
		{name: "a pattern at words alone", fence: book.Fence{Vary: []string{`/\b[a-z]/`}}, a: "abc abc\n", b: "abc abd\n"},
		{name: "a pattern beside a kind", fence: book.Fence{Vary: []string{"num", "/id-[0-9]+[a-z]*/"}}, a: "id-1a 1\n", b: "id-2b 2\n", want: true},
		{name: "an empty line is not nothing", fence: book.Fence{Unordered: true}, a: "", b: "\n"},
		{name: "a control byte is no span", fence: book.Fence{Vary: []string{"num"}}, a: "n \x01\n", b: "n 5\n"},
		{name: "a pattern at the end", fence: book.Fence{Vary: []string{`/[a-z]$/`}}, a: "abc\nx 1\n", b: "abd\nx 2\n", at: 4},
		{name: "a pattern", fence: book.Fence{Vary: []string{"/pid=[0-9]+/"}}, a: "pid=1 n=1\n", b: "pid=22 n=1\n", want: true},
		{name: "beside a pattern", fence: book.Fence{Vary: []string{"/pid=[0-9]+/"}}, a: "pid=1 n=1\n", b: "pid=1 n=2\n"},

		{name: "unordered", fence: book.Fence{Unordered: true}, a: "a\nb\nb\n", b: "b\na\nb\n", want: true},
		{name: "unordered counts", fence: book.Fence{Unordered: true}, a: "a\nb\nb\n", b: "a\na\nb\n", at: 4},
		{name: "unordered with spans", fence: book.Fence{Unordered: true, Vary: []string{"num"}}, a: "a 1\nb 2\n", b: "b 9\na 8\n", want: true},
		{name: "a sample", fence: book.Fence{Sample: true}, a: "whatever\n", b: "something else\n", want: true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := compareLike(&tc.fence)
			if got := c.same(tc.a, tc.b); got != tc.want {
				t.Errorf("same = %t, want %t (lines %q and %q)", got, tc.want, c.lines(tc.a), c.lines(tc.b))
			}
			if got := c.same(tc.b, tc.a); got != tc.want {
				t.Errorf("the other way round same = %t, want %t", got, tc.want)
			}
			if tc.want {
				return
			}
			if at := c.firstDifference(tc.a, tc.b); at != tc.at {
				t.Errorf("the first difference is at %d, want %d", at, tc.at)
			}
		})
	}
}

func TestIdle(t *testing.T) {
	for _, tc := range []struct {
		vary   []string
		output string
		want   bool
	}{
		{nil, "12\n", false},
		{[]string{"num"}, "12\n", true},
		{[]string{"num"}, "12 34\n\n5\n", true},
		{[]string{"num"}, "n 12\n", false},
		{[]string{"/.*/"}, "anything\n", true},
		{[]string{"/.*/"}, "", false},
	} {
		if got := compareLike(&book.Fence{Vary: tc.vary}).idle(tc.output); got != tc.want {
			t.Errorf("vary=%v leaves nothing of %q: %t, want %t", tc.vary, tc.output, got, tc.want)
		}
	}
}
