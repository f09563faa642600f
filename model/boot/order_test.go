package boot_test

import (
	"bufio"
	"go/ast"
	"os"
	"slices"
	"strings"
	"testing"

	"rtbook/model/boot"
)

// stepsOf returns the model's steps in one function of the runtime.
func stepsOf(function string) []boot.Step {
	var list []boot.Step
	for _, s := range boot.New(boot.Config{}).Steps() {
		if s.Func == function {
			list = append(list, s)
		}
	}
	return list
}

// TestSourceOrder finds the statement of every step in the toolchain's source,
// in the same order.
func TestSourceOrder(t *testing.T) {
	for _, f := range []struct{ file, function, asm string }{
		{"rt0_linux_amd64.s", "_rt0_amd64_linux", "_rt0_amd64_linux"},
		{"asm_amd64.s", "_rt0_amd64", "_rt0_amd64"},
		{"asm_amd64.s", "rt0_go", "runtime·rt0_go"},
		{"proc.go", "schedinit", ""},
		{"proc.go", "mstart0", ""},
		{"proc.go", "mstart1", ""},
		{"proc.go", "runtime.main", ""},
		{"mgc.go", "gcenable", ""},
	} {
		var text string
		if f.asm != "" {
			text = strings.Join(asmFunction(t, f.file, f.asm), "\n")
		} else {
			file := parseRuntime(t, f.file)
			text = file.source(file.function(t, f.function).Body)
		}
		steps := stepsOf(f.function)
		if len(steps) == 0 {
			t.Errorf("the model has no step in %s", f.function)
		}
		for _, s := range steps {
			if s.File != f.file {
				t.Errorf("%s: the model says it is in %s, want %s", s.Name, s.File, f.file)
			}
			_, after, ok := strings.Cut(text, s.Source)
			if !ok {
				t.Errorf("%s: %s has no %q after the step before it", s.Name, f.function, s.Source)
				continue
			}
			text = after
		}
	}
}

// TestPhases holds the order of the functions among each other, which the
// source has as calls: schedinit and mstart from rt0_go, main from schedule,
// gcenable from main.
func TestPhases(t *testing.T) {
	var got []string
	for _, s := range boot.New(boot.Config{}).Steps() {
		if len(got) == 0 || got[len(got)-1] != s.Func {
			got = append(got, s.Func)
		}
	}
	want := []string{
		"_rt0_amd64_linux", "_rt0_amd64", "rt0_go", "schedinit", "rt0_go",
		"mstart0", "mstart1", "runtime.main", "gcenable", "runtime.main",
	}
	if !slices.Equal(got, want) {
		t.Errorf("phases are %v, want %v", got, want)
	}
	calls := strings.Join(asmFunction(t, "asm_amd64.s", "runtime·rt0_go"), "\n")
	file := parseRuntime(t, "proc.go")
	main := file.source(file.function(t, "main").Body)
	for _, o := range []struct{ in, first, then string }{
		{calls, "CALL runtime·osinit(SB)", "CALL runtime·schedinit(SB)"},
		{calls, "CALL runtime·schedinit(SB)", "CALL runtime·newproc(SB)"},
		{calls, "CALL runtime·newproc(SB)", "CALL runtime·mstart(SB)"},
		{main, "doInit(runtime_inittasks)", "\tgcenable()"},
		{main, "\tgcenable()", "defaultGOMAXPROCSUpdateEnable()"},
	} {
		i, j := strings.Index(o.in, o.first), strings.Index(o.in, o.then)
		if i < 0 || j < i {
			t.Errorf("%q is not before %q in the source", o.first, o.then)
		}
	}
}

// aside are calls that the model has no step for, and why.
var aside = map[string]string{
	"getg":                    "reads a register",
	"lock":                    "one thread, no contention",
	"unlock":                  "one thread, no contention",
	"nanotime":                "an argument",
	"gogetenv":                "an argument",
	"unsafe.Offsetof":         "a constant",
	"guintptr":                "a conversion",
	"sys.GetCallerPC":         "an argument",
	"sys.GetCallerSP":         "an argument",
	"strconv.ParseInt":        "part of choosing the number of Ps",
	"stackalloc":              "the right side of gcrash.stack",
	"crashFD.Store":           "a default",
	"sched.lastpoll.Store":    "a default",
	"allocmLock.init":         "part of lockInit",
	"execLock.init":           "part of lockInit",
	"traceLockInit":           "part of lockInit",
	"lockVerifyMSize":         "part of lockInit",
	"mstart1":                 "a phase",
	"gcenable":                "a phase",
	"schedinit":               "a phase",
	"mstart":                  "a phase",
	"_rt0_amd64":              "a phase",
	"rt0_go":                  "a phase",
	"mStackIsSystemAllocated": "after the last step: schedule does not return",
	"mexit":                   "after the last step: schedule does not return",
	"abort":                   "not reached",
	"write":                   "a CPU that is too old",
	"ok":                      "a jump",
	"gp.m.nextp.ptr":          "other threads than m0",
	"defer":                   "a panic or Goexit in an init function",
	"NumCgoCall":              "cgo",
	"runningPanicDefers.Load": "a panic elsewhere",
	"panicking.Load":          "a panic elsewhere",
}

