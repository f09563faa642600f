package alloc

import "rtbook/model/event"

// spanSet is a queue, first in, first out: an index that counts pushes and
// pops, and blocks of 512 spans that it points into. The real one is pushed to
// and popped from by atomic operations on the index; a lock is taken only to
// add a block (runtime/mspanset.go: spanSet).
type spanSet struct {
	head, tail uint64
	spine      []*spanSetBlock // a block that has been emptied is nil
}

// spanSetBlock is part of a spanSet (mspanset.go: spanSetBlock).
type spanSetBlock struct {
	spans  [spanSetBlockEntries]*mspan
	popped int
}

// push adds s at the tail (mspanset.go: push).
func (h *Heap) push(set *spanSet, s *mspan) {
	top, bottom := set.tail/spanSetBlockEntries, set.tail%spanSetBlockEntries
	set.tail++
	if top == uint64(len(set.spine)) {
		h.stats.centralLocks++
		h.log.Effect(event.Effect{Op: event.OpCentralLock})
		set.spine = append(set.spine, h.newSpanSetBlock())
	}
	set.spine[top].spans[bottom] = s
	h.noteSet(event.OpSetPush, set, s)
}

// noteSet records that s has joined or left a set.
func (h *Heap) noteSet(op event.Op, set *spanSet, s *mspan) {
	if !h.log.Record {
		return
	}
	c := &h.central[s.class]
	number := int32(0)
	switch set {
	case &c.partial[1]:
		number = 1
	case &c.full[0]:
		number = 2
	case &c.full[1]:
		number = 3
	}
	h.log.Effect(event.Effect{Op: op, I: int32(s.class), J: number, N: s.base})
}

// newSpanSetBlock takes a block that another set has emptied, or else a new
// one (mspanset.go: spanSetBlockAlloc).
func (h *Heap) newSpanSetBlock() *spanSetBlock {
	if n := len(h.spanSetBlocks); n > 0 {
		block := h.spanSetBlocks[n-1]
		h.spanSetBlocks = h.spanSetBlocks[:n-1]
		return block
	}
	return new(spanSetBlock)
}

func (h *Heap) freeSpanSetBlock(set *spanSet, top uint64) {
	block := set.spine[top]
	block.popped = 0
	set.spine[top] = nil
	h.spanSetBlocks = append(h.spanSetBlocks, block)
}

// pop removes and returns the head, or nil (mspanset.go: pop).
func (h *Heap) pop(set *spanSet) *mspan {
	if set.head >= set.tail {
		return nil
	}
	top, bottom := set.head/spanSetBlockEntries, set.head%spanSetBlockEntries
	set.head++
	block := set.spine[top]
	s := block.spans[bottom]
	block.spans[bottom] = nil
	if block.popped++; block.popped == spanSetBlockEntries {
		h.freeSpanSetBlock(set, top)
	}
	h.noteSet(event.OpSetPop, set, s)
	return s
}

// reset makes a set that has been emptied begin anew (mspanset.go: reset).
func (h *Heap) reset(set *spanSet) {
	if set.head < set.tail {
		h.throw("attempt to clear non-empty span set", "head = %d, tail = %d", set.head, set.tail)
	}
	if top := set.head / spanSetBlockEntries; top < uint64(len(set.spine)) && set.spine[top] != nil {
		if set.spine[top].popped == 0 {
			h.throw("span set block with unpopped elements found in reset", "head = %d", set.head)
		}
		h.freeSpanSetBlock(set, top)
	}
	*set = spanSet{spine: set.spine[:0]}
}

// all returns the spans of the set, first to be popped first.
func (set *spanSet) all() []*mspan {
	spans := make([]*mspan, 0, set.tail-set.head)
	for i := set.head; i < set.tail; i++ {
		spans = append(spans, set.spine[i/spanSetBlockEntries].spans[i%spanSetBlockEntries])
	}
	return spans
}
