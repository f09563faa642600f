package box

import (
	"errors"
	"reflect"
)

// class says which of the methods that package errors looks for an error has.
// The methods of a compiled type cannot be chosen when a program runs, so that
// there is one form of box for each combination.
type class struct {
	isError, is, as bool
	unwrap          int  // 0: none, 1: to an error, 2: to several
	loose           bool // the values cannot be compared
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
	switch {
	case !c.isError && !c.loose:
		return b
	case !c.isError:
		return looseBox{Box: b}
	case c.loose:
		return inForm[[0]func()](c, b)
	}
	return inForm[struct{}](c, b)
}

// looseBox is a box of a value that cannot be compared.
type looseBox struct {
	Box
	_ [0]func()
}

// inForm returns the box of an error. K is a type that can be compared if the
// values in the box can: libraries ask the type of a value for that.
func inForm[K any](c class, b Box) any {
	e, is, as, one, all := errorBox[K]{Box: b}, isPart{b}, asPart{b}, unwrapPart{b}, unwrapsPart{b}
	switch (class{isError: true, is: c.is, as: c.as, unwrap: c.unwrap}) {
	case class{isError: true, is: true}:
		return errorIs[K]{e, is}
	case class{isError: true, as: true}:
		return errorAs[K]{e, as}
	case class{isError: true, is: true, as: true}:
		return errorIsAs[K]{e, is, as}
	case class{isError: true, unwrap: 1}:
		return errorUnwrap[K]{e, one}
	case class{isError: true, is: true, unwrap: 1}:
		return errorIsUnwrap[K]{e, is, one}
	case class{isError: true, as: true, unwrap: 1}:
		return errorAsUnwrap[K]{e, as, one}
	case class{isError: true, is: true, as: true, unwrap: 1}:
		return errorIsAsUnwrap[K]{e, is, as, one}
	case class{isError: true, unwrap: 2}:
		return errorUnwraps[K]{e, all}
	case class{isError: true, is: true, unwrap: 2}:
		return errorIsUnwraps[K]{e, is, all}
	case class{isError: true, as: true, unwrap: 2}:
		return errorAsUnwraps[K]{e, as, all}
	case class{isError: true, is: true, as: true, unwrap: 2}:
		return errorIsAsUnwraps[K]{e, is, as, all}
	}
	return e
}

type (
	errorBox[K any] struct {
		Box
		_ K
	}

	// A part has one method and nothing else that a box has.
	isPart      struct{ of Box }
	asPart      struct{ of Box }
	unwrapPart  struct{ of Box }
	unwrapsPart struct{ of Box }

	errorIs[K any] struct {
		errorBox[K]
		isPart
	}
	errorAs[K any] struct {
		errorBox[K]
		asPart
	}
	errorIsAs[K any] struct {
		errorBox[K]
		isPart
		asPart
	}
	errorUnwrap[K any] struct {
		errorBox[K]
		unwrapPart
	}
	errorIsUnwrap[K any] struct {
		errorBox[K]
		isPart
		unwrapPart
	}
	errorAsUnwrap[K any] struct {
		errorBox[K]
		asPart
		unwrapPart
	}
	errorIsAsUnwrap[K any] struct {
		errorBox[K]
		isPart
		asPart
		unwrapPart
	}
	errorUnwraps[K any] struct {
		errorBox[K]
		unwrapsPart
	}
	errorIsUnwraps[K any] struct {
		errorBox[K]
		isPart
		unwrapsPart
	}
	errorAsUnwraps[K any] struct {
		errorBox[K]
		asPart
		unwrapsPart
	}
	errorIsAsUnwraps[K any] struct {
		errorBox[K]
		isPart
		asPart
		unwrapsPart
	}
)

func (b errorBox[K]) Error() string { return b.typ.funcs["Error"].(func(any) string)(b.value) }

// Timeout is what package os asks an error for. One that has not the method is
// no timeout either.
func (b errorBox[K]) Timeout() bool {
	f, ok := b.typ.funcs["Timeout"].(func(any) bool)
	return ok && f(b.value)
}

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
	if ok && b.typ.Kind != kindPointer {
		panic("errors: target must be a non-nil pointer")
	}
	if !ok || b.typ.Elem == 0 {
		return errors.As(err, target)
	}
	return t.As(err, b.value, b.typ.Elem)
}

// As is errors.As for a target that points to a variable of type number n.
func (t *Types) As(err error, target any, n int) bool {
	if err == nil {
		return false
	}
	switch d := t.types[n]; {
	case target == nil:
		panic("errors: target cannot be nil")
	case reflect.ValueOf(target).IsNil():
		panic("errors: target must be a non-nil pointer")
	case d.Kind != kindInterface && !d.class.isError && !d.Native:
		panic("errors: *target must be interface or implement error")
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
