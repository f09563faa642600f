package alloc

import (
	"fmt"
	"math/bits"
	"testing"

	"pgregory.net/rapid"
)

// check returns the first invariant that h violates. It holds after every
// step; what is only true between operations is checked when none is going on.
func check(h *Heap) error {
	resting := len(h.todo) == 0
	owner := map[uint64]string{} // page to who has it
	own := func(start, n uint64, who string) error {
		for page := start; page < start+n; page++ {
			if other := owner[page]; other != "" {
				return fmt.Errorf("page %#x belongs to %s and to %s", page*pageSize, other, who)
			}
			owner[page] = who
		}
		return nil
	}
	var pagesInUse, slots uint64
	var bytes uint64
	large := 0
	spans := inUse(h)
	for i, s := range spans {
		if i > 0 && spans[i-1].end() > s.base {
			return fmt.Errorf("spans %#x and %#x overlap or are out of order", spans[i-1].base, s.base)
		}
		if !h.isMapped(s.base, s.end()) || s.base%pageSize != 0 {
			return fmt.Errorf("span %#x is outside the mapped heap", s.base)
		}
		if err := own(s.base/pageSize, s.npages, fmt.Sprintf("span %#x", s.base)); err != nil {
			return err
		}
		if err := checkSpan(h, s); err != nil {
			return fmt.Errorf("span %#x: %w", s.base, err)
		}
		pagesInUse += s.npages
		bytes += uint64(s.allocCount) * s.elemsize
		if s.class.class() == 0 {
			large++
		} else {
			slots += uint64(s.allocCount)
		}
	}
	free, scav, err := checkPages(&h.pages, resting, own)
	if err != nil {
		return err
	}
	for _, p := range h.procs {
		free += uint64(bits.OnesCount64(p.pcache.cache))
		scav += uint64(bits.OnesCount64(p.pcache.scav))
		for i := uint64(0); i < 64; i++ {
			if p.pcache.cache>>i&1 != 0 {
				if err := own(p.pcache.base/pageSize+i, 1, fmt.Sprintf("page cache of P %d", p.id)); err != nil {
					return err
				}
			}
		}
	}
	st := h.Stats()
	if resting {
		if got := uint64(len(owner)) * pageSize; got != st.Mapped {
			return fmt.Errorf("pages of %d bytes have an owner, %d bytes are mapped", got, st.Mapped)
		}
		if got := pagesInUse * pageSize; got != st.HeapInUse {
			return fmt.Errorf("spans have %d bytes, heapInUse is %d", got, st.HeapInUse)
		}
		if st.LargeLive != uint64(large) {
			return fmt.Errorf("%d large spans, statistics say %d", large, st.LargeLive)
		}
		if got := st.TotalAlloc - st.TotalFree; got != bytes {
			return fmt.Errorf("slots of %d bytes in use, statistics say %d", bytes, got)
		}
	}
	if st.PagesInUse != pagesInUse {
		return fmt.Errorf("spans have %d pages, pagesInUse is %d", pagesInUse, st.PagesInUse)
	}
	if st.HeapInUse+st.HeapFree+st.HeapReleased != st.Mapped {
		return fmt.Errorf("in use %d + free %d + released %d is not mapped %d", st.HeapInUse, st.HeapFree, st.HeapReleased, st.Mapped)
	}
	if st.HeapReleased != scav*pageSize {
		return fmt.Errorf("%d scavenged pages, heapReleased is %d", scav, st.HeapReleased)
	}
	if resting && st.HeapFree != (free-scav)*pageSize {
		return fmt.Errorf("%d free pages, %d scavenged, heapFree is %d", free, scav, st.HeapFree)
	}
	live := uint64(0)
	for _, c := range st.BySize[1:] {
		live += c.Allocs - c.Frees
	}
	if resting && live != slots {
		return fmt.Errorf("%d slots in use, statistics say %d", slots, live)
	}
	return checkSets(h, resting)
}

// inUse returns the spans in use, by address.
func inUse(h *Heap) (spans []*mspan) {
	h.eachSpan(func(s *mspan) { spans = append(spans, s) })
	return spans
}

// isMapped reports whether the page allocator has all addresses of a span.
func (h *Heap) isMapped(base, limit uint64) bool {
	for _, r := range h.pages.inUse {
		if r.base <= base && limit <= r.limit {
			return true
		}
	}
	return false
}

