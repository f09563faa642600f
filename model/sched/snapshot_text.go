package sched

import (
	"fmt"
	"strings"
)

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

// SchedTrace returns what GODEBUG=schedtrace prints in this state: a line, and
// with detailed, as scheddetail=1 has it, one for each P, M and G (runtime/proc.go:
// schedtrace). The Ms' fields that the model does not have are 0; sysmon, the
// template thread and dead goroutines have no lines.
func (snap Snapshot) SchedTrace(detailed bool) string {
	var b strings.Builder
	fmt.Fprintf(&b, "SCHED %dms: gomaxprocs=%d idleprocs=%d threads=%d spinningthreads=%d needspinning=%d idlethreads=%d runqueue=%d",
		(snap.Time-snap.Sysmon.TraceStart)/1e6, len(snap.Ps), len(snap.IdlePs), snap.Threads, snap.Spinning, bit(snap.NeedSpinning), len(snap.IdleMs), len(snap.Global))
	if detailed {
		fmt.Fprintf(&b, " gcwaiting=%v nmidlelocked=%d stopwait=%d sysmonwait=%v\n",
			snap.GCWaiting, snap.LockedIdle, snap.StopWait, snap.Sysmon.Sleep)
		snap.schedDetail(&b)
		return b.String()
	}
	b.WriteString(" [ ")
	for _, p := range snap.Ps {
		fmt.Fprintf(&b, "%d ", len(p.Queue))
	}
	b.WriteString("] schedticks=[ ")
	for _, p := range snap.Ps {
		fmt.Fprintf(&b, "%d ", p.SchedTick)
	}
	b.WriteString("]\n")
	return b.String()
}

func (snap Snapshot) schedDetail(b *strings.Builder) {
	for _, p := range snap.Ps {
		fmt.Fprintf(b, "  P%d: status=%d schedtick=%d syscalltick=%d m=%s runqsize=%d gfreecnt=%d timerslen=%d\n",
			p.ID, p.Status, p.SchedTick, p.SyscallTick, orNil(p.M >= 0, int64(p.M)), len(p.Queue), p.DeadGs, p.Timers)
	}
	for i := len(snap.Ms) - 1; i >= 0; i-- { // allm begins with the newest
		m := snap.Ms[i]
		if m.Ended {
			continue
		}
		fmt.Fprintf(b, "  M%d: p=%s curg=%s mallocing=0 throwing=0 preemptoff= locks=0 dying=0 spinning=%v blocked=%v lockedg=%s\n",
			m.ID, orNil(m.P >= 0, int64(m.P)), orNil(m.G != 0, m.G), m.Spinning, m.Parked, orNil(m.LockedG != 0, m.LockedG))
	}
	for _, g := range snap.Gs {
		fmt.Fprintf(b, "  G%d: status=%d(%s) m=%s lockedm=%s\n",
			g.ID, g.Status, g.WaitReason, orNil(g.M >= 0, int64(g.M)), orNil(g.LockedM >= 0, int64(g.LockedM)))
	}
}

func orNil(is bool, n int64) string {
	if !is {
		return "nil"
	}
	return fmt.Sprint(n)
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// SchedTrace returns the lines that sysmon has written, as Config.SchedTrace
// asked for.
func (s *Machine) SchedTrace() string { return s.trace.String() }
