package alloc

import "sort"

const (
	heapAddrBits    = 48                 // go:runtime.heapAddrBits
	arenaBaseOffset = 0xffff800000000000 // go:runtime.arenaBaseOffset
)

// The lowest and the highest address in the order of offAddr
// (runtime/mranges.go: minOffAddr, maxOffAddr).
const (
	minOffAddr = offAddr(arenaBaseOffset)
	maxOffAddr = offAddr(1<<(heapAddrBits-1) - 1)
)

// offAddr is an address in the order in which amd64 has them: the upper half
// of the address space, which is negative, comes first (mranges.go: offAddr).
type offAddr uint64

// offset returns how far a lies above the lowest address. It wraps around.
func (a offAddr) offset() uint64 { return uint64(a) - arenaBaseOffset }

func (a offAddr) lessThan(b offAddr) bool  { return a.offset() < b.offset() }
func (a offAddr) lessEqual(b offAddr) bool { return a.offset() <= b.offset() }

// addrRange is the addresses from base up to, not including, limit
// (mranges.go: addrRange).
type addrRange struct{ base, limit uint64 }

// addrRanges is a set of addresses: ranges in order that neither overlap nor
// touch (mranges.go: addrRanges).
type addrRanges []addrRange

// findSucc returns the index of the first range that begins above addr.
func (a addrRanges) findSucc(addr uint64) int {
	return sort.Search(len(a), func(i int) bool { return offAddr(addr).lessThan(offAddr(a[i].base)) })
}

// findAddrGreaterEqual returns the lowest address of the set from addr on
// (mranges.go: findAddrGreaterEqual).
func (a addrRanges) findAddrGreaterEqual(addr uint64) (uint64, bool) {
	i := a.findSucc(addr)
	if i > 0 && addr < a[i-1].limit {
		return addr, true
	}
	if i < len(a) {
		return a[i].base, true
	}
	return 0, false
}

// add puts r, which is not empty and overlaps nothing, into the set
// (mranges.go: add).
func (a *addrRanges) add(r addrRange) {
	i := a.findSucc(r.base)
	down := i > 0 && (*a)[i-1].limit == r.base
	up := i < len(*a) && (*a)[i].base == r.limit
	switch {
	case down && up:
		(*a)[i-1].limit = (*a)[i].limit
		*a = append((*a)[:i], (*a)[i+1:]...)
	case down:
		(*a)[i-1].limit = r.limit
	case up:
		(*a)[i].base = r.base
	default:
		*a = append(*a, addrRange{})
		copy((*a)[i+1:], (*a)[i:])
		(*a)[i] = r
	}
}
