package lower

import (
	"go/ast"
	"go/token"
	"go/types"
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
	if f.Pkg().Path() != jsonPath || len(n.Args) == 0 {
		return n, true
	}
	switch name := f.Name(); name {
	case "Unmarshal", "Decode":
		return b.named(n, name, n.Args[len(n.Args)-1]), true
	case "Marshal", "MarshalIndent", "Encode":
		if t := b.typ(n.Args[0]); b.containsItself(t, nil) || b.hasInterfaces(t) {
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
	if t == nil || !b.cellType(t) && !b.hasInterfaces(t) {
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
		p := b.plainness(f.Pkg().Path())
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

// hasInterfaces reports whether there are interfaces in a type through which
// package json finds what may be in boxes.
func (b *boxer) hasInterfaces(t types.Type) bool {
	if t == nil {
		return false
	}
	p := b.plainness(jsonPath)
	return p.not(t) == "" && p.interfaces
}

// refuseOpaque refuses what may have boxes in it where a library looks into
// interfaces. One that fills them looks for pointers only. To package json a box
// is what is in it, if that is represented as it is declared.
func (b *boxer) refuseOpaque() {
	boxed, pointers, others := false, false, false
	for _, e := range b.table.list {
		if !e.boxed {
			continue
		}
		boxed, pointers = true, pointers || isPointer(e.typ)
		others = others || b.plainness(jsonPath).not(e.typ) != ""
	}
	for _, o := range b.opaque {
		json := o.f.Pkg().Path() == jsonPath
		if o.fill && pointers && !fresh(b.typ(o.arg)) || !o.fill && (others || boxed && !json) {
			b.refuse(o.arg, o.f.Pkg().Name(), "the interpreter cannot give package "+o.f.Pkg().Name()+" a value of type "+b.reflectName(b.typ(o.arg))+", which may hold values of the program's types", "")
		}
	}
}

// fresh reports whether package json, where it fills what a pointer of a type
// points to, finds no pointers in interfaces: in new elements of maps, and at the
// top, where package box looks before.
func fresh(t types.Type) bool {
	p, ok := t.Underlying().(*types.Pointer)
	if !ok {
		return false
	}
	t = p.Elem()
	for {
		m, ok := t.Underlying().(*types.Map)
		if !ok {
			break
		}
		t = m.Elem()
	}
	return types.IsInterface(t) && !isNonEmptyInterface(t)
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
