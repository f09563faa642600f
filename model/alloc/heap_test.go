package alloc

import (
	"errors"
	"fmt"
	"testing"

	"rtbook/model/event"

	"github.com/google/go-cmp/cmp"
)

// pageLevel reports whether an event is of the search for pages, which most
// tests are not about.
func pageLevel(k event.Kind) bool {
	return k == event.SummaryFind || k == event.ChunkFind || k == event.SummaryUpdate
}

// told is what happened and why, without the numbers.
type told struct {
	Kind event.Kind
	Why  event.Reason
}

func story(h *Heap) []told {
	var all []told
	for _, e := range h.Why() {
		if pageLevel(e.Kind) {
			continue
		}
		all = append(all, told{e.Kind, e.Reason})
	}
	return all
}

func wantStory(t *testing.T, h *Heap, want ...told) {
	t.Helper()
	if diff := cmp.Diff(want, story(h)); diff != "" {
		t.Errorf("story (-want +got):\n%s\n%s", diff, h.Story())
	}
}

// fill makes n requests on P 0 and returns their objects.
func fill(h *Heap, n, size int, noscan bool) []Object {
	var all []Object
	for range n {
		all = append(all, h.Malloc(0, size, noscan))
	}
	return all
}

func count(h *Heap, kind event.Kind) int {
	n := 0
	for _, e := range h.Why() {
		if e.Kind == kind {
			n++
		}
	}
	return n
}

func TestFirstRequestMeetsEveryLevel(t *testing.T) {
	h := New(Config{Record: true})
	o := h.Malloc(0, 50, true)
	wantStory(t, h,
		told{event.Mallocgc, event.WhySmallNoscan},
		told{event.NextFree, event.WhyMcacheNone},
		told{event.CacheSpan, event.WhyCentralNone},
		told{event.AllocToCache, event.WhyPageCacheEmptyHeapToo},
		told{event.SysReserve, event.WhyNoArena},
		told{event.HeapGrow, event.WhyNoRun},
		told{event.PageAlloc, event.WhyCarve},
		told{event.SpanAlloc, event.WhySpanSmall},
		told{event.Refill, event.WhyMcacheTakes},
		told{event.HeapObjectAlloc, event.WhyFirstOfRefill},
	)
	want := Object{Addr: 0xc000000000, Size: 50, Noscan: true, Class: 6, Slot: 64, Charged: 64,
		Span: 0xc000000000, Served: ByMheap, TestsTrigger: true, HeapLocks: 2}
	if diff := cmp.Diff(want, o); diff != "" {
		t.Errorf("object (-want +got):\n%s", diff)
	}
}

// TestFirstRequestMeetsEveryPageLevel: the same request, down to the bitmap and
// back.
func TestFirstRequestMeetsEveryPageLevel(t *testing.T) {
	h := New(Config{Record: true})
	h.Malloc(0, 50, true)
	var got []event.Event
	for _, e := range h.Why() {
		if pageLevel(e.Kind) || e.Kind == event.PageAlloc {
			got = append(got, event.Event{Kind: e.Kind, Reason: e.Reason, Args: e.Args})
		}
	}
	const max = uint64(maxOffAddr)
	want := []event.Event{
		// The page cache and the heap have nothing: searchAddr says so at once.
		{Kind: event.SummaryFind, Reason: event.WhyNowhere, Args: event.Args{0, max, 0, 1}},
		{Kind: event.SummaryFind, Reason: event.WhyNowhere, Args: event.Args{0, max, 0, 1}},
		// 4 MiB more: a leaf and the four levels above it change.
		{Kind: event.SummaryUpdate, Reason: event.WhySummariesFollow, Args: event.Args{heapBase, 5, 512, heapBase}},
		{Kind: event.SummaryFind, Reason: event.WhySearchAddrChunk, Args: event.Args{4, heapBase, 512, 1}},
		{Kind: event.ChunkFind, Reason: event.WhyZeroBits, Args: event.Args{heapBase, 0, 1, heapBase}},
		{Kind: event.PageAlloc, Reason: event.WhyCarve, Args: event.Args{1, heapBase, 1}},
		{Kind: event.SummaryUpdate, Reason: event.WhySummariesFollow, Args: event.Args{heapBase, 5, 511, heapBase}},
	}
	for i := range want {
		want[i].M, want[i].P, want[i].G = 0, 0, 0
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("page level (-want +got):\n%s\n%s", diff, h.FullStory())
	}
}

