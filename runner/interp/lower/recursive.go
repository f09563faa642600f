package lower

import (
	"go/types"
)

// Recursive types.
//
// The interpreter makes types with package reflect, which has none that contain
// themselves, and breaks the circle at structs only. After this pass a type that
// leads to itself with no struct or interface on the way is a struct that has
// what the type was declared to be (recursive_wrap.go), and is named in
// [unit.wraps]. Of the types of a circle that is as few as break it.

func findRecursive(u *unit) bool {
	w := &wrapper{unit: u, wrapped: make(map[types.Object]bool)}
	// A function breaks more than other types do.
	for _, funcs := range []bool{true, false} {
		for s := range u.typeSpecs() {
			if !s.Assign.IsValid() && u.info.Defs[s.Name] != nil {
				w.find(u.info.Defs[s.Name], funcs)
			}
		}
	}
	return w.wrap()
}

// find has a type wrapped if it leads to itself and is of the kind that is
// looked for.
func (w *wrapper) find(obj types.Object, funcs bool) {
	named, ok := types.Unalias(obj.Type()).(*types.Named)
	if !ok {
		return
	}
	_, isFunc := named.Underlying().(*types.Signature)
	if isFunc == funcs && w.reaches(named.Underlying(), named, make(map[types.Type]bool)) {
		w.wrapped[obj] = true
	}
}

// shownName returns the name under which the author declared a type.
func (u *unit) shownName(name string) string {
	if shown, ok := u.typeNames[name]; ok {
		return shown
	}
	return name
}

// reaches reports whether a type leads to a named one without a struct, an
// interface or a wrapped type in between.
func (w *wrapper) reaches(t types.Type, goal *types.Named, seen map[types.Type]bool) bool {
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
		return !w.wrapped[t.Obj()] && w.reaches(t.Underlying(), goal, seen)
	case *types.Map:
		return w.reaches(t.Key(), goal, seen) || w.reaches(t.Elem(), goal, seen)
	case interface{ Elem() types.Type }:
		return w.reaches(t.Elem(), goal, seen)
	case *types.Signature:
		for _, tuple := range []*types.Tuple{t.Params(), t.Results()} {
			for v := range tuple.Variables() {
				if w.reaches(v.Type(), goal, seen) {
					return true
				}
			}
		}
	}
	return false
}
