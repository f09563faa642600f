package gc

import "rtbook/model/event"

// Constants of the pacer (runtime/mgcpacer.go, runtime/mgc.go).
const (
	// BackgroundUtilization is the share of GOMAXPROCS that background mark
	// workers aim at. go:runtime.gcBackgroundUtilization
	BackgroundUtilization = 0.25
	// GoalUtilization is the share at which the pacer places the trigger.
	// go:runtime.gcGoalUtilization
	GoalUtilization = BackgroundUtilization

	// DefaultHeapMinimum is the smallest heap goal at GOGC=100, in bytes; it
	// scales with GOGC. go:runtime.defaultHeapMinimum
	DefaultHeapMinimum = 4 << 20

	// The trigger lies between these parts of the way from the marked heap to
	// the goal: 45/64 and 61/64. go:runtime.triggerRatioDen
	triggerRatioDen    = 64
	minTriggerRatioNum = 45 // go:runtime.minTriggerRatioNum
	maxTriggerRatioNum = 61 // go:runtime.maxTriggerRatioNum

	// sweepMinHeapDistance is how much may be allocated, in bytes, before the
	// next cycle, so that sweeping can finish. go:runtime.sweepMinHeapDistance
	sweepMinHeapDistance = 1 << 20

	// minRunway is what is left to allocate when a cycle starts above its
	// goal, in bytes. go:runtime.gcControllerState.heapGoalInternal.minRunway
	minRunway = 64 << 10

	// Headroom below the memory limit, in percent and at least in bytes.
	// go:runtime.memoryLimitHeapGoalHeadroomPercent
	memoryLimitHeapGoalHeadroomPercent = 3
	memoryLimitMinHeapGoalHeadroom     = 1 << 20 // go:runtime.memoryLimitMinHeapGoalHeadroom

	// maxUtilError is how far whole workers may miss the background share
	// before a fractional worker makes up for it.
	// go:runtime.gcControllerState.startCycle.maxUtilError
	maxUtilError = 0.3
	// maxOvershoot is how far above the goal assists aim once it is passed.
	// go:runtime.gcControllerState.revise.maxOvershoot
	maxOvershoot = 1.1

	// minScanWorkRemaining keeps the assist ratio finite and above zero, in
	// bytes (a literal in gcControllerState.revise).
	minScanWorkRemaining = 1000
)

// NoLimit is the memory limit that stands for none (GOMEMLIMIT=off).
const NoLimit = 1<<63 - 1

// Pacer decides when a cycle starts and how hard goroutines must help, so that
// marking ends when the heap reaches its goal. It mirrors gcControllerState of
// runtime/mgcpacer.go, equal to the bit, floats included. Sizes are bytes,
// times virtual nanoseconds.
//
// The fields are what the runtime's are, under the same names. Those in the
// first group are inputs: whoever uses a Pacer alone sets them.
type Pacer struct {
	HeapLive        uint64 // marked by the last cycle, plus allocated since
	HeapScan        uint64 // the scannable part of HeapLive
	HeapScanWork    int64  // scan work of this cycle so far
	StackScanWork   int64
	GlobalsScanWork int64
	MaxStackScan    uint64 // stack space in use, all goroutines
	GlobalsScan     uint64 // size of the globals that hold pointers
	AssistTime      int64  // time spent in assists this cycle
	IdleMarkTime    int64  // time spent in idle workers this cycle
	HeapFree        uint64 // heap memory in no span, not returned to the OS
	TotalAlloc      uint64 // ever allocated
	TotalFree       uint64 // ever freed
	MappedReady     uint64 // mapped memory that is not returned to the OS

	GCPercent   int32 // GOGC, -1 for off
	MemoryLimit int64 // GOMEMLIMIT, NoLimit for none

	HeapMinimum         uint64
	Runway              uint64
	ConsMark            float64
	LastConsMark        [4]float64
	GCPercentHeapGoal   uint64
	SweepDistMinTrigger uint64
	Triggered           uint64 // HeapLive when the cycle started; ^0 between cycles
	LastHeapGoal        uint64
	LastHeapScan        uint64
	LastStackScan       uint64
	HeapMarked          uint64
	MarkStartTime       int64

	DedicatedMarkWorkersNeeded int64
	FractionalUtilizationGoal  float64
	AssistWorkPerByte          float64
	AssistBytesPerWork         float64
}

// NewPacer returns the pacer of a program that has just started.
// It mirrors gcControllerState.init. A negative gcPercent is GOGC=off.
func NewPacer(gcPercent int32, memoryLimit int64) *Pacer {
	p := &Pacer{HeapMinimum: DefaultHeapMinimum, Triggered: ^uint64(0), MemoryLimit: memoryLimit}
	p.SetGCPercent(gcPercent)
	p.Commit(true)
	return p
}

