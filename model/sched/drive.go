package sched

import (
	"fmt"
	"math"

	"rtbook/model/event"
)

// forever is a time that does not come.
const forever = math.MaxInt64

// Step does one thing and emits one event. It returns false, and does nothing,
// when the program has ended or has no Main.
//
// If the program dies in this step, of a fatal error, of a panic that no body
// recovered or because it has taken Config.MaxSteps, Step stops all coroutines
// and panics with the *event.Throw, the *Panic or the *Limit, as does every
// later Step.
func (s *Machine) Step() bool { return s.advance(false) }

// Run steps until the program has ended. If it dies, Run panics with an
// *event.Throw for one of Go's fatal errors, a deadlock for example, with a
// *Panic for a panic that no body recovered, and with a *Limit for a program
// that does not end. TryRun returns these instead.
func (s *Machine) Run() {
	for s.advance(true) {
	}
}

// TryRun is Run, but returns how the program ended: nil if main returned, else
// the *event.Throw, the *Panic or the *Limit. Misuse of the machine still
// panics.
func (s *Machine) TryRun() error {
	for s.tryAdvance() {
	}
	return s.failure
}

func (s *Machine) tryAdvance() (more bool) {
	defer func() {
		if s.failure == nil {
			return // nothing to recover, or a misuse that goes on
		}
		recover() // the failure, which TryRun returns
		more = false
	}()
	return s.advance(true)
}

