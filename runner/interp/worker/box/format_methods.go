package box

import (
	"fmt"
	"reflect"
	"strings"
)

// methods prints v by one of its methods, as fmt/print.go: pp.handleMethods. It
// reports whether there is one.
func (p *printer) methods(v reflect.Value, t *Type) (handled bool) {
	if !v.IsValid() {
		return false
	}
	if t == nil {
		return p.libraryMethods(v)
	}
	if t.Kind == reflect.Interface {
		return false
	}
	raw := v.Interface()
	if f, ok := t.funcs["Format"].(func(any, fmt.State, rune)); ok {
		defer p.catch(v, "Format", &handled)
		f(raw, p.s, p.verb)
		return true
	}
	if p.sharpV {
		if f, ok := t.funcs["GoString"].(func(any) string); ok {
			defer p.catch(v, "GoString", &handled)
			p.text(f(raw))
			return true
		}
		return false
	}
	if !strings.ContainsRune("vsxXq", p.verb) {
		return false
	}
	for _, name := range []string{"Error", "String"} {
		if f, ok := t.funcs[name].(func(any) string); ok {
			defer p.catch(v, name, &handled)
			p.plain(f(raw))
			return true
		}
	}
	return false
}

// libraryMethods has fmt print a value of a library's type that has methods for
// that.
func (p *printer) libraryMethods(v reflect.Value) bool {
	if !v.CanInterface() {
		return false
	}
	switch v.Interface().(type) {
	case fmt.Formatter:
	case fmt.GoStringer:
		if !p.sharpV {
			if _, ok := v.Interface().(fmt.Stringer); !ok {
				return false
			}
		}
	case error, fmt.Stringer:
		if p.sharpV || !strings.ContainsRune("vsxXq", p.verb) {
			return false
		}
	default:
		return false
	}
	p.plain(v.Interface())
	return true
}

// catch prints that a method has panicked, as fmt/print.go: pp.catchPanic. The
// value is handled then.
func (p *printer) catch(v reflect.Value, method string, handled *bool) {
	r := recover()
	if r == nil {
		return
	}
	*handled = true
	if v.Kind() == reflect.Pointer && v.IsNil() {
		p.text("<nil>")
		return
	}
	p.text("%!" + string(p.verb) + "(PANIC=" + method + " method: ")
	fmt.Fprint(p.s, Recovered(r))
	p.text(")")
}
