package sched

import (
	"fmt"
	"strings"

	"rtbook/model/event"
)

// Machine is a scheduler with its Gs, Ms and Ps, and the program that it runs.
// It is not safe for use by several goroutines at once.
type Machine struct {
	cfg Config
	log event.Log
	rng rng
	now int64 // virtual nanoseconds

	allp   []*p // GOMAXPROCS of them
	deadp  []*p // those that a smaller GOMAXPROCS took away, by number
	allm   []*m
	allg   []*g
	sysmon sysmonState
	net    netState
	world  worldState
	schedt

	mainBody    func(*G)
	mainStarted bool
	names       []string // of all that follows, by number in events; 0 is the nil channel
	sleepName   uint64   // the numbers of nameID, once they are used
	selectName  uint64
	worldName   uint64
	chans       []*Chan
	mutexes     []*Mutex
	waitGroups  []*WaitGroup
	conds       []*Cond
	rwmutexes   []*RWMutex
	onces       []*Once
	timers      []*Timer
	fds         []*FD
	out         strings.Builder
	lines       int
	trace       strings.Builder // what Config.SchedTrace asked for

	// The driver's own state.
	stepping bool     // Step or Run is on the stack
	all      bool     // it is Run, which steps on without coming back
	emitted  bool     // the current step has emitted its event
	steps    int64    // so far
	next     *m       // who takes the next step, if that is decided
	awakeMs  []*m     // space for pickAny
	costs    Costs    // with the defaults filled in
	script   int      // how much of Config.Script has been used
	co       *coro    // the coroutine that runs, nil outside Step
	cur      *G       // whose body runs, nil if none does
	inner    *Machine // the one that takes a step in cur's body, if it names cur as Outer
	lastM    int      // which M took the step before
	turn     int      // steps since the clock moved, for Random
	finished bool     // the program has ended by itself
	closed   bool     // every coroutine has been stopped
	failure  error    // *event.Throw, *Panic or *Limit: how the program died
	sudogs   *sudog   // free ones (runtime/runtime2.go: p.sudogcache)
	record   record   // what is recorded beside the events
}

// New returns a machine whose program has not started: m0 holds P 0, the other
// Ps are idle (runtime/proc.go: schedinit, procresize).
func New(cfg Config) *Machine {
	cfg.Procs = max(cfg.Procs, 1)
	s := &Machine{
		cfg: cfg, rng: rng{state: cfg.Seed}, lastM: -1, names: []string{"nil"},
		log: event.Log{Record: cfg.Record}, costs: cfg.Costs.filled(),
	}
	s.startingStackSize = stackMin
	s.lastpoll, s.maxmcount = 1, maxMCount
	s.gcsema.value, s.worldsema.value = 1, 1
	for i := range cfg.Procs {
		s.allp = append(s.allp, &p{id: int32(i), hasTimers: true})
	}
	s.stealOrder.reset(uint32(cfg.Procs))
	s.sysmon.init(s)
	m0 := s.newm(nil, false)
	s.acquirep(m0, s.allp[0])
	if s.allp[0].schedtick = cfg.SchedTick; cfg.SchedTick == 0 {
		s.allp[0].schedtick = mainTick
	}
	s.allp[0].syscalltick = mainSyscallTick
	for _, pp := range s.allp[1:] {
		s.pidleput(pp)
	}
	return s
}

// Main sets the function of the main goroutine, main.main. It must be called
// once, before the first Step.
func (s *Machine) Main(body func(*G)) {
	if s.mainBody != nil {
		panic("sched: Main called twice on one machine")
	}
	s.mainBody = body
}

// Close ends the machine and stops its coroutines, which would otherwise stay
// in memory. Step does this itself when the program ends; Close is for a
// program that is left before that. The bodies' deferred functions run, but
// every operation in them panics.
func (s *Machine) Close() {
	if s.stepping {
		panic("sched: Close called before a Step of the same machine has ended")
	}
	defer s.enterOuter()()
	s.stop()
}

func (s *Machine) stop() {
	s.closed = true
	for _, gp := range s.allg {
		if gp.co != nil {
			gp.co.stop()
		}
	}
	for _, mp := range s.allm {
		mp.g0.stop()
	}
	s.sysmon.m.g0.stop()
}

// An object is what goroutines wait on: a channel, mutex, wait group or
// condition.
type object struct {
	s    *Machine
	kind string
	name string
	id   uint64 // from 1, for events
}

func (s *Machine) newObject(kind, name string) object {
	s.names = append(s.names, name)
	return object{s: s, kind: kind, name: name, id: uint64(len(s.names) - 1)}
}

// nameID returns the number that stands for a name in events, of something
// that is no object; it is made when it is used first.
func (s *Machine) nameID(id *uint64, name string) uint64 {
	if *id == 0 {
		*id = s.newObject("", name).id
	}
	return *id
}

// Events returns the events so far, if Config.Record is set.
func (s *Machine) Events() []event.Event { return s.log.Events() }

// Effects returns what every event so far did to the queues and to the states
// of Gs and Ms, beside what the event says; none without Config.Record.
func (s *Machine) Effects() []event.Effect { return s.log.Effects() }

// Err returns how the program died: the *[event.Throw], the *[Panic] or the
// *[Limit], or nil if it did not.
func (s *Machine) Err() error { return s.failure }

// Output returns what the bodies printed with Printf.
func (s *Machine) Output() string { return s.out.String() }

// Panic is how a program dies of a panic that reached the top of a goroutine.
type Panic struct {
	Value any    // as given to panic
	GoID  int64  // the goroutine
	Name  string // its name
}

// Error returns the value, as fmt prints it, and the goroutine.
func (e *Panic) Error() string {
	return fmt.Sprintf("%v [goroutine %d, %s]", e.Value, e.GoID, e.Name)
}

// Unwrap returns the value if it is an error.
func (e *Panic) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}
