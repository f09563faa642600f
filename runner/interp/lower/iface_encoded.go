package lower

import (
	"go/ast"
	"go/types"
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
			b.convTo(&n.Args[i], params[i], false)
			continue
		}
		if why := b.unencodable(a, t, f); why != "" {
			b.refuse(a, f.Pkg().Name(), "the interpreter cannot give package "+f.Pkg().Name()+" a value of type "+b.reflectName(t)+", "+why, "")
			return n, true
		}
	}
	return n, true
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
	}
	switch t := t.Underlying().(type) {
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
	for f := range t.Fields() {
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
