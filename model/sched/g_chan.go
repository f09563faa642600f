package sched

import "rtbook/model/event"

// Send is c <- v.
func (g *G) Send(c *Chan, v any) {
	s, gp := g.enterOn("Send", c.on())
	s.chansend(gp, c, v, true)
}

// TrySend is select { case c <- v: true; default: false }.
func (g *G) TrySend(c *Chan, v any) bool {
	s, gp := g.enterOn("TrySend", c.on())
	return s.chansend(gp, c, v, false)
}

// Recv is <-c. A closed channel gives nil.
func (g *G) Recv(c *Chan) any {
	s, gp := g.enterOn("Recv", c.on())
	v, _, _ := s.chanrecv(gp, c, true)
	return v
}

// Recv2 is v, ok := <-c.
func (g *G) Recv2(c *Chan) (v any, ok bool) {
	s, gp := g.enterOn("Recv2", c.on())
	v, _, ok = s.chanrecv(gp, c, true)
	return v, ok
}

// TryRecv is select { case v, ok = <-c: ready = true; default: }.
func (g *G) TryRecv(c *Chan) (v any, ok, ready bool) {
	s, gp := g.enterOn("TryRecv", c.on())
	v, ready, ok = s.chanrecv(gp, c, false)
	return v, ok, ready
}

// Close is close(c).
func (g *G) Close(c *Chan) {
	s, gp := g.enterOn("Close", c.on())
	s.closechan(gp, c)
}

// Select is a select statement without default: it returns the number of the
// case that it chose and, of a receive, the value and whether it was sent.
func (g *G) Select(cases ...Case) (chosen int, v any, ok bool) {
	s, gp := g.enterSelect("Select", cases)
	ch := s.selectStatement(gp, cases, true)
	return ch.index, ch.value, ch.ok
}

// TrySelect is a select statement with a default, which is number -1.
func (g *G) TrySelect(cases ...Case) (chosen int, v any, ok bool) {
	s, gp := g.enterSelect("TrySelect", cases)
	ch := s.selectStatement(gp, cases, false)
	return ch.index, ch.value, ch.ok
}

// enterSelect is enterOn for all channels of a select.
func (g *G) enterSelect(op string, cases []Case) (*Machine, *g) {
	for i := range cases {
		g.checkOwn(op, cases[i].Chan.on())
	}
	return g.enter(op)
}

// Sleep is time.Sleep, of ns virtual nanoseconds.
func (g *G) Sleep(ns int64) {
	s, gp := g.enter("Sleep")
	if ns > 0 {
		s.timeSleep(gp, ns)
	}
}

// After is time.After: a channel that gets the time when ns nanoseconds have
// passed. The name is for people.
func (g *G) After(name string, ns int64) *Chan { return g.NewTimer(name, ns).C }

// NewTimer is time.NewTimer.
func (g *G) NewTimer(name string, ns int64) *Timer {
	s, gp := g.enter("NewTimer")
	t := s.newTimer(name, true)
	s.startTimer(gp, t, ns, 0)
	return t
}

// NewTicker is time.NewTicker; a period below 1 panics as there.
func (g *G) NewTicker(name string, period int64) *Timer {
	s, gp := g.enter("NewTicker")
	if period <= 0 {
		panic("non-positive interval for NewTicker")
	}
	t := s.newTimer(name, true)
	t.ticks = true
	s.startTimer(gp, t, period, period)
	return t
}

// AfterFunc is time.AfterFunc: body runs in a goroutine of that name.
func (g *G) AfterFunc(name string, ns int64, body func(*G)) *Timer {
	s, gp := g.enter("AfterFunc")
	t := s.newTimer(name, false)
	t.f = func(mp *m) { s.newproc(mp, nil, name, body) }
	s.startTimer(gp, t, ns, 0)
	return t
}

// ResetTimer is t.Reset, of a timer or a ticker: it reports whether t was to
// run. A ticker's period below 1 panics as there.
func (g *G) ResetTimer(t *Timer, ns int64) bool {
	s, gp := g.enterOn("ResetTimer", &t.object)
	period := int64(0)
	if t.ticks {
		if period = ns; period <= 0 {
			panic("non-positive interval for Ticker.Reset")
		}
	}
	return s.startTimer(gp, t, ns, period)
}

// StopTimer is t.Stop: it reports whether t was to run.
func (g *G) StopTimer(t *Timer) bool {
	s, gp := g.enterOn("StopTimer", &t.object)
	pending := t.stop()
	if t.C != nil {
		pending = t.C.drain() || pending
	}
	s.step(gp.m, gp, event.TimerSet, event.WhyTimerStopped, t.id)
	return pending
}
