package site

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"rtbook/runner/show"
)

// rulerHeight is that of a ruler's curve, in pixels.
const rulerHeight = 96.0

// rulerScale places numbers along a ruler: evenly, or by their logarithm if
// there are so many that the small ones would have no room. theme/display.js
// has the same.
type rulerScale struct {
	min, max int64
	log      bool
}

func scaleOf(r show.Ruler) rulerScale {
	return rulerScale{r.Min, r.Max, r.Max-r.Min >= 1000}
}

// at returns where a number is, from 0 to 1.
func (s rulerScale) at(n int64) float64 {
	if s.max == s.min {
		return 0
	}
	if s.log {
		return math.Log1p(float64(n-s.min)) / math.Log1p(float64(s.max-s.min))
	}
	return float64(n-s.min) / float64(s.max-s.min)
}

// valueAt returns what a value is at a number.
func valueAt(v show.Value, n int64) string {
	if !v.Number {
		return v.Text
	}
	s := tickText(float64(v.A+v.B*n), 1)
	if v.Text != "" {
		s += " " + v.Text
	}
	return s
}

// valueIn returns what a value is in a range.
func valueIn(v show.Value, r show.Range) string {
	if !v.Number || v.B == 0 || r.From == r.To {
		return valueAt(v, r.From)
	}
	return tickText(float64(v.A+v.B*r.From), 1) + " to " + valueAt(v, r.To)
}

// remainder reports whether a value is what is left of A without the number.
func remainder(v show.Value) bool { return v.Number && v.B == -1 && v.A > 0 }

// curveField returns the field that a ruler's curve shows, and whether as the
// share of the whole that it is a remainder of; -1 if no field is a number.
func curveField(r show.Ruler) (field int, share bool) {
	field = -1
	for _, c := range r.Choices {
		for _, rg := range c.Ranges {
			for i, v := range rg.Values {
				if remainder(v) {
					return i, true
				}
				if v.Number && field < 0 {
					field = i
				}
			}
		}
	}
	return field, false
}

// rulerCurve returns the points of a choice's curve: from 0 to 1, and values.
func rulerCurve(s rulerScale, c show.Choice, field int, share bool) []show.Point {
	var list []show.Point
	for _, rg := range c.Ranges {
		v := rg.Values[field]
		samples := int64(1)
		if v.B != 0 && s.at(rg.To)-s.at(rg.From) > .05 {
			samples = 12 // a line that the scale bends
		}
		for i := range samples + 1 {
			n := rg.From + (rg.To-rg.From)*i/samples
			if i > 0 && n == rg.From+(rg.To-rg.From)*(i-1)/samples {
				continue // the range has fewer numbers, or one
			}
			y := 0.0
			switch {
			case share && remainder(v):
				y = 100 * float64(v.A-n) / float64(v.A)
			case !share && v.Number:
				y = float64(v.A + v.B*n)
			}
			list = append(list, show.Point{X: s.at(n), Y: y})
		}
	}
	return list
}

// onPixels moves points to whole units, and to even heights, of which a curve has
// more than there are pixels, and leaves out those that are in a line with their
// neighbours.
func onPixels(points []show.Point) []show.Point {
	var list []show.Point
	for _, p := range points {
		p = show.Point{X: math.Round(p.X), Y: 2 * math.Round(p.Y/2)}
		n := len(list)
		switch {
		case n > 0 && p == list[n-1]:
		case n > 1 && p.X == list[n-1].X && p.X == list[n-2].X && (p.Y-list[n-1].Y)*(list[n-1].Y-list[n-2].Y) > 0:
			list[n-1] = p
		default:
			list = append(list, p)
		}
	}
	return list
}

// pixelPath writes the outline of what is below a curve on whole units: each step
// as far as it goes, which takes half the room of the points.
func pixelPath(points []show.Point) string {
	at := show.Point{Y: plotHeight}
	var path strings.Builder
	fmt.Fprintf(&path, "M%s %s", num(at.X), num(at.Y))
	for _, p := range append(points, show.Point{X: plotWidth, Y: plotHeight}) {
		switch {
		case p == at:
		case p.X == at.X:
			path.WriteString("V" + num(p.Y))
		case p.Y == at.Y:
			path.WriteString("H" + num(p.X))
		default:
			path.WriteString("l" + num(p.X-at.X))
			if p.Y > at.Y {
				path.WriteString(" ") // a minus needs none
			}
			path.WriteString(num(p.Y - at.Y))
		}
		at = p
	}
	return path.String() + "z"
}

