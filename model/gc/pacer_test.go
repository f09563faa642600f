package gc

import (
	"encoding/csv"
	"math"
	"os"
	"strconv"
	"testing"
	"time"
)

// vectorRow is one cycle of one scenario as the runtime's own controller went
// through it (testdata/pacer.tsv).
type vectorRow struct {
	t     *testing.T
	names map[string]int
	cells []string
}

func (r vectorRow) text(name string) string { return r.cells[r.names[name]] }

func (r vectorRow) int(name string) int64 {
	n, err := strconv.ParseInt(r.text(name), 10, 64)
	if err != nil {
		r.t.Fatalf("column %s: %v", name, err)
	}
	return n
}

func (r vectorRow) float(name string) float64 {
	f, err := strconv.ParseFloat(r.text(name), 64)
	if err != nil {
		r.t.Fatalf("column %s: %v", name, err)
	}
	return f
}

func readVectors(t *testing.T) []vectorRow {
	f, err := os.Open("testdata/pacer.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma = '\t'
	all, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]int{}
	for i, n := range all[0] {
		names[n] = i
	}
	var rows []vectorRow
	for _, cells := range all[1:] {
		rows = append(rows, vectorRow{t, names, cells})
	}
	return rows
}

// pacerRun is the simulation that the runtime's pacer is tested with
// (runtime/mgcpacer_test.go: TestGcPacer): a program that allocates and a
// collector that scans at given rates, in periods of at most 500 µs.
type pacerRun struct {
	p         *Pacer
	lastBlack int64 // bytes allocated during the last cycle
}

// cycleResult is what a simulated cycle leaves behind.
type cycleResult struct {
	assistAtStart         float64
	revises               int64
	marked, trigger, peak uint64
	goal, runway          uint64
	utilization           float64
	endMarked             int64
	endAssist, elapsed    int64
}

func (s *pacerRun) cycle(r vectorRow, first bool) cycleResult {
	p := s.p
	procs := int(r.int("ncores"))
	allocRate, scanRate := r.float("alloc_rate"), r.float("scan_rate")
	frac := r.float("scannable_frac")
	cores := float64(procs)

	// The cycle starts at the trigger.
	trigger, _ := p.Trigger()
	trigger = max(trigger, p.HeapMarked)
	p.MaxStackScan = uint64(r.int("stack_bytes"))
	p.GlobalsScan = uint64(r.int("globals"))
	p.HeapLive = trigger
	p.HeapScan += uint64(int64(float64(trigger-p.HeapMarked) * frac))
	p.StartCycle(0, procs)
	res := cycleResult{assistAtStart: p.AssistWorkPerByte, runway: p.Runway}

	next := int64(256 << 10)
	if !first {
		next = int64(float64(int64(p.HeapMarked)-s.lastBlack) * r.float("growth_rate"))
	}
	left := [3]int64{r.int("globals"), r.int("stack_bytes"), int64(float64(next) * frac)}

	const period = float64(500 * time.Microsecond)
	const rate = 1024 * period / float64(time.Millisecond)
	var black int64
	for left[0]+left[1]+left[2] > 0 {
		// The share of the CPU that keeps the assist ratio, at least the
		// background workers' share.
		pull := float64(p.AssistWorkPerByte * allocRate)
		util := max(pull/(pull+scanRate), BackgroundUtilization)
		scan := int64(scanRate * rate * cores * util)
		alloc := int64(allocRate * rate * cores * (1 - util))

		var done [3]int64 // globals first, then stacks, then the heap
		budget := scan
		for i := range left {
			done[i] = min(left[i], budget)
			left[i] -= done[i]
			budget -= done[i]
		}
		elapsed := int64(period)
		if sum := done[0] + done[1] + done[2]; sum < scan {
			// The cycle ended within the period.
			elapsed = int64(float64(sum) * period / (scanRate * rate * cores * util))
			alloc = int64(allocRate * rate * float64(elapsed) / period * cores * (1 - util))
		}
		p.HeapLive += uint64(alloc)
		p.HeapScan += uint64(int64(float64(alloc) * frac))
		p.GlobalsScanWork += done[0]
		p.StackScanWork += done[1]
		p.HeapScanWork += done[2]
		p.Revise()
		res.revises++
		res.endAssist += int64(float64(elapsed) * cores * (util - BackgroundUtilization))
		res.elapsed += elapsed
		black += alloc
	}
	res.marked, res.trigger, res.goal, res.peak = p.HeapMarked, p.Triggered, p.HeapGoal(), p.HeapLive
	res.utilization = float64(res.endAssist)/(float64(res.elapsed)*cores) + BackgroundUtilization
	res.endMarked = next + black

	p.AssistTime = res.endAssist
	p.EndCycle(res.elapsed, procs)
	p.ResetLive(uint64(res.endMarked))
	p.Commit(false)
	s.lastBlack = black
	return res
}

