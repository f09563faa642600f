package alloc

import (
	"strconv"
	"testing"
)

// TestRealPages runs random programs on the runtime's own page allocator and
// page caches, and replays them on the model's: every address, number of
// scavenged bytes, cache, searchAddr, bitmap and summary.
func TestRealPages(t *testing.T) {
	program := overlayProgram(t, "pages.go.txt")
	for _, seed := range freshSeeds(6, 200) {
		lines := runProgram(t, program, nil, strconv.FormatUint(seed, 10), "4000")
		if len(lines) < 3000 {
			t.Fatalf("seed %d: %d operations", seed, len(lines))
		}
		r := &pagesReplay{testPages: newTestPages(t, 0)}
		for i, line := range lines[:len(lines)-1] {
			if got := r.replay(t, parseOperation(t, line)); got != "" {
				t.Fatalf("seed %d, line %d: real %q, the model's %s", seed, i+1, line, got)
			}
		}
	}
}

type pagesReplay struct {
	*testPages
	caches   [2]pageCache
	hugePage uint64
}

// replay does one operation and returns what came of it if that differs, or "".
func (r *pagesReplay) replay(t *testing.T, op operation) string {
	a := op.args
	// Most operations end with searchAddr.
	search, want := uint64(r.searchAddr), a
	var got []uint64
	switch op.name {
	case "chunk":
		r.chunk(a[0] / pageSize)
		return ""
	case "scavenged":
		r.chunks[chunkIndex(a[0])].scavenged.setRange(chunkPageIndex(a[0]), uint(a[1]))
		return ""
	case "hugepage":
		r.hugePage = a[0]
		return ""
	case "alloc":
		addr, scav := r.alloc(a[0])
		got, want = []uint64{addr, scav * pageSize}, a[1:]
	case "free":
		r.free(a[0], a[1])
		want = a[2:]
	case "fill":
		r.caches[a[0]] = r.allocToCache()
		c := r.caches[a[0]]
		got, want = []uint64{c.base, c.cache, c.scav}, a[1:]
	case "take":
		c := &r.caches[a[0]]
		addr, scav := c.alloc(a[1])
		got, want = []uint64{addr, scav * pageSize, c.cache, c.scav}, append(a[2:], search)
	case "flush":
		r.caches[a[0]].flush(&r.pageAlloc)
		want = a[1:]
	case "nextgen":
		r.scav.nextGen()
		return ""
	case "scavenge":
		released := uint64(0)
		for _, run := range r.scavenge(a[0]/pageSize, r.hugePage, a[1] == 1) {
			released += run.npages * pageSize
		}
		got, want = []uint64{released}, a[2:]
	case "grow":
		r.grow(a[0], a[1]*pallocChunkBytes)
		want = a[2:]
	case "bits":
		chunk := r.chunks[chunkIndex(a[0])]
		got, want = []uint64{chunk.pallocBits[a[1]], chunk.scavenged[a[1]]}, append(a[2:], search)
	case "summary":
		start, most, end := r.summary[a[0]].get(a[1]).unpack()
		got, want = []uint64{uint64(start), uint64(most), uint64(end)}, append(a[2:], search)
	default:
		t.Fatalf("unknown operation %q", op.name)
	}
	got = append(got, uint64(r.searchAddr))
	for i := range want {
		if got[i] != want[i] {
			return strconv.Quote(op.name) + " gives " + join(got)
		}
	}
	return ""
}

func join(numbers []uint64) string {
	text := ""
	for _, n := range numbers {
		text += " " + strconv.FormatUint(n, 10)
	}
	return text
}
