package event

// Effect is one change of a machine's state, which belongs to an event: it was
// made in the step that the event ends. Events say what happened and why, for
// people; effects say what that did to queues, lists and bits, so that who has
// both can replay a recording without the machine. A machine records them
// beside its events, and only those that cannot be told from the events alone.
type Effect struct {
	Event int32 // number of the event, from 0
	Op    Op
	Flags uint8 // of an M: the bits MFound and those after it
	I, J  int32
	N     uint64
}

// Op says what an Effect changes; it fixes the meaning of the others.
type Op uint8

// The effects of the allocator. A set is one of the four of a span class, as
// its mcentral has them: 0 and 1 are partial[0] and partial[1], 2 and 3 full[0]
// and full[1]. The heap's sweepgen says which of two is the swept one
// (runtime/mcentral.go: partialSwept).
const (
	_             Op = iota
	OpHeapLock       // mheap.lock is taken
	OpCentralLock    // the lock of a span set is taken
	OpSetPush        // a span joins a set at its end: I span class, J set, N address
	OpSetPop         // the first of a set is taken: I span class, J set, N address
	OpMcache         // an mcache gets a span, or loses it: I P, J span class, N address or 0
	OpMark           // a slot is marked: I slot, N address of the span
)

// The effects of the scheduler.
const (
	OpStatus     Op = iota + 32 // a goroutine changes its status: I status, J number of the wait reason, N goid
	OpRunnext                   // runnext of a P is set: I P, N goid or 0
	OpRunqPut                   // a goroutine joins a local queue at its tail: I P, N goid
	OpRunqDrop                  // goroutines leave a local queue at its head: I P, J how many
	OpGlobalPut                 // a goroutine joins the global queue at its tail: N goid
	OpGlobalPush                // a goroutine joins the global queue at its head: N goid
	OpGlobalDrop                // goroutines leave the global queue at its head: J how many
	OpM                         // the state of an M: I M, J its P or None, N goid or 0, Flags
)

// Flags of OpM.
const (
	MFound    uint8 = 1 << iota // the goroutine is not running yet: the M is about to start it
	MSpinning                   // it looks for work
	MParked                     // it sleeps until it is given a P
	MEnded                      // the thread has exited
	MSyscall                    // it is in a system call
	MPolling                    // it sleeps in the network poller
)

// The effects of the collector.
const (
	OpColor Op = iota + 64 // an object changes its colour: I 0 white, 1 grey, 2 black, 3 freed, N object
)

// Effect records a change that belongs to the event which is to be emitted
// next, if the log records.
func (l *Log) Effect(e Effect) {
	if l.Record {
		l.keep(e)
	}
}

func (l *Log) keep(e Effect) {
	e.Event = int32(l.Len())
	if len(l.effects) == piece {
		l.fullEff = append(l.fullEff, l.effects)
		l.effects = make([]Effect, 0, piece)
	}
	l.effects = append(l.effects, e)
}

// Effects returns the changes so far, by event. The slice is a copy.
func (l *Log) Effects() []Effect {
	all := make([]Effect, 0, len(l.fullEff)*piece+len(l.effects))
	for _, full := range l.fullEff {
		all = append(all, full...)
	}
	return append(all, l.effects...)
}
