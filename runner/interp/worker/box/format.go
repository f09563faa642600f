package box

import (
	"fmt"
	"io"
	"reflect"
	"runtime"
	"strings"
	"unsafe"
)

// Format prints the value as package fmt prints it in a compiled program. It
// implements [fmt.Formatter], which comes before all else that fmt looks for.
func (b Box) Format(s fmt.State, verb rune) {
	p := &printer{s: s, verb: verb, plusV: verb == 'v' && s.Flag('+'), sharpV: verb == 'v' && s.Flag('#')}
	depth := 0
	if b.typ.Kind == reflect.Pointer && nested() {
		depth = 1
	}
	p.value(reflect.ValueOf(b.value), b.typ, depth, false)
}

// nested reports whether fmt calls Format for an element of the value that it
// was given, rather than for that itself.
func nested() bool {
	var pcs [16]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs[:])])
	for {
		f, more := frames.Next()
		switch {
		case strings.HasSuffix(f.Function, "(*pp).printValue"):
			return true
		case strings.HasSuffix(f.Function, "(*pp).printArg"), !more:
			return false
		}
	}
}

// printer is fmt's algorithm (fmt/print.go: pp.printValue) over values that
// the interpreter represents and their descriptors.
type printer struct {
	s             fmt.State
	verb          rune
	plusV, sharpV bool
	erroring      bool // the verb is one that the value has not
}

func (p *printer) text(s string) { io.WriteString(p.s, s) }

// plain prints a value of a predeclared type, or of a library's, as fmt does.
func (p *printer) plain(x any) {
	verb := p.verb
	if p.erroring {
		verb = unmarked(x)
	}
	fmt.Fprintf(p.s, fmt.FormatString(p.s, verb), x)
}

// unmarked returns the verb that prints x as v does, but without another meaning
// of the flags for signs and bases.
func unmarked(x any) rune {
	v := reflect.ValueOf(x)
	switch {
	case v.CanInt(), v.CanUint():
		return 'd'
	case v.CanFloat(), v.CanComplex():
		return 'g'
	case v.Kind() == reflect.String:
		return 's'
	case v.Kind() == reflect.Bool:
		return 't'
	}
	return 'v'
}

// value prints v, of type t, which is nil for a library's type. hidden says that
// v was found in a field that is not exported: fmt does not call its methods.
func (p *printer) value(v reflect.Value, t *Type, depth int, hidden bool) {
	if t != nil && t.Kind != reflect.Interface && v.Kind() == reflect.Interface {
		v = v.Elem() // yaegi has pointers to some recursive types so
	}
	if t != nil && !v.IsValid() && t.Kind == reflect.Pointer {
		v = reflect.Zero(reflect.TypeFor[*int]())
	}
	if !hidden && p.methods(v, t) {
		return
	}
	v = t.inner(v)
	kind := v.Kind()
	if t != nil && v.IsValid() {
		kind = t.Kind
	}
	switch kind {
	case reflect.Invalid:
		p.text("<nil>")
	case reflect.Struct:
		p.structure(v, t, depth, hidden)
	case reflect.Map:
		p.mapping(v, t, depth, hidden)
	case reflect.Interface:
		p.dynamic(v, t, depth, hidden)
	case reflect.Array, reflect.Slice:
		p.list(v, t, depth, hidden)
	case reflect.Pointer:
		p.pointer(v, t, depth, hidden)
	case reflect.Chan, reflect.Func, reflect.UnsafePointer:
		p.address(v, t)
	default:
		p.basic(v, t)
	}
}

// name returns the name of v's type.
func name(v reflect.Value, t *Type) string {
	if t != nil {
		return t.Name
	}
	return v.Type().String()
}

// part returns the descriptor of an element, nil for a library's type.
func (t *Type) part(n int) *Type {
	if t == nil || n == 0 {
		return nil
	}
	if d := t.types.types[n]; !d.Native {
		return d
	}
	return nil
}

// dynamic prints what is in an interface.
func (p *printer) dynamic(v reflect.Value, t *Type, depth int, hidden bool) {
	if v.IsNil() {
		if p.sharpV {
			p.text(p.static(v, t) + "(nil)")
		} else {
			p.text("<nil>")
		}
		return
	}
	p.element(v.Elem(), depth+1, hidden)
}

// static returns the name of an interface type.
func (p *printer) static(v reflect.Value, t *Type) string {
	return name(v, t)
}

// element prints the value of an interface, which may be a box.
func (p *printer) element(v reflect.Value, depth int, hidden bool) {
	if b, ok := boxIn(v); ok {
		p.value(reflect.ValueOf(b.value), b.typ, depth, hidden)
		return
	}
	p.value(v, nil, depth, hidden)
}

// boxIn returns the box that v is, which may be in a field of a library's type.
func boxIn(v reflect.Value) (Box, bool) {
	if !v.IsValid() {
		return Box{}, false
	}
	if v.CanInterface() {
		return open(v.Interface())
	}
	return Box{}, false
}

func (p *printer) structure(v reflect.Value, t *Type, depth int, hidden bool) {
	if p.sharpV {
		p.text(name(v, t))
	}
	p.text("{")
	for i := range v.NumField() {
		if i > 0 {
			p.text(p.separator())
		}
		f := Field{Name: v.Type().Field(i).Name, Exported: v.Type().Field(i).IsExported()}
		if t != nil {
			f = t.Fields[i]
		}
		if p.plusV || p.sharpV {
			p.text(f.Name + ":")
		}
		x, d := v.Field(i), t.part(f.Type)
		if x.Kind() == reflect.Interface && !x.IsNil() && (d == nil || d.Kind == reflect.Interface) {
			p.element(x.Elem(), depth+1, hidden || !f.Exported)
			continue
		}
		p.value(x, d, depth+1, hidden || !f.Exported)
	}
	p.text("}")
}

