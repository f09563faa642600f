package gc

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// shadow is the program's heap as plain Go values, kept beside a machine: what
// is reachable is computed from it, not from the machine.
type shadow struct {
	slots  map[string][]string // object -> what its slots hold, "" for nil
	global []string
	locals []map[string]string // by goroutine
	n      int
}

// reachable returns the objects that the roots lead to.
func (s *shadow) reachable() map[string]bool {
	reach := map[string]bool{"": true}
	var visit func(o string)
	visit = func(o string) {
		if reach[o] {
			return
		}
		reach[o] = true
		for _, p := range s.slots[o] {
			visit(p)
		}
	}
	for _, o := range s.global {
		visit(o)
	}
	for _, l := range s.locals {
		for _, o := range l {
			visit(o)
		}
	}
	delete(reach, "")
	return reach
}

// player plays random programs on a machine and its shadow.
type player struct {
	m    *Machine
	s    *shadow
	gs   []*G
	pick func(label string, n int) int // below n
}

var (
	varNames    = []string{"u", "v", "w"}
	globalNames = []string{"g0", "g1"}
	// One of each way to be marked: 8 bytes, Green Tea, with header, large,
	// with oblets; each with and without pointers.
	objectSizes = []int{8, 16, 24, 64, 64, 512, 520, 3000, 40000, 300 << 10}
)

func newPlayer(cfg Config, pick func(string, int) int) *player {
	p := &player{m: New(cfg), s: &shadow{slots: map[string][]string{}, global: make([]string, len(globalNames))}, pick: pick}
	for _, n := range globalNames {
		p.m.Global(n)
	}
	p.spawn()
	p.spawn()
	return p
}

func (p *player) spawn() {
	p.gs = append(p.gs, p.m.Go(fmt.Sprintf("goroutine%d", len(p.gs))))
	p.s.locals = append(p.s.locals, map[string]string{})
}

// holder returns a local variable that points to an object with slots, or "".
func (p *player) holder(g int) string {
	i := p.pick("holder", len(varNames))
	for k := range varNames {
		v := varNames[(i+k)%len(varNames)]
		if len(p.s.slots[p.s.locals[g][v]]) > 0 {
			return v
		}
	}
	return ""
}

// op lets one goroutine do one thing.
func (p *player) op() {
	gi := p.pick("goroutine", len(p.gs))
	g, locals := p.gs[gi], p.s.locals[gi]
	v := varNames[p.pick("variable", len(varNames))]
	from := varNames[p.pick("from", len(varNames))]
	if _, ok := locals[from]; !ok || p.pick("nil", 4) == 0 {
		from = "nil"
	}
	gl := p.pick("global", len(globalNames))
	switch p.pick("op", 12) {
	case 0, 1, 2:
		p.s.n++
		name := fmt.Sprintf("o%d", p.s.n)
		size := objectSizes[p.pick("size", len(objectSizes))]
		ptrs := min(p.pick("pointers", 4), size/8) // a quarter has none
		g.New(name, size, ptrs)
		link := ptrs > 0 && p.pick("link", 4) > 0 // so that lists get long
		if _, ok := locals[v]; link && ok {
			g.Store(name, 0, v)
		} else {
			link = false
		}
		was := locals[v]
		g.Assign(v, name)
		g.Drop(name)
		p.s.slots[name] = make([]string, ptrs)
		if link {
			p.s.slots[name][0] = was
		}
		locals[v] = name
	case 3, 4, 5:
		if h := p.holder(gi); h != "" {
			slots := p.s.slots[locals[h]]
			i := p.pick("slot", len(slots))
			g.Store(h, i, from)
			slots[i] = locals[from]
		}
	case 6, 7, 8:
		if h := p.holder(gi); h != "" {
			slots := p.s.slots[locals[h]]
			i := p.pick("slot", len(slots))
			g.Load(v, h, i)
			locals[v] = slots[i]
		}
	case 9:
		g.SetGlobal(globalNames[gl], from)
		p.s.global[gl] = locals[from]
	case 10:
		g.GetGlobal(v, globalNames[gl])
		locals[v] = p.s.global[gl]
	case 11:
		if _, ok := locals[v]; ok {
			g.Drop(v)
			delete(locals, v)
		}
		if len(p.gs) < 5 && p.pick("spawn", 4) == 0 {
			p.spawn()
		}
	}
}

