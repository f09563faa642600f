package view

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"rtbook/model/event"
	"rtbook/model/gc"
	"rtbook/runner/show"
)

// mutator plays a random program on a collector's machine.
type mutator struct {
	m  *gc.Machine
	gs []*gc.G
	r  *rand.Rand
}

func newMutator(cfg gc.Config, seed uint64) *mutator {
	p := &mutator{m: gc.New(cfg), r: rand.New(rand.NewPCG(seed, 0))}
	p.m.Global("root")
	p.m.Global("other")
	p.gs = []*gc.G{p.m.Go("main"), p.m.Go("worker")}
	return p
}

// step does one thing. A mistake of the program, such as a nil pointer that it
// follows, does nothing.
func (p *mutator) step() {
	defer func() {
		if v := recover(); v != nil {
			if _, ok := v.(*gc.Fault); !ok && p.m.Err() == nil {
				panic(v)
			}
		}
	}()
	r, g := p.r, p.gs[p.r.IntN(len(p.gs))]
	name := func() string { return []string{"A", "B", "C", "D", "E"}[r.IntN(5)] }
	global := []string{"root", "other"}[r.IntN(2)]
	switch r.IntN(16) {
	case 0, 1:
		sizes := []int{8, 24, 64, 64, 512, 600, 3000, 40000, 300 << 10}
		g.New(name(), sizes[r.IntN(len(sizes))], r.IntN(2))
	case 2, 3, 4:
		g.New(name(), 64, 3)
	case 5, 6, 7:
		src := name()
		if r.IntN(4) == 0 {
			src = "nil"
		}
		g.Store(name(), r.IntN(3), src)
	case 8:
		g.SetGlobal(global, name())
	case 9:
		g.GetGlobal(name(), global)
	case 10:
		g.Load(name(), name(), r.IntN(3))
	case 11:
		g.Assign(name(), name())
	case 12:
		g.Drop(name())
	case 13:
		p.m.Start()
	case 14:
		if len(p.gs) < 6 {
			p.gs = append(p.gs, p.m.Go(fmt.Sprintf("more%d", len(p.gs))))
		}
	default:
		for range r.IntN(30) {
			p.m.Step()
		}
	}
}

// The panels, replayed from events and effects, are what Snapshot says, at the
// end and at random points on the way.
func TestGCStepsFollowTheMachine(t *testing.T) {
	r := seedOf(t)
	points := 0
	for range 40 {
		cfg, seed, n := gc.Config{Record: true, NoGreenTea: r.IntN(3) == 0}, r.Uint64(), 30+r.IntN(400)
		play := func(after func(*gc.Machine)) *gc.Machine {
			p := newMutator(cfg, seed)
			for range n {
				p.step()
				after(p.m)
			}
			return p.m
		}
		s := GCSteps(play(func(*gc.Machine) {}))
		checkStepper(t, s)
		c := screenOf(s)
		twin := play(func(m *gc.Machine) {
			if r.IntN(8) == 0 {
				points++
				compareGC(t, c, m)
			}
		})
		compareGC(t, c, twin)
		if t.Failed() {
			t.Fatalf("config %+v, program %d of %d operations", cfg, seed, n)
		}
	}
	if points < 300 {
		t.Errorf("compared at %d points: too few to say anything", points)
	}
}

