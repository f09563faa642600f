package alloc

import (
	"strings"
	"testing"

	"rtbook/model/event"
)

// refused runs f and returns the text of its panic, if that is not a throw.
func refused(f func()) (text string) {
	defer func() { text, _ = recover().(string) }()
	f()
	return ""
}

// TestFreeOfWhatIsNotAllocated: a refused Free leaves the machine as it was.
func TestFreeOfWhatIsNotAllocated(t *testing.T) {
	h := New(Config{})
	a, b := h.Malloc(0, 64, true), h.Malloc(0, 64, true)
	tiny := []Object{h.Malloc(0, 3, true), h.Malloc(0, 3, true)}
	before := h.Snapshot()
	for _, tc := range []struct {
		name string
		free []Object
		text string
	}{
		{"no arena", []Object{{Addr: 1 << 46}}, "where no object is allocated"},
		{"no span", []Object{{Addr: heapBase + 1<<20}}, "where no object is allocated"},
		{"a free slot", []Object{{Addr: b.Addr + 64}}, "where no object is allocated"},
		{"the mark bits", []Object{{Addr: heapBase + 8191}}, "where no object is allocated"},
		{"twice in one call", []Object{a, a}, "twice"},
		{"a block twice", tiny, "twice"},
	} {
		if text := refused(func() { h.Free(tc.free...) }); !strings.Contains(text, tc.text) {
			t.Errorf("%s: %q", tc.name, text)
		}
	}
	if diff := firstDifference(strings.Split(text(before), "\n"), strings.Split(text(h.Snapshot()), "\n")); diff != "" {
		t.Errorf("a refused Free changed the machine: %s", diff)
	}
	h.Free(a)
	h.SweepAll()
	if text := refused(func() { h.Free(a) }); !strings.Contains(text, "where no object is allocated") {
		t.Errorf("the second Free: %q", text)
	}
	if s, _ := h.Span(b.Addr); s.Used != 1 || s.InUse[0] || !s.InUse[1] {
		t.Errorf("after Free of slot 0: %v\n%s", s, s.Map())
	}
	if o := h.Malloc(0, 64, true); o.Addr != a.Addr || !o.Zeroed {
		t.Errorf("the slot is not used again: %v", o)
	}
}

// TestFreeSpanThrows: what the runtime says to whoever frees a span that is not
// to be freed.
func TestFreeSpanThrows(t *testing.T) {
	for _, tc := range []struct {
		name, text string
		run        func(h *Heap, large Object)
	}{
		{"with an object", "mheap.freeSpanLocked - invalid free", func(h *Heap, large Object) { h.FreeSpan(large.Addr) }},
		{"never allocated", "mheap.freeSpanLocked - invalid span state", func(h *Heap, large Object) { h.FreeSpan(1 << 45) }},
		{"given back before", "mheap.freeSpanLocked - invalid span state", func(h *Heap, large Object) {
			h.Collect()
			h.SweepAll()
			h.FreeSpan(large.Addr)
		}},
	} {
		h := New(Config{})
		large := h.Malloc(0, 1<<20, true)
		thrown := throwOf(func() { tc.run(h, large) })
		if thrown == nil || thrown.Text != tc.text {
			t.Errorf("%s: threw %v, want %q", tc.name, thrown, tc.text)
		}
		h.Snapshot()
	}
}

