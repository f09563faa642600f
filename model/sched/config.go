package sched

import "rtbook/model/event"

// Config describes a machine. The zero Config is a machine of one P that
// records nothing.
type Config struct {
	// Procs is GOMAXPROCS, the number of Ps. Less than 1 means 1.
	Procs int

	// Seed feeds the order in which thieves visit the other Ps, the order in
	// which select looks at its cases, and the interleaving if that is Random.
	Seed uint64

	// Interleave says which of the Ms that are awake takes the next step.
	Interleave Interleave

	// Script is the order of steps for Interleave Script: numbers of Ms, and
	// SysmonID for a look of sysmon. An entry whose M cannot take a step,
	// since it sleeps or does not exist, is passed over. After the last entry
	// the Ms take turns as in RoundRobin.
	Script []int

	// Record keeps the events, for Events and Log.
	Record bool

	// SchedTick is P 0's schedtick when the main goroutine begins. 0 means 4,
	// about what it is in a real process, where the runtime's own goroutines
	// have had their turns before main.main; only its remainder by 61 matters.
	SchedTick uint32

	// Costs are the virtual durations of operations.
	Costs Costs

	// NoSysmon leaves sysmon out: no P is retaken and nothing is preempted.
	// Only programs without system calls and long work are as in a process
	// then.
	NoSysmon bool

	// MaxSteps ends a program that has not ended after so many steps with a
	// *Limit. 0 means 5 million, less than 0 no limit.
	MaxSteps int64

	// SchedTrace is GODEBUG=schedtrace: every so many milliseconds sysmon adds
	// a line to what the machine's SchedTrace returns. 0 means never.
	// SchedDetail is GODEBUG=scheddetail=1: a line for each P, M and G too.
	SchedTrace  int64
	SchedDetail bool

	// Outer is the goroutine of another machine in whose body this machine
	// runs; nil if it runs in none. Step then checks that Outer is the one that
	// its machine runs, and while a step is under way every operation of that
	// machine panics. A machine cannot find out by itself whose body it is in.
	Outer *G
}

// Interleave is a policy for the order in which Ms that are awake take steps.
type Interleave int

const (
	RoundRobin Interleave = iota // each M in turn, by number
	Random                       // any M, by the seed
	Script                       // as Config.Script says
)

// SysmonID stands for sysmon in Config.Script.
const SysmonID = -1

// defaultMaxSteps is about a second of a compiled program, and a few of an
// interpreted one: less than what a cell may take, so that both engines say
// the same of one that does not end.
const defaultMaxSteps = 5_000_000

// Costs are what steps take, in virtual nanoseconds. They only serve to give
// the runtime's own times (3 µs before a runnext is stolen, 20 µs between two
// looks of sysmon, 1 ms until a mutex starves, 10 ms for a time slice) a place
// among the steps. 0 means the default: 50 for every step, about what
// runtime/proc.go's runqgrab gives for a channel operation ("~50ns"), 130 for a
// look of sysmon, and none for a thread. A cost below 0 is none, but no step
// takes less than 1.
type Costs struct {
	Go      int64 // to make a goroutine, to end one
	Chan    int64 // an operation on a channel, select included
	Sync    int64 // one on a Mutex, RWMutex, WaitGroup, Cond or Once
	Ready   int64 // to make a goroutine runnable
	Switch  int64 // to stop or start a goroutine on an M
	Find    int64 // a step of findRunnable: a batch, a theft, a pass over the Ps
	Syscall int64 // to enter or leave a system call, besides its own time
	Print   int64 // a Printf
	Other   int64 // every other step
	Thread  int64 // until an M that was asleep, or is new, takes its first step

	// Look is what sysmon takes to look at all Ps, before it sleeps again. It
	// should be no multiple of what a step takes: two goroutines that keep
	// waking each other would be seen at the same point of their circle for
	// ever, and perhaps at one where neither runs.
	Look int64
}

// lookTime is the default for Costs.Look.
const lookTime = 130

// stepTime is the default for every cost but Thread's and Look's, in nanoseconds.
const stepTime = 50

// filled returns the costs with the defaults in the place of zeros.
func (c Costs) filled() Costs {
	for _, cost := range []*int64{
		&c.Go, &c.Chan, &c.Sync, &c.Ready, &c.Switch, &c.Find, &c.Syscall, &c.Print, &c.Other,
	} {
		if *cost == 0 {
			*cost = stepTime
		}
		*cost = max(*cost, 1)
	}
	c.Thread = max(c.Thread, 0)
	if c.Look == 0 {
		c.Look = lookTime
	}
	c.Look = max(c.Look, 0)
	return c
}

// of returns what a step takes that emits an event of this kind.
func (c *Costs) of(k event.Kind) int64 {
	switch k {
	case event.GoCreate, event.GoDestroy:
		return c.Go
	case event.Chansend, event.Chanrecv, event.Closechan, event.Selectgo:
		return c.Chan
	case event.GoUnblock:
		return c.Ready
	case event.GoStart, event.GoStop, event.GoBlock:
		return c.Switch
	case event.MutexLock, event.MutexSpin, event.MutexUnlock, event.WaitGroupAdd, event.WaitGroupWait,
		event.CondSignal, event.CondBroadcast, event.CondWait, event.RWMutexRLock, event.RWMutexRUnlock,
		event.RWMutexLock, event.RWMutexUnlock, event.OnceDo:
		return c.Sync
	case event.BecomeSpinning, event.StealWork, event.Runqsteal, event.Globrunqgetbatch, event.Netpoll:
		return c.Find
	case event.GoSyscallBegin, event.GoSyscallEnd, event.GoSyscallEndBlocked:
		return c.Syscall
	case event.UserLog:
		return c.Print
	}
	return c.Other
}

// mainTick is the schedtick that main begins with unless the Config says
// another: 4 or 5 was seen in fresh processes of Go 1.26.8.
const mainTick = 4

// mainSyscallTick is the syscalltick that main begins with: package os has made
// system calls when it was initialised. On a P that has seen none, sysmon takes
// the first one for one that it has noted before.
const mainSyscallTick = 1
