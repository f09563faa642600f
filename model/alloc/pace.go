package alloc

import "rtbook/model/event"

// noGoal is a goal that nothing is above.
const noGoal = ^uint64(0)

// pace is what a request has to pay for, so that the collector's work is done
// in time.
type pace struct {
	sweepPagesPerByte  float64 // pages to sweep for each byte that is allocated; 0 when there is nothing to pay
	sweepHeapLiveBasis uint64  // heapLive when that was set
	pagesSweptBasis    uint64  // pagesSwept when that was set
	retain             uint64  // bytes that the heap may keep from the system (scavenge.gcPercentGoal)
}

// PaceSweep spreads the sweeping of the spans in use over what may be allocated
// until heapLive reaches trigger, where the next collection begins. A request
// that needs a span then pays for it by sweeping first
// (runtime/mgcsweep.go: gcPaceSweeper). Config.Trigger does the same at the
// start of every sweep.
func (h *Heap) PaceSweep(trigger uint64) {
	h.begin(0)
	h.then(func() { h.paceSweeper(trigger) })
	h.Run()
}

func (h *Heap) paceSweeper(trigger uint64) {
	h.pace.sweepPagesPerByte = 0
	pages := int64(h.stats.pagesInUse) - int64(h.stats.pagesSwept)
	if h.swept || pages <= 0 {
		return
	}
	// 1 MiB less, so that the sweep is done a little too early rather than late.
	distance := max(int64(trigger)-int64(h.stats.heapLive)-1024*1024, pageSize)
	h.pace.sweepPagesPerByte = float64(pages) / float64(distance)
	h.pace.sweepHeapLiveBasis = h.stats.heapLive
	h.pace.pagesSweptBasis = h.stats.pagesSwept
	h.emit(event.SweepPace, event.WhySweepPaced, uint64(pages), uint64(distance), trigger)
}

// deductSweepCredit makes a request sweep until it is not behind with spanBytes
// more allocated, not counting pages that it will sweep itself
// (mgcsweep.go: deductSweepCredit).
func (h *Heap) deductSweepCredit(spanBytes, callerSweepPages uint64) {
	p := &h.pace
	if p.sweepPagesPerByte == 0 {
		return
	}
	newHeapLive := spanBytes
	if p.sweepHeapLiveBasis < h.stats.heapLive {
		newHeapLive += h.stats.heapLive - p.sweepHeapLiveBasis
	}
	target := int64(p.sweepPagesPerByte*float64(newHeapLive)) - int64(callerSweepPages)
	done := int64(h.stats.pagesSwept - p.pagesSweptBasis)
	if target <= done {
		return
	}
	h.emit(event.SweepCredit, event.WhySweepBehind, uint64(target-done), uint64(target), uint64(done))
	h.then(func() { h.paySweep(target) })
}

// paySweep sweeps span by span until target pages of this pace are swept.
func (h *Heap) paySweep(target int64) {
	if h.swept {
		h.pace.sweepPagesPerByte = 0
		return
	}
	if target > int64(h.stats.pagesSwept-h.pace.pagesSweptBasis) {
		h.then(h.sweepOne, func() { h.paySweep(target) })
	}
}

// overLimit returns how many bytes of free pages a span that has just been
// taken makes the heap give back, and why: what is above the memory limit, or,
// if the heap has grown for it, above what it may retain (runtime/mheap.go:
// allocSpan).
func (h *Heap) overLimit(scav, growth uint64) (bytes uint64, why event.Reason) {
	retained := h.stats.heapInUse + h.stats.heapFree
	if retained > h.cfg.MemoryLimit {
		bytes, why = retained-h.cfg.MemoryLimit, event.WhyMemoryLimit
	}
	before := retained - scav*pageSize
	if goal := h.pace.retain; growth > 0 && goal != noGoal && before+growth > goal {
		if todo := min(growth, before+growth-goal); todo > bytes {
			bytes, why = todo, event.WhyRetainGoal
		}
	}
	return bytes, why
}

// RetainGoal sets how many bytes of spans and free pages with memory behind them
// a growing heap may keep: it gives back others first. The runtime computes the
// goal from that of the collector (runtime/mgcscavenge.go: gcPaceScavenger).
func (h *Heap) RetainGoal(bytes uint64) {
	h.begin(0)
	h.pace.retain = bytes
}

// Scavenge gives the memory behind free pages back to the system, from the
// highest addresses down, until it has given back so many bytes or there are no
// more; it returns how many it gave. The pages stay the heap's. With force it
// takes any page, as debug.FreeOSMemory does; without, it leaves chunks alone
// that are nearly full, as the background scavenger does
// (mgcscavenge.go: pageAlloc.scavenge).
func (h *Heap) Scavenge(bytes uint64, force bool) uint64 {
	h.begin(0)
	before := h.stats.heapReleased
	why := event.WhyScavengeBackground
	if force {
		why = event.WhyScavengeForced
	}
	h.then(func() { h.scavenge(bytes, why) })
	h.Run()
	return h.stats.heapReleased - before
}

func (h *Heap) scavenge(bytes uint64, why event.Reason) {
	// Only the memory limit forces an assist; a page above the goal may stay.
	force := why == event.WhyScavengeForced || why == event.WhyMemoryLimit
	runs := h.pages.scavenge(divRoundUp(bytes, pageSize), hugePageBytes, force)
	pages := uint64(0)
	for _, r := range runs {
		pages += r.npages
	}
	h.stats.heapReleased += pages * pageSize
	h.stats.heapFree -= pages * pageSize
	h.emit(event.Scavenge, why, pages, uint64(len(runs)), bytes)
}
