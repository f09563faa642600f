package sched_test

import (
	"fmt"
	"reflect"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/traefik/yaegi/interp"

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
		check("sched: Step called before another Step of the same machine has ended", func() { m.Step() })
		check("sched: Close called before a Step of the same machine has ended", func() { m.Close() })
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

// TestOuter: while a machine with an Outer runs, no goroutine of the machine
// around it can do anything.
func TestOuter(t *testing.T) {
	m := sched.New(sched.Config{})
	var said []string
	try := func(f func()) { said = append(said, fmt.Sprint(panicOf(f))) }
	m.Main(func(g *sched.G) {
		n := sched.New(sched.Config{Outer: g})
		n.Main(func(h *sched.G) {
			try(func() { g.Printf("from inside") })
			k := sched.New(sched.Config{Outer: h})
			k.Main(func(*sched.G) {
				try(func() { g.Gosched() })
				try(func() { h.Gosched() })
			})
			k.Run()
			wrong := sched.New(sched.Config{Outer: g}) // it is h's body
			wrong.Main(func(*sched.G) {})
			try(func() { wrong.Run() })
			defer func() { try(func() { g.Printf("unwinding") }) }()
			h.Recv(nil)
		})
		for range 3 { // the last one parks
			n.Step()
		}
		g.Go("other", func(other *sched.G) { try(func() { n.Step() }) })
		g.Gosched()
		g.Printf("between two steps")
		n.Close()
		try(func() { n.Step() })
	})
	m.Run()
	want := []string{
		"sched: Printf of goroutine 1 (main), while goroutine 1 (main) of a machine in its body runs",
		"sched: Gosched of goroutine 1 (main), while goroutine 1 (main) of a machine in its body runs",
		"sched: Gosched of goroutine 1 (main), while goroutine 1 (main) of a machine in its body runs",
		"sched: Step of a machine in the body of goroutine 1 (main), while goroutine 1 (main) of a machine in its body runs",
		"sched: Step of a machine in the body of goroutine 1 (main), while goroutine 2 (other) runs",
		"sched: Printf of goroutine 1 (main), while a deferred function of a machine in its body runs",
		"sched: operation on a machine that is closed",
	}
	if diff := cmp.Diff(want, said); diff != "" {
		t.Errorf("panics (-want +got):\n%s", diff)
	}
	if got, want := m.Output(), "between two steps\n"; got != want {
		t.Errorf("output %q, want %q", got, want)
	}
}

// TestOuterEnds: an outer program that ends in an operation of an inner body
// takes the inner machine with it, without a coroutine left.
func TestOuterEnds(t *testing.T) {
	before := runtime.NumGoroutine()
	for _, tell := range []bool{true, false} {
		m := sched.New(sched.Config{})
		never := m.NewChan("never", 0)
		m.Main(func(g *sched.G) {
			g.Go("around", func(g *sched.G) {
				cfg := sched.Config{}
				if tell {
					cfg.Outer = g
				}
				n := sched.New(cfg)
				defer n.Close()
				n.Main(func(h *sched.G) {
					h.Go("left", func(h *sched.G) { h.Recv(nil) })
					h.Gosched()
					g.Recv(never)
				})
				n.Run()
			})
			g.Gosched()
		})
		err := m.TryRun()
		if told := err != nil; told != tell {
			t.Errorf("Outer told: %v; the outer program ended with %v", tell, err)
		}
	}
	if after := runtime.NumGoroutine(); after > before {
		t.Errorf("%d coroutines before, %d after", before, after)
	}
}

// TestOuterInterpreted: the check does not depend on how a body is made.
func TestOuterInterpreted(t *testing.T) {
	i := interp.New(interp.Options{})
	err := i.Use(interp.Exports{"rtbook/model/sched/sched": {
		"New":    reflect.ValueOf(sched.New),
		"Config": reflect.ValueOf((*sched.Config)(nil)),
		"G":      reflect.ValueOf((*sched.G)(nil)),
	}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = i.Eval(`package main

import "rtbook/model/sched"

func run() (got any) {
	m := sched.New(sched.Config{})
	m.Main(func(g *sched.G) {
		n := sched.New(sched.Config{Outer: g})
		n.Main(func(h *sched.G) {
			defer func() { got = recover() }()
			g.Printf("from inside")
		})
		n.Run()
	})
	m.Run()
	return got
}
`)
	if err != nil {
		t.Fatal(err)
	}
	got, err := i.Eval("main.run()")
	if err != nil {
		t.Fatal(err)
	}
	if want := "sched: Printf of goroutine 1 (main), while goroutine 1 (main) of a machine in its body runs"; fmt.Sprint(got) != want {
		t.Errorf("panic %v, want %q", got, want)
	}
}
