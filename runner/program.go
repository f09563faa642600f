package runner

import (
	"encoding/json"
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

	// Tail says that only the last cell counts, which is expected to panic: the
	// cells before it are there for what they declare and do, and their results
	// are those of the environment's other program.
	Tail bool

	// Unwritable are the variables of Source, in order, whose types cannot be
	// written in package main. A program that has any is in initialisation
	// style: such a variable is declared with its value, which therefore
	// belongs to the initialisation of the package, and so does what the page
	// has above it. Source then calls StepFunc, a function (int, func())
	// struct{} that the engine supplies: it announces a cell if that has not
	// begun, and calls the function if there is one. The cells before the Init-th
	// are run so, and so is what cell Init has above the last such variable;
	// CellFunc(Init) is the rest of it. main calls CellFunc from Init on.
	Unwritable []Unwritable
	Init       int

	// Swept are the values that constants have here in place of the text's, if
	// this is a variant of an environment's program. Of such a program only the
	// last cell counts. Shared, if not nil, is another way to the same results.
	Swept  []Setting
	Shared *Shared

	Shell *Shell // the program is commands in a folder, not Go: Source, Map and Imports are empty

	Limits Limits
}

// Limits are what a program may use of the machine, besides the time that its
// cells may take and the bytes that they may print. 0 stands for a default,
// which the engines' sandbox chooses.
type Limits struct {
	CPU       time.Duration // of processor time, of all threads of a process together
	Memory    int64         // bytes of writable memory of a process
	Processes int           // processes and threads at the same time
	Files     int64         // bytes of its files, all together
}

// Shell is what a program of shell cells consists of: a folder's files, and
// the commands of each cell.
type Shell struct {
	Files []File
	Cells [][]Command // by cell of the program
}

// Unwritable is a variable whose type cannot be written in package main.
type Unwritable struct {
	Name string
	Type string // as messages name it, "binary.littleEndian"
	Pos  Pos    // of Name
}

// File is a file of a folder.
type File struct {
	Path string // slash-separated, inside the folder
	Text string
	Pos  Pos // of its first byte in the chapter; zero for a generated file
}

// Command is one simple command: no shell is needed to run it.
type Command struct {
	Env    []string // assignments before it, "GODEBUG=gctrace=1"
	Args   []string // Args[0] is "go", or "./name" of a program in the folder
	Stdout string   // a file in the folder that standard output goes to, or /dev/null; "" is the cell's output
	Stderr string   // likewise for standard error; "&1" follows standard output
	Append bool     // files are appended to
	OnOK   bool     // it runs only if the command before it succeeded (&&)
	Pos    Pos
}

// Unit is a cell of a program: what an engine needs to know of it.
type Unit struct {
	ID      string
	Pos     Pos // of the first byte of the cell's source
	Timeout time.Duration
	Limit   int    // bytes it may print
	Expect  Expect // how it must fail, or one of its commands; "" if none may
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
	OutOfCPU   Status = "cpu"         // stopped at its limit of processor time
	OutOfMem   Status = "memory"      // ended by its limit of memory
	OutOfProcs Status = "processes"   // ended by its limit of processes and threads
	OutOfFiles Status = "files"       // stopped because its files grew too large
	Closed     Status = "closed"      // it closed its standard output and error, so that nobody knows what it did
	Killed     Status = "signal"      // ended by a signal, which Message names
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

	Displays []Display `json:"displays,omitempty"` // what it showed besides text, in order

	Time time.Duration `json:"time"` // it took, when it ran; a sample
}

// Display is something that a cell showed besides text: see package
// runner/show, whose types Data encodes.
type Display struct {
	Kind string          `json:"kind"` // "table", "figure", "chart", "timeline", "ruler", "stepper"
	Text string          `json:"text"` // its text form, which the cell printed
	Data json.RawMessage `json:"data,omitempty"`

	// Fault says why it cannot be shown, "" if it can; if it cannot, Data is
	// nil, and Text says so.
	Fault string `json:"fault,omitempty"`
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
	Env     string // the environment of the cell that it is about
	Attr    string // the attribute that the problem is about, if Pos is only the cell: "expect", "file"
	AttrAt  int    // of Attr's value the byte, counted from 1, that it is about; 0 is the attribute itself
	Message string
	Notes   []ProblemNote
	Hint    string

	// Undefined is the name that means nothing, if that is the problem (of a
	// package's, "fmt.Prinln"), and
	// Defined what has a meaning there: one of these may have been meant. With
	// Member, it is no field or method of what it is selected from.
	Undefined string
	Defined   []string
	Member    bool
}

// ProblemNote adds another place or fact to a Problem.
type ProblemNote struct {
	Pos  Pos // zero where the note is about no place
	Text string
}

// CellFunc returns the name of the function of a program's Source that is
// cell i.
func CellFunc(i int) string { return "rtbook_cell" + strconv.Itoa(i) }

// StepFunc is the name of the function by which a program in initialisation
// style runs cells (see [Program].Unwritable).
const StepFunc = "rtbook_step"
