package show

import "slices"

// Display is any of the package's displays.
type Display interface {
	// Kind is what it is: "table", "figure", "chart", "timeline", "ruler" or
	// "stepper".
	Kind() string

	// Text is its text form: lines that end in a newline, at most 100
	// characters wide where the words allow it. Of long lists it has a part and
	// says how much is left out. That of a display with a fault says what the
	// fault is.
	Text() string

	// Check says what is wrong with it, nil if nothing is: it can be drawn, and
	// is within the limits.
	Check() error

	// Show prints its text form in one write, and sends its data to the page.
	Show()
}

// display is what each of the displays does besides.
type display interface {
	Kind() string
	title() string
	fault() error             // what is wrong with it, but for the size of its data
	parts() int               // how many parts there are of which it has many
	appendText([]byte) []byte // the text form of one that has no fault
	appendData([]byte) []byte // the data as JSON
}

// Kind returns "table".
func (Table) Kind() string { return "table" }

// Kind returns "figure".
func (Figure) Kind() string { return "figure" }

// Kind returns "chart".
func (Chart) Kind() string { return "chart" }

// Kind returns "timeline".
func (Timeline) Kind() string { return "timeline" }

// Kind returns "ruler".
func (Ruler) Kind() string { return "ruler" }

// Kind returns "stepper".
func (Stepper) Kind() string { return "stepper" }

func (t Table) title() string    { return t.Title }
func (f Figure) title() string   { return f.Title }
func (c Chart) title() string    { return c.Title }
func (t Timeline) title() string { return t.Title }
func (r Ruler) title() string    { return r.Title }
func (s Stepper) title() string  { return s.Title }

// Show prints the table as text, and sends it to the page.
func (t Table) Show() { send(t) }

// Show prints the figure's text form, and sends the figure to the page.
func (f Figure) Show() { send(f) }

// Show prints the chart as text, and sends it to the page.
func (c Chart) Show() { send(c) }

// Show prints the timeline as text, and sends it to the page.
func (t Timeline) Show() { send(t) }

// Show prints the ruler as text, and sends it to the page.
func (r Ruler) Show() { send(r) }

// Show prints the steps as text, and sends the stepper to the page.
func (s Stepper) Show() { send(s) }

func (t Table) parts() int    { return len(t.Rows) * len(t.Columns) }
func (f Figure) parts() int   { return len(f.Shapes) }
func (c Chart) parts() int    { return len(c.Series) * 100 }
func (t Timeline) parts() int { return len(t.Spans) + len(t.Marks) }
func (r Ruler) parts() int    { return len(r.Choices) * len(r.Fields) * 100 }
func (s Stepper) parts() int  { return 2 * len(s.Steps) }

// encode appends the data of a display to b, and returns what is wrong with it.
// With a fault, b is as it was.
func encode(b []byte, d display) ([]byte, error) {
	if fault := d.fault(); fault != nil {
		return b, fault
	}
	const each = 128                                         // bytes of a part, or so
	data := d.appendData(slices.Grow(b, 256+each*d.parts())) // growing copies all, many times
	if n := len(data) - len(b); n > MaxData {
		return b, errLarge(n)
	}
	return data, nil
}

func check(d display) error {
	_, fault := encode(nil, d)
	return fault
}

// text returns the text form of a display with or without a fault.
func text(d display) string { return string(appendForm(nil, d, check(d))) }

func appendForm(b []byte, d display, fault error) []byte {
	title := cut(clean(d.title()), textWidth/2)
	switch {
	case fault == nil:
		return d.appendText(b)
	case title == "":
		return appendLine(b, "[a %s that cannot be shown: %v]", d.Kind(), fault)
	}
	return appendLine(b, "[%s: a %s that cannot be shown: %v]", title, d.Kind(), fault)
}
