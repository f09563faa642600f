// Package event is what every machine of the model says about itself: one
// event for each step, and the throw that ends a machine whose state the real
// runtime would not accept.
//
// An [Event] is plain integers: when, on which M, P and G, what happened
// ([Kind]), why ([Reason]), and up to four numbers whose meaning the kind
// fixes. Nothing is formatted while a machine runs; text is made when somebody
// reads. The names of the kinds follow Go's execution traces (internal/trace)
// where a trace has the event, and the runtime's own function names where it
// has none.
//
// Kinds and reasons are registered once, in this package, one file for each
// machine (alloc.go, sched.go, gc.go, boot.go), so that a log of several
// machines reads as one story.
package event

import (
	"fmt"
	"strconv"
	"strings"
)

// None marks an M, P or G that an event does not have.
const None = -1

// Args are the numbers of an event. Their meaning is fixed by its Kind.
type Args [4]uint64

// Event is one thing that a machine did.
type Event struct {
	Time   int64 // virtual nanoseconds since the machine began
	M      int32 // thread, or None
	P      int32 // processor, or None
	G      int64 // goroutine, or None
	Kind   Kind
	Reason Reason
	Args   Args
}

// Kind says what happened; it fixes the meaning of the event's Args.
type Kind uint16

// Reason says why, in words that a reader of the page understands.
type Reason uint16

// Each machine has its own block of kinds and of reasons, so that its file can
// grow without renumbering the others.
const (
	allocBase = 100
	gcBase    = 300
	bootBase  = 400
	schedBase = 500
)

// NoReason is the reason of an event that needs none.
const NoReason Reason = 0

// kindInfo describes a kind: its name and its arguments, in order, as a
// fmt format for the four numbers (indexed verbs; unused ones are left out).
type kindInfo struct {
	name   string
	format string
}

func (k Kind) info() kindInfo {
	switch {
	case k >= schedBase:
		return schedKinds[k]
	case k >= bootBase:
		return bootKinds[k]
	case k >= gcBase:
		return gcKinds[k]
	default:
		return allocKinds[k]
	}
}

func (r Reason) format() string {
	switch {
	case r >= schedBase:
		return schedReasons[r]
	case r >= bootBase:
		return bootReasons[r]
	case r >= gcBase:
		return gcReasons[r]
	case r == NoReason:
		return ""
	default:
		return allocReasons[r]
	}
}

// String returns the kind's name, as in "SpanAlloc".
func (k Kind) String() string {
	if name := k.info().name; name != "" {
		return name
	}
	return fmt.Sprintf("Kind(%d)", uint16(k))
}

// Why returns the event's reason in words, with its numbers filled in, or "".
func (e Event) Why() string { return e.fill(e.Reason.format()) }

// Detail returns the event's arguments in words, or "".
func (e Event) Detail() string { return e.fill(e.Kind.info().format) }

// String returns the whole event on one line: kind, arguments, reason.
func (e Event) String() string {
	var b strings.Builder
	b.WriteString(e.Kind.String())
	if d := e.Detail(); d != "" {
		b.WriteString(" " + d)
	}
	if w := e.Why(); w != "" {
		b.WriteString(": " + w)
	}
	return b.String()
}

// Named returns the whole event on one line, with the name of thing n in the
// place of each "#n". A number that has no name stays as it is.
func (e Event) Named(names []string) string {
	parts := strings.Split(e.String(), "#")
	for i, part := range parts[1:] {
		digits := len(part) - len(strings.TrimLeft(part, "0123456789"))
		if n, err := strconv.Atoi(part[:digits]); err == nil && n < len(names) {
			parts[i+1] = names[n] + part[digits:]
		} else {
			parts[i+1] = "#" + part
		}
	}
	return strings.Join(parts, "")
}

// fill formats args by a format of indexed verbs. A verb %[n]z stands for a
// plural: it writes an "s" unless argument n is 1.
func (e Event) fill(format string) string {
	if !strings.Contains(format, "%") {
		return format
	}
	var args [len(e.Args)]any
	for i, a := range e.Args {
		args[i] = number(a)
	}
	// The empty precision-zero string verb consumes what the format left out,
	// so that fmt does not complain about extra arguments.
	return fmt.Sprintf(format+"%[4]q", args[:]...)
}

// number is an argument that knows the plural verb.
type number uint64

// Format implements [fmt.Formatter]: %d and %x as for integers, %z the plural
// "s", %q nothing at all.
func (n number) Format(f fmt.State, verb rune) {
	switch verb {
	case 'z':
		if n != 1 {
			fmt.Fprint(f, "s")
		}
	case 'q':
	default:
		fmt.Fprintf(f, fmt.FormatString(f, verb), uint64(n))
	}
}

// Log collects events. The zero Log records nothing, which is what a machine
// wants that nobody watches.
type Log struct {
	Record bool // whether Emit keeps events
	events []Event
}

// Emit appends e if the log records.
func (l *Log) Emit(e Event) {
	if l.Record {
		l.events = append(l.events, e)
	}
}

// Events returns the events so far, oldest first. The slice is a copy.
func (l *Log) Events() []Event { return append([]Event(nil), l.events...) }

// Len returns the number of events so far: a mark to pass to Since.
func (l *Log) Len() int { return len(l.events) }

// Since returns a copy of the events after the first n.
func (l *Log) Since(n int) []Event { return append([]Event(nil), l.events[n:]...) }

// Throw is the panic of a machine in a state that the runtime would end the
// process for (runtime.throw). Text is the runtime's own message. The machine
// is frozen: its operations panic with the same Throw again, and its Snapshot
// still works.
type Throw struct {
	Text  string // as the runtime prints it after "fatal error: "
	State string // the state that was found, in one line
}

// Error returns the message as the runtime prints it, and the state.
func (t *Throw) Error() string {
	if t.State == "" {
		return "fatal error: " + t.Text
	}
	return "fatal error: " + t.Text + " (" + t.State + ")"
}
