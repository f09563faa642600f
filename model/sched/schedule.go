package sched

import "rtbook/model/event"

// mstart is what the g0 of mp does, for ever: schedule, and then what the
// goroutine that ran asked for by mcall (runtime/proc.go: mstart1, schedule,
// mcall).
func (s *Machine) mstart(mp *m) {
	if mp.id == 0 {
		s.rt0go(mp)
	} else {
		s.acquireNextp(mp)
	}
	for {
		next := mp.again
		if mp.again = (runnable{}); next.gp == nil {
			next = s.schedule(mp)
		}
		s.execute(mp, next)
		fn := mp.mcall
		mp.mcall = nil
		fn(next.gp)
	}
}

// schedule finds the goroutine that mp runs next (runtime/proc.go: schedule).
func (s *Machine) schedule(mp *m) runnable {
	if mp.lockedg != nil {
		s.stoplockedm(mp)
		return runnable{gp: mp.lockedg, why: event.WhyLockedTurn}
	}
	for {
		next := s.findRunnable(mp)
		mp.found = next.gp
		if mp.spinning {
			s.resetspinning(mp)
		}
		if next.gp.lockedm == nil {
			return next
		}
		s.startlockedm(mp, next.gp)
	}
}

// rt0go makes the main goroutine (runtime/asm_amd64.s: rt0_go).
func (s *Machine) rt0go(mp *m) {
	gp := s.newproc1(mp.p, nil, "main", s.mainBody)
	s.runqput(mp.p, gp, true)
	s.step(mp, nil, event.GoCreate, event.WhyMainStart, uint64(gp.goid))
	s.mainStarted = true
}

// A runnable is the goroutine that findRunnable chose, and why it did.
type runnable struct {
	gp          *g
	inheritTime bool // it uses up the time slice of the goroutine before it
	why         event.Reason
	batch       int // gs taken together with it, itself included
	victim      int // the P that it was stolen from
}

// execute starts the goroutine on mp, and returns when it has left mp by mcall
// (runtime/proc.go: execute).
func (s *Machine) execute(mp *m, r runnable) {
	tick := mp.p.schedtick
	mp.found = nil
	mp.curg, r.gp.m = r.gp, mp
	s.casgstatus(r.gp, Runnable, Running)
	r.gp.preempt = false
	if !r.inheritTime {
		mp.p.schedtick++
	}
	s.emit(mp, mp.p, r.gp, event.GoStart, r.why, uint64(tick), uint64(r.batch), uint64(r.victim))
	s.charge(mp, event.GoStart)
	if s.all && s.failure == nil {
		s.next = s.pick()
	}
	s.co.pause()
}

// findRunnable finds the goroutine that mp runs next, and sleeps until there
// is one (runtime/proc.go: findRunnable, without what the package comment
// leaves out).
func (s *Machine) findRunnable(mp *m) runnable {
	for {
		if s.gcwaiting {
			s.gcstopm(mp)
			continue
		}
		pp := mp.p
		pp.preempt = false
		if mp.spinning && !runqempty(pp) {
			s.throw("schedule: spinning with local work", "")
		}
		pollUntil, _ := s.checkTimers(mp, pp)
		if r := s.queued(mp); r.gp != nil {
			return r
		}
		if s.net.inited && s.net.waiters > 0 && s.lastpoll != 0 {
			if r := s.polled(mp, s.netpoll()); r.gp != nil {
				return r
			}
		}
		// Spinning Ms are limited to half of the busy Ps.
		if busy := len(s.allp) - len(s.pidle); mp.spinning || 2*s.nmspinning < busy {
			if !mp.spinning {
				s.becomeSpinning(mp, event.WhyFewSpin)
			}
			r, when, newWork := s.stealWork(mp)
			if r.gp != nil {
				return r
			}
			if newWork {
				continue
			}
			pollUntil = earlier(pollUntil, when)
		}
		// Something may have arrived while this M looked elsewhere.
		if s.gcwaiting {
			continue
		}
		if s.runq.size > 0 {
			return s.globalBatch(mp)
		}
		if !mp.spinning && s.needspinning {
			s.becomeSpinning(mp, event.WhyNeedSpinning)
			continue
		}
		wasSpinning := mp.spinning
		s.dropP(mp)
		r, again := s.recheck(mp, &pollUntil)
		if r.gp != nil {
			return r
		}
		if again {
			continue
		}
		if s.net.inited && (s.net.waiters > 0 || pollUntil != 0) && s.lastpoll != 0 {
			if r, again := s.sleepInPoller(mp, pollUntil, wasSpinning); r.gp != nil {
				return r
			} else if again {
				continue
			}
		} else if pollUntil != 0 && s.net.inited && (s.pollUntil == 0 || s.pollUntil > pollUntil) {
			s.netpollBreak()
		}
		s.stopm(mp)
	}
}

