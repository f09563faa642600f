// Package runner runs the cells of a book: it makes one Go program of the
// cells of an environment, has it checked by go/types, runs it on one or two
// engines, and says what each cell printed and how it ended.
//
// The rules by which cells become a program are in compose.go. Package runner
// knows nothing of Markdown or of sites, and imports none of rtbook's other
// packages except the leaves runner/wire and runner/store; engines
// (runner/interp, runner/gotool) import it and are handed to [Run].
package runner

import "time"

// Pos is a place in a chapter: the file as the book names it, and a 1-based
// line and column in bytes.
type Pos struct {
	File string `json:"file"`
	Line int    `json:"line"`
	Col  int    `json:"col"`
}

// Mode says what is done with a cell.
type Mode int

const (
	Execute   Mode = iota // it is part of its environment's program and runs
	CheckOnly             // it must compile after the cells above it, and is left out of the program
	FileOnly              // it is the file Path of its environment's folder; nothing of it runs by itself
)

// Expect says how a cell must fail, if it must.
type Expect string

const (
	ExpectPanic        Expect = "panic"         // it must end its program with a panic or a fatal error
	ExpectCompileError Expect = "compile-error" // it must not compile
)

// Cell is a piece of Go in a chapter.
type Cell struct {
	ID      string // unique in its chapter: the author's name, or "cell-N" counted from 1
	Named   bool   // whether the author gave the ID
	Chapter string // the chapter's path as the book names it, "notes/02-allocator.md"
	Env     string // the environment it belongs to; "" is the chapter's own
	GoOnly  bool   // engine=go: compiled, never interpreted
	Mode    Mode
	Shell   bool          // commands instead of Go: they run in the environment's folder
	Path    string        // FileOnly: the file's name in the folder, slash-separated
	Expect  Expect        // how it must fail; "" if it must not
	Timeout time.Duration // 0 means DefaultTimeout
	Allow   []string      // what the chapter lets its cells use: see [Cell.Uses]
	Sweep   []SweepConst  // constants that it runs with other values of, too: see [Sweep]

	// Source is the cell's text with lines ending in "\n". Its first line is
	// line Line of the chapter; line i (0-based) of Source begins at column
	// 1+Indent[i], or 1 where Indent is nil (a fence may be indented).
	Source string
	Line   int
	Indent []int
}

// DefaultTimeout is the wall-clock time a cell may take unless it says otherwise.
const DefaultTimeout = 10 * time.Second

// DefaultOutputLimit is the number of bytes a cell may print.
const DefaultOutputLimit = 256 << 10