// TestPacerVectors replays 350 cycles that the runtime's gcControllerState
// went through; every number must be equal to the bit.
func TestPacerVectors(t *testing.T) {
	var run *pacerRun
	last := int64(0)
	rows := readVectors(t)
	if len(rows) != 350 {
		t.Fatalf("testdata/pacer.tsv has %d rows, want 350", len(rows))
	}
	for _, r := range rows {
		cycle := r.int("cycle")
		if first := cycle == 1; first {
			run = &pacerRun{p: NewPacer(int32(r.int("gogc")), r.int("memlimit"))}
		} else if cycle != last+1 {
			t.Fatalf("%s: cycle %d follows %d", r.text("scenario"), cycle, last)
		}
		last = cycle
		res := run.cycle(r, cycle == 1)
		trigger, goal := run.p.Trigger()
		for _, c := range []struct {
			column string
			got    uint64
		}{
			{"dedicated_workers", uint64(run.p.DedicatedMarkWorkersNeeded)},
			{"revises", uint64(res.revises)},
			{"heap_live_marked", res.marked},
			{"trigger", res.trigger},
			{"goal", res.goal},
			{"peak", res.peak},
			{"runway", res.runway},
			{"end_bytes_marked", uint64(res.endMarked)},
			{"end_assist_ns", uint64(res.endAssist)},
			{"end_elapsed_ns", uint64(res.elapsed)},
			{"trigger_after", trigger},
			{"goal_after", goal},
			{"heap_scan_after", run.p.HeapScan},
			{"last_stack_after", run.p.LastStackScan},
		} {
			if want := uint64(r.int(c.column)); c.got != want {
				t.Errorf("%s cycle %d: %s = %d, the runtime has %d", r.text("scenario"), cycle, c.column, c.got, want)
			}
		}
		for _, c := range []struct {
			column string
			got    float64
		}{
			{"assist_work_per_byte_at_start", res.assistAtStart},
			{"fractional_goal", run.p.FractionalUtilizationGoal},
			{"gc_utilization", res.utilization},
			{"cons_mark_after", run.p.ConsMark},
		} {
			if want := r.float(c.column); math.Float64bits(c.got) != math.Float64bits(want) {
				t.Errorf("%s cycle %d: %s = %v, the runtime has %v", r.text("scenario"), cycle, c.column, c.got, want)
			}
		}
		if t.Failed() {
			t.FailNow()
		}
	}
}

// The worker split by hand from the 30% rule of startCycle.
func TestWorkerSplit(t *testing.T) {
	for _, tc := range []struct {
		procs      int
		dedicated  int64
		fractional float64
	}{
		{1, 0, 0.25}, {2, 0, 0.25}, {3, 0, 0.25}, {4, 1, 0}, {5, 1, 0},
		{6, 1, 0.5 / 6}, {7, 2, 0}, {8, 2, 0}, {12, 3, 0}, {16, 4, 0},
	} {
		d, f := WorkerSplit(tc.procs)
		if d != tc.dedicated || f != tc.fractional {
			t.Errorf("WorkerSplit(%d) = %d, %v; want %d, %v", tc.procs, d, f, tc.dedicated, tc.fractional)
		}
	}
}

