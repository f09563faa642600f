package event

// Kinds of the scheduler. Those that an execution trace has too carry the
// trace's name (internal/trace/tracev2); the others are named after the
// function, of package runtime or of package sync, that does them. A goroutine
// is given by its goid, a P and an M by their number. For a channel, mutex,
// wait group or condition, arg 1 is its number in the machine, from 1; 0 is
// the nil channel.
const (
	_                Kind = schedBase + iota
	ProcStart             // an M takes the P
	ProcStop              // an M gives up the P, which becomes idle
	GoCreate              // G makes a goroutine: goid, goid kicked from runnext, Gs moved to the global queue
	GoStart               // G begins to run: the P's schedtick before, size of the batch, P robbed
	GoStop                // G stops running but stays runnable
	GoBlock               // G parks: object
	GoUnblock             // G makes another runnable: goid, goid kicked from runnext, Gs moved to the global queue
	GoDestroy             // G is done; its g goes to a free list: the P's free gs, all free gs
	UserLog               // G prints: number of the line, from 1
	Wakep                 // another M is set to look for work: P, M
	BecomeSpinning        // an M begins to look for work to steal: spinning Ms, busy Ps
	StealWork             // a pass over the other Ps found nothing: pass, from 1
	Runqgrab              // a thief waits before it takes a runnext: P robbed, goid, nanoseconds
	Runqsteal             // a thief takes Gs: P robbed, Gs taken, Gs that were there, pass, from 1
	Globrunqgetbatch      // an M takes Gs from the global queue: Gs taken, Gs that were there, Ps
	Stopm                 // an M goes to sleep
	Checkdead             // nothing can run any more: Gs that wait
	MainExit              // main.main returned: Gs that are left
	Fatalpanic            // a panic reached the top of G
	Chansend              // G sends: channel, goid of the receiver, values in the buffer, capacity
	Chanrecv              // G receives: channel, goid of the sender, values in the buffer, capacity
	Closechan             // G closes a channel: channel, receivers, senders
	MutexLock             // G locks: mutex
	MutexSpin             // G spins for a mutex: mutex, round, from 1
	MutexUnlock           // G unlocks: mutex, Gs that wait
	WaitGroupAdd          // G changes a counter: wait group, counter, Gs that wait
	WaitGroupWait         // G need not wait: wait group
	CondSignal            // G wakes one: condition, Gs that wait
	CondBroadcast         // G wakes all: condition, Gs that wait
	CondWait              // G was notified before it slept: condition
)

var schedKinds = map[Kind]kindInfo{
	ProcStart:        {"ProcStart", ""},
	ProcStop:         {"ProcStop", ""},
	GoCreate:         {"GoCreate", "G%[1]d"},
	GoStart:          {"GoStart", ""},
	GoStop:           {"GoStop", ""},
	GoBlock:          {"GoBlock", "on #%[1]d"},
	GoUnblock:        {"GoUnblock", "G%[1]d"},
	GoDestroy:        {"GoDestroy", ""},
	UserLog:          {"UserLog", "line %[1]d"},
	Wakep:            {"Wakep", "M%[2]d for P%[1]d"},
	BecomeSpinning:   {"BecomeSpinning", ""},
	StealWork:        {"StealWork", "pass %[1]d"},
	Runqgrab:         {"Runqgrab", "G%[2]d of P%[1]d"},
	Runqsteal:        {"Runqsteal", "%[2]d of P%[1]d's %[3]d, pass %[4]d"},
	Globrunqgetbatch: {"Globrunqgetbatch", "%[1]d of %[2]d"},
	Stopm:            {"Stopm", ""},
	Checkdead:        {"Checkdead", ""},
	MainExit:         {"MainExit", ""},
	Fatalpanic:       {"Fatalpanic", ""},
	Chansend:         {"Chansend", "#%[1]d"},
	Chanrecv:         {"Chanrecv", "#%[1]d"},
	Closechan:        {"Closechan", "#%[1]d"},
	MutexLock:        {"MutexLock", "#%[1]d"},
	MutexSpin:        {"MutexSpin", "#%[1]d"},
	MutexUnlock:      {"MutexUnlock", "#%[1]d"},
	WaitGroupAdd:     {"WaitGroupAdd", "#%[1]d"},
	WaitGroupWait:    {"WaitGroupWait", "#%[1]d"},
	CondSignal:       {"CondSignal", "#%[1]d"},
	CondBroadcast:    {"CondBroadcast", "#%[1]d"},
	CondWait:         {"CondWait", "#%[1]d"},
}

