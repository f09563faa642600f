package alloc

// look is one thing that a search for pages has looked at.
type look struct {
	level int    // of the summary
	index uint64 // of the summary; of the chunk, for a look into its bitmap
	free  uint   // longest free run that it promises; first free page, in a bitmap
	end   lookEnd
}

// lookEnd says how a look ended.
type lookEnd int

const (
	lookSearchAddr lookEnd = iota // the chunk of searchAddr has such a run: no need to search the tree
	lookDown                      // it has such a run inside: look at the level below
	lookAcross                    // the run goes on from one range into the next: found
	lookBitmap                    // the chunk's bitmap: found
	lookNothing                   // no range has such a run
)

// found is the answer of a search: the pages' address, 0 if there are none, and
// up to where no page is free.
type found struct {
	addr  uint64
	first offAddr
}

// search is alloc without its allocating. It changes nothing, except that one
// page that is nowhere to be found moves searchAddr to the end. Each look is
// told to see, if that is not nil (mpagealloc.go: alloc).
func (p *pageAlloc) search(npages uint64, see func(look)) found {
	if see == nil {
		see = func(look) {}
	}
	at := uint64(p.searchAddr)
	ci := chunkIndex(at)
	if ci >= p.end {
		see(look{end: lookNothing})
		return found{}
	}
	if uint64(pallocChunkPages-chunkPageIndex(at)) >= npages {
		if most := p.summary[summaryLeaf].get(uint64(ci)).max(); uint64(most) >= npages {
			see(look{summaryLeaf, uint64(ci), most, lookSearchAddr})
			j, first := p.chunks[ci].find(npages, chunkPageIndex(at))
			if j == notFound {
				p.throw("bad summary data", "max = %d, npages = %d", most, npages)
			}
			see(look{summaryLevels, uint64(ci), j, lookBitmap})
			return found{chunkBase(ci) + uint64(j)*pageSize, offAddr(chunkBase(ci) + uint64(first)*pageSize)}
		}
	}
	f := p.find(npages, see)
	if f.addr == 0 && npages == 1 {
		p.searchAddr = maxOffAddr
	}
	return f
}

// firstFree is the narrowest range so far that the first free page is in.
type firstFree struct{ base, bound offAddr }

// seen narrows it down to size bytes from addr, if they lie inside
// (mpagealloc.go: find, foundFree).
func (f *firstFree) seen(p *pageAlloc, addr offAddr, size uint64) {
	last := offAddr(uint64(addr) + size - 1)
	if f.base.lessEqual(addr) && last.lessEqual(f.bound) {
		f.base, f.bound = addr, last
	} else if !(last.lessThan(f.base) || f.bound.lessThan(addr)) {
		p.throw("range partially overlaps", "addr = %#x, size = %#x, base = %#x, bound = %#x",
			uint64(addr), size, uint64(f.base), uint64(f.bound))
	}
}

// find walks down the summaries to the first free run of npages
// (mpagealloc.go: find).
func (p *pageAlloc) find(npages uint64, see func(look)) found {
	first := firstFree{minOffAddr, maxOffAddr}
	i := uint64(0)
	for l := 0; l < summaryLevels; l++ {
		i <<= levelBits(l)
		addr, down := p.findAtLevel(l, i, npages, &first, see)
		if addr != 0 {
			return found{addr, p.findMappedAddr(first.base)}
		}
		if down == noEntry {
			if l == 0 {
				return found{0, maxOffAddr}
			}
			p.throw("bad summary data", "level = %d, npages = %d, searchAddr = %#x, i = %d", l, npages, uint64(p.searchAddr), i)
		}
		i = down
	}
	ci := chunkIdx(i)
	j, from := p.chunks[ci].find(npages, 0)
	if j == notFound {
		p.throw("bad summary data", "summary[%d][%d] = %d, npages = %d", summaryLeaf, i, p.summary[summaryLeaf].get(i), npages)
	}
	see(look{summaryLevels, i, j, lookBitmap})
	begins := chunkBase(ci) + uint64(from)*pageSize
	first.seen(p, offAddr(begins), chunkBase(ci+1)-begins)
	return found{chunkBase(ci) + uint64(j)*pageSize, p.findMappedAddr(first.base)}
}

// noEntry says that no summary of a level promises enough pages.
const noEntry = ^uint64(0)

// findAtLevel looks at a block of summaries from i on. It returns the address
// of a run that goes from one's end into the next, or which summary has a run
// inside.
func (p *pageAlloc) findAtLevel(l int, i, npages uint64, first *firstFree, see func(look)) (addr, down uint64) {
	logPages := levelLogPages(l)
	entries := p.summary[l].at(i, 1<<levelBits(l))
	j := 0
	if at := p.searchAddr.offset() >> levelShift(l); at&^uint64(len(entries)-1) == i {
		j = int(at & uint64(len(entries)-1)) // nothing is free before
	}
	var base, size uint
	for ; j < len(entries); j++ {
		sum := entries[j]
		if sum == 0 {
			size = 0
			continue
		}
		first.seen(p, offAddr((i+uint64(j))<<levelShift(l)+arenaBaseOffset), 1<<levelShift(l))
		start, most, end := sum.unpack()
		if uint64(size+start) >= npages {
			if size == 0 {
				base = uint(j) << logPages
			}
			size += start
			break
		}
		if uint64(most) >= npages {
			see(look{l, i + uint64(j), most, lookDown})
			return 0, i + uint64(j)
		}
		if size == 0 || start < 1<<logPages {
			size = end
			base = uint(j+1)<<logPages - size
			continue
		}
		size += 1 << logPages
	}
	if uint64(size) >= npages {
		see(look{l, i + uint64(base>>logPages), size, lookAcross})
		return i<<levelShift(l) + arenaBaseOffset + uint64(base)*pageSize, noEntry
	}
	see(look{l, i, 0, lookNothing})
	return 0, noEntry
}

// findMappedAddr returns addr if it lies in an arena, or else the next address
// that the heap has (mpagealloc.go: findMappedAddr).
func (p *pageAlloc) findMappedAddr(addr offAddr) offAddr {
	if p.mapped != nil && p.mapped(uint64(addr)) {
		return addr
	}
	if next, ok := p.inUse.findAddrGreaterEqual(uint64(addr)); ok {
		return offAddr(next)
	}
	return maxOffAddr
}
