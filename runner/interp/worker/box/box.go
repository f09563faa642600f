// Package box gives the values of a program's own types, when they are in
// interfaces, the types that the interpreter has no way to give them.
//
// To yaegi a value of type A int is an int, and a value of a struct type is one
// of a type that reflect made: in an interface it has lost its name and its
// methods. So the lowered program (rtbook/runner/interp/lower) converts such a
// value with [Types.New], to a value that is compiled and carries a descriptor,
// and asks with [Types.Is] and [Get] where the program asks for a type. Boxes
// are equal, and equal as keys of maps, when Go says that the values in them
// are. A box of an error is an error, with its Is, As and Unwrap; what package
// fmt makes of a box is what it makes of the value in it, in a compiled program.
//
// The descriptors are a table that the lowering makes from the checker's types;
// types that the program takes from a library as they are have number 0 where
// they occur in others.
//
// A lowered program can be compiled too: the package is an ordinary one.
package box

import (
	"encoding/json"
	"fmt"
	"reflect"
)

// Path is the import path of this package.
const Path = "rtbook/runner/interp/worker/box"

// Types are the descriptors of a program.
type Types struct {
	types []*Type
}

// Type describes a type.
type Type struct {
	Name    string       // as package reflect writes it, "[]main.A"
	Kind    reflect.Kind // of the underlying type
	Elem    int          `json:",omitempty"`
	Key     int          `json:",omitempty"`
	Fields  []Field      `json:",omitempty"`
	Methods []Method     `json:",omitempty"` // of its method set
	Native  bool         `json:",omitempty"` // values are not boxed
	Wrapped bool         `json:",omitempty"` // a value is in the one field of a struct
	Loose   bool         `json:",omitempty"` // values cannot be compared

	types  *Types
	funcs  map[string]any // methods by name, that this package calls
	native reflect.Type   // of a Native type that is no interface
	class  class
}

// Field is a field of a struct.
type Field struct {
	Name     string
	Type     int
	Exported bool `json:",omitempty"`
}

// Method is a method, with its type as package reflect writes it.
type Method struct{ Name, Type string }

// Setup makes the descriptors of a table: types, as JSON, of which the first has
// number 1.
func Setup(table string) *Types {
	t := &Types{types: []*Type{nil}}
	var list []*Type
	if err := json.Unmarshal([]byte(table), &list); err != nil {
		panic(fmt.Errorf("box: the table of types: %w", err))
	}
	for _, d := range list {
		d.types, d.funcs = t, make(map[string]any)
		d.class = classOf(d.Methods)
		d.class.loose = d.Loose
		t.types = append(t.types, d)
	}
	return t
}

// Method sets a method of type number n that this package may have to call: a
// function of the value and the method's parameters.
func (t *Types) Method(n int, name string, f any) { t.types[n].funcs[name] = f }

// Native sets what type number n, which is a library's, is: p is a pointer to
// such a type.
func (t *Types) Native(n int, p any) { t.types[n].native = reflect.TypeOf(p).Elem() }

// Box is a value with its type. The value is of the type that the interpreter
// represents it by.
type Box struct {
	typ   *Type
	value any
}

func (b Box) box() Box { return b }

// String is what package context prints of a value: that of its own method, or
// the name of its type. Package fmt asks for Format before.
func (b Box) String() string {
	if f, ok := b.typ.funcs["String"].(func(any) string); ok {
		return f(b.value)
	}
	return b.typ.Name
}

// inner returns the value without the struct that a type which contains itself
// has around it.
func (b Box) inner() reflect.Value { return b.typ.inner(reflect.ValueOf(b.value)) }

func (t *Type) inner(v reflect.Value) reflect.Value {
	if t == nil || !t.Wrapped || v.Kind() != reflect.Struct {
		return v
	}
	v = v.Field(0)
	if v.Kind() != reflect.Interface {
		return v
	}
	if b, ok := boxIn(v.Elem()); ok {
		return reflect.ValueOf(b.value)
	}
	return reflect.Zero(nilOf(t.Kind))
}

// nilOf returns a type of a kind, that of functions or of others that have nil.
func nilOf(k reflect.Kind) reflect.Type {
	switch k {
	case reflect.Map:
		return reflect.TypeFor[map[bool]bool]()
	case reflect.Slice:
		return reflect.TypeFor[[]bool]()
	case reflect.Chan:
		return reflect.TypeFor[chan bool]()
	case reflect.Pointer:
		return reflect.TypeFor[*bool]()
	}
	return reflect.TypeFor[func()]()
}

// boxed is every form of a box.
type boxed interface{ box() Box }

// open returns the box that x is.
func open(x any) (Box, bool) {
	b, ok := Plain(x).(boxed)
	if !ok {
		return Box{}, false
	}
	return b.box(), true
}

// New converts a value of type number n to an interface.
func (t *Types) New(n int, v any) any {
	d := t.types[n]
	return d.class.wrap(Box{d, v})
}

// NewError converts a value of type number n, which is an error, to error.
func (t *Types) NewError(n int, v any) error { return t.New(n, v).(error) }

