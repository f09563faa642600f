package runner

import (
	"go/format"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// lineCells are cells in fences with different indentation, whose text is
// changed, moved and renamed by composition.
func lineCells() []Cell {
	return []Cell{{
		ID: "one", Chapter: "notes/x.md", Line: 11,
		Source: "import \"fmt\"\n\n//go:noinline\nfunc fail(n int) int {\n\treturn []int{1, 2}[n]\n}\nx := 1\n",
		Indent: []int{0, 0, 0, 0, 0, 0, 0},
	}, {
		ID: "two", Chapter: "notes/x.md", Line: 31,
		Source: "x := `two\n  lines`; y := 2\nvar (\n\ta = fail(0)\n\tb = fail(1)\n)\nfmt.Println(x, y,\n\ta, b,\n)\n",
		Indent: []int{2, 2, 2, 2, 2, 2, 2, 2, 2},
	}, {
		ID: "three", Chapter: "notes/x.md", Line: 51,
		Source: "if y > 1 {\n\tfmt.Println(x)\n\tfor range 1 {\n\t\tfunc() {\n\t\t\tfmt.Println(x+`,\n`, fail(y))\n\t\t}()\n\t}\n}\n",
	}}
}

func composeLines(t *testing.T) *Program {
	t.Helper()
	progs, probs := compose(lineCells(), shared.load)
	if len(probs) > 0 || len(progs) != 1 {
		t.Fatalf("%d programs and problems:\n%s", len(progs), render(probs))
	}
	return progs[0]
}

// goBuild builds p for the machine at hand, with flags, and returns its file
// and what the compiler said.
func goBuild(t *testing.T, p *Program, flags ...string) (exe, said string) {
	t.Helper()
	dir := t.TempDir()
	main := "package main\n\nfunc main() {\n"
	for i := range p.Cells {
		main += "\t" + CellFunc(i) + "()\n"
	}
	for name, text := range map[string]string{
		"go.mod":   "module lines\n\ngo 1.26.0\n",
		"main.go":  main + "}\n",
		"cells.go": p.WithLines(),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	exe = filepath.Join(dir, "lines.exe")
	cmd := exec.Command("go", slices.Concat([]string{"build", "-o", exe}, flags, []string{"."})...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=")
	out, _ := cmd.CombinedOutput()
	return exe, string(out)
}

// TestFormatted checks that what is made of formatted cells is formatted.
func TestFormatted(t *testing.T) {
	p := composeLines(t)
	want, err := format.Source([]byte(p.Source))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), p.Source); diff != "" {
		t.Errorf("gofmt changes the program (-gofmt +composed):\n%s", diff)
	}
}

// TestCompilerLines breaks the text of a composed program in places that the
// checks cannot have seen, and has the real compiler say where.
func TestCompilerLines(t *testing.T) {
	for _, test := range []struct{ old, new, want string }{
		{"[]int{1, 2}[n]", "[]int{1, 2}[q]", "15:21: undefined: q"},
		{"y > 1", "z > 1", "51:4: undefined: z"},
		{"fail(1)", "fial(1)", "35:8: undefined: fial"},
		{"\ta, b,", "\ta, q,", "38:7: undefined: q"},
		{"`, fail(y))", "`, fail(q))", "56:9: undefined: q"},
		{"y = 2", "y = q", "32:18: undefined: q"},
	} {
		p := composeLines(t)
		if strings.Count(p.Source, test.old) != 1 {
			t.Fatalf("%q does not occur once in\n%s", test.old, p.Source)
		}
		p.Source = strings.Replace(p.Source, test.old, test.new, 1)
		_, said := goBuild(t, p)
		if !strings.Contains(said, "notes/x.md:"+test.want+"\n") {
			t.Errorf("%q for %q: the compiler says\n%swant %s", test.new, test.old, said, test.want)
		}
	}
}

// TestDirectives has the compiler say where the directives are that it does
// not want there, and which functions it may inline in spite of the others.
func TestDirectives(t *testing.T) {
	cells := []Cell{{
		ID: "one", Chapter: "notes/x.md", Line: 11,
		Source: "x := 1 // why\n//go:nosplit\nx++\n\n//go:noinline\n//go:norace\nvar y = 2\n",
	}, {
		ID: "two", Chapter: "notes/x.md", Line: 31,
		Source: "if x > y {\n\t//go:noinline\n\tx--\n}\n",
		Indent: []int{2, 2, 2, 2},
	}}
	composed := Compose(cells, shared.load)
	progs, probs := composed.Programs, composed.Problems
	if len(probs) > 0 || len(progs) != 1 {
		t.Fatalf("%d programs and problems:\n%s", len(progs), render(probs))
	}
	_, said := goBuild(t, progs[0])
	var got []string
	for line := range strings.Lines(said) {
		if place, ok := strings.CutSuffix(line, ": misplaced compiler directive\n"); ok {
			got = append(got, place)
		}
	}
	// The compiler points behind the slashes.
	want := []string{"notes/x.md:12:3", "notes/x.md:15:3", "notes/x.md:16:3", "notes/x.md:32:6"}
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("places (-want +got):\n%s\n%s\nof\n%s", diff, said, progs[0].WithLines())
	}

	cells = []Cell{{
		ID: "one", Chapter: "notes/x.md", Line: 11,
		Source: "func f() int { return 1 }\n\n/* g is\n   not */\n//go:noinline\nfunc g() int { return 1 }\n// h neither\n//\n//go:noinline\nfunc h() int { return 1 }\n",
		Indent: []int{1, 1, 1, 1, 1, 1, 1, 1, 1, 1},
	}}
	progs = Compose(cells, shared.load).Programs
	_, said = goBuild(t, progs[0], "-gcflags=-m")
	var inlined []string
	for _, m := range regexp.MustCompile(`can inline (\w)\n`).FindAllStringSubmatch(said, -1) {
		inlined = append(inlined, m[1])
	}
	if diff := cmp.Diff([]string{"f"}, inlined); diff != "" {
		t.Errorf("inlined (-want +got):\n%s\n%s\nof\n%s", diff, said, progs[0].WithLines())
	}
}

