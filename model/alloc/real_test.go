package alloc

import (
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"testing"
	"time"
	"unsafe"
)

// These make real objects escape to the heap; the pointers do so without
// another allocation.
var (
	sink         any
	sinkBytes    *byte
	sinkPointers **byte
)

// realCap returns the bytes of a real slice that append had to allocate for n
// elements.
func realCap[T any](n int) int {
	s := append([]T(nil), make([]T, n)...)
	sink = s
	var zero T
	return cap(s) * int(unsafe.Sizeof(zero))
}

// TestRealCharges compares RoundUp, and the slots of real requests of the
// model, with the capacities that the real append has room for.
func TestRealCharges(t *testing.T) {
	h := New(Config{})
	for n := 1; n <= 33000; n++ {
		want := realCap[byte](n)
		if got := RoundUp(n, true); got != want {
			t.Fatalf("%d bytes: RoundUp says %d, append made %d", n, got, want)
		}
		if o := h.Malloc(0, n, true); o.Slot != want && n >= tinySize {
			t.Fatalf("%d bytes: the model gave a slot of %d, append made %d", n, o.Slot, want)
		}
		if n%1000 == 0 {
			h = New(Config{})
		}
	}
	checkPointers[*byte](t)
	checkPointers[[3]*byte](t)
	checkPointers[[64]*byte](t)
	checkPointers[[65]*byte](t)
	checkPointers[struct {
		p *byte
		a [40]byte
	}](t)
}

// checkPointers does the same for a type that has pointers: append's room is
// the slot without its header, in whole elements.
func checkPointers[T any](t *testing.T) {
	t.Helper()
	var zero T
	size := int(unsafe.Sizeof(zero))
	h := New(Config{})
	for n := 1; n*size <= 33000; n++ {
		want := realCap[T](n)
		if got := RoundUp(n*size, false); got/size*size != want {
			t.Fatalf("%T: %d bytes: RoundUp says %d, append made %d", zero, n*size, got, want)
		}
		o := h.Malloc(0, n*size, false)
		header := 0
		if o.Header {
			header = 8
		}
		if (o.Slot-header)/size*size != want {
			t.Fatalf("%T: %d bytes: the model gave %v, append made %d", zero, n*size, o, want)
		}
	}
}

// TestRealAppend appends to slices of several types, one element at a time and
// many at once, and compares each capacity with GrowCap.
func TestRealAppend(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	rnd := rand.New(rand.NewPCG(seed, 1))
	appendAll[byte](t, rnd, seed, true)
	appendAll[uint16](t, rnd, seed, true)
	appendAll[int](t, rnd, seed, true)
	appendAll[[3]byte](t, rnd, seed, true)
	appendAll[[5]int64](t, rnd, seed, true)
	appendAll[[1000]byte](t, rnd, seed, true)
	appendAll[struct{}](t, rnd, seed, true)
	appendAll[*byte](t, rnd, seed, false)
	appendAll[string](t, rnd, seed, false)
	appendAll[[]int](t, rnd, seed, false)
	appendAll[[65]*byte](t, rnd, seed, false)
	appendAll[struct {
		a [40]byte
		p *byte
	}](t, rnd, seed, false)
}

func appendAll[T any](t *testing.T, rnd *rand.Rand, seed uint64, noscan bool) {
	t.Helper()
	var zero T
	size := int(unsafe.Sizeof(zero))
	for _, most := range []int{1, 2, 10, 1000} {
		var s []T
		for len(s)*size < 1<<21 && len(s) < 1<<18 {
			was, n := cap(s), 1+rnd.IntN(most)
			more := make([]T, n)
			s = append(s, more...)
			sink = s // not to be made on the stack first
			if cap(s) == was {
				continue
			}
			if got := GrowCap(was, len(s), size, noscan); got != cap(s) {
				t.Fatalf("seed %d: []%T of capacity %d for %d elements: GrowCap says %d, append made %d", seed, zero, was, len(s), got, cap(s))
			}
		}
	}
}

// TestGrowCapOverflow: what has no memory has no capacity.
func TestGrowCapOverflow(t *testing.T) {
	for _, tc := range []struct{ oldCap, newLen, size, want int }{
		{0, -1, 8, 0},
		{1 << 46, 1<<46 + 1, 8, 0},
		{0, 1 << 62, 8, 0},
		{5, 9, 0, 9},
	} {
		if got := GrowCap(tc.oldCap, tc.newLen, tc.size, true); got != tc.want {
			t.Errorf("GrowCap(%d, %d, %d) = %d, want %d", tc.oldCap, tc.newLen, tc.size, got, tc.want)
		}
	}
}