// conditional are calls under an if whose step the model has nevertheless,
// because the condition holds in an ordinary program.
var conditional = []string{
	"parseRuntimeDebugVars", "defaultGOMAXPROCS", "mstartm0", "newm", "doInit", "runExitHooks",
}

// call returns what a step's statement calls, or "" if it calls nothing.
func call(source string) string {
	switch f := strings.Fields(source); {
	case f[0] == "CALL", f[0] == "JMP":
		return strings.TrimSuffix(strings.TrimPrefix(f[1], "runtime·"), "(SB)")
	case strings.HasSuffix(f[0], "Q"), f[0] == "CPUID", f[0] == "CLD":
		return "" // another instruction
	}
	source = strings.TrimPrefix(source, "if ")
	for _, assign := range []string{" := ", " = "} {
		if _, right, ok := strings.Cut(source, assign); ok {
			source = right
		}
	}
	name, _, ok := strings.Cut(source, "(")
	if !ok || builtin[name] {
		return ""
	}
	return name
}

// builtin functions are not in the table.
var builtin = map[string]bool{"close": true, "make": true}

// row is a line of testdata/bootorder.tsv: a call of the bootstrap in the
// source's order.
type row struct{ phase, call, condition string }

func readTable(t *testing.T) []row {
	t.Helper()
	file, err := os.Open("testdata/bootorder.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var rows []row
	scanner := bufio.NewScanner(file)
	scanner.Scan() // header
	for scanner.Scan() {
		col := strings.Split(scanner.Text(), "\t")
		name := strings.TrimPrefix(strings.TrimPrefix(col[2], "CALL "), "JMP ")
		rows = append(rows, row{phase: col[1], call: name, condition: col[4]})
	}
	if err := scanner.Err(); err != nil {
		t.Fatal(err)
	}
	return rows
}

// isStep reports whether the call ought to be a step of the model.
func (r row) isStep() bool {
	switch {
	case aside[r.call] != "":
		return false
	case r.phase == "rt0_go" && (r.call == "AX" || r.call == "exit"):
		return false // _cgo_init; a CPU that is too old
	case r.condition == "-":
		return true
	case r.condition == "if !parsedGodebug", strings.HasPrefix(r.condition, "if asanenabled"):
		return false // other systems; the sanitiser
	case r.call == "procresize":
		return true // it is the condition
	}
	return slices.Contains(conditional, r.call)
}

// TestCallTable compares the steps with testdata/bootorder.tsv in both
// directions.
func TestCallTable(t *testing.T) {
	want := map[string][]string{}
	for _, r := range readTable(t) {
		list := want[r.phase]
		if !r.isStep() || len(list) > 0 && list[len(list)-1] == r.call {
			continue // not the second lockInit
		}
		want[r.phase] = append(list, r.call)
	}
	if len(want) < 5 {
		t.Fatalf("the table has calls of %d phases, want at least 5", len(want))
	}
	for phase, table := range want {
		var got []string
		for _, s := range stepsOf(phase) {
			if name := call(s.Source); name != "" && aside[name] == "" {
				got = append(got, name)
			}
		}
		if !slices.Equal(got, table) {
			t.Errorf("%s:\n model %v\n table %v", phase, got, table)
		}
	}
}

// TestEveryCallOfSchedinit walks schedinit itself: each of its calls outside of
// an if is a step or stands aside with a reason.
func TestEveryCallOfSchedinit(t *testing.T) {
	file := parseRuntime(t, "proc.go")
	steps := map[string]bool{}
	for _, s := range stepsOf("schedinit") {
		steps[call(s.Source)] = true
	}
	seen := 0
	for _, stmt := range file.function(t, "schedinit").Body.List {
		if _, ok := stmt.(*ast.IfStmt); ok {
			continue
		}
		ast.Inspect(stmt, func(n ast.Node) bool {
			c, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			seen++
			name := file.source(c.Fun)
			if !steps[name] && aside[name] == "" && name != "uintptr" {
				t.Errorf("schedinit calls %s, which is no step of the model", name)
			}
			return true
		})
	}
	if seen < 40 {
		t.Errorf("schedinit has %d calls, want at least 40: the walk missed some", seen)
	}
}