// SetGCPercent sets GOGC and returns the old value; Commit makes it count.
// It mirrors gcControllerState.setGCPercent: with GOGC off the heap minimum
// wraps round, which never matters because the goal is the largest number.
func (p *Pacer) SetGCPercent(percent int32) int32 {
	old := p.GCPercent
	if percent < 0 {
		percent = -1
	}
	p.HeapMinimum = DefaultHeapMinimum * uint64(percent) / 100
	p.GCPercent = percent
	return old
}

// WorkerSplit returns how many workers mark all the time on procs Ps, and the
// share of its time for which each P runs a fractional worker besides. It
// mirrors the first half of gcControllerState.startCycle.
func WorkerSplit(procs int) (dedicated int64, fractional float64) {
	goal := float64(procs) * BackgroundUtilization
	dedicated = int64(goal + 0.5)
	if e := float64(dedicated)/goal - 1; e < -maxUtilError || e > maxUtilError {
		if float64(dedicated) > goal {
			dedicated--
		}
		fractional = (goal - float64(dedicated)) / float64(procs)
	}
	return dedicated, fractional
}

// StartCycle begins a cycle at now. It mirrors gcControllerState.startCycle.
func (p *Pacer) StartCycle(now int64, procs int) {
	p.HeapScanWork, p.StackScanWork, p.GlobalsScanWork = 0, 0, 0
	p.AssistTime, p.IdleMarkTime = 0, 0
	p.MarkStartTime = now
	p.Triggered = p.HeapLive
	p.DedicatedMarkWorkersNeeded, p.FractionalUtilizationGoal = WorkerSplit(procs)
	p.Revise()
}

// Revise recomputes the assist ratio from the work that is left and the bytes
// that may still be allocated. It mirrors gcControllerState.revise.
func (p *Pacer) Revise() {
	percent := p.GCPercent
	if percent < 0 {
		percent = 100000
	}
	work := p.HeapScanWork + p.StackScanWork + p.GlobalsScanWork
	goal := int64(p.HeapGoal())
	expected := int64(p.scanWorkOfLastCycle())
	most := int64(p.HeapScan + p.MaxStackScan + p.GlobalsScan)
	if work > expected {
		// More work than last time: move the goal along, in proportion, but
		// not beyond one more heap growth.
		extended := int64(float64(goal-int64(p.Triggered))/float64(expected)*float64(most)) + int64(p.Triggered)
		expected = most
		hard := int64((1.0 + float64(percent)/100.0) * float64(goal))
		goal = min(extended, hard)
	}
	if int64(p.HeapLive) > goal {
		goal = int64(float64(goal) * maxOvershoot)
		expected = most
	}
	scanLeft := max(expected-work, minScanWorkRemaining)
	heapLeft := max(goal-int64(p.HeapLive), 1)
	p.AssistWorkPerByte = float64(scanLeft) / float64(heapLeft)
	p.AssistBytesPerWork = float64(heapLeft) / float64(scanLeft)
}

// EndCycle learns from the cycle that ends at now how much is allocated for
// each unit of scan work. It mirrors gcControllerState.endCycle.
func (p *Pacer) EndCycle(now int64, procs int) {
	p.LastHeapGoal = p.HeapGoal()
	duration := now - p.MarkStartTime
	utilization, idle := BackgroundUtilization, 0.0
	if duration > 0 {
		utilization += float64(p.AssistTime) / float64(duration*int64(procs))
	}
	if p.HeapLive <= p.Triggered {
		return // nothing was allocated meanwhile: nothing to learn
	}
	if duration > 0 {
		idle = float64(p.IdleMarkTime) / float64(duration*int64(procs))
	}
	work := p.HeapScanWork + p.StackScanWork + p.GlobalsScanWork
	current := (float64(p.HeapLive-p.Triggered) * (utilization + idle)) /
		(float64(work) * (1 - utilization))

	p.ConsMark = current
	for _, c := range p.LastConsMark {
		if c > p.ConsMark { // not max: a NaN must not spread
			p.ConsMark = c
		}
	}
	copy(p.LastConsMark[:], p.LastConsMark[1:])
	p.LastConsMark[len(p.LastConsMark)-1] = current
}

// ResetLive makes the bytes that a cycle marked the live heap. It mirrors
// gcControllerState.resetLive.
func (p *Pacer) ResetLive(bytesMarked uint64) {
	p.HeapMarked = bytesMarked
	p.HeapLive = bytesMarked
	p.HeapScan = uint64(p.HeapScanWork)
	p.LastHeapScan = uint64(p.HeapScanWork)
	p.LastStackScan = uint64(p.StackScanWork)
	p.Triggered = ^uint64(0)
}

