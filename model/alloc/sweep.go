package alloc

import (
	"fmt"
	"math/bits"

	"rtbook/model/event"
)

// StartMark begins a mark phase, as far as the allocator sees one: what is
// unswept is swept, page marks are cleared, new objects are born marked, and
// the Ps' tiny blocks, whose later parts nobody points to yet, are kept
// (runtime/mgc.go: gcStart; mgcsweep.go: finishsweep_m; mgcmark.go:
// gcMarkTinyAllocs). During a mark phase it does nothing, as gcStart.
func (h *Heap) StartMark() {
	h.begin(0)
	if h.marking {
		return
	}
	h.then(h.sweepAll, h.startMark)
	h.Run()
}

func (h *Heap) startMark() {
	for i := range h.central {
		c := &h.central[i]
		h.reset(c.partialUnswept(h.sweepgen))
		h.reset(c.fullUnswept(h.sweepgen))
	}
	for _, ha := range h.arenas {
		clear(ha.pageMarks[:])
	}
	h.marking = true
	h.markedBytes = 0
	tiny := uint64(0)
	for _, p := range h.procs {
		if p.cache.tiny != 0 {
			s := h.spanAt(p.cache.tiny)
			h.setMarked(s, s.slotOf(p.cache.tiny))
			tiny++
		}
	}
	h.emit(event.AllocBlack, event.WhyMarkBegins, uint64(h.sweepgen), tiny)
}

// Mark marks the object that addr points to or into, and reports whether it was
// unmarked before. An address outside the heap's spans is no pointer and is
// ignored (runtime/mbitmap.go: findObject; mgcmark.go: greyobject).
func (h *Heap) Mark(addr uint64) bool {
	h.begin(0)
	marked := false
	h.then(func() {
		if s, slot := h.findObject(addr); s != nil && !bit(s.gcmarkBits, slot) {
			h.setMarked(s, slot)
			marked = true
			h.emit(event.MarkBits, event.WhyReachable, 1, s.elemsize, s.addr(slot))
		}
	})
	h.Run()
	return marked
}

// findObject returns the slot that addr points into, or no span. A pointer into
// heap pages that are no object is a fault of the program.
func (h *Heap) findObject(addr uint64) (*mspan, uint16) {
	if !h.marking {
		h.throw("gcDrain phase incorrect", "no mark phase is going on")
	}
	s := h.spanOf(addr)
	if s == nil {
		return nil, 0
	}
	if s.state != spanInUse {
		h.throw("found bad pointer in Go heap (incorrect use of unsafe or cgo?)", "pointer %#x to unallocated span", addr)
	}
	if addr >= s.limit {
		h.throw("found bad pointer in Go heap (incorrect use of unsafe or cgo?)",
			"pointer %#x to unused region of span %#x", addr, s.base)
	}
	return s, s.slotOf(addr)
}

func (h *Heap) setMarked(s *mspan, slot uint16) {
	if bit(s.gcmarkBits, slot) {
		return
	}
	setBit(s.gcmarkBits, slot)
	h.log.Effect(event.Effect{Op: event.OpMark, I: int32(slot), N: s.base})
	ha, page := h.pageOf(s.base)
	ha.pageMarks[page/64] |= 1 << (page % 64)
	h.markedBytes += s.elemsize
}

// StartSweep ends the mark phase: what is unmarked is garbage now, and is free
// once its span has been swept. The mcaches are flushed and their spans swept;
// the others wait for whoever needs them (runtime/mgc.go: gcMarkTermination,
// gcSweep).
func (h *Heap) StartSweep() {
	h.BeginSweep()
	h.Run()
}

// BeginSweep begins StartSweep and does nothing of it yet: Step does.
func (h *Heap) BeginSweep() {
	h.begin(0)
	h.then(h.startSweep)
}

func (h *Heap) startSweep() {
	if !h.marking {
		h.throw("in gcMark expecting to see gcphase as _GCmarktermination", "no mark phase is going on")
	}
	h.lock()
	h.marking = false
	h.stats.heapLive = h.markedBytes // gcController.resetLive
	h.stats.heapScan = 0
	for _, p := range h.procs {
		p.cache.scanAlloc = 0 // gcMark
	}
	h.stats.pagesSwept = 0
	h.sweepgen += 2
	h.swept = false
	h.sweepIndex = 0
	h.reclaimIndex, h.reclaimCredit = 0, 0
	h.sweepArenas = h.heapArenas[:len(h.heapArenas):len(h.heapArenas)]
	h.emit(event.SweepGen, event.WhySweepBegins, uint64(h.sweepgen), h.markedBytes)
	for i := len(h.procs) - 1; i >= 0; i-- {
		p := h.procs[i]
		h.then(func() { h.prepareForSweep(p) })
	}
	h.then(func() {
		h.pages.scav.nextGen()
		h.pace.sweepPagesPerByte = 0
		if h.cfg.Trigger != nil {
			h.paceSweeper(h.cfg.Trigger(h.stats.heapLive))
		}
	})
}

