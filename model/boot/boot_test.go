package boot

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"rtbook/model/event"
)

func TestRun(t *testing.T) {
	m := New(Config{CPUs: 4, Record: true})
	m.Run()
	s := m.Snapshot()
	if !s.Has(Exited) || s.Throw != nil || s.Unmet != nil {
		t.Fatalf("after Run: exited %t, throw %v, unmet %v", s.Has(Exited), s.Throw, s.Unmet)
	}
	if m.Step() {
		t.Error("Step after the end says that there was a step")
	}
	events := m.Events()
	if len(events) != len(m.Steps()) || s.Done != len(events) {
		t.Fatalf("%d events and %d steps done, want %d of each", len(events), s.Done, len(m.Steps()))
	}
	for i, step := range m.Steps() {
		e := events[i]
		if e.Kind.String() != step.Name || e.Why() != step.Why || e.Time != int64(i+1) {
			t.Errorf("event %d is %q (%q) at %d, want %q (%q) at %d", i, e.Kind, e.Why(), e.Time, step.Name, step.Why, i+1)
		}
	}
}

func TestEventsOnlyIfRecorded(t *testing.T) {
	m := New(Config{})
	m.Run()
	if n := len(m.Events()); n != 0 {
		t.Errorf("%d events without Record, want none", n)
	}
}

// TestStepsAreComplete wants of every step what a page shows of it.
func TestStepsAreComplete(t *testing.T) {
	names := map[string]bool{}
	made := map[Fact]string{}
	for _, s := range New(Config{}).Steps() {
		if s.Name == "" || s.Func == "" || s.File == "" || s.Source == "" || s.Does == "" || s.Why == "" {
			t.Errorf("step %q lacks something: %+v", s.Name, s)
		}
		if strings.HasPrefix(s.Name, "Kind(") {
			t.Errorf("the event of %q has no name", s.Source)
		}
		if names[s.Name] {
			t.Errorf("two steps are named %q", s.Name)
		}
		names[s.Name] = true
		for _, n := range s.Needs {
			if n.Text == "" {
				t.Errorf("%s: what happens without %q is not said", s.Name, n.Fact)
			}
		}
		for _, f := range s.Gives {
			if made[f] != "" {
				t.Errorf("%q is made by %s and by %s", f, made[f], s.Name)
			}
			made[f] = s.Name
		}
	}
}

// TestEachNeed takes away one fact at a time: the step that needs it must not
// run, and must say which need it was.
func TestEachNeed(t *testing.T) {
	edges := 0
	for i, s := range allSteps() {
		for _, need := range s.Needs {
			edges++
			m := New(Config{})
			for range i {
				m.Step()
			}
			if !m.known[need.Fact] {
				t.Errorf("%s needs %q, which no earlier step makes", s.Name, need.Fact)
				continue
			}
			delete(m.known, need.Fact)
			throw := m.Try()
			if throw == nil || m.next != i {
				t.Errorf("%s ran without %q", s.Name, need.Fact)
				continue
			}
			if !strings.Contains(throw.Error(), s.Name+" needs "+string(need.Fact)) {
				t.Errorf("%s without %q ended with %q", s.Name, need.Fact, throw)
			}
			if need.Without == Throws && throw.Text != need.Text {
				t.Errorf("%s without %q threw %q, want the runtime's own %q", s.Name, need.Fact, throw.Text, need.Text)
			}
		}
	}
	if edges < 50 {
		t.Errorf("there are %d needs, want at least 50", edges)
	}
}

// TestMoveAcrossNeed moves each step in front of the maker of something that
// it needs, which must throw.
func TestMoveAcrossNeed(t *testing.T) {
	makers := map[Fact]string{}
	for _, s := range New(Config{}).Steps() {
		for _, need := range s.Needs {
			m := New(Config{})
			if err := m.Move(s.Name, makers[need.Fact]); err != nil {
				t.Fatal(err)
			}
			throw := m.Try()
			if throw == nil {
				t.Errorf("%s before %s ran to the end", s.Name, makers[need.Fact])
				continue
			}
			if !strings.Contains(throw.Error(), s.Name+" needs ") {
				t.Errorf("%s before %s ended elsewhere: %v", s.Name, makers[need.Fact], throw)
			}
		}
		for _, f := range s.Gives {
			makers[f] = s.Name
		}
	}
}

