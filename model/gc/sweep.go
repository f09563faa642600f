package gc

import (
	"sort"

	"rtbook/model/event"
)

// sweepOne sweeps the next span in the order of nextSpanForSweep: by span
// class, those that were full first (runtime/mgcsweep.go: sweepone). It
// reports whether there was one.
func (m *Machine) sweepOne(why event.Reason) bool {
	if s := m.nextSpanForSweep(); s != nil {
		m.sweep(s, false, why)
		return true
	}
	return false
}

func (m *Machine) nextSpanForSweep() *span {
	var best *span
	for _, s := range m.heap.spans { // oldest first: the sets are queues
		if s.sweepgen == m.heap.sweepgen {
			continue
		}
		if best == nil || sweepOrder(s) < sweepOrder(best) {
			best = s
		}
	}
	return best
}

func sweepOrder(s *span) int {
	o := s.spanClass() << 1
	if !s.full {
		o |= 1
	}
	return o
}

// unswept counts the spans that the last cycle left to sweep.
func (m *Machine) unswept() int {
	n := 0
	for _, s := range m.heap.spans {
		if s.sweepgen != m.heap.sweepgen {
			n++
		}
	}
	return n
}

// sweep frees what is not marked in a span, by making its mark bits its
// allocation bits, and gives an empty span back unless the caller wants to
// keep it (runtime/mgcsweep.go: sweepLocked.sweep).
func (m *Machine) sweep(s *span, preserve bool, why event.Reason) {
	marked := s.gcmarkBits
	if s.inline {
		// moveInlineMarks
		marked = append([]bool(nil), s.marks...)
		clear(s.marks)
		clear(s.scans)
	}
	for i := s.freeindex; i < s.nelems; i++ {
		if marked[i] && !s.allocBits[i] {
			m.throw("found pointer to free object", where(s.objs[i])+", marked but free")
		}
	}
	alive := 0
	for i, o := range s.objs {
		m.touch(o)
		if marked[i] {
			alive++
		} else if o != nil {
			o.freed = true
		}
	}
	nfreed := s.allocCount - alive
	s.allocCount = alive
	s.freeindex = 0
	s.allocBits, s.gcmarkBits = marked, make([]bool, s.nelems)
	s.sweepgen = m.heap.sweepgen
	s.full = alive == s.nelems
	m.pacer.TotalFree += uint64(nfreed) * s.elemsize
	m.pacer.MappedReady -= uint64(nfreed) * s.elemsize
	if alive == 0 && !preserve {
		m.heap.freeSpan(s)
		why = event.GCWhyWholeSpan
	}
	m.emit(nil, event.GCSweepSpan, why, s.page(), uint64(nfreed), uint64(nfreed)*s.elemsize, uint64(alive))
}

// prepareForSweep does the next thing of giving the mcache's spans back, once a
// cycle, and sweeping them one by one (runtime/mcache.go:
// mcache.prepareForSweep, releaseAll; mcentral.go: uncacheSpan). It reports
// whether there was anything to do.
func (m *Machine) prepareForSweep() bool {
	h := &m.heap
	if h.flushGen != h.sweepgen {
		h.flushGen = h.sweepgen
		for k := range h.mcache {
			h.stale = append(h.stale, k)
		}
		sort.Ints(h.stale)
		m.emit(nil, event.GCPrepareForSweep, event.GCWhyCachesFlushed)
		return true
	}
	if len(h.stale) == 0 {
		return false
	}
	s := h.mcache[h.stale[0]]
	delete(h.mcache, h.stale[0])
	h.stale = h.stale[1:]
	s.cached = false
	m.sweep(s, false, event.GCWhyCachedSpan)
	return true
}
