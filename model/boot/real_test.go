package boot_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"rtbook/model/boot"
)

// build compiles a main package, with an overlay of source files if there is
// one, and returns the path of the program.
func build(t *testing.T, source []byte, overlay map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	write := func(name string, text []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("go.mod", []byte("module child\n\ngo 1.26\n"))
	write("main.go", source)
	bin := filepath.Join(dir, "child")
	args := []string{"build", "-o", bin}
	if overlay != nil {
		text, err := json.Marshal(map[string]any{"Replace": overlay})
		if err != nil {
			t.Fatal(err)
		}
		args = append(args, "-overlay", write("overlay.json", text))
	}
	cmd := exec.Command("go", append(args, ".")...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=", "GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("building the child: %v\n%s", err, out)
	}
	return bin
}

func needLinux(t *testing.T) {
	t.Helper()
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		t.Skip("the model is of linux/amd64")
	}
}

// run starts the child with an empty environment but for env.
func run(bin string, env []string, args ...string) string {
	cmd := exec.Command(bin, args...)
	cmd.Env = append([]string{"PATH=/nowhere"}, env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		out = append(out, fmt.Sprintf("\n[%v]", err)...)
	}
	return string(out)
}

// edit is text to insert at an offset of a source file.
type edit struct {
	at   int
	text string
}

// apply returns text with the edits made, which it sorts; of several at one
// place the first stays first.
func apply(text string, edits []edit) []byte {
	slices.SortStableFunc(edits, func(a, b edit) int { return a.at - b.at })
	var out bytes.Buffer
	at := 0
	for _, e := range edits {
		out.WriteString(text[at:e.at])
		out.WriteString(e.text)
		at = e.at
	}
	out.WriteString(text[at:])
	return out.Bytes()
}

// overlayFor writes changed files of package runtime, by name, and returns the
// overlay that puts them in place.
func overlayFor(t *testing.T, files map[string][]byte) map[string]string {
	t.Helper()
	dir := t.TempDir()
	overlay := map[string]string{}
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
		overlay[filepath.Join(runtimeDir(t), name)] = path
	}
	return overlay
}

// child builds testdata/child.go.txt with a changed runtime, which must still
// run when it is started without arguments.
func child(t *testing.T, files map[string][]byte) string {
	t.Helper()
	source, err := os.ReadFile("testdata/child.go.txt")
	if err != nil {
		t.Fatal(err)
	}
	bin := build(t, source, overlayFor(t, files))
	if out := run(bin, nil); out != allWell {
		t.Fatalf("the child with every step in its place says %q", out)
	}
	return bin
}

// allWell is what the child prints.
const allWell = "ok 100 45 999\n"

// compare reports what the model and the real runtime say differently of an
// experiment. The model's machine is lenient and has not run yet.
func compare(t *testing.T, what string, m *boot.Machine, out string) {
	t.Helper()
	throw := m.Try()
	fault := strings.Contains(out, "segmentation fault") || strings.Contains(out, "[signal SIGSEGV")
	same := false
	switch {
	case throw == nil:
		same = out == allWell
	case strings.Contains(throw.State, "crashes"):
		same = fault
	default:
		same = strings.Contains(out, throw.Text+"\n")
	}
	if !same {
		lines := strings.SplitAfterN(out, "\n", 4)
		t.Errorf("%s:\n model %v\n real  %q", what, throw, strings.Join(lines[:min(3, len(lines))], ""))
	}
}

// TestRealSkippedStep leaves each step out of the real runtime, one at a time,
// and compares what becomes of the process with what the model says.
//
// The runtime is built once, from a copy of its source in which each step's
// statement stands under an if on the number of the process's arguments.
func TestRealSkippedStep(t *testing.T) {
	needLinux(t)
	if testing.Short() {
		t.Skip("builds a runtime")
	}
	steps := boot.New(boot.Config{}).Steps()
	procText, inProc := skippable(t, "proc.go", steps)
	mgcText, inMgc := skippable(t, "mgc.go", steps)
	asmText, inAsm := skippableAsm(t, steps)
	bin := child(t, map[string][]byte{"proc.go": procText, "mgc.go": mgcText, "asm_amd64.s": asmText})
	indices := slices.Concat(inProc, inMgc, inAsm)
	if len(indices) < 58 {
		t.Errorf("only %d steps can be left out", len(indices))
	}
	for _, i := range indices {
		name := steps[i].Name
		out := run(bin, nil, slices.Repeat([]string{"x"}, i+1)...)
		if name == "main.main" {
			if out != "" {
				t.Errorf("without main.main the real program says %q", out)
			}
			continue
		}
		m := boot.New(boot.Config{Lenient: true})
		if err := m.Skip(name); err != nil {
			t.Fatal(err)
		}
		compare(t, "without "+name, m, out)
	}
}

