package site

import (
	"cmp"
	"slices"
	"unicode/utf8"

	"rtbook/runner/show"
)

const (
	laneHeight = 30.0 // pixels, of which a span has all but laneGap
	laneGap    = 8.0
	laneWide   = 600.0  // a timeline is at least as wide, and as the column
	laneWidest = 1600.0 // and at most, if its spans have much to say
)

// timeline draws lanes. Their names stay where they are when the lanes scroll.
func (w *displayer) timeline(t show.Timeline) {
	w.open("timeline", t.Title, t.Description)
	w.lanes(t, w.names(t.Description))
	w.keys(t.Keys)
}

// lanes draws the lanes of a timeline.
func (w *displayer) lanes(t show.Timeline, names raw) {
	lo, hi := reach(t)
	width := laneRoom(t, hi-lo)
	height := float64(len(t.Lanes)) * laneHeight
	w.WriteString(`<div class="lanes"><div class="lane-names" aria-hidden="true">`)
	for _, name := range t.Lanes {
		w.put(`<span title="%s">%[1]s</span>`, name)
	}
	w.put("</div>\n<div%s><svg role=\"img\"%s width=\"%s\" height=\"%s\">\n", w.scroll(), names, num(width), num(height+24))
	var tones []show.Tone
	for _, s := range t.Spans {
		tones = append(tones, s.Tone)
	}
	w.patterns(tones)
	w.timeAxis(t, lo, hi, height)
	for _, s := range t.Spans {
		w.span(s, lo, hi, width)
	}
	next, over := afterMarks(t, int64(hi)), onTexts(t, hi-lo, width)
	for i, m := range t.Marks {
		room := float64(next[i]-m.At) / (hi - lo) * width
		if over[i] {
			room = 0
		}
		w.mark(m, lo, hi, room)
	}
	w.WriteString("</svg></div></div>\n")
}

// reach returns the times that a timeline covers.
func reach(t show.Timeline) (lo, hi float64) {
	first, last := int64(0), int64(0)
	some := false
	include := func(at int64) {
		if !some {
			first, last, some = at, at, true
		}
		first, last = min(first, at), max(last, at)
	}
	for _, s := range t.Spans {
		include(s.From)
		include(s.To)
	}
	for _, m := range t.Marks {
		include(m.At)
	}
	return float64(first), max(float64(last), float64(first)+1)
}

// laneRoom returns the width at which three of four spans can show their texts,
// of those that can at all. It is no more than usual if it need not be much more.
func laneRoom(t show.Timeline, time float64) float64 {
	var wanted []float64
	for _, s := range t.Spans {
		if s.To > s.From && s.Text != "" {
			pixels := float64(utf8.RuneCountInString(s.Text))*svgGlyph + 8
			if width := pixels * time / float64(s.To-s.From); width <= laneWidest {
				wanted = append(wanted, width)
			}
		}
	}
	if len(wanted) == 0 {
		return laneWide
	}
	slices.Sort(wanted)
	if width := wanted[len(wanted)*3/4]; width > laneWide*3/2 {
		return width
	}
	return laneWide
}

// timeAxis draws the lanes' lines and the times below them.
func (w *displayer) timeAxis(t show.Timeline, lo, hi, height float64) {
	w.WriteString(`<g class="axes">`)
	for i := range t.Lanes {
		y := num((float64(i) + .5) * laneHeight)
		w.put(`<line x1="0" x2="100%%" y1="%s" y2="%s"></line>`, y, y)
	}
	list, step := ticks(lo, hi, 6)
	for i, v := range list {
		at, text, class := percent(v, lo, hi), tickText(v, step), raw("mid")
		switch {
		case (v-lo)/(hi-lo) < .03:
			class = "start"
		case (v-lo)/(hi-lo) > .97:
			class = "end"
		}
		if i == len(list)-1 && t.Unit != "" {
			text += " " + t.Unit
			if class == "mid" && (v-lo)/(hi-lo) > .93 {
				class = "end"
			}
		}
		w.put(`<line x1="%s" x2="%s" y1="0" y2="%s"></line><text class="%s" x="%s" y="%s">%s</text>`, at, at, num(height+4), class, at, num(height+18), text)
	}
	w.WriteString("</g>\n")
}

