package gotool

import (
	"os"
	"testing"

	"rtbook/runner/sandbox"
)

// TestMain lets the engine start this test binary as the guard of its children.
func TestMain(m *testing.M) {
	if sandbox.Requested(os.Args) {
		sandbox.Main()
	}
	os.Exit(m.Run())
}
