package gotool_test

import (
	"context"
	"runtime"
	"strings"
	"testing"

	"rtbook/runner/gotool"
)

// Nothing here comes from the network.
func TestFetch(t *testing.T) {
	t.Setenv("GOPROXY", "off")
	t.Setenv("GOTOOLCHAIN", "local") // what is asked for counts, whatever else is set
	if err := gotool.Fetch(context.Background(), runtime.Version()); err != nil {
		t.Errorf("a release that is there: %v", err)
	}
	err := gotool.Fetch(context.Background(), "go1.99.1")
	if err == nil || !strings.HasPrefix(err.Error(), "fetch go1.99.1: ") || strings.Contains(err.Error(), "\n") {
		t.Errorf("a release that cannot be had: error %v, want one line", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := gotool.Fetch(ctx, "go1.99.1"); err != context.Canceled {
		t.Errorf("interrupted: error %v, want %v", err, context.Canceled)
	}
	t.Setenv("PATH", "")
	if err := gotool.Fetch(context.Background(), "go1.99.1"); err == nil || !strings.Contains(err.Error(), "there is no go command in PATH") {
		t.Errorf("without a go command: error %v", err)
	}
}
