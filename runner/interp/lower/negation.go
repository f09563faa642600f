package lower

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
)

// Negated floating-point numbers.
//
// After this pass no variable of a floating-point or complex type is negated by
// an operator: the interpreter subtracts it from zero, which loses the sign of a
// zero.

func lowerNegations(u *unit) bool {
	r := &rewriter{unit: u, expr: func(x ast.Expr) ast.Expr {
		n, ok := x.(*ast.UnaryExpr)
		if !ok || n.Op != token.SUB || u.info.Types[n].Value != nil {
			return x
		}
		t := u.typeOf(n.X)
		b, ok := t.Underlying().(*types.Basic)
		switch {
		case !ok || !u.writable(t):
		case b.Info()&types.IsFloat != 0:
			return u.binary(n.Pos(), n.X, token.MUL, u.minusOne(n.Pos(), t), t)
		case b.Info()&types.IsComplex != 0:
			return u.negatedComplex(n, t, b)
		}
		return x
	}}
	r.some(hasNegations)
	return false
}

// minusOne makes the constant -1.0 of a type.
func (u *unit) minusOne(pos token.Pos, t types.Type) ast.Expr {
	return u.typedConstant(&ast.BadExpr{From: pos}, t, constant.MakeInt64(-1))
}

// negatedComplex negates the parts.
func (u *unit) negatedComplex(n *ast.UnaryExpr, t types.Type, b *types.Basic) ast.Expr {
	part := types.Typ[types.Float64]
	if b.Kind() == types.Complex64 {
		part = types.Typ[types.Float32]
	}
	f := u.helper("negated", []types.Type{t}, []types.Type{t}, func(pos token.Pos, p []*types.Var) []ast.Stmt {
		negated := func(name string) ast.Expr {
			return u.binary(pos, u.builtin(pos, name, part, u.use(pos, p[0])), token.MUL, u.minusOne(pos, part), part)
		}
		c := u.builtin(pos, "complex", types.Default(b), negated("real"), negated("imag"))
		if types.Identical(t, b) {
			return []ast.Stmt{ret(pos, c)}
		}
		return []ast.Stmt{ret(pos, u.convert(pos, t, c))}
	})
	return u.callHelper(n.Pos(), f, n.X)
}