// TestTakenAddresses: a hint that fails is not tried again, the rest of the old
// arena is mapped before the new one is used, and at the end the system gives
// what it has.
func TestTakenAddresses(t *testing.T) {
	const second = 1<<40 | heapBase // the next hint
	h := New(Config{Record: true, Taken: []Range{{heapBase + 64<<20, second}}})
	h.Malloc(0, 60<<20, true) // leaves 4 MiB of the arena
	o := h.Malloc(0, 8<<20, true)
	if o.Addr != second {
		t.Errorf("at %#x, want %#x", o.Addr, uint64(second))
	}
	var told []string
	for _, e := range h.Why() {
		if e.Kind == event.SysReserve || e.Kind == event.HeapGrow {
			told = append(told, e.String())
		}
	}
	want := []string{
		"sysReserve 64 MiB at 0x1c000000000: no arena has room: the system reserves addresses",
		"grow 4 MiB at 0xc003c00000: the new addresses do not follow: the rest of the old ones is mapped first",
		"grow 8 MiB at 0x1c000000000: mheap has no free run of 1024 pages",
	}
	if strings.Join(told, "\n") != strings.Join(want, "\n") {
		t.Errorf("told\n%s\nwant\n%s", strings.Join(told, "\n"), strings.Join(want, "\n"))
	}
	if err := check(h); err != nil {
		t.Error(err)
	}
	if o := h.Malloc(0, 4<<20, true); o.Addr != heapBase+60<<20 {
		t.Errorf("the rest is not used: %v", o)
	}

	// Nothing at any hint: the highest addresses, and then those beside them.
	h = New(Config{Taken: []Range{{heapBase, 0x7f0000000000}}})
	const top = 1<<47 - 64<<20
	if o := h.Malloc(0, 60<<20, true); o.Addr != top {
		t.Errorf("at %#x, want %#x", o.Addr, uint64(top))
	}
	if o := h.Malloc(0, 64<<20, true); o.Addr != top-64<<20 {
		t.Errorf("at %#x, want %#x", o.Addr, uint64(top-64<<20))
	}
	if err := check(h); err != nil {
		t.Error(err)
	}
	// Nothing at all.
	h = New(Config{Taken: []Range{{0, 1 << 47}}})
	if thrown := throwOf(func() { h.Malloc(0, 1, true) }); thrown == nil || thrown.Text != "out of memory" {
		t.Errorf("threw %v", thrown)
	}
}

// TestMemoryLimitScavenges: what is above the limit is given back first.
func TestMemoryLimitScavenges(t *testing.T) {
	h := New(Config{Record: true, MemoryLimit: 3 << 20})
	h.Malloc(0, 2<<20, true)
	live := h.Malloc(0, 1<<20, true)
	h.Collect(live)
	h.SweepAll() // 2 MiB free, with memory behind them
	h.Malloc(0, 1<<20, true)
	if n := count(h, event.Scavenge); n != 0 {
		t.Errorf("scavenged %d times at the limit", n)
	}
	h.Malloc(0, 5<<19, true) // 2.5 MiB, which do not fit into the 1 MiB that is left
	if n := count(h, event.Scavenge); n != 1 {
		t.Errorf("scavenged %d times, want once", n)
	}
	if st := h.Stats(); st.HeapInUse != 9<<19 || st.HeapFree != 0 {
		t.Errorf("%d bytes in use, %d free: all that is free was to go", st.HeapInUse, st.HeapFree)
	}
	if err := check(h); err != nil {
		t.Error(err)
	}
}

// TestRetainGoal: only growing makes a heap give back what it may not retain,
// and not more than it grows.
func TestRetainGoal(t *testing.T) {
	h := New(Config{Record: true})
	h.Malloc(0, 8<<20, true)
	h.Malloc(0, 1<<20, true)
	h.Collect()
	h.SweepAll()
	h.RetainGoal(4 << 20)
	h.Malloc(0, 1<<20, true)
	if n := count(h, event.Scavenge); n != 0 {
		t.Error("scavenged without growing")
	}
	h.Malloc(0, 16<<20, true) // 12 MiB are there, 8 and 1 of them with memory
	if n := count(h, event.Scavenge); n != 1 {
		t.Errorf("scavenged %d times, want once", n)
	}
	if free := h.Stats().HeapFree; free >= 8<<20 {
		t.Errorf("%d bytes are still free with memory behind them", free)
	}
	if err := check(h); err != nil {
		t.Error(err)
	}
}

// TestRetainGoalToTheByte: what counts is what the heap retained before the
// request, and all that it has grown by.
func TestRetainGoalToTheByte(t *testing.T) {
	for _, tc := range []struct{ goal, released uint64 }{
		{8 << 20, 0},
		{8<<20 - 1, pageSize},
		{8<<20 - pageSize, pageSize},
		{8<<20 - 3*pageSize, 3 * pageSize},
	} {
		h := New(Config{})
		dead := h.Malloc(0, 1<<20, true)
		h.Malloc(0, 3<<20, true)
		h.Free(dead)
		h.SweepAll()
		h.Free() // the scavenger sees from now on what was freed before
		h.RetainGoal(tc.goal)
		h.Malloc(0, 2<<20, true) // 4 MiB were retained, 4 are mapped, 2 of them used
		if got := 1<<20 - h.Stats().HeapFree; got != tc.released {
			t.Errorf("goal %d: %d bytes were given back, want %d", tc.goal, got, tc.released)
		}
	}
}
