package gc

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"rtbook/model/event"
)

// program builds root -> A -> B -> C with objects of the given size; only the
// global holds anything.
func program(cfg Config, size int) (*Machine, *G) {
	cfg.Record = true
	m := New(cfg)
	m.Global("root")
	g := m.Go("main")
	for _, n := range []string{"A", "B", "C"} {
		g.New(n, size, 1)
	}
	g.SetGlobal("root", "A")
	g.Store("A", 0, "B")
	g.Store("B", 0, "C")
	for _, n := range []string{"A", "B", "C"} {
		g.Drop(n)
	}
	return m, g
}

// hideFromHeap is S1: with its stack scanned, the goroutine moves the only
// pointer to C from the grey B into a local variable.
func hideFromHeap(m *Machine, g *G) {
	m.Start()
	m.StepUntil("B", Grey)
	g.GetGlobal("a", "root")
	g.Load("b", "a", 0)
	g.Load("c", "b", 0)
	g.Store("b", 0, "nil")
	g.Drop("a")
	g.Drop("b")
}

// hideFromStack is S2: before its stack is scanned, the goroutine moves the
// only pointer to C from a local variable into a black object.
func hideFromStack(m *Machine, g *G) {
	g.New("C", 64, 1)
	m.Start()
	m.StepTo(Mark)
	g.New("A2", 64, 1) // black: allocated during the mark
	g.SetGlobal("root", "A2")
	g.Store("A2", 0, "C")
	g.Drop("C")
	g.Drop("A2")
}

// thrown runs f and returns what it throws, or nil.
func thrown(f func()) (t *event.Throw) {
	defer func() {
		switch v := recover().(type) {
		case nil:
		case *event.Throw:
			t = v
		default:
			panic(v)
		}
	}()
	f()
	return nil
}

func TestBarrierScenarios(t *testing.T) {
	for _, tc := range []struct {
		name string
		cfg  Config
		play func(*Machine, *G)
		lost bool
	}{
		{"S1 with the barrier", Config{}, hideFromHeap, false},
		{"S1 without the deletion half", Config{NoDeletionBarrier: true}, hideFromHeap, true},
		{"S1 does not need the insertion half", Config{NoInsertionBarrier: true}, hideFromHeap, false},
		{"S1 with the design's condition", Config{InsertOnlyFromGreyStack: true}, hideFromHeap, false},
		{"S2 with the barrier", Config{}, hideFromStack, false},
		{"S2 without the insertion half", Config{NoInsertionBarrier: true}, hideFromStack, true},
		{"S2 does not need the deletion half", Config{NoDeletionBarrier: true}, hideFromStack, false},
		{"S2 with the design's condition", Config{InsertOnlyFromGreyStack: true}, hideFromStack, false},
		{"S1 with no Green Tea", Config{NoGreenTea: true}, hideFromHeap, false},
		{"S1 with no Green Tea nor deletion half", Config{NoGreenTea: true, NoDeletionBarrier: true}, hideFromHeap, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m, g := program(tc.cfg, 64)
			tc.play(m, g)
			violated := m.Invariant() != nil
			for m.Step() {
				violated = violated || m.Invariant() != nil
			}
			if violated != tc.lost {
				t.Errorf("invariant violated: %t, want %t", violated, tc.lost)
			}
			if m.Freed("C") != tc.lost {
				t.Errorf("C freed: %t, want %t", m.Freed("C"), tc.lost)
			}
		})
	}
}

// S1 again: a goroutine whose stack is black has nothing hidden, so shading
// what it writes changes nothing.
func TestInsertionHalfIsRedundantFromBlackStack(t *testing.T) {
	for _, cfg := range []Config{{}, {NoInsertionBarrier: true}} {
		m, g := program(cfg, 64)
		m.Start()
		m.StepUntil("B", Grey)
		if !g.Scanned() {
			t.Fatal("the stack is not scanned when B is grey")
		}
		g.GetGlobal("a", "root")
		g.Load("b", "a", 0)
		g.Load("c", "b", 0)
		g.Store("a", 0, "c") // A is black, C is white
		if err := m.Invariant(); err != nil {
			t.Errorf("%+v: %v", cfg, err)
		}
		m.Run()
		if m.Freed("C") {
			t.Errorf("%+v: C was freed", cfg)
		}
	}
}

