package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// ErrTime is the error of a process that was stopped because it took too long.
var ErrTime = errors.New("it took too long")

// outputMax is how many bytes of a stream Output keeps.
const outputMax = 16 << 20

// Output runs a process to its end, which comes after limit at the latest, and
// returns what it wrote. The error is ctx's, [ErrTime], or says that it could
// not be started. How the process fared is in the ending.
func (s Spec) Output(ctx context.Context, limit time.Duration) (stdout, stderr []byte, ended Ending, err error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, Ending{}, err
	}
	var out, errs collected
	if s.Stdout, err = out.open(); err != nil {
		return nil, nil, Ending{}, err
	}
	if s.Stderr, err = errs.open(); err != nil {
		out.abandon(s.Stdout)
		return nil, nil, Ending{}, err
	}
	p, err := s.Start()
	s.Stdout.Close()
	s.Stderr.Close()
	if err != nil {
		out.take()
		errs.take()
		return nil, nil, Ending{}, err
	}
	timeout, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	stop := context.AfterFunc(timeout, p.Kill)
	ended = p.Wait()
	stop()
	switch {
	case ctx.Err() != nil && !ended.Success():
		err = context.Cause(ctx)
	case timeout.Err() != nil && stopped(ended):
		// It may also have failed in time, while rtbook itself was stopped and
		// could not see it.
		err = ErrTime
	}
	return out.take(), errs.take(), ended, err
}

// stopped says whether a process ended as one that Kill ended does.
func stopped(e Ending) bool { return e.Signal == "killed" || !guarded && !e.Success() }

// collected is what comes through a pipe.
type collected struct {
	r    *os.File
	text []byte
	done sync.WaitGroup
}

// open returns the end of the pipe to write to.
func (c *collected) open() (*os.File, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("make a pipe: %w", err)
	}
	c.r = r
	c.done.Go(func() {
		c.text, _ = io.ReadAll(io.LimitReader(r, outputMax))
		io.Copy(io.Discard, r)
	})
	return w, nil
}

func (c *collected) abandon(w *os.File) {
	w.Close()
	c.take()
}

// take returns what came until now, or a little later: a process that escaped
// may hold on to the other end.
func (c *collected) take() []byte {
	c.r.SetReadDeadline(time.Now().Add(drainLimit))
	c.done.Wait()
	c.r.Close()
	return c.text
}
