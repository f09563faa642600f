package alloc

import (
	"sort"
	"testing"

	"pgregory.net/rapid"
)

// run is n consecutive numbers.
type run struct{ start, n uint64 }

func (r run) end() uint64 { return r.start + r.n }

// runs is a set of numbers, as disjoint runs in address order that do not touch.
type runs []run

// after returns the index of the first run that ends beyond page.
func (rs runs) after(page uint64) int {
	return sort.Search(len(rs), func(i int) bool { return rs[i].end() > page })
}

// add puts numbers into the set.
func (rs *runs) add(start, n uint64) {
	if n == 0 {
		return
	}
	end := start + n
	// Runs i to j-1 overlap or touch the new one, and become part of it.
	i := sort.Search(len(*rs), func(i int) bool { return (*rs)[i].end() >= start })
	j := i
	for ; j < len(*rs) && (*rs)[j].start <= end; j++ {
		start, end = min(start, (*rs)[j].start), max(end, (*rs)[j].end())
	}
	rs.replace(i, j, run{start, end - start})
}

// remove takes numbers out of the set.
func (rs *runs) remove(start, n uint64) {
	if n == 0 {
		return
	}
	end := start + n
	i := rs.after(start)
	j := i
	var left []run
	for ; j < len(*rs) && (*rs)[j].start < end; j++ {
		r := (*rs)[j]
		if r.start < start {
			left = append(left, run{r.start, start - r.start})
		}
		if r.end() > end {
			left = append(left, run{end, r.end() - end})
		}
	}
	rs.replace(i, j, left...)
}

// replace puts with in the place of runs i to j-1.
func (rs *runs) replace(i, j int, with ...run) {
	rest := append(with, (*rs)[j:]...)
	*rs = append((*rs)[:i:i], rest...)
}

// overlap returns how many of n numbers from start are in the set.
func (rs runs) overlap(start, n uint64) uint64 {
	count := uint64(0)
	for i := rs.after(start); i < len(rs) && rs[i].start < start+n; i++ {
		count += min(rs[i].end(), start+n) - max(rs[i].start, start)
	}
	return count
}

// size returns the number of numbers in the set.
func (rs runs) size() uint64 {
	count := uint64(0)
	for _, r := range rs {
		count += r.n
	}
	return count
}

// TestRunsAreASet compares runs with the plainest set of pages there is.
func TestRunsAreASet(t *testing.T) {
	const pages = 200
	rapid.Check(t, func(t *rapid.T) {
		var rs runs
		var set [pages]bool
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
			},
		})
	})
}
