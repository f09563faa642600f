package alloc

import (
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"strings"
	"testing"
)

// TestRealHeap loads the state of a real heap into the model, has both do the
// same random requests, sweeps and flushes, and compares every address and, at
// the end, the whole state: every span with its slots, every list in its order,
// every page and every arena. Then the real one collects, and it begins again
// with spans that are unswept.
func TestRealHeap(t *testing.T) {
	program := overlayProgram(t, "heap.go.txt")
	for _, seed := range freshSeeds(4, 100) {
		lines := runProgram(t, program, []string{"GOMAXPROCS=1", "GOGC=off", "GODEBUG=", "GOMEMLIMIT=off"},
			strconv.FormatUint(seed, 10), "6", "4000")
		compareHeaps(t, seed, lines)
	}
}

// compareHeaps replays each round: the heap before, what happened, the heap
// after.
func compareHeaps(t *testing.T, seed uint64, lines []string) {
	mallocs, swept := 0, uint64(0)
	classes := map[spanClass]bool{}
	for round := 1; lines[0] != "end"; round++ {
		h := New(Config{Record: round%2 == 0})
		before := untilDumped(lines)
		loadHeap(t, h, before)
		lines = lines[len(before)+1:]
		if diff := firstDifference(before, dumpHeap(h)); diff != "" {
			t.Fatalf("seed %d, round %d, as loaded: %s", seed, round, diff)
		}
		was := h.stats.pagesSwept
		for ; !strings.HasPrefix(lines[0], "heap "); lines = lines[1:] {
			op := parseOperation(t, lines[0])
			if op.name == "malloc" {
				mallocs++
			}
			if got := replayHeap(t, h, op); got != "" {
				t.Fatalf("seed %d, round %d, request %d: real %q, the model's: %s", seed, round, mallocs, lines[0], got)
			}
		}
		after := untilDumped(lines)
		lines = lines[len(after)+1:]
		if diff := firstDifference(after, dumpHeap(h)); diff != "" {
			t.Fatalf("seed %d, round %d, at the end: %s", seed, round, diff)
		}
		swept += h.stats.pagesSwept - was
		h.eachSpan(func(s *mspan) { classes[s.class] = true })
	}
	// Every class but the one of 8 bytes without pointers, which are tiny.
	if len(classes) != numSpanClasses-1 {
		t.Errorf("seed %d: spans of %d classes", seed, len(classes))
	}
	if mallocs < 10000 || swept < 100 {
		t.Errorf("seed %d: only %d requests and %d pages swept", seed, mallocs, swept)
	}
}

func untilDumped(lines []string) []string {
	for i, line := range lines {
		if line == "dumped" {
			return lines[:i]
		}
	}
	return nil
}

func firstDifference(real, model []string) string {
	for i := range max(len(real), len(model)) {
		r, m := "nothing", "nothing"
		if i < len(real) {
			r = real[i]
		}
		if i < len(model) {
			m = model[i]
		}
		if r != m {
			return fmt.Sprintf("line %d: real %q, the model's %q", i+1, r, m)
		}
	}
	return ""
}

func replayHeap(t *testing.T, h *Heap, op operation) string {
	switch a := op.args; op.name {
	case "malloc":
		if o := h.Malloc(0, int(a[0]), a[1] == 1); o.Addr != a[2] {
			return o.String()
		}
	case "pace":
		h.PaceSweep(a[0])
	case "nopace":
		h.pace.sweepPagesPerByte = 0
	case "flush":
		h.FlushCache(0)
	case "sweepone":
		if more := h.SweepOne(); more != (a[0] != 1<<62) {
			return fmt.Sprintf("sweepone: %v", more)
		}
	default:
		t.Fatalf("unknown operation %q", op.name)
	}
	return ""
}

// doneSweeping is the runtime's sweepClassDone.
const doneSweeping = math.MaxUint32