// advance takes one step, or all of them.
func (s *Machine) advance(all bool) bool {
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
	s.stepping, s.all = true, all
	defer func() { s.stepping, s.all = false, false }()

	for s.step1(); all && !s.finished && s.failure == nil; s.step1() {
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

// step1 takes a step. With s.all the coroutine that it resumes may take more
// of them itself.
func (s *Machine) step1() {
	s.emitted = false
	mp := s.next
	if s.next = nil; mp == nil {
		mp = s.pick()
	}
	for mp != nil {
		s.resume(mp)
		switch {
		case s.emitted || s.failure != nil:
			return
		case mp.mcall == nil: // mp waits for something
			mp = s.pick()
		}
	}
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
	defer s.leaveCoro()
	if gp := mp.curg; gp != nil && mp.mcall == nil {
		s.co, s.cur = gp.co, gp.handle
	} else {
		s.co = mp.g0
	}
	s.co.resume()
}

func (s *Machine) leaveCoro() { s.co, s.cur = nil, nil }

// awake reports whether mp can take a step now.
func (mp *m) awake(now int64) bool { return !mp.parked && mp.sleepUntil <= now }

// pick returns the M that takes the next step and moves the clock. It returns
// nil if no step is possible any more; the machine has failed then.
//
// In RoundRobin the Ms that are awake take a step each, by number, and sleep
// for what the step costs. sysmon looks when all that happens at its time has
// happened.
func (s *Machine) pick() *m {
	if s.cfg.Interleave != RoundRobin {
		if mp, ok := s.pickAny(); ok {
			return mp
		}
	}
	for {
		for _, mp := range s.allm[s.lastM+1:] {
			if mp.awake(s.now) {
				s.lastM = mp.id
				return mp
			}
		}
		s.lastM = -1
		if s.sysmon.m.awake(s.now) {
			return s.sysmon.m
		}
		if !s.moveClock() {
			return nil
		}
	}
}

// pickAny is pick for the other interleavings; ok is false where a script has
// come to its end. The clock moves by one step when every M could have taken
// one.
func (s *Machine) pickAny() (mp *m, ok bool) {
	for {
		if s.cfg.Interleave == Script {
			return s.pickScripted()
		}
		awake := s.awakeMs[:0]
		for _, mp := range s.allm {
			if mp.awake(s.now) {
				awake = append(awake, mp)
			}
		}
		s.awakeMs = awake
		if s.sysmon.m.awake(s.now) {
			return s.sysmon.m, true
		}
		if len(awake) == 0 {
			if !s.moveClock() {
				return nil, true
			}
			continue
		}
		if s.turn++; s.turn >= len(awake) {
			s.turn, s.now = 0, s.now+stepTime
		}
		return awake[s.rng.cheaprandn(uint32(len(awake)))], true
	}
}

// pickScripted returns the M of the next entry that can take a step, however
// far off that is; the clock moves there.
func (s *Machine) pickScripted() (mp *m, ok bool) {
	for s.script < len(s.cfg.Script) {
		id := s.cfg.Script[s.script]
		s.script++
		switch {
		case id == SysmonID:
			mp = s.sysmon.m
		case id >= 0 && id < len(s.allm):
			mp = s.allm[id]
		default:
			continue
		}
		if !mp.parked && mp.sleepUntil != forever {
			s.now = max(s.now, mp.sleepUntil)
			s.lastM = mp.id
			return mp, true
		}
	}
	return nil, false
}

// moveClock moves the clock to when the next M, or sysmon, wakes. It reports
// whether one does: a program whose only thread waits in the poller for what
// never comes hangs.
func (s *Machine) moveClock() bool {
	next := int64(forever)
	for _, mp := range s.allm {
		if !mp.parked {
			next = min(next, mp.sleepUntil)
		}
	}
	if next == forever && len(s.net.arrivals) == 0 {
		s.failure = &Limit{Steps: s.steps, Text: "the program waits for the network, where nothing is to arrive; " + s.waiters()}
		return false
	}
	s.now = max(s.now, min(next, s.sysmon.m.sleepUntil))
	return true
}

// charge ends a step of mp: it takes its time.
func (s *Machine) charge(mp *m, k event.Kind) {
	cost := s.costs.of(k)
	if s.cfg.Interleave == Random {
		cost -= stepTime // pickAny moves the clock by that
	}
	if cost > 0 {
		mp.sleepUntil = max(mp.sleepUntil, s.now+cost)
	}
	s.steps++
	limit := s.cfg.MaxSteps
	if limit == 0 {
		limit = defaultMaxSteps
	}
	if limit > 0 && s.steps >= limit && !s.finished && s.failure == nil {
		s.failure = &Limit{Steps: s.steps, Text: "the program has not ended; " + s.busy()}
	}
}

// wake has mp, which was parked, go on.
func (s *Machine) wake(mp *m) {
	at := s.now
	if mp.id <= s.lastM {
		at += stepTime // its turn in this round is over
	}
	mp.parked = false
	s.touch(mp)
	mp.sleepUntil = max(mp.sleepUntil, at+s.costs.Thread)
}

// step ends the step that runs: it emits an event of mp, its P and gp (which
// may be nil) and pauses until it is mp's turn again.
func (s *Machine) step(mp *m, gp *g, k event.Kind, why event.Reason, args ...uint64) {
	s.stepOn(mp, mp.p, gp, k, why, args...)
}

// stepOn is step for an M that has just given up pp, or has none.
func (s *Machine) stepOn(mp *m, pp *p, gp *g, k event.Kind, why event.Reason, args ...uint64) {
	s.emit(mp, pp, gp, k, why, args...)
	s.charge(mp, k)
	if s.all && !s.finished && s.failure == nil {
		next := s.pick()
		if next == mp {
			s.emitted = false // the next step has begun
			return
		}
		s.next = next
	}
	s.co.pause()
}

// block pauses mp without an event until the time is reached or somebody sets
// mp.sleepUntil to an earlier one.
func (s *Machine) block(mp *m, until int64) {
	mp.sleepUntil = until
	s.touch(mp)
	s.co.pause()
}

// emit records an event. It is step without the pause, for the last words of a
// program that ends.
func (s *Machine) emit(mp *m, pp *p, gp *g, k event.Kind, why event.Reason, args ...uint64) {
	s.emitted = true
	if !s.log.Record {
		return
	}
	e := event.Event{Time: s.now, M: int32(mp.id), P: event.None, G: event.None, Kind: k, Reason: why}
	if pp != nil {
		e.P = pp.id
	}
	if gp != nil {
		e.G = gp.goid
	}
	copy(e.Args[:], args)
	s.touch(mp)
	s.noteMs()
	s.log.Emit(e)
}

// throw ends the program with one of the runtime's fatal errors. It does not
// return: bodies cannot recover it.
func (s *Machine) throw(text, state string) {
	s.failure = &event.Throw{Text: text, State: state}
	if s.co != nil {
		s.co.pause()
	}
	panic(errClosed) // a deferred function of a body that is being stopped
}

// Limit is how a program ends that would not end by itself.
type Limit struct {
	Steps int64  // taken so far
	Text  string // what the program was doing
}

// Error returns what the program was doing and after how many steps.
func (e *Limit) Error() string {
	return fmt.Sprintf("sched: stopped after %d steps (Config.MaxSteps): %s", e.Steps, e.Text)
}

// busy names the goroutines that have an M, or else one that is to have one.
func (s *Machine) busy() string {
	text := ""
	for _, mp := range s.allm {
		if mp.curg == nil {
			continue
		}
		if text != "" {
			text += ", "
		}
		text += fmt.Sprintf("goroutine %d %s runs", mp.curg.goid, mp.curg.handle.name)
	}
	if text != "" {
		return text
	}
	for _, gp := range s.allg {
		if gp.status == Runnable {
			return fmt.Sprintf("goroutine %d %s is runnable", gp.goid, gp.handle.name)
		}
	}
	return "no goroutine runs"
}
