package sched_test

import (
	"errors"
	"fmt"
	"runtime"
	"testing"

	"rtbook/model/event"
	"rtbook/model/sched"
)

// randomRun returns a random program on a machine with several Ps.
func randomRun(seed uint64, procs int) *sched.Machine {
	cfg := sched.Config{Procs: procs, Seed: seed, Interleave: sched.Random, Record: true, SchedTick: 1}
	return newModelRun(anyProgram(seed), cfg).m
}

// rules are what the source asks before it does a thing, by the event of the
// thing: each returns what is wrong, or "".
var rules = map[event.Kind]func(e event.Event, s sched.Snapshot) string{
	// runtime/proc.go: findRunnable, "2*nmspinning < gomaxprocs-npidle".
	event.BecomeSpinning: func(e event.Event, s sched.Snapshot) string {
		busy := len(s.Ps) - len(s.IdlePs)
		if e.Reason == event.WhyFewSpin && 2*(s.Spinning-1) >= busy {
			return fmt.Sprintf("%d Ms spin already, with %d busy Ps", s.Spinning-1, busy)
		}
		return ""
	},
	// The same from the other side, and needspinning.
	event.ProcStop: func(e event.Event, s sched.Snapshot) string {
		busy := len(s.Ps) - len(s.IdlePs) + 1 // with the P that it gives up
		switch {
		case e.Reason != event.WhyNoWork || s.Ms[e.M].Spinning:
			return ""
		case 2*s.Spinning < busy:
			return fmt.Sprintf("it does not spin, though only %d Ms do, with %d busy Ps", s.Spinning, busy)
		case s.NeedSpinning:
			return "it does not spin, though needspinning is set"
		}
		return ""
	},
	// runtime/proc.go: internal_sync_runtime_canSpin.
	event.MutexSpin: func(e event.Event, s sched.Snapshot) string {
		p := s.Ps[e.P]
		if len(s.Ps) <= len(s.IdlePs)+s.Spinning+1 || p.RunNext != 0 || len(p.Queue) > 0 {
			return fmt.Sprintf("%d Ps, %d idle, %d Ms that look for work; %+v", len(s.Ps), len(s.IdlePs), s.Spinning, p)
		}
		return ""
	},
	// runtime/proc.go: startm and wakep: one M at a time looks for work.
	event.Wakep: func(e event.Event, s sched.Snapshot) string {
		if s.Spinning != 1 && (e.Reason == event.WhyIdlePNewM || e.Reason == event.WhyIdlePIdleM) {
			return fmt.Sprintf("%d Ms spin", s.Spinning)
		}
		return ""
	},
}

// TestRules runs random programs twice: once for the events, and then, step by
// step, for the states that they left.
func TestRules(t *testing.T) {
	checked := make(map[event.Kind]int)
	for seed := range uint64(60) {
		procs := 2 + int(seed%7)
		first, m := randomRun(seed, procs), randomRun(seed, procs)
		panicOf(first.Run)
		for _, e := range first.Events() {
			panicOf(func() { m.Step() })
			rule := rules[e.Kind]
			if rule == nil {
				continue
			}
			checked[e.Kind]++
			if wrong := rule(e, m.Snapshot()); wrong != "" {
				t.Errorf("seed %d, at %d ns: M%d: %v, but %s", seed, e.Time, e.M, e, wrong)
				break
			}
		}
		m.Close()
	}
	for k := range rules {
		if checked[k] == 0 {
			t.Errorf("no %v was checked", k)
		}
	}
}

// rare are reasons that random programs do not come to, and the tests that do.
var rare = map[event.Reason]string{
	event.WhyMainGone:      "TestFatal",
	event.WhyNilChan:       "TestFatal",
	event.WhySelectNoCases: "TestSelectForever",
	event.WhySysmonPolls:   "TestSysmonPolls",
	event.WhyStackShrinks:  "TestScanStacks",
	event.WhyStackStart:    "TestScanStacks",
}

