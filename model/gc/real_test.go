package gc

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"
)

// ballast keeps a heap alive that is large enough for GOGC, and not the
// minimum or the distance while unswept, to set the goal.
type ballast struct {
	next *ballast
	_    [1 << 12]byte
}

// TestRealHeapGoal compares the goal of this process with the model's formula,
// after forced cycles at several settings: /gc/heap/goal must equal what
// /gc/heap/live, /gc/scan/stack and /gc/scan/globals give.
func TestRealHeapGoal(t *testing.T) {
	var keep *ballast
	for range 8 << 10 { // 32 MiB
		keep = &ballast{next: keep}
	}
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(NoLimit))
	for _, gogc := range []int{25, 50, 100, 200, 400} {
		debug.SetGCPercent(gogc)
		s := []metrics.Sample{
			{Name: "/gc/cycles/total:gc-cycles"},
			{Name: "/gc/heap/live:bytes"},
			{Name: "/gc/scan/stack:bytes"},
			{Name: "/gc/scan/globals:bytes"},
			{Name: "/gc/heap/goal:bytes"},
		}
		settled := false
		for try := 0; try < 10 && !settled; try++ {
			runtime.GC()
			metrics.Read(s)
			cycles := s[0].Value.Uint64()
			metrics.Read(s)
			settled = s[0].Value.Uint64() == cycles // no cycle in between
		}
		if !settled {
			t.Fatalf("GOGC=%d: a cycle came between every two readings", gogc)
		}
		live, stack, globals := s[1].Value.Uint64(), s[2].Value.Uint64(), s[3].Value.Uint64()
		p := NewPacer(int32(gogc), NoLimit)
		p.HeapMarked, p.HeapLive, p.LastStackScan, p.GlobalsScan = live, live, stack, globals
		p.Commit(false) // at the end of the mark nothing is swept
		if got, want := p.HeapGoal(), s[4].Value.Uint64(); got != want {
			t.Errorf("GOGC=%d, live %d, stacks %d, globals %d: the model's goal is %d, the runtime's %d",
				gogc, live, stack, globals, got, want)
		}
		if want := GCPercentHeapGoal(live, stack, globals, int32(gogc)); want != s[4].Value.Uint64() {
			t.Errorf("GOGC=%d: the formula gives %d, the runtime has %d", gogc, want, s[4].Value.Uint64())
		}
	}
	runtime.KeepAlive(keep)
}

// TestRealSurvivors: an object that is unreachable before a forced cycle is
// gone after it, one that is reachable is not; and the model agrees.
func TestRealSurvivors(t *testing.T) {
	type node struct {
		next *node
		_    [6]uint64
	}
	gone := make(chan string, 2)
	root := new(node)
	func() {
		kept, dropped := new(node), new(node)
		root.next = kept
		runtime.AddCleanup(kept, func(name string) { gone <- name }, "kept")
		runtime.AddCleanup(dropped, func(name string) { gone <- name }, "dropped")
	}()
	runtime.GC()
	if name := <-gone; name != "dropped" { // the cleanup runs after the sweep
		t.Errorf("the runtime freed %s, which is reachable", name)
	}
	select {
	case name := <-gone:
		t.Errorf("the runtime freed %s too", name)
	default:
	}
	runtime.KeepAlive(root)

	m := New(Config{})
	g := m.Go("main")
	g.New("root", 56, 1)
	g.New("kept", 56, 1)
	g.New("dropped", 56, 1)
	g.Store("root", 0, "kept")
	g.Drop("kept")
	g.Drop("dropped")
	m.Collect()
	if m.Freed("kept") || !m.Freed("dropped") {
		t.Errorf("the model freed kept: %t, dropped: %t", m.Freed("kept"), m.Freed("dropped"))
	}
}
