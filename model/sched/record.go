package sched

import (
	"slices"

	"rtbook/model/event"
)

// record is what a machine that records keeps beside its events: what they did
// to queues and states, and the words for it. Without Config.Record it is empty.
type record struct {
	ms      []*m             // those whose state may have changed since the last event
	names   map[int64]string // of goroutines, dead ones included
	reasons []string         // why goroutines waited, by number in effects
}

// GoName returns the name that a goroutine was started with, "" for one that
// there has not been. It needs Config.Record.
func (s *Machine) GoName(goid int64) string { return s.record.names[goid] }

// WaitReason returns the wait reason with that number, as [event.OpStatus] has
// it; 0 is none.
func (s *Machine) WaitReason(number int) string {
	if number < 1 || number > len(s.record.reasons) {
		return ""
	}
	return s.record.reasons[number-1]
}

// Names returns the names of channels, locks and whatever else "#n" stands for
// in the words of events, by number; 0 is the nil channel.
func (s *Machine) Names() []string { return slices.Clone(s.names) }

func (s *Machine) note(e event.Effect) { s.log.Effect(e) }

func (s *Machine) noteRunnext(pp *p) {
	if s.log.Record {
		s.note(event.Effect{Op: event.OpRunnext, I: pp.id, N: uint64(goidOf(pp.runnext))})
	}
}

func (s *Machine) noteRunqPut(pp *p, gp *g) {
	if s.log.Record {
		s.note(event.Effect{Op: event.OpRunqPut, I: pp.id, N: uint64(gp.goid)})
	}
}

func (s *Machine) noteRunqDrop(pp *p, n int) {
	if s.log.Record && n > 0 {
		s.note(event.Effect{Op: event.OpRunqDrop, I: pp.id, J: int32(n)})
	}
}

func (s *Machine) noteName(goid int64, name string) {
	if !s.log.Record {
		return
	}
	if s.record.names == nil {
		s.record.names = make(map[int64]string)
	}
	s.record.names[goid] = name
}

func (s *Machine) noteStatus(gp *g) {
	if !s.log.Record || gp.goid == 0 {
		return
	}
	why := 0
	if gp.status == Waiting {
		if why = slices.Index(s.record.reasons, gp.waitreason) + 1; why == 0 {
			s.record.reasons = append(s.record.reasons, gp.waitreason)
			why = len(s.record.reasons)
		}
	}
	s.note(event.Effect{Op: event.OpStatus, I: int32(gp.status), J: int32(why), N: uint64(gp.goid)})
}

// touch has the next event record the state of mp, if that has changed.
func (s *Machine) touch(mp *m) {
	if !s.log.Record || mp.touched || mp.id < 0 {
		return
	}
	mp.touched = true
	s.record.ms = append(s.record.ms, mp)
}

// noteMs records the states of the Ms that were touched.
func (s *Machine) noteMs() {
	for _, mp := range s.record.ms {
		mp.touched = false
		if e := mp.effect(); e != mp.noted {
			mp.noted = e
			s.note(e)
		}
	}
	s.record.ms = s.record.ms[:0]
}

// effect returns the state of mp as an effect of no event yet.
func (mp *m) effect() event.Effect {
	e := event.Effect{Op: event.OpM, I: int32(mp.id), J: event.None, N: uint64(goidOf(mp.curg))}
	if mp.p != nil {
		e.J = mp.p.id
	}
	if mp.found != nil {
		e.N, e.Flags = uint64(mp.found.goid), event.MFound
	}
	for _, f := range [...]struct {
		is   bool
		flag uint8
	}{
		{mp.spinning, event.MSpinning}, {mp.parked, event.MParked}, {mp.doing == exited, event.MEnded},
		{mp.doing == inSyscall, event.MSyscall}, {mp.doing == polling, event.MPolling},
	} {
		if f.is {
			e.Flags |= f.flag
		}
	}
	return e
}
