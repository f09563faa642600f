package box

import (
	"fmt"
	"io"
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

// names replaces each operand in a box that a verb T or p is for. Formats that
// index their operands or count widths among them are taken as they are, if
// none of the operands is in a box.
func names(format string, args []any) (string, []any) {
	var out strings.Builder
	changed := args
	next := 0
	for i := 0; i < len(format); i++ {
		out.WriteByte(format[i])
		if format[i] != '%' {
			continue
		}
		i++
		for ; i < len(format) && strings.IndexByte("+-# 0123456789.*", format[i]) >= 0; i++ {
			if format[i] == '*' {
				next++
			}
			out.WriteByte(format[i])
		}
		if i >= len(format) {
			break
		}
		if format[i] == '[' {
			end := strings.IndexByte(format[i:], ']')
			var n int
			if _, err := fmt.Sscanf(format[i:], "[%d]", &n); err != nil || end < 0 {
				return format, args
			}
			out.WriteString(format[i : i+end+1])
			i, next = i+end+1, n-1
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
			if b, ok := open(args[next]); ok && (verb == 'T' || verb == 'p') {
				if &changed[0] == &args[0] {
					changed = append([]any(nil), args...)
				}
				if verb == 'T' {
					verb, changed[next] = 's', b.typ.Name
				} else {
					changed[next] = b.value
				}
			}
		}
		next++
		out.WriteByte(verb)
	}
	return out.String(), changed
}
