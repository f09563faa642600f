package runner

import (
	"fmt"
	"go/types"
	"strconv"
	"strings"
)

// typeWriter writes types as the source of package main. It refuses, by
// setting bad, what cannot be written there.
type typeWriter struct {
	strings.Builder
	main       *types.Package
	typeName   func(spelling string) string            // of a type of package main
	importName func(pkg *types.Package) (string, bool) // false if it cannot be imported
	builtin    map[string]bool                         // predeclared names that were written
	bad        types.Type
}

func (w *typeWriter) write(t types.Type) {
	switch t := t.(type) {
	case *types.Basic:
		w.basic(t)
	case *types.Alias:
		if w.canName(t.Obj()) {
			w.named(t.Obj(), t.TypeArgs())
		} else {
			w.write(types.Unalias(t))
		}
	case *types.Named:
		if !w.canName(t.Obj()) {
			w.bad = t
			return
		}
		w.named(t.Obj(), t.TypeArgs())
	case *types.Pointer:
		w.WriteString("*")
		w.write(t.Elem())
	case *types.Slice:
		w.WriteString("[]")
		w.write(t.Elem())
	case *types.Array:
		fmt.Fprintf(w, "[%d]", t.Len())
		w.write(t.Elem())
	case *types.Map:
		w.WriteString("map[")
		w.write(t.Key())
		w.WriteString("]")
		w.write(t.Elem())
	case *types.Chan:
		w.channel(t)
	case *types.Signature:
		w.WriteString("func")
		w.signature(t)
	case *types.Struct:
		w.structure(t)
	case *types.Interface:
		w.iface(t)
	default: // type parameters and tuples are no types of variables
		w.bad = t
	}
}

func (w *typeWriter) basic(t *types.Basic) {
	switch {
	case t.Kind() == types.UnsafePointer:
		name, _ := w.importName(types.Unsafe)
		w.WriteString(name + ".Pointer")
	case t.Kind() == types.Invalid || t.Info()&types.IsUntyped != 0:
		w.bad = t
	default:
		w.predeclared(t.Name())
	}
}

func (w *typeWriter) predeclared(name string) {
	w.builtin[name] = true
	w.WriteString(name)
}

// canName reports whether package main has a name for a type.
func (w *typeWriter) canName(obj *types.TypeName) bool {
	switch pkg := obj.Pkg(); pkg {
	case nil:
		return true
	case w.main:
		return obj.Parent() == pkg.Scope()
	default:
		if !obj.Exported() || obj.Parent() != pkg.Scope() {
			return false
		}
		_, ok := w.importName(pkg)
		return ok
	}
}

func (w *typeWriter) named(obj *types.TypeName, args *types.TypeList) {
	switch pkg := obj.Pkg(); pkg {
	case nil:
		w.predeclared(obj.Name())
	case w.main:
		w.WriteString(w.typeName(obj.Name()))
	default:
		name, _ := w.importName(pkg)
		w.WriteString(name + "." + obj.Name())
	}
	if args.Len() == 0 {
		return
	}
	w.WriteString("[")
	for i := range args.Len() {
		if i > 0 {
			w.WriteString(", ")
		}
		w.write(args.At(i))
	}
	w.WriteString("]")
}

func (w *typeWriter) channel(t *types.Chan) {
	switch t.Dir() {
	case types.SendOnly:
		w.WriteString("chan<- ")
	case types.RecvOnly:
		w.WriteString("<-chan ")
	default:
		w.WriteString("chan ")
		if elem, ok := types.Unalias(t.Elem()).(*types.Chan); ok && elem.Dir() == types.RecvOnly {
			w.WriteString("(")
			w.write(t.Elem())
			w.WriteString(")")
			return
		}
	}
	w.write(t.Elem())
}

func (w *typeWriter) signature(t *types.Signature) {
	w.tuple(t.Params(), t.Variadic())
	switch res := t.Results(); res.Len() {
	case 0:
	case 1:
		w.WriteString(" ")
		w.write(res.At(0).Type())
	default:
		w.WriteString(" ")
		w.tuple(res, false)
	}
}

// tuple writes the types of parameters or results, whose names are no part of
// a type.
func (w *typeWriter) tuple(t *types.Tuple, variadic bool) {
	w.WriteString("(")
	for i := range t.Len() {
		if i > 0 {
			w.WriteString(", ")
		}
		typ := t.At(i).Type()
		if s, ok := typ.(*types.Slice); ok && variadic && i == t.Len()-1 {
			w.WriteString("...")
			typ = s.Elem()
		}
		w.write(typ)
	}
	w.WriteString(")")
}

func (w *typeWriter) structure(t *types.Struct) {
	w.WriteString("struct{")
	for i := range t.NumFields() {
		f := t.Field(i)
		if !f.Exported() && f.Pkg() != w.main {
			w.bad = t // another package's x is not ours
			return
		}
		w.WriteString(separator(i))
		if !f.Embedded() {
			w.WriteString(f.Name() + " ")
		}
		w.write(f.Type())
		if tag := t.Tag(i); tag != "" {
			w.WriteString(" " + strconv.Quote(tag))
		}
	}
	w.WriteString(closing(t.NumFields()))
}

func (w *typeWriter) iface(t *types.Interface) {
	w.WriteString("interface{")
	n := 0
	for m := range t.ExplicitMethods() {
		if !m.Exported() && m.Pkg() != w.main {
			w.bad = t
			return
		}
		w.WriteString(separator(n) + m.Name())
		w.signature(m.Signature())
		n++
	}
	for e := range t.EmbeddedTypes() {
		w.WriteString(separator(n))
		w.write(e)
		n++
	}
	w.WriteString(closing(n))
}

// separator returns what stands before the i-th element between braces.
func separator(i int) string {
	if i == 0 {
		return " "
	}
	return "; "
}

// closing returns what ends a list of n elements between braces.
func closing(n int) string {
	if n == 0 {
		return "}"
	}
	return " }"
}
