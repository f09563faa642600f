package sched_test

import (
	"strings"
	"testing"

	"rtbook/model/sched"
)

// TestSelectFair: with two cases ready each is chosen about as often.
func TestSelectFair(t *testing.T) {
	const n = 10_000
	count := [2]int{}
	run(sched.Config{Seed: 7}, func(m *sched.Machine, g *sched.G) {
		c, d := m.NewChan("c", 1), m.NewChan("d", 1)
		g.Close(c)
		g.Close(d)
		for range n {
			i, _, _ := g.Select(sched.RecvCase(c), sched.RecvCase(d))
			count[i]++
		}
	})
	if d := count[0] - n/2; d < -200 || d > 200 { // four standard deviations
		t.Errorf("of %d selects %v chose each case", n, count)
	}
}

// TestSelectGone: a select that has chosen, and has not run since, is on the
// lists of its other channels still, where nobody can wake it.
func TestSelectGone(t *testing.T) {
	m := run(sched.Config{}, func(m *sched.Machine, g *sched.G) {
		c, d := m.NewChan("c", 0), m.NewChan("d", 0)
		g.Go("receives", func(g *sched.G) { g.Select(sched.RecvCase(c), sched.RecvCase(d)) })
		g.Go("sends", func(g *sched.G) { g.Select(sched.SendCase(c, 1), sched.SendCase(d, 2)) })
		g.Gosched() // the sender waits, the receiver has taken one of its values
		e := m.NewChan("e", 0)
		f := m.NewChan("f", 0)
		g.Go("receives", func(g *sched.G) { g.Select(sched.RecvCase(e), sched.RecvCase(f)) })
		g.Gosched()
		g.Printf("%v %v %v", g.TrySend(e, 1), g.TrySend(f, 1), g.TrySend(e, 1))
		g.Go("sends", func(g *sched.G) { g.Select(sched.SendCase(e, 1), sched.SendCase(f, 2)) })
		g.Gosched()
		v, ok, ready := g.TryRecv(e)
		w, ok2, ready2 := g.TryRecv(f)
		g.Printf("%v %v %v %v %v %v", v, ok, ready, w, ok2, ready2)
	})
	if got := m.Output(); got != "true false false\n1 true true <nil> false false\n" {
		t.Errorf("output %q", got)
	}
}

// TestSelectForever: a select without cases, and one of nil channels only.
func TestSelectForever(t *testing.T) {
	for _, cases := range [][]sched.Case{nil, {sched.RecvCase(nil), sched.SendCase(nil, 1)}} {
		m := sched.New(sched.Config{})
		m.Main(func(g *sched.G) {
			if i, _, _ := g.TrySelect(cases...); i != -1 {
				t.Errorf("case %d was chosen", i)
			}
			g.Select(cases...)
		})
		err := m.TryRun()
		if err == nil || !strings.Contains(err.Error(), "all goroutines are asleep - deadlock!") || !strings.Contains(err.Error(), "main: select") {
			t.Errorf("%v: the program ended with %v", cases, err)
		}
	}
}
