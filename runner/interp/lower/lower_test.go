package lower

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/traefik/yaegi/interp"

	"rtbook/runner"
	"rtbook/runner/interp/worker/box"
	"rtbook/runner/interp/worker/rt"
	"rtbook/runner/interp/worker/symbols"
)

// TestMain makes the test's executable interpret the program on its standard
// input if it is started for that: a program can bring the process down.
func TestMain(m *testing.M) {
	if os.Getenv("RTBOOK_LOWER_INTERPRET") != "" {
		interpretStdin()
		return
	}
	os.Exit(m.Run())
}

func interpretStdin() {
	source, err := io.ReadAll(os.Stdin)
	if err != nil {
		panic(err)
	}
	i := interp.New(interp.Options{Stdout: os.Stdout, Stderr: io.Discard, SourcecodeFilesystem: noFiles{}, Unrestricted: true})
	exports := symbols.Exports()
	exports[rt.Path+"/./rt"] = rt.Symbols()
	exports[box.Path+"/./box"] = box.Symbols()
	if err := i.Use(exports); err != nil {
		panic(err)
	}
	// As a worker does: main is not run by Eval if it has another name.
	text := strings.Replace(string(source), "func main() {", "func rtbook_main() {", 1)
	if _, err := i.Eval(text); err != nil {
		fmt.Fprintln(os.Stderr, "refused:", err)
		os.Exit(3)
	}
	v, err := i.Eval("rtbook_main")
	if err != nil {
		fmt.Fprintln(os.Stderr, "refused:", err)
		os.Exit(3)
	}
	v.Interface().(func())()
}

type noFiles struct{}

func (noFiles) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// ran is what a run of a program gave.
type ran struct {
	stdout string
	stderr string
	ok     bool
}

func run(t testing.TB, stdin string, path string, args ...string) ran {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, args...)
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &errs
	cmd.Env = append(os.Environ(), "RTBOOK_LOWER_INTERPRET=1")
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return ran{out.String(), errs.String(), err == nil}
}

// interpret has yaegi run a program in a process of its own.
func interpret(t testing.TB, source string) ran {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return run(t, source, self)
}

// natives compiles programs, all in one build, and runs each.
func natives(t testing.TB, sources []string) []ran {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	write("go.mod", "module x\n\ngo 1.26.0\n\nrequire rtbook v0.0.0\n\nreplace rtbook => "+root+"\n")
	var imports, cases strings.Builder
	alone := make(map[int]bool)
	for i, source := range sources {
		if alone[i] = initialises.MatchString(source); alone[i] {
			write(fmt.Sprintf("m%d/main.go", i), source)
			continue
		}
		source = strings.Replace(source, "package main", fmt.Sprintf("package p%d", i), 1)
		source = strings.Replace(source, "func main() {", "func Main() {", 1)
		write(fmt.Sprintf("p%d/main.go", i), source)
		fmt.Fprintf(&imports, "import \"x/p%d\"\n", i)
		fmt.Fprintf(&cases, "case \"%d\": p%d.Main()\n", i, i)
	}
	write("all/main.go", "package main\nimport \"os\"\n"+imports.String()+"func main() {\nswitch os.Args[1] {\n"+cases.String()+"}\n}\n")
	bin := filepath.Join(dir, "bin") + string(filepath.Separator)
	cmd := exec.Command("go", "build", "-o", bin, "./...")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	all := make([]ran, len(sources))
	for i := range sources {
		if alone[i] {
			all[i] = run(t, "", bin+fmt.Sprintf("m%d", i))
		} else {
			all[i] = run(t, "", bin+"all", fmt.Sprint(i))
		}
	}
	return all
}

// initialises matches programs whose package variables or init functions may
// print.
var initialises = regexp.MustCompile(`(?m)^(var|func init\b|\t\w+.* = .*\(.*\)$)`)

var testImporter = sync.OnceValues(func() (types.Importer, error) {
	cmd := exec.Command("go", append([]string{"list", "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}"},
		"bufio", "bytes", "context", "errors", "fmt", "encoding/binary", "encoding/json", "io", "iter", "maps", "math/...", "os", "reflect", "regexp", "slices", "sort", "strconv", "strings", "sync", "sync/atomic", "time", "unicode", "container/...", "cmp", "text/template", "unsafe")...)
	out, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	files := make(map[string]string)
	for line := range strings.Lines(string(out)) {
		if path, file, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
			files[path] = file
		}
	}
	return importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) {
		if files[path] == "" {
			return nil, fmt.Errorf("no package %s", path)
		}
		return os.Open(files[path])
	}), nil
})

