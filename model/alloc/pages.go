package alloc

import (
	"math/bits"
	"sort"
)

// run is n consecutive pages; a page is its address divided by pageSize.
type run struct{ start, n uint64 }

func (r run) end() uint64 { return r.start + r.n }

// runs is a set of pages, as disjoint runs in address order that do not touch.
type runs []run

// after returns the index of the first run that ends beyond page.
func (rs runs) after(page uint64) int {
	return sort.Search(len(rs), func(i int) bool { return rs[i].end() > page })
}

// add puts pages into the set.
func (rs *runs) add(start, n uint64) {
	if n == 0 {
		return
	}
	end := start + n
	// Runs i to j-1 overlap or touch the new one, and become part of it.
	i := sort.Search(len(*rs), func(i int) bool { return (*rs)[i].end() >= start })
	j := i
	for ; j < len(*rs) && (*rs)[j].start <= end; j++ {
		start, end = min(start, (*rs)[j].start), max(end, (*rs)[j].end())
	}
	rs.replace(i, j, run{start, end - start})
}

// remove takes pages out of the set.
func (rs *runs) remove(start, n uint64) {
	if n == 0 {
		return
	}
	end := start + n
	i := rs.after(start)
	j := i
	var left []run
	for ; j < len(*rs) && (*rs)[j].start < end; j++ {
		r := (*rs)[j]
		if r.start < start {
			left = append(left, run{r.start, start - r.start})
		}
		if r.end() > end {
			left = append(left, run{end, r.end() - end})
		}
	}
	rs.replace(i, j, left...)
}

// replace puts with in the place of runs i to j-1.
func (rs *runs) replace(i, j int, with ...run) {
	rest := append(with, (*rs)[j:]...)
	*rs = append((*rs)[:i:i], rest...)
}

// overlap returns how many of n pages from start are in the set.
func (rs runs) overlap(start, n uint64) uint64 {
	count := uint64(0)
	for i := rs.after(start); i < len(rs) && rs[i].start < start+n; i++ {
		count += min(rs[i].end(), start+n) - max(rs[i].start, start)
	}
	return count
}

// word returns which of the 64 pages from start are in the set, page start in
// the lowest bit.
func (rs runs) word(start uint64) uint64 {
	w := uint64(0)
	for i := rs.after(start); i < len(rs) && rs[i].start < start+64; i++ {
		from, to := max(rs[i].start, start)-start, min(rs[i].end(), start+64)-start
		w |= onesBelow(to) &^ onesBelow(from)
	}
	return w
}

// onesBelow returns a word whose lowest n bits are set, n <= 64.
func onesBelow(n uint64) uint64 {
	if n >= 64 {
		return ^uint64(0)
	}
	return 1<<n - 1
}

// pageAlloc hands out pages by first fit in address order
// (runtime/mpagealloc.go: pageAlloc). The runtime keeps one bit a page in
// chunks of 512, and over them a radix tree of summaries that finds the same
// run without looking at every chunk; here the free runs are kept themselves.
type pageAlloc struct {
	free      runs // pages that nobody has
	scavenged runs // pages with no memory behind them, to be had from the system at first use
}

// grow adds pages that the system has just mapped: free, and with no memory
// behind them yet (mpagealloc.go: grow).
func (p *pageAlloc) grow(start, n uint64) {
	p.scavenged.add(start, n)
	p.free.add(start, n)
}

// alloc takes the first free run of n pages, and returns where it starts and
// how many of its pages were scavenged (mpagealloc.go: alloc).
func (p *pageAlloc) alloc(n uint64) (start, scav uint64, ok bool) {
	for _, r := range p.free {
		if r.n >= n {
			scav = p.scavenged.overlap(r.start, n)
			p.free.remove(r.start, n)
			p.scavenged.remove(r.start, n)
			return r.start, scav, true
		}
	}
	return 0, 0, false
}

// release gives pages back (mpagealloc.go: free).
func (p *pageAlloc) release(start, n uint64) { p.free.add(start, n) }

// toCache takes all that is free in the aligned block of 64 pages around the
// first free page; the cache is empty if there is none
// (runtime/mpagecache.go: allocToCache).
func (p *pageAlloc) toCache() pageCache {
	if len(p.free) == 0 {
		return pageCache{}
	}
	base := p.free[0].start &^ (pageCachePages - 1)
	c := pageCache{base: base, free: p.free.word(base), scav: p.scavenged.word(base)}
	for i := uint64(0); i < pageCachePages; i++ {
		if c.free>>i&1 != 0 {
			p.free.remove(base+i, 1)
			p.scavenged.remove(base+i, 1)
		}
	}
	return c
}

// pageCache is up to 64 pages that a P allocates from without mheap's lock
// (runtime/mpagecache.go: pageCache).
type pageCache struct {
	base uint64 // first page of the block
	free uint64 // free pages, base in the lowest bit
	scav uint64 // scavenged pages
}

// alloc takes the first run of n free pages of the block
// (mpagecache.go: alloc, mpallocbits.go: findBitRange64).
func (c *pageCache) alloc(n uint64) (start, scav uint64, ok bool) {
	for i := uint64(0); i+n <= pageCachePages; i++ {
		mask := onesBelow(n) << i
		if c.free&mask == mask {
			scav = uint64(bits.OnesCount64(c.scav & mask))
			c.free &^= mask
			c.scav &^= mask
			return c.base + i, scav, true
		}
	}
	return 0, 0, false
}

// flush gives the pages back to p. An empty cache gives nothing back, not even
// scavenged bits (mpagecache.go: flush).
func (c *pageCache) flush(p *pageAlloc) {
	if c.free == 0 {
		return
	}
	for i := uint64(0); i < pageCachePages; i++ {
		if c.free>>i&1 != 0 {
			p.free.add(c.base+i, 1)
		}
		if c.scav>>i&1 != 0 {
			p.scavenged.add(c.base+i, 1)
		}
	}
	*c = pageCache{}
}

// size returns the number of free pages.
func (c *pageCache) size() uint64 { return uint64(bits.OnesCount64(c.free)) }
