package gc

import (
	"fmt"

	"rtbook/model/alloc"
	"rtbook/model/event"
)

// Sizes of the heap (internal/runtime/gc, runtime/mgcmark.go).
const (
	pageSize          = 8192      // go:internal/runtime/gc.PageSize
	ptrSize           = 8         // go:internal/goarch.PtrSize
	mallocHeaderSize  = 8         // go:internal/runtime/gc.MallocHeaderSize
	minSizeForHeader  = 512       // go:internal/runtime/gc.MinSizeForMallocHeader
	maxObletBytes     = 128 << 10 // go:runtime.maxObletBytes
	inlineMarkBitsLen = 128       // go:runtime unsafe.Sizeof(spanInlineMarkBits{})
	heapBase          = 0xc000000000
	startingStackSize = 2048 // go:runtime.fixedStack
)

// object is one slot of a span in one of its lives.
type object struct {
	id     int // number, never used again
	name   string
	span   *span
	index  int
	size   uint64 // bytes asked for
	slots  []uint64
	freed  bool
	queued []uint64 // its entries in work buffers: its address, and those of oblets

	touched bool  // on Machine.touched
	noted   int32 // its color as recorded last, as event.OpColor numbers it
}

func (o *object) addr() uint64 { return o.span.base + uint64(o.index)*o.span.elemsize }

// slotOffset is where the object's first pointer lies in its slot: after the
// type header where there is one (runtime/mbitmap.go: heapSetTypeSmallHeader).
func (o *object) slotOffset() uint64 {
	if s := o.span; s.class != 0 && !s.noscan && s.elemsize > minSizeForHeader {
		return mallocHeaderSize
	}
	return 0
}

// span is a run of pages with slots of one size (runtime/mheap.go: mspan).
type span struct {
	base, npages uint64
	class        int // size class; 0 for one large object
	noscan       bool
	elemsize     uint64
	nelems       int
	dead         bool // its pages were given back
	cached       bool // in the P's mcache
	full         bool // it was full when the mcache gave it up
	sweepgen     uint32
	freeindex    int
	allocCount   int
	allocBits    []bool
	gcmarkBits   []bool // where marks live unless inline
	inline       bool   // marks and scans live in the span: Green Tea
	marks, scans []bool
	owned        ownership
	objs         []*object // what each slot holds, or held last
}

func (s *span) page() uint64 { return (s.base - heapBase) / pageSize }

// spanClass orders spans as mheap.central does: noscan after scan.
func (s *span) spanClass() int {
	c := s.class << 1
	if s.noscan {
		c |= 1
	}
	return c
}

// isFree mirrors mspan.isFree.
func (s *span) isFree(i int) bool { return i >= s.freeindex && !s.allocBits[i] }

func (s *span) isMarked(i int) bool {
	if s.inline {
		return s.marks[i]
	}
	return s.gcmarkBits[i]
}

func (s *span) setMarked(i int) {
	if s.inline {
		s.marks[i] = true
	} else {
		s.gcmarkBits[i] = true
	}
}

// nextFree returns the next free slot at or after freeindex, or nelems.
func (s *span) nextFree() int {
	i := s.freeindex
	for i < s.nelems && s.allocBits[i] {
		i++
	}
	return i
}

// heap stands in for the heap of model/alloc, from which it has the size
// classes: it is just enough to have spans.
type heap struct {
	classes  []alloc.Class
	greenTea bool
	sweepgen uint32
	flushGen uint32           // the mcache's
	spans    []*span          // live spans, oldest first
	mcache   map[int]*span    // by span class
	stale    []int            // the mcache's span classes that are still to be flushed, in order
	pages    map[uint64]*span // by page, dead ones included
}

func newHeap(greenTea bool) heap {
	return heap{classes: alloc.Classes(), greenTea: greenTea, mcache: map[int]*span{}, pages: map[uint64]*span{}}
}

// usesInlineMarks mirrors gcUsesSpanInlineMarkBits (runtime/mgcmark_greenteagc.go).
func (h *heap) usesInlineMarks(elemsize uint64) bool {
	return h.greenTea && elemsize >= 16 && elemsize <= minSizeForHeader
}

// sizeClass returns the class for a request, or 0 for a large one
// (runtime/malloc.go: mallocgc). A tiny object gets a block of its own.
func sizeClass(size uint64, noscan bool) int {
	return alloc.FitOf(max(int(size), 1), noscan).Class
}

// spanOf mirrors spanOf: it may return a span that is dead by now.
func (h *heap) spanOf(p uint64) *span {
	if p < heapBase {
		return nil
	}
	return h.pages[(p-heapBase)/pageSize]
}

// objectAt returns what the slot that p points into holds, or held last.
func (h *heap) objectAt(p uint64) *object {
	s := h.spanOf(p)
	if s == nil {
		return nil
	}
	if i := int((p - s.base) / s.elemsize); i < s.nelems {
		return s.objs[i]
	}
	return nil
}