func (p *printer) separator() string {
	if p.sharpV {
		return ", "
	}
	return " "
}

func (p *printer) mapping(v reflect.Value, t *Type, depth int, hidden bool) {
	open, end := "map[", "]"
	if p.sharpV {
		open, end = name(v, t)+"{", "}"
		if v.IsNil() {
			p.text(name(v, t) + "(nil)")
			return
		}
	}
	p.text(open)
	var key, elem *Type
	if t != nil {
		key, elem = t.part(t.Key), t.part(t.Elem)
	}
	for i, k := range sortedKeys(v) {
		if i > 0 {
			p.text(p.separator())
		}
		p.value(k, key, depth+1, hidden)
		p.text(":")
		p.value(v.MapIndex(k), elem, depth+1, hidden)
	}
	p.text(end)
}

func (p *printer) list(v reflect.Value, t *Type, depth int, hidden bool) {
	var elem *Type
	if t != nil {
		elem = t.part(t.Elem)
	}
	if v.Type().Elem().Kind() == reflect.Uint8 && strings.ContainsRune("sqxX", p.verb) {
		p.plain(bytesOf(v))
		return
	}
	open, end := "[", "]"
	if p.sharpV {
		if v.Kind() == reflect.Slice && v.IsNil() {
			p.text(name(v, t) + "(nil)")
			return
		}
		open, end = name(v, t)+"{", "}"
	}
	p.text(open)
	for i := range v.Len() {
		if i > 0 {
			p.text(p.separator())
		}
		p.value(v.Index(i), elem, depth+1, hidden)
	}
	p.text(end)
}

func bytesOf(v reflect.Value) []byte {
	b := make([]byte, v.Len())
	for i := range b {
		b[i] = byte(v.Index(i).Uint())
	}
	return b
}

// pointer prints what a pointer points to at the top level, and an address
// elsewhere.
func (p *printer) pointer(v reflect.Value, t *Type, depth int, hidden bool) {
	if depth == 0 && !v.IsNil() {
		e := v.Elem()
		var elem *Type
		if t != nil {
			elem = t.part(t.Elem)
		}
		kind := e.Kind()
		if elem != nil {
			kind = elem.Kind
		}
		switch kind {
		case reflect.Array, reflect.Slice, reflect.Struct, reflect.Map:
			p.text("&")
			p.value(e, elem, depth+1, hidden)
			return
		}
	}
	p.address(v, t)
}

// address prints a pointer.
func (p *printer) address(v reflect.Value, t *Type) {
	var u unsafe.Pointer
	if v.IsValid() && !v.IsNil() {
		u = v.UnsafePointer()
	}
	switch {
	case p.sharpV && u == nil:
		p.text("(" + name(v, t) + ")(nil)")
	case p.sharpV:
		fmt.Fprintf(p.s, "(%s)(%#x)", name(v, t), uintptr(u))
	case strings.ContainsRune("vpbodxX", p.verb):
		p.plain(u)
	default:
		p.bad(v, t)
	}
}

// verbs returns those that fmt has for a kind of a predeclared type.
func verbs(k reflect.Kind) string {
	switch k {
	case reflect.Bool:
		return "tv"
	case reflect.String:
		return "vxXsq"
	case reflect.Int, reflect.Uint:
		return "vdboOxXcqU"
	case reflect.Float64, reflect.Complex128:
		return "vbgGxXfFeE"
	}
	return ""
}

// basic prints a value of a kind of which there are constants.
func (p *printer) basic(v reflect.Value, t *Type) {
	x := predeclared(v)
	kind := v.Kind()
	switch {
	case v.CanInt():
		kind = reflect.Int
	case v.CanUint():
		kind = reflect.Uint
	case v.CanFloat():
		kind = reflect.Float64
	case v.CanComplex():
		kind = reflect.Complex128
	}
	if !strings.ContainsRune(verbs(kind), p.verb) {
		p.bad(v, t)
		return
	}
	p.plain(x)
}

// predeclared returns a value of a basic kind as one of the predeclared type.
func predeclared(v reflect.Value) any {
	t := basic(v.Kind())
	if t == nil {
		return nil
	}
	if v.CanInterface() {
		return v.Convert(t).Interface()
	}
	// A field that a library does not export can be read only so.
	x := reflect.New(t).Elem()
	switch {
	case v.CanInt():
		x.SetInt(v.Int())
	case v.CanUint():
		x.SetUint(v.Uint())
	case v.CanFloat():
		x.SetFloat(v.Float())
	case v.CanComplex():
		x.SetComplex(v.Complex())
	case v.Kind() == reflect.Bool:
		x.SetBool(v.Bool())
	default:
		x.SetString(v.String())
	}
	return x.Interface()
}

// bad prints what fmt does for a verb that a type has not.
func (p *printer) bad(v reflect.Value, t *Type) {
	p.text("%!" + string(p.verb) + "(")
	switch {
	case !v.IsValid():
		p.text("<nil>")
	default:
		p.text(name(v, t) + "=")
		(&printer{s: p.s, verb: 'v', erroring: true}).value(v, t, 0, true)
	}
	p.text(")")
}
