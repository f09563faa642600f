package boot

import "rtbook/model/event"

// step is a Step with what the machine does for it besides making facts.
type step struct {
	Step
	kind   event.Kind
	reason event.Reason
	act    func(*Machine) event.Args // nil: nothing
}

// in completes the steps of one function of the runtime.
func in(function, file string, steps ...step) []step {
	for i := range steps {
		s := &steps[i]
		s.Func, s.File = function, file
		s.Name = s.kind.String()
		s.Why = event.Event{Reason: s.reason}.Why()
	}
	return steps
}

// allSteps returns the bootstrap in the order of the source.
func allSteps() []step {
	var all []step
	for _, part := range [][]step{
		entrySteps(), rt0Steps(),
		schedinitEarlySteps(), schedinitLateSteps(),
		firstGoroutineSteps(), mstartSteps(),
		mainStartSteps(), gcenableSteps(), mainEndSteps(),
	} {
		all = append(all, part...)
	}
	return all
}

// entrySteps are the first two jumps.
func entrySteps() []step {
	return append(
		in("_rt0_amd64_linux", "rt0_linux_amd64.s", step{
			kind: event.BootEntry, reason: event.BootWhyKernel,
			Step: Step{
				Source: "JMP _rt0_amd64(SB)",
				Does:   "Is where the kernel starts the process: one jump.",
				Gives:  []Fact{ProcessStack},
			},
		}),
		in("_rt0_amd64", "asm_amd64.s", step{
			kind: event.BootArgv, reason: event.BootWhyOldStack,
			Step: Step{
				Source: "JMP runtime·rt0_go(SB)",
				Does:   "Loads argc and argv from the stack and jumps to rt0_go.",
				Needs:  []Need{crashes(ProcessStack, "argv points nowhere")},
				Gives:  []Fact{Argv},
			},
		})...)
}

// rt0Steps are rt0_go up to its call of schedinit.
func rt0Steps() []step {
	return in("rt0_go", "asm_amd64.s",
		step{
			kind: event.BootG0Stack, reason: event.BootWhyNoGoYet,
			Step: Step{
				Source: "LEAQ (-64*1024)(SP), BX",
				Does:   "Declares the last 64 KiB of the thread's own stack to be g0's. g0 is a variable of the program; nobody creates it.",
				Gives:  []Fact{G0Stack},
			},
			act: func(*Machine) event.Args { return event.Args{g0StackBytes} },
		},
		step{
			kind: event.BootCPUID, reason: event.BootWhyBeforeTLS,
			Step: Step{
				Source: "CPUID",
				Does:   "Asks the CPU who made it and which version it is. The features come much later, in cpuinit.",
				Gives:  []Fact{CPUVendor},
			},
		},
		step{
			kind: event.BootSettls, reason: event.BootWhyNeedsTLS,
			Step: Step{
				Source: "CALL runtime·settls(SB)",
				Does:   "Points the FS register at m0.tls with one system call. (With cgo, C has done it already.)",
				Gives:  []Fact{TLS},
			},
		},
		step{
			kind: event.BootTLSCheck, reason: event.BootWhyNeedsTLS,
			Step: Step{
				Source: "MOVQ $0x123, g(BX)",
				Does:   "Writes 0x123 through thread-local storage, reads m0.tls, and aborts if it is not there.",
				Needs:  []Need{crashes(TLS, "the write goes through an FS register that is still 0")},
				Gives:  []Fact{TLSWorks},
			},
		},
		step{
			kind: event.BootGetg, reason: event.BootWhyGoCodeNext,
			Step: Step{
				Source: "MOVQ CX, m_g0(AX)",
				Does:   "Stores g0 as the current g, and lets m0 and g0 point at each other.",
				Needs: []Need{
					crashes(TLS, "the current g has no place"),
					goes(TLSWorks, "thread-local storage that does not work would show later, by a crash"),
					goes(G0Stack, "every stack check on g0 compares with 0 and lets pass"),
				},
				Gives: []Fact{GetG},
			},
		},
		step{
			kind: event.BootGOAMD64, reason: event.BootWhyCanReport,
			Step: Step{
				Source: "CLD",
				Does:   "If the program was built for GOAMD64=v2 or higher, compares the CPU with that and exits with a message if it is too old. For v1 nothing is compiled here.",
				Needs:  []Need{goes(TLSWorks, "a CPU that is too old could not be told so")},
				Gives:  []Fact{CPULevel},
			},
		},
		step{
			kind: event.BootCheck, reason: event.BootWhyCompilerFirst,
			Step: Step{
				Source: "CALL runtime·check(SB)",
				Does:   "Tests sizes, offsets, atomics and NaN: the first compiled Go function to run.",
				Needs: []Need{
					crashes(GetG, "Go code looks for its stack bounds in a g that is not there"),
					goes(CPULevel, "a CPU that is too old meets an unknown instruction instead of a message"),
				},
				Gives: []Fact{Layout},
			},
		},
		step{
			kind: event.BootArgs, reason: event.BootWhyKernelTable,
			Step: Step{
				Source: "CALL runtime·args(SB)",
				Does:   "Keeps argc and argv, and reads the auxiliary vector: the page size, 16 random bytes, the vDSO.",
				Needs: []Need{
					crashes(GetG, "Go code looks for its stack bounds in a g that is not there"),
					crashes(Argv, "argv points nowhere"),
				},
				Gives: []Fact{RuntimeArgv, PhysPageSize, StartupRand, VDSO},
			},
		},
		step{
			kind: event.BootOsinit, reason: event.BootWhyMachine,
			Step: Step{
				Source: "CALL runtime·osinit(SB)",
				Does:   "Counts the CPUs of the affinity mask, reads the huge page size, and prepares the vDSO's random numbers if there are any.",
				Needs: []Need{
					crashes(GetG, "Go code looks for its stack bounds in a g that is not there"),
					goes(VDSO, "random numbers always cost a system call"),
				},
				Gives: []Fact{NumCPUStartup, HugePageSize},
			},
			act: func(m *Machine) event.Args { return event.Args{uint64(m.config.cpus())} },
		},
	)
}
