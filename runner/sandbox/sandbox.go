// Package sandbox runs one child process and never lets it out of sight.
//
// [Run] starts a program of the runner as a child and turns what comes over
// the wire into the program's events; [Spec] starts any other process in the
// same way. Whatever the child does:
//
//   - standard output and error are one pipe, so the order of printing is kept;
//   - standard input is what the engine passes, and nothing after it;
//   - the environment is not inherited: a home and a temporary folder that are
//     the child's own and removed afterwards, the time zone UTC, and the wire;
//   - a cell that takes longer than its Timeout, counted from its marker, is
//     stopped, and so is a child that does not come to its first marker;
//   - a cell that prints more than its Limit is stopped, with exactly Limit
//     bytes kept, and so is a program that shows more than [wire.MaxShown];
//   - processor time has a limit for each process, not for all of the child's
//     together; memory has one for each, and for all of them one that is
//     measured; processes and files have limits in all, see [runner.Limits];
//   - it reads what the Go runtime reads, and writes nothing but its folder;
//   - it has no network and no sockets, and reaches no process but its own;
//   - what it started ends with it, and all of it if rtbook itself is killed;
//   - the last event, and the only one of its kind, says how the program ended.
//
// A crash is told from ordinary printing by the Go runtime itself, which copies
// its report to descriptor 3 (see [wire.Attach]); see crash.go.
//
// How this is done, see guard.go. Most of it is up to the kernel: what that
// refuses is left out, and [Capabilities] says so. Elsewhere than on Linux
// there are only the limits of time, output and files, and the process group;
// on Windows not even that.
package sandbox

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"os"
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
)

// Run runs p in the child and emits its events, the Ended event last. All
// calls of emit are made by the calling goroutine. diagnose, if not nil, may
// improve what is known of a child that ended before its program did.
//
// The error means that the child could not be run, or is ctx's; then there is
// no Ended event. A program that fails is no error.
func Run(ctx context.Context, c Child, p *runner.Program, diagnose Diagnose, emit func(runner.Event)) error {
	scratch, err := MakeScratch("cell")
	if err != nil {
		return fmt.Errorf("make a folder for %s: %w", p.Name(), err)
	}
	defer scratch.Remove()
	nonce, err := newNonce()
	if err != nil {
		return err
	}
	proc, err := start(c, Limits(p), scratch.Dir, nonce, wire.NewInbox(len(p.Cells)))
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
	*Process
	output  *os.File
	chunks  chan []byte        // what it prints; closed at the end of the output
	exited  chan struct{}      // closed when the child has ended and been waited for
	ended   Ending             // how; known when exited is closed
	reports func() *wire.Inbox // what came over descriptor 3; call after the end of the output
	full    <-chan struct{}    // closed when it has shown too much
	limits  runner.Limits
	files   string // the child's files, to be measured while it runs; "" if they are limited otherwise
}

// start starts the child in scratch. On an error nothing is left open.
func start(c Child, limits runner.Limits, scratch, nonce string, inbox *wire.Inbox) (*process, error) {
	files := filepath.Join(scratch, "files")
	home, work, temp := filepath.Join(files, "home"), filepath.Join(files, "work"), filepath.Join(files, "tmp")
	for _, dir := range []string{files, home, work, temp} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			return nil, err
		}
	}
	out, outW, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer outW.Close()
	s := Spec{
		Path: c.Path,
		Args: append([]string{"cells"}, c.Args...), // the path is ours, and not for a cell to print
		Env:  append(Environ(home, temp), wire.NonceEnv+"="+nonce),
		Dir:  work, Stdin: c.Stdin, Stdout: outW, Stderr: outW,
		Access: Access{Read: []string{c.Path}, Write: []string{home, work, temp}},
		Limits: limits, Private: files,
	}
	rep, err := openReports(&s, scratch, inbox)
	var child *Process
	if err == nil {
		child, err = s.Start()
		rep.started()
	}
	if err != nil {
		out.Close()
		rep.close()
		return nil, err
	}
	proc := &process{Process: child, output: out, chunks: make(chan []byte), exited: make(chan struct{}), reports: rep.read, full: rep.full, limits: limits}
	if !child.private() {
		proc.files = files
	}
	go proc.read()
	go func() {
		proc.ended = child.Wait()
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

// Environ is the environment of a program that has nothing of rtbook's own: a
// home, a folder for temporary files, and the time zone UTC.
func Environ(home, temp string) []string {
	return []string{
		"HOME=" + home, "USERPROFILE=" + home,
		"TMPDIR=" + temp, "TMP=" + temp, "TEMP=" + temp,
		"TZ=UTC",
	}
}
