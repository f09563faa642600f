package view

import (
	"fmt"
	"strings"

	"rtbook/model/alloc"
	"rtbook/model/event"
	"rtbook/runner/show"
)

// Levels of the allocator, from the request down.
const (
	levelRequest = iota
	levelMcache
	levelMcentral
	levelMheap
	levelPageCache
	levelPageAlloc
	levelSystem
	levels
)

var levelNames = [levels]string{"request", "mcache", "mcentral", "mheap", "page cache", "page allocator", "system"}

// levelOf says which level does what an event tells of.
func levelOf(e event.Event) int {
	switch e.Kind {
	case event.Mallocgc:
		return levelRequest
	case event.TinyAlloc, event.TinyBlock, event.HeapObjectAlloc, event.NextFree, event.Refill, event.FlushCache:
		return levelMcache
	case event.UncacheSpan, event.CacheSpan, event.SweepSpan, event.SweepCredit, event.SweepDrained:
		return levelMcentral
	case event.AllocToCache, event.PageCacheFlush:
		return levelPageCache
	case event.PageAlloc:
		if e.Reason == event.WhyCarvePageCache {
			return levelPageCache
		}
		return levelPageAlloc
	case event.SummaryFind, event.ChunkFind, event.SummaryUpdate:
		return levelPageAlloc
	case event.SysReserve, event.HeapGrow, event.Scavenge:
		return levelSystem
	}
	return levelMheap
}

// pathStep is a step of a request: an event, its level, and the locks that were
// taken in it.
type pathStep struct {
	event               event.Event
	level               int
	heapLocks, setLocks int
}

// pathOf returns the steps of the heap's last operation.
func pathOf(h *alloc.Heap) []pathStep {
	why := h.Why()
	first := len(h.Events()) - len(why)
	steps := make([]pathStep, len(why))
	for i, e := range why {
		steps[i] = pathStep{event: e, level: levelOf(e)}
	}
	for _, f := range h.Effects() {
		i := int(f.Event) - first
		if i < 0 || i >= len(steps) {
			continue
		}
		switch f.Op {
		case event.OpHeapLock:
			steps[i].heapLocks++
		case event.OpCentralLock:
			steps[i].setLocks++
		}
	}
	return steps
}

// locks names the locks of a step, "" for none.
func (s pathStep) locks() string {
	var words []string
	for range s.heapLocks {
		words = append(words, "mheap.lock")
	}
	for range s.setLocks {
		words = append(words, "a span set's lock")
	}
	return strings.Join(words, ", ")
}

// RequestTable is the path of the heap's last request (or other operation): each
// step, the level that did it, why, and the locks that it took. The heap must
// have recorded (alloc.Config.Record).
func RequestTable(h *alloc.Heap) show.Table {
	t := show.Table{
		Title: pathTitle(h),
		Columns: []show.Column{
			{Name: "step", Right: true}, {Name: "level"}, {Name: "event"}, {Name: "what"}, {Name: "why"}, {Name: "locks taken"},
		},
	}
	steps := pathOf(h)
	for i, s := range steps {
		if i == show.MaxRows-1 && len(steps) > show.MaxRows {
			t.Rows = append(t.Rows, []string{"", "", "", fmt.Sprintf("and %d more", len(steps)-i), "", ""})
			break
		}
		e := s.event
		t.Rows = append(t.Rows, []string{itoa(i + 1), levelNames[s.level], e.Kind.String(), e.Detail(), e.Why(), s.locks()})
	}
	return t
}

func pathTitle(h *alloc.Heap) string {
	for _, e := range h.Why() {
		if e.Kind == event.Mallocgc {
			return "One request: " + plural(int(e.Args[0]), "byte", "bytes")
		}
	}
	return "One request, level by level"
}

