package sched

import "rtbook/model/event"

// lockOSThread ties gp to its M: only gp runs there, and gp runs nowhere else.
// The first call in a program starts the template thread, which makes threads
// in the place of those that are locked (runtime/proc.go: LockOSThread).
func (s *Machine) lockOSThread(gp *g) {
	if !s.templateThread {
		s.templateThread = true
		s.nmsys++
	}
	mp := gp.m
	mp.lockedExt++
	mp.lockedg, gp.lockedm = gp, mp
	s.step(mp, gp, event.LockOSThread, event.WhyThreadLocked, uint64(mp.lockedExt), uint64(mp.id))
}

// unlockOSThread undoes one lockOSThread, if there was one (runtime/proc.go:
// UnlockOSThread).
func (s *Machine) unlockOSThread(gp *g) {
	mp := gp.m
	if mp.lockedExt > 0 {
		if mp.lockedExt--; mp.lockedExt == 0 {
			mp.lockedg, gp.lockedm = nil, nil
		}
	}
	why := event.WhyThreadUnlocked
	if mp.lockedExt > 0 {
		why = event.WhyThreadLocked
	}
	s.step(mp, gp, event.UnlockOSThread, why, uint64(mp.lockedExt), uint64(mp.id))
}

// stoplockedm puts mp to sleep until it is the turn of the goroutine that is
// locked to it (runtime/proc.go: stoplockedm).
func (s *Machine) stoplockedm(mp *m) {
	if mp.lockedg == nil || mp.lockedg.lockedm != mp {
		s.throw("stoplockedm: inconsistent locking", "")
	}
	if mp.p != nil {
		s.handoffp(mp, s.releasep(mp))
	}
	s.nmidlelocked++
	if mp.nextp == nil { // else its turn came while it handed off
		mp.parked = true
		s.checkdead(mp)
		s.step(mp, nil, event.Stopm, event.WhyLockedWaits, uint64(mp.lockedg.goid))
	}
	if mp.lockedg.status != Runnable {
		s.throw("stoplockedm: not runnable", "")
	}
	s.acquireNextp(mp)
}

// startlockedm gives mp's P to the M that gp, whose turn it is, is locked to,
// and puts mp to sleep (runtime/proc.go: startlockedm).
func (s *Machine) startlockedm(mp *m, gp *g) {
	lm := gp.lockedm
	if lm == mp {
		s.throw("startlockedm: locked to me", "")
	}
	if lm.nextp != nil {
		s.throw("startlockedm: m has p", "")
	}
	s.nmidlelocked--
	pp := s.releasep(mp)
	lm.nextp = pp
	lm.found, mp.found = gp, nil
	s.touch(lm)
	if lm.parked {
		s.wake(lm)
	}
	s.stepOn(mp, pp, gp, event.Startlockedm, event.WhyLockedElsewhere, uint64(lm.id))
	s.stopm(mp)
}

// mexit ends mp, whose locked goroutine has exited without unlocking it
// (runtime/proc.go: mexit). m0 cannot end; it sleeps for ever.
func (s *Machine) mexit(mp *m) {
	pp := s.releasep(mp)
	mp.lockedExt = 0
	s.handoffp(mp, pp)
	s.nmfreed++
	mp.parked, mp.doing = true, exited
	s.checkdead(mp)
	s.step(mp, nil, event.Mexit, event.WhyThreadEnds)
}
