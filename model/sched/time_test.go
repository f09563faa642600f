package sched_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"rtbook/model/event"
	"rtbook/model/sched"
)

// first returns the first event of a reason.
func first(t *testing.T, m *sched.Machine, why event.Reason) event.Event {
	t.Helper()
	events := m.Events()
	i := slices.IndexFunc(events, func(e event.Event) bool { return e.Reason == why })
	if i < 0 {
		t.Fatalf("nothing happened because %q", event.Event{Reason: why}.Why())
	}
	return events[i]
}

// run runs body as main and returns its machine.
func run(cfg sched.Config, body func(m *sched.Machine, g *sched.G)) *sched.Machine {
	cfg.Record = true
	m := sched.New(cfg)
	m.Main(func(g *sched.G) { body(m, g) })
	m.Run()
	return m
}

// TestPreempt: sysmon looks 51 times after 20 µs each, then after 40, 80, 160,
// 320, 640, 1280, 2560 and 5120 µs. It saw the time slice begin at its first
// look, at 20 µs, so the first look at which that is 10 ms ago is the 59th, at
// 11220 µs and what 58 looks take.
func TestPreempt(t *testing.T) {
	for _, procs := range []int{1, 2} {
		m := run(sched.Config{Procs: procs}, func(m *sched.Machine, g *sched.G) {
			g.Go("other", func(g *sched.G) { g.Printf("other") })
			if procs == 2 {
				g.Go("loop", func(g *sched.G) { g.Work(15e6) })
			}
			g.Work(15e6)
			g.Printf("main")
		})
		e := first(t, m, event.WhyPreemptSlice)
		if procs == 1 && e.Time != 11_220_000+58*130 {
			t.Errorf("preempted at %d ns, want 11227540", e.Time)
		}
		if got := m.Output(); got != "other\nmain\n" {
			t.Errorf("%d Ps: output %q: the loop was not preempted", procs, got)
		}
	}
}

// TestPreemptAtCall: a goroutine that only does short operations is preempted
// at the next one.
func TestPreemptAtCall(t *testing.T) {
	m := run(sched.Config{}, func(m *sched.Machine, g *sched.G) {
		mu, stop := m.NewMutex("mu"), false
		g.Go("other", func(g *sched.G) { stop = true })
		for !stop {
			g.Lock(mu)
			g.Unlock(mu)
		}
	})
	asked, stopped := first(t, m, event.WhyPreemptSlice), first(t, m, event.WhyPreempted)
	if late := stopped.Time - asked.Time; late < 0 || late > 100 {
		t.Errorf("it stopped %d ns after it was asked, want at the next operation", late)
	}
}

// TestInheritedSlice: goroutines that wake each other through runnext share one
// time slice, which ends though each runs for a moment only.
func TestInheritedSlice(t *testing.T) {
	m := run(sched.Config{}, func(m *sched.Machine, g *sched.G) {
		a, b, stop := m.NewChan("a", 0), m.NewChan("b", 0), false
		g.Go("third", func(g *sched.G) { stop = true })
		g.Go("pong", func(g *sched.G) {
			for {
				g.Send(b, g.Recv(a))
			}
		})
		for !stop {
			g.Send(a, 1)
			g.Recv(b)
		}
	})
	if e := first(t, m, event.WhyPreempted); e.Time < 10e6 {
		t.Errorf("the pair was preempted at %d ns", e.Time)
	}
	starts := 0
	for _, e := range m.Events() {
		if e.Kind == event.GoStart && e.Reason == event.WhyRunnextSet {
			starts++
		}
	}
	if starts < 1000 {
		t.Errorf("only %d starts inherited the time slice", starts)
	}
}

