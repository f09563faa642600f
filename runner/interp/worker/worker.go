// Package worker is the process in which cells are interpreted.
//
// The interpreter can be brought down by a cell in ways that nothing inside a
// process can stop: a panic in a goroutine, a stack that overflows, a loop that
// does not end. So it has a process of its own: rtbook starts itself with [Arg]
// as its only argument, and main hands over to [Main] before it does anything
// else. Folder cmd is the same process as a program of its own.
//
// The program comes as JSON on standard input. Cells print to the process's
// own descriptors 1 and 2. Position markers, and reports of what was refused
// and where a panic arose, go over the wire. A panic of a cell is raised once
// more where nobody recovers it, so that the Go runtime itself says what a
// compiled program would say.
//
// This package imports neither os/exec nor the sandbox, and builds for js/wasm.
package worker

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"rtbook/runner"
	"rtbook/runner/wire"
)

// Arg is the argument that turns a program into a worker.
const Arg = "rtbook-interpret-cells"

// failed is the exit status of a worker that could not work.
const failed = 70

// Requested says whether a process with these arguments is to be a worker.
func Requested(args []string) bool { return len(args) == 2 && args[1] == Arg }

// Request is what a worker reads.
type Request struct {
	Program *runner.Program

	// Trace has the worker keep track of where it is, which makes it slower,
	// so that a panic is reported with the place at which it arose.
	Trace bool
}

// Main is the whole worker. It does not return.
func Main() {
	w, err := wire.Attach()
	if err != nil {
		fail(err)
	}
	text, err := io.ReadAll(os.Stdin)
	if err != nil {
		fail(fmt.Errorf("read the program: %w", err))
	}
	var r Request
	if err := json.Unmarshal(text, &r); err != nil {
		fail(fmt.Errorf("decode the program: %w", err))
	}
	if r.Program == nil {
		fail(fmt.Errorf("decode the program: there is none"))
	}
	os.Args = []string{"cells"} // as a compiled program has
	run(r, w)
	os.Exit(0)
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "rtbook: interpret cells:", err)
	os.Exit(failed)
}