// newSpan takes the lowest pages that fit (runtime/mheap.go: initSpan).
func (h *heap) newSpan(class int, noscan bool, npages uint64) *span {
	s := &span{npages: npages, class: class, noscan: noscan, sweepgen: h.sweepgen}
	for page, run := uint64(0), uint64(0); run < npages; page++ {
		if t := h.pages[page]; t != nil && !t.dead {
			run = 0
			continue
		}
		run++
		s.base = heapBase + (page+1-run)*pageSize
	}
	if class == 0 {
		s.elemsize, s.nelems = npages*pageSize, 1
	} else {
		s.elemsize = uint64(h.classes[class].Size)
		room := npages * pageSize
		s.inline = h.usesInlineMarks(s.elemsize)
		if s.inline {
			room -= inlineMarkBitsLen
		}
		if !noscan && s.elemsize <= minSizeForHeader {
			room -= npages * pageSize / ptrSize / 8
		}
		s.nelems = int(room / s.elemsize)
	}
	s.allocBits, s.gcmarkBits = make([]bool, s.nelems), make([]bool, s.nelems)
	s.marks, s.scans = make([]bool, s.nelems), make([]bool, s.nelems)
	s.objs = make([]*object, s.nelems)
	h.spans = append(h.spans, s)
	for i := range npages {
		h.pages[s.page()+i] = s
	}
	return s
}

// freeSpan gives a span's pages back (runtime/mheap.go: freeSpanLocked).
func (h *heap) freeSpan(s *span) {
	s.dead = true
	for i, t := range h.spans {
		if t == s {
			h.spans = append(h.spans[:i:i], h.spans[i+1:]...)
			return
		}
	}
}

// takeSpan returns a span of the class with a free slot, in the order of
// mcentral.cacheSpan: swept, then unswept ones that it sweeps, then new pages.
func (m *Machine) takeSpan(class int, noscan bool) *span {
	h := &m.heap
	fits := func(s *span) bool {
		return s.class == class && s.noscan == noscan && !s.cached
	}
	for _, s := range h.spans {
		if fits(s) && s.sweepgen == h.sweepgen && s.nextFree() < s.nelems {
			return s
		}
	}
	for _, s := range h.spans {
		if fits(s) && s.sweepgen != h.sweepgen {
			m.sweep(s, true, event.GCWhyAllocNeedsSpan)
			if s.nextFree() < s.nelems {
				return s
			}
		}
	}
	return h.newSpan(class, noscan, uint64(h.classes[class].Pages))
}

// malloc allocates an object (runtime/malloc.go: mallocgc). During a mark it
// is born black (runtime/mgcmark.go: gcmarknewobject).
func (m *Machine) malloc(g *G, name string, size uint64, pointers int) *object {
	noscan := pointers == 0
	class := sizeClass(size, noscan)
	var s *span
	if class == 0 {
		s = m.heap.newSpan(0, noscan, (size+pageSize-1)/pageSize)
	} else {
		for m.prepareForSweep() {
			// The P flushes its mcache before it allocates.
		}
		key := class << 1
		if noscan {
			key |= 1
		}
		s = m.heap.mcache[key]
		if s == nil || s.nextFree() == s.nelems {
			if s != nil {
				s.cached, s.full = false, true
			}
			s = m.takeSpan(class, noscan)
			s.cached = true
			m.heap.mcache[key] = s
		}
	}
	i := s.nextFree()
	s.freeindex = i + 1
	s.allocCount++
	o := &object{id: m.name(name), name: name, span: s, index: i, size: size, slots: make([]uint64, pointers)}
	s.objs[i] = o
	o.noted = -1
	m.touch(o)
	m.objects = append(m.objects, o)

	why := event.GCWhyBornWhite
	if m.barrier && !m.cfg.AllocateWhite {
		why = event.GCWhyBornBlack
		m.markNewObject(o)
	}
	m.emit(g, event.GCMalloc, why, uint64(o.id), s.elemsize, s.page(), uint64(i))
	m.accountMalloc(o)
	return o
}

func (m *Machine) markNewObject(o *object) {
	if m.phase == MarkTermination {
		m.throw("mallocgc called with gcphase == _GCmarktermination", o.name)
	}
	s := o.span
	s.setMarked(o.index)
	if s.inline {
		s.scans[o.index] = true
	}
	m.work.bytesMarked += s.elemsize
}

// accountMalloc tells the pacer (runtime/mgcpacer.go: update).
func (m *Machine) accountMalloc(o *object) {
	s := o.span
	m.pacer.HeapLive += s.elemsize
	m.pacer.TotalAlloc += s.elemsize
	m.pacer.MappedReady += s.elemsize // nothing but objects is mapped
	if m.blacken {
		m.pacer.Revise()
		return
	}
	switch {
	case s.noscan:
	case s.elemsize <= minSizeForHeader:
		m.pacer.HeapScan += uint64(len(o.slots)) * ptrSize
	default:
		m.pacer.HeapScan += s.elemsize
	}
}

// where describes an object for a throw.
func where(o *object) string {
	return fmt.Sprintf("%s, page %d, slot %d", o.name, o.span.page(), o.index)
}
