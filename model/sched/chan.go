package sched

import (
	"slices"

	"rtbook/model/event"
)

// Chan is a channel of any values (runtime/chan.go: hchan). A nil *Chan is a
// nil channel.
type Chan struct {
	object
	closed bool

	// buf is a ring of dataqsiz values, of which qcount are there; the oldest
	// is at recvx, the next one goes to sendx.
	buf                  []any
	qcount, sendx, recvx int
	recvq, sendq         []*sudog
	timer                *Timer // feeds it
}

// NewChan makes a channel with room for size values; 0 is an unbuffered one.
// A size below 0 panics as make does.
func (s *Machine) NewChan(name string, size int) *Chan {
	if size < 0 {
		panic(plainError("makechan: size out of range"))
	}
	c := &Chan{object: s.newObject("channel", name), buf: make([]any, size)}
	s.chans = append(s.chans, c)
	return c
}

// on is what enterOn checks; a nil channel belongs to every machine.
func (c *Chan) on() *object {
	if c == nil {
		return nil
	}
	return &c.object
}

// plainError is a run-time panic of Go's, and prints as Go prints it
// (runtime/error.go: plainError).
type plainError string

func (e plainError) Error() string { return string(e) }

// RuntimeError makes it a runtime.Error, as Go's own panics are.
func (e plainError) RuntimeError() {}

// dequeue takes the first off a waiting list that can be woken: one of a select
// of which no other case has been chosen (runtime/chan.go: (*waitq).dequeue).
func (s *Machine) dequeue(q *[]*sudog) *sudog {
	for len(*q) > 0 {
		sg := (*q)[0]
		(*q)[0] = nil
		*q = (*q)[1:]
		if sg.isSelect {
			if sg.g.selectDone {
				continue
			}
			sg.g.selectDone = true
		}
		return sg
	}
	return nil
}

// dequeueSudoG takes sg off a waiting list, where it need not be
// (runtime/chan.go: (*waitq).dequeueSudoG).
func dequeueSudoG(q *[]*sudog, sg *sudog) {
	if i := slices.Index(*q, sg); i >= 0 {
		*q = slices.Delete(*q, i, i+1)
	}
}

// chansend sends v on c and reports whether it could; it always can if it may
// block (runtime/chan.go: chansend).
func (s *Machine) chansend(gp *g, c *Chan, v any, block bool) bool {
	if c == nil {
		if !block {
			s.step(gp.m, gp, event.Chansend, event.WhyNotReadySend)
			return false
		}
		s.gopark(gp, "chan send (nil chan)", event.WhyNilChan)
	}
	if !block && !c.closed && c.full() {
		s.step(gp.m, gp, event.Chansend, event.WhyNotReadySend, c.id, 0, uint64(c.qcount), uint64(len(c.buf)))
		return false
	}
	if c.closed {
		panic(plainError("send on closed channel"))
	}
	if sg := s.dequeue(&c.recvq); sg != nil {
		s.send(gp.m, gp, c, sg, v)
		return true
	}
	if c.qcount < len(c.buf) {
		c.put(v)
		s.step(gp.m, gp, event.Chansend, event.WhyBufferRoom, c.id, 0, uint64(c.qcount), uint64(len(c.buf)))
		return true
	}
	if !block { // who waits to receive is in a select that has chosen already
		s.step(gp.m, gp, event.Chansend, event.WhyNotReadySend, c.id, 0, uint64(c.qcount), uint64(len(c.buf)))
		return false
	}
	mysg := s.acquireSudog(gp)
	mysg.elem = v
	c.sendq = append(c.sendq, mysg)
	why := event.WhyNoReceiver
	if len(c.buf) > 0 {
		why = event.WhyBufferFull
	}
	s.gopark(gp, "chan send", why, c.id)
	gp.param = nil
	closed := !mysg.success
	s.releaseSudog(mysg)
	if closed {
		if !c.closed {
			s.throw("chansend: spurious wakeup", "")
		}
		panic(plainError("send on closed channel"))
	}
	return true
}

// send gives v to sg, who waits to receive, past the buffer, which is empty.
// gp is nil if a timer sends (runtime/chan.go: send).
func (s *Machine) send(mp *m, gp *g, c *Chan, sg *sudog, v any) {
	to := sg.g
	sg.elem, sg.success = v, true
	to.param = sg
	s.step(mp, gp, event.Chansend, event.WhyReceiverWaits, c.id, uint64(to.goid), uint64(c.qcount), uint64(len(c.buf)))
	s.goready(mp, gp, to)
}

