package lower

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/types"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// nativeInterface is a library's interface type, and the function that converts
// what is in any to it.
type nativeInterface struct {
	typ  types.Type
	name string
}

func (b *boxer) nativeOf(t types.Type) *nativeInterface {
	key := b.reflectName(t)
	n := b.natives[key]
	if n == nil {
		n = &nativeInterface{t, b.fresh("as")}
		b.natives[key] = n
		b.boxImport()
	}
	return n
}

// toNative converts any to a library's interface.
func (b *boxer) toNative(x ast.Expr, t types.Type) ast.Expr {
	return b.helperCall(x.Pos(), b.nativeOf(t).name, x)
}

func (b *boxer) nativeText(n *nativeInterface) string {
	var s strings.Builder
	t := b.typeText(n.typ)
	fmt.Fprintf(&s, "func %s(rtbook_x any) %s {\nif rtbook_x == nil {\nreturn nil\n}\nswitch %s.Number(rtbook_x) {\n", n.name, t, b.typesVar)
	for _, e := range b.table.list {
		if e.boxed && types.Implements(e.typ, n.typ.Underlying().(*types.Interface)) {
			fmt.Fprintf(&s, "case %d:\nreturn %s(%s(rtbook_x))\n", e.number, b.carrier(e, n.typ), b.getter(e.typ))
		}
	}
	fmt.Fprintf(&s, "}\nreturn rtbook_x.(%s)\n}\n", t)
	return s.String()
}

// carried converts a value of the program's type to a library's interface.
func (b *boxer) carried(x ast.Expr, src, dest types.Type) ast.Expr {
	for m := range dest.Underlying().(*types.Interface).Methods() {
		if !m.Exported() {
			b.refuse(x, "conversion to an interface", "the interpreter cannot convert a value of type "+b.reflectName(src)+" to "+b.reflectName(dest)+", which has methods that are not exported", "")
			return x
		}
	}
	e := b.table.entry(src)
	e.boxed = true
	return b.helperCall(x.Pos(), b.carrier(e, dest), x)
}

// misread reports whether the interpreter does not make an interface of a value
// itself: it does not find a method that the value has only through an interface
// or a library's type which it embeds, and takes a value with a method String for
// a fmt.Stringer.
func (b *boxer) misread(src, dest types.Type) bool {
	ms := types.NewMethodSet(src)
	if obj, _, _ := types.LookupFieldOrMethod(dest, false, nil, "String"); obj == nil && ms.Lookup(nil, "String") != nil {
		return true
	}
	for m := range dest.Underlying().(*types.Interface).Methods() {
		sel := ms.Lookup(m.Pkg(), m.Name())
		if sel != nil && len(sel.Index()) > 1 && (sel.Obj().Pkg() != b.pkg || types.IsInterface(sel.Obj().(*types.Func).Signature().Recv().Type())) {
			return true
		}
	}
	return false
}

// promoted carries the arguments of a call that the interpreter misreads.
func (b *boxer) promoted(n *ast.CallExpr, sig *types.Signature) {
	params := spread(sig, len(n.Args))
	for i := range n.Args {
		if t := b.typ(n.Args[i]); i < len(params) && t != nil && !types.IsInterface(t) && isNonEmptyInterface(params[i]) && b.misread(t, params[i]) {
			b.conv(&n.Args[i], params[i])
		}
	}
}

// carrier returns the name of a function that puts a value behind a struct that
// has its box and forwards an interface's methods.
func (b *boxer) carrier(e *typeEntry, dest types.Type) string {
	return b.helper(fmt.Sprint("carry ", e.number, b.reflectName(dest)), "carry", func(name string) string {
		t := b.typeText(e.typ)
		carrier, value := b.fresh("carrier"), "rtbook_c.V"
		if kindOf(e.typ) == reflect.Func {
			value = b.getter(e.typ) + "(rtbook_c.Rtbook_box)" // of a field it does not find the methods
		}
		var s strings.Builder
		fmt.Fprintf(&s, "type %s struct {\nRtbook_box any\nV %s\n}\n", carrier, t)
		for m := range dest.Underlying().(*types.Interface).Methods() {
			params, args, _ := b.paramsText(m.Signature())
			ret := "return "
			if m.Signature().Results().Len() == 0 {
				ret = ""
			}
			fmt.Fprintf(&s, "func (rtbook_c *%s) %s(%s) %s {\n%s%s\n}\n", carrier, m.Name(), params, b.resultsText(m.Signature()), ret, b.methodCall(value, e.typ, m.Name(), args))
		}
		fmt.Fprintf(&s, "func %s(rtbook_x %s) %s {\nreturn &%s{%s.New(%d, rtbook_x), rtbook_x}\n}\n", name, t, b.typeText(dest), carrier, b.typesVar, e.number)
		return s.String()
	})
}