// A lost object is found in the runtime's words.
func TestLostObjectIsReported(t *testing.T) {
	for _, tc := range []struct {
		name string
		cfg  Config
		size int
		want string
	}{
		{"checkmark sees it at once", Config{CheckMark: true}, 64, "checkmark found unmarked object"},
		{"the next sweep sees it", Config{}, 64, "found pointer to free object"},
		{"an object of the work buffers", Config{}, 1000, "found pointer to free object"},
		{"its span is gone", Config{}, 40000, "found bad pointer in Go heap (incorrect use of unsafe or cgo?)"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.cfg.NoDeletionBarrier = true
			m, g := program(tc.cfg, tc.size)
			got := thrown(func() {
				hideFromHeap(m, g)
				m.Run()
				if !m.Freed("C") {
					t.Fatal("C was not lost")
				}
				m.Collect()
			})
			if got == nil || got.Text != tc.want {
				t.Fatalf("throw = %v, want %q", got, tc.want)
			}
			if !strings.Contains(got.State, "C") {
				t.Errorf("the state %q does not name C", got.State)
			}
			// The machine is frozen, and can still be looked at.
			if again := thrown(func() { m.Step() }); again != got {
				t.Errorf("Step after the throw panics with %v, want the same %v", again, got)
			}
			if again := thrown(func() { g.New("D", 8, 0) }); again != got {
				t.Errorf("New after the throw panics with %v, want the same %v", again, got)
			}
			if s := m.Snapshot(); len(s.Objects) != 3 {
				t.Errorf("Snapshot after the throw has %d objects, want 3", len(s.Objects))
			}
		})
	}
}

func TestTryRun(t *testing.T) {
	m, g := program(Config{NoDeletionBarrier: true, CheckMark: true}, 64)
	hideFromHeap(m, g)
	var got *event.Throw
	if err := m.TryRun(); !errors.As(err, &got) || got.Text != "checkmark found unmarked object" {
		t.Errorf("TryRun = %v, want the throw of the second mark", err)
	}
	if err := m.TryRun(); !errors.Is(err, got) {
		t.Errorf("TryRun again = %v, want the same throw", err)
	}
	m, _ = program(Config{}, 64)
	m.Start()
	if err := m.TryRun(); err != nil || m.Snapshot().Cycle != 1 {
		t.Errorf("TryRun of a sound machine = %v after %d cycles", err, m.Snapshot().Cycle)
	}
}

// With gccheckmark set, greyobject refuses to mark a free slot.
func TestMarkingFreeObject(t *testing.T) {
	m, g := program(Config{NoDeletionBarrier: true}, 1000)
	hideFromHeap(m, g)
	m.Run()
	m.cfg.CheckMark = true // from the first cycle on it would have seen the loss itself
	if got := thrown(m.Collect); got == nil || got.Text != "marking free object" {
		t.Errorf("throw = %v, want marking free object", got)
	}
}

// With the deletion half missing, a freed slot can be given out again while a
// pointer to its former object is still in use.
func TestLostSlotIsReused(t *testing.T) {
	m, g := program(Config{NoDeletionBarrier: true}, 64)
	hideFromHeap(m, g)
	m.Run()
	func() {
		defer func() {
			var f *Fault
			if err, ok := recover().(error); !ok || !errors.As(err, &f) || !strings.Contains(f.Text, "freed memory") {
				t.Errorf("Load through the dangling pointer: %v, want a fault about freed memory", err)
			}
		}()
		g.Load("x", "c", 0)
	}()
	g.New("D", 64, 1)
	s := m.Snapshot()
	want := []VarState{{"c", "D"}, {"D", "D"}}
	if got := s.Stacks[0].Locals; !slices.Equal(got, want) {
		t.Errorf("locals = %v, want %v: C's slot was given to D", got, want)
	}
}

