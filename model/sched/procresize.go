package sched

import (
	"slices"

	"rtbook/model/event"
)

// worldState says who has stopped the world.
type worldState struct {
	mp *m // waits for stopwait to become 0
}

// gomaxprocs changes the number of Ps and returns the old one; a number below
// 1, or the same, changes nothing (runtime/debug.go: GOMAXPROCS).
func (s *Machine) gomaxprocs(gp *g, n int) int {
	old := len(s.allp)
	if n <= 0 || n == old {
		return old
	}
	world := s.nameID(&s.worldName, "the world")
	s.semacquire(gp, &s.gcsema, false, "semacquire", event.WhyWorldTaken, world)
	s.semacquire(gp, &s.worldsema, false, "semacquire", event.WhyWorldTaken, world)
	s.stopTheWorld(gp)
	s.startTheWorld(gp, n)
	s.semrelease(gp, &s.worldsema, true)
	s.semrelease(gp, &s.gcsema, false)
	return old
}

// stopTheWorld has every P stop, and waits until they have (runtime/proc.go:
// stopTheWorldWithSema).
func (s *Machine) stopTheWorld(gp *g) {
	mp := gp.m
	gp.waitreason = "stopping the world"
	s.casgstatus(gp, Running, Waiting)
	s.stopwait = len(s.allp)
	s.gcwaiting = true
	s.step(mp, gp, event.STWBegin, event.WhyWorldGOMAXPROCS, uint64(len(s.allp)))
	s.preemptall(mp)
	mp.p.status = pgcstop
	s.stopwait--
	for _, pp := range s.allp {
		if syscallingThread(pp) {
			s.takeP(pp)
			s.gcstopP(pp)
			s.stepOn(mp, pp, gp, event.ProcSteal, event.WhyWorldTakes)
		}
	}
	for pp := s.pidleget(); pp != nil; pp = s.pidleget() {
		s.gcstopP(pp)
	}
	for s.stopwait > 0 {
		s.world.mp, mp.doing = mp, stopping
		s.block(mp, s.now+100*1000)
		s.world.mp, mp.doing = nil, stepping
		if s.stopwait > 0 {
			s.preemptall(mp)
		}
	}
	for _, pp := range s.allp {
		if pp.status != pgcstop {
			s.throw("stopTheWorld: not stopped (status != _Pgcstop)", "")
		}
	}
	gp.waitreason = ""
	s.casgstatus(gp, Waiting, Running)
}

// gcstopP counts pp, which nobody has, as stopped.
func (s *Machine) gcstopP(pp *p) {
	pp.status = pgcstop
	if s.stopwait--; s.stopwait == 0 && s.world.mp != nil {
		s.world.mp.sleepUntil = s.now
	}
}

// gcstopm stops mp, which has no goroutine, for whoever stops the world
// (runtime/proc.go: gcstopm).
func (s *Machine) gcstopm(mp *m) {
	if !s.gcwaiting {
		s.throw("gcstopm: not waiting for gc", "")
	}
	if mp.spinning {
		mp.spinning = false
		if s.nmspinning--; s.nmspinning < 0 {
			s.throw("gcstopm: negative nmspinning", "")
		}
	}
	pp := s.releasep(mp)
	s.gcstopP(pp)
	s.stepOn(mp, pp, nil, event.ProcStop, event.WhyWorldStops)
	s.stopm(mp)
}

// preemptall asks every goroutine that runs to stop (runtime/proc.go:
// preemptall).
func (s *Machine) preemptall(mp *m) {
	for _, pp := range s.allp {
		if pp.status == prunning {
			s.preemptone(mp, pp)
		}
	}
}

// startTheWorld goes on with n Ps (runtime/proc.go: startTheWorldWithSema).
func (s *Machine) startTheWorld(gp *g, n int) {
	mp := gp.m
	if s.net.inited {
		list := s.netpoll()
		s.injectglist(mp, gp, list)
	}
	old := len(s.allp)
	runnable := s.procresize(mp, n)
	s.gcwaiting = false
	s.wakeSysmon()
	started := make([]*m, len(runnable))
	for i, pp := range runnable {
		nmp := pp.m
		if pp.m = nil; nmp != nil {
			nmp.nextp = pp
			s.wake(nmp)
		} else {
			nmp = s.newm(pp, false)
		}
		started[i] = nmp
	}
	s.step(mp, gp, event.ProcsChange, event.WhyProcsChange, uint64(old), uint64(n))
	for i, pp := range runnable {
		s.step(mp, gp, event.Wakep, event.WhyWorldStarts, uint64(pp.id), uint64(started[i].id))
	}
	s.step(mp, gp, event.STWEnd, event.NoReason)
	s.wakep(mp, gp)
}

// procresize changes the number of Ps, while the world is stopped, and returns
// those that have work. The work of Ps that go stands first in the global
// queue then (runtime/proc.go: procresize).
func (s *Machine) procresize(mp *m, n int) []*p {
	old := len(s.allp)
	all := append(slices.Clone(s.allp), s.deadp...)
	for len(all) < n {
		all = append(all, &p{id: int32(len(all))})
	}
	for _, pp := range all[min(old, n):n] {
		pp.status, pp.hasTimers = pgcstop, true // (*p).init
	}
	if int(mp.p.id) < n {
		mp.p.status = prunning
	} else {
		mp.p.m, mp.p = nil, nil
		s.touch(mp)
		all[0].m, all[0].status = nil, pidle
		s.acquirep(mp, all[0])
	}
	for _, pp := range all[n:max(n, old)] {
		s.destroy(mp, pp)
	}
	s.allp, s.deadp = all[:n:n], all[n:]

	var idle, ready, needM []*p // stacks: the last one is first
	for _, pp := range slices.Backward(s.allp) {
		if pp == mp.p {
			continue
		}
		pp.status = pidle
		switch {
		case runqempty(pp):
			idle = append(idle, pp)
		case pp.oldm != nil && slices.Contains(s.midle, pp.oldm):
			s.midle = slices.DeleteFunc(s.midle, func(mp *m) bool { return mp == pp.oldm })
			pp.m = pp.oldm
			ready = append(ready, pp)
		default:
			needM = append(needM, pp)
		}
	}
	for _, pp := range slices.Backward(needM) {
		pp.m = s.mget()
		ready = append(ready, pp)
	}
	for _, pp := range slices.Backward(idle) {
		s.pidleput(pp)
	}
	s.stealOrder.reset(uint32(n))
	slices.Reverse(ready)
	return ready
}

// destroy takes everything from pp, which is to be no more (runtime/proc.go:
// (*p).destroy).
func (s *Machine) destroy(mp *m, pp *p) {
	s.noteRunqDrop(pp, int(pp.runqtail-pp.runqhead))
	for pp.runqhead != pp.runqtail {
		pp.runqtail--
		s.globrunqputhead(pp.runq[pp.runqtail%runqSize])
	}
	if pp.runnext != nil {
		s.globrunqputhead(pp.runnext)
		pp.runnext = nil
		s.noteRunnext(pp)
	}
	mp.p.timers.take(&pp.timers)
	s.gfmove(pp, 0) // gfpurge
	pp.m, pp.idle, pp.hasTimers = nil, false, false
	pp.status = pdead
}
