package box

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
)

// MarshalJSON has package json encode what is in the box. The lowering leaves no
// values in boxes to it that are not represented as they are declared.
func (b Box) MarshalJSON() ([]byte, error) {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false) // the encoder around this does, if it is to
	err := e.Encode(b.value)
	return bytes.TrimSuffix(text.Bytes(), []byte("\n")), err
}

// unboxed returns the error of an encoder without what it says of boxes.
func unboxed(err error) error {
	for {
		e, ok := err.(*json.MarshalerError)
		if !ok || !e.Type.Implements(reflect.TypeFor[boxed]()) {
			return err
		}
		err = e.Err
	}
}

// Unmarshal is [json.Unmarshal] into a target of type number n, with the names of
// the program's types in its errors.
func (t *Types) Unmarshal(data []byte, target any, n int) error {
	return t.named(json.Unmarshal(data, opened(target)), target, n)
}

// Decode is the method Decode of a [json.Decoder], likewise.
func (t *Types) Decode(d *json.Decoder, target any, n int) error {
	return t.named(d.Decode(opened(target)), target, n)
}

// opened returns the pointer that is in the box in a variable of type any, as
// package json takes one, and other targets as they are.
func opened(target any) any {
	p, ok := target.(*any)
	if !ok || p == nil {
		return target
	}
	if b, ok := open(*p); ok && b.typ.Kind == kindPointer && b.value != nil && !reflect.ValueOf(b.value).IsNil() {
		return b.value
	}
	return target
}

// Marshal is [json.Marshal] of a value of type number n, which may contain itself
// or boxes, without them in the error, and with the name of the type in one that
// says that it contains itself.
func (t *Types) Marshal(v any, n int) ([]byte, error) {
	text, err := json.Marshal(v)
	return text, t.cycle(unboxed(err), v, n)
}

// MarshalIndent is [json.MarshalIndent], likewise.
func (t *Types) MarshalIndent(v any, prefix, indent string, n int) ([]byte, error) {
	text, err := json.MarshalIndent(v, prefix, indent)
	return text, t.cycle(unboxed(err), v, n)
}

// Encode is the method Encode of a [json.Encoder], likewise.
func (t *Types) Encode(e *json.Encoder, v any, n int) error {
	return t.cycle(unboxed(e.Encode(v)), v, n)
}

// cycle puts the name of a type into the error that a value contains itself
// (encoding/json/encode.go).
func (t *Types) cycle(err error, v any, n int) error {
	const via = "encountered a cycle via "
	if e, ok := err.(*json.UnsupportedValueError); ok && strings.HasPrefix(e.Str, via) {
		root := t.described(v, n)
		if found, ok := root.search(e.Value.Type(), make(map[*Type]bool)); ok {
			e.Str = via + found.String()
		}
	}
	return err
}

// named puts the names of types into an error of package json.
func (t *Types) named(err error, target any, n int) error {
	if target == nil {
		return err
	}
	root := t.described(target, n)
	switch e := err.(type) {
	case *json.InvalidUnmarshalError:
		e.Type = root.plain()
	case *json.UnmarshalTypeError:
		at := root
		for rest := e.Field; rest != ""; {
			in := at.structure()
			field, more, ok := in.fieldOf(rest)
			if !ok {
				break
			}
			e.Struct, at, rest = in.Name(), field, more
		}
		if found, ok := at.find(e.Type); ok {
			e.Type = found.plain()
		}
	}
	return err
}

// described is the type of a value as the interpreter has it, with the names of
// what it stands for. The descriptor is nil for a library's type.
type described struct {
	reflect.Type
	d *Type
}

func (t *Types) described(v any, n int) described {
	if d := t.types[n]; !d.Native {
		return described{reflect.TypeOf(v), d}
	}
	return described{reflect.TypeOf(v), nil}
}

// plain returns the type itself if it has no other name.
func (t described) plain() reflect.Type {
	if t.d == nil {
		return t.Type
	}
	return t
}

func (t described) String() string {
	if t.d == nil {
		return t.Type.String()
	}
	return t.d.Name
}

func (t described) Name() string {
	if t.d == nil {
		return t.Type.Name()
	}
	name, ok := strings.CutPrefix(t.d.Name, "main.")
	if !ok {
		return ""
	}
	return name
}

func (t described) PkgPath() string {
	if t.d == nil || t.Name() == "" {
		return t.Type.PkgPath()
	}
	return "main"
}

func (t described) Elem() reflect.Type {
	if t.d == nil {
		return t.Type.Elem()
	}
	return described{t.Type.Elem(), t.d.part(t.d.Elem)}
}

func (t described) Key() reflect.Type {
	if t.d == nil {
		return t.Type.Key()
	}
	return described{t.Type.Key(), t.d.part(t.d.Key)}
}

func (t described) Field(i int) reflect.StructField {
	f := t.Type.Field(i)
	if t.d != nil {
		f.Name, f.Type = t.d.Fields[i].Name, described{f.Type, t.d.part(t.d.Fields[i].Type)}
	}
	return f
}

// structure returns the struct type that t leads to.
func (t described) structure() described {
	for {
		switch t.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
			t = t.Elem().(described)
		default:
			return t
		}
	}
}

// fieldOf returns the type of the field of a struct that a path of JSON names
// begins with, and the rest of the path.
func (t described) fieldOf(path string) (field described, rest string, ok bool) {
	if t.d == nil || t.Kind() != reflect.Struct {
		return t, "", false
	}
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" {
			name = f.Name
		}
		if after, has := strings.CutPrefix(path, name); has && (after == "" || after[0] == '.') {
			return f.Type.(described), strings.TrimPrefix(after, "."), true
		}
	}
	return t, "", false
}

// find returns what a type is called that t is, or is made of.
func (t described) find(goal reflect.Type) (described, bool) {
	if t.d == nil || t.Type == goal {
		return t, t.Type == goal
	}
	switch t.Kind() {
	case reflect.Map:
		if found, ok := t.Key().(described).find(goal); ok {
			return found, true
		}
		return t.Elem().(described).find(goal)
	case reflect.Pointer, reflect.Slice, reflect.Array:
		return t.Elem().(described).find(goal)
	}
	return t, false
}

// search is find that also looks into structs.
func (t described) search(goal reflect.Type, seen map[*Type]bool) (described, bool) {
	if t.d == nil || seen[t.d] || t.Type == goal {
		return t, t.Type == goal
	}
	seen[t.d] = true
	var parts []reflect.Type
	switch t.Kind() {
	case reflect.Map, reflect.Pointer, reflect.Slice, reflect.Array:
		parts = append(parts, t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			parts = append(parts, t.Field(i).Type)
		}
	}
	for _, p := range parts {
		if found, ok := p.(described).search(goal, seen); ok {
			return found, true
		}
	}
	return t, false
}
