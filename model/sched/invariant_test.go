package sched_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"rtbook/model/sched"
)

// TestInvariants steps random programs on random machines and checks the
// whole state: after every step, or of wide programs after some.
func TestInvariants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := anyProgram(rapid.Uint64().Draw(t, "program"))
		if broken := brokenOn(p, randomConfig(t)); broken != "" {
			t.Fatal(broken)
		}
	})
}

// TestInvariantsWhileInjecting: the poller finds three goroutines at once when
// one P is idle, so one of them is in no queue while that P gets its M.
func TestInvariantsWhileInjecting(t *testing.T) {
	if broken := brokenOn(anyProgram(0x18984c0885e), sched.Config{Procs: 6, Seed: 1, SchedTick: 1}); broken != "" {
		t.Fatal(broken)
	}
}

// brokenOn runs the program and says where an invariant does not hold, or how
// the program ended that must not end so.
func brokenOn(p *program, cfg sched.Config) string {
	r := newModelRun(p, cfg)
	defer r.m.Close()
	every := 1 + len(p.Gors)/10 // the state of a wide program is long to check
	for ended, steps := false, 0; !ended; steps++ {
		if err := panicOf(func() { ended = !r.m.Step() }); err != nil {
			if !anEnd(err) {
				return fmt.Sprintf("the program ended with %v", err)
			}
			ended = true
		}
		if steps%every != 0 && !ended {
			continue
		}
		if broken := broken(r.m.Snapshot()); broken != "" {
			return fmt.Sprintf("after %d operations: %s", len(r.log), broken)
		}
	}
	return ""
}

// anEnd reports whether err is an end that a random program may come to.
func anEnd(err any) bool {
	text := fmt.Sprint(err)
	return strings.Contains(text, "all goroutines are asleep - deadlock!") ||
		strings.Contains(text, "send on closed channel") || // by a select
		strings.Contains(text, "the program waits for the network")
}

func randomConfig(t *rapid.T) sched.Config {
	cfg := sched.Config{
		Procs:     rapid.IntRange(1, 9).Draw(t, "procs"),
		Seed:      rapid.Uint64().Draw(t, "seed"),
		SchedTick: rapid.Uint32Range(1, 61).Draw(t, "schedtick"),
	}
	if rapid.Bool().Draw(t, "random interleaving") {
		cfg.Interleave = sched.Random
	}
	return cfg
}

// TestCalmProgramsEnd: however Ps and steps are mixed, a program that cannot
// deadlock ends, every value that was sent is received once, and nothing of
// this depends on anything but the Config.
func TestCalmProgramsEnd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := anyProgram(rapid.Uint64().Filter(func(seed uint64) bool {
			return anyProgram(seed).Kind == "calm"
		}).Draw(t, "program"))
		cfg := randomConfig(t)
		log := p.run(cfg)
		if last := log[len(log)-1]; !strings.Contains(last, "EXIT") {
			t.Fatalf("the program ended with %q", last)
		}
		var sent, received []string
		for _, row := range log {
			if f := strings.Split(row, "\t"); f[2] == "recv" {
				received = append(received, f[3])
			}
		}
		for _, ops := range p.Gors {
			for _, o := range ops {
				if name, a := op(o); name == "send" {
					sent = append(sent, fmt.Sprint(a[1]))
				}
			}
		}
		slices.Sort(sent)
		slices.Sort(received)
		if !slices.Equal(sent, received) {
			t.Fatalf("sent %v, received %v", sent, received)
		}
		if again := p.run(cfg); !slices.Equal(log, again) {
			t.Fatal("two runs with one Config differ")
		}
	})
}

