package sandbox

import "time"

// Deadline is when who watches a process has waited long enough. Time in which
// the watcher is stopped does not count: a terminal can do that (Ctrl-Z), and the
// process goes on, or waits for somebody to read its output. What it did
// meanwhile is seen afterwards.
//
// It is used by one goroutine, which waits for C besides other things, of which
// one comes every tenth of a second or so, and calls Woken each time.
type Deadline struct {
	C <-chan time.Time // when the time may be over, see Over

	timer *time.Timer
	at    time.Time
	since time.Time // the last call of Woken, or Worked
}

// mostWait is longer than a tenth of a second takes, be the machine ever so busy.
const mostWait = time.Second

// NewDeadline returns one that is over in d.
func NewDeadline(d time.Duration) *Deadline {
	t := time.NewTimer(d)
	now := time.Now()
	return &Deadline{C: t.C, timer: t, at: now.Add(d), since: now}
}

// Reset has it be over after a time, from now.
func (d *Deadline) Reset(after time.Duration) {
	d.at = time.Now().Add(after)
	d.timer.Reset(after)
}

// Woken says that the goroutine does not wait any more. If it was woken last so
// long ago that the watcher must have been stopped, the deadline is put off by as
// much.
func (d *Deadline) Woken() {
	now := time.Now()
	if still := now.Sub(d.since); still > mostWait {
		d.at = d.at.Add(still)
	}
	d.since = now
}

// Worked says that what the watcher did since it was woken may have taken long
// because the process made it so, and counts.
func (d *Deadline) Worked() { d.since = time.Now() }

// Over says, of a value from C, whether the time is over. If it was put off
// instead, C will have another value.
func (d *Deadline) Over() bool {
	left := time.Until(d.at)
	if left > 0 {
		d.timer.Reset(left)
	}
	return left <= 0
}

// At returns when it is over.
func (d *Deadline) At() time.Time { return d.at }

// Stop lets go of it: C has no further value.
func (d *Deadline) Stop() { d.timer.Stop() }
