// Package alloc is the memory allocator of the Go runtime as a machine that
// can be stepped and looked into: size classes, the tiny allocator, mcache,
// mcentral and mheap, the page allocator with its per-P caches, and the sweep
// that makes slots free again. It follows Go 1.26 on linux/amd64, Green Tea
// collector included; every method names the runtime function it mirrors.
//
// # The machine
//
// A [Heap] is a pile of steps. An operation (Malloc, Collect, ...) puts its
// first step on the pile; [Heap.Step] takes steps off until one of them has
// emitted an event, which is one thing done and why; [Heap.Run] steps until
// the pile is empty. Operations run to their end. The Begin forms of Malloc
// and StartSweep do not, so that one request can be watched step by step; an
// operation begun while another is under way first lets that one finish.
//
// Addresses are numbers: there is no memory behind them. Nothing is random,
// and the heap begins at 0xc000000000 as it did before Go randomised it.
//
// # What is checked
//
// Where the runtime would throw, the machine panics with the *[event.Throw] of
// that text and is frozen: every later operation panics with the same Throw,
// while [Heap.Snapshot] still works. A request that Go answers with a run-time
// panic (a negative size) panics with a [RuntimeError] of Go's text and leaves
// the machine as it was. A P that does not exist is a mistake of the caller,
// and panics as an index out of range does.
//
// # How a request is served
//
// mallocgc sorts requests by size and pointers. A tiny one goes into the block
// that its P's mcache shares out; a small one takes a slot of the span that the
// mcache has for its class. A span without a free slot goes to the class's
// mcentral, and another comes: a partial one that is swept, one that is swept
// now (at most 101 are tried), or a new one. The pages of a new span come from
// the P's page cache, 64 pages taken at once, or from the page allocator, which
// finds the lowest free run by summaries over bitmaps; or the heap grows, by 4
// MiB of an arena of 64 MiB. A large object is a span of its own. Before it takes
// a span, a request sweeps what it owes ([Heap.PaceSweep]); after it took pages,
// it gives back what is above a limit ([Config].MemoryLimit, [Heap.RetainGoal]).
// The steps, one event each, are the same for every request; one that needs
// nothing but its mcache, and that nobody records, is served at once.
//
// # What is left out
//
// What is alive is said by the caller (Mark, Collect, Free), and no request
// starts a collection: Object.TestsTrigger says where the runtime would ask
// whether one is due. No sweeper and no scavenger runs by itself. Assist credit,
// pointer bitmaps, the memory of the allocator's own records, profiling samples,
// huge pages beyond what the scavenger does for them, the CPU limiter, stacks and
// other spans that are managed by hand, specials (finalizers, cleanups, weak
// pointers), user arenas, the random beginning of the heap, the race detector and
// the sanitizers, and the experiments that are off by default do not exist. One
// operation runs at a time, so no compare-and-swap ever fails.
package alloc

import (
	"fmt"

	"rtbook/model/event"
)

//go:generate go run gen.go -o sizeclasses.go

// Config says how a Heap is made. The zero Config makes a heap of one P that
// records nothing.
type Config struct {
	Procs  int  // number of Ps, each with an mcache and a page cache; 0 means 1
	Record bool // keep events

	// AddressSpace is the first address that the modelled operating system
	// does not give out. 0 means 1<<47, as for a process on linux/amd64.
	AddressSpace uint64
	Taken        []Range // addresses below it that are not given out either

	// Memory is how many bytes the modelled system maps before it has no more.
	// 0 means 1<<40.
	Memory uint64

	// MemoryLimit is what GOMEMLIMIT sets: from how many bytes of heap on free
	// pages are given back when others are taken. 0 means no limit.
	MemoryLimit uint64

	// Trigger gives the heapLive at which the next collection is to begin, asked
	// when a sweep begins, with the bytes that are live then: the sweep is paced
	// to be done by then (PaceSweep). nil means that no request has to sweep.
	Trigger func(live uint64) uint64

	// Clock gives events their time, in virtual nanoseconds. nil means 0.
	Clock func() int64
}

// Range is the addresses from Base up to, not including, Limit.
type Range struct{ Base, Limit uint64 }

// Heap is the allocator's whole state (runtime/mheap.go: mheap, and the parts
// of each P that belong to the allocator). Make one with [New].
type Heap struct {
	cfg    Config
	log    event.Log
	todo   []func()     // the pile: what remains to be done, next step last
	did    bool         // whether the step being run has emitted its event
	thrown *event.Throw // set once the machine is frozen
	opP    int          // P of the operation under way
	opMark int          // events before the last operation
	last   Object       // result of the last request

	procs   []*proc
	central [numSpanClasses]mcentral

	spanSetBlocks []*spanSetBlock // empty blocks for the sets of central

	pages      pageAlloc
	arenas     map[uint64]*heapArena // by number
	lowest     uint64                // address that the modelled system gives out
	heapArenas []uint64              // numbers of the arenas, in the order in which they were reserved
	arenaHints []arenaHint           // where to reserve the next, first to be tried first
	curArena   addrRange             // addresses that are reserved and not yet mapped

	sweepgen      uint32
	swept         bool     // no unswept span is left (sweep.active is drained)
	sweepIndex    int      // where the sweeper looks next (sweep.centralIndex)
	sweepArenas   []uint64 // arenas that there were when the sweep began
	reclaimIndex  uint64   // next page of them for the reclaimer
	reclaimCredit uint64   // pages swept free and not yet claimed
	pace          pace

	marking     bool // new objects are marked (the write barrier is on)
	markedBytes uint64
	stats       counters
}

