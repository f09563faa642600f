package lower

import (
	"go/ast"
	"go/token"
	"go/types"
	"reflect"
	"strings"
)

// What libraries see of a value.
//
// The fields of a struct are exported in the interpreter, all of them. Package
// json is told by a tag to leave out those that are not in the program, so that
// it sees a struct as it is declared.

const jsonPath = "encoding/json"

// plainness looks at how a type is represented.
type plainness struct {
	*boxer
	json       bool // for package json
	seen       map[types.Type]bool
	interfaces bool // there are some in it
}

func (b *boxer) plainness(library string) *plainness {
	return &plainness{boxer: b, json: library == jsonPath, seen: make(map[types.Type]bool)}
}

// not says why a value is not represented as it is declared, as far as a
// library can see; "" if it is.
func (p *plainness) not(t types.Type) string {
	t = types.Unalias(t)
	if p.seen[t] {
		return ""
	}
	p.seen[t] = true
	if n, ok := t.(*types.Named); ok {
		if n.Obj().Pkg() != p.pkg {
			p.interfaces = p.interfaces || types.IsInterface(t)
			return ""
		}
		if n.NumMethods() > 0 && !p.json {
			return "which has methods"
		}
		if _, ok := p.wrapped(t); ok {
			return "which contains itself"
		}
	}
	if p.json && p.jsonMethods(t) {
		return "which has methods for that"
	}
	switch t := t.Underlying().(type) {
	case *types.Signature:
		return "which has functions in it"
	case *types.Chan:
		return "which has channels in it"
	case *types.Struct:
		return p.notFields(t)
	case *types.Interface:
		if t.NumMethods() > 0 {
			return "which has an interface of the program in it"
		}
		p.interfaces = true
	case *types.Map:
		if why := p.not(t.Key()); why != "" {
			return why
		}
		return p.not(t.Elem())
	case interface{ Elem() types.Type }:
		return p.not(t.Elem())
	}
	return ""
}

// jsonMethods reports whether package json would ask a value of a type, or a
// pointer to one, to do itself what that does.
func (p *plainness) jsonMethods(t types.Type) bool {
	if types.IsInterface(t) {
		return false
	}
	ms := types.NewMethodSet(t)
	if !isPointer(t) {
		ms = types.NewMethodSet(types.NewPointer(t))
	}
	for _, name := range []string{"MarshalJSON", "UnmarshalJSON", "MarshalText", "UnmarshalText", "IsZero"} {
		if ms.Lookup(p.pkg, name) != nil {
			return true
		}
	}
	return false
}

func (p *plainness) notFields(t *types.Struct) string {
	for i := range t.NumFields() {
		f := t.Field(i)
		if p.json && leftOut(f) {
			continue
		}
		if n, ok := types.Unalias(f.Type()).(*types.Named); ok && n.Obj().Pkg() == p.pkg && strings.Contains(reflect.StructTag(t.Tag(i)).Get("json"), ",string") {
			return "which has a field of a type of the program that is written as a string"
		}
		if f.Embedded() {
			return "which has embedded fields"
		}
		if !f.Exported() {
			return "which has fields that are not exported"
		}
		if why := p.not(f.Type()); why != "" {
			return why
		}
	}
	return ""
}

// leftOut reports whether package json leaves a field out whatever its tag is: it
// is not exported, and no struct, or a lock.
func leftOut(f *types.Var) bool {
	if !f.Embedded() {
		return !f.Exported()
	}
	t := types.Unalias(f.Type())
	if p, ok := t.(*types.Pointer); ok {
		t = types.Unalias(p.Elem())
	}
	if n, ok := t.(*types.Named); ok && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == "sync" {
		return true
	}
	_, isStruct := t.Underlying().(*types.Struct)
	return !f.Exported() && !isStruct
}

// leaveOut is the tag of what package json has to leave out.
const leaveOut = `json:"-"`

// hideFields gives the fields of a struct type that package json must not see a
// tag that says so.
func (b *boxer) hideFields(s *ast.StructType) {
	t, ok := underlying[*types.Struct](b.typ(s))
	if !ok || !b.encodes {
		return
	}
	var list []*ast.Field
	i := 0
	for _, f := range s.Fields.List {
		names := f.Names
		for n := range max(1, len(names)) {
			one := *f
			if len(names) > 1 {
				one.Names = names[n : n+1]
				if n > 0 {
					one.Type = clone(b.unit, f.Type)
				}
			}
			if leftOut(t.Field(i)) {
				one.Tag = &ast.BasicLit{ValuePos: f.Type.End(), Kind: token.STRING, Value: "`" + leaveOut + "`"}
			}
			list = append(list, &one)
			i++
		}
	}
	s.Fields.List = list
}