// loadHeap gives h the state that dumpHeap, or the real one, has printed.
func loadHeap(t *testing.T, h *Heap, lines []string) {
	c := &h.procs[0].cache
	h.arenaHints, h.lowest = nil, 0
	span := func(base uint64) *mspan {
		s := h.spanAt(base)
		if s == nil {
			t.Fatalf("no span at %#x", base)
		}
		return s
	}
	var sweepArenas int
	for _, line := range lines {
		op := parseOperation(t, line)
		switch a := op.args; op.name {
		case "heap":
			h.sweepgen, h.swept = uint32(a[0]), a[1] == 1
			h.sweepIndex = int(min(a[2], 2*numSpanClasses))
			h.reclaimIndex, h.reclaimCredit, sweepArenas = a[3], a[4], int(a[5])
		case "live":
			h.stats.heapLive, h.stats.pagesInUse, h.stats.pagesSwept = a[0], a[1], a[2]
		case "pace":
			h.pace.sweepPagesPerByte = math.Float64frombits(a[0])
			h.pace.sweepHeapLiveBasis, h.pace.pagesSweptBasis = a[1], a[2]
		case "bytes":
			st := &h.stats
			st.heapInUse, st.heapFree, st.heapReleased, st.totalAlloc, st.totalFree = a[0], a[1], a[2], a[3], a[4]
		case "counts":
			h.stats.tinyAllocs, h.stats.largeAllocs, h.stats.largeFrees = a[0], a[1], a[2]
		case "scan":
			h.stats.heapScan, c.scanAlloc, c.tinyAllocs = a[0], a[1], a[2]
		case "small":
			h.stats.smallAllocs[a[0]], h.stats.smallFrees[a[0]] = a[1], a[2]
		case "cur":
			h.curArena = addrRange{a[0], a[1]}
		case "hint":
			h.arenaHints = append(h.arenaHints, arenaHint{a[0], a[1] == 1})
		case "arena":
			h.addArenas(arenaBase(a[0]), heapArenaBytes)
			h.arenas[a[0]].zeroedBase = a[1]
			h.sweepArenas = h.heapArenas[:min(sweepArenas, len(h.heapArenas))]
		case "search":
			h.pages.searchAddr = offAddr(a[0])
		case "range":
			search := h.pages.searchAddr
			h.pages.addChunks(a[0], a[1]-a[0])
			h.pages.searchAddr = search
		case "bits":
			chunk := h.pages.chunks[chunkIndex(a[0])]
			chunk.pallocBits[a[1]], chunk.scavenged[a[1]] = a[2], a[3]
			chunk.scav.inUse += uint(bits.OnesCount64(a[2]))
			h.pages.update(a[0], pallocChunkPages, false, false)
		case "span":
			loadSpan(h, a)
		case "slots":
			s := span(a[0])
			s.allocBits[a[1]/64], s.gcmarkBits[a[1]/64] = a[2], a[3]
		case "partialswept":
			h.push(h.central[a[0]].partialSwept(h.sweepgen), span(a[1]))
		case "partialunswept":
			h.push(h.central[a[0]].partialUnswept(h.sweepgen), span(a[1]))
		case "fullswept":
			h.push(h.central[a[0]].fullSwept(h.sweepgen), span(a[1]))
		case "fullunswept":
			h.push(h.central[a[0]].fullUnswept(h.sweepgen), span(a[1]))
		case "pcache":
			h.procs[0].pcache = pageCache{a[0], a[1], a[2]}
		case "tiny":
			c.tiny, c.tinyoffset, c.flushGen = a[0], a[1], uint32(a[2])
		case "cached":
			c.alloc[a[0]] = span(a[1])
		default:
			t.Fatalf("unknown line %q", line)
		}
	}
}

func loadSpan(h *Heap, a []uint64) {
	s := &mspan{base: a[0], npages: a[1]}
	s.init(spanClass(a[2]), uint32(a[3]), a[10] == 1)
	s.nelems, s.limit = uint16(a[4]), a[5]
	s.freeindex, s.allocCount, s.allocCountBeforeCache = uint16(a[6]), uint16(a[7]), uint16(a[8])
	s.allocCache = a[9]
	h.setSpans(s)
	h.setInUse(s, true)
	if a[11] == 1 {
		ha, page := h.pageOf(s.base)
		ha.pageMarks[page/64] |= 1 << (page % 64)
	}
}

