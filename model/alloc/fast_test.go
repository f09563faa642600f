package alloc

import (
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A request that its P's mcache can serve is served without steps. The objects,
// the events, the effects and the state are those of one that is stepped, with
// whatever else happens to the heap between requests.
func TestFastRequestsAreAsStepped(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	for _, record := range []bool{true, false} {
		r := rand.New(rand.NewPCG(seed, 0))
		cfg := Config{Procs: 3, Record: record, MemoryLimit: 8 << 20}
		whole, stepped := New(cfg), New(cfg)
		fast := 0
		var live []Object
		for i := range 5000 {
			p, noscan := r.IntN(3), r.IntN(2) == 0
			size := r.IntN(64)
			switch r.IntN(8) {
			case 0:
				size = r.IntN(3000)
			case 1:
				size = r.IntN(100_000)
			}
			a := whole.Malloc(p, size, noscan)
			stepped.BeginMalloc(p, size, noscan)
			steps := 0
			for stepped.Step() {
				steps++
			}
			if steps <= 3 {
				fast++
			}
			if b := stepped.Last(); a != b {
				t.Fatalf("request %d, %d bytes: %v, and stepped %v", i, size, a, b)
			}
			if diff := cmp.Diff(stepped.Why(), whole.Why()); diff != "" {
				t.Fatalf("request %d, %d bytes: %s", i, size, diff)
			}
			if i%5 == 0 {
				live = append(live, a)
			}
			between(r, i, whole, stepped, live)
			if i%250 == 0 {
				if err := check(whole); err != nil {
					t.Fatalf("after request %d: %v", i, err)
				}
			}
		}
		if fast < 2000 {
			t.Errorf("only %d requests were simple", fast)
		}
		if diff := cmp.Diff(stepped.Effects(), whole.Effects()); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(stepped.Events(), whole.Events()); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(stepped.Snapshot(), whole.Snapshot()); diff != "" {
			t.Error(diff)
		}
	}
}

// between does to both heaps, now and then, what is no request: a mark phase
// that requests go on in, a sweep in part and one that requests pay for, caches
// that are emptied, pages that go back to the system.
func between(r *rand.Rand, i int, a, b *Heap, live []Object) {
	both := func(f func(h *Heap)) { f(a); f(b) }
	switch i % 1500 {
	case 1300:
		both((*Heap).StartMark)
	case 1499:
		pace := a.Stats().HeapLive + r.Uint64N(2<<20)
		both(func(h *Heap) {
			h.Collect(live...)
			h.PaceSweep(pace)
		})
	}
	p := r.IntN(3)
	switch r.IntN(60) {
	case 0:
		both(func(h *Heap) { h.FlushCache(p) })
	case 1:
		both(func(h *Heap) { h.FlushPageCache(p) })
	case 2:
		both(func(h *Heap) { h.SweepOne() })
	case 3:
		both(func(h *Heap) { h.Scavenge(1<<20, p == 0) })
	}
}
