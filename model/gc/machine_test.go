package gc

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"rtbook/model/event"
)

// Mark bits become allocation bits when a span is swept, not in the pause.
func TestSweepIsSpanBySpan(t *testing.T) {
	m := New(Config{Record: true})
	m.Global("root")
	g := m.Go("main")
	g.New("first", 4096, 1)
	g.New("dead", 4096, 1)
	g.SetGlobal("root", "first")
	g.Drop("first")
	g.Drop("dead")
	m.Start()
	m.StepTo(MarkTermination)
	m.StepTo(Off)
	for m.Snapshot().WorldStopped {
		m.Step()
	}
	// The world runs again, and nothing has been freed.
	if m.Freed("dead") {
		t.Error("dead was freed in the pause")
	}
	if got := m.Color("first"); got != Black {
		t.Errorf("after the pause first is %v, want black: its span is not swept", got)
	}
	if n := m.Snapshot().Unswept; n == 0 {
		t.Error("no span is left to sweep after the pause")
	}
	m.Run()
	if !m.Freed("dead") || m.Freed("first") || m.Color("first") != White {
		t.Errorf("after sweeping: dead freed %t, first freed %t and %v", m.Freed("dead"), m.Freed("first"), m.Color("first"))
	}
}

// An allocation sweeps a span of its class itself rather than take new pages.
func TestAllocationSweeps(t *testing.T) {
	m := New(Config{Record: true})
	g := m.Go("main")
	for i := range 3 {
		g.New(fmt.Sprintf("n%d", i), 32760, 0) // one slot to a span
		g.Drop(fmt.Sprintf("n%d", i))
	}
	m.Start()
	for m.Phase() == Off {
		m.Step()
	}
	for m.Phase() != Off || m.Snapshot().WorldStopped {
		m.Step()
	}
	n := m.Len()
	g.New("x", 32760, 0)
	swept := 0
	for _, e := range m.log.Since(n) {
		if e.Kind == event.GCSweepSpan && e.Reason == event.GCWhyAllocNeedsSpan {
			swept++
		}
	}
	if swept != 1 {
		t.Errorf("the allocation swept %d spans, want 1:\n%s", swept, m.Log(n))
	}
	if s := m.Snapshot(); s.Objects[3].Page != 0 {
		t.Errorf("x lies on page %d, want the swept page 0", s.Objects[3].Page)
	}
}

// What is left unswept is swept before the next cycle begins to stop the world.
func TestStartSweepsLeftovers(t *testing.T) {
	m, _ := program(Config{}, 40000)
	m.Start()
	m.StepTo(Mark)
	n := 0
	for !m.Start() { // as soon as the last cycle lets go
		m.Step()
		n = m.Len()
	}
	m.StepTo(Mark)
	log := m.Log(n)
	sweep, stw := strings.Index(log, "the last cycle left this span unswept"), strings.Index(log, "STWBegin")
	if sweep < 0 || sweep > stw {
		t.Errorf("no span was swept before the pause:\n%s", log)
	}
	if m.Start() {
		t.Error("Start began a cycle within a cycle")
	}
}

// Goroutines run in none of the steps with the world stopped.
func TestOperationsWaitForTheWorld(t *testing.T) {
	m, g := program(Config{}, 64)
	m.Start()
	for !m.Snapshot().WorldStopped {
		m.Step()
	}
	n := m.Len()
	g.GetGlobal("a", "root")
	log := m.Log(n)
	if i, j := strings.Index(log, "STWEnd"), strings.Index(log, "main: assign"); i < 0 || j < i {
		t.Errorf("the load happened with the world stopped:\n%s", log)
	}
}

// The buffer of the write barrier is flushed when a put does not fit.
func TestBarrierBufferOverflows(t *testing.T) {
	m, g := program(Config{}, 64)
	m.Start()
	m.StepUntil("C", Black) // nothing grey is left
	g.GetGlobal("a", "root")
	for i := range wbBufLen / 2 {
		g.Store("a", 0, "a")
		if n := len(m.Snapshot().Barrier); n != 2*(i+1) {
			t.Fatalf("after %d stores the buffer holds %d, want %d", i+1, n, 2*(i+1))
		}
	}
	g.Store("a", 0, "nil") // one entry only, and no room for it
	if n := len(m.Snapshot().Barrier); n != 1 {
		t.Errorf("after the store that did not fit the buffer holds %d, want 1", n)
	}
}

