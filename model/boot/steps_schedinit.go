package boot

import "rtbook/model/event"

// Texts of the runtime that more than one step can end with.
const (
	randinitMissed = "randinit missed"                          // rand.go: bootstrapRand
	getenvTooEarly = "getenv before env init"                   // env_posix.go: gogetenv
	deadlock       = "all goroutines are asleep - deadlock!"    // proc.go: checkdead
	exhaustion     = "thread exhaustion"                        // proc.go: checkmcount
	noHeap         = "there is no mcache to allocate from yet"  // ours
	noSettings     = "every GODEBUG setting still has its zero" // ours
	noP            = "there is no P"                            // ours
)

// schedinitEarlySteps are schedinit up to the point where ordinary Go works:
// heap, maps, types.
func schedinitEarlySteps() []step {
	return in("schedinit", "proc.go",
		step{
			kind: event.BootLockInit, reason: event.BootWhyLocksFirst,
			Step: Step{
				Source: "lockInit(&sched.lock, lockRankSched)",
				Does:   "Gives each lock of the runtime its rank. Does nothing unless the toolchain was built to check lock order.",
				Gives:  []Fact{LockRanks},
			},
		},
		step{
			kind: event.BootMidle, reason: event.BootWhyBeforeThreads,
			Step: Step{
				Source: "sched.midle.init(unsafe.Offsetof(m{}.idleNode))",
				Does:   "Prepares the list on which threads without work will wait.",
				Gives:  []Fact{IdleMs},
			},
		},
		step{
			kind: event.BootMaxMCount, reason: event.BootWhyBeforeThreads,
			Step: Step{
				Source: "sched.maxmcount = 10000",
				Does:   "Sets the limit on threads that debug.SetMaxThreads changes.",
				Gives:  []Fact{MaxMCount},
			},
			act: func(*Machine) event.Args { return event.Args{maxMCount} },
		},
		step{
			kind: event.BootWorldStop, reason: event.BootWhyOneThread,
			Step: Step{
				Source: "worldStopped()",
				Does:   "Declares the world stopped. Only a toolchain that checks lock order keeps count.",
				Gives:  []Fact{WorldStopped},
			},
			act: func(m *Machine) event.Args { m.worldStopped = true; return event.Args{} },
		},
		step{
			kind: event.BootGodebug, reason: event.BootWhyEnvTooEarly,
			Step: Step{
				Source: "godebug, parsedGodebug := getGodebugEarly()",
				Does:   "Looks for GODEBUG= behind argv, without making a string of it.",
				Needs:  []Need{crashes(RuntimeArgv, "argv is nil")},
				Gives:  []Fact{GodebugText},
			},
		},
		step{
			kind: event.BootDebugVars, reason: event.BootWhyOptionsFirst,
			Step: Step{
				Source: "parseRuntimeDebugVars(godebug)",
				Does:   "Sets the runtime's own GODEBUG settings: defaults, then those of the build, then those of the environment.",
				Needs:  []Need{goes(GodebugText, "only defaults apply")},
				Gives:  []Fact{DebugVars},
			},
		},
		step{
			kind: event.BootTicks, reason: event.BootWhyEarlyClock,
			Step: Step{
				Source: "ticks.init()",
				Does:   "Notes the time and the CPU's tick counter together, to know the length of a tick later.",
				Gives:  []Fact{Ticks},
			},
		},
		step{
			kind: event.BootModuleData, reason: event.BootWhySymbols,
			Step: Step{
				Source: "moduledataverify()",
				Does:   "Checks the symbol table that the linker wrote.",
				Gives:  []Fact{SymbolTable},
			},
		},
		step{
			kind: event.BootStackinit, reason: event.BootWhyListsOnly,
			Step: Step{
				Source: "stackinit()",
				Does:   "Empties the lists of free stacks. Their zero value is already an empty list, so today nothing would miss it.",
				Gives:  []Fact{StackPool},
			},
		},
		step{
			kind: event.BootRandinit, reason: event.BootWhyRandomHeap,
			Step: Step{
				Source: "randinit()",
				Does:   "Seeds the global random generator with the kernel's 16 bytes, or else from the system's random source.",
				Gives:  []Fact{GlobalRand},
			},
		},
		step{
			kind: event.BootMallocinit, reason: event.BootWhyPageSize,
			Step: Step{
				Source: "mallocinit()",
				Does:   "Initialises the heap: mheap, the first mcache (mcache0, which belongs to no P yet), and where in the address space to ask for arenas.",
				Needs: []Need{
					throws(PhysPageSize, "failed to get system page size"),
					throws(GlobalRand, randinitMissed),
				},
				Gives: []Fact{Heap},
			},
		},
		step{
			kind: event.BootCpuinit, reason: event.BootWhyAfterHeap,
			Step: Step{
				Source: "cpuinit(godebug)",
				Does:   "Fills the table of CPU features, minus those that GODEBUG=cpu.… switches off.",
				Needs: []Need{
					crashes(Heap, "internal/cpu allocates its list of options"),
					goes(GodebugText, "cpu options are ignored"),
				},
				Gives: []Fact{CPUFeatures},
			},
		},
		step{
			kind: event.BootAlginit, reason: event.BootWhyFeatures,
			Step: Step{
				Source: "alginit()",
				Does:   "Chooses the hash function (AES instructions if there are any) and draws its random keys. No map may be used before this.",
				Needs: []Need{
					goes(CPUFeatures, "no feature is known, so maps use the slower hash for the life of the process"),
					throws(GlobalRand, randinitMissed),
				},
				Gives: []Fact{HashKeys},
			},
		},
		step{
			kind: event.BootMcommon, reason: event.BootWhyNeedsMalloc,
			Step: Step{
				Source: "mcommoninit(gp.m, -1)",
				Does:   "Makes m0 an M like the others: an id, a random generator, a 32 KiB signal stack, a place in allm.",
				Needs: []Need{
					throws(MaxMCount, exhaustion),
					crashes(Heap, noHeap),
					throws(GlobalRand, randinitMissed),
				},
				Gives: []Fact{M0InAllM, Gsignal},
			},
		},
		step{
			kind: event.BootModules, reason: event.BootWhyGlobals,
			Step: Step{
				Source: "modulesinit()",
				Does:   "Lists the modules of the program (one, without plugins) and where their globals hold pointers.",
				Needs:  []Need{crashes(Heap, noHeap)},
				Gives:  []Fact{ActiveModules},
			},
		},
		step{
			kind: event.BootTypelinks, reason: event.BootWhyNeedsModules,
			Step: Step{
				Source: "typelinksinit()",
				Does:   "Makes equal types of several modules one. With a single module it returns at once.",
				Needs: []Need{
					goes(ActiveModules, "with several modules, one type could have two identities"),
					goes(HashKeys, "the maps that it makes have no random keys"),
				},
				Gives: []Fact{TypeLinks},
			},
		},
		step{
			kind: event.BootItabs, reason: event.BootWhyNeedsModules,
			Step: Step{
				Source: "itabsinit()",
				Does:   "Puts the interface tables that the compiler made into the runtime's table.",
				Needs:  []Need{goes(ActiveModules, "no table is entered; each is made when it is first needed")},
				Gives:  []Fact{Itabs},
			},
		},
		step{
			kind: event.BootStkobj, reason: event.BootWhyBeforeGC,
			Step: Step{
				Source: "stkobjinit()",
				Does:   "Completes the record by which the collector finds pointers in the frames of reflection's method values.",
				Gives:  []Fact{ReflectFrames},
			},
		},
	)
}

