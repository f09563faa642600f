package site

import (
	"math"
	"strconv"
	"unicode/utf8"

	"rtbook/runner/show"
)

// A chart, and what else has an axis, is as wide as the column, whatever that
// is: what is outermost has no viewBox and places texts and lines at
// percentages, and the curves are in an SVG of their own inside, stretched, with
// strokes that are not.

const (
	plotHeight = 220.0  // pixels
	plotWidth  = 1000.0 // units of the stretched SVG
	dotLimit   = 24     // points of a curve that get a dot each
)

// plot is the area of curves.
type plot struct {
	x0, x1, y0, y1 float64
	xs, ys         []float64 // ticks
	xStep, yStep   float64
}

// newPlot returns a plot that covers the points of all series.
func newPlot(series []show.Series) *plot {
	p := &plot{x0: math.Inf(1), x1: math.Inf(-1), y0: 0, y1: math.Inf(-1)}
	for _, s := range series {
		for _, at := range s.Points {
			p.x0, p.x1 = min(p.x0, at.X), max(p.x1, at.X)
			p.y0, p.y1 = min(p.y0, at.Y), max(p.y1, at.Y)
		}
	}
	if p.x0 > p.x1 {
		p.x0, p.x1, p.y1 = 0, 1, 1
	}
	if p.x1-p.x0 < nothing {
		room := beside(p.x0)
		p.x0, p.x1 = p.x0-room, p.x1+room
	}
	if p.y1-p.y0 < nothing {
		p.y1 = p.y0 + beside(p.y0)
	}
	p.xs, p.xStep = ticks(p.x0, p.x1, 6)
	p.ys, p.yStep = ticks(p.y0, p.y1, 5)
	// One more above and below, where a number this large can be that much more.
	if top := p.ys[len(p.ys)-1]; top < p.y1 && top+p.yStep >= p.y1 {
		p.ys = append(p.ys, top+p.yStep)
		p.y1 = top + p.yStep
	}
	if p.ys[0] > p.y0 && p.ys[0]-p.yStep <= p.y0 {
		p.ys = append([]float64{p.ys[0] - p.yStep}, p.ys...)
		p.y0 = p.ys[0]
	}
	return p
}

// nothing is how far apart numbers must be to be told apart in a plot.
const nothing = 1e-300

// beside returns how much to leave beside the only value on an axis: so much
// that a number as large as that differs.
func beside(v float64) float64 { return max(1, math.Abs(v)/1000) }

// y returns the height of a value, in pixels from above.
func (p *plot) y(v float64) float64 { return plotHeight * (1 - (v-p.y0)/(p.y1-p.y0)) }

// curve returns the points of a series in the stretched SVG.
func (p *plot) curve(s show.Series) []show.Point {
	var list []show.Point
	for i, at := range s.Points {
		to := show.Point{X: (at.X - p.x0) / (p.x1 - p.x0) * plotWidth, Y: p.y(at.Y)}
		if s.Stairs && i > 0 {
			list = append(list, show.Point{X: to.X, Y: list[len(list)-1].Y})
		}
		list = append(list, to)
	}
	return list
}

// chart draws curves.
func (w *displayer) chart(c show.Chart) {
	w.open("chart", c.Title, c.Description)
	p := newPlot(c.Series)
	widest := 0
	for _, v := range p.ys {
		widest = max(widest, utf8.RuneCountInString(tickText(v, p.yStep)))
	}
	w.put("<p class=\"axis\">%s</p>\n<div class=\"plot\" style=\"padding-left:%spx\">", c.Y, num(float64(widest)*svgGlyph+8))
	w.put("<svg role=\"img\"%s width=\"100%%\" height=\"%s\">\n", w.names(c.Description), num(plotHeight))
	w.axes(p)
	w.put("<svg class=\"curves\" width=\"100%%\" height=\"%s\" viewBox=\"0 0 %s %[1]s\" preserveAspectRatio=\"none\">\n", num(plotHeight), num(plotWidth))
	for i, s := range c.Series {
		w.put("<polyline class=\"line %s %s\" points=\"%s\"></polyline>\n", toneClass(s.Tone), dash(i), pointList(p.curve(s)))
	}
	w.WriteString("</svg>\n")
	for _, s := range c.Series {
		if len(s.Points) > dotLimit {
			continue
		}
		for _, at := range s.Points {
			w.put(`<circle class="dot %s" cx="%s" cy="%s" r="2.5"><title>%s</title></circle>`, toneClass(s.Tone), percent(at.X, p.x0, p.x1), num(p.y(at.Y)),
				s.Name+": "+plainNumber(at.Y)+" at "+plainNumber(at.X))
		}
		w.WriteByte('\n')
	}
	w.put("</svg></div>\n<p class=\"axis x\">%s</p>\n", c.X)
	w.WriteString(`<ul class="keys">`)
	for i, s := range c.Series {
		w.put(`<li><svg class="swatch" width="28" height="10" aria-hidden="true"><line class="line %s %s" x1="0" x2="28" y1="5" y2="5"></line></svg>%s</li>`, toneClass(s.Tone), dash(i), s.Name)
	}
	w.WriteString("</ul>\n")
}

// dash returns the class by which a curve differs from the others besides its
// colour.
func dash(i int) raw { return raw("dash" + strconv.Itoa(i%4)) }

// axes draws the lines behind curves, and the numbers beside them.
func (w *displayer) axes(p *plot) {
	w.WriteString(`<g class="axes">`)
	for _, v := range p.ys {
		w.put(`<line x1="0" x2="100%%" y1="%s" y2="%s"></line><text class="end" x="-6" y="%s">%s</text>`, num(p.y(v)), num(p.y(v)), num(p.y(v)+svgText*.35), tickText(v, p.yStep))
	}
	for _, v := range p.xs {
		at := percent(v, p.x0, p.x1)
		w.put(`<line x1="%s" x2="%s" y1="%s" y2="%s"></line><text class="mid" x="%s" y="%s">%s</text>`, at, at, num(plotHeight), num(plotHeight+4), at, num(plotHeight+18), tickText(v, p.xStep))
	}
	w.WriteString("</g>\n")
}

// plainNumber writes a number of the data.
func plainNumber(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
