package event

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

func TestFill(t *testing.T) {
	for _, tc := range []struct {
		format string
		args   Args
		want   string
	}{
		{"", Args{1}, ""},
		{"mcache full", Args{1}, "mcache full"},
		{"mheap carves %[1]d page%[1]z", Args{1}, "mheap carves 1 page"},
		{"mheap carves %[1]d page%[1]z", Args{2}, "mheap carves 2 pages"},
		{"mheap carves %[1]d page%[1]z", Args{0}, "mheap carves 0 pages"},
		{"at %#[2]x", Args{0, 0xc000000000}, "at 0xc000000000"},
		{"%[4]d of %[3]d, 25%% of %[2]d", Args{0, 5, 7, 18446744073709551615}, "18446744073709551615 of 7, 25% of 5"},
	} {
		if got := string((&Event{Args: tc.args}).fill(nil, tc.format, nil)); got != tc.want {
			t.Errorf("fill(%q) = %q, want %q", tc.format, got, tc.want)
		}
	}
}

// Every format is one that fmt understands too, and both make the same of it.
func TestFormatsAreThoseOfFmt(t *testing.T) {
	verb := regexp.MustCompile(`%(#?)\[([1-4])\]([dxz])|%%`)
	e := Event{Args: Args{1, 2, 0xc000000000, 1}}
	for number := range 1000 {
		for _, format := range []string{Kind(number).info().format, Reason(number).format()} {
			rest := verb.ReplaceAllString(format, "")
			if strings.ContainsRune(rest, '%') {
				t.Errorf("%q has a verb that fill does not know", format)
				continue
			}
			want := verb.ReplaceAllStringFunc(format, func(v string) string {
				if v == "%%" {
					return "%"
				}
				arg := e.Args[v[strings.IndexByte(v, '[')+1]-'1']
				switch v[len(v)-1] {
				case 'z':
					return strings.TrimSuffix("s", fmt.Sprint(map[bool]string{true: "s"}[arg == 1]))
				case 'x':
					return fmt.Sprintf("%#x", arg)
				}
				return fmt.Sprint(arg)
			})
			if got := string(e.fill(nil, format, nil)); got != want {
				t.Errorf("fill(%q) = %q, want %q", format, got, want)
			}
		}
	}
}

func TestNamed(t *testing.T) {
	names := []string{"nil", "main", "A#3"}
	for _, tc := range []struct {
		e    Event
		want string
	}{
		{Event{Kind: GCStore, Args: Args{2, 10, 1, 0}}, "store A#3[10] = main (was nil)"},
		{Event{Kind: GCStore, Args: Args{3, 0, 21, 2}}, "store #3[0] = #21 (was A#3)"},
		{Event{Kind: GoBlock, Reason: WhyNoSender, Args: Args{1}}, "GoBlock on main: no sender waits and no value is buffered: it parks as a receiver"},
		{Event{Kind: Stopm}, "Stopm"},
	} {
		if got := tc.e.Named(names); got != tc.want {
			t.Errorf("got %q, want %q", got, tc.want)
		}
	}
}

func TestLogRecordsOnlyWhenAsked(t *testing.T) {
	var l Log
	l.Emit(Event{Kind: 1})
	if l.Len() != 0 {
		t.Errorf("a zero Log kept %d events, want none", l.Len())
	}
	l.Record = true
	l.Emit(Event{Kind: 1})
	l.Emit(Event{Kind: 2})
	if got := l.Since(1); len(got) != 1 || got[0].Kind != 2 {
		t.Errorf("Since(1) = %v, want the second event only", got)
	}
}

// A log of many pieces gives back what was put into it, from anywhere on.
func TestLogOfManyPieces(t *testing.T) {
	l := Log{Record: true}
	const n = 3*piece + 17
	for i := range n {
		l.Effect(Effect{I: int32(i)})
		if i%3 == 0 {
			l.Emit(Event{Time: int64(i)})
			continue
		}
		e := l.Next()
		if *e != (Event{}) {
			t.Fatalf("event %d begins as %+v", i, *e)
		}
		e.Time = int64(i)
	}
	if l.Len() != n || len(l.Events()) != n || len(l.Effects()) != n {
		t.Fatalf("Len %d, %d events, %d effects, want %d", l.Len(), len(l.Events()), len(l.Effects()), n)
	}
	for _, from := range []int{0, 1, piece - 1, piece, piece + 1, 3 * piece, n - 1, n} {
		got := l.Since(from)
		if len(got) != n-from {
			t.Fatalf("Since(%d) has %d events, want %d", from, len(got), n-from)
		}
		for i, e := range got {
			if e.Time != int64(from+i) {
				t.Fatalf("Since(%d)[%d] is event %d", from, i, e.Time)
			}
		}
	}
	for i, e := range l.Effects() {
		if e.I != int32(i) || e.Event != int32(i) {
			t.Fatalf("effect %d is %+v", i, e)
		}
	}
}
