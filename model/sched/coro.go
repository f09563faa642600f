package sched

import "iter"

// A coro is a function that runs in turns. Goroutines are coros, and so is the
// g0 of each M, so that schedule and findRunnable read as they do in the
// runtime: a straight line with pauses, not a state machine.
type coro struct {
	fn    func()
	next  func() (struct{}, bool) // nil before the first resume
	halt  func()
	yield func(struct{}) bool
}

// unwind is the panic that takes a coro that is being stopped off its stack.
// Every operation of a closed machine panics with it, so that a recover in a
// body does not bring that body back.
type unwind struct{}

func (unwind) Error() string { return "sched: operation on a machine that is closed" }

var errClosed error = unwind{}

// newCoro returns a coro that will run fn. fn is responsible for every panic
// but the one of its own unwinding. A coro that was never resumed holds no
// memory of its own and need not be stopped.
func newCoro(fn func()) *coro { return &coro{fn: fn} }

// resume runs the coro until it pauses or ends.
func (c *coro) resume() {
	if c.next == nil {
		c.next, c.halt = iter.Pull(c.run)
	}
	c.next()
}

func (c *coro) run(yield func(struct{}) bool) {
	c.yield = yield
	defer func() {
		if r := recover(); r != nil && r != errClosed {
			panic(r)
		}
	}()
	c.fn()
}

// pause returns control to whoever resumed the coro.
func (c *coro) pause() {
	if !c.yield(struct{}{}) {
		panic(errClosed)
	}
}

// stop ends the coro: where it paused, it panics with errClosed, and its
// deferred functions run.
func (c *coro) stop() {
	if c.halt != nil {
		c.halt()
	}
}
