package sandbox

import (
	"context"
	"os/exec"
	"time"
)

// Command returns a command of the machine's own, such as the go command,
// which is not confined but ends as a child does: when ctx ends, its process
// group is killed as a whole.
func Command(ctx context.Context, path string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, path, args...)
	ownGroup(cmd)
	cmd.Cancel = func() error {
		killGroup(cmd.Process)
		return nil
	}
	cmd.WaitDelay = time.Second
	return cmd
}
