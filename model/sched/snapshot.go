package sched

import (
	"cmp"
	"slices"
)

// Snapshot is a machine's state as plain data. Goroutines are given by their
// number, Ps and Ms by theirs; -1 stands for none.
type Snapshot struct {
	Time   int64 // virtual nanoseconds
	Steps  int64 // taken so far
	Ps     []PState
	Ms     []MState // without sysmon
	Gs     []GState // those that live, by number
	Global []int64  // the global queue, head first

	// What goroutines wait on, in the order in which it was made.
	Chans      []ChanState
	Mutexes    []MutexState
	RWMutexes  []RWMutexState
	WaitGroups []WaitGroupState
	Conds      []CondState
	FDs        []FDState
	Sleepers   []TimerState // the timers in heaps, by P and then in the heap's order

	IdlePs       []int // the next to be used last
	IdleMs       []int // the same
	LockedIdle   int   // Ms that wait for their locked goroutine's turn
	Threads      int   // all of them, sysmon and the template thread included
	Spinning     int   // Ms that look for work
	NeedSpinning bool  // work was found that no idle P could take
	GCWaiting    bool  // the world is to stop
	StopWait     int   // Ps that have not stopped yet
	DeadGs       int   // records that wait for a new goroutine, on all lists
	StackStart   int   // bytes that a new stack has

	Sysmon SysmonState
}

// SysmonState is the thread that needs no P.
type SysmonState struct {
	On    bool
	Next  int64 // when it looks next
	Looks int64 // how often it has looked
	Idle  int   // looks in succession at which it took nothing
	Sleep bool  // all Ps are idle, or the world stops: it sleeps until something happens

	// TraceStart is when it wrote the first line of schedtrace: the times in
	// the lines are those since then.
	TraceStart int64
}

// PState is a P: its M, its counters, and its local queue.
type PState struct {
	ID          int
	M           int
	Idle        bool
	Status      int // as numbered in runtime/runtime2.go: 0 idle, 1 running, 3 stopped
	SchedTick   int
	SyscallTick int
	RunNext     int64   // 0 if there is none
	Queue       []int64 // head first
	DeadGs      int     // records on its own free list
	Timers      int     // in its heap
	SliceBegan  int64   // when sysmon saw the time slice begin; 0 if it has not looked
}

// MState is an M: a thread.
type MState struct {
	ID         int
	P          int
	G          int64   // the goroutine that runs on it, 0 if none
	Found      int64   // the goroutine that it is about to run, 0 if none
	Injecting  []int64 // goroutines that it found ready and is yet to put into a queue, first to last
	LockedG    int64   // the goroutine that it is locked to, 0 if none
	Spinning   bool
	Parked     bool  // it sleeps until it is given a P
	Ended      bool  // the thread has exited
	Syscall    bool  // it is in a system call
	Polling    bool  // it sleeps in the network poller
	SleepUntil int64 // takes no step before; the largest int64 for ever
}

// GState is a goroutine that lives.
type GState struct {
	ID         int64
	Parent     int64 // who started it, 0 for main and what a timer started
	Name       string
	Status     Status
	WaitReason string // of a waiting one, as Go's tracebacks show it
	M          int
	LockedM    int // the M that it is locked to
	Preempt    bool
	Stack      int // bytes that its stack has
	StackUsed  int // bytes that its calls use
}

// RWMutexState is a reader/writer mutex, and who waits on it, first to last.
type RWMutexState struct {
	Name          string
	Readers       int  // that have it or wait for it
	Writer        bool // one has it, or waits for the readers that have it
	WaitsFor      int  // readers that the writer waits for
	ReadersWait   []int64
	WriterWaits   []int64 // for readers, one at most
	WritersQueued []int64 // for the writer before them
}

// FDState is a file that the poller watches.
type FDState struct {
	Name   string
	Avail  int   // messages that can be read
	Reader int64 // who waits, 0 if nobody does
}

// TimerState is a timer in a heap.
type TimerState struct {
	P    int
	When int64
	G    int64 // whom it wakes from a Sleep, 0 if it is another timer
}

// ChanState is a channel: how full it is, and who waits on it, first to last.
type ChanState struct {
	Name      string
	Len, Cap  int
	Closed    bool
	Receivers []int64
	Senders   []int64
}

// MutexState is a mutex, and who waits on it, first to last.
type MutexState struct {
	Name     string
	Locked   bool
	Woken    bool // a waiter is awake, or a goroutine spins: Unlock wakes nobody
	Starving bool // Unlock hands the mutex to the first waiter
	Waiters  []int64
}

// WaitGroupState is a wait group, and who waits on it, first to last.
type WaitGroupState struct {
	Name    string
	Counter int
	Waiters []int64
}

// CondState is a condition, and who waits on it, first to last.
type CondState struct {
	Name    string
	Mutex   string
	Waiters []int64
}

