package sched

import (
	"fmt"

	"rtbook/model/event"
)

// newm makes a thread, which will take pp first (runtime/proc.go: newm).
func (s *Machine) newm(pp *p, spinning bool) *m {
	if s.mcount() >= s.maxmcount {
		s.throw("thread exhaustion", fmt.Sprintf("program exceeds %d-thread limit", s.maxmcount))
	}
	mp := &m{id: len(s.allm), nextp: pp, spinning: spinning, sleepUntil: s.now}
	mp.g0 = newCoro(func() { s.mstart(mp) })
	if len(s.allm) > 0 {
		mp.sleepUntil += s.costs.Thread
	}
	s.allm = append(s.allm, mp)
	s.touch(mp)
	return mp
}

// mcount is the number of threads, sysmon and the template thread included
// (runtime/proc.go: mcount).
func (s *Machine) mcount() int { return len(s.allm) + s.nmsys - s.nmfreed }

// acquirep gives pp to mp (runtime/proc.go: acquirep).
func (s *Machine) acquirep(mp *m, pp *p) {
	if pp.m != nil || pp.status != pidle {
		s.throw("wirep: invalid p state", fmt.Sprintf("P%d", pp.id))
	}
	mp.p, pp.m, pp.oldm = pp, mp, mp
	s.touch(mp)
	pp.status = prunning
}

// acquireNextp takes the P that mp was woken for.
func (s *Machine) acquireNextp(mp *m) {
	s.acquirep(mp, mp.nextp)
	mp.nextp = nil
	s.step(mp, nil, event.ProcStart, event.WhyWokenForP)
}

// releasep takes mp's P from it (runtime/proc.go: releasep).
func (s *Machine) releasep(mp *m) *p {
	pp := mp.p
	mp.p, pp.m = nil, nil
	pp.status = pidle
	s.touch(mp)
	return pp
}

// pidleput puts pp on the list of idle Ps (runtime/proc.go: pidleput).
func (s *Machine) pidleput(pp *p) {
	if !runqempty(pp) {
		s.throw("pidleput: P has non-empty run queue", fmt.Sprintf("P%d", pp.id))
	}
	if len(pp.timers.heap) == 0 {
		pp.hasTimers = false
	}
	pp.idle = true
	s.pidle = append(s.pidle, pp)
}

// pidleget takes the P that became idle last, or returns nil
// (runtime/proc.go: pidleget).
func (s *Machine) pidleget() *p {
	if len(s.pidle) == 0 {
		return nil
	}
	pp := s.pidle[len(s.pidle)-1]
	s.pidle = s.pidle[:len(s.pidle)-1]
	pp.idle, pp.hasTimers = false, true
	return pp
}

// pidlegetSpinning is pidleget, but notes that work waits for a P if there is
// none (runtime/proc.go: pidlegetSpinning).
func (s *Machine) pidlegetSpinning() *p {
	pp := s.pidleget()
	if pp == nil {
		s.needspinning = true
	}
	return pp
}

// wakep has one more M look for work, if a P is idle and no M looks already
// (runtime/proc.go: wakep). by is the goroutine on mp that caused it, nil for
// the scheduler itself.
func (s *Machine) wakep(mp *m, by *g) {
	if s.nmspinning != 0 {
		return
	}
	pp := s.pidlegetSpinning()
	if pp == nil {
		return
	}
	s.nmspinning++
	s.startm(mp, by, pp, true, event.Wakep, event.WhyIdlePIdleM)
}

// startm has an M, asleep or new, take pp, and spin if spinning is set. by is
// the goroutine on mp that caused it; k and why say what for
// (runtime/proc.go: startm).
func (s *Machine) startm(mp *m, by *g, pp *p, spinning bool, k event.Kind, why event.Reason) {
	if spinning && !runqempty(pp) {
		s.throw("startm: p has runnable gs", fmt.Sprintf("P%d", pp.id))
	}
	nmp, isNew := s.mget(), uint64(0)
	if nmp == nil {
		nmp, isNew = s.newm(pp, spinning), 1
	} else {
		nmp.spinning, nmp.nextp = spinning, pp
		s.wake(nmp)
	}
	if why == event.WhyIdlePIdleM && isNew == 1 {
		why = event.WhyIdlePNewM
	}
	s.step(mp, by, k, why, uint64(pp.id), uint64(nmp.id), isNew)
}