// typeText writes a type as it is after the pass.
func (b *boxer) typeText(t types.Type) string {
	switch t := types.Unalias(t).(type) {
	case *types.Named:
		switch obj := t.Obj(); {
		case b.becomesAny(t):
			return "any"
		case obj.Pkg() == nil || obj.Pkg() == b.pkg:
			return obj.Name()
		default:
			name := b.importName(obj.Pkg()).Name() + "." + obj.Name()
			if t.TypeArgs().Len() == 0 {
				return name
			}
			var args []string
			for a := range t.TypeArgs().Types() {
				args = append(args, b.typeText(a))
			}
			return name + "[" + strings.Join(args, ", ") + "]"
		}
	case *types.Basic:
		if t.Kind() == types.UnsafePointer {
			return b.importName(types.Unsafe).Name() + ".Pointer"
		}
		return t.Name()
	case *types.Pointer:
		return "*" + b.typeText(t.Elem())
	case *types.Slice:
		return "[]" + b.typeText(t.Elem())
	case *types.Array:
		return "[" + strconv.FormatInt(t.Len(), 10) + "]" + b.typeText(t.Elem())
	case *types.Map:
		return "map[" + b.typeText(t.Key()) + "]" + b.typeText(t.Elem())
	case *types.Chan:
		return [...]string{"chan ", "chan<- ", "<-chan "}[t.Dir()] + "(" + b.typeText(t.Elem()) + ")"
	case *types.Signature:
		params, _, _ := b.paramsText(t)
		return "func(" + params + ") " + b.resultsText(t)
	case *types.Struct:
		return b.structText(t)
	}
	return "any"
}

func (b *boxer) structText(t *types.Struct) string {
	var s strings.Builder
	s.WriteString("struct {\n")
	for i := range t.NumFields() {
		f := t.Field(i)
		if !f.Embedded() || b.spelled(f.Type()) {
			s.WriteString(f.Name() + " ")
		}
		s.WriteString(b.typeText(f.Type()))
		tag := t.Tag(i)
		if b.encodes && leftOut(f) {
			tag = leaveOut
		}
		if tag != "" {
			s.WriteString(" " + strconv.Quote(tag))
		}
		s.WriteString("\n")
	}
	return s.String() + "}"
}

// parse reads an expression that the pass has written.
func (b *boxer) parse(text string) ast.Expr {
	// Its places are behind those of the source, and lead nowhere.
	x, err := parser.ParseExprFrom(b.fset, "", text, parser.SkipObjectResolution)
	if err != nil {
		return &ast.BadExpr{}
	}
	return x
}

func (b *boxer) parseType(t types.Type) ast.Expr { return b.parse(b.typeText(t)) }

// finish adds the declarations that the rewritten program needs.
func (b *boxer) finish() {
	box := b.boxImport()
	setup := b.fresh("setup")
	var s strings.Builder
	fmt.Fprintf(&s, "func %s() {\n", setup)
	for i := 0; i < len(b.table.list); i++ {
		e := b.table.list[i]
		if e.desc.Native {
			if e.asked {
				fmt.Fprintf(&s, "%s.Native(%d, new(%s))\n", b.typesVar, e.number, b.typeText(e.typ))
			}
			continue
		}
		if !types.IsInterface(e.typ) {
			s.WriteString(b.hooksText(e))
		}
	}
	s.WriteString("}\n")
	var more strings.Builder
	written := make(map[string]bool)
	for again := true; again; {
		again = false
		for i := 0; i < len(b.order); i++ {
			if c := b.order[i]; !written[c.name] {
				written[c.name], again = true, true
				more.WriteString(b.dynamicText(c))
			}
		}
		for _, key := range sortedNames(b.natives) {
			if n := b.natives[key]; !written[n.name] {
				written[n.name], again = true, true
				more.WriteString(b.nativeText(n))
			}
		}
	}
	// The table is written last: what is above has added to it.
	text := fmt.Sprintf("package main\nvar %s = %s.Setup(%s)\n", b.typesVar, box, strconv.Quote(b.table.text())) +
		s.String() + strings.Join(b.helpers, "") + more.String()
	file, err := parser.ParseFile(b.fset, "", text, parser.SkipObjectResolution)
	if err != nil {
		b.refuse(b.file.Name, "interface", "the interpreter cannot be given this program's interfaces: "+err.Error(), "")
		return
	}
	b.file.Decls = append(b.file.Decls, file.Decls...)
	if f := b.entryPoint(); f != nil {
		f.Body.List = append([]ast.Stmt{&ast.ExprStmt{X: b.helperCall(f.Body.Lbrace, setup)}}, f.Body.List...)
	}
}

func sortedNames(m map[string]*nativeInterface) []string {
	var list []string
	for k := range m {
		list = append(list, k)
	}
	slices.Sort(list)
	return list
}

// hooksText sets the methods of a type that package box calls.
func (b *boxer) hooksText(e *typeEntry) string {
	var s strings.Builder
	ms := types.NewMethodSet(e.typ)
	for i := range ms.Len() {
		m := ms.At(i).Obj().(*types.Func)
		if !isHook(m.Name(), b.reflectSignature(m.Signature())) {
			continue
		}
		params, args, _ := b.paramsText(m.Signature())
		ret := "return "
		if m.Signature().Results().Len() == 0 {
			ret = ""
		}
		fmt.Fprintf(&s, "%s.Method(%d, %q, func(rtbook_x any%s) %s {\n%s%s\n})\n", b.typesVar, e.number, m.Name(), prefixed(params), b.resultsText(m.Signature()),
			ret, b.methodCall(b.getter(e.typ)+"(rtbook_x)", e.typ, m.Name(), args))
	}
	return s.String()
}

// isHook reports whether package box calls a method of this name and type.
func isHook(name, sig string) bool {
	switch name {
	case "Error", "String", "GoString":
		return sig == "() string"
	case "Format":
		return sig == "(fmt.State, int32)"
	case "Timeout":
		return sig == "() bool"
	case "Is":
		return sig == "(error) bool"
	case "As":
		return sig == "(interface {}) bool"
	case "Unwrap":
		return sig == "() error" || sig == "() []error"
	}
	return false
}
