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
	if !r.p.pcache.empty() {
		h.allocFromCache(r, n)
		return
	}
	h.lock()
	h.then(
		func() { h.allocToCache(r.p) },
		func() { h.allocFromCache(r, n) },
	)
}

// allocFromCache takes pages from the P's page cache. If that has them not, it
// keeps what it has.
func (h *Heap) allocFromCache(r *request, n uint64) {
	base, scav := r.p.pcache.alloc(n)
	if base == 0 {
		h.then(func() { h.allocPages(r, n) })
		return
	}
	if r.p.mspans == 0 {
		h.lock() // the pages are there, but not the record of a span
	}
	h.havePages(r, pageRun{base, n}, scav, 0, event.WhyCarvePageCache)
}

// allocPages takes pages from the heap, which grows if it has no such run.
func (h *Heap) allocPages(r *request, n uint64) {
	h.lock()
	h.findPages(n, func(f found) {
		if f.addr != 0 {
			h.takePages(r, f, n, 0)
			return
		}
		h.then(func() { h.grow(n, func(growth uint64) { h.allocGrown(r, n, growth) }) })
	})
}

// allocGrown is allocPages once the heap has grown, so that the pages are there.
func (h *Heap) allocGrown(r *request, n, growth uint64) {
	h.findPages(n, func(f found) {
		if f.addr == 0 {
			h.throw("grew heap, but no adequate free space found", "%d pages", n)
		}
		h.takePages(r, f, n, growth)
	})
}

// takePages marks the pages that a search has found as taken.
func (h *Heap) takePages(r *request, f found, n, growth uint64) {
	scav := h.pages.take(f.addr, n)
	h.havePages(r, pageRun{f.addr, n}, scav, growth, event.WhyCarve)
	h.then(func() {
		h.pages.advance(f.first)
		h.updateSummaries(f.addr, n, true, true)
	})
}

// havePages accounts for pages that were taken, of which scav have no memory
// behind them yet, and makes them a span.
func (h *Heap) havePages(r *request, pages pageRun, scav, growth uint64, why event.Reason) {
	p, n := r.p, pages.npages
	if p.mspans == 0 {
		p.mspans = spanRecords / 2 // mheap.go: allocMSpanLocked
	}
	p.mspans--
	h.stats.heapReleased -= scav * pageSize
	h.stats.heapFree -= (n - scav) * pageSize
	h.stats.heapInUse += n * pageSize
	h.emit(event.PageAlloc, why, n, pages.base, scav)
	h.then(func() { h.initSpan(r, pages, scav) })
	if over, why := h.overLimit(scav, growth); over != 0 {
		h.then(func() { h.scavenge(over, why) })
	}
}

// initSpan makes pages a span of r's class. Its slots need not be zeroed before
// use if the memory has never been used, or has just come from the system
// (mheap.go: initSpan).
func (h *Heap) initSpan(r *request, pages pageRun, scav uint64) {
	needzero := h.allocNeedsZero(pages.base, pages.npages) && scav != pages.npages
	s := &mspan{base: pages.base, npages: pages.npages}
	s.init(r.spc, h.sweepgen, needzero)
	h.setSpans(s)
	h.setInUse(s, true)
	h.stats.pagesInUse += s.npages
	r.span, r.served = s, ByMheap
	why := event.WhySpanSmall
	if r.spc.class() == 0 {
		why = event.WhySpanLarge
	}
	h.emit(event.SpanAlloc, why, s.base, s.npages, uint64(s.nelems), s.elemsize)
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
	h.setInUse(s, false)
	h.pages.give(s.base, s.npages)
	s.state = spanDead
	if p := h.procs[h.opP]; p.mspans < spanRecords {
		p.mspans++
	}
	h.emit(event.SpanFree, event.WhySpanDead, s.base, s.npages)
	h.then(func() { h.updateSummaries(s.base, s.npages, true, false) })
}

// FreeSpan gives back the pages of the span that addr is in, which only the
// sweep of a span without survivors may do. Anything else ends the machine with
// the runtime's throw: a span that is not there, or has been given back before,
// or has objects (mheap.go: freeSpan). A program has no such call.
func (h *Heap) FreeSpan(addr uint64) {
	h.begin(0)
	h.then(func() {
		s := h.spanOf(addr)
		if s == nil {
			s = &mspan{base: addr}
		}
		h.freeSpan(s)
	})
	h.Run()
}

// FlushPageCache gives the pages in P p's cache back to the heap, as the end of
// a collection does with every idle P (runtime/mgc.go: gcMarkTermination).
func (h *Heap) FlushPageCache(p int) {
	proc := h.beginOn("FlushPageCache", p)
	h.then(func() {
		h.lock()
		c := &proc.pcache
		base, n := c.base, c.size()
		c.flush(&h.pages)
		h.emit(event.PageCacheFlush, event.WhyIdleP, base, n)
		if n != 0 {
			h.then(func() { h.updateSummaries(base, pageCachePages, false, false) })
		}
	})
	h.Run()
}