// TestRetake: with work waiting sysmon takes the P of a system call at its
// second look; without, and with another P idle, after 10 ms.
func TestRetake(t *testing.T) {
	busy := run(sched.Config{}, func(m *sched.Machine, g *sched.G) {
		g.Go("other", func(g *sched.G) { g.Work(3e6) })
		g.Syscall(1e6)
	})
	saw, took := first(t, busy, event.WhyRetakeFirst), first(t, busy, event.WhyRetakeTook)
	if saw.Time != 20_000 || took.Time < 40_000 || took.Time > 40_300 {
		t.Errorf("sysmon saw the call at %d ns and took the P at %d, want 20000 and 40000", saw.Time, took.Time)
	}
	if e := first(t, busy, event.WhySyscallNoP); e.Time < 1e6 {
		t.Errorf("the call came back at %d ns", e.Time)
	}

	idle := run(sched.Config{Procs: 2}, func(m *sched.Machine, g *sched.G) { g.Syscall(40e6) })
	first(t, idle, event.WhyRetakeLeaves)
	// The time slice is over at the same look.
	saw, took = first(t, idle, event.WhyRetakeFirst), first(t, idle, event.WhyRetakeSlice)
	if d := took.Time - saw.Time; d < 10e6 || d > 20e6 {
		t.Errorf("sysmon took the P %d ns after it saw the call, want 10 to 20 ms", d)
	}

	// Calls that are each shorter than the time between two looks: sysmon sees
	// one after the other, and never one twice.
	short := run(sched.Config{}, func(m *sched.Machine, g *sched.G) {
		g.Go("other", func(g *sched.G) {})
		for range 30 {
			g.Syscall(15_000)
		}
	})
	first(t, short, event.WhySyscallFast)
	for _, e := range short.Events() {
		if e.Kind == event.ProcSteal {
			t.Errorf("at %d ns sysmon took the P of a call of 15 µs", e.Time)
		}
	}
}

// TestSleep: epoll counts in milliseconds, so that a sleep of nothing but this
// goroutine ends late; sleepers wake in the order of their times.
func TestSleep(t *testing.T) {
	for _, tc := range []struct{ sleep, least, most int64 }{
		{100_000, 1_000_000, 1_002_000},
		{1_500_000, 2_000_000, 2_003_000},
		{7_000_000, 7_000_000, 7_003_000},
	} {
		m := run(sched.Config{}, func(m *sched.Machine, g *sched.G) {
			g.Sleep(tc.sleep)
			g.Printf("%d", g.Now())
		})
		var got int64
		fmt.Sscan(m.Output(), &got)
		if got < tc.least || got > tc.most {
			t.Errorf("a sleep of %d ns ended at %d, want %d to %d", tc.sleep, got, tc.least, tc.most)
		}
	}
	for procs := 1; procs < 4; procs++ {
		m := run(sched.Config{Procs: procs}, func(m *sched.Machine, g *sched.G) {
			wg := m.NewWaitGroup("wg")
			for _, ms := range []int64{50, 10, 40, 20, 30, 60} {
				g.Add(wg, 1)
				g.Go("sleeper", func(g *sched.G) {
					g.Sleep(ms * 1e6)
					g.Printf("%d", ms)
					g.Done(wg)
				})
			}
			g.Wait(wg)
		})
		if got := strings.Fields(m.Output()); !slices.Equal(got, []string{"10", "20", "30", "40", "50", "60"}) {
			t.Errorf("%d Ps: sleepers woke in the order %v", procs, got)
		}
	}
}

// TestTimers: timers, tickers and functions, stopped and set again.
func TestTimers(t *testing.T) {
	m := run(sched.Config{}, func(m *sched.Machine, g *sched.G) {
		tm := g.NewTimer("t", 5e6)
		g.Printf("stop %v %v", g.StopTimer(tm), g.StopTimer(tm))
		g.Printf("reset %v", g.ResetTimer(tm, 3e6))
		g.Sleep(10e6)
		g.Printf("reset after it ran %v", g.ResetTimer(tm, 4e6)) // Go 1.23: the old value is gone
		at := g.Recv(tm.C).(int64)
		g.Printf("ran %d ms after the start", at/1e6)
		g.AfterFunc("f", 2e6, func(g *sched.G) { g.Printf("f") })
		tick := g.NewTicker("tick", 10e6)
		began := g.Now()
		for range 3 {
			g.Recv(tick.C)
		}
		g.Printf("3 ticks in %d ms", (g.Now()-began)/1e6)
		g.StopTimer(tick)
		i, _, _ := g.Select(sched.RecvCase(tick.C), sched.RecvCase(g.After("a", 20e6)))
		g.Printf("case %d", i)
	})
	want := "stop true false\nreset false\nreset after it ran true\nran 14 ms after the start\nf\n3 ticks in 30 ms\ncase 1\n"
	if got := m.Output(); got != want {
		t.Errorf("output:\n%swant:\n%s", got, want)
	}
}

