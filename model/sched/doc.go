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
// A body is a function of its own goroutine, a [*G]. What Go's statements and
// package sync do is a method of it: Go, Send, Recv, Lock, Wait, Gosched.
// Between two operations a body may do what any Go code may, and no other
// goroutine runs meanwhile, on however many Ps: bodies may share variables. It
// must not block in any other way, nor call runtime.Goexit. Printf collects
// lines in the machine's Output. Channels carry any values.
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
// receiver is made runnable. Each M that is awake takes one step in a round
// ([RoundRobin]) or the seed says which one is next ([Random]), so that a
// thief can come between any two things. A step takes 50 ns of virtual time,
// which only serves to give the runtime's own delays (3 µs before a runnext is
// stolen, 1 ms until a mutex starves) a place among the steps. Real durations
// are not modelled: a thread, for example, starts at once.
//
// [Machine.Snapshot] is the whole state as plain data, [Machine.Log] the story
// so far. Both may be used at any time, also in bodies.
//
// A program that dies does so in Step (and Run): one of Go's fatal errors,
// a deadlock among them, is an [*event.Throw], and bodies cannot recover it; a
// panic that reached the top of a goroutine is a [*Panic]. From then on Step
// panics with the same value, and Snapshot still works. [Machine.TryRun]
// returns the value instead. A machine that is left before its program has
// ended must be closed, or its coroutines stay in memory.
//
// # Exactness
//
// Functions carry the names of the runtime's and do their work in the same
// order; each names the file and function that it mirrors. With one P the
// event order is compared with the real runtime's, operation by operation: for
// recorded programs (testdata) and for random ones that a compiled child runs
// (TestReal). With several Ps the real order depends on the hardware; there
// the queues, the stealing and the waking follow the source, and invariants of
// the state are checked after every step.
//
// # What is left out
//
//   - System calls, and so the handoff of a P and sysmon, which retakes Ps and
//     preempts: a body that never calls an operation holds its P for ever.
//   - Timers, Sleep and the network poller: when every M sleeps, checkdead ends
//     the program at once.
//   - Select over several cases; TrySend and TryRecv are select with one case
//     and a default. RWMutex, Once and the other types of package sync.
//   - Changes of GOMAXPROCS and stopping the world.
//   - What findRunnable looks for besides goroutines in queues: the reader of
//     an execution trace, the garbage collector's workers, finalizers, cleanups.
//   - The runtime's own goroutines: main is goroutine 1 and the first one that
//     it starts is 2, where a real process has its helpers in between.
//   - Threads locked by LockOSThread, cgo, the limit of 10,000 threads, stacks
//     and their growth.
//   - The race detector's shuffling of the queues (randomizeScheduler), and
//     systems without sysmon, where runnext is not used.
//   - An interleaving by a script: it is round robin or by the seed.
//   - Memory order and failed compare-and-swaps: steps are atomic.
package sched