func TestOneSpanRunsOut(t *testing.T) {
	h := New(Config{Record: true})
	fill(h, 1, 50, true)
	windows := 0
	for i := 1; i < 126; i++ {
		o := h.Malloc(0, 50, true)
		if o.Index != i || o.Served != ByMcache || o.HeapLocks+o.CentralLocks != 0 || o.TestsTrigger {
			t.Fatalf("request %d: %+v", i, o)
		}
		if story(h)[1].Why == event.WhyNextWindow {
			windows++
			if i != 63 {
				t.Errorf("slot %d took the slow path, only 63 should", i)
			}
		}
	}
	if windows != 1 {
		t.Errorf("%d requests took the slow path to a cached slot, want 1", windows)
	}
	o := h.Malloc(0, 50, true)
	wantStory(t, h,
		told{event.Mallocgc, event.WhySmallNoscan},
		told{event.NextFree, event.WhyMcacheFull},
		told{event.UncacheSpan, event.WhyCentralKeepsFull},
		told{event.CacheSpan, event.WhyCentralNone},
		told{event.AllocToCache, event.WhyPageCacheEmpty},
		told{event.PageAlloc, event.WhyCarvePageCache},
		told{event.SpanAlloc, event.WhySpanSmall},
		told{event.Refill, event.WhyMcacheTakes},
		told{event.HeapObjectAlloc, event.WhyFirstOfRefill},
	)
	if o.Span != 0xc000002000 || o.HeapLocks != 1 || o.CentralLocks != 1 {
		t.Errorf("the 127th request: %+v", o)
	}
}

// TestHeapLocks counts how rarely new spans of one page need mheap's lock: once
// for 64 pages, and once for 64 span records.
func TestHeapLocks(t *testing.T) {
	h := New(Config{})
	for i, o := range fill(h, 66, 8192, true) { // a span each
		want := 0
		switch i {
		case 0: // no page for the cache, then the pages themselves
			want = 2
		case 1: // the 63 other pages of the first block
			want = 1
		case 64: // the next 64 pages, and 64 span records
			want = 2
		}
		if o.HeapLocks != want {
			t.Errorf("span %d took %d locks, want %d", i, o.HeapLocks, want)
		}
	}
}

func TestAnotherPTakesAPartialSpan(t *testing.T) {
	h := New(Config{Procs: 2, Record: true})
	first := h.Malloc(0, 50, true)
	h.FlushCache(0)
	wantStory(t, h, told{event.FlushCache, event.WhyFlushAsked}, told{event.UncacheSpan, event.WhyCentralKeepsPartial})
	// refill counts the whole page as live, releaseAll takes back the 125 free
	// slots: the 128 bytes of mark bits stay counted, as in the runtime.
	if got := h.Stats().HeapLive; got != 64+128 {
		t.Errorf("heapLive is %d after the flush, want the 64 bytes in use and 128", got)
	}
	o := h.Malloc(1, 50, true)
	wantStory(t, h,
		told{event.Mallocgc, event.WhySmallNoscan},
		told{event.NextFree, event.WhyMcacheNone},
		told{event.CacheSpan, event.WhyCentralPartial},
		told{event.Refill, event.WhyMcacheTakes},
		told{event.HeapObjectAlloc, event.WhyFirstOfRefill},
	)
	if o.Span != first.Span || o.Index != 1 || o.Served != ByMcentral || o.HeapLocks != 0 {
		t.Errorf("P 1 got %+v", o)
	}
	if got := h.Stats().HeapLive; got != 8192+128 {
		t.Errorf("heapLive is %d, want all of the cached span, and 128", got)
	}
}

