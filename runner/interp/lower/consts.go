package lower

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// Constants.
//
// After this pass no constant is declared, and every constant expression is a
// literal of its value, converted to its type where a literal alone would have
// another. The interpreter computes some constants wrongly: 10 / 4 is 2.5 for
// it where a float64 is wanted.

// foldConstants writes the checker's value in the place of each constant
// expression.
func foldConstants(u *unit) bool {
	r := &rewriter{
		unit: u,
		swap: func(x ast.Expr) (ast.Expr, bool) {
			tv, ok := u.info.Types[x]
			if !ok || tv.Value == nil {
				return x, false
			}
			return u.fold(x, tv), true
		},
		stmt: func(s ast.Stmt) []ast.Stmt {
			if d, ok := s.(*ast.DeclStmt); ok && d.Decl.(*ast.GenDecl).Tok == token.CONST {
				return nil
			}
			return stays
		},
		exit: func(n ast.Node) {
			if x, ok := n.(*ast.BinaryExpr); ok && (x.Op == token.SHL || x.Op == token.SHR) {
				u.typeShifted(x)
			}
		},
	}
	r.enter = func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ArrayType:
			u.foldInt(&n.Len)
		case *ast.CompositeLit:
			u.arrayLength(n)
			u.spellPointers(n)
			if _, isMap := underlying[*types.Map](u.literalType(n)); isMap {
				break
			}
			for _, e := range n.Elts {
				if kv, ok := e.(*ast.KeyValueExpr); ok {
					u.foldInt(&kv.Key)
				}
			}
		}
		return true
	}
	u.file.Decls = slices.DeleteFunc(u.file.Decls, func(d ast.Decl) bool {
		g, ok := d.(*ast.GenDecl)
		return ok && g.Tok == token.CONST
	})
	r.file(u.file)
	return false
}

// arrayLength writes the length of [...]T{…}, which the interpreter takes from
// the last element.
func (u *unit) arrayLength(x *ast.CompositeLit) {
	if t, ok := x.Type.(*ast.ArrayType); ok {
		if dots, ok := t.Len.(*ast.Ellipsis); ok {
			t.Len = u.intLit(dots.Pos(), u.typeOf(x).Underlying().(*types.Array).Len(), types.Typ[types.Int])
		}
	}
}

// spellPointers writes &T{…} for the elements of a literal that leave it out and
// are pointers to slices, arrays or maps: the interpreter knows that of structs.
func (u *unit) spellPointers(x *ast.CompositeLit) {
	spell := func(px *ast.Expr) {
		lit, ok := (*px).(*ast.CompositeLit)
		if !ok || lit.Type != nil {
			return
		}
		t := u.typeOf(lit)
		p, ok := t.Underlying().(*types.Pointer)
		if !ok || isStruct(p.Elem()) || !u.writable(p.Elem()) {
			return
		}
		lit.Type = u.typeExpr(lit.Lbrace, p.Elem())
		*px = u.value(&ast.UnaryExpr{OpPos: lit.Lbrace, Op: token.AND, X: u.value(lit, p.Elem())}, t)
	}
	for i, e := range x.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			spell(&kv.Key)
			spell(&kv.Value)
		} else {
			spell(&x.Elts[i])
		}
	}
}

// literalType returns the type of what a composite literal makes.
func (u *unit) literalType(x *ast.CompositeLit) types.Type {
	t := u.typeOf(x)
	if p, ok := underlying[*types.Pointer](t); ok {
		return p.Elem() // &T is left out
	}
	return t
}

// foldInt makes a constant, if it is one, a literal without a type: the length
// of an array, or an index in a literal.
func (u *unit) foldInt(px *ast.Expr) {
	if *px == nil || u.info.Types[*px].Value == nil {
		return
	}
	n, _ := constant.Int64Val(constant.ToInt(u.info.Types[*px].Value))
	*px = u.intLit((*px).Pos(), n, types.Typ[types.Int])
}

// typeShifted gives an untyped constant that is shifted the type it has from
// its context. What the interpreter divides by must not be a shifted constant
// without a type.
func (u *unit) typeShifted(x *ast.BinaryExpr) {
	tv := u.info.Types[x.X]
	lit, ok := ast.Unparen(x.X).(*ast.BasicLit)
	if !ok || tv.Value == nil {
		return
	}
	t := types.Default(tv.Type)
	if _, ok := types.Unalias(t).(*types.TypeParam); ok {
		return // until there are instances
	}
	x.X = u.typedConstant(lit, t, tv.Value)
	if _, bare := x.X.(*ast.BasicLit); bare && isBasic(t.Underlying()) {
		x.X = u.convert(lit.Pos(), t, x.X)
		u.constant(x.X, t, tv.Value)
	}
}

// fold returns a constant expression as a literal.
func (u *unit) fold(x ast.Expr, tv types.TypeAndValue) ast.Expr {
	t := types.Default(tv.Type)
	if lit, ok := ast.Unparen(x).(*ast.BasicLit); ok && plain(lit.Kind, t) {
		return lit
	}
	if id, ok := x.(*ast.Ident); ok && (id.Name == "true" || id.Name == "false") && types.Identical(t, types.Typ[types.Bool]) {
		return x
	}
	if _, ok := types.Unalias(t).(*types.TypeParam); ok {
		if lit := u.untyped(x.Pos(), t, tv.Value); lit != nil {
			return lit
		}
		return x
	}
	if _, ok := t.Underlying().(*types.Basic); !ok || !u.writable(t) {
		return x // of a type without a name here
	}
	return u.typedConstant(x, t, tv.Value)
}

