package alloc

import "rtbook/model/event"

// mcentral is the second level: the spans of one class that no mcache holds,
// shared by all Ps (runtime/mcentral.go: mcentral). Of each pair of sets, one
// has the swept spans and the other those that this cycle has still to sweep;
// every collection swaps them by counting sweepgen up by 2.
type mcentral struct {
	spanclass spanClass
	partial   [2]spanSet // spans with a free slot
	full      [2]spanSet // spans without
}

func (c *mcentral) partialUnswept(sweepgen uint32) *spanSet { return &c.partial[1-sweepgen/2%2] }
func (c *mcentral) partialSwept(sweepgen uint32) *spanSet   { return &c.partial[sweepgen/2%2] }
func (c *mcentral) fullUnswept(sweepgen uint32) *spanSet    { return &c.full[1-sweepgen/2%2] }
func (c *mcentral) fullSwept(sweepgen uint32) *spanSet      { return &c.full[sweepgen/2%2] }

// spanBudget (a local variable of cacheSpan) is how many spans cacheSpan sweeps
// in search of a free slot before it takes a new span instead. The loop that
// counts it down runs while it is not negative, so once more than this.
const spanBudget = 100

// cacheSpan finds a span with a free slot for an mcache, in this order: a
// partial span that is swept; a partial span that is not, which is swept now; a
// full span that is not, if sweeping it frees a slot; a new span from mheap
// (mcentral.go: cacheSpan).
func (h *Heap) cacheSpan(r *request) {
	c := &h.central[r.spc]
	if s := h.pop(c.partialSwept(h.sweepgen)); s != nil {
		h.haveSpan(r, s, ByMcentral)
		h.emitCacheSpan(r, event.WhyCentralPartial)
		return
	}
	if h.swept {
		h.growCentral(r)
		return
	}
	budget := spanBudget
	h.then(func() { h.tryPartialUnswept(r, &budget) })
}

func (h *Heap) tryPartialUnswept(r *request, budget *int) {
	c := &h.central[r.spc]
	for ; *budget >= 0; *budget-- {
		s := h.pop(c.partialUnswept(h.sweepgen))
		if s == nil {
			break
		}
		if !h.tryAcquire(s) {
			continue // swept by the reclaimer, which put it where it belongs
		}
		h.then(
			func() { h.sweep(s, true, nil) },
			func() {
				h.haveSpan(r, s, ByMcentral)
				h.emitCacheSpan(r, event.WhyCentralPartialSwept)
			},
		)
		return
	}
	h.then(func() { h.tryFullUnswept(r, budget) })
}

func (h *Heap) tryFullUnswept(r *request, budget *int) {
	c := &h.central[r.spc]
	for ; *budget >= 0; *budget-- {
		s := h.pop(c.fullUnswept(h.sweepgen))
		if s == nil {
			break
		}
		if !h.tryAcquire(s) {
			continue
		}
		h.then(
			func() { h.sweep(s, true, nil) },
			func() {
				if slot := h.nextFreeIndex(s); slot != s.nelems {
					s.freeindex = slot
					h.haveSpan(r, s, ByMcentral)
					h.emitCacheSpan(r, event.WhyCentralFullSwept)
					return
				}
				h.push(c.fullSwept(h.sweepgen), s)
				*budget--
				h.tryFullUnswept(r, budget)
			},
		)
		return
	}
	h.growCentral(r)
}

// growCentral has mheap make a new span, which goes to the mcache that asked
// and not into any set (mcentral.go: grow).
func (h *Heap) growCentral(r *request) {
	h.emitCacheSpan(r, event.WhyCentralNone)
	h.then(
		func() { h.mheapAlloc(r, uint64(classToPages[r.spc.class()])) },
		func() { h.haveSpan(r, r.span, ByMheap) },
	)
}

// haveSpan loads the alloc bits at the span's first free slot.
func (h *Heap) haveSpan(r *request, s *mspan, by Served) {
	if s.free() == 0 || s.freeindex == s.nelems {
		h.throw("span has no free objects", "allocCount=%d freeindex=%d nelems=%d", s.allocCount, s.freeindex, s.nelems)
	}
	s.refillAllocCache(s.freeindex &^ 63)
	s.allocCache >>= s.freeindex % 64
	r.span, r.served = s, by
}

func (h *Heap) emitCacheSpan(r *request, why event.Reason) {
	base, free := uint64(0), uint64(0)
	if r.span != nil {
		base, free = r.span.base, r.span.free()
	}
	h.emit(event.CacheSpan, why, uint64(r.spc.class()), base, free)
}

// uncacheSpan takes a span back from an mcache. A span that was cached before
// the sweep began is in no set, so nobody else will sweep it: that is done now
// (mcentral.go: uncacheSpan).
func (h *Heap) uncacheSpan(s *mspan) {
	if s.allocCount == 0 {
		h.throw("uncaching span but s.allocCount == 0", "span %#x", s.base)
	}
	if s.sweepgen == h.sweepgen+1 {
		s.sweepgen = h.sweepgen - 1
		h.then(func() { h.sweep(s, false, nil) })
		return
	}
	s.sweepgen = h.sweepgen
	c := &h.central[s.class]
	set, why := c.fullSwept(h.sweepgen), event.WhyCentralKeepsFull
	if s.free() > 0 {
		set, why = c.partialSwept(h.sweepgen), event.WhyCentralKeepsPartial
	}
	h.push(set, s)
	h.emit(event.UncacheSpan, why, s.base, s.free(), uint64(s.nelems))
}
