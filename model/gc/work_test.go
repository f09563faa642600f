package gc

import (
	"slices"
	"testing"
)

func fill(n int) []uint64 {
	s := make([]uint64, n)
	for i := range s {
		s[i] = uint64(i + 1)
	}
	return s
}

// Two buffers of 253 hold 506 entries; the next one sends a full one away.
func TestPutObjOverflows(t *testing.T) {
	var w work
	for i := range uint64(507) {
		w.putObj(i + 1)
		if over := i+1 == 507; (len(w.full) == 1) != over || w.flushedWork != over {
			t.Fatalf("after %d puts: %d full buffers, flushedWork %t", i+1, len(w.full), w.flushedWork)
		}
	}
	// putObj swaps before it looks: the first buffer, filled first, went.
	if got := w.full[0].obj[0]; got != 1 {
		t.Errorf("the full buffer begins with %d, want 1", got)
	}
	var order []uint64
	for {
		p, _ := w.tryGetObj()
		if p == 0 {
			break
		}
		order = append(order, p)
	}
	// The newest one, then the second buffer from its top, then the first.
	want := fill(507)
	slices.Reverse(want)
	if !slices.Equal(order, want) {
		t.Errorf("entries come back as %v…, want 507 down to 1", order[:5])
	}
}

// putObjBatch sends wbuf1 away as soon as it is full and never fills wbuf2.
func TestPutObjBatch(t *testing.T) {
	var w work
	w.putObjBatch(fill(254))
	// wbuf1 was full, wbuf2 empty: wbuf2 becomes wbuf1.
	if len(w.full) != 1 || len(w.wbuf1.obj) != 1 || len(w.wbuf2.obj) != 0 {
		t.Errorf("full, wbuf1, wbuf2 = %d, %d, %d; want 1, 1, 0", len(w.full), len(w.wbuf1.obj), len(w.wbuf2.obj))
	}
}

func TestBalance(t *testing.T) {
	var w work
	w.balance()
	if w.wbuf1 != nil || w.flushedWork {
		t.Error("balance before the first put did something")
	}
	for _, tc := range []struct {
		wbuf1, wbuf2 int
		full         []uint64
		keep         []uint64
	}{
		{4, 0, nil, fill(4)},
		{5, 0, []uint64{1, 2, 3}, []uint64{4, 5}}, // 5/2 = 2 stay
		{6, 0, []uint64{1, 2, 3}, []uint64{4, 5, 6}},
		{6, 2, []uint64{1, 2}, fill(6)}, // wbuf2 goes first
	} {
		w := work{wbuf1: &workbuf{obj: fill(tc.wbuf1)}, wbuf2: &workbuf{obj: fill(tc.wbuf2)}}
		w.balance()
		var full []uint64
		if len(w.full) > 0 {
			full = w.full[0].obj
		}
		if !slices.Equal(full, tc.full) || !slices.Equal(w.wbuf1.obj, tc.keep) || w.flushedWork != (full != nil) {
			t.Errorf("balance of %d and %d: full %v, keeps %v; want %v, %v", tc.wbuf1, tc.wbuf2, full, w.wbuf1.obj, tc.full, tc.keep)
		}
	}
}

// ringIndexes puts n spans, numbered by their objptr index.
func putSpans(q *spanQueue, from, n int) (shared []int) {
	for i := from; i < from+n; i++ {
		if q.put(objptr{i: i}) {
			shared = append(shared, i)
		}
	}
	return shared
}

// The 64th put without a drain spills half of the ring, at most 16 spans, if
// others have nothing to take.
func TestSpanQueueSpills(t *testing.T) {
	var q spanQueue
	if got := putSpans(&q, 1, 200); !slices.Equal(got, []int{64}) {
		t.Errorf("puts %v made spans visible, want the 64th only: the chain keeps 16 since", got)
	}
	if len(q.ring) != 184 || len(q.chain[0].q) != 16 || q.chain[0].q[0].i != 1 {
		t.Errorf("ring %d, chain %d; want 184, 16 beginning with 1", len(q.ring), len(q.chain[0].q))
	}
	// First in, first out: what was spilled comes after the ring.
	if p, _ := q.tryGetFast(); p.i != 17 {
		t.Errorf("the head is %d, want 17", p.i)
	}
}

// A full ring drains half of itself; a chain of 1024 is followed by one of 2048.
func TestSpanQueueOverflows(t *testing.T) {
	var q spanQueue
	putSpans(&q, 1, 64) // spills 16
	putSpans(&q, 65, 208)
	if len(q.ring) != 256 {
		t.Fatalf("the ring holds %d, want 256", len(q.ring))
	}
	if got := putSpans(&q, 273, 1); !slices.Equal(got, []int{273}) {
		t.Errorf("a put into a full ring shared %v, want itself to report it", got)
	}
	if len(q.ring) != 129 || len(q.chain[0].q) != 144 {
		t.Errorf("ring %d, chain %d; want 129, 144", len(q.ring), len(q.chain[0].q))
	}
	// Each 128 puts more drain 128: 144+6*128 = 912, the next does not fit.
	putSpans(&q, 274, 7*128)
	if len(q.chain) != 2 || len(q.chain[0].q) != 912 || q.chain[1].cap != 2048 || len(q.chain[1].q) != 128 {
		t.Errorf("chain of %d rings, first %d; want 2, 912", len(q.chain), len(q.chain[0].q))
	}
}

// Taking back from the chain takes the older half, at most 128.
func TestSpanQueueSteal(t *testing.T) {
	for _, tc := range []struct{ have, taken int }{{1, 1}, {2, 1}, {5, 3}, {200, 100}, {256, 128}} {
		var q spanQueue
		putSpans(&q, 1, 1)
		q.flush()
		for i := 2; i <= tc.have; i++ {
			q.chain[0].q = append(q.chain[0].q, objptr{i: i})
		}
		p, ok := q.steal()
		if !ok || p.i != 1 || len(q.ring) != tc.taken-1 || len(q.chain[0].q) != tc.have-tc.taken {
			t.Errorf("of %d: got %d, %d in the ring, %d left; want 1, %d, %d",
				tc.have, p.i, len(q.ring), len(q.chain[0].q), tc.taken-1, tc.have-tc.taken)
		}
	}
	var q spanQueue
	if _, ok := q.steal(); ok {
		t.Error("an empty chain gave a span")
	}
}

func TestSpanOwnership(t *testing.T) {
	var s span
	if !s.tryAcquire() || s.owned != oneMark {
		t.Errorf("first mark: owned = %d, want %d", s.owned, oneMark)
	}
	if s.tryAcquire() || s.owned != oneMark|manyMark {
		t.Errorf("second mark: owned = %d, want %d", s.owned, oneMark|manyMark)
	}
	if s.tryAcquire() || s.release() == oneMark || s.owned != unowned {
		t.Error("release after three marks reports one")
	}
}
