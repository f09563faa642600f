package gotool

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"rtbook/runner/sandbox"
)

// Fetch has the go command fetch a release, such as "go1.24.6", if it is not on
// this machine, as it does for GOTOOLCHAIN: from where the person's GOPROXY
// says, and checked by their GOSUMDB. It is the one thing in this package that
// uses the network.
func Fetch(ctx context.Context, release string) error {
	path, err := exec.LookPath("go")
	if err != nil {
		return &MissingError{Want: release}
	}
	dir, err := os.MkdirTemp("", "rtbook-fetch-") // outside any module, whose go.mod may want another release
	if err != nil {
		return fmt.Errorf("fetch %s: %w", release, err)
	}
	defer os.RemoveAll(dir)
	cmd := sandbox.Command(ctx, path, "env", "GOVERSION")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOTOOLCHAIN="+release, "GOWORK=off", "GOFLAGS=")
	out, err := output(cmd)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		text := err.Error()
		return fmt.Errorf("fetch %s: %s", release, strings.TrimSpace(text[strings.LastIndexByte(text, '\n')+1:]))
	}
	if got := strings.TrimSpace(string(out)); got != release {
		return fmt.Errorf("fetch %s: the go command is %s", release, got)
	}
	return nil
}
