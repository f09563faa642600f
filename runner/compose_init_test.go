package runner

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestInitTwins composes cells with variables whose types cannot be written,
// exports them, and runs them beside programs that were written by hand. Each
// is a program of its own, since it prints before its main begins.
func TestInitTwins(t *testing.T) {
	b := newTwins(t)
	unnamed, err := os.ReadFile("testdata/unnamed/unnamed.go")
	if err != nil {
		t.Fatal(err)
	}
	b.write("go.mod", "module twins\n\ngo 1.26.0\n\nrequire rtbook v0.0.0\n\nreplace rtbook v0.0.0 => ./rtbook\n")
	b.write("rtbook/go.mod", "module rtbook\n\ngo 1.26.0\n")
	b.write("rtbook/runner/testdata/unnamed/unnamed.go", string(unnamed))
	all := archives(t, "init")
	for name, a := range all {
		progs, probs := compose(a.cells, shared.load)
		if len(probs) > 0 || len(progs) != 1 {
			t.Errorf("%s: %d programs and problems:\n%s", name, len(progs), render(probs))
			delete(all, name)
			continue
		}
		if len(progs[0].Unwritable) == 0 {
			t.Errorf("%s: all types can be written", name)
		}
		checkSegments(t, name, progs[0], a.cells)
		b.write(name+"_cells/main.go", progs[0].Export())
		b.write(name+"_twin/main.go", a.files["twin.go"])
	}
	if err := os.Mkdir(filepath.Join(b.dir, "bin"), 0o777); err != nil {
		t.Fatal(err)
	}
	build := exec.Command("go", "build", "-o", "bin", "./...")
	build.Dir = b.dir
	build.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	for name := range all {
		printed := make(map[string]string)
		for _, kind := range []string{"_cells", "_twin"} {
			out, err := exec.Command(filepath.Join(b.dir, "bin", name+kind)).CombinedOutput()
			if err != nil {
				t.Errorf("%s%s: %v", name, kind, err)
			}
			printed[kind] = string(out)
		}
		if diff := cmp.Diff(printed["_twin"], printed["_cells"]); diff != "" {
			text, _ := os.ReadFile(filepath.Join(b.dir, name+"_cells/main.go"))
			t.Errorf("%s: the cells print something else than their twin (-twin +cells):\n%s\n%s", name, diff, text)
		}
	}
}

// TestUnwritable checks what a program says of the variables whose types
// cannot be written, and that an unused one costs nothing.
func TestUnwritable(t *testing.T) {
	progs, probs := compose(archives(t, "init")["basics"].cells, shared.load)
	if len(probs) > 0 || len(progs) != 1 {
		t.Fatal(render(probs))
	}
	var got []string
	for _, u := range progs[0].Unwritable {
		got = append(got, u.Pos.String()+" "+u.Name+" "+u.Type)
	}
	want := []string{
		"notes/x.md:203:5 a unnamed.hidden",
		"notes/x.md:300:1 b struct{x int}",
		"notes/x.md:304:1 f unnamed.hidden",
		"notes/x.md:503:1 p unnamed.hidden",
		"notes/x.md:600:1 q unnamed.hidden",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if progs[0].Init != 5 {
		t.Errorf("cells up to %d run early, want 5", progs[0].Init)
	}
	progs, _ = compose(page("import \"os\"\nx := os.Args\n_ = x\n"), shared.load)
	if p := progs[0]; len(p.Unwritable) != 0 || p.Init != 0 || strings.Contains(p.Source, StepFunc) {
		t.Errorf("a program all of whose types can be written is %+v", p)
	}
}
