// Package show is what a cell can display besides text: tables, figures,
// timelines, charts, rulers and steppers.
//
// A display is plain data: what there is to see, in numbers, words and tones,
// and nothing of how it looks. Its Show method prints its text form to standard
// output, which is what an output fence records, a terminal prints and a screen
// reader reads, and sends the data to the page that the cell is on. Where
// nobody asked for the data, as in a program that is run by hand, there is only
// the text.
//
//	Table     rows under columns
//	Figure    shapes in a plane
//	Chart     curves over an axis
//	Timeline  what each of a few lanes did when
//	Ruler     what holds at each number of a range, under a pointer that moves
//	Stepper   a run, step by step, with its state before one's eyes
//
// Text in a display is text: markup in a name is shown, not obeyed. What is not
// a number (NaN, an infinity), lies outside of the drawing or refers to what is
// not there makes a display invalid; one that has more than there may be (see
// [MaxData]) is too large. Neither is shown: its text form says what is wrong, and so does a
// finding at the cell.
package show

// Tone says what a thing is, beside the others of its display. The page gives
// each tone a colour, in light and dark, and a pattern, so that colour is never
// all there is.
type Tone int

const (
	Plain Tone = iota // no tone of its own: an outline
	Tone1             // six that are told apart
	Tone2
	Tone3
	Tone4
	Tone5
	Tone6
	Quiet  // is there, and does not matter now
	Strong // matters now
)

// Key says what a tone means.
type Key struct {
	Tone Tone   `json:"tone"`
	Text string `json:"text"`
}

// Table is rows of text under columns.
type Table struct {
	Title   string     `json:"title"`
	Columns []Column   `json:"columns"`
	Rows    [][]string `json:"rows"` // as many entries each as there are columns
}

// Column is a column of a Table.
type Column struct {
	Name  string `json:"name"`
	Right bool   `json:"right,omitempty"` // numbers: aligned at their ends
}

// Figure is a drawing. Its unit is a pixel of a page as wide as the text; one
// at most 600 wide needs no scrolling on most, and 340 on a phone.
type Figure struct {
	Title       string   `json:"title"`
	Description string   `json:"description"` // what one sees, in a sentence or two
	Width       float64  `json:"width"`
	Height      float64  `json:"height"`
	Shapes      []Shape  `json:"shapes"` // in the order in which they are drawn
	Keys        []Key    `json:"keys,omitempty"`
	Lines       []string `json:"lines"` // the text form, below the title
}

// Shape is a part of a Figure.
type Shape struct {
	Kind   ShapeKind `json:"kind"`
	X      float64   `json:"x"` // of the upper left corner; of a label, where it stands on its base line
	Y      float64   `json:"y"`
	W      float64   `json:"w,omitempty"` // of a box
	H      float64   `json:"h,omitempty"`
	Points []Point   `json:"points,omitempty"` // of a line
	Text   string    `json:"text,omitempty"`   // in the middle of a box; the label itself
	Tone   Tone      `json:"tone,omitempty"`
	Note   string    `json:"note,omitempty"` // more of it, for who points at it
	ID     string    `json:"id,omitempty"`   // what it stands for: equal ids light up together
}

// ShapeKind is what a Shape is.
type ShapeKind string

const (
	Box        ShapeKind = "box"
	Line       ShapeKind = "line"
	Arrow      ShapeKind = "arrow"       // a line with a head at its last point
	Label      ShapeKind = "label"       // text that begins at X
	LabelMid   ShapeKind = "label-mid"   // text whose middle is at X
	LabelRight ShapeKind = "label-right" // text that ends at X
)

// Point is a point of a line, or of a curve.
type Point struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
}

// Chart is curves over a common axis.
type Chart struct {
	Title       string   `json:"title"`
	Description string   `json:"description"`
	X           string   `json:"x"` // what the axes are, with units: "cycle", "heap (MiB)"
	Y           string   `json:"y"`
	Series      []Series `json:"series"`
}

// Series is one curve.
type Series struct {
	Name   string  `json:"name"`
	Tone   Tone    `json:"tone"`
	Stairs bool    `json:"stairs,omitempty"` // the value holds until the next point
	Points []Point `json:"points"`           // by ascending X
}

// Timeline is what each of a few lanes did when.
type Timeline struct {
	Title       string   `json:"title"`
	Description string   `json:"description"`
	Unit        string   `json:"unit"` // of time: "ns"
	Lanes       []string `json:"lanes"`
	Spans       []Span   `json:"spans"`
	Marks       []Mark   `json:"marks,omitempty"`
	Keys        []Key    `json:"keys,omitempty"`
}

