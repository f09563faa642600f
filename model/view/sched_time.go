package view

import (
	"fmt"

	"rtbook/model/event"
	"rtbook/model/sched"
	"rtbook/runner/show"
)

// Bounds of what is drawn over time.
const (
	maxSpans = 8000 // spans of a timeline
	maxMarks = 4000 // marks of it
	maxPoint = 4000 // points of a chart, in all
)

// Timeline is what each P does over time: which goroutine runs, when it is in a
// system call, and when an M looks for work there; with marks for goroutines
// that are made, system calls that begin and end, preemptions and thefts. The
// machine must have recorded (sched.Config.Record).
func Timeline(m *sched.Machine) show.Timeline {
	v := timeline{schedState: replayOf(m), machine: m, things: m.Names(), gNames: names{prefix: "G"}}
	ps, _ := v.sizes()
	t := &v.t
	t.Title, t.Unit = "What each P does", "ns"
	t.Keys = []show.Key{
		{Tone: toneRuns, Text: "runs a goroutine"}, {Tone: toneSyscall, Text: "its goroutine is in a system call"},
		{Tone: toneReady, Text: "is about to start a goroutine"}, {Tone: show.Quiet, Text: "looks for work"},
	}
	for p := range min(ps, show.MaxParts) {
		t.Lanes = append(t.Lanes, fmt.Sprintf("P%d", p))
	}
	if len(v.events) == 0 {
		t.Lanes, t.Description = []string{"P0"}, "Nothing was recorded: the machine needs Config.Record, and a program."
		return *t
	}
	v.began = make([]int64, len(t.Lanes))
	v.does = make([]laneState, len(t.Lanes))
	n := 0
	for ; n < len(v.events) && len(t.Spans) < maxSpans && len(t.Marks) < maxMarks; n++ {
		v.apply(n)
		for _, p := range v.changedLanes {
			v.change(p, v.events[n].Time)
		}
		v.mark(&v.events[n])
	}
	end := v.events[n-1].Time
	for p := range t.Lanes {
		v.end(p, end)
	}
	t.Description = fmt.Sprintf("%s over %d ns.", plural(len(t.Lanes), "P", "Ps"), end)
	if n < len(v.events) {
		t.Description += fmt.Sprintf(" The first %d of %d events are shown.", n, len(v.events))
	}
	return *t
}

// timeline makes a Timeline.
type timeline struct {
	*schedState
	machine *sched.Machine
	things  []string
	t       show.Timeline
	began   []int64     // by lane
	does    []laneState // by lane
	gNames  names
}

// laneState is what a P does.
type laneState struct {
	g    int64
	tone show.Tone // Plain: nothing
}

// change notes that P p may do something else from now on.
func (v *timeline) change(p int, now int64) {
	if p < 0 || p >= len(v.does) {
		return
	}
	var does laneState
	if m, has := v.running(p); has {
		switch {
		case m.g == 0 && m.flags&event.MSpinning != 0:
			does = laneState{0, show.Quiet}
		case m.g == 0:
		case m.flags&event.MFound != 0:
			does = laneState{m.g, toneReady}
		case m.flags&event.MSyscall != 0:
			does = laneState{m.g, toneSyscall}
		default:
			does = laneState{m.g, toneRuns}
		}
	}
	if does == v.does[p] {
		return
	}
	v.end(p, now)
	v.began[p], v.does[p] = now, does
}

// end ends what P p does.
func (v *timeline) end(p int, now int64) {
	does := v.does[p]
	if does.tone == show.Plain || now <= v.began[p] {
		return
	}
	s := show.Span{Lane: p, From: v.began[p], To: now, Tone: does.tone, Text: "looks for work"}
	if does.g != 0 {
		s.ID = v.gNames.id(does.g)
		s.Text = s.ID
		if name := v.machine.GoName(does.g); name != "" {
			s.Text += " " + name
		}
		switch does.tone {
		case toneSyscall:
			s.Note = "in a system call"
		case toneReady:
			s.Note = "about to start"
		}
	}
	v.t.Spans = append(v.t.Spans, s)
}

