package view

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"rtbook/model/event"
	"rtbook/model/sched"
)

// randomProgram gives a machine a program that is made of random operations.
// Two machines that are given the same numbers have the same program.
func randomProgram(m *sched.Machine, seed uint64, wide bool) {
	chans := []*sched.Chan{m.NewChan("unbuffered", 0), m.NewChan("buffered", 3)}
	mu, wg := m.NewMutex("mu"), m.NewWaitGroup("wg")
	rw := m.NewRWMutex("rw")
	fd := m.NewFD("pipe")
	made := 0
	var body func(g *sched.G, depth int)
	body = func(g *sched.G, depth int) {
		r := rand.New(rand.NewPCG(seed, uint64(g.ID())))
		for range 3 + r.IntN(12) {
			switch r.IntN(16) {
			case 0, 1, 2:
				if limit := 40; depth < 4 && (wide || made < limit) && made < 800 {
					n := 1
					if wide && depth == 0 {
						n = 300
					}
					for range n {
						made++
						g.Go(fmt.Sprintf("child%d", made), func(g *sched.G) { body(g, depth+1) })
					}
				}
			case 3:
				g.TrySend(chans[r.IntN(2)], 1)
			case 4:
				g.TryRecv(chans[r.IntN(2)])
			case 5:
				if r.IntN(2) == 0 {
					g.Send(chans[1], 1)
				} else {
					g.Recv(chans[r.IntN(2)])
				}
			case 6:
				g.Lock(mu)
				if r.IntN(2) == 0 {
					g.Gosched()
				}
				g.Unlock(mu)
			case 7:
				g.Gosched()
			case 8:
				g.Yield()
			case 9:
				g.Work(int64(r.IntN(30)) * 1_000_000)
			case 10:
				g.Syscall(int64(r.IntN(200)) * 1000)
			case 11:
				g.Sleep(int64(r.IntN(3)) * 1_000_000)
			case 12:
				g.Add(wg, 1)
				g.Done(wg)
			case 13:
				g.RLock(rw)
				g.RUnlock(rw)
			case 14:
				switch r.IntN(6) {
				case 0:
					g.GOMAXPROCS(1 + r.IntN(4))
				case 1:
					g.LockOSThread()
					g.Gosched()
					g.UnlockOSThread()
				case 2:
					g.SyscallBlock(5000)
				}
			case 15:
				g.Write(fd)
				if r.IntN(3) == 0 {
					g.Read(fd)
				}
			}
		}
	}
	m.Main(func(g *sched.G) {
		body(g, 0)
		g.Sleep(int64(rand.New(rand.NewPCG(seed, 0)).IntN(20)) * 1_000_000)
	})
}

func randomConfig(r *rand.Rand) sched.Config {
	return sched.Config{
		Procs: 1 + r.IntN(4), Seed: r.Uint64(), Interleave: sched.Interleave(r.IntN(2)), Record: true, MaxSteps: 6000,
	}
}

// The panels, replayed from events and effects, are what Snapshot says, at the
// end and at random points on the way.
func TestSchedStepsFollowTheMachine(t *testing.T) {
	r := seedOf(t)
	points, died := 0, 0
	for run := range 30 {
		cfg, seed, wide := randomConfig(r), r.Uint64(), run%10 == 0
		m := sched.New(cfg)
		randomProgram(m, seed, wide)
		if m.TryRun() != nil {
			died++
		}
		s := SchedSteps(m)
		checkStepper(t, s)
		if (m.Err() == nil) != (s.Stopped == "") {
			t.Errorf("Stopped is %q of a machine that ended with %v", s.Stopped, m.Err())
		}
		twin := sched.New(cfg)
		randomProgram(twin, seed, wide)
		c := screenOf(s)
		for tryStep(twin) {
			if r.IntN(6) == 0 {
				points++
				compareSched(t, c, twin)
			}
		}
		compareSched(t, c, twin)
		if t.Failed() {
			t.Fatalf("config %+v, program %d, wide %v", cfg, seed, wide)
		}
	}
	if points < 150 || died == 0 {
		t.Errorf("compared at %d points, of %d programs that died: too few to say anything", points, died)
	}
}

func tryStep(m *sched.Machine) (more bool) {
	defer func() {
		if m.Err() != nil {
			recover()
			more = false
		}
	}()
	return m.Step()
}

func compareSched(t *testing.T, c *screen, m *sched.Machine) {
	t.Helper()
	n := len(m.Events())
	if n > len(c.s.Steps) {
		t.Fatalf("%d events, %d steps", n, len(c.s.Steps))
	}
	c.to(t, n)
	snap := m.Snapshot()
	want := func(panel, row, want string) {
		t.Helper()
		if got := c.text(panel, row); got != want {
			t.Errorf("after event %d, %q of %s: %q, want %q", n, row, panel, got, want)
		}
	}
	mOf := map[int]sched.MState{}
	for _, ms := range snap.Ms {
		if ms.P >= 0 {
			mOf[ms.P] = ms
		}
	}
	for _, p := range snap.Ps {
		id := fmt.Sprintf("P%d", p.ID)
		next := ""
		if p.RunNext != 0 {
			next = fmt.Sprintf("G%d", p.RunNext)
		}
		want("Local queues", id+" runnext", next)
		want("Local queues", id+" queue", boxes(p.Queue, "G%d"))
		want("What each P runs", id, laneText(m, mOf, p.ID))
	}
	want("Global queue", "head first", boxes(snap.Global, "G%d"))
	for _, ms := range snap.Ms {
		if ms.ID < maxMs {
			want("Threads", fmt.Sprintf("M%d", ms.ID), threadText(ms))
		}
	}
	compareWaiting(t, c, m, snap)
}