// lowered lowers a program whose chapter is its source, by all passes but the one
// of interfaces, which has tests of its own.
func lowered(t testing.TB, source string) (string, []Refusal) {
	t.Helper()
	imp, err := testImporter()
	if err != nil {
		t.Fatal(err)
	}
	p := &runner.Program{Chapter: "x.md", Source: source, Map: identity(source)}
	list := slices.DeleteFunc(passes(), func(p pass) bool { return p.name == "interfaces" })
	out, refusals, err := lowerWith(p, imp, list)
	if err != nil {
		t.Fatalf("%v\n%s", err, source)
	}
	if out == nil {
		return "", refusals
	}
	return out.Source, nil
}

// identity maps a source to a chapter of the same text.
func identity(source string) []runner.Segment {
	var segments []runner.Segment
	offset := 0
	for line := range strings.SplitAfterSeq(source, "\n") {
		segments = append(segments, runner.Segment{Offset: offset, Len: len(line), Pos: runner.Pos{File: "x.md", Line: len(segments) + 1, Col: 1}})
		offset += len(line)
	}
	return segments
}

// rewrite is a case of a construct's table.
type rewrite struct {
	name   string
	before string // declarations; without func main, the body of main, which can print
	after  string // what the lowered program must contain, line by line without indentation; "" for anything
}

// program completes the source of a case.
func (r rewrite) program() string {
	if strings.HasPrefix(r.before, "package ") {
		return r.before
	}
	decls, body := "", r.before
	if i := strings.Index(body, "\n---\n"); i >= 0 {
		decls, body = body[:i], body[i+5:]
	}
	text := "package main\n"
	for _, pkg := range []string{"bytes", "cmp", "context", "encoding/json", "errors", "fmt", "io", "iter", "maps", "math", "os", "reflect", "runtime", "slices", "sort", "strconv", "strings", "sync", "sync/atomic", "text/template", "time"} {
		if regexp.MustCompile(`\b` + pkg[strings.LastIndex(pkg, "/")+1:] + `\.[A-Z]`).MatchString(decls + body) {
			text += "import \"" + pkg + "\"\n"
		}
	}
	return text + decls + "\nfunc main() {\n" + body + "\n}\n"
}

// testRewrites lowers each case, and has the toolchain run it before and after,
// and the interpreter run it after: all three must print the same.
func testRewrites(t *testing.T, cases []rewrite) {
	t.Helper()
	var sources []string
	for _, c := range cases {
		source := c.program()
		low, refusals := lowered(t, source)
		if len(refusals) > 0 {
			t.Fatalf("%s is refused: %+v", c.name, refusals)
		}
		sources = append(sources, source, low)
	}
	native := natives(t, sources)
	for i, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			want, low := native[2*i], sources[2*i+1]
			if !containsLines(low, c.after) {
				t.Errorf("lowered:\n%s\nwant in it:\n%s", low, c.after)
			}
			if got := native[2*i+1]; got.stdout != want.stdout || got.ok != want.ok || panicLine(got.stderr) != panicLine(want.stderr) {
				t.Errorf("compiled, lowered, it prints:\n%s%s\nbefore:\n%s%s\nlowered:\n%s", got.stdout, got.stderr, want.stdout, want.stderr, low)
			}
			if got := interpret(t, low); got.stdout != want.stdout || got.ok != want.ok || want.ok && got.stderr != want.stderr {
				t.Errorf("interpreted, lowered, it prints:\n%s%.600s\ncompiled:\n%s%.300s\nlowered:\n%s", got.stdout, got.stderr, want.stdout, want.stderr, low)
			}
		})
	}
}

// panicLine is the line of a crash report that says why.
func panicLine(stderr string) string {
	line, _, _ := strings.Cut(stderr, "\n")
	line, _, _ = strings.Cut(line, " [recovered") // rt raises panics again
	return line
}

// containsLines reports whether text has the lines of part, in a row, apart
// from indentation.
func containsLines(text, part string) bool {
	trim := func(s string) string {
		var b strings.Builder
		for line := range strings.Lines(strings.TrimSpace(s)) {
			b.WriteString(strings.TrimSpace(line) + "\n")
		}
		return b.String()
	}
	return strings.TrimSpace(part) == "" || strings.Contains("\n"+trim(text), "\n"+trim(part))
}

// A pass that panics is an error that says which it was, and not the end of the
// tool.
func TestPanickingPass(t *testing.T) {
	p := &runner.Program{Source: "package main\n\nfunc main() {}\n"}
	list := []pass{{"names", uniqueNames}, {"absurd", func(u *unit) bool { return u.names["nothing"] == (*unit)(nil).exact }}}
	lowered, refusals, err := lowerWith(p, nil, list)
	if lowered != nil || refusals != nil || err == nil || !strings.Contains(err.Error(), `the pass "absurd" failed: `) {
		t.Errorf("got %v, %v, %v", lowered, refusals, err)
	}
}
