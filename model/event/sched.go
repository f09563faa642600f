package event

// Kinds of the scheduler. Those that an execution trace has too carry the
// trace's name (internal/trace/tracev2); the others are named after the
// function, of package runtime or of package sync, that does them. A goroutine
// is given by its goid, a P and an M by their number. For a channel, mutex,
// wait group or condition, arg 1 is its number in the machine, from 1; 0 is
// the nil channel.
const (
	_                          Kind = schedBase + iota
	ProcStart                       // an M takes the P
	ProcStop                        // an M gives up the P, which becomes idle
	GoCreate                        // G makes a goroutine: goid, goid kicked from runnext, Gs moved to the global queue
	GoStart                         // G begins to run: the P's schedtick before, size of the batch, P robbed
	GoStop                          // G stops running but stays runnable
	GoBlock                         // G parks: object
	GoUnblock                       // G makes another runnable: goid, goid kicked from runnext, Gs moved to the global queue
	GoDestroy                       // G is done; its g goes to a free list: the P's free gs, all free gs
	UserLog                         // G prints: number of the line, from 1
	Wakep                           // another M is set to look for work: P, M
	BecomeSpinning                  // an M begins to look for work to steal: spinning Ms, busy Ps
	StealWork                       // a pass over the other Ps found nothing: pass, from 1
	Runqgrab                        // a thief waits before it takes a runnext: P robbed, goid, nanoseconds
	Runqsteal                       // a thief takes Gs: P robbed, Gs taken, Gs that were there, pass, from 1
	Globrunqgetbatch                // an M takes Gs from the global queue: Gs taken, Gs that were there, Ps
	Stopm                           // an M goes to sleep
	Checkdead                       // nothing can run any more: Gs that wait
	MainExit                        // main.main returned: Gs that are left
	Fatalpanic                      // a panic reached the top of G
	Chansend                        // G sends: channel, goid of the receiver, values in the buffer, capacity
	Chanrecv                        // G receives: channel, goid of the sender, values in the buffer, capacity
	Closechan                       // G closes a channel: channel, receivers, senders
	MutexLock                       // G locks: mutex
	MutexSpin                       // G spins for a mutex: mutex, round, from 1
	MutexUnlock                     // G unlocks: mutex, Gs that wait
	WaitGroupAdd                    // G changes a counter: wait group, counter, Gs that wait
	WaitGroupWait                   // G need not wait: wait group
	CondSignal                      // G wakes one: condition, Gs that wait
	CondBroadcast                   // G wakes all: condition, Gs that wait
	CondWait                        // G was notified before it slept: condition
	Selectgo                        // G's select takes its default: nothing, cases with a channel
	RWMutexRLock                    // G locks for reading: mutex, readers
	RWMutexRUnlock                  // G unlocks for reading: mutex, readers
	RWMutexLock                     // G locks for writing: mutex
	RWMutexUnlock                   // G unlocks for writing: mutex, readers that wait
	OnceDo                          // G calls Do: once
	GoSyscallBegin                  // G enters a system call: its nanoseconds
	GoSyscallEnd                    // G leaves a system call; its M kept the P
	GoSyscallEndBlocked             // G leaves a system call; its M had lost the P
	ProcSteal                       // the P is taken from an M in a system call of G: nanoseconds since sysmon saw it first
	Retake                          // sysmon looks at a P in a system call of G
	Preemptone                      // G is asked to stop: nanoseconds since sysmon saw its time slice begin
	Handoffp                        // an M is set to take the P: P, M, whether it is new
	Work                            // G works: nanoseconds left
	TimerSet                        // G sets or stops a timer: timer, nanoseconds
	TimerRun                        // a timer runs: P that had it, nanoseconds late
	Netpoll                         // an M asks the network poller
	NetRead                         // G reads: file, messages left
	NetWrite                        // G writes: file, messages there
	LockOSThread                    // G locks itself to its M: times, M
	UnlockOSThread                  // G unlocks itself from its M: times left, M
	Startlockedm                    // the M that G is locked to gets the P: M
	Mexit                           // an M ends
	STWBegin                        // G stops the world: Ps
	STWEnd                          // the world runs again
	ProcsChange                     // the number of Ps changes: from, to
	Copystack                       // G's stack moves: G, bytes before, bytes after, bytes in use
	GcComputeStartingStackSize      // new stacks get another size: bytes, stacks scanned
)

