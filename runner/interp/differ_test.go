package interp_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"rtbook/runner"
	"rtbook/runner/gotool"
	"rtbook/runner/interp"
	"rtbook/runner/store"
)

// A whole Go program is held against the real toolchain: it is compiled and run
// as it is, and it is interpreted as a chapter, where it is two cells. The
// first is the file without its package clause and with main renamed, the
// second calls it.

// verdict says what the interpreter made of a program.
type verdict string

const (
	right   verdict = "right"   // the same output, and the same end
	refused verdict = "refused" // no output, and a finding at a place of the chapter
	wrong   verdict = "wrong"   // another output, or it ended well where it must not
	failed  verdict = "failed"  // a run-time failure where native has none
	crashed verdict = "crashed" // the interpreter broke: a finding about itself, without a place
	hung    verdict = "hung"    // it did not come to its end in time
	slow    verdict = "slow"    // likewise, but it would: it only computes
)

// sample is a program to run on both.
type sample struct {
	name   string
	source string // a file of package main
}

// outcome is what came of a sample.
type outcome struct {
	sample
	native  native
	verdict verdict
	output  string // of the interpreter
	end     runner.Event
}

func (o outcome) String() string {
	return fmt.Sprintf("%s: %s\n--- native (status %d)\n%s--- interpreted (%s at %v: %s)\n%s",
		o.name, o.verdict, o.native.Status, o.native.Output, o.end.Status, o.end.Pos, o.end.Message, o.output)
}

// native is what a compiled program did.
type native struct {
	Output string // both descriptors, without the report of a crash
	Status int
	Failed string // why there is nothing to compare with: it does not build, or does not end
}

// cached is a native as it is kept: its output need not be UTF-8.
type cached struct {
	Output []byte
	Status int
}

func (n native) encode() ([]byte, error) {
	return json.Marshal(cached{[]byte(n.Output), n.Status})
}

func (n *native) decode(text []byte) error {
	var c cached
	if err := json.Unmarshal(text, &c); err != nil {
		return err
	}
	*n = native{Output: string(c.Output), Status: c.Status}
	return nil
}

// mainRenamed is what the function main of a sample is called in its cell.
const mainRenamed = "program_main"

// cells makes a sample's cells.
func (s sample) cells(timeout time.Duration) ([]runner.Cell, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "", s.source, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	type edit struct {
		from, to int
		text     string
	}
	edits := []edit{{int(file.Package) - 1, int(file.Name.End()) - 1, ""}}
	ast.Inspect(file, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && id != file.Name && id.Name == "main" {
			edits = append(edits, edit{int(id.Pos()) - 1, int(id.End()) - 1, mainRenamed})
		}
		return true
	})
	text := s.source
	for _, e := range slices.Backward(edits) {
		text = text[:e.from] + e.text + text[e.to:]
	}
	// Attributes say what a build constraint says in a file.
	text = strings.ReplaceAll(strings.TrimRight(text, "\n")+"\n", "//go:build", "// build")
	chapter := "notes/" + s.name + ".md"
	return []runner.Cell{
		{ID: "cell-1", Chapter: chapter, Source: text, Line: 1, Timeout: timeout, Allow: []string{"unsafe", "syscall"}},
		{ID: "cell-2", Chapter: chapter, Source: mainRenamed + "()\n", Line: 1 + strings.Count(text, "\n"), Timeout: timeout, Allow: []string{"unsafe", "syscall"}},
	}, nil
}

// differ runs samples on both engines.
type differ struct {
	t       *testing.T
	tc      *gotool.Toolchain
	timeout time.Duration // of a cell
}

func newDiffer(t *testing.T, timeout time.Duration) *differ {
	t.Helper()
	if raceDetector {
		t.Skip("the race detector hides deadlocks, and this is about results")
	}
	tc := toolchain(t)
	tc.Store = &store.Store{Dir: t.TempDir()}
	return &differ{t, tc, timeout}
}

