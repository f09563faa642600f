package lower

import (
	"encoding/json"
	"go/token"
	"go/types"
	"reflect"
	"strings"
)

// typeTable numbers the types that package box has to know.
type typeTable struct {
	u    *unit
	list []*typeEntry
	at   map[string][]*typeEntry // by the type's name
}

type typeEntry struct {
	typ    types.Type
	number int
	boxed  bool // values of it are converted to interfaces
	asked  bool // an assertion or a switch speaks of it
	desc   boxType
}

// boxType is what package box reads of a type (box.Type).
type boxType struct {
	Name    string
	Kind    reflect.Kind
	Elem    int         `json:",omitempty"`
	Key     int         `json:",omitempty"`
	Fields  []boxField  `json:",omitempty"`
	Methods []boxMethod `json:",omitempty"`
	Native  bool        `json:",omitempty"`
	Wrapped bool        `json:",omitempty"`
	Loose   bool        `json:",omitempty"`
}

type boxField struct {
	Name     string
	Type     int
	Exported bool `json:",omitempty"`
}

type boxMethod struct{ Name, Type string }

// entry returns the entry of a type.
func (tt *typeTable) entry(t types.Type) *typeEntry {
	t = types.Unalias(t)
	name := tt.u.reflectName(t)
	for _, e := range tt.at[name] {
		if types.Identical(e.typ, t) {
			return e
		}
	}
	e := &typeEntry{typ: t, number: len(tt.list) + 1}
	tt.list = append(tt.list, e)
	tt.at[name] = append(tt.at[name], e)
	e.desc = tt.describe(t, name)
	return e
}

// part returns the number of a type that is a part of another, 0 for a
// library's.
func (tt *typeTable) part(t types.Type) int {
	if !tt.u.cellType(t) && !isNonEmptyInterface(t) {
		return 0
	}
	return tt.entry(t).number
}

func (tt *typeTable) describe(t types.Type, name string) boxType {
	d := boxType{Name: name, Kind: kindOf(t), Native: !tt.u.cellType(t) && !types.IsInterface(t)}
	if d.Native {
		return d
	}
	if in, ok := tt.u.wrapped(t); ok {
		d = tt.describe(in, name)
		d.Wrapped, d.Methods = true, nil
	} else {
		tt.parts(&d, t)
	}
	d.Loose = d.Loose || !types.Comparable(t)
	ms := types.NewMethodSet(t)
	for i := range ms.Len() {
		m := ms.At(i).Obj().(*types.Func)
		d.Methods = append(d.Methods, boxMethod{m.Name(), tt.u.reflectName(m.Signature())})
	}
	return d
}

// wrapped returns what a type that leads to itself was before it became a
// struct: see recursive_wrap.go. Of a function it is any function type. Of the
// type of a field that is held it is what the field was: see recursive_fields.go.
func (u *unit) wrapped(t types.Type) (types.Type, bool) {
	n, ok := types.Unalias(t).(*types.Named)
	if !ok || n.Obj().Pkg() != u.pkg {
		return nil, false
	}
	if in := u.heldType(n); in != nil {
		return in, true
	}
	s, ok := n.Underlying().(*types.Struct)
	if !ok || !u.wraps[n.Obj().Name()] {
		return nil, false
	}
	if in := s.Field(0).Type(); !types.IsInterface(in) {
		return in, true
	}
	return types.NewSignatureType(nil, nil, nil, nil, nil, false), true
}

// parts describes what a type is made of.
func (tt *typeTable) parts(d *boxType, t types.Type) {
	switch t := t.Underlying().(type) {
	case *types.Map:
		d.Key, d.Elem = tt.part(t.Key()), tt.part(t.Elem())
	case *types.Struct:
		for f := range t.Fields() {
			name := tt.u.fieldName(f)
			d.Fields = append(d.Fields, boxField{name, tt.part(f.Type()), token.IsExported(name)})
		}
	case *types.Signature:
	case interface{ Elem() types.Type }:
		d.Elem = tt.part(t.Elem())
	}
}

// fieldName returns the name of a field that a program prints. An embedded
// instance of a generic type has the name of the type without its arguments.
func (u *unit) fieldName(f *types.Var) string {
	if shown := u.typeNames[f.Name()]; shown == "_" || f.Embedded() && shown != "" {
		name, _, _ := strings.Cut(shown, "[")
		return name
	}
	return f.Name()
}

// text returns the table as package box reads it.
func (tt *typeTable) text() string {
	list := make([]boxType, len(tt.list))
	for i, e := range tt.list {
		list[i] = e.desc
	}
	text, err := json.Marshal(list)
	if err != nil {
		panic(err) // there is nothing in it that cannot be written
	}
	return string(text)
}

func isNonEmptyInterface(t types.Type) bool {
	i, ok := t.Underlying().(*types.Interface)
	return ok && i.NumMethods() > 0
}

// kindOf returns the kind of a type.
func kindOf(t types.Type) reflect.Kind {
	switch t := t.Underlying().(type) {
	case *types.Basic:
		return basicKind(t.Kind())
	case *types.Pointer:
		return reflect.Pointer
	case *types.Slice:
		return reflect.Slice
	case *types.Array:
		return reflect.Array
	case *types.Map:
		return reflect.Map
	case *types.Chan:
		return reflect.Chan
	case *types.Signature:
		return reflect.Func
	case *types.Struct:
		return reflect.Struct
	}
	return reflect.Interface
}

// basicKind returns the kind of a predeclared type. Both packages count the
// kinds of numbers in the same order.
func basicKind(k types.BasicKind) reflect.Kind {
	switch {
	case k == types.String:
		return reflect.String
	case k == types.UnsafePointer:
		return reflect.UnsafePointer
	case types.Bool <= k && k <= types.Complex128:
		return reflect.Bool + reflect.Kind(k-types.Bool)
	}
	return reflect.Invalid
}

// cellType reports whether values of a type have to be in a box when they are
// in an interface: the type is the program's, or made of one, or the
// interpreter represents it by another.
func (u *unit) cellType(t types.Type) bool { return u.isCellType(t, make(map[types.Type]bool)) }

func (u *unit) isCellType(t types.Type, seen map[types.Type]bool) bool {
	t = types.Unalias(t)
	if seen[t] {
		return false
	}
	seen[t] = true
	switch t := t.(type) {
	case *types.Named:
		if t.Obj().Pkg() == u.pkg {
			return true
		}
		for a := range t.TypeArgs().Types() {
			if u.isCellType(a, seen) {
				return true
			}
		}
	case *types.Map:
		return u.isCellPart(t.Key(), seen) || u.isCellPart(t.Elem(), seen)
	case *types.Signature:
		return true // yaegi has syntax trees for functions
	case *types.Struct:
		for f := range t.Fields() {
			if !f.Exported() || f.Embedded() || u.isCellPart(f.Type(), seen) {
				return true
			}
		}
	case *types.Interface:
		return t.NumMethods() > 0
	case *types.Pointer:
		return u.isCellType(t.Elem(), seen)
	case interface{ Elem() types.Type }:
		return u.isCellPart(t.Elem(), seen)
	}
	return false
}

// isCellPart is isCellType for a part of another type: the library's interfaces
// are among them, which hold values of the program in structs of the interpreter.
func (u *unit) isCellPart(t types.Type, seen map[types.Type]bool) bool {
	n, ok := types.Unalias(t).(*types.Named)
	return ok && n.Obj().Pkg() != nil && isNonEmptyInterface(t) || u.isCellType(t, seen)
}
