package sched

import "rtbook/model/event"

// syscall is a system call that takes ns. The P stays with the M, unless
// sysmon, or whoever stops the world, takes it meanwhile (runtime/proc.go:
// reentersyscall, exitsyscall).
func (s *Machine) syscall(gp *g, ns int64) {
	mp := gp.m
	pp := mp.p
	mp.syscalltick, mp.oldp = pp.syscalltick, pp
	why := event.WhySyscallKeepsP
	if s.gcwaiting && s.stopwait > 0 {
		// entersyscallHandleGCWait: the world stops, it need not wait for this P.
		s.releasep(mp)
		s.gcstopP(pp)
		pp.syscalltick++
		why = event.WhySyscallStops
	}
	s.inSyscall(gp, pp, why, ns)
	s.exitsyscall(gp)
}

// syscallBlock is a system call that the runtime knows to block for long: it
// gives up the P at once (runtime/proc.go: entersyscallblock).
func (s *Machine) syscallBlock(gp *g, ns int64) {
	mp := gp.m
	pp := mp.p
	mp.syscalltick, mp.oldp = pp.syscalltick, nil
	pp.syscalltick++
	// The runtime sets the state after handing off; in between the goroutine
	// counts as running, without a P.
	s.casgstatus(gp, Running, Syscall)
	s.handoffp(mp, s.releasep(mp))
	s.casgstatus(gp, Syscall, Running)
	s.inSyscall(gp, pp, event.WhySyscallGivesP, ns)
	s.exitsyscall(gp)
}

// inSyscall is the time in the kernel.
func (s *Machine) inSyscall(gp *g, pp *p, why event.Reason, ns int64) {
	mp := gp.m
	s.casgstatus(gp, Running, Syscall)
	s.wakeSysmon() // entersyscallWakeSysmon
	mp.doing = inSyscall
	mp.sleepUntil = s.later(max(ns, 0))
	s.stepOn(mp, pp, gp, event.GoSyscallBegin, why, uint64(max(ns, 0)))
	mp.doing = stepping
}

// exitsyscall is runtime/proc.go: exitsyscall.
func (s *Machine) exitsyscall(gp *g) {
	mp := gp.m
	s.casgstatus(gp, Syscall, Running)
	oldp := mp.oldp
	mp.oldp = nil
	if pp := mp.p; pp != nil {
		pp.syscalltick++
		s.step(mp, gp, event.GoSyscallEnd, event.WhySyscallFast)
		return
	}
	if pp, why := s.exitsyscallTryGetP(oldp); pp != nil {
		s.acquirep(mp, pp)
		pp.syscalltick++
		s.step(mp, gp, event.GoSyscallEndBlocked, why)
		return
	}
	s.mcall(gp, s.exitsyscallNoP)
	gp.m.p.syscalltick++
}

// exitsyscallTryGetP finds a P for an M that comes back from a system call:
// the one it had, if another M that is in a system call has it now, or an idle
// one (runtime/proc.go: exitsyscallTryGetP).
func (s *Machine) exitsyscallTryGetP(oldp *p) (*p, event.Reason) {
	if oldp != nil && syscallingThread(oldp) {
		s.takeP(oldp)
		return oldp, event.WhySyscallOldP
	}
	if pp := s.pidleget(); pp != nil {
		s.wakeSysmon()
		return pp, event.WhySyscallIdleP
	}
	return nil, event.NoReason
}

// exitsyscallNoP queues gp, which has come back from a system call and found
// no P. It looks for an idle one again, since this is another step
// (runtime/proc.go: exitsyscallNoP).
func (s *Machine) exitsyscallNoP(gp *g) {
	mp := gp.m
	s.casgstatus(gp, Running, Runnable)
	dropg(mp)
	if pp := s.pidleget(); pp != nil {
		s.wakeSysmon()
		s.acquirep(mp, pp)
		mp.again = runnable{gp: gp, why: event.WhySyscallIdleP}
		mp.found = gp
		s.step(mp, gp, event.GoSyscallEndBlocked, event.WhySyscallIdleP)
		return
	}
	s.globrunqput(gp)
	s.step(mp, gp, event.GoSyscallEndBlocked, event.WhySyscallNoP)
	if gp.lockedm != nil {
		s.stoplockedm(mp)
		mp.again = runnable{gp: gp, why: event.WhyLockedTurn}
		return
	}
	s.stopm(mp)
}

// syscallingThread reports whether pp's M is in a system call, where pp can be
// taken from it (runtime/proc.go: setBlockOnExitSyscall).
func syscallingThread(pp *p) bool {
	return pp.status == prunning && pp.m != nil && pp.m.curg != nil && pp.m.curg.status == Syscall
}

// takeP takes pp from an M that is in a system call (runtime/proc.go:
// (syscallingThread).takeP).
func (s *Machine) takeP(pp *p) {
	s.releasep(pp.m)
	pp.syscalltick++
}
