package facts

import (
	"fmt"
	"testing"
)

// bookful is about as many references as a book has: 400, of 15 packages.
func bookful(b *testing.B) []Ref {
	dests := []string{
		"testing.B.ReportAllocs", "sync.Pool.Get", "sync.WaitGroup.Go", "runtime/debug.SetGCPercent", "runtime/metrics.Read",
		"os/exec.Cmd.Run", "net/http.Server.Serve", "sync/atomic.Pointer.Load", "time Second => 1 s", "context.WithCancel",
		"internal/runtime/maps.Map", "cmd/compile/internal/ir.MaxStackVarSize", "rtbook/model/sched.Machine.Run",
	}
	dests = append(append(dests, ledgerFacts...), ledgerOrders...)
	for i := 0; len(dests) < 400; i++ {
		dests = append(dests, fmt.Sprintf("runtime len(p{}.runq)+%d", i))
	}
	return parsed(b, dests...)
}

func BenchmarkCold(b *testing.B) {
	refs := bookful(b)
	for b.Loop() {
		answers(b, open(b, pin, "linux/amd64", b.TempDir()), refs)
	}
}

func BenchmarkCached(b *testing.B) {
	refs, dir := bookful(b), b.TempDir()
	answers(b, open(b, pin, "linux/amd64", dir), refs)
	for b.Loop() {
		answers(b, open(b, pin, "linux/amd64", dir), refs)
	}
}

func answers(b *testing.B, s *Source, refs []Ref) {
	for i, ans := range resolve(b, s, refs) {
		if ans.Problem != nil {
			b.Fatalf("%s: %+v", refs[i].Text, *ans.Problem)
		}
	}
}
