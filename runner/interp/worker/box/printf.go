package box

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// The verbs T and p are fmt's own: it does not ask a value. These functions
// are fmt's for formats that may have them.

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

// names replaces each operand in a box that a verb T or p is for, and each
// run-time error of this package that a verb T is for; of operands that no verb
// is for it writes what fmt does, if one of them is in a box. Formats that
// index their operands or count widths among them are taken as they are, if
// none of the operands is in a box.
func names(format string, args []any) (string, []any) {
	var out strings.Builder
	changed := args
	next, reordered := 0, false
	for i := 0; i < len(format); i++ {
		out.WriteByte(format[i])
		if format[i] != '%' {
			continue
		}
		start := out.Len() - 1
		i++
		for ; i < len(format) && strings.IndexByte("+-# 0123456789.*", format[i]) >= 0; i++ {
			if format[i] == '*' {
				next++
			}
			out.WriteByte(format[i])
		}
		if i >= len(format) {
			if !reordered {
				noVerb(&out, start)
			}
			break
		}
		if format[i] == '[' {
			end := strings.IndexByte(format[i:], ']')
			var n int
			if _, err := fmt.Sscanf(format[i:], "[%d]", &n); err != nil || end < 0 {
				return format, args
			}
			out.WriteString(format[i : i+end+1])
			i, next, reordered = i+end+1, n-1, true
			if i >= len(format) {
				break
			}
		}
		verb := format[i]
		if verb == '%' {
			out.WriteByte(verb)
			continue
		}
		if next >= 0 && next < len(args) {
			b, boxed := open(args[next])
			_, ours := args[next].(runtimeError)
			if boxed && verb == 'p' || (boxed || ours) && verb == 'T' {
				if &changed[0] == &args[0] {
					changed = append([]any(nil), args...)
				}
				if verb == 'T' {
					verb, changed[next] = 's', typeName(args[next])
				} else {
					changed[next] = b.inner().Interface()
				}
			}
		}
		next++
		out.WriteByte(verb)
	}
	if !reordered && next < len(args) {
		changed = slices.Concat(changed[:next], extra(&out, args[next:]))
	}
	return out.String(), changed
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
