package site

import (
	"encoding/json"
	"html/template"
	"strconv"
	"strings"

	"rtbook/internal/book"
	"rtbook/runner"
	"rtbook/runner/show"
)

// A display stands in the output of its cell, in place of its text form, which
// is folded below it. What is drawn is whole without scripts and on paper;
// explore.js adds what moves.
//
// Looks are the stylesheet's: elements have the class of their tone, t1 to t6,
// tq (quiet), ts (strong) or t0 (none), and the sizes of text are set there, too.
// A drawing that is wider than the column scrolls by itself.

// displayer draws one display.
type displayer struct {
	markup
	body   *body
	id     string // of the display, unique on the page: "rt:fifty-1"
	number int    // of the display among those of its cell, from 1
	steps  string // anchor of its steps, up to their numbers: "fifty@"; "" if they have none
	data   string // name of the file with its data; "" if it has none
}

// output returns what a cell printed, with what it displayed in its place. id is
// the cell's, or for one run among several that of the run, see [runID]. Figures
// are numbered on from b.figures and b.tables.
func (b *body) output(id, text string, displays []runner.Display) template.HTML {
	var m markup
	printed := func(text string) {
		if text != "" {
			m.WriteString(`<pre tabindex="0"><samp>`)
			escape(&writer{&m.Buffer}, []byte(text))
			m.WriteString("</samp></pre>\n")
		}
	}
	var later []string
	steppers := 0
	for i, d := range displays {
		anchor := id + "@" // of steps
		if steppers > 0 {
			anchor += strconv.Itoa(i+1) + "."
		}
		if isRun(id) {
			anchor = "" // there are as many of each as there are runs
		}
		drawn, ok := b.display(id, i, d, anchor)
		if !ok {
			continue // its text form stays
		}
		if d.Kind == "stepper" {
			steppers++
		}
		before, after, found := cutLines(text, book.EncodeOutput(d.Text))
		if !found {
			later = append(later, drawn)
			continue
		}
		for strings.HasSuffix(before, "\n\n") || before == "\n" {
			before = before[:len(before)-1]
		}
		printed(before)
		m.WriteString(drawn)
		text = strings.TrimLeft(after, "\n") // blank lines keep text forms apart, which are not here
	}
	printed(text)
	for _, drawn := range later {
		m.WriteString(drawn)
	}
	if m.Len() == 0 {
		m.WriteString(`<pre tabindex="0"><samp></samp></pre>`)
	}
	return template.HTML(strings.TrimSuffix(m.String(), "\n"))
}

// cutLines returns what is before and after some lines of a text: where they
// begin a line, if there is such a place.
func cutLines(text, lines string) (before, after string, found bool) {
	if lines == "" {
		return text, "", false
	}
	if strings.HasPrefix(text, lines) {
		return "", text[len(lines):], true
	}
	if i := strings.Index(text, "\n"+lines); i >= 0 {
		return text[:i+1], text[i+1+len(lines):], true
	}
	return strings.Cut(text, lines)
}

// runID returns what stands for the id of a cell in the ids of one of its runs.
func runID(cell string, run int) string { return cell + "." + strconv.Itoa(run+1) }

// isRun reports whether an id is that of a run: ids of cells have no dots.
func isRun(id string) bool { return strings.Contains(id, ".") }

// dataName returns the name of the file with the data of a display, beside the
// page.
func (p *page) dataName(id string, i int) string {
	return strings.TrimSuffix(p.name, ".html") + "." + id + "-" + strconv.Itoa(i+1) + ".js"
}

// surveyDisplays gives names to the files of data that come with a page.
func (s *site) surveyDisplays(files *Files, p *page) {
	p.recordings = map[string]bool{}
	claim := func(id string, displays []runner.Display) {
		for i, d := range displays {
			if name := p.dataName(id, i); d.Kind == "stepper" {
				p.recordings[name] = s.claim(files, name, p.chapter.Path, false)
			}
		}
	}
	for _, f := range p.chapter.Fences {
		if f.Role != book.RoleCell {
			continue
		}
		o := s.outcomes[p.chapter.Path+"#"+f.Cell.ID]
		claim(f.Cell.ID, o.Displays)
		if o.Sweep == nil {
			continue
		}
		for i, run := range o.Sweep.Runs {
			claim(runID(f.Cell.ID, i), run.Displays)
		}
	}
}

// display draws the display with index i of a cell. It is not ok if its data
// is of no known kind, or not as it must be.
func (b *body) display(id string, i int, d runner.Display, steps string) (drawn string, ok bool) {
	w := &displayer{body: b, id: "rt:" + id + "-" + strconv.Itoa(i+1), number: i + 1, steps: steps}
	draw := w.drawer(d)
	if draw == nil {
		return "", false
	}
	if name := b.page.dataName(id, i); b.page.recordings[name] {
		w.data = name
	}
	draw()
	if d.Text != "" && !inTables(d.Kind) {
		w.put("<details class=\"as-text\"><summary>As text</summary><pre tabindex=\"0\"><samp>%s</samp></pre></details>\n", book.EncodeOutput(d.Text))
	}
	w.WriteString("</figure>\n")
	return w.String(), true
}

