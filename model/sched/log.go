package sched

import (
	"fmt"
	"slices"
	"strings"

	"rtbook/model/event"
)

// Log returns the recorded events as a table, one a line: the virtual time in
// nanoseconds, the M, P and G, and what happened and why. With goroutines
// given, only what they do, and what is done to them, is in it.
func (s *Machine) Log(goids ...int64) string {
	var b strings.Builder
	for _, e := range s.log.Events() {
		if len(goids) == 0 || slices.ContainsFunc(goids, func(id int64) bool { return concerns(e, id) }) {
			fmt.Fprintf(&b, "%6d %-3s %-3s %-4s %s\n", e.Time, label('M', int64(e.M)), label('P', int64(e.P)), label('G', e.G), e.Named(s.names))
		}
	}
	return b.String()
}

func label(kind byte, n int64) string {
	if n < 0 {
		return "-"
	}
	return fmt.Sprintf("%c%d", kind, n)
}

// concerns reports whether e is about the goroutine: it did it, was made or
// woken by it, or was stolen or moved by name.
func concerns(e event.Event, goid int64) bool {
	if e.G == goid {
		return true
	}
	switch e.Kind {
	case event.GoCreate, event.GoUnblock, event.Copystack:
		return e.Args[0] == uint64(goid) || e.Args[1] == uint64(goid)
	case event.Netpoll:
		return e.Reason == event.WhyPollFound && e.Args[0] == uint64(goid)
	case event.Chansend, event.Chanrecv, event.Runqgrab:
		return e.Args[1] == uint64(goid)
	}
	return false
}