// condition is written around the statement of step i: the step is left out if
// the process has as many arguments as say so. Other threads keep the steps
// that every thread takes.
func condition(s boot.Step, i int) string {
	skip := fmt.Sprintf("argc != %d", i+2)
	if s.Func == "mstart0" || s.Func == "mstart1" {
		return "gp.m != &m0 || " + skip
	}
	return skip
}

// skippable returns a file of package runtime with the steps' statements made
// conditional, and the indices of the steps that it found.
func skippable(t *testing.T, name string, steps []boot.Step) ([]byte, []int) {
	t.Helper()
	file := parseRuntime(t, name)
	var edits []edit
	var done []int
	used := map[ast.Node]bool{}
	for i, s := range steps {
		if s.File != name || strings.Contains(s.Source, ":=") {
			continue // a declaration cannot be left out
		}
		found := false
		ast.Inspect(file.function(t, s.Func), func(n ast.Node) bool {
			stmt, ok := n.(ast.Stmt)
			if !ok || used[n] || found && s.Source != "<-c" {
				return true
			}
			if !strings.HasPrefix(file.source(stmt), s.Source) {
				return true
			}
			found, used[n] = true, true
			edits = append(edits,
				edit{file.offset(stmt.Pos()), "if " + condition(s, i) + " { "},
				edit{file.offset(stmt.End()), " }"})
			return false
		})
		if !found {
			t.Errorf("%s: no statement %q in %s", s.Name, s.Source, s.Func)
			continue
		}
		done = append(done, i)
	}
	return apply(file.text, edits), done
}

// TestRealMovedStep moves each step of schedinit in front of each earlier one
// in the real runtime, and compares what becomes of the process with what the
// model says. It is how the model's needs were found.
func TestRealMovedStep(t *testing.T) {
	needLinux(t)
	if testing.Short() {
		t.Skip("builds a runtime")
	}
	file := parseRuntime(t, "proc.go")
	type place struct {
		name string
		stmt ast.Stmt
	}
	var places []place
	names := map[string]string{}
	for _, s := range stepsOf("schedinit") {
		names[s.Source] = s.Name
	}
	for _, stmt := range file.function(t, "schedinit").Body.List {
		name := names[file.source(stmt)]
		if name == "worldStarted" {
			break
		}
		if name != "" && file.offset(stmt.Pos()) > strings.Index(file.text, "godebug, parsedGodebug :=") {
			places = append(places, place{name, stmt}) // what it mentions is declared
		}
	}
	type move struct{ step, before string }
	var moves []move
	var arrive, leave []edit
	for i, to := range places {
		for _, from := range places[i+1:] {
			moves = append(moves, move{from.name, to.name})
			argc := len(moves) + 1
			call := file.source(from.stmt)
			arrive = append(arrive,
				edit{file.offset(to.stmt.Pos()), fmt.Sprintf("if argc == %d { %s }; ", argc, call)})
			leave = append(leave,
				edit{file.offset(from.stmt.Pos()), fmt.Sprintf("if argc != %d { ", argc)},
				edit{file.offset(from.stmt.End()), " }"})
		}
	}
	// Across functions: the statement, where it stands, and before what it goes.
	mgc := parseRuntime(t, "mgc.go")
	var leaveMGC []edit
	for _, across := range []struct {
		move
		stmt     string
		file     goFile
		from, to string
		leave    *[]edit
	}{
		{move{"newm(sysmon)", "newproc"}, "newm(sysmon, nil, -1)", file, "main", "", &leave},
		{move{"memstats.enablegc", "gcinit"}, "memstats.enablegc = true", mgc, "gcenable", "gcinit()", &leaveMGC},
	} {
		moves = append(moves, across.move)
		early := fmt.Sprintf("argc == %d", len(moves)+1)
		inserted := false
		for _, stmt := range file.function(t, "schedinit").Body.List {
			switch src := file.source(stmt); {
			case across.to == "" && src == "worldStarted()":
				arrive = append(arrive, edit{file.offset(stmt.End()), "; if " + early + " { " + across.stmt + " }"})
				inserted = true
			case src == across.to:
				arrive = append(arrive, edit{file.offset(stmt.Pos()), "if " + early + " { " + across.stmt + " }; "})
				inserted = true
			}
		}
		removed := false
		ast.Inspect(across.file.function(t, across.from), func(n ast.Node) bool {
			if stmt, ok := n.(ast.Stmt); ok && across.file.source(stmt) == across.stmt {
				*across.leave = append(*across.leave, edit{across.file.offset(stmt.Pos()), "if !(" + early + ") { "}, edit{across.file.offset(stmt.End()), " }"})
				removed = true
				return false
			}
			return true
		})
		if !inserted || !removed {
			t.Fatalf("%s: not found in the source", across.step)
		}
	}
	// At one place, what arrives comes before the ifs around what stands there.
	bin := child(t, map[string][]byte{
		"proc.go": apply(file.text, append(arrive, leave...)),
		"mgc.go":  apply(mgc.text, leaveMGC),
	})
	if len(moves) < 200 {
		t.Errorf("only %d moves", len(moves))
	}
	for i, mv := range moves {
		m := boot.New(boot.Config{Lenient: true})
		if err := m.Move(mv.step, mv.before); err != nil {
			t.Fatal(err)
		}
		compare(t, mv.step+" before "+mv.before, m, run(bin, nil, slices.Repeat([]string{"x"}, i+1)...))
	}
}

