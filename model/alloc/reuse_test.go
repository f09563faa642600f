package alloc

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"testing"
	"time"
	"unsafe"
)

// reuseSizes are sizes without pointers whose classes hardly anybody uses, so
// that a test has their spans to itself: of one page and of up to nine, and
// with few and with many slots.
var reuseSizes = []int{416, 704, 1792, 2688, 3456, 4864, 5376, 6528, 6784, 9728, 10880, 13568, 18432, 19072, 27264, 33000, 70000}

// TestRealReuse allocates, drops and collects at random on the real allocator
// and on the model, and compares which slot of which span every object gets:
// the order of free slots in a span, of the spans in an mcentral after a
// collection, of a new span only when there is none, and which spans go back
// to the heap.
func TestRealReuse(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates on its own account")
	}
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	for i, size := range reuseSizes {
		// Another goroutine of the test binary may use the class once, but
		// not in each of the tries.
		var err error
		for range 5 {
			if err = compareReuse(size, seed+uint64(i)); err == nil {
				break
			}
		}
		if err != nil {
			t.Errorf("seed %d, %d bytes: %v", seed+uint64(i), size, err)
		}
	}
}

// twin is an object of the real heap and of the model's.
type twin struct {
	real  []byte
	model Object
}

func compareReuse(size int, seed uint64) error {
	rnd := rand.New(rand.NewPCG(seed, 0))
	h := New(Config{})
	slots := slotsIn(makeSpanClass(FitOf(size, true).Class, true))
	base := map[uint64]uintptr{} // the model's span to the real one
	// Made before, so that nothing of the test's own takes a slot in between.
	live, marked := make([]twin, 0, 24*slots+8), make([]Object, 0, 24*slots+8)
	primer := prime(size, slots)
	for round := range 6 {
		for range rnd.IntN(4*slots) + 1 {
			o := twin{make([]byte, size), h.Malloc(0, size, true)}
			addr := uintptr(unsafe.Pointer(unsafe.SliceData(o.real)))
			real := addr - uintptr(o.model.Index*o.model.Slot)
			if o.model.Served == ByMheap {
				base[o.model.Span] = real
			}
			if real != base[o.model.Span] || real%pageSize != 0 {
				return fmt.Errorf("round %d, object %d: the model has %v; the real one is at %#x, and the span at %#x",
					round, len(live), o.model, addr, base[o.model.Span])
			}
			live = append(live, o)
		}
		keep := rnd.IntN(100)
		marked = marked[:0]
		for i, o := range live {
			live[i] = twin{}
			if rnd.IntN(100) < keep {
				live[len(marked)] = o
				marked = append(marked, o.model)
			}
		}
		live = live[:len(marked)]
		runtime.GC()
		h.Collect(marked...)
		h.SweepAll()
	}
	runtime.KeepAlive(primer)
	runtime.KeepAlive(live)
	return nil
}

// prime fills the spans that the class has, so that the next object begins a
// new one, as the model's first does: it allocates until a whole span was
// filled from its first slot to its last. What it returns has to be kept.
func prime(size, slots int) [][]byte {
	runtime.GC()
	var kept [][]byte
	for row, last := 0, uintptr(0); row < slots; {
		kept = append(kept, make([]byte, size))
		addr := uintptr(unsafe.Pointer(unsafe.SliceData(kept[len(kept)-1])))
		switch slot := FitOf(size, true).Slot; {
		case row > 0 && addr == last+uintptr(slot):
			row++
		case addr%pageSize == 0:
			row = 1
		default:
			row = 0
		}
		last = addr
	}
	return kept
}
