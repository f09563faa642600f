package sched

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/build"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A probe is a call of an unexported function of package runtime, and of the
// model's.
type probe struct {
	Name  string
	N     []int
	Ops   [][4]int64
	model string
}

// TestRealInternals compares functions of the model, called with random
// arguments, with those of the runtime whose names they carry.
func TestRealInternals(t *testing.T) {
	if testing.Short() {
		t.Skip("builds package runtime")
	}
	dir := t.TempDir()
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {
		filepath.Join(build.Default.GOROOT, "src/runtime/zz_probe.go"): filepath.Join(here, "testdata/runtimechild/probe.go.txt"),
	}})
	if err != nil {
		t.Fatal(err)
	}
	list, exe := filepath.Join(dir, "overlay.json"), filepath.Join(dir, "child")
	if err := os.WriteFile(list, overlay, 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("go", "build", "-overlay", list, "-o", exe, "./testdata/runtimechild").CombinedOutput(); err != nil {
		t.Fatalf("building the child: %v\n%s", err, out)
	}

	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	probes := allProbes(rand.New(rand.NewPCG(seed, 0)))
	input, err := json.Marshal(probes)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Stdin = bytes.NewReader(input)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("child: %v\n%s", err, stderr.Bytes())
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(lines) != len(probes) {
		t.Fatalf("%d answers to %d calls", len(lines), len(probes))
	}
	for i, p := range probes {
		if p.Name == "stack" {
			compareStacks(t, lines[i])
		} else if p.model != lines[i] {
			t.Errorf("%s %v %v:\nmodel   %s\nruntime %s", p.Name, p.N, p.Ops, p.model, lines[i])
		}
	}
}

func allProbes(r *rand.Rand) []probe {
	var list []probe
	add := func(name, model string, n ...int) { list = append(list, probe{Name: name, N: n, model: model}) }
	for had := range runqSize + 1 {
		add("steal", modelSteal(had), had)
	}
	for _, n := range []int{1, 2, 256, 257, 258, 259, 385, 386, 387, 700} {
		add("spill", modelSpill(n), n)
	}
	for range 300 {
		procs, size := 1+r.IntN(12), 1+r.IntN(600)
		s := New(Config{Procs: procs})
		for i := range size {
			s.runq.pushBack(&g{goid: int64(i + 1)})
		}
		_, q := s.globrunqgetbatch(runqSize / 2)
		add("batch", fmt.Sprint(1+q.size), procs, size)
	}
	for _, n := range []int{1, 31, 32, 63, 64, 65, 96, 97, 130, 300} {
		add("free", modelFree(n), n)
	}
	for range 200 {
		stacks := r.IntN(50)
		bytes := r.IntN(1 + stacks*r.IntN(100_000))
		add("start", fmt.Sprint(startingStackSize(uint64(bytes), uint64(stacks))), bytes, stacks)
	}
	for range 300 {
		list = append(list, selectProbe(r))
	}
	for range 300 {
		list = append(list, timersProbe(r))
	}
	add("stack", "", 200)
	return list
}

func modelQueue(pp *p) (ids []uint64) {
	s := new(Machine)
	for gp, _ := s.runqget(pp); gp != nil; gp, _ = s.runqget(pp) {
		ids = append(ids, uint64(gp.goid))
	}
	return ids
}

func modelSteal(had int) string {
	s := New(Config{Procs: 2})
	for i := range had {
		s.runqput(s.allp[1], &g{goid: int64(i + 1)}, false)
	}
	runs := uint64(0)
	mp := s.allm[0]
	c := newCoro(func() {
		if r := s.runqsteal(mp, s.allp[1], 1); r.gp != nil {
			runs = uint64(r.gp.goid)
		}
	})
	for s.co = c; ; {
		if _, more := stepCoro(c); !more {
			break
		}
	}
	return fmt.Sprint(runs, modelQueue(s.allp[0]), modelQueue(s.allp[1]))
}

// stepCoro resumes c and reports whether it paused.
func stepCoro(c *coro) (struct{}, bool) {
	if c.next == nil {
		c.resume()
		return struct{}{}, true
	}
	return c.next()
}

func modelSpill(n int) string {
	s := New(Config{})
	for i := range n {
		s.runqput(s.allp[0], &g{goid: int64(i + 1)}, true)
	}
	var global []uint64
	for gp := s.runq.pop(); gp != nil; gp = s.runq.pop() {
		global = append(global, uint64(gp.goid))
	}
	return fmt.Sprint(modelQueue(s.allp[0]), global)
}