// TestCentralOrder lets a P ask mcentral after a collection until it has
// nothing left: swept partial spans come first, then unswept partial ones, then
// unswept full ones, and last a new span.
func TestCentralOrder(t *testing.T) {
	h := New(Config{Procs: 2, Record: true})
	a := fill(h, 126, 64, true) // full
	b := fill(h, 126, 64, true) // full
	c := fill(h, 2, 64, true)
	h.FlushCache(0) // partial, and in mcentral when the collection begins
	d := h.Malloc(1, 64, true)
	if d.Span != c[0].Span {
		t.Fatalf("P 1 has %v, expected the span of %v", d, c[0])
	}
	fill(h, 1, 64, true) // P 0 has a fourth span
	h.FlushCache(1)      // the third one is in mcentral again
	live := append([]Object{a[3], c[0], h.Last()}, b...)
	h.Collect(live...)

	var reasons []event.Reason
	served := map[Served]int{}
	for len(reasons) < 4 {
		o := h.Malloc(0, 64, true)
		served[o.Served]++
		for _, e := range h.Why() {
			if e.Kind == event.CacheSpan {
				reasons = append(reasons, e.Reason)
			}
		}
	}
	want := []event.Reason{event.WhyCentralPartial, event.WhyCentralPartialSwept, event.WhyCentralFullSwept, event.WhyCentralNone}
	if diff := cmp.Diff(want, reasons); diff != "" {
		t.Errorf("mcentral was asked (-want +got):\n%s", diff)
	}
	// The last request found b's span full after its sweep, then asked mheap.
	wantStory(t, h,
		told{event.Mallocgc, event.WhySmallNoscan},
		told{event.NextFree, event.WhyMcacheFull},
		told{event.UncacheSpan, event.WhyCentralKeepsFull},
		told{event.SweepSpan, event.WhySweptForUse},
		told{event.CacheSpan, event.WhyCentralNone},
		told{event.Reclaim, event.WhySweepPending},
		told{event.PageAlloc, event.WhyCarvePageCache},
		told{event.SpanAlloc, event.WhySpanSmall},
		told{event.Refill, event.WhyMcacheTakes},
		told{event.HeapObjectAlloc, event.WhyFirstOfRefill},
	)
	// Each of the first three spans had one survivor.
	if served[ByMcache] != 3*124 || served[ByMcentral] != 3 || served[ByMheap] != 1 {
		t.Errorf("served by %v", served)
	}
}

// TestSweepBudget: cacheSpan sweeps no more than 101 full spans in vain.
func TestSweepBudget(t *testing.T) {
	h := New(Config{Record: true})
	live := fill(h, 150, 16384, true) // one slot a span
	h.Collect(live...)
	h.Malloc(0, 16384, true)
	if got := count(h, event.SweepSpan); got != 101 {
		t.Errorf("swept %d spans, want 101", got)
	}
	if got := h.Last().Served; got != ByMheap {
		t.Errorf("served by %v, want a new span", got)
	}
}

func TestDeadSpansGoBack(t *testing.T) {
	h := New(Config{Record: true})
	objects := fill(h, 3*126, 64, true)
	keep := objects[130]
	h.Collect(keep)
	// The cached span is swept at once, has no survivor and goes.
	wantStory(t, h,
		told{event.AllocBlack, event.WhyMarkBegins},
		told{event.MarkBits, event.WhyReachable},
		told{event.SweepGen, event.WhySweepBegins},
		told{event.FlushCache, event.WhyStale},
		told{event.SweepSpan, event.WhySweptEmpty},
		told{event.SpanFree, event.WhySpanDead},
	)
	if got := h.Stats(); got.HeapLive != 64 || got.HeapInUse != 2*8192 || got.Frees != 126 {
		t.Errorf("before the sweep: live %d, in use %d, frees %d", got.HeapLive, got.HeapInUse, got.Frees)
	}
	h.SweepAll()
	wantStory(t, h,
		told{event.SweepSpan, event.WhySweptEmpty},
		told{event.SpanFree, event.WhySpanDead},
		told{event.SweepSpan, event.WhySweptPartial},
		told{event.SweepDrained, event.WhyAllSwept},
	)
	if got := h.Stats(); got.HeapInUse != 8192 || got.HeapFree != 2*8192 || got.Frees != 3*126-1 {
		t.Errorf("after the sweep: in use %d, free %d, frees %d", got.HeapInUse, got.HeapFree, got.Frees)
	}
	if s, ok := h.Span(keep.Addr); !ok || s.Used != 1 || !s.InUse[keep.Index] || s.Where != "mcentral, partial" {
		t.Errorf("the survivor's span: %v", s)
	}
	// The first freed slot of that span is the next to be used, and is cleared.
	o := h.Malloc(0, 64, true)
	if o.Span != keep.Span || o.Index != 0 || o.Served != ByMcentral || !o.Zeroed {
		t.Errorf("reused: %+v", o)
	}
}

