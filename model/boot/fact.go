package boot

// Fact is something that a step brings into being and that later steps need,
// in a reader's words or by its name in the runtime.
type Fact string

// What the bootstrap makes, in the order in which it first exists.
const (
	ProcessStack   Fact = "argc, argv, environment and auxiliary vector on the first stack"
	Argv           Fact = "argc and argv in registers"
	G0Stack        Fact = "g0's stack bounds"
	CPUVendor      Fact = "CPU maker and version"
	TLS            Fact = "thread-local storage"
	TLSWorks       Fact = "thread-local storage that was tried"
	GetG           Fact = "getg()"
	CPULevel       Fact = "a CPU that is new enough for GOAMD64"
	Layout         Fact = "a compiler that lays out types as the runtime expects"
	RuntimeArgv    Fact = "runtime.argc and runtime.argv"
	PhysPageSize   Fact = "physPageSize"
	StartupRand    Fact = "startupRand"
	VDSO           Fact = "addresses of the vDSO's functions"
	NumCPUStartup  Fact = "numCPUStartup"
	HugePageSize   Fact = "physHugePageSize"
	LockRanks      Fact = "lock ranks"
	IdleMs         Fact = "sched.midle, the list of idle threads"
	MaxMCount      Fact = "sched.maxmcount, the thread limit"
	WorldStopped   Fact = "a world that counts as stopped"
	GodebugText    Fact = "the text of GODEBUG"
	DebugVars      Fact = "the GODEBUG settings"
	Ticks          Fact = "the start of the tick clock"
	SymbolTable    Fact = "a symbol table that was verified"
	StackPool      Fact = "stackpool and stackLarge"
	GlobalRand     Fact = "globalRand, the random generator"
	Heap           Fact = "mheap_ and mcache0"
	CPUFeatures    Fact = "internal/cpu.X86"
	HashKeys       Fact = "hash keys, hence maps"
	M0InAllM       Fact = "m0 in allm"
	Gsignal        Fact = "m0.gsignal"
	ActiveModules  Fact = "activeModules()"
	TypeLinks      Fact = "one type per identity across modules"
	Itabs          Fact = "the interface tables that the compiler made"
	ReflectFrames  Fact = "stack object records of method values"
	SigMask        Fact = "initSigmask"
	ArgSlice       Fact = "the arguments as strings"
	Environment    Fact = "the environment as strings"
	SecureMode     Fact = "a decision on secure mode"
	StandardFiles  Fact = "open descriptors 0, 1 and 2"
	TracebackLevel Fact = "the GOTRACEBACK level"
	GCPacer        Fact = "gcController and the collector's semaphores"
	CrashStack     Fact = "gcrash's stack"
	ProfStacks     Fact = "m0's profiling stacks"
	CgroupLimit    Fact = "the cgroup's CPU limit, if there is one"
	ProcCount      Fact = "the number of Ps to make"
	Ps             Fact = "the Ps, and P0 on m0"
	WorldStarted   Fact = "a started world"
	MainCreated    Fact = "goroutine 1, runnable"
	G0Guard        Fact = "g0's stack guard"
	SignalStack    Fact = "a signal stack that the kernel knows"
	SignalHandlers Fact = "signal handlers"
	MainRunning    Fact = "goroutine 1, running on m0"
	StackLimit     Fact = "the limit of a goroutine's stack"
	MainStarted    Fact = "mainStarted"
	Sysmon         Fact = "the sysmon thread"
	MainLocked     Fact = "goroutine 1 locked to m0"
	InitTime       Fact = "runtimeInitTime"
	RuntimeReady   Fact = "an initialised package runtime"
	ForceGC        Fact = "the forcegc goroutine"
	Sweeper        Fact = "the sweeper goroutine"
	Scavenger      Fact = "the scavenger goroutine"
	HelpersParked  Fact = "a parked sweeper and a parked scavenger"
	GCEnabled      Fact = "permission to collect"
	Updater        Fact = "the GOMAXPROCS updater goroutine"
	InitDone       Fact = "main_init_done"
	Packages       Fact = "initialised packages"
	InitDoneClosed Fact = "a closed main_init_done"
	MainUnlocked   Fact = "goroutine 1 free to change threads"
	MainReturned   Fact = "the return of main.main"
	HooksRun       Fact = "exit hooks that ran"
	Exited         Fact = "the end of the process"
)

// Outcome is what the real runtime does when a step's need is not met. It was
// found by leaving steps out of the real runtime and running the result; the
// tests do it again.
type Outcome int

const (
	Throws  Outcome = iota // it checks, and ends the process with a text of its own
	Crashes                // it does not check, and dies of a memory fault
	Goes                   // it does not notice and goes on, worse off
)

// String returns "throws", "crashes" or "goes on".
func (o Outcome) String() string {
	switch o {
	case Throws:
		return "throws"
	case Crashes:
		return "crashes"
	default:
		return "goes on"
	}
}

// Need is a dependency of a step: the reason why it cannot come earlier.
type Need struct {
	Fact    Fact
	Without Outcome // what the real runtime does if Fact is missing
	Text    string  // Throws: the runtime's own text. Otherwise: what is wrong then
}

func throws(f Fact, text string) Need  { return Need{f, Throws, text} }
func crashes(f Fact, text string) Need { return Need{f, Crashes, text} }
func goes(f Fact, text string) Need    { return Need{f, Goes, text} }