// S3: what is allocated during a mark survives it and dies in the next cycle.
func TestAllocateBlack(t *testing.T) {
	for _, tc := range []struct {
		name    string
		cfg     Config
		survive bool
	}{
		{"black", Config{}, true},
		{"white, the experiment", Config{AllocateWhite: true}, false},
	} {
		for _, size := range []int{8, 64, 1000, 40000} {
			m, g := program(tc.cfg, 64)
			m.Start()
			m.StepUntil("B", Grey)
			g.New("N", size, 1)
			g.Drop("N")
			m.Run()
			if m.Freed("N") == tc.survive {
				t.Errorf("%s, %d bytes: freed by this cycle: %t", tc.name, size, m.Freed("N"))
			}
			m.Collect()
			if !m.Freed("N") {
				t.Errorf("%s, %d bytes: still there after the next cycle", tc.name, size)
			}
		}
	}
}

// S4: what has no pointers is marked and never scanned.
func TestNoscan(t *testing.T) {
	m := New(Config{Record: true})
	g := m.Go("main")
	g.New("bytes", 1<<20, 0)
	m.Start()
	for m.Step() && m.Phase() != MarkTermination {
	}
	s := m.Snapshot()
	if s.BytesMarked != 1<<20 || s.HeapScanWork != 0 {
		t.Errorf("bytes marked, scan work = %d, %d; want 1048576, 0", s.BytesMarked, s.HeapScanWork)
	}
	for _, e := range m.Events() {
		if e.Kind == event.GCScanObject || e.Kind == event.GCScanSpan {
			t.Errorf("something was scanned: %s", m.Line(e))
		}
	}
}

// S5: 400 KiB of pointers are scanned as an object and three oblets.
func TestOblets(t *testing.T) {
	m := New(Config{Record: true})
	g := m.Go("main")
	g.New("table", 400<<10, 400<<10/8)
	m.Collect()
	var offsets []uint64
	var slots uint64
	for _, e := range m.Events() {
		if e.Kind == event.GCScanObject {
			offsets = append(offsets, e.Args[1]>>10)
			slots += e.Args[2]
		}
	}
	if want := []uint64{0, 384, 256, 128}; !slices.Equal(offsets, want) {
		t.Errorf("oblets at %v KiB, want %v (last in, first out)", offsets, want)
	}
	if slots != 400<<10/8 {
		t.Errorf("%d slots were scanned, want each of %d once", slots, 400<<10/8)
	}
	p := m.Pacer()
	if p.HeapMarked != 400<<10 || p.LastHeapScan != 400<<10 {
		t.Errorf("marked, scanned = %d, %d; want %d twice", p.HeapMarked, p.LastHeapScan, 400<<10)
	}
}

