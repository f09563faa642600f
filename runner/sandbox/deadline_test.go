package sandbox

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestDeadline(t *testing.T) {
	tests := []struct {
		name  string
		waits []time.Duration // until it is woken
		work  time.Duration   // after each of them
		over  bool
	}{
		{"in time", []time.Duration{time.Second, time.Second}, 0, false},
		{"late", []time.Duration{time.Second, time.Second, time.Second}, 0, true},
		{"stopped", []time.Duration{time.Second, time.Hour, time.Second / 2}, 0, false},
		{"stopped, then late", []time.Duration{time.Second, time.Hour, time.Second, time.Second}, 0, true},
		{"stopped twice", []time.Duration{time.Hour, time.Hour, time.Second}, 0, false},
		{"held up by work", []time.Duration{time.Second, time.Second}, time.Minute, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := NewDeadline(2500 * time.Millisecond)
				defer d.Stop()
				for _, wait := range tt.waits {
					time.Sleep(wait)
					d.Woken()
					time.Sleep(tt.work)
					d.Worked()
				}
				if got := d.Over(); got != tt.over {
					t.Fatalf("over = %v, want %v", got, tt.over)
				}
				if tt.over {
					return
				}
				if d.Reset(time.Minute); d.Over() {
					t.Error("over at once after a Reset")
				}
				before := time.Now()
				for now := range d.C {
					if d.Over() {
						if took := now.Sub(before); took != time.Minute {
							t.Errorf("over after %v, want a minute", took)
						}
						return
					}
				}
			})
		})
	}
}
