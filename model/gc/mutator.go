package gc

import (
	"fmt"

	"rtbook/model/event"
)

// variable is a global or a local variable that can hold one pointer.
type variable struct {
	id    int
	name  string
	value uint64
}

// G is a goroutine of the modelled program, as the collector sees it: a stack
// of local variables, which it reaches the heap from. Its methods are what the
// program does. A goroutine that cannot run now, because the world is stopped
// or its stack is being scanned, first steps the machine until it can.
//
// Names in arguments are those of local variables, "nil" is nil. A mistake,
// such as following a nil pointer, panics with a *[Fault].
type G struct {
	m       *Machine
	id      int // 1 for the first
	thing   int
	name    string
	locals  []*variable
	scanned bool // gcscandone: the stack is black
}

// Global declares a package variable that holds a pointer, nil at first.
// Declare globals before the first cycle: what a cycle scans is fixed when it
// begins.
func (m *Machine) Global(name string) {
	m.check()
	if m.findGlobal(name) == nil {
		m.globals = append(m.globals, &variable{id: m.name(name), name: name})
	}
}

func (m *Machine) findGlobal(name string) *variable {
	for _, v := range m.globals {
		if v.name == name {
			return v
		}
	}
	return nil
}

// variables returns the globals and all locals.
func (m *Machine) variables() []*variable {
	vars := append([]*variable(nil), m.globals...)
	for _, g := range m.gs {
		vars = append(vars, g.locals...)
	}
	return vars
}

// Go starts a goroutine with an empty stack. During a mark its stack is black
// from the start: there is nothing to scan (runtime/mgcmark.go:
// gcPrepareMarkRoots). A goroutine starts while the world runs.
func (m *Machine) Go(name string) *G {
	m.check()
	for m.stopped {
		m.Step()
	}
	g := &G{m: m, id: len(m.gs) + 1, thing: m.name(name), name: name, scanned: m.barrier}
	m.gs = append(m.gs, g)
	why := event.GCWhyNewGoroutine
	if m.barrier {
		why = event.GCWhyNewGoroutineMark
	}
	m.emit(g, event.GCGo, why, uint64(g.thing))
	return g
}

// Scanned reports whether the goroutine's stack is black: scanned in the cycle
// under way.
func (g *G) Scanned() bool { return g.m.phase == Mark && g.scanned }

// enter waits until the goroutine can run.
func (g *G) enter() {
	m := g.m
	m.check()
	for m.stopped || m.scan != nil && m.scan.root != nil && m.scan.root.g == g {
		m.Step()
	}
}

func (g *G) find(name string) *variable {
	for _, v := range g.locals {
		if v.name == name {
			return v
		}
	}
	return nil
}

// local returns the variable, which it declares if need be.
func (g *G) local(name string) *variable {
	if v := g.find(name); v != nil {
		return v
	}
	v := &variable{id: g.m.name(g.name + "." + name), name: name}
	g.locals = append(g.locals, v)
	return v
}

func (g *G) fault(op, format string, args ...any) {
	panic(&Fault{Goroutine: g.name, Op: op, Text: fmt.Sprintf(format, args...)})
}

// value returns what a local holds; "nil" is nil.
func (g *G) value(op, name string) uint64 {
	if name == "nil" {
		return 0
	}
	v := g.find(name)
	if v == nil {
		g.fault(op, "there is no local variable %s", name)
	}
	return v.value
}

// deref returns the object whose slot the goroutine is about to touch.
func (g *G) deref(op, name string, slot int) *object {
	p := g.value(op, name)
	if p == 0 {
		g.fault(op, "invalid memory address or nil pointer dereference")
	}
	o := g.m.heap.objectAt(p)
	if o.freed {
		g.fault(op, "%s points to freed memory, where %s was", name, o.name)
	}
	if slot < 0 || slot >= len(o.slots) {
		g.fault(op, "%s has no pointer slot %d, it has %d", o.name, slot, len(o.slots))
	}
	return o
}

// idAt is the number of what p points to, for an event.
func (m *Machine) idAt(p uint64) uint64 {
	if o := m.heap.objectAt(p); o != nil {
		return uint64(o.id)
	}
	return 0
}

// New allocates an object of size bytes that begins with so many pointers, all
// nil, and keeps it in the local variable name, which is also its name in
// events and snapshots.
func (g *G) New(name string, size, pointers int) {
	g.enter()
	op := "new " + name
	if size <= 0 || pointers < 0 || pointers*ptrSize > size {
		g.fault(op, "%d bytes do not hold %d pointers", size, pointers)
	}
	if name == "nil" {
		g.fault(op, "nil cannot be a variable")
	}
	o := g.m.malloc(g, name, uint64(size), pointers)
	g.local(name).value = o.addr()
}