func TestBarrierIsOffOutsideTheMark(t *testing.T) {
	m, g := program(Config{}, 64)
	for _, e := range m.Events() {
		if e.Kind == event.GCWriteBarrier {
			t.Fatalf("a barrier with the phase off: %s", m.Line(e))
		}
	}
	m.Collect()
	g.GetGlobal("a", "root")
	g.Store("a", 0, "nil")
	if s := m.Snapshot(); s.WriteBarrier || len(s.Barrier) != 0 {
		t.Errorf("after the cycle: barrier %t, buffer %v", s.WriteBarrier, s.Barrier)
	}
}

// The pacer of a machine learns what a cycle marked and scanned.
func TestMachinePacing(t *testing.T) {
	m := New(Config{GOGC: 50})
	m.Global("root")
	g := m.Go("main")
	g.New("table", 1000, 100)   // 1008 with its header: class 1024
	g.New("bytes", 16<<20, 0)   // large, no pointers
	g.New("small", 50, 2)       // class 64, two pointers
	g.New("garbage", 8<<20, 10) // large
	g.SetGlobal("root", "table")
	g.Store("table", 0, "bytes")
	g.Store("table", 1, "small")
	for _, n := range []string{"table", "bytes", "small", "garbage"} {
		g.Drop(n)
	}
	m.Collect()
	p := m.Pacer()
	marked := uint64(1024 + 16<<20 + 64)
	scanned := uint64(8+100*8) + 2*8 // table's header and pointers, small's pointers
	if p.HeapMarked != marked || p.LastHeapScan != scanned || p.GlobalsScan != 8 || p.LastStackScan != 0 {
		t.Errorf("marked %d, heap scan %d, globals %d, stack %d; want %d, %d, 8, 0",
			p.HeapMarked, p.LastHeapScan, p.GlobalsScan, p.LastStackScan, marked, scanned)
	}
	if want := marked + (marked+8)/2; p.HeapGoal() != want {
		t.Errorf("HeapGoal = %d, want %d", p.HeapGoal(), want)
	}
	if got := p.TotalAlloc - p.TotalFree; got != marked {
		t.Errorf("in use after sweeping: %d, want %d", got, marked)
	}
}

// Slots of a span by the runtime's rule: see the vectors of model/alloc; these
// are the ones with and without inline mark bits.
func TestSpanSlots(t *testing.T) {
	for _, tc := range []struct {
		size             int
		noscan, greenTea bool
		want             int
	}{
		{8, true, true, 504}, // a tiny block: class 16
		{16, true, true, 504}, {16, false, true, 496}, {16, true, false, 512}, {16, false, false, 504},
		{64, true, true, 126}, {64, false, true, 124}, {64, true, false, 128},
		{512, false, true, 15}, {512, true, false, 16}, {8, false, true, 1008},
		{560, true, true, 14}, {560, false, true, 14},
	} {
		h := newHeap(tc.greenTea)
		c := sizeClass(uint64(tc.size), tc.noscan)
		if got := h.newSpan(c, tc.noscan, uint64(h.classes[c].Pages)).nelems; got != tc.want {
			t.Errorf("%d bytes, noscan %t, Green Tea %t: %d slots, want %d", tc.size, tc.noscan, tc.greenTea, got, tc.want)
		}
	}
}