// RequestPath draws the path of the heap's last request (or other operation)
// through the levels of the allocator: which it came to, in the order of the
// numbers, what was done there, and why, and which locks were taken. The heap
// must have recorded (alloc.Config.Record).
func RequestPath(h *alloc.Heap) show.Figure {
	steps := pathOf(h)
	d := pathDrawing{f: show.Figure{Title: pathTitle(h), Width: mapWidth, Keys: []show.Key{
		{Tone: show.Strong, Text: "a level that the request came to"},
		{Tone: show.Quiet, Text: "one that it did not need"},
	}}}
	if len(steps) == 0 {
		d.f.Description = "Nothing was recorded: the heap needs Config.Record, and a request."
		d.f.Lines, d.f.Height = []string{"nothing was recorded"}, lineStep
		return d.f
	}
	for level := range levels {
		d.level(level, steps)
	}
	d.f.Height = d.y
	d.f.Description = describePath(steps)
	for i, s := range steps {
		line := fmt.Sprintf("%2d  %-14s  %s %s", i+1, levelNames[s.level], s.event.Kind, s.event.Detail())
		if i == maxTextLines {
			d.f.Lines = append(d.f.Lines, fmt.Sprintf("and %d more", len(steps)-i))
			break
		}
		if why := s.event.Why(); why != "" {
			line += ": " + why
		}
		if l := s.locks(); l != "" {
			line += " [" + l + "]"
		}
		d.f.Lines = append(d.f.Lines, line)
	}
	return d.f
}

// describePath says in words where a request went.
func describePath(steps []pathStep) string {
	var seen [levels]bool
	heap, sets := 0, 0
	var names []string
	for _, s := range steps {
		heap += s.heapLocks
		sets += s.setLocks
		if !seen[s.level] && s.level != levelRequest {
			names = append(names, levelNames[s.level])
		}
		seen[s.level] = true
	}
	if len(names) == 0 {
		return "The request needs no level of the allocator, and no lock."
	}
	text := "The request comes to " + strings.Join(names, ", ")
	switch {
	case heap+sets == 0:
		text += ", and takes no lock."
	default:
		text += fmt.Sprintf(", and takes mheap.lock %s", times(heap))
		if sets > 0 {
			text += fmt.Sprintf(" and the lock of a span set %s", times(sets))
		}
		text += "."
	}
	return text
}

func times(n int) string {
	switch n {
	case 0:
		return "never"
	case 1:
		return "once"
	case 2:
		return "twice"
	}
	return itoa(n) + " times"
}

// pathDrawing draws a RequestPath: a box for each level, the steps beside it.
type pathDrawing struct {
	f    show.Figure
	y    float64
	last float64 // where the box of the level above ends, if the request came there
}

// Sizes of the drawing.
const (
	boxWidth   = 100           // has room for the longest name
	pathText   = boxWidth + 16 // where text begins
	pathColumn = 37            // letters of a line of text
	pathSteps  = 5             // steps of a level that are drawn
	pathGap    = 12
)

// level draws a level and what was done there.
func (d *pathDrawing) level(level int, steps []pathStep) {
	var lines []string
	drawn, more := 0, 0
	for i, s := range steps {
		if s.level != level {
			continue
		}
		if drawn++; drawn > pathSteps {
			more++
			continue
		}
		lines = append(lines, stepLines(i+1, s)...)
	}
	if more > 0 {
		lines = append(lines, fmt.Sprintf("and %d more steps", more))
	}
	tone := show.Strong
	if drawn == 0 {
		tone = show.Quiet
	}
	top, height := d.y+pathGap, max(22, float64(len(lines)*lineStep)+4)
	if drawn > 0 && d.last > 0 {
		d.f.Shapes = append(d.f.Shapes, show.Shape{Kind: show.Arrow, Points: []show.Point{{X: boxWidth / 2, Y: d.last}, {X: boxWidth / 2, Y: top}}})
	}
	d.f.Shapes = append(d.f.Shapes, show.Shape{
		Kind: show.Box, X: 4, Y: top, W: boxWidth, H: height, Text: levelNames[level], Tone: tone, ID: "level " + levelNames[level],
	})
	for i, line := range lines {
		d.f.Shapes = append(d.f.Shapes, show.Shape{Kind: show.Label, X: pathText, Y: top + float64(i+1)*lineStep - 2, Text: line})
	}
	d.y = top + height
	d.last = 0
	if drawn > 0 {
		d.last = d.y
	}
}

