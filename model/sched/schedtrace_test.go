package sched_test

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"rtbook/model/sched"
)

// TestSchedTrace: the lines have the form of those of GODEBUG=schedtrace.
func TestSchedTrace(t *testing.T) {
	for _, detailed := range []bool{false, true} {
		m := sched.New(sched.Config{Procs: 2, SchedTrace: 5, SchedDetail: detailed})
		m.Main(func(g *sched.G) {
			g.LockOSThread()
			g.Go("loop", func(g *sched.G) { g.Work(30e6) })
			g.Sleep(20e6)
		})
		m.Run()
		if n := strings.Count(m.SchedTrace(), "SCHED "); n < 3 || n > 5 {
			t.Errorf("%d lines in 20 ms, one each 5 ms:\n%s", n, m.SchedTrace())
		}
		realText := realSchedTrace(t, detailed)
		for _, text := range []string{m.SchedTrace(), realText} {
			if !strings.HasPrefix(text, "SCHED 0ms: ") {
				t.Errorf("the first line is not of the first look:\n%s", text)
			}
		}
		real := shapes(realText)
		for shape, line := range shapes(m.SchedTrace()) {
			if real[shape] == "" {
				t.Errorf("no line of the runtime has the form of %q", line)
			}
		}
		for shape, line := range real {
			if shapes(m.SchedTrace())[shape] == "" && !strings.Contains(line, "(") {
				t.Errorf("no line of the model has the form of %q", line)
			}
		}
	}
}

// TestSchedTraceLine: the numbers, of a state made by hand.
func TestSchedTraceLine(t *testing.T) {
	snap := sched.Snapshot{
		Time: 13_019_998, Sysmon: sched.SysmonState{TraceStart: 20_000}, Ps: []sched.PState{{SchedTick: 7, Queue: []int64{4, 5}}, {SchedTick: 9}},
		IdlePs: []int{1}, Threads: 5, Spinning: 1, NeedSpinning: true, IdleMs: []int{2, 3}, Global: []int64{8},
	}
	want := "SCHED 12ms: gomaxprocs=2 idleprocs=1 threads=5 spinningthreads=1 needspinning=1 idlethreads=2 runqueue=1 [ 2 0 ] schedticks=[ 7 9 ]\n"
	if got := snap.SchedTrace(false); got != want {
		t.Errorf("line %q, want %q", got, want)
	}
}

var (
	values = regexp.MustCompile(`=(nil|true|false|-?\d+)`)
	digits = regexp.MustCompile(`\d+`)
	reason = regexp.MustCompile(`\([^)]*\)`)
)

// shapes are the forms of lines, without their values, and a line of each.
func shapes(text string) map[string]string {
	set := make(map[string]string)
	for line := range strings.Lines(text) {
		if f := strings.Fields(line); len(f) > 0 && (f[0] == "SCHED" || strings.HasPrefix(line, "  ")) {
			shape := values.ReplaceAllString(reason.ReplaceAllString(line, "()"), "=0")
			set[digits.ReplaceAllString(shape, "0")] = line
		}
	}
	return set
}

func realSchedTrace(t *testing.T, detailed bool) string {
	t.Helper()
	child := buildChild(t)
	p := &program{Kind: "schedtrace", Gors: [][][]any{{{"sleep", 30}}}}
	source, log := child.files(t, p)
	cmd := exec.Command(filepath.Join(child.dir, "child"), source, log)
	cmd.Env = []string{"GOMAXPROCS=2", "GODEBUG=schedtrace=5"}
	if detailed {
		cmd.Env[1] += ",scheddetail=1"
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("child: %v\n%s", err, out)
	}
	return string(out)
}