func compareGC(t *testing.T, c *screen, m *gc.Machine) {
	t.Helper()
	n := m.Len()
	if n > len(c.s.Steps) {
		return // the recording is longer than a stepper
	}
	c.to(t, n)
	snap := m.Snapshot()
	want := func(panel, row, got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("after event %d, %q of %s: %q, want %q", n, row, panel, got, want)
		}
	}
	want("Collector", "phase", c.text("Collector", "phase"), snap.Phase.String())
	want("Collector", "write barrier", c.text("Collector", "write barrier"), map[bool]string{true: "on", false: "off"}[snap.WriteBarrier])
	want("Collector", "world", c.text("Collector", "world"), map[bool]string{true: "is stopped", false: "runs"}[snap.WorldStopped])
	want("Collector", "cycle", c.text("Collector", "cycle"), fmt.Sprint(snap.Cycle))
	var colors [3][]string
	for _, o := range snap.Objects {
		if !o.Freed {
			colors[o.Color] = append(colors[o.Color], o.Name)
		}
	}
	for color, row := range []string{"white", "grey", "black"} {
		want("Objects by color", row, shortNames(c.rows["Objects by color/"+row]), bounded(colors[color]))
	}
	want("Roots", "globals", rootText(c, "globals"), rootWords(snap.Globals))
	for _, s := range snap.Stacks {
		want("Roots", s.Goroutine, rootText(c, "stack of "+s.Goroutine), rootWords(s.Locals))
	}
	work := "Waiting to be scanned"
	want(work, "root jobs", c.text(work, "root jobs"), strings.Join(snap.Roots, " "))
	want(work, "write barrier buffer", shortNames(c.rows[work+"/write barrier buffer"]), bounded(snap.Barrier))
	grey := append(slices.Clone(snap.Wbuf1), snap.Wbuf2...)
	for _, f := range snap.Full {
		grey = append(grey, f...)
	}
	if got := strings.Fields(shortNames(c.rows[work+"/work buffers"])); len(grey) <= 32 {
		slices.Sort(got)
		slices.Sort(grey)
		want(work, "work buffers", strings.Join(got, " "), strings.Join(grey, " "))
	}
	compareRefs(t, c, m, snap)
	want(work, "span queue", c.text(work, "span queue"), pagesText(append(slices.Clone(snap.SpanChain), snap.SpanQueue...)))
}

// compareRefs compares what each object that lives points to, of the pointers to
// objects that live: what is garbage may point to what has been swept away.
func compareRefs(t *testing.T, c *screen, m *gc.Machine, snap gc.Snapshot) {
	t.Helper()
	var numbers []uint64 // of the objects, in the order of the snapshot
	count, freed := map[string]int{}, map[string]bool{}
	for _, e := range m.Events() {
		if e.Kind == event.GCMalloc {
			numbers = append(numbers, e.Args[0])
		}
	}
	for _, o := range snap.Objects {
		count[o.Name]++
		freed[o.Name] = freed[o.Name] || o.Freed
	}
	for i, o := range snap.Objects {
		items, shown := c.rows["References/"+o.Name]
		if !shown {
			items, shown = c.rows[fmt.Sprintf("References/%s#%d", o.Name, numbers[i])]
		}
		if !shown || o.Freed {
			continue
		}
		var got, want []string
		for k, it := range items {
			name, _, _ := strings.Cut(it.Text, "#")
			if to := o.Ptrs[k]; name != "nil" || to != "nil" {
				if !freed[name] {
					got, want = append(got, name), append(want, to)
				}
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("after event %d, %s (%d) points to %q, want %q", c.at, o.Name, numbers[i], got, want)
		}
	}
}

func pagesText(pages []uint64) string {
	var words []string
	for _, p := range pages {
		words = append(words, fmt.Sprintf("page %d", p))
	}
	return bounded(words)
}

// shortNames are the texts of items, without the numbers that tell objects of
// one name apart.
func shortNames(items []show.Item) string {
	var words []string
	for _, it := range items {
		name, _, _ := strings.Cut(it.Text, "#")
		words = append(words, name)
	}
	return strings.Join(words, " ")
}

func bounded(words []string) string {
	if len(words) > 32 {
		words = append(slices.Clone(words[:32]), fmt.Sprintf("+%d", len(words)-32))
	}
	return strings.Join(words, " ")
}

func rootWords(vars []gc.VarState) string {
	var words []string
	for _, v := range vars {
		switch v.Object {
		case "nil":
		case v.Name:
			words = append(words, v.Name)
		default:
			words = append(words, v.Name+"→"+v.Object)
		}
	}
	return strings.Join(words, " ")
}

// rootText is a row of roots, as rootWords has it.
func rootText(c *screen, row string) string {
	var words []string
	for _, it := range c.rows["Roots/"+row] {
		name, of, ok := strings.Cut(it.Text, " → ")
		if !ok {
			name, _, _ = strings.Cut(name, "#")
			words = append(words, name)
			continue
		}
		if of, _, _ = strings.Cut(of, "#"); of == name {
			words = append(words, name)
		} else {
			words = append(words, name+"→"+of)
		}
	}
	return strings.Join(words, " ")
}
