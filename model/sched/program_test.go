package sched_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rtbook/model/event"
	"rtbook/model/sched"
)

// A program is a goroutine program; testdata/README.md has its operations.
type program struct {
	Seed    uint64    `json:"seed"`
	Kind    string    `json:"kind"`
	Chans   []int     `json:"chans"`
	Mutexes int       `json:"mutexes"`
	Wgs     []int     `json:"wgs"`
	Conds   int       `json:"conds"`
	Gors    [][][]any `json:"gors"`
}

// op returns the name and the numbers of an operation.
func op(o []any) (name string, a [2]int) {
	for i, v := range o[1:] {
		switch v := v.(type) {
		case float64: // from JSON
			a[i] = int(v)
		case int:
			a[i] = v
		}
	}
	return o[0].(string), a
}

// unsupported names an operation of p that the model does not have, or "".
func (p *program) unsupported() string {
	for _, ops := range p.Gors {
		for _, o := range ops {
			if name, _ := op(o); name == "sel2" {
				return "sel2: select over several cases is not modelled"
			}
		}
	}
	return ""
}

// A modelRun is one execution of a program on a machine.
type modelRun struct {
	*program
	m     *sched.Machine
	chans []*sched.Chan
	mus   []*sched.Mutex
	wgs   []*sched.WaitGroup
	conds []*sched.Cond
	locks []*sched.Mutex // of the conditions
	all   *sched.WaitGroup
	log   []string
}

func newModelRun(p *program, cfg sched.Config) *modelRun {
	r := &modelRun{program: p, m: sched.New(cfg)}
	for i, size := range p.Chans {
		r.chans = append(r.chans, r.m.NewChan(fmt.Sprint("c", i), size))
	}
	for i := range p.Mutexes {
		r.mus = append(r.mus, r.m.NewMutex(fmt.Sprint("mu", i)))
	}
	for i := range p.Wgs {
		r.wgs = append(r.wgs, r.m.NewWaitGroup(fmt.Sprint("wg", i)))
	}
	for i := range p.Conds {
		r.locks = append(r.locks, r.m.NewMutex(fmt.Sprint("lock", i)))
		r.conds = append(r.conds, r.m.NewCond(fmt.Sprint("cond", i), r.locks[i]))
	}
	r.all = r.m.NewWaitGroup("all")
	r.m.Main(func(g *sched.G) {
		for i, n := range p.Wgs {
			g.Add(r.wgs[i], n)
		}
		g.Add(r.all, len(p.Gors)-1)
		r.body(g, 0)
	})
	return r
}

// run returns the log of p on the model, in the form of programs.tsv without
// the first two columns.
func (p *program) run(cfg sched.Config) []string {
	r := newModelRun(p, cfg)
	err := r.m.TryRun()
	var dead *event.Throw
	switch {
	case err == nil:
		r.log = append(r.log, "-\t-\tEXIT\t0\t0")
	case errors.As(err, &dead) && dead.Text == "all goroutines are asleep - deadlock!":
		r.log = append(r.log, "-\t-\tDEADLOCK\t0\t0")
	default:
		r.log = append(r.log, "-\t-\t"+err.Error()+"\t0\t0")
	}
	return r.log
}

func (r *modelRun) say(id, pc int, name string, r1, r2 int) {
	r.log = append(r.log, fmt.Sprintf("%d\t%d\t%s\t%d\t%d", id, pc, name, r1, r2))
}

func (r *modelRun) body(g *sched.G, id int) {
	r.say(id, -1, "start", 0, 0)
	for pc, o := range r.Gors[id] {
		r.do(g, id, pc, o)
	}
	if id != 0 {
		r.say(id, -2, "end", 0, 0)
		g.Done(r.all)
	}
}

func (r *modelRun) do(g *sched.G, id, pc int, o []any) {
	name, a := op(o)
	r1, r2 := 0, 0
	switch name {
	case "go":
		g.Go(fmt.Sprint("g", a[0]), func(g *sched.G) { r.body(g, a[0]) })
	case "yield":
		g.Gosched()
	case "send":
		g.Send(r.chans[a[0]], a[1])
	case "recv":
		v, ok := g.Recv2(r.chans[a[0]])
		r1, r2 = number(v), bit(ok)
	case "range":
		for {
			v, ok := g.Recv2(r.chans[a[0]])
			if !ok {
				break
			}
			r.say(id, pc, name, number(v), 1)
		}
	case "close":
		g.Close(r.chans[a[0]])
	case "lock":
		g.Lock(r.mus[a[0]])
	case "unlock":
		g.Unlock(r.mus[a[0]])
	case "trysend":
		r1 = bit(g.TrySend(r.chans[a[0]], a[1]))
	case "tryrecv":
		v, ok, ready := g.TryRecv(r.chans[a[0]])
		if r1, r2 = number(v), bit(ok); !ready {
			r2 = 2
		}
	case "wgdone":
		g.Done(r.wgs[a[0]])
	case "wgwait":
		g.Wait(r.wgs[a[0]])
	case "condwait":
		g.Lock(r.locks[a[0]])
		g.CondWait(r.conds[a[0]])
		g.Unlock(r.locks[a[0]])
	case "signal":
		g.Signal(r.conds[a[0]])
	case "broadcast":
		g.Broadcast(r.conds[a[0]])
	case "join":
		g.Wait(r.all)
	default:
		panic("unknown operation " + name)
	}
	r.say(id, pc, name, r1, r2)
}

func number(v any) int {
	n, _ := v.(int)
	return n
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// atStart is the state in which the logs of testdata were recorded.
var atStart = sched.Config{SchedTick: 1}

// TestPrograms runs the programs of testdata and compares with what the real
// runtime did, operation by operation.
func TestPrograms(t *testing.T) {
	want := readLogs(t, "testdata/programs.tsv")
	files, err := filepath.Glob("testdata/programs/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no programs in testdata: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		t.Run(name, func(t *testing.T) {
			p := readProgram(t, file)
			if why := p.unsupported(); why != "" {
				t.Skip(why)
			}
			diffLogs(t, p.run(atStart), want[name])
		})
	}
}

func readProgram(t *testing.T, file string) *program {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var p program
	if err := json.Unmarshal(data, &p); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return &p
}

// readLogs reads a table of logs: name, sequence number, and the rest of each
// row, which is what is returned by name.
func readLogs(t *testing.T, file string) map[string][]string {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	logs := make(map[string][]string)
	sc := bufio.NewScanner(f)
	for sc.Scan() {
		row := strings.SplitN(sc.Text(), "\t", 3)
		if len(row) == 3 && row[1] != "seq" && row[1] != "step" {
			logs[row[0]] = append(logs[row[0]], row[2])
		}
	}
	if err := sc.Err(); err != nil {
		t.Fatal(err)
	}
	return logs
}

// diffLogs reports the first row in which two logs differ.
func diffLogs(t *testing.T, got, want []string) {
	t.Helper()
	if len(want) == 0 {
		t.Fatal("no log to compare with")
	}
	for i := range max(len(got), len(want)) {
		if at(got, i) != at(want, i) {
			from := max(0, i-5)
			t.Fatalf("row %d: model %q, runtime %q; rows before:\n%s",
				i, at(got, i), at(want, i), strings.Join(want[from:i], "\n"))
		}
	}
}

func at(rows []string, i int) string {
	if i < len(rows) {
		return rows[i]
	}
	return "(end of the log)"
}
