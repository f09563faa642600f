package view

import (
	"fmt"
	"slices"

	"rtbook/model/event"
)

// Bounds of the panels of an allocator's stepper, in rows, and of a row of
// slots.
const (
	maxCached = 12
	maxSets   = 24
	maxBlocks = 32
	maxSlots  = 512
)

// findCaches gives rows to the places in mcaches that are used, in the order of
// their first use, and returns their names.
func (v *allocSteps) findCaches(name func(int32) string) []string {
	var rows []string
	more := 0
	for i := range v.effects {
		f := &v.effects[i]
		if f.Op != event.OpMcache || f.N == 0 {
			continue
		}
		key := cacheKey{f.I, f.J}
		if _, ok := v.cacheRow[key]; ok {
			continue
		}
		if len(rows) == maxCached {
			v.cacheRow[key] = -1
			more++
			continue
		}
		v.cacheRow[key] = len(rows)
		rows = append(rows, fmt.Sprintf("P%d %s", f.I, name(f.J)))
	}
	v.leave(more, "span of an mcache", "spans of mcaches")
	return rows
}

// findSets gives rows to the sets that are used, by class.
func (v *allocSteps) findSets(classes int, name func(int32) string) []string {
	used := map[setKey]bool{}
	swept := false
	for i := range v.effects {
		if f := &v.effects[i]; f.Op == event.OpSetPush {
			used[setKey{f.I, f.J &^ 1}] = true
		}
	}
	for i := range v.events {
		swept = swept || v.events[i].Kind == event.SweepGen
	}
	var rows []string
	more := 0
	for class := int32(0); class < int32(2*classes); class++ {
		for _, set := range []int32{0, 2} {
			if !used[setKey{class, set}] {
				continue
			}
			words := []string{"partial", "partial, unswept", "full", "full, unswept"}
			for k := set; k <= set+1; k++ {
				if k > set && !swept {
					continue
				}
				if len(rows) == maxSets {
					more++
					continue
				}
				v.setRow[setKey{class, k}] = len(rows)
				v.setKeys = append(v.setKeys, setKey{class, k})
				rows = append(rows, name(class)+" "+words[k])
			}
		}
	}
	v.leave(more, "list of an mcentral", "lists of mcentrals")
	return rows
}

// findBlocks gives rows to the blocks of 64 pages that are used, by address.
func (v *allocSteps) findBlocks() []string {
	var blocks []uint64
	known := map[uint64]bool{}
	more := 0
	for i := range v.events {
		e := &v.events[i]
		base, n := uint64(0), uint64(0)
		switch e.Kind {
		case event.PageAlloc:
			base, n = e.Args[1], e.Args[0]
		case event.AllocToCache:
			base, n = e.Args[0], min(e.Args[1], 1)
		}
		for b := base / blockBytes; n > 0 && b <= (base+n*pageSize-1)/blockBytes; b++ {
			switch {
			case known[b]:
			case len(blocks) < maxBlocks:
				known[b] = true
				blocks = append(blocks, b*blockBytes)
			default:
				more++
				n = 0 // those behind it are not shown either
			}
		}
	}
	slices.Sort(blocks)
	var rows []string
	for _, b := range blocks {
		rows = append(rows, fmt.Sprintf("%#x", b))
	}
	v.blocks, v.use = blocks, make([][64]pageState, len(blocks))
	for row := range v.use {
		for i := range v.use[row] {
			v.use[row][i] = pageState{tonePageFree, v.blank}
		}
	}
	v.leave(more, "use of pages that lie elsewhere", "uses of pages that lie elsewhere")
	return rows
}

const blockBytes = 64 * pageSize

func (v *allocSteps) leave(n int, one, many string) {
	if n > 0 {
		v.left = append(v.left, plural(n, one, many))
	}
}
