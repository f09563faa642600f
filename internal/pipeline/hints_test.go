package pipeline

import (
	"go/build"
	"testing"
)

// TestPackagesOfHints: what a hint says to import is there and has that name.
func TestPackagesOfHints(t *testing.T) {
	for name, path := range packages {
		if path == "unsafe" {
			continue // which has no more than a documentation
		}
		pkg, err := build.Default.Import(path, "", 0)
		if err != nil || pkg.Name != name || !pkg.Goroot {
			t.Errorf("%s is not %q: %v", name, path, err)
		}
	}
}
