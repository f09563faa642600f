package sched

import "rtbook/model/event"

// WaitGroup is a sync.WaitGroup (sync/waitgroup.go).
type WaitGroup struct {
	object
	counter int32
	waiters uint32
	sema    sema
}

// NewWaitGroup makes a wait group whose counter is 0.
func (s *Machine) NewWaitGroup(name string) *WaitGroup {
	wg := &WaitGroup{object: s.newObject("wait group", name)}
	s.waitGroups = append(s.waitGroups, wg)
	return wg
}

func (s *Machine) wgAdd(gp *g, wg *WaitGroup, delta int) {
	wg.counter += int32(delta)
	v, w := wg.counter, wg.waiters
	if v < 0 {
		panic("sync: negative WaitGroup counter")
	}
	if w != 0 && delta > 0 && v == int32(delta) {
		panic("sync: WaitGroup misuse: Add called concurrently with Wait")
	}
	switch {
	case v > 0:
		s.step(gp.m, gp, event.WaitGroupAdd, event.WhyCounterOpen, wg.id, uint64(v), uint64(w))
	case w == 0:
		s.step(gp.m, gp, event.WaitGroupAdd, event.WhyCounterZero, wg.id)
	default:
		wg.waiters = 0
		s.step(gp.m, gp, event.WaitGroupAdd, event.WhyCounterZeroWakes, wg.id, 0, uint64(w))
		for range w {
			s.semrelease(gp, &wg.sema, false)
		}
	}
}

func (s *Machine) wgWait(gp *g, wg *WaitGroup) {
	if wg.counter == 0 {
		s.step(gp.m, gp, event.WaitGroupWait, event.WhyCounterZero, wg.id)
		return
	}
	wg.waiters++
	s.semacquire(gp, &wg.sema, false, "sync.WaitGroup.Wait", event.WhyCounterNotZero, wg.id)
	if wg.counter != 0 || wg.waiters != 0 {
		panic("sync: WaitGroup is reused before previous Wait has returned")
	}
}
