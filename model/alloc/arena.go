package alloc

import (
	"math/bits"
	"sort"

	"rtbook/model/event"
)

// heapArena is what the heap knows about 64 MiB of addresses (runtime/mheap.go:
// heapArena).
type heapArena struct {
	// spans has the span of each page, as far as one has ever been there. A
	// dead one stays until another takes its place. If all pages have the same,
	// there is only whole.
	spans []*mspan
	whole *mspan
	// pageInUse and pageMarks have a bit for each span, that of its first page:
	// whether it is in use, and whether an object in it is marked.
	pageInUse [pagesPerArena / 64]uint64
	pageMarks [pagesPerArena / 64]uint64
	// zeroedBase is the byte from which on no page has ever been used, so that
	// all are zero.
	zeroedBase uint64
}

// arenaIndex returns the number of the arena that an address is in
// (mheap.go: arenaIndex).
func arenaIndex(addr uint64) uint64 { return offAddr(addr).offset() / heapArenaBytes }

// arenaBase returns the first address of an arena (mheap.go: arenaBase).
func arenaBase(index uint64) uint64 { return index*heapArenaBytes + arenaBaseOffset }

// pageOf returns the arena of a page and its number there.
func (h *Heap) pageOf(addr uint64) (*heapArena, uint64) {
	return h.arenas[arenaIndex(addr)], addr / pageSize % pagesPerArena
}

// spanOf returns the span that is or last was at addr, or nil (mheap.go:
// spanOf, which returns none that is dead).
func (h *Heap) spanOf(addr uint64) *mspan {
	if ha, page := h.pageOf(addr); ha != nil {
		return ha.spanOf(page)
	}
	return nil
}

func (ha *heapArena) spanOf(page uint64) *mspan {
	if ha.spans != nil {
		return ha.spans[page]
	}
	return ha.whole
}

// spanAt returns the span in use that addr is in, or nil.
func (h *Heap) spanAt(addr uint64) *mspan {
	if s := h.spanOf(addr); s != nil && s.state == spanInUse && s.base <= addr && addr < s.end() {
		return s
	}
	return nil
}

// setSpans enters s for each of its pages (mheap.go: setSpans).
func (h *Heap) setSpans(s *mspan) {
	for addr := s.base; addr < s.end(); {
		ha, page := h.pageOf(addr)
		n := min(pagesPerArena-page, (s.end()-addr)/pageSize)
		addr += n * pageSize
		if n == pagesPerArena {
			ha.spans, ha.whole = nil, s
			continue
		}
		if ha.spans == nil {
			ha.spans = make([]*mspan, pagesPerArena)
			for i := range ha.spans {
				ha.spans[i] = ha.whole
			}
		}
		for i := page; i < page+n; i++ {
			ha.spans[i] = s
		}
	}
}

// setInUse notes that s is in use, or no longer is, at its first page.
func (h *Heap) setInUse(s *mspan, inUse bool) {
	ha, page := h.pageOf(s.base)
	if inUse {
		ha.pageInUse[page/64] |= 1 << (page % 64)
	} else {
		ha.pageInUse[page/64] &^= 1 << (page % 64)
	}
}

// eachSpan calls f for each span in use, by address.
func (h *Heap) eachSpan(f func(s *mspan)) {
	for _, index := range h.arenasByAddress() {
		ha := h.arenas[index]
		for i, w := range ha.pageInUse {
			for ; w != 0; w &= w - 1 {
				f(ha.spanOf(uint64(i*64 + bits.TrailingZeros64(w))))
			}
		}
	}
}

// arenasByAddress returns the numbers of the arenas in order.
func (h *Heap) arenasByAddress() []uint64 {
	all := append([]uint64(nil), h.heapArenas...)
	sort.Slice(all, func(i, j int) bool { return all[i] < all[j] })
	return all
}

// allocNeedsZero reports whether a byte of these pages may have been used
// before, and moves zeroedBase above them (mheap.go: allocNeedsZero).
func (h *Heap) allocNeedsZero(base, npages uint64) (needZero bool) {
	for end := base + npages*pageSize; base < end; {
		ha := h.arenas[arenaIndex(base)]
		at := base % heapArenaBytes
		limit := min(at+end-base, heapArenaBytes)
		if at < ha.zeroedBase {
			needZero = true
		}
		ha.zeroedBase = max(ha.zeroedBase, limit)
		base += limit - at
	}
	return needZero
}

// arenaHint is an address from which on, or down from which, the heap would
// like to have its next arena (mheap.go: arenaHint).
type arenaHint struct {
	addr uint64
	down bool
}

// firstArenaHints returns the hints of a heap without arenas: of the addresses
// that begin with c0 after a byte up to 0x7f, those of its lower half. The upper
// half is for user arenas (runtime/malloc.go: mallocinit).
func firstArenaHints() []arenaHint {
	hints := make([]arenaHint, 0, 64)
	for i := uint64(0); i < 64; i++ {
		hints = append(hints, arenaHint{addr: i<<40 | heapBase})
	}
	return hints
}

