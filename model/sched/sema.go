package sched

import (
	"slices"

	"rtbook/model/event"
)

// A sema is a semaphore: a count, and those who wait for it in order. The
// runtime finds the waiters by the count's address (runtime/sema.go:
// semaRoot); here they stand beside it.
type sema struct {
	value   uint32
	waiters []*sudog
}

func (sem *sema) cansemacquire() bool {
	if sem.value == 0 {
		return false
	}
	sem.value--
	return true
}

// semacquire waits until the count is not 0 and takes one off it; with lifo it
// waits before all others (runtime/sema.go: semacquire1).
func (s *Machine) semacquire(gp *g, sem *sema, lifo bool, waitreason string, why event.Reason, id uint64) {
	if sem.cansemacquire() {
		return
	}
	for {
		sg := s.acquireSudog(gp)
		if lifo {
			sem.waiters = slices.Insert(sem.waiters, 0, sg)
		} else {
			sem.waiters = append(sem.waiters, sg)
		}
		s.gopark(gp, waitreason, why, id)
		handed := sg.ticket != 0
		s.releaseSudog(sg)
		if handed || sem.cansemacquire() {
			return
		}
	}
}

// semrelease adds one to the count and readies the first waiter. With handoff
// the waiter has what was added, and runs at once (runtime/sema.go:
// semrelease1).
func (s *Machine) semrelease(gp *g, sem *sema, handoff bool) {
	sem.value++
	sg := s.dequeue(&sem.waiters)
	if sg == nil {
		return
	}
	handed := handoff && sem.cansemacquire()
	if handed {
		sg.ticket = 1
	}
	s.goready(gp.m, gp, sg.g)
	if handed {
		s.goyield(gp)
	}
}
