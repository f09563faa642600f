package site

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

// Writer writes sites. The zero value works.
type Writer struct {
	Context context.Context      // ends the wait for another write; may be nil
	Notify  func(message string) // told that there is another write to wait for; may be nil

	wait func(context.Context) (context.Context, context.CancelFunc) // ends the wait; nil is after lockWait
}

// How long to wait for another write, and how long between two looks, in
// nanoseconds: this package imports no clock, since rendering must not use one.
const (
	lockWait  = 5_000_000_000
	lockRetry = 50_000_000
)

// patience ends a context when another write has taken too long.
func patience(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, lockWait)
}

// lock makes the caller the only writer of a folder, which is there, until it
// calls unlock or ends.
//
// The folder itself is locked where the system can do that: then there is one
// lock for all users, and for processes whose folders for temporary files
// differ, and no file is left behind. Elsewhere the lock is a file in the folder
// for temporary files, named after the folder. It stays there: to remove a lock
// file is to race with the next one to lock it.
func (w *Writer) lock(dir string) (unlock func(), err error) {
	l := flock.New(dir, flock.SetFlag(os.O_RDONLY))
	ok, err := l.TryLock()
	if err != nil {
		name, nameErr := lockName(dir)
		if nameErr != nil {
			return nil, nameErr
		}
		l = flock.New(name)
		ok, err = l.TryLock()
	}
	if err == nil && !ok {
		if w.Notify != nil {
			w.Notify("another rtbook is writing to " + dir + "; waiting for it")
		}
		ctx := w.Context
		if ctx == nil {
			ctx = context.Background()
		}
		wait := w.wait
		if wait == nil {
			wait = patience
		}
		waiting, cancel := wait(ctx)
		defer cancel()
		ok, err = l.TryLockContext(waiting, lockRetry)
		if waiting.Err() != nil {
			err = errors.New("another rtbook is writing there: try again when it is done")
		}
		if ctx.Err() != nil {
			err = ctx.Err()
		}
	}
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fmt.Errorf("%s cannot be locked", dir)
	}
	return func() { _ = l.Unlock() }, nil
}

// lockName returns the lock file of a folder, which need not exist. The user
// is part of it: many systems refuse to open the files of others there.
func lockName(dir string) (string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	if real, err := filepath.EvalSymlinks(abs); err == nil {
		abs = real
	}
	sum := sha256.Sum256([]byte(abs))
	return filepath.Join(os.TempDir(), fmt.Sprintf("rtbook-%d-%x.lock", os.Getuid(), sum[:8])), nil
}
