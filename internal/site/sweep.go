package site

import (
	"encoding/json"
	"html/template"
	"strconv"
	"strings"
	"unicode/utf8"

	"rtbook/internal/book"
	"rtbook/runner"
	"rtbook/theme"
)

// A cell that is swept has controls above its output, real inputs that show
// where scripts run, and below it a table of all runs with the last line of each,
// which is open where scripts do not run, and on paper. The outputs themselves are
// in a file beside the page, which theme/sweep.js loads at the first touch:
//
//	rtbook.data(NAME, {
//		runs:    [index in outputs by run; -1 for what the page has anyway],
//		outputs: [HTML],
//		lines:   [last line by index in outputs],
//		line:    the page's,
//	})
//
// Runs are in the order of Sweep.Runs. Those that did the same share an output.

// sweepName returns the name of the file with the outputs of a cell's sweep.
func (p *page) sweepName(cell string) string {
	return strings.TrimSuffix(p.name, ".html") + "." + cell + ".sweep.js"
}

// surveySweeps gives names to the files of a page's sweeps.
func (s *site) surveySweeps(files *Files, p *page) {
	p.sweeps = map[string]bool{}
	for _, f := range p.chapter.Fences {
		if f.Role == book.RoleCell && s.outcomes[p.chapter.Path+"#"+f.Cell.ID].Sweep != nil {
			name := p.sweepName(f.Cell.ID)
			p.sweeps[name] = s.claim(files, name, p.chapter.Path, false)
		}
	}
}

// setSweep shows what a cell does with other values, around its output. figures
// and tables are how many there were before that.
func (b *body) setSweep(c *theme.Cell, f *book.Fence, figures, tables int) {
	sw := b.site.outcomes[b.page.chapter.Path+"#"+f.Cell.ID].Sweep
	if sw == nil || !sw.whole() || f.Skipped != "" {
		return
	}
	if !c.HasOutput { // with its own values it prints nothing
		c.Output, c.HasOutput = b.output(f.Cell.ID, "", nil), true
	}
	if name := b.page.sweepName(f.Cell.ID); b.page.sweeps[name] {
		b.explores = true
		b.data[name] = b.sweepData(name, f.Cell.ID, sw, figures, tables)
		c.Sweep = sw.controls(name, f.Cell.ID)
	}
	c.Results = sw.results()
}

// whole reports whether there are controls, and a run for each combination.
func (sw *Sweep) whole() bool {
	n := 1
	for _, c := range sw.Controls {
		if c.Default < 0 || c.Default >= len(c.Values) {
			return false
		}
		n *= len(c.Values)
	}
	return len(sw.Controls) > 0 && n == len(sw.Runs)
}

// own returns the index of the run with the cell's own values.
func (sw *Sweep) own() int {
	run := 0
	for _, c := range sw.Controls {
		run = run*len(c.Values) + c.Default
	}
	return run
}

// sweepData returns the file with the outputs.
func (b *body) sweepData(name, cell string, sw *Sweep, figures, tables int) []byte {
	type data struct {
		Runs    []int    `json:"runs"`
		Outputs []string `json:"outputs"`
		Lines   []string `json:"lines"`
		Line    string   `json:"line"`
	}
	own := sw.Runs[sw.own()]
	d := data{Line: lastLine(own.Output), Outputs: []string{}, Lines: []string{}}
	known := map[string]int{own.key(): -1}
	for i, run := range sw.Runs {
		at, ok := known[run.key()]
		if !ok {
			at = len(d.Outputs)
			known[run.key()] = at
			// Its figures have the numbers of those that they take the place of.
			f, t := b.figures, b.tables
			b.figures, b.tables = figures, tables
			d.Outputs = append(d.Outputs, string(b.output(runID(cell, i), book.EncodeOutput(run.Output), run.Displays)))
			b.figures, b.tables = f, t
			d.Lines = append(d.Lines, lastLine(run.Output))
		}
		d.Runs = append(d.Runs, at)
	}
	return []byte("rtbook.data(" + string(jsonOf(name)) + "," + string(jsonOf(d)) + ");\n")
}

// key is the same for runs that did the same.
func (r SweepRun) key() string {
	text, err := json.Marshal(append([]runner.Display{{Text: book.EncodeOutput(r.Output)}}, r.Displays...))
	if err != nil { // the data of a display is no JSON: then it is not shown
		return r.Output
	}
	return string(text)
}

// lastLine returns the last line of an output that is not blank.
func lastLine(output string) string {
	const most = 200
	lines := strings.Split(strings.TrimRight(book.EncodeOutput(output), " \t\n"), "\n")
	line := strings.TrimSpace(lines[len(lines)-1])
	if utf8.RuneCountInString(line) > most {
		line = string([]rune(line)[:most]) + "…"
	}
	return line
}