// run returns the outcomes of the samples that compile and end natively, in
// their order.
func (d *differ) run(samples []sample) []outcome {
	d.t.Helper()
	natives := d.natives(samples)
	var all []outcome
	var cells []runner.Cell
	byChapter := make(map[string]int)
	for i, s := range samples {
		if natives[i].Failed != "" {
			d.t.Logf("%s: left out: %s", s.name, natives[i].Failed)
			continue
		}
		cs, err := s.cells(d.timeout)
		if err != nil {
			d.t.Errorf("%s: %v", s.name, err)
			continue
		}
		byChapter[cs[0].Chapter] = len(all)
		cells = append(cells, cs...)
		all = append(all, outcome{sample: s, native: natives[i]})
	}
	load := d.loader(samples)
	c := runner.Compose(cells, load)
	for _, p := range c.Problems { // what no chapter may hold, such as a dot import
		o := &all[byChapter[p.Pos.File]]
		o.verdict, o.end = refused, runner.Event{Status: runner.Refused, Pos: p.Pos, Message: p.Message}
	}
	d.interpret(c.Programs, load, func(p *runner.Program) *outcome { return &all[byChapter[p.Chapter]] })
	for i := range all {
		if all[i].verdict == "" {
			all[i].verdict = all[i].judge()
		}
	}
	return all
}

// loader serves what any of the samples imports. The go command is asked once.
func (d *differ) loader(samples []sample) runner.Loader {
	var all []string
	for _, s := range samples {
		file, err := parser.ParseFile(token.NewFileSet(), "", s.source, parser.ImportsOnly)
		if err != nil {
			continue
		}
		for _, spec := range file.Imports {
			if path, err := strconv.Unquote(spec.Path.Value); err == nil && path != "C" {
				all = append(all, path)
			}
		}
	}
	return func(paths []string) (types.Importer, error) {
		return d.tc.Load(d.t.Context(), slices.Concat(all, paths))
	}
}

// interpret has the engine run programs, and fills in their outcomes.
func (d *differ) interpret(ps []*runner.Program, load runner.Loader, of func(*runner.Program) *outcome) {
	d.t.Helper()
	var mu sync.Mutex
	outputs := make(map[*runner.Program]*bytes.Buffer)
	for _, p := range ps {
		outputs[p] = new(bytes.Buffer)
	}
	e := &interp.Engine{Load: load}
	err := e.Run(d.t.Context(), ps, func(p *runner.Program, ev runner.Event) {
		mu.Lock()
		defer mu.Unlock()
		switch ev.Kind {
		case runner.Printed:
			outputs[p].Write(ev.Text)
		case runner.Ended:
			o, text := of(p), outputs[p].String()
			o.output, o.end = text[:len(text)-ev.Cut], ev
		}
	})
	if err != nil {
		d.t.Fatal(err)
	}
}

// judge compares.
func (o *outcome) judge() verdict {
	same := o.output == o.native.Output
	switch o.end.Status {
	case runner.Refused:
		if o.output == "" && o.end.Pos.Line > 0 {
			return refused
		}
		return crashed
	case runner.Done:
		if same && o.native.Status == 0 {
			return right
		}
		return wrong
	case runner.Exited:
		if same && strings.Contains(o.end.Message, fmt.Sprintf("exit status %d)", o.native.Status)) {
			return right
		}
	case runner.Panicked:
		if same && o.native.Status == 2 {
			return right
		}
	case runner.TimedOut:
		return hung
	}
	if o.native.Status == 0 || !strings.HasPrefix(o.native.Output, o.output) {
		return failed
	}
	return wrong
}

// count returns how many outcomes there are of each verdict.
func count(all []outcome) map[verdict]int {
	n := make(map[verdict]int)
	for _, o := range all {
		n[o.verdict]++
	}
	return n
}