// ruler draws a ruler: controls, which scripts show, the curve, what holds at
// the number where it starts, and all ranges as tables.
func (w *displayer) ruler(r show.Ruler) {
	w.body.explores = true
	w.open("ruler", r.Title, r.Description)
	w.rulerControls(r)
	field, share := curveField(r)
	w.rulerPlot(r, field, share)
	start := r.Choices[0].Ranges[0]
	for _, rg := range r.Choices[0].Ranges {
		if rg.From <= r.Start && r.Start <= rg.To {
			start = rg
		}
	}
	w.put("<p class=\"at\"><b>%s</b> %s</p>\n<dl class=\"readout\">", tickText(float64(r.Start), 1), r.Number)
	for i, f := range r.Fields {
		w.put("<div><dt>%s</dt><dd>%s</dd></div>", f, valueAt(start.Values[i], r.Start))
	}
	w.WriteString("</dl>\n<p class=\"heard\" role=\"status\"></p>\n")
	if share {
		v, left, text := start.Values[field], int64(0), ""
		if remainder(v) {
			left = v.A - r.Start
		}
		if left*4 > r.Start { // there is room for it
			text = valueAt(v, r.Start)
		}
		w.put("<div class=\"share\" aria-hidden=\"true\"><span class=\"t1\" style=\"flex-grow:%d\">%s</span><span class=\"t2\" style=\"flex-grow:%d\">%s</span></div>\n",
			r.Start, tickText(float64(r.Start), 1), left, text)
	}
	w.rulerTables(r)
	w.put("<script type=\"application/json\">%s</script>\n", raw(rulerData(r, field, share)))
}

func (w *displayer) rulerControls(r show.Ruler) {
	w.put("<div class=\"controls scripted\"><label>%s <input type=\"number\" min=\"%d\" max=\"%d\" step=\"1\" value=\"%d\"></label>", r.Number, r.Min, r.Max, r.Start)
	if len(r.Choices) > 1 {
		w.put(`<fieldset><legend>%s</legend>`, r.Title)
		for i, c := range r.Choices {
			checked := raw("")
			if i == 0 {
				checked = " checked"
			}
			w.put(`<label><input type="radio" name="%s" value="%d"%s> %s</label>`, w.id, i, checked, c.Name)
		}
		w.WriteString("</fieldset>")
	}
	w.WriteString("</div>\n")
}

// rulerPlot draws the curve of a field over the whole ruler, and the pointer.
func (w *displayer) rulerPlot(r show.Ruler, field int, share bool) {
	s := scaleOf(r)
	p := &plot{y1: 1, ys: nil}
	if field >= 0 {
		var series []show.Series
		for _, c := range r.Choices {
			series = append(series, show.Series{Points: rulerCurve(s, c, field, share)})
		}
		p = newPlot(series)
		p.ys, p.yStep = ticks(p.y0, p.y1, 2)
		of := r.Fields[field]
		if share {
			of += ", in percent"
		}
		w.put("<p class=\"axis\">%s</p>\n", of)
		w.put("<div class=\"plot\" style=\"padding-left:%spx\">", num(float64(len(tickText(p.y1, p.yStep)))*svgGlyph+8))
		p.x0, p.x1 = 0, 1
		w.put("<svg role=\"img\"%s width=\"100%%\" height=\"%s\">\n", w.names(r.Description), num(rulerHeight))
		w.rulerAxes(p, s)
		w.put("<svg class=\"curves\" width=\"100%%\" height=\"%s\" viewBox=\"0 0 %s %s\" preserveAspectRatio=\"none\">", num(rulerHeight), num(plotWidth), num(plotHeight))
		for i := len(r.Choices) - 1; i >= 0; i-- { // the first is on top
			off := raw("")
			if i > 0 {
				off = " off"
			}
			w.put("<path class=\"curve%s\" d=\"%s\"></path>\n", off, raw(pixelPath(onPixels(p.curve(series[i])))))
		}
		w.WriteString("</svg>")
	} else {
		w.put("<div class=\"plot\"><svg role=\"img\"%s width=\"100%%\" height=\"%s\">\n", w.names(r.Description), num(rulerHeight))
		w.rulerAxes(p, s)
	}
	at := strconv.FormatFloat(s.at(r.Start)*100, 'f', 2, 64) + "%"
	w.put("<line class=\"pointer\" x1=\"%s\" x2=\"%s\" y1=\"-4\" y2=\"%s\"></line></svg>\n", at, at, num(rulerHeight))
	w.put("<input class=\"scripted\" type=\"range\" min=\"%d\" max=\"%d\" value=\"%d\" aria-label=\"%s\">\n", r.Min, r.Max, r.Start, r.Number)
	w.put("</div>\n")
}