// controls returns the inputs. All of a constant's values are there, its own
// chosen.
func (sw *Sweep) controls(name, cell string) template.HTML {
	var m markup
	m.put("<fieldset class=\"sweep\" data-src=\"%s\" data-cell=\"%s\"><legend>With other values</legend>\n", name, cell)
	for _, c := range sw.Controls {
		id := "rt:" + cell + "." + c.Name
		switch {
		case c.Number && len(c.Values) >= 4:
			c.slider(&m, id)
		case len(c.Values) <= 5:
			c.radios(&m, id)
		default:
			c.menu(&m, id)
		}
	}
	m.WriteString("<p class=\"sweep-at\"><span></span> <button class=\"own\" type=\"button\" hidden>As in the text</button></p>\n")
	m.WriteString("<p class=\"heard\" role=\"status\"></p></fieldset>\n")
	return template.HTML(m.String())
}

// names is what a control is called.
func (c Control) names() raw {
	name := raw("<code>" + escaped(c.Name) + "</code>")
	if c.Label == "" {
		return name
	}
	return raw(escaped(c.Label)+" ") + name
}

// slider is a range of places, since the values need not be evenly apart.
func (c Control) slider(m *markup, id string) {
	last := len(c.Values) - 1
	m.put("<div class=\"sweep-range\" data-name=\"%s\"><label for=\"%s\">%s</label> <output for=\"%s\" aria-live=\"off\">%s</output>\n", c.Name, id, c.names(), id, c.Values[c.Default])
	m.put("<input type=\"range\" id=\"%s\" min=\"0\" max=\"%d\" step=\"1\" value=\"%d\" data-own=\"%d\" aria-valuetext=\"%s\" autocomplete=\"off\">\n", id, last, c.Default, c.Default, c.Values[c.Default])
	m.WriteString("<ol class=\"stops\" aria-hidden=\"true\">")
	for i, v := range c.Values {
		class := raw("")
		if len(c.Values) > 8 && i > 0 && i < last {
			class = " class=\"more\"" // there is no room for all
		}
		m.put("<li%s>%s</li>", class, v)
	}
	m.WriteString("</ol></div>\n")
}

func (c Control) radios(m *markup, id string) {
	m.put("<div class=\"sweep-radios\" data-name=\"%s\" role=\"radiogroup\" aria-labelledby=\"%s\"><span id=\"%s\">%s</span>", c.Name, id, id, c.names())
	for i, v := range c.Values {
		checked := raw("")
		if i == c.Default {
			checked = " checked data-own=\"\""
		}
		m.put(" <label><input type=\"radio\" name=\"%s\" value=\"%d\"%s autocomplete=\"off\">%s</label>", id, i, checked, shownValue(v))
	}
	m.WriteString("</div>\n")
}

func (c Control) menu(m *markup, id string) {
	m.put("<div class=\"sweep-menu\" data-name=\"%s\"><label for=\"%s\">%s</label> <select id=\"%s\" autocomplete=\"off\">", c.Name, id, c.names(), id)
	for i, v := range c.Values {
		selected := raw("")
		if i == c.Default {
			selected = " selected data-own=\"\""
		}
		m.put("<option value=\"%d\"%s>%s</option>", i, selected, shownValue(v))
	}
	m.WriteString("</select></div>\n")
}

// shownValue is a value for a reader, who would not see the empty text.
func shownValue(v string) string {
	if strings.TrimSpace(v) == "" {
		return strconv.Quote(v)
	}
	return v
}

// results returns the table of all runs.
func (sw *Sweep) results() template.HTML {
	var m markup
	m.put("<details class=\"sweep-results\"><summary>All %d results</summary>\n", len(sw.Runs))
	m.WriteString("<div class=\"sweep-table\" tabindex=\"0\" role=\"group\" aria-label=\"All results\"><table><thead><tr>")
	for _, c := range sw.Controls {
		m.put("<th scope=\"col\">%s</th>", c.names())
	}
	m.WriteString("<th scope=\"col\">Last line of what it prints</th></tr></thead>\n<tbody>\n")
	own := sw.own()
	for i, run := range sw.Runs {
		if i == own {
			m.WriteString("<tr class=\"own\">")
		} else {
			m.WriteString("<tr>")
		}
		rest := len(sw.Runs)
		for _, c := range sw.Controls {
			rest /= len(c.Values)
			class := raw("")
			if c.Number {
				class = " class=\"right\""
			}
			m.put("<td%s>%s</td>", class, shownValue(c.Values[i/rest%len(c.Values)]))
		}
		m.put("<td><samp>%s</samp>", lastLine(run.Output))
		if i == own {
			m.WriteString(" <span class=\"note\">as in the text</span>")
		}
		m.WriteString("</td></tr>\n")
	}
	m.WriteString("</tbody></table></div>\n</details>\n")
	return template.HTML(m.String())
}