// Collect is a whole collection in one call: the objects given survive, every
// other is garbage. Sweeping is left to be done, by requests that need spans,
// by SweepOne or by SweepAll.
func (h *Heap) Collect(live ...Object) {
	h.StartMark()
	mark := h.opMark
	h.begin(0)
	h.then(func() {
		before, count := h.markedBytes, uint64(0)
		for _, o := range live {
			if s, slot := h.findObject(o.Addr); s != nil && !bit(s.gcmarkBits, slot) {
				h.setMarked(s, slot)
				count++
			}
		}
		h.emit(event.MarkBits, event.WhyReachable, count, h.markedBytes-before)
	})
	h.Run()
	h.StartSweep()
	h.opMark = mark
}

// Free is a whole collection in one call, in which these objects turn out to be
// garbage and every other one survives. Sweeping is left to be done. Go has no
// call that frees an object, so there is no throw for freeing what is none, or
// twice: such a call panics and changes nothing.
func (h *Heap) Free(dead ...Object) {
	h.begin(0)
	free := map[uint64]bool{} // addresses of slots
	for _, o := range dead {
		s := h.spanAt(o.Addr)
		if s == nil || o.Addr >= s.limit || !s.used(s.slotOf(o.Addr)) {
			panic(fmt.Sprintf("alloc: Free of %#x, where no object is allocated", o.Addr))
		}
		at := s.addr(s.slotOf(o.Addr))
		if free[at] {
			panic(fmt.Sprintf("alloc: Free of %#x, in the slot at %#x, twice", o.Addr, at))
		}
		free[at] = true
	}
	h.StartMark()
	mark := h.opMark
	h.begin(0)
	h.then(func() {
		before, count := h.markedBytes, uint64(0)
		h.eachSpan(func(s *mspan) {
			for slot := uint16(0); slot < s.nelems; slot++ {
				if s.used(slot) && !free[s.addr(slot)] && !bit(s.gcmarkBits, slot) {
					h.setMarked(s, slot)
					count++
				}
			}
		})
		h.emit(event.MarkBits, event.WhyReachable, count, h.markedBytes-before)
	})
	h.Run()
	h.StartSweep()
	h.opMark = mark
}

// SweepOne sweeps one span, as the background sweeper does again and again, and
// reports whether there was one (runtime/mgcsweep.go: sweepone).
func (h *Heap) SweepOne() bool {
	h.begin(0)
	if h.swept {
		return false
	}
	h.then(h.sweepOne)
	h.Run()
	return !h.swept
}

// SweepAll sweeps every span that is unswept.
func (h *Heap) SweepAll() {
	h.begin(0)
	h.then(h.sweepAll)
	h.Run()
}

func (h *Heap) sweepAll() {
	if !h.swept {
		h.then(h.sweepOne, h.sweepAll)
	}
}

func (h *Heap) sweepOne() {
	for {
		s := h.nextSpanForSweep()
		if s == nil {
			h.swept = true
			h.emit(event.SweepDrained, event.WhyAllSwept, uint64(h.sweepgen))
			return
		}
		if s.state != spanInUse {
			if s.sweepgen != h.sweepgen && s.sweepgen != h.sweepgen+3 {
				h.throw("non in-use span in unswept list", "s.sweepgen=%d sweepgen=%d", s.sweepgen, h.sweepgen)
			}
			continue // swept by the reclaimer, and free
		}
		if h.tryAcquire(s) {
			h.sweep(s, false, func() { h.reclaimCredit += s.npages })
			return
		}
	}
}

// nextSpanForSweep pops a span from the unswept sets: by class, full before
// partial (mgcsweep.go: nextSpanForSweep).
func (h *Heap) nextSpanForSweep() *mspan {
	for ; h.sweepIndex < 2*numSpanClasses; h.sweepIndex++ {
		c := &h.central[h.sweepIndex/2]
		set := c.fullUnswept(h.sweepgen)
		if h.sweepIndex%2 != 0 {
			set = c.partialUnswept(h.sweepgen)
		}
		if s := h.pop(set); s != nil {
			return s
		}
	}
	return nil
}

// tryAcquire makes the caller the one that sweeps s, unless it is swept or
// being swept (mgcsweep.go: sweepLocker.tryAcquire).
func (h *Heap) tryAcquire(s *mspan) bool {
	if s.sweepgen != h.sweepgen-2 {
		return false
	}
	s.sweepgen = h.sweepgen - 1
	return true
}

