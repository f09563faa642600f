package alloc

import "rtbook/model/event"

// mheapAlloc makes a span of n pages for r. While a sweep is going on, it first
// looks for dead spans, so that the heap does not grow beside memory that is
// about to be free (runtime/mheap.go: alloc).
func (h *Heap) mheapAlloc(r *request, n uint64) {
	h.then(func() { h.allocSpan(r, n) })
	if !h.swept {
		h.then(func() { h.reclaim(n) })
	}
}

// allocSpan takes pages and makes a span of them: from the P's page cache if
// they are fewer than 16, else, or if that has no such run, by first fit under
// mheap's lock (mheap.go: allocSpan).
func (h *Heap) allocSpan(r *request, n uint64) {
	if n >= pageCachePages/4 {
		h.then(func() { h.allocPages(r, n) })
		return
	}
	c := &r.p.pcache
	if c.free != 0 {
		h.allocFromCache(r, n)
		return
	}
	h.lock()
	*c = h.pages.toCache()
	pages := c.size()
	why := event.WhyPageCacheEmpty
	if pages == 0 {
		why = event.WhyPageCacheEmptyHeapToo
	}
	h.emit(event.AllocToCache, why, c.base*pageSize, pages)
	h.then(func() { h.allocFromCache(r, n) })
}

func (h *Heap) allocFromCache(r *request, n uint64) {
	start, scav, ok := r.p.pcache.alloc(n)
	if !ok {
		h.then(func() { h.allocPages(r, n) })
		return
	}
	if r.p.mspans == 0 {
		h.lock() // the pages are there, but not the record of a span
	}
	h.havePages(r, start, n, scav, event.WhyCarvePageCache)
}

// allocPages takes pages from the heap, which grows if it has no such run.
func (h *Heap) allocPages(r *request, n uint64) {
	h.lock()
	if start, scav, ok := h.pages.alloc(n); ok {
		h.havePages(r, start, n, scav, event.WhyCarve)
		return
	}
	h.then(
		func() { h.grow(n) },
		func() {
			start, scav, ok := h.pages.alloc(n)
			if !ok {
				h.throw("grew heap, but no adequate free space found", "%d pages", n)
			}
			h.havePages(r, start, n, scav, event.WhyCarve)
		},
	)
}

// havePages accounts for pages that were taken and makes them a span.
func (h *Heap) havePages(r *request, start, n, scav uint64, why event.Reason) {
	p := r.p
	if p.mspans == 0 {
		p.mspans = spanRecords / 2 // mheap.go: allocMSpanLocked
	}
	p.mspans--
	h.stats.heapReleased -= scav * pageSize
	h.stats.heapFree -= (n - scav) * pageSize
	h.stats.heapInUse += n * pageSize
	h.emit(event.PageAlloc, why, n, start*pageSize)
	h.then(func() { h.initSpan(r, start, n, scav) })
}

// initSpan makes pages a span of r's class. Its slots need not be zeroed before
// use if the memory has never been used, or has just come from the system
// (mheap.go: initSpan, allocNeedsZero).
func (h *Heap) initSpan(r *request, start, n, scav uint64) {
	// The runtime keeps a watermark for each arena. The pages below all of them
	// are one set; as each arena's part of it begins at its first page, touching
	// the set anywhere is beginning below a watermark.
	dirty := h.arena.dirty.overlap(start, n) != 0
	arenaStart := start &^ (pagesPerArena - 1)
	h.arena.dirty.add(arenaStart, start+n-arenaStart)
	h.arena.spanned.add(start, n)

	s := &mspan{base: start * pageSize, npages: n}
	s.init(r.spc, h.sweepgen, dirty && scav != n)
	h.addSpan(s)
	h.stats.pagesInUse += n
	r.span, r.served = s, ByMheap
	why := event.WhySpanSmall
	if r.spc.class() == 0 {
		why = event.WhySpanLarge
	}
	h.emit(event.SpanAlloc, why, s.base, n, uint64(s.nelems), s.elemsize)
}

// grow maps at least n pages more, in steps of 4 MiB, inside arenas of 64 MiB
// whose addresses were reserved before (mheap.go: grow).
func (h *Heap) grow(n uint64) {
	ask := alignUp(n, pallocChunkPages) * pageSize
	if h.arena.base+ask <= h.arena.end {
		h.mapMemory(ask, n)
		return
	}
	h.then(
		func() { h.sysReserve(ask) },
		func() { h.mapMemory(ask, n) },
	)
}

// sysReserve reserves addresses for whole arenas. They follow the ones before,
// so what was left there can be used together with them (runtime/malloc.go:
// sysAlloc).
func (h *Heap) sysReserve(ask uint64) {
	size := alignUp(ask, heapArenaBytes)
	start := h.arena.hint
	if start+size > h.cfg.AddressSpace {
		st := &h.stats
		h.throw("out of memory", "cannot allocate %d-byte block (%d in use)",
			ask, st.heapFree+st.heapReleased+st.heapInUse)
	}
	if h.arena.first == 0 {
		h.arena.first, h.arena.base = start, start
	}
	h.arena.hint = start + size
	h.arena.end = start + size
	h.emit(event.SysReserve, event.WhyNoArena, start, size>>20)
}

// mapMemory makes reserved addresses usable (runtime/mem.go: sysMap). They
// count as released: the system puts memory behind a page when it is touched.
func (h *Heap) mapMemory(ask, n uint64) {
	start := h.arena.base
	h.arena.base += ask
	h.stats.mapped += ask
	h.stats.heapReleased += ask
	h.pages.grow(start/pageSize, ask/pageSize)
	h.emit(event.HeapGrow, event.WhyNoRun, start, ask>>20, n)
}

// freeSpan gives a span's pages back (mheap.go: freeSpan, freeSpanLocked).
func (h *Heap) freeSpan(s *mspan) {
	h.lock()
	if s.state != spanInUse {
		h.throw("mheap.freeSpanLocked - invalid span state", "span %#x state %d", s.base, s.state)
	}
	if s.allocCount != 0 || s.sweepgen != h.sweepgen {
		h.throw("mheap.freeSpanLocked - invalid free", "span %#x allocCount %d sweepgen %d/%d",
			s.base, s.allocCount, s.sweepgen, h.sweepgen)
	}
	h.stats.pagesInUse -= s.npages
	h.stats.heapFree += s.npages * pageSize
	h.stats.heapInUse -= s.npages * pageSize
	h.pages.release(s.base/pageSize, s.npages)
	s.state = spanDead
	h.removeSpan(s)
	if p := h.procs[h.opP]; p.mspans < spanRecords {
		p.mspans++
	}
	h.emit(event.SpanFree, event.WhySpanDead, s.base, s.npages)
}

// FlushPageCache gives the pages in P p's cache back to the heap, as the end of
// a collection does with every idle P (runtime/mgc.go: gcMarkTermination).
func (h *Heap) FlushPageCache(p int) {
	proc := h.begin(p)
	h.then(func() {
		h.lock()
		base, n := proc.pcache.base*pageSize, proc.pcache.size()
		proc.pcache.flush(&h.pages)
		h.emit(event.PageCacheFlush, event.WhyIdleP, base, n)
	})
	h.Run()
}
