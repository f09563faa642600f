package gc

import "rtbook/model/event"

// minLegalPointer is below every heap address (runtime/malloc.go). A buffered
// pointer below it is nil. go:runtime.minLegalPointer
const minLegalPointer = 4096

// bufferThing is the number of the write barrier buffer among the things.
const bufferThing = 1

// Color is one of the three colors of an object.
type Color int

// White objects are not marked, grey ones are marked and wait to be scanned,
// black ones are marked and have been scanned. After a mark the colors stay
// until the object's span is swept.
const (
	White Color = iota
	Grey
	Black
)

// String returns the color's name.
func (c Color) String() string { return [...]string{"white", "grey", "black"}[c] }

// root is one root job: the globals, or a goroutine's stack.
type root struct{ g *G } // nil: the globals

// slotRef is one pointer slot that a scan has to load: of an object or a
// variable.
type slotRef struct {
	o *object
	i int
	v *variable
}

func (r slotRef) value() uint64 {
	if r.v != nil {
		return r.v.value
	}
	return r.o.slots[r.i]
}

func (r slotRef) id() int {
	if r.v != nil {
		return r.v.id
	}
	return r.o.id
}

// scan is a root, an object or a span whose pointers are being followed.
type scan struct {
	slots  []slotRef
	root   *root
	obj    *object // scanObject only: pointers to within [base, base+n) are skipped
	base   uint64
	n      uint64
	marked uint64 // added to bytesMarked at the end
	work   uint64 // added to the scan work at the end
}

// holds reports whether the scan has not loaded all of the object's slots.
func (s *scan) holds(o *object) bool {
	if s == nil {
		return false
	}
	if s.obj == o {
		return true
	}
	for _, r := range s.slots {
		if r.o == o {
			return true
		}
	}
	return false
}

// markStep does the next thing of gcDrain (runtime/mgcmark.go): a pointer of
// the scan under way, else a root job, else grey work, else the end.
func (m *Machine) markStep() {
	if !m.barrier {
		m.throw("gcDrain phase incorrect", m.phase.String())
	}
	if m.scanNext() {
		return
	}
	if m.rootNext < len(m.roots) {
		r := m.roots[m.rootNext]
		m.rootNext++
		m.startRoot(r)
		return
	}
	m.drain()
}

// scanNext loads slots until one holds a pointer, and marks what it points to.
// It reports whether there was one.
func (m *Machine) scanNext() bool {
	s := m.scan
	if s == nil {
		return false
	}
	for len(s.slots) > 0 {
		r := s.slots[0]
		s.slots = s.slots[1:]
		m.touch(r.o)
		p := r.value()
		if p == 0 {
			continue
		}
		var o *object
		var why event.Reason
		if s.obj != nil && p >= s.base && p-s.base < s.n {
			o, why = s.obj, event.GCWhyPointsToSelf
		} else {
			o, why = m.mark(p, r, nil)
		}
		if len(s.slots) == 0 {
			m.finishScan()
		}
		m.emit(nil, event.GCGreyObject, why, uint64(o.id), uint64(r.id()), uint64(r.i), o.span.page())
		return true
	}
	m.finishScan()
	return false
}

// finishScan accounts for the scan that has loaded its last slot. For a root
// this is where the globals or the stack become black.
func (m *Machine) finishScan() {
	s := m.scan
	m.scan = nil
	m.touch(s.obj)
	switch {
	case s.root == nil:
		m.work.bytesMarked += s.marked
		m.work.heapScanWork += int64(s.work)
		if m.work.heapScanWork >= creditSlack {
			m.flushScanWork()
		}
	case s.root.g == nil:
		m.globalsBlack = true
		m.pacer.GlobalsScanWork += int64(s.work)
	default:
		s.root.g.scanned = true // resumeG
		m.pacer.StackScanWork += int64(s.work)
	}
}

func (m *Machine) flushScanWork() {
	m.pacer.HeapScanWork += m.work.heapScanWork
	m.work.heapScanWork = 0
}