// stepLines are the lines of a step: its number and event, the reason, the
// locks.
func stepLines(number int, s pathStep) []string {
	text := s.event.Kind.String()
	if why := s.event.Why(); why != "" {
		text += ": " + why
	} else if what := s.event.Detail(); what != "" {
		text += ": " + what
	}
	lines := wrap(fmt.Sprintf("%d  %s", number, text), pathColumn)
	if l := s.locks(); l != "" {
		lines = append(lines, wrap("   takes "+l, pathColumn)...)
	}
	return lines
}

// wrap breaks a text into lines of at most so many letters, between words. Lines
// after the first are set in.
func wrap(text string, letters int) []string {
	var lines []string
	for len(text) > letters {
		at := strings.LastIndexByte(text[:letters+1], ' ')
		if at <= 3 {
			at = letters
		}
		lines = append(lines, text[:at])
		text = "   " + strings.TrimLeft(text[at:], " ")
	}
	return append(lines, text)
}

// LocksTable counts, over all that a heap has recorded, requests by the level
// that had their memory, and the locks that they took: most requests are served
// by their P's mcache, without a lock. What is no request (collections, sweeps)
// is in a row of its own.
func LocksTable(h *alloc.Heap) show.Table {
	t := show.Table{
		Title: "Requests, and the locks that they take",
		Columns: []show.Column{
			{Name: "served by"}, {Name: "requests", Right: true}, {Name: "of all", Right: true},
			{Name: "mheap.lock", Right: true}, {Name: "span set locks", Right: true}, {Name: "locks a request", Right: true},
		},
	}
	rows, other, total := countLocks(h)
	for by := alloc.ByNobody; by <= alloc.ByMheap; by++ {
		r := rows[by]
		share, each := "", ""
		if r.requests > 0 {
			share = fmt.Sprintf("%.1f%%", 100*float64(r.requests)/float64(total))
			each = fmt.Sprintf("%.2f", float64(r.heap+r.sets)/float64(r.requests))
		}
		t.Rows = append(t.Rows, []string{by.String(), itoa(r.requests), share, itoa(r.heap), itoa(r.sets), each})
	}
	t.Rows = append(t.Rows, []string{"besides requests", "", "", itoa(other.heap), itoa(other.sets), ""})
	return t
}

// lockCount is a row of a LocksTable.
type lockCount struct{ requests, heap, sets int }

// countLocks counts requests, and the locks taken in them, by who served them,
// and the locks taken besides.
func countLocks(h *alloc.Heap) (rows [alloc.ByMheap + 1]lockCount, other lockCount, total int) {
	effects := h.Effects()
	var now lockCount // of the request under way
	inRequest, by := false, alloc.ByMcache
	for n, e := range h.Events() {
		if e.Kind == event.Mallocgc {
			inRequest, by, now = true, alloc.ByMcache, lockCount{requests: 1}
		}
		for len(effects) > 0 && int(effects[0].Event) <= n {
			to := &other
			if inRequest {
				to = &now
			}
			switch effects[0].Op {
			case event.OpHeapLock:
				to.heap++
			case event.OpCentralLock:
				to.sets++
			}
			effects = effects[1:]
		}
		if !inRequest {
			continue
		}
		done := false
		switch {
		case e.Kind == event.Mallocgc && e.Reason == event.WhyZeroSize:
			by, done = alloc.ByNobody, true
		case e.Kind == event.TinyAlloc:
			by, done = alloc.ByTiny, true
		case e.Kind == event.CacheSpan && e.Args[1] != 0:
			by = alloc.ByMcentral
		case e.Kind == event.SpanAlloc:
			by = alloc.ByMheap
		case e.Kind == event.HeapObjectAlloc:
			done = true
		}
		if done {
			inRequest = false
			total++
			rows[by].requests++
			rows[by].heap += now.heap
			rows[by].sets += now.sets
		}
	}
	return rows, other, total
}
