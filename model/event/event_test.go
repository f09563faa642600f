package event

import "testing"

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
	} {
		if got := (Event{Args: tc.args}).fill(tc.format); got != tc.want {
			t.Errorf("fill(%q) = %q, want %q", tc.format, got, tc.want)
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