// play runs cycles with operations between any two steps, and returns the
// first thing that is wrong.
func (p *player) play(cycles int) error {
	m := p.m
	for range 100 {
		p.op()
	}
	for range cycles {
		garbage := map[string]bool{}
		alive := p.s.reachable()
		for o := range p.s.slots {
			if !alive[o] {
				garbage[o] = true
			}
		}
		m.Start()
		for {
			if err := m.Invariant(); err != nil {
				return err
			}
			for range p.pick("ops", 3) {
				p.op()
				if err := m.Invariant(); err != nil {
					return err
				}
			}
			if !m.Step() {
				break
			}
		}
		alive = p.s.reachable()
		for o := range p.s.slots {
			switch {
			case alive[o] && m.Freed(o):
				return fmt.Errorf("%s is reachable and was freed", o)
			case garbage[o] && !m.Freed(o):
				return fmt.Errorf("%s was garbage before the cycle and is still there", o)
			}
		}
	}
	return nil
}

func TestRandomInterleavings(t *testing.T) {
	for _, cfg := range []Config{
		{},
		{NoGreenTea: true},
		{InsertOnlyFromGreyStack: true},
		{CheckMark: true},
	} {
		t.Run(fmt.Sprintf("%+v", cfg), rapid.MakeCheck(func(t *rapid.T) {
			p := newPlayer(cfg, func(label string, n int) int { return rapid.IntRange(0, n-1).Draw(t, label) })
			if err := p.play(3); err != nil {
				t.Fatal(err)
			}
		}))
	}
}

// The checks above can fail: without either half of the barrier, or with white
// allocation, some interleaving breaks the invariant or loses an object.
func TestRandomInterleavingsFindMissingHalves(t *testing.T) {
	for _, cfg := range []Config{{NoDeletionBarrier: true}, {NoInsertionBarrier: true}, {AllocateWhite: true}} {
		found, tried := false, uint64(0)
		for seed := uint64(0); seed < 2000 && !found; seed++ {
			r := rand.New(rand.NewPCG(seed, 0))
			p := newPlayer(cfg, func(_ string, n int) int { return r.IntN(n) })
			found = p.play(3) != nil
			tried = seed
		}
		if !found {
			t.Errorf("%+v: no interleaving of 2000 is wrong", cfg)
		}
		t.Logf("%+v: found with seed %d", cfg, tried)
	}
}

// Two runs of one random program are equal, event by event and in their state,
// and one that records nothing has the same state.
func TestRunsAreTheSame(t *testing.T) {
	run := func(record bool) *Machine {
		r := rand.New(rand.NewPCG(1, 2))
		p := newPlayer(Config{Record: record}, func(_ string, n int) int { return r.IntN(n) })
		if err := p.play(5); err != nil {
			t.Fatal(err)
		}
		return p.m
	}
	first, second, silent := run(true), run(true), run(false)
	if first.Log(0) != second.Log(0) || first.Len() == 0 {
		t.Errorf("two runs with %d and %d events differ", first.Len(), second.Len())
	}
	for _, m := range []*Machine{second, silent} {
		if got, want := fmt.Sprintf("%+v", m.Snapshot()), fmt.Sprintf("%+v", first.Snapshot()); got != want {
			t.Errorf("states of two runs:\n%s\n%s", got, want)
		}
	}
	if n := silent.Len(); n != 0 {
		t.Errorf("%d events were recorded that nobody asked for", n)
	}
}
