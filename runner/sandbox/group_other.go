//go:build !unix

package sandbox

import (
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
type reports struct{ path string }

func openReports(s *Spec, scratch string) (*reports, error) {
	r := &reports{path: filepath.Join(scratch, "reports")}
	s.Env = append(s.Env, wire.ReportsEnv+"="+r.path)
	return r, os.WriteFile(r.path, nil, 0o600)
}

func (*reports) started() {}

func (r *reports) read() []byte {
	b, err := os.ReadFile(r.path)
	if err != nil {
		return nil
	}
	return b[:min(len(b), reportsMax)]
}

func (*reports) close() {}
