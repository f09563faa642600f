package alloc

const (
	logPallocChunkPages = 9       // go:runtime.logPallocChunkPages
	pallocChunkPages    = 512     // go:runtime.pallocChunkPages
	pallocChunkBytes    = 4 << 20 // go:runtime.pallocChunkBytes
	summaryLevels       = 5       // go:runtime.summaryLevels
	summaryLevelBits    = 3       // go:runtime.summaryLevelBits
	summaryL0Bits       = 14      // go:runtime.summaryL0Bits
	logMaxPackedValue   = 21      // go:runtime.logMaxPackedValue
	maxPackedValue      = 1 << 21 // go:runtime.maxPackedValue
	summaryLeaf         = summaryLevels - 1
	logSumPage          = 9 // 4096 bytes of 8 each
)

// levelBits returns the number of summaries that one of the level above covers,
// as a power of two: 8, and at the root all there are
// (runtime/mpagealloc_64bit.go: levelBits).
func levelBits(level int) int {
	if level == 0 {
		return summaryL0Bits
	}
	return summaryLevelBits
}

// levelShift returns the number of bytes that one summary covers, as a power of
// two: 16 GiB at the root, 4 MiB at the leaves (mpagealloc_64bit.go:
// levelShift).
func levelShift(level int) int { return heapAddrBits - summaryL0Bits - summaryLevelBits*level }

// levelLogPages returns the same in pages (mpagealloc_64bit.go: levelLogPages).
func levelLogPages(level int) int { return levelShift(level) - pageShift }

// chunkIdx is the number of a chunk, which has 512 pages. It is also the index
// of its summary at the leaves (runtime/mpagealloc.go: chunkIdx).
type chunkIdx uint64

func chunkIndex(addr uint64) chunkIdx { return chunkIdx(offAddr(addr).offset() / pallocChunkBytes) }
func chunkBase(ci chunkIdx) uint64    { return uint64(ci)*pallocChunkBytes + arenaBaseOffset }
func chunkPageIndex(addr uint64) uint { return uint(addr % pallocChunkBytes / pageSize) }

// pallocSum summarises a range of pages: how many free ones it begins with, its
// longest run of free ones, and how many it ends with. 21 bits are enough for
// each, but for a root entry whose 2^21 pages are all free, which is the top
// bit alone (mpagealloc.go: pallocSum).
type pallocSum uint64

func packPallocSum(start, most, end uint) pallocSum {
	if most == maxPackedValue {
		return 1 << 63
	}
	return pallocSum(start) | pallocSum(most)<<logMaxPackedValue | pallocSum(end)<<(2*logMaxPackedValue)
}

func (s pallocSum) unpack() (start, most, end uint) {
	if s>>63 != 0 {
		return maxPackedValue, maxPackedValue, maxPackedValue
	}
	const mask = maxPackedValue - 1
	return uint(s & mask), uint(s >> logMaxPackedValue & mask), uint(s >> (2 * logMaxPackedValue) & mask)
}

// max returns the longest run of free pages.
func (s pallocSum) max() uint { _, most, _ := s.unpack(); return most }

// freeChunkSum summarises a chunk without a page in use.
var freeChunkSum = packPallocSum(pallocChunkPages, pallocChunkPages, pallocChunkPages)

// mergeSummaries returns the summary of ranges of 1<<logPages pages that follow
// each other (mpagealloc.go: mergeSummaries).
func mergeSummaries(sums []pallocSum, logPages int) pallocSum {
	start, most, end := sums[0].unpack()
	for i := 1; i < len(sums); i++ {
		si, mi, ei := sums[i].unpack()
		if start == uint(i)<<logPages {
			start += si
		}
		most = max(most, end+si, mi)
		if ei == 1<<logPages {
			end += 1 << logPages
		} else {
			end = ei
		}
	}
	return packPallocSum(start, most, end)
}

// sumLevel is one level of summaries, as far as it is mapped: by pages of the
// system's, which have 512, and the root as a whole. What is not mapped reads
// as full.
type sumLevel struct {
	log   int // summaries in a page, as a power of two
	pages map[uint64][]pallocSum
}

// at returns n summaries from i on, which lie in one page.
func (l sumLevel) at(i, n uint64) []pallocSum {
	if page := l.pages[i>>l.log]; page != nil {
		return page[i&(1<<l.log-1):][:n]
	}
	return make([]pallocSum, n)
}

func (l sumLevel) get(i uint64) pallocSum {
	if page := l.pages[i>>l.log]; page != nil {
		return page[i&(1<<l.log-1)]
	}
	return 0
}

// set stores a summary and reports whether that changed it.
func (l sumLevel) set(i uint64, sum pallocSum) bool {
	page := l.pages[i>>l.log]
	if page == nil {
		page = make([]pallocSum, 1<<l.log)
		l.pages[i>>l.log] = page
	}
	at := &page[i&(1<<l.log-1)]
	changed := *at != sum
	*at = sum
	return changed
}

// pageAlloc hands out pages, always those with the lowest addresses that fit:
// a bitmap of 512 pages for each chunk of 4 MiB, and over the chunks a radix
// tree of summaries, which tells the chunks that are worth looking at from
// those that are not (runtime/mpagealloc.go: pageAlloc).
type pageAlloc struct {
	summary    [summaryLevels]sumLevel
	chunks     map[chunkIdx]*pallocData
	searchAddr offAddr  // below it, no page is free
	start, end chunkIdx // the chunks that are or were known lie from start up to end
	inUse      addrRanges
	scav       scavengeIndex

	// mapped reports whether an arena has been reserved at an address, in use
	// or not. nil means that inUse says it (pageAlloc.test).
	mapped func(addr uint64) bool
	// throw ends the machine that the pages belong to.
	throw func(text, format string, args ...any)
}