// startRoot begins a root job (runtime/mgcmark.go: markroot).
func (m *Machine) startRoot(r *root) {
	s := &scan{root: r}
	vars := m.globals
	if r.g != nil {
		vars = r.g.locals
	}
	s.work = uint64(len(vars)) * ptrSize
	for _, v := range vars {
		s.slots = append(s.slots, slotRef{v: v})
	}
	m.scan = s
	if len(s.slots) == 0 {
		m.finishScan()
	}
	switch {
	case r.g == nil:
		m.emit(nil, event.GCMarkRootBlock, event.GCWhyRootJob, s.work)
	case len(vars) == 0:
		m.emit(nil, event.GCScanStack, event.GCWhyStackEmpty, uint64(r.g.thing), s.work)
	default:
		m.emit(nil, event.GCScanStack, event.GCWhyStackJob, uint64(r.g.thing), s.work)
	}
}

// drain takes the next grey object or span, in gcDrain's order of preference.
func (m *Machine) drain() {
	w := &m.work
	flushed := w.justFlushed
	w.justFlushed = false
	if !flushed {
		if len(w.full) == 0 {
			w.balance()
		}
		if p := w.tryGetObjFast(); p != 0 {
			m.scanObject(p, event.GCWhyTopOfWbuf)
			return
		}
		if p, ok := w.spanq.tryGetFast(); ok {
			m.scanSpan(p, event.NoReason)
			return
		}
	}
	if p, fromFull := w.tryGetObj(); p != 0 {
		why := event.GCWhyWbuf2
		if fromFull {
			why = event.GCWhyFullList
		} else if flushed {
			why = event.GCWhyTopOfWbuf
		}
		m.scanObject(p, why)
		return
	}
	if p, ok := w.spanq.tryGetFast(); ok {
		m.scanSpan(p, event.NoReason)
		return
	}
	if p, ok := w.spanq.steal(); ok {
		m.scanSpan(p, event.GCWhySpanFromChain)
		return
	}
	w.spanqMask = false
	if !flushed && len(m.wb) > 0 {
		m.flushBarrier(event.GCWhyNoOtherWork)
		w.justFlushed = true
		return
	}
	m.flushScanWork()
	m.emit(nil, event.GCDrain, event.GCWhyNoGreyLeft)
	m.stages = markDoneStages()
	m.drained = true
}

// scanObject begins to scan the object at p, or the oblet of a large one
// (runtime/mgcmark.go: scanObject).
func (m *Machine) scanObject(p uint64, why event.Reason) {
	o := m.heap.objectAt(p)
	o.unqueue(p)
	m.touch(o)
	s := o.span
	b, n := o.addr(), s.elemsize
	if n > maxObletBytes {
		if p == b {
			for q := b + maxObletBytes; q < b+s.elemsize; q += maxObletBytes {
				m.work.putObj(q)
				o.queued = append(o.queued, q)
			}
		} else if why == event.GCWhyTopOfWbuf {
			why = event.GCWhyOblet
		}
		n = min(b+s.elemsize-p, maxObletBytes)
	}
	sc := &scan{obj: o, base: p, n: n, marked: n}
	first := b + o.slotOffset()
	for i := range o.slots {
		if at := first + uint64(i)*ptrSize; at >= p && at < p+n {
			sc.slots = append(sc.slots, slotRef{o: o, i: i})
			sc.work = at + ptrSize - p
		}
	}
	m.begin(sc)
	m.emit(nil, event.GCScanObject, why, uint64(o.id), p-b, uint64(len(sc.slots)))
}

// unqueue forgets the entry that was taken from a work buffer.
func (o *object) unqueue(p uint64) {
	for i, q := range o.queued {
		if q == p {
			o.queued = append(o.queued[:i:i], o.queued[i+1:]...)
			return
		}
	}
}