// TestRealSlots counts the objects that the real allocator puts into one page,
// and looks at where they lie, for every class whose spans have one page.
func TestRealSlots(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	for _, c := range Classes()[1:] {
		if c.Pages != 1 || c.Size == tinySize/2 {
			continue // 8 bytes without pointers are tiny; with pointers see below
		}
		checkPage(t, c.Size, c.Noscan, 0, func() uintptr {
			sinkBytes = unsafe.SliceData(make([]byte, c.Size))
			return uintptr(unsafe.Pointer(sinkBytes))
		})
		header := int(headerOf(uint64(c.Size), false))
		checkPage(t, c.Size, c.Scan, header, func() uintptr {
			sinkPointers = unsafe.SliceData(make([]*byte, (c.Size-header)/8))
			return uintptr(unsafe.Pointer(sinkPointers))
		})
	}
	eight := Classes()[1]
	checkPage(t, eight.Size, eight.Scan, 0, func() uintptr {
		sinkPointers = new(*byte)
		return uintptr(unsafe.Pointer(sinkPointers))
	})
}

// checkPage fills real pages with objects of one class until one has as many
// as the model's; none may have more. The first pages may be shared with
// objects of the test binary.
func checkPage(t *testing.T, size, slots, offset int, alloc func() uintptr) {
	t.Helper()
	most := 0
	addrs := make([]uintptr, 6*slots) // made before, so that nothing else is allocated in between
	for try := 0; try < 100 && most < slots; try++ {
		for i := range addrs {
			addrs[i] = alloc()
		}
		pages := map[uintptr]map[int]bool{}
		for _, addr := range addrs {
			page := addr &^ (pageSize - 1)
			if pages[page] == nil {
				pages[page] = map[int]bool{}
			}
			in := int(addr-page) - offset
			if in%size != 0 || in/size >= slots {
				t.Fatalf("%d bytes: a real object %d bytes into its page, the model has %d slots there", size, in, slots)
			}
			pages[page][in/size] = true
			most = max(most, len(pages[page]))
		}
	}
	if most != slots {
		t.Errorf("%d bytes, %d in front: the real page had %d objects, the model's has %d", size, offset, most, slots)
	}
}

// TestRealTiny runs a random sequence of tiny sizes on the real allocator and
// on the model, and compares each object's place in its block of 16 bytes, and
// which objects share a block.
func TestRealTiny(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector turns the tiny allocator off")
	}
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	// Another goroutine of the test binary may make a tiny object in between;
	// it would have to do so in each of the tries.
	var at, real, model, size int
	for range 5 {
		if at, size, real, model = runTiny(seed, 20000); at < 0 {
			return
		}
	}
	t.Errorf("seed %d, request %d for %d bytes: real place %d, the model's %d (negative: not the block of the object before)",
		seed, at, size, real, model)
}

// runTiny returns the first request that differs, or -1.
func runTiny(seed uint64, n int) (at, size, real, model int) {
	rnd := rand.New(rand.NewPCG(seed, 0))
	sizes := make([]int, n)
	for i := range sizes {
		sizes[i] = 1 + rnd.IntN(15)
	}
	realAddrs := make([]uintptr, n)
	h := New(Config{})
	h.Malloc(0, 1, true) // before, as the model makes tiny objects itself

	// Single bytes until one begins a block: from there on the state is known.
	for {
		sinkBytes = unsafe.SliceData(make([]byte, 1))
		if uintptr(unsafe.Pointer(sinkBytes))%16 == 0 {
			break
		}
	}
	for i, size := range sizes {
		sinkBytes = unsafe.SliceData(make([]byte, size))
		realAddrs[i] = uintptr(unsafe.Pointer(sinkBytes))
	}
	blocks := map[uintptr]uint64{} // real block to the model's
	for i, size := range sizes {
		m := h.Malloc(0, size, true).Addr
		block, known := blocks[realAddrs[i]&^15]
		if !known {
			block = m &^ 15
			blocks[realAddrs[i]&^15] = block
		}
		real, model := int(realAddrs[i]%16), int(m%16)
		if block != m&^15 {
			model = -model - 1
		}
		if real != model {
			return i, size, real, model
		}
	}
	return -1, 0, 0, 0
}
