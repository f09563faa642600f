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
	if g.gp.preempt {
		// The prologue of the function finds stackPreempt for the guard.
		s.gopreempt(g.gp)
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
	g.checkOwn(op, o)
	return g.enter(op)
}

// checkOwn checks that o is of g's machine.
func (g *G) checkOwn(op string, o *object) {
	if o != nil && o.s != g.s {
		panic(fmt.Sprintf("sched: %s of goroutine %d (%s) on %q, a %s of another machine", op, g.goid, g.name, o.name, o.kind))
	}
}

// Go starts a goroutine: go body(…). The name is for people.
func (g *G) Go(name string, body func(*G)) {
	s, gp := g.enter("Go")
	s.newproc(gp.m, gp, name, body)
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

// Yield is runtime.goyield, which package sync uses where it hands over a
// mutex: the goroutine goes to the end of its P's queue.
func (g *G) Yield() {
	s, gp := g.enter("Yield")
	s.goyield(gp)
}

// Work runs Go code for ns virtual nanoseconds that calls nothing. A time slice
// that ends meanwhile is noticed at once, as by the signal that the runtime
// sends.
func (g *G) Work(ns int64) {
	s, gp := g.enter("Work")
	s.work(gp, ns)
}

// Spin is for {}: Go code that never ends. Config.MaxSteps ends it.
func (g *G) Spin() {
	s, gp := g.enter("Spin")
	for {
		s.work(gp, forcePreemptNS)
	}
}

// Syscall is a system call that takes ns virtual nanoseconds in the kernel.
func (g *G) Syscall(ns int64) {
	s, gp := g.enter("Syscall")
	s.syscall(gp, ns)
}

// SyscallBlock is a system call that the runtime knows to block, and for which
// it gives up the P at once.
func (g *G) SyscallBlock(ns int64) {
	s, gp := g.enter("SyscallBlock")
	s.syscallBlock(gp, ns)
}

// Read takes a message from the file; the goroutine waits in the network
// poller until there is one.
func (g *G) Read(fd *FD) {
	s, gp := g.enterOn("Read", &fd.object)
	s.netRead(gp, fd)
}

// Write writes a message that can be read from the file: to the other end of a
// pipe. It does not wait.
func (g *G) Write(fd *FD) {
	s, gp := g.enterOn("Write", &fd.object)
	s.netArrived(fd)
	s.step(gp.m, gp, event.NetWrite, event.NoReason, fd.id, uint64(fd.avail))
}

// LockOSThread is runtime.LockOSThread: only this goroutine runs on its M, and
// it runs on no other, until UnlockOSThread has been called as often.
func (g *G) LockOSThread() {
	s, gp := g.enter("LockOSThread")
	s.lockOSThread(gp)
}

// UnlockOSThread is runtime.UnlockOSThread. Without a LockOSThread it does
// nothing.
func (g *G) UnlockOSThread() {
	s, gp := g.enter("UnlockOSThread")
	s.unlockOSThread(gp)
}

// GOMAXPROCS is runtime.GOMAXPROCS: it sets the number of Ps, for which the
// world is stopped, and returns the one before. Less than 1 only asks.
func (g *G) GOMAXPROCS(n int) int {
	s, gp := g.enter("GOMAXPROCS")
	return s.gomaxprocs(gp, n)
}

// Call is a call of f, a function with a frame of so many bytes. The stack
// grows if it has no room for it.
func (g *G) Call(frame int, f func()) {
	s, gp := g.enter("Call")
	s.call(gp, max(frame, 0), f)
}

// StackSize returns the size of the goroutine's stack and how much of it its
// calls use, in bytes. It is no operation.
func (g *G) StackSize() (size, used int) { return g.gp.stack.size, g.gp.stack.used }

// Running reports whether the goroutine is the one that its machine runs and
// may do operations. In a deferred function it is false if the machine is being
// closed. It is no operation.
func (g *G) Running() bool {
	return g.s.cur == g && !g.s.closed && g.s.failure == nil && g.s.inner == nil
}

// Now returns the virtual time in nanoseconds. It is no operation.
func (g *G) Now() int64 { return g.s.now }

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
