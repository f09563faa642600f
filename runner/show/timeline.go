package show

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Text returns a strip for each lane, in which a letter stands for a span, and
// the list of the spans and marks.
func (t Timeline) Text() string { return text(t) }

// Check wants a title, lanes, and spans that do not overlap in them.
func (t Timeline) Check() error { return check(t) }

func (t Timeline) fault() error {
	var c checker
	c.begin(t.Title, t.Description, t.Keys)
	c.text("the unit", t.Unit)
	c.some(len(t.Lanes), "lanes")
	c.count(len(t.Lanes), MaxParts, "lanes")
	c.texts("lane", t.Lanes)
	c.count(len(t.Spans)+len(t.Marks), MaxSpans, "spans and marks")
	for i, s := range t.Spans {
		c.index("span", i, "lane", s.Lane, len(t.Lanes))
		c.integer("span", i, s.From, s.To)
		c.tone("span", i, s.Tone)
		c.textOf("span", i, s.Text, s.Note, s.ID)
		if s.From > s.To {
			c.fail("span %d begins at %d and ends at %d", i+1, s.From, s.To)
		}
	}
	for i, m := range t.Marks {
		c.index("mark", i, "lane", m.Lane, len(t.Lanes))
		c.integer("mark", i, m.At)
		c.textOf("mark", i, m.Text, m.Note, m.ID)
	}
	if c.err == nil {
		c.overlap(t)
	}
	return c.err
}

// overlap finds spans of a lane that overlap.
func (c *checker) overlap(t Timeline) {
	order := make([]int, len(t.Spans))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return compareSpans(t.Spans[a], t.Spans[b]) })
	for k := 1; k < len(order); k++ {
		a, b := t.Spans[order[k-1]], t.Spans[order[k]]
		if a.Lane == b.Lane && b.From < a.To {
			c.fail("spans %d and %d overlap in lane %q", order[k-1]+1, order[k]+1, t.Lanes[a.Lane])
		}
	}
}

// compareSpans orders spans by lane and time.
func compareSpans(a, b Span) int {
	return cmp.Or(cmp.Compare(a.Lane, b.Lane), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
}

// stripWidth is how many columns the strip of a lane has.
const stripWidth = 64

// letters stand for spans in a strip, by their texts; where they are used up,
// all others have the last one.
const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ#"

func (t Timeline) appendText(b []byte) []byte {
	b = appendLine(b, "%s", clean(t.Title))
	entries := t.entries()
	if len(entries) == 0 {
		return appendLine(b, "nothing happens")
	}
	from, to := entries[0].from, entries[0].to
	for _, e := range entries {
		to = max(to, e.to)
	}
	b = t.appendStrips(b, entries, from, to)
	g := grid{columns: []Column{{Name: "from", Right: true}, {Name: "to", Right: true}, {Name: "lane"}, {}, {Name: "what"}, {Name: "note"}}}
	shown := min(len(entries), textLines)
	for _, e := range entries[:shown] {
		end := ""
		if e.letter != markLetter {
			end = number(e.to)
		}
		g.add(number(e.from), end, t.Lanes[e.lane], string(e.letter), e.text, e.note)
	}
	b = g.append(b, "")
	if left := len(entries) - shown; left > 0 {
		b = appendLine(b, "%s", more(left, "entry", "entries"))
	}
	return b
}

// markLetter stands for a mark in a strip.
const markLetter = '!'

// entry is a span or a mark in the text form.
type entry struct {
	lane       int
	from, to   int64
	letter     byte
	text, note string
}

// entries returns the spans and marks by time, and by lane where they begin at
// the same time.
func (t Timeline) entries() []entry {
	var all []entry
	for _, s := range t.Spans {
		all = append(all, entry{s.Lane, s.From, s.To, 0, s.Text, s.Note})
	}
	for _, m := range t.Marks {
		all = append(all, entry{m.Lane, m.At, m.At, markLetter, m.Text, m.Note})
	}
	slices.SortStableFunc(all, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.lane, b.lane))
	})
	known := make(map[string]byte)
	for i, e := range all {
		if e.letter == markLetter {
			continue
		}
		if known[e.text] == 0 {
			known[e.text] = letters[min(len(known), len(letters)-1)]
		}
		all[i].letter = known[e.text]
	}
	return all
}

// appendStrips draws the lanes.
func (t Timeline) appendStrips(b []byte, entries []entry, from, to int64) []byte {
	strips := make([][]byte, len(t.Lanes))
	for i := range strips {
		strips[i] = bytes.Repeat([]byte{'.'}, stripWidth)
	}
	length := float64(max(1, to-from))
	column := func(at int64) int {
		return min(stripWidth-1, int(float64(at-from)/length*stripWidth))
	}
	for _, e := range entries {
		if e.letter == markLetter {
			continue
		}
		for at := column(e.from); at == column(e.from) || at < column(e.to) || e.to == to && at < stripWidth; at++ {
			strips[e.lane][at] = e.letter
		}
	}
	for _, e := range entries {
		if e.letter == markLetter {
			strips[e.lane][column(e.from)] = markLetter
		}
	}
	width := 0
	names := make([]string, len(t.Lanes))
	for i, l := range t.Lanes {
		names[i] = cut(clean(l), textWidth-stripWidth-4)
		width = max(width, utf8.RuneCountInString(names[i]))
	}
	shown := min(len(strips), textLines)
	for i, strip := range strips[:shown] {
		b = appendLine(b, "%s |%s|", pad(names[i], width, false), strip)
	}
	if left := len(strips) - shown; left > 0 {
		b = appendLine(b, "%s", more(left, "lane", "lanes"))
	}
	return appendLine(b, "%s %s", pad("", width, false), axis(number(from), strings.TrimSpace(number(to)+" "+clean(t.Unit)), stripWidth+2))
}

// axis writes what is at both ends of a line.
func axis(from, to string, width int) string {
	return from + pad(to, max(width-utf8.RuneCountInString(from), utf8.RuneCountInString(to)+1), true)
}

func (t Timeline) appendData(b []byte) []byte {
	o := open(b)
	o.text("title", t.Title)
	o.text("description", t.Description)
	o.text("unit", t.Unit)
	list(&o, "lanes", t.Lanes, appendString)
	list(&o, "spans", t.Spans, func(b []byte, s Span) []byte {
		m := open(b)
		m.integer("lane", int64(s.Lane))
		m.integer("from", s.From)
		m.integer("to", s.To)
		m.text("text", s.Text)
		m.integer("tone", int64(s.Tone))
		m.textOpt("note", s.Note)
		m.textOpt("id", s.ID)
		return m.close()
	})
	listOpt(&o, "marks", t.Marks, func(b []byte, k Mark) []byte {
		m := open(b)
		m.integer("lane", int64(k.Lane))
		m.integer("at", k.At)
		m.text("text", k.Text)
		m.textOpt("note", k.Note)
		m.textOpt("id", k.ID)
		return m.close()
	})
	o.keysOpt(t.Keys)
	return o.close()
}
