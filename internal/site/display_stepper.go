package site

import (
	"slices"
	"strconv"
	"strings"

	"rtbook/runner/show"
)

const (
	frameCount  = 6   // key frames, where the stepper names none
	tableLimit  = 60  // steps up to which a table has all
	tableStart  = 50  // steps that a table has if it has not all
	staticSpans = 400 // of lanes, up to which they are drawn without scripts
	rowLimit    = 512 // items of a row that a key frame draws: scripts have the rest
	frameLimit  = 24  // key frames, however many the stepper names
)

// leadsToStep reports whether a fragment names a step of a cell's stepper:
// fifty@12, or fifty@2.12 if that is the second display of the cell.
func (p *page) leadsToStep(fragment string) bool {
	id, step, ok := strings.Cut(fragment, "@")
	number, step, second := strings.Cut(step, ".")
	if !second {
		number, step = "", number
	}
	if n, err := strconv.Atoi(step); !ok || err != nil || n < 1 {
		return false
	}
	if i, err := strconv.Atoi(number); second && err == nil {
		return p.recordings[p.dataName(id, i-1)]
	}
	for name := range p.recordings {
		if rest, ok := strings.CutPrefix(name, strings.TrimSuffix(p.dataName(id, 0), "1.js")); ok && !strings.Contains(rest, "-") {
			return true
		}
	}
	return false
}

// stepState is what the panels of a stepper show: items by panel and row.
type stepState [][][]show.Item

func newStepState(panels []show.Panel) stepState {
	s := make(stepState, len(panels))
	for i, p := range panels {
		s[i] = make([][]show.Item, len(p.Rows))
	}
	return s
}

// apply makes the changes of a step, as [show.Stepper.Check] has found them
// possible.
func (s stepState) apply(step show.Step) {
	for _, c := range step.Changes {
		s[c.Panel][c.Row] = slices.Replace(s[c.Panel][c.Row], c.At, c.At+c.Drop, c.Items...)
	}
}

