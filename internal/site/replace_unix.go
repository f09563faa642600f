//go:build !windows

package site

import (
	"errors"
	"os"
	"syscall"

	"github.com/google/renameio/v2"
)

// replaceFile gives a file its content, in one step.
func replaceFile(root *os.Root, name string, data []byte) error {
	return renameio.WriteFile(name, data, 0o644, renameio.WithRoot(root))
}

// isReadOnly reports whether an error is about a file system that cannot be
// written to.
func isReadOnly(err error) bool { return errors.Is(err, syscall.EROFS) }
