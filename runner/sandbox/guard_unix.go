//go:build unix && !linux

package sandbox

import (
	"errors"
	"io"
	"os"
	"syscall"
	"time"
)

// guard carries out an order.
func guard(control *os.File, o order) {
	syscall.CloseOnExec(int(control.Fd()))
	err := become(o, func(lacks []lack) { note{Lacks: lacks}.send(control) })
	fault(control, err)
}

// unblock does nothing: here the child has what rtbook was started with.
func unblock() {}

func fault(w io.Writer, err error) {
	n := note{Fault: err.Error()}
	var errno syscall.Errno
	if errors.As(err, &errno) {
		n.Errno = int(errno)
	}
	n.send(w)
}

// become turns this process into the child, and says before what it lacks. It
// returns only if that fails.
func become(o order, say func([]lack)) error {
	if o.Dir != "" {
		if err := os.Chdir(o.Dir); err != nil {
			return err
		}
	}
	var lacks []lack
	set := func(mechanism string, resource int, n uint64) {
		if n == 0 {
			return
		}
		var limit syscall.Rlimit
		err := syscall.Getrlimit(resource, &limit)
		if err == nil {
			setRlimit(&limit, n)
			err = syscall.Setrlimit(resource, &limit)
		}
		if err != nil {
			lacks = append(lacks, lack{mechanism, err.Error()})
		}
	}
	set(cpuLimit, syscall.RLIMIT_CPU, uint64((o.Limits.CPU+time.Second-1)/time.Second))
	set(fileLimit, syscall.RLIMIT_FSIZE, uint64(o.Limits.Files))
	say(lacks)
	return syscall.Exec(o.Path, o.Args, o.Env)
}

// integer is the type of limits, which differs among systems.
type integer interface{ ~int64 | ~uint64 }

func setRlimit(l *syscall.Rlimit, n uint64) { assign(&l.Cur, n); assign(&l.Max, n) }

func assign[T integer](to *T, n uint64) { *to = T(n) }
