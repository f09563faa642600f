package sched_test

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"rtbook/model/event"
	"rtbook/model/sched"
)

// TestLocked: a locked goroutine stays on its thread, which runs nothing else,
// and ends with it.
func TestLocked(t *testing.T) {
	m := run(sched.Config{Procs: 3, Seed: 5, Interleave: sched.Random}, func(m *sched.Machine, g *sched.G) {
		wg := m.NewWaitGroup("wg")
		for range 6 {
			g.Add(wg, 2)
			g.Go("locked", func(g *sched.G) {
				g.LockOSThread()
				for range 5 {
					g.Gosched()
				}
				g.Done(wg)
			})
			g.Go("free", func(g *sched.G) {
				for range 5 {
					g.Gosched()
				}
				g.Done(wg)
			})
		}
		g.Wait(wg)
		g.Sleep(1e6)
	})
	at := make(map[int64]int32) // where a locked goroutine runs
	ended := make(map[int32]bool)
	for _, e := range m.Events() {
		switch e.Kind {
		case event.LockOSThread:
			at[e.G] = e.M
		case event.GoStart:
			for g, mm := range at {
				if (e.G == g) != (e.M == mm) {
					t.Errorf("G%d runs on M%d, to which G%d is locked", e.G, e.M, g)
				}
			}
		case event.GoDestroy:
			delete(at, e.G)
		case event.Mexit:
			ended[e.M] = true
		}
	}
	if len(ended) != 6 {
		t.Errorf("%d threads ended, want 6", len(ended))
	}
	snap := m.Snapshot()
	if want := len(snap.Ms) - 6 + 2; snap.Threads != want { // sysmon and the template thread
		t.Errorf("%d threads are left, want %d", snap.Threads, want)
	}
}

// TestGOMAXPROCS: the number changes, also from two goroutines at once, while
// others work, sleep and are in system calls.
func TestGOMAXPROCS(t *testing.T) {
	m := run(sched.Config{Procs: 2}, func(m *sched.Machine, g *sched.G) {
		wg := m.NewWaitGroup("wg")
		g.Add(wg, 9)
		for range 3 {
			g.Go("work", func(g *sched.G) { g.Work(5e6); g.Done(wg) })
			g.Go("call", func(g *sched.G) { g.Syscall(4e6); g.Done(wg) })
			g.Go("sleep", func(g *sched.G) { g.Sleep(3e6); g.Done(wg) })
		}
		g.Add(wg, 1)
		g.Go("other", func(g *sched.G) { g.GOMAXPROCS(1); g.Done(wg) })
		g.Sleep(1e6)
		g.Printf("%d", g.GOMAXPROCS(5))
		g.Printf("%d", g.GOMAXPROCS(0))
		g.Wait(wg)
	})
	if got := m.Output(); got != "1\n5\n" && got != "2\n5\n" {
		t.Errorf("output %q", got)
	}
	if got := len(m.Snapshot().Ps); got != 5 && got != 1 {
		t.Errorf("%d Ps at the end", got)
	}
}

// TestScript: the Ms take steps as the script says, and sysmon looks.
func TestScript(t *testing.T) {
	m := sched.New(sched.Config{
		Procs: 2, Record: true, Interleave: sched.Script,
		Script: []int{0, 0, 0, 0, 1, 1, 1, 0, 99, -7, sched.SysmonID, 1},
	})
	m.Main(func(g *sched.G) {
		g.Go("other", func(g *sched.G) { g.Syscall(1000); g.Syscall(1000) })
		for range 20 {
			g.Printf("main")
		}
	})
	m.Run()
	var got []int32
	for _, e := range m.Events()[:8] {
		got = append(got, e.M)
	}
	if want := []int32{0, 0, 0, 0, 1, 1, 1, 0}; !slices.Equal(got, want) {
		t.Errorf("the first steps were of Ms %v, want %v", got, want)
	}
}

