package boot

import "rtbook/model/event"

// Snapshot is the state of a machine between two steps, as plain data.
type Snapshot struct {
	Done         int    // steps done
	Step         string // name of the step that ran last, or ""
	Exists       []Fact // what exists, oldest first
	Procs        int    // Ps
	WorldStopped bool   // between worldStopped and worldStarted
	MainStarted  bool   // whether newproc may start threads
	GCEnabled    bool   // memstats.enablegc
	Threads      []Thread
	Goroutines   []Goroutine // without the g0s
	Unmet        []Unmet     // needs that a lenient machine went on without
	Throw        *event.Throw
}

// Unmet is a need that was missing when its step ran.
type Unmet struct {
	Step string
	Need Need
}

// Thread is an M.
type Thread struct {
	ID   int
	Role string
}

// helperThread is the role of the thread that runs P0 while m0 sleeps.
const helperThread = "runs goroutines"

// Goroutine is a G that is not a g0.
type Goroutine struct {
	ID    int64
	Func  string // the function that it began with
	State string // as in a traceback: running, runnable, or what it waits for
}

// States of a goroutine that does not wait.
const (
	Running  = "running"
	Runnable = "runnable"
)

// waitReason returns what a goroutine of the runtime waits for once it has
// nothing to do (runtime/runtime2.go: waitReasonStrings).
func waitReason(function string) string {
	switch function {
	case "runtime.forcegchelper":
		return "force gc (idle)"
	case "runtime.bgsweep":
		return "GC sweep wait"
	case "runtime.bgscavenge":
		return "GC scavenge wait"
	default:
		return "GOMAXPROCS updater (idle)"
	}
}

// Snapshot returns the state. It works on a machine that has thrown, too.
func (m *Machine) Snapshot() Snapshot {
	s := Snapshot{
		Done:         m.next,
		Exists:       append([]Fact(nil), m.exists...),
		Procs:        m.procs,
		WorldStopped: m.worldStopped,
		MainStarted:  m.mainStarted,
		GCEnabled:    m.gcEnabled,
		Threads:      append([]Thread(nil), m.threads...),
		Goroutines:   append([]Goroutine(nil), m.goroutines...),
		Unmet:        append([]Unmet(nil), m.unmet...),
		Throw:        m.throw,
	}
	if m.next > 0 {
		s.Step = m.steps[m.next-1].Name
	}
	return s
}

// Has reports whether f exists.
func (s Snapshot) Has(f Fact) bool {
	for _, e := range s.Exists {
		if e == f {
			return true
		}
	}
	return false
}
