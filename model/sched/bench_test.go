package sched_test

import (
	"runtime"
	"testing"

	"rtbook/model/sched"
)

// BenchmarkOps reports the operations a second of programs that do little
// else. The floor that the book relies on is a million.
func BenchmarkOps(b *testing.B) {
	for _, bc := range []struct {
		name  string
		procs int
		body  func(m *sched.Machine, n int) func(*sched.G)
	}{
		{"unbuffered", 1, pingPong(0)},
		{"buffered", 1, pingPong(128)},
		{"unbuffered-4P", 4, pingPong(0)},
		{"mutex", 1, func(m *sched.Machine, n int) func(*sched.G) {
			mu := m.NewMutex("mu")
			return func(g *sched.G) {
				for range n / 2 {
					g.Lock(mu)
					g.Unlock(mu)
				}
			}
		}},
		{"spawn", 1, func(m *sched.Machine, n int) func(*sched.G) {
			return func(g *sched.G) {
				for range n / 2 {
					g.Go("child", func(*sched.G) {})
					g.Gosched()
				}
			}
		}},
		{"select", 1, func(m *sched.Machine, n int) func(*sched.G) {
			c, d := m.NewChan("c", 1), m.NewChan("d", 1)
			return func(g *sched.G) {
				for range n / 2 {
					g.Select(sched.SendCase(c, 1), sched.SendCase(d, 1))
					g.Select(sched.RecvCase(c), sched.RecvCase(d))
				}
			}
		}},
	} {
		b.Run(bc.name, func(b *testing.B) {
			m := sched.New(sched.Config{Procs: bc.procs, MaxSteps: -1})
			m.Main(bc.body(m, b.N))
			b.ResetTimer()
			m.Run()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "ops/s")
		})
	}
}

// pingPong sends n/2 values from one goroutine to another.
func pingPong(size int) func(m *sched.Machine, n int) func(*sched.G) {
	return func(m *sched.Machine, n int) func(*sched.G) {
		c := m.NewChan("c", size)
		return func(g *sched.G) {
			g.Go("sender", func(g *sched.G) {
				for range n / 2 {
					g.Send(c, nil)
				}
				g.Close(c)
			})
			for _, ok := g.Recv2(c); ok; _, ok = g.Recv2(c) {
			}
		}
	}
}

// BenchmarkMany starts 100,000 goroutines that all wait at once. The book
// relies on less than 1.5 s and 600 MiB.
func BenchmarkMany(b *testing.B) {
	for b.Loop() {
		var before, peak runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		m := sched.New(sched.Config{MaxSteps: -1})
		gate, wg := m.NewChan("gate", 0), m.NewWaitGroup("wg")
		m.Main(func(g *sched.G) {
			const n = 100_000
			g.Add(wg, n)
			for range n {
				g.Go("waiter", func(g *sched.G) {
					g.Recv(gate)
					g.Done(wg)
				})
			}
			g.Gosched()
			runtime.ReadMemStats(&peak)
			g.Close(gate)
			g.Wait(wg)
		})
		m.Run()
		b.ReportMetric(float64(peak.Sys-before.Sys)/(1<<20), "MiB")
	}
}
