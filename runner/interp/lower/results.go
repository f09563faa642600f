package lower

import (
	"go/ast"
	"go/token"
	"go/types"
)

// Results with names.
//
// The interpreter lets a function write to the variable that its result is
// assigned to, and begins with what that has. After this pass a function sets
// the results that it names to zero first. A result that is an operation has a
// variable of its own where it becomes an interface, and one that is a function
// of a named type and comes from a method is converted to that type.

func zeroResults(u *unit) bool {
	zero := func(t *ast.FuncType, body *ast.BlockStmt) {
		if t.Results == nil || body == nil {
			return
		}
		var list []ast.Stmt
		for _, f := range t.Results.List {
			for _, id := range f.Names {
				if v, ok := u.info.Defs[id].(*types.Var); ok && id.Name != "_" {
					list = append(list, u.zeroed(body.Lbrace, v)...)
				}
			}
		}
		body.List = append(list, body.List...)
	}
	ast.Inspect(u.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			zero(n.Type, n.Body)
		case *ast.FuncLit:
			zero(n.Type, n.Body)
		case *ast.ReturnStmt:
			u.funcResults(n)
		}
		return true
	})
	return false
}

// funcResults converts the results that are functions of a named type and come
// from a method to the type that they have: calling what a function returns of
// them, the interpreter does not know what that is.
func (u *unit) funcResults(s *ast.ReturnStmt) {
	for i, x := range s.Results {
		call, ok := ast.Unparen(x).(*ast.CallExpr)
		if !ok {
			continue
		}
		t := u.typeOf(x)
		if _, isMethod := ast.Unparen(call.Fun).(*ast.SelectorExpr); !isMethod || t == nil || !isNamed(types.Unalias(t)) || !u.writable(t) {
			continue
		}
		if _, isFunc := t.Underlying().(*types.Signature); isFunc {
			s.Results[i] = u.convert(x.Pos(), t, x)
		}
	}
}

// zeroed makes the statements that set a variable to zero.
func (u *unit) zeroed(pos token.Pos, v *types.Var) []ast.Stmt {
	var x ast.Expr
	switch t := v.Type().Underlying().(type) {
	case *types.Basic:
		switch info := t.Info(); {
		case info&types.IsString != 0:
			lit := &ast.BasicLit{ValuePos: pos, Kind: token.STRING, Value: `""`}
			x = u.value(lit, v.Type())
		case info&types.IsBoolean != 0:
			x = u.boolName(pos, false)
		case info&types.IsNumeric != 0:
			x = u.intLit(pos, 0, v.Type())
		}
	case *types.Struct, *types.Array:
		if !u.writable(v.Type()) {
			return nil
		}
		z := u.newVar(pos, "zero", v.Type())
		return []ast.Stmt{u.varDecl(z, nil), u.assign(pos, u.use(pos, v), u.use(pos, z))}
	default:
		x = u.nilName(pos)
	}
	if x == nil {
		return nil
	}
	return []ast.Stmt{u.assign(pos, u.use(pos, v), x)}
}
