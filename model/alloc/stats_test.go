package alloc

import (
	"runtime"
	"runtime/debug"
	"testing"

	"rtbook/model/event"
)

// TestRealStats compares what a series of requests adds to the numbers of
// ReadMemStats with what it adds to the model's.
func TestRealStats(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector turns the tiny allocator off")
	}
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	h := New(Config{})
	sizes := []int{1, 2, 3, 5, 7, 8, 8, 15, 16, 24, 50, 512, 513, 5000, 32760, 32761, 100000}
	for range 50 {
		for _, size := range sizes {
			h.Malloc(0, size, true)
		}
	}
	st := h.Stats()
	want := [3]uint64{st.Mallocs, st.Frees, st.TotalAlloc}
	var got [3]uint64
	for range 5 { // the test binary may allocate something in between
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before) // also ends the tiny block, as in a new heap
		for range 50 {
			for _, size := range sizes {
				sinkBytes = &make([]byte, size)[0]
			}
		}
		runtime.ReadMemStats(&after)
		got = [3]uint64{after.Mallocs - before.Mallocs, after.Frees - before.Frees, after.TotalAlloc - before.TotalAlloc}
		if got == want {
			return
		}
	}
	t.Errorf("mallocs, frees, bytes: the real numbers %d, the model's %d", got, want)
}

// TestSpanInTransit: a span that a request has found and no mcache holds yet
// has a whereabouts, too.
func TestSpanInTransit(t *testing.T) {
	h := New(Config{Record: true})
	h.BeginMalloc(0, 50, true)
	for h.Step() {
		if all := h.Events(); all[len(all)-1].Kind == event.SpanAlloc {
			break
		}
	}
	if got, _ := h.Span(heapBase); got.Where != "the hands of a request" {
		t.Errorf("a span that was just made is in %q", got.Where)
	}
	h.Run()
	if got, _ := h.Span(heapBase); got.Where != "mcache of P 0" {
		t.Errorf("a span of a finished request is in %q", got.Where)
	}
}
