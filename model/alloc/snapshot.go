package alloc

import (
	"fmt"
	"math/bits"
	"strings"

	"rtbook/model/event"
)

// Snapshot is the whole state of a heap as plain data.
type Snapshot struct {
	SweepGen uint32
	Swept    bool // no unswept span is left
	Marking  bool // new objects are born marked
	Arenas   []Arena
	Next     Range // addresses that are reserved and not yet mapped (mheap.curArena)
	Procs    []Proc
	Central  []Central // those that have spans, by class
	Spans    []Span    // in use, by address
	Free     []Pages   // free pages that no P has cached, by address
	Chunks   []Chunk   // bitmaps of the page allocator, by address
	Summary  []Summary // its summaries: level by level from the root, by address
	Search   uint64    // searchAddr: below it, no page is free
	Stats    Stats
}

// Arena is 64 MiB of reserved addresses.
type Arena struct {
	Base   uint64
	Mapped uint64 // bytes of it that are usable
	InUse  uint64 // bytes of them that are spans
	Zeroed uint64 // bytes from Base on that may have been used: the others are zero
	Spans  int    // spans that begin in it
	Marked int    // those of them in which an object is marked
}

// Chunk is the page allocator's bitmaps for 512 pages, the first page in the
// lowest bit of the first word.
type Chunk struct {
	Base      uint64
	InUse     []uint64 // pages that are part of a span or in a page cache
	Scavenged []uint64 // free pages without memory behind them
}

// Summary says of a range of pages how many free ones it begins with, the
// longest run of free ones, and how many it ends with. The ranges that have no
// usable page are left out.
type Summary struct {
	Level           int // 0 is the root
	Base            uint64
	Pages           int
	Start, Max, End int
}

// Proc is what a P has of the allocator.
type Proc struct {
	ID         int
	Cached     []uint64 // addresses of the cached spans, by span class
	Cache      []Cached // the same, with what is left in them
	Tiny       uint64   // address of the tiny block, or 0
	TinyOffset int      // bytes of it that are used
	PageBase   uint64   // address of the block of pages in the page cache
	PageFree   uint64   // its free pages, the first in the lowest bit
	PageScav   uint64   // those of them without memory behind them
	FlushGen   uint32   // sweepgen of the last flush
}

// Cached is a span in an mcache.
type Cached struct {
	Class      int
	Noscan     bool
	Span       uint64
	Free       int    // slots
	Next       int    // freeindex: the slot that AllocCache begins with
	AllocCache uint64 // free slots from Next on, as far as the loaded 64 go
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
	h.eachSpan(func(s *mspan) { snap.Spans = append(snap.Spans, s.snapshot(where[s])) })
	inUse := h.bytesInUse()
	for _, index := range h.arenasByAddress() {
		a := h.arenas[index].snapshot(h, arenaBase(index))
		a.InUse = inUse[index]
		snap.Arenas = append(snap.Arenas, a)
	}
	snap.Next = Range{h.curArena.base, h.curArena.limit}
	h.pages.snapshot(&snap)
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

func (ha *heapArena) snapshot(h *Heap, base uint64) Arena {
	a := Arena{Base: base, Zeroed: ha.zeroedBase}
	for _, r := range h.pages.inUse {
		a.Mapped += overlap(r.base, r.limit, base, base+heapArenaBytes)
	}
	for i, w := range ha.pageInUse {
		a.Spans += bits.OnesCount64(w)
		a.Marked += bits.OnesCount64(w & ha.pageMarks[i])
	}
	return a
}

// bytesInUse returns how many bytes of each arena are spans.
func (h *Heap) bytesInUse() map[uint64]uint64 {
	inUse := map[uint64]uint64{}
	h.eachSpan(func(s *mspan) {
		for base := s.base; base < s.end(); {
			index := arenaIndex(base)
			limit := min(s.end(), arenaBase(index)+heapArenaBytes)
			inUse[index] += limit - base
			base = limit
		}
	})
	return inUse
}

// overlap returns how many of the addresses from a up to b lie between from and
// to.
func overlap(a, b, from, to uint64) uint64 {
	if a, b = max(a, from), min(b, to); a < b {
		return b - a
	}
	return 0
}

func (p *pageAlloc) snapshot(snap *Snapshot) {
	snap.Search = uint64(p.searchAddr)
	for _, r := range p.inUse {
		for ci := chunkIndex(r.base); ci < chunkIndex(r.limit); ci++ {
			chunk := p.chunks[ci]
			snap.Chunks = append(snap.Chunks, Chunk{
				Base:      chunkBase(ci),
				InUse:     append([]uint64(nil), chunk.pallocBits[:]...),
				Scavenged: append([]uint64(nil), chunk.scavenged[:]...),
			})
		}
	}
	snap.Free = freePages(snap.Chunks)
	for l := 0; l < summaryLevels; l++ {
		next := uint64(0)
		for _, r := range p.inUse {
			i := max(next, offAddr(r.base).offset()>>levelShift(l))
			for next = offAddr(r.limit-1).offset()>>levelShift(l) + 1; i < next; i++ {
				start, most, end := p.summary[l].get(i).unpack()
				snap.Summary = append(snap.Summary, Summary{
					Level: l, Base: i<<levelShift(l) + arenaBaseOffset, Pages: 1 << levelLogPages(l),
					Start: int(start), Max: int(most), End: int(end),
				})
			}
		}
	}
}

// freePages returns the runs of pages that are not in use.
func freePages(chunks []Chunk) []Pages {
	var free []Pages
	for _, c := range chunks {
		for i := uint64(0); i < pallocChunkPages; i++ {
			if c.InUse[i/64]>>(i%64)&1 != 0 {
				continue
			}
			page := c.Base + i*pageSize
			if n := len(free); n > 0 && free[n-1].Base+free[n-1].Count*pageSize == page {
				free[n-1].Count++
			} else {
				free = append(free, Pages{page, 1})
			}
		}
	}
	return free
}

func (p *proc) snapshot() Proc {
	view := Proc{
		ID: p.id, Tiny: p.cache.tiny, TinyOffset: int(p.cache.tinyoffset), FlushGen: p.cache.flushGen,
		PageBase: p.pcache.base, PageFree: p.pcache.cache, PageScav: p.pcache.scav,
	}
	for _, s := range p.cache.alloc {
		if s != nil {
			view.Cached = append(view.Cached, s.base)
			view.Cache = append(view.Cache, Cached{
				Class: s.class.class(), Noscan: s.class.noscan(), Span: s.base,
				Free: int(s.free()), Next: int(s.freeindex), AllocCache: s.allocCache,
			})
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
	for _, s := range set.all() {
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
	h.eachSpan(func(s *mspan) { where[s] = "the hands of a request" })
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
			for _, s := range in.set.all() {
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
// done, and why. It leaves out how the page allocator finds a page and keeps its
// summaries. It is empty without Config.Record.
func (h *Heap) Story() string {
	var events []event.Event
	for _, e := range h.Why() {
		switch e.Kind {
		case event.SummaryFind, event.ChunkFind, event.SummaryUpdate:
		default:
			events = append(events, e)
		}
	}
	return table(events)
}

// FullStory is Story with nothing left out, down to the bitmaps of pages.
func (h *Heap) FullStory() string { return table(h.Why()) }

func table(events []event.Event) string {
	var b strings.Builder
	for i, e := range events {
		fmt.Fprintf(&b, "%2d  %-15s  %-42s  %s\n", i+1, e.Kind, e.Detail(), e.Why())
	}
	return b.String()
}
