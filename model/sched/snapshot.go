package sched

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Snapshot is a machine's state as plain data. Goroutines are given by their
// number, Ps and Ms by theirs; -1 stands for none.
type Snapshot struct {
	Time   int64 // virtual nanoseconds
	Ps     []PState
	Ms     []MState
	Gs     []GState // those that live, by number
	Global []int64  // the global queue, head first

	// What goroutines wait on, in the order in which it was made.
	Chans      []ChanState
	Mutexes    []MutexState
	WaitGroups []WaitGroupState
	Conds      []CondState

	IdlePs       []int // the next to be used last
	IdleMs       []int // the same
	Spinning     int   // Ms that look for work
	NeedSpinning bool  // work was found that no idle P could take
	DeadGs       int   // records that wait for a new goroutine, on all lists
}

// PState is a P: its M, its counters, and its local queue.
type PState struct {
	ID        int
	M         int
	Idle      bool
	SchedTick int
	RunNext   int64   // 0 if there is none
	Queue     []int64 // head first
	DeadGs    int     // records on its own free list
}

// MState is an M: a thread.
type MState struct {
	ID       int
	P        int
	G        int64 // the goroutine that runs on it, 0 if none
	Found    int64 // the goroutine that it is about to run, 0 if none
	Spinning bool
	Parked   bool
}

// GState is a goroutine that lives.
type GState struct {
	ID         int64
	Name       string
	Status     Status
	WaitReason string // of a waiting one, as Go's tracebacks show it
	M          int
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
		Time: s.now, Gs: s.goroutines(),
		Spinning: s.nmspinning, NeedSpinning: s.needspinning, DeadGs: s.schedt.gFree.size,
	}
	for gp := s.runq.head; gp != nil; gp = gp.schedlink {
		snap.Global = append(snap.Global, gp.goid)
	}
	for _, pp := range s.allp {
		ps := PState{ID: int(pp.id), M: -1, Idle: pp.idle, SchedTick: int(pp.schedtick), DeadGs: pp.gFree.size}
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
		ms := MState{ID: mp.id, P: -1, G: goidOf(mp.curg), Found: goidOf(mp.found), Spinning: mp.spinning, Parked: mp.parked}
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
		state := GState{ID: gp.goid, Name: gp.handle.name, Status: gp.status, WaitReason: gp.waitreason, M: -1}
		if gp.m != nil {
			state.M = gp.m.id
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

// String returns the queues as a table: a line for each P and one for the
// global queue.
func (snap Snapshot) String() string {
	var b strings.Builder
	for _, ps := range snap.Ps {
		fmt.Fprintf(&b, "P%d", ps.ID)
		if ps.Idle {
			b.WriteString("  idle\n")
			continue
		}
		fmt.Fprintf(&b, "  schedtick %d  runnext %s  queue %s\n", ps.SchedTick, dash(ps.RunNext), Ranges(ps.Queue))
	}
	fmt.Fprintf(&b, "global queue %s\n", Ranges(snap.Global))
	return b.String()
}

func dash(goid int64) string {
	if goid == 0 {
		return "-"
	}
	return fmt.Sprint(goid)
}

// Ranges writes numbers in their order, runs of neighbours in short: "258
// 129-256 1-4". No numbers are "-".
func Ranges(ids []int64) string {
	var parts []string
	for i := 0; i < len(ids); {
		j := i
		for j+1 < len(ids) && ids[j+1] == ids[j]+1 {
			j++
		}
		switch {
		case j > i+1:
			parts = append(parts, fmt.Sprintf("%d-%d", ids[i], ids[j]))
		default:
			j = i
			parts = append(parts, fmt.Sprint(ids[i]))
		}
		i = j + 1
	}
	if parts == nil {
		return "-"
	}
	return strings.Join(parts, " ")
}