// TestEveryReason: everything that the scheduler can say does come about, the
// narrow cases of several Ps included.
func TestEveryReason(t *testing.T) {
	seen := make(map[event.Reason]bool)
	recheck := false // an M that just gave up its P takes a batch of the global queue
	for seed := range uint64(300) {
		m := randomRun(seed, 1+int(seed%6))
		panicOf(m.Run)
		last := make(map[int32]event.Kind)
		for _, e := range m.Events() {
			seen[e.Reason] = true
			recheck = recheck || e.Kind == event.Globrunqgetbatch && last[e.M] == event.ProcStop
			last[e.M] = e.Kind
		}
	}
	for r := event.WhyMainStart; r <= event.WhyStackStart; r++ {
		switch by, isRare := rare[r]; {
		case !seen[r] && !isRare:
			t.Errorf("nothing happened because %q", event.Event{Reason: r}.Why())
		case seen[r] && isRare:
			t.Errorf("%q is not left to %s: random programs come to it", event.Event{Reason: r}.Why(), by)
		}
	}
	if !recheck {
		t.Error("no M found a goroutine in the global queue after it had given up its P")
	}
}

// TestGoschedWakes: whoever goes to the global queue wakes an M for it, if a P
// is idle and no M looks for work (runtime/proc.go: goschedImpl).
func TestGoschedWakes(t *testing.T) {
	m := sched.New(sched.Config{Procs: 2, Record: true})
	m.Main(func(g *sched.G) {
		g.Gosched()
		g.Printf("again")
	})
	m.Run()
	for i, e := range m.Events() {
		if e.Kind == event.GoStop {
			if next := m.Events()[i+1]; next.Kind != event.Wakep {
				t.Errorf("after Gosched comes %v, want Wakep", next)
			}
			return
		}
	}
	t.Error("main did not stop")
}

// TestStarvationEnds: a goroutine that gets a mutex by handover and has not
// waited for 1 ms ends starvation mode, though others wait
// (internal/sync/mutex.go: lockSlow).
func TestStarvationEnds(t *testing.T) {
	m := sched.New(sched.Config{})
	mu := m.NewMutex("mu")
	var modes []bool // when a goroutine has got the mutex
	m.Main(func(g *sched.G) {
		wg := m.NewWaitGroup("wg")
		locker := func(g *sched.G) {
			g.Lock(mu)
			modes = append(modes, m.Snapshot().Mutexes[0].Starving)
			g.Unlock(mu)
			g.Done(wg)
		}
		g.Add(wg, 3)
		g.Lock(mu)
		g.Go("long", locker)
		g.Gosched()
		for m.Snapshot().Time < 2e6 {
			g.Printf("main keeps the mutex")
		}
		g.Unlock(mu) // wakes the goroutine that has waited for long,
		g.Lock(mu)   // which finds the mutex locked again, and starves
		g.Gosched()
		g.Go("short", locker)
		g.Go("last", locker)
		g.Gosched()
		g.Unlock(mu)
		g.Wait(wg)
	})
	m.Run()
	if fmt.Sprint(modes) != "[true false false]" {
		t.Errorf("starvation mode after each handover: %v, want it on after the first only", modes)
	}
}

// TestSnapshotObjects: the state of what goroutines wait on.
func TestSnapshotObjects(t *testing.T) {
	m := sched.New(sched.Config{})
	mu, wg := m.NewMutex("mu"), m.NewWaitGroup("wg")
	lock := m.NewMutex("lock")
	cond := m.NewCond("cond", lock)
	m.NewChan("c", 1)
	m.Main(func(g *sched.G) {
		g.Add(wg, 3)
		g.Lock(mu)
		for range 2 {
			g.Go("lock", func(g *sched.G) { g.Lock(mu) })
			g.Go("wait", func(g *sched.G) { g.Wait(wg) })
			g.Go("cond", func(g *sched.G) { g.Lock(lock); g.CondWait(cond) })
		}
		g.Gosched()
		snap := m.Snapshot()
		got := fmt.Sprintf("%+v %+v %+v %+v", snap.Chans, snap.Mutexes, snap.WaitGroups, snap.Conds)
		want := "[{Name:c Len:0 Cap:1 Closed:false Receivers:[] Senders:[]}]" +
			" [{Name:mu Locked:true Woken:false Starving:false Waiters:[2 5]} {Name:lock Locked:false Woken:false Starving:false Waiters:[]}]" +
			" [{Name:wg Counter:3 Waiters:[3 6]}]" +
			" [{Name:cond Mutex:lock Waiters:[7 4]}]"
		if got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	})
	m.Run()
}