// TestKnownEdges has the reasons that the source gives in its own comments.
func TestKnownEdges(t *testing.T) {
	for _, tc := range []struct{ move, before, text string }{
		{"mallocinit", "args", "failed to get system page size"},                         // malloc.go: mallocinit
		{"mallocinit", "randinit", "randinit missed"},                                    // "must run before mallocinit, alginit, mcommoninit"
		{"alginit", "randinit", "alginit needs internal/cpu.X86"},                        // as above; cpuinit "must run before alginit"
		{"mcommoninit", "mallocinit", "mcommoninit needs mheap_"},                        // it allocates
		{"typelinksinit", "alginit", "typelinksinit needs active"},                       // "uses maps, activeModules"
		{"itabsinit", "modulesinit", "itabsinit needs active"},                           // "uses activeModules"
		{"gcinit", "runExitHooks", "all goroutines are asleep - deadlock!"},              // a collection takes gcinit's semaphores
		{"defaultGOMAXPROCSInit", "parseRuntimeDebugVars", "needs the GODEBUG settings"}, // "Must run after parsedebugvars"
		{"minit", "mcommoninit", "minit needs m0.gsignal"},                               // the signal stack
		{"main.main", "memstats.enablegc", "main.main needs initialised packages"},
	} {
		m := New(Config{})
		if err := m.Move(tc.move, tc.before); err != nil {
			t.Fatal(err)
		}
		if throw := m.Try(); throw == nil || !strings.HasPrefix(throw.Text, tc.text) && !strings.Contains(throw.Text, tc.text) {
			t.Errorf("%s before %s: %v, want %q", tc.move, tc.before, throw, tc.text)
		}
	}
}

// TestExists is what exists when: the facts that a program could observe.
func TestExists(t *testing.T) {
	m := New(Config{CPUs: 2})
	for m.Step() {
		s := m.Snapshot()
		if len(s.Threads) > 1 && !s.Has(Sysmon) && s.Step != "newm(sysmon)" {
			t.Errorf("after %s there are %d threads and no sysmon", s.Step, len(s.Threads))
		}
		if len(s.Goroutines) > 0 && !s.Has(Ps) {
			t.Errorf("after %s there is a goroutine and no P", s.Step)
		}
		if s.GCEnabled && !s.Has(HelpersParked) {
			t.Errorf("after %s the collector may start and its helpers are not ready", s.Step)
		}
		if s.Has(HashKeys) && !s.Has(CPUFeatures) || s.Has(Gsignal) && !s.Has(Heap) {
			t.Errorf("after %s something exists too early: %v", s.Step, s.Exists)
		}
		if s.WorldStopped != (s.Has(WorldStopped) && !s.Has(WorldStarted)) {
			t.Errorf("after %s world stopped is %t", s.Step, s.WorldStopped)
		}
	}
}

func TestRunTo(t *testing.T) {
	m := New(Config{})
	m.RunTo("procresize")
	s := m.Snapshot()
	if s.Step != "procresize" || s.Procs != 1 || len(s.Goroutines) != 0 || len(s.Threads) != 1 {
		t.Errorf("after procresize: %+v", s)
	}
	m.RunTo("no such step")
	if !m.Snapshot().Has(Exited) {
		t.Error("RunTo of an unknown step did not run to the end")
	}
}

// TestThrowFreezes: after a throw, every operation ends the same way, and the
// state can still be read.
func TestThrowFreezes(t *testing.T) {
	m := New(Config{})
	if err := m.Skip("sched.maxmcount"); err != nil {
		t.Fatal(err)
	}
	first := m.Try()
	if first == nil || first.Text != "thread exhaustion" {
		t.Fatalf("without a thread limit: %v, want thread exhaustion", first)
	}
	for name, op := range map[string]func(){
		"Step": func() { m.Step() }, "Run": m.Run, "RunTo": func() { m.RunTo("exit") },
		"Skip": func() { m.Skip("exit") }, "Move": func() { m.Move("exit", "secure") },
	} {
		func() {
			defer func() {
				if got := recover(); got != any(first) {
					t.Errorf("%s after the throw panicked with %v, want the same throw", name, got)
				}
			}()
			op()
		}()
	}
	s := m.Snapshot()
	if s.Throw != first || s.Step != "alginit" || !s.Has(Heap) {
		t.Errorf("snapshot after the throw: step %q, throw %v", s.Step, s.Throw)
	}
}

