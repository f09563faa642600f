package sched

import (
	"fmt"

	"rtbook/model/event"
)

// timerHeapN is the number of children of a node in a heap of timers.
const timerHeapN = 4 // go:runtime.timerHeapN

// The state of a timer (runtime/time.go: timer.state).
const (
	timerHeaped   = 1 << 0 // go:runtime.timerHeaped
	timerModified = 1 << 1 // go:runtime.timerModified
	timerZombie   = 1 << 2 // go:runtime.timerZombie
)

// A timer calls f at a time (runtime/time.go: timer). One that is stopped
// stays in its heap as a zombie, and one whose time has changed stays in its
// place, until the heap is put in order: next time somebody looks.
type timer struct {
	state  uint8
	isChan bool
	// blocked counts the goroutines that wait on a channel timer's channel. Only
	// then is that timer in a heap; else whoever looks at the channel looks at
	// the clock.
	blocked int
	when    int64 // 0 if it is not to run
	period  int64
	f       func(mp *m)
	ts      *timers
}

// timers are a P's (runtime/time.go: timers).
type timers struct {
	heap            []timerWhen
	zombies         int
	minWhenHeap     int64 // the time of heap[0], 0 if it is empty
	minWhenModified int64 // no modified timer is earlier, 0 if there is none
}

// A timerWhen is a timer and the time by which the heap knows it.
type timerWhen struct {
	timer *timer
	when  int64
}

// endOfTime is the last time that something may wait for, 146 years from the
// start, so that a sum of it and some steps is a time too.
const endOfTime = 1 << 62

// later is the time ns from now, or the last one that there is (time/sleep.go:
// when).
func (s *Machine) later(ns int64) int64 {
	if ns > endOfTime-s.now {
		return max(endOfTime, s.now)
	}
	return s.now + ns
}

// timeSleep is time.Sleep (runtime/time.go: timeSleep).
func (s *Machine) timeSleep(gp *g, ns int64) {
	if gp.timer == nil {
		gp.timer = &timer{f: func(mp *m) { s.goready(mp, nil, gp) }}
	}
	gp.sleepWhen = s.later(ns)
	s.goparkThen(gp, "sleep", event.WhySleep, func(mp *m) { s.modify(mp, gp.timer, gp.sleepWhen, 0) }, s.nameID(&s.sleepName, "a timer"), uint64(ns))
}

// modify has t run at when, and then every period if that is not 0. It reports
// whether t was to run before (runtime/time.go: (*timer).modify).
func (s *Machine) modify(mp *m, t *timer, when, period int64) (pending bool) {
	pending = t.when > 0
	t.when, t.period = when, period
	wake := false
	if t.state&timerHeaped != 0 {
		t.state |= timerModified
		if t.state&timerZombie != 0 {
			t.ts.zombies--
			t.state &^= timerZombie
		}
		if least := t.ts.minWhenModified; least == 0 || when < least {
			wake = true
			t.ts.minWhenModified = when
		}
	}
	wake = s.maybeAdd(mp, t) || wake
	if wake {
		s.wakeNetPoller(mp, when)
	}
	return pending
}

// stop has t not run, and reports whether it was to (runtime/time.go:
// (*timer).stop).
func (t *timer) stop() (pending bool) {
	if t.state&timerHeaped != 0 {
		t.state |= timerModified
		if t.state&timerZombie == 0 {
			t.state |= timerZombie
			t.ts.zombies++
		}
	}
	pending = t.when > 0
	t.when = 0
	return pending
}

// needsAdd reports whether t is to be in a heap and is not (runtime/time.go:
// (*timer).needsAdd).
func (t *timer) needsAdd() bool {
	return t.state&timerHeaped == 0 && t.when > 0 && (!t.isChan || t.blocked > 0)
}

// maybeAdd puts t in the heap of mp's P if it is to be in one. It reports
// whether t is then the earliest there, so that the poller must be told
// (runtime/time.go: (*timer).maybeAdd).
func (s *Machine) maybeAdd(mp *m, t *timer) (wake bool) {
	if !t.needsAdd() {
		return false
	}
	ts := &mp.p.timers
	ts.cleanHead()
	t.state |= timerHeaped
	wakeTime := ts.wakeTime()
	s.net.inited = true // runtime/time.go: addHeap
	ts.add(t)
	return wakeTime == 0 || t.when < wakeTime
}

// add puts t in the heap (runtime/time.go: (*timers).addHeap).
func (ts *timers) add(t *timer) {
	t.ts = ts
	ts.heap = append(ts.heap, timerWhen{t, t.when})
	ts.siftUp(len(ts.heap) - 1)
	if ts.heap[0].timer == t {
		ts.updateMinWhenHeap()
	}
}

// updateHeap puts t, the first of its heap, where it belongs, and reports
// whether that is another place (runtime/time.go: (*timer).updateHeap).
func (t *timer) updateHeap() bool {
	ts := t.ts
	switch {
	case t.state&timerZombie != 0:
		t.state &^= timerHeaped | timerZombie | timerModified
		ts.zombies--
		ts.deleteMin()
		return true
	case t.state&timerModified != 0:
		t.state &^= timerModified
		ts.heap[0].when = t.when
		ts.siftDown(0)
		ts.updateMinWhenHeap()
		return true
	}
	return false
}

