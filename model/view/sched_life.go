package view

import (
	"fmt"
	"strconv"
	"strings"

	"rtbook/model/event"
	"rtbook/model/sched"
	"rtbook/runner/show"
)

// Life is the life of one goroutine: when it was runnable, ran, was in a system
// call and waited, with the reason of each change. The machine must have
// recorded (sched.Config.Record).
func Life(m *sched.Machine, goid int64) show.Timeline {
	t := show.Timeline{
		Title: lifeTitle(m, goid), Unit: "ns",
		Lanes: []string{"runs", "is in a system call", "is runnable", "waits"},
		Keys:  []show.Key{{Tone: toneRuns, Text: "runs"}, {Tone: toneSyscall, Text: "system call"}, {Tone: toneReady, Text: "runnable"}, {Tone: toneWaits, Text: "waits"}},
	}
	parts := livesOf(m, goid)
	lanes := map[string]int{"runs": 0, "system call": 1, "runnable": 2, "waits": 3}
	for i, p := range parts {
		if i == maxSpans {
			break
		}
		lane := lanes[p.state]
		text := p.where
		if text == "" {
			text = p.state
		}
		t.Spans = append(t.Spans, show.Span{
			Lane: lane, From: p.from, To: p.to, Text: text, Tone: show.Tone(lane) + toneRuns, Note: p.why, ID: "G" + strconv.FormatInt(goid, 10),
		})
	}
	t.Description = lifeWords(parts)
	return t
}

// LifeTable is Life as a table: from when to when, in which state, where (the P
// and M, or what is waited for), and by what it came to that.
func LifeTable(m *sched.Machine, goid int64) show.Table {
	t := show.Table{
		Title: lifeTitle(m, goid),
		Columns: []show.Column{
			{Name: "from (ns)", Right: true}, {Name: "to (ns)", Right: true}, {Name: "state"}, {Name: "where"}, {Name: "by"}, {Name: "why"},
		},
	}
	for i, p := range livesOf(m, goid) {
		if i == show.MaxRows {
			break
		}
		t.Rows = append(t.Rows, []string{
			strconv.FormatInt(p.from, 10), strconv.FormatInt(p.to, 10), p.state, p.where, p.by, p.why,
		})
	}
	return t
}

func lifeTitle(m *sched.Machine, goid int64) string {
	title := fmt.Sprintf("The life of goroutine %d", goid)
	if name := m.GoName(goid); name != "" {
		title += ", " + name
	}
	return title
}

// lifeWords sums up a life.
func lifeWords(parts []lifePart) string {
	if len(parts) == 0 {
		return "There is no record of it: the machine needs Config.Record, and a program that starts it."
	}
	spent := map[string]int64{}
	for _, p := range parts {
		spent[p.state] += p.to - p.from
	}
	var words []string
	for _, state := range []string{"runs", "system call", "runnable", "waits"} {
		if spent[state] > 0 {
			words = append(words, fmt.Sprintf("%s %d ns", state, spent[state]))
		}
	}
	return fmt.Sprintf("From %d to %d ns: %s.", parts[0].from, parts[len(parts)-1].to, strings.Join(words, ", "))
}

// lifePart is a time in which a goroutine's state is the same.
type lifePart struct {
	from, to              int64
	state, where, by, why string
}

// livesOf returns the parts of a goroutine's life, up to its end or that of the
// recording.
func livesOf(m *sched.Machine, goid int64) []lifePart {
	s, things := replayOf(m), m.Names()
	says := newSchedWords(m, things)
	var parts []lifePart
	open := false // the last part goes on
	for n := range s.events {
		s.apply(n)
		e := &s.events[n]
		if open {
			parts[len(parts)-1].to = e.Time
		}
		touched := false
		for _, g := range s.changedGs {
			touched = touched || int64(g) == goid
		}
		if !touched {
			continue
		}
		g := s.gs[goid]
		if open && parts[len(parts)-1].from == parts[len(parts)-1].to {
			parts = parts[:len(parts)-1]
		}
		what, why := e.Words(things)
		part := lifePart{from: e.Time, to: e.Time, by: strings.TrimSpace(e.Kind.String() + " " + what), why: why}
		if e.Kind == event.GoCreate || e.Kind == event.GoUnblock {
			part.by = e.Kind.String() + ", by " + says.subject(e)
		}
		open = true
		switch g.status {
		case sched.Runnable:
			part.state = "runnable"
		case sched.Running:
			part.state, part.where = "runs", onP(e)
		case sched.Syscall:
			part.state, part.where = "system call", onP(e)
		case sched.Waiting:
			part.state, part.where = "waits", m.WaitReason(g.reason)
			if g.object != 0 && g.object < uint64(len(things)) {
				part.where += ": " + things[g.object]
			}
		default:
			open = false
			continue
		}
		parts = append(parts, part)
	}
	return parts
}

// onP says on which P and M a goroutine does what an event tells of.
func onP(e *event.Event) string {
	if e.P < 0 {
		return fmt.Sprintf("M%d", e.M)
	}
	return fmt.Sprintf("P%d, M%d", e.P, e.M)
}

// SchedTrace is what GODEBUG=schedtrace printed in the machine's run, a row for
// each time: Config.SchedTrace has to ask for it. The lines of scheddetail=1 are
// left out.
func SchedTrace(m *sched.Machine) show.Table {
	t := show.Table{Title: "GODEBUG=schedtrace", Columns: []show.Column{{Name: "time", Right: true}}}
	fields := []string{"gomaxprocs", "idleprocs", "threads", "spinningthreads", "needspinning", "idlethreads", "runqueue"}
	for _, f := range fields {
		t.Columns = append(t.Columns, show.Column{Name: f, Right: true})
	}
	t.Columns = append(t.Columns, show.Column{Name: "local queues"}, show.Column{Name: "schedticks"})
	for _, line := range strings.Split(m.SchedTrace(), "\n") {
		rest, ok := strings.CutPrefix(line, "SCHED ")
		if !ok || len(t.Rows) == show.MaxRows {
			continue
		}
		time, rest, _ := strings.Cut(rest, ": ")
		row := []string{time}
		for _, f := range fields {
			_, value, _ := strings.Cut(" "+rest, " "+f+"=")
			value, _, _ = strings.Cut(value, " ")
			row = append(row, value)
		}
		local, ticks := "", ""
		if _, queues, ok := strings.Cut(rest, " [ "); ok {
			local, queues, _ = strings.Cut(queues, " ]")
			_, ticks, _ = strings.Cut(queues, "[ ")
			ticks = strings.TrimSuffix(ticks, " ]")
		}
		t.Rows = append(t.Rows, append(row, local, ticks))
	}
	return t
}
