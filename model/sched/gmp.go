package sched

import "rtbook/model/event"

// Status is the state of a goroutine, numbered as in runtime/runtime2.go.
type Status uint32

const (
	Idle      Status = 0 // go:runtime._Gidle: just allocated
	Runnable  Status = 1 // go:runtime._Grunnable: on a run queue
	Running   Status = 2 // go:runtime._Grunning: has an M and a P
	Syscall   Status = 3 // go:runtime._Gsyscall: in a system call; has an M, perhaps no P
	Waiting   Status = 4 // go:runtime._Gwaiting: parked
	Dead      Status = 6 // go:runtime._Gdead: done, or not begun
	CopyStack Status = 8 // go:runtime._Gcopystack: its stack is being moved
	Preempted Status = 9 // go:runtime._Gpreempted: stopped for a stack scan; not reached by this model
)

// String returns the state's name.
func (s Status) String() string {
	switch s {
	case Idle:
		return "idle"
	case Runnable:
		return "runnable"
	case Running:
		return "running"
	case Syscall:
		return "syscall"
	case Waiting:
		return "waiting"
	case Dead:
		return "dead"
	case CopyStack:
		return "copystack"
	case Preempted:
		return "preempted"
	}
	return "unused"
}

// pStatus is the state of a P, numbered as in runtime/runtime2.go. A P whose M
// is in a system call is running.
type pStatus uint32

const (
	pidle    pStatus = 0 // go:runtime._Pidle
	prunning pStatus = 1 // go:runtime._Prunning
	pgcstop  pStatus = 3 // go:runtime._Pgcstop
	pdead    pStatus = 4 // go:runtime._Pdead
)

// Constants of the scheduler.
const (
	runqSize      = 256   // go:runtime.len(p{}.runq)
	globalTick    = 61    // runtime/proc.go: findRunnable
	stealTries    = 4     // go:runtime.stealWork.stealTries
	stealDelay    = 3000  // nanoseconds; runtime/proc.go: runqgrab, usleep(3)
	goidCacheSize = 16    // go:runtime._GoidCacheBatch
	gFreeMax      = 64    // runtime/proc.go: gfput
	gFreeBatch    = 32    // runtime/proc.go: gfput, gfget
	activeSpin    = 4     // go:runtime.active_spin
	mainGoid      = 1     // runtime/proc.go: newproc1
	maxMCount     = 10000 // runtime/proc.go: schedinit
)

// A g is a goroutine's record (runtime/runtime2.go: g). It outlives the
// goroutine: records are never freed, and serve one goroutine after another.
type g struct {
	goid       int64
	parent     int64
	status     Status
	m          *m
	lockedm    *m // LockOSThread
	waitreason string
	preempt    bool   // stop at the next safe point
	param      *sudog // the one through which it was woken
	selectDone bool   // one of the select's sudogs has been taken
	stack      stack
	timer      *timer // for Sleep
	sleepWhen  int64
	handle     *G // the body's view of this goroutine, a new one for each
	co         *coro
	exiting    bool // Goexit was called
	schedlink  *g
}

// An m is a thread (runtime/runtime2.go: m).
type m struct {
	id          int
	g0          *coro // runs the scheduler itself
	curg        *g
	p           *p
	nextp       *p     // the P to take when woken
	oldp        *p     // the P that it had when it entered a system call
	syscalltick uint32 // that P's, then
	lockedg     *g     // LockOSThread
	lockedExt   uint32
	spinning    bool
	parked      bool // mPark: sleeps until wake
	doing       doing

	mcall      func(*g) // what g0 is to do with curg, which has paused
	found      *g       // picked to run, but not started yet
	injecting  gQueue   // made runnable by injectglist, and not in a queue yet
	again      runnable // what to execute next, past the queues
	sleepUntil int64    // takes no step before
	touched    bool     // on record.ms
	noted      event.Effect
}

// doing says why an M sleeps, where that matters to others.
type doing uint8

const (
	stepping  doing = iota
	working         // in Work: a preemption ends it
	inSyscall       // in Syscall
	polling         // in the network poller: an event or netpollBreak ends it
	stopping        // waits for the world to stop
	exited          // the thread has ended
)

