package sched

import (
	"fmt"
	"strings"

	"rtbook/model/event"
)

// Config describes a machine. The zero Config is a machine of one P that
// records nothing.
type Config struct {
	// Procs is GOMAXPROCS, the number of Ps. Less than 1 means 1.
	Procs int

	// Seed feeds the order in which thieves visit the other Ps, and the
	// interleaving if that is Random.
	Seed uint64

	// Interleave says which of the Ms that are awake takes the next step.
	Interleave Interleave

	// Record keeps the events, for Events and Log.
	Record bool

	// SchedTick is P 0's schedtick when the main goroutine begins. 0 means 4,
	// about what it is in a real process, where the runtime's own goroutines
	// have had their turns before main.main; only its remainder by 61 matters.
	SchedTick uint32

	// Outer is the goroutine of another machine in whose body this machine
	// runs; nil if it runs in none. Step then checks that Outer is the one that
	// its machine runs, and while a step is under way every operation of that
	// machine panics. A machine cannot find out by itself whose body it is in.
	Outer *G
}

// Interleave is a policy for the order in which Ms that are awake take steps.
type Interleave int

const (
	RoundRobin Interleave = iota // each M in turn, by number
	Random                       // any M, by the seed
)

// stepTime is the virtual time that a step takes, in nanoseconds: about what
// runtime/proc.go's runqgrab gives for a channel operation ("~50ns").
const stepTime = 50

// mainTick is the schedtick that main begins with unless the Config says
// another: 4 or 5 was seen in fresh processes of Go 1.26.8.
const mainTick = 4

// Machine is a scheduler with its Gs, Ms and Ps, and the program that it runs.
// It is not safe for use by several goroutines at once.
type Machine struct {
	cfg Config
	log event.Log
	rng rng
	now int64 // virtual nanoseconds

	allp []*p
	allm []*m
	allg []*g
	schedt

	mainBody    func(*G)
	mainStarted bool
	names       []string // of all that follows, by number in events; 0 is the nil channel
	chans       []*Chan
	mutexes     []*Mutex
	waitGroups  []*WaitGroup
	conds       []*Cond
	out         strings.Builder
	lines       int

	// The driver's own state.
	stepping bool     // Step is on the stack
	emitted  bool     // the current step has emitted its event
	co       *coro    // the coroutine that runs, nil outside Step
	cur      *G       // whose body runs, nil if none does
	inner    *Machine // the one that takes a step in cur's body, if it names cur as Outer
	lastM    int      // which M took the step before
	turn     int      // steps since the clock moved, for Random
	finished bool     // the program has ended by itself
	closed   bool     // every coroutine has been stopped
	failure  error    // *event.Throw or *Panic: how the program died
}

