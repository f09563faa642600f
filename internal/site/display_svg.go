package site

import (
	"math"
	"slices"
	"strconv"
	"unicode/utf8"

	"rtbook/runner/show"
)

// Sizes of text in drawings, in pixels, as the stylesheet sets them.
const (
	svgText  = 12.0
	svgGlyph = 6.7 // about the width of a letter; of most, less
)

// num writes a coordinate: no more digits than one sees.
func num(v float64) string {
	return strconv.FormatFloat(math.Round(v*100)/100+0, 'f', -1, 64)
}

// percent returns where v is between lo and hi.
func percent(v, lo, hi float64) string {
	if hi <= lo {
		return "0%"
	}
	return strconv.FormatFloat(math.Round((v-lo)/(hi-lo)*1e5)/1e3+0, 'f', -1, 64) + "%"
}

// fit cuts a text so that it takes at most some pixels; "" if nothing useful is
// left.
func fit(text string, pixels float64) string {
	n := int(pixels / svgGlyph)
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	if n < 3 {
		return ""
	}
	return string([]rune(text)[:n-1]) + "…"
}

// patternPaths are what the pattern of each tone repeats, in a square of six
// pixels, as patternPath draws it in the stylesheet for what is not SVG. A
// pattern is there so that colour is not all that tells tones apart.
var patternPaths = [...]string{
	show.Tone1: "M-1 7L7 -1M-1 1L1 -1M5 7L7 5",
	show.Tone2: "M2 3h2M3 2v2",
	show.Tone3: "M-1 -1L7 7M5 -1L7 1M-1 5L1 7",
	show.Tone4: "M0 3h6",
	show.Tone5: "M0 3h6M3 0v6",
	show.Tone6: "M3 0v6",
}

// patterns defines the patterns of the tones that a drawing has.
func (w *displayer) patterns(tones []show.Tone) {
	tones = slices.Clone(tones)
	slices.Sort(tones)
	tones = slices.DeleteFunc(slices.Compact(tones), func(t show.Tone) bool { return t < show.Tone1 || t > show.Tone6 })
	if len(tones) == 0 {
		return
	}
	w.WriteString("<defs>")
	for _, t := range tones {
		w.put(`<pattern id="%s-p%d" width="6" height="6" patternUnits="userSpaceOnUse"><rect class="%s" width="6" height="6"></rect><path class="%s" d="%s"></path></pattern>`,
			w.id, int(t), "paint "+string(toneClass(t)), "stripe "+string(toneClass(t)), patternPaths[t])
	}
	w.WriteString("</defs>\n")
}

// fill returns the attribute that fills a shape with the pattern of its tone;
// the stylesheet fills those that have no pattern.
func (w *displayer) fill(t show.Tone) raw {
	if t < show.Tone1 || t > show.Tone6 {
		return ""
	}
	return attr("fill", "url(#"+w.id+"-p"+strconv.Itoa(int(t))+")")
}

// figure draws a figure.
func (w *displayer) figure(f show.Figure) {
	w.open("drawing", f.Title, f.Description)
	w.put("<div%s>", w.scroll())
	w.put("<svg role=\"img\"%s width=\"%s\" height=\"%s\" viewBox=\"0 0 %[2]s %[3]s\">\n", w.names(f.Description), num(f.Width), num(f.Height))
	var tones []show.Tone
	for _, s := range f.Shapes {
		if s.Kind == show.Box {
			tones = append(tones, s.Tone)
		}
	}
	w.patterns(tones)
	for _, s := range f.Shapes {
		w.shape(s)
	}
	w.WriteString("</svg></div>\n")
	w.keys(f.Keys)
}

