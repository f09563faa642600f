package runner

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

// archives reads the txtar files of a folder under testdata, and returns them
// by name with their cells. These are the files that are named "cell ENV",
// "check ENV", "panic ENV", "error ENV", "sh ENV" and "file PATH ENV"; a file
// named "allow" has what their chapter allows.
func archives(t *testing.T, dir string) map[string]*archive {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", dir, "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no archives in %s: %v", dir, err)
	}
	all := make(map[string]*archive)
	for _, file := range files {
		ar, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		a := &archive{files: make(map[string]string)}
		for _, f := range ar.Files {
			kind, attr, _ := strings.Cut(f.Name, " ")
			n := len(a.cells) + 1
			c := Cell{ID: fmt.Sprintf("cell-%d", n), Chapter: "notes/x.md", Line: 100 * n, Source: string(f.Data), Env: attr}
			switch kind {
			case "cell":
			case "check":
				c.Mode = CheckOnly
			case "panic":
				c.Expect = ExpectPanic
			case "error":
				c.Expect = ExpectCompileError
			case "sh":
				c.Shell = true
			case "file":
				c.Mode = FileOnly
				c.Path, c.Env, _ = strings.Cut(attr, " ")
			default:
				a.files[f.Name] = string(f.Data)
				continue
			}
			a.cells = append(a.cells, c)
		}
		for i := range a.cells {
			a.cells[i].Allow = strings.Fields(a.files["allow"])
		}
		all[strings.TrimSuffix(filepath.Base(file), ".txtar")] = a
	}
	return all
}

type archive struct {
	cells []Cell
	files map[string]string
}

// TestTwins composes sequences of cells and runs them beside Go programs that
// were written by hand to do the same, all in one build.
func TestTwins(t *testing.T) {
	b := newTwins(t)
	b.kinds = append(b.kinds, "export")
	all := archives(t, "twins")
	for name, a := range all {
		progs, probs := compose(a.cells, shared.load)
		if len(probs) > 0 || len(progs) != 1 {
			t.Errorf("%s: %d programs and problems:\n%s", name, len(progs), render(probs))
			delete(all, name)
			continue
		}
		checkSegments(t, name, progs[0], a.cells)
		b.add(name, progs[0], a.files["twin.go"])
	}
	b.compare()
}

// twins builds composed programs and the programs they should be like, and
// compares what they print.
type twins struct {
	t             *testing.T
	dir           string
	names         []string
	kinds         []string // "cells" and "twin", and "export" if exports are to be compared too
	imports, runs strings.Builder
}

func newTwins(t *testing.T) *twins {
	return &twins{t: t, dir: t.TempDir(), kinds: []string{"cells", "twin"}}
}

func (b *twins) write(name, text string) {
	b.t.Helper()
	path := filepath.Join(b.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		b.t.Fatal(err)
	}
}

// add makes two packages named p, of a composed program and of its twin, so
// that types print the same.
func (b *twins) add(name string, p *Program, twin string) {
	run := "\nfunc Run() {\n"
	for i := range p.Cells {
		run += "\t" + CellFunc(i) + "()\n"
	}
	b.write(name+"/cells/cells.go", strings.Replace(p.WithLines(), "package main", "package p", 1)+run+"}\n")
	b.write(name+"/twin/twin.go", twin)
	export := strings.Replace(p.Export(), "package main", "package p", 1)
	b.write(name+"/export/export.go", strings.Replace(export, "\nfunc main() {", "\nfunc Run() {", 1))
	for _, kind := range b.kinds {
		fmt.Fprintf(&b.imports, "\t%s_%s %q\n", name, kind, "twins/"+name+"/"+kind)
		fmt.Fprintf(&b.runs, "\tfmt.Println(\"\\n== %s %s\")\n\t%[1]s_%[2]s.Run()\n", name, kind)
	}
	b.names = append(b.names, name)
}

// compare runs all in one process.
func (b *twins) compare() {
	b.t.Helper()
	b.write("go.mod", "module twins\n\ngo 1.26.0\n")
	b.write("main.go", "package main\n\nimport (\n\t\"fmt\"\n"+b.imports.String()+")\n\nfunc main() {\n"+b.runs.String()+"}\n")
	cmd := exec.Command("go", "run", ".")
	cmd.Dir = b.dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=")
	out, err := cmd.CombinedOutput()
	if err != nil {
		b.t.Fatalf("go run: %v\n%s", err, out)
	}
	printed := make(map[string]string)
	for _, part := range strings.Split(string(out), "\n== ")[1:] {
		head, text, _ := strings.Cut(part, "\n")
		printed[head] = text
	}
	for _, name := range b.names {
		want := printed[name+" twin"]
		if want == "" {
			b.t.Errorf("%s: the twin prints nothing", name)
		}
		for _, kind := range b.kinds {
			if diff := cmp.Diff(want, printed[name+" "+kind]); diff != "" {
				b.t.Errorf("%s: the %s print something else than their twin (-twin +%[2]s):\n%s", name, kind, diff)
			}
		}
	}
}

// checkSegments checks that every segment of p is what stands at its place in
// the cells, and that segments are in order and end with their line.
func checkSegments(t *testing.T, name string, p *Program, cells []Cell) {
	t.Helper()
	end := 0
	for _, s := range p.Map {
		if s.Offset < end || s.Len <= 0 {
			t.Errorf("%s: segment %+v overlaps the one before or is empty", name, s)
		}
		end = s.Offset + s.Len
		text := p.Source[s.Offset:end]
		if i := strings.IndexByte(text, '\n'); i >= 0 && i != len(text)-1 {
			t.Errorf("%s: segment %q spans lines", name, text)
		}
		if at := textAt(cells, s.Pos, s.Len); at != text {
			t.Errorf("%s: segment %q at %v is %q there", name, text, s.Pos, at)
		}
		for _, off := range []int{s.Offset, end - 1} {
			want := s.Pos
			want.Col += off - s.Offset
			if got, ok := p.Pos(off); !ok || got != want {
				t.Errorf("%s: Pos(%d) = %v, %v; want %v", name, off, got, ok, want)
			}
		}
	}
}

// textAt returns n bytes of the cells' text from a place on.
func textAt(cells []Cell, at Pos, n int) string {
	for _, c := range cells {
		lines := strings.SplitAfter(c.Source, "\n")
		i := at.Line - c.Line
		if i < 0 || i >= len(lines) {
			continue
		}
		col := at.Col - 1
		if c.Indent != nil {
			col -= c.Indent[i]
		}
		if rest := strings.Join(lines[i:], ""); col+n <= len(rest) {
			return rest[col : col+n]
		}
	}
	return ""
}
