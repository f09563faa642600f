package alloc

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"rtbook/model/event"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestSnapshot(t *testing.T) {
	h := New(Config{Procs: 2})
	a := fill(h, 126, 64, true)
	fill(h, 1, 64, true)
	h.Malloc(0, 5, true)
	h.Malloc(1, 600, false)
	large := h.Malloc(1, 1<<20, true)
	h.Collect(a[7], large)

	// Before the sweep: the flush swept what was cached (64 and 600 bytes went,
	// the tiny block stayed), the full and the large span wait.
	want := Snapshot{
		SweepGen: 2,
		Arenas:   []Arena{{Base: heapBase, Mapped: 4 << 20, InUse: 2*8192 + 1<<20, Zeroed: 256 * 8192, Spans: 3, Marked: 3}},
		Next:     Range{heapBase + 4<<20, heapBase + 64<<20},
		Procs: []Proc{
			{ID: 0, PageBase: heapBase, PageFree: ^uint64(7), PageScav: ^uint64(7), FlushGen: 2},
			{ID: 1, PageBase: heapBase + 64*8192, PageFree: ^uint64(1), PageScav: ^uint64(1), FlushGen: 2},
		},
		Central: []Central{
			{Class: 0, Noscan: true, FullUnswept: []uint64{heapBase + 128*8192}},
			{Class: 2, Noscan: true, PartialSwept: []uint64{heapBase + 2*8192}},
			{Class: 6, Noscan: true, FullUnswept: []uint64{heapBase}},
		},
		Free: []Pages{{heapBase + 8192, 1}, {heapBase + 64*8192, 1}, {heapBase + 256*8192, 256}},
		Chunks: []Chunk{{
			Base:      heapBase,
			InUse:     []uint64{^uint64(1 << 1), ^uint64(1), ^uint64(0), ^uint64(0), 0, 0, 0, 0},
			Scavenged: []uint64{0, 0, 0, 0, ^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0)},
		}},
		Summary: []Summary{
			{Level: 0, Base: heapBase, Pages: 1 << 21, Max: 256},
			{Level: 1, Base: heapBase, Pages: 1 << 18, Max: 256},
			{Level: 2, Base: heapBase, Pages: 1 << 15, Max: 256},
			{Level: 3, Base: heapBase, Pages: 1 << 12, Max: 256},
			{Level: 4, Base: heapBase, Pages: 512, Max: 256, End: 256},
		},
		Search: heapBase + 8192,
	}
	got := h.Snapshot()
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(Snapshot{}, "Spans", "Stats")); diff != "" {
		t.Errorf("snapshot (-want +got):\n%s", diff)
	}
	var spans []string
	for _, s := range got.Spans {
		spans = append(spans, fmt.Sprintf("%d pages, %d of %d used, marked %d, %s", s.Pages, s.Used, s.Slots, marked(s), s.Where))
	}
	if diff := cmp.Diff([]string{
		"1 pages, 126 of 126 used, marked 1, mcentral, full, unswept",
		"1 pages, 1 of 504 used, marked 0, mcentral, partial",
		"128 pages, 1 of 1 used, marked 1, mcentral, full, unswept",
	}, spans); diff != "" {
		t.Errorf("spans (-want +got):\n%s", diff)
	}
	if !got.Spans[0].Marked[7] {
		t.Error("slot 7 is not marked")
	}
	// Plain data survives encoding.
	text, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	var again Snapshot
	if err := json.Unmarshal(text, &again); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(got, again); diff != "" {
		t.Errorf("encoded and decoded (-before +after):\n%s", diff)
	}
}

func marked(s Span) int {
	n := 0
	for _, m := range s.Marked {
		if m {
			n++
		}
	}
	return n
}

