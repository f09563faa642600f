package view

import (
	"cmp"
	"fmt"
	"slices"

	"rtbook/model/event"
	"rtbook/model/sched"
	"rtbook/runner/show"
)

// Bounds of the panels of a scheduler's stepper, in rows.
const (
	maxPs    = 16
	maxMs    = 24
	maxWaits = 16
)

// SchedSteps is the story of a whole machine, a step for each event: which
// goroutine or thread it is about, and on which P; and what each P runs, its
// runnext and its local queue, the global queue, which goroutines wait and for
// what (in the order in which they began to), and what each M is about. The
// machine must have recorded (sched.Config.Record).
func SchedSteps(m *sched.Machine) show.Stepper {
	v := newSchedSteps(m)
	n := 0
	for ; n < len(v.events) && !v.full(); n++ {
		v.apply(n)
		v.update()
		e := &v.events[n]
		what, why := v.says.of(e)
		v.step(show.Step{Time: e.Time, Event: e.Kind.String(), What: what, Why: why}, v.focus(e)...)
	}
	v.s.Title = "The scheduler, step by step"
	v.s.Unit = "ns"
	v.s.Description = v.describe(n)
	v.s.Keys = schedKeys()
	v.s.Stopped = stopped(m.Err())
	return v.s
}

// stopped returns how a machine died, "" if it did not.
func stopped(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// The tones of what runs.
const (
	toneRuns    = show.Tone1
	toneSyscall = show.Tone2
	toneReady   = show.Tone3
	toneWaits   = show.Tone4
)

func schedKeys() []show.Key {
	return []show.Key{
		{Tone: toneRuns, Text: "runs"},
		{Tone: toneSyscall, Text: "is in a system call"},
		{Tone: toneReady, Text: "is runnable"},
		{Tone: toneWaits, Text: "waits"},
		{Tone: show.Quiet, Text: "a P or M without a goroutine"},
	}
}

// schedSteps makes SchedSteps.
type schedSteps struct {
	builder
	*schedState
	machine *sched.Machine
	things  []string // names of objects
	says    *schedWords

	lanes, queues, globals, waiting, threads int // panels
	ps, ms                                   int // rows of Ps and Ms that are shown
	allPs, allMs                             int

	gNames, pNames, mNames names
	labels                 []*thing // of goroutines, with their names

	waits   map[waitKey]int // row of each thing to wait for
	waiters [][]int64       // by row
	waitRow []int           // by goid: row + 1, 0 if it does not wait
	around  [8]string       // space for focus
}

// waitKey is a thing that goroutines wait for, and how.
type waitKey struct {
	object uint64
	reason int
}

func newSchedSteps(m *sched.Machine) *schedSteps {
	v := &schedSteps{
		schedState: replayOf(m), machine: m, things: m.Names(),
		gNames: names{prefix: "G"}, pNames: names{prefix: "P"}, mNames: names{prefix: "M"},
	}
	v.says = newSchedWords(m, v.things)
	v.grow(len(v.events))
	v.allPs, v.allMs = v.sizes()
	v.ps, v.ms = min(v.allPs, maxPs), min(v.allMs, maxMs)
	var lanes, queues, threads []string
	for p := range v.ps {
		id := v.pNames.id(int64(p))
		lanes = append(lanes, id)
		queues = append(queues, id+" runnext", id+" queue")
	}
	for n := range v.ms {
		threads = append(threads, v.mNames.id(int64(n)))
	}
	v.lanes = v.panel("What each P runs", show.Lanes, lanes)
	v.queues = v.panel("Local queues", show.Queues, queues)
	v.globals = v.panel("Global queue", show.Queues, []string{"head first"})
	v.waiting = v.panel("Waiting", show.Queues, v.waitRows())
	v.threads = v.panel("Threads", show.Queues, threads)
	return v
}

// waitRows finds out what goroutines wait for in this recording, and returns
// the names of the rows: for what is waited for most, if there is too much.
func (v *schedSteps) waitRows() []string {
	count := make(map[waitKey]int)
	var order []waitKey
	for i := range v.effects {
		f := &v.effects[i]
		if f.Op != event.OpStatus || sched.Status(f.I) != sched.Waiting {
			continue
		}
		key := waitKey{reason: int(f.J)}
		if e := &v.events[min(int(f.Event), len(v.events)-1)]; e.Kind == event.GoBlock && e.G == int64(f.N) {
			key.object = e.Args[0]
		}
		if count[key]++; count[key] == 1 {
			order = append(order, key)
		}
	}
	shown := order
	if len(order) > maxWaits {
		shown = slices.Clone(order)
		slices.SortStableFunc(shown, func(a, b waitKey) int { return cmp.Compare(count[b], count[a]) })
		shown = shown[:maxWaits-1]
		shown = slices.DeleteFunc(order, func(k waitKey) bool { return !slices.Contains(shown, k) })
	}
	var rows []string
	v.waits = make(map[waitKey]int)
	for _, k := range shown {
		v.waits[k] = len(rows)
		rows = append(rows, v.waitName(k))
	}
	if len(count) > len(shown) {
		rows = append(rows, "anything else")
	}
	if len(rows) == 0 {
		rows = append(rows, "nothing")
	}
	v.waiters = make([][]int64, len(rows))
	return rows
}

// waitName says what is waited for: "chan receive: results".
func (v *schedSteps) waitName(k waitKey) string {
	reason := v.machine.WaitReason(k.reason)
	if k.object == 0 || k.object >= uint64(len(v.things)) {
		return reason
	}
	switch name := v.things[k.object]; name {
	case "a timer", "a select", "the world": // package sched's words for what is no object
		return reason
	default:
		return reason + ": " + name
	}
}

// label is the item of a goroutine with its name.
func (v *schedSteps) label(g int64) *thing {
	for int64(len(v.labels)) <= g {
		v.labels = append(v.labels, nil)
	}
	if v.labels[g] == nil {
		v.labels[g] = &thing{text: v.says.goroutine(g), id: v.gNames.id(g)}
	}
	return v.labels[g]
}

// update makes the panels show the state after an event.
func (v *schedSteps) update() {
	for _, p := range v.changedLanes {
		if p < v.ps {
			v.lane(p)
		}
	}
	for _, p := range v.changedQueues {
		if p < v.ps {
			v.updateP(p)
		}
	}
	if v.changedGlobal {
		v.show(v.at(v.globals, 0), v.global.all())
	}
	for _, g := range v.changedGs {
		v.updateG(int64(g))
	}
	for _, m := range v.changedMs {
		if m < v.ms {
			v.updateM(m)
		}
	}
}

// updateP shows the queue of a P.
func (v *schedSteps) updateP(p int) {
	if g := v.next[p]; g != 0 {
		v.at(v.queues, 2*p).set(entry{toneReady, v.gNames.item(uint64(g))})
	} else {
		v.at(v.queues, 2*p).set()
	}
	v.show(v.at(v.queues, 2*p+1), v.local[p].all())
}

// lane shows what P p does.
func (v *schedSteps) lane(p int) {
	r := v.at(v.lanes, p)
	m, has := v.running(p)
	switch {
	case !has:
		r.set()
	case m.g != 0:
		tone := toneRuns
		switch {
		case m.flags&event.MFound != 0:
			tone = toneReady
		case m.flags&event.MSyscall != 0:
			tone = toneSyscall
		}
		r.set(entry{tone, v.label(m.g)})
	case m.flags&event.MSpinning != 0:
		r.set(v.words("looks for work", show.Quiet))
	default:
		r.set(v.words("schedules", show.Quiet))
	}
}

// show makes a row hold goroutines, the first ones if there are many.
func (v *schedSteps) show(r *row, ids []int64) {
	r.clear()
	for i, id := range ids {
		if i == maxRow {
			r.add(v.more(len(ids) - maxRow))
			break
		}
		r.add(entry{toneReady, v.gNames.item(uint64(id))})
	}
}

// updateG puts a goroutine where it waits, or takes it from there.
func (v *schedSteps) updateG(id int64) {
	for int64(len(v.waitRow)) <= id {
		v.waitRow = append(v.waitRow, 0)
	}
	if at := v.waitRow[id] - 1; at >= 0 {
		v.waitRow[id] = 0
		list := v.waiters[at]
		i := slices.Index(list, id)
		v.waiters[at] = slices.Delete(list, i, i+1)
		v.showWaiters(at)
	}
	g := v.gs[id]
	if g.status != sched.Waiting {
		return
	}
	at, ok := v.waits[waitKey{g.object, g.reason}]
	if !ok {
		at = len(v.waiters) - 1
	}
	v.waitRow[id] = at + 1
	v.waiters[at] = append(v.waiters[at], id)
	v.showWaiters(at)
}

func (v *schedSteps) showWaiters(at int) {
	r, ids := v.at(v.waiting, at), v.waiters[at]
	r.clear()
	for i, id := range ids {
		if i == maxRow {
			r.add(v.more(len(ids) - maxRow))
			break
		}
		r.add(entry{toneWaits, v.label(id)})
	}
}

// updateM shows what an M is about: its P, its goroutine, and a word.
func (v *schedSteps) updateM(id int) {
	m, r := v.schedState.ms[id], v.at(v.threads, id)
	r.clear()
	if m.p >= 0 {
		r.add(entry{show.Plain, v.pNames.item(uint64(m.p))})
	}
	if m.g != 0 {
		tone := toneRuns
		switch {
		case m.flags&event.MFound != 0:
			tone = toneReady
		case m.flags&event.MSyscall != 0:
			tone = toneSyscall
		}
		r.add(entry{tone, v.gNames.item(uint64(m.g))})
	}
	for _, word := range mWords {
		if m.flags&word.flag != 0 {
			r.add(v.words(word.text, show.Quiet))
		}
	}
}

// mWords say what the flags of an M mean.
var mWords = [...]struct {
	flag uint8
	text string
}{
	{event.MSpinning, "spins"},
	{event.MParked, "sleeps"},
	{event.MEnded, "has ended"},
	{event.MSyscall, "system call"},
	{event.MPolling, "in the poller"},
}

// focus returns the ids of what an event is about.
func (v *schedSteps) focus(e *event.Event) []string {
	ids := append(v.around[:0], v.gNames.id(e.G), v.pNames.id(int64(e.P)), v.mNames.id(int64(e.M)))
	switch e.Kind {
	case event.GoCreate, event.GoUnblock, event.Copystack:
		ids = append(ids, v.gNames.id(int64(e.Args[0])))
	case event.Chansend, event.Chanrecv, event.Runqgrab:
		if e.Args[1] != 0 {
			ids = append(ids, v.gNames.id(int64(e.Args[1])))
		}
	case event.Wakep, event.Handoffp:
		ids = append(ids, v.pNames.id(int64(e.Args[0])), v.mNames.id(int64(e.Args[1])))
	case event.Runqsteal:
		ids = append(ids, v.pNames.id(int64(e.Args[0])))
	}
	return ids
}

// describe says what is seen, and what is not: n of the steps are there.
func (v *schedSteps) describe(n int) string {
	if len(v.events) == 0 {
		return "Nothing was recorded: the machine needs Config.Record, and a program."
	}
	text := fmt.Sprintf("%s of a machine with %s and %s.",
		plural(len(v.events), "step", "steps"), plural(v.allPs, "P", "Ps"), plural(v.allMs, "M", "Ms"))
	if v.ps < v.allPs {
		text += fmt.Sprintf(" The first %d Ps are shown.", v.ps)
	}
	if v.ms < v.allMs {
		text += fmt.Sprintf(" The first %d Ms are shown.", v.ms)
	}
	if n < len(v.events) {
		text += fmt.Sprintf(" The first %d steps are here.", n)
	}
	return text
}
