package view

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"rtbook/model/alloc"
	"rtbook/model/event"
	"rtbook/runner/show"
)

// AllocSteps is the story of a heap, a step for each event: the slots of the
// spans in each mcache, the lists of each mcentral, the pages, 64 in a row, and
// how often a lock was taken. The heap must have recorded (alloc.Config.Record).
func AllocSteps(h *alloc.Heap) show.Stepper {
	v := newAllocSteps(h)
	n := 0
	for ; n < len(v.events) && !v.full(); n++ {
		v.apply(n)
		e := &v.events[n]
		what, why := e.Words(nil)
		v.step(show.Step{Time: e.Time, Event: e.Kind.String(), What: what, Why: why}, v.focus(e)...)
	}
	v.s.Title = "The allocator, step by step"
	v.s.Description = v.describe(n)
	if n > 0 && v.events[n-1].Time > 0 {
		v.s.Unit = "ns"
	}
	v.s.Keys = append(slotKeys(),
		show.Key{Tone: toneLarge, Text: "pages of a large object"},
		show.Key{Tone: tonePageCached, Text: "pages in a P's page cache"},
		show.Key{Tone: show.Quiet, Text: "not mapped"})
	v.s.Stopped = stopped(h.Err())
	return v.s
}

// allocSteps makes AllocSteps.
type allocSteps struct {
	builder
	events  []event.Event
	effects []event.Effect // those of events that are still to come

	caches, slots, sets, pages, values int // panels
	cacheRow                           map[cacheKey]int
	setRow                             map[setKey]int // of the sets as they are shown
	setKeys                            []setKey       // by row
	blocks                             []uint64       // by row: address of the first of 64 pages
	left                               []string       // what is not shown, for the description

	spans  map[uint64]*spanState // those in use, by address
	cached []*spanState          // by row of the mcaches
	lists  map[setKey]*setState  // of the sets as the heap numbers them
	use    [][64]pageState       // by row of the pages
	gen    uint64                // sweepgen
	locks  [2]int                // how often one was taken: of mheap, of a span set
	blank  *thing
	pNames names
	pCells []*thing  // of pages in page caches, by P
	around [4]string // space for focus
}

// cacheKey is a place in an mcache.
type cacheKey struct {
	p     int32
	class int32 // span class
}

// setKey is a set of spans of an mcentral. As the heap numbers them, sets are 0
// and 1 for partial[0] and partial[1], 2 and 3 for full; as they are shown, 0 and
// 2 are the swept ones.
type setKey struct {
	class int32 // span class
	set   int32
}

// spanState is a span.
type spanState struct {
	base, bytes  uint64
	used, marked []bool
	large        bool
	class        int32  // span class, once it has been in a set
	row          int    // of the mcaches that are shown, or -1
	item, cell   *thing // in a list, as a page
}

// setState is a set: spans in the order in which they will leave it, nil for
// one that was freed meanwhile.
type setState struct {
	spans []*spanState
	alive int
}

// pageState is a page: its tone says what it is, its item whose.
type pageState = entry

// toneTaken is for pages that a request has taken, and that are no span yet.
const toneTaken = show.Strong

// Rows of the panel of values.
const (
	rowGen = iota
	rowPhase
	rowHeapLock
	rowSetLock
)

func newAllocSteps(h *alloc.Heap) *allocSteps {
	v := &allocSteps{
		events: h.Events(), effects: h.Effects(),
		cacheRow: map[cacheKey]int{}, setRow: map[setKey]int{},
		spans: map[uint64]*spanState{}, lists: map[setKey]*setState{},
		blank: &thing{}, pNames: names{prefix: "P"},
	}
	v.grow(len(v.events))
	classes := alloc.Classes()
	name := func(class int32) string { return className(classes[class>>1].Size, class>>1 == 0, class&1 != 0) }
	caches := v.findCaches(name)
	v.caches = v.panel("mcache", show.Queues, caches)
	v.slots = v.panel("Slots of these spans", show.Cells, caches)
	v.sets = v.panel("mcentral", show.Queues, v.findSets(len(classes), name))
	v.pages = v.panel("Pages, 64 in a row", show.Cells, v.findBlocks())
	v.values = v.panel("Heap", show.Values, []string{"sweepgen", "phase", "mheap.lock taken", "span set lock taken"})
	v.cached = make([]*spanState, len(caches))
	v.value(rowGen, "0")
	v.value(rowPhase, "no collection")
	v.value(rowHeapLock, "0")
	v.value(rowSetLock, "0")
	return v
}

func (v *allocSteps) value(row int, text string) {
	v.at(v.values, row).set(v.words(text, show.Plain))
}