// TestPeriods: a ticker without a period panics as in package time.
func TestPeriods(t *testing.T) {
	run(sched.Config{}, func(m *sched.Machine, g *sched.G) {
		tick := g.NewTicker("tick", 5)
		for what, f := range map[string]func(){
			"non-positive interval for NewTicker":    func() { g.NewTicker("none", 0) },
			"non-positive interval for Ticker.Reset": func() { g.ResetTimer(tick, 0) },
		} {
			if got := panicOf(f); got != what {
				t.Errorf("panic %v, want %q", got, what)
			}
		}
		if panicOf(func() { g.ResetTimer(g.NewTimer("t", 5), 0) }) != nil {
			t.Error("a timer may be set to go off at once")
		}
	})
}

// TestLongest: durations up to the longest there is end at the end of time.
func TestLongest(t *testing.T) {
	for what, body := range map[string]func(*sched.G){
		"sleep":   func(g *sched.G) { g.Sleep(math.MaxInt64) },
		"after":   func(g *sched.G) { g.Recv(g.After("t", math.MaxInt64)) },
		"syscall": func(g *sched.G) { g.Syscall(math.MaxInt64) },
		"block":   func(g *sched.G) { g.SyscallBlock(math.MaxInt64) },
		"work":    func(g *sched.G) { g.Work(math.MaxInt64) },
	} {
		m := run(sched.Config{NoSysmon: true, MaxSteps: 1000}, func(m *sched.Machine, g *sched.G) {
			g.Gosched() // the clock has moved on
			body(g)
			body(g) // there is no time left
		})
		if now := m.Snapshot().Time; now < 1<<62 {
			t.Errorf("%s: ended at %d ns", what, now)
		}
	}
}

// TestSysmonPolls: while every P is busy, sysmon asks the poller once in 10 ms.
func TestSysmonPolls(t *testing.T) {
	m := sched.New(sched.Config{Procs: 2, Record: true})
	fd := m.NewFD("conn")
	m.Arrive(fd, 1e6)
	m.Main(func(g *sched.G) {
		g.Go("reader", func(g *sched.G) {
			g.Read(fd)
			g.Printf("read")
		})
		g.Go("loop", func(g *sched.G) { g.Work(40e6) })
		g.Sleep(0)
		g.Go("loop", func(g *sched.G) { g.Work(40e6) })
		g.Work(60e6)
	})
	m.Run()
	if got := m.Output(); got != "read\n" {
		t.Errorf("output %q", got)
	}
	if e := first(t, m, event.WhySysmonPolls); e.Time < 10e6 {
		t.Errorf("sysmon polled at %d ns", e.Time)
	}
}

// TestSnapshotTime: the state of what has to do with time and with locks for
// readers.
func TestSnapshotTime(t *testing.T) {
	m := sched.New(sched.Config{NoSysmon: true})
	rw, fd := m.NewRWMutex("rw"), m.NewFD("conn")
	m.Main(func(g *sched.G) {
		g.LockOSThread()
		g.RLock(rw)
		g.Go("writer", func(g *sched.G) { g.RWLock(rw) })
		g.Gosched()
		g.Go("reader", func(g *sched.G) { g.RLock(rw) })
		g.Gosched()
		g.Go("second", func(g *sched.G) { g.RWLock(rw) })
		g.Go("io", func(g *sched.G) { g.Read(fd) })
		g.Go("sleeper", func(g *sched.G) { g.Sleep(5e6) })
		g.Gosched()
		g.Write(fd)
		g.Printf("now")
	})
	for m.Output() == "" {
		m.Step()
	}
	defer m.Close()
	snap := m.Snapshot()
	got := fmt.Sprintf("%+v %+v %d sleeper G%d locked %v", snap.RWMutexes, snap.FDs,
		len(snap.Sleepers), snap.Sleepers[0].G, snap.Gs[0].LockedM)
	want := "[{Name:rw Readers:2 Writer:true WaitsFor:1 ReadersWait:[3] WriterWaits:[2] WritersQueued:[4]}] " +
		"[{Name:conn Avail:1 Reader:5}] 1 sleeper G6 locked 0"
	if got != want {
		t.Errorf("state:\n%s\nwant:\n%s", got, want)
	}
	if snap.Gs[1].WaitReason != "sync.RWMutex.Lock" || snap.Gs[2].WaitReason != "sync.RWMutex.RLock" || snap.Gs[5].WaitReason != "sleep" {
		t.Errorf("goroutines: %+v", snap.Gs)
	}
}