// asmSteps are the instructions of a step in rt0_go: the first one as it stands
// in the source, how many there are, and how far the saved argc lies from SP.
var asmSteps = map[string]struct {
	first    string
	n, depth int
}{
	"g0.stack":   {"MOVQ	BX, g_stackguard0(DI)", 4, 24},
	"CPUID":      {"CPUID", 1, 24},
	"settls":     {"CALL	runtime·settls(SB)", 1, 24},
	"TLS check":  {"MOVQ	$0x123, g(BX)", 5, 24},
	"m0.g0 = g0": {"MOVQ	CX, g(BX)", 4, 24},
	"check":      {"CALL	runtime·check(SB)", 1, 24},
	"args":       {"CALL	runtime·args(SB)", 1, 24},
	"osinit":     {"CALL	runtime·osinit(SB)", 1, 24},
	"newproc":    {"CALL	runtime·newproc(SB)", 1, 32}, // its argument was pushed
}

// skippableAsm is skippable for rt0_go: a jump over the step's instructions.
func skippableAsm(t *testing.T, steps []boot.Step) ([]byte, []int) {
	t.Helper()
	file, err := os.ReadFile(filepath.Join(runtimeDir(t), "asm_amd64.s"))
	if err != nil {
		t.Fatal(err)
	}
	start := strings.Index(string(file), "TEXT runtime·rt0_go")
	if start < 0 {
		t.Fatal("asm_amd64.s has no rt0_go")
	}
	done, rest := string(file[:start]), string(file[start:])
	var indices []int
	for i, s := range steps {
		skip, ok := asmSteps[s.Name]
		if !ok {
			continue
		}
		before, after, ok := strings.Cut(rest, "\t"+skip.first+"\n")
		if !ok {
			before, after, ok = strings.Cut(rest, "\t"+skip.first+"\t")
		}
		if !ok {
			t.Errorf("%s: no instruction %q", s.Name, skip.first)
			continue
		}
		done += before + fmt.Sprintf("\tCMPL\t%d(SP), $%d\n\tJEQ\t%d(PC)\n\t%s\n", skip.depth, i+2, skip.n+1, skip.first)
		rest = after
		indices = append(indices, i)
	}
	return []byte(done + rest), indices
}

// TestRealGoroutines compares the goroutines at main.main on one P with those
// in the traceback of a real program that panics there.
func TestRealGoroutines(t *testing.T) {
	needLinux(t)
	bin := build(t, []byte("package main\n\nfunc main() { panic(0) }\n"), nil)
	out := run(bin, []string{"GOMAXPROCS=1", "GOTRACEBACK=system"})
	header := regexp.MustCompile(`(?m)^goroutine (\d+) .*\[([^\],]+).*\]:$`)
	started := regexp.MustCompile(`(?m)^runtime\.(forcegchelper|bgsweep|bgscavenge|updateMaxProcsGoroutine|main)\(`)
	var real []boot.Goroutine
	for _, block := range strings.Split(out, "\n\n") {
		h := header.FindStringSubmatch(block)
		if h == nil {
			continue
		}
		id, _ := strconv.ParseInt(h[1], 10, 64)
		g := boot.Goroutine{ID: id, State: h[2]}
		if f := started.FindStringSubmatch(block); f != nil {
			g.Func = "runtime." + f[1]
		}
		real = append(real, g)
	}
	m := boot.New(boot.Config{GOMAXPROCS: "1"})
	m.RunTo("unlockOSThread")
	if model := m.Snapshot().Goroutines; !slices.Equal(model, real) {
		t.Errorf("the model has %+v\nthe real program  %+v\n%s", model, real, out)
	}
}

