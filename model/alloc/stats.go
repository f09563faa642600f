package alloc

// Stats are the heap's numbers. The objects and bytes allocated and freed are
// counted as if every mcache had just been flushed, as ReadMemStats does first
// (runtime/mstats.go: readmemstats_m).
type Stats struct {
	HeapLive     uint64 // bytes of live objects as the pacer sees them: marked, plus all of every span cached since
	HeapScan     uint64 // bytes allocated since the last collection that may hold pointers, without what mcaches have not yet reported
	HeapInUse    uint64 // bytes of spans
	HeapFree     uint64 // bytes of pages that are free and have memory behind them
	HeapReleased uint64 // bytes of pages that are free and have none
	Mapped       uint64 // bytes made usable so far: the three above together
	PagesInUse   uint64 // pages of spans
	PagesSwept   uint64 // pages swept in this cycle

	Mallocs    uint64 // objects allocated, each tiny one counted
	Frees      uint64 // objects freed; one that shares a tiny block counts as freed at once, its block when it is swept
	TinyAllocs uint64 // objects that were put into a block that was there
	TotalAlloc uint64 // bytes of slots allocated
	TotalFree  uint64 // bytes of slots freed
	LargeLive  uint64 // large objects not yet swept away
	BySize     []ClassStats

	HeapLocks    int // how often mheap.lock was taken
	CentralLocks int // how often the lock of a span set of an mcentral was taken
}

// ClassStats are the numbers of one size class, scan and noscan together.
type ClassStats struct {
	Class  int
	Size   int
	Allocs uint64 // slots given out
	Frees  uint64 // slots swept free
	Spans  int    // spans in use
}

// Stats returns the numbers, and changes nothing.
func (h *Heap) Stats() Stats {
	c := h.stats
	for _, p := range h.procs {
		c.tinyAllocs += p.cache.tinyAllocs
		for _, s := range p.cache.alloc {
			if s == nil {
				continue
			}
			n := uint64(s.allocCount - s.allocCountBeforeCache)
			c.smallAllocs[s.class.class()] += n
			c.totalAlloc += n * s.elemsize
		}
	}
	st := Stats{
		HeapLive: c.heapLive, HeapScan: c.heapScan, HeapInUse: c.heapInUse, HeapFree: c.heapFree,
		HeapReleased: c.heapReleased, Mapped: c.mapped,
		PagesInUse: c.pagesInUse, PagesSwept: c.pagesSwept,
		Mallocs: c.largeAllocs + c.tinyAllocs, Frees: c.largeFrees + c.tinyAllocs,
		TinyAllocs: c.tinyAllocs, TotalAlloc: c.totalAlloc, TotalFree: c.totalFree,
		LargeLive: c.largeAllocs - c.largeFrees,
		HeapLocks: c.heapLocks, CentralLocks: c.centralLocks,
		BySize: make([]ClassStats, numSizeClasses),
	}
	for id := range st.BySize {
		st.BySize[id] = ClassStats{
			Class: id, Size: int(classToSize[id]),
			Allocs: c.smallAllocs[id], Frees: c.smallFrees[id],
		}
		st.Mallocs += c.smallAllocs[id]
		st.Frees += c.smallFrees[id]
	}
	st.BySize[0].Allocs, st.BySize[0].Frees = c.largeAllocs, c.largeFrees
	h.eachSpan(func(s *mspan) { st.BySize[s.class.class()].Spans++ })
	return st
}
