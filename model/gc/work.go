package gc

// Sizes of the queues (runtime/mgcwork.go, runtime/mgcmark_greenteagc.go).
const (
	workbufLen  = 253  // go:runtime len(workbuf{}.obj)
	spanRingLen = 256  // go:runtime len(spanQueue{}.ring)
	spillPeriod = 64   // go:runtime.spanQueue.put.spillPeriod
	spillMax    = 16   // go:runtime.spanQueue.put.spillMax
	firstSPMC   = 1024 // a literal in spanQueue.drain
	maxSPMC     = 1 << 20 / ptrSize
	wbBufLen    = 512  // go:runtime.wbBufEntries
	creditSlack = 2000 // go:runtime.gcCreditSlack
)

// workbuf is a stack of grey objects, by address (runtime/mgcwork.go: workbuf).
type workbuf struct{ obj []uint64 }

// work is the P's gcWork and what is global beside it (runtime/mgcwork.go:
// gcWork; runtime/mgc.go: work).
type work struct {
	wbuf1, wbuf2 *workbuf
	full         []*workbuf // the global list: last in, first out
	spanq        spanQueue
	spanqMask    bool // others may find spans at this P
	flushedWork  bool // work went where others see it since the last look
	justFlushed  bool // the write barrier buffer was flushed: look for its work first
	bytesMarked  uint64
	heapScanWork int64

	globalBytesMarked uint64 // work.bytesMarked
}

func (w *work) init() {
	w.wbuf1 = new(workbuf)
	if w.wbuf2 = w.tryGetFull(); w.wbuf2 == nil {
		w.wbuf2 = new(workbuf)
	}
}

func (w *work) putFull(b *workbuf) { w.full = append(w.full, b) }

func (w *work) tryGetFull() *workbuf {
	if len(w.full) == 0 {
		return nil
	}
	b := w.full[len(w.full)-1]
	w.full = w.full[:len(w.full)-1]
	return b
}

func (b *workbuf) isFull() bool { return len(b.obj) == workbufLen }

// putObj mirrors gcWork.putObj.
func (w *work) putObj(p uint64) {
	if w.wbuf1 == nil {
		w.init()
	} else if w.wbuf1.isFull() {
		w.wbuf1, w.wbuf2 = w.wbuf2, w.wbuf1
		if w.wbuf1.isFull() {
			w.putFull(w.wbuf1)
			w.flushedWork = true
			w.wbuf1 = new(workbuf)
		}
	}
	w.wbuf1.obj = append(w.wbuf1.obj, p)
}

// putObjBatch mirrors gcWork.putObjBatch: unlike putObj it never fills wbuf2.
func (w *work) putObjBatch(ps []uint64) {
	if len(ps) == 0 {
		return
	}
	if w.wbuf1 == nil {
		w.init()
	}
	for _, p := range ps {
		for w.wbuf1.isFull() {
			w.putFull(w.wbuf1)
			w.flushedWork = true
			w.wbuf1, w.wbuf2 = w.wbuf2, new(workbuf)
		}
		w.wbuf1.obj = append(w.wbuf1.obj, p)
	}
}

func (b *workbuf) pop() uint64 {
	p := b.obj[len(b.obj)-1]
	b.obj = b.obj[:len(b.obj)-1]
	return p
}

// tryGetObjFast mirrors gcWork.tryGetObjFast; 0 is none.
func (w *work) tryGetObjFast() uint64 {
	if w.wbuf1 == nil || len(w.wbuf1.obj) == 0 {
		return 0
	}
	return w.wbuf1.pop()
}

// tryGetObj mirrors gcWork.tryGetObj; 0 is none. It also reports whether the
// object came from the full list.
func (w *work) tryGetObj() (p uint64, fromFull bool) {
	if w.wbuf1 == nil {
		w.init()
	}
	if len(w.wbuf1.obj) == 0 {
		w.wbuf1, w.wbuf2 = w.wbuf2, w.wbuf1
		if len(w.wbuf1.obj) == 0 {
			b := w.tryGetFull()
			if b == nil {
				return 0, false
			}
			w.wbuf1, fromFull = b, true
		}
	}
	return w.wbuf1.pop(), fromFull
}

// balance shares work when the full list is empty (gcWork.balance, handoff).
func (w *work) balance() {
	if w.wbuf1 == nil {
		return
	}
	if len(w.wbuf2.obj) > 0 {
		w.putFull(w.wbuf2)
		w.wbuf2 = new(workbuf)
	} else if n := len(w.wbuf1.obj); n > 4 {
		keep := n / 2 // the upper half; the lower one can be taken by others
		lower, upper := w.wbuf1.obj[:n-keep:n-keep], w.wbuf1.obj[n-keep:]
		w.putFull(&workbuf{obj: lower})
		w.wbuf1 = &workbuf{obj: append([]uint64(nil), upper...)}
	} else {
		return
	}
	w.flushedWork = true
}