// Store does dst[slot] = src: a store to the heap, with the write barrier.
func (g *G) Store(dst string, slot int, src string) {
	g.enter()
	op := fmt.Sprintf("%s[%d] = %s", dst, slot, src)
	o, p := g.deref(op, dst, slot), g.value(op, src)
	old := o.slots[slot]
	why := g.writeBarrier(p, src == "nil", old)
	o.slots[slot] = p
	g.m.emit(g, event.GCStore, why, uint64(o.id), uint64(slot), g.m.idAt(p), g.m.idAt(old))
}

// SetGlobal does global = src: a store to a global, with the write barrier.
func (g *G) SetGlobal(global, src string) {
	g.enter()
	op := global + " = " + src
	v, p := g.global(op, global), g.value(op, src)
	old := v.value
	why := g.writeBarrier(p, src == "nil", old)
	v.value = p
	g.m.emit(g, event.GCStoreGlobal, why, uint64(v.id), 0, g.m.idAt(p), g.m.idAt(old))
}

func (g *G) global(op, name string) *variable {
	v := g.m.findGlobal(name)
	if v == nil {
		g.fault(op, "there is no global %s", name)
	}
	return v
}

// Load does dst = src[slot], into a local variable: no barrier.
func (g *G) Load(dst, src string, slot int) {
	g.enter()
	op := fmt.Sprintf("%s = %s[%d]", dst, src, slot)
	o := g.deref(op, src, slot)
	v := g.local(dst)
	v.value = o.slots[slot]
	g.m.emit(g, event.GCLoad, event.GCWhyStackStore, uint64(v.id), g.m.idAt(v.value), uint64(o.id), uint64(slot))
}

// GetGlobal does dst = global, into a local variable: no barrier.
func (g *G) GetGlobal(dst, global string) {
	g.enter()
	from := g.global(dst+" = "+global, global)
	v := g.local(dst)
	v.value = from.value
	g.m.emit(g, event.GCAssign, event.GCWhyStackStore, uint64(v.id), g.m.idAt(v.value), uint64(from.id))
}

// Assign does dst = src between local variables: no barrier.
func (g *G) Assign(dst, src string) {
	g.enter()
	p := g.value(dst+" = "+src, src)
	v := g.local(dst)
	v.value = p
	var from uint64
	if s := g.find(src); s != nil {
		from = uint64(s.id)
	}
	g.m.emit(g, event.GCAssign, event.GCWhyStackStore, uint64(v.id), g.m.idAt(p), from)
}

// Drop ends the life of a local variable: the compiler's liveness maps no
// longer name it, so the collector does not see it.
func (g *G) Drop(name string) {
	g.enter()
	for i, v := range g.locals {
		if v.name == name {
			g.locals = append(g.locals[:i:i], g.locals[i+1:]...)
			g.m.emit(g, event.GCDrop, event.GCWhyDropped, uint64(v.id), g.m.idAt(v.value))
			return
		}
	}
	g.fault("drop "+name, "there is no local variable %s", name)
}

// writeBarrier puts the new and the old pointer into the P's buffer, the new
// one first, as compiled code does (cmd/compile/internal/ssa/writebarrier.go;
// runtime/mwbbuf.go: get1, get2). A constant nil is not put.
func (g *G) writeBarrier(p uint64, constNil bool, old uint64) event.Reason {
	m := g.m
	if !m.barrier {
		return event.GCWhyBarrierDisabled
	}
	insert := !constNil && !m.cfg.NoInsertionBarrier && !(m.cfg.InsertOnlyFromGreyStack && g.scanned)
	remove := !m.cfg.NoDeletionBarrier
	var put []uint64
	if insert {
		put = append(put, p)
	}
	if remove {
		put = append(put, old)
	}
	if len(m.wb)+len(put) > wbBufLen {
		m.flushBarrier(event.GCWhyBufferFull)
	}
	m.wb = append(m.wb, put...)
	why := event.GCWhyBarrierNothing
	switch {
	case insert && remove:
		why = event.GCWhyBarrierRecords
	case insert:
		why = event.GCWhyBarrierNewOnly
	case remove:
		why = event.GCWhyBarrierOldOnly
	}
	m.emit(g, event.GCWriteBarrier, why, uint64(len(put)), m.idAt(p), m.idAt(old))
	return event.NoReason
}