// Span is something that a lane did for a while. The spans of a lane do not
// overlap.
type Span struct {
	Lane int    `json:"lane"`
	From int64  `json:"from"`
	To   int64  `json:"to"` // not before From
	Text string `json:"text"`
	Tone Tone   `json:"tone"`
	Note string `json:"note,omitempty"`
	ID   string `json:"id,omitempty"`
}

// Mark is something that happened in a lane at one moment.
type Mark struct {
	Lane int    `json:"lane"`
	At   int64  `json:"at"`
	Text string `json:"text"`
	Note string `json:"note,omitempty"`
	ID   string `json:"id,omitempty"`
}

// Ruler is what holds at each number of a range. The reader moves a pointer
// along it, and picks one of the choices.
type Ruler struct {
	Title       string   `json:"title"`
	Description string   `json:"description"`
	Number      string   `json:"number"` // what the number is: "bytes asked for"
	Min         int64    `json:"min"`
	Max         int64    `json:"max"`
	Start       int64    `json:"start"` // where the pointer is at first
	Fields      []string `json:"fields"`
	Choices     []Choice `json:"choices"` // at least one; the control is left out if there is one
}

// Choice is one case of a Ruler, in ranges that cover it from Min to Max
// without a gap.
type Choice struct {
	Name   string  `json:"name"` // "with pointers"
	Ranges []Range `json:"ranges"`
}

// Range is what holds from one number to another, both included.
type Range struct {
	From   int64   `json:"from"`
	To     int64   `json:"to"`
	Values []Value `json:"values"` // one for each of the ruler's Fields
}

// Value is what a field of a ruler has in a range: Text, or if Number is set
// the number A + B*n at n, with Text after it as its unit.
type Value struct {
	Text   string `json:"text,omitempty"`
	Number bool   `json:"number,omitempty"`
	A      int64  `json:"a,omitempty"`
	B      int64  `json:"b,omitempty"`
}

// Stepper is a run, step by step. The state that one sees is panels of rows of
// items, all empty at first; each step says what it changes in them.
type Stepper struct {
	Title       string  `json:"title"`
	Description string  `json:"description"`
	Unit        string  `json:"unit,omitempty"` // of Step.Time; "" if the steps have no times
	Panels      []Panel `json:"panels"`
	Keys        []Key   `json:"keys,omitempty"`
	Steps       []Step  `json:"steps"`

	// Frames are the steps, by index, that are drawn where nothing moves: in
	// print and without scripts. If there are none, up to six are chosen.
	Frames []int `json:"frames,omitempty"`

	// Stopped says why the run ended before its time, "" if it did not: the
	// text of a panic. What was recorded until then is shown.
	Stopped string `json:"stopped,omitempty"`
}

// Panel is one view of the state.
type Panel struct {
	Name string    `json:"name"`
	Kind PanelKind `json:"kind"`
	Rows []string  `json:"rows"` // their names
}

// PanelKind is how the items of a panel's rows are laid out.
type PanelKind string

const (
	Queues PanelKind = "queues" // as labelled boxes in a line, first to last
	Cells  PanelKind = "cells"  // as small squares without labels: slots, pages
	Values PanelKind = "values" // as text, like the fields of a form
	Lanes  PanelKind = "lanes"  // one item at a time, drawn as spans over Step.Time: what each P runs
)

// Step is one step of a run.
type Step struct {
	Time    int64    `json:"time,omitempty"` // not before that of the step above
	Event   string   `json:"event"`          // what kind of thing happened: "GoStart". One can jump to the next of a kind
	What    string   `json:"what,omitempty"` // its details
	Why     string   `json:"why,omitempty"`  // the reason, in words
	Changes []Change `json:"changes,omitempty"`
	Focus   []string `json:"focus,omitempty"` // ids of what it is about, which light up in every panel
}

// Change replaces Drop items of a row, from index At on, by Items.
type Change struct {
	Panel int    `json:"panel"`
	Row   int    `json:"row"`
	At    int    `json:"at,omitempty"`
	Drop  int    `json:"drop,omitempty"`
	Items []Item `json:"items,omitempty"`
}

// Item is something in a row.
type Item struct {
	Text string `json:"text,omitempty"`
	Tone Tone   `json:"tone,omitempty"`
	ID   string `json:"id,omitempty"`
}