func TestText(t *testing.T) {
	h := New(Config{Record: true})
	zero := h.Malloc(0, 0, true)
	small := h.Malloc(0, 50, true)
	h.Malloc(0, 1, true)
	tiny := h.Malloc(0, 1, true)
	large := h.Malloc(0, 40000, false)
	span, _ := h.Span(small.Addr)
	for _, tc := range []struct {
		got  fmt.Stringer
		want string
	}{
		{zero, "0 bytes at 0x5a0000: zerobase"},
		{small, "50 bytes at 0xc000000000: slot 0 of 64 bytes (class 6 noscan), from mheap, locks: mheap 2, mcentral 0"},
		{tiny, "1 byte at 0xc000002001: slot 0 of 16 bytes (class 2 noscan), from tiny block, no lock"},
		{large, "40000 bytes at 0xc000004000: a large object of 5 pages, from mheap, locks: mheap 0, mcentral 1"},
		{span, "span 0xc000000000: 1 page, class 6 noscan, 1 of 126 slots of 64 bytes used, in mcache of P 0"},
		{Span{}, "no span"},
		{FitOf(50, true), "    50 bytes  class  6  slot     64  header 0  waste    14 (21.9%)"},
		{FitOf(40000, true), " 40000 bytes  pages     slot  40960  header 0  waste   960 ( 2.3%)"},
		{Classes()[6], " 6     64 B   1 pages   126 noscan   124 scan  23.44% worst waste"},
		{ByTiny, "tiny block"},
		{Served(9), "Served(9)"},
	} {
		if got := tc.got.String(); got != tc.want {
			t.Errorf("got  %q\nwant %q", got, tc.want)
		}
	}
	if want := "#" + strings.Repeat(".", 63) + "\n" + strings.Repeat(".", 62) + "\n"; span.Map() != want {
		t.Errorf("map:\n%swant:\n%s", span.Map(), want)
	}
	if got, want := h.Story(), " 1  mallocgc         40000 bytes, class 0, slot 40960            above 32760 bytes: a span of its own\n"; !strings.HasPrefix(got, want) {
		t.Errorf("story:\n%swant it to begin:\n%s", got, want)
	}
	if got := h.String(); !strings.HasPrefix(got, "mapped 4096 KiB = in use 56 + free 0 + released 4040\nspan 0xc000000000: 1 page") {
		t.Errorf("heap:\n%s", got)
	}
	if _, ok := h.Span(0x1234); ok {
		t.Error("a span outside the heap")
	}
	if h.Procs() != 1 {
		t.Errorf("%d Ps", h.Procs())
	}
}

// TestEventsHaveWords: whatever the allocator does, its log can say it.
func TestEventsHaveWords(t *testing.T) {
	for k := event.Mallocgc; k <= event.Scavenge; k++ {
		e := event.Event{Kind: k, Args: event.Args{1, 2, 3, 4}}
		if strings.HasPrefix(k.String(), "Kind(") || e.Detail() == "" || strings.Contains(e.Detail(), "%!") {
			t.Errorf("kind %d reads %q", k, e)
		}
	}
	for r := event.WhyZeroSize; r <= event.WhySweepBehind; r++ {
		e := event.Event{Reason: r, Args: event.Args{1, 2, 3, 4}}
		if e.Why() == "" || strings.Contains(e.Why(), "%!") {
			t.Errorf("reason %d reads %q", r, e.Why())
		}
	}
}

// TestRunsAreTheSame: two runs of one random program are equal, event by event
// and in their state, and one that records nothing has the same state.
func TestRunsAreTheSame(t *testing.T) {
	run := func(record bool) *Heap {
		rnd := rand.New(rand.NewPCG(1, 2))
		h := New(Config{Procs: 2, Record: record})
		var live []Object
		for range 3000 {
			switch rnd.IntN(200) {
			case 0:
				h.Collect(live[rnd.IntN(len(live)+1):]...)
				live = nil
			case 1:
				h.SweepAll()
			case 2:
				h.FlushCache(rnd.IntN(2))
			default:
				live = append(live, h.Malloc(rnd.IntN(2), rnd.IntN(2000), rnd.IntN(2) == 0))
			}
		}
		return h
	}
	first, second, silent := run(true), run(true), run(false)
	if diff := cmp.Diff(first.Events(), second.Events()); diff != "" {
		t.Errorf("events of two runs:\n%s", diff)
	}
	for _, h := range []*Heap{second, silent} {
		if diff := cmp.Diff(first.Snapshot(), h.Snapshot()); diff != "" {
			t.Errorf("states of two runs:\n%s", diff)
		}
	}
	if n := len(silent.Events()) + len(silent.Why()); n != 0 {
		t.Errorf("%d events were recorded that nobody asked for", n)
	}
}

// text returns a snapshot as readable lines.
func text(s Snapshot) string {
	out, err := json.MarshalIndent(s, "", " ")
	if err != nil {
		return err.Error()
	}
	return string(out)
}
