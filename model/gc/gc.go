// Package gc is a model of the Go garbage collector: a concurrent, non-moving,
// tri-colour mark-and-sweep collector, one step at a time.
//
// A [Machine] holds a small heap, the globals and the goroutines of a program,
// and the collector beside them. The program is what the caller does between
// two calls of [Machine.Step]: it allocates, loads and stores through a
// goroutine [G]. So every interleaving of program and collector can be played,
// and looked at.
//
//	m := gc.New(gc.Config{Record: true})
//	m.Global("root")
//	g := m.Go("main")
//	g.New("A", 64, 2)      // a := &T{}; 64 bytes, two pointers
//	g.SetGlobal("root", "A")
//	g.Drop("A")            // the local variable is no longer live
//	m.Start()              // gcStart
//	m.Run()                // mark, terminate, sweep
//
// What it mirrors, and is exact in:
//
//   - the phases (runtime/mgc.go: gcStart, gcMarkDone, gcMarkTermination), each
//     action a step in the runtime's order, with writeBarrier.enabled,
//     gcBlackenEnabled, both pauses, the ragged barrier and the restart;
//   - the order of marking on one P (runtime/mgcmark.go: gcDrain; mgcwork.go:
//     two work buffers of 253 pointers, balance, the full list; and
//     mgcmark_greenteagc.go: spans of 16 to 512 byte objects, queued first in
//     first out and scanned by marks &^ scans, on the path without AVX-512);
//   - the write barrier (runtime/mwbbuf.go): new and old pointer into a buffer
//     of 512, shaded when it is flushed; either half can be left out;
//   - allocation during a mark, black (gcmarknewobject);
//   - sweeping span by span, where mark bits become allocation bits
//     (runtime/mgcsweep.go: sweepLocked.sweep), with its check for zombies;
//   - the pacer (runtime/mgcpacer.go), see [Pacer].
//
// What it leaves out. The trigger is computed, but a cycle begins only by Start
// or Collect. The machine has a heap of its own, which has only the size
// classes of model/alloc, and goroutines that only hold variables, not those of
// model/sched. One P marks, so nothing is stolen, no worker is scheduled, and
// the restart of mark termination is there but cannot come about. There are no
// assists, no proportional sweeping, no CPU limiter and no scavenger; no
// finalizers, cleanups, weak pointers, tiny blocks or goroutine leak cycles; and
// the root jobs that serve only these, or the stacks of dead goroutines, are not
// counted. The globals are one root job, a stack is a list of local variables
// of 8 bytes, and no stack is shrunk or scanned conservatively. An object is
// grey until its scan ends (the runtime sets its scan bit when that begins).
// The heap counts an object when it is allocated (the runtime: when its span
// enters an mcache), a span is taken by first fit, and a time is the number of
// the event, not a duration.
package gc

import (
	"rtbook/model/event"
)

// Phase is the collector's phase (runtime/mgc.go: gcphase).
type Phase int

// The three phases. Sweeping, and the pause that ends it, belong to Off.
const (
	Off             Phase = 0 // go:runtime._GCoff
	Mark            Phase = 1 // go:runtime._GCmark
	MarkTermination Phase = 2 // go:runtime._GCmarktermination
)

// String returns the runtime's name of the phase.
func (p Phase) String() string {
	return [...]string{"_GCoff", "_GCmark", "_GCmarktermination"}[p]
}

// Config describes a machine. The zero value is a machine with the defaults of
// the runtime that records nothing.
type Config struct {
	Record bool // whether Events keeps what happens

	GOGC        int   // the percentage; 0 stands for the default 100, negative is off
	MemoryLimit int64 // GOMEMLIMIT in bytes; 0 stands for none
	Procs       int   // GOMAXPROCS, for the pacer's worker split; 0 stands for 4

	// Experiments with the write barrier. The runtime has both halves.
	NoDeletionBarrier  bool // do not shade the pointer that is overwritten (Yuasa's half)
	NoInsertionBarrier bool // do not shade the pointer that is written (Dijkstra's half)
	// InsertOnlyFromGreyStack shades the written pointer only while the
	// writing goroutine's stack is not scanned yet: the condition that the
	// barrier's design has and the implementation leaves out.
	InsertOnlyFromGreyStack bool
	// AllocateWhite leaves objects white that are allocated during a mark.
	AllocateWhite bool

	NoGreenTea bool // GOEXPERIMENT=nogreenteagc: every object in work buffers
	CheckMark  bool // GODEBUG=gccheckmark=1: mark twice, the second time with the world stopped
}

// Machine is a program's heap and its collector. Make one with [New].
type Machine struct {
	cfg Config
	log event.Log
	now int64 // number of events so far

	things  []string // names by number: objects, variables, goroutines; 0 is nil
	objects []*object
	globals []*variable
	gs      []*G
	heap    heap
	pacer   *Pacer
	stats   cycleStats

	// The cycle.
	phase        Phase
	barrier      bool // writeBarrier.enabled
	blacken      bool // gcBlackenEnabled
	stopped      bool // the world is stopped
	cycles       int  // work.cycles
	stages       []stage
	roots        []*root
	rootNext     int
	globalsBlack bool // the globals have been scanned in this cycle
	drained      bool // the last step was a worker that found nothing more to do
	scan         *scan

	work work
	wb   []uint64 // the P's wbBuf

	touched []*object // those whose color may have changed since the last event; for the record only

	dead *event.Throw
}