// TestLimit: a program that does not end is ended, and can be looked at.
func TestLimit(t *testing.T) {
	before := runtime.NumGoroutine()
	m := sched.New(sched.Config{MaxSteps: 1000})
	m.Main(func(g *sched.G) { g.Spin() })
	err := m.TryRun()
	if want := "sched: stopped after 1000 steps (Config.MaxSteps): the program has not ended; goroutine 1 main runs"; fmt.Sprint(err) != want {
		t.Errorf("the program ended with %v, want %s", err, want)
	}
	if snap := m.Snapshot(); snap.Steps != 1000 || len(snap.Gs) != 1 {
		t.Errorf("state after the end: %+v", snap)
	}
	yields := sched.New(sched.Config{MaxSteps: 1000})
	yields.Main(func(g *sched.G) {
		for {
			g.Gosched()
		}
	})
	if err := yields.TryRun(); !strings.HasSuffix(fmt.Sprint(err), "the program has not ended; goroutine 1 main is runnable") {
		t.Errorf("the program ended with %v", err)
	}
	hang := sched.New(sched.Config{})
	fd := hang.NewFD("conn")
	hang.Main(func(g *sched.G) { g.Read(fd) })
	if err := hang.TryRun(); !strings.Contains(fmt.Sprint(err), "the program waits for the network, where nothing is to arrive; goroutine 1 main: IO wait") {
		t.Errorf("the program ended with %v", err)
	}
	if after := runtime.NumGoroutine(); after > before {
		t.Errorf("%d coroutines before, %d after", before, after)
	}
}

// TestAbandoned: machines that are left at any step leave no coroutine.
func TestAbandoned(t *testing.T) {
	before := runtime.NumGoroutine()
	for seed := range uint64(60) {
		m := newModelRun(anyProgram(seed), sched.Config{Procs: 1 + int(seed%5), Seed: seed}).m
		panicOf(func() {
			for range seed * 20 {
				m.Step()
			}
		})
		m.Close()
	}
	if after := runtime.NumGoroutine(); after > before {
		t.Errorf("%d coroutines before, %d after", before, after)
	}
}

// TestScanStacks: deep calls grow a stack; what a collection scans decides how
// large new ones are; unused ones shrink.
func TestScanStacks(t *testing.T) {
	m := sched.New(sched.Config{Record: true})
	gate := m.NewChan("gate", 0)
	var deep *sched.G
	m.Main(func(g *sched.G) {
		g.Go("deep", func(g *sched.G) {
			deep = g
			g.Call(20_000, func() { g.Recv(gate) })
			g.Recv(gate)
		})
		g.Gosched()
		g.Printf("parked")
		g.Send(gate, 1)
		g.Gosched()
		g.Printf("returned")
		g.Go("new", func(g *sched.G) {})
		g.Gosched()
	})
	until := func(out string) {
		for !strings.HasSuffix(m.Output(), out) {
			m.Step()
		}
	}
	until("parked\n")
	// 20000+40+8 used: 4096 is not enough, and doubling goes on until 20048+928
	// bytes fit.
	if size, used := deep.StackSize(); size != 32768 || used != 20048 {
		t.Errorf("a stack of %d bytes, %d used, want 32768 and 20048", size, used)
	}
	m.ScanStacks()
	// (20048+40)/2 + 928 = 10972, to a power of two
	if got := m.Snapshot().StackStart; got != 16384 {
		t.Errorf("new stacks have %d bytes, want 16384", got)
	}
	until("returned\n")
	m.ScanStacks()
	if size, _ := deep.StackSize(); size != 16384 {
		t.Errorf("the stack has %d bytes after its calls returned, want half of 32768", size)
	}
	m.Run()
	overflow := sched.New(sched.Config{})
	overflow.Main(func(g *sched.G) {
		var down func()
		down = func() { g.Call(400_000_000, down) }
		down()
	})
	if err := overflow.TryRun(); !strings.Contains(fmt.Sprint(err), "stack overflow") {
		t.Errorf("endless calls ended with %v", err)
	}
}