// Reasons of the scheduler.
const (
	_ Reason = schedBase + iota

	// Where a goroutine that became runnable is put.
	WhyMainStart
	WhyRunnextFree
	WhyRunnextKick
	WhyRunnextSpill

	// Where a goroutine that starts was found.
	WhyRunnextSet
	WhyLocalHead
	WhyGlobalTick
	WhyBatchFirst
	WhyStolenLast
	WhyStolenRunnext

	// Why a goroutine stops.
	WhyGosched
	WhyGoyield
	WhyBodyReturned
	WhyGoexit
	WhyMainDone

	// Looking for work.
	WhyLocalEmpty
	WhyIdlePNewM
	WhyIdlePIdleM
	WhyFewSpin
	WhyNeedSpinning
	WhyWorkSeen
	WhyNoneToSteal
	WhyGiveVictimTime
	WhyHalfOfQueue
	WhyLastResort
	WhyWokenForP
	WhyNoWork
	WhyMWaits
	WhyAllAsleep
	WhyMainGone

	// Channels.
	WhyReceiverWaits
	WhySenderWaits
	WhyFullSenderWaits
	WhyBufferRoom
	WhyBufferHas
	WhyChanClosed
	WhyNotReadySend
	WhyNotReadyRecv
	WhyNoReceiver
	WhyBufferFull
	WhyNoSender
	WhyNilChan
	WhyCloseWakes
	WhyCloseNone

	// Locks and counters.
	WhyMutexFree
	WhyMutexRelocked
	WhyMutexHanded
	WhyMutexHeld
	WhyMutexTaken
	WhyMutexSpin
	WhyUnlockNoWaiter
	WhyUnlockWoken
	WhyUnlockWakes
	WhyUnlockHandsOff
	WhyCounterOpen
	WhyCounterZero
	WhyCounterZeroWakes
	WhyCounterNotZero
	WhyCondWait
	WhyCondNotified
	WhyCondWakesOne
	WhyCondWakesAll
	WhyCondEarly
	WhyCondNone
)