func TestTriggerBounds(t *testing.T) {
	const mib = 1 << 20
	for _, tc := range []struct {
		name          string
		marked        uint64
		consMark      float64
		scan          uint64
		trigger, goal uint64
	}{
		// 64 MiB marked, GOGC=100: the goal is 128 MiB, one 64th of the way 1 MiB.
		{"no runway: at most 61/64 of the way or goal-4MiB", 64 * mib, 0, 64 * mib, 125 * mib, 128 * mib},
		{"huge runway: at least 45/64 of the way", 64 * mib, 10, 64 * mib, 109 * mib, 128 * mib},
		// A 16th of a byte allocated per byte scanned, by three quarters of the
		// CPU while one quarter scans: a runway of 64/16*3 = 12 MiB.
		{"between: goal less the runway", 64 * mib, 1.0 / 16, 64 * mib, 116 * mib, 128 * mib},
		// At 256 MiB, goal-4MiB lies above 61/64 of the way (500 MiB).
		{"large heap: goal-4MiB", 256 * mib, 0, 0, 508 * mib, 512 * mib},
		{"minimum heap", 0, 0, 0, 4 * mib / 64 * 61, 4 * mib},
	} {
		p := NewPacer(100, NoLimit)
		p.HeapMarked, p.HeapLive, p.ConsMark, p.LastHeapScan = tc.marked, tc.marked, tc.consMark, tc.scan
		p.Commit(true)
		trigger, goal := p.Trigger()
		if trigger != tc.trigger || goal != tc.goal {
			t.Errorf("%s: trigger, goal = %d, %d; want %d, %d", tc.name, trigger, goal, tc.trigger, tc.goal)
		}
	}
}

func TestHeapGoal(t *testing.T) {
	const mib = 1 << 20
	for _, tc := range []struct {
		name  string
		gogc  int32
		limit int64
		set   func(p *Pacer)
		want  uint64
	}{
		{"a new program has the minimum", 100, NoLimit, func(p *Pacer) {}, 4 * mib},
		{"the minimum scales with GOGC", 50, NoLimit, func(p *Pacer) {}, 2 * mib},
		{"stacks and globals count", 50, NoLimit, func(p *Pacer) {
			p.HeapMarked, p.LastStackScan, p.GlobalsScan = 8*mib, 3*mib, 1*mib
		}, 14 * mib},
		// GOGC=off alone asks for the largest number, but even no limit at all
		// is a limit of 1<<63-1 bytes, and keeps its headroom of 3%.
		{"off without a limit", -1, NoLimit, func(p *Pacer) { p.HeapMarked = mib }, NoLimit - NoLimit/100*3},
		// 100 MiB - 10 MiB of other memory, less 3% (one percent is taken first).
		{"off with a limit is the limit's goal", -1, 100 * mib, func(p *Pacer) {
			p.MappedReady, p.TotalAlloc = 30*mib, 20*mib
		}, 90*mib - 90*mib/100*3},
		{"a small limit keeps 1 MiB of headroom", -1, 16 * mib, func(p *Pacer) {
			p.MappedReady, p.TotalAlloc = 8*mib, 8*mib
		}, 15 * mib},
		{"other memory above the limit leaves the marked heap", 100, 16 * mib, func(p *Pacer) {
			p.HeapMarked, p.MappedReady, p.TotalAlloc = 2*mib, 30*mib, 2*mib
		}, 2 * mib},
		{"the limit wins only when it is lower", 100, 1024 * mib, func(p *Pacer) {
			p.HeapMarked, p.MappedReady, p.TotalAlloc = 8*mib, 10*mib, 8*mib
		}, 16 * mib},
	} {
		p := NewPacer(tc.gogc, tc.limit)
		tc.set(p)
		p.Commit(true)
		if got := p.HeapGoal(); got != tc.want {
			t.Errorf("%s: HeapGoal = %d, want %d", tc.name, got, tc.want)
		}
	}
}

// While spans are unswept, the goal keeps 1 MiB of distance; a cycle that
// starts above its goal still gets 64 KiB.
func TestHeapGoalDistances(t *testing.T) {
	p := NewPacer(25, NoLimit) // minimum 1 MiB
	p.HeapMarked, p.HeapLive = 2<<20, 2<<20
	p.Commit(false)
	if got, want := p.HeapGoal(), uint64(3<<20); got != want {
		t.Errorf("unswept: HeapGoal = %d, want %d", got, want)
	}
	p.Commit(true)
	if got, want := p.HeapGoal(), uint64(2<<20+512<<10); got != want {
		t.Errorf("swept: HeapGoal = %d, want %d", got, want)
	}
	p.HeapLive = 10 << 20
	p.StartCycle(0, 4)
	if got, want := p.HeapGoal(), uint64(10<<20+64<<10); got != want {
		t.Errorf("started late: HeapGoal = %d, want %d", got, want)
	}
}

func TestGCPercentOff(t *testing.T) {
	p := NewPacer(100, NoLimit)
	if old := p.SetGCPercent(-7); old != 100 {
		t.Errorf("SetGCPercent returned %d, want the old 100", old)
	}
	if old := p.SetGCPercent(100); old != -1 {
		t.Errorf("SetGCPercent returned %d, want -1: every negative value is off", old)
	}
}
