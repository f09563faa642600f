package lower

import (
	"go/ast"
	"go/types"
)

// Recursive types.
//
// The interpreter makes types with package reflect, which has none that contain
// themselves, and breaks the circle at structs only. After this pass a function
// type that leads to itself is a struct with a function (recursive_funcs.go).
// Other circles are refused.

func findRecursive(u *unit) bool {
	w := &wrapper{unit: u, wrapped: make(map[types.Object]bool)}
	ast.Inspect(u.file, func(n ast.Node) bool {
		s, ok := n.(*ast.TypeSpec)
		if !ok || s.Assign.IsValid() {
			return true
		}
		obj := u.info.Defs[s.Name]
		if obj == nil {
			return true
		}
		named, ok := types.Unalias(obj.Type()).(*types.Named)
		if ok && reaches(named.Underlying(), named, make(map[types.Type]bool)) {
			if _, isFunc := s.Type.(*ast.FuncType); isFunc {
				w.wrapped[obj] = true
				return true
			}
			u.refuse(s, "recursive type", "the interpreter cannot have the type "+u.shownName(obj.Name())+", which contains itself without a struct in between",
				"make it a struct with a field of that type")
		}
		return true
	})
	return w.wrap()
}

// shownName returns the name under which the author declared a type.
func (u *unit) shownName(name string) string {
	if shown, ok := u.typeNames[name]; ok {
		return shown
	}
	return name
}

// reaches reports whether a type leads to a named one without a struct or an
// interface in between.
func reaches(t types.Type, goal *types.Named, seen map[types.Type]bool) bool {
	t = types.Unalias(t)
	if t == goal {
		return true
	}
	if seen[t] {
		return false
	}
	seen[t] = true
	switch t := t.(type) {
	case *types.Named:
		return reaches(t.Underlying(), goal, seen)
	case *types.Map:
		return reaches(t.Key(), goal, seen) || reaches(t.Elem(), goal, seen)
	case interface{ Elem() types.Type }:
		return reaches(t.Elem(), goal, seen)
	case *types.Signature:
		for _, tuple := range []*types.Tuple{t.Params(), t.Results()} {
			for v := range tuple.Variables() {
				if reaches(v.Type(), goal, seen) {
					return true
				}
			}
		}
	}
	return false
}
