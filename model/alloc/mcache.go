package alloc

import "rtbook/model/event"

// mcache is the first level: a span of each class that only this P allocates
// from, so that no lock is needed (runtime/mcache.go: mcache). A nil entry is
// the runtime's emptymspan, which has no slots.
type mcache struct {
	alloc      [numSpanClasses]*mspan
	tiny       uint64 // address of the block that tiny objects share, or 0
	tinyoffset uint64 // bytes of it that are used
	tinyAllocs uint64 // objects put into it, not yet in the heap's statistics
	scanAlloc  uint64 // bytes allocated that may hold pointers, not yet in heapScan
	flushGen   uint32 // sweepgen of the last flush
}

// refill puts a span with free slots in the place of one that has none
// (mcache.go: refill).
func (h *Heap) refill(r *request) {
	c := &r.p.cache
	spanBytes := uint64(classToPages[r.spc.class()]) * pageSize
	if old := c.alloc[r.spc]; old != nil {
		if old.allocCount != old.nelems {
			h.throw("refill of span with free space remaining", "allocCount=%d nelems=%d", old.allocCount, old.nelems)
		}
		if old.sweepgen != h.sweepgen+3 {
			h.throw("bad sweepgen in refill", "s.sweepgen=%d sweepgen=%d", old.sweepgen, h.sweepgen)
		}
		h.then(
			func() {
				h.countAllocs(c, old)
				if r.spc == tinySpanClass {
					h.stats.tinyAllocs += c.tinyAllocs
					c.tinyAllocs = 0
				}
				h.uncacheSpan(old)
			},
			func() { h.deductSweepCredit(spanBytes, 0) },
			func() { h.cacheSpan(r) },
			func() { h.takeSpan(r) },
		)
		return
	}
	h.then(
		func() { h.deductSweepCredit(spanBytes, 0) },
		func() { h.cacheSpan(r) },
		func() { h.takeSpan(r) },
	)
}

// takeSpan caches the span that mcentral or mheap had. All its free slots
// count as live from now on, although none is used yet: an overestimate starts
// a collection early, an underestimate would start it late.
func (h *Heap) takeSpan(r *request) {
	s := r.span
	if s.allocCount == s.nelems {
		h.throw("span has no free space", "nelems=%d", s.nelems)
	}
	s.sweepgen = h.sweepgen + 3
	s.allocCountBeforeCache = s.allocCount
	live := s.npages*pageSize - uint64(s.allocCount)*s.elemsize
	h.stats.heapLive += live
	h.countScan(&r.p.cache)
	r.p.cache.alloc[r.spc] = s
	h.log.Effect(event.Effect{Op: event.OpMcache, I: int32(r.p.id), J: int32(r.spc), N: s.base})
	h.emit(event.Refill, event.WhyMcacheTakes, s.base, s.free(), uint64(s.nelems), live)
}

// countScan enters what was allocated with pointers. While a mark goes on the
// pacer goes by the scanning itself (runtime/mgcpacer.go: update).
func (h *Heap) countScan(c *mcache) {
	if !h.marking {
		h.stats.heapScan += c.scanAlloc
	}
	c.scanAlloc = 0
}

// countAllocs enters what was allocated from a cached span into the statistics.
func (h *Heap) countAllocs(c *mcache, s *mspan) {
	n := uint64(s.allocCount - s.allocCountBeforeCache)
	s.allocCountBeforeCache = 0
	h.stats.smallAllocs[s.class.class()] += n
	h.stats.totalAlloc += n * s.elemsize
}

// allocLarge makes a span for an object above 32760 bytes (mcache.go:
// allocLarge).
func (h *Heap) allocLarge(r *request) {
	size := uint64(r.object.Size)
	npages := divRoundUp(size, pageSize)
	h.then(
		func() { h.deductSweepCredit(npages*pageSize, npages) },
		func() { h.mheapAlloc(r, npages) },
		func() {
			s := r.span
			h.stats.largeAllocs++
			h.stats.totalAlloc += s.elemsize
			h.stats.heapLive += s.elemsize
			s.limit = s.base + size
			h.push(h.central[s.class].fullSwept(h.sweepgen), s)
			h.emit(event.UncacheSpan, event.WhyCentralLarge, s.base, 0, 1)
		},
	)
}

// FlushCache gives every cached span of P p back, as ReadMemStats does with
// all Ps to have exact numbers (runtime/mstats.go: flushmcache).
func (h *Heap) FlushCache(p int) {
	proc := h.beginOn("FlushCache", p)
	h.then(func() { h.releaseAll(proc, event.WhyFlushAsked) })
	h.Run()
}

// releaseAll empties an mcache (mcache.go: releaseAll).
func (h *Heap) releaseAll(p *proc, why event.Reason) {
	c := &p.cache
	h.opP = p.id
	count := uint64(0)
	var steps []func()
	for spc := range c.alloc {
		s := c.alloc[spc]
		if s == nil {
			continue
		}
		count++
		steps = append(steps, func() {
			h.opP = p.id
			h.countAllocs(c, s)
			if s.sweepgen != h.sweepgen+1 {
				// Its free slots were counted as live; a stale span's were
				// not, since the count began anew with the collection.
				h.stats.heapLive -= s.free() * s.elemsize
			}
			c.alloc[spc] = nil
			h.log.Effect(event.Effect{Op: event.OpMcache, I: int32(p.id), J: int32(spc)})
			h.uncacheSpan(s)
		})
	}
	h.countScan(c)
	c.tiny, c.tinyoffset = 0, 0
	h.stats.tinyAllocs += c.tinyAllocs
	c.tinyAllocs = 0
	h.emit(event.FlushCache, why, count)
	h.then(steps...)
}

// prepareForSweep flushes an mcache of the cycle before (mcache.go:
// prepareForSweep).
func (h *Heap) prepareForSweep(p *proc) {
	switch p.cache.flushGen {
	case h.sweepgen:
		return
	case h.sweepgen - 2:
	default:
		h.throw("bad flushGen", "flushGen=%d sweepgen=%d", p.cache.flushGen, h.sweepgen)
	}
	p.cache.flushGen = h.sweepgen
	h.releaseAll(p, event.WhyStale)
}
