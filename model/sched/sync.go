package sched

import (
	"fmt"
	"slices"

	"rtbook/model/event"
)

// Mutex is a sync.Mutex (internal/sync/mutex.go).
type Mutex struct {
	object
	state int32
	sema  sema
}

// NewMutex makes an unlocked mutex.
func (s *Machine) NewMutex(name string) *Mutex {
	mu := &Mutex{object: s.newObject("mutex", name)}
	s.mutexes = append(s.mutexes, mu)
	return mu
}

const (
	mutexLocked           = 1 << 0  // go:internal/sync.mutexLocked
	mutexWoken            = 1 << 1  // go:internal/sync.mutexWoken
	mutexStarving         = 1 << 2  // go:internal/sync.mutexStarving
	mutexWaiterShift      = 3       // go:internal/sync.mutexWaiterShift
	starvationThresholdNs = 1000000 // go:internal/sync.starvationThresholdNs
)

func (s *Machine) lock(gp *g, mu *Mutex) {
	if mu.state == 0 {
		mu.state = mutexLocked
		s.step(gp.m, gp, event.MutexLock, event.WhyMutexFree, mu.id)
		return
	}
	s.lockSlow(gp, mu)
}

// lockSlow is internal/sync/mutex.go: (*Mutex).lockSlow. A compare-and-swap
// never fails here, since no step lies between the look and the change.
func (s *Machine) lockSlow(gp *g, mu *Mutex) {
	var waitStart int64
	waited, starving, awoke := false, false, false
	for iter := 0; ; {
		old := mu.state
		if old&(mutexLocked|mutexStarving) == mutexLocked && s.canSpin(gp, iter) {
			if !awoke && old&mutexWoken == 0 && old>>mutexWaiterShift != 0 {
				mu.state |= mutexWoken
				awoke = true
			}
			iter++
			s.step(gp.m, gp, event.MutexSpin, event.WhyMutexSpin, mu.id, uint64(iter))
			continue
		}
		state := old
		if old&mutexStarving == 0 {
			state |= mutexLocked
		}
		if old&(mutexLocked|mutexStarving) != 0 {
			state += 1 << mutexWaiterShift
		}
		if starving && old&mutexLocked != 0 {
			state |= mutexStarving
		}
		if awoke {
			if state&mutexWoken == 0 {
				s.throw("sync: inconsistent mutex state", mu.name)
			}
			state &^= mutexWoken
		}
		mu.state = state
		if old&(mutexLocked|mutexStarving) == 0 {
			why := event.WhyMutexFree
			if waited {
				why = event.WhyMutexRelocked
			}
			s.step(gp.m, gp, event.MutexLock, why, mu.id)
			return
		}
		why := event.WhyMutexHeld
		if waited {
			why = event.WhyMutexTaken
		} else {
			waitStart = s.now
		}
		s.semacquire(gp, &mu.sema, waited, "sync.Mutex.Lock", why, mu.id)
		waited = true
		starving = starving || s.now-waitStart > starvationThresholdNs
		if mu.state&mutexStarving != 0 {
			s.lockHandedOver(gp, mu, starving)
			return
		}
		awoke, iter = true, 0
	}
}

// lockHandedOver ends lockSlow in starvation mode: the unlocker left the mutex
// to gp, unlocked and with gp still counted as a waiter.
func (s *Machine) lockHandedOver(gp *g, mu *Mutex, starving bool) {
	old := mu.state
	if old&(mutexLocked|mutexWoken) != 0 || old>>mutexWaiterShift == 0 {
		s.throw("sync: inconsistent mutex state", mu.name)
	}
	delta := int32(mutexLocked - 1<<mutexWaiterShift)
	if !starving || old>>mutexWaiterShift == 1 {
		delta -= mutexStarving
	}
	mu.state += delta
	s.step(gp.m, gp, event.MutexLock, event.WhyMutexHanded, mu.id)
}

