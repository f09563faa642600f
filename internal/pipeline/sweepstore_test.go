package pipeline

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"rtbook/internal/book"
	"rtbook/internal/site"
	"rtbook/runner"
	"rtbook/runner/store"
)

// TestSweepOfAnotherExecutable has a process whose file was replaced while it
// ran: what it found out is not kept under the name of what is there now.
func TestSweepOfAnotherExecutable(t *testing.T) {
	root := t.TempDir()
	writeFile(t, filepath.Join(root, "notes", "book.yaml"), "title: T\n")
	writeFile(t, filepath.Join(root, "other"), "")
	other, err := os.Stat(filepath.Join(root, "other"))
	if err != nil {
		t.Fatal(err)
	}
	for _, engine := range []string{"go", "yaegi"} {
		for _, replaced := range []bool{true, false} {
			opt := Options{Root: root, CacheDir: t.TempDir(), AnyGo: true, Engine: engine}
			o, err := open(opt)
			if err != nil {
				t.Fatal(err)
			}
			defer o.close()
			tools, err := engines(context.Background(), opt, o, &book.Book{})
			if err != nil {
				t.Fatal(err)
			}
			defer tools.close()
			cell := runner.Cell{ID: "c", Chapter: "notes/01.md", Source: "const n = 1\n", Sweep: []runner.SweepConst{{Name: "n", Values: []runner.SweepValue{{Text: "1"}, {Text: "2"}}}}}
			program := &runner.Program{Chapter: cell.Chapter, Cells: []runner.Unit{{ID: "c"}}}
			s := tools.sweepsKnown([]runner.Cell{cell}, []*runner.Program{program})
			at := sweptCell{cell.Chapter, cell.ID}
			if replaced {
				tools.executable = other
			}
			s.put(at, &site.Sweep{})
			if _, kept := tools.store.Get(store.Results, s.keys[at].key); kept == replaced {
				t.Errorf("%s: replaced %v, kept %v", engine, replaced, kept)
			}
		}
	}
}