func (c *Chan) full() bool {
	if len(c.buf) == 0 {
		return len(c.recvq) == 0
	}
	return c.qcount == len(c.buf)
}

func (c *Chan) put(v any) {
	c.buf[c.sendx] = v
	c.sendx = (c.sendx + 1) % len(c.buf)
	c.qcount++
}

func (c *Chan) take() any {
	v := c.buf[c.recvx]
	c.buf[c.recvx] = nil
	c.recvx = (c.recvx + 1) % len(c.buf)
	c.qcount--
	return v
}

// chanrecv receives from c. selected says whether it could, which it always
// can if it may block, and received whether v was sent (runtime/chan.go:
// chanrecv).
func (s *Machine) chanrecv(gp *g, c *Chan, block bool) (v any, selected, received bool) {
	if c == nil {
		if !block {
			s.step(gp.m, gp, event.Chanrecv, event.WhyNotReadyRecv)
			return nil, false, false
		}
		s.gopark(gp, "chan receive (nil chan)", event.WhyNilChan)
	}
	s.maybeRunChan(gp.m, c)
	if c.closed && c.qcount == 0 {
		s.step(gp.m, gp, event.Chanrecv, event.WhyChanClosed, c.id, 0, 0, uint64(len(c.buf)))
		return nil, true, false
	}
	if !c.closed {
		if sg := s.dequeue(&c.sendq); sg != nil {
			return s.recv(gp, c, sg), true, true
		}
	}
	if c.qcount > 0 {
		v := c.take()
		s.step(gp.m, gp, event.Chanrecv, event.WhyBufferHas, c.id, 0, uint64(c.qcount), uint64(len(c.buf)))
		return v, true, true
	}
	if !block {
		s.step(gp.m, gp, event.Chanrecv, event.WhyNotReadyRecv, c.id, 0, uint64(c.qcount), uint64(len(c.buf)))
		return nil, false, false
	}
	mysg := s.acquireSudog(gp)
	c.recvq = append(c.recvq, mysg)
	if wake := s.blockTimerChan(gp.m, c); wake != 0 {
		s.goparkThen(gp, "chan receive", event.WhyNoSender, func(mp *m) { s.wakeNetPoller(mp, wake) }, c.id)
	} else {
		s.gopark(gp, "chan receive", event.WhyNoSender, c.id)
	}
	s.unblockTimerChan(c)
	gp.param = nil
	v, received = mysg.elem, mysg.success
	s.releaseSudog(mysg)
	return v, true, received
}

// recv receives while sg waits to send, so that the buffer, if there is one,
// is full: its oldest value is received and sg's takes the place
// (runtime/chan.go: recv).
func (s *Machine) recv(gp *g, c *Chan, sg *sudog) any {
	from := sg.g
	v, why := sg.elem, event.WhySenderWaits
	if len(c.buf) > 0 {
		v, why = c.take(), event.WhyFullSenderWaits
		c.put(sg.elem)
	}
	sg.elem, sg.success = nil, true
	from.param = sg
	s.step(gp.m, gp, event.Chanrecv, why, c.id, uint64(from.goid), uint64(c.qcount), uint64(len(c.buf)))
	s.goready(gp.m, gp, from)
	return v
}

// closechan closes c. All receivers and then all senders are taken off it and
// put on a stack, so that the last of them is readied first (runtime/chan.go:
// closechan).
func (s *Machine) closechan(gp *g, c *Chan) {
	if c == nil {
		panic(plainError("close of nil channel"))
	}
	if c.closed {
		panic(plainError("close of closed channel"))
	}
	c.closed = true
	var glist []*g
	take := func(q *[]*sudog) (n uint64) {
		for sg := s.dequeue(q); sg != nil; sg = s.dequeue(q) {
			sg.elem, sg.success = nil, false
			sg.g.param = sg
			glist = append(glist, sg.g)
			n++
		}
		return n
	}
	receivers, senders := take(&c.recvq), take(&c.sendq)
	why := event.WhyCloseNone
	if len(glist) > 0 {
		why = event.WhyCloseWakes
	}
	s.step(gp.m, gp, event.Closechan, why, c.id, receivers, senders)
	for i := len(glist) - 1; i >= 0; i-- {
		s.goready(gp.m, gp, glist[i])
	}
}