// TestTracebackLines runs a composed program that panics, and reads the
// traceback.
func TestTracebackLines(t *testing.T) {
	exe, said := goBuild(t, composeLines(t))
	if said != "" {
		t.Fatalf("go build: %s", said)
	}
	out, err := exec.Command(exe).CombinedOutput()
	if err == nil {
		t.Fatalf("the program does not panic:\n%s", out)
	}
	var lines []string
	for _, m := range regexp.MustCompile(`notes/x\.md:(\d+)`).FindAllStringSubmatch(string(out), -1) {
		lines = append(lines, m[1])
	}
	// fail's body, its call, the call of the function literal.
	if got, want := strings.Join(lines, " "), "15 56 57"; got != want {
		t.Errorf("the traceback names lines %s, want %s:\n%s", got, want, out)
	}
	if !strings.Contains(string(out), "index out of range [2] with length 2") {
		t.Errorf("another panic than expected:\n%s", out)
	}
}

// TestPosAt finds every identifier of the cells in Source and leads it back.
func TestPosAt(t *testing.T) {
	p := composeLines(t)
	line := func(marker string) (int, int) {
		i := strings.Index(p.Source, marker)
		if i < 0 {
			t.Fatalf("no %q in\n%s", marker, p.Source)
		}
		return strings.Count(p.Source[:i], "\n") + 1, i - strings.LastIndexByte(p.Source[:i], '\n')
	}
	for _, test := range []struct {
		marker string
		want   string
	}{
		{"[]int{1, 2}[n]", "15:9"},
		{"fmt.Println(x_2, y", "37:3"},
		{", y,\n", "37:16"},
		{"a, b,", "38:4"},
		{"a = fail(0)", "34:4"},
		{"func() {", "54:3"},
		{"func rtbook_cell0", ""},
	} {
		l, c := line(test.marker)
		got := ""
		if pos, ok := p.PosAt(l, c); ok {
			got = strconv.Itoa(pos.Line) + ":" + strconv.Itoa(pos.Col)
		}
		if got != test.want {
			t.Errorf("PosAt of %q = %q, want %q\n%s", test.marker, got, test.want, p.Source)
		}
	}
	if pos, ok := p.PosAt(1e6, 1); ok {
		t.Errorf("PosAt behind the end = %v", pos)
	}
	// A place that only the program has leads to what its line comes from.
	l, _ := line("x = 1\n")
	if pos, ok := p.PosAt(l, 1); !ok || pos != (Pos{"notes/x.md", 17, 1}) {
		t.Errorf("PosAt of the indentation = %v, %v", pos, ok)
	}
}
