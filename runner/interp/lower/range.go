package lower

import (
	"go/ast"
	"go/token"
	"go/types"
)

// Range loops.
//
// After this pass range is applied to slices, arrays, maps and channels only,
// and what it assigns are variables that the loop declares, of which the body does
// not change the key. Functions are the
// subject of iterators.go, which comes before.

func lowerRanges(u *unit) bool {
	c := u.captures(hasRanges)
	r := &rewriter{unit: u, stmt: func(s ast.Stmt) []ast.Stmt {
		if loop, ok := s.(*ast.RangeStmt); ok {
			return u.lowerRange(loop, c)
		}
		return stays
	}}
	r.some(hasRanges)
	return false
}

func (u *unit) lowerRange(s *ast.RangeStmt, c *captures) []ast.Stmt {
	if isBlank(s.Key) && (s.Value == nil || isBlank(s.Value)) {
		s.Key, s.Value, s.Tok = nil, nil, token.ILLEGAL
	}
	switch t := u.typeOf(s.X).Underlying().(type) {
	case *types.Basic:
		if t.Info()&types.IsString != 0 {
			return u.rangeString(s)
		}
		return u.rangeInt(s)
	case *types.Pointer:
		return u.rangePointer(s, t.Elem().Underlying().(*types.Array))
	}
	u.ownVariables(s)
	u.ownKey(s, c)
	if !isBlank(s.Value) && isChannel(u.rangeType(s.X, 1)) {
		return u.rangeChannels(s)
	}
	return []ast.Stmt{s}
}

func isChannel(t types.Type) bool {
	_, ok := underlying[*types.Chan](t)
	return ok
}

// rangeChannels indexes what has channels: the interpreter would receive from
// the one that it has last.
func (u *unit) rangeChannels(s *ast.RangeStmt) []ast.Stmt {
	pos := s.X.Pos()
	xs := u.newVar(pos, "x", u.typeOf(s.X))
	first := u.define(xs, s.X)
	v := u.info.Defs[nameOf(s.Value)].(*types.Var)
	if isBlank(s.Key) {
		s.Key = u.declare(pos, u.newVar(pos, "i", u.rangeType(s.X, 0)))
	}
	key := u.info.Defs[nameOf(s.Key)].(*types.Var)
	s.X, s.Value = u.use(pos, xs), nil
	get := u.define(v, u.index(pos, u.use(pos, xs), u.use(pos, key), v.Type()))
	s.Body.List = append([]ast.Stmt{get}, s.Body.List...)
	return []ast.Stmt{first, s}
}

// ownKey keeps a key that the body changes apart from the interpreter's count.
func (u *unit) ownKey(s *ast.RangeStmt, c *captures) {
	v, ok := u.info.Defs[nameOf(s.Key)].(*types.Var)
	if use := c.vars[v]; !ok || use == nil || !use.assigned && !use.addressed {
		return
	}
	pos := s.Key.Pos()
	i := u.newVar(pos, "i", v.Type())
	s.Body.List = append([]ast.Stmt{u.define(v, u.use(pos, i))}, s.Body.List...)
	s.Key = u.declare(pos, i)
}

func isBlank(x ast.Expr) bool {
	id, ok := x.(*ast.Ident)
	return x == nil || ok && id.Name == "_"
}

// ownVariables makes a loop that assigns to something declare variables and
// assign these.
func (u *unit) ownVariables(s *ast.RangeStmt) {
	if s.Tok != token.ASSIGN {
		return
	}
	var first []ast.Stmt
	for i, px := range []*ast.Expr{&s.Key, &s.Value} {
		if *px == nil {
			continue
		}
		if isBlank(*px) {
			continue
		}
		v := u.newVar((*px).Pos(), "v", u.rangeType(s.X, i))
		first = append(first, u.assign((*px).Pos(), *px, u.use((*px).Pos(), v)))
		*px = u.declare((*px).Pos(), v)
	}
	s.Tok = token.DEFINE
	s.Body.List = append(u.together(first), s.Body.List...)
}

