package site

import (
	"fmt"
	"os"
)

// replaceFile gives a file its content. Windows has no way to do this in one
// step that always works; a rename comes nearest.
func replaceFile(root *os.Root, name string, data []byte) error {
	temp := fmt.Sprintf("%s.%d.tmp", name, os.Getpid())
	if err := root.WriteFile(temp, data, 0o644); err != nil {
		return err
	}
	if err := root.Rename(temp, name); err != nil {
		_ = root.Remove(temp)
		return err
	}
	return nil
}

// isReadOnly reports nothing: Windows has no error of its own for this.
func isReadOnly(error) bool { return false }
