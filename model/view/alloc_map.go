package view

import (
	"fmt"
	"math/bits"
	"sort"
	"strconv"
	"strings"

	"rtbook/model/alloc"
	"rtbook/runner/show"
)

func itoa(n int) string { return strconv.Itoa(n) }

// Sizes of the drawings of the heap, in pixels: 64 cells and their margins are
// as wide as a phone.
const (
	mapWidth = 340
	cellSide = 5
	mapLeft  = 10
	lineStep = 14 // from one line of text to the next
	rowStep  = 12 // from one row of the map to the next
	maxLines = 64 // rows of the map
	perLine  = 64 // cells of a row

	maxTextLines = 70 // lines of the text form of a figure, about
)

// The tones of pages.
const (
	tonePageFree   = show.Plain
	tonePageCached = show.Tone6
	toneLarge      = show.Tone5
)

// spanTone says how large the slots of a span are.
func spanTone(slot int, large bool) show.Tone {
	switch {
	case large:
		return toneLarge
	case slot <= 64:
		return show.Tone1
	case slot <= 512:
		return show.Tone2
	case slot <= 4096:
		return show.Tone3
	}
	return show.Tone4
}

func pageKeys() []show.Key {
	return []show.Key{
		{Tone: show.Tone1, Text: "slots of up to 64 bytes"},
		{Tone: show.Tone2, Text: "up to 512"},
		{Tone: show.Tone3, Text: "up to 4096"},
		{Tone: show.Tone4, Text: "up to 32768"},
		{Tone: toneLarge, Text: "a large object"},
		{Tone: tonePageCached, Text: "in a P's page cache"},
		{Tone: tonePageFree, Text: "free"},
	}
}

// HeapMap draws the pages of a heap, 64 in a row: the spans that they are, by
// the size of their slots, those that a P has in its page cache, and the free
// ones. A row of a larger heap stands for 128 pages, or 256, and so on; where
// nothing is in use for several rows, there is one line.
func HeapMap(snap alloc.Snapshot) show.Figure {
	m := heapMap{snap: snap}
	f := &m.f
	f.Title = "The heap, page by page"
	f.Width = mapWidth
	f.Keys = pageKeys()
	m.draw()
	f.Lines = m.lines()
	st := snap.Stats
	f.Description = fmt.Sprintf("%s of address space in %s; %s mapped, %s of it in %s, %s free.",
		size(uint64(len(snap.Arenas))*arenaBytes), plural(len(snap.Arenas), "arena", "arenas"),
		size(st.Mapped), size(st.HeapInUse), plural(len(snap.Spans), "span", "spans"), size(st.HeapFree+st.HeapReleased))
	f.Height = max(m.y, 1)
	return *f
}

// size writes bytes in the unit that fits.
func size(n uint64) string {
	switch {
	case n >= 1<<30 && n%(1<<30) == 0:
		return fmt.Sprintf("%d GiB", n>>30)
	case n >= 1<<20 && n%(1<<20) == 0:
		return fmt.Sprintf("%d MiB", n>>20)
	case n >= 1<<10 && n%(1<<10) == 0:
		return fmt.Sprintf("%d KiB", n>>10)
	}
	return fmt.Sprintf("%d bytes", n)
}

// heapMap draws a HeapMap.
type heapMap struct {
	snap alloc.Snapshot
	f    show.Figure
	y    float64
}

// uses calls f with each run of pages in use or cached from base on, n bytes
// far: what they are part of, a span or, if that is nil, a P's page cache, and
// how many pages they are.
func (m *heapMap) uses(base, n uint64, f func(s *alloc.Span, p, pages int)) {
	spans := m.snap.Spans // by address
	i := sort.Search(len(spans), func(i int) bool { return spanEnd(&spans[i]) > base })
	for ; i < len(spans) && spans[i].Base < base+n; i++ {
		from, to := max(base, spans[i].Base), min(base+n, spanEnd(&spans[i]))
		f(&spans[i], 0, int((to-from)/pageSize))
	}
	for _, p := range m.snap.Procs {
		for free := p.PageFree; free != 0; free &= free - 1 {
			if page := p.PageBase + uint64(bits.TrailingZeros64(free))*pageSize; page >= base && page < base+n {
				f(nil, p.ID, 1)
			}
		}
	}
}

func spanEnd(s *alloc.Span) uint64 { return s.Base + uint64(s.Pages)*pageSize }

