package sched

import "rtbook/model/event"

// RWMutex is a sync.RWMutex (sync/rwmutex.go).
type RWMutex struct {
	object
	w           Mutex // held while there are pending writers
	readerSem   sema  // for readers that wait for a writer
	writerSem   sema  // for a writer that waits for readers
	readerCount int32 // pending readers; less by rwmutexMaxReaders while a writer is there
	readerWait  int32 // readers that the writer waits for
}

const rwmutexMaxReaders = 1 << 30 // go:sync.rwmutexMaxReaders

// NewRWMutex makes an unlocked reader/writer mutex.
func (s *Machine) NewRWMutex(name string) *RWMutex {
	rw := &RWMutex{object: s.newObject("reader/writer mutex", name)}
	rw.w.object = rw.object
	s.rwmutexes = append(s.rwmutexes, rw)
	return rw
}

func (s *Machine) rLock(gp *g, rw *RWMutex) {
	if rw.readerCount++; rw.readerCount < 0 {
		s.semacquire(gp, &rw.readerSem, false, "sync.RWMutex.RLock", event.WhyWriterThere, rw.id)
		return
	}
	s.step(gp.m, gp, event.RWMutexRLock, event.WhyReaderIn, rw.id, uint64(rw.readerCount))
}

func (s *Machine) rUnlock(gp *g, rw *RWMutex) {
	r := rw.readerCount - 1
	if r+1 == 0 || r+1 == -rwmutexMaxReaders {
		s.throw("sync: RUnlock of unlocked RWMutex", rw.name)
	}
	rw.readerCount = r
	if r >= 0 {
		s.step(gp.m, gp, event.RWMutexRUnlock, event.WhyReaderOut, rw.id, uint64(r))
		return
	}
	rw.readerWait--
	if rw.readerWait != 0 {
		s.step(gp.m, gp, event.RWMutexRUnlock, event.WhyReaderOutMore, rw.id, uint64(rw.readerWait))
		return
	}
	s.step(gp.m, gp, event.RWMutexRUnlock, event.WhyReaderOutLast, rw.id)
	s.semrelease(gp, &rw.writerSem, false)
}

func (s *Machine) rwLock(gp *g, rw *RWMutex) {
	s.lock(gp, &rw.w)
	r := rw.readerCount
	rw.readerCount -= rwmutexMaxReaders
	rw.readerWait += r
	if r != 0 && rw.readerWait != 0 {
		s.semacquire(gp, &rw.writerSem, false, "sync.RWMutex.Lock", event.WhyReadersThere, rw.id)
		return
	}
	s.step(gp.m, gp, event.RWMutexLock, event.WhyNoReaders, rw.id)
}

func (s *Machine) rwUnlock(gp *g, rw *RWMutex) {
	r := rw.readerCount + rwmutexMaxReaders
	if r >= rwmutexMaxReaders {
		s.throw("sync: Unlock of unlocked RWMutex", rw.name)
	}
	rw.readerCount = r
	s.step(gp.m, gp, event.RWMutexUnlock, event.WhyReadersGo, rw.id, uint64(r))
	for range r {
		s.semrelease(gp, &rw.readerSem, false)
	}
	s.unlock(gp, &rw.w)
}

// Once is a sync.Once (sync/once.go).
type Once struct {
	object
	done bool
	m    Mutex
}

// NewOnce makes a Once whose function has not been called.
func (s *Machine) NewOnce(name string) *Once {
	o := &Once{object: s.newObject("once", name)}
	o.m.object = o.object
	s.onces = append(s.onces, o)
	return o
}

// doOnce is sync/once.go: (*Once).Do. A function that panics counts as called.
func (s *Machine) doOnce(gp *g, o *Once, f func()) {
	if o.done {
		s.step(gp.m, gp, event.OnceDo, event.WhyOnceDone, o.id)
		return
	}
	s.lock(gp, &o.m)
	defer func() {
		if !s.closed && s.failure == nil {
			s.unlock(gp, &o.m)
		}
	}()
	if !o.done {
		defer func() { o.done = true }()
		s.step(gp.m, gp, event.OnceDo, event.WhyOnceFirst, o.id)
		f()
	}
}