// earlier returns the earlier of two times, of which 0 is none.
func earlier(a, b int64) int64 {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

// queued takes a goroutine from the queues: its P's own and the global one.
func (s *Machine) queued(mp *m) runnable {
	pp := mp.p
	// The global queue first, once in a while: two goroutines that keep
	// readying each other could occupy the local one for ever.
	if pp.schedtick%globalTick == 0 && s.runq.size > 0 {
		return runnable{gp: s.globrunqget(), why: event.WhyGlobalTick}
	}
	if gp, inheritTime := s.runqget(pp); gp != nil {
		if inheritTime {
			return runnable{gp: gp, inheritTime: true, why: event.WhyRunnextSet}
		}
		return runnable{gp: gp, why: event.WhyLocalHead}
	}
	if s.runq.size > 0 {
		return s.globalBatch(mp)
	}
	return runnable{}
}

// polled takes the first of the goroutines that the poller has for mp, which
// has a P; the others become runnable too.
func (s *Machine) polled(mp *m, list gList) runnable {
	gp := list.pop()
	if gp == nil {
		return runnable{}
	}
	s.casgstatus(gp, Waiting, Runnable)
	gp.waitreason = ""
	mp.found = gp
	s.injectglist(mp, nil, list)
	s.step(mp, nil, event.Netpoll, event.WhyPollFound, uint64(gp.goid), uint64(list.size))
	return runnable{gp: gp, why: event.WhyNetpoll}
}

// sleepInPoller sleeps in netpoll in the place of all Ms that have nothing to
// do; again is set if it has a P afterwards.
func (s *Machine) sleepInPoller(mp *m, pollUntil int64, wasSpinning bool) (r runnable, again bool) {
	s.lastpoll, s.pollUntil = 0, pollUntil
	list := s.netpollBlock(mp, pollUntil)
	s.pollUntil, s.lastpoll = 0, max(s.now, 1)
	pp := s.pidleget()
	if pp == nil {
		s.injectglist(mp, nil, list)
		return runnable{}, false
	}
	s.acquirep(mp, pp)
	if list.size > 0 {
		return s.polled(mp, list), true
	}
	s.step(mp, nil, event.ProcStart, event.WhyPollEnds)
	if wasSpinning {
		s.becomeSpinning(mp, event.WhySpunBefore)
	}
	return runnable{}, true
}

// globalBatch takes a batch from the global queue for mp's P, whose queue is
// empty, and chooses the first of it.
func (s *Machine) globalBatch(mp *m) runnable {
	before := s.runq.size
	gp, q := s.globrunqgetbatch(runqSize / 2)
	n := 1 + q.size
	if s.runqputbatch(mp.p, &q); q.size > 0 {
		s.throw("Couldn't put Gs into empty local runq", "")
	}
	mp.found = gp
	s.step(mp, nil, event.Globrunqgetbatch, event.WhyLocalEmpty, uint64(n), uint64(before))
	return runnable{gp: gp, why: event.WhyBatchFirst, batch: n}
}

// dropP gives up mp's P, which becomes idle.
func (s *Machine) dropP(mp *m) {
	pp := s.releasep(mp)
	s.pidleput(pp)
	s.stepOn(mp, pp, nil, event.ProcStop, event.WhyNoWork)
}

// recheck is the end of findRunnable's "delicate dance": an M that stops
// spinning looks for work once more, since whoever submitted some meanwhile
// saw it spin and woke nobody. If there is work, and an idle P for it, mp has
// that P afterwards and spins again: again is set, or a goroutine from the
// global queue is returned at once. Else the timers of all Ps count for
// pollUntil.
func (s *Machine) recheck(mp *m, pollUntil *int64) (r runnable, again bool) {
	if !mp.spinning {
		return runnable{}, false
	}
	mp.spinning = false
	if s.nmspinning--; s.nmspinning < 0 {
		s.throw("findRunnable: negative nmspinning", "")
	}
	if s.runq.size > 0 {
		if pp := s.pidlegetSpinning(); pp != nil {
			s.spinWith(mp, pp)
			return s.globalBatch(mp), false
		}
	}
	for _, p2 := range s.allp { // checkRunqsNoP
		if p2.idle || runqempty(p2) {
			continue
		}
		if pp := s.pidlegetSpinning(); pp != nil {
			s.spinWith(mp, pp)
			s.step(mp, nil, event.ProcStart, event.WhyWorkSeen)
			return runnable{}, true
		}
		break
	}
	for _, p2 := range s.allp { // checkTimersNoP
		if p2.hasTimers || !p2.idle {
			*pollUntil = earlier(*pollUntil, p2.timers.wakeTime())
		}
	}
	return runnable{}, false
}

func (s *Machine) spinWith(mp *m, pp *p) {
	s.acquirep(mp, pp)
	mp.spinning = true
	s.nmspinning++
	s.needspinning = false
}

// stealWork tries to take goroutines from the other Ps: four passes, each in a
// random order, of which only the last runs timers and takes a runnext. It
// returns when the next timer is due, 0 if it saw none, and whether mp must
// look from the start, since a timer ran or the world stops (runtime/proc.go:
// stealWork).
func (s *Machine) stealWork(mp *m) (r runnable, pollUntil int64, newWork bool) {
	for pass := 1; pass <= stealTries; pass++ {
		looked := false
		for i, n := s.stealOrder.start(s.rng.cheaprand()), len(s.allp); n > 0; n-- {
			if s.gcwaiting {
				return runnable{}, pollUntil, true
			}
			p2 := s.allp[i.pos]
			i.next()
			if p2 == mp.p {
				continue
			}
			if pass == stealTries && (p2.hasTimers || !p2.idle) {
				when, ran := s.checkTimers(mp, p2)
				pollUntil = earlier(pollUntil, when)
				if ran {
					if gp, inheritTime := s.runqget(mp.p); gp != nil {
						mp.found = gp
						return runnable{gp: gp, inheritTime: inheritTime, why: event.WhyTimerStolen, victim: int(p2.id)}, pollUntil, true
					}
					newWork = true
				}
			}
			if p2.idle {
				continue
			}
			looked = true
			if r := s.runqsteal(mp, p2, pass); r.gp != nil {
				return r, pollUntil, newWork
			}
		}
		if looked {
			s.step(mp, nil, event.StealWork, event.WhyNoneToSteal, uint64(pass))
		}
	}
	return runnable{}, pollUntil, newWork
}
