package alloc

import "testing"

// TestSpanSetIsAQueue pushes and pops over the borders of blocks: first in,
// first out, a lock for each new block only, and blocks that are used again.
func TestSpanSetIsAQueue(t *testing.T) {
	h := New(Config{})
	set := &spanSet{}
	const n = 3*spanSetBlockEntries + 7
	spans := make([]*mspan, n)
	for i := range spans {
		spans[i] = &mspan{}
		h.push(set, spans[i])
	}
	if got := h.stats.centralLocks; got != 4 {
		t.Errorf("the lock was taken %d times for %d pushes, want 4", got, n)
	}
	if all := set.all(); len(all) != n || all[0] != spans[0] || all[n-1] != spans[n-1] {
		t.Error("all gives others")
	}
	for i := range spans {
		if h.pop(set) != spans[i] {
			t.Fatalf("pop %d gives another", i)
		}
	}
	if h.pop(set) != nil {
		t.Error("an empty set gives a span")
	}
	if got := len(h.spanSetBlocks); got != 3 {
		t.Errorf("%d blocks are free, want 3: the last is not full", got)
	}
	h.reset(set)
	if got := len(h.spanSetBlocks); got != 4 {
		t.Errorf("%d blocks are free after reset, want 4", got)
	}
	h.push(set, spans[0])
	if got := len(h.spanSetBlocks); got != 3 || h.stats.centralLocks != 5 {
		t.Errorf("%d blocks are free, %d locks: a push after reset takes a block", got, h.stats.centralLocks)
	}
	if h.pop(set) != spans[0] {
		t.Error("the span is not there")
	}
}