// Snapshot returns the state, which later steps do not change.
func (s *Machine) Snapshot() Snapshot {
	snap := Snapshot{
		Time: s.now, Steps: s.steps, Gs: s.goroutines(),
		LockedIdle: s.nmidlelocked, Threads: s.mcount(), Spinning: s.nmspinning, NeedSpinning: s.needspinning,
		GCWaiting: s.gcwaiting, StopWait: s.stopwait,
		DeadGs: s.gFree.size + s.gFreeNoStack.size, StackStart: s.startingStackSize,
		Sysmon: SysmonState{
			On: !s.cfg.NoSysmon, Next: s.sysmon.m.sleepUntil, Looks: s.sysmon.looks, Idle: s.sysmon.idle, Sleep: s.sysmonwait,
			TraceStart: s.sysmon.traceStart,
		},
	}
	for gp := s.runq.head; gp != nil; gp = gp.schedlink {
		snap.Global = append(snap.Global, gp.goid)
	}
	for _, pp := range s.allp {
		ps := PState{
			ID: int(pp.id), M: -1, Idle: pp.idle, Status: int(pp.status), SchedTick: int(pp.schedtick), SyscallTick: int(pp.syscalltick),
			DeadGs: pp.gFree.size, Timers: len(pp.timers.heap), SliceBegan: pp.sysmontick.schedwhen,
		}
		ps.RunNext = goidOf(pp.runnext)
		if pp.m != nil {
			ps.M = pp.m.id
		}
		for i := pp.runqhead; i != pp.runqtail; i++ {
			ps.Queue = append(ps.Queue, pp.runq[i%runqSize].goid)
		}
		snap.DeadGs += pp.gFree.size
		snap.Ps = append(snap.Ps, ps)
	}
	for _, mp := range s.allm {
		ms := MState{
			ID: mp.id, P: -1, G: goidOf(mp.curg), Found: goidOf(mp.found), LockedG: goidOf(mp.lockedg),
			Spinning: mp.spinning, Parked: mp.parked, Ended: mp.doing == exited, Syscall: mp.doing == inSyscall, Polling: mp.doing == polling,
			SleepUntil: mp.sleepUntil,
		}
		for gp := mp.injecting.head; gp != nil; gp = gp.schedlink {
			ms.Injecting = append(ms.Injecting, gp.goid)
		}
		if mp.p != nil {
			ms.P = int(mp.p.id)
		}
		snap.Ms = append(snap.Ms, ms)
	}
	for _, pp := range s.pidle {
		snap.IdlePs = append(snap.IdlePs, int(pp.id))
	}
	for _, mp := range s.midle {
		snap.IdleMs = append(snap.IdleMs, mp.id)
	}
	s.addObjects(&snap)
	return snap
}

// addObjects adds what goroutines wait on.
func (s *Machine) addObjects(snap *Snapshot) {
	for _, c := range s.chans {
		snap.Chans = append(snap.Chans, ChanState{
			Name: c.name, Len: c.qcount, Cap: len(c.buf), Closed: c.closed,
			Receivers: goids(c.recvq), Senders: goids(c.sendq),
		})
	}
	for _, mu := range s.mutexes {
		snap.Mutexes = append(snap.Mutexes, MutexState{
			Name: mu.name, Locked: mu.state&mutexLocked != 0, Woken: mu.state&mutexWoken != 0,
			Starving: mu.state&mutexStarving != 0, Waiters: goids(mu.sema.waiters),
		})
	}
	for _, rw := range s.rwmutexes {
		readers := rw.readerCount
		if readers < 0 {
			readers += rwmutexMaxReaders
		}
		snap.RWMutexes = append(snap.RWMutexes, RWMutexState{
			Name: rw.name, Readers: int(readers), Writer: rw.readerCount < 0, WaitsFor: int(rw.readerWait),
			ReadersWait: goids(rw.readerSem.waiters), WriterWaits: goids(rw.writerSem.waiters),
			WritersQueued: goids(rw.w.sema.waiters),
		})
	}
	for _, fd := range s.fds {
		snap.FDs = append(snap.FDs, FDState{Name: fd.name, Avail: fd.avail, Reader: goidOf(fd.rg)})
	}
	owner := make(map[*timer]int64)
	for _, gp := range s.allg {
		if gp.timer != nil {
			owner[gp.timer] = gp.goid
		}
	}
	for _, pp := range s.allp {
		for _, tw := range pp.timers.heap {
			snap.Sleepers = append(snap.Sleepers, TimerState{P: int(pp.id), When: tw.when, G: owner[tw.timer]})
		}
	}
	for _, wg := range s.waitGroups {
		snap.WaitGroups = append(snap.WaitGroups, WaitGroupState{
			Name: wg.name, Counter: int(wg.counter), Waiters: goids(wg.sema.waiters),
		})
	}
	for _, c := range s.conds {
		snap.Conds = append(snap.Conds, CondState{Name: c.name, Mutex: c.mu.name, Waiters: goids(c.list)})
	}
}

func (s *Machine) goroutines() []GState {
	var gs []GState
	for _, gp := range s.allg {
		if gp.status == Dead {
			continue
		}
		state := GState{
			ID: gp.goid, Parent: gp.parent, Name: gp.handle.name, Status: gp.status, WaitReason: gp.waitreason, M: -1, LockedM: -1,
			Preempt: gp.preempt, Stack: gp.stack.size, StackUsed: gp.stack.used,
		}
		if gp.m != nil {
			state.M = gp.m.id
		}
		if gp.lockedm != nil {
			state.LockedM = gp.lockedm.id
		}
		gs = append(gs, state)
	}
	slices.SortFunc(gs, func(a, b GState) int { return cmp.Compare(a.ID, b.ID) })
	return gs
}

func goidOf(gp *g) int64 {
	if gp == nil {
		return 0
	}
	return gp.goid
}

func goids(q []*sudog) []int64 {
	var ids []int64
	for _, sg := range q {
		ids = append(ids, sg.g.goid)
	}
	return ids
}