// TestSweptForUseIsKept: a span without survivors that mcentral sweeps for a
// request serves it, and does not go back to mheap first.
func TestSweptForUseIsKept(t *testing.T) {
	h := New(Config{Record: true})
	a := fill(h, 127, 64, true)
	h.Collect()
	o := h.Malloc(0, 64, true)
	if o.Span != a[0].Span || o.Served != ByMcentral || count(h, event.SpanFree) != 0 {
		t.Errorf("got %v\n%s", o, h.Story())
	}
}

func TestReclaimBeforeGrowing(t *testing.T) {
	h := New(Config{Record: true})
	dead := h.Malloc(0, 1<<20, true)
	kept := h.Malloc(0, 1<<20, true)
	h.Collect(kept)
	mapped := h.Stats().Mapped
	o := h.Malloc(0, 1<<20, true)
	wantStory(t, h,
		told{event.Mallocgc, event.WhyLarge},
		told{event.Reclaim, event.WhySweepPending},
		told{event.SweepSpan, event.WhySweptEmpty},
		told{event.SpanFree, event.WhySpanDead},
		told{event.PageAlloc, event.WhyCarve},
		told{event.SpanAlloc, event.WhySpanLarge},
		told{event.UncacheSpan, event.WhyCentralLarge},
		told{event.HeapObjectAlloc, event.WhyLargeObject},
	)
	if o.Addr != dead.Addr || !o.Zeroed || h.Stats().Mapped != mapped {
		t.Errorf("got %+v, want the pages of %v", o, dead)
	}
	// Taken once by the reclaimer, once more for its own free, and once to go on.
	if o.HeapLocks != 4 {
		t.Errorf("%d locks, want 4: reclaim, freeSpan, reclaim again, allocSpan", o.HeapLocks)
	}
	h.SweepAll() // still has the dead span in its set, and the survivor to sweep
	wantStory(t, h, told{event.SweepSpan, event.WhySweptFull}, told{event.SweepDrained, event.WhyAllSwept})
}

// TestReclaimMarksAnew: what an earlier collection marked is no longer marked.
func TestReclaimMarksAnew(t *testing.T) {
	h := New(Config{})
	a := h.Malloc(0, 1<<20, true)
	h.Collect(a)
	h.SweepAll()
	h.Collect()
	if o := h.Malloc(0, 1<<20, true); o.Addr != a.Addr {
		t.Errorf("got %v, want the dead object's pages at %#x", o, a.Addr)
	}
}

func TestReclaimKeepsCredit(t *testing.T) {
	h := New(Config{Record: true})
	fill(h, 2, 1<<20, true) // 128 pages each
	h.Collect()
	for h.SweepOne() {
		break // one span: its 128 pages are credit
	}
	h.Malloc(0, 1<<19, true) // 64 pages: paid for
	if n := count(h, event.SweepSpan); n != 0 {
		t.Errorf("swept %d spans for pages that were credited", n)
	}
	h.Malloc(0, 1<<20, true) // 128 pages, 64 of them paid for
	if n := count(h, event.SweepSpan); n != 1 {
		t.Errorf("swept %d spans, want the other one", n)
	}
	if h.reclaimCredit != 64 {
		t.Errorf("a credit of %d pages is left, want 64: 2*128 swept, 64+128 taken", h.reclaimCredit)
	}
}

func TestGrowthIsContiguous(t *testing.T) {
	h := New(Config{Record: true})
	h.Malloc(0, 60<<20, true)
	if got := h.Stats().Mapped; got != 60<<20 {
		t.Errorf("mapped %d MiB, want 60", got>>20)
	}
	o := h.Malloc(0, 10<<20, true) // 12 MiB in steps of 4, over the arena's end
	if want := uint64(heapBase + 60<<20); o.Addr != want {
		t.Errorf("at %#x, want %#x", o.Addr, want)
	}
	snap := h.Snapshot()
	want := []Arena{
		{Base: heapBase, Mapped: 64 << 20, InUse: 64 << 20, Zeroed: 64 << 20, Spans: 2},
		{Base: heapBase + 64<<20, Mapped: 8 << 20, InUse: 6 << 20, Zeroed: 6 << 20},
	}
	if diff := cmp.Diff(want, snap.Arenas); diff != "" {
		t.Errorf("arenas (-want +got):\n%s", diff)
	}
	// A huge object is one span, whatever its size.
	if o := h.Malloc(0, 1<<39, true); o.Slot != 1<<39 {
		t.Errorf("%v", o)
	}
}