// constantPrecision is the number of bits to which constants are kept that are
// no rational numbers of a modest size: that of package go/constant.
const constantPrecision = 512

// untyped writes a constant that becomes a value of a type parameter, which the
// checker knows to hold it: a literal alone, to be folded once more in each
// instance. It returns nil for a value that has no such literal.
func (u *unit) untyped(pos token.Pos, t types.Type, v constant.Value) ast.Expr {
	exact := constant.ToInt(v)
	switch {
	case exact.Kind() == constant.Int:
		return u.number(pos, token.INT, exact.ExactString(), t, v)
	case v.Kind() == constant.Float:
		f := new(big.Float).SetPrec(constantPrecision)
		switch v := constant.Val(v).(type) {
		case *big.Rat:
			f.SetRat(v)
		case *big.Float:
			f.Set(v)
		default:
			return nil
		}
		return u.number(pos, token.FLOAT, f.Text('g', -1), t, v)
	case v.Kind() == constant.String:
		return u.number(pos, token.STRING, strconv.Quote(constant.StringVal(v)), t, v)
	case v.Kind() == constant.Bool:
		return u.boolName(pos, constant.BoolVal(v))
	}
	return nil
}

// number writes a literal of type t, behind a minus if its text begins with one.
func (u *unit) number(pos token.Pos, kind token.Token, text string, t types.Type, v constant.Value) ast.Expr {
	rest, negative := strings.CutPrefix(text, "-")
	if !negative || kind == token.STRING {
		lit := &ast.BasicLit{ValuePos: pos, Kind: kind, Value: text}
		u.constant(lit, t, v)
		return lit
	}
	inner := &ast.BasicLit{ValuePos: pos, Kind: kind, Value: rest}
	u.constant(inner, t, constant.UnaryOp(token.SUB, v, 0))
	minus := &ast.UnaryExpr{OpPos: pos, Op: token.SUB, X: inner}
	u.constant(minus, t, v)
	return minus
}

// plain reports whether a literal of a kind can be written for a value of type
// t as it stands: its value is of the kind, and the context makes it a t.
func plain(kind token.Token, t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	if !ok {
		return false
	}
	switch info := b.Info(); kind {
	case token.INT:
		return info&types.IsInteger != 0
	case token.CHAR:
		return b.Kind() == types.Int32
	case token.FLOAT:
		return b.Kind() == types.Float64
	case token.STRING:
		return info&types.IsString != 0
	}
	return false
}

// typedConstant writes a value of a type.
func (u *unit) typedConstant(x ast.Expr, t types.Type, v constant.Value) ast.Expr {
	lit := u.literal(x.Pos(), t, v)
	if lit == nil {
		return x
	}
	u.constant(lit, t, v)
	if b, ok := t.(*types.Basic); ok {
		switch b.Kind() {
		case types.Int, types.Float64, types.String, types.Bool:
			return lit
		}
	}
	c := u.convert(x.Pos(), t, lit)
	u.constant(c, t, v)
	return c
}

// literal writes a value without a type. It returns nil for a kind of value
// that constants do not have.
func (u *unit) literal(pos token.Pos, t types.Type, v constant.Value) ast.Expr {
	b := t.Underlying().(*types.Basic)
	lit := func(kind token.Token, text string) ast.Expr { return u.number(pos, kind, text, t, v) }
	switch info := b.Info(); {
	case info&types.IsBoolean != 0:
		return u.boolName(pos, constant.BoolVal(v))
	case info&types.IsString != 0:
		return lit(token.STRING, strconv.Quote(constant.StringVal(v)))
	case info&types.IsInteger != 0:
		return lit(token.INT, constant.ToInt(v).ExactString())
	case info&types.IsFloat != 0:
		return lit(token.FLOAT, floatText(b, constant.ToFloat(v)))
	case info&types.IsComplex != 0:
		part := types.Typ[types.Float64]
		if b.Kind() == types.Complex64 {
			part = types.Typ[types.Float32]
		}
		c := constant.ToComplex(v)
		re := u.number(pos, token.FLOAT, floatText(part, constant.Real(c)), part, constant.Real(c))
		im := u.number(pos, token.FLOAT, floatText(part, constant.Imag(c)), part, constant.Imag(c))
		return u.builtin(pos, "complex", t, re, im)
	}
	return nil
}

// floatText writes the nearest float of a type.
func floatText(b *types.Basic, v constant.Value) string {
	f, bits := 0.0, 64
	if b.Kind() == types.Float32 {
		f32, _ := constant.Float32Val(v)
		f, bits = float64(f32), 32
	} else {
		f, _ = constant.Float64Val(v)
	}
	text := strconv.FormatFloat(f, 'g', -1, bits)
	if !strings.ContainsAny(text, ".e") && !math.IsInf(f, 0) {
		text += ".0"
	}
	return text
}
