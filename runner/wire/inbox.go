package wire

import (
	"bytes"
	"encoding/json"
)

// The bounds of what an Inbox keeps of one program.
const (
	// MaxFrame is the longest line, in bytes: the data of the largest display,
	// with its text form.
	MaxFrame = 10 << 20

	// MaxShown is for all displays together.
	MaxShown = 32 << 20

	maxNotes  = 4 << 20 // reports and crash report together
	shownCost = 512     // of keeping a display, however small, in bytes
)

// Shown is a display as it came.
type Shown struct {
	Cell  int // that showed it
	Kind  string
	Text  string
	Data  json.RawMessage // nil if there is a Fault
	Fault string          // why it cannot be shown
}

// Inbox takes apart what comes over descriptor 3.
type Inbox struct {
	Reports []Report // in order
	Crash   []byte   // the runtime's crash report, as far as it came
	Shown   []Shown  // in order

	// Full is set when a program shows more than MaxShown, or a line is longer
	// than MaxFrame. No more displays are kept then.
	Full bool

	cells int    // of the program
	cell  int    // that runs
	line  []byte // that is not whole yet
	notes int    // bytes of reports and of the crash report that were kept
	shown int    // bytes of displays that were kept
}

// NewInbox returns an inbox for a program of so many cells.
func NewInbox(cells int) *Inbox { return &Inbox{cells: cells} }

// Cell returns the cell that runs, or the last one; what was shown before the
// first mark, by the initialisation of a package, belongs to the first cell.
func (in *Inbox) Cell() int { return min(in.cell, max(0, in.cells-1)) }

// Write takes a piece of the stream. The pieces do not matter. It never fails.
func (in *Inbox) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		i := bytes.IndexByte(p, '\n')
		if i < 0 {
			in.hold(p)
			break
		}
		whole := p[:i+1]
		if len(in.line) > 0 {
			in.hold(whole)
			whole = in.line
		}
		in.take(whole)
		in.line = in.line[:0]
		p = p[i+1:]
	}
	if cap(in.line) > 1<<20 && len(in.line) == 0 {
		in.line = nil
	}
	return n, nil
}

// Close says that nothing more comes. It never fails.
func (in *Inbox) Close() error {
	if len(in.line) > 0 {
		in.take(in.line)
	}
	in.line = nil
	return nil
}

// hold keeps a part of a line. What is too long is no frame that Show wrote.
func (in *Inbox) hold(p []byte) {
	room := MaxFrame - len(in.line)
	if len(p) > room {
		p = p[:room]
		in.Full = true
	}
	in.line = append(in.line, p...)
}

// take takes a whole line.
func (in *Inbox) take(line []byte) {
	switch line[0] {
	case frameBegins:
		in.frame(line[1:])
		return
	case separator:
		var r Report
		if in.note(line) && json.Unmarshal(line[1:], &r) == nil {
			in.Reports = append(in.Reports, r)
		}
		return
	}
	if in.note(line) {
		in.Crash = append(in.Crash, line...)
	}
}

// note reports whether there is room for a line that is no frame.
func (in *Inbox) note(line []byte) bool {
	in.notes += len(line)
	return in.notes <= maxNotes
}

// frame takes a mark or a display.
func (in *Inbox) frame(text []byte) {
	if in.Full {
		return
	}
	if in.shown += len(text) + shownCost; in.shown > MaxShown || len(text) > MaxFrame {
		in.Full = true
		return
	}
	var f struct {
		Cell  *int
		Kind  string
		Text  string
		Data  json.RawMessage
		Fault string
	}
	switch err := json.Unmarshal(text, &f); {
	case err != nil || f.Cell == nil && f.Kind == "":
		in.Shown = append(in.Shown, Shown{Cell: in.Cell(), Fault: "it did not arrive whole"})
	case f.Kind == "":
		in.mark(*f.Cell)
	default:
		s := Shown{Cell: in.Cell(), Kind: f.Kind, Text: f.Text, Data: f.Data, Fault: f.Fault}
		if s.Fault != "" {
			s.Data = nil
		}
		in.Shown = append(in.Shown, s)
	}
}

// mark goes on to the next cell: any other number was forged.
func (in *Inbox) mark(cell int) {
	if cell == in.cell+1 && cell <= in.cells {
		in.cell = cell
	}
	in.shown -= shownCost // it is not kept
}
