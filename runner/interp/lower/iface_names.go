package lower

import (
	"go/types"
	"strconv"
	"strings"
)

// The names of types, as package reflect writes them.

// reflectName returns the name of a type as package reflect writes it.
func (u *unit) reflectName(t types.Type) string { return u.reflected(t, false) }

// reflected writes the name of a type. As an argument of another type it has the
// whole path of its package, and one that a function declares its number.
func (u *unit) reflected(t types.Type, argument bool) string {
	switch t := types.Unalias(t).(type) {
	case *types.Named:
		return u.reflectedNamed(t, argument)
	case *types.Basic:
		if t.Kind() == types.UnsafePointer {
			return "unsafe.Pointer"
		}
		return types.Typ[t.Kind()].Name() // not byte, not rune
	case *types.Pointer:
		return "*" + u.reflected(t.Elem(), argument)
	case *types.Slice:
		return "[]" + u.reflected(t.Elem(), argument)
	case *types.Array:
		return "[" + strconv.FormatInt(t.Len(), 10) + "]" + u.reflected(t.Elem(), argument)
	case *types.Map:
		return "map[" + u.reflected(t.Key(), argument) + "]" + u.reflected(t.Elem(), argument)
	case *types.Chan:
		elem := u.reflected(t.Elem(), argument)
		switch {
		case t.Dir() == types.SendOnly:
			return "chan<- " + elem
		case t.Dir() == types.RecvOnly:
			return "<-chan " + elem
		case strings.HasPrefix(elem, "<-"):
			return "chan (" + elem + ")"
		}
		return "chan " + elem
	case *types.Signature:
		return "func" + u.reflectedSignature(t, argument)
	case *types.Struct:
		return u.reflectedStruct(t, argument)
	case *types.Interface:
		return u.reflectedInterface(t, argument)
	}
	return t.String()
}

func (u *unit) reflectedNamed(t *types.Named, argument bool) string {
	obj := t.Obj()
	if in := u.heldType(t); in != nil {
		return u.reflected(in, argument)
	}
	if obj.Pkg() == nil {
		return obj.Name() // error
	}
	name := obj.Name()
	if obj.Pkg() == u.pkg {
		if shown, ok := u.typeNames[name]; ok {
			name = shown
		}
		if n := u.local[obj.Name()]; n > 0 && argument {
			name += "·" + strconv.Itoa(n)
		}
	}
	if t.TypeArgs().Len() > 0 {
		var args []string
		for a := range t.TypeArgs().Types() {
			args = append(args, u.reflected(a, true))
		}
		name += "[" + strings.Join(args, ",") + "]"
	}
	if argument && obj.Pkg() != u.pkg {
		return obj.Pkg().Path() + "." + name
	}
	return obj.Pkg().Name() + "." + name
}

func (u *unit) reflectSignature(t *types.Signature) string { return u.reflectedSignature(t, false) }

func (u *unit) reflectedSignature(t *types.Signature, argument bool) string {
	var in, out []string
	for i := range t.Params().Len() {
		p := t.Params().At(i).Type()
		if s, ok := p.(*types.Slice); ok && t.Variadic() && i == t.Params().Len()-1 {
			in = append(in, "..."+u.reflected(s.Elem(), argument))
			continue
		}
		in = append(in, u.reflected(p, argument))
	}
	for v := range t.Results().Variables() {
		out = append(out, u.reflected(v.Type(), argument))
	}
	s := "(" + strings.Join(in, ", ") + ")"
	switch len(out) {
	case 0:
		return s
	case 1:
		return s + " " + out[0]
	}
	return s + " (" + strings.Join(out, ", ") + ")"
}

func (u *unit) reflectedStruct(t *types.Struct, argument bool) string {
	if t.NumFields() == 0 {
		return "struct {}"
	}
	var fields []string
	for i := range t.NumFields() {
		f := t.Field(i)
		s := u.reflected(f.Type(), argument)
		if !f.Embedded() {
			s = u.fieldName(f) + " " + s
		}
		if tag := t.Tag(i); tag != "" {
			s += " " + strconv.Quote(tag)
		}
		fields = append(fields, s)
	}
	return "struct { " + strings.Join(fields, "; ") + " }"
}

func (u *unit) reflectedInterface(t *types.Interface, argument bool) string {
	if t.NumMethods() == 0 {
		return "interface {}"
	}
	var methods []string
	for m := range t.Methods() {
		name := m.Name()
		if !m.Exported() && m.Pkg() != nil {
			name = m.Pkg().Name() + "." + name
		}
		methods = append(methods, name+u.reflectedSignature(m.Signature(), argument))
	}
	return "interface { " + strings.Join(methods, "; ") + " }"
}
