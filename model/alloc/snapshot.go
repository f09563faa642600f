package alloc

import (
	"fmt"
	"strings"
)

// Snapshot is the whole state of a heap as plain data.
type Snapshot struct {
	SweepGen uint32
	Swept    bool // no unswept span is left
	Marking  bool // new objects are born marked
	Arenas   []Arena
	Procs    []Proc
	Central  []Central // those that have spans, by class
	Spans    []Span    // in use, by address
	Free     []Pages   // free pages that no P has cached, by address
	Stats    Stats
}

// Arena is 64 MiB of reserved addresses.
type Arena struct {
	Base   uint64
	Mapped uint64 // bytes from Base on that are usable
	InUse  uint64 // bytes of them that are spans
}

// Proc is what a P has of the allocator.
type Proc struct {
	ID         int
	Cached     []uint64 // addresses of the cached spans, by span class
	Tiny       uint64   // address of the tiny block, or 0
	TinyOffset int      // bytes of it that are used
	PageBase   uint64   // address of the block of pages in the page cache
	PageFree   uint64   // its free pages, the first in the lowest bit
	FlushGen   uint32   // sweepgen of the last flush
}

// Central is an mcentral: addresses of spans, first to be used first.
type Central struct {
	Class          int
	Noscan         bool
	PartialSwept   []uint64
	PartialUnswept []uint64
	FullSwept      []uint64
	FullUnswept    []uint64
}

// Pages is a run of pages.
type Pages struct {
	Base  uint64
	Count uint64
}

// Span is one span.
type Span struct {
	Base     uint64
	Pages    int
	Class    int // size class; 0 for a large object
	Noscan   bool
	SlotSize int
	Slots    int
	Used     int    // slots in use, by objects alive or not yet swept
	Limit    uint64 // end of the last slot
	Next     int    // freeindex: where the search for a free slot goes on
	InUse    []bool // each slot
	Marked   []bool // each slot
	NeedZero bool   // whether free slots may hold old data
	SweepGen uint32
	Where    string // who holds it, in words
}

// Snapshot returns the state. It works on a frozen machine, too.
func (h *Heap) Snapshot() Snapshot {
	snap := Snapshot{SweepGen: h.sweepgen, Swept: h.swept, Marking: h.marking, Stats: h.Stats()}
	for _, p := range h.procs {
		snap.Procs = append(snap.Procs, p.snapshot())
	}
	for i := range h.central {
		c := &h.central[i]
		if view := c.snapshot(h.sweepgen); len(view.PartialSwept)+len(view.PartialUnswept)+
			len(view.FullSwept)+len(view.FullUnswept) > 0 {
			snap.Central = append(snap.Central, view)
		}
	}
	where := h.whereabouts()
	for _, s := range h.spans {
		snap.Spans = append(snap.Spans, s.snapshot(where[s]))
	}
	for _, r := range h.pages.free {
		snap.Free = append(snap.Free, Pages{r.start * pageSize, r.n})
	}
	for base := h.arena.first; base < h.arena.end; base += heapArenaBytes {
		snap.Arenas = append(snap.Arenas, h.arenaAt(base))
	}
	return snap
}

// Span returns the span that holds addr, and whether there is one.
func (h *Heap) Span(addr uint64) (Span, bool) {
	s := h.spanAt(addr)
	if s == nil {
		return Span{}, false
	}
	return s.snapshot(h.whereabouts()[s]), true
}

func (h *Heap) arenaAt(base uint64) Arena {
	a := Arena{Base: base}
	if h.arena.base > base {
		a.Mapped = min(h.arena.base-base, heapArenaBytes)
	}
	for _, s := range h.spans {
		if s.base < base+heapArenaBytes && s.end() > base {
			a.InUse += min(s.end(), base+heapArenaBytes) - max(s.base, base)
		}
	}
	return a
}

func (p *proc) snapshot() Proc {
	view := Proc{
		ID: p.id, Tiny: p.cache.tiny, TinyOffset: int(p.cache.tinyoffset), FlushGen: p.cache.flushGen,
		PageBase: p.pcache.base * pageSize, PageFree: p.pcache.free,
	}
	for _, s := range p.cache.alloc {
		if s != nil {
			view.Cached = append(view.Cached, s.base)
		}
	}
	return view
}

