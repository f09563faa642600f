package view

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"rtbook/model/event"
	"rtbook/model/gc"
	"rtbook/runner/show"
)

// maxRefs is how many objects have a row of references.
const maxRefs = 40

// GCSteps is the story of a collector's machine, a step for each event: the
// phase, the objects by color, the roots, who points to whom, and what waits to
// be scanned. The machine must have recorded (gc.Config.Record).
func GCSteps(m *gc.Machine) show.Stepper {
	v := newGCSteps(m)
	n := 0
	for ; n < len(v.events) && !v.full(); n++ {
		v.apply(n)
		e := &v.events[n]
		what, why := e.Words(v.things)
		if e.G != event.None && int(e.G) <= len(v.gs) {
			what = strings.TrimSpace("by " + v.gs[e.G-1] + ": " + what)
		}
		v.step(show.Step{Event: e.Kind.String(), What: what, Why: why}, v.focus(e)...)
	}
	v.s.Title = "The collector, step by step"
	v.s.Description = v.describe(n)
	v.s.Keys = colorKeys()
	v.s.Stopped = stopped(m.Err())
	return v.s
}

// gcSteps makes GCSteps.
type gcSteps struct {
	builder
	events  []event.Event
	effects []event.Effect // those of events that are still to come
	things  []string       // names by number
	twice   map[string]int // how many objects have a name

	values, colors, roots, refs, work int            // panels
	refRow                            map[uint64]int // by object, -1 for one without
	refsOf                            []uint64       // by row
	noRow                             int            // objects with references that have no row

	gs      []string     // goroutines that have begun, by number from 1
	vars    [][]variable // of the globals, and of each goroutine
	objects []*object    // by number
	byColor [3][]uint64  // objects, oldest first
	count   int          // objects so far
	cycle   int

	jobs   []string // root jobs that have not begun
	grey   []grey   // entries of the work buffers
	spans  []uint64 // pages in the span queue
	wb     []uint64 // the write barrier buffer
	around [3]string
}

// variable is one that holds an object, or nil.
type variable struct {
	name   string
	number uint64 // of a global, in events
	object uint64
}

// object is one of the machine's.
type object struct {
	item  *thing
	color int32 // as event.OpColor has it
	elem  uint64
	slots []uint64 // as far as they are known: the others are nil
}

// grey is an entry of a work buffer: an object, or a part of a large one.
type grey struct{ object, offset uint64 }

// obletBytes is how much of a large object is scanned at once.
const obletBytes = 128 << 10 // runtime/mgcmark.go: maxObletBytes

// Rows of the values, and of the work.
const (
	rowGCPhase = iota
	rowGCBarrier
	rowGCWorld
	rowGCCycle
)

const (
	rowJobs = iota
	rowGrey
	rowSpans
	rowBuffer
)

func newGCSteps(m *gc.Machine) *gcSteps {
	v := &gcSteps{
		events: m.Events(), effects: m.Effects(), things: m.Names(),
		twice: map[string]int{}, refRow: map[uint64]int{},
		vars: [][]variable{nil},
	}
	v.grow(len(v.events))
	stacks := []string{"globals"}
	var refs []string
	for i := range v.events {
		switch e := &v.events[i]; e.Kind {
		case event.GCMalloc:
			v.twice[v.name(e.Args[0])]++
		case event.GCGo:
			if len(stacks) < show.MaxParts/4 {
				stacks = append(stacks, "stack of "+v.name(e.Args[0]))
			}
		}
	}
	for i := range v.events {
		e := &v.events[i]
		if e.Kind != event.GCStore {
			continue
		}
		if _, ok := v.refRow[e.Args[0]]; ok {
			continue
		}
		if len(refs) == maxRefs {
			v.refRow[e.Args[0]] = -1
			v.noRow++
			continue
		}
		v.refRow[e.Args[0]] = len(refs)
		refs = append(refs, v.label(e.Args[0]))
		v.refsOf = append(v.refsOf, e.Args[0])
	}
	v.values = v.panel("Collector", show.Values, []string{"phase", "write barrier", "world", "cycle"})
	v.colors = v.panel("Objects by color", show.Queues, []string{"white", "grey", "black"})
	v.roots = v.panel("Roots", show.Queues, stacks)
	v.refs = v.panel("References", show.Queues, refs)
	v.work = v.panel("Waiting to be scanned", show.Queues, []string{"root jobs", "work buffers", "span queue", "write barrier buffer"})
	v.value(rowGCPhase, gc.Off.String())
	v.value(rowGCBarrier, "off")
	v.value(rowGCWorld, "runs")
	v.value(rowGCCycle, "0")
	return v
}

