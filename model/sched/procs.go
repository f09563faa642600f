package sched

import (
	"fmt"

	"rtbook/model/event"
)

// newm makes a thread, which will take pp first (runtime/proc.go: newm).
func (s *Machine) newm(pp *p, spinning bool) *m {
	mp := &m{id: len(s.allm), nextp: pp, spinning: spinning}
	mp.g0 = newCoro(func() { s.mstart(mp) })
	s.allm = append(s.allm, mp)
	return mp
}

// acquirep gives pp to mp (runtime/proc.go: acquirep).
func (s *Machine) acquirep(mp *m, pp *p) {
	mp.p, pp.m = pp, mp
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
	return pp
}

// pidleput puts pp on the list of idle Ps (runtime/proc.go: pidleput).
func (s *Machine) pidleput(pp *p) {
	if !runqempty(pp) {
		s.throw("pidleput: P has non-empty run queue", fmt.Sprintf("P%d", pp.id))
	}
	pp.idle = true
	s.pidle = append(s.pidle, pp)
}

// pidlegetSpinning takes the P that became idle last, or returns nil and notes
// that work waits for a P (runtime/proc.go: pidleget, pidlegetSpinning).
func (s *Machine) pidlegetSpinning() *p {
	if len(s.pidle) == 0 {
		s.needspinning = true
		return nil
	}
	pp := s.pidle[len(s.pidle)-1]
	s.pidle = s.pidle[:len(s.pidle)-1]
	pp.idle = false
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
	s.startm(mp, by, pp)
}

// startm has an M, asleep or new, take pp and spin (runtime/proc.go: startm).
func (s *Machine) startm(mp *m, by *g, pp *p) {
	if !runqempty(pp) {
		s.throw("startm: p has runnable gs", fmt.Sprintf("P%d", pp.id))
	}
	if len(s.midle) == 0 {
		nmp := s.newm(pp, true)
		s.step(mp, by, event.Wakep, event.WhyIdlePNewM, uint64(pp.id), uint64(nmp.id))
		return
	}
	nmp := s.midle[len(s.midle)-1]
	s.midle = s.midle[:len(s.midle)-1]
	nmp.spinning, nmp.nextp, nmp.parked = true, pp, false
	s.step(mp, by, event.Wakep, event.WhyIdlePIdleM, uint64(pp.id), uint64(nmp.id))
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
	if len(s.midle) < len(s.allm) {
		return
	}
	waiting := 0
	for _, gp := range s.allg {
		switch gp.status {
		case Waiting:
			waiting++
		case Runnable, Running:
			s.throw("checkdead: runnable g", fmt.Sprintf("G%d is %v", gp.goid, gp.status))
		}
	}
	if waiting == 0 {
		s.emit(mp, nil, nil, event.Checkdead, event.WhyMainGone)
		s.throw("no goroutines (main called runtime.Goexit) - deadlock!", "")
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