// init makes p a page allocator without pages (mpagealloc.go: init).
func (p *pageAlloc) init(throw func(text, format string, args ...any), mapped func(addr uint64) bool) {
	for l := range p.summary {
		p.summary[l] = sumLevel{max(levelBits(l), logSumPage), map[uint64][]pallocSum{}}
	}
	p.chunks = map[chunkIdx]*pallocData{}
	p.searchAddr = maxOffAddr
	p.scav.init()
	p.throw, p.mapped = throw, mapped
}

// grow adds pages that the system has just mapped, whole chunks of them: free,
// and with no memory behind them yet (mpagealloc.go: grow).
func (p *pageAlloc) grow(base, size uint64) {
	p.addChunks(base, size)
	p.update(base, size/pageSize, true, false)
}

// addChunks is grow without its update, which is to follow.
func (p *pageAlloc) addChunks(base, size uint64) {
	limit := alignUp(base+size, pallocChunkBytes)
	base &^= pallocChunkBytes - 1
	start, end := chunkIndex(base), chunkIndex(limit)
	if p.start == 0 || start < p.start {
		p.start = start
	}
	p.end = max(p.end, end)
	p.inUse.add(addrRange{base, limit})
	p.scav.grow(start)
	if offAddr(base).lessThan(p.searchAddr) {
		p.searchAddr = offAddr(base)
	}
	for ci := start; ci < end; ci++ {
		chunk := &pallocData{}
		chunk.scavenged.setRange(0, pallocChunkPages)
		p.chunks[ci] = chunk
	}
}

// inChunks calls f for each chunk that has some of the npages from base on,
// with the first and the number of them.
func (p *pageAlloc) inChunks(base, npages uint64, f func(ci chunkIdx, i, n uint)) {
	for npages > 0 {
		i := chunkPageIndex(base)
		n := min(npages, uint64(pallocChunkPages-i))
		f(chunkIndex(base), i, uint(n))
		base += n * pageSize
		npages -= n
	}
}

// update recomputes the summaries above pages that have changed, level by
// level until one does not change any more, and returns how many levels did. If
// the pages are contig, chunks that they fill need no look: all their pages have
// been allocated or, if not alloc, freed (mpagealloc.go: update).
func (p *pageAlloc) update(base, npages uint64, contig, alloc bool) (levels int) {
	limit := base + npages*pageSize - 1
	sc, ec := chunkIndex(base), chunkIndex(limit)
	leaves := p.summary[summaryLeaf]
	if sc == ec {
		if !leaves.set(uint64(sc), p.chunks[sc].summarize()) {
			return 0
		}
	} else {
		for ci := sc; ci <= ec; ci++ {
			sum := pallocSum(0)
			switch {
			case !contig || ci == sc || ci == ec:
				sum = p.chunks[ci].summarize()
			case !alloc:
				sum = freeChunkSum
			}
			leaves.set(uint64(ci), sum)
		}
	}
	levels = 1
	for l := summaryLeaf - 1; l >= 0; l-- {
		changed := false
		lo := offAddr(base).offset() >> levelShift(l)
		hi := offAddr(limit).offset() >> levelShift(l)
		for i := lo; i <= hi; i++ {
			children := p.summary[l+1].at(i<<levelBits(l+1), 1<<levelBits(l+1))
			if p.summary[l].set(i, mergeSummaries(children, levelLogPages(l+1))) {
				changed = true
			}
		}
		if !changed {
			break
		}
		levels++
	}
	return levels
}

// take marks pages in use and returns how many of them had been scavenged. The
// summaries are to be updated after it (mpagealloc.go: allocRange, without its
// update).
func (p *pageAlloc) take(base, npages uint64) (scav uint64) {
	p.inChunks(base, npages, func(ci chunkIdx, i, n uint) {
		scav += uint64(p.chunks[ci].take(i, n))
		p.scav.alloc(p, ci, n)
	})
	return scav
}

// give marks pages free. The summaries are to be updated after it
// (mpagealloc.go: free, without its update).
func (p *pageAlloc) give(base, npages uint64) {
	if offAddr(base).lessThan(p.searchAddr) {
		p.searchAddr = offAddr(base)
	}
	p.inChunks(base, npages, func(ci chunkIdx, i, n uint) {
		p.chunks[ci].pallocBits.clearRange(i, n)
		p.scav.free(p, ci, i, n)
	})
}

// advance moves searchAddr up to where a search has found the first free page.
func (p *pageAlloc) advance(to offAddr) {
	if p.searchAddr.lessThan(to) {
		p.searchAddr = to
	}
}

// alloc takes the first free run of npages, and returns where it starts, 0 if
// there is none, and how many of its pages were scavenged (mpagealloc.go:
// alloc).
func (p *pageAlloc) alloc(npages uint64) (base, scav uint64) {
	found := p.search(npages, nil)
	if found.addr == 0 {
		return 0, 0
	}
	scav = p.take(found.addr, npages)
	p.update(found.addr, npages, true, true)
	p.advance(found.first)
	return found.addr, scav
}

// free gives pages back (mpagealloc.go: free).
func (p *pageAlloc) free(base, npages uint64) {
	p.give(base, npages)
	p.update(base, npages, true, false)
}