// broken names an invariant that the state violates, or returns "".
func broken(snap sched.Snapshot) string {
	where := make(map[int64][]string) // where a goroutine stands to be run
	for _, id := range snap.Global {
		where[id] = append(where[id], "the global queue")
	}
	for _, p := range snap.Ps {
		if p.RunNext != 0 {
			where[p.RunNext] = append(where[p.RunNext], fmt.Sprint("runnext of P", p.ID))
		}
		for _, id := range p.Queue {
			where[id] = append(where[id], fmt.Sprint("the queue of P", p.ID))
		}
		if len(p.Queue) > 256 {
			return fmt.Sprintf("P%d has %d goroutines in its queue", p.ID, len(p.Queue))
		}
		if p.Idle != slices.Contains(snap.IdlePs, p.ID) || p.Idle && (p.M >= 0 || p.RunNext != 0 || len(p.Queue) > 0) {
			return fmt.Sprintf("P%d is idle and is not: %+v", p.ID, p)
		}
		if p.M >= 0 && snap.Ms[p.M].P != p.ID {
			return fmt.Sprintf("P%d has M%d, which has P%d", p.ID, p.M, snap.Ms[p.M].P)
		}
	}
	status := make(map[int64]sched.Status)
	for _, g := range snap.Gs {
		status[g.ID] = g.Status
	}
	runs := make(map[int64]int)
	spinning := 0
	lockedIdle := 0
	for _, m := range snap.Ms {
		if m.Found != 0 {
			where[m.Found] = append(where[m.Found], fmt.Sprint("the hands of M", m.ID))
		}
		for _, id := range m.Injecting {
			where[id] = append(where[id], fmt.Sprint("what M", m.ID, " injects"))
		}
		if m.G != 0 {
			if runs[m.G]++; (m.P < 0) != (status[m.G] == sched.Syscall && m.P < 0) || m.Parked || m.Spinning {
				return fmt.Sprintf("M%d runs a goroutine: %+v", m.ID, m)
			}
		}
		if m.Spinning {
			spinning++
		}
		if m.Parked && !m.Ended && !slices.Contains(snap.IdleMs, m.ID) {
			if lockedIdle++; m.LockedG == 0 {
				return fmt.Sprintf("M%d sleeps outside of the list, and is not locked: %+v", m.ID, m)
			}
		}
		if !m.Parked && slices.Contains(snap.IdleMs, m.ID) || m.Parked && (m.P >= 0 || m.Spinning) {
			return fmt.Sprintf("M%d sleeps and does not: %+v", m.ID, m)
		}
	}
	if lockedIdle < snap.LockedIdle {
		return fmt.Sprintf("%d Ms wait for their locked goroutines, nmidlelocked is %d", lockedIdle, snap.LockedIdle)
	}
	if spinning != snap.Spinning {
		return fmt.Sprintf("%d Ms spin, nmspinning is %d", spinning, snap.Spinning)
	}
	for _, g := range snap.Gs {
		queued, running := len(where[g.ID]), runs[g.ID]
		ok := false
		switch g.Status {
		case sched.Runnable:
			ok = queued == 1 && running == 0 && g.WaitReason == ""
		case sched.Running, sched.CopyStack:
			ok = queued == 0 && running == 1 && g.WaitReason == ""
		case sched.Syscall:
			ok = queued == 0 && running == 1 && g.WaitReason == ""
		case sched.Waiting:
			ok = queued == 0 && running == bit(g.WaitReason == "stopping the world") && g.WaitReason != ""
		}
		if !ok {
			return fmt.Sprintf("goroutine %d is %v (%s), runs on %d Ms and stands in %v", g.ID, g.Status, g.WaitReason, running, where[g.ID])
		}
		delete(where, g.ID)
	}
	if len(where) > 0 {
		return fmt.Sprintf("goroutines that do not live stand in queues: %v", where)
	}
	return brokenChan(snap)
}

// brokenChan holds the invariants at the top of runtime/chan.go.
func brokenChan(snap sched.Snapshot) string {
	for _, c := range snap.Chans {
		switch {
		case len(c.Receivers) > 0 && len(c.Senders) > 0:
			return fmt.Sprintf("senders and receivers wait on one channel: %+v", c)
		case c.Len > 0 && len(c.Receivers) > 0:
			return fmt.Sprintf("receivers wait though a value is there: %+v", c)
		case c.Len < c.Cap && len(c.Senders) > 0:
			return fmt.Sprintf("senders wait though there is room: %+v", c)
		case c.Closed && len(c.Receivers)+len(c.Senders) > 0:
			return fmt.Sprintf("somebody waits on a closed channel: %+v", c)
		}
	}
	return ""
}
