package alloc

import "rtbook/model/event"

// The steps of the page allocator, one event each: what a search looks at, from
// the root of the summaries down to the bitmap of a chunk; and, once bits have
// changed, the way back up. All of it happens with mheap locked, so nobody sees
// summaries of bits as they were.

// searching runs a search, has a step report each of its looks, and then calls
// have with its answer.
func searching[T any](h *Heap, npages uint64, search func(see func(look)) T, have func(T)) {
	if !h.log.Record {
		have(search(nil))
		return
	}
	var steps []func()
	answer := search(func(l look) {
		steps = append(steps, func() { h.emitLook(l, npages) })
	})
	h.then(append(steps, func() { have(answer) })...)
}

// findPages searches for a free run and then calls have with what it found.
func (h *Heap) findPages(npages uint64, have func(found)) {
	searching(h, npages, func(see func(look)) found { return h.pages.search(npages, see) }, have)
}

// allocToCache fills the page cache of a P (runtime/mpagecache.go:
// allocToCache).
func (h *Heap) allocToCache(p *proc) {
	searching(h, 1, h.pages.searchCache, func(addr uint64) {
		if addr == 0 {
			p.pcache = pageCache{}
			h.emit(event.AllocToCache, event.WhyPageCacheEmptyHeapToo, 0, 0)
			return
		}
		p.pcache = h.pages.takeCache(addr)
		base := p.pcache.base
		h.emit(event.AllocToCache, event.WhyPageCacheEmpty, base, p.pcache.size())
		h.then(func() { h.updateSummaries(base, pageCachePages, false, true) })
	})
}

func (h *Heap) emitLook(l look, npages uint64) {
	if l.end == lookBitmap {
		base := chunkBase(chunkIdx(l.index))
		h.emit(event.ChunkFind, event.WhyZeroBits, base, uint64(l.free), npages, base+uint64(l.free)*pageSize)
		return
	}
	why := map[lookEnd]event.Reason{
		lookSearchAddr: event.WhySearchAddrChunk,
		lookDown:       event.WhyDown,
		lookAcross:     event.WhyAcross,
		lookNothing:    event.WhyNowhere,
	}[l.end]
	base := l.index<<levelShift(l.level) + arenaBaseOffset
	if l.end == lookNothing {
		base = uint64(h.pages.searchAddr)
	}
	h.emit(event.SummaryFind, why, uint64(l.level), base, uint64(l.free), npages)
}

// updateSummaries makes the summaries follow bits that have changed.
func (h *Heap) updateSummaries(base, npages uint64, contig, alloc bool) {
	levels := h.pages.update(base, npages, contig, alloc)
	why := event.WhySummariesFollow
	if levels == 0 {
		why = event.WhySummariesStay
	}
	most := h.pages.summary[summaryLeaf].get(uint64(chunkIndex(base))).max()
	h.emit(event.SummaryUpdate, why, base, uint64(levels), uint64(most), uint64(h.pages.searchAddr))
}
