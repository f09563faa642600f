package sched

import "rtbook/model/event"

// A placement says where runqput put a goroutine, for the event.
type placement struct {
	why    event.Reason
	kicked int64 // goid that was in runnext
	moved  int   // gs taken from the head of the local queue to the global one
}

func (pl placement) args(goid int64) []uint64 {
	return []uint64{uint64(goid), uint64(pl.kicked), uint64(pl.moved)}
}

// runqput puts gp on pp's local queue: with next into runnext, whose old
// goroutine is kicked to the tail; else at the tail itself (runtime/proc.go:
// runqput). A full queue spills to the global one.
func (s *Machine) runqput(pp *p, gp *g, next bool) placement {
	pl := placement{why: event.WhyRunnextFree}
	if next {
		oldnext := pp.runnext
		pp.runnext = gp
		s.noteRunnext(pp)
		if oldnext == nil {
			return pl
		}
		gp = oldnext
		pl.why, pl.kicked = event.WhyRunnextKick, oldnext.goid
	}
	if t := pp.runqtail; t-pp.runqhead < runqSize {
		pp.runq[t%runqSize] = gp
		pp.runqtail++
		s.noteRunqPut(pp, gp)
		return pl
	}
	pl.why, pl.moved = event.WhyRunnextSpill, s.runqputslow(pp, gp)
	return pl
}

// runqputslow moves the first half of pp's full queue, and gp after it, to the
// global queue in one batch, and returns the size of that half
// (runtime/proc.go: runqputslow).
func (s *Machine) runqputslow(pp *p, gp *g) int {
	n := (pp.runqtail - pp.runqhead) / 2
	if n != runqSize/2 {
		s.throw("runqputslow: queue is not full", "")
	}
	for i := range n {
		s.globrunqput(pp.runq[(pp.runqhead+i)%runqSize])
	}
	pp.runqhead += n
	s.noteRunqDrop(pp, int(n))
	s.globrunqput(gp)
	return int(n)
}

// runqputbatch moves gs from q to pp's queue while there is room
// (runtime/proc.go: runqputbatch).
func (s *Machine) runqputbatch(pp *p, q *gQueue) {
	for q.size > 0 && pp.runqtail-pp.runqhead < runqSize {
		gp := q.pop()
		pp.runq[pp.runqtail%runqSize] = gp
		pp.runqtail++
		s.noteRunqPut(pp, gp)
	}
}

// runqget takes the goroutine that pp runs next: runnext, which inherits the
// time slice, or the head of the queue, which begins one (runtime/proc.go:
// runqget).
func (s *Machine) runqget(pp *p) (gp *g, inheritTime bool) {
	if next := pp.runnext; next != nil {
		pp.runnext = nil
		s.noteRunnext(pp)
		return next, true
	}
	if pp.runqhead == pp.runqtail {
		return nil, false
	}
	gp = pp.runq[pp.runqhead%runqSize]
	pp.runqhead++
	s.noteRunqDrop(pp, 1)
	return gp, false
}

// runqempty reports whether pp has no local work (runtime/proc.go: runqempty).
func runqempty(pp *p) bool { return pp.runqhead == pp.runqtail && pp.runnext == nil }

// globrunqput puts gp at the tail of the global queue (runtime/proc.go:
// globrunqput).
func (s *Machine) globrunqput(gp *g) {
	s.runq.pushBack(gp)
	s.note(event.Effect{Op: event.OpGlobalPut, N: uint64(gp.goid)})
}

// globrunqputhead puts gp before all others (runtime/proc.go:
// globrunqputhead).
func (s *Machine) globrunqputhead(gp *g) {
	s.runq.push(gp)
	s.note(event.Effect{Op: event.OpGlobalPush, N: uint64(gp.goid)})
}

// globrunqputbatch puts all of q behind the others and empties it
// (runtime/proc.go: globrunqputbatch).
func (s *Machine) globrunqputbatch(q *gQueue) {
	for gp := q.pop(); gp != nil; gp = q.pop() {
		s.globrunqput(gp)
	}
}

