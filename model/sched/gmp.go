package sched

// Status is the state of a goroutine, numbered as in runtime/runtime2.go.
type Status uint32

const (
	Idle      Status = 0 // go:runtime._Gidle: just allocated
	Runnable  Status = 1 // go:runtime._Grunnable: on a run queue
	Running   Status = 2 // go:runtime._Grunning: has an M and a P
	Syscall   Status = 3 // go:runtime._Gsyscall: not reached by this version
	Waiting   Status = 4 // go:runtime._Gwaiting: parked
	Dead      Status = 6 // go:runtime._Gdead: done, or not begun
	CopyStack Status = 8 // go:runtime._Gcopystack: not reached by this version
	Preempted Status = 9 // go:runtime._Gpreempted: not reached by this version
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

// Constants of the scheduler.
const (
	runqSize      = 256  // go:runtime.len(p{}.runq)
	globalTick    = 61   // runtime/proc.go: findRunnable
	stealTries    = 4    // go:runtime.stealWork.stealTries
	stealDelay    = 3000 // nanoseconds; runtime/proc.go: runqgrab, usleep(3)
	goidCacheSize = 16   // go:runtime._GoidCacheBatch
	gFreeMax      = 64   // runtime/proc.go: gfput
	gFreeBatch    = 32   // runtime/proc.go: gfput, gfget
	activeSpin    = 4    // go:runtime.active_spin
	mainGoid      = 1    // runtime/proc.go: newproc1
)

// A g is a goroutine's record (runtime/runtime2.go: g). It outlives the
// goroutine: records are never freed, and serve one goroutine after another.
type g struct {
	goid       int64
	status     Status
	m          *m
	waitreason string
	waiting    *sudog // what it parked on
	handle     *G     // the body's view of this goroutine, a new one for each
	co         *coro
	exiting    bool // Goexit was called
	schedlink  *g
}

// An m is a thread (runtime/runtime2.go: m).
type m struct {
	id       int
	g0       *coro // runs the scheduler itself
	curg     *g
	p        *p
	nextp    *p // the P to take when woken
	spinning bool
	parked   bool // on sched.midle

	mcall      func(*g) // what g0 is to do with curg, which has paused
	found      *g       // picked to run, but not started yet
	sleepUntil int64    // usleep: takes no step before
}

// A p is the right to run Go code (runtime/runtime2.go: p).
type p struct {
	id        int32
	m         *m
	idle      bool // on sched.pidle; its bit in idlepMask
	schedtick uint32

	// The local queue: a ring, of which [runqhead, runqtail) is in use.
	runqhead, runqtail uint32
	runq               [runqSize]*g
	runnext            *g

	gFree                  gList
	goidcache, goidcachend int64
}

// schedt is what all Ps share (runtime/runtime2.go: schedt).
type schedt struct {
	runq         gQueue // the global queue
	pidle        []*p   // a stack
	midle        []*m   // a stack
	nmspinning   int
	needspinning bool
	goidgen      int64
	gFree        gList // those with a stack; here all have one
	stealOrder   randomOrder
}

// A sudog is a g on a waiting list (runtime/runtime2.go: sudog).
type sudog struct {
	g       *g
	elem    any    // the value sent, or the one received
	success bool   // woken by a communication, not by a close
	ticket  uint32 // semaphores: 1 if handed off; conditions: its number
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