// New returns a machine whose program has no variables, goroutines or objects.
func New(cfg Config) *Machine {
	if cfg.GOGC == 0 {
		cfg.GOGC = 100
	}
	if cfg.MemoryLimit == 0 {
		cfg.MemoryLimit = NoLimit
	}
	if cfg.Procs <= 0 {
		cfg.Procs = 4
	}
	return &Machine{
		cfg:    cfg,
		log:    event.Log{Record: cfg.Record},
		things: []string{"nil", "the write barrier buffer"},
		heap:   newHeap(!cfg.NoGreenTea),
		pacer:  NewPacer(int32(cfg.GOGC), cfg.MemoryLimit),
	}
}

// Start begins a cycle, as runtime.GC does, and reports whether it did: while
// another one is under way it does nothing (gcTrigger.test). What follows
// happens in Step.
func (m *Machine) Start() bool {
	m.check()
	if m.phase != Off || len(m.stages) > 0 {
		return false
	}
	m.stages = startStages()
	return true
}

// Step does the collector's next thing and reports whether there was one. It
// records one event, and, where a flush of the write barrier buffer is part of
// it, one for each object that this shades.
func (m *Machine) Step() bool {
	m.check()
	m.drained = false
	for {
		switch {
		case len(m.stages) > 0:
			switch m.stages[0](m) {
			case again, jump:
				return true
			case next:
				m.stages = m.stages[1:]
				return true
			case skip:
				m.stages = m.stages[1:]
			}
		case m.phase == Mark:
			m.markStep()
			return true
		default:
			return m.sweepOne(event.GCWhyBackground)
		}
	}
}

// Run steps until the collector has nothing to do: the cycle under way, if
// any, is finished, and every span is swept.
func (m *Machine) Run() {
	for m.Step() {
	}
}

// TryRun is Run that returns the throw which ends the machine, if one does,
// instead of panicking with it. The error is an *[event.Throw].
func (m *Machine) TryRun() (err error) {
	defer func() {
		if m.dead == nil {
			return
		}
		if t, ok := recover().(*event.Throw); ok {
			err = t
		}
	}()
	m.Run()
	return nil
}

// Collect does what runtime.GC does: it waits for the cycle under way, goes
// through a whole new one, and sweeps.
func (m *Machine) Collect() {
	m.check()
	for m.phase != Off || len(m.stages) > 0 {
		m.Step()
	}
	m.Start()
	m.Run()
}

// StepTo steps until the phase is p and reports whether it came to that.
func (m *Machine) StepTo(p Phase) bool {
	m.check()
	for m.phase != p {
		if !m.Step() {
			return false
		}
	}
	return true
}

// StartMark begins a cycle and steps through its first pause, to where the
// program runs again and the roots are still to be scanned. It reports whether
// there was a cycle to begin.
func (m *Machine) StartMark() bool {
	if !m.Start() {
		return false
	}
	m.StepTo(Mark)
	for m.stopped {
		m.Step()
	}
	return true
}

// Drain steps until the worker finds nothing more to mark, and reports whether
// it came to that: false means that no mark was under way. What follows is
// gcMarkDone, which may find that there is more after all.
func (m *Machine) Drain() bool {
	m.check()
	for m.phase == Mark && !m.drained {
		m.Step()
	}
	return m.drained
}

// StepUntil steps until the object has the color and reports whether it came
// to that before the mark ended. The name is that of the newest object so
// called.
func (m *Machine) StepUntil(name string, c Color) bool {
	m.check()
	for m.Color(name) != c {
		if !m.Step() || m.phase == MarkTermination {
			return false
		}
	}
	return true
}

// Phase returns the phase the collector is in.
func (m *Machine) Phase() Phase { return m.phase }

// Pacer returns a copy of the pacer's state.
func (m *Machine) Pacer() Pacer { return *m.pacer }

// Events returns what happened, oldest first, if the Config asked for it.
func (m *Machine) Events() []event.Event { return m.log.Events() }

// emit records an event of goroutine g (nil for the collector).
func (m *Machine) emit(g *G, k event.Kind, why event.Reason, args ...uint64) {
	e := event.Event{Time: m.now, M: event.None, P: 0, G: event.None, Kind: k, Reason: why}
	if g != nil {
		e.G = int64(g.id)
	}
	copy(e.Args[:], args)
	m.noteColors()
	m.log.Emit(e)
	m.now++
}

// name gives a thing the next number.
func (m *Machine) name(s string) int {
	m.things = append(m.things, s)
	return len(m.things) - 1
}

// throw ends the machine as runtime.throw ends the process.
func (m *Machine) throw(text, state string) {
	m.dead = &event.Throw{Text: text, State: state}
	panic(m.dead)
}

// check panics again if the machine has thrown.
func (m *Machine) check() {
	if m.dead != nil {
		panic(m.dead)
	}
}

// A Fault is a mistake of the modelled program, such as following a nil
// pointer. It is the value of a panic; the machine stays usable.
type Fault struct {
	Goroutine string
	Op        string // what it was doing, as in "A[0] = C"
	Text      string // what is wrong
}

// Error returns the goroutine, what it did and what is wrong.
func (f *Fault) Error() string { return "gc: goroutine " + f.Goroutine + ": " + f.Op + ": " + f.Text }