// Commit computes the goal and the runway of the next cycle. It mirrors
// gcControllerState.commit. While spans are unswept, the next cycle keeps a
// distance of 1 MiB.
func (p *Pacer) Commit(sweepDone bool) {
	p.SweepDistMinTrigger = 0
	if !sweepDone {
		p.SweepDistMinTrigger = p.HeapLive + sweepMinHeapDistance
	}
	p.GCPercentHeapGoal = max(GCPercentHeapGoal(p.HeapMarked, p.LastStackScan, p.GlobalsScan, p.GCPercent), p.HeapMinimum)
	p.Runway = uint64((p.ConsMark * (1 - GoalUtilization) / GoalUtilization) * float64(p.scanWorkOfLastCycle()))
}

// scanWorkOfLastCycle is what the next cycle is expected to scan, in bytes.
func (p *Pacer) scanWorkOfLastCycle() uint64 {
	return p.LastHeapScan + p.LastStackScan + p.GlobalsScan
}

// GCPercentHeapGoal returns the goal that GOGC alone sets, in bytes: the
// marked heap, and percent of everything that a cycle has to look at. It is
// the formula of gcControllerState.commit before the minimum is applied; off
// (a negative percent) is the largest number.
func GCPercentHeapGoal(heapMarked, stackScan, globalsScan uint64, percent int32) uint64 {
	if percent < 0 {
		return ^uint64(0)
	}
	return heapMarked + (heapMarked+stackScan+globalsScan)*uint64(percent)/100
}

// HeapGoal returns the heap size at which marking should be finished, in
// bytes. It mirrors gcControllerState.heapGoal.
func (p *Pacer) HeapGoal() uint64 {
	goal, _ := p.heapGoalInternal()
	return goal
}

func (p *Pacer) heapGoalInternal() (goal, minTrigger uint64) {
	goal = p.GCPercentHeapGoal
	if limit := p.MemoryLimitHeapGoal(); limit < goal {
		return limit, 0 // the limit wins, so no adjustment may exceed it
	}
	goal = max(goal, p.SweepDistMinTrigger)
	if p.Triggered != ^uint64(0) && goal < p.Triggered+minRunway {
		goal = p.Triggered + minRunway
	}
	return goal, p.SweepDistMinTrigger
}

// MemoryLimitHeapGoal returns the goal that the memory limit sets, in bytes:
// what the limit leaves to the heap after everything else, less a headroom of
// 3% and at least 1 MiB. It mirrors gcControllerState.memoryLimitHeapGoal.
func (p *Pacer) MemoryLimitHeapGoal() uint64 {
	limit := uint64(p.MemoryLimit)
	nonHeap := p.MappedReady - p.HeapFree - (p.TotalAlloc - p.TotalFree)
	var overage uint64
	if p.MappedReady > limit {
		overage = p.MappedReady - limit
	}
	if nonHeap+overage >= limit {
		return p.HeapMarked
	}
	goal := limit - (nonHeap + overage)
	headroom := max(goal/100*memoryLimitHeapGoalHeadroomPercent, memoryLimitMinHeapGoalHeadroom)
	if goal < headroom || goal-headroom < headroom {
		goal = headroom
	} else {
		goal -= headroom
	}
	return max(goal, p.HeapMarked)
}

// Trigger returns the heap size at which the next cycle starts, and the goal,
// in bytes. It mirrors gcControllerState.trigger.
func (p *Pacer) Trigger() (trigger, goal uint64) {
	goal, minTrigger := p.heapGoalInternal()
	if p.HeapMarked >= goal {
		return goal, goal
	}
	step := (goal - p.HeapMarked) / triggerRatioDen
	minTrigger = max(minTrigger, p.HeapMarked, step*minTriggerRatioNum+p.HeapMarked)
	maxTrigger := step*maxTriggerRatioNum + p.HeapMarked
	if goal > DefaultHeapMinimum && goal-DefaultHeapMinimum > maxTrigger {
		maxTrigger = goal - DefaultHeapMinimum
	}
	maxTrigger = max(maxTrigger, minTrigger)

	trigger = minTrigger
	if p.Runway <= goal {
		trigger = goal - p.Runway
	}
	trigger = min(max(trigger, minTrigger), maxTrigger)
	if trigger > goal {
		panic(&event.Throw{Text: "produced a trigger greater than the heap goal"})
	}
	return trigger, goal
}
