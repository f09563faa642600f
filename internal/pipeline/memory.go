package pipeline

import (
	"context"
	"errors"
	"runtime/metrics"
	"time"
)

// mostMemory is how many bytes rtbook itself may have in memory while a check goes
// on that was given up. Without one it has a tenth of that.
const mostMemory = 4 << 30

var errMemory = errors.New("a check that did not come to an end takes all memory: the cells that it is about have a finding; leave them out, and the others run")

// boundMemory returns a context that ends when this process has more bytes of
// objects in memory than limit, which it does not before stop is called. Nothing
// else can end a check by Go's type checker: what has to end is the process.
func boundMemory(ctx context.Context, limit uint64) (bound context.Context, stop func()) {
	bound, cancel := context.WithCancelCause(ctx)
	go func() {
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		for {
			select {
			case <-bound.Done():
				return
			case <-tick.C:
			}
			if metrics.Read(sample); sample[0].Value.Uint64() > limit {
				cancel(&EnvironmentError{errMemory})
			}
		}
	}()
	return bound, func() { cancel(nil) }
}
