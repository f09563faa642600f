package runner

import (
	"bytes"
	"fmt"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
)

// exports finds the export data of packages with the go command, once for
// each set of paths.
type exports struct {
	mu    sync.Mutex
	files map[string]string
	known map[string]bool
}

var shared = &exports{files: make(map[string]string), known: make(map[string]bool)}

// load is the Loader of the tests: the toolchain's own export data.
func (x *exports) load(paths []string) (types.Importer, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	var missing []string
	for _, p := range paths {
		if !x.known[p] {
			x.known[p] = true
			missing = append(missing, p)
		}
	}
	if len(missing) > 0 {
		args := append([]string{"list", "-e", "-export", "-deps", "-f", "{{.ImportPath}}\t{{.Export}}"}, missing...)
		out, err := exec.Command("go", args...).Output()
		if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		for line := range strings.Lines(string(out)) {
			if path, file, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok && file != "" {
				x.files[path] = file
			}
		}
	}
	return importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) {
		x.mu.Lock()
		defer x.mu.Unlock()
		if x.files[path] == "" {
			return nil, fmt.Errorf("package %s is not in std", path)
		}
		data, err := os.ReadFile(x.files[path])
		return io.NopCloser(bytes.NewReader(data)), err
	}), nil
}

// page makes cells of Go source, each on lines of its own of one chapter: the
// first line of the i-th is 100*(i+1). A cell that begins with "//check\n" is
// CheckOnly.
func page(sources ...string) []Cell {
	var cells []Cell
	for i, src := range sources {
		c := Cell{ID: fmt.Sprintf("cell-%d", i+1), Chapter: "notes/x.md", Line: 100 * (i + 1), Source: src}
		if strings.HasPrefix(src, "//check\n") {
			c.Mode = CheckOnly
		}
		if !strings.HasSuffix(src, "\n") {
			c.Source += "\n"
		}
		cells = append(cells, c)
	}
	return cells
}

// compose returns the programs and problems of cells.
func compose(cells []Cell, load Loader) ([]*Program, []Problem) {
	c := Compose(cells, load)
	return c.Programs, c.Problems
}

// render writes a problem as rtbook's findings do, notes and hint indented.
func render(ps []Problem) string {
	var b strings.Builder
	for _, p := range ps {
		fmt.Fprintf(&b, "%d:%d: %s\n", p.Pos.Line, p.Pos.Col, p.Message)
		for _, n := range p.Notes {
			if n.Pos == (Pos{}) {
				fmt.Fprintf(&b, "\tnote: %s\n", n.Text)
			} else {
				fmt.Fprintf(&b, "\tnote: %d:%d: %s\n", n.Pos.Line, n.Pos.Col, n.Text)
			}
		}
	}
	return b.String()
}