// natives compiles and runs the samples, but for those that it remembers.
func (d *differ) natives(samples []sample) []native {
	d.t.Helper()
	cache := nativeCache(d.t)
	out := make([]native, len(samples))
	var missing []int
	for i, s := range samples {
		if text, err := os.ReadFile(filepath.Join(cache, d.key(s))); err != nil || out[i].decode(text) != nil {
			missing = append(missing, i)
		}
	}
	for chunk := range slices.Chunk(missing, 100) {
		dir := d.t.TempDir()
		for _, i := range chunk {
			write(d.t, filepath.Join(dir, fmt.Sprint("p", i), "main.go"), samples[i].source)
		}
		write(d.t, filepath.Join(dir, "go.mod"), "module programs\n\n"+strings.Replace(d.tc.Language(), "go", "go ", 1)+"\n")
		build := exec.CommandContext(d.t.Context(), "go", "build", "-ldflags=-s -w", "-o", filepath.Join(dir, "bin")+"/", "./...")
		build.Dir = dir
		build.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=")
		_ = os.Mkdir(filepath.Join(dir, "bin"), 0o777)
		report, _ := build.CombinedOutput()                               // a program that does not build has no binary
		excluded := bytes.Contains(report, []byte("matched no packages")) // by build constraints
		if !bytes.HasPrefix(report, []byte("# ")) && len(report) > 0 && !excluded {
			d.t.Fatalf("go build: %s", report)
		}
		for _, i := range chunk {
			out[i] = runNative(d.t.Context(), filepath.Join(dir, "bin", fmt.Sprint("p", i)))
			if out[i].Failed != "" {
				out[i].Failed += ": " + firstAbout(string(report), fmt.Sprint("# programs/p", i))
				continue
			}
			text, err := out[i].encode()
			if err != nil {
				d.t.Fatal(err)
			}
			write(d.t, filepath.Join(cache, d.key(samples[i])), string(text))
		}
	}
	return out
}

// firstAbout returns the line after a heading of what go build reports.
func firstAbout(report, heading string) string {
	_, rest, _ := strings.Cut(report, heading+"\n")
	line, _, _ := strings.Cut(rest, "\n")
	return line
}

func (d *differ) key(s sample) string {
	sum := sha256.Sum256([]byte(runtime.Version() + "\x00" + d.tc.Language() + "\x00" + s.source))
	return hex.EncodeToString(sum[:])
}

// nativeCache is a folder that outlives the test.
func nativeCache(t *testing.T) string {
	dir, err := os.UserCacheDir()
	if err != nil {
		return t.TempDir()
	}
	return filepath.Join(dir, "rtbook-test-natives-4")
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

// crashReports are how the report of a crash begins.
var crashReports = []string{"panic: ", "fatal error: ", "runtime: goroutine stack exceeds", "[signal SIG"}

// runNative runs a compiled program.
func runNative(ctx context.Context, path string) native {
	if _, err := os.Stat(path); err != nil {
		return native{Failed: "it does not build"}
	}
	ctx, stop := context.WithTimeout(ctx, 20*time.Second)
	defer stop()
	cmd := exec.CommandContext(ctx, path)
	cmd.Env = []string{"TZ=UTC"} // as cells have it
	cmd.Dir = filepath.Dir(path)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	var exit *exec.ExitError
	if ctx.Err() != nil || err != nil && !errors.As(err, &exit) {
		return native{Failed: fmt.Sprint("it does not end: ", err)}
	}
	n := native{Output: out.String(), Status: cmd.ProcessState.ExitCode()}
	if n.Status == 2 {
		n.Output = cutReport(n.Output)
	}
	return n
}

// cutReport takes the report of a crash off an output.
func cutReport(output string) string {
	before := 0
	for line := range strings.Lines(output) {
		for _, begin := range crashReports {
			if strings.HasPrefix(line, begin) {
				return output[:before]
			}
			// What was printed last need not have ended its line.
			if i := strings.Index(line, begin); i > 0 && strings.Contains(output[before:], "\ngoroutine ") {
				return output[:before+i]
			}
		}
		before += len(line)
	}
	return output
}