// A p is the right to run Go code (runtime/runtime2.go: p).
type p struct {
	id          int32
	status      pStatus
	m           *m
	oldm        *m   // the last one that had it
	idle        bool // on sched.pidle; its bit in idlepMask
	hasTimers   bool // its bit in timerpMask: a thief looks for timers
	schedtick   uint32
	syscalltick uint32
	sysmontick  sysmontick
	preempt     bool

	// The local queue: a ring, of which [runqhead, runqtail) is in use.
	runqhead, runqtail uint32
	runq               [runqSize]*g
	runnext            *g

	timers                 timers
	gFree                  gList
	goidcache, goidcachend int64
}

// schedt is what all Ps share (runtime/runtime2.go: schedt).
type schedt struct {
	runq              gQueue // the global queue
	pidle             []*p   // a stack
	midle             []*m   // a stack
	nmidlelocked      int    // Ms that wait for their locked goroutine's turn
	nmsys             int    // sysmon and the template thread
	nmfreed           int    // Ms that have ended
	maxmcount         int
	nmspinning        int
	needspinning      bool
	gcwaiting         bool  // the world is to stop
	stopwait          int   // Ps that have not stopped yet
	lastpoll          int64 // 0 while an M sleeps in the poller
	pollUntil         int64
	sysmonwait        bool
	goidgen           int64
	gFree             gList // those with a stack
	gFreeNoStack      gList
	startingStackSize int
	stealOrder        randomOrder
	gcsema, worldsema sema
	templateThread    bool // runtime/proc.go: newmHandoff.haveTemplateThread
}

// A sudog is a g on a waiting list (runtime/runtime2.go: sudog).
type sudog struct {
	g        *g
	elem     any // the value sent, or the one received
	isSelect bool
	success  bool   // woken by a communication, not by a close
	ticket   uint32 // semaphores: 1 if handed off; conditions: its number
	next     *sudog // on the machine's list of free ones
}

// acquireSudog returns a sudog for gp (runtime/proc.go: acquireSudog).
func (s *Machine) acquireSudog(gp *g) *sudog {
	sg := s.sudogs
	if sg == nil {
		return &sudog{g: gp}
	}
	s.sudogs = sg.next
	*sg = sudog{g: gp}
	return sg
}

// releaseSudog takes back a sudog that is on no list (runtime/proc.go:
// releaseSudog).
func (s *Machine) releaseSudog(sg *sudog) {
	*sg = sudog{next: s.sudogs}
	s.sudogs = sg
}

// A gQueue is a queue of gs linked through schedlink; a g is on one at most.
type gQueue struct {
	head, tail *g
	size       int
}

func (q *gQueue) pushBack(gp *g) {
	gp.schedlink = nil
	if q.tail != nil {
		q.tail.schedlink = gp
	} else {
		q.head = gp
	}
	q.tail = gp
	q.size++
}

// push puts gp before all others.
func (q *gQueue) push(gp *g) {
	gp.schedlink = q.head
	if q.head = gp; q.tail == nil {
		q.tail = gp
	}
	q.size++
}

func (q *gQueue) pop() *g {
	gp := q.head
	if gp != nil {
		if q.head = gp.schedlink; q.head == nil {
			q.tail = nil
		}
		gp.schedlink = nil
		q.size--
	}
	return gp
}

// goids returns the numbers of the gs in the queue.
func (q *gQueue) goids() (ids []uint64) {
	for gp := q.head; gp != nil; gp = gp.schedlink {
		ids = append(ids, uint64(gp.goid))
	}
	return ids
}

// A gList is a stack of gs linked through schedlink.
type gList struct {
	head *g
	size int
}

func (l *gList) push(gp *g) {
	gp.schedlink = l.head
	l.head = gp
	l.size++
}

func (l *gList) pop() *g {
	gp := l.head
	if gp != nil {
		l.head = gp.schedlink
		gp.schedlink = nil
		l.size--
	}
	return gp
}
