package sched

import "rtbook/model/event"

// Constants of stacks.
const (
	stackMin     = 2048       // go:runtime.stackMin
	stackGuard   = 928        // go:runtime.stackGuard
	stackNosplit = 800        // go:runtime.stackNosplit
	stackSmall   = 128        // go:internal/abi.StackSmall
	maxStackSize = 1000000000 // runtime/proc.go: main, on 64-bit systems
	stackBase    = 4*8 + 8    // what newproc1 and gostartcallfn leave at the top
)

// A stack is a goroutine's stack: how large it is, and how much of it its
// frames use (runtime/runtime2.go: stack, gobuf). size 0 means that it has
// none.
type stack struct{ size, used int }

// stackalloc gives gp a stack of the starting size.
func (s *Machine) stackalloc(gp *g) { gp.stack = stack{size: s.startingStackSize} }

// overflows reports whether a function with a frame of this size must not
// begin on the stack: what its prologue compares (cmd/internal/obj/x86:
// stacksplit). A small frame may reach below the guard.
func (st stack) overflows(frame int) bool {
	left := st.size - st.used
	switch {
	case frame <= stackSmall:
		return left <= stackGuard
	default:
		return left-(frame-stackSmall) <= stackGuard
	}
}

// call runs f with a frame of so many bytes below the frames of gp.
func (s *Machine) call(gp *g, frame int, f func()) {
	// The return address lies between two frames.
	const retaddr = 8
	before := gp.stack.used
	gp.stack.used += retaddr
	if gp.stack.overflows(frame) {
		s.newstack(gp, frame)
	}
	gp.stack.used += frame
	defer func() { gp.stack.used = before }()
	f()
}

// newstack makes gp's stack twice as large, or as often as it takes for the
// function that is about to begin (runtime/stack.go: newstack).
func (s *Machine) newstack(gp *g, frame int) {
	oldsize := gp.stack.size
	newsize := oldsize * 2
	for needed := frame + stackGuard; newsize-gp.stack.used < needed; {
		newsize *= 2
	}
	if newsize > maxStackSize {
		s.throw("stack overflow", "goroutine stack exceeds 1000000000-byte limit")
	}
	s.casgstatus(gp, Running, CopyStack)
	s.copystack(gp, newsize)
	s.step(gp.m, gp, event.Copystack, event.WhyStackGrows, uint64(gp.goid), uint64(oldsize), uint64(newsize), uint64(gp.stack.used))
	s.casgstatus(gp, CopyStack, Running)
}

// copystack moves gp's stack (runtime/stack.go: copystack). Here only its size
// changes.
func (s *Machine) copystack(gp *g, newsize int) { gp.stack.size = newsize }

// ScanStacks does to the stacks what a garbage collection does: it shrinks
// those of which less than a quarter is used, and adjusts the size with which
// new ones begin to what it found (runtime/mgcmark.go: scanstack;
// runtime/stack.go: shrinkstack, gcComputeStartingStackSize). It must not be
// called in a body or in a step.
//
// A real collection measures the stacks at the moment when it scans each; this
// one takes them all as they are now.
func (s *Machine) ScanStacks() {
	if s.stepping {
		panic("sched: ScanStacks called before a Step of the same machine has ended")
	}
	var size, stacks uint64
	for _, gp := range s.allg {
		if gp.status == Dead || gp.status == Idle {
			continue
		}
		size += uint64(gp.stack.used)
		stacks++
		if old := gp.stack.size; s.shrinkstack(gp) {
			s.emit(&m{id: event.None}, nil, nil, event.Copystack, event.WhyStackShrinks,
				uint64(gp.goid), uint64(old), uint64(gp.stack.size), uint64(gp.stack.used))
		}
	}
	s.startingStackSize = startingStackSize(size, stacks)
	s.emit(&m{id: event.None}, nil, nil, event.GcComputeStartingStackSize, event.WhyStackStart, uint64(s.startingStackSize), stacks)
}

// shrinkstack halves gp's stack if it is large and hardly used
// (runtime/stack.go: shrinkstack).
func (s *Machine) shrinkstack(gp *g) bool {
	if gp.status == Syscall || gp.stack.size/2 < stackMin || gp.stack.used+stackNosplit >= gp.stack.size/4 {
		return false
	}
	s.copystack(gp, gp.stack.size/2)
	return true
}

// startingStackSize is the size of new stacks after a collection that scanned
// so many bytes of so many stacks (runtime/stack.go:
// gcComputeStartingStackSize).
func startingStackSize(scanned, stacks uint64) int {
	if stacks == 0 {
		return stackMin
	}
	avg := max(min(scanned/stacks+stackGuard, maxStackSize), stackMin)
	size := 1
	for size < int(avg) { // runtime/msize.go: round2
		size *= 2
	}
	return size
}
