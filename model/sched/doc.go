// Package sched is a model of Go's scheduler: goroutines, threads and
// processors, their run queues, and channels, mutexes, wait groups and
// conditions on top of them, as in package runtime of Go 1.26.8. It runs
// programs, and the order in which things happen is the order in which they
// happen in the real runtime.
//
//	m := sched.New(sched.Config{Procs: 1})
//	results := m.NewChan("results", 0)
//	m.Main(func(g *sched.G) {
//		g.Go("worker", func(g *sched.G) { g.Send(results, 42) })
//		g.Printf("got %v", g.Recv(results))
//	})
//	m.Run()
//	fmt.Print(m.Output())
//
// # Programs
//
// A body is a function of its own goroutine, a [*G]. What Go's statements,
// package sync, package time and package runtime do is a method of it: Go,
// Send, Recv, Select, Lock, Wait, Sleep, Gosched, LockOSThread. Work is Go code
// that takes time and calls nothing, Syscall a system call, Read and Write are
// on a file that the network poller watches, Call is a call of a function with
// a frame. Between two operations a body may do what any Go code may, and no
// other goroutine runs meanwhile, on however many Ps: bodies may share
// variables. It must not block in any other way, nor call runtime.Goexit.
// Printf collects lines in the machine's Output. Channels carry any values.
//
// The bodies are coroutines of package iter, so there is no parallelism, no
// clock and no chance but that of [Config.Seed]: two runs with one Config are
// the same. When main returns the program has ended, as in Go, whatever other
// goroutines were doing; what they were about to do does not happen, but their
// deferred functions run (in Go they do not), and every operation in them
// panics.
//
// Before anything else a method of G checks that its goroutine is the one that
// its machine runs, and panics naming both if it is not. A body may run
// another machine, whose [Config.Outer] should be its own G: in the bodies of
// the inner machine every G of the outer one then panics, naming both again.
// A machine that is not told in whose body it runs cannot find out. There, an
// operation of an outer G does what it says, while the inner machine stands
// still in the middle of its step, which nobody can step until the outer
// goroutine goes on; and if the outer program ends first, the inner body is
// unwound as the outer one is.
//
// # Machines
//
// [Machine.Step] does one thing and emits one [event.Event] with its reason:
// an M takes a goroutine from a queue and starts it; a goroutine sends; its
// receiver is made runnable. [Config.Interleave] says which M takes the next
// step: each in turn ([RoundRobin]), any, by the seed ([Random]), or as a list
// says ([Script]); so a thief can come between any two things.
//
// Time is virtual. A step takes what [Config.Costs] says, 50 ns unless it says
// another; Work, Syscall and Sleep take what they are told; and the runtime's
// own times are its own: 3 µs before a runnext is stolen, 1 ms until a mutex
// starves, 20 µs to 10 ms between two looks of sysmon, 10 ms for a time slice,
// whole milliseconds for a sleep in epoll. When every M sleeps the clock goes on
// to when the first one wakes. A thread starts at once unless Costs.Thread says
// how long it takes.
//
// sysmon is a thread without a number, which looks at the Ps as the real one
// does: it preempts a goroutine whose time slice is over, takes the P of a long
// system call, and polls the network when nobody else has for 10 ms. A
// goroutine that is to be preempted stops at its next operation, or in Work, as
// by the runtime's signal, at once. A body that does no operation holds its P
// for ever.
//
// [Machine.Snapshot] is the whole state as plain data, [Machine.Log] the story
// so far. Both may be used at any time, also in bodies.
//
// A program that dies does so in Step (and Run): one of Go's fatal errors,
// a deadlock among them, is an [*event.Throw], and bodies cannot recover it; a
// panic that reached the top of a goroutine is a [*Panic]; and a program that
// does not end, or waits for what never comes, is ended with a [*Limit] (a real
// one goes on, or hangs). From then on Step
// panics with the same value, and Snapshot still works. [Machine.TryRun]
// returns the value instead. A machine that is left before its program has
// ended must be closed, or its coroutines stay in memory.
//
// # Exactness
//
// Functions carry the names of the runtime's and do their work in the same
// order; each names the file and function that it mirrors.
//
// With one P the event order is compared with the real runtime's, operation by
// operation, for recorded programs (testdata) and for random ones that a
// compiled child runs (TestReal): goroutine trees, yields, channels, select with
// at most one case ready, mutexes, reader/writer mutexes, wait groups,
// conditions, Once, locked threads, pipes, sleeps and timers, hundreds of
// goroutines, deadlocks, and programs that die of an error. Where the order
// depends on durations (system calls, loops) these lie far apart. Functions
// without time in them, from runqsteal and globrunqgetbatch to the heap of
// timers, the orders of select and the growth of stacks, are called in the
// runtime itself, through an overlay, and must give the same (TestRealInternals).
// With several Ps the real order depends on the hardware; there invariants of
// the state are checked after every step.
//
// # What is left out
//
//   - Why the world is stopped but for GOMAXPROCS: the garbage collector's
//     phases, its workers, assists and the goroutine that forces it;
//     [Machine.ScanStacks] does to stacks what a collection does.
//   - What findRunnable looks for besides goroutines, timers and the network:
//     the reader of an execution trace, finalizers, cleanups, and the second
//     looks after them. sysmon's other work: the scavenger, and the default
//     GOMAXPROCS, once a second.
//   - The runtime's own goroutines: main is goroutine 1 and the first one that
//     it starts is 2, where a real process has its helpers in between.
//   - Signals, cgo and callbacks, the template thread but for its count, and
//     what makes a stack unsafe to move or a place unsafe to preempt.
//   - Files but for messages that are there or not: no deadlines, no writers
//     that wait, one reader at a time.
//   - internal/synctest, the race detector's shuffling of the queues
//     (randomizeScheduler), and systems without sysmon, where runnext is not
//     used.
//   - The cache of sudogs for each P, the table by which a semaphore's waiters
//     are found, GODEBUG=asynctimerchan.
//   - Memory order and failed compare-and-swaps: steps are atomic.
package sched