func (v *gcSteps) name(n uint64) string {
	if n < uint64(len(v.things)) {
		return v.things[n]
	}
	return fmt.Sprintf("#%d", n)
}

// label names an object, with its number if others have its name too.
func (v *gcSteps) label(n uint64) string {
	name := v.name(n)
	if n != 0 && v.twice[name] > 1 {
		name += fmt.Sprintf("#%d", n)
	}
	return name
}

func (v *gcSteps) value(row int, text string) { v.at(v.values, row).set(v.words(text, show.Plain)) }

// object returns what is known of an object; nil is none.
func (v *gcSteps) object(n uint64) *object {
	if n == 0 {
		return nil
	}
	for uint64(len(v.objects)) <= n {
		v.objects = append(v.objects, nil)
	}
	if v.objects[n] == nil {
		v.objects[n] = &object{color: -1, item: &thing{text: v.label(n), id: fmt.Sprintf("obj %d", n)}}
		v.count++
	}
	return v.objects[n]
}

// entry is the box of an object, in the tone of its color.
func (v *gcSteps) entry(n uint64) entry {
	o := v.object(n)
	switch {
	case o == nil:
		return v.builder.words("nil", show.Quiet)
	case o.color < 0 || o.color > int32(gc.Black):
		return entry{show.Plain, o.item} // freed
	}
	return entry{colorTones[o.color], o.item}
}

// apply does what event n did.
func (v *gcSteps) apply(n int) {
	e := &v.events[n]
	for len(v.effects) > 0 && int(v.effects[0].Event) <= n {
		v.setColor(v.effects[0].N, v.effects[0].I)
		v.effects = v.effects[1:]
	}
	a := &e.Args
	switch e.Kind {
	case event.GCSetPhase:
		v.value(rowGCPhase, gc.Phase(a[0]).String())
		v.value(rowGCBarrier, onOff(a[1] != 0))
	case event.GCSTWBegin:
		v.value(rowGCWorld, "is stopped")
	case event.GCSTWEnd:
		v.value(rowGCWorld, "runs")
	case event.GCStartCycle:
		v.cycle++
		v.value(rowGCCycle, itoa(v.cycle))
	case event.GCGo:
		v.gs = append(v.gs, v.name(a[0]))
		v.vars = append(v.vars, nil)
	default:
		v.mutate(e)
		v.mark(e)
	}
}

// mutate does what the program did.
func (v *gcSteps) mutate(e *event.Event) {
	a := &e.Args
	switch e.Kind {
	case event.GCMalloc:
		v.object(a[0]).elem = a[1]
		v.assign(e.G, v.name(a[0]), a[0])
	case event.GCStore:
		o := v.object(a[0])
		for uint64(len(o.slots)) <= a[1] {
			o.slots = append(o.slots, 0)
		}
		o.slots[a[1]] = a[2]
		v.showRefs(a[0])
	case event.GCStoreGlobal:
		v.assignGlobal(a[0], a[2])
	case event.GCLoad, event.GCAssign:
		v.assign(e.G, v.local(e.G, a[0]), a[1])
	case event.GCDrop:
		g := int(e.G)
		name := v.local(e.G, a[0])
		v.vars[g] = slices.DeleteFunc(v.vars[g], func(x variable) bool { return x.name == name })
		v.showRoots(g)
	case event.GCWriteBarrier:
		switch e.Reason {
		case event.GCWhyBarrierRecords:
			v.wb = append(v.wb, a[1], a[2])
		case event.GCWhyBarrierNewOnly:
			v.wb = append(v.wb, a[1])
		case event.GCWhyBarrierOldOnly:
			v.wb = append(v.wb, a[2])
		}
		v.showBuffer()
	}
}