// dumpHeap prints h as testdata/overlay/heap_runtime.go.txt prints a real one.
func dumpHeap(h *Heap) []string {
	var lines []string
	add := func(name string, numbers ...any) {
		lines = append(lines, name+" "+strings.TrimSuffix(fmt.Sprintln(numbers...), "\n"))
	}
	index := uint64(h.sweepIndex)
	if h.sweepIndex == 2*numSpanClasses {
		index = doneSweeping
	}
	add("heap", h.sweepgen, h.swept, index, h.reclaimIndex, h.reclaimCredit, len(h.sweepArenas))
	add("live", h.stats.heapLive, h.stats.pagesInUse, h.stats.pagesSwept)
	add("pace", math.Float64bits(h.pace.sweepPagesPerByte), h.pace.sweepHeapLiveBasis, h.pace.pagesSweptBasis)
	st, c := &h.stats, &h.procs[0].cache
	add("bytes", st.heapInUse, st.heapFree, st.heapReleased, st.totalAlloc, st.totalFree)
	add("counts", st.tinyAllocs, st.largeAllocs, st.largeFrees)
	add("scan", st.heapScan, c.scanAlloc, c.tinyAllocs)
	for class := 1; class < numSizeClasses; class++ {
		add("small", class, st.smallAllocs[class], st.smallFrees[class])
	}
	add("cur", h.curArena.base, h.curArena.limit)
	for _, hint := range h.arenaHints {
		add("hint", hint.addr, hint.down)
	}
	for _, index := range h.heapArenas {
		add("arena", index, h.arenas[index].zeroedBase)
	}
	add("search", uint64(h.pages.searchAddr))
	for _, r := range h.pages.inUse {
		add("range", r.base, r.limit)
		for ci := chunkIndex(r.base); ci < chunkIndex(r.limit); ci++ {
			for i, w := range h.pages.chunks[ci].pallocBits {
				add("bits", chunkBase(ci), i, w, h.pages.chunks[ci].scavenged[i])
			}
		}
	}
	for _, s := range inUse(h) {
		dumpSpan(h, s, add)
	}
	for spc := range h.central {
		central := &h.central[spc]
		dumpSet("partialswept", spc, central.partialSwept(h.sweepgen), h.sweepgen, add)
		dumpSet("partialunswept", spc, central.partialUnswept(h.sweepgen), h.sweepgen-2, add)
		dumpSet("fullswept", spc, central.fullSwept(h.sweepgen), h.sweepgen, add)
		dumpSet("fullunswept", spc, central.fullUnswept(h.sweepgen), h.sweepgen-2, add)
	}
	p := &h.procs[0].pcache
	add("pcache", p.base, p.cache, p.scav)
	add("tiny", c.tiny, c.tinyoffset, c.flushGen)
	for spc, s := range c.alloc {
		if s != nil {
			add("cached", spc, s.base)
		}
	}
	return lines
}

func dumpSpan(h *Heap, s *mspan, add func(string, ...any)) {
	needzero := 0
	if s.needzero {
		needzero = 1
	}
	ha, page := h.pageOf(s.base)
	add("span", s.base, s.npages, uint8(s.class), s.sweepgen, s.nelems, s.limit, s.freeindex, s.allocCount,
		s.allocCountBeforeCache, s.allocCache, needzero, ha.pageMarks[page/64]>>(page%64)&1)
	for i := range s.allocBits {
		if s.allocBits[i] != 0 || s.gcmarkBits[i] != 0 {
			add("slots", s.base, i*64, s.allocBits[i], s.gcmarkBits[i])
		}
	}
}

func dumpSet(name string, spc int, set *spanSet, sweepgen uint32, add func(string, ...any)) {
	for _, s := range set.all() {
		if s.state == spanInUse && s.sweepgen == sweepgen {
			add(name, spc, s.base)
		}
	}
}