// reserve asks the modelled system for n bytes at an address.
func (h *Heap) reserve(addr, n uint64) bool {
	if addr < h.lowest || addr+n < addr || addr+n > h.cfg.AddressSpace {
		return false
	}
	for _, r := range h.cfg.Taken {
		if addr < r.Limit && r.Base < addr+n {
			return false
		}
	}
	for index := arenaIndex(addr); index < arenaIndex(addr+n-1)+1; index++ {
		if h.arenas[index] != nil {
			return false
		}
	}
	return true
}

// reserveAnywhere asks for n bytes wherever the system has them: it gives the
// highest (malloc.go: sysReserveAligned).
func (h *Heap) reserveAnywhere(n uint64) (addr uint64, ok bool) {
	if n > h.cfg.AddressSpace {
		return 0, false // rounded up to whole arenas
	}
	for addr = (h.cfg.AddressSpace - n) &^ (heapArenaBytes - 1); addr >= h.lowest; {
		if h.reserve(addr, n) {
			return addr, true
		}
		next := addr - heapArenaBytes
		for _, r := range h.cfg.Taken { // past all of a range at once
			if addr < r.Limit && r.Base < addr+n && r.Base >= n {
				next = min(next, (r.Base-n)&^(heapArenaBytes-1))
			}
		}
		addr = next
	}
	return 0, false
}

// sysAlloc reserves addresses for whole arenas: at the first hint that the
// system can follow, else wherever it has some. Hints that failed are not tried
// again (malloc.go: sysAlloc).
func (h *Heap) sysAlloc(n uint64) (base, size uint64, ok bool) {
	if n > h.cfg.AddressSpace {
		return 0, 0, false
	}
	n = alignUp(n, heapArenaBytes)
	for len(h.arenaHints) > 0 && !ok {
		hint := &h.arenaHints[0]
		base = hint.addr
		if hint.down {
			base -= n
		}
		if ok = h.reserve(base, n); !ok {
			h.arenaHints = h.arenaHints[1:]
			continue
		}
		hint.addr = base
		if !hint.down {
			hint.addr += n
		}
	}
	if !ok {
		if base, ok = h.reserveAnywhere(n); !ok {
			return 0, 0, false
		}
		h.arenaHints = []arenaHint{{addr: base + n}, {addr: base, down: true}}
	}
	return base, n, true
}

// addArenas makes records of reserved addresses (the second half of malloc.go:
// sysAlloc).
func (h *Heap) addArenas(base, size uint64) {
	for addr := base; addr < base+size; addr += heapArenaBytes {
		h.arenas[arenaIndex(addr)] = &heapArena{}
		h.heapArenas = append(h.heapArenas, arenaIndex(addr))
	}
}

// grow maps at least npages more, in steps of 4 MiB, inside arenas of 64 MiB
// whose addresses were reserved before, and then calls grown with the number
// of bytes (mheap.go: grow).
func (h *Heap) grow(npages uint64, grown func(bytes uint64)) {
	ask := alignUp(npages, pallocChunkPages) * pageSize
	if h.curArena.base+ask <= h.curArena.limit {
		h.mapMemory(ask, npages, grown)
		return
	}
	base, size, ok := h.sysAlloc(ask)
	if !ok {
		st := &h.stats
		h.throw("out of memory", "cannot allocate %d-byte block (%d in use)",
			ask, st.heapFree+st.heapReleased+st.heapInUse)
	}
	h.mustMap(base, ask)
	h.addArenas(base, size)
	rest, left := h.curArena, uint64(0)
	if base == rest.limit {
		h.curArena.limit = base + size
	} else {
		h.curArena = addrRange{base, base + size}
		left = rest.limit - rest.base
	}
	h.emit(event.SysReserve, event.WhyNoArena, base, size>>20)
	h.then(func() { h.mapMemory(ask, npages, func(bytes uint64) { grown(left + bytes) }) })
	if left != 0 {
		// The new addresses do not follow the old ones, and nobody would come
		// back to the rest of those: it is mapped first.
		h.then(func() { h.addMemory(rest.base, left, event.WhyRestOfArena, npages) })
	}
}

// mapMemory makes the next reserved addresses usable.
func (h *Heap) mapMemory(ask, npages uint64, grown func(bytes uint64)) {
	base := h.curArena.base
	h.curArena.base += ask
	h.then(func() { grown(ask) })
	h.addMemory(base, ask, event.WhyNoRun, npages)
}

// addMemory gives the page allocator pages that the system has mapped. They
// count as released: the system puts memory behind a page when it is touched
// (runtime/mem.go: sysMap).
func (h *Heap) addMemory(base, bytes uint64, why event.Reason, npages uint64) {
	h.mustMap(base, bytes)
	st := &h.stats
	st.mapped += bytes
	st.heapReleased += bytes
	h.pages.addChunks(base, bytes)
	h.emit(event.HeapGrow, why, base, bytes>>20, npages)
	h.then(func() { h.updateSummaries(base, bytes/pageSize, true, false) })
}

// mustMap ends the machine if the modelled system has no memory for so many
// bytes more (runtime/mem_linux.go: sysMapOS).
func (h *Heap) mustMap(base, bytes uint64) {
	if h.stats.mapped+bytes > h.cfg.Memory {
		h.throw("runtime: out of memory", "cannot map %d bytes at %#x, %d are mapped", bytes, base, h.stats.mapped)
	}
}