// scanSpan begins to scan what was marked in a queued span and not yet
// scanned (runtime/mgcmark_greenteagc.go: scanSpan, spanSetScans).
func (m *Machine) scanSpan(p objptr, why event.Reason) {
	s := p.s
	var objs []*object
	reason := event.GCWhySpanManyMarks
	if s.release() == oneMark {
		reason = event.GCWhySpanOneMark
		if !s.scans[p.i] {
			objs = []*object{s.objs[p.i]}
		}
	} else {
		for i := range s.marks {
			if s.marks[i] && !s.scans[i] {
				objs = append(objs, s.objs[i])
			}
		}
	}
	if len(objs) == 0 {
		reason = event.GCWhySpanNothing
	} else if why != event.NoReason {
		reason = why
	}
	sc := &scan{}
	for _, o := range objs {
		s.scans[o.index] = true
		m.touch(o)
		sc.marked += s.elemsize
		sc.work += uint64(len(o.slots)) * ptrSize
		for i := range o.slots {
			sc.slots = append(sc.slots, slotRef{o: o, i: i})
		}
	}
	n := len(sc.slots)
	m.begin(sc)
	m.emit(nil, event.GCScanSpan, reason, s.page(), uint64(len(objs)), uint64(n))
}

func (m *Machine) begin(s *scan) {
	m.scan = s
	if len(s.slots) == 0 {
		m.finishScan()
	}
}

// mark marks what p points to and queues it if it has to be scanned. With a
// batch, objects of the work buffers are put there instead: the write barrier
// queues them at the end (runtime/mgcmark.go: greyobject; mwbbuf.go:
// wbBufFlush1; mgcmark_greenteagc.go: tryDeferToSpanScan). r is where p was
// found.
func (m *Machine) mark(p uint64, r slotRef, batch *[]uint64) (*object, event.Reason) {
	s := m.heap.spanOf(p)
	o := m.heap.objectAt(p)
	if s.dead {
		// Not in Green Tea's way: freeSpanLocked clears the page's
		// pageUseSpanInlineMarkBits, so the pointer comes to findObject.
		m.badPointer(o, r.id())
	}
	if !s.inline && batch == nil && m.cfg.CheckMark && s.isFree(o.index) {
		m.throw("marking free object", where(o)+", found in "+m.things[r.id()])
	}
	if s.isMarked(o.index) {
		return o, event.GCWhyMarkedAlready
	}
	s.setMarked(o.index)
	m.touch(o)
	switch {
	case s.noscan:
		m.work.bytesMarked += s.elemsize
		return o, event.GCWhyBlackNoscan
	case s.inline:
		if !s.tryAcquire() {
			return o, event.GCWhyGreySpanWaits
		}
		if m.work.spanq.put(objptr{s, o.index}) {
			m.work.spanqMask = true
			m.work.flushedWork = true
		}
		return o, event.GCWhyGreySpanQueued
	}
	o.queued = append(o.queued, o.addr())
	if batch != nil {
		*batch = append(*batch, o.addr())
	} else {
		m.work.putObj(o.addr())
	}
	return o, event.GCWhyGreyWbuf
}

// badPointer mirrors badPointer of runtime/mbitmap.go.
func (m *Machine) badPointer(o *object, from int) {
	m.throw("found bad pointer in Go heap (incorrect use of unsafe or cgo?)",
		m.things[from]+" points to "+where(o)+", in a span that was freed")
}

// flushBarrier shades what the write barrier recorded, in one go: the runtime
// cannot be preempted here (runtime/mwbbuf.go: wbBufFlush1).
func (m *Machine) flushBarrier(why event.Reason) {
	if len(m.wb) == 0 {
		return
	}
	buf := m.wb
	m.wb = nil
	m.emit(nil, event.GCWBBufFlush, why, uint64(len(buf)))
	var batch []uint64
	for _, p := range buf {
		if p < minLegalPointer {
			continue
		}
		if o, why := m.mark(p, slotRef{v: &variable{id: bufferThing}}, &batch); why != event.GCWhyMarkedAlready {
			m.emit(nil, event.GCShade, why, uint64(o.id), 0, 0, o.span.page())
		}
	}
	m.work.putObjBatch(batch)
}

// colorOf returns an object's color.
func (m *Machine) colorOf(o *object) Color {
	s := o.span
	switch {
	case s.objs[o.index] != o || s.dead || !s.isMarked(o.index):
		return White
	case s.noscan:
		return Black
	case s.inline && !s.scans[o.index], len(o.queued) > 0, m.scan.holds(o):
		return Grey
	}
	return Black
}
