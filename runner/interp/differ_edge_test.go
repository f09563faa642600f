package interp_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"
)

// TestConstructs runs programs of one construct each, those that an interpreter
// easily gets wrong.
func TestConstructs(t *testing.T) {
	archive, err := txtar.ParseFile(filepath.Join("testdata", "constructs.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	var samples []sample
	for _, f := range archive.Files {
		samples = append(samples, sample{strings.TrimSuffix(f.Name, ".go"), string(f.Data)})
	}
	all := newDiffer(t, 10*time.Second).run(samples)
	n := report(t, all)
	if n[right]*100 < len(samples)*90 {
		t.Errorf("%d of %d programs are right: less than 90 %%", n[right], len(samples))
	}
}

// TestFiles runs the programs that RTBOOK_FILES names, a pattern. Those that are
// slow when they are interpreted may take their time.
func TestFiles(t *testing.T) {
	files, _ := filepath.Glob(os.Getenv("RTBOOK_FILES"))
	var samples []sample
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		samples = append(samples, sample{strings.TrimSuffix(filepath.Base(f), ".go"), string(text)})
	}
	if len(samples) == 0 {
		t.Skip("RTBOOK_FILES names no programs")
	}
	report(t, newDiffer(t, 5*time.Minute).run(samples))
}
