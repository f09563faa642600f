package alloc

import (
	"runtime"
	"testing"
	"time"
)

// BenchmarkSmall makes small objects that nobody watches, a heap's worth of 64
// MiB at a time.
func BenchmarkSmall(b *testing.B) {
	for _, bc := range []struct {
		name   string
		size   int
		noscan bool
	}{{"tiny", 8, true}, {"noscan", 64, true}, {"scan", 64, false}, {"header", 1000, false}} {
		b.Run(bc.name, func(b *testing.B) {
			h := New(Config{})
			for i := 0; i < b.N; i++ {
				if i%(1<<20) == 0 {
					h = New(Config{})
				}
				h.Malloc(0, bc.size, bc.noscan)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds()/1e6, "M/s")
		})
	}
}

// BenchmarkRecorded makes objects of mixed sizes in heaps that record and in
// heaps that do not, in turn, and reports what recording costs: the recorded
// time as a multiple of the other.
func BenchmarkRecorded(b *testing.B) {
	const requests = 20_000
	var took [2]time.Duration
	for b.Loop() {
		for i, record := range []bool{false, true} {
			began := time.Now()
			h := New(Config{Procs: 2, Record: record})
			for j := range requests {
				h.Malloc(j%2, 8+j%600, j/2%2 == 0)
			}
			took[i] += time.Since(began)
		}
	}
	b.ReportMetric(float64(took[1].Nanoseconds())/float64(b.N*requests), "ns/request")
	b.ReportMetric(float64(took[1])/float64(took[0]), "x")
}

// BenchmarkMillionObjects builds a heap of a million objects of mixed sizes,
// and reports what memory the model needs for it.
func BenchmarkMillionObjects(b *testing.B) {
	for i := 0; i < b.N; i++ {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		h := New(Config{Procs: 4})
		for j := 0; j < 1_000_000; j++ {
			h.Malloc(j%4, 8+j%600, j%2 == 0)
		}
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(1<<20), "MiB")
		runtime.KeepAlive(h)
	}
}

// BenchmarkCollect marks half of a heap of 100000 objects and sweeps it.
func BenchmarkCollect(b *testing.B) {
	for i := 0; i < b.N; i++ {
		b.StopTimer()
		h := New(Config{})
		var live []Object
		for j := 0; j < 100_000; j++ {
			if o := h.Malloc(0, 16+j%500, j%2 == 0); j%2 == 0 {
				live = append(live, o)
			}
		}
		b.StartTimer()
		h.Collect(live...)
		h.SweepAll()
	}
}
