package runner

import (
	"strconv"
	"time"
)

// Program is one environment of one chapter as a Go program: plain data, so
// that it can be stored, sent to another machine, or run in a browser.
type Program struct {
	Chapter string // the chapter's path, "notes/02-allocator.md"
	Env     string // "" is the chapter's own environment
	GoOnly  bool   // not to be interpreted
	Cells   []Unit // the cells that run, in order

	// Source is package main in one file, without line directives and without
	// func main: cell i is the function CellFunc(i), and running the program
	// is calling these in order, announcing each before its call. Every engine
	// supplies its own main.
	Source  string
	Map     []Segment // where the pieces of Source come from, by ascending Offset
	Imports []string  // import paths, sorted

}

// Unit is a cell of a program: what an engine needs to know of it.
type Unit struct {
	ID      string
	Pos     Pos // of the first byte of the cell's source
	Timeout time.Duration
	Limit   int // bytes it may print
}

// Segment says that Source[Offset:Offset+Len] is copied from Pos in the
// chapter. Segments never span a line break of the chapter except as its last
// byte, so that a column inside one is Pos.Col plus the distance.
type Segment struct {
	Offset int
	Len    int
	Pos    Pos
}

// Status is how a cell ended.
type Status string

const (
	Done       Status = "done"        // it ran to its end
	Panicked   Status = "panic"       // an uncaught panic or fatal error; Message has its first line
	Exited     Status = "exit"        // the program ended itself in this cell, os.Exit for example
	TimedOut   Status = "timeout"     // stopped at its wall-clock limit
	Flooded    Status = "flood"       // stopped at its output limit; Output has what came before
	NotReached Status = "not reached" // an earlier cell ended the program
	Refused    Status = "refused"     // the engine cannot run it; Message says why
)

// CellResult is what one cell of a program did on one engine.
type CellResult struct {
	ID      string `json:"id"`
	Output  string `json:"output"` // standard output and error, as printed
	Status  Status `json:"status"`
	Message string `json:"message,omitempty"` // for every Status but Done and NotReached
	Hint    string `json:"hint,omitempty"`
	Pos     Pos    `json:"pos"` // where it ended, as well as the engine can tell; else the cell's first line
}

// Result is what a program did on one engine: a CellResult for each of its
// Cells, in order.
type Result struct {
	Engine string       `json:"engine"` // "yaegi" or "go"
	Cells  []CellResult `json:"cells"`
}

// Problem is a fault in the cells, found before anything ran.
type Problem struct {
	Pos     Pos
	Message string
	Notes   []ProblemNote
	Hint    string
}

// ProblemNote adds another place or fact to a Problem.
type ProblemNote struct {
	Pos  Pos // zero where the note is about no place
	Text string
}

// CellFunc returns the name of the function of a program's Source that is
// cell i.
func CellFunc(i int) string { return "rtbook_cell" + strconv.Itoa(i) }