// mark marks an event that is marked.
func (v *timeline) mark(e *event.Event) {
	lane, g := int(e.P), e.G
	switch e.Kind {
	case event.GoCreate:
		g = int64(e.Args[0])
	case event.GoSyscallBegin, event.GoSyscallEnd, event.GoSyscallEndBlocked, event.Preemptone, event.ProcSteal:
	case event.GoStop:
		if e.Reason != event.WhyPreempted && e.Reason != event.WhyPreemptedStop {
			return
		}
	case event.Runqsteal:
		g = event.None
	default:
		return
	}
	if lane < 0 || lane >= len(v.t.Lanes) {
		return
	}
	what, why := e.Words(v.things)
	text := e.Kind.String()
	if what != "" {
		text += " " + what
	}
	v.t.Marks = append(v.t.Marks, show.Mark{Lane: lane, At: e.Time, Text: text, Note: why, ID: v.gNames.id(g)})
}

// QueuesOverTime is how long the queues are over time: the global one, each
// P's own with its runnext, and how many goroutines wait. The machine must have
// recorded (sched.Config.Record).
func QueuesOverTime(m *sched.Machine) show.Chart {
	s := replayOf(m)
	ps, _ := s.sizes()
	c := show.Chart{
		Title: "The queues over time", X: "time (ns)", Y: "goroutines",
		Description: "How many goroutines are in the global queue, in each P's own with its runnext, and how many wait.",
	}
	if len(s.events) == 0 {
		c.Description = "Nothing was recorded: the machine needs Config.Record, and a program."
		c.Series = []show.Series{{Name: "global queue", Points: []show.Point{{}}}}
		return c
	}
	shown := min(ps, maxPs)
	curves := make([]curve, 2+shown)
	curves[0].name, curves[1].name = "global queue", "waiting"
	for p := range shown {
		curves[2+p].name = fmt.Sprintf("P%d", p)
	}
	waiting := 0
	was := map[int]bool{}
	for n := range s.events {
		s.apply(n)
		for _, g := range s.changedGs {
			is := s.gs[g].status == sched.Waiting
			if is != was[g] {
				was[g] = is
				if waiting++; !is {
					waiting -= 2
				}
			}
		}
		at := s.events[n].Time
		curves[0].add(at, len(s.global.all()))
		curves[1].add(at, waiting)
		for p := range min(shown, len(s.local)) {
			length := len(s.local[p].all())
			if s.next[p] != 0 {
				length++
			}
			curves[2+p].add(at, length)
		}
	}
	end := s.events[len(s.events)-1].Time
	for i, k := range curves {
		c.Series = append(c.Series, show.Series{
			Name: k.name, Tone: show.Tone1 + show.Tone(i%6), Stairs: true, Points: k.points(end, maxPoint/len(curves)),
		})
	}
	if shown < ps {
		c.Description += fmt.Sprintf(" The first %d of %d Ps are shown.", shown, ps)
	}
	return c
}

// curve is a number over time.
type curve struct {
	name string
	all  []show.Point
}

// add notes the number from a time on.
func (k *curve) add(at int64, n int) {
	if last := len(k.all) - 1; last >= 0 {
		if k.all[last].Y == float64(n) {
			return
		}
		if k.all[last].X == float64(at) {
			k.all[last].Y = float64(n)
			return
		}
	}
	k.all = append(k.all, show.Point{X: float64(at), Y: float64(n)})
}

// points returns about most points, the last one at the end. If there are more,
// each part of the time keeps its lowest and its highest.
func (k *curve) points(end int64, most int) []show.Point {
	all := k.all
	if n := len(all); n > 0 && all[n-1].X < float64(end) {
		all = append(all, show.Point{X: float64(end), Y: all[n-1].Y})
	}
	if len(all) <= most {
		return all
	}
	var few []show.Point
	for i, each := 0, (2*len(all)+most-1)/most; i < len(all); i += each {
		part := all[i:min(i+each, len(all))]
		low, high := 0, 0
		for j, p := range part {
			if p.Y < part[low].Y {
				low = j
			}
			if p.Y > part[high].Y {
				high = j
			}
		}
		few = append(few, part[min(low, high)])
		if low != high {
			few = append(few, part[max(low, high)])
		}
	}
	return few
}
