package box

import (
	"fmt"
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// The verbs T and p are fmt's own: it does not ask a value. These functions
// are fmt's for formats that may have them, or else look at their operands.

func Printf(format string, args ...any) (int, error) {
	format, args = names(format, args)
	return fmt.Printf(format, args...)
}

func Sprintf(format string, args ...any) string {
	format, args = names(format, args)
	return fmt.Sprintf(format, args...)
}

func Fprintf(w io.Writer, format string, args ...any) (int, error) {
	format, args = names(format, args)
	return fmt.Fprintf(w, format, args...)
}

func Errorf(format string, args ...any) error {
	format, args = (&namer{format: format, args: args, wraps: true}).names()
	return fmt.Errorf(format, args...)
}

func Appendf(b []byte, format string, args ...any) []byte {
	format, args = names(format, args)
	return fmt.Appendf(b, format, args...)
}

// names replaces each operand in a box that fmt would not ask, or not let print:
// those that a verb T, p or w is for, and each run-time error of this package that
// a verb T is for; those that are a width or a precision; of operands that no verb
// is for it writes what fmt does, if one of them is in a box. Where operands are
// indexed, all are in the format that it returns, and what replaces one comes
// after them, since other verbs may be for the same. A format with an index that
// is no number is taken as it is.
func names(format string, args []any) (string, []any) {
	n := &namer{format: format, args: args}
	return n.names()
}

// namer is names at work.
type namer struct {
	format        string
	i             int // what of the format is in out
	out           strings.Builder
	args, changed []any
	next          int  // the operand
	indexed       bool // the format indexes operands
	reordered     bool // and has done so
	missing       bool // the index is of no operand
	wraps         bool // there is a verb w
}

func (n *namer) names() (string, []any) {
	if !slices.ContainsFunc(n.args, isOurs) {
		return n.format, n.args
	}
	n.changed, n.indexed = n.args, strings.Contains(n.format, "[")
	for n.i < len(n.format) {
		if n.take() == '%' && !n.directive() {
			return n.format, n.args
		}
	}
	if !n.reordered && n.next < len(n.args) {
		n.changed = slices.Concat(n.changed[:n.next], extra(&n.out, n.args[n.next:]))
	}
	if text := n.out.String(); !n.reordered || strings.Contains(text, "[") {
		return text, n.changed
	}
	return n.out.String(), nil // no verb is for any, which fmt does not complain of then
}

// isOurs reports whether fmt would print an operand as it is not.
func isOurs(x any) bool {
	_, boxed := open(x)
	return boxed || isOther(x)
}

// isOther reports whether x has another type than in a compiled program.
func isOther(x any) bool {
	switch x.(type) {
	case runtimeError, failure, *failure, described:
		return true
	}
	return false
}

func (n *namer) take() byte {
	c := n.format[n.i]
	n.out.WriteByte(c)
	n.i++
	return c
}

func (n *namer) over(set string) {
	for n.i < len(n.format) && strings.IndexByte(set, n.format[n.i]) >= 0 {
		n.take()
	}
}

// directive reads what comes after a percent sign, as fmt/print.go: doPrintf. It
// reports whether that is understood.
func (n *namer) directive() bool {
	start := n.out.Len() - 1
	n.missing = false
	n.over("+-# 0")
	ok := n.number()
	if n.i < len(n.format) && n.format[n.i] == '.' {
		n.take()
		ok = n.number() && ok
	}
	if !ok || !n.index() {
		return false
	}
	if n.i >= len(n.format) {
		if !n.reordered {
			noVerb(&n.out, start)
		}
		return true
	}
	verb := n.format[n.i]
	n.i++
	if verb == '%' {
		n.out.WriteByte(verb)
		return true
	}
	if n.has() {
		verb = n.operand(verb)
	} else if n.indexed {
		text := n.out.String()[:start]
		n.out.Reset()
		n.out.WriteString(text + "%%!" + string(verb) + map[bool]string{true: "(BADINDEX)", false: "(MISSING)"}[n.missing])
		n.next++
		return true
	}
	n.next++
	n.out.WriteByte(verb)
	return true
}

// has reports whether there is an operand to come.
func (n *namer) has() bool { return !n.missing && n.next >= 0 && n.next < len(n.args) }

// number of an operand, where operands are indexed.
func (n *namer) write(number int) {
	if n.indexed {
		n.out.WriteString("[" + strconv.Itoa(number) + "]")
	}
}

// number reads a width or a precision, which may be an operand.
func (n *namer) number() bool {
	if !n.index() {
		return false
	}
	if n.i < len(n.format) && n.format[n.i] == '*' {
		number := n.next + 1
		if n.has() {
			if b, ok := open(n.args[n.next]); ok {
				number = n.change(predeclared(b.inner()))
			}
		}
		n.write(number)
		n.take()
		n.next++
		return true
	}
	n.over("0123456789")
	return true
}

// index reads the index of an operand, if there is one.
func (n *namer) index() bool {
	if n.i >= len(n.format) || n.format[n.i] != '[' {
		return true
	}
	end := strings.IndexByte(n.format[n.i:], ']')
	if end < 0 {
		return false
	}
	number, err := strconv.Atoi(n.format[n.i+1 : n.i+end])
	if err != nil {
		return false
	}
	n.i, n.next, n.reordered = n.i+end+1, number-1, true
	n.missing = n.missing || number < 1 || number > len(n.args)
	return true
}

// operand replaces the operand of a verb if need be, and returns the verb for it.
func (n *namer) operand(verb byte) byte {
	arg := n.args[n.next]
	b, boxed := open(arg)
	number := n.next + 1
	defer func() { n.write(number) }()
	switch {
	case verb == 'T' && isOurs(arg):
		number = n.change(typeName(arg))
		return 's'
	case verb == 'p' && boxed && hasAddress(b.typ.Kind):
		number = n.change(b.inner().Interface())
	case boxed && (verb == 'p' || verb == 'w' && !(n.wraps && b.typ.class.isError)):
		number = n.change(badVerb{b, rune(verb)})
		return 'v'
	}
	return verb
}

// change replaces an operand, and returns the number of what does so.
func (n *namer) change(x any) int {
	if n.indexed {
		n.changed = append(slices.Clip(n.changed), x)
		return len(n.changed)
	}
	if &n.changed[0] == &n.args[0] {
		n.changed = slices.Clone(n.args)
	}
	n.changed[n.next] = x
	return n.next + 1
}

func hasAddress(k reflect.Kind) bool {
	switch k {
	case reflect.Pointer, reflect.Chan, reflect.Func, reflect.Map, reflect.Slice, reflect.UnsafePointer:
		return true
	}
	return false
}

// badVerb prints what fmt does for a value that has not the verb.
type badVerb struct {
	of   Box
	verb rune
}

func (b badVerb) Format(s fmt.State, _ rune) {
	(&printer{s: s, verb: b.verb}).bad(reflect.ValueOf(b.of.value), b.of.typ)
}

// noVerb writes what fmt writes in the place of a verb that is not there.
func noVerb(out *strings.Builder, start int) {
	text := out.String()[:start]
	out.Reset()
	out.WriteString(text + "%%!(NOVERB)")
}

// extra writes, at the end of a format, what fmt writes of operands that no verb
// is for, and returns the operands for that.
func extra(out *strings.Builder, args []any) []any {
	if !slices.ContainsFunc(args, func(a any) bool { _, ok := open(a); return ok }) {
		return args
	}
	var operands []any
	for i, a := range args {
		out.WriteString([]string{"%%!(EXTRA ", ", "}[min(i, 1)])
		if a == nil {
			out.WriteString("<nil>")
			continue
		}
		out.WriteString("%s=%v")
		operands = append(operands, typeName(a), a)
	}
	out.WriteString(")")
	return operands
}
