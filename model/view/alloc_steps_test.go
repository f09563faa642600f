package view

import (
	"fmt"
	"math/bits"
	"math/rand/v2"
	"strings"
	"testing"

	"rtbook/model/alloc"
)

// driver does random things to a heap.
type driver struct {
	h    *alloc.Heap
	r    *rand.Rand
	live []alloc.Object
}

// step does one thing, or lets what was begun go on.
func (d *driver) step() {
	h, r := d.h, d.r
	if r.IntN(3) > 0 {
		if h.Step() {
			return
		}
	}
	p := r.IntN(h.Procs())
	switch r.IntN(40) {
	case 0:
		h.Run()
		kept := d.live[:0]
		for _, o := range d.live {
			if r.IntN(3) > 0 {
				kept = append(kept, o)
			}
		}
		d.live = kept
		h.Collect(d.live...)
	case 1, 2, 3:
		h.SweepOne()
	case 4:
		h.FlushCache(p)
	case 5:
		h.FlushPageCache(p)
	case 6:
		if r.IntN(10) == 0 {
			h.SweepAll()
		}
	case 7:
		d.live = append(d.live, h.Malloc(p, 33000+r.IntN(1<<20), r.IntN(2) == 0))
	default:
		sizes := []int{0, 5, 8, 13, 24, 48, 600, 2048, 9000, 30000}
		size, noscan := sizes[r.IntN(len(sizes))], r.IntN(2) == 0
		if r.IntN(2) == 0 {
			h.BeginMalloc(p, size, noscan) // and is left to be stepped
		} else if o := h.Malloc(p, size, noscan); o.Size > 0 {
			d.live = append(d.live, o)
		}
	}
}

// The panels, replayed from events and effects, are what Snapshot says, at the
// end and at random points on the way.
func TestAllocStepsFollowTheHeap(t *testing.T) {
	r := seedOf(t)
	points := 0
	for range 12 {
		cfg, seed, n := alloc.Config{Procs: 1 + r.IntN(3), Record: true}, r.Uint64(), 50+r.IntN(700)
		if r.IntN(2) == 0 {
			cfg.Trigger = func(live uint64) uint64 { return 2*live + 1<<20 }
		}
		play := func(after func(d *driver)) *alloc.Heap {
			d := &driver{h: alloc.New(cfg), r: rand.New(rand.NewPCG(seed, 0))}
			for range n {
				d.step()
				after(d)
			}
			return d.h
		}
		h := play(func(*driver) {})
		s := AllocSteps(h)
		checkStepper(t, s)
		c := screenOf(s)
		twin := play(func(d *driver) {
			if r.IntN(15) == 0 {
				points++
				compareAlloc(t, c, d.h)
			}
		})
		compareAlloc(t, c, twin)
		if t.Failed() {
			t.Fatalf("%d Ps, program %d of %d operations", cfg.Procs, seed, n)
		}
	}
	if points < 80 {
		t.Errorf("compared at %d points: too few to say anything", points)
	}
}

func compareAlloc(t *testing.T, c *screen, h *alloc.Heap) {
	t.Helper()
	n := len(h.Events())
	if n == 0 {
		return // no step has shown anything yet
	}
	c.to(t, n)
	snap := h.Snapshot()
	spans := map[uint64]alloc.Span{}
	for _, s := range snap.Spans {
		spans[s.Base] = s
	}
	panels := map[string][]string{}
	for _, p := range c.s.Panels {
		panels[p.Name] = p.Rows
	}
	want := func(panel, row, got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("after event %d, %q of %s: %q, want %q", n, row, panel, got, want)
		}
	}
	inCache, slots := map[string]string{}, map[string]string{}
	for _, p := range snap.Procs {
		for _, k := range p.Cache {
			s := spans[k.Span]
			row := fmt.Sprintf("P%d %s", p.ID, rowName(s))
			inCache[row] = pageText(s.Base)
			slots[row] = slotDigits(s)
		}
	}
	for _, row := range panels["mcache"] {
		want("mcache", row, c.text("mcache", row), inCache[row])
		want("slots", row, c.tones("Slots of these spans", row), slots[row])
	}
	lists := map[string]string{}
	for _, k := range snap.Central {
		for words, bases := range map[string][]uint64{
			"partial": k.PartialSwept, "partial, unswept": k.PartialUnswept, "full": k.FullSwept, "full, unswept": k.FullUnswept,
		} {
			if len(bases) > 0 {
				lists[rowName(spans[bases[0]])+" "+words] = pageTexts(bases)
			}
		}
	}
	for _, row := range panels["mcentral"] {
		want("mcentral", row, c.text("mcentral", row), lists[row])
	}
	comparePages(t, c, snap, panels["Pages, 64 in a row"])
	want("Heap", "sweepgen", c.text("Heap", "sweepgen"), fmt.Sprint(snap.SweepGen))
	want("Heap", "locks", c.text("Heap", "mheap.lock taken")+" "+c.text("Heap", "span set lock taken"),
		fmt.Sprint(snap.Stats.HeapLocks, snap.Stats.CentralLocks))
	if marking := c.text("Heap", "phase") == "marking"; marking != snap.Marking {
		t.Errorf("after event %d the phase is %q, and Marking %v", n, c.text("Heap", "phase"), snap.Marking)
	}
}

// comparePages compares each page that is shown with the page allocator's
// bitmap, the spans and the page caches.
func comparePages(t *testing.T, c *screen, snap alloc.Snapshot, rows []string) {
	t.Helper()
	kind := map[uint64]byte{}
	for _, k := range snap.Chunks {
		for i := range 512 {
			page := k.Base + uint64(i)*8192
			if kind[page] = '0'; k.InUse[i/64]>>(i%64)&1 != 0 {
				kind[page] = '8' // taken, and none of what follows
			}
		}
	}
	for _, s := range snap.Spans {
		for i := range s.Pages {
			if kind[s.Base+uint64(i)*8192] = '1'; s.Class == 0 {
				kind[s.Base+uint64(i)*8192] = '5'
			}
		}
	}
	for _, p := range snap.Procs {
		for free := p.PageFree; free != 0; free &= free - 1 {
			kind[p.PageBase+uint64(bits.TrailingZeros64(free))*8192] = '6'
		}
	}
	for _, row := range rows {
		var base uint64
		fmt.Sscanf(row, "0x%x", &base)
		want := ""
		for i := range uint64(64) {
			if k, ok := kind[base+i*8192]; ok {
				want += string(k)
			}
		}
		if got := c.tones("Pages, 64 in a row", row); got != want {
			t.Errorf("after event %d, pages from %s on:\n got %s\nwant %s", c.at, row, got, want)
		}
	}
}

func rowName(s alloc.Span) string {
	kind := "scan"
	if s.Noscan {
		kind = "noscan"
	}
	if s.Class == 0 {
		return "large " + kind
	}
	return fmt.Sprintf("%d B %s", s.SlotSize, kind)
}

func pageText(base uint64) string { return fmt.Sprintf("page %d", (base-0xc000000000)/8192) }

func pageTexts(bases []uint64) string {
	var words []string
	for i, b := range bases {
		if i == 32 {
			words = append(words, fmt.Sprintf("+%d", len(bases)-32))
			break
		}
		words = append(words, pageText(b))
	}
	return strings.Join(words, " ")
}

func slotDigits(s alloc.Span) string {
	var b strings.Builder
	for i := range min(s.Slots, 512) {
		switch {
		case s.Marked[i]:
			b.WriteByte('2')
		case s.InUse[i]:
			b.WriteByte('1')
		default:
			b.WriteByte('0')
		}
	}
	return b.String()
}