// Get sets what p points to, to the value that x is or has in its box.
func Get(x, p any) {
	if b, ok := open(x); ok {
		x = b.value
	}
	dest := reflect.ValueOf(p).Elem()
	if x == nil {
		dest.SetZero()
		return
	}
	v := reflect.ValueOf(x)
	if v.Kind() == reflect.Pointer && dest.Kind() == reflect.Pointer && v.Type() != dest.Type() {
		// Yaegi makes several types of one that contains itself.
		v = reflect.NewAt(dest.Type().Elem(), v.UnsafePointer())
	}
	dest.Set(v)
}

// Number returns the number of the type of x, 0 if x is in no box.
func (t *Types) Number(x any) int {
	b, ok := open(x)
	if !ok {
		return 0
	}
	for n, d := range t.types {
		if d == b.typ {
			return n
		}
	}
	return 0
}

// Is reports whether x is of type number n or, if that is an interface,
// implements it.
func (t *Types) Is(x any, n int) bool {
	x = Plain(x)
	if x == nil {
		return false
	}
	d := t.types[n]
	if d.Kind == reflect.Interface {
		return d.missing(x) == ""
	}
	if b, ok := open(x); ok {
		return b.typ == d
	}
	return d.native == reflect.TypeOf(x)
}

// missing returns the first method of an interface that x has not.
func (d *Type) missing(x any) string {
	has := make(map[Method]bool)
	if b, ok := open(x); ok {
		for _, m := range b.typ.Methods {
			has[m] = true
		}
	}
	rt := reflect.TypeOf(x)
	for _, m := range d.Methods {
		if has[m] {
			continue
		}
		if _, ok := open(x); ok {
			return m.Name
		}
		if got, ok := rt.MethodByName(m.Name); !ok || withoutReceiver(got.Type, rt.Kind() == reflect.Interface) != m.Type {
			return m.Name
		}
	}
	return ""
}

// withoutReceiver writes the type of a method.
func withoutReceiver(t reflect.Type, bare bool) string {
	if bare {
		return t.String()
	}
	var in, out []reflect.Type
	for i := 1; i < t.NumIn(); i++ {
		in = append(in, t.In(i))
	}
	for i := range t.NumOut() {
		out = append(out, t.Out(i))
	}
	return reflect.FuncOf(in, out, t.IsVariadic()).String()
}

// typeName returns the name of the type of x, as package reflect writes it.
func typeName(x any) string {
	if b, ok := open(x); ok {
		return b.typ.Name
	}
	switch x := x.(type) {
	case nil:
		return "<nil>"
	case interface{ typeName() string }:
		return x.typeName()
	case described:
		return "*reflect.rtype"
	}
	return reflect.TypeOf(x).String()
}

// Plain returns what x stands for: the box behind a library's interface, which
// is in a struct of the lowered program (lower: carrier) that yaegi has behind
// one of its own.
func Plain(x any) any {
	v := reflect.ValueOf(x)
	for {
		if v.Kind() == reflect.Pointer && !v.IsNil() {
			v = v.Elem()
		}
		if v.Kind() != reflect.Struct || v.NumField() == 0 {
			return x
		}
		switch v.Type().Field(0).Name {
		case "IValue", "Rtbook_box":
		default:
			return x
		}
		if v = v.Field(0).Elem(); !v.IsValid() {
			return x
		}
		if b, ok := v.Interface().(boxed); ok {
			return b
		}
	}
}

// Value returns the value that x is or has in its box, for a library that looks
// at what it is made of.
func Value(x any) any {
	if b, ok := open(x); ok {
		return b.inner().Interface()
	}
	return x
}

// Values returns the values that those of a list are or have in their boxes.
func Values(list []any) []any {
	var out []any
	for _, x := range list {
		out = append(out, Value(x))
	}
	return out
}

// DeepEqual is [reflect.DeepEqual].
func DeepEqual(x, y any) bool {
	a, ok := open(x)
	b, both := open(y)
	if ok && both {
		return a.typ == b.typ && reflect.DeepEqual(a.value, b.value)
	}
	return !ok && !both && reflect.DeepEqual(x, y)
}

// Call calls a method of x, which is not in a box, and returns its results.
func Call(x any, method string, args ...any) []any {
	if x == nil {
		panic(nilDereference())
	}
	f := reflect.ValueOf(Plain(x)).MethodByName(method)
	if !f.IsValid() {
		panic(fmt.Errorf("box: a %T has no method %s", x, method))
	}
	if f.Type() == reflect.TypeFor[func(string, ...any)]() { // a method like log.Logger.Printf
		args[0], args[1] = names(args[0].(string), args[1].([]any))
	}
	in := make([]reflect.Value, len(args))
	for i, a := range args {
		p := f.Type().In(min(i, f.Type().NumIn()-1))
		if f.Type().IsVariadic() && i >= f.Type().NumIn()-1 && reflect.TypeOf(a) != p {
			p = p.Elem()
		}
		in[i] = reflect.New(p).Elem()
		if a != nil {
			in[i].Set(reflect.ValueOf(a))
		}
	}
	call := f.Call
	if f.Type().IsVariadic() {
		call = f.CallSlice
	}
	var out []any
	for _, v := range call(in) {
		out = append(out, v.Interface())
	}
	return out
}
