package box

import (
	"fmt"
	"reflect"
	"runtime"
	"strings"
)

const (
	kindInterface = reflect.Interface
	kindPointer   = reflect.Pointer
)

func set(p, x any) { reflect.ValueOf(p).Elem().Set(reflect.ValueOf(x)) }

// runtimeError is a run-time error in the words of the runtime, which lets
// nobody else make its own.
type runtimeError string

var _ runtime.Error = runtimeError("")

func (e runtimeError) Error() string { return string(e) }
func (e runtimeError) RuntimeError() {}

// typeName returns the name of the type that the runtime gives such an error.
func (e runtimeError) typeName() string {
	text, isError := strings.CutPrefix(string(e), "runtime error: ")
	switch {
	case strings.HasPrefix(text, "interface conversion: "):
		return "*runtime.TypeAssertionError"
	case strings.HasPrefix(text, "index out of range"), strings.HasPrefix(text, "slice bounds out of range"), strings.HasPrefix(text, "cannot convert slice"):
		return "runtime.boundsError"
	case strings.HasPrefix(text, unhashableIn):
		return "maps.unhashableTypeError"
	case isError:
		return "runtime.errorString"
	}
	return "runtime.plainError"
}

// failure is a run-time error that is not a string: between it and another
// operand, Print puts a space.
type failure struct{ runtimeError }

// newError returns the run-time error of a whole text.
func newError(text string) error {
	e := runtimeError(text)
	switch e.typeName() {
	case "runtime.errorString", "runtime.plainError":
		return e
	case "*runtime.TypeAssertionError": // each is equal to itself only
		return &failure{e}
	}
	return failure{e}
}

// RuntimeError returns the run-time error of a text.
func RuntimeError(text string) error { return newError("runtime error: " + text) }

func nilDereference() error {
	return RuntimeError("invalid memory address or nil pointer dereference")
}

// Assert panics as x.(T) does, T being type number n, and x a variable of the
// interface type named static.
func (t *Types) Assert(x any, n int, static string) {
	if t.Is(x, n) {
		return
	}
	d := t.types[n]
	if Plain(x) == nil {
		name := static
		if d.Kind == kindInterface {
			name = "interface"
		}
		panic(newError(fmt.Sprintf("interface conversion: %s is nil, not %s", name, d.Name)))
	}
	if d.Kind == kindInterface {
		panic(newError(fmt.Sprintf("interface conversion: %s is not %s: missing method %s", typeName(Plain(x)), d.Name, d.missing(Plain(x)))))
	}
	text := fmt.Sprintf("interface conversion: %s is %s, not %s", static, typeName(Plain(x)), d.Name)
	if typeName(Plain(x)) == d.Name {
		text += " (types from different scopes)"
	}
	panic(newError(text))
}

// Missing panics as a call through a nil interface does, if x is nil.
func Missing(x any) {
	if x == nil {
		panic(nilDereference())
	}
}

// Receiver returns x, the receiver of a method of an interface, or panics as the
// selection of the method does if x is nil.
func Receiver(x any) any {
	Missing(x)
	return x
}

// NilReceiver panics as the call of a method that has a value of the type named
// typ for its receiver does, through a nil pointer in an interface.
func NilReceiver(typ, method string) {
	_, name, _ := strings.Cut(typ, ".")
	panic(newError(fmt.Sprintf("value method %s.%s called using nil *%s pointer", typ, method, name)))
}

// Key returns x, a key of a map, or panics as its use does.
func Key(x any) any { return key(x, "runtime error: hash of unhashable type ") }

// KeyIn is Key for a key that is looked for in a map that has so many
// (internal/runtime/maps/map.go: mapKeyError).
func KeyIn(x any, length int) any {
	if length == 0 {
		return key(x, unhashableIn)
	}
	return Key(x)
}

const unhashableIn = "hash of unhashable type: "

func key(x any, text string) any {
	value := Plain(x)
	if b, ok := open(x); ok {
		value = b.value
	}
	if v := reflect.ValueOf(value); v.IsValid() && !v.Comparable() {
		panic(newError(text + unhashable(v, typeName(Plain(x)))))
	}
	return x
}

// unhashable returns the name of the type that makes a value of the type named
// name unhashable.
func unhashable(v reflect.Value, name string) string {
	if v.Type().Comparable() { // there is an interface in it
		for i := range elements(v) {
			if e := element(v, i); !e.Comparable() {
				for e.Kind() == reflect.Interface {
					e = e.Elem()
				}
				if b, ok := boxIn(e); ok {
					return unhashable(reflect.ValueOf(b.value), b.typ.Name)
				}
				return unhashable(e, e.Type().String())
			}
		}
	}
	return name
}