// TestRunsAreTheSame: two runs with one Config are equal, event by event and in
// their state, and one that records nothing has the same state.
func TestRunsAreTheSame(t *testing.T) {
	for seed := range uint64(20) {
		run := func(record bool) *sched.Machine {
			cfg := sched.Config{Procs: 4, Seed: seed, Interleave: sched.Random, Record: record}
			m := newModelRun(randomProgram(seed), cfg).m
			panicOf(m.Run)
			return m
		}
		first, second, silent := run(true), run(true), run(false)
		if first.Log() != second.Log() || first.Log() == "" {
			t.Errorf("seed %d: the logs of two runs differ", seed)
		}
		for _, m := range []*sched.Machine{second, silent} {
			if got, want := fmt.Sprintf("%+v", m.Snapshot()), fmt.Sprintf("%+v", first.Snapshot()); got != want {
				t.Errorf("seed %d: the states of two runs:\n%s\n%s", seed, got, want)
			}
		}
		if n := len(silent.Events()); n != 0 {
			t.Errorf("seed %d: %d events were recorded that nobody asked for", seed, n)
		}
	}
}

// TestRuntimeErrors: what Go panics with itself is a runtime.Error here, too.
func TestRuntimeErrors(t *testing.T) {
	for text, f := range map[string]func(g *sched.G, c *sched.Chan){
		"send on closed channel":  func(g *sched.G, c *sched.Chan) { g.Send(c, 1) },
		"close of closed channel": func(g *sched.G, c *sched.Chan) { g.Close(c) },
		"close of nil channel":    func(g *sched.G, c *sched.Chan) { g.Close(nil) },
	} {
		m := sched.New(sched.Config{})
		c := m.NewChan("c", 1)
		m.Main(func(g *sched.G) {
			g.Close(c)
			f(g, c)
		})
		var re runtime.Error
		if err := m.TryRun(); !errors.As(err, &re) || re.Error() != text {
			t.Errorf("%v, want the runtime error %q", err, text)
		}
	}
}

// TestNewCond: a condition needs a mutex of its machine.
func TestNewCond(t *testing.T) {
	m := sched.New(sched.Config{})
	for _, mu := range []*sched.Mutex{nil, sched.New(sched.Config{}).NewMutex("mu")} {
		want := `sched: NewCond of "cond" without a mutex of its machine`
		if got := panicOf(func() { m.NewCond("cond", mu) }); got != want {
			t.Errorf("panic %v, want %q", got, want)
		}
	}
}

// TestCondEarly: a signal or a broadcast that comes between the waiter's ticket
// and its sleep wakes nobody, says so, and is not lost.
func TestCondEarly(t *testing.T) {
	for name, wake := range map[string]func(*sched.G, *sched.Cond){
		"Signal":    (*sched.G).Signal,
		"Broadcast": (*sched.G).Broadcast,
	} {
		early := 0
		for seed := range uint64(100) {
			m := sched.New(sched.Config{Procs: 2, Seed: seed, Interleave: sched.Random, Record: true})
			mu := m.NewMutex("mu")
			cond := m.NewCond("cond", mu)
			m.Main(func(g *sched.G) {
				woken := false
				g.Go("waiter", func(g *sched.G) {
					g.Lock(mu)
					g.CondWait(cond)
					woken = true
				})
				for !woken {
					wake(g, cond)
				}
			})
			m.Run()
			for _, e := range m.Events() {
				switch {
				case e.Reason == event.WhyCondEarly:
					early++
				case e.Kind == event.CondSignal || e.Kind == event.CondBroadcast:
					if e.Args[1] == 0 && e.Reason != event.WhyCondNone {
						t.Errorf("%s, seed %d: %v, but nobody sleeps", name, seed, e)
					}
				}
			}
		}
		if early == 0 {
			t.Errorf("%s: no run of 100 has one that comes early", name)
		}
	}
}
