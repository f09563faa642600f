//go:build unix

package sandbox

import (
	"io"
	"os"
	"time"

	"rtbook/runner/wire"
)

// reports is the parent's end of descriptor 3: a pipe.
type reports struct {
	r, w *os.File
	done chan []byte
}

// openReports gives a process a descriptor 3. scratch is not used on Unix.
func openReports(s *Spec, scratch string) (*reports, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	s.Reports = w
	s.Env = append(s.Env, wire.ReportsEnv+"=3")
	return &reports{r: r, w: w, done: make(chan []byte, 1)}, nil
}

// started lets go of the child's end and begins to read.
func (r *reports) started() {
	r.w.Close()
	go func() {
		kept, _ := io.ReadAll(io.LimitReader(r.r, reportsMax))
		r.done <- kept
		io.Copy(io.Discard, r.r) // never let a child block on it
	}()
}

// read returns what the child wrote. The child must have ended; a process that
// left its group may still hold the pipe open, and is not waited for.
func (r *reports) read() []byte {
	defer r.close()
	r.r.SetReadDeadline(time.Now().Add(drainLimit))
	return <-r.done
}

func (r *reports) close() {
	if r != nil {
		r.r.Close()
	}
}