func TestFaults(t *testing.T) {
	for _, tc := range []struct {
		name string
		do   func(g *G)
		want string
	}{
		{"nil pointer", func(g *G) { g.GetGlobal("n", "empty"); g.Store("n", 0, "nil") }, "nil pointer dereference"},
		{"no such slot", func(g *G) { g.GetGlobal("a", "root"); g.Load("x", "a", 1) }, "no pointer slot 1, it has 1"},
		{"no such local", func(g *G) { g.Assign("x", "y") }, "no local variable y"},
		{"no such global", func(g *G) { g.SetGlobal("what", "nil") }, "no global what"},
		{"too many pointers", func(g *G) { g.New("x", 8, 2) }, "8 bytes do not hold 2 pointers"},
		{"no bytes", func(g *G) { g.New("x", 0, 0) }, "0 bytes do not hold 0 pointers"},
		{"a variable called nil", func(g *G) { g.New("nil", 8, 0) }, "nil cannot be a variable"},
		{"drop of nothing", func(g *G) { g.Drop("x") }, "no local variable x"},
	} {
		m, g := program(Config{}, 64)
		m.Global("empty")
		func() {
			defer func() {
				var f *Fault
				if err, ok := recover().(error); !ok || !errors.As(err, &f) || !strings.Contains(f.Error(), tc.want) {
					t.Errorf("%s: panic %v, want a fault that says %q", tc.name, err, tc.want)
				}
			}()
			tc.do(g)
		}()
		m.Collect() // the machine is none the worse
	}
}

// An order of phases that the runtime does not have ends the machine.
func TestIllegalPhase(t *testing.T) {
	m := New(Config{})
	m.stopped = true
	if got := thrown(func() { m.setPhase(MarkTermination) }); got == nil {
		t.Error("off to mark termination was accepted")
	}
	if got := thrown(func() { m.Start() }); got == nil {
		t.Error("the machine goes on after the throw")
	}
}

func TestDrain(t *testing.T) {
	m, g := program(Config{}, 64)
	if m.Drain() {
		t.Error("Drain without a mark reports one")
	}
	if !m.StartMark() || m.Phase() != Mark || m.Snapshot().WorldStopped {
		t.Fatalf("StartMark left the machine in %v, stopped %t", m.Phase(), m.Snapshot().WorldStopped)
	}
	if m.StartMark() {
		t.Error("StartMark began a cycle within a cycle")
	}
	if got := m.Color("A"); got != White {
		t.Errorf("after StartMark A is %v, want white", got)
	}
	if !m.Drain() || m.Color("C") != Black || m.Phase() != Mark {
		t.Errorf("after Drain C is %v in %v, want black in %v", m.Color("C"), m.Phase(), Mark)
	}
	g.GetGlobal("a", "root")
	g.Store("a", 0, "nil") // an entry for the barrier's buffer
	m.Run()
	if m.Phase() != Off || m.Drain() {
		t.Error("after Run a mark is under way")
	}
	// The deleted pointer led to something black: nothing was floated or lost.
	if m.Freed("B") || m.Freed("C") {
		t.Error("B or C was freed by the cycle in which it was marked")
	}
}

// The drawing of a machine, by hand.
func TestString(t *testing.T) {
	m, g := program(Config{}, 64)
	m.StartMark()
	m.StepUntil("B", Grey)
	g.GetGlobal("a", "root")
	want := `_GCmark, write barrier on
  global root -> A
  stack of main, scanned: a -> A
  black A -> B
  grey  B -> C
  white C
`
	if got := m.String(); got != want {
		t.Errorf("got:\n%swant:\n%s", got, want)
	}
}

func TestNewGoroutineIsNoRoot(t *testing.T) {
	m, _ := program(Config{Record: true}, 64)
	m.Start()
	m.StepUntil("A", Grey)
	g2 := m.Go("late")
	if !g2.Scanned() {
		t.Error("a goroutine born during the mark has a stack to scan")
	}
	m.StepTo(MarkTermination)
	for _, e := range m.Events() {
		if e.Kind == event.GCScanStack && m.things[e.Args[0]] == "late" {
			t.Error("its stack was scanned")
		}
	}
	m.Run()
	m.Start()
	m.StepTo(Mark)
	if g2.Scanned() {
		t.Error("in the next cycle its stack is black before it is scanned")
	}
}

func TestEventTextsAreComplete(t *testing.T) {
	m, g := program(Config{}, 64)
	hideFromHeap(m, g)
	m.Run()
	for _, e := range m.Events() {
		line := m.Line(e)
		if strings.Contains(line, "Kind(") || strings.Contains(line, "#") || strings.Contains(line, "%") && !strings.Contains(line, "25%") {
			t.Errorf("unfinished text: %s", line)
		}
		if strings.HasSuffix(line, ":") || e.Reason == event.NoReason && e.Kind != event.GCStore && e.Kind != event.GCStoreGlobal {
			t.Errorf("no reason: %s", line)
		}
	}
}