// together makes one statement of two assignments, as range does.
func (u *unit) together(list []ast.Stmt) []ast.Stmt {
	if len(list) != 2 {
		return list
	}
	a, b := list[0].(*ast.AssignStmt), list[1].(*ast.AssignStmt)
	a.Lhs, a.Rhs = append(a.Lhs, b.Lhs...), append(a.Rhs, b.Rhs...)
	return []ast.Stmt{a}
}

// rangeType returns the type of the i-th value of a range over x.
func (u *unit) rangeType(x ast.Expr, i int) types.Type {
	integer := types.Typ[types.Int]
	switch t := u.typeOf(x).Underlying().(type) {
	case *types.Slice:
		return []types.Type{integer, t.Elem()}[i]
	case *types.Array:
		return []types.Type{integer, t.Elem()}[i]
	case *types.Pointer:
		return []types.Type{integer, t.Elem().Underlying().(*types.Array).Elem()}[i]
	case *types.Map:
		return []types.Type{t.Key(), t.Elem()}[i]
	case *types.Chan:
		return t.Elem()
	case *types.Signature: // of an iterator, which yields them
		if yield, ok := t.Params().At(0).Type().Underlying().(*types.Signature); ok && i < yield.Params().Len() {
			return yield.Params().At(i).Type()
		}
	case *types.Basic:
		if t.Info()&types.IsString != 0 {
			return []types.Type{integer, types.Typ[types.Rune]}[i]
		}
		return types.Default(u.typeOf(x))
	}
	return nil
}

// bind makes the statements that give a loop's key or value, if it has one, the
// value of x.
func (u *unit) bind(s *ast.RangeStmt, target, x ast.Expr) []ast.Stmt {
	if isBlank(target) {
		return nil
	}
	return []ast.Stmt{&ast.AssignStmt{Lhs: []ast.Expr{target}, TokPos: target.Pos(), Tok: s.Tok, Rhs: []ast.Expr{x}}}
}

// counted makes
//
//	for i := 0; i < limit; i++ { first; body }
func (u *unit) counted(s *ast.RangeStmt, i *types.Var, limit ast.Expr, first []ast.Stmt) ast.Stmt {
	return &ast.ForStmt{
		For:  s.For,
		Init: u.define(i, u.zeroInt(s.For, i.Type())),
		Cond: u.binary(s.For, u.use(s.For, i), token.LSS, limit, types.Typ[types.Bool]),
		Post: &ast.IncDecStmt{X: u.use(s.For, i), TokPos: s.For, Tok: token.INC},
		Body: &ast.BlockStmt{Lbrace: s.Body.Lbrace, List: append(first, s.Body.List...), Rbrace: s.Body.Rbrace},
	}
}

// zeroInt makes the constant 0 of a type.
func (u *unit) zeroInt(pos token.Pos, t types.Type) ast.Expr {
	zero := u.intLit(pos, 0, t)
	if types.Identical(t, types.Typ[types.Int]) {
		return zero
	}
	x := u.convert(pos, t, zero)
	u.constant(x, t, u.info.Types[zero].Value)
	return x
}

func (u *unit) rangeInt(s *ast.RangeStmt) []ast.Stmt {
	t := u.rangeType(s.X, 0)
	if s.Tok == token.ASSIGN {
		t = u.typeOf(s.Key) // of which an untyped constant takes the type
	}
	i, n := u.newVar(s.For, "i", t), u.newVar(s.X.Pos(), "n", t)
	var first []ast.Stmt
	if s.Key != nil {
		first = u.bind(s, s.Key, u.use(s.Key.Pos(), i))
	}
	return []ast.Stmt{
		u.varDecl(n, s.X),
		u.counted(s, i, u.use(s.X.Pos(), n), first),
	}
}

