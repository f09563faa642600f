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
	Out     *os.File // standard output at the time of Attach
	Reports *os.File // nil if the runner wants none

	nonce string
}

// Attach finds the wire by the environment and has the Go runtime copy its
// crash report to Reports. A program that is run by hand has no wire: then the
// methods of the Child do nothing, and the program runs as it is.
func Attach() (*Child, error) {
	c := &Child{Out: os.Stdout, nonce: os.Getenv(NonceEnv)}
	reports := os.Getenv(ReportsEnv)
	os.Unsetenv(NonceEnv)
	os.Unsetenv(ReportsEnv)
	if c.nonce == "" || reports == "" {
		return c, nil
	}
	if fd, err := strconv.Atoi(reports); err == nil {
		c.Reports = os.NewFile(uintptr(fd), "reports")
	} else if c.Reports, err = os.OpenFile(reports, os.O_WRONLY|os.O_APPEND, 0); err != nil {
		return nil, fmt.Errorf("open the runner's reports: %w", err)
	}
	if err := debug.SetCrashOutput(c.Reports, debug.CrashOptions{}); err != nil {
		return nil, fmt.Errorf("send crash reports to the runner: %w", err)
	}
	return c, nil
}

// Start attaches to the wire for a program that sends no reports of its own.
// Reports is closed, so that no process the program starts can hold it open;
// the runtime has its own duplicate. If the runner cannot be reached, Start
// ends the program.
func Start() *Child {
	c, err := Attach()
	if err != nil {
		fmt.Fprintln(os.Stderr, "rtbook:", err)
		os.Exit(2)
	}
	if c.Reports != nil {
		c.Reports.Close()
		c.Reports = nil
	}
	return c
}

// Mark announces that cell is about to run; after the last cell, the number of
// cells. A runner that is gone is no reason to stop the program.
func (c *Child) Mark(cell int) {
	if c.nonce == "" {
		return
	}
	if err := Mark(c.Out, c.nonce, cell); err != nil {
		fmt.Fprintln(os.Stderr, "rtbook:", err)
	}
}
