package sched

import (
	"fmt"
	"slices"

	"rtbook/model/event"
)

// Cond is a sync.Cond (sync/cond.go, runtime/sema.go: notifyList).
type Cond struct {
	object
	mu           *Mutex
	wait, notify uint32 // the next ticket to give out, and the next to wake
	list         []*sudog
}

// NewCond makes a condition whose lock is mu, a mutex of the same machine.
func (s *Machine) NewCond(name string, mu *Mutex) *Cond {
	if mu == nil || mu.s != s {
		panic(fmt.Sprintf("sched: NewCond of %q without a mutex of its machine", name))
	}
	c := &Cond{object: s.newObject("condition", name), mu: mu}
	s.conds = append(s.conds, c)
	return c
}

func (s *Machine) condWait(gp *g, c *Cond) {
	t := c.wait
	c.wait++
	s.unlock(gp, c.mu)
	if int32(t-c.notify) < 0 {
		s.step(gp.m, gp, event.CondWait, event.WhyCondNotified, c.id)
	} else {
		sg := s.acquireSudog(gp)
		sg.ticket = t
		c.list = append(c.list, sg)
		s.gopark(gp, "sync.Cond.Wait", event.WhyCondWait, c.id)
		s.releaseSudog(sg)
	}
	s.lock(gp, c.mu)
}

func (s *Machine) condSignal(gp *g, c *Cond) {
	if c.wait == c.notify {
		s.step(gp.m, gp, event.CondSignal, event.WhyCondNone, c.id)
		return
	}
	t, waiters := c.notify, uint64(len(c.list))
	c.notify++
	i := slices.IndexFunc(c.list, func(sg *sudog) bool { return sg.ticket == t })
	if i < 0 {
		// Its goroutine has a ticket, and has yet to look whether it is due.
		s.step(gp.m, gp, event.CondSignal, event.WhyCondEarly, c.id, waiters)
		return
	}
	sg := c.list[i]
	c.list = slices.Delete(c.list, i, i+1)
	waiter := sg.g
	s.step(gp.m, gp, event.CondSignal, event.WhyCondWakesOne, c.id, waiters)
	s.goready(gp.m, gp, waiter)
}

func (s *Machine) condBroadcast(gp *g, c *Cond) {
	if c.wait == c.notify {
		s.step(gp.m, gp, event.CondBroadcast, event.WhyCondNone, c.id)
		return
	}
	list := c.list
	c.list, c.notify = nil, c.wait
	why := event.WhyCondWakesAll
	if len(list) == 0 {
		why = event.WhyCondEarly
	}
	s.step(gp.m, gp, event.CondBroadcast, why, c.id, uint64(len(list)))
	for _, sg := range list {
		s.goready(gp.m, gp, sg.g)
	}
}
