package view

import (
	"strconv"

	"rtbook/runner/show"
)

// Bounds of a stepper: beyond them a recording is too long to be stepped
// through, and its end is left out.
const (
	maxSteps = 10_000  // steps
	maxBytes = 6 << 20 // bytes of its data, about
	maxRow   = 32      // items of a row of labelled boxes
)

// builder makes a stepper, one step after the other. What rows hold is
// known to it, so that a step has only what it changes.
type builder struct {
	s     show.Stepper
	rows  [][]row           // by panel
	dirty []*row            // to be looked at when the step ends, in the order in which they were changed
	size  int               // bytes of data so far, about
	texts map[string]*thing // of words, made once each

	// What the slices of the steps are cut from, so that not every step
	// allocates its own.
	changes []show.Change
	items   []show.Item
	focus   []string
	some    []show.Change // the changes of the step under way
}

// row is a row of a panel: what it holds, and what the last step showed.
type row struct {
	panel, row  int
	dirty       bool
	want, shown []entry
	from, to    int // what of want was patched: all that may differ, unless it was set
}

// entry stands for an item: what it is of, and its tone.
type entry struct {
	tone show.Tone
	item *thing // the same for all equal ones
}

// thing is what items are of: a goroutine, a span, a word.
type thing struct {
	text, id string
	alone    [show.Strong + 1][]show.Item // of each tone: an item by itself, for changes that add just that
}

// one returns the item of a tone, which many changes share.
func (t *thing) one(tone show.Tone) []show.Item {
	if t.alone[tone] == nil {
		t.alone[tone] = []show.Item{{Text: t.text, Tone: tone, ID: t.id}}
	}
	return t.alone[tone]
}

// panel adds a panel and returns its number.
func (b *builder) panel(name string, kind show.PanelKind, names []string) int {
	n := len(b.s.Panels)
	b.s.Panels = append(b.s.Panels, show.Panel{Name: name, Kind: kind, Rows: names})
	rows := make([]row, len(names))
	for i := range rows {
		rows[i].panel, rows[i].row = n, i
	}
	b.rows = append(b.rows, rows)
	return n
}

// at returns a row that is about to be changed.
func (b *builder) at(panel, number int) *row {
	r := &b.rows[panel][number]
	if !r.dirty {
		r.dirty = true
		r.from, r.to = len(r.want), 0
		b.dirty = append(b.dirty, r)
	}
	return r
}

// full reports whether no more steps fit.
func (b *builder) full() bool { return len(b.s.Steps) >= maxSteps || b.size >= maxBytes }

// grow prepares for n steps.
func (b *builder) grow(n int) { b.s.Steps = make([]show.Step, 0, min(n, maxSteps)) }

// step ends a step: what the rows hold now is what it shows.
func (b *builder) step(st show.Step, focus ...string) {
	b.some = b.some[:0]
	for _, r := range b.dirty {
		r.dirty = false
		b.diff(r)
	}
	b.dirty = b.dirty[:0]
	if n := len(b.some); n > 0 {
		if cap(b.changes)-len(b.changes) < n {
			b.changes = make([]show.Change, 0, max(n, chunk))
		}
		at := len(b.changes)
		b.changes = append(b.changes, b.some...)
		st.Changes = b.changes[at : at+n : at+n]
	}
	if cap(b.focus)-len(b.focus) < len(focus) {
		b.focus = make([]string, 0, max(len(focus), chunk))
	}
	at := len(b.focus)
	for _, f := range focus {
		if f != "" {
			b.focus = append(b.focus, f)
		}
	}
	st.Focus = b.focus[at:len(b.focus):len(b.focus)]
	b.s.Steps = append(b.s.Steps, st)
	b.size += 40 + len(st.Event) + len(st.What) + len(st.Why) + 45*len(st.Changes) + 12*len(focus)
}

// chunk is how much is allocated at once of what steps consist of.
const chunk = 2048

