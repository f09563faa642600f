package view

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"rtbook/model/event"
	"rtbook/model/sched"
)

// whats returns event and words of the steps of m.
func whats(m *sched.Machine) []string {
	var all []string
	for _, st := range SchedSteps(m).Steps {
		all = append(all, st.Event+" "+st.What)
	}
	return all
}

// A step can be read alone: who does what, where, and to whom.
func TestSchedStepsSayWho(t *testing.T) {
	m := sched.New(sched.Config{Procs: 1, Record: true})
	done := m.NewChan("done", 0)
	m.Main(func(g *sched.G) {
		g.Go("worker", func(g *sched.G) { g.Send(done, true) })
		g.Recv(done)
		g.Gosched()
	})
	m.Run()
	want := []string{
		"GoCreate G1 main, by M0 on P0",
		"GoStart G1 main on P0",
		"GoCreate G2 worker, by G1 main on P0",
		"GoBlock G1 main on P0: on done",
		"GoStart G2 worker on P0",
		"Chansend G2 worker on P0: done",
		"GoUnblock G1 main, by G2 worker on P0",
		"GoDestroy G2 worker on P0",
		"GoStart G1 main on P0",
		"GoStop G1 main on P0",
		"Globrunqgetbatch M0 on P0: 1 of 1",
		"GoStart G1 main on P0",
		"MainExit G1 main on P0",
	}
	if got := whats(m); !slices.Equal(got, want) {
		t.Errorf("the steps are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// sysmon, thieves and moved stacks are named too.
func TestSchedStepsSayWhoElse(t *testing.T) {
	m := sched.New(sched.Config{Procs: 2, Record: true})
	m.Main(func(g *sched.G) {
		g.Go("lone", func(g *sched.G) { g.Syscall(1_000_000) })
		g.Call(5000, func() { g.Work(25_000_000) })
	})
	m.Run()
	m.ScanStacks()
	got := whats(m)
	for _, want := range []string{
		"Wakep G1 main on P0: M1 for P1",
		"Runqgrab M1 on P1: G2 lone of P0",
		"Runqsteal M1 on P1: 1 of P0's 1, pass 4",
		"ProcSteal G2 lone on P1",
		"Handoffp sysmon: M2 for P1",
		"Wakep M0 on P0: M1 for P1",
		"Preemptone G1 main on P0",
		"Copystack G1 main: 2048 to 8192 bytes",
		"Copystack G1 main: 8192 to 4096 bytes",
		"GcComputeStartingStackSize 2048",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("no step %q in\n%s", want, strings.Join(got, "\n"))
		}
	}
}

// Whatever a program does, every step of a goroutine begins with that goroutine
// and its P, or with the one that it makes or wakes.
func TestSchedStepsAlwaysSayWho(t *testing.T) {
	r := seedOf(t)
	for range 30 {
		m := sched.New(randomConfig(r))
		randomProgram(m, r.Uint64(), false)
		m.TryRun()
		s, events := SchedSteps(m), m.Events()
		for i, st := range s.Steps {
			e := events[i]
			if e.Kind == event.Copystack {
				continue
			}
			var who string
			switch {
			case e.G >= 0:
				who = strings.TrimSpace(fmt.Sprintf("G%d %s", e.G, m.GoName(e.G)))
			case e.M >= 0:
				who = fmt.Sprintf("M%d", e.M)
			default:
				who = "sysmon"
			}
			if e.P >= 0 {
				who += fmt.Sprintf(" on P%d", e.P)
			}
			if e.Kind == event.GoCreate || e.Kind == event.GoUnblock {
				who = strings.TrimSpace(fmt.Sprintf("G%d %s", e.Args[0], m.GoName(int64(e.Args[0])))) + ", by " + who
			}
			if st.What != who && !strings.HasPrefix(st.What, who+": ") {
				t.Fatalf("step %d, %s, is about %q, want %q", i+1, st.Event, st.What, who)
			}
		}
	}
}