// checkPages looks at each page of a page allocator, at the summaries, which
// are between operations what the bitmaps make them, and at searchAddr. It
// returns the pages that are free and those that are scavenged.
func checkPages(p *pageAlloc, resting bool, own func(start, n uint64, who string) error) (free, scav uint64, err error) {
	lowest := maxOffAddr
	for _, r := range p.inUse {
		for base := r.base; base < r.limit; base += pallocChunkBytes {
			chunk := p.chunks[chunkIndex(base)]
			used := uint(0)
			for i := uint64(0); i < pallocChunkPages; i++ {
				inUse, scavenged := chunk.pallocBits[i/64]>>(i%64)&1 != 0, chunk.scavenged[i/64]>>(i%64)&1 != 0
				if inUse && scavenged {
					return 0, 0, fmt.Errorf("page %#x is in use and scavenged", base+i*pageSize)
				}
				if inUse {
					used++
					continue
				}
				if scavenged {
					scav++
				}
				free++
				lowest = min(lowest, offAddr(base+i*pageSize))
				if err := own(base/pageSize+i, 1, "nobody"); err != nil {
					return 0, 0, err
				}
			}
			if used != chunk.scav.inUse {
				return 0, 0, fmt.Errorf("chunk %#x has %d pages in use, the scavenger counts %d", base, used, chunk.scav.inUse)
			}
		}
	}
	if !resting {
		return free, scav, nil
	}
	if lowest < p.searchAddr {
		return 0, 0, fmt.Errorf("page %#x is free, below searchAddr %#x", uint64(lowest), uint64(p.searchAddr))
	}
	return free, scav, checkSummaries(p)
}

// checkSummaries counts the free runs under each summary, page by page.
func checkSummaries(p *pageAlloc) error {
	for l := 0; l < summaryLevels; l++ {
		for number, page := range p.summary[l].pages {
			for i, sum := range page {
				index := number<<p.summary[l].log + uint64(i)
				if l > 0 && sum != 0 && p.summary[l-1].get(index>>levelBits(l)) == 0 {
					return fmt.Errorf("summary %d at level %d is %x, the one above it is 0", index, l, sum)
				}
				if sum == 0 && l < summaryLeaf {
					continue // one below it that is not 0 is an error
				}
				base := index<<levelShift(l) + arenaBaseOffset
				if want := freeRuns(p, base, 1<<levelLogPages(l)); want != sum {
					return fmt.Errorf("summary at level %d for %#x is %x, the bitmaps say %x", l, base, sum, want)
				}
			}
		}
	}
	return nil
}

// freeRuns summarises pages the plain way.
func freeRuns(p *pageAlloc, base, npages uint64) pallocSum {
	start, most, run := ^uint(0), uint(0), uint(0)
	end := func() {
		if start == ^uint(0) {
			start = run
		}
		most, run = max(most, run), 0
	}
	for addr := base; addr < base+npages*pageSize; addr += pallocChunkBytes {
		chunk := p.chunks[chunkIndex(addr)]
		if chunk == nil {
			end()
			continue
		}
		for i := 0; i < pallocChunkPages; i++ {
			if chunk.pallocBits[i/64]>>(i%64)&1 != 0 {
				end()
			} else {
				run++
			}
		}
	}
	last := run
	end()
	return packPallocSum(start, most, last)
}

func checkSpan(h *Heap, s *mspan) error {
	if s.state != spanInUse {
		return fmt.Errorf("state %d", s.state)
	}
	switch s.sweepgen - h.sweepgen {
	case 0, 1, 3, ^uint32(0), ^uint32(1): // sg-1, sg-2
	default:
		return fmt.Errorf("sweepgen %d, the heap's is %d", s.sweepgen, h.sweepgen)
	}
	used := uint16(0)
	for slot := uint16(0); slot < s.nelems; slot++ {
		if s.used(slot) {
			used++
		} else if bit(s.gcmarkBits, slot) {
			return fmt.Errorf("slot %d is marked and free", slot)
		}
	}
	// A large object's slot is counted once the span is there.
	if used != s.allocCount {
		return fmt.Errorf("%d slots are used, allocCount is %d", used, s.allocCount)
	}
	return nil
}