// shape draws a part of a figure.
func (w *displayer) shape(s show.Shape) {
	w.put(`<g class="%s"%s>`, toneClass(s.Tone), attr("data-id", s.ID))
	note := s.Note
	switch s.Kind {
	case show.Box:
		text := fit(s.Text, s.W-4)
		if text != s.Text && note == "" {
			note = s.Text
		}
		w.put(`<rect class="box" x="%s" y="%s" width="%s" height="%s" rx="2"%s></rect>`, num(s.X), num(s.Y), num(s.W), num(s.H), w.fill(s.Tone))
		if text != "" {
			w.put(`<text class="mid" x="%s" y="%s">%s</text>`, num(s.X+s.W/2), num(s.Y+s.H/2+svgText*.35), text)
		}
	case show.Line, show.Arrow:
		w.put(`<polyline class="line" points="%s"></polyline>`, pointList(s.Points))
		if s.Kind == show.Arrow {
			w.head(s.Points)
		}
		if n := len(s.Points); s.Text != "" && n > 1 {
			a, b := s.Points[(n-1)/2], s.Points[(n-1)/2+1]
			w.put(`<text class="mid" x="%s" y="%s">%s</text>`, num((a.X+b.X)/2), num((a.Y+b.Y)/2-4), s.Text)
		}
	default:
		class := map[show.ShapeKind]raw{show.LabelMid: ` class="mid"`, show.LabelRight: ` class="end"`}[s.Kind]
		w.put(`<text%s x="%s" y="%s">%s</text>`, class, num(s.X), num(s.Y), s.Text)
	}
	if note != "" {
		w.put("<title>%s</title>", note)
	}
	w.WriteString("</g>\n")
}

// pointList returns the value of a points attribute.
func pointList(points []show.Point) string {
	var b []byte
	for i, p := range points {
		if i > 0 {
			b = append(b, ' ')
		}
		b = append(b, num(p.X)+","+num(p.Y)...)
	}
	return string(b)
}

// head draws the head of an arrow at the last of its points.
func (w *displayer) head(points []show.Point) {
	n := len(points)
	if n < 2 {
		return
	}
	end := points[n-1]
	dx, dy := end.X-points[n-2].X, end.Y-points[n-2].Y
	length := math.Hypot(dx, dy)
	if length == 0 {
		return
	}
	dx, dy = dx/length, dy/length
	side := func(s float64) show.Point {
		return show.Point{X: end.X - 7*dx - 3.5*s*dy, Y: end.Y - 7*dy + 3.5*s*dx}
	}
	w.put(`<polygon class="head" points="%s"></polygon>`, pointList([]show.Point{end, side(1), side(-1)}))
}

// ticks returns about n round numbers that cover lo to hi, and what they are
// apart.
func ticks(lo, hi float64, n int) (list []float64, step float64) {
	if hi <= lo {
		return []float64{lo}, 1
	}
	step = math.Pow(10, math.Floor(math.Log10((hi-lo)/float64(n))))
	for _, f := range []float64{1, 2, 5, 10} {
		if (hi-lo)/(step*f) <= float64(n)+.5 {
			step *= f
			break
		}
	}
	// Numbers that are large beside their distances have no room for a fraction
	// of these: counting is done apart from where it begins.
	first := math.Ceil(lo/step - 1e-9)
	for i := range n + 2 {
		at := (first + float64(i)) * step
		if at > hi+step*1e-9 {
			break
		}
		if len(list) == 0 || at > list[len(list)-1] {
			list = append(list, at+0)
		}
	}
	if len(list) == 0 {
		list = []float64{lo}
	}
	return list, step
}

// Numbers of an axis from large on, or that are less than small apart, have an
// exponent. Integers of the data, which are at most 2^53, have none.
const (
	large = 1e16
	small = 1e-9
)

// tickText writes a number of an axis: no more digits than its step has, and
// thousands apart.
func tickText(v, step float64) string {
	if v != 0 && (math.Abs(v) >= large || step < small) {
		digits := math.Floor(math.Log10(math.Abs(v))+1e-9) - math.Floor(math.Log10(step)+1e-9)
		return strconv.FormatFloat(v, 'e', int(min(max(digits, 0), 16)), 64)
	}
	digits := max(0, int(-math.Floor(math.Log10(step)+1e-9)))
	if v == 0 && step < small {
		digits = 0
	}
	s := strconv.FormatFloat(v, 'f', digits, 64)
	whole := len(s)
	if digits > 0 {
		whole -= digits + 1
	}
	first := 0
	if s[0] == '-' {
		first = 1
	}
	if whole-first < 5 {
		return s
	}
	for i := whole - 3; i > first; i -= 3 {
		s = s[:i] + "\u202f" + s[i:]
	}
	return s
}