// mget takes the M that went to sleep last, or returns nil (runtime/proc.go:
// mget).
func (s *Machine) mget() *m {
	if len(s.midle) == 0 {
		return nil
	}
	mp := s.midle[len(s.midle)-1]
	s.midle = s.midle[:len(s.midle)-1]
	return mp
}

// handoffp passes on pp, which mp or, for mp's own sake, sysmon has taken from
// an M: to an M that runs what waits for it or looks for work, or to the idle
// ones (runtime/proc.go: handoffp).
func (s *Machine) handoffp(mp *m, pp *p) {
	start := func(spinning bool, why event.Reason) { s.startm(mp, nil, pp, spinning, event.Handoffp, why) }
	switch {
	case !runqempty(pp):
		start(false, event.WhyHandoffLocal)
	case s.runq.size > 0:
		start(false, event.WhyHandoffGlobal)
	case s.nmspinning+len(s.pidle) == 0:
		s.nmspinning++
		s.needspinning = false
		start(true, event.WhyHandoffSpin)
	case s.gcwaiting:
		s.gcstopP(pp)
		s.stepOn(mp, pp, nil, event.ProcStop, event.WhyWorldStops)
	case len(s.pidle) == len(s.allp)-1 && s.lastpoll != 0:
		start(false, event.WhyHandoffPoll)
	default:
		when := pp.timers.wakeTime()
		s.pidleput(pp)
		s.stepOn(mp, pp, nil, event.ProcStop, event.WhyHandoffIdle)
		if when != 0 {
			s.wakeNetPoller(mp, when)
		}
	}
}

// becomeSpinning has mp look for work to steal (runtime/proc.go:
// (*m).becomeSpinning).
func (s *Machine) becomeSpinning(mp *m, why event.Reason) {
	mp.spinning = true
	s.nmspinning++
	s.needspinning = false
	busy := len(s.allp) - len(s.pidle)
	s.step(mp, nil, event.BecomeSpinning, why, uint64(s.nmspinning), uint64(busy))
}

// resetspinning ends mp's search, since it has found work, and has another M
// go on with it (runtime/proc.go: resetspinning).
func (s *Machine) resetspinning(mp *m) {
	mp.spinning = false
	if s.nmspinning--; s.nmspinning < 0 {
		s.throw("findRunnable: negative nmspinning", "")
	}
	s.wakep(mp, nil)
}

// stopm puts mp to sleep until startm gives it a P (runtime/proc.go: stopm).
func (s *Machine) stopm(mp *m) {
	mp.parked = true
	s.midle = append(s.midle, mp)
	s.checkdead(mp)
	s.step(mp, nil, event.Stopm, event.WhyMWaits)
	s.acquireNextp(mp)
}

// checkdead ends the program if no M can run any more (runtime/proc.go:
// checkdead).
func (s *Machine) checkdead(mp *m) {
	run := s.mcount() - len(s.midle) - s.nmidlelocked - s.nmsys
	if run > 0 {
		return
	}
	if run < 0 {
		s.throw("checkdead: inconsistent counts", "")
	}
	waiting := 0
	for _, gp := range s.allg {
		switch gp.status {
		case Waiting:
			waiting++
		case Runnable, Running, Syscall:
			s.throw("checkdead: runnable g", fmt.Sprintf("G%d is %v", gp.goid, gp.status))
		}
	}
	if waiting == 0 {
		s.emit(mp, nil, nil, event.Checkdead, event.WhyMainGone)
		s.throw("no goroutines (main called runtime.Goexit) - deadlock!", "")
	}
	for _, pp := range s.allp {
		if len(pp.timers.heap) > 0 {
			return
		}
	}
	s.emit(mp, nil, nil, event.Checkdead, event.WhyAllAsleep, uint64(waiting))
	s.throw("all goroutines are asleep - deadlock!", s.waiters())
}

// waiters describes the goroutines that wait, as in Go's dump after a fatal
// error.
func (s *Machine) waiters() string {
	text := ""
	for _, gs := range s.goroutines() {
		if gs.Status == Waiting {
			if text != "" {
				text += "; "
			}
			text += fmt.Sprintf("goroutine %d %s: %s", gs.ID, gs.Name, gs.WaitReason)
		}
	}
	return text
}
