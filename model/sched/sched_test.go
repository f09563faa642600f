package sched_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"rtbook/model/event"
	"rtbook/model/sched"
)

// order runs main and returns what was appended to the list meanwhile.
func order(t *testing.T, cfg sched.Config, main func(m *sched.Machine, g *sched.G, say func(string))) string {
	t.Helper()
	var list []string
	m := sched.New(cfg)
	m.Main(func(g *sched.G) { main(m, g, func(s string) { list = append(list, s) }) })
	m.Run()
	return strings.Join(list, " ")
}

// TestOnePOrders holds the orders that the real runtime shows on one P.
func TestOnePOrders(t *testing.T) {
	for _, tc := range []struct {
		name string
		want string
		main func(m *sched.Machine, g *sched.G, say func(string))
	}{
		{"the last goroutine runs first", "5 1 2 3 4", func(m *sched.Machine, g *sched.G, say func(string)) {
			wg := m.NewWaitGroup("wg")
			g.Add(wg, 5)
			for i := range 5 {
				g.Go("worker", func(g *sched.G) { say(fmt.Sprint(i + 1)); g.Done(wg) })
			}
			g.Wait(wg)
		}},
		{"a sender goes on after waking its receiver", "s0 after0 s1 R0 R1 after1 s2 after2 R2", func(m *sched.Machine, g *sched.G, say func(string)) {
			c := m.NewChan("c", 0)
			g.Go("R", func(g *sched.G) {
				for range 3 {
					say(fmt.Sprint("R", g.Recv(c)))
				}
			})
			g.Gosched()
			for i := range 3 {
				say(fmt.Sprint("s", i))
				g.Send(c, i)
				say(fmt.Sprint("after", i))
			}
			g.Gosched()
		}},
		{"close wakes receivers", "1 4 3 2", func(m *sched.Machine, g *sched.G, say func(string)) {
			c := m.NewChan("c", 0)
			waiters(m, g, say, func(g *sched.G) { g.Recv(c) })
			g.Close(c)
			g.Gosched()
		}},
		{"close wakes senders", "1 4 3 2", func(m *sched.Machine, g *sched.G, say func(string)) {
			c := m.NewChan("c", 0)
			waiters(m, g, say, func(g *sched.G) {
				defer func() {
					if r := recover(); fmt.Sprint(r) != "send on closed channel" {
						say(fmt.Sprint("recovered ", r))
					}
				}()
				g.Send(c, 0)
			})
			g.Close(c)
			g.Gosched()
		}},
		{"a wait group wakes its waiters", "4 1 2 3", func(m *sched.Machine, g *sched.G, say func(string)) {
			wg := m.NewWaitGroup("wg")
			g.Add(wg, 1)
			waiters(m, g, say, func(g *sched.G) { g.Wait(wg) })
			g.Done(wg)
			g.Gosched()
		}},
		{"a broadcast wakes its waiters", "4 1 2 3", func(m *sched.Machine, g *sched.G, say func(string)) {
			mu := m.NewMutex("mu")
			c := m.NewCond("c", mu)
			waiters(m, g, say, func(g *sched.G) {
				g.Lock(mu)
				g.CondWait(c)
				g.Unlock(mu)
			})
			g.Broadcast(c)
			g.Gosched()
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := order(t, sched.Config{}, tc.main); got != tc.want {
				t.Errorf("order %s, want %s", got, tc.want)
			}
		})
	}
}

// waiters starts four goroutines and has them block in the order 1 2 3 4; each
// says its number when it is woken.
func waiters(m *sched.Machine, g *sched.G, say func(string), block func(*sched.G)) {
	for i := range 4 {
		g.Go("waiter", func(g *sched.G) {
			block(g)
			say(fmt.Sprint(i + 1))
		})
		g.Gosched()
	}
}

// TestSpawnOrder compares the order in which n goroutines run, for every phase
// of schedtick, with a simulation of the run queues that is written out here.
func TestSpawnOrder(t *testing.T) {
	for _, n := range []int{1, 5, 256, 257, 258, 300, 1000} {
		for phase := range 61 {
			var got []int
			m := sched.New(sched.Config{SchedTick: uint32(61 + phase)})
			m.Main(func(g *sched.G) {
				wg := m.NewWaitGroup("wg")
				g.Add(wg, n)
				for i := range n {
					g.Go("worker", func(g *sched.G) { got = append(got, i+1); g.Done(wg) })
				}
				g.Wait(wg)
			})
			m.Run()
			if want := spawnOrder(n, phase); !slices.Equal(got, want) {
				t.Fatalf("n = %d, schedtick %d: order %v, want %v", n, phase, got, want)
			}
		}
	}
}

