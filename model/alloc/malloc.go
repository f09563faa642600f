package alloc

import (
	"fmt"

	"rtbook/model/event"
)

// Served says which level of the allocator had the memory for a request.
type Served int

const (
	ByNobody   Served = iota // size zero: no memory was needed
	ByTiny                   // room in the P's tiny block
	ByMcache                 // a free slot of the P's cached span
	ByMcentral               // a span that mcentral had
	ByMheap                  // a new span of new pages
)

// String returns the level's name.
func (s Served) String() string {
	switch s {
	case ByNobody:
		return "nobody"
	case ByTiny:
		return "tiny block"
	case ByMcache:
		return "mcache"
	case ByMcentral:
		return "mcentral"
	case ByMheap:
		return "mheap"
	}
	return fmt.Sprintf("Served(%d)", int(s))
}

// Object is what a request got.
type Object struct {
	Addr    uint64 // where the object begins; behind its header if it has one
	Size    int    // bytes asked for
	Noscan  bool   // whether it has no pointers
	Class   int    // size class; 0 for a large object
	Slot    int    // bytes of the slot it is in, or of its pages
	Charged int    // bytes newly taken: Slot, or 0 for an object in a shared tiny block
	Span    uint64 // address of the span; 0 for size zero
	Index   int    // number of the slot in the span
	Header  bool   // whether a type pointer stands in front of it
	Zeroed  bool   // whether old memory had to be cleared (mspan.needzero)
	Served  Served // who had the memory

	// TestsTrigger says that the runtime asks, after this request, whether a
	// collection is due: it does so after a refill and after a large object.
	TestsTrigger bool

	HeapLocks    int // how often mheap.lock was taken
	CentralLocks int // how often the lock of one of mcentral's span sets was taken, to add a block of 512
}

// String returns the object on one line.
func (o Object) String() string {
	switch {
	case o.Size == 0:
		return fmt.Sprintf("0 bytes at %#x: zerobase", o.Addr)
	case o.Class == 0:
		return fmt.Sprintf("%d bytes at %#x: a large object of %d pages, from %v, %s",
			o.Size, o.Addr, o.Slot/pageSize, o.Served, o.locks())
	}
	kind := "scan"
	if o.Noscan {
		kind = "noscan"
	}
	return fmt.Sprintf("%d byte%s at %#x: slot %d of %d bytes (class %d %s), from %v, %s",
		o.Size, plural(o.Size), o.Addr, o.Index, o.Slot, o.Class, kind, o.Served, o.locks())
}

func (o Object) locks() string {
	if o.HeapLocks+o.CentralLocks == 0 {
		return "no lock"
	}
	return fmt.Sprintf("locks: mheap %d, mcentral %d", o.HeapLocks, o.CentralLocks)
}

func plural(n int) string {
	if n == 1 {
		return ""
	}
	return "s"
}

// request is a malloc under way.
type request struct {
	p      *proc
	spc    spanClass
	header uint64
	object Object
	span   *mspan // the span found for it, on the slow path
	served Served // by whom that span was had
	locks  [2]int // heap and spine locks before it began
}

// Malloc allocates size bytes on P p, as make([]byte, size) does, or, if not
// noscan, as make([]*T, size/8) does (runtime/malloc.go: mallocgc).
//
// A negative size, or one above 1<<48, panics with Go's *RuntimeError. A size
// that the modelled system has no addresses for ends the machine with Go's
// "out of memory".
func (h *Heap) Malloc(p int, size int, noscan bool) Object {
	if h.mallocFast(p, size, noscan) {
		return h.last
	}
	h.BeginMalloc(p, size, noscan)
	h.Run()
	return h.last
}

// mallocFast serves a small request that needs nothing but its P's mcache, as
// most do. It does what the steps would have done, and says so in the same
// events, without the pile of steps to come.
func (h *Heap) mallocFast(p int, size int, noscan bool) bool {
	if h.thrown != nil || len(h.todo) != 0 || uint(p) >= uint(len(h.procs)) ||
		size <= 0 || size > maxSmallRequest {
		return false
	}
	c := &h.procs[p].cache
	r := request{p: h.procs[p], served: ByMcache, locks: [2]int{h.stats.heapLocks, h.stats.centralLocks}}
	r.object = Object{Size: size, Noscan: noscan}
	why := r.classify()
	tiny := why == event.WhyTinySize
	if tiny && c.tinyRoom(uint64(size)) != noRoom {
		h.beginFast(&r, p, why)
		h.tinyFits(&r, c)
		return true
	}
	s := c.alloc[r.spc]
	if s == nil {
		return false
	}
	slot, ok := s.nextFreeFast()
	if !ok {
		return false
	}
	h.beginFast(&r, p, why)
	h.give(&r, s, slot, event.WhyFreeSlot)
	if tiny {
		h.newTinyBlock(&r)
	}
	return true
}

