package sched

import (
	"fmt"

	"rtbook/model/event"
)

// newproc is the go statement: a goroutine that will run body, in runnext of
// the creator's P (runtime/proc.go: newproc).
func (s *Machine) newproc(gp *g, name string, body func(*G)) {
	mp := gp.m
	newg := s.newproc1(mp.p, name, body)
	pl := s.runqput(mp.p, newg, true)
	s.step(mp, gp, event.GoCreate, pl.why, pl.args(newg.goid)...)
	if s.mainStarted {
		s.wakep(mp, gp)
	}
}

// newproc1 makes a goroutine, of a dead g if there is one, and gives it its
// number (runtime/proc.go: newproc1).
func (s *Machine) newproc1(pp *p, name string, body func(*G)) *g {
	newg := s.gfget(pp)
	if newg == nil {
		newg = &g{status: Idle}
		s.casgstatus(newg, Idle, Dead)
		s.allg = append(s.allg, newg)
	}
	if pp.goidcache == pp.goidcachend {
		s.goidgen += goidCacheSize
		pp.goidcache = s.goidgen - (goidCacheSize - 1)
		pp.goidcachend = pp.goidcache + goidCacheSize
	}
	newg.goid = pp.goidcache
	pp.goidcache++
	newg.exiting = false
	newg.handle = &G{s: s, gp: newg, goid: newg.goid, name: name}
	newg.co = newCoro(func() { s.runBody(newg, body) })
	s.casgstatus(newg, Dead, Runnable)
	return newg
}

// runBody is the bottom of a goroutine's stack: it calls the body, and turns
// its end into a call of goexit0 on g0. A panic that arrives here ends the
// program.
func (s *Machine) runBody(gp *g, body func(*G)) {
	defer func() {
		r := recover()
		switch {
		case s.closed:
			// Being stopped: nothing that a body does now counts.
		case r == nil && !gp.exiting && gp.goid == mainGoid:
			gp.m.mcall = s.exit
		case r == nil || r == errGoexit:
			gp.m.mcall = s.goexit0
		default:
			s.emit(gp.m, gp.m.p, gp, event.Fatalpanic, event.NoReason)
			s.failure = &Panic{Value: r, GoID: gp.goid, Name: gp.handle.name}
		}
	}()
	body(gp.handle)
}

// casgstatus moves gp from one state to another (runtime/proc.go: casgstatus).
func (s *Machine) casgstatus(gp *g, from, to Status) {
	if gp.status != from {
		s.throw("casgstatus: bad incoming values", fmt.Sprintf("G%d is %v, not %v", gp.goid, gp.status, from))
	}
	gp.status = to
}

// gfput keeps a dead g for the next goroutine, on pp; half of a long list goes
// to the global one (runtime/proc.go: gfput).
func (s *Machine) gfput(pp *p, gp *g) {
	pp.gFree.push(gp)
	if pp.gFree.size < gFreeMax {
		return
	}
	var moved []*g
	for pp.gFree.size >= gFreeBatch {
		moved = append(moved, pp.gFree.pop())
	}
	// The runtime pushes them one by one on a queue, which turns their order,
	// and then prepends that queue.
	for _, gp := range moved {
		s.gFree.push(gp)
	}
}

// gfget returns a dead g, or nil: pp's own, or else one of a batch from the
// global list (runtime/proc.go: gfget).
func (s *Machine) gfget(pp *p) *g {
	if pp.gFree.size == 0 {
		for pp.gFree.size < gFreeBatch && s.gFree.size > 0 {
			pp.gFree.push(s.gFree.pop())
		}
	}
	return pp.gFree.pop()
}

// mcall leaves gp, which is current, for g0, which calls fn(gp)
// (runtime/asm_amd64.s: mcall). It returns when gp is executed again.
func (s *Machine) mcall(gp *g, fn func(*g)) {
	gp.m.mcall = fn
	s.co.pause()
}

// dropg parts mp from its goroutine (runtime/proc.go: dropg).
func dropg(mp *m) {
	mp.curg.m = nil
	mp.curg = nil
}

// gopark parks gp until goready, on the object obj (runtime/proc.go: gopark,
// park_m). What it parks on has been set up by the caller in the same step,
// which is what the locks are for in the runtime.
func (s *Machine) gopark(gp *g, waitreason string, why event.Reason, args ...uint64) {
	gp.waitreason = waitreason
	s.mcall(gp, func(gp *g) {
		mp := gp.m
		s.casgstatus(gp, Running, Waiting)
		dropg(mp)
		s.step(mp, gp, event.GoBlock, why, args...)
	})
}

// goready makes gp runnable, in runnext of the current P; by is the goroutine
// that does it and goes on running (runtime/proc.go: goready, ready).
func (s *Machine) goready(by, gp *g) {
	if gp.status != Waiting {
		s.throw("bad g->status in ready", fmt.Sprintf("G%d is %v", gp.goid, gp.status))
	}
	mp := by.m
	s.casgstatus(gp, Waiting, Runnable)
	gp.waitreason = ""
	pl := s.runqput(mp.p, gp, true)
	s.step(mp, by, event.GoUnblock, pl.why, pl.args(gp.goid)...)
	s.wakep(mp, by)
}

// gosched puts gp at the end of the global queue (runtime/proc.go:
// goschedImpl).
func (s *Machine) gosched(gp *g) {
	s.mcall(gp, func(gp *g) {
		mp := gp.m
		s.casgstatus(gp, Running, Runnable)
		dropg(mp)
		s.runq.pushBack(gp)
		s.step(mp, gp, event.GoStop, event.WhyGosched)
		s.wakep(mp, nil)
	})
}

// goyield puts gp at the end of its P's queue (runtime/proc.go: goyield_m).
func (s *Machine) goyield(gp *g) {
	s.mcall(gp, func(gp *g) {
		mp := gp.m
		s.casgstatus(gp, Running, Runnable)
		dropg(mp)
		s.runqput(mp.p, gp, false)
		s.step(mp, gp, event.GoStop, event.WhyGoyield)
	})
}

// goexit0 ends gp (runtime/proc.go: goexit0, gdestroy).
func (s *Machine) goexit0(gp *g) {
	mp := gp.m
	why := event.WhyBodyReturned
	if gp.exiting {
		why = event.WhyGoexit
	}
	s.casgstatus(gp, Running, Dead)
	gp.waitreason = ""
	gp.co = nil
	dropg(mp)
	s.gfput(mp.p, gp)
	s.step(mp, gp, event.GoDestroy, why)
}

// exit ends the process, since gp, the main goroutine, has returned from
// main.main (runtime/proc.go: main).
func (s *Machine) exit(gp *g) {
	left := 0
	for _, other := range s.allg {
		if other != gp && other.status != Dead {
			left++
		}
	}
	s.finished = true
	s.step(gp.m, gp, event.MainExit, event.WhyMainDone, uint64(left))
}
