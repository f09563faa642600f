package view

import (
	"rtbook/model/event"
	"rtbook/model/gc"
	"rtbook/runner/show"
)

// Cycle is what a collection was about, in bytes.
type Cycle struct {
	Live    uint64 // the heap when it began
	Marked  uint64 // what it marked: the live heap from then on
	Goal    uint64 // for the next one: the heap at which its marking should be over
	Trigger uint64 // for the next one: the heap at which it begins
}

// Cycles are the collections that a machine has recorded, as curves: the heap
// when each began, what it marked, and the goal and trigger that it set for the
// next. The machine must have recorded (gc.Config.Record).
func Cycles(m *gc.Machine) show.Chart {
	var all []Cycle
	var now Cycle
	for _, e := range m.Events() {
		switch e.Kind {
		case event.GCEndCycle:
			now = Cycle{Live: e.Args[1]}
		case event.GCMark:
			now.Marked = e.Args[0]
		case event.GCControllerCommit:
			now.Goal, now.Trigger = e.Args[0], e.Args[1]
			all = append(all, now)
		}
	}
	return CyclesChart(all)
}

// CyclesChart is [Cycles] for numbers that are given: of a gc.Pacer that is
// driven by hand, for example. Its unit is the KiB, and the MiB for heaps of 10
// MiB and more.
func CyclesChart(cycles []Cycle) show.Chart {
	c := show.Chart{
		Title: "The heap from cycle to cycle", X: "cycle", Y: "KiB",
		Description: "The heap when each collection began, what it marked, and the goal and the trigger that it set for the next.",
	}
	if len(cycles) == 0 {
		c.Description = "No collection was recorded: the machine needs Config.Record, and a cycle that is over."
		c.Series = []show.Series{{Name: "heap", Points: []show.Point{{}}}}
		return c
	}
	cycles = cycles[max(0, len(cycles)-maxPoint/4):]
	const off = 1 << 62 // a goal or trigger that nothing reaches: GOGC is off
	unit := 1024.0
	for _, cycle := range cycles {
		if cycle.Live >= 10<<20 || cycle.Marked >= 10<<20 {
			c.Y, unit = "MiB", 1<<20
		}
	}
	for i, of := range []struct {
		name string
		n    func(Cycle) uint64
	}{
		{"heap when it began", func(c Cycle) uint64 { return c.Live }},
		{"marked", func(c Cycle) uint64 { return c.Marked }},
		{"goal for the next", func(c Cycle) uint64 { return c.Goal }},
		{"trigger of the next", func(c Cycle) uint64 { return c.Trigger }},
	} {
		s := show.Series{Name: of.name, Tone: show.Tone1 + show.Tone(i)}
		for k, cycle := range cycles {
			if n := of.n(cycle); n < off {
				s.Points = append(s.Points, show.Point{X: float64(k + 1), Y: float64(n) / unit})
			}
		}
		if len(s.Points) > 0 {
			c.Series = append(c.Series, s)
		}
	}
	return c
}
