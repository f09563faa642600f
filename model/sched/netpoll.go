package sched

import "rtbook/model/event"

// netState is the network poller: what the kernel has for it, and who waits.
type netState struct {
	inited   bool
	waiters  int       // runtime/netpoll.go: netpollWaiters
	arrivals []arrival // that are still to come, earliest first
	ready    []*FD     // the kernel's list of events that nobody has fetched
	poller   *m        // the M that sleeps in netpoll, if one does
}

// An arrival is data that a file will have.
type arrival struct {
	at int64
	fd *FD
}

// maxEvents is how many events netpoll fetches at once.
const maxEvents = 128 // go:runtime.netpoll.events, on Linux

// FD is a file that can be read and that the poller watches: the end of a
// pipe, a connection (internal/poll: FD; runtime/netpoll.go: pollDesc).
type FD struct {
	object
	avail  int  // messages that can be read
	queued bool // on the kernel's list
	ready  bool // pdReady: an event came, and nobody waited
	rg     *g   // who waits to read
}

// NewFD makes a file from which nothing can be read yet.
func (s *Machine) NewFD(name string) *FD {
	fd := &FD{object: s.newObject("file", name)}
	s.fds = append(s.fds, fd)
	s.net.inited = true // a file that can be polled starts the poller
	return fd
}

// Arrive has a message arrive from outside at a time in virtual nanoseconds;
// now, if that time is over.
func (s *Machine) Arrive(fd *FD, at int64) {
	at = max(at, s.now)
	i := len(s.net.arrivals)
	for i > 0 && s.net.arrivals[i-1].at > at {
		i--
	}
	s.net.arrivals = append(s.net.arrivals, arrival{})
	copy(s.net.arrivals[i+1:], s.net.arrivals[i:])
	s.net.arrivals[i] = arrival{at, fd}
	if mp := s.net.poller; mp != nil {
		mp.sleepUntil = min(mp.sleepUntil, at)
	}
}

// settleArrivals does what the kernel has done by now.
func (s *Machine) settleArrivals() {
	for len(s.net.arrivals) > 0 && s.net.arrivals[0].at <= s.now {
		s.netArrived(s.net.arrivals[0].fd)
		s.net.arrivals = s.net.arrivals[1:]
	}
}

// netArrived is the arrival of a message: an edge, as epoll counts.
func (s *Machine) netArrived(fd *FD) {
	fd.avail++
	if !fd.queued {
		fd.queued = true
		s.net.ready = append(s.net.ready, fd)
	}
	if mp := s.net.poller; mp != nil {
		mp.sleepUntil = min(mp.sleepUntil, s.now)
	}
}

// netRead takes a message from fd; gp waits for one if there is none
// (internal/poll/fd_unix.go: (*FD).Read; runtime/netpoll.go: netpollblock).
func (s *Machine) netRead(gp *g, fd *FD) {
	for {
		s.settleArrivals()
		if fd.avail > 0 {
			fd.avail--
			s.step(gp.m, gp, event.NetRead, event.WhyReadAtOnce, fd.id, uint64(fd.avail))
			return
		}
		if fd.ready {
			fd.ready = false // an event of a message that was read meanwhile
			continue
		}
		if fd.rg != nil {
			s.throw("runtime: double wait", fd.name)
		}
		fd.rg = gp
		s.net.waiters++
		s.gopark(gp, "IO wait", event.WhyIOWait, fd.id)
	}
}

// netpoll fetches events and returns the goroutines that can go on, the one
// whose event is last first (runtime/netpoll_epoll.go: netpoll;
// runtime/netpoll.go: netpollready, netpollunblock).
func (s *Machine) netpoll() (list gList) {
	s.settleArrivals()
	for n := 0; n < maxEvents && len(s.net.ready) > 0; {
		fd := s.net.ready[0]
		s.net.ready = s.net.ready[1:]
		fd.queued = false
		if fd.avail == 0 {
			continue // it has been read meanwhile: epoll looks again, and says nothing
		}
		n++
		if gp := fd.rg; gp != nil {
			fd.rg = nil
			s.net.waiters--
			list.push(gp)
		} else {
			fd.ready = true
		}
	}
	return list
}

// netpollBlock sleeps in the poller until the time is reached, 0 for ever, or
// something arrives, or somebody calls netpollBreak. epoll_wait counts in whole
// milliseconds: at least one, and the rest of a longer time is cut off
// (runtime/netpoll_epoll.go: netpoll).
func (s *Machine) netpollBlock(mp *m, pollUntil int64) gList {
	const ms = 1_000_000
	until := int64(forever)
	if delay := pollUntil - s.now; pollUntil != 0 && delay <= 0 {
		until = s.now
	} else if pollUntil != 0 {
		until = s.now + max(delay/ms, 1)*ms
	}
	s.settleArrivals()
	if len(s.net.ready) > 0 {
		until = s.now
	} else if len(s.net.arrivals) > 0 {
		until = min(until, s.net.arrivals[0].at)
	}
	s.net.poller, mp.doing = mp, polling
	mp.sleepUntil = until
	why := event.WhyPollFor
	if pollUntil == 0 {
		why = event.WhyPollForever
	}
	s.step(mp, nil, event.Netpoll, why, uint64(max(pollUntil-s.now, 0)))
	s.net.poller, mp.doing = nil, stepping
	return s.netpoll()
}

// wakeNetPoller has somebody notice a timer at when that is earlier than what
// the poller waits for (runtime/proc.go: wakeNetPoller).
func (s *Machine) wakeNetPoller(mp *m, when int64) {
	if s.lastpoll == 0 {
		if s.pollUntil == 0 || s.pollUntil > when {
			s.netpollBreak()
		}
		return
	}
	s.wakep(mp, nil)
}

// netpollBreak ends the poller's sleep (runtime/netpoll_epoll.go:
// netpollBreak).
func (s *Machine) netpollBreak() {
	if mp := s.net.poller; mp != nil {
		mp.sleepUntil = min(mp.sleepUntil, s.now)
	}
}

// injectglist makes goroutines runnable that an M without a P, sysmon for
// example, or with one has found ready: one for each idle P goes to the global
// queue, the others to the local one (runtime/proc.go: injectglist).
func (s *Machine) injectglist(mp *m, by *g, list gList) {
	if list.size == 0 {
		return
	}
	q := &mp.injecting
	for gp := list.pop(); gp != nil; gp = list.pop() {
		s.casgstatus(gp, Waiting, Runnable)
		gp.waitreason = ""
		q.pushBack(gp)
	}
	var globq gQueue
	n := q.size // without a P all go to the global queue
	if mp.p != nil {
		n = min(n, len(s.pidle))
	}
	for range n {
		globq.pushBack(q.pop())
	}
	ids := globq.goids()
	s.globrunqputbatch(&globq)
	for _, id := range ids {
		s.step(mp, by, event.GoUnblock, event.WhyInjectGlobal, id)
	}
	for range n {
		pp := s.pidlegetSpinning()
		if pp == nil {
			break
		}
		s.startm(mp, by, pp, false, event.Wakep, event.WhyInjected)
	}
	if mp.p == nil {
		return
	}
	ids = q.goids()
	s.runqputbatch(mp.p, q)
	s.globrunqputbatch(q)
	for _, id := range ids {
		s.step(mp, by, event.GoUnblock, event.WhyInjectLocal, id)
	}
	s.wakep(mp, by)
}