func boxes(ids []int64, format string) string {
	var words []string
	for i, id := range ids {
		if i == 32 {
			words = append(words, fmt.Sprintf("+%d", len(ids)-32))
			break
		}
		words = append(words, fmt.Sprintf(format, id))
	}
	return strings.Join(words, " ")
}

func laneText(m *sched.Machine, mOf map[int]sched.MState, p int) string {
	ms, ok := mOf[p]
	switch g := max(ms.G, ms.Found); {
	case !ok:
		return ""
	case g != 0:
		return strings.TrimSpace(fmt.Sprintf("G%d %s", g, m.GoName(g)))
	case ms.Spinning:
		return "looks for work"
	}
	return "schedules"
}

func threadText(ms sched.MState) string {
	var words []string
	if ms.P >= 0 {
		words = append(words, fmt.Sprintf("P%d", ms.P))
	}
	if g := max(ms.G, ms.Found); g != 0 {
		words = append(words, fmt.Sprintf("G%d", g))
	}
	for _, w := range []struct {
		is   bool
		text string
	}{{ms.Spinning, "spins"}, {ms.Parked, "sleeps"}, {ms.Ended, "has ended"}, {ms.Syscall, "system call"}, {ms.Polling, "in the poller"}} {
		if w.is {
			words = append(words, w.text)
		}
	}
	return strings.Join(words, " ")
}

// compareWaiting compares who waits, and for what: of rows that are not full.
func compareWaiting(t *testing.T, c *screen, m *sched.Machine, snap sched.Snapshot) {
	t.Helper()
	var got, want []string
	for _, p := range c.s.Panels {
		if p.Name != "Waiting" {
			continue
		}
		for _, row := range p.Rows {
			reason, _, _ := strings.Cut(row, ":")
			for _, it := range c.rows["Waiting/"+row] {
				if strings.HasPrefix(it.Text, "+") {
					return
				}
				got = append(got, it.Text+" "+reason)
			}
		}
	}
	for _, g := range snap.Gs {
		if g.Status == sched.Waiting {
			want = append(want, fmt.Sprintf("G%d %s %s", g.ID, g.Name, g.WaitReason))
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("waiting: %q, want %q", got, want)
	}
}

// What is waited for is named by its object.
func TestSchedStepsNameWhatIsWaitedFor(t *testing.T) {
	m := sched.New(sched.Config{Record: true})
	results := m.NewChan("results", 0)
	m.Main(func(g *sched.G) {
		g.Go("worker", func(g *sched.G) { g.Send(results, 42) })
		g.Recv(results)
	})
	m.Run()
	s := SchedSteps(m)
	checkStepper(t, s)
	c := screenOf(s)
	for n := range s.Steps {
		c.to(t, n+1)
		if s.Steps[n].Event == "GoBlock" {
			break
		}
	}
	if got := c.text("Waiting", "chan receive: results"); got != "G1 main" {
		t.Errorf("waits on results: %q, want main; rows %q", got, s.Panels[3].Rows)
	}
	last := s.Steps[len(s.Steps)-1]
	if last.Event != "MainExit" || last.Why == "" {
		t.Errorf("the last step is %+v, want MainExit and why", last)
	}
}

// A program that dies is shown up to there, with its last words.
func TestSchedStepsOfADeadProgram(t *testing.T) {
	m := sched.New(sched.Config{Record: true})
	c := m.NewChan("c", 0)
	m.Main(func(g *sched.G) { g.Recv(c) })
	var dead *event.Throw
	if !errors.As(m.TryRun(), &dead) {
		t.Fatal("the program did not deadlock")
	}
	s := SchedSteps(m)
	checkStepper(t, s)
	if !strings.Contains(s.Stopped, "all goroutines are asleep - deadlock!") || s.Steps[len(s.Steps)-1].Event != "Checkdead" {
		t.Errorf("stopped %q after %+v", s.Stopped, s.Steps[len(s.Steps)-1])
	}
}

// A machine that recorded nothing has a stepper that says so.
func TestSchedStepsWithoutRecord(t *testing.T) {
	m := sched.New(sched.Config{})
	m.Main(func(g *sched.G) {})
	m.Run()
	s := SchedSteps(m)
	checkStepper(t, s)
	if len(s.Steps) != 0 || !strings.Contains(s.Description, "Config.Record") {
		t.Errorf("%d steps, %q", len(s.Steps), s.Description)
	}
}