// dispose gives everything that the P has to the global state (gcWork.dispose).
func (w *work) dispose() {
	if w.wbuf1 != nil {
		for _, b := range []*workbuf{w.wbuf1, w.wbuf2} {
			if len(b.obj) > 0 {
				w.putFull(b)
				w.flushedWork = true
			}
		}
		w.wbuf1, w.wbuf2 = nil, nil
	}
	if !w.spanq.empty() {
		w.spanq.flush()
		w.spanqMask = true
		w.flushedWork = true
	}
	w.globalBytesMarked += w.bytesMarked
	w.bytesMarked = 0
}

// empty mirrors gcWork.empty.
func (w *work) empty() bool {
	return (w.wbuf1 == nil || len(w.wbuf1.obj) == 0 && len(w.wbuf2.obj) == 0) && w.spanq.empty()
}

// objptr is a queued span with the object whose mark queued it.
type objptr struct {
	s *span
	i int
}

// spanQueue is the P's queue of spans, first in first out, and the chain of
// rings behind it that other Ps may take from (runtime/mgcmark_greenteagc.go:
// spanQueue, spanSPMC).
type spanQueue struct {
	ring           []objptr
	putsSinceDrain int
	chain          []spmc // tail (taken from) first
}

type spmc struct {
	cap int
	q   []objptr
}

// put mirrors spanQueue.put and reports whether others can see a span now.
func (q *spanQueue) put(p objptr) bool {
	if len(q.ring) == spanRingLen {
		q.drain(spanRingLen / 2)
		q.ring = append(q.ring, p)
		return true
	}
	q.ring = append(q.ring, p)
	q.putsSinceDrain++
	if q.putsSinceDrain >= spillPeriod {
		q.putsSinceDrain = 0
		if n := min(len(q.ring)/2, spillMax); n > 4 && q.chainEmpty() {
			q.drain(n)
			return true
		}
	}
	return false
}

func (q *spanQueue) chainEmpty() bool {
	for _, r := range q.chain {
		if len(r.q) > 0 {
			return false
		}
	}
	return true
}

func (q *spanQueue) empty() bool { return len(q.ring) == 0 && q.chainEmpty() }

// flush mirrors spanQueue.flush.
func (q *spanQueue) flush() {
	if len(q.ring) > 0 {
		q.drain(len(q.ring))
	}
}

// drain moves the n oldest spans of the ring to the chain's head.
func (q *spanQueue) drain(n int) {
	q.putsSinceDrain = 0
	if len(q.chain) == 0 {
		q.chain = []spmc{{cap: firstSPMC}}
	}
	head := &q.chain[len(q.chain)-1]
	if len(head.q)+n > head.cap {
		q.chain = append(q.chain, spmc{cap: min(2*head.cap, maxSPMC)})
		head = &q.chain[len(q.chain)-1]
	}
	head.q = append(head.q, q.ring[:n]...)
	q.ring = append([]objptr(nil), q.ring[n:]...)
}

// tryGetFast mirrors spanQueue.tryGetFast.
func (q *spanQueue) tryGetFast() (p objptr, ok bool) {
	if len(q.ring) == 0 {
		return objptr{}, false
	}
	p, q.ring = q.ring[0], q.ring[1:]
	return p, true
}

// steal takes the older half of the chain's first ring that is not empty, at
// most 128 spans, into the empty ring (spanQueue.steal, refill).
func (q *spanQueue) steal() (p objptr, ok bool) {
	for i := range q.chain {
		r := &q.chain[i]
		n := min(len(r.q)-len(r.q)/2, spanRingLen/2)
		if n == 0 {
			continue
		}
		q.ring = append([]objptr(nil), r.q[:n]...)
		r.q = r.q[n:]
		q.chain = q.chain[i:]
		return q.tryGetFast()
	}
	if len(q.chain) > 1 {
		q.chain = q.chain[len(q.chain)-1:]
	}
	return objptr{}, false
}

// ownership says whether a span is queued, and whether more than one object
// was marked in it since (spanScanOwnership).
type ownership uint8

const (
	unowned  ownership = 0 // go:runtime.spanScanUnowned
	oneMark  ownership = 2 // go:runtime.spanScanOneMark
	manyMark ownership = 4 // go:runtime.spanScanManyMark
)

// tryAcquire mirrors spanInlineMarkBits.tryAcquire without the race: the
// caller must queue the span if it reports true.
func (s *span) tryAcquire() bool {
	switch s.owned {
	case unowned:
		s.owned = oneMark
		return true
	case oneMark:
		s.owned |= manyMark
	}
	return false
}

// release mirrors spanInlineMarkBits.release.
func (s *span) release() ownership {
	old := s.owned
	s.owned = unowned
	return old
}