// canSpin reports whether it makes sense to wait for a mutex without parking
// (runtime/proc.go: internal_sync_runtime_canSpin, on a machine with as many
// CPUs as Ps).
func (s *Machine) canSpin(gp *g, iter int) bool {
	return iter < activeSpin && len(s.allp) > len(s.pidle)+s.nmspinning+1 && runqempty(gp.m.p)
}

func (s *Machine) unlock(gp *g, mu *Mutex) {
	if mu.state&mutexLocked == 0 {
		s.throw("sync: unlock of unlocked mutex", mu.name)
	}
	mu.state -= mutexLocked
	old := mu.state
	waiters := uint64(old >> mutexWaiterShift)
	switch {
	case old&mutexStarving != 0:
		s.step(gp.m, gp, event.MutexUnlock, event.WhyUnlockHandsOff, mu.id, waiters)
		s.semrelease(gp, &mu.sema, true)
	case waiters == 0:
		s.step(gp.m, gp, event.MutexUnlock, event.WhyUnlockNoWaiter, mu.id)
	case old&mutexWoken != 0:
		s.step(gp.m, gp, event.MutexUnlock, event.WhyUnlockWoken, mu.id, waiters)
	default:
		mu.state = (old - 1<<mutexWaiterShift) | mutexWoken
		s.step(gp.m, gp, event.MutexUnlock, event.WhyUnlockWakes, mu.id, waiters)
		s.semrelease(gp, &mu.sema, false)
	}
}

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

// Cond is a sync.Cond (sync/cond.go, runtime/sema.go: notifyList).
type Cond struct {
	object
	mu           *Mutex
	wait, notify uint32 // the next ticket to give out, and the next to wake
	list         []*sudog
}

// NewCond makes a condition whose lock is mu, a mutex of the same machine.
func (s *Machine) NewCond(name string, mu *Mutex) *Cond {
	if mu == nil || mu.s != s {
		panic(fmt.Sprintf("sched: NewCond of %q without a mutex of its machine", name))
	}
	c := &Cond{object: s.newObject("condition", name), mu: mu}
	s.conds = append(s.conds, c)
	return c
}

func (s *Machine) condWait(gp *g, c *Cond) {
	t := c.wait
	c.wait++
	s.unlock(gp, c.mu)
	if int32(t-c.notify) < 0 {
		s.step(gp.m, gp, event.CondWait, event.WhyCondNotified, c.id)
	} else {
		sg := &sudog{g: gp, ticket: t}
		c.list = append(c.list, sg)
		gp.waiting = sg
		s.gopark(gp, "sync.Cond.Wait", event.WhyCondWait, c.id)
		gp.waiting = nil
	}
	s.lock(gp, c.mu)
}

func (s *Machine) condSignal(gp *g, c *Cond) {
	if c.wait == c.notify {
		s.step(gp.m, gp, event.CondSignal, event.WhyCondNone, c.id)
		return
	}
	t, waiters := c.notify, uint64(len(c.list))
	c.notify++
	i := slices.IndexFunc(c.list, func(sg *sudog) bool { return sg.ticket == t })
	if i < 0 {
		// Its goroutine has a ticket, and has yet to look whether it is due.
		s.step(gp.m, gp, event.CondSignal, event.WhyCondEarly, c.id, waiters)
		return
	}
	sg := c.list[i]
	c.list = slices.Delete(c.list, i, i+1)
	s.step(gp.m, gp, event.CondSignal, event.WhyCondWakesOne, c.id, waiters)
	s.goready(gp, sg.g)
}

func (s *Machine) condBroadcast(gp *g, c *Cond) {
	if c.wait == c.notify {
		s.step(gp.m, gp, event.CondBroadcast, event.WhyCondNone, c.id)
		return
	}
	list := c.list
	c.list, c.notify = nil, c.wait
	why := event.WhyCondWakesAll
	if len(list) == 0 {
		why = event.WhyCondEarly
	}
	s.step(gp.m, gp, event.CondBroadcast, why, c.id, uint64(len(list)))
	for _, sg := range list {
		s.goready(gp, sg.g)
	}
}