func TestGoesRuntimeErrors(t *testing.T) {
	h := New(Config{})
	for _, size := range []int{-1, 1<<48 + 1} {
		func() {
			defer func() {
				err, _ := recover().(error)
				var re *RuntimeError
				// The text that Go itself gives for that size.
				if !errors.As(err, &re) || re.Error() != makesliceError(t, size) {
					t.Errorf("size %d: %v", size, err)
				}
			}()
			h.Malloc(0, size, true)
		}()
	}
	if o := h.Malloc(0, 50, true); o.Addr != heapBase {
		t.Errorf("after the errors: %v", o)
	}
}

// makesliceError returns what make([]byte, size) panics with.
func makesliceError(t *testing.T, size int) (text string) {
	defer func() { text = recover().(error).Error() }()
	sink = make([]byte, size)
	t.Fatalf("make([]byte, %d) succeeded", size)
	return ""
}

func TestNoSuchP(t *testing.T) {
	h := New(Config{Procs: 2, Record: true})
	h.Malloc(1, 64, true)
	before := text(h.Snapshot())
	for _, p := range []int{-1, 2} {
		for call, do := range map[string]func(){
			"Malloc":         func() { h.Malloc(p, 1, true) },
			"FlushCache":     func() { h.FlushCache(p) },
			"FlushPageCache": func() { h.FlushPageCache(p) },
		} {
			want := fmt.Sprintf("alloc: %s on P %d, which there is not: Config.Procs is 2", call, p)
			if got := refused(do); got != want {
				t.Errorf("%q, want %q", got, want)
			}
		}
	}
	if got := text(h.Snapshot()); got != before {
		t.Errorf("a refused call changed the machine:\n%s\nwas\n%s", got, before)
	}
}

func TestStepEmitsOneEvent(t *testing.T) {
	now := int64(0)
	h := New(Config{Record: true, Clock: func() int64 { now++; return now }})
	if h.Step() {
		t.Error("an idle heap did something")
	}
	h.BeginMalloc(0, 50, true)
	for n := 1; h.Step(); n++ {
		if got := len(h.Events()); got != n {
			t.Fatalf("%d events after %d steps", got, n)
		}
	}
	events := h.Events()
	if n := len(events); n < 10 || events[n-1].Time != int64(n) {
		t.Errorf("%d events, the last of %d", n, events[n-1].Time)
	}
	// A request under way is finished before the next one begins.
	h.BeginMalloc(0, 50, true)
	h.Step()
	if o := h.Malloc(0, 50, true); o.Index != 2 {
		t.Errorf("got slot %d, want 2", o.Index)
	}
	silent := New(Config{})
	silent.Malloc(0, 50, true)
	if n := len(silent.Events()); n != 0 {
		t.Errorf("%d events without Record", n)
	}
}

func TestMarkPhase(t *testing.T) {
	h := New(Config{Record: true})
	a := h.Malloc(0, 64, true)
	h.Malloc(0, 64, true)
	h.StartMark()
	if !h.Mark(a.Addr+63) || h.Mark(a.Addr) {
		t.Error("a pointer into an object marks it, once")
	}
	if h.Mark(0x1234) || h.Mark(heapBase+1<<20) {
		t.Error("an address that never was an object is not a pointer")
	}
	born := h.Malloc(0, 64, true) // marked from birth
	h.StartMark()                 // changes nothing
	h.StartSweep()
	h.SweepAll()
	s, _ := h.Span(a.Addr)
	if s.Used != 2 || !s.InUse[a.Index] || !s.InUse[born.Index] || s.Marked[a.Index] {
		t.Errorf("after the sweep: %v\n%s", s, s.Map())
	}
	if h.SweepOne() {
		t.Error("there was something left to sweep")
	}
}