// apply does what event n did.
func (v *allocSteps) apply(n int) {
	e := &v.events[n]
	for len(v.effects) > 0 && int(v.effects[0].Event) <= n {
		v.effect(&v.effects[0])
		v.effects = v.effects[1:]
	}
	a := &e.Args
	switch e.Kind {
	case event.HeapObjectAlloc:
		if s := v.spans[a[0]-a[1]*a[3]]; s != nil {
			s.used[a[1]] = true
			v.slot(s, int(a[1]))
		}
	case event.SpanAlloc:
		v.newSpan(a[0], a[1], int(a[2]), e.Reason == event.WhySpanLarge)
	case event.SpanFree:
		v.freeSpan(a[0], a[1])
	case event.SweepSpan:
		if s := v.spans[a[0]]; s != nil {
			s.used, s.marked = s.marked, make([]bool, len(s.marked))
		}
	case event.PageAlloc:
		v.setPages(a[1], a[0], pageState{toneTaken, v.blank})
	case event.AllocToCache:
		v.cachePages(a[0], int64(e.P))
	case event.PageCacheFlush:
		v.uncachePages(a[0], int64(e.P))
	case event.HeapGrow:
		v.mapPages(a[0], a[1]<<20)
	case event.AllocBlack:
		v.value(rowPhase, "marking")
	case event.SweepGen:
		v.gen = a[0]
		v.value(rowGen, strconv.FormatUint(v.gen, 10))
		v.value(rowPhase, "sweeping")
		for _, key := range v.setKeys {
			v.showSet(key)
		}
	case event.SweepDrained:
		v.value(rowPhase, "swept")
	}
}

func (v *allocSteps) effect(f *event.Effect) {
	switch f.Op {
	case event.OpHeapLock:
		v.locks[0]++
		v.value(rowHeapLock, itoa(v.locks[0]))
	case event.OpCentralLock:
		v.locks[1]++
		v.value(rowSetLock, itoa(v.locks[1]))
	case event.OpMark:
		if s := v.spans[f.N]; s != nil {
			s.marked[f.I] = true
			v.slot(s, int(f.I))
		}
	case event.OpMcache:
		if row := v.cacheRow[cacheKey{f.I, f.J}]; row >= 0 {
			v.cache(row, v.spans[f.N])
		}
	case event.OpSetPush, event.OpSetPop:
		v.changeSet(setKey{f.I, f.J}, f)
	}
}

// changeSet adds a span to a set, or takes the first one off it.
func (v *allocSteps) changeSet(key setKey, f *event.Effect) {
	set := v.lists[key]
	if set == nil {
		set = &setState{}
		v.lists[key] = set
	}
	if f.Op == event.OpSetPush {
		s := v.spans[f.N]
		if s != nil {
			s.class = key.class
			set.alive++
		}
		set.spans = append(set.spans, s)
	} else if len(set.spans) > 0 {
		if set.spans[0] != nil {
			set.alive--
		}
		set.spans = set.spans[1:]
	}
	v.showSet(v.turned(key))
}

// showSet shows a set, given as it is shown.
func (v *allocSteps) showSet(key setKey) {
	at, ok := v.setRow[key]
	if !ok {
		return
	}
	r := v.at(v.sets, at)
	r.clear()
	set := v.lists[v.turned(key)]
	if set == nil {
		return
	}
	for _, s := range set.spans {
		if s == nil {
			continue
		}
		if len(r.want) == maxRow {
			r.add(v.more(set.alive - maxRow))
			return
		}
		tone := show.Plain
		if s.large {
			tone = toneLarge
		}
		r.add(entry{tone, s.item})
	}
}

// newSpan makes pages a span.
func (v *allocSteps) newSpan(base, pages uint64, slots int, large bool) {
	id := spanID(base)
	s := &spanState{
		base: base, bytes: pages * pageSize, used: make([]bool, slots), marked: make([]bool, slots), large: large, row: -1,
		item: &thing{text: pageName(base), id: id}, cell: &thing{id: id},
	}
	v.spans[base] = s
	tone := toneSlotInUse
	if large {
		tone = toneLarge
	}
	v.setPages(base, pages, pageState{tone, s.cell})
}

// freeSpan gives the pages of a span back. Sets that have it do not know.
func (v *allocSteps) freeSpan(base, pages uint64) {
	gone := v.spans[base]
	delete(v.spans, base)
	v.setPages(base, pages, pageState{tonePageFree, v.blank})
	if gone == nil {
		return
	}
	for number := range int32(4) {
		key := setKey{gone.class, number}
		set := v.lists[key]
		if set == nil {
			continue
		}
		if i := slices.Index(set.spans, gone); i >= 0 {
			set.spans[i] = nil
			set.alive--
			v.showSet(v.turned(key))
		}
	}
}