func spawnOrder(n, tick int) []int {
	var local, global, order []int
	for i := 1; i < n; i++ { // every go statement kicks the one before from runnext
		if len(local) == 256 {
			global = append(append(global, local[:128]...), i)
			local = slices.Clone(local[128:])
		} else {
			local = append(local, i)
		}
	}
	order = append(order, n) // runnext
	if tick%61 == 0 && len(global) > 0 {
		order = []int{global[0], n}
		global = global[1:]
		tick++
	}
	for len(local)+len(global) > 0 {
		switch {
		case tick%61 == 0 && len(global) > 0:
			order, global = append(order, global[0]), global[1:]
		case len(local) > 0:
			order, local = append(order, local[0]), local[1:]
		default:
			k := min(128, len(global))
			order = append(order, global[0])
			local, global = slices.Clone(global[1:k]), global[k:]
		}
		tick++
	}
	return order
}

// TestSpill looks at the queues when the 258th goroutine has been made.
func TestSpill(t *testing.T) {
	m := sched.New(sched.Config{Record: true})
	var snap sched.Snapshot
	m.Main(func(g *sched.G) {
		for range 258 {
			g.Go("worker", func(*sched.G) {})
		}
		snap = m.Snapshot()
	})
	m.Run()
	// Goroutine k of 258 has goid k+1.
	want := "P0  schedtick 4  runnext 259  queue 130-257\nglobal queue 2-129 258\n"
	if got := snap.String(); got != want {
		t.Errorf("queues:\n%swant:\n%s", got, want)
	}
	if got := count(m, event.WhyRunnextSpill); got != 1 {
		t.Errorf("%d spills, want 1", got)
	}
}

func count(m *sched.Machine, why event.Reason) int {
	n := 0
	for _, e := range m.Events() {
		if e.Reason == why {
			n++
		}
	}
	return n
}

// TestPanics holds the messages of Go's run-time panics, which a body can
// recover.
func TestPanics(t *testing.T) {
	for _, tc := range []struct {
		want string
		do   func(m *sched.Machine, g *sched.G, c *sched.Chan)
	}{
		{"send on closed channel", func(m *sched.Machine, g *sched.G, c *sched.Chan) { g.Close(c); g.Send(c, 1) }},
		{"send on closed channel", func(m *sched.Machine, g *sched.G, c *sched.Chan) { g.Close(c); g.TrySend(c, 1) }},
		{"close of closed channel", func(m *sched.Machine, g *sched.G, c *sched.Chan) { g.Close(c); g.Close(c) }},
		{"close of nil channel", func(m *sched.Machine, g *sched.G, c *sched.Chan) { g.Close(nil) }},
		{"makechan: size out of range", func(m *sched.Machine, g *sched.G, c *sched.Chan) { m.NewChan("c", -1) }},
		{"sync: negative WaitGroup counter", func(m *sched.Machine, g *sched.G, c *sched.Chan) { g.Done(m.NewWaitGroup("wg")) }},
		{"boom", func(m *sched.Machine, g *sched.G, c *sched.Chan) { panic("boom") }},
	} {
		m := sched.New(sched.Config{})
		c := m.NewChan("c", 0)
		var recovered any
		m.Main(func(g *sched.G) {
			defer func() { recovered = recover() }()
			tc.do(m, g, c)
		})
		m.Run()
		if got := fmt.Sprint(recovered); got != tc.want {
			t.Errorf("recovered %q, want %q", got, tc.want)
		}

		// The same without a recover ends the program.
		m = sched.New(sched.Config{})
		c = m.NewChan("c", 0)
		m.Main(func(g *sched.G) {
			g.Go("other", func(g *sched.G) { tc.do(m, g, c) })
			g.Gosched()
			t.Errorf("%s: main went on", tc.want)
		})
		err := m.TryRun()
		var p *sched.Panic
		if !errors.As(err, &p) || fmt.Sprint(p.Value) != tc.want || p.GoID != 2 {
			t.Errorf("the program ended with %v, want the panic %q of goroutine 2", err, tc.want)
		}
	}
}

