package alloc

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"rtbook/model/event"
)

// TestRequestSweepsWhatItOwes: 100 full spans are to be swept until 2 MiB more
// are allocated, less 1 MiB to be on the safe side.
func TestRequestSweepsWhatItOwes(t *testing.T) {
	h := New(Config{Record: true, Trigger: func(live uint64) uint64 { return live + 2<<20 }})
	live := fill(h, 100*126, 64, true)
	h.Collect(live...)
	if got := h.pace.sweepPagesPerByte; got != 100./(1<<20) {
		t.Errorf("%v pages for a MiB, want 100", got*(1<<20))
	}
	h.Malloc(0, 1<<19, true)
	if got := h.stats.pagesSwept; got != 1 {
		t.Errorf("%d pages are swept, want that of the mcache: a large object owes 50, and is 64 itself", got)
	}
	h.Malloc(0, 1000, true) // a span of 8192 bytes: 100 * (1<<19 + 8192) / (1<<20) = 50.8
	if diff := cmp.Diff(told{event.SweepCredit, event.WhySweepBehind}, story(h)[2]); diff != "" {
		t.Errorf("story (-want +got):\n%s\n%s", diff, h.Story())
	}
	if n := count(h, event.SweepSpan); n != 49 {
		t.Errorf("swept %d spans, want 49 and the one before", n)
	}
	h.Malloc(0, 2000, true) // 8192 more: 51.6
	if n := count(h, event.SweepSpan); n != 1 {
		t.Errorf("the next one swept %d spans, want 1", n)
	}
	// Who owes more than there is pays no more.
	h.SweepAll()
	fill(h, 40, 32760, true)
	if got := h.pace.sweepPagesPerByte; got != 0 {
		t.Errorf("%v pages for a MiB are owed once all are swept", got*(1<<20))
	}
}

// TestScavengerLeavesDenseChunks: a chunk with 496 pages in use is left alone
// in the background, and what is free at the highest address goes first.
func TestScavengerLeavesDenseChunks(t *testing.T) {
	h := New(Config{Record: true})
	h.Malloc(0, 500*pageSize, true)
	dead := h.Malloc(0, 12*8192+32768*4, true) // 28 pages: 12 in this chunk, 16 in the next
	live := h.Malloc(0, 100*pageSize, true)
	h.Free(dead)
	h.SweepAll()
	if live.Addr != heapBase+528*pageSize {
		t.Fatalf("%v", live)
	}
	if got := h.Scavenge(1<<20, false); got != 0 {
		t.Errorf("gave back %d pages that were freed in this cycle", got/pageSize)
	}
	h.Free() // the next cycle
	h.SweepAll()
	if got := h.Scavenge(4*pageSize, false); got != 4*pageSize {
		t.Errorf("gave back %d pages, want 4", got/pageSize)
	}
	if last := freeRunsWithMemory(h); last[len(last)-1] != (pageRun{heapBase + 512*pageSize, 12}) {
		t.Errorf("%x: the highest pages were to go first", last)
	}
	if got := h.Scavenge(1<<20, false); got != 12*pageSize {
		t.Errorf("gave back %d pages, want the other 12 of the chunk that is not dense", got/pageSize)
	}
	if got := h.Scavenge(1<<20, true); got != 12*pageSize {
		t.Errorf("forced, it gave back %d pages, want 12", got/pageSize)
	}
	if st := h.Stats(); st.HeapFree != 0 {
		t.Errorf("%d bytes are free with memory behind them", st.HeapFree)
	}
}

// freeRunsWithMemory returns the runs of free pages that are not scavenged.
func freeRunsWithMemory(h *Heap) (runs []pageRun) {
	for _, c := range h.Snapshot().Chunks {
		for i := uint64(0); i < pallocChunkPages; i++ {
			page := c.Base + i*pageSize
			if (c.InUse[i/64]|c.Scavenged[i/64])>>(i%64)&1 != 0 {
				continue
			}
			if n := len(runs); n > 0 && i > 0 && runs[n-1].base+runs[n-1].npages*pageSize == page {
				runs[n-1].npages++
			} else {
				runs = append(runs, pageRun{page, 1})
			}
		}
	}
	return runs
}

// TestSearchFromTheRoot: what the chunk of searchAddr cannot give is looked for
// from the root down. The first 1100 pages are in use; 436 free ones do not do
// for 512, and with 4 MiB more they are 948.
func TestSearchFromTheRoot(t *testing.T) {
	h := New(Config{Record: true})
	h.Malloc(0, 1100*pageSize, true)
	o := h.Malloc(0, 512*pageSize, true)
	const root, at = heapBase, heapBase + 1100*pageSize
	type looked struct {
		why  event.Reason
		args event.Args
	}
	want := []looked{
		// The root had the 1100 pages, so that searchAddr is still its beginning.
		{event.WhyNowhere, event.Args{0, root, 0, 512}},
		{event.WhyDown, event.Args{0, root, 948, 512}},
		{event.WhyDown, event.Args{1, root, 948, 512}},
		{event.WhyDown, event.Args{2, root, 948, 512}},
		{event.WhyDown, event.Args{3, root, 948, 512}},
		{event.WhyAcross, event.Args{4, root + 8<<20, 948, 512}},
	}
	var got []looked
	for _, e := range h.Why() {
		if e.Kind == event.SummaryFind {
			got = append(got, looked{e.Reason, e.Args})
		}
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(looked{})); diff != "" || o.Addr != at {
		t.Errorf("at %#x, looked (-want +got):\n%s\n%s", o.Addr, diff, h.FullStory())
	}
}
