package gc

import (
	"fmt"
	"strings"

	"rtbook/model/event"
)

// Snapshot is the whole state of a machine as plain data. Objects and
// variables are referred to by name.
type Snapshot struct {
	Phase        Phase
	Cycle        int // cycles started
	WriteBarrier bool
	Blacken      bool
	WorldStopped bool

	Objects []ObjectState // oldest first, freed ones included
	Globals []VarState
	Stacks  []StackState

	// What waits to be scanned: the root jobs that have not begun ("globals", or
	// a goroutine), what the scan under way has still to load ("A[1]", or a
	// variable), and the queues in the order in which they were filled.
	Roots        []string
	Scan         []string
	Wbuf1, Wbuf2 []string
	Full         [][]string
	SpanQueue    []uint64 // pages in the ring
	SpanChain    []uint64 // pages in the chain
	Barrier      []string // the write barrier buffer

	BytesMarked  uint64 // of this cycle
	HeapScanWork int64
	Unswept      int // spans that the last cycle left to sweep

	HeapLive, HeapMarked, HeapGoal, Trigger uint64
}

// ObjectState is one object.
type ObjectState struct {
	Name  string
	Color Color
	Freed bool
	Page  uint64 // of the heap, counted from its first
	Slot  int    // of its span
	Size  int    // bytes asked for
	Elem  uint64 // bytes of its slot
	Ptrs  []string
}

// VarState is one variable and the name of what it points to, or nil.
type VarState struct{ Name, Object string }

// StackState is one goroutine's stack.
type StackState struct {
	Goroutine string
	Scanned   bool
	Locals    []VarState
}

// nameAt is the name of what p points to.
func (m *Machine) nameAt(p uint64) string {
	o := m.heap.objectAt(p)
	switch {
	case p == 0:
		return "nil"
	case o == nil:
		return "?"
	case o.freed:
		return "freed " + o.name
	}
	return o.name
}

func (m *Machine) namesAt(ps []uint64) []string {
	var names []string
	for _, p := range ps {
		names = append(names, m.nameAt(p))
	}
	return names
}

func (m *Machine) varStates(vars []*variable) []VarState {
	var out []VarState
	for _, v := range vars {
		out = append(out, VarState{v.name, m.nameAt(v.value)})
	}
	return out
}

// Snapshot returns the machine's state. It works on a machine that has thrown.
func (m *Machine) Snapshot() Snapshot {
	s := Snapshot{
		Phase: m.phase, Cycle: m.cycles, WriteBarrier: m.barrier, Blacken: m.blacken, WorldStopped: m.stopped,
		Globals: m.varStates(m.globals), Barrier: m.namesAt(m.wb),
		BytesMarked:  m.work.globalBytesMarked + m.work.bytesMarked,
		HeapScanWork: m.pacer.HeapScanWork + m.work.heapScanWork,
		Unswept:      m.unswept(),
		HeapLive:     m.pacer.HeapLive, HeapMarked: m.pacer.HeapMarked, HeapGoal: m.pacer.HeapGoal(),
	}
	s.Trigger, _ = m.pacer.Trigger()
	for _, o := range m.objects {
		s.Objects = append(s.Objects, ObjectState{
			Name: o.name, Color: m.colorOf(o), Freed: o.freed, Page: o.span.page(), Slot: o.index,
			Size: int(o.size), Elem: o.span.elemsize, Ptrs: m.namesAt(o.slots),
		})
	}
	for _, g := range m.gs {
		s.Stacks = append(s.Stacks, StackState{g.name, g.Scanned(), m.varStates(g.locals)})
	}
	m.addWork(&s)
	return s
}

// addWork adds what waits to be scanned.
func (m *Machine) addWork(s *Snapshot) {
	for _, r := range m.roots[min(m.rootNext, len(m.roots)):] {
		if r.g != nil {
			s.Roots = append(s.Roots, r.g.name)
		} else {
			s.Roots = append(s.Roots, "globals")
		}
	}
	if m.scan != nil {
		for _, r := range m.scan.slots {
			if r.v != nil {
				s.Scan = append(s.Scan, m.things[r.v.id])
			} else {
				s.Scan = append(s.Scan, fmt.Sprintf("%s[%d]", r.o.name, r.i))
			}
		}
	}
	if m.work.wbuf1 != nil {
		s.Wbuf1, s.Wbuf2 = m.namesAt(m.work.wbuf1.obj), m.namesAt(m.work.wbuf2.obj)
	}
	for _, b := range m.work.full {
		s.Full = append(s.Full, m.namesAt(b.obj))
	}
	for _, p := range m.work.spanq.ring {
		s.SpanQueue = append(s.SpanQueue, p.s.page())
	}
	for _, r := range m.work.spanq.chain {
		for _, p := range r.q {
			s.SpanChain = append(s.SpanChain, p.s.page())
		}
	}
}

// newest returns the newest object of that name, or nil.
func (m *Machine) newest(name string) *object {
	for i := len(m.objects) - 1; i >= 0; i-- {
		if m.objects[i].name == name {
			return m.objects[i]
		}
	}
	return nil
}

// Color returns the color of the newest object of that name; a freed or
// unknown one is white.
func (m *Machine) Color(name string) Color {
	if o := m.newest(name); o != nil {
		return m.colorOf(o)
	}
	return White
}

// Freed reports whether the newest object of that name has been swept away.
func (m *Machine) Freed(name string) bool {
	o := m.newest(name)
	return o != nil && o.freed
}

// String draws the machine as a few lines: the phase, the roots, and each
// object that is not freed with its color and pointers.
func (m *Machine) String() string {
	s := m.Snapshot()
	var b strings.Builder
	fmt.Fprintf(&b, "%v, write barrier %s\n", s.Phase, onOff(s.WriteBarrier))
	for _, v := range s.Globals {
		fmt.Fprintf(&b, "  global %s -> %s\n", v.Name, v.Object)
	}
	for _, st := range s.Stacks {
		state := ""
		if s.Phase == Mark {
			state = ", not scanned"
			if st.Scanned {
				state = ", scanned"
			}
		}
		fmt.Fprintf(&b, "  stack of %s%s:", st.Goroutine, state)
		if len(st.Locals) == 0 {
			b.WriteString(" empty")
		}
		for i, v := range st.Locals {
			if i > 0 {
				b.WriteString(",")
			}
			fmt.Fprintf(&b, " %s -> %s", v.Name, v.Object)
		}
		b.WriteString("\n")
	}
	for _, o := range s.Objects {
		if !o.Freed {
			fmt.Fprintf(&b, "  %-5v %s%s\n", o.Color, o.Name, arrows(o.Ptrs))
		}
	}
	return b.String()
}

func arrows(ptrs []string) string {
	var to []string
	for _, p := range ptrs {
		if p != "nil" {
			to = append(to, p)
		}
	}
	if len(to) == 0 {
		return ""
	}
	return " -> " + strings.Join(to, ", ")
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

// Line returns an event of this machine on one line, with names for numbers.
func (m *Machine) Line(e event.Event) string {
	line := e.Named(m.things)
	if e.G != event.None {
		line = m.gs[e.G-1].name + ": " + line
	}
	return line
}

// Log returns the events since the first n on one line each. Pass Len of an
// earlier moment, or 0.
func (m *Machine) Log(n int) string {
	var b strings.Builder
	for _, e := range m.log.Since(n) {
		b.WriteString(m.Line(e))
		b.WriteByte('\n')
	}
	return b.String()
}

// Len returns the number of recorded events.
func (m *Machine) Len() int { return m.log.Len() }