// rangePointer ranges over the array that a pointer points to, which is read as
// the loop goes.
func (u *unit) rangePointer(s *ast.RangeStmt, t *types.Array) []ast.Stmt {
	i, p := u.newVar(s.For, "i", types.Typ[types.Int]), u.newVar(s.X.Pos(), "p", u.typeOf(s.X))
	var first []ast.Stmt
	if s.Key != nil {
		first = append(first, u.bind(s, s.Key, u.use(s.Key.Pos(), i))...)
	}
	if s.Value != nil {
		elem := u.index(s.Value.Pos(), u.use(s.X.Pos(), p), u.use(s.Value.Pos(), i), t.Elem())
		first = append(first, u.bind(s, s.Value, elem)...)
	}
	if s.Tok == token.ASSIGN {
		first = u.together(first)
	}
	loop := u.counted(s, i, u.intLit(s.For, t.Len(), types.Typ[types.Int]), first)
	evaluated := u.define(p, s.X)
	if isBlank(s.Value) {
		evaluated = u.assign(s.X.Pos(), &ast.Ident{NamePos: s.X.Pos(), Name: "_"}, s.X)
	}
	return []ast.Stmt{evaluated, loop}
}

// rangeString decodes the string as the compiler does:
//
//	for i := 0; i < len(s); {
//		r, w := utf8.DecodeRuneInString(s[i:])
//		key, value := i, r
//		i += w
func (u *unit) rangeString(s *ast.RangeStmt) []ast.Stmt {
	pos, integer, str := s.For, types.Typ[types.Int], types.Typ[types.String]
	text, i := u.newVar(s.X.Pos(), "s", str), u.newVar(pos, "i", integer)
	r, w := u.newVar(pos, "r", types.Typ[types.Rune]), u.newVar(pos, "w", integer)
	rest := &ast.SliceExpr{X: u.use(pos, text), Lbrack: pos, Low: u.use(pos, i)}
	u.record(rest, "value", str)
	decode := &ast.AssignStmt{
		Lhs: []ast.Expr{u.declare(pos, r), u.declare(pos, w)}, TokPos: pos, Tok: token.DEFINE,
		Rhs: []ast.Expr{u.decodeRune(pos, rest)},
	}
	first := []ast.Stmt{decode}
	if isBlank(s.Value) {
		decode.Lhs[0] = &ast.Ident{NamePos: pos, Name: "_"}
	}
	var binds []ast.Stmt
	if s.Key != nil {
		binds = append(binds, u.bind(s, s.Key, u.use(s.Key.Pos(), i))...)
	}
	if s.Value != nil {
		binds = append(binds, u.bind(s, s.Value, u.use(s.Value.Pos(), r))...)
	}
	if s.Tok == token.ASSIGN {
		binds = u.together(binds)
	}
	first = append(first, binds...)
	first = append(first, &ast.AssignStmt{Lhs: []ast.Expr{u.use(pos, i)}, TokPos: pos, Tok: token.ADD_ASSIGN, Rhs: []ast.Expr{u.use(pos, w)}})
	loop := u.counted(s, i, u.builtin(pos, "len", integer, u.use(pos, text)), first).(*ast.ForStmt)
	loop.Post = nil
	x := s.X
	if !types.Identical(u.typeOf(x), str) {
		x = u.convert(x.Pos(), str, x)
	}
	return []ast.Stmt{u.define(text, x), loop}
}

// decodeRune makes a call of utf8.DecodeRuneInString.
func (u *unit) decodeRune(pos token.Pos, x ast.Expr) ast.Expr {
	f := types.NewFunc(token.NoPos, nil, "DecodeRuneInString", types.NewSignatureType(nil, nil, nil,
		types.NewTuple(types.NewParam(0, nil, "s", types.Typ[types.String])),
		types.NewTuple(types.NewParam(0, nil, "", types.Typ[types.Rune]), types.NewParam(0, nil, "", types.Typ[types.Int])), false))
	sel := &ast.SelectorExpr{X: u.use(pos, u.importPath("unicode/utf8", "utf8")), Sel: u.use(pos, f)}
	u.record(sel, "value", f.Type())
	return u.call(pos, sel, x)
}
