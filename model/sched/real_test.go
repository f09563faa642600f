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
// compares their logs, operation by operation.
func TestReal(t *testing.T) {
	child := buildChild(t)
	n := 60
	if testing.Short() {
		n = 10
	}
	seed := rand.Uint64()
	for i := range n {
		p := randomProgram(seed + uint64(i))
		t.Run(fmt.Sprintf("%s-%d", p.Kind, p.Seed), func(t *testing.T) {
			t.Logf("seed %d", p.Seed)
			child.compare(t, p, p.run(atStart))
		})
	}
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
type realChild struct{ exe, dir string }

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

// compare runs p until the child's log is want. A run in which the system took
// the CPU from the child for so long that sysmon preempted a goroutine, or that
// a mutex went into starvation mode, is not what is compared, so several are
// tried.
func (c *realChild) compare(t *testing.T, p *program, want []string) {
	t.Helper()
	var got []string
	for range 5 {
		if got = c.run(t, p); slices.Equal(got, want) {
			return
		}
	}
	t.Errorf("seed %d, kind %s: five runs, none like the model", p.Seed, p.Kind)
	diffLogs(t, want, got)
}

func (c *realChild) run(t *testing.T, p *program) []string {
	t.Helper()
	source, log := filepath.Join(c.dir, "program.json"), filepath.Join(c.dir, "log")
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
	cmd := exec.Command(c.exe, source, log)
	cmd.Env = []string{"GOMAXPROCS=1", "GOGC=off"}
	out, runErr := cmd.CombinedOutput()
	data, err = os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	rows := strings.Split(strings.TrimSpace(string(bytes.TrimRight(data, "\x00"))), "\n")
	switch {
	case runErr == nil:
	case bytes.Contains(out, []byte("all goroutines are asleep - deadlock!")):
		rows = append(rows, "-\t-\tDEADLOCK\t0\t0")
	default:
		t.Fatalf("child: %v\n%s", runErr, out)
	}
	return rows
}

// A builder makes a random program.
type builder struct {
	*program
	r *rand.Rand
}

// randomProgram makes a program of one of three kinds: small and wide ones
// whose sends and receives come in pairs but in any order, so that deadlocks
// are part of what is compared; and calm ones, which always end.
func randomProgram(seed uint64) *program {
	r := rand.New(rand.NewPCG(seed, 0))
	b := builder{&program{Seed: seed}, r}
	gors := 2 + r.IntN(12)
	switch r.IntN(4) {
	case 0:
		b.Kind, gors = "wide", 200+r.IntN(500)
	case 1:
		b.Kind = "small"
	default:
		b.Kind, gors = "calm", 2+r.IntN(60)
	}
	b.Gors = make([][][]any, gors)
	if b.Kind == "calm" {
		b.calm()
	} else {
		b.wild()
	}
	if b.Kind != "wide" { // where waits would last for 1 ms and be handed over
		for mu := range r.IntN(3) {
			b.Mutexes = mu + 1
			for range gors {
				b.critical(mu)
			}
		}
	}
	for g := 1; g < gors; g++ {
		parent := 0
		if r.IntN(3) == 0 {
			parent = r.IntN(g)
		}
		b.Gors[parent] = slices.Insert(b.Gors[parent], 0, []any{"go", g})
	}
	b.append(0, "join")
	return b.program
}

func (b builder) anyone() int { return b.r.IntN(len(b.Gors)) }

func (b builder) append(g int, o ...any) { b.Gors[g] = append(b.Gors[g], o) }

func (b builder) insert(g int, o ...any) {
	b.Gors[g] = slices.Insert(b.Gors[g], b.r.IntN(len(b.Gors[g])+1), o)
}

// calm adds sends that never block, and after them as many receives.
func (b builder) calm() {
	n := len(b.Gors) * (1 + b.r.IntN(4))
	for range 1 + b.r.IntN(3) {
		b.Chans = append(b.Chans, n)
	}
	for v := range n {
		b.append(b.anyone(), "send", v%len(b.Chans), v+1)
		if b.r.IntN(4) == 0 {
			b.append(b.anyone(), "yield")
		}
	}
	for v := range n {
		b.append(b.anyone(), "recv", v%len(b.Chans))
		if b.r.IntN(4) == 0 {
			b.append(b.anyone(), "yield")
		}
	}
}

func (b builder) wild() {
	for range 1 + b.r.IntN(4) {
		b.Chans = append(b.Chans, max(0, b.r.IntN(6)-2))
	}
	for v := range len(b.Gors) * (1 + b.r.IntN(3)) {
		c := b.r.IntN(len(b.Chans))
		switch b.r.IntN(10) {
		case 0:
			b.insert(b.anyone(), "trysend", c, v+1)
		case 1:
			b.insert(b.anyone(), "tryrecv", c)
		case 2, 3:
			b.insert(b.anyone(), "yield")
		default:
			b.insert(b.anyone(), "send", c, v+1)
			b.insert(b.anyone(), "recv", c)
		}
	}
	b.closer()
	b.conditions()
	for w := range b.r.IntN(3) {
		b.Wgs = append(b.Wgs, 1+b.r.IntN(3))
		for range b.Wgs[w] {
			b.insert(b.anyone(), "wgdone", w)
		}
		for range 1 + b.r.IntN(4) {
			b.insert(b.anyone(), "wgwait", w)
		}
	}
}

// closer adds a channel that one goroutine fills and closes and that others
// range over.
func (b builder) closer() {
	c := len(b.Chans)
	b.Chans = append(b.Chans, b.r.IntN(4))
	g := b.anyone()
	for i := range b.r.IntN(6) {
		b.append(g, "send", c, 1000+i)
	}
	b.append(g, "close", c)
	for range 1 + b.r.IntN(4) {
		if other := b.anyone(); other != g {
			b.append(other, "range", c)
		}
	}
}

// conditions adds waits for conditions, and as many signals; now and then a
// broadcast.
func (b builder) conditions() {
	b.Conds = b.r.IntN(3)
	for d := range b.Conds {
		for range 1 + b.r.IntN(6) {
			b.insert(b.anyone(), "condwait", d)
			b.insert(b.anyone(), "signal", d)
		}
		if b.r.IntN(2) == 0 {
			b.insert(b.anyone(), "broadcast", d)
		}
	}
}

// critical adds a critical section to some goroutine.
func (b builder) critical(mu int) {
	g := b.anyone()
	b.append(g, "lock", mu)
	for range b.r.IntN(3) {
		b.append(g, "yield")
	}
	b.append(g, "unlock", mu)
}
