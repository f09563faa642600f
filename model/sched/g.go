package sched

import (
	"fmt"
	"strings"

	"rtbook/model/event"
)

// G is a goroutine as its body sees it: the operations are what Go's
// statements and package sync do. Only the body that a G was given to may call
// them, and only while it runs; anything else panics.
type G struct {
	s    *Machine
	gp   *g
	goid int64
	name string
}

// errGoexit is the panic by which Goexit leaves a body.
var errGoexit error = goexit{}

type goexit struct{}

func (goexit) Error() string { return "sched: Goexit" }

// ID returns the goroutine's number: 1 for main. It is valid at any time.
func (g *G) ID() int64 { return g.goid }

// Name returns the name that the goroutine was started with. It is valid at
// any time.
func (g *G) Name() string { return g.name }

// enter checks that g may do an operation now, and returns its record.
func (g *G) enter(op string) (*Machine, *g) {
	s := g.s
	switch {
	case s.failure != nil && !s.stepping:
		panic(s.failure)
	case s.closed:
		panic(errClosed)
	case s.cur == nil:
		panic(fmt.Sprintf("sched: %s of goroutine %d (%s), while no goroutine runs", op, g.goid, g.name))
	case s.cur != g:
		panic(fmt.Sprintf("sched: %s of goroutine %d (%s), while goroutine %d (%s) runs",
			op, g.goid, g.name, s.cur.goid, s.cur.name))
	case s.inner != nil:
		panic(fmt.Sprintf("sched: %s of goroutine %d (%s), while %s of a machine in its body runs",
			op, g.goid, g.name, s.inner.running()))
	}
	return s, g.gp
}

// running names the goroutine whose body runs.
func (s *Machine) running() string {
	if s.cur == nil {
		return "a deferred function" // of a body that is being stopped
	}
	return fmt.Sprintf("goroutine %d (%s)", s.cur.goid, s.cur.name)
}

// enterOn is enter for an operation on o, which may be nil for a nil channel.
func (g *G) enterOn(op string, o *object) (*Machine, *g) {
	if o != nil && o.s != g.s {
		panic(fmt.Sprintf("sched: %s of goroutine %d (%s) on %q, a %s of another machine", op, g.goid, g.name, o.name, o.kind))
	}
	return g.enter(op)
}

// Go starts a goroutine: go body(…). The name is for people.
func (g *G) Go(name string, body func(*G)) {
	s, gp := g.enter("Go")
	if body == nil {
		s.throw("go of nil func value", name)
	}
	s.newproc(gp, name, body)
}

// Gosched lets others run: the goroutine goes to the end of the global queue.
func (g *G) Gosched() {
	s, gp := g.enter("Gosched")
	s.gosched(gp)
}

// Goexit ends the goroutine after its deferred functions have run, as
// runtime.Goexit does. It unwinds the body by a panic, which unlike the
// runtime's a recover in the body can see; runtime.Goexit itself must not be
// used in a body, since it would end the caller of Run.
func (g *G) Goexit() {
	_, gp := g.enter("Goexit")
	gp.exiting = true
	panic(errGoexit)
}

// Printf adds a line to the machine's Output. A missing line break is added.
func (g *G) Printf(format string, args ...any) {
	s, gp := g.enter("Printf")
	line := fmt.Sprintf(format, args...)
	if !strings.HasSuffix(line, "\n") {
		line += "\n"
	}
	s.out.WriteString(line)
	s.lines++
	s.step(gp.m, gp, event.UserLog, event.NoReason, uint64(s.lines))
}

// Send is c <- v.
func (g *G) Send(c *Chan, v any) {
	s, gp := g.enterOn("Send", c.on())
	s.chansend(gp, c, v, true)
}

// TrySend is select { case c <- v: true; default: false }.
func (g *G) TrySend(c *Chan, v any) bool {
	s, gp := g.enterOn("TrySend", c.on())
	return s.chansend(gp, c, v, false)
}

// Recv is <-c. A closed channel gives nil.
func (g *G) Recv(c *Chan) any {
	s, gp := g.enterOn("Recv", c.on())
	v, _, _ := s.chanrecv(gp, c, true)
	return v
}

// Recv2 is v, ok := <-c.
func (g *G) Recv2(c *Chan) (v any, ok bool) {
	s, gp := g.enterOn("Recv2", c.on())
	v, _, ok = s.chanrecv(gp, c, true)
	return v, ok
}

// TryRecv is select { case v, ok = <-c: ready = true; default: }.
func (g *G) TryRecv(c *Chan) (v any, ok, ready bool) {
	s, gp := g.enterOn("TryRecv", c.on())
	v, ready, ok = s.chanrecv(gp, c, false)
	return v, ok, ready
}

// Close is close(c).
func (g *G) Close(c *Chan) {
	s, gp := g.enterOn("Close", c.on())
	s.closechan(gp, c)
}

// Lock is mu.Lock().
func (g *G) Lock(mu *Mutex) {
	s, gp := g.enterOn("Lock", &mu.object)
	s.lock(gp, mu)
}

// Unlock is mu.Unlock(). Unlocking an unlocked mutex is a fatal error.
func (g *G) Unlock(mu *Mutex) {
	s, gp := g.enterOn("Unlock", &mu.object)
	s.unlock(gp, mu)
}

// Add is wg.Add(delta).
func (g *G) Add(wg *WaitGroup, delta int) {
	s, gp := g.enterOn("Add", &wg.object)
	s.wgAdd(gp, wg, delta)
}

// Done is wg.Done().
func (g *G) Done(wg *WaitGroup) {
	s, gp := g.enterOn("Done", &wg.object)
	s.wgAdd(gp, wg, -1)
}

// Wait is wg.Wait().
func (g *G) Wait(wg *WaitGroup) {
	s, gp := g.enterOn("Wait", &wg.object)
	s.wgWait(gp, wg)
}

// CondWait is c.Wait(); the condition's mutex must be locked.
func (g *G) CondWait(c *Cond) {
	s, gp := g.enterOn("CondWait", &c.object)
	s.condWait(gp, c)
}

// Signal is c.Signal().
func (g *G) Signal(c *Cond) {
	s, gp := g.enterOn("Signal", &c.object)
	s.condSignal(gp, c)
}

// Broadcast is c.Broadcast().
func (g *G) Broadcast(c *Cond) {
	s, gp := g.enterOn("Broadcast", &c.object)
	s.condBroadcast(gp, c)
}