// local returns the name of a local variable of a goroutine: events have it
// with the goroutine's before it.
func (v *gcSteps) local(g int64, number uint64) string {
	return strings.TrimPrefix(v.name(number), v.gs[g-1]+".")
}

// assignGlobal gives a global its value. They are kept in the order in which
// they were declared.
func (v *gcSteps) assignGlobal(number, object uint64) {
	vars := &v.vars[0]
	i, ok := slices.BinarySearchFunc(*vars, number, func(x variable, n uint64) int { return cmp.Compare(x.number, n) })
	if !ok {
		*vars = slices.Insert(*vars, i, variable{name: v.name(number), number: number})
	}
	(*vars)[i].object = object
	v.showRoots(0)
}

// assign gives a local variable its value.
func (v *gcSteps) assign(g int64, name string, object uint64) {
	vars := &v.vars[g]
	i := slices.IndexFunc(*vars, func(x variable) bool { return x.name == name })
	if i < 0 {
		*vars = append(*vars, variable{name: name, object: object})
	} else {
		(*vars)[i].object = object
	}
	v.showRoots(int(g))
}

// mark does what the collector did.
func (v *gcSteps) mark(e *event.Event) {
	a := &e.Args
	switch e.Kind {
	case event.GCPrepareMarkRoots:
		v.jobs = append([]string{"globals"}, v.gs...)
		v.showJobs()
	case event.GCMarkRootBlock, event.GCScanStack:
		if len(v.jobs) > 0 {
			v.jobs = v.jobs[1:]
		}
		v.showJobs()
	case event.GCGreyObject, event.GCShade:
		switch e.Reason {
		case event.GCWhyGreyWbuf:
			v.grey = append(v.grey, grey{a[0], 0})
			v.showGrey()
		case event.GCWhyGreySpanQueued:
			v.spans = append(v.spans, a[3])
			v.showSpans()
		}
	case event.GCScanObject:
		for i := len(v.grey) - 1; i >= 0; i-- {
			if v.grey[i] == (grey{a[0], a[1]}) {
				v.grey = slices.Delete(v.grey, i, i+1)
				break
			}
		}
		if o := v.object(a[0]); a[1] == 0 {
			for off := uint64(obletBytes); off < o.elem; off += obletBytes {
				v.grey = append(v.grey, grey{a[0], off})
			}
		}
		v.showGrey()
	case event.GCScanSpan:
		if i := slices.Index(v.spans, a[0]); i >= 0 {
			v.spans = slices.Delete(v.spans, i, i+1)
		}
		v.showSpans()
	case event.GCWBBufFlush, event.GCMark:
		v.wb = v.wb[:0]
		v.showBuffer()
	}
}

// setColor moves an object to its color, and takes one that is freed away.
func (v *gcSteps) setColor(n uint64, color int32) {
	o := v.object(n)
	if c := o.color; c >= 0 && c <= int32(gc.Black) {
		if i, ok := slices.BinarySearch(v.byColor[c], n); ok {
			v.byColor[c] = slices.Delete(v.byColor[c], i, i+1)
		}
		v.showColor(c)
	}
	o.color = color
	if color <= int32(gc.Black) {
		i, _ := slices.BinarySearch(v.byColor[color], n)
		v.byColor[color] = slices.Insert(v.byColor[color], i, n)
		v.showColor(color)
	} else {
		o.slots = nil
	}
	v.showRefs(n)
	// The tone of the object changes wherever it is shown.
	for i := range v.vars {
		if slices.ContainsFunc(v.vars[i], func(x variable) bool { return x.object == n }) {
			v.showRoots(i)
		}
	}
	for _, from := range v.refsOf {
		if o := v.object(from); slices.Contains(o.slots, n) {
			v.showRefs(from)
		}
	}
	v.showGrey()
	v.showBuffer()
}

