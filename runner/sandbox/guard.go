package sandbox

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"rtbook/runner"
)

// A child is not started by rtbook itself but by its guard: rtbook again, as a
// process of its own, which takes away from itself what the child is not to
// have and then starts the child, which inherits the lack. What is done to a
// process before it runs anything can be done no other way from Go.
//
// Where there are namespaces (Linux), the guard is process 1 of a namespace of
// processes: with it ends everything that the child has started, whatever
// group or session that moved to. It waits for the child, says how that ended,
// and ends. Elsewhere the guard turns into the child (exec).
//
// Guard and rtbook talk over a descriptor that the child does not get:
//
//	rtbook: an order, one JSON value
//	guard:  notes, a JSON value each; the last is Ended, or a fault, or none
//	        where the guard turned into the child
//
// rtbook keeps its end open for as long as the child may run; when that is
// closed, because rtbook ended in whatever way, the guard ends.

// guardArg is the first argument of a guard. The second is the number of the
// descriptor to talk over, or the name of a file that has the order; then the
// child's name and arguments follow.
const guardArg = "rtbook-guard"

// failedGuard is the exit status of a guard that could not start its child and
// has nobody to tell.
const failedGuard = 126

// Requested says whether a process with these arguments is to be a guard.
func Requested(args []string) bool { return len(args) >= 3 && args[1] == guardArg }

// Main is the whole guard. It does not return.
//
// The main function of every program that confines children, and the TestMain
// of every test that does, must begin with
//
//	if sandbox.Requested(os.Args) {
//		sandbox.Main()
//	}
func Main() {
	if os.Args[2] == probeArg {
		os.Exit(0)
	}
	unblock()
	if n, err := strconv.Atoi(os.Args[2]); err == nil {
		control := os.NewFile(uintptr(n), "control")
		var o order
		if err := json.NewDecoder(control).Decode(&o); err != nil {
			os.Exit(failedGuard) // rtbook is gone
		}
		guard(control, o)
		os.Exit(failedGuard)
	}
	guardFile(os.Args[2], os.Args[3:])
	os.Exit(failedGuard)
}

// guardFile confines a process that a child started, further than that is: a
// program that the go command runs. The order has all but the arguments.
func guardFile(name string, args []string) {
	text, err := os.ReadFile(name)
	var o order
	if err == nil {
		err = json.Unmarshal(text, &o)
	}
	if err == nil && len(args) == 0 {
		err = fmt.Errorf("no program is named")
	}
	if err == nil {
		o.Path, o.Args, o.Env = args[0], args, os.Environ()
		o.Access.Read = append(o.Access.Read, args[0]) // it may be in the build cache
		err = become(o, func([]lack) {})
	}
	fmt.Fprintln(os.Stderr, err)
}

// order is what a guard is to do.
type order struct {
	Path string   // the child's executable
	Args []string // its name and arguments
	Env  []string
	Dir  string

	Descriptors int // that it gets: 0, 1, 2, and what follows without a gap
	Access      Access
	Limits      runner.Limits

	Namespaces bool   // the guard is process 1 of namespaces of its own
	Private    string // a folder that is to have files of its own, of at most Limits.Files bytes; "" for none
}

// Access is which files a process can reach where that can be limited, besides
// those of the system that every Go program needs.
type Access struct {
	Read  []string // files, and folders with all that is below; executable
	Write []string // folders in which it may do everything

	// Attributes lets it change permissions, owners and times, which cannot be
	// limited to Write: for the go command, which makes programs executable.
	Attributes bool

	// NoLinks keeps it from making symbolic links, in Write too: for what works
	// in a folder with somebody who may write elsewhere, and would follow them.
	NoLinks bool
}

// note is what a guard says.
type note struct {
	Lacks []lack `json:",omitempty"` // the child has started, or is about to: what could not be done to it

	Fault string `json:",omitempty"` // the child could not be started
	Errno int    `json:",omitempty"` // of the fault

	Ended *Ending `json:",omitempty"`
}

// lack is a mechanism that is missing, and why.
type lack struct{ Mechanism, Why string }

func (n note) send(w io.Writer) {
	if text, err := json.Marshal(n); err == nil {
		w.Write(text)
	}
}

// Ending is how a process ended.
type Ending struct {
	Code   int           // its exit status; -1 if a signal ended it
	Signal string        `json:",omitempty"` // its name, "killed"
	CPU    time.Duration // the processor time that it took, and what it waited for
}

// Success reports whether the process ended with status 0.
func (e Ending) Success() bool { return e.Code == 0 }

// String returns "exit status 2", or "signal: killed".
func (e Ending) String() string {
	if e.Signal != "" {
		return "signal: " + e.Signal
	}
	return "exit status " + strconv.Itoa(e.Code)
}