// TestFatal holds Go's fatal errors, which no body can recover, and that the
// machine is frozen after one.
func TestFatal(t *testing.T) {
	for _, tc := range []struct {
		want string
		main func(m *sched.Machine, g *sched.G)
	}{
		{"all goroutines are asleep - deadlock!", func(m *sched.Machine, g *sched.G) { g.Recv(m.NewChan("c", 0)) }},
		{"all goroutines are asleep - deadlock!", func(m *sched.Machine, g *sched.G) { g.Recv(nil) }},
		{"all goroutines are asleep - deadlock!", func(m *sched.Machine, g *sched.G) { g.Send(nil, 1) }},
		{"no goroutines (main called runtime.Goexit) - deadlock!", func(m *sched.Machine, g *sched.G) {
			g.Go("other", func(*sched.G) {})
			g.Goexit()
		}},
		{"sync: unlock of unlocked mutex", func(m *sched.Machine, g *sched.G) { g.Unlock(m.NewMutex("mu")) }},
		{"go of nil func value", func(m *sched.Machine, g *sched.G) { g.Go("nil", nil) }},
	} {
		for procs := 1; procs <= 3; procs++ {
			m := sched.New(sched.Config{Procs: procs})
			m.Main(func(g *sched.G) {
				defer func() { recover() }()
				tc.main(m, g)
			})
			var dead *event.Throw
			if err := m.TryRun(); !errors.As(err, &dead) || dead.Text != tc.want {
				t.Errorf("%d Ps: the program ended with %v, want %q", procs, err, tc.want)
				continue
			}
			for range 2 {
				if r := panicOf(func() { m.Step() }); r != any(dead) {
					t.Errorf("Step after it panics with %v, want the same Throw", r)
				}
			}
			if n := len(m.Snapshot().Ps); n != procs {
				t.Errorf("Snapshot after it has %d Ps, want %d", n, procs)
			}
		}
	}
}

func panicOf(f func()) (r any) {
	defer func() { r = recover() }()
	f()
	return nil
}

