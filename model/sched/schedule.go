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
		next := s.findRunnable(mp)
		mp.found = next.gp
		if mp.spinning {
			s.resetspinning(mp)
		}
		s.execute(mp, next)
		fn := mp.mcall
		mp.mcall = nil
		fn(next.gp)
	}
}

// rt0go makes the main goroutine (runtime/asm_amd64.s: rt0_go).
func (s *Machine) rt0go(mp *m) {
	gp := s.newproc1(mp.p, "main", s.mainBody)
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
	if !r.inheritTime {
		mp.p.schedtick++
	}
	s.step(mp, r.gp, event.GoStart, r.why, uint64(tick), uint64(r.batch), uint64(r.victim))
}

// findRunnable finds the goroutine that mp runs next, and sleeps until there
// is one (runtime/proc.go: findRunnable, without what the package comment
// leaves out).
func (s *Machine) findRunnable(mp *m) runnable {
	for {
		pp := mp.p
		if mp.spinning && !runqempty(pp) {
			s.throw("schedule: spinning with local work", "")
		}
		// The global queue first, once in a while: two goroutines that keep
		// readying each other could occupy the local one for ever.
		if pp.schedtick%globalTick == 0 && s.runq.size > 0 {
			return runnable{gp: s.runq.pop(), why: event.WhyGlobalTick}
		}
		if gp, inheritTime := runqget(pp); gp != nil {
			if inheritTime {
				return runnable{gp: gp, inheritTime: true, why: event.WhyRunnextSet}
			}
			return runnable{gp: gp, why: event.WhyLocalHead}
		}
		if s.runq.size > 0 {
			return s.globalBatch(mp)
		}
		// Spinning Ms are limited to half of the busy Ps.
		if busy := len(s.allp) - len(s.pidle); mp.spinning || 2*s.nmspinning < busy {
			if !mp.spinning {
				s.becomeSpinning(mp, event.WhyFewSpin)
			}
			if r := s.stealWork(mp); r.gp != nil {
				return r
			}
		}
		// Something may have arrived while this M looked elsewhere.
		if s.runq.size > 0 {
			return s.globalBatch(mp)
		}
		// Steps being atomic, an M that comes here with needspinning set spins
		// already. In the runtime a wakep can come in between, or a handoffp.
		if !mp.spinning && s.needspinning {
			s.becomeSpinning(mp, event.WhyNeedSpinning)
			continue
		}
		s.dropP(mp)
		if r := s.recheck(mp); r.gp != nil {
			return r
		}
		if mp.p == nil {
			s.stopm(mp)
		}
	}
}

// globalBatch takes a batch from the global queue for mp's P, whose queue is
// empty, and chooses the first of it.
func (s *Machine) globalBatch(mp *m) runnable {
	before := s.runq.size
	gp, q := s.globrunqgetbatch(runqSize / 2)
	n := 1 + q.size
	if runqputbatch(mp.p, &q); q.size > 0 {
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
// that P afterwards and spins again; a goroutine from the global queue is
// returned at once.
func (s *Machine) recheck(mp *m) runnable {
	if !mp.spinning {
		return runnable{}
	}
	mp.spinning = false
	if s.nmspinning--; s.nmspinning < 0 {
		s.throw("findRunnable: negative nmspinning", "")
	}
	if s.runq.size > 0 {
		if pp := s.pidlegetSpinning(); pp != nil {
			s.spinWith(mp, pp)
			return s.globalBatch(mp)
		}
	}
	for _, p2 := range s.allp {
		if p2.idle || runqempty(p2) {
			continue
		}
		if pp := s.pidlegetSpinning(); pp != nil {
			s.spinWith(mp, pp)
			s.step(mp, nil, event.ProcStart, event.WhyWorkSeen)
		}
		break
	}
	return runnable{}
}

func (s *Machine) spinWith(mp *m, pp *p) {
	s.acquirep(mp, pp)
	mp.spinning = true
	s.nmspinning++
	s.needspinning = false
}

// stealWork tries to take goroutines from the other Ps: four passes, each in a
// random order, of which only the last takes a runnext (runtime/proc.go:
// stealWork).
func (s *Machine) stealWork(mp *m) runnable {
	for pass := 1; pass <= stealTries; pass++ {
		looked := false
		for _, pos := range s.stealOrder.order(s.rng.cheaprand()) {
			p2 := s.allp[pos]
			if p2 == mp.p || p2.idle {
				continue
			}
			looked = true
			if r := s.runqsteal(mp, p2, pass); r.gp != nil {
				return r
			}
		}
		if looked {
			s.step(mp, nil, event.StealWork, event.WhyNoneToSteal, uint64(pass))
		}
	}
	return runnable{}
}
