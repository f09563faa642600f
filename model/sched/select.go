package sched

import (
	"slices"

	"rtbook/model/event"
)

// Case is a case of a select statement: a send of Value if Send is set, else a
// receive. The case of a nil channel is never chosen.
type Case struct {
	Chan  *Chan
	Send  bool
	Value any
}

// SendCase is case c <- v.
func SendCase(c *Chan, v any) Case { return Case{Chan: c, Send: true, Value: v} }

// RecvCase is case v, ok = <-c.
func RecvCase(c *Chan) Case { return Case{Chan: c} }

// A choice is what a select chose: the number of the case, -1 for default, and
// what it received.
type choice struct {
	index int
	value any
	ok    bool
}

// selectStatement is a select statement as the compiler writes it: without
// cases it blocks for ever, and one with a single case, or with one and a
// default, is that operation (cmd/compile/internal/walk/select.go).
func (s *Machine) selectStatement(gp *g, cases []Case, block bool) choice {
	switch {
	case len(cases) == 0 && !block:
		s.step(gp.m, gp, event.Selectgo, event.WhySelectDefault)
		return choice{index: -1}
	case len(cases) == 0:
		s.gopark(gp, "select (no cases)", event.WhySelectNoCases, s.nameID(&s.selectName, "a select"))
	case len(cases) == 1 && cases[0].Send:
		if !s.chansend(gp, cases[0].Chan, cases[0].Value, block) {
			return choice{index: -1}
		}
		return choice{}
	case len(cases) == 1:
		v, selected, ok := s.chanrecv(gp, cases[0].Chan, block)
		if !selected {
			return choice{index: -1}
		}
		return choice{value: v, ok: ok}
	}
	return s.selectgo(gp, cases, block)
}

// selectgo is runtime/select.go: selectgo. It looks at the cases in a random
// order and takes the first that is ready; else it waits on all of them.
func (s *Machine) selectgo(gp *g, cases []Case, block bool) choice {
	pollorder := s.pollorder(gp, cases)
	for _, i := range pollorder {
		cas := &cases[i]
		if cas.Send {
			if s.sendReady(gp, cas) {
				return choice{index: i}
			}
		} else if v, ok, ready := s.recvReady(gp, cas.Chan); ready {
			return choice{index: i, value: v, ok: ok}
		}
	}
	if !block {
		s.step(gp.m, gp, event.Selectgo, event.WhySelectDefault, 0, uint64(len(pollorder)))
		return choice{index: -1}
	}
	return s.selectWait(gp, cases, lockorder(cases, pollorder))
}

// sendReady sends if that is possible without waiting. Its receivers may all
// be of selects that have chosen another case.
func (s *Machine) sendReady(gp *g, cas *Case) bool {
	c := cas.Chan
	if c.closed {
		panic(plainError("send on closed channel"))
	}
	if sg := s.dequeue(&c.recvq); sg != nil {
		s.send(gp.m, gp, c, sg, cas.Value)
		return true
	}
	if c.qcount < len(c.buf) {
		c.put(cas.Value)
		s.step(gp.m, gp, event.Chansend, event.WhyBufferRoom, c.id, 0, uint64(c.qcount), uint64(len(c.buf)))
		return true
	}
	return false
}

// recvReady receives if that is possible without waiting.
func (s *Machine) recvReady(gp *g, c *Chan) (v any, ok, ready bool) {
	if sg := s.dequeue(&c.sendq); sg != nil {
		return s.recv(gp, c, sg), true, true
	}
	if c.qcount > 0 {
		v := c.take()
		s.step(gp.m, gp, event.Chanrecv, event.WhyBufferHas, c.id, 0, uint64(c.qcount), uint64(len(c.buf)))
		return v, true, true
	}
	if c.closed {
		s.step(gp.m, gp, event.Chanrecv, event.WhyChanClosed, c.id, 0, 0, uint64(len(c.buf)))
		return nil, false, true
	}
	return nil, false, false
}

// pollorder is the order in which selectgo looks at the cases: a random one of
// all that have a channel. The compiler numbers the sends first to last and
// after them the receives last to first, so that is the order in which chance
// is asked.
func (s *Machine) pollorder(gp *g, cases []Case) []int {
	var order []int
	add := func(i int) {
		c := cases[i].Chan
		if c == nil {
			return
		}
		s.maybeRunChan(gp.m, c)
		j := int(s.rng.cheaprandn(uint32(len(order) + 1)))
		order = append(order, 0)
		order[len(order)-1] = order[j]
		order[j] = i
	}
	for i := range cases {
		if cases[i].Send {
			add(i)
		}
	}
	for i := len(cases) - 1; i >= 0; i-- {
		if !cases[i].Send {
			add(i)
		}
	}
	return order
}

// lockorder sorts the cases by their channels: in the runtime by address, here
// by the order in which they were made. Cases of one channel come out in the
// order that the runtime's heap sort gives them.
func lockorder(cases []Case, pollorder []int) []int {
	order := slices.Clone(pollorder)
	key := func(i int) uint64 { return cases[i].Chan.id }
	for i := range order {
		j := i
		for ; j > 0 && key(order[(j-1)/2]) < key(pollorder[i]); j = (j - 1) / 2 {
			order[j] = order[(j-1)/2]
		}
		order[j] = pollorder[i]
	}
	for i := len(order) - 1; i >= 0; i-- {
		o, j := order[i], 0
		order[i] = order[0]
		for {
			k := j*2 + 1
			if k >= i {
				break
			}
			if k+1 < i && key(order[k]) < key(order[k+1]) {
				k++
			}
			if key(o) >= key(order[k]) {
				break
			}
			order[j] = order[k]
			j = k
		}
		order[j] = o
	}
	return order
}

// selectWait puts gp on the lists of all cases and parks it; who wakes it has
// chosen one of them.
func (s *Machine) selectWait(gp *g, cases []Case, order []int) choice {
	sgs := make([]*sudog, len(order))
	wake := int64(0)
	for k, i := range order {
		cas := &cases[i]
		sg := s.acquireSudog(gp)
		sg.isSelect, sg.elem = true, cas.Value
		sgs[k] = sg
		if cas.Send {
			cas.Chan.sendq = append(cas.Chan.sendq, sg)
		} else {
			cas.Chan.recvq = append(cas.Chan.recvq, sg)
		}
		if w := s.blockTimerChan(gp.m, cas.Chan); w != 0 && (wake == 0 || w < wake) {
			wake = w
		}
	}
	gp.param = nil
	s.goparkThen(gp, "select", event.WhySelectWaits, func(mp *m) {
		if wake != 0 {
			s.wakeNetPoller(mp, wake)
		}
	}, s.nameID(&s.selectName, "a select"), uint64(len(order)))
	gp.selectDone = false
	won := gp.param
	gp.param = nil
	ch := choice{index: -1}
	success := false
	for k, i := range order {
		cas, sg := &cases[i], sgs[k]
		s.unblockTimerChan(cas.Chan)
		switch {
		case sg == won:
			ch.index, success = i, sg.success
			if !cas.Send {
				ch.value, ch.ok = sg.elem, sg.success
			}
		case cas.Send:
			dequeueSudoG(&cas.Chan.sendq, sg)
		default:
			dequeueSudoG(&cas.Chan.recvq, sg)
		}
	}
	for _, sg := range sgs {
		s.releaseSudog(sg)
	}
	if ch.index < 0 {
		s.throw("selectgo: bad wakeup", "")
	}
	if cases[ch.index].Send && !success {
		panic(plainError("send on closed channel"))
	}
	return ch
}