// proc is what the allocator keeps in a P.
type proc struct {
	id     int
	cache  mcache
	pcache pageCache
	mspans int // span records at hand, so that mheap's lock is not needed for one (p.mspancache)
}

// counters are the raw statistics; Stats makes readable ones of them.
type counters struct {
	heapLive, heapScan                        uint64 // bytes
	heapInUse, heapFree, heapReleased, mapped uint64 // bytes
	pagesInUse, pagesSwept                    uint64
	totalAlloc, totalFree                     uint64 // bytes
	largeAllocs, largeFrees                   uint64 // objects
	smallAllocs, smallFrees                   [numSizeClasses]uint64
	tinyAllocs                                uint64 // objects that share a block
	heapLocks, centralLocks                   int
}

// New returns an empty heap, as after runtime/malloc.go: mallocinit.
func New(cfg Config) *Heap {
	if cfg.Procs <= 0 {
		cfg.Procs = 1
	}
	if cfg.AddressSpace == 0 {
		cfg.AddressSpace = userAddressSpace
	}
	cfg.AddressSpace = min(cfg.AddressSpace, userAddressSpace)
	if cfg.Memory == 0 {
		cfg.Memory = 1 << 40
	}
	if cfg.MemoryLimit == 0 {
		cfg.MemoryLimit = noGoal
	}
	h := &Heap{cfg: cfg, swept: true, arenas: map[uint64]*heapArena{}, lowest: heapBase, arenaHints: firstArenaHints()}
	h.log.Record = cfg.Record
	h.pages.init(h.throw, func(addr uint64) bool { return h.arenas[arenaIndex(addr)] != nil })
	h.pace.retain = noGoal
	for id := 0; id < cfg.Procs; id++ {
		h.procs = append(h.procs, &proc{id: id})
	}
	for spc := range h.central {
		h.central[spc].spanclass = spanClass(spc)
	}
	return h
}

// Step does one thing and emits one event that says what and why. It returns
// false when there was nothing left to do.
func (h *Heap) Step() bool {
	h.mustRun()
	h.did = false
	for len(h.todo) > 0 && !h.did {
		next := h.todo[len(h.todo)-1]
		h.todo = h.todo[:len(h.todo)-1]
		next()
	}
	return h.did
}

// Run steps until nothing is left to do.
func (h *Heap) Run() {
	for h.Step() {
	}
}

// Events returns every event so far, oldest first; none without Config.Record.
func (h *Heap) Events() []event.Event { return h.log.Events() }

// Effects returns what every event so far did to the lists and bits of the heap,
// beside what the event says; none without Config.Record.
func (h *Heap) Effects() []event.Effect { return h.log.Effects() }

// Err returns the throw that has ended the machine, or nil.
func (h *Heap) Err() error {
	if h.thrown == nil {
		return nil
	}
	return h.thrown
}

// Why returns the events of the last operation: what it did, and why.
func (h *Heap) Why() []event.Event { return h.log.Since(h.opMark) }

// Procs returns the number of Ps.
func (h *Heap) Procs() int { return len(h.procs) }

// then puts steps on the pile; the first one given is the next to run.
func (h *Heap) then(steps ...func()) {
	for i := len(steps) - 1; i >= 0; i-- {
		h.todo = append(h.todo, steps[i])
	}
}

// begin starts an operation on P p, after finishing one that is under way.
func (h *Heap) begin(p int) *proc {
	h.mustRun()
	h.Run()
	h.opP = p
	h.opMark = h.log.Len()
	return h.procs[p]
}

// beginOn is begin for a P that the caller chose, in a call of this name.
func (h *Heap) beginOn(call string, p int) *proc {
	h.mustRun()
	if p < 0 || p >= len(h.procs) {
		panic(fmt.Sprintf("alloc: %s on P %d, which there is not: Config.Procs is %d", call, p, len(h.procs)))
	}
	return h.begin(p)
}

// mustRun panics if the machine is frozen.
func (h *Heap) mustRun() {
	if h.thrown != nil {
		panic(h.thrown)
	}
}

// emit ends the current step with its event.
func (h *Heap) emit(kind event.Kind, why event.Reason, args ...uint64) {
	h.did = true
	if h.log.Record {
		h.record(kind, why, args)
	}
}

// record writes down the event of the current step.
func (h *Heap) record(kind event.Kind, why event.Reason, args []uint64) {
	e := h.log.Next()
	e.M, e.P, e.G, e.Kind, e.Reason = event.None, int32(h.opP), event.None, kind, why
	if h.cfg.Clock != nil {
		e.Time = h.cfg.Clock()
	}
	switch len(args) { // a call of copy would cost as much as all the rest
	case 4:
		e.Args[3] = args[3]
		fallthrough
	case 3:
		e.Args[2] = args[2]
		fallthrough
	case 2:
		e.Args[1] = args[1]
		fallthrough
	case 1:
		e.Args[0] = args[0]
	}
}

// throw ends the machine as runtime.throw ends a process.
func (h *Heap) throw(text, format string, args ...any) {
	h.thrown = &event.Throw{Text: text, State: fmt.Sprintf(format, args...)}
	panic(h.thrown)
}

// lock counts one acquisition of mheap.lock. Nothing else runs, so there is
// nothing to exclude.
func (h *Heap) lock() {
	h.stats.heapLocks++
	h.log.Effect(event.Effect{Op: event.OpHeapLock})
}

// RuntimeError is a run-time panic of Go: an error that a program can recover
// from, unlike a Throw. The machine is as it was before the request.
type RuntimeError struct {
	Text string // as Go prints it after "panic: "
}

// Error returns the text of Go's panic.
func (e *RuntimeError) Error() string { return e.Text }