// cleanHead takes zombies from both ends of the heap (runtime/time.go:
// (*timers).cleanHead).
func (ts *timers) cleanHead() {
	for len(ts.heap) > 0 {
		if t := ts.heap[len(ts.heap)-1].timer; t.state&timerZombie != 0 {
			t.state &^= timerHeaped | timerZombie | timerModified
			t.ts = nil
			ts.zombies--
			ts.heap = ts.heap[:len(ts.heap)-1]
			continue
		}
		if t := ts.heap[0].timer; t.state&(timerModified|timerZombie) == 0 || !t.updateHeap() {
			return
		}
	}
}

// take moves the timers of src, a P that is no more, to ts (runtime/time.go:
// (*timers).take).
func (ts *timers) take(src *timers) {
	for _, tw := range src.heap {
		t := tw.timer
		t.ts = nil
		if t.state&timerZombie != 0 {
			t.state &^= timerHeaped | timerZombie | timerModified
		} else {
			t.state &^= timerModified
			ts.add(t)
		}
	}
	*src = timers{}
}

// adjust puts the whole heap in order, if a modified timer is due or force is
// set (runtime/time.go: (*timers).adjust).
func (ts *timers) adjust(now int64, force bool) {
	if first := ts.minWhenModified; !force && (first == 0 || first > now) {
		return
	}
	ts.minWhenHeap, ts.minWhenModified = ts.wakeTime(), 0
	changed := false
	for i := 0; i < len(ts.heap); i++ {
		switch t := ts.heap[i].timer; {
		case t.state&timerZombie != 0:
			ts.zombies--
			t.state &^= timerHeaped | timerZombie | timerModified
			t.ts = nil
			last := len(ts.heap) - 1
			ts.heap[i] = ts.heap[last]
			ts.heap = ts.heap[:last]
			i--
			changed = true
		case t.state&timerModified != 0:
			ts.heap[i].when = t.when
			t.state &^= timerModified
			changed = true
		}
	}
	if changed {
		for i := (len(ts.heap) - 2) / timerHeapN; i >= 0 && len(ts.heap) > 1; i-- {
			ts.siftDown(i)
		}
	}
	ts.updateMinWhenHeap()
}

// wakeTime is when somebody must look at the timers, 0 if nobody need
// (runtime/time.go: (*timers).wakeTime).
func (ts *timers) wakeTime() int64 {
	if next := ts.minWhenModified; ts.minWhenHeap == 0 || next != 0 && next < ts.minWhenHeap {
		return next
	}
	return ts.minWhenHeap
}

// checkTimers runs the timers of pp that are due, on mp. It returns when the
// next one is, 0 if there is none, and whether it ran any (runtime/time.go:
// (*timers).check).
func (s *Machine) checkTimers(mp *m, pp *p) (pollUntil int64, ran bool) {
	ts := &pp.timers
	next, now := ts.wakeTime(), s.now
	if next == 0 {
		return 0, false
	}
	own := mp.p == pp
	if now < next && !(own && ts.zombies > len(ts.heap)/4) {
		return next, false
	}
	ts.adjust(now, false)
	for len(ts.heap) > 0 {
		when := s.runTimer(mp, pp, now)
		if when != 0 {
			pollUntil = max(when, 0)
			break
		}
		ran = true
	}
	if own && ts.zombies > len(ts.heap)/4 {
		ts.adjust(now, true)
	}
	return pollUntil, ran
}

// runTimer runs the first timer and returns 0; or returns when it is to run,
// or -1 if there is none (runtime/time.go: (*timers).run).
func (s *Machine) runTimer(mp *m, pp *p, now int64) int64 {
	ts := &pp.timers
	for {
		if len(ts.heap) == 0 {
			return -1
		}
		tw := ts.heap[0]
		t := tw.timer
		if t.state&(timerModified|timerZombie) == 0 && tw.when > now {
			return tw.when
		}
		if t.updateHeap() {
			continue
		}
		if t.when > now {
			return t.when
		}
		s.fire(mp, pp, t, now)
		return 0
	}
}

// fire runs t, whose time has come. The heap is in order before t.f is called,
// which may take several steps (runtime/time.go: (*timer).unlockAndRun).
func (s *Machine) fire(mp *m, pp *p, t *timer, now int64) {
	late := now - t.when
	if t.period > 0 {
		t.when += t.period * (1 + late/t.period)
	} else {
		t.when = 0
	}
	if t.state&timerHeaped != 0 {
		t.state |= timerModified
		if t.when == 0 {
			t.state |= timerZombie
			t.ts.zombies++
		}
		t.updateHeap()
	}
	s.step(mp, nil, event.TimerRun, event.WhyTimerDue, uint64(pp.id), uint64(late))
	t.f(mp)
}

