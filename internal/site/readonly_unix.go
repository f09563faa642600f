//go:build !windows

package site

import (
	"errors"
	"syscall"
)

// isReadOnly reports whether an error is about a file system that cannot be
// written to.
func isReadOnly(err error) bool { return errors.Is(err, syscall.EROFS) }