func modelFree(n int) string {
	s := New(Config{Procs: 2})
	for i := range n {
		gp := &g{goid: int64(i + 1), status: Dead, stack: stack{size: stackMin << (i % 2)}}
		s.gfput(s.allp[0], gp)
	}
	local, stack, noStack := s.allp[0].gFree.size, s.gFree.size, s.gFreeNoStack.size
	var order []uint64
	for range stack + noStack {
		order = append(order, uint64(s.gfget(s.allp[1]).goid))
	}
	return fmt.Sprint(local, stack, noStack, order)
}

// selectProbe is a select over some of a few channels, some of them nil.
func selectProbe(r *rand.Rand) probe {
	seed, n := r.Uint64()>>1, 2+r.IntN(7)
	nsends := r.IntN(n + 1)
	s := New(Config{Seed: seed})
	s.chans = nil
	for i := range 5 {
		s.NewChan(fmt.Sprint("c", i), 0)
	}
	p := probe{Name: "select", N: []int{int(seed), nsends}}
	cases := make([]Case, n)
	for i := range n {
		c := r.IntN(6) - 1
		p.N = append(p.N, c)
		// The compiler gives the runtime the receives last to first.
		k := i
		if i >= nsends {
			k = n - 1 - (i - nsends)
		}
		cases[k].Send = i < nsends
		if c >= 0 {
			cases[k].Chan = s.chans[c]
		}
	}
	number := func(order []int) (list []int) {
		list = []int{}
		for _, k := range order {
			if !cases[k].Send {
				k = n - 1 - (k - nsends)
			}
			list = append(list, k)
		}
		return list
	}
	poll := s.pollorder(&g{}, cases)
	p.model = fmt.Sprint(number(poll), number(lockorder(cases, poll)))
	return p
}

func timersProbe(r *rand.Rand) probe {
	n := 1 + r.IntN(40)
	p := probe{Name: "timers", N: []int{n}}
	s := New(Config{Procs: 2, NoSysmon: true})
	s.lastpoll = 0 // nobody is woken
	s.pollUntil = 1
	pp, mp := s.allp[1], s.allm[0]
	ts := &pp.timers
	var ran []int64
	list := make([]*timer, n)
	for i := range list {
		list[i] = &timer{f: func(*m) { ran = append(ran, int64(i)) }}
	}
	now := int64(1)
	c := newCoro(func() {
		for _, op := range p.Ops {
			switch t := list[op[1]%int64(n)]; op[0] {
			case 0:
				if t.state&timerHeaped != 0 {
					s.modify(mp, t, op[2], op[3])
					continue
				}
				t.when, t.period = op[2], op[3]
				ts.cleanHead()
				t.state |= timerHeaped
				ts.add(t)
			case 1:
				t.stop()
			case 2:
				s.now = op[2]
				next, _ := s.checkTimers(mp, pp)
				ran = append(ran, -next)
			}
		}
	})
	for range 5 + r.IntN(150) {
		switch k := r.IntN(10); {
		case k < 6:
			period := int64(0)
			if r.IntN(5) == 0 {
				period = 1 + r.Int64N(500)
			}
			p.Ops = append(p.Ops, [4]int64{0, r.Int64N(40), now + 1 + r.Int64N(1000), period})
		case k < 8:
			p.Ops = append(p.Ops, [4]int64{1, r.Int64N(40), 0, 0})
		default:
			now += r.Int64N(400)
			p.Ops = append(p.Ops, [4]int64{2, 0, now, 0})
		}
	}
	s.co = c
	for more := true; more; {
		_, more = stepCoro(c)
	}
	p.model = fmt.Sprint(ran)
	return p
}

// compareStacks calls as deep as the child did, with frames of the size that
// it had, and compares the sizes of the stack at every depth.
func compareStacks(t *testing.T, line string) {
	t.Helper()
	var size, used []int
	for i, f := range strings.Fields(strings.Trim(line, "[]")) {
		var n int
		fmt.Sscan(f, &n)
		if i%2 == 0 {
			size = append(size, n)
		} else {
			used = append(used, n)
		}
	}
	m := New(Config{})
	m.Main(func(g *G) {
		var down func(depth int)
		down = func(depth int) {
			if g.gp.stack.used != used[depth] || g.gp.stack.size != size[depth] {
				t.Errorf("depth %d: the stack has %d bytes, of which %d are used; the runtime's %d and %d",
					depth, g.gp.stack.size, g.gp.stack.used, size[depth], used[depth])
				return
			}
			if depth+1 < len(size) {
				g.Call(used[depth+1]-used[depth]-8, func() { down(depth + 1) })
			}
		}
		g.gp.stack.used = 40
		g.Call(used[0]-40-8, func() { down(0) })
	})
	m.Run()
	if size[len(size)-1] <= size[0] {
		t.Error("the runtime's stack did not grow")
	}
}