// fill makes a row hold n entries, the first ones if they are many.
func (v *gcSteps) fill(panel, row, n int, entry func(i int) entry) {
	if row >= len(v.rows[panel]) {
		return
	}
	r := v.at(panel, row)
	r.clear()
	for i := range n {
		if i == maxRow {
			r.add(v.more(n - maxRow))
			return
		}
		r.add(entry(i))
	}
}

func (v *gcSteps) showColor(c int32) {
	v.fill(v.colors, int(c), len(v.byColor[c]), func(i int) entry { return v.entry(v.byColor[c][i]) })
}

// showRefs shows what an object points to; one that is no more points to
// nothing.
func (v *gcSteps) showRefs(n uint64) {
	row, ok := v.refRow[n]
	if !ok || row < 0 {
		return
	}
	slots := v.object(n).slots
	v.fill(v.refs, row, len(slots), func(i int) entry { return v.entry(slots[i]) })
}

// showRoots shows the variables that hold something.
func (v *gcSteps) showRoots(g int) {
	held := make([]variable, 0, len(v.vars[g]))
	for _, x := range v.vars[g] {
		if x.object != 0 {
			held = append(held, x)
		}
	}
	v.fill(v.roots, g, len(held), func(i int) entry {
		e := v.entry(held[i].object)
		if held[i].name == e.item.text {
			return e
		}
		return entry{e.tone, v.pair(held[i].name, e.item)}
	})
}

// pair is the item of a variable that has another name than what it holds.
func (v *gcSteps) pair(name string, of *thing) *thing {
	text := name + " → " + of.text
	key := text + "\x00" + of.id
	if v.texts == nil {
		v.texts = map[string]*thing{}
	}
	if v.texts[key] == nil {
		v.texts[key] = &thing{text: text, id: of.id}
	}
	return v.texts[key]
}

func (v *gcSteps) showJobs() {
	v.fill(v.work, rowJobs, len(v.jobs), func(i int) entry { return v.builder.words(v.jobs[i], toneRoot) })
}

func (v *gcSteps) showGrey() {
	v.fill(v.work, rowGrey, len(v.grey), func(i int) entry { return v.entry(v.grey[i].object) })
}

func (v *gcSteps) showSpans() {
	v.fill(v.work, rowSpans, len(v.spans), func(i int) entry {
		return v.builder.words(fmt.Sprintf("page %d", v.spans[i]), toneGrey)
	})
}

func (v *gcSteps) showBuffer() {
	v.fill(v.work, rowBuffer, len(v.wb), func(i int) entry { return v.entry(v.wb[i]) })
}

// focus returns the ids of what an event is about.
func (v *gcSteps) focus(e *event.Event) []string {
	ids := v.around[:0]
	add := func(n uint64) {
		if o := v.object(n); o != nil {
			ids = append(ids, o.item.id)
		}
	}
	a := &e.Args
	switch e.Kind {
	case event.GCMalloc, event.GCScanObject, event.GCShade:
		add(a[0])
	case event.GCGreyObject:
		add(a[0])
		add(a[1])
	case event.GCStore:
		add(a[0])
		add(a[2])
	case event.GCStoreGlobal:
		add(a[2])
	case event.GCLoad, event.GCAssign, event.GCDrop:
		add(a[1])
	case event.GCWriteBarrier:
		add(a[1])
		add(a[2])
	}
	return ids
}

// describe says what is seen, and what is not: n of the steps are there.
func (v *gcSteps) describe(n int) string {
	if len(v.events) == 0 {
		return "Nothing was recorded: the machine needs Config.Record."
	}
	text := fmt.Sprintf("%s of a machine with %s and %s.", plural(len(v.events), "step", "steps"),
		plural(len(v.gs), "goroutine", "goroutines"), plural(v.count, "object", "objects"))
	if v.noRow > 0 {
		text += fmt.Sprintf(" The references of %d objects are not shown.", v.noRow)
	}
	if n < len(v.events) {
		text += fmt.Sprintf(" The first %d steps are here.", n)
	}
	return text
}
