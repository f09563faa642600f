// Package boot is the start of a Go program as an executable model: what
// happens on linux/amd64 between the kernel's jump to _rt0_amd64_linux and the
// first line of main.main, and then to exit.
//
// A [Machine] goes through the steps of the real bootstrap in the order of the
// source: the assembly of rt0_go, schedinit, mstart, runtime.main, gcenable.
// Each [Step] says what it does, what it needs and what exists afterwards, and
// carries the statement of the source that it mirrors, so that the order can be
// compared with the toolchain's.
//
// The order is there for reasons, and the machine knows them as each step's
// needs. [Machine.Move] and [Machine.Skip] change the order; the first step
// whose need is not met ends the machine with a throw. If the real runtime
// checks the need, the text is its own. If it does not (see [Outcome]: it
// crashes, or goes on worse off without a word), the text says which need, and
// the state what the real runtime does. A machine with [Config].Lenient goes on
// where the real runtime does, and so ends as the real one would: the tests build
// a runtime whose steps can be left out and moved, and compare.
//
// The model is of one ordinary static executable: no cgo, no plugins, no race
// detector, no library build mode. It runs on one P, as a program with
// GOMAXPROCS=1 does, and that is where its goroutine ids are exact: 1 main, 2
// forcegc, 3 sweeper, 4 scavenger, 5 GOMAXPROCS updater. With more Ps, main may
// continue on another P after it waited for 3 and 4, and then the updater gets
// the first id of that P's batch (ids are handed to Ps in batches of 16), often
// 17. Which other threads start, and when, depends on timing in the real
// runtime; the model has those that must exist. Times are the numbers of steps:
// nothing here says how long a step takes.
//
// Mirrors runtime/asm_amd64.s: rt0_go; runtime/proc.go: schedinit, mstart0,
// mstart1, main; runtime/mgc.go: gcenable; runtime/cgroup_linux.go.
package boot

import (
	"fmt"

	"rtbook/model/event"
)

const (
	g0StackBytes    = 64 * 1024  // asm_amd64.s: rt0_go
	maxMCount       = 10000      // proc.go: schedinit
	crashStackBytes = 16384      // proc.go: schedinit
	maxStackSize    = 1000000000 // proc.go: main
)

// Config is the process that starts. The zero Config is a process with one CPU,
// without a cgroup limit and with an empty environment.
type Config struct {
	CPUs       int     // logical CPUs in the affinity mask; less than 1 means 1
	Quota      float64 // CPU limit of the cgroup in CPUs (quota divided by period); 0 is none
	GOMAXPROCS string  // the environment variable; "" is unset
	Lenient    bool    // go on where the real runtime does not notice that a need is unmet
	Record     bool    // keep events
}

func (c Config) cpus() int  { return max(c.CPUs, 1) }
func (c Config) procs() int { return GOMAXPROCS(c.GOMAXPROCS, c.cpus(), c.Quota) }

// Step is one step of the bootstrap.
type Step struct {
	Name   string // short, unique; the function called or the variable set
	Func   string // the function of the runtime that contains it: "schedinit"
	File   string // that function's file in the runtime's folder
	Source string // the statement as it stands there; of several, the first
	Does   string
	Why    string // why it has its place
	Needs  []Need // what must exist before it
	Gives  []Fact // what exists after it
}

// Machine is a process on its way to main.main.
type Machine struct {
	config Config
	steps  []step // the order, as Move and Skip left it
	next   int    // index into steps
	log    event.Log
	throw  *event.Throw

	exists []Fact
	known  map[Fact]bool
	unmet  []Unmet

	procs        int
	worldStopped bool
	mainStarted  bool
	gcEnabled    bool
	threads      []Thread
	goroutines   []Goroutine
	running      int64 // id of the goroutine on m0, 0 while m0 is on g0
}

// New returns a process that the kernel has just started: one thread, no step
// done.
func New(c Config) *Machine {
	return &Machine{
		config:  c,
		steps:   allSteps(),
		log:     event.Log{Record: c.Record},
		known:   map[Fact]bool{},
		threads: []Thread{{ID: 0, Role: "m0, started by the kernel"}},
	}
}

// Steps returns the steps in the order in which they run.
func (m *Machine) Steps() []Step {
	var list []Step
	for _, s := range m.steps {
		list = append(list, s.Step)
	}
	return list
}

// Skip leaves the named step out. It is an error if there is no such step or if
// it has run. It panics as Step does once the machine has thrown.
func (m *Machine) Skip(name string) error {
	m.check()
	i, err := m.find(name)
	if err != nil {
		return fmt.Errorf("boot: skip: %w", err)
	}
	m.steps = append(m.steps[:i], m.steps[i+1:]...)
	return nil
}

// Move lets the named step run just before another one. It is an error if
// either does not exist or has run. It panics as Step does once the machine has
// thrown.
func (m *Machine) Move(name, before string) error {
	m.check()
	i, err := m.find(name)
	if err != nil {
		return fmt.Errorf("boot: move: %w", err)
	}
	if _, err := m.find(before); err != nil {
		return fmt.Errorf("boot: move %s: %w", name, err)
	}
	if name == before {
		return nil
	}
	moved := m.steps[i]
	m.steps = append(m.steps[:i], m.steps[i+1:]...)
	j, _ := m.find(before)
	m.steps = append(m.steps[:j], append([]step{moved}, m.steps[j:]...)...)
	return nil
}

