package alloc

import (
	"math/bits"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

// size returns the number of pages in the set.
func (rs runs) size() uint64 {
	count := uint64(0)
	for _, r := range rs {
		count += r.n
	}
	return count
}

// TestPageAllocVectors replays what the real page allocator and page cache did:
// each result, each number of scavenged bytes, each cache. The search address
// of the real one is part of its index, which this model does not have.
func TestPageAllocVectors(t *testing.T) {
	var p pageAlloc
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
			seq, p, c = r[0], pageAlloc{}, pageCache{}
		}
		result := func(start, scav uint64, ok bool) {
			if r[5] == "fail" {
				if ok {
					t.Fatalf("%v: got page %d, want failure", r, start)
				}
				return
			}
			if !ok || start != num(5) || scav*pageSize != num(6) {
				t.Fatalf("%v: got page %d with %d scavenged, %v", r, start, scav, ok)
			}
		}
		cache := func() {
			if r[7] != "-" && (c.base != num(7) || c.free != hex(8) || c.scav != hex(9)) {
				t.Fatalf("%v: cache is %d %016x %016x", r, c.base, c.free, c.scav)
			}
		}
		steps++
		switch r[2] {
		case "chunk":
			p.free.add(num(3), num(4))
		case "scavenged":
			p.scavenged.add(num(3), num(4))
		case "used":
			p.free.remove(num(3), num(4))
		case "alloc":
			result(p.alloc(num(4)))
		case "free":
			p.release(num(3), num(4))
		case "cachefill":
			c = p.toCache()
			cache()
		case "cachealloc":
			result(c.alloc(num(4)))
			cache()
		case "cacheflush":
			c.flush(&p)
			cache()
		case "summary": // start, longest and end of the free runs of the chunk
			chunk := num(3)
			first, longest, last := freeRuns(p.free, chunk)
			want := r[5]
			got := strconv.FormatUint(first, 10) + "," + strconv.FormatUint(longest, 10) + "," + strconv.FormatUint(last, 10)
			if got != want {
				t.Errorf("chunk at %d: free runs %s, want %s", chunk, got, want)
			}
		default:
			t.Fatalf("unknown operation %q", r[2])
		}
	}
	if steps < 600 {
		t.Errorf("replayed %d rows, expected at least 600", steps)
	}
}

// freeRuns returns the free run that begins a chunk of 512 pages, the longest
// in it, and the one that ends it.
func freeRuns(free runs, chunk uint64) (first, longest, last uint64) {
	n := uint64(0)
	all := true
	for page := chunk; page < chunk+pallocChunkPages; page++ {
		if free.overlap(page, 1) == 0 {
			if all {
				first = n
			}
			n, all = 0, false
			continue
		}
		n++
		longest = max(longest, n)
	}
	if all {
		first = n
	}
	return first, longest, n
}

// TestRunsAreASet compares runs with the plainest set of pages there is.
func TestRunsAreASet(t *testing.T) {
	const pages = 200
	rapid.Check(t, func(t *rapid.T) {
		var rs runs
		var set [pages + 64]bool
		t.Repeat(map[string]func(*rapid.T){
			"add": func(t *rapid.T) {
				start := rapid.Uint64Range(0, pages-1).Draw(t, "start")
				n := rapid.Uint64Range(0, pages-start).Draw(t, "n")
				rs.add(start, n)
				for i := start; i < start+n; i++ {
					set[i] = true
				}
			},
			"remove": func(t *rapid.T) {
				start := rapid.Uint64Range(0, pages-1).Draw(t, "start")
				n := rapid.Uint64Range(0, pages-start).Draw(t, "n")
				rs.remove(start, n)
				for i := start; i < start+n; i++ {
					set[i] = false
				}
			},
			"": func(t *rapid.T) {
				for i, r := range rs {
					if r.n == 0 || i > 0 && rs[i-1].end() >= r.start {
						t.Fatalf("runs %v are not disjoint, ordered and apart", rs)
					}
				}
				for i, in := range set {
					if (rs.overlap(uint64(i), 1) == 1) != in {
						t.Fatalf("page %d: in the set %v, runs are %v", i, in, rs)
					}
				}
				w := rs.word(64)
				for i := 0; i < 64; i++ {
					if (w>>i&1 != 0) != set[64+i] {
						t.Fatalf("word(64) = %064b, page %d is %v", w, 64+i, set[64+i])
					}
				}
				if got := rs.overlap(64, 64); got != uint64(bits.OnesCount64(w)) {
					t.Fatalf("overlap(64, 64) = %d, word has %d", got, bits.OnesCount64(w))
				}
			},
		})
	})
}
