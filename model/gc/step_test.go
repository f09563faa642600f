package gc

import (
	"fmt"
	"slices"
	"testing"

	"rtbook/model/event"
)

// A step is one event, the flush of the mcache after the mark included; a flush
// of the write barrier buffer has one more for each object that it shades.
func TestStepEmitsOneEvent(t *testing.T) {
	m := New(Config{Record: true})
	m.Global("root")
	g := m.Go("main")
	for _, size := range []int{16, 64, 600, 5000, 40000} {
		for _, ptrs := range []int{0, 1} {
			g.New(fmt.Sprintf("%d-%d", size, ptrs), size, ptrs)
		}
	}
	g.SetGlobal("root", "64-1")
	g.Drop("16-0")
	m.StartMark()
	g.Store("64-1", 0, "600-1")
	flushed := 0
	for {
		n := m.Len()
		if !m.Step() {
			break
		}
		events := m.log.Since(n)
		if events[0].Kind == event.GCWBBufFlush {
			continue
		}
		if len(events) != 1 {
			t.Errorf("a step has %d events:\n%s", len(events), m.Log(n))
		}
		if events[0].Reason == event.GCWhyCachedSpan {
			flushed++
		}
	}
	if flushed != 7 { // those that had a survivor; 16-0 is alone and its span goes
		t.Errorf("%d spans of the mcache were swept in steps of their own, want 7", flushed)
	}
}

// A program that allocates while the mcache is being flushed waits for the end
// of that.
func TestAllocationWaitsForFlush(t *testing.T) {
	m := New(Config{Record: true})
	g := m.Go("main")
	g.New("a", 64, 1)
	g.New("b", 600, 1)
	m.Start()
	m.StepTo(MarkTermination)
	for m.log.Events()[m.Len()-1].Kind != event.GCPrepareForSweep {
		m.Step()
	}
	n := m.Len()
	g.New("c", 600, 1)
	var kinds []event.Kind
	for _, e := range m.log.Since(n) {
		kinds = append(kinds, e.Kind)
	}
	if want := []event.Kind{event.GCSweepSpan, event.GCSweepSpan, event.GCMalloc}; !slices.Equal(kinds, want) {
		t.Errorf("the allocation did %v, want %v", kinds, want)
	}
	m.Run()
	if s := m.Snapshot(); s.Objects[1].Page != s.Objects[2].Page || s.Unswept != 0 {
		t.Errorf("c lies on page %d, b on %d; %d spans unswept", s.Objects[2].Page, s.Objects[1].Page, s.Unswept)
	}
}

// What a frozen machine is asked to do panics with what froze it.
func TestFrozen(t *testing.T) {
	m := New(Config{})
	g := m.Go("main")
	dead := func() (r any) {
		defer func() { r = recover() }()
		m.throw("some throw", "some state")
		return nil
	}()
	for name, f := range map[string]func(){
		"Start": func() { m.Start() }, "Step": func() { m.Step() }, "Run": m.Run, "Collect": m.Collect,
		"StepTo": func() { m.StepTo(Off) }, "StepUntil": func() { m.StepUntil("x", White) },
		"StartMark": func() { m.StartMark() }, "Drain": func() { m.Drain() },
		"Global": func() { m.Global("x") }, "Go": func() { m.Go("x") }, "New": func() { g.New("x", 8, 0) },
		"Store": func() { g.Store("x", 0, "x") }, "SetGlobal": func() { g.SetGlobal("x", "x") },
		"Load": func() { g.Load("x", "x", 0) }, "GetGlobal": func() { g.GetGlobal("x", "x") },
		"Assign": func() { g.Assign("x", "x") }, "Drop": func() { g.Drop("x") },
	} {
		func() {
			defer func() {
				if r := recover(); r != dead {
					t.Errorf("%s panics with %v", name, r)
				}
			}()
			f()
		}()
	}
	if err := m.TryRun(); err != dead {
		t.Errorf("TryRun returns %v", err)
	}
	if s := m.Snapshot(); len(s.Stacks) != 1 {
		t.Errorf("the snapshot has %d stacks", len(s.Stacks))
	}
}

