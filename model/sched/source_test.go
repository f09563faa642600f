package sched

import (
	"errors"
	"go/ast"
	"go/build"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"rtbook/model/event"
)

// A source is a package of the toolchain, checked as far as constants and
// types go: its imports are missing.
type source struct {
	files map[string]*ast.File
	pkg   *types.Package
}

// readSource parses the files of an import path in GOROOT.
func readSource(t *testing.T, path string) *source {
	t.Helper()
	src := &source{files: make(map[string]*ast.File)}
	dir := filepath.Join(build.Default.GOROOT, "src", path)
	info, err := build.Default.ImportDir(dir, 0)
	if err != nil {
		t.Fatal(err)
	}
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range info.GoFiles {
		f, err := parser.ParseFile(fset, filepath.Join(dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		src.files[name] = f
		files = append(files, f)
	}
	conf := types.Config{IgnoreFuncBodies: true, Error: func(error) {}, Importer: noImports{}}
	src.pkg, _ = conf.Check(path, fset, files, nil)
	return src
}

type noImports struct{}

func (noImports) Import(string) (*types.Package, error) { return nil, errors.New("not needed") }

// constant returns the value of a package-level integer constant.
func (src *source) constant(t *testing.T, name string) int64 {
	t.Helper()
	c, ok := src.pkg.Scope().Lookup(name).(*types.Const)
	if !ok {
		t.Fatalf("%s has no constant %s", src.pkg.Path(), name)
	}
	v, ok := constant.Int64Val(constant.ToInt(c.Val()))
	if !ok {
		t.Fatalf("%s is not an integer", name)
	}
	return v
}

// function returns the body of a function or method, "(*m).becomeSpinning"
// without the receiver.
func (src *source) function(t *testing.T, name string) *ast.BlockStmt {
	t.Helper()
	for _, f := range src.files {
		for _, d := range f.Decls {
			if fd, ok := d.(*ast.FuncDecl); ok && fd.Name.Name == name && fd.Body != nil {
				return fd.Body
			}
		}
	}
	t.Fatalf("%s has no function %s", src.pkg.Path(), name)
	return nil
}

// literals returns the integer literals in a function, in order.
func (src *source) literals(t *testing.T, name string) []int {
	t.Helper()
	var list []int
	ast.Inspect(src.function(t, name), func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.INT {
			v, err := strconv.ParseInt(lit.Value, 0, 64)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, int(v))
		}
		return true
	})
	return list
}

// strings returns the string literals of the package.
func (src *source) strings() map[string]bool {
	set := make(map[string]bool)
	for _, f := range src.files {
		ast.Inspect(f, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if s, err := strconv.Unquote(lit.Value); err == nil {
					set[s] = true
				}
			}
			return true
		})
	}
	return set
}

// TestConstants reads the constants of the model in the toolchain's source.
func TestConstants(t *testing.T) {
	rt, sync := readSource(t, "runtime"), readSource(t, "internal/sync")
	for _, c := range []struct {
		src  *source
		name string
		got  int64
	}{
		{rt, "_Gidle", int64(Idle)}, {rt, "_Grunnable", int64(Runnable)}, {rt, "_Grunning", int64(Running)},
		{rt, "_Gsyscall", int64(Syscall)}, {rt, "_Gwaiting", int64(Waiting)}, {rt, "_Gdead", int64(Dead)},
		{rt, "_Gcopystack", int64(CopyStack)}, {rt, "_Gpreempted", int64(Preempted)},
		{rt, "_GoidCacheBatch", goidCacheSize},
		{rt, "_Pidle", int64(pidle)}, {rt, "_Prunning", int64(prunning)}, {rt, "_Pgcstop", int64(pgcstop)}, {rt, "_Pdead", int64(pdead)},
		{rt, "forcePreemptNS", forcePreemptNS}, {rt, "timerHeapN", timerHeapN},
		{rt, "timerHeaped", timerHeaped}, {rt, "timerModified", timerModified}, {rt, "timerZombie", timerZombie},
		{rt, "stackMin", stackMin},
		{readSource(t, "internal/abi"), "StackSmall", stackSmall}, {readSource(t, "internal/abi"), "StackNosplitBase", stackNosplit},
		{readSource(t, "sync"), "rwmutexMaxReaders", rwmutexMaxReaders},
		{rt, "active_spin", activeSpin},
		{sync, "mutexLocked", mutexLocked}, {sync, "mutexWoken", mutexWoken}, {sync, "mutexStarving", mutexStarving},
		{sync, "mutexWaiterShift", mutexWaiterShift}, {sync, "starvationThresholdNs", starvationThresholdNs},
	} {
		if want := c.src.constant(t, c.name); c.got != want {
			t.Errorf("%s is %d, want %d", c.name, c.got, want)
		}
	}

	ptype := rt.pkg.Scope().Lookup("p").Type().Underlying().(*types.Struct)
	for i := range ptype.NumFields() {
		if f := ptype.Field(i); f.Name() == "runq" {
			if n := f.Type().(*types.Array).Len(); n != runqSize {
				t.Errorf("a local queue has %d slots, want %d", runqSize, n)
			}
		}
	}

	for _, c := range []struct {
		function string
		got      []int
	}{
		{"findRunnable", []int{globalTick}},
		{"stealWork", []int{stealTries}},
		{"runqgrab", []int{stealDelay / 1000}}, // usleep(3)
		{"gfput", []int{gFreeMax, gFreeBatch}},
		{"gfget", []int{gFreeBatch}},
		{"sysmon", []int{sysmonMinUs, sysmonBusy, 10}},
		{"retake", []int{10}},
		{"schedinit", []int{maxMCount}},
		{"netpoll", []int{maxEvents}},
	} {
		have := rt.literals(t, c.function)
		for _, v := range c.got {
			if !slices.Contains(have, v) {
				t.Errorf("%s does not contain %d; its numbers are %v", c.function, v, have)
			}
		}
	}
}

