package runner

import "context"

// Engine runs programs. It calls emit with the events of each program in
// order, from one goroutine at a time for each program; programs may run at
// the same time. A failing program is not an error of Run: its events say so.
// Run's error means that the engine itself could not work (no toolchain, no
// process to be had), or that ctx ended.
type Engine interface {
	Name() string // "yaegi" or "go"
	Run(ctx context.Context, ps []*Program, emit func(*Program, Event)) error
}

// EventKind says what an Event carries.
type EventKind string

const (
	Began   EventKind = "began"   // cell Cell is about to run
	Printed EventKind = "printed" // cell Cell printed Text
	Showed  EventKind = "showed"  // cell Cell showed Display
	Ended   EventKind = "ended"   // the program ended in cell Cell with Status; exactly one for each program, last
)

// Event is what an engine reports while a program runs: plain data that
// encodes as JSON.
type Event struct {
	Kind    EventKind
	Cell    int      // index into Program.Cells
	Text    []byte   // Printed
	Display *Display // Showed
	Status  Status   // Ended: Done after the last cell, else how it failed
	Message string   // Ended with another Status than Done
	Cut     int      // Ended: bytes at the end of the cell's output that are the crash report, not output
	Hint    string
	Pos     Pos // Ended: the place in the chapter, zero if unknown
}
