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
	RWs     int       `json:"rws"`
	Onces   int       `json:"onces"`
	Pipes   int       `json:"pipes"`
	Gors    [][][]any `json:"gors"`
}

// op returns the name and the numbers of an operation.
func op(o []any) (name string, a []int) {
	a = make([]int, max(2, len(o)-1))
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

// A modelRun is one execution of a program on a machine.
type modelRun struct {
	*program
	m     *sched.Machine
	chans []*sched.Chan
	mus   []*sched.Mutex
	wgs   []*sched.WaitGroup
	conds []*sched.Cond
	locks []*sched.Mutex // of the conditions
	rws   []*sched.RWMutex
	onces []*sched.Once
	pipes []*sched.FD
	all   *sched.WaitGroup
	log   []string

	// ambiguous is set when a select had several cases ready, among which the
	// real runtime chooses by chance.
	ambiguous bool
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
	for i := range p.RWs {
		r.rws = append(r.rws, r.m.NewRWMutex(fmt.Sprint("rw", i)))
	}
	for i := range p.Onces {
		r.onces = append(r.onces, r.m.NewOnce(fmt.Sprint("once", i)))
	}
	for i := range p.Pipes {
		r.pipes = append(r.pipes, r.m.NewFD(fmt.Sprint("pipe", i)))
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
	return r.finish()
}

func (r *modelRun) finish() []string {
	err := r.m.TryRun()
	var dead *event.Throw
	var panicked *sched.Panic
	end := "EXIT"
	switch {
	case err == nil:
	case errors.As(err, &dead) && dead.Text == "all goroutines are asleep - deadlock!":
		end = "DEADLOCK"
	case errors.As(err, &dead):
		end = "fatal error: " + dead.Text
	case errors.As(err, &panicked):
		end = fmt.Sprint("panic: ", panicked.Value)
	default:
		end = err.Error()
	}
	r.log = append(r.log, "-\t-\t"+end+"\t0\t0")
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
	case "sel2":
		r.lookForTwo(sched.RecvCase(r.chans[a[0]]), sched.RecvCase(r.chans[a[1]]))
		i, v, _ := g.Select(sched.RecvCase(r.chans[a[0]]), sched.RecvCase(r.chans[a[1]]))
		r1, r2 = number(v), i
	case "select":
		r1, r2 = r.choose(g, a)
	case "sendp":
		r1 = recovers(g, func() { g.Send(r.chans[a[0]], a[1]) })
	case "closep":
		r1 = recovers(g, func() { g.Close(r.chans[a[0]]) })
	case "nilchan":
		g.TryRecv(nil)
	case "trylock":
		if g.TryLock(r.mus[a[0]]) {
			r1 = 1
			g.Unlock(r.mus[a[0]])
		}
	case "rlock":
		g.RLock(r.rws[a[0]])
	case "runlock":
		g.RUnlock(r.rws[a[0]])
	case "rwlock":
		g.RWLock(r.rws[a[0]])
	case "rwunlock":
		g.RWUnlock(r.rws[a[0]])
	case "once":
		g.Do(r.onces[a[0]], func() {
			r.say(id, pc, "first", 0, 0)
			g.Gosched()
		})
	case "goexit":
		defer func() {
			if g.Running() {
				r.say(id, -2, "end", 0, 0)
				g.Done(r.all)
			}
		}()
		g.Goexit()
	case "lockthread":
		g.LockOSThread()
	case "unlockthread":
		g.UnlockOSThread()
	case "sleep":
		g.Sleep(int64(a[0]) * 1e6)
	case "after":
		g.Recv(g.After("after", int64(a[0])*1e6))
	case "afterfunc":
		g.AfterFunc(fmt.Sprint("g", a[1]), int64(a[0])*1e6, func(g *sched.G) { r.body(g, a[1]) })
	case "syscall":
		g.Syscall(int64(a[0]) * 1e6)
	case "spin":
		g.Work(int64(a[0]) * 1e6)
	case "usyscall":
		g.Syscall(int64(a[0]) * 1000)
	case "ublock":
		g.SyscallBlock(int64(a[0]) * 1000)
	case "uwork":
		g.Work(int64(a[0]) * 1000)
	case "usleep":
		g.Sleep(int64(a[0]) * 1000)
	case "procs":
		g.GOMAXPROCS(a[0])
	case "call":
		g.Call(a[0], func() { g.Gosched() })
	case "goyield":
		g.Yield()
	case "ticker":
		t := g.NewTicker("ticker", int64(a[0])*1000)
		g.Recv(t.C)
		g.Recv(t.C)
		g.StopTimer(t)
	case "read":
		g.Read(r.pipes[a[0]])
	case "write":
		g.Write(r.pipes[a[0]])
	case "join":
		g.Wait(r.all)
	default:
		panic("unknown operation " + name)
	}
	r.say(id, pc, name, r1, r2)
}

// recovers calls f and returns 1 if it panicked. What unwinds the body of a
// program that has died goes on.
func recovers(g *sched.G, f func()) int {
	value := panicOf(f)
	if !g.Running() {
		panic(value)
	}
	return bit(value != nil)
}

// choose is a select; see testdata/README.md.
func (r *modelRun) choose(g *sched.G, a []int) (v, i int) {
	var cases []sched.Case
	for k := 1; k < len(a); k += 2 {
		c := sched.RecvCase(r.chans[a[k+1]])
		if a[k] != 0 {
			c = sched.SendCase(r.chans[a[k+1]], a[k])
		}
		cases = append(cases, c)
	}
	r.lookForTwo(cases...)
	var got any
	if a[0] == 0 {
		i, got, _ = g.TrySelect(cases...)
	} else {
		i, got, _ = g.Select(cases...)
	}
	return number(got), i
}

// lookForTwo notes whether several cases are ready.
func (r *modelRun) lookForTwo(cases ...sched.Case) {
	snap := r.m.Snapshot()
	ready := 0
	for _, c := range cases {
		for i, ch := range r.chans {
			if ch != c.Chan {
				continue
			}
			s := snap.Chans[i]
			if c.Send && (s.Closed || s.Len < s.Cap || len(s.Receivers) > 0) || !c.Send && (s.Closed || s.Len > 0 || len(s.Senders) > 0) {
				ready++
			}
		}
	}
	r.ambiguous = r.ambiguous || ready > 1
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
//
// A step takes the least possible time: a mutex starves and sysmon looks only
// where a program sleeps, as in a run that nothing disturbs.
var atStart = sched.Config{SchedTick: 1, Costs: sched.Costs{
	Go: 1, Chan: 1, Sync: 1, Ready: 1, Switch: 1, Find: 1, Syscall: 1, Print: 1, Other: 1,
}}

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