// checkSets looks at who holds each span.
func checkSets(h *Heap, resting bool) error {
	held := map[*mspan]string{}
	hold := func(s *mspan, who string) error {
		if other := held[s]; other != "" {
			return fmt.Errorf("span %#x is held by %s and by %s", s.base, other, who)
		}
		held[s] = who
		return nil
	}
	for i := range h.central {
		c := &h.central[i]
		for _, s := range c.partialSwept(h.sweepgen).all() {
			if s.sweepgen != h.sweepgen || s.free() == 0 || s.allocCount == 0 {
				return fmt.Errorf("span %#x with sweepgen %d, %d of %d used in the partial swept set", s.base, s.sweepgen, s.allocCount, s.nelems)
			}
			if err := hold(s, "the partial set"); err != nil {
				return err
			}
		}
		for _, s := range c.fullSwept(h.sweepgen).all() {
			if s.sweepgen != h.sweepgen || resting && s.free() != 0 {
				return fmt.Errorf("span %#x with sweepgen %d, %d of %d used in the full swept set", s.base, s.sweepgen, s.allocCount, s.nelems)
			}
			if err := hold(s, "the full set"); err != nil {
				return err
			}
		}
		unswept := append(append([]*mspan(nil), c.partialUnswept(h.sweepgen).all()...), c.fullUnswept(h.sweepgen).all()...)
		if h.swept && len(unswept) != 0 {
			return fmt.Errorf("sweeping is done, and %d spans of class %d are unswept", len(unswept), c.spanclass.class())
		}
		for _, s := range unswept {
			if s.sweepgen != h.sweepgen-2 {
				continue // swept by the reclaimer
			}
			if err := hold(s, "an unswept set"); err != nil {
				return err
			}
		}
	}
	for _, p := range h.procs {
		for spc, s := range p.cache.alloc {
			if s == nil {
				continue
			}
			if s.class != spanClass(spc) {
				return fmt.Errorf("span %#x of class %d is cached as %d", s.base, s.class, spc)
			}
			if resting && s.sweepgen != h.sweepgen+3 {
				return fmt.Errorf("cached span %#x has sweepgen %d, the heap's is %d", s.base, s.sweepgen, h.sweepgen)
			}
			if resting {
				if err := hold(s, fmt.Sprintf("P %d", p.id)); err != nil {
					return err
				}
			}
		}
	}
	if resting {
		for _, s := range inUse(h) {
			if held[s] == "" {
				return fmt.Errorf("span %#x is held by nobody", s.base)
			}
		}
	}
	return nil
}

// tracker is the program that uses a heap: it knows what is alive.
type tracker struct {
	h     *Heap
	live  []Object
	words runs // 8-byte words that are part of a live slot
	used  runs // words that ever were part of one
}

// malloc allocates step by step and checks what it got.
func (tr *tracker) malloc(t *rapid.T, p, size int, noscan bool) {
	h := tr.h
	tr.forgetScavenged()
	h.BeginMalloc(p, size, noscan)
	for h.Step() {
		if err := check(h); err != nil {
			t.Fatalf("after %v of a request for %d bytes: %v", h.Why()[len(h.Why())-1], size, err)
		}
	}
	o := h.Last()
	if size == 0 {
		if o.Addr != ZeroBase {
			t.Fatalf("size 0 is at %#x", o.Addr)
		}
		return
	}
	s := h.spanAt(o.Addr)
	if s == nil || s.base != o.Span || o.Addr+uint64(size) > s.limit || s.slotOf(o.Addr) != uint16(o.Index) ||
		o.Addr+uint64(size) > s.addr(uint16(o.Index))+s.elemsize {
		t.Fatalf("%v does not lie in its slot", o)
	}
	fit := FitOf(size, noscan)
	if o.Slot != fit.Slot || o.Header != (fit.Header != 0) || o.Class != fit.Class {
		t.Fatalf("%v, FitOf says %v", o, fit)
	}
	if align := uint64(alignment(size, noscan)); o.Addr%align != 0 {
		t.Fatalf("%v is not aligned to %d", o, align)
	}
	if o.Served == ByTiny {
		tr.live = append(tr.live, o)
		return // shares a slot that is known
	}
	start, n := uint64(s.addr(uint16(o.Index)))/8, uint64(o.Slot)/8
	if tr.words.overlap(start, n) != 0 {
		t.Fatalf("%v overlaps a live object", o)
	}
	if tr.used.overlap(start, n) != 0 && !o.Zeroed {
		t.Fatalf("%v has old memory that was not cleared", o)
	}
	tr.words.add(start, n)
	tr.used.add(start, n)
	tr.live = append(tr.live, o)
}

// forgetScavenged: a page that the system has taken back is zero when it comes
// again.
func (tr *tracker) forgetScavenged() {
	for ci, chunk := range tr.h.pages.chunks {
		if len(tr.used) == 0 {
			return
		}
		for i := uint64(0); i < pallocChunkPages; i++ {
			if chunk.scavenged[i/64]>>(i%64)&1 != 0 {
				tr.used.remove((chunkBase(ci)+i*pageSize)/8, pageSize/8)
			}
		}
	}
}