// inTables reports whether a display of a kind is drawn with tables that say what
// its text form does, or more.
func inTables(kind string) bool { return kind == "ruler" || kind == "stepper" }

// drawer returns what draws a display; nil if nothing can.
func (w *displayer) drawer(d runner.Display) func() {
	switch d.Kind {
	case "table":
		return drawerOf(d.Data, w.table)
	case "figure":
		return drawerOf(d.Data, w.figure)
	case "chart":
		return drawerOf(d.Data, w.chart)
	case "timeline":
		return drawerOf(d.Data, w.timeline)
	case "ruler":
		return drawerOf(d.Data, w.ruler)
	case "stepper":
		return drawerOf(d.Data, w.stepper)
	}
	return nil
}

// drawerOf returns what draws data as a T; nil if that is not what it is.
func drawerOf[T interface{ Check() error }](data json.RawMessage, draw func(T)) func() {
	var v T
	if json.Unmarshal(data, &v) != nil || v.Check() != nil {
		return nil
	}
	return func() { draw(v) }
}

// open begins a display: its number and title, and what one sees.
func (w *displayer) open(class, title, description string) {
	kind, n := "Figure", &w.body.figures
	if class == "table" {
		kind, n = "Table", &w.body.tables
	}
	*n++
	w.put("<figure class=\"display %s\" id=\"%s\"><figcaption><span class=\"number\">%s %d%s</span>", class, w.id, kind, *n, colon(title))
	if title != "" {
		w.put(" <span class=\"title\" id=\"%s-t\">%s</span>", w.id, title)
	} else {
		w.put("<span class=\"title\" id=\"%s-t\"></span>", w.id)
	}
	w.WriteString("</figcaption>\n")
	if description != "" {
		w.put("<p class=\"description\" id=\"%s-d\">%s</p>\n", w.id, description)
	}
}

func colon(title string) string {
	if title == "" {
		return ""
	}
	return ":"
}

// names returns the attributes that name a drawing and describe it.
func (w *displayer) names(description string) raw {
	names := attr("aria-labelledby", w.id+"-t")
	if description != "" {
		names += attr("aria-describedby", w.id+"-d")
	}
	return names
}

// scroll returns the attributes of what may be wider than the column.
func (w *displayer) scroll() raw {
	return ` class="scroll" tabindex="0" role="group"` + attr("aria-labelledby", w.id+"-t")
}

// toneClass returns the class of what has a tone.
func toneClass(t show.Tone) raw {
	switch {
	case show.Tone1 <= t && t <= show.Tone6:
		return raw("t" + strconv.Itoa(int(t)))
	case t == show.Quiet:
		return "tq"
	case t == show.Strong:
		return "ts"
	}
	return "t0"
}

// keys says what tones mean.
func (w *displayer) keys(keys []show.Key) {
	if len(keys) == 0 {
		return
	}
	w.WriteString("<ul class=\"keys\">")
	for _, k := range keys {
		w.put(`<li><span class="swatch %s"></span>%s</li>`, toneClass(k.Tone), k.Text)
	}
	w.WriteString("</ul>\n")
}

// table draws a table.
func (w *displayer) table(t show.Table) {
	w.open("table", t.Title, "")
	right := make([]bool, len(t.Columns))
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		right[i], names[i] = c.Right, c.Name
	}
	w.WriteString(`<div` + string(w.scroll()) + `>`)
	w.grid(t.Title, names, right, t.Rows)
	w.WriteString("</div>\n")
}

// grid writes a table element. Its caption is for those who come to it without
// having seen what is above it.
func (w *displayer) grid(caption string, columns []string, right []bool, rows [][]string) {
	class := func(i int) raw {
		if i < len(right) && right[i] {
			return ` class="right"`
		}
		return ""
	}
	w.WriteString("<table>")
	if caption != "" {
		w.put("<caption>%s</caption>", caption)
	}
	w.WriteString("<thead><tr>")
	for i, c := range columns {
		if c == "" { // heads nothing
			w.put("<td%s></td>", class(i))
			continue
		}
		w.put(`<th scope="col"%s>%s</th>`, class(i), c)
	}
	w.WriteString("</tr></thead>\n<tbody>\n")
	for _, row := range rows {
		w.WriteString("<tr>")
		for i, cell := range row {
			w.put("<td%s>%s</td>", class(i), cell)
		}
		w.WriteString("</tr>\n")
	}
	w.WriteString("</tbody></table>")
}
