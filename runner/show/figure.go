package show

import "strings"

// Text returns the title and the figure's Lines.
func (f Figure) Text() string { return text(f) }

// Check wants a title, a text form, and shapes that lie in the drawing.
func (f Figure) Check() error { return check(f) }

func (f Figure) fault() error {
	var c checker
	c.begin(f.Title, f.Description, f.Keys)
	c.some(len(f.Lines), "text form: its Lines are empty")
	c.count(len(f.Lines), 2*textLines, "lines of text")
	c.texts("line", f.Lines)
	if !(f.Width > 0 && f.Width <= MaxSide && f.Height > 0 && f.Height <= MaxSide) { // nor NaN
		c.fail("it is %v by %v, and may be 1 to %d", f.Width, f.Height, MaxSide)
	}
	c.count(len(f.Shapes), MaxShapes, "shapes")
	points := 0
	for i, s := range f.Shapes {
		points += len(s.Points)
		c.shape(i, s, f)
		if c.err != nil {
			break
		}
	}
	c.count(points, MaxPoints, "points")
	return c.err
}

// shape checks the i-th shape of a figure.
func (c *checker) shape(i int, s Shape, f Figure) {
	c.tone("shape", i, s.Tone)
	c.textOf("shape", i, s.Text, s.Note, s.ID)
	corners := []Point{{s.X, s.Y}}
	switch s.Kind {
	case Box:
		if s.W < 0 || s.H < 0 {
			c.fail("shape %d, a box, is %v by %v", i+1, s.W, s.H)
		}
		corners = append(corners, Point{s.X + s.W, s.Y + s.H})
	case Line, Arrow:
		if len(s.Points) < 2 {
			c.fail("shape %d, a line, has %d points", i+1, len(s.Points))
		}
		corners = s.Points
	case Label, LabelMid, LabelRight:
	default:
		c.fail("shape %d is a %q, which there is not", i+1, s.Kind)
	}
	c.finite("shape", i, s.X, s.Y, s.W, s.H)
	for _, p := range corners {
		c.finite("shape", i, p.X, p.Y)
		const slack = 0.5 // for what was computed in another way
		if p.X < -slack || p.Y < -slack || p.X > f.Width+slack || p.Y > f.Height+slack {
			c.fail("shape %d reaches (%v, %v), outside of a figure of %v by %v", i+1, p.X, p.Y, f.Width, f.Height)
		}
	}
}

func (f Figure) appendText(b []byte) []byte {
	b = appendLine(b, "%s", clean(f.Title))
	for _, l := range f.Lines {
		b = appendLine(b, "%s", strings.TrimRight(blankControls(l), " "))
	}
	return b
}

func (f Figure) appendData(b []byte) []byte {
	o := open(b)
	o.text("title", f.Title)
	o.text("description", f.Description)
	o.float("width", f.Width)
	o.float("height", f.Height)
	list(&o, "shapes", f.Shapes, appendShape)
	o.keysOpt(f.Keys)
	list(&o, "lines", f.Lines, appendString)
	return o.close()
}

func appendShape(b []byte, s Shape) []byte {
	o := open(b)
	o.text("kind", string(s.Kind))
	o.float("x", s.X)
	o.float("y", s.Y)
	o.floatOpt("w", s.W)
	o.floatOpt("h", s.H)
	listOpt(&o, "points", s.Points, appendPoint)
	o.textOpt("text", s.Text)
	o.integerOpt("tone", int64(s.Tone))
	o.textOpt("note", s.Note)
	o.textOpt("id", s.ID)
	return o.close()
}
