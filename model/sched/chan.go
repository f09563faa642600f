package sched

import "rtbook/model/event"

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

// numbers are what an event of the channel says: itself, a partner, and how
// full it is.
func (c *Chan) numbers(partner *g) []uint64 {
	who := uint64(0)
	if partner != nil {
		who = uint64(partner.goid)
	}
	return []uint64{c.id, who, uint64(c.qcount), uint64(len(c.buf))}
}

func dequeue(q *[]*sudog) *sudog {
	if len(*q) == 0 {
		return nil
	}
	sg := (*q)[0]
	*q = (*q)[1:]
	return sg
}

// chansend sends v on c and reports whether it could; it always can if it may
// block (runtime/chan.go: chansend, send).
func (s *Machine) chansend(gp *g, c *Chan, v any, block bool) bool {
	if c == nil {
		if !block {
			s.step(gp.m, gp, event.Chansend, event.WhyNotReadySend)
			return false
		}
		s.gopark(gp, "chan send (nil chan)", event.WhyNilChan)
	}
	if !block && !c.closed && c.full() {
		s.step(gp.m, gp, event.Chansend, event.WhyNotReadySend, c.numbers(nil)...)
		return false
	}
	if c.closed {
		panic(plainError("send on closed channel"))
	}
	if sg := dequeue(&c.recvq); sg != nil {
		// Straight to the receiver, past the buffer, which is empty.
		sg.elem, sg.success = v, true
		s.step(gp.m, gp, event.Chansend, event.WhyReceiverWaits, c.numbers(sg.g)...)
		s.goready(gp, sg.g)
		return true
	}
	if c.qcount < len(c.buf) {
		c.put(v)
		s.step(gp.m, gp, event.Chansend, event.WhyBufferRoom, c.numbers(nil)...)
		return true
	}
	mysg := &sudog{g: gp, elem: v}
	c.sendq = append(c.sendq, mysg)
	gp.waiting = mysg
	why := event.WhyNoReceiver
	if len(c.buf) > 0 {
		why = event.WhyBufferFull
	}
	s.gopark(gp, "chan send", why, c.id)
	gp.waiting = nil
	if !mysg.success {
		if !c.closed {
			s.throw("chansend: spurious wakeup", "")
		}
		panic(plainError("send on closed channel"))
	}
	return true
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
// chanrecv, recv).
func (s *Machine) chanrecv(gp *g, c *Chan, block bool) (v any, selected, received bool) {
	if c == nil {
		if !block {
			s.step(gp.m, gp, event.Chanrecv, event.WhyNotReadyRecv)
			return nil, false, false
		}
		s.gopark(gp, "chan receive (nil chan)", event.WhyNilChan)
	}
	if c.closed && c.qcount == 0 {
		s.step(gp.m, gp, event.Chanrecv, event.WhyChanClosed, c.numbers(nil)...)
		return nil, true, false
	}
	if !c.closed {
		if sg := dequeue(&c.sendq); sg != nil {
			return s.recv(gp, c, sg), true, true
		}
	}
	if c.qcount > 0 {
		v := c.take()
		s.step(gp.m, gp, event.Chanrecv, event.WhyBufferHas, c.numbers(nil)...)
		return v, true, true
	}
	if !block {
		s.step(gp.m, gp, event.Chanrecv, event.WhyNotReadyRecv, c.numbers(nil)...)
		return nil, false, false
	}
	mysg := &sudog{g: gp}
	c.recvq = append(c.recvq, mysg)
	gp.waiting = mysg
	s.gopark(gp, "chan receive", event.WhyNoSender, c.id)
	gp.waiting = nil
	return mysg.elem, true, mysg.success
}

// recv receives while sg waits to send, so that the buffer, if there is one,
// is full: its oldest value is received and sg's takes the place.
func (s *Machine) recv(gp *g, c *Chan, sg *sudog) any {
	v, why := sg.elem, event.WhySenderWaits
	if len(c.buf) > 0 {
		v, why = c.take(), event.WhyFullSenderWaits
		c.put(sg.elem)
	}
	sg.elem, sg.success = nil, true
	s.step(gp.m, gp, event.Chanrecv, why, c.numbers(sg.g)...)
	s.goready(gp, sg.g)
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
	why := event.WhyCloseNone
	if len(c.recvq)+len(c.sendq) > 0 {
		why = event.WhyCloseWakes
	}
	receivers, senders := len(c.recvq), len(c.sendq)
	var glist []*g
	for sg := dequeue(&c.recvq); sg != nil; sg = dequeue(&c.recvq) {
		sg.elem, sg.success = nil, false
		glist = append(glist, sg.g)
	}
	for sg := dequeue(&c.sendq); sg != nil; sg = dequeue(&c.sendq) {
		sg.elem, sg.success = nil, false
		glist = append(glist, sg.g)
	}
	s.step(gp.m, gp, event.Closechan, why, c.id, uint64(receivers), uint64(senders))
	for i := len(glist) - 1; i >= 0; i-- {
		s.goready(gp, glist[i])
	}
}
