package sched_test

import (
	"fmt"
	"runtime"
	"testing"

	"rtbook/model/sched"
)

// TestMisuse: operations of a goroutine that is not running, of another
// machine's, and of a closed machine.
func TestMisuse(t *testing.T) {
	m, n := sched.New(sched.Config{}), sched.New(sched.Config{})
	foreign := n.NewChan("foreign", 1)
	var mainG, otherG *sched.G
	check := func(want string, f func()) {
		t.Helper()
		if got := fmt.Sprint(panicOf(f)); got != want {
			t.Errorf("panic %q, want %q", got, want)
		}
	}
	m.Main(func(g *sched.G) {
		mainG = g
		g.Go("other", func(g *sched.G) {
			otherG = g
			check("sched: Gosched of goroutine 1 (main), while goroutine 2 (other) runs", func() { mainG.Gosched() })
			g.Gosched()
		})
		g.Gosched()
		check("sched: Send of goroutine 2 (other), while goroutine 1 (main) runs", func() { otherG.Send(nil, 1) })
		check(`sched: Send of goroutine 1 (main) on "foreign", a channel of another machine`, func() { g.Send(foreign, 1) })
		check(`sched: Lock of goroutine 1 (main) on "mu", a mutex of another machine`, func() { g.Lock(n.NewMutex("mu")) })
		check("sched: Step called from a body of the machine that it would step", func() { m.Step() })
		check("sched: Close called from a body of the machine that it would close", func() { m.Close() })
	})
	check("sched: Main called twice on one machine", func() { m.Main(func(*sched.G) {}) })
	m.Step()
	m.Step()
	m.Step()
	check("sched: Printf of goroutine 1 (main), while no goroutine runs", func() { mainG.Printf("x") })
	m.Run()
	for range 2 {
		check("sched: operation on a machine that is closed", func() { mainG.Printf("x") })
	}
	if m.Step() {
		t.Error("Step of a finished machine did something")
	}
	if n.Step() {
		t.Error("Step of a machine without Main did something")
	}
}

// TestCloseStopsCoroutines: no coroutine stays behind, whether the program
// ended, died or was left, and a recover does not bring a body back.
func TestCloseStopsCoroutines(t *testing.T) {
	before := runtime.NumGoroutine()
	stubborn := func(c *sched.Chan, back *int) func(*sched.G) {
		return func(g *sched.G) {
			defer func() {
				recover()
				if panicOf(func() { g.Printf("back again") }) == nil {
					*back++
				}
			}()
			g.Recv(c)
		}
	}
	back := 0
	for _, end := range []func(*sched.Machine, *sched.G, *sched.Chan){
		func(m *sched.Machine, g *sched.G, c *sched.Chan) {},
		func(m *sched.Machine, g *sched.G, c *sched.Chan) { g.Recv(c) },
		func(m *sched.Machine, g *sched.G, c *sched.Chan) { panic("boom") },
	} {
		for steps := range 40 {
			m := sched.New(sched.Config{Procs: 2})
			c := m.NewChan("c", 0)
			m.Main(func(g *sched.G) {
				for range 3 {
					g.Go("stubborn", stubborn(c, &back))
				}
				g.Gosched()
				end(m, g, c)
			})
			panicOf(func() {
				for range steps {
					m.Step()
				}
			})
			m.Close()
			m.Close()
		}
	}
	if back != 0 {
		t.Errorf("%d operations of closed machines did not panic", back)
	}
	if after := runtime.NumGoroutine(); after > before {
		t.Errorf("%d coroutines before, %d after", before, after)
	}
}

// TestNested: a body may run another machine to its end.
func TestNested(t *testing.T) {
	m := sched.New(sched.Config{})
	m.Main(func(g *sched.G) {
		n := sched.New(sched.Config{Procs: 2})
		n.Main(func(h *sched.G) { h.Printf("inner") })
		n.Run()
		g.Printf("outer, after %s", n.Output())
	})
	m.Run()
	if got, want := m.Output(), "outer, after inner\n"; got != want {
		t.Errorf("output %q, want %q", got, want)
	}
}