// names returns what a step is about that its words do not say: the texts of the
// first items with the ids in its focus, or the ids where no item has a text.
// theme/stepper.js does the same.
func (s stepState) names(step show.Step) []string {
	var all []string
	for _, id := range step.Focus {
		if name := s.name(id); !strings.Contains(step.What, name) && !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	return all
}

func (s stepState) name(id string) string {
	for _, rows := range s {
		for _, row := range rows {
			for _, it := range row {
				if it.ID == id && it.Text != "" {
					return it.Text
				}
			}
		}
	}
	return id
}

// keyFrames returns the steps that are drawn where nothing moves.
func keyFrames(s show.Stepper) []int {
	if len(s.Frames) > 0 {
		frames := slices.Clone(s.Frames)
		slices.Sort(frames)
		if frames = slices.Compact(frames); len(frames) > frameLimit {
			for i := range frameLimit {
				frames[i] = frames[i*(len(frames)-1)/(frameLimit-1)]
			}
			frames = frames[:frameLimit]
		}
		return frames
	}
	n := len(s.Steps)
	var frames []int
	for i := range min(n, frameCount) {
		frames = append(frames, i*(n-1)/max(1, min(n, frameCount)-1))
	}
	return frames
}

// stepper draws a run: what scripts need to open it, the lanes of the whole run,
// key frames, and a table of its steps.
func (w *displayer) stepper(s show.Stepper) {
	w.open("stepper", s.Title, s.Description)
	if s.Stopped != "" {
		w.put("<p class=\"stopped\"><strong>It stopped early.</strong> %s</p>\n", s.Stopped)
	}
	if len(s.Steps) == 0 {
		w.WriteString("<p class=\"act\">Nothing happened.</p>\n")
		return
	}
	frames := keyFrames(s)
	w.act(s, len(frames))
	w.keys(s.Keys)
	w.WriteString("<div class=\"still\">\n")
	for i, p := range s.Panels {
		if t, ok := laneTimeline(s, i); ok && len(t.Lanes) > 0 {
			w.put("<p class=\"panel-name\" id=\"%s-l%d\">%s</p>\n", w.id, i, p.Name)
			w.lanes(t, attr("aria-labelledby", w.id+"-l"+strconv.Itoa(i)))
		}
	}
	w.frames(s, frames)
	w.stepTable(s)
	w.WriteString("</div>\n")
}

// act writes how many steps there are, and the button that opens them.
func (w *displayer) act(s show.Stepper, frames int) {
	w.WriteString(`<p class="act">`)
	if w.data != "" {
		w.body.explores = true
		w.body.data[w.data] = recording(w.data, s)
		number := raw("") // of one run among several, nothing leads to a step
		if w.steps != "" {
			number = attr("data-number", strconv.Itoa(w.number))
		}
		w.put(`<button class="scripted" type="button" data-name="%s"%s>Step through it</button> `, w.data, number)
	}
	switch n := len(s.Steps); {
	case n == 1:
		w.WriteString("<span>One step.</span>")
	case n == frames:
		w.put("<span>%d steps.</span>", n)
	default:
		are := "are"
		if frames == 1 {
			are = "is"
		}
		w.put("<span>%s steps, of which %d %s below.</span>", tickText(float64(n), 1), frames, are)
	}
	w.WriteString("</p>\n")
}

// frames draws some of the steps.
func (w *displayer) frames(s show.Stepper, frames []int) {
	w.WriteString("<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Key frames\"><ol class=\"frames\">\n")
	state, next := newStepState(s.Panels), 0
	for _, f := range frames {
		for ; next <= f; next++ {
			state.apply(s.Steps[next])
		}
		step := s.Steps[f]
		id := raw("")
		if w.steps != "" {
			id = attr("id", w.steps+strconv.Itoa(f+1))
		}
		w.put(`<li class="frame"%s><p class="step"><b>Step %s</b> `, id, tickText(float64(f+1), 1))
		if s.Unit != "" {
			w.put(`<span class="time">%s %s</span> `, tickText(float64(step.Time), 1), s.Unit)
		}
		w.put("<span class=\"event\">%s</span> %s</p>\n", step.Event, step.What)
		w.put("<p class=\"why\">%s</p>\n", step.Why)
		w.WriteString("<div class=\"panels\">")
		for i, p := range s.Panels {
			w.panel(p, state[i], s.Keys, step.Focus)
		}
		w.WriteString("</div></li>\n")
	}
	w.WriteString("</ol></div>\n")
}

// panel draws a panel as theme/stepper.js does.
func (w *displayer) panel(p show.Panel, rows [][]show.Item, keys []show.Key, focus []string) {
	kind := p.Kind
	if kind == show.Lanes {
		kind = show.Queues // at one moment, a lane is a row of at most one
	}
	w.put("<div class=\"panel %s\" role=\"group\" aria-label=\"%s\"><p class=\"panel-name\">%[2]s</p>", string(kind), p.Name)
	for i, name := range p.Rows {
		w.put(`<div class="row"><span class="row-name">%s</span><ul class="items">`, name)
		for _, it := range rows[i][:min(len(rows[i]), rowLimit)] {
			w.item(it, slices.Contains(focus, it.ID) && it.ID != "", kind)
		}
		if more := len(rows[i]) - rowLimit; more > 0 {
			w.put(`<li class="more">and %s more</li>`, tickText(float64(more), 1))
		}
		w.WriteString("</ul>")
		if kind == show.Cells {
			w.put(`<span class="count">%s</span>`, countTones(rows[i], keys))
		}
		w.WriteString("</div>")
	}
	w.WriteString("</div>\n")
}

// item draws something in a row.
func (w *displayer) item(it show.Item, focused bool, kind show.PanelKind) {
	class := toneClass(it.Tone)
	if focused {
		class += " focus"
	}
	if kind == show.Cells {
		w.put(`<li class="%s"%s%s></li>`, class, attr("title", it.Text), attr("data-id", it.ID))
		return
	}
	w.put(`<li class="%s"%s>%s</li>`, class, attr("data-id", it.ID), it.Text)
}

// countTones says how many items there are of each tone that has a meaning.
func countTones(items []show.Item, keys []show.Key) string {
	var parts []string
	for _, k := range keys {
		n := 0
		for _, it := range items {
			if it.Tone == k.Tone {
				n++
			}
		}
		if n > 0 {
			parts = append(parts, strconv.Itoa(n)+" "+k.Text)
		}
	}
	if len(parts) == 0 {
		return strconv.Itoa(len(items))
	}
	return strings.Join(parts, ", ")
}

// stepTable writes the steps: all, or if there are many the first. What a step
// is about, which lights up in the panels, is a column.
func (w *displayer) stepTable(s show.Stepper) {
	n, title := len(s.Steps), "All steps as a table"
	if n > tableLimit {
		n = tableStart
		title = "The first " + strconv.Itoa(n) + " of " + tickText(float64(len(s.Steps)), 1) + " steps as a table"
	}
	columns, right := []string{"Step", "Event", "What", "About", "Why"}, []bool{true}
	if s.Unit != "" {
		columns, right = slices.Insert(columns, 1, s.Unit), []bool{true, true}
	}
	const about = 2 // from the end
	var rows [][]string
	state, some := newStepState(s.Panels), false
	for i, step := range s.Steps[:n] {
		state.apply(step)
		names := strings.Join(state.names(step), ", ")
		some = some || names != ""
		row := []string{strconv.Itoa(i + 1), step.Event, step.What, names, step.Why}
		if s.Unit != "" {
			row = slices.Insert(row, 1, tickText(float64(step.Time), 1))
		}
		rows = append(rows, row)
	}
	if !some {
		drop := func(row []string) []string { return slices.Delete(row, len(row)-about, len(row)-about+1) }
		columns = drop(columns)
		for i := range rows {
			rows[i] = drop(rows[i])
		}
	}
	w.put("<details class=\"steps\"><summary>%s</summary>\n<div class=\"scroll long\" tabindex=\"0\" role=\"group\" aria-label=\"%[1]s\">", title)
	w.grid(title, columns, right, rows)
	if more := len(s.Steps) - n; more > 0 {
		w.put("<p>%s more steps follow.</p>", tickText(float64(more), 1))
	}
	w.WriteString("</div></details>\n")
}

// laneTimeline returns what a panel of lanes shows over the whole run. It is not
// ok for other panels, and where there is too much to draw.
func laneTimeline(s show.Stepper, panel int) (show.Timeline, bool) {
	p := s.Panels[panel]
	if p.Kind != show.Lanes {
		return show.Timeline{}, false
	}
	t := show.Timeline{Lanes: p.Rows, Unit: s.Unit}
	time := func(i int) int64 { return int64(i + 1) }
	if s.Unit != "" && s.Steps[len(s.Steps)-1].Time > s.Steps[0].Time {
		time = func(i int) int64 { return s.Steps[i].Time }
	} else {
		t.Unit = "steps"
	}
	open := make([]*show.Span, len(p.Rows))
	end := func(row int, at int64) {
		if open[row] != nil {
			open[row].To = at
			t.Spans = append(t.Spans, *open[row])
			open[row] = nil
		}
	}
	for i, step := range s.Steps {
		for _, c := range step.Changes {
			if c.Panel != panel {
				continue
			}
			if c.Drop > 0 {
				end(c.Row, time(i))
			}
			if len(c.Items) > 0 {
				it := c.Items[0]
				open[c.Row] = &show.Span{Lane: c.Row, From: time(i), Text: it.Text, Tone: it.Tone, ID: it.ID}
			}
		}
	}
	for row := range open {
		end(row, time(len(s.Steps)-1))
	}
	return t, len(t.Spans) <= staticSpans
}
