package lower

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
)

// Shifts.
//
// After this pass the count of a shift is an integer constant or of an unsigned
// type: the interpreter takes the bits of a negative count, and does not mind
// it.

func lowerShifts(u *unit) bool {
	r := &rewriter{unit: u, exit: func(n ast.Node) {
		switch n := n.(type) {
		case *ast.BinaryExpr:
			if n.Op == token.SHL || n.Op == token.SHR {
				n.Y = u.count(n.Y)
			}
		case *ast.AssignStmt:
			if n.Tok == token.SHL_ASSIGN || n.Tok == token.SHR_ASSIGN {
				n.Rhs[0] = u.count(n.Rhs[0])
			}
		}
	}}
	r.some(hasShifts)
	return false
}

// count makes the count of a shift unsigned.
func (u *unit) count(x ast.Expr) ast.Expr {
	tv := u.info.Types[x]
	unsigned := types.Typ[types.Uint]
	if tv.Value != nil {
		if v := constant.ToInt(tv.Value); v.Kind() == constant.Int {
			lit := &ast.BasicLit{ValuePos: x.Pos(), Kind: token.INT, Value: v.ExactString()}
			u.constant(lit, unsigned, v)
			return lit
		}
		return x
	}
	t := types.Default(tv.Type)
	b, ok := t.Underlying().(*types.Basic)
	if !ok || b.Info()&types.IsUnsigned != 0 || !u.writable(t) {
		return x
	}
	f := u.helper("count", []types.Type{t}, []types.Type{unsigned}, func(pos token.Pos, p []*types.Var) []ast.Stmt {
		negative := u.binary(pos, u.use(pos, p[0]), token.LSS, u.intLit(pos, 0, t), types.Typ[types.Bool])
		return []ast.Stmt{
			ifStmt(pos, negative, &ast.ExprStmt{X: u.callRuntime(pos, "NegativeShift")}),
			ret(pos, u.convert(pos, unsigned, u.use(pos, p[0]))),
		}
	})
	return u.callHelper(x.Pos(), f, x)
}
