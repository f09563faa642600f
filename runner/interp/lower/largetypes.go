package lower

import (
	"go/token"
	"go/types"
)

// Types that are large when they are written out.
//
// A type that has another twice, and that a third twice, and so on, is short in
// the source and grows without bound where names do not stop it. The lowered
// program writes out aliases and the arguments of generic types; the interpreter
// writes out all types that are no interfaces, since package reflect makes none
// with a name. After these passes no type has more parts than the limits.

const (
	mostWritten = 1 << 14 // parts of a type as the lowered program writes it
	mostMade    = 1 << 22 // of one as package reflect makes it, which takes a second and 500 MB
	longestName = 100_000 // bytes of the name of an instance
)

// limitAliases is the pass before aliases and type arguments are written out.
func limitAliases(u *unit) bool {
	z := &sizer{most: mostWritten, sizes: make(map[types.Type]int)}
	first := token.NoPos
	name := ""
	for id, obj := range u.info.Defs {
		if t, ok := obj.(*types.TypeName); ok && t.IsAlias() && z.size(t.Type()) >= z.most && (name == "" || id.Pos() < first) {
			first, name = id.Pos(), id.Name
		}
	}
	if name != "" {
		u.refuse(positioned(first), "type declaration", "the interpreter cannot have the type "+name+", which written out has more than 16,000 parts", "")
	}
	return false
}

// limitTypes is the pass when there are no aliases, and types of a circle have
// what breaks it.
func limitTypes(u *unit) bool {
	z := &sizer{most: mostMade, follow: true, sizes: make(map[types.Type]int)}
	for s := range u.typeSpecs() {
		if obj := u.info.Defs[s.Name]; obj != nil && z.size(obj.Type()) >= z.most {
			u.refuse(s.Name, "type declaration", "the interpreter cannot have the type "+u.shownName(s.Name.Name)+", which written out has more than four million parts", "")
			return false
		}
	}
	return false
}

// sizer counts the parts of types, up to the most.
type sizer struct {
	most   int
	follow bool // named types are what they are declared to be, and interfaces have no parts
	sizes  map[types.Type]int
}

func (z *sizer) size(t types.Type) int {
	if n, ok := z.sizes[t]; ok {
		return n
	}
	z.sizes[t] = 1 // for those of a circle
	n := min(1+z.parts(t), z.most)
	z.sizes[t] = n
	return n
}

func (z *sizer) parts(t types.Type) (n int) {
	add := func(t types.Type) { n = min(n+z.size(t), z.most) }
	switch t := t.(type) {
	case *types.Alias:
		add(types.Unalias(t))
	case *types.Named:
		for a := range t.TypeArgs().Types() {
			add(a)
		}
		if z.follow {
			add(t.Underlying())
		}
	case *types.Struct:
		for f := range t.Fields() {
			add(f.Type())
		}
	case *types.Interface:
		for i := 0; i < t.NumExplicitMethods() && !z.follow; i++ {
			add(t.ExplicitMethod(i).Type())
		}
	case *types.Signature:
		for _, tuple := range []*types.Tuple{t.Params(), t.Results()} {
			for v := range tuple.Variables() {
				add(v.Type())
			}
		}
	case *types.Map:
		add(t.Key())
		add(t.Elem())
	case interface{ Elem() types.Type }:
		add(t.Elem())
	}
	return n
}
