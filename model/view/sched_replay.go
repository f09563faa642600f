package view

import (
	"slices"

	"rtbook/model/event"
	"rtbook/model/sched"
)

// schedState is the state of a scheduler as a replay knows it.
type schedState struct {
	events  []event.Event
	effects []event.Effect // those of events that are still to come

	ms     []mState
	owner  []int   // the M that has each P, or -1
	next   []int64 // runnext of each P, or 0
	local  []queue // of each P
	global queue
	gs     []gState // by goid

	// What the last event has changed. A number may be there twice.
	changedMs     []int
	changedLanes  []int // Ps that another M has, or the same one for something else
	changedQueues []int // Ps whose runnext or queue is another one
	changedGs     []int
	changedGlobal bool
}

// mState is an M.
type mState struct {
	p     int // or -1
	g     int64
	flags uint8
}

// gState is a goroutine.
type gState struct {
	status sched.Status
	reason int    // number of its wait reason, while it waits
	object uint64 // number of what it waits on, 0 if that is nothing with a name
}

// queue is a list that is long where a program makes it so, and taken from at
// its head.
type queue struct {
	ids  []int64
	head int
}

func (q *queue) all() []int64 { return q.ids[q.head:] }

func (q *queue) put(id int64) { q.ids = append(q.ids, id) }

func (q *queue) push(id int64) {
	if q.head == 0 {
		q.ids = append(make([]int64, 64, 64+len(q.ids)), q.ids...)
		q.head = 64
	}
	q.head--
	q.ids[q.head] = id
}

func (q *queue) drop(n int) {
	q.head = min(q.head+n, len(q.ids))
	if q.head > 64 && q.head > len(q.ids)/2 {
		q.ids = q.ids[:copy(q.ids, q.ids[q.head:])]
		q.head = 0
	}
}

// replayOf begins a replay of what m has recorded.
func replayOf(m *sched.Machine) *schedState {
	return &schedState{events: m.Events(), effects: m.Effects()}
}

// forP grows what there is of Ps.
func (s *schedState) forP(p int) {
	for len(s.owner) <= p {
		s.owner = append(s.owner, -1)
		s.next = append(s.next, 0)
		s.local = append(s.local, queue{})
	}
}

func (s *schedState) m(id int) *mState {
	for len(s.ms) <= id {
		s.ms = append(s.ms, mState{p: -1})
	}
	return &s.ms[id]
}

func (s *schedState) g(id int64) *gState {
	for int64(len(s.gs)) <= id {
		s.gs = append(s.gs, gState{status: sched.Dead})
	}
	return &s.gs[id]
}

// apply does what event n did.
func (s *schedState) apply(n int) {
	s.changedMs, s.changedLanes, s.changedQueues = s.changedMs[:0], s.changedLanes[:0], s.changedQueues[:0]
	s.changedGs, s.changedGlobal = s.changedGs[:0], false
	e := &s.events[n]
	for len(s.effects) > 0 && int(s.effects[0].Event) <= n {
		s.effect(&s.effects[0], e)
		s.effects = s.effects[1:]
	}
}

func (s *schedState) effect(f *event.Effect, e *event.Event) {
	switch f.Op {
	case event.OpStatus:
		g := s.g(int64(f.N))
		*g = gState{status: sched.Status(f.I), reason: int(f.J)}
		if e.Kind == event.GoBlock && e.G == int64(f.N) {
			g.object = e.Args[0]
		}
		s.changedGs = append(s.changedGs, int(f.N))
	case event.OpM:
		s.setM(int(f.I), mState{p: int(f.J), g: int64(f.N), flags: f.Flags})
	case event.OpGlobalPut:
		s.global.put(int64(f.N))
		s.changedGlobal = true
	case event.OpGlobalPush:
		s.global.push(int64(f.N))
		s.changedGlobal = true
	case event.OpGlobalDrop:
		s.global.drop(int(f.J))
		s.changedGlobal = true
	default:
		p := int(f.I)
		s.forP(p)
		switch f.Op {
		case event.OpRunnext:
			s.next[p] = int64(f.N)
		case event.OpRunqPut:
			s.local[p].put(int64(f.N))
		case event.OpRunqDrop:
			s.local[p].drop(int(f.J))
		}
		if !slices.Contains(s.changedQueues, p) {
			s.changedQueues = append(s.changedQueues, p)
		}
	}
}

// setM changes the state of an M, and with it who has which P.
func (s *schedState) setM(id int, now mState) {
	m := s.m(id)
	if m.p >= 0 && m.p != now.p && s.owner[m.p] == id {
		s.owner[m.p] = -1
		s.changedLanes = append(s.changedLanes, m.p)
	}
	*m = now
	if now.p >= 0 {
		s.forP(now.p)
		s.owner[now.p] = id
		s.changedLanes = append(s.changedLanes, now.p)
	}
	s.changedMs = append(s.changedMs, id)
}

// running returns the state of the M that has p, and whether one does.
func (s *schedState) running(p int) (mState, bool) {
	if p >= len(s.owner) || s.owner[p] < 0 {
		return mState{}, false
	}
	return s.ms[s.owner[p]], true
}

// sizes returns how many Ps and Ms there are in a recording.
func (s *schedState) sizes() (ps, ms int) {
	for i := range s.effects {
		switch f := &s.effects[i]; f.Op {
		case event.OpM:
			ms, ps = max(ms, int(f.I)+1), max(ps, int(f.J)+1)
		case event.OpRunnext, event.OpRunqPut, event.OpRunqDrop:
			ps = max(ps, int(f.I)+1)
		}
	}
	for i := range s.events {
		ps = max(ps, int(s.events[i].P)+1)
	}
	return ps, ms
}
