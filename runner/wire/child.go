package wire

import (
	"fmt"
	"os"
	"runtime/debug"
	"strconv"
)

// The environment variables by which the runner tells a program where its end
// of the wire is. [Attach] removes them, so that a cell that prints its
// environment prints the same every time.
const (
	NonceEnv   = "RTBOOK_NONCE"   // the nonce of the markers
	ReportsEnv = "RTBOOK_REPORTS" // a descriptor's number, or the path of a file to append to
)

// Child is a program's end of the wire.
type Child struct {
	Reports *os.File // descriptor 3; nil if there is no runner

	out   []*os.File // standard output and error at the time of Attach, which are one pipe
	nonce string
}

// Attach finds the wire by the environment and has the Go runtime copy its
// crash report to Reports. A program that is run by hand has no wire: then the
// methods of the Child do nothing, and the program runs as it is.
func Attach() (*Child, error) {
	c := &Child{out: []*os.File{os.Stdout, os.Stderr}, nonce: os.Getenv(NonceEnv)}
	reports := os.Getenv(ReportsEnv)
	os.Unsetenv(NonceEnv)
	os.Unsetenv(ReportsEnv)
	if c.nonce == "" || reports == "" {
		return c, nil
	}
	if fd, err := strconv.Atoi(reports); err == nil {
		closeOnExec(fd) // no process that the program starts can hold it open
		c.Reports = os.NewFile(uintptr(fd), "reports")
	} else if c.Reports, err = os.OpenFile(reports, os.O_WRONLY|os.O_APPEND, 0); err != nil {
		return nil, fmt.Errorf("open the runner's reports: %w", err)
	}
	if err := debug.SetCrashOutput(c.Reports, debug.CrashOptions{}); err != nil {
		return nil, fmt.Errorf("send crash reports to the runner: %w", err)
	}
	return c, nil
}

// Start attaches to the wire for a program that sends no reports of its own. If
// the runner cannot be reached, Start ends the program.
func Start() *Child {
	c, err := Attach()
	if err != nil {
		fmt.Fprintln(os.Stderr, "rtbook:", err)
		os.Exit(2)
	}
	return c
}

// ClosedStatus is the exit status of a program that closed both its standard
// output and its standard error.
const ClosedStatus = 71

// Mark announces that cell is about to run; after the last cell, the number of
// cells. On descriptor 3 it says so, too, since what the cell shows comes there.
// A program may close its standard output or error and go on; if both
// are closed, or the runner is gone, nobody is left to be told, and the program
// ends with ClosedStatus.
func (c *Child) Mark(cell int) {
	if c.nonce == "" {
		return
	}
	if c.Reports != nil {
		// A program that closed it shows nothing more, which is its own affair.
		fmt.Fprintf(c.Reports, "%c{\"cell\":%d}\n", frameBegins, cell)
	}
	for _, out := range c.out {
		if Mark(out, c.nonce, cell) == nil {
			return
		}
	}
	os.Exit(ClosedStatus)
}
