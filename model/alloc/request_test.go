package alloc

import (
	"testing"

	"rtbook/model/event"
)

func TestTinySequence(t *testing.T) {
	h := New(Config{Record: true})
	for i, tc := range []struct {
		size   int
		slot   int // of the 16-byte slots, counted from 0
		offset int
	}{
		{1, 0, 0}, {2, 0, 2}, {4, 0, 4}, {8, 0, 8}, // aligned by size: full to the end
		{5, 1, 0},            // a new block
		{12, 2, 0},           // needs offset 8, does not fit; the old block keeps more room
		{3, 1, 5}, {1, 1, 8}, // so it is used on
		{6, 1, 10},             // at an even address, up to the end
		{15, 3, 0}, {1, 3, 15}, // one byte left, and used
		{7, 4, 0}, {3, 4, 7}, // odd sizes need no alignment
		{8, 5, 0},             // 10 bytes used, 8 need offset 16
		{8, 5, 8}, {16, 6, 0}, // 16 bytes are not tiny any more, but the same class
	} {
		o := h.Malloc(0, tc.size, true)
		want := uint64(heapBase + tc.slot*16 + tc.offset)
		if o.Addr != want || o.Index != tc.slot {
			t.Errorf("request %d for %d bytes: %#x in slot %d, want %#x in slot %d", i, tc.size, o.Addr, o.Index, want, tc.slot)
		}
		if shared := tc.offset != 0; (o.Served == ByTiny) != shared || (o.Charged == 0) != shared {
			t.Errorf("request %d for %d bytes: %+v", i, tc.size, o)
		}
	}
	if got := h.Stats(); got.TinyAllocs != 9 || got.Mallocs != 16 || got.BySize[2].Allocs != 7 {
		t.Errorf("statistics: %d tiny, %d mallocs, %d slots; want 9, 16, 7", got.TinyAllocs, got.Mallocs, got.BySize[2].Allocs)
	}
}

// TestTinyBlockSurvives: the P's current block is kept by a collection, since
// later requests will put objects into it, and dropped by the flush after it.
func TestTinyBlockSurvives(t *testing.T) {
	h := New(Config{Record: true})
	a := h.Malloc(0, 5, true)
	h.Collect()
	h.SweepAll()
	if s, ok := h.Span(a.Addr); !ok || s.Used != 1 {
		t.Errorf("the tiny block's span: %v", s)
	}
	if b := h.Malloc(0, 5, true); b.Addr == a.Addr+5 {
		t.Error("the block is still shared after the flush")
	}
	h.Collect(h.Last())
	h.SweepAll()
	if s, _ := h.Span(a.Addr); s.InUse[a.Index] {
		t.Error("the block survived a second collection that did not find it")
	}
}

func TestSizesAtTheEdges(t *testing.T) {
	for _, tc := range []struct {
		size   int
		noscan bool
		why    event.Reason
		class  int
		slot   int
		offset uint64
	}{
		{0, true, event.WhyZeroSize, 0, 0, 0},
		{15, true, event.WhyTinySize, 2, 16, 0},
		{16, true, event.WhySmallNoscan, 2, 16, 0},
		{8, false, event.WhySmallScan, 1, 8, 0},
		{512, false, event.WhySmallScan, 26, 512, 0},
		{513, false, event.WhySmallHeader, 27, 576, 8},
		{513, true, event.WhySmallNoscan, 27, 576, 0},
		{1016, false, event.WhySmallHeader, 32, 1024, 8},
		{1017, false, event.WhySmallHeader, 33, 1152, 8},
		{32760, true, event.WhySmallNoscan, 67, 32768, 0},
		{32760, false, event.WhySmallHeader, 67, 32768, 8},
		{32761, true, event.WhyLarge, 0, 32768, 0},
		{32761, false, event.WhyLarge, 0, 32768, 0},
		{40000, true, event.WhyLarge, 0, 40960, 0},
	} {
		h := New(Config{Record: true})
		o := h.Malloc(0, tc.size, tc.noscan)
		if why := story(h)[0].Why; why != tc.why {
			t.Errorf("%d bytes, noscan %v: reason %d, want %d", tc.size, tc.noscan, why, tc.why)
		}
		if o.Class != tc.class || o.Slot != tc.slot || o.Charged != tc.slot || (tc.size > 0 && o.Addr != heapBase+tc.offset) {
			t.Errorf("%d bytes, noscan %v: %+v", tc.size, tc.noscan, o)
		}
	}
}