// sweep makes the unmarked slots of s free: its mark bits become its alloc
// bits. With preserve, the caller uses the span; otherwise it goes to mcentral,
// or back to mheap if nothing in it survived, and freed is then called, if it
// is not nil (mgcsweep.go: sweepLocked.sweep).
func (h *Heap) sweep(s *mspan, preserve bool, freed func()) {
	if s.state != spanInUse || s.sweepgen != h.sweepgen-1 {
		h.throw("mspan.sweep: bad span state", "state=%d sweepgen=%d mheap.sweepgen=%d", s.state, s.sweepgen, h.sweepgen)
	}
	h.stats.pagesSwept += s.npages
	for slot := s.freeindex; slot < s.nelems; slot++ {
		if bit(s.gcmarkBits, slot) && !bit(s.allocBits, slot) {
			h.throw("found pointer to free object", "slot %d of span %#x", slot, s.base)
		}
	}
	nalloc := countBits(s.gcmarkBits)
	if nalloc > s.allocCount {
		h.throw("sweep increased allocation count", "nelems=%d nalloc=%d previous allocCount=%d", s.nelems, nalloc, s.allocCount)
	}
	nfreed := uint64(s.allocCount - nalloc)
	s.allocCount = nalloc
	s.freeindex = 0
	s.allocBits, s.gcmarkBits = s.gcmarkBits, newBits(s.nelems)
	s.refillAllocCache(0)
	s.sweepgen = h.sweepgen
	h.countFrees(s, nfreed)

	c := &h.central[s.class]
	why := event.WhySweptForUse
	switch {
	case preserve:
	case nalloc == 0:
		why = event.WhySweptEmpty
		h.then(func() {
			if freed != nil {
				freed()
			}
			h.freeSpan(s)
		})
	case nalloc == s.nelems:
		why = event.WhySweptFull
		h.push(c.fullSwept(h.sweepgen), s)
	default:
		why = event.WhySweptPartial
		h.push(c.partialSwept(h.sweepgen), s)
	}
	h.emit(event.SweepSpan, why, s.base, nfreed, uint64(nalloc), uint64(s.nelems))
}

// countFrees enters freed slots into the statistics. A slot that was used has
// to be zeroed before it is used again.
func (h *Heap) countFrees(s *mspan, n uint64) {
	if n == 0 {
		return
	}
	h.stats.totalFree += n * s.elemsize
	if class := s.class.class(); class != 0 {
		s.needzero = true
		h.stats.smallFrees[class] += n
	} else {
		h.stats.largeFrees++
	}
}

// reclaim sweeps spans without a marked object, by address, until n pages are
// free or every arena has been looked at (runtime/mheap.go: reclaim,
// reclaimChunk).
func (h *Heap) reclaim(n uint64) {
	if h.reclaimIndex >= 1<<63 {
		return
	}
	h.emit(event.Reclaim, event.WhySweepPending, n)
	h.then(func() { h.reclaimMore(n, false) })
}

// reclaimMore takes credit for pages that others swept free, or else looks at
// the next 512 pages, with mheap locked.
func (h *Heap) reclaimMore(want uint64, locked bool) {
	take := min(h.reclaimCredit, want)
	h.reclaimCredit -= take
	want -= take
	if want == 0 {
		return
	}
	first := h.reclaimIndex
	h.reclaimIndex += reclaimerChunk
	if first/pagesPerArena >= uint64(len(h.sweepArenas)) {
		h.reclaimIndex = 1 << 63
		return
	}
	if !locked {
		h.lock()
	}
	found := uint64(0)
	ha := h.arenas[h.sweepArenas[first/pagesPerArena]]
	h.then(
		func() { h.reclaimChunk(ha, first%pagesPerArena/64, reclaimerChunk/64, &found) },
		func() {
			if found > want {
				h.reclaimCredit += found - want
			} else if found < want {
				h.reclaimMore(want-found, true)
			}
		},
	)
}

// reclaimChunk sweeps the spans that begin in the pages of n words from word i
// on and have nothing marked, and adds the pages that it freed to found.
func (h *Heap) reclaimChunk(ha *heapArena, i, n uint64, found *uint64) {
	var steps []func()
	for ; n > 0; i, n = i+1, n-1 {
		for w := ha.pageInUse[i] &^ ha.pageMarks[i]; w != 0; w &= w - 1 {
			page := i*64 + uint64(bits.TrailingZeros64(w))
			steps = append(steps, func() {
				s := ha.spanOf(page)
				if ha.pageInUse[page/64]>>(page%64)&1 == 0 || !h.tryAcquire(s) {
					return
				}
				h.then(
					func() { h.sweep(s, false, func() { *found += s.npages }) },
					h.lock, // given up for the sweep, taken again after it
				)
			})
		}
	}
	h.then(steps...)
}