// schedinitLateSteps are the rest of schedinit: what the process was given, the
// collector's settings, the Ps.
func schedinitLateSteps() []step {
	return in("schedinit", "proc.go",
		step{
			kind: event.BootSigmask, reason: event.BootWhyInherit,
			Step: Step{
				Source: "sigsave(&gp.m.sigmask)",
				Does:   "Saves the signal mask that the process was started with.",
				Gives:  []Fact{SigMask},
			},
		},
		step{
			kind: event.BootGoargs, reason: event.BootWhyStringsOnHeap,
			Step: Step{
				Source: "goargs()",
				Does:   "Makes strings of argv.",
				Needs: []Need{
					crashes(Heap, noHeap),
					crashes(RuntimeArgv, "argv is nil"),
				},
				Gives: []Fact{ArgSlice},
			},
		},
		step{
			kind: event.BootGoenvs, reason: event.BootWhyStringsOnHeap,
			Step: Step{
				Source: "goenvs()",
				Does:   "Makes strings of the environment.",
				Needs: []Need{
					crashes(Heap, noHeap),
					crashes(RuntimeArgv, "argv is nil"),
				},
				Gives: []Fact{Environment},
			},
		},
		step{
			kind: event.BootSecure, reason: event.BootWhyEnvKnown,
			Step: Step{
				Source: "secure()",
				Does:   "In a setuid program, forces GOTRACEBACK=none.",
				Needs:  []Need{goes(Environment, "the setting would be overwritten by the environment")},
				Gives:  []Fact{SecureMode},
			},
		},
		step{
			kind: event.BootCheckfds, reason: event.BootWhyFilesSafe,
			Step: Step{
				Source: "checkfds()",
				Does:   "Opens /dev/null for each of the descriptors 0, 1 and 2 that is closed.",
				Gives:  []Fact{StandardFiles},
			},
		},
		step{
			kind: event.BootDebugEnd, reason: event.BootWhyEnvSettled,
			Step: Step{
				Source: "finishDebugVarsSetup()",
				Does:   "Keeps the text of GODEBUG for packages, and reads GOTRACEBACK.",
				Needs: []Need{
					crashes(Heap, noHeap),
					throws(Environment, getenvTooEarly),
					goes(SecureMode, "a setuid program would obey a caller's GOTRACEBACK"),
				},
				Gives: []Fact{TracebackLevel},
			},
		},
		step{
			kind: event.BootGcinit, reason: event.BootWhyGOGC,
			Step: Step{
				Source: "gcinit()",
				Does:   "Initialises the collector's pacer with GOGC and GOMEMLIMIT, and its semaphores. It does not permit a collection.",
				Needs:  []Need{throws(Environment, getenvTooEarly)},
				Gives:  []Fact{GCPacer},
			},
		},
		step{
			kind: event.BootCrashStack, reason: event.BootWhyCrash,
			Step: Step{
				Source: "gcrash.stack = stackalloc(16384)",
				Does:   "Keeps 16 KiB of stack ready for a crash that has none left.",
				Needs:  []Need{throws(Heap, "runtime: internal error")},
				Gives:  []Fact{CrashStack},
			},
			act: func(*Machine) event.Args { return event.Args{crashStackBytes} },
		},
		step{
			kind: event.BootProfStack, reason: event.BootWhySettingsLate,
			Step: Step{
				Source: "mProfStackInit(gp.m)",
				Does:   "Makes m0's profiling stacks as deep as GODEBUG=profstackdepth says.",
				Needs: []Need{
					goes(DebugVars, noSettings),
					crashes(Heap, noHeap),
				},
				Gives: []Fact{ProfStacks},
			},
		},
		step{
			kind: event.BootCgroup, reason: event.BootWhyCgroupFiles,
			Step: Step{
				Source: "defaultGOMAXPROCSInit()",
				Does:   "Finds the process's CPU cgroup and keeps its limit file open.",
				Needs:  []Need{goes(DebugVars, "containermaxprocs is 0, so the cgroup's limit does not count")},
				Gives:  []Fact{CgroupLimit},
			},
		},
		step{
			kind: event.BootDefault, reason: event.BootWhyHowMany,
			Step: Step{
				Source: "procs = defaultGOMAXPROCS(numCPUStartup)",
				Does:   "Decides how many Ps to make: the GOMAXPROCS variable, or else the CPUs, lowered by the cgroup's limit.",
				Needs: []Need{
					throws(Environment, getenvTooEarly),
					goes(CgroupLimit, "the cgroup's limit does not count"),
					goes(NumCPUStartup, "the CPUs are counted again"),
				},
				Gives: []Fact{ProcCount},
			},
			act: func(m *Machine) event.Args { return event.Args{uint64(m.config.procs())} },
		},
		step{
			kind: event.BootProcresize, reason: event.BootWhyHeapForPs,
			Step: Step{
				Source: "if procresize(procs) != nil {",
				Does:   "Makes the Ps. P0 takes over mcache0 and belongs to m0; the others are idle.",
				Needs: []Need{
					throws(ProcCount, "procresize: invalid arg"),
					crashes(Heap, noHeap),
					goes(WorldStopped, "only a toolchain that checks lock order says \"world not stopped\""),
				},
				Gives: []Fact{Ps},
			},
			act: func(m *Machine) event.Args {
				m.procs = m.config.procs()
				return event.Args{uint64(m.procs)}
			},
		},
		step{
			kind: event.BootWorldStart, reason: event.BootWhyPsExist,
			Step: Step{
				Source: "worldStarted()",
				Does:   "Declares the world started. There is still one thread and no goroutine but g0.",
				Needs:  []Need{goes(Ps, "a world without Ps runs nothing")},
				Gives:  []Fact{WorldStarted},
			},
			act: func(m *Machine) event.Args { m.worldStopped = false; return event.Args{} },
		},
	)
}
