package alloc

import "math/bits"

// spanState says who has the pages of a span (runtime/mheap.go: mSpanState).
// Manual spans, which hold stacks, are not modelled.
type spanState uint8

const (
	spanDead  spanState = iota // go:runtime.mSpanDead
	spanInUse                  // go:runtime.mSpanInUse
)

// mspan is a run of pages cut into slots of one size (runtime/mheap.go: mspan).
//
// Its sweepgen, relative to the heap's sg, says where it is in the cycle:
//
//	sg-2  it must be swept
//	sg-1  it is being swept
//	sg    it is swept and ready for use
//	sg+1  it was cached before the sweep began, and must be swept
//	sg+3  it is swept and cached
type mspan struct {
	base     uint64 // address
	npages   uint64
	class    spanClass
	state    spanState
	sweepgen uint32
	elemsize uint64
	nelems   uint16
	limit    uint64 // end of the last slot

	// Slots below freeindex are in use, or were when they were last swept.
	// Slots from freeindex on are in use if their bit in allocBits is set.
	// allocCache is the complement of the 64 alloc bits from freeindex on,
	// shifted so that freeindex is the lowest bit.
	freeindex             uint16
	allocCache            uint64
	allocCount            uint16
	allocCountBeforeCache uint16
	allocBits             []uint64
	// gcmarkBits are the objects found reachable. For slots of 16 to 512 bytes
	// the runtime collects them in the span's own page first and merges them
	// when it sweeps (mgcmark_greenteagc.go: moveInlineMarks).
	gcmarkBits []uint64
	needzero   bool // free slots may hold old data
}

// init makes s a span in use, with all slots free (mheap.go: initSpan).
func (s *mspan) init(spc spanClass, sweepgen uint32, needzero bool) {
	s.class = spc
	s.nelems = uint16(slotsIn(spc))
	s.elemsize = uint64(classToSize[spc.class()])
	if spc.class() == 0 {
		s.elemsize = s.npages * pageSize
	}
	s.limit = s.base + uint64(s.nelems)*s.elemsize
	s.allocCache = ^uint64(0)
	s.allocBits = newBits(s.nelems)
	s.gcmarkBits = newBits(s.nelems)
	s.needzero = needzero
	s.sweepgen = sweepgen
	s.state = spanInUse
}

func (s *mspan) end() uint64 { return s.base + s.npages*pageSize }

func (s *mspan) addr(slot uint16) uint64 { return s.base + uint64(slot)*s.elemsize }

// slotOf returns the slot that holds an address below limit (mspan.objIndex,
// which multiplies by a reciprocal instead).
func (s *mspan) slotOf(addr uint64) uint16 { return uint16((addr - s.base) / s.elemsize) }

func (s *mspan) free() uint64 { return uint64(s.nelems - s.allocCount) }

// used reports whether a slot is taken, by an object alive or not yet swept
// (runtime/mbitmap.go: isFree, the other way round).
func (s *mspan) used(slot uint16) bool { return slot < s.freeindex || bit(s.allocBits, slot) }

// refillAllocCache loads the 64 alloc bits from slot on, a multiple of 64
// (mbitmap.go: refillAllocCache).
func (s *mspan) refillAllocCache(slot uint16) { s.allocCache = ^s.allocBits[slot/64] }

// nextFreeFast returns a free slot if the loaded alloc bits have one. It leaves
// the last of each 64 slots to nextFreeIndex, which loads the next bits
// (runtime/malloc.go: nextFreeFast).
func (s *mspan) nextFreeFast() (slot uint16, ok bool) {
	free := bits.TrailingZeros64(s.allocCache)
	if free == 64 {
		return 0, false
	}
	slot = s.freeindex + uint16(free)
	if slot >= s.nelems || ((slot+1)%64 == 0 && slot+1 != s.nelems) {
		return 0, false
	}
	s.allocCache >>= free + 1
	s.freeindex = slot + 1
	s.allocCount++
	return slot, true
}

// nextFreeIndex returns the next free slot from freeindex on and moves
// freeindex behind it; nelems if there is none (mbitmap.go: nextFreeIndex).
func (h *Heap) nextFreeIndex(s *mspan) uint16 {
	at := s.freeindex
	if at == s.nelems {
		return at
	}
	if at > s.nelems {
		h.throw("s.freeindex > s.nelems", "freeindex=%d nelems=%d", at, s.nelems)
	}
	free := bits.TrailingZeros64(s.allocCache)
	for free == 64 {
		at = (at + 64) &^ 63
		if at >= s.nelems {
			s.freeindex = s.nelems
			return s.nelems
		}
		s.refillAllocCache(at)
		free = bits.TrailingZeros64(s.allocCache)
	}
	slot := at + uint16(free)
	if slot >= s.nelems {
		s.freeindex = s.nelems
		return s.nelems
	}
	s.allocCache >>= free + 1
	s.freeindex = slot + 1
	if s.freeindex%64 == 0 && s.freeindex != s.nelems {
		s.refillAllocCache(s.freeindex)
	}
	return slot
}

// newBits returns clear bits for n slots.
func newBits(n uint16) []uint64 { return make([]uint64, (n+63)/64) }

func bit(b []uint64, i uint16) bool { return b[i/64]>>(i%64)&1 != 0 }

func setBit(b []uint64, i uint16) { b[i/64] |= 1 << (i % 64) }

func countBits(b []uint64) uint16 {
	n := 0
	for _, w := range b {
		n += bits.OnesCount64(w)
	}
	return uint16(n)
}
