package alloc

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rtbook/model/event"
)

// throwOf runs f and returns the Throw it ended with.
func throwOf(f func()) (thrown *event.Throw) {
	defer func() { thrown, _ = recover().(*event.Throw) }()
	f()
	return nil
}

// TestThrows breaks the state behind the machine's back, and expects the check
// that the runtime has for it.
func TestThrows(t *testing.T) {
	spans := func(h *Heap) *mspan { return inUse(h)[0] }
	for _, tc := range []struct {
		text string
		run  func(h *Heap) // on a heap with one object of 64 bytes on P 0
	}{
		{"out of memory", func(h *Heap) { h.Malloc(0, 1<<48, true) }},
		{"runtime: out of memory", func(h *Heap) { h.Malloc(0, 1<<45, true) }},
		{"found bad pointer in Go heap (incorrect use of unsafe or cgo?)", func(h *Heap) {
			h.StartMark()
			h.Mark(heapBase + 8191) // in the mark bits at the end of the page
		}},
		{"found bad pointer in Go heap (incorrect use of unsafe or cgo?)", func(h *Heap) {
			h.Collect()
			h.SweepAll()
			h.Collect(Object{Addr: heapBase}) // the span is gone
		}},
		{"found pointer to free object", func(h *Heap) {
			h.Collect(Object{Addr: heapBase + 64}) // never allocated
		}},
		{"sweep increased allocation count", func(h *Heap) {
			s := spans(h)
			h.Malloc(0, 64, true)
			s.allocCount = 1
			h.Collect(Object{Addr: heapBase}, Object{Addr: heapBase + 64})
		}},
		{"gcDrain phase incorrect", func(h *Heap) { h.Mark(heapBase) }},
		{"in gcMark expecting to see gcphase as _GCmarktermination", func(h *Heap) { h.StartSweep() }},
		{"s.freeindex > s.nelems", func(h *Heap) {
			spans(h).freeindex, spans(h).allocCache = 200, 0
			h.Malloc(0, 64, true)
		}},
		{"s.allocCount != s.nelems && freeIndex == s.nelems", func(h *Heap) {
			spans(h).freeindex = 126
			h.Malloc(0, 64, true)
		}},
		{"bad sweepgen in refill", func(h *Heap) {
			fill(h, 125, 64, true)
			spans(h).sweepgen = h.sweepgen
			h.Malloc(0, 64, true)
		}},
		{"refill of span with free space remaining", func(h *Heap) {
			h.refill(&request{p: h.procs[0], spc: makeSpanClass(6, true)})
		}},
		{"span has no free space", func(h *Heap) {
			r := &request{p: h.procs[0], span: spans(h)}
			r.span.allocCount = 126
			h.takeSpan(r)
		}},
		{"span has no free objects", func(h *Heap) {
			h.FlushCache(0)
			spans(h).freeindex = 126
			h.Malloc(0, 64, true)
		}},
		{"freeIndex is not valid", func(h *Heap) {
			spans(h).freeindex = 126
			h.firstOfRefill(&request{p: h.procs[0], spc: makeSpanClass(6, true)})
		}},
		{"s.allocCount > s.nelems", func(h *Heap) {
			spans(h).allocCount = 126
			h.firstOfRefill(&request{p: h.procs[0], spc: makeSpanClass(6, true)})
		}},
		{"uncaching span but s.allocCount == 0", func(h *Heap) {
			spans(h).allocCount = 0
			h.FlushCache(0)
		}},
		{"bad flushGen", func(h *Heap) {
			h.procs[0].cache.flushGen = 8
			h.Collect()
		}},
		{"mspan.sweep: bad span state", func(h *Heap) { h.sweep(spans(h), false, nil) }},
		{"mheap.freeSpanLocked - invalid free", func(h *Heap) { h.freeSpan(spans(h)) }},
		{"mheap.freeSpanLocked - invalid span state", func(h *Heap) {
			spans(h).state = spanDead
			h.freeSpan(spans(h))
		}},
		{"non in-use span in unswept list", func(h *Heap) {
			h.FlushCache(0)
			h.Collect()
			spans(h).state, spans(h).sweepgen = spanDead, 7
			h.SweepAll()
		}},
		{"attempt to clear non-empty span set", func(h *Heap) {
			h.push(h.central[13].partialUnswept(h.sweepgen), spans(h))
			h.StartMark()
		}},
		{"grew heap, but no adequate free space found", func(h *Heap) {
			h.BeginMalloc(0, 8<<20, true)
			for h.Step() {
				if w := h.Why(); w[len(w)-1].Kind == event.HeapGrow {
					for _, chunk := range h.pages.chunks {
						chunk.pallocBits.setRange(0, pallocChunkPages)
					}
				}
			}
		}},
	} {
		t.Run(tc.text, func(t *testing.T) {
			h := New(Config{Record: true})
			h.Malloc(0, 64, true)
			thrown := throwOf(func() { tc.run(h) })
			if thrown == nil || thrown.Text != tc.text {
				t.Fatalf("threw %v, want %q", thrown, tc.text)
			}
			if thrown.State == "" {
				t.Error("the throw does not say what was found")
			}
			// Frozen: the same Throw again, and a Snapshot still.
			if again := throwOf(func() { h.Malloc(0, 1, true) }); again != thrown {
				t.Errorf("a later request: %v", again)
			}
			if again := throwOf(func() { h.Step() }); again != thrown {
				t.Errorf("a later step: %v", again)
			}
			h.Snapshot()
		})
	}
}

// TestThrowTextsAreTheRuntimes looks for each text in the runtime's source.
func TestThrowTextsAreTheRuntimes(t *testing.T) {
	var source strings.Builder
	dir := filepath.Join(goroot(t), "src/runtime")
	for _, name := range []string{"malloc.go", "mcache.go", "mcentral.go", "mheap.go", "mbitmap.go", "mgc.go", "mgcmark.go", "mgcsweep.go", "mspanset.go", "mpagealloc.go", "mgcscavenge.go", "mem_linux.go"} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		source.Write(text)
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range strings.Split(string(text), `.throw("`)[1:] {
			msg, _, _ := strings.Cut(part, `"`)
			if !strings.Contains(source.String(), `throw("`+msg+`")`) {
				t.Errorf("%s throws %q, the runtime does not", name, msg)
			}
			found++
		}
	}
	if found < 20 {
		t.Errorf("found %d throws, expected at least 20", found)
	}
}
