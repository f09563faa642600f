package alloc

import "math/bits"

const pageCachePages = 64 // go:runtime.pageCachePages

// pageCache is up to 64 pages that a P allocates from without mheap's lock
// (runtime/mpagecache.go: pageCache).
type pageCache struct {
	base  uint64 // address of the first page of the block
	cache uint64 // free pages, that of base in the lowest bit
	scav  uint64 // scavenged pages
}

func (c *pageCache) empty() bool { return c.cache == 0 }

// size returns the number of free pages.
func (c *pageCache) size() uint64 { return uint64(bits.OnesCount64(c.cache)) }

// alloc takes the first run of npages free pages of the block, fewer than 64,
// and returns its address, 0 if there is none, and how many were scavenged
// (mpagecache.go: alloc, allocN).
func (c *pageCache) alloc(npages uint64) (base, scav uint64) {
	i := findBitRange64(c.cache, uint(npages))
	if i >= pageCachePages {
		return 0, 0
	}
	mask := onesBelow(uint(npages)) << i
	scav = uint64(bits.OnesCount64(c.scav & mask))
	c.cache &^= mask
	c.scav &^= mask
	return c.base + uint64(i)*pageSize, scav
}

// flush gives the pages back to p. An empty cache gives nothing back, not even
// its scavenged bits (mpagecache.go: flush).
func (c *pageCache) flush(p *pageAlloc) {
	if c.empty() {
		return
	}
	ci, pi := chunkIndex(c.base), chunkPageIndex(c.base)
	chunk := p.chunks[ci]
	for i := uint(0); i < pageCachePages; i++ {
		if c.cache>>i&1 != 0 {
			chunk.pallocBits.clearRange(pi+i, 1)
			p.scav.free(p, ci, pi+i, 1)
		}
	}
	chunk.scavenged[pi/64] |= c.scav
	if offAddr(c.base).lessThan(p.searchAddr) {
		p.searchAddr = offAddr(c.base)
	}
	p.update(c.base, pageCachePages, false, false)
	*c = pageCache{}
}

// searchCache returns an address in the block of 64 pages that the next cache
// is to have, 0 if no page is free. Only if no page is left in the chunk of
// searchAddr does it have to search the tree (the first half of mpagecache.go:
// allocToCache).
func (p *pageAlloc) searchCache(see func(look)) uint64 {
	if see == nil {
		see = func(look) {}
	}
	ci := chunkIndex(uint64(p.searchAddr))
	if ci >= p.end {
		see(look{end: lookNothing})
		return 0
	}
	sum := p.summary[summaryLeaf].get(uint64(ci))
	if sum == 0 {
		f := p.find(1, see)
		if f.addr == 0 {
			p.searchAddr = maxOffAddr
		}
		return f.addr
	}
	see(look{summaryLeaf, uint64(ci), sum.max(), lookSearchAddr})
	j, _ := p.chunks[ci].find(1, chunkPageIndex(uint64(p.searchAddr)))
	if j == notFound {
		p.throw("bad summary data", "searchAddr = %#x", uint64(p.searchAddr))
	}
	see(look{summaryLevels, uint64(ci), j, lookBitmap})
	return chunkBase(ci) + uint64(j)*pageSize
}

// takeCache takes all that is free in the block of 64 pages around addr. The
// summaries are to be updated after it (the second half of allocToCache,
// without its update).
func (p *pageAlloc) takeCache(addr uint64) pageCache {
	base := addr &^ (pageCachePages*pageSize - 1)
	ci, pi := chunkIndex(base), chunkPageIndex(base)
	chunk := p.chunks[ci]
	c := pageCache{base: base, cache: ^chunk.pallocBits[pi/64], scav: chunk.scavenged[pi/64]}
	chunk.pallocBits[pi/64] = ^uint64(0)
	chunk.scavenged[pi/64] &^= c.cache & c.scav
	p.scav.alloc(p, ci, uint(c.size()))
	p.searchAddr = offAddr(base + (pageCachePages-1)*pageSize)
	return c
}

// allocToCache takes all that is free in the block of 64 pages around the first
// free page; the cache is empty if there is none (mpagecache.go: allocToCache).
func (p *pageAlloc) allocToCache() pageCache {
	addr := p.searchCache(nil)
	if addr == 0 {
		return pageCache{}
	}
	c := p.takeCache(addr)
	p.update(c.base, pageCachePages, false, true)
	return c
}
