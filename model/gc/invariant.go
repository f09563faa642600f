package gc

import "fmt"

// Invariant checks what the write barrier is there to keep: during a mark,
// every white object that something black points to is also reachable from
// something grey, through white objects only. It returns an error that names
// the first offender, or nil. Outside the mark phase there is nothing to keep.
//
// Grey, here, is every pointer that the collector is still going to look at:
// the slots of grey objects, of a scan under way and of roots that have not
// been scanned, and the write barrier buffer. Black is every other slot of a
// marked object, and every root that has been scanned.
func (m *Machine) Invariant() error {
	if m.phase != Mark || m.stopped {
		return nil
	}
	safe := m.greyReach()
	check := func(p uint64, holder string) error {
		if o := m.heap.objectAt(p); o != nil && !o.freed && m.colorOf(o) == White && !safe[o] {
			return fmt.Errorf("gc: black %s points to white %s, which nothing grey leads to", holder, o.name)
		}
		return nil
	}
	if m.globalsBlack {
		for _, v := range m.globals {
			if err := check(v.value, v.name); err != nil {
				return err
			}
		}
	}
	for _, g := range m.gs {
		for _, v := range g.locals {
			if g.scanned {
				if err := check(v.value, m.things[v.id]); err != nil {
					return err
				}
			}
		}
	}
	for _, o := range m.objects {
		if o.freed || !o.span.isMarked(o.index) {
			continue
		}
		for i, p := range o.slots {
			if m.waits(o, i) || m.scan.willLoad(o, i) {
				continue
			}
			if err := check(p, fmt.Sprintf("%s[%d]", o.name, i)); err != nil {
				return err
			}
		}
	}
	return nil
}

// waits reports whether a slot of a marked object is in something queued.
func (m *Machine) waits(o *object, i int) bool {
	if o.span.inline {
		return !o.span.scans[o.index]
	}
	at := o.addr() + o.slotOffset() + uint64(i)*ptrSize
	for _, q := range o.queued {
		// An object that is queued itself has not queued its oblets yet.
		if q == o.addr() || at >= q && at < q+maxObletBytes {
			return true
		}
	}
	return false
}

// willLoad reports whether the scan has yet to load the object's slot.
func (s *scan) willLoad(o *object, i int) bool {
	if s == nil {
		return false
	}
	for _, r := range s.slots {
		if r.o == o && r.i == i {
			return true
		}
	}
	return false
}

// greyReach returns the white objects that grey pointers lead to through white
// objects.
func (m *Machine) greyReach() map[*object]bool {
	reach := map[*object]bool{}
	var visit func(p uint64)
	visit = func(p uint64) {
		o := m.heap.objectAt(p)
		if o == nil || o.freed || reach[o] || m.colorOf(o) != White {
			return
		}
		reach[o] = true
		for _, q := range o.slots {
			visit(q)
		}
	}
	for _, p := range m.wb {
		visit(p)
	}
	if m.scan != nil {
		for _, r := range m.scan.slots {
			visit(r.value())
		}
	}
	for _, r := range m.roots[min(m.rootNext, len(m.roots)):] {
		vars := m.globals
		if r.g != nil {
			vars = r.g.locals
		}
		for _, v := range vars {
			visit(v.value)
		}
	}
	for _, o := range m.objects {
		if o.freed || !o.span.isMarked(o.index) {
			continue
		}
		for i, p := range o.slots {
			if m.waits(o, i) {
				visit(p)
			}
		}
	}
	return reach
}
