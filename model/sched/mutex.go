package sched

import "rtbook/model/event"

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

// tryLock is internal/sync/mutex.go: (*Mutex).TryLock.
func (s *Machine) tryLock(gp *g, mu *Mutex) bool {
	if mu.state&(mutexLocked|mutexStarving) != 0 {
		s.step(gp.m, gp, event.MutexLock, event.WhyMutexBusy, mu.id)
		return false
	}
	mu.state |= mutexLocked
	s.step(gp.m, gp, event.MutexLock, event.WhyMutexFree, mu.id)
	return true
}
