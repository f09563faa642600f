//go:build !unix

package sandbox

import "os/exec"

// guarded says that there are no guards here.
const guarded = false

// Process is a process that is watched, but not confined.
type Process struct{ cmd *exec.Cmd }

// Start starts a process.
func (s Spec) Start() (*Process, error) {
	cmd := exec.Command(s.Path)
	cmd.Args, cmd.Env, cmd.Dir = s.Args, lastOfEach(s.Env), s.Dir
	cmd.Stdin, cmd.WaitDelay = s.Stdin, drainLimit
	if s.Stdout != nil {
		cmd.Stdout = s.Stdout
	}
	if s.Stderr != nil {
		cmd.Stderr = s.Stderr
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return &Process{cmd}, nil
}

// Kill ends the process; what it started may outlive it.
func (p *Process) Kill() { p.cmd.Process.Kill() }

// Wait waits for the process.
func (p *Process) Wait() Ending {
	p.cmd.Wait() // how it ended is in its state
	state := p.cmd.ProcessState
	return Ending{Code: state.ExitCode(), CPU: state.UserTime() + state.SystemTime()}
}

// private says that the process has no files of its own.
func (*Process) private() bool { return false }
