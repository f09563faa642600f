package gc

import (
	"rtbook/model/event"
)

// cycleStats is what a cycle notes for its events.
type cycleStats struct {
	heap0 uint64 // heap live when the cycle started
}

// A stage is one action of gcStart, gcMarkDone or gcMarkTermination. Stages
// run in order, one a step.
type stage func(m *Machine) verdict

// verdict says what comes after a stage.
type verdict int

const (
	next  verdict = iota // the next stage, at the next step
	again                // the same stage, at the next step
	skip                 // nothing was there to do: the next stage, in this step
	jump                 // the stage has set the stages itself
)

// say is a stage that only reports.
func say(k event.Kind, why event.Reason) stage {
	return func(m *Machine) verdict { m.emit(nil, k, why); return next }
}

// startStages is gcStart (runtime/mgc.go), in its order.
func startStages() []stage {
	return []stage{
		sweepLeftovers,
		begin,
		say(event.GCBgMarkStartWorkers, event.GCWhyWorkersReady),
		resetMarkState,
		stopTheWorld(event.GCWhySweepTerm),
		say(event.GCFinishSweep, event.GCWhySweepFinished),
		say(event.GCClearPools, event.GCWhyPoolsCleared),
		startCycle,
		setPhase(Mark, event.GCWhyBarrierOn),
		say(event.GCBgMarkPrepare, event.GCWhyWorkersCounted),
		prepareMarkRoots,
		say(event.GCMarkTinyAllocs, event.GCWhyNoTinyBlock),
		setBlacken(true, event.GCWhyBlackenOn),
		startTheWorld(event.GCWhyMarkStarts),
	}
}

// markDoneStages is gcMarkDone and gcMarkTermination (runtime/mgc.go).
func markDoneStages() []stage {
	return []stage{
		raggedBarrier,
		stopTheWorld(event.GCWhyMarkTerm),
		checkLateBarriers,
		say(event.GCComputeStartingStackSize, event.GCWhyStackAverage),
		setBlacken(false, event.GCWhyBlackenOff),
		say(event.GCWakeAllAssists, event.GCWhyAssistsFreed),
		endCycle,
		setPhase(MarkTermination, event.GCWhyBarrierStays),
		gcMark,
		runCheckmark,
		setPhase(Off, event.GCWhyBarrierOff),
		gcSweep,
		end,
		controllerCommit,
		startTheWorld(event.GCWhyCycleDone),
		flushCaches,
	}
}

func sweepLeftovers(m *Machine) verdict {
	if m.sweepOne(event.GCWhyLeftover) {
		return again
	}
	return skip
}

func begin(m *Machine) verdict {
	m.emit(nil, event.GCBegin, event.GCWhyForced, uint64(m.cycles+1))
	return next
}

// resetMarkState mirrors gcResetMarkState.
func resetMarkState(m *Machine) verdict {
	for _, g := range m.gs {
		g.scanned = false
	}
	m.globalsBlack = false
	m.work.globalBytesMarked = 0
	m.stats.heap0 = m.pacer.HeapLive
	m.emit(nil, event.GCResetMarkState, event.GCWhyStateReset)
	return next
}

func stopTheWorld(why event.Reason) stage {
	return func(m *Machine) verdict {
		m.stopped = true
		m.emit(nil, event.GCSTWBegin, why)
		return next
	}
}

func startTheWorld(why event.Reason) stage {
	return func(m *Machine) verdict {
		m.stopped = false
		m.emit(nil, event.GCSTWEnd, why)
		return next
	}
}

func startCycle(m *Machine) verdict {
	m.cycles++
	m.pacer.MaxStackScan = uint64(len(m.gs)) * startingStackSize
	m.pacer.GlobalsScan = uint64(len(m.globals)) * ptrSize
	m.pacer.StartCycle(m.now, m.cfg.Procs)
	m.emit(nil, event.GCStartCycle, event.GCWhyWorkerSplit,
		uint64(m.pacer.DedicatedMarkWorkersNeeded), uint64(m.pacer.FractionalUtilizationGoal*1000))
	return next
}

// setPhase mirrors setGCPhase. The runtime knows one order of phases only.
func setPhase(p Phase, why event.Reason) stage {
	return func(m *Machine) verdict {
		m.setPhase(p)
		var on uint64
		if m.barrier {
			on = 1
		}
		m.emit(nil, event.GCSetPhase, why, uint64(p), on)
		return next
	}
}

func (m *Machine) setPhase(p Phase) {
	legal := map[Phase]Phase{Off: Mark, Mark: MarkTermination, MarkTermination: Off}
	if legal[m.phase] != p || !m.stopped {
		m.throw("gc done but gcphase != _GCoff", m.phase.String()+" to "+p.String())
	}
	m.phase = p
	m.barrier = p == Mark || p == MarkTermination
}

// prepareMarkRoots mirrors gcPrepareMarkRoots, without the jobs that only
// finalizers, cleanups, specials and free stacks need.
func prepareMarkRoots(m *Machine) verdict {
	m.roots, m.rootNext = []*root{{}}, 0
	for _, g := range m.gs {
		m.roots = append(m.roots, &root{g: g})
	}
	m.emit(nil, event.GCPrepareMarkRoots, event.GCWhyRootsCounted, uint64(len(m.roots)))
	return next
}