// TestTexts finds the messages of the model in the toolchain's source.
func TestTexts(t *testing.T) {
	rt := readSource(t, "runtime").strings()
	for _, text := range []string{
		"send on closed channel", "close of closed channel", "close of nil channel", "makechan: size out of range",
		"all goroutines are asleep - deadlock!", "no goroutines (main called runtime.Goexit) - deadlock!",
		"go of nil func value", "checkdead: runnable g", "bad g->status in ready", "casgstatus: bad incoming values",
		"runqputslow: queue is not full", "Couldn't put Gs into empty local runq", "schedule: spinning with local work",
		"findRunnable: negative nmspinning", "pidleput: P has non-empty run queue", "startm: p has runnable gs",
		"chansend: spurious wakeup", "selectgo: bad wakeup", "stack overflow", "runtime: double wait",
		"stoplockedm: inconsistent locking", "stoplockedm: not runnable", "startlockedm: locked to me", "startlockedm: m has p",
		"gcstopm: not waiting for gc", "gcstopm: negative nmspinning", "stopTheWorld: not stopped (status != _Pgcstop)",
		"checkdead: inconsistent counts", "wirep: invalid p state", "thread exhaustion", "gfput: bad status (not Gdead)",
		"timer data corruption", "select", "select (no cases)", "sleep", "IO wait", "semacquire", "stopping the world",
		"sync.RWMutex.RLock", "sync.RWMutex.Lock",
		"chan send", "chan receive", "chan send (nil chan)", "chan receive (nil chan)",
		"sync.Mutex.Lock", "sync.WaitGroup.Wait", "sync.Cond.Wait",
	} {
		if !rt[text] {
			t.Errorf("package runtime does not say %q", text)
		}
	}
	mutex := readSource(t, "internal/sync").strings()
	for _, text := range []string{"sync: unlock of unlocked mutex", "sync: inconsistent mutex state"} {
		if !mutex[text] {
			t.Errorf("package internal/sync does not say %q", text)
		}
	}
	wg := readSource(t, "sync").strings()
	for _, text := range []string{
		"sync: negative WaitGroup counter", "sync: WaitGroup misuse: Add called concurrently with Wait",
		"sync: WaitGroup is reused before previous Wait has returned",
		"sync: RUnlock of unlocked RWMutex", "sync: Unlock of unlocked RWMutex",
	} {
		if !wg[text] {
			t.Errorf("package sync does not say %q", text)
		}
	}
}

// TestEventNames: a kind is an event of Go's execution traces or is named
// after a function of package runtime; those of package sync are named after
// type and method.
func TestEventNames(t *testing.T) {
	traced := readSource(t, "internal/trace/tracev2").strings()
	rt := readSource(t, "runtime")
	functions := make(map[string]bool)
	for _, f := range rt.files {
		for _, d := range f.Decls {
			if fd, ok := d.(*ast.FuncDecl); ok {
				functions[fd.Name.Name] = true
			}
		}
	}
	others := map[string]bool{
		"MainExit":  true, // runtime/proc.go: main calls exit
		"MutexLock": true, "MutexSpin": true, "MutexUnlock": true,
		"WaitGroupAdd": true, "WaitGroupWait": true,
		"CondSignal": true, "CondBroadcast": true, "CondWait": true,
		"RWMutexRLock": true, "RWMutexRUnlock": true, "RWMutexLock": true, "RWMutexUnlock": true, "OnceDo": true,
		"Work": true, "TimerSet": true, "TimerRun": true, // Go code; (*timer).modify and unlockAndRun
		"NetRead": true, "NetWrite": true, // internal/poll
	}
	for k := event.ProcStart; k <= event.GcComputeStartingStackSize; k++ {
		name := k.String()
		function := string(unicode.ToLower(rune(name[0]))) + name[1:]
		if !traced[name] && !functions[function] && !functions[name] && !others[name] {
			t.Errorf("%s is no event of a trace and no function of the runtime", name)
		}
	}
	for why := event.WhyMainStart; why <= event.WhyStackStart; why++ {
		e := event.Event{Kind: event.GoStart, Reason: why, Args: event.Args{1, 2, 3, 4}}
		if text := e.String(); e.Why() == "" || strings.Contains(text, "%!") {
			t.Errorf("reason %d reads %q", why, text)
		}
	}
}