// elements returns the number of fields or elements of a value.
func elements(v reflect.Value) int {
	switch v.Kind() {
	case reflect.Struct:
		return v.NumField()
	case reflect.Array:
		return v.Len()
	}
	return 0
}

func element(v reflect.Value, i int) reflect.Value {
	if v.Kind() == reflect.Struct {
		return v.Field(i)
	}
	return v.Index(i)
}

// Recovered returns what recover returns in a compiled program for what it
// returns in an interpreted one. Yaegi panics with a reflect.Value of a value,
// and where it does what Go panics at, it lets package reflect panic.
func Recovered(v any) any {
	for {
		rv, ok := v.(reflect.Value)
		if !ok {
			break
		}
		if !rv.IsValid() {
			return nil
		}
		v = rv.Interface()
	}
	switch x := v.(type) {
	case *reflect.ValueError:
		return nilDereference()
	case string:
		if strings.HasPrefix(x, "reflect.MakeChan: negative buffer size") {
			return runtimeError("makechan: size out of range")
		}
		if text := runtimeText(x); text != "" {
			return RuntimeError(text)
		}
	}
	return v
}

// runtimeText returns what the runtime says where package reflect panics with a
// text, "" for other texts.
func runtimeText(text string) string {
	has := func(prefix string) bool { return strings.HasPrefix(text, prefix) }
	switch {
	case has("reflect: call of reflect.Value.") && strings.HasSuffix(text, "on zero Value"),
		has("reflect: Call using zero Value argument"),
		text == "reflect.Value.Call: call of nil function", text == "reflect: Method on nil interface value":
		return "invalid memory address or nil pointer dereference"
	case has("reflect: slice index out of range"), has("reflect: array index out of range"), has("reflect: string index out of range"):
		return "index out of range"
	case has("reflect.Value.Grow: slice overflow"):
		return "growslice: len out of range"
	case has("reflect.Value.Slice"):
		return "slice bounds out of range"
	case has("reflect.MakeSlice: negative len"):
		return "makeslice: len out of range"
	case has("reflect: cannot convert slice with length "):
		lengths := strings.TrimPrefix(text, "reflect: cannot convert slice with length ")
		from, to, _ := strings.Cut(lengths, " to ")
		return "cannot convert slice with length " + from + " to array or pointer to array with length " + to[strings.LastIndexByte(to, ' ')+1:]
	case has("reflect.MakeSlice: negative cap"), has("reflect.MakeSlice: len > cap"):
		return "makeslice: cap out of range"
	}
	return ""
}

// Error returns x, which implements error, as one.
func Error(x any) error {
	err, _ := Plain(x).(error)
	return err
}

// Panicked returns what to panic with so that the Go runtime reports what it
// reports for x in a compiled program, as runtime/panic.go: printpanicval.
func Panicked(x any) any {
	b, ok := open(x)
	if !ok || b.typ.class.isError {
		return x
	}
	if f, ok := b.typ.funcs["String"].(func(any) string); ok {
		return panicText(f(b.value))
	}
	v := b.inner()
	switch b.typ.Kind {
	case reflect.String:
		return panicText(fmt.Sprintf("%s(%q)", b.typ.Name, v.String()))
	case reflect.Bool, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return panicText(fmt.Sprintf("%s(%v)", b.typ.Name, v))
	case reflect.Pointer, reflect.Chan, reflect.Func, reflect.Map:
		return panicText(fmt.Sprintf("(%s) %#x", b.typ.Name, v.Pointer()))
	}
	return panicText(fmt.Sprintf("(%s) %p", b.typ.Name, &b))
}

// panicText is printed as it is.
type panicText string

func (t panicText) Error() string { return string(t) }

// Start calls f, a cell or what a goroutine begins with. A panic of it is raised
// again when the interpreter is out of the way.
func Start(f func()) {
	if v, ok := recovered(f); ok {
		panic(v)
	}
}

// Started returns f as a function that a library starts a goroutine with.
func Started(f func()) func() {
	if f == nil {
		return nil
	}
	return func() { Start(f) }
}

// recovered runs f and returns what it panicked with.
func recovered(f func()) (value any, panicked bool) {
	panicked = true
	defer func() {
		if panicked {
			value = Panicked(Recovered(recover()))
		}
	}()
	f()
	return nil, false
}