func setBlacken(on bool, why event.Reason) stage {
	return func(m *Machine) verdict {
		m.blacken = on
		var n uint64
		if on {
			n = 1
		}
		m.emit(nil, event.GCBlackenEnabled, why, n)
		return next
	}
}

// workAvailable mirrors gcMarkWorkAvailable.
func (m *Machine) workAvailable() bool {
	return len(m.work.full) > 0 || m.rootNext < len(m.roots) || m.work.spanqMask
}

// raggedBarrier is gcMarkDone up to its pause: every P gives up what it kept
// to itself, and if there was anything, the mark is not done.
func raggedBarrier(m *Machine) verdict {
	if m.workAvailable() {
		m.stages = nil // another worker's business
		return jump
	}
	m.flushBarrier(event.GCWhyRaggedBarrier)
	m.work.dispose()
	flushed := m.work.flushedWork
	m.work.flushedWork = false
	switch {
	case !flushed:
		m.emit(nil, event.GCMarkDone, event.GCWhyNothingFlushed)
		return next
	case m.workAvailable():
		m.emit(nil, event.GCMarkDone, event.GCWhyFlushedWork)
		m.stages = nil
		return jump
	default:
		m.emit(nil, event.GCMarkDone, event.GCWhyFlaggedWork)
		return again
	}
}

// checkLateBarriers is the first thing gcMarkDone does with the world stopped:
// a barrier may have fired after its P was flushed (go.dev/issue/27993).
func checkLateBarriers(m *Machine) verdict {
	m.flushBarrier(event.GCWhyWorldStoppedFlush)
	if m.work.empty() {
		return skip
	}
	m.emit(nil, event.GCRestart, event.GCWhyLateBarrier)
	// Back to the top of gcMarkDone, where the P's flush makes this work
	// available and the worker goes on.
	m.stages = append([]stage{startTheWorld(event.GCWhyMarkResumes)}, markDoneStages()...)
	return jump
}

func endCycle(m *Machine) verdict {
	m.pacer.EndCycle(m.now, m.cfg.Procs)
	m.emit(nil, event.GCEndCycle, event.GCWhyConsMark, m.pacer.HeapLive, m.stats.heap0)
	return next
}

// gcMark mirrors gcMark: it marks nothing, it checks that nothing is left.
func gcMark(m *Machine) verdict {
	if m.phase != MarkTermination {
		m.throw("in gcMark expecting to see gcphase as _GCmarktermination", m.phase.String())
	}
	m.wb = nil
	if !m.work.empty() {
		m.throw("P has cached GC work at end of mark termination", "")
	}
	m.work.dispose()
	m.pacer.ResetLive(m.work.globalBytesMarked)
	m.emit(nil, event.GCMark, event.GCWhyMarkAccounted, m.work.globalBytesMarked)
	return next
}

// runCheckmark marks again from the roots, with the world stopped, if
// GODEBUG=gccheckmark=1 asks for it (runtime/mcheckmark.go).
func runCheckmark(m *Machine) verdict {
	if !m.cfg.CheckMark {
		return skip
	}
	n := uint64(0)
	reached := map[*object]bool{}
	var visit func(p uint64, from int)
	visit = func(p uint64, from int) {
		o := m.heap.objectAt(p)
		if o == nil || reached[o] {
			return
		}
		if o.span.dead {
			m.badPointer(o, from)
		}
		if !o.span.isMarked(o.index) {
			m.throw("checkmark found unmarked object", where(o)+", found in "+m.things[from])
		}
		reached[o] = true
		n++
		for _, q := range o.slots {
			visit(q, o.id)
		}
	}
	for _, v := range m.variables() {
		visit(v.value, v.id)
	}
	m.emit(nil, event.GCCheckMark, event.GCWhyCheckmarked, n)
	return next
}

// gcSweep mirrors gcSweep: from now on every span needs sweeping. No bitmap
// changes hands here; that is each span's own sweep.
func gcSweep(m *Machine) verdict {
	if m.phase != Off {
		m.throw("gcSweep being done but phase is not GCoff", m.phase.String())
	}
	m.heap.sweepgen += 2
	m.emit(nil, event.GCSweep, event.GCWhySweepgen, uint64(m.heap.sweepgen), uint64(m.unswept()))
	return next
}

func end(m *Machine) verdict {
	m.emit(nil, event.GCEnd, event.GCWhyMarkComplete, uint64(m.cycles))
	return next
}

// controllerCommit mirrors gcControllerCommit.
func controllerCommit(m *Machine) verdict {
	m.pacer.Commit(m.unswept() == 0)
	trigger, goal := m.pacer.Trigger()
	m.emit(nil, event.GCControllerCommit, event.GCWhyPaced, goal, trigger)
	return next
}

// flushCaches is the forEachP at the end of gcMarkTermination.
func flushCaches(m *Machine) verdict {
	if m.prepareForSweep() {
		return again
	}
	return skip
}
