//go:build unix

package sandbox

import (
	"os"
	"time"

	"rtbook/runner/wire"
)

// reports is the parent's end of descriptor 3: a pipe.
type reports struct {
	r, w  *os.File
	inbox *wire.Inbox
	full  chan struct{} // closed when the child has shown too much
	done  chan struct{} // closed when all is read
}

// openReports gives a process a descriptor 3, of which inbox gets what comes.
// scratch is not used on Unix.
func openReports(s *Spec, scratch string, inbox *wire.Inbox) (*reports, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	s.Reports = w
	s.Env = append(s.Env, wire.ReportsEnv+"=3")
	return &reports{r: r, w: w, inbox: inbox, full: make(chan struct{}), done: make(chan struct{})}, nil
}

// started lets go of the child's end and begins to read. It reads on whatever
// comes: a child must never wait for it.
func (r *reports) started() {
	r.w.Close()
	go func() {
		defer close(r.done)
		told := false
		buf := make([]byte, 64<<10)
		for {
			n, err := r.r.Read(buf)
			r.inbox.Write(buf[:n])
			if r.inbox.Full && !told {
				told = true
				close(r.full)
			}
			if err != nil {
				return
			}
		}
	}()
}

// read returns what the child wrote. The child must have ended; a process that
// left its group may still hold the pipe open, and is not waited for.
func (r *reports) read() *wire.Inbox {
	defer r.close()
	r.r.SetReadDeadline(time.Now().Add(drainLimit))
	<-r.done
	r.inbox.Close()
	return r.inbox
}

func (r *reports) close() {
	if r != nil {
		r.r.Close()
	}
}