func (ts *timers) deleteMin() {
	ts.heap[0].timer.ts = nil
	last := len(ts.heap) - 1
	ts.heap[0] = ts.heap[last]
	ts.heap = ts.heap[:last]
	if last > 0 {
		ts.siftDown(0)
	}
	ts.updateMinWhenHeap()
	if last == 0 {
		ts.minWhenModified = 0
	}
}

func (ts *timers) siftUp(i int) {
	tw := ts.heap[i]
	for i > 0 {
		parent := (i - 1) / timerHeapN
		if tw.when >= ts.heap[parent].when {
			break
		}
		ts.heap[i] = ts.heap[parent]
		i = parent
	}
	ts.heap[i] = tw
}

func (ts *timers) siftDown(i int) {
	tw := ts.heap[i]
	for {
		first := i*timerHeapN + 1
		least, child := tw.when, -1
		for c := first; c < min(first+timerHeapN, len(ts.heap)); c++ {
			if ts.heap[c].when < least {
				least, child = ts.heap[c].when, c
			}
		}
		if child < 0 {
			break
		}
		ts.heap[i] = ts.heap[child]
		i = child
	}
	ts.heap[i] = tw
}

func (ts *timers) updateMinWhenHeap() {
	ts.minWhenHeap = 0
	if len(ts.heap) > 0 {
		ts.minWhenHeap = ts.heap[0].when
	}
}

// timeSleepUntil is when the next timer of any P is due (runtime/time.go:
// timeSleepUntil).
func (s *Machine) timeSleepUntil() int64 {
	next := int64(forever)
	for _, pp := range s.allp {
		if w := pp.timers.wakeTime(); w != 0 {
			next = min(next, w)
		}
	}
	return next
}

// Timer is a time.Timer or a time.Ticker, with a channel or a function.
type Timer struct {
	object
	timer
	// C gets the virtual time, an int64, when the timer runs; nil if it calls a
	// function.
	C     *Chan
	ticks bool // it is a time.Ticker
}

// newTimer makes a timer that has not been started.
func (s *Machine) newTimer(name string, withChan bool) *Timer {
	t := &Timer{object: s.newObject("timer", name)}
	if withChan {
		t.C = s.NewChan(name+".C", 1)
		t.C.timer = t
		t.isChan = true
		t.f = func(mp *m) { s.sendTime(mp, t.C) }
	}
	s.timers = append(s.timers, t)
	return t
}

// start sets t and ends the operation's step.
func (s *Machine) startTimer(gp *g, t *Timer, ns, period int64) (pending bool) {
	pending = s.modify(gp.m, &t.timer, s.later(max(ns, 1)), period)
	if t.C != nil {
		pending = t.C.drain() || pending
	}
	s.step(gp.m, gp, event.TimerSet, event.WhyTimerSet, t.id, uint64(max(ns, 0)))
	return pending
}

// sendTime sends the time on c if it has room (time/sleep.go: sendTime).
func (s *Machine) sendTime(mp *m, c *Chan) {
	if sg := s.dequeue(&c.recvq); sg != nil {
		s.send(mp, nil, c, sg, s.now)
	} else if c.qcount < len(c.buf) {
		c.put(s.now)
	}
}

// drain empties the channel of a timer that is stopped or set again
// (runtime/chan.go: timerchandrain).
func (c *Chan) drain() (any bool) {
	for ; c.qcount > 0; any = true {
		c.take()
	}
	return any
}

// maybeRunChan runs a channel's timer that is in no heap, since nobody waits,
// and is due (runtime/time.go: (*timer).maybeRunChan).
func (s *Machine) maybeRunChan(mp *m, c *Chan) {
	if c.timer == nil {
		return
	}
	if t := &c.timer.timer; t.state&timerHeaped == 0 && t.when != 0 && t.when <= s.now {
		s.fire(mp, mp.p, t, s.now)
	}
}

// blockTimerChan puts a channel's timer in a heap, since somebody will wait. It
// returns the time to tell the poller about when he does, or 0
// (runtime/time.go: blockTimerChan).
func (s *Machine) blockTimerChan(mp *m, c *Chan) (wake int64) {
	if c.timer == nil {
		return 0
	}
	t := &c.timer.timer
	t.blocked++
	if t.state&timerHeaped != 0 && t.state&timerZombie != 0 && t.when > 0 {
		t.state &^= timerZombie
		t.ts.zombies--
	}
	if s.maybeAdd(mp, t) {
		return t.when
	}
	return 0
}

// unblockTimerChan leaves a timer for which nobody waits any more
// (runtime/time.go: unblockTimerChan).
func (s *Machine) unblockTimerChan(c *Chan) {
	if c.timer == nil {
		return
	}
	t := &c.timer.timer
	if t.blocked == 0 {
		s.throw("timer data corruption", fmt.Sprint(c.name))
	}
	t.blocked--
	if t.blocked == 0 && t.state&timerHeaped != 0 && t.state&timerZombie == 0 {
		t.state |= timerZombie
		t.ts.zombies++
	}
}