// find returns the index of a step that has not run.
func (m *Machine) find(name string) (int, error) {
	for i, s := range m.steps {
		if s.Name != name {
			continue
		}
		if i < m.next {
			return 0, fmt.Errorf("step %q has run", name)
		}
		return i, nil
	}
	return 0, fmt.Errorf("there is no step %q", name)
}

// Step runs the next step and reports whether there was one. If the step needs
// what does not exist, Step panics with an [*event.Throw], and so does every
// later call.
func (m *Machine) Step() bool {
	m.check()
	if m.known[Exited] {
		return false
	}
	if m.next == len(m.steps) {
		m.throw = &event.Throw{
			Text:  "runtime.main goes on after exit",
			State: "the real runtime crashes: after its call of exit it writes through a nil pointer, on purpose",
		}
		panic(m.throw)
	}
	s := m.steps[m.next]
	m.checkNeeds(s.Step)
	m.next++
	e := event.Event{
		Time: int64(m.next), M: 0, P: event.None, G: event.None,
		Kind: s.kind, Reason: s.reason,
	}
	if m.procs > 0 {
		e.P = 0
	}
	if m.running != 0 {
		e.G = m.running
	}
	if s.act != nil {
		e.Args = s.act(m)
	}
	for _, f := range s.Gives {
		if !m.known[f] {
			m.known[f] = true
			m.exists = append(m.exists, f)
		}
	}
	m.log.Emit(e)
	return true
}

// check panics again if the machine has thrown.
func (m *Machine) check() {
	if m.throw != nil {
		panic(m.throw)
	}
}

// checkNeeds panics if a need of s is not met, or notes it if the real runtime
// would go on and the machine is lenient.
func (m *Machine) checkNeeds(s Step) {
	for _, need := range s.Needs {
		switch {
		case m.known[need.Fact]:
		case need.Without == Goes && m.config.Lenient:
			m.unmet = append(m.unmet, Unmet{Step: s.Name, Need: need})
		default:
			m.throw = missing(s, need)
			panic(m.throw)
		}
	}
}

// missing is the end of a machine at a step whose need is not met.
func missing(s Step, n Need) *event.Throw {
	state := s.Name + " needs " + string(n.Fact)
	switch n.Without {
	case Throws:
		return &event.Throw{Text: n.Text, State: state}
	case Crashes:
		return &event.Throw{Text: state, State: "the real runtime checks nothing here and crashes: " + n.Text}
	default:
		return &event.Throw{Text: state, State: "the real runtime goes on: " + n.Text}
	}
}

// Run takes steps until the process has ended. It panics as Step does.
func (m *Machine) Run() {
	for m.Step() {
	}
}

// RunTo takes steps until the named step has run. It panics as Step does, and
// runs to the end if there is no such step.
func (m *Machine) RunTo(name string) {
	for m.Step() {
		if m.steps[m.next-1].Name == name {
			return
		}
	}
}

// Try is Run for experiments: it returns the throw that ended the machine, or
// nil if the process came to its end.
func (m *Machine) Try() (t *event.Throw) {
	defer func() {
		if m.throw != nil {
			recover()
			t = m.throw
		}
	}()
	m.Run()
	return nil
}

// Events returns the events so far if the machine records them.
func (m *Machine) Events() []event.Event { return m.log.Events() }

// newproc creates a goroutine on P0 (runtime/proc.go: newproc).
func (m *Machine) newproc(function string) event.Args {
	id := int64(len(m.goroutines)) + 1
	m.goroutines = append(m.goroutines, Goroutine{ID: id, Func: function, State: Runnable})
	if m.mainStarted && m.procs > 1 && len(m.threads) < 3 {
		m.newm(helperThread) // wakep: an idle P wants a thread
	}
	return event.Args{uint64(id)}
}

// newm starts a thread (runtime/proc.go: newm).
func (m *Machine) newm(role string) event.Args {
	id := len(m.threads)
	m.threads = append(m.threads, Thread{ID: id, Role: role})
	return event.Args{uint64(id)}
}

// execute runs goroutine id on m0 (runtime/proc.go: execute).
func (m *Machine) execute(id int64) event.Args {
	m.running = id
	m.setState(id, Running)
	return event.Args{uint64(id)}
}

// runHelpers is what happens while main waits in gcenable: everything else that
// is runnable runs until it parks (runtime/proc.go: stoplockedm, handoffp).
func (m *Machine) runHelpers() {
	if len(m.threads) < 3 {
		m.newm(helperThread)
	}
	for i := range m.goroutines {
		if g := &m.goroutines[i]; g.State == Runnable {
			g.State = waitReason(g.Func)
		}
	}
}

// exit ends the process: no goroutine outlives it.
func (m *Machine) exit() event.Args {
	m.goroutines, m.threads = nil, nil
	m.running = 0
	return event.Args{0}
}

func (m *Machine) setState(id int64, state string) {
	for i := range m.goroutines {
		if m.goroutines[i].ID == id {
			m.goroutines[i].State = state
		}
	}
}