// turned returns how a set is shown that the heap numbers so, and the other way
// round: which of two is the swept one changes with each collection.
func (v *allocSteps) turned(key setKey) setKey {
	return setKey{key.class, key.set&2 | (key.set^int32(v.gen/2))&1}
}

// cache puts a span, or nil, into the place of an mcache.
func (v *allocSteps) cache(row int, s *spanState) {
	if old := v.cached[row]; old != nil {
		old.row = -1
	}
	v.cached[row] = s
	in, slots := v.at(v.caches, row), v.at(v.slots, row)
	in.clear()
	slots.clear()
	if s == nil {
		return
	}
	s.row = row
	in.add(entry{show.Plain, s.item})
	for i := range min(len(s.used), maxSlots) {
		slots.add(entry{slotTone(s.used[i], s.marked[i]), v.blank})
	}
}

// slot shows one slot, if its span is in an mcache that is shown.
func (v *allocSteps) slot(s *spanState, i int) {
	if s.row < 0 || i >= maxSlots {
		return
	}
	v.at(v.slots, s.row).patch(i, entry{slotTone(s.used[i], s.marked[i]), v.blank})
}

// shown calls f with each block of pages that is shown and has some of the
// pages from base on: with its row, and with the first and the last such page
// in it.
func (v *allocSteps) shown(base, bytes uint64, f func(row, first, last int)) {
	for row, block := range v.blocks {
		if base < block+blockBytes && block < base+bytes {
			first, last := max(base, block)-block, min(base+bytes, block+blockBytes)-block
			f(row, int(first/pageSize), int(last/pageSize)-1)
		}
	}
}

// setPages makes pages something.
func (v *allocSteps) setPages(base, n uint64, what pageState) {
	v.shown(base, n*pageSize, func(row, first, last int) {
		for i := first; i <= last; i++ {
			v.setPage(row, i, what)
		}
	})
}

func (v *allocSteps) setPage(row, i int, what pageState) {
	v.use[row][i] = what
	if r := v.at(v.pages, row); len(r.want) > 0 { // mapped
		r.patch(i, what)
	}
}

// cachePages puts what is free in a block into the page cache of P p.
func (v *allocSteps) cachePages(block uint64, p int64) {
	v.shown(block, blockBytes, func(row, first, last int) {
		for i := first; i <= last; i++ {
			if v.use[row][i].tone == tonePageFree {
				v.setPage(row, i, pageState{tonePageCached, v.cellOf(p)})
			}
		}
	})
}

// uncachePages gives back what P p has in its page cache.
func (v *allocSteps) uncachePages(block uint64, p int64) {
	v.shown(block, blockBytes, func(row, first, last int) {
		for i := first; i <= last; i++ {
			if v.use[row][i] == (pageState{tonePageCached, v.cellOf(p)}) {
				v.setPage(row, i, pageState{tonePageFree, v.blank})
			}
		}
	})
}

// cellOf is the item of a page that P p has in its page cache.
func (v *allocSteps) cellOf(p int64) *thing {
	for int64(len(v.pCells)) <= p {
		v.pCells = append(v.pCells, &thing{id: v.pNames.id(int64(len(v.pCells)))})
	}
	return v.pCells[p]
}

// mapPages begins to show pages.
func (v *allocSteps) mapPages(base, bytes uint64) {
	v.shown(base, bytes, func(row, _, _ int) { v.at(v.pages, row).set(v.use[row][:]...) })
}

// focus returns the ids of what an event is about.
func (v *allocSteps) focus(e *event.Event) []string {
	ids := append(v.around[:0], v.pNames.id(int64(e.P)))
	base := uint64(0)
	switch e.Kind {
	case event.HeapObjectAlloc:
		base = e.Args[0] - e.Args[1]*e.Args[3]
	case event.Refill, event.UncacheSpan, event.SpanAlloc, event.SpanFree, event.SweepSpan:
		base = e.Args[0]
	case event.CacheSpan:
		base = e.Args[1]
	}
	if s := v.spans[base]; s != nil {
		ids = append(ids, s.item.id)
	}
	return ids
}

// describe says what is seen, and what is not: n of the steps are there.
func (v *allocSteps) describe(n int) string {
	if len(v.events) == 0 {
		return "Nothing was recorded: the heap needs Config.Record, and a request."
	}
	text := plural(len(v.events), "step", "steps") + " of a heap."
	if len(v.left) > 0 {
		text += " Not shown: " + strings.Join(v.left, ", ") + "."
	}
	if n < len(v.events) {
		text += fmt.Sprintf(" The first %d steps are here.", n)
	}
	return text
}
