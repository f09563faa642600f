package lower

import (
	"go/ast"
	"go/token"
	"go/types"
	"reflect"
	"slices"
	"strings"
)

// opaque is an argument in whose interfaces a library looks, or that it fills.
type opaque struct {
	arg  ast.Expr
	f    *types.Func
	fill bool
}

// encoded has a library read a value, or write it, by reflection. That works for
// what is represented as it is declared.
func (b *boxer) encoded(n *ast.CallExpr, f *types.Func) (ast.Expr, bool) {
	params := spread(f.Signature(), len(n.Args))
	for i, a := range n.Args {
		t := b.typ(a)
		if t == nil {
			continue
		}
		if _, several := t.(*types.Tuple); !several && i < len(params) && isNonEmptyInterface(params[i]) {
			b.convTo(&n.Args[i], params[i], conversion{})
			continue
		}
		if why := b.unencodable(a, t, f); why != "" {
			b.refuse(a, f.Pkg().Name(), "the interpreter cannot give package "+f.Pkg().Name()+" a value of type "+b.reflectName(t)+", "+why, "")
			return n, true
		}
	}
	if f.Pkg().Path() != "encoding/json" || len(n.Args) == 0 {
		return n, true
	}
	switch name := f.Name(); name {
	case "Unmarshal", "Decode":
		return b.named(n, name, n.Args[len(n.Args)-1]), true
	case "Marshal", "MarshalIndent", "Encode":
		if b.containsItself(b.typ(n.Args[0]), nil) {
			return b.named(n, name, n.Args[0]), true
		}
	}
	return n, true
}

// containsItself reports whether a value of a type can. around are the types that
// it is a part of.
func (b *boxer) containsItself(t types.Type, around []types.Type) bool {
	t = types.Unalias(t)
	if slices.Contains(around, t) {
		return true
	}
	if n, ok := t.(*types.Named); ok {
		if n.Obj().Pkg() != b.pkg {
			return false
		}
		around = append(around, t)
	}
	switch t := t.Underlying().(type) {
	case *types.Struct:
		for f := range t.Fields() {
			if b.containsItself(f.Type(), around) {
				return true
			}
		}
	case interface{ Elem() types.Type }:
		return b.containsItself(t.Elem(), around)
	}
	return false
}

// refuseCodec refuses the conversion of what a library encodes or decodes with to
// an interface of the program through which that can be given any value: which,
// is not seen at its calls.
func (b *boxer) refuseCodec(x ast.Expr, src, dest types.Type) {
	p, ok := types.Unalias(src).(*types.Pointer)
	if !ok {
		return
	}
	n, ok := types.Unalias(p.Elem()).(*types.Named)
	if !ok || n.Obj().Pkg() == nil {
		return
	}
	switch n.Obj().Pkg().Path() {
	case "encoding/json", "text/template":
	default:
		return
	}
	for m := range dest.Underlying().(*types.Interface).Methods() {
		if m.Name() == "Encode" || m.Name() == "Decode" || strings.HasPrefix(m.Name(), "Execute") {
			b.refuse(x, "conversion to an interface", "the interpreter cannot convert a value of type "+b.reflectName(src)+" to "+b.reflectName(dest)+", through which package "+n.Obj().Pkg().Name()+" may be given values of the program's types", "use the type "+b.reflectName(src))
			return
		}
	}
}

// named has errors about an argument speak of the program's types.
func (b *boxer) named(n *ast.CallExpr, name string, target ast.Expr) ast.Expr {
	t := b.typ(target)
	if results, ok := t.(*types.Tuple); ok {
		if b.cellType(results.At(results.Len() - 1).Type()) {
			b.refuse(target, "json", "the interpreter cannot pass the results of a call on to package json", "give the results names first")
		}
		return n
	}
	if t == nil || !b.cellType(t) {
		return n
	}
	args := n.Args
	if sel, ok := ast.Unparen(n.Fun).(*ast.SelectorExpr); ok && (name == "Decode" || name == "Encode") {
		decoder := sel.X
		if !isPointer(b.typ(decoder)) {
			decoder = &ast.UnaryExpr{OpPos: decoder.Pos(), Op: token.AND, X: decoder}
		}
		args = append([]ast.Expr{decoder}, args...)
	}
	call := b.tableCall(n.Pos(), name, append(args, intText(n.Pos(), b.table.entry(t).number))...)
	return b.become(n, call)
}

// unencodable says why a library cannot be given a value, "" if it can be. What
// is in interfaces is known when all of the program has been seen.
func (b *boxer) unencodable(x ast.Expr, t types.Type, f *types.Func) string {
	list := []types.Type{t}
	if results, ok := t.(*types.Tuple); ok {
		list = b.tuple(results)
	}
	for _, t := range list {
		if f.Pkg().Path() == "text/template" && b.cellType(t) {
			return "whose name and methods it would not see"
		}
		if f.Pkg().Path() == "encoding/binary" && b.cellType(t) && !types.IsInterface(t) && !fixedSize(t) {
			return "which has no fixed size"
		}
		p := &plainness{boxer: b, seen: make(map[types.Type]bool)}
		if why := p.not(t); why != "" {
			return why
		}
		if p.interfaces {
			fill := f.Name() == "Unmarshal" || f.Name() == "Decode"
			b.opaque = append(b.opaque, opaque{x, f, fill})
		}
	}
	return ""
}

// refuseOpaque refuses what may have boxes in it where a library looks into
// interfaces. One that fills them looks for pointers only.
func (b *boxer) refuseOpaque() {
	boxed, pointers := false, false
	for _, e := range b.table.list {
		boxed = boxed || e.boxed
		pointers = pointers || e.boxed && isPointer(e.typ)
	}
	for _, o := range b.opaque {
		if o.fill && pointers || !o.fill && boxed {
			b.refuse(o.arg, o.f.Pkg().Name(), "the interpreter cannot give package "+o.f.Pkg().Name()+" a value of type "+b.reflectName(b.typ(o.arg))+", which may hold values of the program's types", "")
		}
	}
}

// fixedSize reports whether package binary can write a value of a type, or read
// into what it points to or the elements of it.
func fixedSize(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Pointer:
		return fixedPart(u.Elem())
	case *types.Slice:
		return fixedPart(u.Elem())
	}
	return fixedPart(t)
}

func fixedPart(t types.Type) bool {
	switch t := t.Underlying().(type) {
	case *types.Basic:
		return t.Info()&(types.IsNumeric|types.IsBoolean) != 0 && t.Kind() != types.Int && t.Kind() != types.Uint && t.Kind() != types.Uintptr
	case *types.Array:
		return fixedPart(t.Elem())
	case *types.Struct:
		for f := range t.Fields() {
			if !fixedPart(f.Type()) {
				return false
			}
		}
		return true
	}
	return false
}

// plainness looks at how a type is represented.
type plainness struct {
	*boxer
	seen       map[types.Type]bool
	interfaces bool // there are some in it
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
			return ""
		}
		if n.NumMethods() > 0 {
			return "which has methods"
		}
		if _, ok := p.wrapped(t); ok {
			return "which contains itself"
		}
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

func (p *plainness) notFields(t *types.Struct) string {
	for i := range t.NumFields() {
		f := t.Field(i)
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
