package sched

import "rtbook/model/event"

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
		sg := &sudog{g: gp}
		if lifo {
			sem.waiters = append([]*sudog{sg}, sem.waiters...)
		} else {
			sem.waiters = append(sem.waiters, sg)
		}
		gp.waiting = sg
		s.gopark(gp, waitreason, why, id)
		gp.waiting = nil
		if sg.ticket != 0 || sem.cansemacquire() {
			return
		}
	}
}

// semrelease adds one to the count and readies the first waiter. With handoff
// the waiter has what was added, and runs at once (runtime/sema.go:
// semrelease1).
func (s *Machine) semrelease(gp *g, sem *sema, handoff bool) {
	sem.value++
	sg := dequeue(&sem.waiters)
	if sg == nil {
		return
	}
	if handoff && sem.cansemacquire() {
		sg.ticket = 1
	}
	s.goready(gp, sg.g)
	if sg.ticket == 1 {
		s.goyield(gp)
	}
}
