package show

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Text returns a plot in letters, one for each series, and where each begins
// and ends and how far it reaches.
func (c Chart) Text() string { return text(c) }

// Check wants a title, and series of points by ascending X, with one point at
// least.
func (c Chart) Check() error { return check(c) }

func (c Chart) fault() error {
	var k checker
	k.begin(c.Title, c.Description, nil)
	k.text("the x axis", c.X)
	k.text("the y axis", c.Y)
	k.count(len(c.Series), MaxParts, "series")
	points := 0
	for i, s := range c.Series {
		points += len(s.Points)
		k.tone("series", i, s.Tone)
		k.textOf("series", i, s.Name)
		for n, p := range s.Points {
			k.finite("series", i, p.X, p.Y)
			if n > 0 && p.X < s.Points[n-1].X {
				k.fail("point %d of series %q is at %v, before the point above it, at %v", n+1, s.Name, p.X, s.Points[n-1].X)
			}
		}
	}
	k.some(points, "points")
	k.count(points, MaxPoints, "points")
	return k.err
}

// The size of the plot, in characters.
const (
	plotWidth  = 60
	plotHeight = 12
)

// manyLetter stands in a plot where several series are.
const manyLetter = '*'

func (c Chart) appendText(b []byte) []byte {
	b = appendLine(b, "%s", clean(c.Title))
	p := newPlot(c.Series)
	for i, s := range c.Series {
		p.draw(s, letterOf(i))
	}
	if y := clean(c.Y); y != "" {
		b = appendLine(b, "%s", y)
	}
	high, low := quantity(p.high.Y), quantity(p.low.Y)
	width := max(utf8.RuneCountInString(high), utf8.RuneCountInString(low))
	for i, line := range p.cells {
		label := ""
		switch i {
		case 0:
			label = high
		case plotHeight - 1:
			label = low
		}
		b = appendLine(b, "%s |%s", pad(label, width, true), bytes.TrimRight(line, " "))
	}
	b = appendLine(b, "%s +%s", pad("", width, false), strings.Repeat("-", plotWidth))
	b = appendLine(b, "%s  %s", pad("", width, false), axis(quantity(p.low.X), strings.TrimSpace(clean(c.X)+" "+quantity(p.high.X)), plotWidth))
	shown := min(len(c.Series), textLines)
	for i, s := range c.Series[:shown] {
		b = appendLine(b, "%c %s", letterOf(i), s.summary())
	}
	if left := len(c.Series) - shown; left > 0 {
		b = appendLine(b, "%s", more(left, "series", "series"))
	}
	return b
}

func letterOf(series int) byte { return letters[min(series, len(letters)-1)] }

// summary says in words how a series goes.
func (s Series) summary() string {
	name := cut(clean(s.Name), textWidth/2)
	if len(s.Points) == 0 {
		return name + ": no points"
	}
	least := slices.MinFunc(s.Points, compareY)
	most := slices.MaxFunc(s.Points, compareY)
	first, last := s.Points[0], s.Points[len(s.Points)-1]
	points := "1 point"
	if n := len(s.Points); n > 1 {
		points = number(int64(n)) + " points"
	}
	return fmt.Sprintf("%s: %s, from %s to %s; least %s, most %s", name, points, quantity(first.Y), quantity(last.Y), quantity(least.Y), quantity(most.Y))
}

func compareY(a, b Point) int {
	switch {
	case a.Y < b.Y:
		return -1
	case a.Y > b.Y:
		return 1
	}
	return 0
}

// quantity writes a number with four digits that matter.
func quantity(f float64) string {
	if f == math.Trunc(f) && math.Abs(f) < 1e9 {
		return number(int64(f))
	}
	return strconv.FormatFloat(f, 'g', 4, 64)
}

// plot is a drawing in characters.
type plot struct {
	low, high Point // the corners
	cells     [][]byte
}

func newPlot(all []Series) *plot {
	p := &plot{low: Point{math.Inf(1), math.Inf(1)}, high: Point{math.Inf(-1), math.Inf(-1)}}
	for _, s := range all {
		for _, q := range s.Points {
			p.low = Point{math.Min(p.low.X, q.X), math.Min(p.low.Y, q.Y)}
			p.high = Point{math.Max(p.high.X, q.X), math.Max(p.high.Y, q.Y)}
		}
	}
	for range plotHeight {
		p.cells = append(p.cells, bytes.Repeat([]byte{' '}, plotWidth))
	}
	return p
}

// draw draws a series: its points, and between them what it has in the middle
// of each column.
func (p *plot) draw(s Series, letter byte) {
	for i, q := range s.Points {
		p.set(p.column(q.X), q.Y, letter)
		if i+1 == len(s.Points) {
			break
		}
		next := s.Points[i+1]
		for col := p.column(q.X) + 1; col < p.column(next.X); col++ {
			y := q.Y
			if !s.Stairs {
				x := p.low.X + (float64(col)+0.5)/plotWidth*(p.high.X-p.low.X)
				y += (next.Y - q.Y) * (x - q.X) / (next.X - q.X)
			}
			p.set(col, y, letter)
		}
	}
}

func (p *plot) column(x float64) int { return place(x, p.low.X, p.high.X, plotWidth) }

// set marks a character. A series that was here before makes it one of several.
func (p *plot) set(col int, y float64, letter byte) {
	cell := &p.cells[plotHeight-1-place(y, p.low.Y, p.high.Y, plotHeight)][col]
	if *cell != ' ' && *cell != letter {
		letter = manyLetter
	}
	*cell = letter
}

// place returns which of n equal parts of low to high v is in.
func place(v, low, high float64, n int) int {
	if high <= low {
		return 0
	}
	// Each is divided first: the whole may be too large for a float64.
	part := (v/float64(n) - low/float64(n)) / (high/float64(n) - low/float64(n))
	return min(n-1, max(0, int(part*float64(n))))
}

func (c Chart) appendData(b []byte) []byte {
	o := open(b)
	o.text("title", c.Title)
	o.text("description", c.Description)
	o.text("x", c.X)
	o.text("y", c.Y)
	list(&o, "series", c.Series, func(b []byte, s Series) []byte {
		m := open(b)
		m.text("name", s.Name)
		m.integer("tone", int64(s.Tone))
		m.trueOpt("stairs", s.Stairs)
		list(&m, "points", s.Points, appendPoint)
		return m.close()
	})
	return o.close()
}