func (c *mcentral) snapshot(sweepgen uint32) Central {
	return Central{
		Class: c.spanclass.class(), Noscan: c.spanclass.noscan(),
		PartialSwept:   c.partialSwept(sweepgen).bases(),
		PartialUnswept: c.partialUnswept(sweepgen).bases(),
		FullSwept:      c.fullSwept(sweepgen).bases(),
		FullUnswept:    c.fullUnswept(sweepgen).bases(),
	}
}

// bases returns the addresses of the set's spans. The reclaimer may have freed
// some, which the set does not know yet.
func (set *spanSet) bases() []uint64 {
	var all []uint64
	for _, s := range set.spans {
		if s.state == spanInUse {
			all = append(all, s.base)
		}
	}
	return all
}

// whereabouts says of each span who holds it. One that a request has just been
// given, or is sweeping, is in nobody's list.
func (h *Heap) whereabouts() map[*mspan]string {
	where := map[*mspan]string{}
	for _, s := range h.spans {
		where[s] = "the hands of a request"
	}
	for i := range h.central {
		c := &h.central[i]
		// A span that the reclaimer swept is in two sets; the swept one, which
		// comes last, counts.
		for _, in := range []struct {
			set  *spanSet
			name string
		}{
			{c.partialUnswept(h.sweepgen), "mcentral, partial, unswept"},
			{c.fullUnswept(h.sweepgen), "mcentral, full, unswept"},
			{c.partialSwept(h.sweepgen), "mcentral, partial"},
			{c.fullSwept(h.sweepgen), "mcentral, full"},
		} {
			for _, s := range in.set.spans {
				where[s] = in.name
			}
		}
	}
	for _, p := range h.procs {
		for _, s := range p.cache.alloc {
			if s != nil {
				where[s] = fmt.Sprintf("mcache of P %d", p.id)
			}
		}
	}
	return where
}

func (s *mspan) snapshot(where string) Span {
	view := Span{
		Base: s.base, Pages: int(s.npages), Class: s.class.class(), Noscan: s.class.noscan(),
		SlotSize: int(s.elemsize), Slots: int(s.nelems), Used: int(s.allocCount), Limit: s.limit,
		Next: int(s.freeindex), NeedZero: s.needzero, SweepGen: s.sweepgen, Where: where,
	}
	for slot := uint16(0); slot < s.nelems; slot++ {
		view.InUse = append(view.InUse, s.used(slot))
		view.Marked = append(view.Marked, bit(s.gcmarkBits, slot))
	}
	return view
}

// String returns the span on one line.
func (s Span) String() string {
	if s.Base == 0 {
		return "no span"
	}
	kind := "scan"
	if s.Noscan {
		kind = "noscan"
	}
	return fmt.Sprintf("span %#x: %d page%s, class %d %s, %d of %d slots of %d bytes used, in %s",
		s.Base, s.Pages, plural(s.Pages), s.Class, kind, s.Used, s.Slots, s.SlotSize, s.Where)
}

// Map draws the slots in rows of 64: # in use, . free.
func (s Span) Map() string {
	var b strings.Builder
	for i, used := range s.InUse {
		if i > 0 && i%64 == 0 {
			b.WriteByte('\n')
		}
		if used {
			b.WriteByte('#')
		} else {
			b.WriteByte('.')
		}
	}
	b.WriteByte('\n')
	return b.String()
}

// String returns the heap as a few lines: pages, Ps and spans.
func (h *Heap) String() string {
	var b strings.Builder
	snap := h.Snapshot()
	st := snap.Stats
	fmt.Fprintf(&b, "mapped %d KiB = in use %d + free %d + released %d\n",
		st.Mapped>>10, st.HeapInUse>>10, st.HeapFree>>10, st.HeapReleased>>10)
	for _, s := range snap.Spans {
		fmt.Fprintln(&b, s)
	}
	return b.String()
}

// Story returns the events of the last operation as lines of a table: what was
// done, and why. It is empty without Config.Record.
func (h *Heap) Story() string {
	var b strings.Builder
	for i, e := range h.Why() {
		fmt.Fprintf(&b, "%2d  %-15s  %-42s  %s\n", i+1, e.Kind, e.Detail(), e.Why())
	}
	return b.String()
}
