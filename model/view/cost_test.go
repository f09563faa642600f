package view

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"runtime"
	"testing"
	"time"

	"rtbook/model/alloc"
	"rtbook/model/gc"
	"rtbook/model/sched"
	"rtbook/runner/show"
)

// service is a program of about 10,000 steps on 4 Ps: a hundred goroutines that
// work, talk over a channel and share a lock.
func service(record bool) *sched.Machine {
	m := sched.New(sched.Config{Procs: 4, Seed: 1, Record: record})
	jobs, done := m.NewChan("jobs", 8), m.NewWaitGroup("done")
	mu := m.NewMutex("mu")
	m.Main(func(g *sched.G) {
		for range 200 {
			g.Add(done, 1)
			g.Go("worker", func(g *sched.G) {
				for range 6 {
					g.Recv(jobs)
					g.Work(1000)
					g.Lock(mu)
					g.Unlock(mu)
				}
				g.Done(done)
			})
		}
		for job := range 1200 {
			g.Send(jobs, job)
		}
		g.Wait(done)
	})
	return m
}

// What recording and making a stepper cost, beside the run alone: the metric
// "x-run" is the ratio.
func BenchmarkSchedSteps(b *testing.B) {
	ratio(b, func(record bool) int {
		m := service(record)
		m.Run()
		if record {
			return len(SchedSteps(m).Steps)
		}
		return 0
	})
}

// ratio reports what run takes with recording, in runs without: the best times
// of both, which other work on the machine spoils least.
func ratio(b *testing.B, run func(record bool) (steps int)) {
	var best [2]time.Duration
	steps := 0
	for range b.N {
		for i, record := range []bool{false, true} {
			runtime.GC()
			began := time.Now()
			steps = max(steps, run(record))
			if took := time.Since(began); best[i] == 0 || took < best[i] {
				best[i] = took
			}
		}
	}
	b.ReportMetric(float64(best[1])/float64(best[0]), "x-run")
	b.ReportMetric(float64(steps), "steps")
	b.ReportMetric(float64(best[0].Nanoseconds())/float64(steps), "ns/step-alone")
	b.ReportMetric(float64(best[1].Nanoseconds())/float64(steps), "ns/step-shown")
}

// users is a heap that many small requests have been made of, with collections
// in between: about 10,000 steps.
func users(record bool) *alloc.Heap {
	h := alloc.New(alloc.Config{Procs: 2, Record: record})
	var live []alloc.Object
	for i := range 6000 {
		o := h.Malloc(i%2, 8+(i*37)%900, i%3 == 0)
		if i%4 == 0 {
			live = append(live, o)
		}
		if i%2000 == 1999 {
			h.Collect(live...)
		}
	}
	return h
}

// What recording a heap and making its stepper cost: a heap that nobody records
// serves most requests without any step, so this is no fair race.
func BenchmarkAllocSteps(b *testing.B) {
	ratio(b, func(record bool) int {
		h := users(record)
		if record {
			return len(AllocSteps(h).Steps)
		}
		return 0
	})
}

// tree is a collector's machine with a tree of objects, and cycles over it.
func tree(record bool) *gc.Machine {
	m := gc.New(gc.Config{Record: record})
	m.Global("root")
	g := m.Go("main")
	g.New("node", 64, 2)
	g.SetGlobal("root", "node")
	for i := range 300 {
		g.GetGlobal("at", "root")
		g.New("node", 64, 2)
		g.Load("old", "at", i%2)
		g.Store("node", 0, "old")
		g.Store("at", i%2, "node")
		if i%100 == 99 {
			m.Collect()
		}
	}
	for range 14 {
		m.Collect()
	}
	return m
}

// What recording a collector and making its stepper cost.
func BenchmarkGCSteps(b *testing.B) {
	ratio(b, func(record bool) int {
		m := tree(record)
		if record {
			return len(GCSteps(m).Steps)
		}
		return 0
	})
}

// A recording of 10,000 steps is small enough to be loaded with a page.
func TestSizeOfTenThousandSteps(t *testing.T) {
	m := service(true)
	m.Run()
	for name, s := range map[string]show.Stepper{
		"scheduler": SchedSteps(m), "allocator": AllocSteps(users(true)), "collector": GCSteps(tree(true)),
	} {
		if n := len(s.Steps); n < 7000 {
			t.Errorf("%s: %d steps, want about 10,000", name, n)
		}
		checkStepper(t, s)
		raw, packed := sizes(t, s)
		t.Logf("%s: %d steps, %d KB, compressed %d KB", name, len(s.Steps), raw>>10, packed>>10)
		if packed > 300<<10 {
			t.Errorf("%s: %d bytes compressed, want at most 300 KB", name, packed)
		}
	}
}

func sizes(t *testing.T, s show.Stepper) (raw, packed int) {
	t.Helper()
	data, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return len(data), b.Len()
}
