package gotool_test

import (
	"context"
	"go/version"
	"runtime"
	"strings"
	"testing"

	"rtbook/runner/gotool"
)

// TestLoadNewer: what a release compiles that is newer than the one that this
// program was built with may be unreadable here. Then that is an error.
func TestLoadNewer(t *testing.T) {
	const newer = "go1.27.4"
	if version.Compare(runtime.Version(), newer) >= 0 {
		t.Skipf("this is %s", runtime.Version())
	}
	tc, err := gotool.Open(t.TempDir(), newer)
	if err != nil {
		t.Fatal(err)
	}
	defer tc.Close()
	if _, err := tc.Check(context.Background()); err != nil {
		t.Skip(newer + " is not on this machine")
	}
	imp, err := tc.Load(context.Background(), []string{"errors"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := imp.Import("errors"); err != nil && !strings.Contains(err.Error(), "build rtbook with the release that the book is about") {
		t.Errorf("the error is %v, want what to do", err)
	}
}