// beginFast is begin and mallocgc for a request that is known to be served.
func (h *Heap) beginFast(r *request, p int, why event.Reason) {
	h.opP = p
	h.opMark = h.log.Len()
	h.emitMallocgc(r, why)
}

// BeginMalloc begins a request and does nothing of it yet: Step does. When
// Step returns false, Last has the object.
func (h *Heap) BeginMalloc(p int, size int, noscan bool) {
	proc := h.beginOn("Malloc", p)
	if size < 0 || size > maxAlloc {
		// runtime/slice.go: makeslice.
		panic(&RuntimeError{"runtime error: makeslice: len out of range"})
	}
	r := &request{p: proc, served: ByMcache}
	r.locks = [2]int{h.stats.heapLocks, h.stats.centralLocks}
	r.object = Object{Size: size, Noscan: noscan}
	h.then(func() { h.mallocgc(r) })
}

// Last returns the object of the last request that ended.
func (h *Heap) Last() Object { return h.last }

// mallocgc chooses the way of a request by its size and whether it has
// pointers (malloc.go: mallocgc).
func (h *Heap) mallocgc(r *request) {
	size, noscan := uint64(r.object.Size), r.object.Noscan
	if size == 0 {
		h.emit(event.Mallocgc, event.WhyZeroSize, 0, 0, 0)
		r.object.Addr = ZeroBase
		r.object.Served = ByNobody
		h.last = r.object
		return
	}
	if size > maxSmallRequest {
		r.spc = makeSpanClass(0, noscan)
		h.emit(event.Mallocgc, event.WhyLarge, size, 0, alignUp(size, pageSize))
		h.then(func() { h.mallocgcLarge(r) })
		return
	}
	why, next := r.classify(), h.mallocgcSmall
	if why == event.WhyTinySize {
		next = h.mallocgcTiny
	}
	h.emitMallocgc(r, why)
	h.then(func() { next(r) })
}

// classify finds the span class and the header of a small request, and says
// which way it goes.
func (r *request) classify() event.Reason {
	size, noscan := uint64(r.object.Size), r.object.Noscan
	if noscan && size < maxTinySize {
		r.spc = tinySpanClass
		return event.WhyTinySize
	}
	r.header = headerOf(size, noscan)
	r.spc = makeSpanClass(classFor(size+r.header), noscan)
	switch {
	case r.header != 0:
		return event.WhySmallHeader
	case !noscan:
		return event.WhySmallScan
	}
	return event.WhySmallNoscan
}

// emitMallocgc says that a small request begins.
func (h *Heap) emitMallocgc(r *request, why event.Reason) {
	class := r.spc.class()
	h.emit(event.Mallocgc, why, uint64(r.object.Size), uint64(class), uint64(classToSize[class]))
}

// mallocgcTiny puts the object behind others in the P's block of 16 bytes, or
// takes a slot for a new block (malloc.go: mallocgcTiny).
func (h *Heap) mallocgcTiny(r *request) {
	if h.tinyFits(r, &r.p.cache) != nil {
		return
	}
	h.then(
		func() { h.mallocgcSmall(r) },
		func() { h.newTinyBlock(r) },
	)
}

// noRoom is the place of an object that does not fit into the tiny block.
const noRoom = ^uint64(0)

// tinyRoom returns where in the tiny block an object of some bytes fits.
func (c *mcache) tinyRoom(size uint64) uint64 {
	off := c.tinyoffset
	switch {
	case size&7 == 0:
		off = alignUp(off, 8)
	case size&3 == 0:
		off = alignUp(off, 4)
	case size&1 == 0:
		off = alignUp(off, 2)
	}
	if off+size > maxTinySize || c.tiny == 0 {
		return noRoom
	}
	return off
}

// tinyFits puts the object into the tiny block and returns its span, if it has
// room.
func (h *Heap) tinyFits(r *request, c *mcache) *mspan {
	size := uint64(r.object.Size)
	off := c.tinyRoom(size)
	if off == noRoom {
		return nil
	}
	c.tinyoffset = off + size
	c.tinyAllocs++
	h.emit(event.TinyAlloc, event.WhyTinyFits, c.tiny+off, off, size)
	s := h.spanOf(c.tiny)
	r.served = ByTiny
	h.finish(r, s, s.slotOf(c.tiny), c.tiny+off)
	return s
}

// newTinyBlock decides which block the next tiny objects share.
func (h *Heap) newTinyBlock(r *request) {
	c, why := &r.p.cache, event.WhyTinyOld
	if c.tryTinyBlock(r.object.Addr, uint64(r.object.Size)) {
		why = event.WhyTinyNew
	}
	h.emit(event.TinyBlock, why, c.tiny, c.tinyoffset)
}