// New returns a machine whose program has not started: m0 holds P 0, the other
// Ps are idle (runtime/proc.go: schedinit, procresize).
func New(cfg Config) *Machine {
	cfg.Procs = max(cfg.Procs, 1)
	s := &Machine{
		cfg: cfg, rng: rng{state: cfg.Seed}, lastM: -1, names: []string{"nil"},
		log: event.Log{Record: cfg.Record},
	}
	for i := range cfg.Procs {
		s.allp = append(s.allp, &p{id: int32(i)})
	}
	s.stealOrder.reset(uint32(cfg.Procs))
	m0 := s.newm(nil, false)
	s.acquirep(m0, s.allp[0])
	if s.allp[0].schedtick = cfg.SchedTick; cfg.SchedTick == 0 {
		s.allp[0].schedtick = mainTick
	}
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

// Step does one thing and emits one event. It returns false, and does nothing,
// when the program has ended or has no Main.
//
// If the program dies in this step, of a fatal error or of a panic that no
// body recovered, Step stops all coroutines and panics with the *event.Throw
// or the *Panic, as does every later Step.
func (s *Machine) Step() bool {
	switch {
	case s.stepping:
		panic("sched: Step called before another Step of the same machine has ended")
	case s.failure != nil:
		panic(s.failure)
	case s.finished || s.mainBody == nil:
		return false
	case s.closed:
		panic(errClosed)
	}
	if g := s.cfg.Outer; g != nil {
		g.enter("Step of a machine in the body")
	}
	defer s.enterOuter()()
	s.stepping, s.emitted = true, false
	defer func() { s.stepping = false }()

	for mp := s.pick(); !s.emitted && s.failure == nil; {
		s.resume(mp)
	}
	if s.failure != nil {
		s.stop()
		panic(s.failure)
	}
	if s.finished {
		s.stop()
	}
	return true
}

// enterOuter keeps the machine of Config.Outer from being used while s runs
// bodies, and returns what ends that.
func (s *Machine) enterOuter() (leave func()) {
	if s.cfg.Outer == nil {
		return func() {}
	}
	outer := s.cfg.Outer.s
	before := outer.inner
	outer.inner = s
	return func() { outer.inner = before }
}

// resume runs mp's goroutine, or its g0 if it has none or has called mcall,
// until that pauses.
func (s *Machine) resume(mp *m) {
	defer func() { s.co, s.cur = nil, nil }()
	if gp := mp.curg; gp != nil && mp.mcall == nil {
		s.co, s.cur = gp.co, gp.handle
	} else {
		s.co = mp.g0
	}
	s.co.resume()
}

// pick returns the M that takes the next step and moves the clock: all Ms that
// are awake run at the same speed, one step each in stepTime.
func (s *Machine) pick() *m {
	for {
		awake := s.awake()
		if len(awake) == 0 {
			s.now = s.nextWake()
			continue
		}
		if s.cfg.Interleave == Random {
			if s.turn++; s.turn >= len(awake) {
				s.turn, s.now = 0, s.now+stepTime
			}
			return awake[s.rng.cheaprandn(uint32(len(awake)))]
		}
		for _, mp := range awake {
			if mp.id > s.lastM {
				s.lastM = mp.id
				return mp
			}
		}
		s.lastM, s.now = -1, s.now+stepTime
	}
}

// awake returns the Ms that can take a step now, by number.
func (s *Machine) awake() []*m {
	var awake []*m
	for _, mp := range s.allm {
		if !mp.parked && mp.sleepUntil <= s.now {
			awake = append(awake, mp)
		}
	}
	return awake
}

// nextWake returns when the first sleeping M wakes. There is one: checkdead
// ends the program when the last M parks.
func (s *Machine) nextWake() int64 {
	when := int64(-1)
	for _, mp := range s.allm {
		if !mp.parked && (when < 0 || mp.sleepUntil < when) {
			when = mp.sleepUntil
		}
	}
	return when
}

// Run steps until the program has ended. If it dies, Run panics with an
// *event.Throw for one of Go's fatal errors, a deadlock for example, and with
// a *Panic for a panic that no body recovered. TryRun returns these instead.
func (s *Machine) Run() {
	for s.Step() {
	}
}

// TryRun is Run, but returns how the program ended: nil if main returned, else
// the *event.Throw or the *Panic. Misuse of the machine still panics.
func (s *Machine) TryRun() error {
	for s.tryStep() {
	}
	return s.failure
}

func (s *Machine) tryStep() (more bool) {
	defer func() {
		if s.failure == nil {
			return // nothing to recover, or a misuse that goes on
		}
		recover() // the failure, which TryRun returns
		more = false
	}()
	return s.Step()
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

// Events returns the events so far, if Config.Record is set.
func (s *Machine) Events() []event.Event { return s.log.Events() }

// Output returns what the bodies printed with Printf.
func (s *Machine) Output() string { return s.out.String() }

// step ends the step that runs: it emits an event of mp, its P and gp (which
// may be nil) and pauses until the driver comes back to this coroutine.
func (s *Machine) step(mp *m, gp *g, k event.Kind, why event.Reason, args ...uint64) {
	s.stepOn(mp, mp.p, gp, k, why, args...)
}

// stepOn is step for an M that has just given up pp, or has none.
func (s *Machine) stepOn(mp *m, pp *p, gp *g, k event.Kind, why event.Reason, args ...uint64) {
	s.emit(mp, pp, gp, k, why, args...)
	s.co.pause()
}

// emit records an event. It is step without the pause, for the last words of a
// program that ends.
func (s *Machine) emit(mp *m, pp *p, gp *g, k event.Kind, why event.Reason, args ...uint64) {
	e := event.Event{Time: s.now, M: int32(mp.id), P: event.None, G: event.None, Kind: k, Reason: why}
	if pp != nil {
		e.P = pp.id
	}
	if gp != nil {
		e.G = gp.goid
	}
	copy(e.Args[:], args)
	s.log.Emit(e)
	s.emitted = true
}

// throw ends the program with one of the runtime's fatal errors. It does not
// return: bodies cannot recover it.
func (s *Machine) throw(text, state string) {
	s.failure = &event.Throw{Text: text, State: state}
	s.co.pause()
	panic(errClosed) // a deferred function of a body that is being stopped
}

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
