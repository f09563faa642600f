package gc

import (
	"slices"

	"rtbook/model/event"
)

// Effects returns the changes of color that belong to the events so far, if the
// Config asked for them. What else an event does is in the event.
func (m *Machine) Effects() []event.Effect { return m.log.Effects() }

// Err returns the throw that has ended the machine, or nil.
func (m *Machine) Err() error {
	if m.dead == nil {
		return nil
	}
	return m.dead
}

// Names returns the names of objects, variables and goroutines, by the number
// that events have for them: 0 is nil, 1 the write barrier's buffer. A local
// variable has its goroutine's name before its own: "main.A".
func (m *Machine) Names() []string { return slices.Clone(m.things) }

// freedColor is what event.OpColor has for an object that is no more.
const freedColor = 3

// touch has the next event record the color of o, if that has changed. nil is
// no object.
func (m *Machine) touch(o *object) {
	if !m.log.Record || o == nil || o.touched {
		return
	}
	o.touched = true
	m.touched = append(m.touched, o)
}

// noteColors records the colors of the objects that were touched.
func (m *Machine) noteColors() {
	for _, o := range m.touched {
		o.touched = false
		color := int32(m.colorOf(o))
		if o.freed {
			color = freedColor
		}
		if color != o.noted {
			o.noted = color
			m.log.Effect(event.Effect{Op: event.OpColor, I: color, N: uint64(o.id)})
		}
	}
	m.touched = m.touched[:0]
}
