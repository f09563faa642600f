package alloc

import (
	"strconv"
	"testing"
)

// testPages is a page allocator by itself, as the vectors and the runtime's
// own tests have it: its pages count from the first chunk, which may be
// anywhere.
type testPages struct {
	pageAlloc
	base uint64
}

func newTestPages(t testing.TB, base uint64) *testPages {
	p := &testPages{base: base}
	p.init(func(text, format string, args ...any) { t.Fatalf(text+": "+format, args...) }, nil)
	return p
}

func (p *testPages) addr(page uint64) uint64 { return p.base + page*pageSize }
func (p *testPages) page(addr uint64) uint64 { return (addr - p.base) / pageSize }

// chunk adds a chunk as runtime.NewPageAlloc does: free, with memory behind it
// and known to the scavenger.
func (p *testPages) chunk(page uint64) {
	p.grow(p.addr(page), pallocChunkBytes)
	ci := chunkIndex(p.addr(page))
	p.chunks[ci].scavenged = pageBits{}
	p.scav.alloc(&p.pageAlloc, ci, pallocChunkPages)
	p.scav.free(&p.pageAlloc, ci, 0, pallocChunkPages)
}

// TestPageAllocVectors replays what the real page allocator and page cache did:
// each result, each number of scavenged bytes, each cache, each searchAddr.
func TestPageAllocVectors(t *testing.T) {
	var p *testPages
	var c pageCache
	seq, steps := "", 0
	for _, r := range readTSV(t, "pagealloc.tsv") {
		num := func(i int) uint64 {
			n, err := strconv.ParseUint(r[i], 10, 64)
			if err != nil {
				t.Fatalf("%v: column %d: %v", r, i, err)
			}
			return n
		}
		hex := func(i int) uint64 {
			n, err := strconv.ParseUint(r[i], 16, 64)
			if err != nil {
				t.Fatalf("%v: column %d: %v", r, i, err)
			}
			return n
		}
		if r[0] != seq {
			seq, p, c = r[0], newTestPages(t, heapBase), pageCache{}
		}
		result := func(addr, scav uint64) {
			if r[5] == "fail" {
				if addr != 0 {
					t.Fatalf("%v: got page %d, want failure", r, p.page(addr))
				}
				return
			}
			if addr == 0 || p.page(addr) != num(5) || scav*pageSize != num(6) {
				t.Fatalf("%v: got page %d with %d scavenged", r, p.page(addr), scav)
			}
		}
		cache := func() {
			if r[7] != "-" && (c.cache != hex(8) || c.scav != hex(9) || c.base != 0 && p.page(c.base) != num(7)) {
				t.Fatalf("%v: cache is %#x %016x %016x", r, c.base, c.cache, c.scav)
			}
		}
		steps++
		switch r[2] {
		case "chunk":
			p.chunk(num(3))
		case "scavenged":
			p.chunks[chunkIndex(p.addr(num(3)))].scavenged.setRange(uint(num(3))%pallocChunkPages, uint(num(4)))
		case "used":
			p.take(p.addr(num(3)), num(4))
			p.update(p.addr(num(3)), num(4), false, false)
			continue // the real one was made with them in use, so that its searchAddr stayed
		case "alloc":
			result(p.alloc(num(4)))
		case "free":
			p.free(p.addr(num(3)), num(4))
		case "cachefill":
			c = p.allocToCache()
			cache()
		case "cachealloc":
			result(c.alloc(num(4)))
			cache()
		case "cacheflush":
			c.flush(&p.pageAlloc)
			cache()
		case "summary": // start, longest and end of the free runs of the chunk
			start, most, end := p.summary[summaryLeaf].get(uint64(chunkIndex(p.addr(num(3))))).unpack()
			got := strconv.Itoa(int(start)) + "," + strconv.Itoa(int(most)) + "," + strconv.Itoa(int(end))
			if got != r[5] {
				t.Errorf("chunk at %d: free runs %s, want %s", num(3), got, r[5])
			}
		default:
			t.Fatalf("unknown operation %q", r[2])
		}
		if r[10] == "max" {
			if p.searchAddr != maxOffAddr {
				t.Fatalf("%v: searchAddr is %#x", r, uint64(p.searchAddr))
			}
		} else if got := p.page(uint64(p.searchAddr)); got != num(10) {
			t.Fatalf("%v: searchAddr is page %d", r, got)
		}
	}
	if steps < 600 {
		t.Errorf("replayed %d rows, expected at least 600", steps)
	}
}
