//go:build unix

package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"syscall"
)

// guarded says that children have guards here.
const guarded = true

// Process is a confined process.
type Process struct {
	cmd     *exec.Cmd // the guard
	control *os.File
	notes   *json.Decoder
	lacks   []lack // what could not be done to it

	namespaces bool
	refusal    error // of the kernel's, to give the guard namespaces
	ownFiles   bool  // it was to have a folder of its own, if that is none of the lacks
}

// Start starts a process under a guard. The error of one that cannot be
// started is what the system says of it. A process that is not waited for is
// never let go of.
func (s Spec) Start() (*Process, error) {
	if Requested(os.Args) {
		return nil, errors.New("this process was started as a guard, and its main function does not begin with sandbox.Main")
	}
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find the executable to start as a guard: %w", err)
	}
	var p *Process
	var refusal error
	for _, ns := range namespaces() {
		if p, err = s.startGuard(self, ns); !refused(err) {
			break
		}
		refusal = err
	}
	if err != nil {
		return nil, err
	}
	if !p.namespaces {
		p.refusal = refusal
	}
	if err := p.begin(s.Path); err != nil {
		p.Kill()
		p.Wait()
		return nil, err
	}
	return p, nil
}

// refused says whether the kernel may let a guard have fewer namespaces.
func refused(err error) bool {
	for _, no := range []error{syscall.EPERM, syscall.EINVAL, syscall.ENOSPC, syscall.EUSERS, syscall.ENOSYS, syscall.EACCES} {
		if errors.Is(err, no) {
			return true
		}
	}
	return false
}

// startGuard starts the guard and gives it its order.
func (s Spec) startGuard(self string, ns namespace) (*Process, error) {
	control, theirs, err := socketPair()
	if err != nil {
		return nil, fmt.Errorf("make a socket to talk to a guard: %w", err)
	}
	defer theirs.Close()
	cmd := exec.Command(self, guardArg)
	cmd.Env = []string{"GOGC=off"} // it lives on little
	cmd.Stdin, cmd.WaitDelay = s.Stdin, drainLimit
	setFile(&cmd.Stdout, s.Stdout)
	setFile(&cmd.Stderr, s.Stderr)
	if s.Reports != nil {
		cmd.ExtraFiles = append(cmd.ExtraFiles, s.Reports)
	}
	o := order{
		Path: s.Path, Args: s.Args, Env: lastOfEach(s.Env), Dir: s.Dir, Descriptors: 3 + len(cmd.ExtraFiles),
		Access: s.Access, Limits: s.Limits, Namespaces: ns.any(), Private: s.Private,
	}
	cmd.Args = append(cmd.Args, strconv.Itoa(o.Descriptors))
	cmd.ExtraFiles = append(cmd.ExtraFiles, theirs)
	ownGroup(cmd)
	ns.apply(cmd)
	if err := cmd.Start(); err != nil {
		control.Close()
		return nil, err
	}
	p := &Process{cmd: cmd, control: control, notes: json.NewDecoder(control), namespaces: ns.any(), ownFiles: ns.any() && s.Private != ""}
	if text, err := json.Marshal(o); err == nil {
		control.Write(text) // a guard that does not take it has ended, which is seen below
	}
	return p, nil
}

// begin waits until the process has begun, or cannot.
func (p *Process) begin(path string) error {
	var n note
	if err := p.notes.Decode(&n); err != nil {
		return fmt.Errorf("the guard of %s ended before it began", path)
	}
	p.lacks = n.Lacks
	if !p.namespaces && n.Fault == "" {
		// Having said what it lacks, the guard turns into the process, by
		// which its end of the connection is closed; or it says why not.
		if p.notes.Decode(&n) != nil {
			return nil
		}
	}
	return p.fault(n, path)
}

func (p *Process) fault(n note, path string) error {
	switch {
	case n.Errno != 0:
		return &fs.PathError{Op: "start", Path: path, Err: syscall.Errno(n.Errno)}
	case n.Fault != "":
		return errors.New(n.Fault)
	}
	return nil
}

// private says whether Spec.Private has files of its own.
func (p *Process) private() bool {
	return p.ownFiles && !slices.ContainsFunc(p.lacks, func(l lack) bool { return l.Mechanism == scratchFS })
}

// setFile sets a field that must stay nil, and not hold a nil file.
func setFile[T any](to *T, f *os.File) {
	if f != nil {
		*to = any(f).(T)
	}
}

// Kill ends the process and all that it started. One that has ended is fine.
func (p *Process) Kill() { killGroup(p.cmd.Process) }

// Wait waits for the process, and ends what it started. Nothing of it is left
// then, but for processes that left its group where there are no namespaces.
func (p *Process) Wait() Ending {
	ended := make(chan *Ending, 1)
	go func() {
		var n note
		for p.notes.Decode(&n) == nil && n.Ended == nil {
		}
		ended <- n.Ended
	}()
	p.cmd.Wait() // what it says of the guard is of use only without a note
	// What the process started is in its group still, and keeps the group's
	// number taken. If nothing is left the number is free, but is not given
	// out again before the counter has gone round.
	killGroup(p.cmd.Process)
	e := <-ended
	p.control.Close()
	if e != nil {
		return *e
	}
	return endingOf(p.cmd.ProcessState)
}

// endingOf is how a guard ended that had turned into the process.
func endingOf(state *os.ProcessState) Ending {
	e := Ending{Code: state.ExitCode(), CPU: state.UserTime() + state.SystemTime()}
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		e.Signal = status.Signal().String()
	}
	return e
}

// socketPair returns two ends of a connection which no process inherits that
// is not given one.
func socketPair() (ours, theirs *os.File, err error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		return nil, nil, err
	}
	for _, fd := range fds {
		syscall.CloseOnExec(fd)
		if err := syscall.SetNonblock(fd, true); err != nil {
			return nil, nil, err
		}
	}
	syscall.SetNonblock(fds[1], false)
	return os.NewFile(uintptr(fds[0]), "guard"), os.NewFile(uintptr(fds[1]), "control"), nil
}