// What allocation tells the pacer: bytes always; what can have pointers only
// while no mark is under way, and during a mark the assist ratio anew
// (runtime/mgcpacer.go: update; malloc.go: scanAlloc).
func TestAllocationPaces(t *testing.T) {
	m := New(Config{})
	m.Global("root")
	g := m.Go("main")
	for _, tc := range []struct {
		size, pointers int
		live, scan     uint64
	}{
		{64, 0, 64, 0},
		{64, 3, 64, 3 * 8},
		{512, 1, 512, 8},
		{600, 1, 640, 640}, // with a header the whole slot counts
		{40000, 0, 40960, 0},
		{40000, 2, 40960, 40960},
	} {
		before := m.Pacer()
		g.New("x", tc.size, tc.pointers)
		after := m.Pacer()
		if live, scan := after.HeapLive-before.HeapLive, after.HeapScan-before.HeapScan; live != tc.live || scan != tc.scan {
			t.Errorf("%d bytes, %d pointers: live %d, scan %d; want %d, %d", tc.size, tc.pointers, live, scan, tc.live, tc.scan)
		}
	}
	m.StartMark()
	before := m.Pacer()
	g.New("y", 1<<20, 1)
	after := m.Pacer()
	if after.HeapScan != before.HeapScan || after.AssistWorkPerByte <= before.AssistWorkPerByte {
		t.Errorf("during a mark: scan %d -> %d, work per byte %g -> %g; want the same and more",
			before.HeapScan, after.HeapScan, before.AssistWorkPerByte, after.AssistWorkPerByte)
	}
}

// Scan work reaches the pacer when there are 2000 units of it, and at the end
// (runtime/mgcmark.go: gcDrain, gcCreditSlack).
func TestScanWorkIsFlushed(t *testing.T) {
	for _, tc := range []struct{ pointers, during int }{{240, 0}, {250, 8 + 8*250}} { // with its header
		m := New(Config{})
		m.Global("root")
		g := m.Go("main")
		g.New("table", 8*tc.pointers, tc.pointers)
		g.New("bytes", 8, 0)
		g.Store("table", tc.pointers-1, "bytes") // its last slot is a step
		g.SetGlobal("root", "table")
		g.Drop("table")
		g.Drop("bytes")
		m.StartMark()
		m.StepUntil("table", Black)
		if got := m.Pacer().HeapScanWork; got != int64(tc.during) {
			t.Errorf("%d pointers: the pacer knows of %d units, want %d", tc.pointers, got, tc.during)
		}
		m.Drain()
		if got, want := m.Pacer().HeapScanWork, int64(8+8*tc.pointers); got != want {
			t.Errorf("%d pointers: after the drain the pacer knows of %d units, want %d", tc.pointers, got, want)
		}
	}
}

// While spans are unswept the next cycle keeps its distance
// (runtime/mgcpacer.go: commit).
func TestCommitKnowsOfTheSweep(t *testing.T) {
	m := New(Config{})
	m.Collect()
	if got := m.Pacer().SweepDistMinTrigger; got != 0 {
		t.Errorf("with nothing to sweep: the least trigger is %d, want 0", got)
	}
	m.Global("root")
	g := m.Go("main")
	g.New("x", 40000, 0)
	m.Collect()
	if got, want := m.Pacer().SweepDistMinTrigger, uint64(40960+1<<20); got != want {
		t.Errorf("with a span to sweep: the least trigger is %d, want %d", got, want)
	}
}

// A snapshot says what is left to look at: root jobs, and slots of the scan
// under way.
func TestSnapshotOfWork(t *testing.T) {
	m := New(Config{})
	m.Global("root")
	g := m.Go("main")
	g.New("A", 600, 3)
	g.New("B", 600, 1)
	g.Store("A", 1, "B")
	g.SetGlobal("root", "A")
	g.Drop("A")
	m.StartMark()
	var got []string
	for {
		s := m.Snapshot()
		if len(s.Roots)+len(s.Scan) > 0 {
			got = append(got, fmt.Sprint(s.Roots, s.Scan))
		}
		if s.Phase != Mark {
			break
		}
		m.Step()
	}
	want := []string{
		"[globals main] []",
		"[main] [root]",
		"[main] []",
		"[] [main.B]",
		"[] [B[0]]", // a work buffer is a stack: what was found last comes first
		"[] [A[0] A[1] A[2]]",
		"[] [A[2]]",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