// draw draws each arena that has mapped pages.
func (m *heapMap) draw() {
	each := 1 // pages of a cell
	for len(m.snap.Chunks)*512/(perLine*each) > maxLines {
		each *= 2
	}
	if len(m.snap.Chunks) == 0 {
		m.label("nothing is mapped yet", show.Quiet)
	}
	arena, idle := uint64(0), 0
	line := uint64(perLine * each * pageSize)
	for _, base := range m.lineStarts(line) {
		if a := base / arenaBytes * arenaBytes; a != arena {
			m.skipped(&idle, perLine*each)
			arena = a
			m.label(fmt.Sprintf("arena at %#x: %s of 64 MiB mapped", a, size(m.mapped(a))), show.Plain)
		}
		if !m.used(base, line) {
			idle++
			continue
		}
		m.skipped(&idle, perLine*each)
		m.row(base, each)
	}
	m.skipped(&idle, perLine*each)
	if each > 1 {
		m.label(fmt.Sprintf("each cell is %d pages", each), show.Quiet)
	}
}

// lineStarts returns the addresses of the rows that have mapped pages.
func (m *heapMap) lineStarts(line uint64) []uint64 {
	var starts []uint64
	for _, c := range m.snap.Chunks {
		for base := c.Base / line * line; base < c.Base+512*pageSize; base += line {
			if n := len(starts); n == 0 || starts[n-1] < base {
				starts = append(starts, base)
			}
		}
	}
	return starts
}

func (m *heapMap) mapped(arena uint64) uint64 {
	for _, a := range m.snap.Arenas {
		if a.Base == arena {
			return a.Mapped
		}
	}
	return 0
}

// used reports whether a page from base on is in use or cached.
func (m *heapMap) used(base, n uint64) bool {
	used := false
	m.uses(base, n, func(*alloc.Span, int, int) { used = true })
	return used
}

func (m *heapMap) label(text string, tone show.Tone) {
	m.y += lineStep
	m.f.Shapes = append(m.f.Shapes, show.Shape{Kind: show.Label, X: mapLeft, Y: m.y - 3, Text: text, Tone: tone})
}

// skipped says how many rows were left out, if any were.
func (m *heapMap) skipped(rows *int, pages int) {
	if *rows > 0 {
		m.label(fmt.Sprintf("%d free pages", *rows*pages), show.Quiet)
	}
	*rows = 0
}

// row draws 64 cells: neighbours of the same look as one box.
func (m *heapMap) row(base uint64, each int) {
	look := m.cell(base, each)
	for i := 0; i < perLine; {
		n, next := 1, cellLook{}
		for ; i+n < perLine; n++ {
			if next = m.cell(base+uint64((i+n)*each)*pageSize, each); next != look {
				break
			}
		}
		b := show.Shape{
			Kind: show.Box, X: mapLeft + float64(i*cellSide), Y: m.y, W: float64(n * cellSide), H: rowStep - 2,
			Tone: look.tone, Note: look.note, ID: look.id,
		}
		if n >= 6 {
			b.Text = look.text
		}
		m.f.Shapes = append(m.f.Shapes, b)
		i, look = i+n, next
	}
	m.y += rowStep
}

// cellLook is how a cell looks: its neighbours are as it is, or not.
type cellLook struct {
	tone           show.Tone
	text, note, id string
}

// cell returns how the cell looks that begins at base: if it is of several
// pages, as what the most of those in use are.
func (m *heapMap) cell(base uint64, each int) cellLook {
	inUse, most := 0, 0
	look := cellLook{tone: tonePageFree, note: "free"}
	m.uses(base, uint64(each)*pageSize, func(s *alloc.Span, p, pages int) {
		inUse += pages
		if pages <= most {
			return
		}
		most = pages
		if s == nil {
			id := fmt.Sprintf("P%d", p)
			look = cellLook{tone: tonePageCached, note: "in the page cache of " + id, id: id}
			return
		}
		look = cellLook{spanTone(s.SlotSize, s.Class == 0), itoa(s.SlotSize), s.String(), spanID(s.Base)}
	})
	if each > 1 && inUse > 0 {
		look = cellLook{tone: look.tone, note: fmt.Sprintf("%d of %d pages in use", inUse, each)}
	}
	return look
}

