package event

// Kinds of the bootstrap: one for each step, named like the function or the
// variable of the runtime that the step is about.
const (
	_               Kind = bootBase + iota
	BootEntry            // the kernel jumps to _rt0_amd64_linux
	BootArgv             // _rt0_amd64
	BootG0Stack          // rt0_go gives g0 the stack of the first thread
	BootCPUID            // rt0_go asks for the CPU's maker
	BootSettls           // settls
	BootTLSCheck         // rt0_go writes and reads a value through TLS
	BootGetg             // rt0_go ties g0 and m0 together
	BootGOAMD64          // rt0_go compares the CPU with GOAMD64
	BootCheck            // check
	BootArgs             // args
	BootOsinit           // osinit; CPUs
	BootLockInit         // lockInit and its kin
	BootMidle            // sched.midle.init
	BootMaxMCount        // sched.maxmcount; threads
	BootWorldStop        // worldStopped
	BootGodebug          // getGodebugEarly
	BootDebugVars        // parseRuntimeDebugVars
	BootTicks            // ticks.init
	BootModuleData       // moduledataverify
	BootStackinit        // stackinit
	BootRandinit         // randinit
	BootMallocinit       // mallocinit
	BootCpuinit          // cpuinit
	BootAlginit          // alginit
	BootMcommon          // mcommoninit
	BootModules          // modulesinit
	BootTypelinks        // typelinksinit
	BootItabs            // itabsinit
	BootStkobj           // stkobjinit
	BootSigmask          // sigsave
	BootGoargs           // goargs
	BootGoenvs           // goenvs
	BootSecure           // secure
	BootCheckfds         // checkfds
	BootDebugEnd         // finishDebugVarsSetup
	BootGcinit           // gcinit
	BootCrashStack       // gcrash.stack
	BootProfStack        // mProfStackInit
	BootCgroup           // defaultGOMAXPROCSInit
	BootDefault          // defaultGOMAXPROCS; Ps
	BootProcresize       // procresize; Ps
	BootWorldStart       // worldStarted
	BootNewproc          // newproc; goroutine
	BootMstart           // mstart0
	BootAsminit          // asminit
	BootMinit            // minit
	BootInitsig          // mstartm0
	BootSchedule         // schedule; goroutine
	BootStackMax         // maxstacksize; bytes
	BootMainStart        // mainStarted
	BootSysmon           // newm(sysmon); thread
	BootLockOS           // lockOSThread
	BootInitTime         // runtimeInitTime
	BootRuntimeInit      // doInit(runtime_inittasks); goroutine
	BootSweeper          // go bgsweep; goroutine
	BootScavenger        // go bgscavenge; goroutine
	BootHelpers          // the two receives in gcenable
	BootEnableGC         // memstats.enablegc
	BootUpdater          // defaultGOMAXPROCSUpdateEnable; goroutine
	BootInitDone         // main_init_done
	BootPackages         // doInit of every package
	BootCloseDone        // close(main_init_done)
	BootUnlockOS         // unlockOSThread
	BootMainMain         // main.main
	BootExitHooks        // runExitHooks
	BootExit             // exit; status
)