// S6: a span is queued once however many objects are marked in it.
func TestGreenTeaSpans(t *testing.T) {
	m := New(Config{Record: true})
	m.Global("root")
	g := m.Go("main")
	g.New("X", 1000, 5) // in a work buffer: larger than 512 bytes
	g.SetGlobal("root", "X")
	for i, n := range []string{"a", "b", "c", "d", "e"} {
		g.New(n, 64, 1)
		g.Store("X", i, n)
	}
	g.Store("a", 0, "e")
	g.New("Y", 64, 1)
	g.Store("b", 0, "Y")
	for _, n := range []string{"X", "a", "b", "c", "d", "e", "Y"} {
		g.Drop(n)
	}
	m.Collect()
	var got []string
	for _, e := range m.Events() {
		switch e.Kind {
		case event.GCGreyObject, event.GCScanObject, event.GCScanSpan:
			got = append(got, m.Line(e))
		}
	}
	want := []string{
		"greyobject X, found in root: white, now grey: queued in wbuf1",
		"scanObject X+0, 5 slots: top of wbuf1 (last in, first out)",
		"greyobject a, found in X: white, now grey: page 1 joins the span queue",
		"greyobject b, found in X: white, now grey: page 1 waits in the span queue already",
		"greyobject c, found in X: white, now grey: page 1 waits in the span queue already",
		"greyobject d, found in X: white, now grey: page 1 waits in the span queue already",
		"greyobject e, found in X: white, now grey: page 1 waits in the span queue already",
		"scanSpan page 1, 5 objects, 5 slots: head of the span queue: all that was marked there meanwhile",
		"greyobject e, found in a: marked already",
		// The span was released before the scan, so this mark queues it again.
		"greyobject Y, found in b: white, now grey: page 1 joins the span queue",
		"scanSpan page 1, 1 object, 1 slot: head of the span queue: one mark, one object to scan",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// Without Green Tea the same program marks depth first; with it, breadth first
// by span.
func TestOrderWithAndWithoutGreenTea(t *testing.T) {
	order := func(cfg Config) string {
		cfg.Record = true
		m := New(cfg)
		m.Global("root")
		g := m.Go("main")
		// A tree in which every object has a span of its own.
		sizes := map[string]int{"A": 32, "B": 48, "C": 64, "D": 80, "E": 96, "F": 112, "G": 128}
		for n := range sizes {
			g.New(n, sizes[n], 2)
		}
		g.SetGlobal("root", "A")
		for i, edge := range []string{"AB", "AC", "BD", "BE", "CF", "CG"} {
			g.Store(edge[:1], i%2, edge[1:])
		}
		for n := range sizes {
			g.Drop(n)
		}
		m.Collect()
		var b strings.Builder
		for _, e := range m.Events() {
			switch e.Kind {
			case event.GCScanObject:
				b.WriteString(m.things[e.Args[0]])
			case event.GCScanSpan:
				for _, o := range m.objects {
					if o.span.page() == e.Args[0] {
						b.WriteString(o.name)
					}
				}
			}
		}
		return b.String()
	}
	if got := order(Config{}); got != "ABCDEFG" {
		t.Errorf("with Green Tea the spans are scanned in order %s, want ABCDEFG (first in, first out)", got)
	}
	if got := order(Config{NoGreenTea: true}); got != "ACGFBED" {
		t.Errorf("without it the objects are scanned in order %s, want ACGFBED (last in, first out)", got)
	}
}

// S7: with one P no barrier can fire between its flush and the pause and find
// a white object, so the test puts one there, as another P would have.
func TestRestart(t *testing.T) {
	m, g := program(Config{}, 64)
	g.New("late", 64, 1)
	late := m.newest("late")
	g.Drop("late")
	m.Start()
	for {
		m.Step()
		if es := m.log.Since(m.log.Len() - 1); es[0].Kind == event.GCMarkDone && es[0].Reason == event.GCWhyNothingFlushed {
			break
		}
	}
	m.wb = append(m.wb, late.addr())
	n := m.Len()
	m.Run()
	var kinds []string
	for _, e := range m.log.Since(n) {
		kinds = append(kinds, e.Kind.String())
		if e.Kind == event.GCEnd {
			break
		}
	}
	want := strings.Fields(`STWBegin wbBufFlush shade restart STWEnd
		gcMarkDone scanSpan gcDrain gcMarkDone STWBegin
		gcComputeStartingStackSize gcBlackenEnabled gcWakeAllAssists endCycle
		setGCPhase gcMark setGCPhase gcSweep GCEnd`)
	if !slices.Equal(kinds, want) {
		t.Errorf("after the late barrier:\n%v\nwant\n%v", kinds, want)
	}
	if m.Freed("late") {
		t.Error("the object that was shaded late was freed")
	}
}