var schedReasons = map[Reason]string{
	WhyMainStart:    "the goroutine of runtime.main; it goes to runnext",
	WhyRunnextFree:  "runnext is empty; it goes there",
	WhyRunnextKick:  "it takes runnext; G%[2]d, kicked out, goes to the tail of the local queue",
	WhyRunnextSpill: "it takes runnext; the local queue is full, so its first %[3]d and G%[2]d, kicked out, go to the global queue",

	WhyRunnextSet:    "runnext is set; it inherits the time slice",
	WhyLocalHead:     "head of the local queue",
	WhyGlobalTick:    "schedtick %[1]d is a multiple of 61: head of the global queue",
	WhyBatchFirst:    "first of the batch of %[2]d",
	WhyStolenLast:    "last of the %[2]d taken from P%[3]d",
	WhyStolenRunnext: "it was P%[3]d's runnext",

	WhyGosched:      "runtime.Gosched: to the tail of the global queue",
	WhyGoyield:      "goyield: to the tail of the local queue",
	WhyBodyReturned: "its function returned; its g is kept for the next one",
	WhyGoexit:       "runtime.Goexit; its g is kept for the next one",
	WhyMainDone:     "main.main returned, so the process exits; %[1]d other goroutine%[1]z left",

	WhyLocalEmpty:     "local queue is empty; taking a batch of %[1]d from the global queue",
	WhyIdlePNewM:      "P%[1]d is idle, no M spins and none is idle: a new thread",
	WhyIdlePIdleM:     "P%[1]d is idle and no M spins: an idle thread is woken",
	WhyFewSpin:        "no local and no global work; spinning Ms are fewer than half of %[2]d busy P%[2]z",
	WhyNeedSpinning:   "another M found work that no idle P could take",
	WhyWorkSeen:       "a second look, after it stopped spinning, finds work",
	WhyNoneToSteal:    "no other P has a goroutine to steal",
	WhyGiveVictimTime: "only a runnext is left: %[3]d ns for its P to run it first",
	WhyHalfOfQueue:    "half of the queue, rounded up",
	WhyLastResort:     "nothing but a runnext, and this is the last pass",
	WhyWokenForP:      "an M was started for it",
	WhyNoWork:         "nothing to run and nothing to steal",
	WhyMWaits:         "no P: it sleeps until it is given one",
	WhyAllAsleep:      "every M sleeps and %[1]d goroutine%[1]z wait",
	WhyMainGone:       "every M sleeps and no goroutine is left",

	WhyReceiverWaits:   "G%[2]d waits to receive: the value is copied straight to it",
	WhySenderWaits:     "G%[2]d waits to send: the value is copied straight from it",
	WhyFullSenderWaits: "the buffer is full and G%[2]d waits to send: its oldest value is taken, G%[2]d's goes in",
	WhyBufferRoom:      "the buffer has room: now %[3]d of %[4]d",
	WhyBufferHas:       "the buffer has a value: now %[3]d of %[4]d",
	WhyChanClosed:      "the channel is closed and empty",
	WhyNotReadySend:    "no receiver waits and the buffer has no room: not ready",
	WhyNotReadyRecv:    "no sender waits and the buffer is empty: not ready",
	WhyNoReceiver:      "no receiver waits: it parks as a sender",
	WhyBufferFull:      "the buffer is full: it parks as a sender",
	WhyNoSender:        "no sender waits and no value is buffered: it parks as a receiver",
	WhyNilChan:         "the channel is nil: it parks for ever",
	WhyCloseWakes:      "%[2]d receiver%[2]z and %[3]d sender%[3]z to wake, last to first",
	WhyCloseNone:       "nobody waits",

	WhyMutexFree:        "it is unlocked",
	WhyMutexRelocked:    "woken, and it is unlocked",
	WhyMutexHanded:      "starvation mode: the unlocker handed it over",
	WhyMutexHeld:        "it is locked",
	WhyMutexTaken:       "woken, but another goroutine locked it first",
	WhyMutexSpin:        "it is locked, another P runs and the local queue is empty: round %[2]d",
	WhyUnlockNoWaiter:   "nobody waits",
	WhyUnlockWoken:      "a waiter is awake already",
	WhyUnlockWakes:      "the first of %[2]d waiter%[2]z is woken; the mutex is free for whoever comes first",
	WhyUnlockHandsOff:   "starvation mode: the first of %[2]d waiter%[2]z gets it",
	WhyCounterOpen:      "the counter is %[2]d",
	WhyCounterZero:      "the counter is 0; nobody waits",
	WhyCounterZeroWakes: "the counter is 0: %[3]d waiter%[3]z woken, first to last",
	WhyCounterNotZero:   "the counter is not 0",
	WhyCondWait:         "it waits for a signal",
	WhyCondNotified:     "the signal came before it slept",
	WhyCondWakesOne:     "the first of %[2]d waiter%[2]z is woken",
	WhyCondWakesAll:     "%[2]d waiter%[2]z woken, first to last",
	WhyCondEarly:        "who waits is not asleep yet, and will find that it need not sleep",
	WhyCondNone:         "nobody waits",
}