func TestDeadlockState(t *testing.T) {
	m := sched.New(sched.Config{})
	mu, wg := m.NewMutex("mu"), m.NewWaitGroup("wg")
	m.Main(func(g *sched.G) {
		g.Lock(mu)
		g.Add(wg, 1)
		g.Go("locker", func(g *sched.G) { g.Lock(mu) })
		g.Wait(wg)
	})
	want := "fatal error: all goroutines are asleep - deadlock! (goroutine 1 main: sync.WaitGroup.Wait; goroutine 2 locker: sync.Mutex.Lock)"
	if err := m.TryRun(); err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

// TestGoexit: deferred functions run, and may use the goroutine.
func TestGoexit(t *testing.T) {
	m := sched.New(sched.Config{Record: true})
	m.Main(func(g *sched.G) {
		wg := m.NewWaitGroup("wg")
		g.Add(wg, 1)
		g.Go("leaver", func(g *sched.G) {
			defer g.Done(wg)
			defer g.Printf("deferred")
			g.Goexit()
			g.Printf("not reached")
		})
		g.Wait(wg)
		g.Printf("waited")
	})
	m.Run()
	if got, want := m.Output(), "deferred\nwaited\n"; got != want {
		t.Errorf("output %q, want %q", got, want)
	}
	if got := count(m, event.WhyGoexit); got != 1 {
		t.Errorf("%d goroutines ended by Goexit, want 1", got)
	}
}

// TestNumbers: goids come in batches of 16 for each P, and records are reused.
func TestNumbers(t *testing.T) {
	m := sched.New(sched.Config{Procs: 2})
	seen := make(map[int64]bool)
	m.Main(func(g *sched.G) {
		wg := m.NewWaitGroup("wg")
		g.Add(wg, 20)
		for range 20 {
			g.Go("child", func(g *sched.G) {
				g.Go("grandchild", func(g *sched.G) { seen[g.ID()] = true; g.Done(wg) })
			})
		}
		g.Wait(wg)
	})
	m.Run()
	if len(seen) != 20 {
		t.Errorf("20 goroutines have %d different numbers", len(seen))
	}
	other := 0
	for id := range seen {
		if id > 16 && id <= 32 { // P 1's first batch, since P 0 took 1 to 16
			other++
		}
	}
	if other == 0 {
		t.Errorf("no goroutine has a number of P 1's first batch: %v", seen)
	}
}

// TestReuse: of 64 dead gs on a P's list 33 go to the global one
// (runtime/proc.go: gfput), and new goroutines use them up before new records
// are made.
func TestReuse(t *testing.T) {
	m := sched.New(sched.Config{})
	var after, again sched.Snapshot
	m.Main(func(g *sched.G) {
		for _, snap := range []*sched.Snapshot{&after, &again} {
			wg := m.NewWaitGroup("wg")
			g.Add(wg, 64)
			for range 64 {
				g.Go("worker", func(g *sched.G) { g.Done(wg) })
			}
			g.Wait(wg)
			for len(m.Snapshot().Gs) > 1 {
				g.Gosched()
			}
			*snap = m.Snapshot()
		}
	})
	m.Run()
	if after.DeadGs != 64 || after.Ps[0].DeadGs != 31 {
		t.Errorf("%d dead gs, %d on the P's list; want 64 and 31", after.DeadGs, after.Ps[0].DeadGs)
	}
	if again.DeadGs != 64 {
		t.Errorf("after 64 more goroutines %d dead gs, want the same 64", again.DeadGs)
	}
}

// TestStarvation: a waiter that waited for more than 1 ms has the mutex handed
// over (internal/sync/mutex.go); it then runs at once and the unlocker goes to
// the tail of its local queue.
func TestStarvation(t *testing.T) {
	m := sched.New(sched.Config{Record: true})
	m.Main(func(g *sched.G) {
		mu, wg := m.NewMutex("mu"), m.NewWaitGroup("wg")
		g.Add(wg, 1)
		g.Lock(mu)
		g.Go("waiter", func(g *sched.G) {
			g.Lock(mu)
			g.Unlock(mu)
			g.Done(wg)
		})
		g.Gosched()
		for m.Snapshot().Time < 2e6 { // and barge in again and again
			g.Unlock(mu)
			g.Lock(mu)
			g.Gosched()
		}
		g.Unlock(mu)
		g.Lock(mu)
		g.Unlock(mu)
		g.Wait(wg)
	})
	m.Run()
	for _, why := range []event.Reason{event.WhyMutexTaken, event.WhyUnlockHandsOff, event.WhyMutexHanded, event.WhyGoyield} {
		if count(m, why) == 0 {
			t.Errorf("no event says %q", event.Event{Reason: why}.Why())
		}
	}
}

func TestRanges(t *testing.T) {
	for _, tc := range []struct {
		ids  []int64
		want string
	}{
		{nil, "-"},
		{[]int64{7}, "7"},
		{[]int64{7, 8}, "7 8"},
		{[]int64{7, 8, 9}, "7-9"},
		{[]int64{258, 129, 130, 131, 1, 3, 4, 5}, "258 129-131 1 3-5"},
	} {
		if got := sched.Ranges(tc.ids); got != tc.want {
			t.Errorf("Ranges(%v) = %q, want %q", tc.ids, got, tc.want)
		}
	}
}

// TestLog reads a goroutine's life, which was worked out by hand.
func TestLog(t *testing.T) {
	m := sched.New(sched.Config{Record: true})
	c := m.NewChan("results", 0)
	m.Main(func(g *sched.G) {
		g.Go("worker", func(g *sched.G) { g.Send(c, 42) })
		g.Recv(c)
	})
	m.Run()
	want := `   100 M0  P0  G1   GoCreate G2: runnext is empty; it goes there
   200 M0  P0  G2   GoStart: runnext is set; it inherits the time slice
   250 M0  P0  G2   Chansend results: G1 waits to receive: the value is copied straight to it
   300 M0  P0  G2   GoUnblock G1: runnext is empty; it goes there
   350 M0  P0  G2   GoDestroy: its function returned; its g is kept for the next one
`
	if got := m.Log(2); got != want {
		t.Errorf("log of goroutine 2:\n%swant:\n%s", got, want)
	}
}
