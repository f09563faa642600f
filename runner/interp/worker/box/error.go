package box

import "errors"

// class says which of the methods that package errors looks for an error has.
// The methods of a compiled type cannot be chosen when a program runs, so that
// there is one form of box for each combination.
type class struct {
	isError, is, as bool
	unwrap          int // 0: none, 1: to an error, 2: to several
}

func classOf(methods []Method) class {
	var c class
	for _, m := range methods {
		switch m {
		case Method{"Error", "func() string"}:
			c.isError = true
		case Method{"Is", "func(error) bool"}:
			c.is = true
		case Method{"As", "func(interface {}) bool"}:
			c.as = true
		case Method{"Unwrap", "func() error"}:
			c.unwrap = 1
		case Method{"Unwrap", "func() []error"}:
			c.unwrap = 2
		}
	}
	return c
}

// wrap returns b in the form of its class.
func (c class) wrap(b Box) any {
	if !c.isError {
		return b
	}
	e, is, as, one, all := errorBox{b}, isPart{b}, asPart{b}, unwrapPart{b}, unwrapsPart{b}
	switch (class{true, c.is, c.as, c.unwrap}) {
	case class{true, true, false, 0}:
		return errorIs{e, is}
	case class{true, false, true, 0}:
		return errorAs{e, as}
	case class{true, true, true, 0}:
		return errorIsAs{e, is, as}
	case class{true, false, false, 1}:
		return errorUnwrap{e, one}
	case class{true, true, false, 1}:
		return errorIsUnwrap{e, is, one}
	case class{true, false, true, 1}:
		return errorAsUnwrap{e, as, one}
	case class{true, true, true, 1}:
		return errorIsAsUnwrap{e, is, as, one}
	case class{true, false, false, 2}:
		return errorUnwraps{e, all}
	case class{true, true, false, 2}:
		return errorIsUnwraps{e, is, all}
	case class{true, false, true, 2}:
		return errorAsUnwraps{e, as, all}
	case class{true, true, true, 2}:
		return errorIsAsUnwraps{e, is, as, all}
	}
	return e
}

type (
	errorBox struct{ Box }

	// A part has one method and nothing else that a box has.
	isPart      struct{ of Box }
	asPart      struct{ of Box }
	unwrapPart  struct{ of Box }
	unwrapsPart struct{ of Box }

	errorIs struct {
		errorBox
		isPart
	}
	errorAs struct {
		errorBox
		asPart
	}
	errorIsAs struct {
		errorBox
		isPart
		asPart
	}
	errorUnwrap struct {
		errorBox
		unwrapPart
	}
	errorIsUnwrap struct {
		errorBox
		isPart
		unwrapPart
	}
	errorAsUnwrap struct {
		errorBox
		asPart
		unwrapPart
	}
	errorIsAsUnwrap struct {
		errorBox
		isPart
		asPart
		unwrapPart
	}
	errorUnwraps struct {
		errorBox
		unwrapsPart
	}
	errorIsUnwraps struct {
		errorBox
		isPart
		unwrapsPart
	}
	errorAsUnwraps struct {
		errorBox
		asPart
		unwrapsPart
	}
	errorIsAsUnwraps struct {
		errorBox
		isPart
		asPart
		unwrapsPart
	}
)

func (b errorBox) Error() string { return b.typ.funcs["Error"].(func(any) string)(b.value) }

func (p isPart) Is(target error) bool {
	return p.of.typ.funcs["Is"].(func(any, error) bool)(p.of.value, target)
}

func (p asPart) As(target any) bool {
	return p.of.typ.funcs["As"].(func(any, any) bool)(p.of.value, target)
}

func (p unwrapPart) Unwrap() error {
	return p.of.typ.funcs["Unwrap"].(func(any) error)(p.of.value)
}

func (p unwrapsPart) Unwrap() []error {
	return p.of.typ.funcs["Unwrap"].(func(any) []error)(p.of.value)
}

// AsAny is errors.As for a target of which the type is known from its box only.
func (t *Types) AsAny(err error, target any) bool {
	b, ok := open(target)
	if !ok || b.typ.Kind != kindPointer || b.typ.Elem == 0 {
		return errors.As(err, target)
	}
	return t.As(err, b.value, b.typ.Elem)
}

// As is errors.As for a target that points to a variable of type number n.
func (t *Types) As(err error, target any, n int) bool {
	if err == nil {
		return false
	}
	if target == nil {
		panic("errors: target cannot be nil")
	}
	for {
		if t.Is(err, n) {
			if d := t.types[n]; d.Kind == kindInterface {
				set(target, err)
			} else {
				Get(err, target)
			}
			return true
		}
		if b, ok := open(err); ok && b.typ.class.as {
			boxed := target
			for _, d := range t.types[1:] { // the target is of type *T as well
				if d.Kind == kindPointer && d.Elem == n {
					boxed = d.class.wrap(Box{d, target})
				}
			}
			if b.typ.funcs["As"].(func(any, any) bool)(b.value, boxed) {
				return true
			}
		} else if x, ok := err.(interface{ As(any) bool }); ok && x.As(target) {
			return true
		}
		switch x := err.(type) {
		case interface{ Unwrap() error }:
			if err = x.Unwrap(); err == nil {
				return false
			}
		case interface{ Unwrap() []error }:
			for _, err := range x.Unwrap() {
				if err != nil && t.As(err, target, n) {
					return true
				}
			}
			return false
		default:
			return false
		}
	}
}