// tryTinyBlock makes a block in which size bytes are used the one that the next
// tiny objects share, if it has more room left than the one before.
func (c *mcache) tryTinyBlock(block, size uint64) bool {
	if size >= c.tinyoffset && c.tiny != 0 {
		return false
	}
	c.tiny, c.tinyoffset = block, size
	return true
}

// mallocgcSmall takes a slot of the class from the P's cached span (malloc.go:
// mallocgcSmallNoscan, mallocgcSmallScanNoHeader, mallocgcSmallScanHeader).
func (h *Heap) mallocgcSmall(r *request) {
	s := r.p.cache.alloc[r.spc]
	if s != nil {
		if slot, ok := s.nextFreeFast(); ok {
			h.give(r, s, slot, event.WhyFreeSlot)
			return
		}
	}
	h.then(func() { h.nextFree(r) })
}

// nextFree looks beyond the loaded alloc bits, and has the mcache refilled if
// the span is full (malloc.go: nextFree).
func (h *Heap) nextFree(r *request) {
	s := r.p.cache.alloc[r.spc]
	if s != nil {
		if slot := h.nextFreeIndex(s); slot < s.nelems {
			s.allocCount++
			h.give(r, s, slot, event.WhyNextWindow)
			return
		}
		if s.allocCount != s.nelems {
			h.throw("s.allocCount != s.nelems && freeIndex == s.nelems",
				"s.allocCount=%d s.nelems=%d", s.allocCount, s.nelems)
		}
		h.emit(event.NextFree, event.WhyMcacheFull, uint64(r.spc.class()), uint64(s.allocCount), uint64(s.nelems))
	} else {
		h.emit(event.NextFree, event.WhyMcacheNone, uint64(r.spc.class()), 0, 0)
	}
	r.object.TestsTrigger = true
	h.then(
		func() { h.refill(r) },
		func() { h.firstOfRefill(r) },
	)
}

// firstOfRefill takes the slot that the refill was made for.
func (h *Heap) firstOfRefill(r *request) {
	s := r.p.cache.alloc[r.spc]
	slot := h.nextFreeIndex(s)
	if slot >= s.nelems {
		h.throw("freeIndex is not valid", "freeIndex=%d nelems=%d", slot, s.nelems)
	}
	s.allocCount++
	if s.allocCount > s.nelems {
		h.throw("s.allocCount > s.nelems", "s.allocCount=%d s.nelems=%d", s.allocCount, s.nelems)
	}
	h.give(r, s, slot, event.WhyFirstOfRefill)
}

// mallocgcLarge makes a span for one object (malloc.go: mallocgcLarge).
func (h *Heap) mallocgcLarge(r *request) {
	r.object.TestsTrigger = true
	h.then(
		func() { h.allocLarge(r) },
		func() {
			r.span.freeindex = 1
			r.span.allocCount = 1
			h.give(r, r.span, 0, event.WhyLargeObject)
		},
	)
}

// give hands out a slot whose count is already taken.
func (h *Heap) give(r *request, s *mspan, slot uint16, why event.Reason) {
	if h.marking {
		// malloc.go calls gcmarknewobject (mgcmark.go): born marked.
		h.setMarked(s, slot)
	}
	if !r.object.Noscan {
		r.p.cache.scanAlloc += scannable(r, s)
	}
	r.object.Charged = int(s.elemsize)
	r.object.Zeroed = s.needzero
	h.emit(event.HeapObjectAlloc, why, s.addr(slot), uint64(slot), uint64(s.nelems), s.elemsize)
	h.finish(r, s, slot, s.addr(slot)+r.header)
}

// scannable returns how many bytes of an array of pointers count as bytes that
// the mark may have to look at: with a header, and in a large object, the whole
// slot; without a header only the first pointer, since what finds the end of the
// others has a shorter way for elements of one word (runtime/mbitmap.go:
// writeHeapBitsSmall).
func scannable(r *request, s *mspan) uint64 {
	if r.header == 0 && s.class.class() != 0 {
		return 8
	}
	return s.elemsize
}

// finish fills in the object, which is the request's result.
func (h *Heap) finish(r *request, s *mspan, slot uint16, addr uint64) {
	o := &r.object
	o.Addr = addr
	o.Class = s.class.class()
	o.Slot = int(s.elemsize)
	o.Span = s.base
	o.Index = int(slot)
	o.Header = r.header != 0
	o.Served = r.served
	o.HeapLocks = h.stats.heapLocks - r.locks[0]
	o.CentralLocks = h.stats.centralLocks - r.locks[1]
	h.last = *o
}
