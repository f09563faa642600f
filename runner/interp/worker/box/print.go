package box

import (
	"fmt"
	"io"
	"reflect"
	"slices"
)

// Package fmt puts spaces between operands where neither is a string. A box is
// none to it, whatever is in it. These functions are fmt's for operands that may
// be in boxes.

func Print(args ...any) (int, error) { return fmt.Print(spaced(args)...) }

func Sprint(args ...any) string { return fmt.Sprint(spaced(args)...) }

func Fprint(w io.Writer, args ...any) (int, error) { return fmt.Fprint(w, spaced(args)...) }

func Append(b []byte, args ...any) []byte { return fmt.Append(b, spaced(args)...) }

// spaced returns operands that are printed with spaces where they belong.
func spaced(args []any) []any {
	if !slices.ContainsFunc(args, boxedString) {
		return args
	}
	var out []any
	after := true // there is no space after the last operand
	for _, a := range args {
		text := isString(a)
		if !after && !text {
			out = append(out, " ")
		}
		out, after = append(out, fmt.Sprint(a)), text
	}
	return out
}

func boxedString(a any) bool {
	b, ok := open(a)
	return ok && b.typ.Kind == reflect.String
}

func isString(a any) bool {
	if a == nil || boxedString(a) {
		return a != nil
	}
	return reflect.TypeOf(a).Kind() == reflect.String
}