var bootKinds = map[Kind]kindInfo{
	BootEntry:       {name: "_rt0_amd64_linux"},
	BootArgv:        {name: "_rt0_amd64"},
	BootG0Stack:     {name: "g0.stack", format: "%[1]d bytes"},
	BootCPUID:       {name: "CPUID"},
	BootSettls:      {name: "settls"},
	BootTLSCheck:    {name: "TLS check"},
	BootGetg:        {name: "m0.g0 = g0"},
	BootGOAMD64:     {name: "GOAMD64 check"},
	BootCheck:       {name: "check"},
	BootArgs:        {name: "args"},
	BootOsinit:      {name: "osinit", format: "%[1]d CPU%[1]z"},
	BootLockInit:    {name: "lockInit"},
	BootMidle:       {name: "sched.midle.init"},
	BootMaxMCount:   {name: "sched.maxmcount", format: "= %[1]d"},
	BootWorldStop:   {name: "worldStopped"},
	BootGodebug:     {name: "getGodebugEarly"},
	BootDebugVars:   {name: "parseRuntimeDebugVars"},
	BootTicks:       {name: "ticks.init"},
	BootModuleData:  {name: "moduledataverify"},
	BootStackinit:   {name: "stackinit"},
	BootRandinit:    {name: "randinit"},
	BootMallocinit:  {name: "mallocinit"},
	BootCpuinit:     {name: "cpuinit"},
	BootAlginit:     {name: "alginit"},
	BootMcommon:     {name: "mcommoninit"},
	BootModules:     {name: "modulesinit"},
	BootTypelinks:   {name: "typelinksinit"},
	BootItabs:       {name: "itabsinit"},
	BootStkobj:      {name: "stkobjinit"},
	BootSigmask:     {name: "sigsave"},
	BootGoargs:      {name: "goargs"},
	BootGoenvs:      {name: "goenvs"},
	BootSecure:      {name: "secure"},
	BootCheckfds:    {name: "checkfds"},
	BootDebugEnd:    {name: "finishDebugVarsSetup"},
	BootGcinit:      {name: "gcinit"},
	BootCrashStack:  {name: "gcrash.stack", format: "%[1]d bytes"},
	BootProfStack:   {name: "mProfStackInit"},
	BootCgroup:      {name: "defaultGOMAXPROCSInit"},
	BootDefault:     {name: "defaultGOMAXPROCS", format: "= %[1]d"},
	BootProcresize:  {name: "procresize", format: "%[1]d P%[1]z"},
	BootWorldStart:  {name: "worldStarted"},
	BootNewproc:     {name: "newproc", format: "goroutine %[1]d"},
	BootMstart:      {name: "mstart0"},
	BootAsminit:     {name: "asminit"},
	BootMinit:       {name: "minit"},
	BootInitsig:     {name: "mstartm0"},
	BootSchedule:    {name: "schedule", format: "goroutine %[1]d"},
	BootStackMax:    {name: "maxstacksize", format: "= %[1]d"},
	BootMainStart:   {name: "mainStarted"},
	BootSysmon:      {name: "newm(sysmon)", format: "thread %[1]d"},
	BootLockOS:      {name: "lockOSThread"},
	BootInitTime:    {name: "runtimeInitTime"},
	BootRuntimeInit: {name: "doInit(runtime)", format: "goroutine %[1]d"},
	BootSweeper:     {name: "go bgsweep", format: "goroutine %[1]d"},
	BootScavenger:   {name: "go bgscavenge", format: "goroutine %[1]d"},
	BootHelpers:     {name: "<-c, <-c"},
	BootEnableGC:    {name: "memstats.enablegc"},
	BootUpdater:     {name: "defaultGOMAXPROCSUpdateEnable", format: "goroutine %[1]d"},
	BootInitDone:    {name: "main_init_done"},
	BootPackages:    {name: "doInit(packages)"},
	BootCloseDone:   {name: "close(main_init_done)"},
	BootUnlockOS:    {name: "unlockOSThread"},
	BootMainMain:    {name: "main.main"},
	BootExitHooks:   {name: "runExitHooks"},
	BootExit:        {name: "exit", format: "status %[1]d"},
}

// Reasons of the bootstrap: why a step has the place that it has.
const (
	_ Reason = bootBase + iota
	BootWhyKernel
	BootWhyOldStack
	BootWhyNoGoYet
	BootWhyBeforeTLS
	BootWhyNeedsTLS
	BootWhyGoCodeNext
	BootWhyCanReport
	BootWhyCompilerFirst
	BootWhyKernelTable
	BootWhyMachine
	BootWhyLocksFirst
	BootWhyBeforeThreads
	BootWhyOneThread
	BootWhyEnvTooEarly
	BootWhyOptionsFirst
	BootWhyEarlyClock
	BootWhySymbols
	BootWhyListsOnly
	BootWhyRandomHeap
	BootWhyPageSize
	BootWhyAfterHeap
	BootWhyFeatures
	BootWhyNeedsMalloc
	BootWhyGlobals
	BootWhyNeedsModules
	BootWhyBeforeGC
	BootWhyInherit
	BootWhyStringsOnHeap
	BootWhyEnvKnown
	BootWhyFilesSafe
	BootWhyEnvSettled
	BootWhyGOGC
	BootWhyCrash
	BootWhySettingsLate
	BootWhyCgroupFiles
	BootWhyHowMany
	BootWhyHeapForPs
	BootWhyPsExist
	BootWhyNeedsP
	BootWhyOwnStack
	BootWhyNothing
	BootWhyGsignal
	BootWhyHandlersLast
	BootWhySomethingToRun
	BootWhyMainFirst
	BootWhyWakeAllowed
	BootWhyOutsideScheduler
	BootWhyInitOnMain
	BootWhyTraceInit
	BootWhyRuntimeFirst
	BootWhyHelpersOfGC
	BootWhyBothParked
	BootWhyRuntimeReady
	BootWhyStopTheWorld
	BootWhyForC
	BootWhyDependencies
	BootWhyInitOver
	BootWhyLockOver
	BootWhyAllDone
	BootWhyMainReturned
	BootWhyProcessEnds
)