func TestLenient(t *testing.T) {
	m := New(Config{Lenient: true})
	if err := m.Move("alginit", "cpuinit"); err != nil {
		t.Fatal(err)
	}
	if throw := m.Try(); throw != nil {
		t.Fatalf("a lenient machine ended with %v", throw)
	}
	s := m.Snapshot()
	if len(s.Unmet) != 1 || s.Unmet[0].Step != "alginit" || s.Unmet[0].Need.Fact != CPUFeatures {
		t.Errorf("unmet needs are %v, want alginit's of the CPU features", s.Unmet)
	}
}

func TestWithoutExit(t *testing.T) {
	m := New(Config{})
	if err := m.Skip("exit"); err != nil {
		t.Fatal(err)
	}
	if throw := m.Try(); throw == nil || !strings.Contains(throw.State, "nil pointer") {
		t.Errorf("without exit: %v", throw)
	}
}

func TestBadOrder(t *testing.T) {
	m := New(Config{})
	m.RunTo("check")
	for what, err := range map[string]error{
		`boot: skip: there is no step "maloc"`:     m.Skip("maloc"),
		`boot: skip: step "settls" has run`:        m.Skip("settls"),
		`boot: move: there is no step "maloc"`:     m.Move("maloc", "args"),
		`boot: move args: there is no step "nope"`: m.Move("args", "nope"),
		`boot: move args: step "CPUID" has run`:    m.Move("args", "CPUID"),
	} {
		if err == nil || err.Error() != what {
			t.Errorf("error is %v, want %s", err, what)
		}
	}
	before := m.Steps()
	if err := m.Move("args", "args"); err != nil {
		t.Error(err)
	}
	if after := m.Steps(); len(after) != len(before) || after[9].Name != before[9].Name {
		t.Error("moving a step before itself changed the order")
	}
	if throw := m.Try(); throw != nil {
		t.Errorf("after moves that failed: %v", throw)
	}
}

// TestMachinesAreIndependent: an experiment on one machine changes no other.
func TestMachinesAreIndependent(t *testing.T) {
	a := New(Config{})
	if err := a.Skip("mallocinit"); err != nil {
		t.Fatal(err)
	}
	if throw := New(Config{}).Try(); throw != nil {
		t.Errorf("a new machine ended with %v", throw)
	}
	list := a.Steps()
	list[0].Name = "changed"
	if a.Steps()[0].Name == "changed" {
		t.Error("Steps hands out the machine's own steps")
	}
}

// TestNumbersOfTheSource ties the constants to the statements that
// TestSourceOrder finds in the toolchain.
func TestNumbersOfTheSource(t *testing.T) {
	for kind, n := range map[event.Kind]int{
		event.BootMaxMCount: maxMCount, event.BootCrashStack: crashStackBytes, event.BootStackMax: maxStackSize,
	} {
		i := slices.IndexFunc(allSteps(), func(s step) bool { return s.kind == kind })
		if s := allSteps()[i]; !strings.Contains(s.Source, strconv.Itoa(n)) {
			t.Errorf("%s: the model's number is %d, the statement is %q", s.Name, n, s.Source)
		}
	}
	if s := allSteps()[2]; s.Source != "LEAQ (-64*1024)(SP), BX" || g0StackBytes != 64*1024 {
		t.Errorf("g0's stack has %d bytes, the statement is %q", g0StackBytes, s.Source)
	}
}

func TestOutcomeString(t *testing.T) {
	for o, want := range map[Outcome]string{Throws: "throws", Crashes: "crashes", Goes: "goes on"} {
		if o.String() != want {
			t.Errorf("Outcome %d is %q, want %q", int(o), o, want)
		}
	}
}

// TestOrder: the text has every step once, in order, in lines of a page.
func TestOrder(t *testing.T) {
	m := New(Config{})
	if err := m.Move("cpuinit", "mallocinit"); err != nil {
		t.Fatal(err)
	}
	text := m.Order()
	for line := range strings.Lines(text) {
		if line = strings.TrimSuffix(line, "\n"); len(line) > 72 || strings.TrimRight(line, " ") != line {
			t.Errorf("line %q is too long or ends in blanks", line)
		}
	}
	rest := text
	for _, s := range m.Steps() {
		_, after, ok := strings.Cut(rest, s.Name)
		if !ok {
			t.Fatalf("%s is missing or out of place in\n%s", s.Name, text)
		}
		rest = after
	}
}