var schedKinds = map[Kind]kindInfo{
	ProcStart:                  {"ProcStart", ""},
	ProcStop:                   {"ProcStop", ""},
	GoCreate:                   {"GoCreate", "G%[1]d"},
	GoStart:                    {"GoStart", ""},
	GoStop:                     {"GoStop", ""},
	GoBlock:                    {"GoBlock", "on #%[1]d"},
	GoUnblock:                  {"GoUnblock", "G%[1]d"},
	GoDestroy:                  {"GoDestroy", ""},
	UserLog:                    {"UserLog", "line %[1]d"},
	Wakep:                      {"Wakep", "M%[2]d for P%[1]d"},
	BecomeSpinning:             {"BecomeSpinning", ""},
	StealWork:                  {"StealWork", "pass %[1]d"},
	Runqgrab:                   {"Runqgrab", "G%[2]d of P%[1]d"},
	Runqsteal:                  {"Runqsteal", "%[2]d of P%[1]d's %[3]d, pass %[4]d"},
	Globrunqgetbatch:           {"Globrunqgetbatch", "%[1]d of %[2]d"},
	Stopm:                      {"Stopm", ""},
	Checkdead:                  {"Checkdead", ""},
	MainExit:                   {"MainExit", ""},
	Fatalpanic:                 {"Fatalpanic", ""},
	Chansend:                   {"Chansend", "#%[1]d"},
	Chanrecv:                   {"Chanrecv", "#%[1]d"},
	Closechan:                  {"Closechan", "#%[1]d"},
	MutexLock:                  {"MutexLock", "#%[1]d"},
	MutexSpin:                  {"MutexSpin", "#%[1]d"},
	MutexUnlock:                {"MutexUnlock", "#%[1]d"},
	WaitGroupAdd:               {"WaitGroupAdd", "#%[1]d"},
	WaitGroupWait:              {"WaitGroupWait", "#%[1]d"},
	CondSignal:                 {"CondSignal", "#%[1]d"},
	CondBroadcast:              {"CondBroadcast", "#%[1]d"},
	CondWait:                   {"CondWait", "#%[1]d"},
	Selectgo:                   {"Selectgo", ""},
	RWMutexRLock:               {"RWMutexRLock", "#%[1]d"},
	RWMutexRUnlock:             {"RWMutexRUnlock", "#%[1]d"},
	RWMutexLock:                {"RWMutexLock", "#%[1]d"},
	RWMutexUnlock:              {"RWMutexUnlock", "#%[1]d"},
	OnceDo:                     {"OnceDo", "#%[1]d"},
	GoSyscallBegin:             {"GoSyscallBegin", "%[1]d ns"},
	GoSyscallEnd:               {"GoSyscallEnd", ""},
	GoSyscallEndBlocked:        {"GoSyscallEndBlocked", ""},
	ProcSteal:                  {"ProcSteal", ""},
	Retake:                     {"Retake", ""},
	Preemptone:                 {"Preemptone", ""},
	Handoffp:                   {"Handoffp", "M%[2]d for P%[1]d"},
	Work:                       {"Work", "%[1]d ns"},
	TimerSet:                   {"TimerSet", "#%[1]d"},
	TimerRun:                   {"TimerRun", "of P%[1]d"},
	Netpoll:                    {"Netpoll", ""},
	NetRead:                    {"NetRead", "#%[1]d"},
	NetWrite:                   {"NetWrite", "#%[1]d"},
	LockOSThread:               {"LockOSThread", ""},
	UnlockOSThread:             {"UnlockOSThread", ""},
	Startlockedm:               {"Startlockedm", "M%[1]d"},
	Mexit:                      {"Mexit", ""},
	STWBegin:                   {"STWBegin", ""},
	STWEnd:                     {"STWEnd", ""},
	ProcsChange:                {"ProcsChange", "%[1]d to %[2]d"},
	Copystack:                  {"Copystack", "G%[1]d: %[2]d to %[3]d"},
	GcComputeStartingStackSize: {"GcComputeStartingStackSize", "%[1]d"},
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

	// Select, locks, system calls, sysmon, threads, timers, the poller, stacks.
	WhySelectDefault
	WhySelectNoCases
	WhySelectWaits
	WhyMutexBusy
	WhyWriterThere
	WhyReaderIn
	WhyReaderOut
	WhyReaderOutMore
	WhyReaderOutLast
	WhyReadersThere
	WhyNoReaders
	WhyReadersGo
	WhyOnceDone
	WhyOnceFirst
	WhyPreempted
	WhyPreemptedStop
	WhyPreemptSlice
	WhyPreemptWorld
	WhyWorks
	WhyWorksOn
	WhySyscallKeepsP
	WhySyscallStops
	WhySyscallGivesP
	WhySyscallFast
	WhySyscallOldP
	WhySyscallIdleP
	WhySyscallNoP
	WhyRetakeFirst
	WhyRetakeLeaves
	WhyRetakeTook
	WhyRetakeSlice
	WhyHandoffLocal
	WhyHandoffGlobal
	WhyHandoffSpin
	WhyHandoffPoll
	WhyHandoffIdle
	WhyLockedTurn
	WhyLockedWaits
	WhyLockedElsewhere
	WhyThreadLocked
	WhyThreadUnlocked
	WhyThreadEnds
	WhyWorldGOMAXPROCS
	WhyWorldTaken
	WhyWorldStops
	WhyWorldTakes
	WhyWorldStarts
	WhyProcsChange
	WhySleep
	WhyTimerSet
	WhyTimerStopped
	WhyTimerDue
	WhyTimerStolen
	WhyIOWait
	WhyReadAtOnce
	WhyPollFor
	WhyPollForever
	WhyPollEnds
	WhyPollFound
	WhyNetpoll
	WhySysmonPolls
	WhyInjected
	WhyInjectGlobal
	WhyInjectLocal
	WhySpunBefore
	WhyStackGrows
	WhyStackShrinks
	WhyStackStart
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

	WhySelectDefault:   "none of the cases is ready: default",
	WhySelectNoCases:   "a select without cases: it parks for ever",
	WhySelectWaits:     "no case is ready: it waits on all %[2]d",
	WhyMutexBusy:       "it is locked: TryLock gives up",
	WhyWriterThere:     "a writer has it or waits for it: new readers wait",
	WhyReaderIn:        "no writer is there: %[2]d reader%[2]z",
	WhyReaderOut:       "no writer waits: %[2]d reader%[2]z left",
	WhyReaderOutMore:   "a writer waits for %[2]d more reader%[2]z",
	WhyReaderOutLast:   "the last reader for whom a writer waits: the writer is woken",
	WhyReadersThere:    "readers have it: the writer waits for those, and new ones wait for the writer",
	WhyNoReaders:       "no reader has it",
	WhyReadersGo:       "%[2]d reader%[2]z wait and are woken, before the next writer",
	WhyOnceDone:        "its function has been called",
	WhyOnceFirst:       "the first call: its function runs, and whoever comes meanwhile waits",
	WhyPreempted:       "preempted, since its time slice is over: to the tail of the global queue",
	WhyPreemptedStop:   "preempted, since the world stops: to runnext of its P",
	WhyPreemptSlice:    "it has had the P for %[1]d ns, a time slice of 10 ms: it is to stop at the next safe point",
	WhyPreemptWorld:    "the world is to stop: it is to stop at the next safe point",
	WhyWorks:           "Go code that calls nothing",
	WhyWorksOn:         "Go code that calls nothing, continued",
	WhySyscallKeepsP:   "the M keeps its P until somebody takes it",
	WhySyscallStops:    "the world is to stop: the M gives up its P",
	WhySyscallGivesP:   "a call that is known to block: the M has given up its P",
	WhySyscallFast:     "nobody took the P: it runs on, in the same time slice",
	WhySyscallOldP:     "the M that has its P now is in a system call itself: it takes the P back",
	WhySyscallIdleP:    "its P was taken, another is idle: it takes that one",
	WhySyscallNoP:      "its P was taken and none is idle: to the tail of the global queue",
	WhyRetakeFirst:     "sysmon sees this system call for the first time: it only notes it",
	WhyRetakeLeaves:    "nothing waits for the P and others are free: sysmon leaves it for 10 ms",
	WhyRetakeTook:      "sysmon saw this system call %[1]d ns ago: it takes the P",
	WhyRetakeSlice:     "the time slice is over: sysmon takes the P",
	WhyHandoffLocal:    "its queue is not empty",
	WhyHandoffGlobal:   "the global queue is not empty",
	WhyHandoffSpin:     "no M spins and no P is idle: somebody should look for work",
	WhyHandoffPoll:     "all other Ps are idle: somebody must wait for the network and for timers",
	WhyHandoffIdle:     "nothing waits for it: it becomes idle",
	WhyLockedTurn:      "the goroutine that the M is locked to; it begins a time slice",
	WhyLockedWaits:     "it is locked to G%[1]d and sleeps until that one's turn",
	WhyLockedElsewhere: "it is locked to M%[1]d, which gets the P; this M sleeps",
	WhyThreadLocked:    "locked %[1]d time%[1]z to M%[2]d: it runs on that thread only, and nothing else does",
	WhyThreadUnlocked:  "it may run on any thread again",
	WhyThreadEnds:      "its goroutine ended while locked to it: the thread ends too",
	WhyWorldGOMAXPROCS: "GOMAXPROCS is to change",
	WhyWorldTaken:      "another goroutine stops the world: it waits",
	WhyWorldStops:      "the world is to stop",
	WhyWorldTakes:      "the world is to stop: the P is taken from a system call",
	WhyWorldStarts:     "the world runs again and this P has work",
	WhyProcsChange:     "the queues of Ps that go are put before the global one",
	WhySleep:           "it sleeps for %[2]d ns: a timer of this P will wake it",
	WhyTimerSet:        "to run in %[2]d ns",
	WhyTimerStopped:    "not to run",
	WhyTimerDue:        "its time has come, %[2]d ns ago",
	WhyTimerStolen:     "woken by a timer of P%[3]d",
	WhyIOWait:          "nothing to read: it waits in the network poller",
	WhyReadAtOnce:      "a message is there; %[2]d left",
	WhyPollFor:         "nothing to run: it sleeps until something arrives, or a timer is due in %[1]d ns; epoll counts in milliseconds",
	WhyPollForever:     "nothing to run: it sleeps until something arrives",
	WhyPollEnds:        "it was in the poller; a P is idle for it",
	WhyPollFound:       "G%[1]d can go on, and so can %[2]d more",
	WhyNetpoll:         "the network poller had it",
	WhySysmonPolls:     "nobody has polled for 10 ms: sysmon does and finds %[1]d goroutine%[1]z",
	WhyInjectGlobal:    "the poller has it: to the global queue, for an idle P",
	WhyInjectLocal:     "the poller has it: to the local queue",
	WhyInjected:        "the poller found goroutines: an M for an idle P",
	WhySpunBefore:      "it spun before it slept in the poller",
	WhyStackGrows:      "the next function does not fit: twice the size, or more if that is not enough",
	WhyStackShrinks:    "less than a quarter is used: half the size",
	WhyStackStart:      "the average of %[2]d stack%[2]z that were scanned, with room to spare, as a power of two",
}
