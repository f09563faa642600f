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

// kinds and reasons are the tables of the machines in one, by number: they are
// asked for each event of a recording.
var (
	kinds   = byNumber(allocKinds, gcKinds, bootKinds, schedKinds)
	reasons = byNumber(allocReasons, gcReasons, bootReasons, schedReasons)
)

func byNumber[N ~uint16, T any](tables ...map[N]T) []T {
	var all []T
	for _, table := range tables {
		for n, v := range table {
			for int(n) >= len(all) {
				all = append(all, *new(T))
			}
			all[n] = v
		}
	}
	return all
}

func (k Kind) info() kindInfo {
	if int(k) < len(kinds) {
		return kinds[k]
	}
	return kindInfo{}
}

func (r Reason) format() string {
	if int(r) < len(reasons) {
		return reasons[r]
	}
	return ""
}

// String returns the kind's name, as in "SpanAlloc".
func (k Kind) String() string {
	if name := k.info().name; name != "" {
		return name
	}
	return fmt.Sprintf("Kind(%d)", uint16(k))
}

// Why returns the event's reason in words, with its numbers filled in, or "".
func (e Event) Why() string {
	_, why := e.Words(nil)
	return why
}

// Detail returns the event's arguments in words, or "".
func (e Event) Detail() string {
	detail, _ := e.Words(nil)
	return detail
}

// Words returns Detail and Why, with the name of thing n in the place of each
// "#n". A number that has no name stays as it is.
func (e Event) Words(names []string) (detail, why string) {
	detail, why = e.Kind.info().format, e.Reason.format()
	if strings.IndexByte(detail, '%') < 0 && strings.IndexByte(why, '%') < 0 {
		return detail, why
	}
	// The words of a recording are made all at once: both texts of an event are
	// one string, so that there are half as many.
	var space [256]byte
	text := e.fill(space[:0], detail, names)
	n := len(text)
	both := string(e.fill(text, why, names))
	return both[:n], both[n:]
}

// String returns the whole event on one line: kind, arguments, reason.
func (e Event) String() string { return e.Named(nil) }

// Named is String with the name of thing n in the place of each "#n". A number
// that has no name stays as it is.
func (e Event) Named(names []string) string {
	line := e.Kind.String()
	detail, why := e.Words(names)
	if detail != "" {
		line += " " + detail
	}
	if why != "" {
		line += ": " + why
	}
	return line
}

// fill appends a format with e's arguments in it. Its verbs are %[n]d and %#[n]x
// for argument n as a number, %[n]z for the "s" of a plural, which it writes
// unless argument n is 1, and %% for a percent sign.
func (e *Event) fill(text []byte, format string, names []string) []byte {
	for at := strings.IndexByte(format, '%'); at >= 0; at = strings.IndexByte(format, '%') {
		text = append(text, format[:at]...)
		format = format[at+1:]
		if format[0] == '%' {
			text = append(text, '%')
			format = format[1:]
			continue
		}
		n := strings.IndexByte(format, '[') + 1
		arg, verb := e.Args[format[n]-'1'], format[n+2]
		format = format[n+3:]
		switch {
		case verb == 'x':
			text = strconv.AppendUint(append(text, "0x"...), arg, 16)
		case verb == 'z':
			if arg != 1 {
				text = append(text, 's')
			}
		case arg < uint64(len(names)) && len(text) > 0 && text[len(text)-1] == '#':
			text = append(text[:len(text)-1], names[arg]...)
		default:
			text = strconv.AppendUint(text, arg, 10)
		}
	}
	return append(text, format...)
}

// Log collects events, and effects beside them. The zero Log records nothing,
// which is what a machine wants that nobody watches.
type Log struct {
	Record  bool // whether Emit keeps events, and Effect effects
	events  []Event
	full    [][]Event // those before them, in pieces: a long recording is not copied as it grows
	before  int       // how many those are
	effects []Effect
	fullEff [][]Effect
}

// piece is how many events, or effects, of a long recording are kept together.
const piece = 1024

// Emit appends e if the log records.
func (l *Log) Emit(e Event) {
	if l.Record {
		*l.Next() = e
	}
}

// Next appends an event that is all zero, for the caller to fill in where it is:
// Emit for a machine that emits so often that the copying counts. It does not
// ask whether the log records. The pointer is valid until the next event.
func (l *Log) Next() *Event {
	if len(l.events) == cap(l.events) {
		l.grow()
	}
	n := len(l.events)
	l.events = l.events[:n+1]
	return &l.events[n]
}

// grow makes room for more events: by doubling, and from a piece on by pieces.
func (l *Log) grow() {
	n := len(l.events)
	if n < piece {
		l.events = append(make([]Event, 0, min(max(8, 2*n), piece)), l.events...)
		return
	}
	l.full, l.before = append(l.full, l.events), l.before+n
	l.events = make([]Event, 0, piece)
}

// Events returns the events so far, oldest first. The slice is a copy.
func (l *Log) Events() []Event { return l.Since(0) }

// Len returns the number of events so far: a mark to pass to Since.
func (l *Log) Len() int { return l.before + len(l.events) }

// Since returns a copy of the events after the first n.
func (l *Log) Since(n int) []Event {
	if n == l.Len() {
		return nil
	}
	all := make([]Event, 0, l.Len()-n)
	for i := n / piece; i < len(l.full); i++ {
		all = append(all, l.full[i][max(n-i*piece, 0):]...)
	}
	return append(all, l.events[max(n-l.before, 0):]...)
}

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
