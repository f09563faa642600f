package pipeline

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"time"
)

// TestBoundMemory has memory taken beyond a limit, and not.
func TestBoundMemory(t *testing.T) {
	ctx, stop := boundMemory(t.Context(), 1<<40)
	text := make([]byte, 64<<20)
	time.Sleep(200 * time.Millisecond)
	if err := ctx.Err(); err != nil {
		t.Errorf("%v, with little memory", err)
	}
	stop()
	ctx, stop = boundMemory(t.Context(), 32<<20)
	defer stop()
	select {
	case <-ctx.Done():
	case <-time.After(10 * time.Second):
		t.Fatal("nothing is said of 64 MiB")
	}
	runtime.KeepAlive(text)
	var environment *EnvironmentError
	if err := context.Cause(ctx); !errors.As(err, &environment) {
		t.Errorf("the cause is %v", err)
	}
}