// rulerAxes draws the lines behind a ruler's curve, and round numbers along it.
func (w *displayer) rulerAxes(p *plot, s rulerScale) {
	w.WriteString(`<g class="axes">`)
	for _, v := range p.ys {
		y := p.y(v) * rulerHeight / plotHeight
		w.put(`<line x1="0" x2="100%%" y1="%s" y2="%s"></line><text class="end" x="-6" y="%s">%s</text>`, num(y), num(y), num(y+svgText*.35), tickText(v, p.yStep))
	}
	for i, n := range rulerTicks(s) {
		class := raw("mid")
		if i == 0 {
			class = "start"
		} else if n == s.max {
			class = "end"
		}
		at := percent(s.at(n), 0, 1)
		w.put(`<line x1="%s" x2="%s" y1="%s" y2="%s"></line><text class="%s" x="%s" y="%s">%s</text>`, at, at, num(rulerHeight), num(rulerHeight+4), class, at, num(rulerHeight+18), tickText(float64(n), 1))
	}
	w.WriteString("</g>\n")
}

// rulerTicks returns the numbers to write along a ruler: its ends, and round
// ones that have room, also on a phone.
func rulerTicks(s rulerScale) []int64 {
	list := []int64{s.min}
	add := func(n int64) {
		if s.at(n)-s.at(list[len(list)-1]) > .13 && s.at(s.max)-s.at(n) > .16 {
			list = append(list, n)
		}
	}
	if s.log {
		for n := int64(1); n < s.max-max(s.min, 0) && n > 0; n *= 2 {
			if n > s.min {
				add(n)
			}
		}
	} else {
		round, _ := ticks(float64(s.min), float64(s.max), 6)
		for _, v := range round {
			if n := int64(v); n > s.min {
				add(n)
			}
		}
	}
	if s.max > s.min {
		list = append(list, s.max)
	}
	return list
}

// rulerTables writes the ranges of each choice. Where there are no scripts they
// are all that the reader has, and not folded. theme/display.js reads what holds
// where off them, so that the page has it once.
func (w *displayer) rulerTables(r show.Ruler) {
	many := raw("")
	if len(r.Choices) > 1 {
		many = " many"
	}
	w.put("<details class=\"ranges%s\"><summary>All ranges as a table</summary>\n", many)
	columns := append([]string{r.Number}, r.Fields...)
	right := make([]bool, len(columns))
	for i := range r.Fields {
		right[i+1] = true
		for _, rg := range r.Choices[0].Ranges {
			right[i+1] = right[i+1] && rg.Values[i].Number
		}
	}
	aligned := "" // the columns of numbers, by the table: no cell has to say it
	for i := range right {
		if right[i] && i < 9 {
			aligned, right[i] = aligned+" c"+strconv.Itoa(i+1), false
		}
	}
	for _, c := range r.Choices {
		var rows [][]string
		for i, rg := range c.Ranges {
			row := []string{tickText(float64(rg.To), 1)}
			switch {
			case rg.To == rg.From:
			case i > 0 && rg.From == c.Ranges[i-1].To+1: // the row above says from where on
				row[0] = "up to " + row[0]
			default:
				row[0] = tickText(float64(rg.From), 1) + " to " + row[0]
			}
			for _, v := range rg.Values {
				row = append(row, valueIn(v, rg))
			}
			rows = append(rows, row)
		}
		caption := c.Name
		if caption == "" {
			caption = r.Title
		}
		w.put("<div class=\"scroll long%s\" tabindex=\"0\" role=\"group\" aria-label=\"%s\">", aligned, caption)
		w.grid(caption, columns, right, rows)
		w.WriteString("</div>\n")
	}
	w.WriteString("</details>\n")
}

// rulerData returns what theme/display.js needs to know of a ruler besides its
// tables. Linear has the fields that change with the number: of these the tables
// have what they are at both ends of a range.
func rulerData(r show.Ruler, field int, share bool) string {
	data := struct {
		Min    int64    `json:"min"`
		Max    int64    `json:"max"`
		Start  int64    `json:"start"`
		Number string   `json:"number"`
		Log    bool     `json:"log"`
		Field  int      `json:"field"`
		Share  bool     `json:"share"`
		Fields []string `json:"fields"`
		Linear []bool   `json:"linear"`
	}{r.Min, r.Max, r.Start, r.Number, scaleOf(r).log, field, share, r.Fields, make([]bool, len(r.Fields))}
	for _, c := range r.Choices {
		for _, rg := range c.Ranges {
			for i, v := range rg.Values {
				data.Linear[i] = data.Linear[i] || v.Number && v.B != 0
			}
		}
	}
	text, err := json.Marshal(data)
	if err != nil {
		return "{}" // it is numbers and strings
	}
	return string(text)
}
