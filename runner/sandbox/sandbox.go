// Package sandbox runs one child process and never lets it out of sight.
//
// [Run] starts a program of the runner as a child and turns what comes over
// the wire into the program's events. It guarantees, whatever the child does:
//
//   - standard output and error are one pipe, so the order of printing is kept;
//   - standard input is what the engine passes, and nothing after it;
//   - the environment is not inherited: a home and a temporary folder that are
//     the child's own and removed afterwards, the time zone UTC, and the wire;
//   - a cell that takes longer than its Timeout, counted from its marker, is
//     stopped, and so is a child that does not come to its first marker;
//   - a cell that prints more than its Limit is stopped, with exactly Limit
//     bytes kept;
//   - the child's process group is killed as a whole when a limit is met, when
//     the context ends, and when the child itself ends: what it started ends
//     with it, unless it moved to a group of its own;
//   - the last event, and the only one of its kind, says how the program ended.
//
// A crash is told from ordinary printing by the Go runtime itself, which copies
// its report to descriptor 3 (see [wire.Attach]); see crash.go.
//
// Where the system is not Unix there are no process groups: then only the child
// itself is killed.
package sandbox

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"rtbook/runner"
	"rtbook/runner/wire"
)

// Child is a process to run.
type Child struct {
	Path  string    // the executable
	Args  []string  // its arguments, without the program's name
	Stdin io.Reader // nil for an empty standard input

	// StartLimit is how long it may take to come to its first marker; 0 means
	// DefaultStartLimit.
	StartLimit time.Duration
}

// DefaultStartLimit is generous, since a start does not depend on a cell.
const DefaultStartLimit = 30 * time.Second

const (
	endLimit   = 5 * time.Second // from the last marker to the end of the child
	drainLimit = time.Second     // from the end of a child to the end of its output
	reportsMax = 4 << 20         // bytes kept of what comes over descriptor 3
)

// Run runs p in the child and emits its events, the Ended event last. All
// calls of emit are made by the calling goroutine. diagnose, if not nil, may
// improve what is known of a child that ended before its program did.
//
// The error means that the child could not be run, or is ctx's; then there is
// no Ended event. A program that fails is no error.
func Run(ctx context.Context, c Child, p *runner.Program, diagnose Diagnose, emit func(runner.Event)) error {
	scratch, err := os.MkdirTemp("", "rtbook-cell-")
	if err != nil {
		return fmt.Errorf("make a folder for %s: %w", p.Name(), err)
	}
	defer RemoveAll(scratch)
	nonce, err := newNonce()
	if err != nil {
		return err
	}
	proc, err := start(c, scratch, nonce)
	if err != nil {
		return fmt.Errorf("start the child for %s: %w", p.Name(), err)
	}
	s := newSupervisor(p, proc, nonce, emit)
	s.restart(cmp.Or(c.StartLimit, DefaultStartLimit))
	if err := s.watch(ctx); err != nil {
		return err
	}
	s.end(diagnose)
	return nil
}

func newNonce() (string, error) {
	var b [16]byte
	if _, err := rand.Read(b[:]); err != nil {
		return "", fmt.Errorf("make a nonce: %w", err)
	}
	return hex.EncodeToString(b[:]), nil
}

// process is a started child and the parent's ends of its pipes.
type process struct {
	cmd     *exec.Cmd
	output  *os.File
	chunks  chan []byte   // what it prints; closed at the end of the output
	exited  chan struct{} // closed when the child has ended and been waited for
	reports func() []byte // what came over descriptor 3; call after the end of the output
}

// start starts the child in scratch. On an error nothing is left open.
func start(c Child, scratch, nonce string) (*process, error) {
	home, work := filepath.Join(scratch, "home"), filepath.Join(scratch, "work")
	temp := filepath.Join(scratch, "tmp")
	for _, dir := range []string{home, work, temp} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			return nil, err
		}
	}
	out, outW, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(c.Path, c.Args...)
	cmd.Args[0] = "cells" // the path is ours, and not for a cell to print
	cmd.Dir = work
	cmd.Env = append(environ(home, temp), wire.NonceEnv+"="+nonce)
	cmd.Stdin = c.Stdin
	cmd.WaitDelay = drainLimit // when something else holds on to its standard input
	cmd.Stdout, cmd.Stderr = outW, outW
	ownGroup(cmd)
	rep, err := openReports(cmd, scratch)
	if err == nil {
		err = cmd.Start()
		rep.started()
	}
	outW.Close()
	if err != nil {
		out.Close()
		rep.close()
		return nil, err
	}
	proc := &process{cmd: cmd, output: out, chunks: make(chan []byte), exited: make(chan struct{}), reports: rep.read}
	go proc.read()
	go func() {
		cmd.Wait() // how it ended is in cmd.ProcessState
		// What the child started is in its group still, and keeps the
		// group's number taken. If nothing is left the number is free, but
		// is not given out again before the counter has gone round.
		killGroup(cmd.Process)
		close(proc.exited)
	}()
	return proc, nil
}

// read hands over the child's output piece by piece until nobody can write to
// the pipe any more, or until output is closed.
func (p *process) read() {
	defer close(p.chunks)
	for {
		buf := make([]byte, 32<<10)
		n, err := p.output.Read(buf)
		if n > 0 {
			p.chunks <- buf[:n]
		}
		if err != nil {
			return
		}
	}
}

// environ is the whole environment of a child, but for the wire.
func environ(home, temp string) []string {
	return []string{
		"HOME=" + home, "USERPROFILE=" + home,
		"TMPDIR=" + temp, "TMP=" + temp, "TEMP=" + temp,
		"TZ=UTC",
	}
}

// RemoveAll removes dir, also where a cell took away its own permissions.
func RemoveAll(dir string) {
	if os.RemoveAll(dir) == nil {
		return
	}
	filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if d != nil && d.IsDir() {
			os.Chmod(path, 0o700)
		}
		return nil
	})
	os.RemoveAll(dir)
}
