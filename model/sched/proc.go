package sched

import (
	"fmt"

	"rtbook/model/event"
)

// newproc is the go statement: a goroutine that will run body, in runnext of
// mp's P. gp, on mp, makes it; nil if a timer does (runtime/proc.go: newproc).
func (s *Machine) newproc(mp *m, gp *g, name string, body func(*G)) {
	if body == nil {
		s.throw("go of nil func value", name)
	}
	newg := s.newproc1(mp.p, gp, name, body)
	pl := s.runqput(mp.p, newg, true)
	s.step(mp, gp, event.GoCreate, pl.why, pl.args(newg.goid)...)
	if s.mainStarted {
		s.wakep(mp, gp)
	}
}

// newproc1 makes a goroutine, of a dead g if there is one, and gives it its
// number (runtime/proc.go: newproc1).
func (s *Machine) newproc1(pp *p, caller *g, name string, body func(*G)) *g {
	newg := s.gfget(pp)
	if newg == nil {
		newg = &g{status: Idle}
		newg.stack.size = stackMin // malg
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
	newg.parent = goidOf(caller)
	newg.exiting, newg.preempt = false, false
	newg.stack.used = stackBase
	newg.handle = &G{s: s, gp: newg, goid: newg.goid, name: name}
	s.noteName(newg.goid, name)
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
	s.noteStatus(gp)
}

// gfput keeps a dead g for the next goroutine, on pp, without a stack that is
// not of the size that new ones have; half of a long list goes to the global
// ones (runtime/proc.go: gfput).
func (s *Machine) gfput(pp *p, gp *g) {
	if gp.status != Dead {
		s.throw("gfput: bad status (not Gdead)", fmt.Sprintf("G%d is %v", gp.goid, gp.status))
	}
	if gp.stack.size != s.startingStackSize {
		gp.stack.size = 0
	}
	pp.gFree.push(gp)
	if pp.gFree.size >= gFreeMax {
		s.gfmove(pp, gFreeBatch)
	}
}

// gfmove moves gs from pp's free list to the global ones while there are at
// least left there. The runtime pushes them one by one on a queue, which turns
// their order, and then prepends that queue.
func (s *Machine) gfmove(pp *p, left int) {
	for pp.gFree.size >= left && pp.gFree.size > 0 {
		if gp := pp.gFree.pop(); gp.stack.size == 0 {
			s.gFreeNoStack.push(gp)
		} else {
			s.gFree.push(gp)
		}
	}
}

// gfget returns a dead g with a stack of the starting size, or nil: pp's own,
// or else one of a batch from the global lists, those with a stack first
// (runtime/proc.go: gfget).
func (s *Machine) gfget(pp *p) *g {
	if pp.gFree.size == 0 {
		for pp.gFree.size < gFreeBatch {
			gp := s.gFree.pop()
			if gp == nil {
				gp = s.gFreeNoStack.pop()
			}
			if gp == nil {
				break
			}
			pp.gFree.push(gp)
		}
	}
	gp := pp.gFree.pop()
	if gp != nil && gp.stack.size != s.startingStackSize {
		s.stackalloc(gp)
	}
	return gp
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

// gopark parks gp until goready, on the object in the event's arguments
// (runtime/proc.go: gopark, park_m). What it parks on has been set up by the
// caller in the same step, which is what the locks are for in the runtime.
func (s *Machine) gopark(gp *g, waitreason string, why event.Reason, args ...uint64) {
	var a event.Args
	copy(a[:], args)
	gp.waitreason = waitreason
	s.mcall(gp, func(gp *g) { s.parkM(gp, why, a) })
}

// goparkThen is gopark, and then has g0 call f (runtime/proc.go: park_m's
// waitunlockf).
func (s *Machine) goparkThen(gp *g, waitreason string, why event.Reason, f func(*m), args ...uint64) {
	var a event.Args
	copy(a[:], args)
	gp.waitreason = waitreason
	s.mcall(gp, func(gp *g) {
		mp := gp.m
		s.parkM(gp, why, a)
		f(mp)
	})
}

func (s *Machine) parkM(gp *g, why event.Reason, a event.Args) {
	mp := gp.m
	s.casgstatus(gp, Running, Waiting)
	dropg(mp)
	s.step(mp, gp, event.GoBlock, why, a[:]...)
}

// goready makes gp runnable, in runnext of mp's P; by is the goroutine on mp
// that does it and goes on running, nil for the scheduler itself
// (runtime/proc.go: goready, ready).
func (s *Machine) goready(mp *m, by, gp *g) {
	if gp.status != Waiting {
		s.throw("bad g->status in ready", fmt.Sprintf("G%d is %v", gp.goid, gp.status))
	}
	s.casgstatus(gp, Waiting, Runnable)
	gp.waitreason = ""
	pl := s.runqput(mp.p, gp, true)
	s.step(mp, by, event.GoUnblock, pl.why, pl.args(gp.goid)...)
	s.wakep(mp, by)
}

// gosched puts gp at the end of the global queue (runtime/proc.go:
// gosched_m, goschedImpl).
func (s *Machine) gosched(gp *g) {
	s.mcall(gp, func(gp *g) { s.goschedImpl(gp, event.WhyGosched) })
}

// gopreempt is gosched for a goroutine that is to stop since its time slice is
// over, or since the world is to stop; then it stays on its P
// (runtime/proc.go: gopreempt_m, goschedImpl).
func (s *Machine) gopreempt(gp *g) {
	s.mcall(gp, func(gp *g) {
		why := event.WhyPreempted
		if s.gcwaiting {
			why = event.WhyPreemptedStop
		}
		s.goschedImpl(gp, why)
	})
}

func (s *Machine) goschedImpl(gp *g, why event.Reason) {
	mp := gp.m
	s.casgstatus(gp, Running, Runnable)
	dropg(mp)
	if why == event.WhyPreemptedStop {
		s.runqput(mp.p, gp, true)
	} else {
		s.globrunqput(gp)
	}
	s.step(mp, gp, event.GoStop, why)
	s.wakep(mp, nil)
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
	locked := gp.lockedm != nil
	gp.lockedm, mp.lockedg = nil, nil
	gp.waitreason = ""
	gp.param, gp.timer, gp.co = nil, nil, nil
	dropg(mp)
	s.gfput(mp.p, gp)
	s.step(mp, gp, event.GoDestroy, why)
	if locked {
		s.mexit(mp)
	}
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
