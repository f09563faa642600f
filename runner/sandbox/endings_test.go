package sandbox

import (
	"testing"
	"time"

	"rtbook/runner"
)

func TestOverCPU(t *testing.T) {
	const ms = time.Millisecond
	for _, test := range []struct {
		signal      string
		took, limit time.Duration
		want        bool
	}{
		{"killed", 1000 * ms, time.Second, true},
		{"killed", 600 * ms, time.Second, true}, // estimated as a second
		{"killed", 500 * ms, time.Second, false},
		{"killed", 900 * ms, 300 * ms, true}, // the kernel limits whole seconds
		{"killed", 400 * ms, 300 * ms, false},
		{"killed", 9000 * ms, 10 * time.Second, true},
		{"killed", 8000 * ms, 10 * time.Second, false},
		{"killed", time.Hour, 0, false},
		{"terminated", 2 * time.Second, time.Second, false},
		{"", 2 * time.Second, time.Second, false},
	} {
		if got := OverCPU(Ending{Signal: test.signal, CPU: test.took}, runner.Limits{CPU: test.limit}); got != test.want {
			t.Errorf("signal %q after %v with a limit of %v: %v", test.signal, test.took, test.limit, got)
		}
	}
}
