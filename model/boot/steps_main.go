package boot

import "rtbook/model/event"

// firstGoroutineSteps are what rt0_go does after schedinit.
func firstGoroutineSteps() []step {
	return in("rt0_go", "asm_amd64.s", step{
		kind: event.BootNewproc, reason: event.BootWhyNeedsP,
		Step: Step{
			Source: "CALL runtime·newproc(SB)",
			Does:   "Creates the goroutine that will run runtime.main and puts it into P0's runnext.",
			Needs:  []Need{crashes(Ps, "newproc1 asks m0's P for a free g, and there is no P")},
			Gives:  []Fact{MainCreated},
		},
		act: func(m *Machine) event.Args { return m.newproc("runtime.main") },
	})
}

// mstartSteps make the first thread an M that schedules.
func mstartSteps() []step {
	return append(
		in("mstart0", "proc.go", step{
			kind: event.BootMstart, reason: event.BootWhyOwnStack,
			Step: Step{
				Source: "gp.stackguard0 = gp.stack.lo + stackGuard",
				Does:   "Sets g0's stack guard where that of ordinary Go code is.",
				Needs:  []Need{goes(G0Stack, "mstart0 guesses: 16 KiB below here")},
				Gives:  []Fact{G0Guard},
			},
		}),
		in("mstart1", "proc.go",
			step{
				kind: event.BootAsminit, reason: event.BootWhyNothing,
				Step: Step{
					Source: "asminit()",
					Does:   "Sets up a thread's floating point unit, on other processors.",
				},
			},
			step{
				kind: event.BootMinit, reason: event.BootWhyGsignal,
				Step: Step{
					Source: "minit()",
					Does:   "Tells the kernel the thread's signal stack, and keeps the thread's id.",
					Needs:  []Need{crashes(Gsignal, "m0.gsignal is nil")},
					Gives:  []Fact{SignalStack},
				},
			},
			step{
				kind: event.BootInitsig, reason: event.BootWhyHandlersLast,
				Step: Step{
					Source: "mstartm0()",
					Does:   "Installs the signal handlers: from here on, a nil pointer in Go is a panic.",
					Needs:  []Need{goes(SignalStack, "a signal would be handled on the stack that it interrupts")},
					Gives:  []Fact{SignalHandlers},
				},
			},
			step{
				kind: event.BootSchedule, reason: event.BootWhySomethingToRun,
				Step: Step{
					Source: "schedule()",
					Does:   "Picks goroutine 1 from runnext and runs it. This call never returns.",
					Needs: []Need{
						crashes(Ps, noP),
						throws(MainCreated, "no goroutines (main called runtime.Goexit) - deadlock!"),
					},
					Gives: []Fact{MainRunning},
				},
				act: func(m *Machine) event.Args { return m.execute(1) },
			},
		)...)
}

// mainStartSteps are runtime.main up to its call of gcenable.
func mainStartSteps() []step {
	return in("runtime.main", "proc.go",
		step{
			kind: event.BootStackMax, reason: event.BootWhyMainFirst,
			Step: Step{
				Source: "maxstacksize = 1000000000",
				Does:   "Raises the limit of a goroutine's stack from 1 MiB to 1 GB.",
				Gives:  []Fact{StackLimit},
			},
			act: func(*Machine) event.Args { return event.Args{maxStackSize} },
		},
		step{
			kind: event.BootMainStart, reason: event.BootWhyWakeAllowed,
			Step: Step{
				Source: "mainStarted = true",
				Does:   "Lets newproc wake or start a thread for a new goroutine.",
				Gives:  []Fact{MainStarted},
			},
			act: func(m *Machine) event.Args { m.mainStarted = true; return event.Args{} },
		},
		step{
			kind: event.BootSysmon, reason: event.BootWhyOutsideScheduler,
			Step: Step{
				Source: "newm(sysmon, nil, -1)",
				Does:   "Starts the second thread of the process. It runs sysmon and never has a P.",
				Needs: []Need{
					crashes(Ps, noP),
					throws(MaxMCount, exhaustion),
					goes(SigMask, "the new thread starts with an empty signal mask"),
				},
				Gives: []Fact{Sysmon},
			},
			act: func(m *Machine) event.Args { return m.newm("sysmon") },
		},
		step{
			kind: event.BootLockOS, reason: event.BootWhyInitOnMain,
			Step: Step{
				Source: "lockOSThread()",
				Does:   "Ties goroutine 1 to its thread while packages are initialised. The next statement makes sure that the thread is m0.",
				Needs:  []Need{throws(MainRunning, "runtime.main not on m0")},
				Gives:  []Fact{MainLocked},
			},
		},
		step{
			kind: event.BootInitTime, reason: event.BootWhyTraceInit,
			Step: Step{
				Source: "runtimeInitTime = nanotime()",
				Does:   "Notes when the runtime began.",
				Gives:  []Fact{InitTime},
			},
		},
		step{
			kind: event.BootRuntimeInit, reason: event.BootWhyRuntimeFirst,
			Step: Step{
				Source: "doInit(runtime_inittasks)",
				Does:   "Initialises package runtime and what it imports. One of its init functions starts the forcegc goroutine.",
				Needs: []Need{
					throws(InitTime, "nanotime returning zero"),
					crashes(Ps, noP),
				},
				Gives: []Fact{RuntimeReady, ForceGC},
			},
			act: func(m *Machine) event.Args { return m.newproc("runtime.forcegchelper") },
		},
	)
}