// alignment is what Go's types of that size may need.
func alignment(size int, noscan bool) int {
	if noscan && size < 16 {
		for _, a := range []int{8, 4, 2} {
			if size%a == 0 {
				return a
			}
		}
		return 1
	}
	if size > maxSmallRequest {
		return pageSize
	}
	return 8
}

// collect keeps the objects that keep says; the others are garbage, except
// where they share a tiny block with one that is kept.
func (tr *tracker) collect(t *rapid.T, keep func(i int) bool) {
	var live []Object
	for i, o := range tr.live {
		if keep(i) {
			live = append(live, o)
		}
	}
	h := tr.h
	h.StartMark()
	for _, o := range live {
		h.Mark(o.Addr)
	}
	// The Ps' tiny blocks are kept as a whole.
	for _, o := range tr.live {
		for _, p := range h.procs {
			if o.Slot == tinySize && p.cache.tiny == o.Addr&^15 {
				live = append(live, o)
			}
		}
	}
	tr.live = live
	tr.words = nil
	for _, o := range live {
		s := h.spanAt(o.Addr)
		tr.words.add(s.addr(uint16(o.Index))/8, s.elemsize/8)
	}
	h.BeginSweep()
	for h.Step() {
		if err := check(h); err != nil {
			t.Fatalf("after %v: %v", h.Why()[len(h.Why())-1], err)
		}
	}
}

func drawSize(t *rapid.T) (int, bool) {
	size := rapid.OneOf(
		rapid.IntRange(0, 15), rapid.IntRange(16, 512), rapid.SampledFrom([]int{512, 513, 1016, 1017, 1024, 32752, 32753, 32760, 32761}),
		rapid.IntRange(513, 33000), rapid.IntRange(33000, 300000),
	).Draw(t, "size")
	return size, rapid.Bool().Draw(t, "noscan")
}

// TestInvariants runs random programs on several Ps and checks the whole state
// after every step.
func TestInvariants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tr := &tracker{h: New(Config{Procs: 3, Record: true})}
		h := tr.h
		proc := func() int { return rapid.IntRange(0, 2).Draw(t, "p") }
		t.Repeat(map[string]func(*rapid.T){
			"malloc": func(t *rapid.T) {
				size, noscan := drawSize(t)
				tr.malloc(t, proc(), size, noscan)
			},
			"many": func(t *rapid.T) {
				size, noscan := drawSize(t)
				p := proc()
				for range rapid.IntRange(1, 20).Draw(t, "n") {
					tr.malloc(t, p, size, noscan)
				}
			},
			"collect": func(t *rapid.T) {
				mod := rapid.IntRange(1, 5).Draw(t, "mod")
				tr.collect(t, func(i int) bool { return i%mod == 0 })
			},
			"collectAll": func(t *rapid.T) { tr.collect(t, func(int) bool { return false }) },
			"sweepOne":   func(*rapid.T) { h.SweepOne() },
			"sweepAll":   func(*rapid.T) { h.SweepAll() },
			"flushCache": func(*rapid.T) { h.FlushCache(proc()) },
			"scavenge": func(t *rapid.T) {
				h.Scavenge(rapid.Uint64Range(0, 8<<20).Draw(t, "bytes"), rapid.Bool().Draw(t, "force"))
			},
			"pace": func(t *rapid.T) {
				h.PaceSweep(h.Stats().HeapLive + rapid.Uint64Range(0, 4<<20).Draw(t, "distance"))
			},
			"retain":         func(t *rapid.T) { h.RetainGoal(rapid.Uint64Range(0, 16<<20).Draw(t, "goal")) },
			"flushPageCache": func(*rapid.T) { h.FlushPageCache(proc()) },
			"mallocWhileMarking": func(t *rapid.T) {
				h.StartMark()
				size, noscan := drawSize(t)
				tr.malloc(t, proc(), size, noscan)
				tr.collect(t, func(i int) bool { return i%2 == 0 || i == len(tr.live)-1 })
			},
			"": func(t *rapid.T) {
				if err := check(h); err != nil {
					t.Fatal(err)
				}
				live := tr.words.size() * 8
				if got := h.Stats().HeapLive; got < live {
					t.Fatalf("heapLive is %d, objects of %d bytes are alive", got, live)
				}
			},
		})
	})
}
