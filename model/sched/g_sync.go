package sched

// Lock is mu.Lock().
func (g *G) Lock(mu *Mutex) {
	s, gp := g.enterOn("Lock", &mu.object)
	s.lock(gp, mu)
}

// TryLock is mu.TryLock().
func (g *G) TryLock(mu *Mutex) bool {
	s, gp := g.enterOn("TryLock", &mu.object)
	return s.tryLock(gp, mu)
}

// Unlock is mu.Unlock(). Unlocking an unlocked mutex is a fatal error.
func (g *G) Unlock(mu *Mutex) {
	s, gp := g.enterOn("Unlock", &mu.object)
	s.unlock(gp, mu)
}

// Add is wg.Add(delta).
func (g *G) Add(wg *WaitGroup, delta int) {
	s, gp := g.enterOn("Add", &wg.object)
	s.wgAdd(gp, wg, delta)
}

// Done is wg.Done().
func (g *G) Done(wg *WaitGroup) {
	s, gp := g.enterOn("Done", &wg.object)
	s.wgAdd(gp, wg, -1)
}

// Wait is wg.Wait().
func (g *G) Wait(wg *WaitGroup) {
	s, gp := g.enterOn("Wait", &wg.object)
	s.wgWait(gp, wg)
}

// CondWait is c.Wait(); the condition's mutex must be locked.
func (g *G) CondWait(c *Cond) {
	s, gp := g.enterOn("CondWait", &c.object)
	s.condWait(gp, c)
}

// Signal is c.Signal().
func (g *G) Signal(c *Cond) {
	s, gp := g.enterOn("Signal", &c.object)
	s.condSignal(gp, c)
}

// Broadcast is c.Broadcast().
func (g *G) Broadcast(c *Cond) {
	s, gp := g.enterOn("Broadcast", &c.object)
	s.condBroadcast(gp, c)
}

// RLock is rw.RLock().
func (g *G) RLock(rw *RWMutex) {
	s, gp := g.enterOn("RLock", &rw.object)
	s.rLock(gp, rw)
}

// RUnlock is rw.RUnlock(). Without an RLock it is a fatal error.
func (g *G) RUnlock(rw *RWMutex) {
	s, gp := g.enterOn("RUnlock", &rw.object)
	s.rUnlock(gp, rw)
}

// RWLock is rw.Lock().
func (g *G) RWLock(rw *RWMutex) {
	s, gp := g.enterOn("RWLock", &rw.object)
	s.rwLock(gp, rw)
}

// RWUnlock is rw.Unlock(). Unlocking an unlocked one is a fatal error.
func (g *G) RWUnlock(rw *RWMutex) {
	s, gp := g.enterOn("RWUnlock", &rw.object)
	s.rwUnlock(gp, rw)
}

// Do is o.Do(f).
func (g *G) Do(o *Once, f func()) {
	s, gp := g.enterOn("Do", &o.object)
	s.doOnce(gp, o, f)
}