// diff adds the changes from what a row showed to what it holds: of what is
// between the part at the beginning that both have, and the part at the end.
func (b *builder) diff(r *row) {
	if r.from >= r.to {
		return
	}
	old, now := r.shown, r.want
	head, tail := 0, 0
	if len(old) == len(now) {
		head, tail = min(r.from, len(now)), len(now)-min(r.to, len(now)) // nothing else was touched
	}
	for head < len(old) && head < len(now) && old[head] == now[head] {
		head++
	}
	for tail < len(old)-head && tail < len(now)-head && old[len(old)-1-tail] == now[len(now)-1-tail] {
		tail++
	}
	gone, added := old[head:len(old)-tail], now[head:len(now)-tail]
	if len(gone) == 0 && len(added) == 0 {
		return
	}
	at := head
	if less, more, same := moved(gone, added); same > 0 {
		b.change(r, at, less, added[:more])
		at, gone, added = at+more+same, gone[less+same:], added[more+same:]
	}
	b.change(r, at, len(gone), added)
	if len(old) == len(now) {
		copy(old[head:], now[head:len(now)-tail])
		return
	}
	r.shown = append(old[:head], now[head:]...)
}

// change adds a change of a row, unless it is none.
func (b *builder) change(r *row, at, drop int, added []entry) {
	if drop > 0 || len(added) > 0 {
		b.some = append(b.some, show.Change{Panel: r.panel, Row: r.row, At: at, Drop: drop, Items: b.make(added)})
	}
}

// moved finds out whether most of a row has only moved, as that of a queue does
// when its first one leaves: less entries go, or more come, before some that stay
// the same. same is 0 if that is not so.
func moved(gone, added []entry) (less, more, same int) {
	if len(gone) < 4 || len(added) < 4 || len(gone) > 2*maxRow {
		return 0, 0, 0
	}
	for k := 1; k < len(gone) && k < len(added); k++ {
		if n := common(gone[k:], added); n > 2 {
			return k, 0, n
		}
		if n := common(gone, added[k:]); n > 2 {
			return 0, k, n
		}
	}
	return 0, 0, 0
}

// common returns how many entries at the beginning two rows have in common.
func common(a, b []entry) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// make makes items of entries.
func (b *builder) make(added []entry) []show.Item {
	n := len(added)
	if n == 0 {
		return nil
	}
	for _, e := range added {
		b.size += 12
		if e.item.text != "" {
			b.size += 22 + len(e.item.text) + len(e.item.id)
		}
	}
	if n == 1 {
		return added[0].item.one(added[0].tone)
	}
	if cap(b.items)-len(b.items) < n {
		b.items = make([]show.Item, 0, max(n, chunk))
	}
	at := len(b.items)
	for _, e := range added {
		b.items = append(b.items, show.Item{Text: e.item.text, Tone: e.tone, ID: e.item.id})
	}
	return b.items[at : at+n : at+n]
}

// set makes a row hold entries, as far as they fit.
func (r *row) set(entries ...entry) {
	r.clear()
	r.want = append(r.want, entries...)
}

// clear empties a row, which is then to be filled.
func (r *row) clear() {
	r.want = r.want[:0]
	r.from, r.to = 0, 1<<30
}

// add adds an entry at the end of a row that was cleared.
func (r *row) add(e entry) { r.want = append(r.want, e) }

// patch changes one entry.
func (r *row) patch(at int, e entry) {
	r.want[at] = e
	r.from, r.to = min(r.from, at), max(r.to, at+1)
}

// more is the entry that stands for n that are left out.
func (b *builder) more(n int) entry { return b.words("+"+strconv.Itoa(n), show.Quiet) }

// words is the entry of a text that is nobody's name.
func (b *builder) words(text string, tone show.Tone) entry {
	it := b.texts[text]
	if it == nil {
		if b.texts == nil {
			b.texts = make(map[string]*thing)
		}
		it = &thing{text: text}
		b.texts[text] = it
	}
	return entry{tone, it}
}
