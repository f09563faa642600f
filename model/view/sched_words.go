package view

import (
	"fmt"
	"strconv"
	"strings"

	"rtbook/model/event"
	"rtbook/model/sched"
)

// schedWords says what events of a scheduler are about, each in words that can
// be read without the steps around it: who, where, and the event's own details.
type schedWords struct {
	machine *sched.Machine
	things  []string           // names of objects
	called  map[int64]string   // goroutines, by goid: "G2 worker"
	who     map[subject]string // who does something, and where
	text    *strings.Builder   // the words of many steps, one after the other
}

// subject is who does something, and on which P.
type subject struct {
	m, p int32
	g    int64
}

func newSchedWords(m *sched.Machine, things []string) *schedWords {
	return &schedWords{machine: m, things: things, called: make(map[int64]string), who: make(map[subject]string)}
}

// of returns what e is about and why it happened: "G2 worker on P0: done". Of
// an event that makes or wakes another goroutine that one is named first: "G2
// worker, by G1 main on P0".
func (w *schedWords) of(e *event.Event) (what, why string) {
	detail, why := e.Words(w.things)
	who := w.subject(e)
	switch e.Kind {
	case event.GoCreate, event.GoUnblock:
		return w.join(w.goroutine(int64(e.Args[0])), ", by ", who), why
	case event.Copystack:
		return fmt.Sprintf("%s: %d to %d bytes", w.goroutine(int64(e.Args[0])), e.Args[1], e.Args[2]), why
	case event.Runqgrab:
		return fmt.Sprintf("%s: %s of P%d", who, w.goroutine(int64(e.Args[1])), e.Args[0]), why
	}
	if detail == "" || who == "" {
		return who + detail, why
	}
	return w.join(who, ": ", detail), why
}

// join returns a + b + c. A recording has thousands of such texts: they are cut
// from a few long ones.
func (w *schedWords) join(a, b, c string) string {
	n := len(a) + len(b) + len(c)
	if w.text == nil || w.text.Cap()-w.text.Len() < n {
		w.text = new(strings.Builder)
		w.text.Grow(max(n, 16<<10))
	}
	from := w.text.Len()
	w.text.WriteString(a)
	w.text.WriteString(b)
	w.text.WriteString(c)
	return w.text.String()[from:]
}

// subject says who does what e tells of: a goroutine with its name, or if there
// is none the thread; and on which P. sysmon has no number. What a collection
// does to stacks nobody does.
func (w *schedWords) subject(e *event.Event) string {
	if e.Kind == event.GcComputeStartingStackSize {
		return ""
	}
	key := subject{e.M, e.P, e.G}
	if text, ok := w.who[key]; ok {
		return text
	}
	var text string
	switch {
	case e.G >= 0:
		text = w.goroutine(e.G)
	case e.M >= 0:
		text = "M" + strconv.Itoa(int(e.M))
	default:
		text = "sysmon"
	}
	if e.P >= 0 {
		text += " on P" + strconv.Itoa(int(e.P))
	}
	w.who[key] = text
	return text
}

// goroutine returns a goroutine's number and name: "G2 worker".
func (w *schedWords) goroutine(g int64) string {
	text, ok := w.called[g]
	if !ok {
		text = "G" + strconv.FormatInt(g, 10)
		if name := w.machine.GoName(g); name != "" {
			text += " " + name
		}
		w.called[g] = text
	}
	return text
}
