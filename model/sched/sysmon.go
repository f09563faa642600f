package sched

import "rtbook/model/event"

// Constants of sysmon.
const (
	forcePreemptNS = 10 * 1000 * 1000 // go:runtime.forcePreemptNS: a time slice
	sysmonMinUs    = 20               // runtime/proc.go: sysmon
	sysmonMaxUs    = 10 * 1000        // runtime/proc.go: sysmon
	sysmonBusy     = 50               // runtime/proc.go: sysmon; looks before its sleep grows
	forcegcperiod  = 2 * 60 * 1e9     // go:runtime.forcegcperiod
)

// sysmonState is the thread that needs no P.
type sysmonState struct {
	m          *m // not one of allm: it has no number
	idle       int
	delay      int64 // of the next sleep, in microseconds
	looks      int64
	woken      bool  // from its deep sleep, by wakeSysmon
	traced     int64 // when it wrote a line last
	traceStart int64 // when it wrote the first one, from which the lines count
}

// A sysmontick is what sysmon saw of a P when it looked last (runtime/proc.go:
// sysmontick).
type sysmontick struct {
	schedtick   uint32
	syscalltick uint32
	schedwhen   int64
	syscallwhen int64
	told        bool // that the P is left with its system call
}

// init makes sysmon, which runtime.main starts; it sleeps first.
func (sm *sysmonState) init(s *Machine) {
	sm.m = &m{id: event.None, sleepUntil: forever}
	sm.m.g0 = newCoro(s.runSysmon)
	if !s.cfg.NoSysmon {
		s.nmsys++
		sm.m.sleepUntil = sysmonMinUs * 1000
	}
}

// runSysmon is runtime/proc.go: sysmon, without what the garbage collector
// and the scavenger want of it. The first sleep is over when it is called.
func (s *Machine) runSysmon() {
	sm := &s.sysmon
	sm.delay = sysmonMinUs
	for {
		if s.cfg.SchedTrace <= 0 && (s.gcwaiting || len(s.pidle) == len(s.allp)) {
			s.sysmonDeepSleep()
		}
		sm.looks++
		if s.net.inited && s.lastpoll != 0 && s.lastpoll+10*1000*1000 < s.now {
			s.lastpoll = max(s.now, 1)
			if list := s.netpoll(); list.size > 0 {
				s.stepOn(sm.m, nil, nil, event.Netpoll, event.WhySysmonPolls, uint64(list.size))
				s.injectglist(sm.m, nil, list)
			}
		}
		if s.retake() {
			sm.idle = 0
		} else {
			sm.idle++
		}
		s.schedtrace()
		switch {
		case sm.idle == 0:
			sm.delay = sysmonMinUs
		case sm.idle > sysmonBusy:
			sm.delay *= 2
		}
		sm.delay = min(sm.delay, sysmonMaxUs)
		s.block(sm.m, s.now+s.costs.Look+sm.delay*1000)
	}
}

// schedtrace writes a line when the time for one has come. The first one comes
// at the first look, since the runtime takes the last one to be as old as the
// system's clock (runtime/proc.go: sysmon, schedtrace).
func (s *Machine) schedtrace() {
	every, first := s.cfg.SchedTrace*1000*1000, s.trace.Len() == 0
	if every <= 0 || !first && s.sysmon.traced+every > s.now {
		return
	}
	s.sysmon.traced = s.now
	if first {
		s.sysmon.traceStart = s.now
	}
	s.trace.WriteString(s.Snapshot().SchedTrace(s.cfg.SchedDetail))
}

// sysmonDeepSleep is sysmon's sleep while every P is idle or the world stops.
func (s *Machine) sysmonDeepSleep() {
	next := s.timeSleepUntil()
	if next <= s.now {
		return
	}
	s.sysmonwait, s.sysmon.woken = true, false
	s.block(s.sysmon.m, s.now+min(forcegcperiod/2, next-s.now))
	s.sysmonwait = false
	if s.sysmon.woken {
		s.sysmon.idle, s.sysmon.delay = 0, sysmonMinUs
	}
}

// wakeSysmon ends sysmon's deep sleep.
func (s *Machine) wakeSysmon() {
	if s.sysmonwait {
		s.sysmonwait, s.sysmon.woken = false, true
		s.sysmon.m.sleepUntil = s.now
	}
}

// retake preempts goroutines whose time slice is over and takes the Ps of
// system calls that take long. It reports whether it took any (runtime/proc.go:
// retake).
func (s *Machine) retake() (took bool) {
	for i := 0; i < len(s.allp); i++ {
		pp := s.allp[i]
		if pp.status != prunning {
			continue
		}
		pd := &pp.sysmontick
		sysretake := false
		if pd.schedtick != pp.schedtick {
			pd.schedtick, pd.schedwhen = pp.schedtick, s.now
		} else if pd.schedwhen+forcePreemptNS <= s.now {
			s.preemptone(s.sysmon.m, pp)
			sysretake = true
		}
		if !syscallingThread(pp) {
			continue
		}
		if !sysretake && pd.syscalltick != pp.syscalltick {
			pd.syscalltick, pd.syscallwhen, pd.told = pp.syscalltick, s.now, false
			s.sysmonStep(pp, event.WhyRetakeFirst)
			continue
		}
		if runqempty(pp) && s.nmspinning+len(s.pidle) > 0 && pd.syscallwhen+10*1000*1000 > s.now {
			if !pd.told {
				pd.told = true
				s.sysmonStep(pp, event.WhyRetakeLeaves)
			}
			continue
		}
		gp := pp.m.curg
		why := event.WhyRetakeTook
		if sysretake {
			why = event.WhyRetakeSlice
		}
		s.takeP(pp)
		s.stepOn(s.sysmon.m, pp, gp, event.ProcSteal, why, uint64(s.now-pd.syscallwhen))
		took = true
		s.handoffp(s.sysmon.m, pp)
	}
	return took
}

// sysmonStep is a look of sysmon at a P whose M is in a system call.
func (s *Machine) sysmonStep(pp *p, why event.Reason) {
	s.stepOn(s.sysmon.m, pp, pp.m.curg, event.Retake, why)
}

// preemptone asks the goroutine that runs on pp to stop at its next safe
// point; a signal ends its Work (runtime/proc.go: preemptone).
func (s *Machine) preemptone(mp *m, pp *p) bool {
	target := pp.m
	if target == nil || target == mp {
		return false
	}
	gp := target.curg
	if gp == nil || gp.status == Syscall {
		return false
	}
	again := gp.preempt
	gp.preempt, pp.preempt = true, true
	if target.doing == working {
		target.sleepUntil = min(target.sleepUntil, s.now)
	}
	if !again {
		why := event.WhyPreemptSlice
		if s.gcwaiting {
			why = event.WhyPreemptWorld
		}
		s.stepOn(mp, pp, gp, event.Preemptone, why, uint64(s.now-pp.sysmontick.schedwhen))
	}
	return true
}

// work runs Go code that calls nothing for ns. A preemption interrupts it.
func (s *Machine) work(gp *g, ns int64) {
	for why := event.WhyWorks; ns > 0; why = event.WhyWorksOn {
		mp, began := gp.m, s.now
		mp.doing = working
		mp.sleepUntil = s.later(ns)
		ns = mp.sleepUntil - s.now
		s.step(mp, gp, event.Work, why, uint64(ns))
		mp.doing = stepping
		ns -= s.now - began
		if gp.preempt && ns > 0 {
			s.gopreempt(gp)
		}
	}
}