// gcenableSteps are runtime.gcenable, line by line.
func gcenableSteps() []step {
	return in("gcenable", "mgc.go",
		step{
			kind: event.BootSweeper, reason: event.BootWhyHelpersOfGC,
			Step: Step{
				Source: "go bgsweep(c)",
				Does:   "Starts the goroutine that sweeps in the background.",
				Needs:  []Need{crashes(Ps, noP)},
				Gives:  []Fact{Sweeper},
			},
			act: func(m *Machine) event.Args { return m.newproc("runtime.bgsweep") },
		},
		step{
			kind: event.BootScavenger, reason: event.BootWhyHelpersOfGC,
			Step: Step{
				Source: "go bgscavenge(c)",
				Does:   "Starts the goroutine that returns free memory to the operating system.",
				Needs:  []Need{crashes(Ps, noP)},
				Gives:  []Fact{Scavenger},
			},
			act: func(m *Machine) event.Args { return m.newproc("runtime.bgscavenge") },
		},
		step{
			kind: event.BootHelpers, reason: event.BootWhyBothParked,
			Step: Step{
				Source: "<-c",
				Does:   "Waits for both. Goroutine 1 is tied to m0, so m0 sleeps meanwhile and another thread runs P0: the third of the process.",
				Needs: []Need{
					throws(Sweeper, deadlock),
					throws(Scavenger, deadlock),
					throws(IdleMs, "runtime: uninitialized listHead"),
				},
				Gives: []Fact{HelpersParked},
			},
			act: func(m *Machine) event.Args { m.runHelpers(); return event.Args{} },
		},
		step{
			kind: event.BootEnableGC, reason: event.BootWhyRuntimeReady,
			Step: Step{
				Source: "memstats.enablegc = true",
				Does:   "Permits collections. Until here every trigger's test said no.",
				Needs: []Need{
					goes(ActiveModules, "globals are no roots: what only they hold is freed"),
					goes(ReflectFrames, "pointers in the frames of method values are not found"),
					goes(HelpersParked, "the sweeper may miss its first call"),
				},
				Gives: []Fact{GCEnabled},
			},
			act: func(m *Machine) event.Args { m.gcEnabled = true; return event.Args{} },
		},
	)
}

// mainEndSteps are the rest of runtime.main.
func mainEndSteps() []step {
	return in("runtime.main", "proc.go",
		step{
			kind: event.BootUpdater, reason: event.BootWhyStopTheWorld,
			Step: Step{
				Source: "defaultGOMAXPROCSUpdateEnable()",
				Does:   "Starts the goroutine that changes GOMAXPROCS when the CPUs or the cgroup's limit change.",
				Needs: []Need{
					goes(DebugVars, "updatemaxprocs is 0, so no goroutine is started"),
					goes(RuntimeReady, "the world could be stopped before the runtime is initialised"),
				},
				Gives: []Fact{Updater},
			},
			act: func(m *Machine) event.Args { return m.newproc("runtime.updateMaxProcsGoroutine") },
		},
		step{
			kind: event.BootInitDone, reason: event.BootWhyForC,
			Step: Step{
				Source: "main_init_done = make(chan bool)",
				Does:   "Makes the channel on which calls from C wait until packages are initialised.",
				Needs:  []Need{crashes(Heap, noHeap)},
				Gives:  []Fact{InitDone},
			},
		},
		step{
			kind: event.BootPackages, reason: event.BootWhyDependencies,
			Step: Step{
				Source: "doInit(m.inittasks)",
				Does:   "Initialises every package: its variables, then its init functions.",
				Needs:  []Need{goes(RuntimeReady, "init functions run on a runtime that has not run its own")},
				Gives:  []Fact{Packages},
			},
		},
		step{
			kind: event.BootCloseDone, reason: event.BootWhyInitOver,
			Step: Step{
				Source: "close(main_init_done)",
				Does:   "Lets calls from C proceed.",
				Needs:  []Need{throws(InitDone, "close of nil channel")},
				Gives:  []Fact{InitDoneClosed},
			},
		},
		step{
			kind: event.BootUnlockOS, reason: event.BootWhyLockOver,
			Step: Step{
				Source: "unlockOSThread()",
				Does:   "Frees goroutine 1 from m0, unless an init function locked it too.",
				Needs:  []Need{throws(MainLocked, "runtime: internal error: misuse of lockOSThread/unlockOSThread")},
				Gives:  []Fact{MainUnlocked},
			},
		},
		step{
			kind: event.BootMainMain, reason: event.BootWhyAllDone,
			Step: Step{
				Source: "fn()",
				Does:   "Calls your main. The model's is any program that at some time needs a collection.",
				Needs: []Need{
					goes(Packages, "package variables still have their zero values"),
					throws(GCEnabled, deadlock),
					throws(GCPacer, deadlock),
				},
				Gives: []Fact{MainReturned},
			},
		},
		step{
			kind: event.BootExitHooks, reason: event.BootWhyMainReturned,
			Step: Step{
				Source: "runExitHooks(0)",
				Does:   "Runs what was registered for the end, coverage counters for example.",
				Gives:  []Fact{HooksRun},
			},
		},
		step{
			kind: event.BootExit, reason: event.BootWhyProcessEnds,
			Step: Step{
				Source: "exit(0)",
				Does:   "Ends the process with status 0.",
				Gives:  []Fact{Exited},
			},
			act: func(m *Machine) event.Args { return m.exit() },
		},
	)
}
