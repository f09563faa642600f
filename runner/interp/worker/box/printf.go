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
	format, args = names(format, args)
	return fmt.Errorf(format, args...)
}

func Appendf(b []byte, format string, args ...any) []byte {
	format, args = names(format, args)
	return fmt.Appendf(b, format, args...)
}

// names replaces each operand in a box that fmt would not ask, or not let print:
// those that a verb T, p or w is for, and each run-time error of this package that
// a verb T is for; those that are a width or a precision; of operands that no verb
// is for it writes what fmt does, if one of them is in a box. A format that indexes
// its operands wrongly is taken as it is.
func names(format string, args []any) (string, []any) {
	n := &namer{format: format, args: args, changed: args}
	for n.i < len(format) {
		if c := n.take(); c == '%' {
			if !n.directive() {
				return format, args
			}
		}
	}
	if !n.reordered && n.next < len(args) {
		n.changed = slices.Concat(n.changed[:n.next], extra(&n.out, args[n.next:]))
	}
	return n.out.String(), n.changed
}

// namer is names at work.
type namer struct {
	format        string
	i             int // what of the format is in out
	out           strings.Builder
	args, changed []any
	next          int // the operand
	reordered     bool
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
	if verb != '%' {
		if n.next >= 0 && n.next < len(n.args) {
			verb = n.operand(verb)
		}
		n.next++
	}
	n.out.WriteByte(verb)
	return true
}

// number reads a width or a precision, which may be an operand.
func (n *namer) number() bool {
	if !n.index() {
		return false
	}
	if n.i < len(n.format) && n.format[n.i] == '*' {
		n.take()
		if n.next >= 0 && n.next < len(n.args) {
			if b, ok := open(n.args[n.next]); ok {
				n.change(predeclared(b.inner()))
			}
		}
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
	n.out.WriteString(n.format[n.i : n.i+end+1])
	n.i, n.next, n.reordered = n.i+end+1, number-1, true
	return true
}

// operand replaces the operand of a verb if need be, and returns the verb for it.
func (n *namer) operand(verb byte) byte {
	arg := n.args[n.next]
	b, boxed := open(arg)
	_, ours := arg.(runtimeError)
	switch {
	case verb == 'T' && (boxed || ours):
		n.change(typeName(arg))
		return 's'
	case verb == 'p' && boxed && hasAddress(b.typ.Kind):
		n.change(b.inner().Interface())
	case boxed && (verb == 'p' || verb == 'w' && !b.typ.class.isError):
		n.change(badVerb{b, rune(verb)})
		return 'v'
	}
	return verb
}

func (n *namer) change(x any) {
	if len(n.args) > 0 && &n.changed[0] == &n.args[0] {
		n.changed = slices.Clone(n.args)
	}
	n.changed[n.next] = x
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