// TestRealIdleNames waits until every helper is parked: then the model's wait
// reasons must be those of the traceback, whatever the ids.
func TestRealIdleNames(t *testing.T) {
	needLinux(t)
	bin := build(t, []byte(`package main

import "runtime"

func main() {
	for range 100 {
		runtime.Gosched()
	}
	panic(0)
}
`), nil)
	out := run(bin, []string{"GOMAXPROCS=1", "GOTRACEBACK=system"})
	for _, want := range []string{"force gc (idle)", "GC sweep wait", "GC scavenge wait", "GOMAXPROCS updater (idle)"} {
		if !strings.Contains(out, "["+want+"]:") {
			t.Errorf("no goroutine of the real program is in %q:\n%s", want, out)
		}
	}
	m := boot.New(boot.Config{})
	m.RunTo("unlockOSThread")
	for _, g := range m.Snapshot().Goroutines {
		if g.State != boot.Running && g.State != boot.Runnable && !strings.Contains(out, "["+g.State+"]:") {
			t.Errorf("the model's goroutine %d is in %q, which the real program does not have", g.ID, g.State)
		}
	}
}

// TestRealThreads: a real program has at least the model's threads at main.
func TestRealThreads(t *testing.T) {
	needLinux(t)
	bin := build(t, []byte(`package main

import (
	"bytes"
	"os"
)

func main() {
	text, _ := os.ReadFile("/proc/self/status")
	_, rest, _ := bytes.Cut(text, []byte("Threads:\t"))
	line, _, _ := bytes.Cut(rest, []byte("\n"))
	os.Stdout.Write(line)
}
`), nil)
	out := run(bin, []string{"GOMAXPROCS=1"})
	n, err := strconv.Atoi(out)
	if err != nil {
		t.Fatalf("the child says %q", out)
	}
	m := boot.New(boot.Config{GOMAXPROCS: "1"})
	m.RunTo("unlockOSThread")
	if model := len(m.Snapshot().Threads); n < model || model != 3 {
		t.Errorf("the real program has %d threads at main, the model %d, want 3 or more and 3", n, model)
	}
}

// TestRealGOMAXPROCS asks real programs for their number of Ps: with the
// variable set, and without it where no cgroup limit is in force.
func TestRealGOMAXPROCS(t *testing.T) {
	needLinux(t)
	bin := build(t, []byte(`package main

import "runtime"

func main() { println(runtime.GOMAXPROCS(0), runtime.NumCPU()) }
`), nil)
	for _, env := range []string{"1", "3", "64", "0", "-2", "many", " 4", "2147483648"} {
		var procs, cpus int
		out := run(bin, []string{"GOMAXPROCS=" + env, "GODEBUG=containermaxprocs=0"})
		if _, err := fmt.Sscan(out, &procs, &cpus); err != nil {
			t.Fatalf("GOMAXPROCS=%q: the child says %q", env, out)
		}
		if want := boot.GOMAXPROCS(env, cpus, 0); procs != want {
			t.Errorf("GOMAXPROCS=%q: the real program has %d Ps, the model %d", env, procs, want)
		}
	}
	var procs, cpus int
	out := run(bin, nil)
	if _, err := fmt.Sscan(out, &procs, &cpus); err != nil {
		t.Fatalf("the child says %q", out)
	}
	if quota, known := cgroupLimit(t); known {
		if want := boot.DefaultGOMAXPROCS(cpus, quota); procs != want {
			t.Errorf("under a limit of %v CPUs the real program has %d Ps, the model %d", quota, procs, want)
		}
	}
}

// cgroupLimit returns the limit in cpu.max of this process's own cgroup, 0 if
// there is none; known is false where that is not cgroup v2 in its usual place.
func cgroupLimit(t *testing.T) (quota float64, known bool) {
	t.Helper()
	self, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return 0, true
	}
	path, ok := strings.CutPrefix(strings.TrimSpace(string(self)), "0::")
	if !ok || strings.Contains(path, "\n") {
		return 0, false
	}
	text, err := os.ReadFile(filepath.Join("/sys/fs/cgroup", path, "cpu.max"))
	if err != nil {
		return 0, false
	}
	var most string
	var period float64
	if _, err := fmt.Sscan(string(text), &most, &period); err != nil || period == 0 {
		return 0, false
	}
	if most == "max" {
		return 0, true
	}
	n, err := strconv.ParseFloat(most, 64)
	return n / period, err == nil
}
