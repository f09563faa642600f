package alloc

import "math/bits"

const (
	scavChunkHiOccPages = 496     // go:runtime.scavChunkHiOccPages
	hugePageBytes       = 2 << 20 // what Linux says on amd64 (runtime/os_linux.go: getHugePageSize)
)

// scavChunkData is what the scavenger knows about a chunk without looking at
// its bitmaps (runtime/mgcscavenge.go: scavChunkData).
type scavChunkData struct {
	inUse     uint   // pages in use
	lastInUse uint   // pages in use when the last generation that changed it ended
	gen       uint32 // generation of the last change
	hasFree   bool   // there may be something to scavenge
}

// count enters a change of pages in use.
func (sc *scavChunkData) count(gen uint32, inUse uint) {
	if sc.gen != gen {
		sc.lastInUse, sc.gen = sc.inUse, gen
	}
	sc.inUse = inUse
}

// shouldScavenge reports whether the chunk is worth scavenging. In the
// background, a chunk that is or has just been nearly full is not: its pages
// will be used again soon, and together they can be a huge page.
func (sc *scavChunkData) shouldScavenge(gen uint32, force bool) bool {
	dense := sc.inUse >= scavChunkHiOccPages || sc.gen == gen && sc.lastInUse >= scavChunkHiOccPages
	return sc.hasFree && (force || !dense)
}

// scavCursor is where a scavenger searches next, downwards: an offset address.
// A marked one has been raised by a free since, and only the scavenger that has
// seen it may lower it (runtime/mranges.go: atomicOffAddr).
type scavCursor struct {
	off    uint64
	marked bool
}

func (c *scavCursor) mark(addr uint64) { *c = scavCursor{offAddr(addr).offset(), true} }

// clear says that there is nothing left, unless a free came in between.
func (c *scavCursor) clear() {
	if !c.marked {
		c.off = 0
	}
}

// lower moves the cursor down to addr after a search that had begun at it.
func (c *scavCursor) lower(addr uint64) { *c = scavCursor{off: offAddr(addr).offset()} }

// scavengeIndex finds chunks that are worth scavenging, from the highest
// address down: the page allocator fills the lowest (mgcscavenge.go:
// scavengeIndex).
type scavengeIndex struct {
	minHeapIdx chunkIdx // the lowest chunk
	background scavCursor
	force      scavCursor
	freeHWM    offAddr // highest address freed in this generation
	gen        uint32
}

func (s *scavengeIndex) init() { s.freeHWM = minOffAddr }

func (s *scavengeIndex) grow(ci chunkIdx) {
	if s.minHeapIdx == 0 || ci < s.minHeapIdx {
		s.minHeapIdx = ci
	}
}

// nextGen begins a generation: a collection has ended.
func (s *scavengeIndex) nextGen() {
	s.gen++
	if s.background.off < s.freeHWM.offset() {
		s.background.mark(uint64(s.freeHWM))
	}
	s.freeHWM = minOffAddr
}

// alloc notes that npages of a chunk are in use now.
func (s *scavengeIndex) alloc(p *pageAlloc, ci chunkIdx, npages uint) {
	sc := &p.chunks[ci].scav
	if sc.inUse+npages > pallocChunkPages {
		p.throw("too many pages allocated in chunk?", "inUse=%d npages=%d", sc.inUse, npages)
	}
	sc.count(s.gen, sc.inUse+npages)
	if sc.inUse == pallocChunkPages {
		sc.hasFree = false
	}
}

// free notes that npages of a chunk, from page on, are free now.
func (s *scavengeIndex) free(p *pageAlloc, ci chunkIdx, page, npages uint) {
	sc := &p.chunks[ci].scav
	if sc.inUse < npages {
		p.throw("allocated pages below zero?", "inUse=%d npages=%d", sc.inUse, npages)
	}
	sc.count(s.gen, sc.inUse-npages)
	sc.hasFree = true
	last := chunkBase(ci) + uint64(page+npages-1)*pageSize
	if s.freeHWM.lessThan(offAddr(last)) {
		s.freeHWM = offAddr(last)
	}
	if s.force.off < offAddr(last).offset() {
		s.force.mark(last)
	}
}

// find returns a chunk to scavenge and the page to begin at, downwards; no
// chunk, which is 0, if there is none.
func (s *scavengeIndex) find(p *pageAlloc, force bool) (chunkIdx, uint) {
	cursor := &s.background
	if force {
		cursor = &s.force
	}
	if cursor.off == 0 {
		return 0, 0
	}
	at := cursor.off + arenaBaseOffset
	start := chunkIndex(at)
	for ci := start; ci >= s.minHeapIdx; ci-- {
		if chunk := p.chunks[ci]; chunk == nil || !chunk.scav.shouldScavenge(s.gen, force) {
			continue
		}
		if ci == start {
			return ci, chunkPageIndex(at)
		}
		cursor.lower(chunkBase(ci) + pallocChunkBytes - pageSize)
		return ci, pallocChunkPages - 1
	}
	cursor.clear()
	return 0, 0
}

// findScavengeCandidate returns the highest run of at most limit pages, at or
// below searchIdx's word, that are free and have memory behind them. A run
// that would break a free huge page takes it whole (mgcscavenge.go:
// findScavengeCandidate).
func (m *pallocData) findScavengeCandidate(searchIdx uint, limit, hugePage uint64) (start, size uint) {
	busy := func(i int) uint64 { return m.scavenged[i] | m.pallocBits[i] }
	i := int(searchIdx / 64)
	for i >= 0 && busy(i) == ^uint64(0) {
		i--
	}
	if i < 0 {
		return 0, 0
	}
	w := busy(i)
	top := uint(bits.LeadingZeros64(^w))
	end := uint(i)*64 + 64 - top
	run := min(uint(bits.LeadingZeros64(w<<top)), 64-top)
	for j := i - 1; run == end-uint(j+1)*64 && j >= 0; j-- {
		run += uint(bits.LeadingZeros64(busy(j)))
	}
	size = min(run, uint(min(limit, pallocChunkPages)))
	start = end - size
	if hugePage > pageSize {
		pages := uint(hugePage / pageSize)
		if above := uint(alignUp(uint64(start), uint64(pages))); above <= end {
			if below := start &^ (pages - 1); below >= end-run {
				size += start - below
				start = below
			}
		}
	}
	return start, size
}

// scavenge gives the memory behind at least npages free pages back to the
// system, if there are so many, and returns the runs that it gave
// (mgcscavenge.go: pageAlloc.scavenge, scavengeOne).
func (p *pageAlloc) scavenge(npages, hugePage uint64, force bool) (runs []pageRun) {
	for released := uint64(0); released < npages; {
		ci, page := p.scav.find(p, force)
		if ci == 0 {
			break
		}
		chunk := p.chunks[ci]
		start, size := uint(0), uint(0)
		if p.summary[summaryLeaf].get(uint64(ci)).max() >= 1 {
			start, size = chunk.findScavengeCandidate(page, npages-released, hugePage)
		}
		if size == 0 {
			chunk.scav.hasFree = false
			continue
		}
		// The runtime takes the pages for as long as the system call lasts,
		// which ends as it began but for searchAddr.
		addr := chunkBase(ci) + uint64(start)*pageSize
		if offAddr(addr).lessThan(p.searchAddr) {
			p.searchAddr = offAddr(addr)
		}
		chunk.scavenged.setRange(start, size)
		released += uint64(size)
		runs = append(runs, pageRun{addr, uint64(size)})
	}
	return runs
}

// pageRun is consecutive pages.
type pageRun struct{ base, npages uint64 }
