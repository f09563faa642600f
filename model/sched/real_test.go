package sched_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestRealVectors checks the harness of TestReal: the child must do with the
// programs of testdata what is recorded there.
func TestRealVectors(t *testing.T) {
	child := buildChild(t)
	want := readLogs(t, "testdata/programs.tsv")
	for _, name := range []string{"01-basic", "11-mixed", "18-fan", "24-dead"} {
		p := readProgram(t, filepath.Join("testdata/programs", name+".json"))
		child.compare(t, p, want[name])
	}
}

// TestReal runs random programs on the real runtime and on the model and
// compares their logs, operation by operation. RTBOOK_LONG=1 runs thousands.
func TestReal(t *testing.T) {
	child := buildChild(t)
	n := 200
	switch {
	case os.Getenv("RTBOOK_LONG") != "":
		n = 4000
	case testing.Short():
		n = 20
	}
	seed := rand.Uint64()
	kinds := make(map[string]int)
	for range n {
		var p *program
		var want []string
		for { // until no select has a choice
			p = randomProgram(seed)
			seed++
			r := newModelRun(p, atStart)
			if want = r.finish(); !r.ambiguous {
				break
			}
		}
		kinds[p.Kind]++
		child.compare(t, p, want)
		if t.Failed() {
			break
		}
	}
	t.Logf("%d programs: %v; %d runs repeated", n, kinds, child.repeated)
}

// TestRealSpawn: n goroutines from one that then blocks, at the sizes of the
// local queue and around them, where the first half spills.
func TestRealSpawn(t *testing.T) {
	child := buildChild(t)
	for _, n := range []int{1, 2, 60, 61, 62, 256, 257, 258, 259, 300, 386, 387, 1000, 2000} {
		p := &program{Kind: fmt.Sprintf("spawn-%d", n), Gors: make([][][]any, n+1)}
		for g := range n {
			p.Gors[0] = append(p.Gors[0], []any{"go", g + 1})
		}
		p.Gors[0] = append(p.Gors[0], []any{"join"})
		child.compare(t, p, p.run(atStart))
	}
}

// A realChild is a built testdata/realchild.
type realChild struct {
	exe, dir string
	repeated int // runs that were unlike the model, and were tried again
}

func buildChild(t *testing.T) *realChild {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("the child maps its log, which is done for Linux only")
	}
	dir := t.TempDir()
	c := &realChild{exe: filepath.Join(dir, "child"), dir: dir}
	cmd := exec.Command("go", "build", "-o", c.exe, "./testdata/realchild")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("building the child: %v\n%s", err, out)
	}
	return c
}

// tries is how often a program is run until a run is like the model's. The
// system may take the CPU from the child for so long that sysmon preempts a
// goroutine or polls, or that a mutex goes into starvation mode; such a run is
// not what is compared.
const tries = 10

// compare runs p until the child's log is want. A program that never does it
// is shrunk and printed.
func (c *realChild) compare(t *testing.T, p *program, want []string) {
	t.Helper()
	got, same := c.like(t, p, want)
	if same {
		return
	}
	small := shrink(p, func(p *program) bool {
		r := newModelRun(p, atStart)
		want := r.finish()
		if r.ambiguous {
			return false
		}
		_, same := c.like(t, p, want)
		return !same
	})
	source, _ := json.Marshal(small)
	t.Errorf("seed %d, kind %s: %d runs, none like the model; shrunk:\n%s\n%s", p.Seed, p.Kind, tries, small.goSource(), source)
	diffLogs(t, want, got)
}

// like reports whether one of some runs of p is like the model's.
func (c *realChild) like(t *testing.T, p *program, want []string) (got []string, same bool) {
	t.Helper()
	for i := range tries {
		if i > 0 {
			c.repeated++
		}
		if got = c.run(t, p); slices.Equal(got, want) {
			return got, true
		}
	}
	return got, false
}

// files writes p, and an empty log, for the child.
func (c *realChild) files(t *testing.T, p *program) (source, log string) {
	t.Helper()
	source, log = filepath.Join(c.dir, "program.json"), filepath.Join(c.dir, "log")
	data, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(source, data, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(log, make([]byte, 1<<20), 0o644); err != nil {
		t.Fatal(err)
	}
	return source, log
}

func (c *realChild) run(t *testing.T, p *program) []string {
	t.Helper()
	source, log := c.files(t, p)
	cmd := exec.Command(c.exe, source, log)
	cmd.Env = []string{"GOMAXPROCS=1", "GOGC=off"}
	kill := time.AfterFunc(5*time.Second, func() { cmd.Process.Kill() })
	defer kill.Stop()
	out, runErr := cmd.CombinedOutput()
	data, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	rows := strings.Split(strings.TrimSpace(string(bytes.TrimRight(data, "\x00"))), "\n")
	if runErr != nil {
		// As in the model's log: the first line of what the runtime says.
		end, _, _ := strings.Cut(string(out), "\n")
		end = strings.TrimSuffix(end, " [recovered]")
		if end == "fatal error: all goroutines are asleep - deadlock!" {
			end = "DEADLOCK"
		}
		rows = append(rows, "-\t-\t"+end+"\t0\t0")
	}
	return rows
}
