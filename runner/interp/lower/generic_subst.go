package lower

import "go/types"

// substitute puts arguments in the place of type parameters in a type, and what
// types of a generic function become in the place of these.
func substitute(t types.Type, args map[types.Type]types.Type) types.Type {
	if len(args) == 0 {
		return t
	}
	s := substitution(args)
	return s.typ(t)
}

type substitution map[types.Type]types.Type

func (s substitution) typ(t types.Type) types.Type {
	switch t := t.(type) {
	case *types.TypeParam:
		if a := s[t]; a != nil {
			return a
		}
	case *types.Alias:
		if named := types.Unalias(t); t.TypeArgs().Len() > 0 || !isNamed(named) || s[named] != nil {
			return s.typ(types.Unalias(t))
		}
	case *types.Named:
		return s.named(t)
	case *types.Pointer:
		return types.NewPointer(s.typ(t.Elem()))
	case *types.Slice:
		return types.NewSlice(s.typ(t.Elem()))
	case *types.Array:
		return types.NewArray(s.typ(t.Elem()), t.Len())
	case *types.Map:
		return types.NewMap(s.typ(t.Key()), s.typ(t.Elem()))
	case *types.Chan:
		return types.NewChan(t.Dir(), s.typ(t.Elem()))
	case *types.Signature:
		return types.NewSignatureType(nil, nil, nil, s.tuple(t.Params()), s.tuple(t.Results()), t.Variadic())
	case *types.Struct:
		return s.structType(t)
	case *types.Interface:
		return s.interfaceType(t)
	case *types.Union:
		var terms []*types.Term
		for term := range t.Terms() {
			terms = append(terms, types.NewTerm(term.Tilde(), s.typ(term.Type())))
		}
		return types.NewUnion(terms)
	}
	return t
}

func isNamed(t types.Type) bool {
	_, ok := t.(*types.Named)
	return ok
}

func (s substitution) named(t *types.Named) types.Type {
	if t.TypeArgs().Len() == 0 {
		if own := s[t]; own != nil {
			return own
		}
		return t
	}
	var args []types.Type
	for a := range t.TypeArgs().Types() {
		args = append(args, s.typ(a))
	}
	in, err := types.Instantiate(nil, t.Origin(), args, false)
	if err != nil {
		return t
	}
	return in
}

func (s substitution) tuple(t *types.Tuple) *types.Tuple {
	var vars []*types.Var
	for v := range t.Variables() {
		vars = append(vars, types.NewParam(v.Pos(), v.Pkg(), v.Name(), s.typ(v.Type())))
	}
	return types.NewTuple(vars...)
}

func (s substitution) structType(t *types.Struct) types.Type {
	var fields []*types.Var
	var tags []string
	for i := range t.NumFields() {
		f := t.Field(i)
		fields = append(fields, types.NewField(f.Pos(), f.Pkg(), f.Name(), s.typ(f.Type()), f.Embedded()))
		tags = append(tags, t.Tag(i))
	}
	return types.NewStruct(fields, tags)
}

func (s substitution) interfaceType(t *types.Interface) types.Type {
	var methods []*types.Func
	for m := range t.ExplicitMethods() {
		methods = append(methods, types.NewFunc(m.Pos(), m.Pkg(), m.Name(), s.typ(m.Type()).(*types.Signature)))
	}
	var embedded []types.Type
	for e := range t.EmbeddedTypes() {
		embedded = append(embedded, s.typ(e))
	}
	return types.NewInterfaceType(methods, embedded).Complete()
}