var bootReasons = map[Reason]string{
	BootWhyKernel:           "the ELF header names it as the entry point",
	BootWhyOldStack:         "the kernel left argc and argv on the stack",
	BootWhyNoGoYet:          "compiled Go code compares its stack pointer with these bounds",
	BootWhyBeforeTLS:        "one instruction, needs nothing",
	BootWhyNeedsTLS:         "the current g is found through thread-local storage",
	BootWhyGoCodeNext:       "the next steps are compiled Go, which asks for g at once",
	BootWhyCanReport:        "only after TLS works can a message be printed",
	BootWhyCompilerFirst:    "no Go code is worth running if the compiler's layout is not as assumed",
	BootWhyKernelTable:      "the auxiliary vector lies behind argv and the environment",
	BootWhyMachine:          "the heap and the Ps will want the CPU count and the huge page size",
	BootWhyLocksFirst:       "every later step may take a lock",
	BootWhyBeforeThreads:    "the first M is registered soon",
	BootWhyOneThread:        "no P exists, so nothing runs that would have to be stopped",
	BootWhyEnvTooEarly:      "there is no heap for environment strings yet, so argv is searched in place",
	BootWhyOptionsFirst:     "the settings must hold for the allocator too",
	BootWhyEarlyClock:       "the sooner the clock starts, the better its rate is known",
	BootWhySymbols:          "tracebacks and the collector will trust the symbol table",
	BootWhyListsOnly:        "empty lists only, nothing is allocated",
	BootWhyRandomHeap:       "mallocinit, alginit and mcommoninit draw random numbers",
	BootWhyPageSize:         "the page size and random numbers are known",
	BootWhyAfterHeap:        "internal/cpu allocates its list of options; alginit wants the result",
	BootWhyFeatures:         "the CPU features decide which hash function maps use",
	BootWhyNeedsMalloc:      "m0's signal stack comes from the heap",
	BootWhyGlobals:          "the list of modules is made on the heap",
	BootWhyNeedsModules:     "goes through the list of modules",
	BootWhyBeforeGC:         "the collector reads these tables",
	BootWhyInherit:          "every later thread starts with this signal mask",
	BootWhyStringsOnHeap:    "the slices are made on the heap",
	BootWhyEnvKnown:         "in secure mode the environment is changed",
	BootWhyFilesSafe:        "no file has been opened that could take the place of 0, 1 or 2",
	BootWhyEnvSettled:       "GOTRACEBACK is read from the final environment",
	BootWhyGOGC:             "GOGC and GOMEMLIMIT are read from the environment",
	BootWhyCrash:            "a crash on a bad stack needs another stack",
	BootWhySettingsLate:     "the depth of profiles may have been set by GODEBUG",
	BootWhyCgroupFiles:      "GODEBUG says whether the cgroup counts",
	BootWhyHowMany:          "the environment, the CPUs and the cgroup are known",
	BootWhyHeapForPs:        "each P is a heap object with its own mcache",
	BootWhyPsExist:          "from here on a P can run goroutines",
	BootWhyNeedsP:           "a goroutine's id and its place in the queue belong to a P",
	BootWhyOwnStack:         "g0 gets the stack guard of ordinary Go code",
	BootWhyNothing:          "has nothing to do on amd64",
	BootWhyGsignal:          "the kernel is told of the signal stack that mcommoninit made",
	BootWhyHandlersLast:     "a handler needs the signal stack",
	BootWhySomethingToRun:   "the one runnable goroutine is runtime.main",
	BootWhyMainFirst:        "before user code can recurse",
	BootWhyWakeAllowed:      "from here on a new goroutine may start a thread",
	BootWhyOutsideScheduler: "everything that it watches exists",
	BootWhyInitOnMain:       "init functions run on the process's first thread",
	BootWhyTraceInit:        "inittrace measures from here",
	BootWhyRuntimeFirst:     "package runtime comes before everybody who imports it",
	BootWhyHelpersOfGC:      "the collector must not start without them",
	BootWhyBothParked:       "both helpers say that they are ready",
	BootWhyRuntimeReady:     "the runtime is initialised, so a collection is allowed",
	BootWhyStopTheWorld:     "the updater stops the world, which is possible now",
	BootWhyForC:             "calls from C wait for it",
	BootWhyDependencies:     "in the linker's order, imported packages first",
	BootWhyInitOver:         "all packages are initialised",
	BootWhyLockOver:         "init functions may have locked the thread for themselves; this undoes only the runtime's own lock",
	BootWhyAllDone:          "everything above is done",
	BootWhyMainReturned:     "main.main has returned",
	BootWhyProcessEnds:      "other goroutines are not waited for",
}