// span draws what a lane did for a while. Its text is cut at its end, and left
// out where there is no room.
func (w *displayer) span(s show.Span, lo, hi, width float64) {
	long := max(float64(s.To-s.From), (hi-lo)/500) // what takes no time is seen all the same
	y := float64(s.Lane)*laneHeight + laneGap/2
	w.put(`<svg class="span %s"%s x="%s" y="%s" width="%s" height="%s">`, toneClass(s.Tone), attr("data-id", s.ID),
		percent(float64(s.From), lo, hi), num(y), percent(long, 0, hi-lo), num(laneHeight-laneGap))
	w.put(`<rect class="box" width="100%%" height="100%%"%s></rect>`, w.fill(s.Tone))
	if text := fit(s.Text, float64(s.To-s.From)/(hi-lo)*width-6); text != "" {
		w.put(`<text x="4" y="%s">%s</text>`, num((laneHeight-laneGap)/2+svgText*.35), text)
	}
	note := s.Text
	if s.Note != "" {
		note += ": " + s.Note
	}
	w.put("<title>%s</title></svg>\n", note)
}

// afterMarks returns for each mark when the next thing begins in its lane.
func afterMarks(t show.Timeline, end int64) []int64 {
	starts := make([][]int64, len(t.Lanes))
	for _, s := range t.Spans {
		starts[s.Lane] = append(starts[s.Lane], s.From, s.To)
	}
	for _, m := range t.Marks {
		starts[m.Lane] = append(starts[m.Lane], m.At)
	}
	for _, list := range starts {
		slices.Sort(list)
	}
	next := make([]int64, len(t.Marks))
	for i, m := range t.Marks {
		list := starts[m.Lane]
		next[i] = end
		if at, _ := slices.BinarySearch(list, m.At+1); at < len(list) {
			next[i] = list[at]
		}
	}
	return next
}

// onTexts returns for each mark whether it stands where a span has its text, so
// that another text would be written over it.
func onTexts(t show.Timeline, time, width float64) []bool {
	spans := make([][]show.Span, len(t.Lanes))
	for _, s := range t.Spans {
		spans[s.Lane] = append(spans[s.Lane], s)
	}
	for _, list := range spans {
		slices.SortFunc(list, func(a, b show.Span) int { return cmp.Compare(a.From, b.From) })
	}
	over := make([]bool, len(t.Marks))
	for i, m := range t.Marks {
		list := spans[m.Lane]
		n, _ := slices.BinarySearchFunc(list, m.At+1, func(s show.Span, at int64) int { return cmp.Compare(s.From, at) })
		if n == 0 {
			continue
		}
		s := list[n-1]
		text := fit(s.Text, float64(s.To-s.From)/time*width-6)
		end := float64(utf8.RuneCountInString(text))*svgGlyph + 8
		over[i] = text != "" && float64(m.At-s.From)/time*width < end
	}
	return over
}

// mark draws what happened at one moment, with its text if that takes no more
// than some pixels.
func (w *displayer) mark(m show.Mark, lo, hi, room float64) {
	y := float64(m.Lane) * laneHeight
	w.put(`<svg class="mark"%s x="%s" y="%s" width="1" height="%s"><path d="M-4 0h8l-4 7zM0 7V%[4]s"></path>`, attr("data-id", m.ID),
		percent(float64(m.At), lo, hi), num(y), num(laneHeight-laneGap/2))
	if float64(utf8.RuneCountInString(m.Text))*svgGlyph+8 < room {
		w.put(`<text x="6" y="%s">%s</text>`, num(laneHeight/2+svgText*.35), m.Text)
	}
	note := m.Text
	if m.Note != "" {
		note += ": " + m.Note
	}
	w.put("<title>%s</title></svg>\n", note)
}