// globrunqget takes the head of the global queue, or returns nil
// (runtime/proc.go: globrunqget).
func (s *Machine) globrunqget() *g {
	gp := s.runq.pop()
	if gp != nil {
		s.note(event.Effect{Op: event.OpGlobalDrop, J: 1})
	}
	return gp
}

// globrunqgetbatch takes up to n gs from the global queue, but no more than a
// fair share of it: the first to run, the others for the local queue
// (runtime/proc.go: globrunqgetbatch).
func (s *Machine) globrunqgetbatch(n int) (gp *g, q gQueue) {
	n = min(n, s.runq.size, s.runq.size/len(s.allp)+1)
	gp = s.runq.pop()
	for range n - 1 {
		q.pushBack(s.runq.pop())
	}
	s.note(event.Effect{Op: event.OpGlobalDrop, J: int32(1 + q.size)})
	return gp, q
}

// runqsteal takes half of p2's queue for mp's P, whose queue is empty, and
// chooses the last of what it took. On the last pass, if there is nothing
// else, it takes p2's runnext (runtime/proc.go: runqsteal, runqgrab).
func (s *Machine) runqsteal(mp *m, p2 *p, pass int) runnable {
	for {
		had := p2.runqtail - p2.runqhead
		n := had - had/2
		if n > 0 {
			return s.stealHalf(mp, p2, pass, n, had)
		}
		next := p2.runnext
		if pass < stealTries || next == nil {
			return runnable{}
		}
		// Often p2's goroutine has just readied next, and is about to block:
		// p2 gets the time to start next itself, unless it is in a system call.
		if p2.status == prunning && p2.m != nil && !syscallingThread(p2) {
			mp.sleepUntil = s.now + stealDelay
			s.step(mp, nil, event.Runqgrab, event.WhyGiveVictimTime, uint64(p2.id), uint64(next.goid), stealDelay)
			if p2.runnext != next {
				continue
			}
		}
		p2.runnext = nil
		s.noteRunnext(p2)
		mp.found = next
		s.step(mp, nil, event.Runqsteal, event.WhyLastResort, uint64(p2.id), 1, 1, uint64(pass))
		return runnable{gp: next, why: event.WhyStolenRunnext, batch: 1, victim: int(p2.id)}
	}
}

func (s *Machine) stealHalf(mp *m, p2 *p, pass int, n, had uint32) runnable {
	pp := mp.p
	for i := range n {
		gp := p2.runq[(p2.runqhead+i)%runqSize]
		pp.runq[(pp.runqtail+i)%runqSize] = gp
		if i < n-1 {
			s.noteRunqPut(pp, gp)
		}
	}
	p2.runqhead += n
	s.noteRunqDrop(p2, int(n))
	pp.runqtail += n - 1 // the last one is not queued but run
	gp := pp.runq[pp.runqtail%runqSize]
	mp.found = gp
	s.step(mp, nil, event.Runqsteal, event.WhyHalfOfQueue, uint64(p2.id), uint64(n), uint64(had), uint64(pass))
	return runnable{gp: gp, why: event.WhyStolenLast, batch: int(n), victim: int(p2.id)}
}

// A randomOrder visits all Ps in one of many orders (runtime/proc.go:
// randomOrder): from a start, in steps of a number that has no factor in
// common with their count.
type randomOrder struct {
	count    uint32
	coprimes []uint32
}

func (ord *randomOrder) reset(count uint32) {
	ord.count, ord.coprimes = count, nil
	for i := uint32(1); i <= count; i++ {
		if gcd(i, count) == 1 {
			ord.coprimes = append(ord.coprimes, i)
		}
	}
}

// start begins the order that the random number i selects.
func (ord *randomOrder) start(i uint32) randomEnum {
	return randomEnum{count: ord.count, pos: i % ord.count, inc: ord.coprimes[i/ord.count%uint32(len(ord.coprimes))]}
}

// A randomEnum goes through an order (runtime/proc.go: randomEnum).
type randomEnum struct{ count, pos, inc uint32 }

func (enum *randomEnum) next() { enum.pos = (enum.pos + enum.inc) % enum.count }

func gcd(a, b uint32) uint32 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