// lines is the text form: what is mapped, and the spans by class.
func (m *heapMap) lines() []string {
	st := m.snap.Stats
	lines := []string{fmt.Sprintf("mapped %s: in use %s, free %s, released %s", size(st.Mapped), size(st.HeapInUse), size(st.HeapFree), size(st.HeapReleased))}
	for _, a := range m.snap.Arenas {
		lines = append(lines, fmt.Sprintf("arena %#x: %s mapped, %s in use, %s", a.Base, size(a.Mapped), size(a.InUse), plural(a.Spans, "span", "spans")))
		if len(lines) > 20 {
			lines = append(lines, fmt.Sprintf("and %d more arenas", len(m.snap.Arenas)-20))
			break
		}
	}
	type group struct{ spans, pages, used, slots int }
	groups := map[string]*group{}
	var order []string
	for i := range m.snap.Spans {
		s := &m.snap.Spans[i]
		name := className(s.SlotSize, s.Class == 0, s.Noscan)
		g := groups[name]
		if g == nil {
			g = &group{}
			groups[name] = g
			order = append(order, name)
		}
		g.spans++
		g.pages += s.Pages
		g.used += s.Used
		g.slots += s.Slots
	}
	for i, name := range order {
		if len(lines) == maxTextLines-1 {
			lines = append(lines, fmt.Sprintf("and spans of %d more classes", len(order)-i))
			break
		}
		g := groups[name]
		lines = append(lines, fmt.Sprintf("%-22s %s of %s, %d of %d slots used", name, plural(g.spans, "span", "spans"), plural(g.pages, "page", "pages"), g.used, g.slots))
	}
	for _, p := range m.snap.Procs {
		if n := bits.OnesCount64(p.PageFree); n > 0 && len(lines) < maxTextLines+8 {
			lines = append(lines, fmt.Sprintf("page cache of P%d: %s from %s on", p.ID, plural(n, "page", "pages"), pageName(p.PageBase)))
		}
	}
	return lines
}

// className names what the slots of a span are for: "48 B scan".
func className(slot int, large, noscan bool) string {
	kind := "scan"
	if noscan {
		kind = "noscan"
	}
	if large {
		return "large " + kind
	}
	return itoa(slot) + " B " + kind
}

// The tones of slots.
const (
	toneSlotFree   = show.Plain
	toneSlotInUse  = show.Tone1
	toneSlotMarked = show.Tone2
)

func slotKeys() []show.Key {
	return []show.Key{
		{Tone: toneSlotInUse, Text: "in use"},
		{Tone: toneSlotMarked, Text: "in use and marked"},
		{Tone: toneSlotFree, Text: "free"},
	}
}

func slotTone(inUse, marked bool) show.Tone {
	switch {
	case marked:
		return toneSlotMarked
	case inUse:
		return toneSlotInUse
	}
	return toneSlotFree
}

// SpanSlots draws the slots of one span: those in use, those of them that are
// marked, and the free ones. Each has its number for who points at it; where there
// are few, the number is written into it.
func SpanSlots(s alloc.Span) show.Figure {
	f := show.Figure{Title: "One span and its slots", Width: mapWidth, Keys: slotKeys()}
	if s.Base == 0 {
		f.Description, f.Lines, f.Height = "There is no span.", []string{"no span"}, lineStep
		return f
	}
	f.Description = fmt.Sprintf("The span at %#x: %s of %d bytes, %d in use; the search for a free one goes on at slot %d. It is in %s.",
		s.Base, plural(s.Slots, "slot", "slots"), s.SlotSize, s.Used, s.Next, s.Where)
	f.Lines = []string{s.String(), fmt.Sprintf("freeindex %d; # in use, m marked, . free", s.Next)}
	each := 32
	for each > 8 && s.Slots <= each*4 {
		each /= 2
	}
	w := float64(mapWidth-2*mapLeft) / float64(each)
	h := min(w, 18)
	for i := range s.Slots {
		inUse, marked := s.InUse[i], s.Marked[i]
		b := show.Shape{
			Kind: show.Box, X: mapLeft + float64(i%each)*w, Y: 4 + float64(i/each)*(h+2), W: w, H: h,
			Tone: slotTone(inUse, marked),
			Note: fmt.Sprintf("slot %d: %s", i, slotWords(inUse, marked)),
		}
		if w >= 24 {
			b.Text = itoa(i)
		}
		f.Shapes = append(f.Shapes, b)
	}
	f.Height = 8 + float64((s.Slots+each-1)/each)*(h+2)
	f.Lines = append(f.Lines, slotLines(s)...)
	return f
}

func slotWords(inUse, marked bool) string {
	switch {
	case inUse && marked:
		return "in use, marked"
	case marked:
		return "marked"
	case inUse:
		return "in use"
	}
	return "free"
}

// slotLines draws the slots as letters, 64 in a line.
func slotLines(s alloc.Span) []string {
	var lines []string
	var b strings.Builder
	for i := range s.Slots {
		switch {
		case s.Marked[i]:
			b.WriteByte('m')
		case s.InUse[i]:
			b.WriteByte('#')
		default:
			b.WriteByte('.')
		}
		if (i+1)%64 == 0 || i+1 == s.Slots {
			lines = append(lines, b.String())
			b.Reset()
		}
	}
	return lines
}
