//go:build !unix

package sandbox

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"rtbook/runner/wire"
)

// ownGroup does nothing: there are no process groups here.
func ownGroup(*exec.Cmd) {}

// killGroup kills p alone: what it started may outlive it.
func killGroup(p *os.Process) { p.Kill() }

// reports stands for descriptor 3, which a child cannot be given here: a file
// in the child's scratch folder.
type reports struct {
	path  string
	inbox *wire.Inbox
	full  chan struct{} // never closed: too much is seen when the child has ended
}

func openReports(s *Spec, scratch string, inbox *wire.Inbox) (*reports, error) {
	r := &reports{path: filepath.Join(scratch, "reports"), inbox: inbox}
	s.Env = append(s.Env, wire.ReportsEnv+"="+r.path)
	return r, os.WriteFile(r.path, nil, 0o600)
}

func (*reports) started() {}

func (r *reports) read() *wire.Inbox {
	if f, err := os.Open(r.path); err == nil {
		io.Copy(r.inbox, f) // what cannot be read did not arrive
		f.Close()
	}
	r.inbox.Close()
	return r.inbox
}

func (*reports) close() {}
