package lower

import (
	"go/ast"
	"go/types"
)

// Parameters without names.
//
// After this pass every parameter of a function has a name: the interpreter
// mistakes those of methods that have none for others.

func nameParameters(u *unit) bool {
	ast.Inspect(u.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if f, ok := u.info.Defs[n.Name].(*types.Func); ok {
				u.nameFields(n.Type.Params, f.Signature().Params())
			}
		case *ast.FuncLit:
			u.nameFields(n.Type.Params, u.typeOf(n).(*types.Signature).Params())
		}
		return true
	})
	return false
}

// nameFields names the parameters vars.
func (u *unit) nameFields(list *ast.FieldList, vars *types.Tuple) {
	at := 0
	for _, f := range list.List {
		if len(f.Names) == 0 {
			f.Names = []*ast.Ident{nil}
		}
		for i, id := range f.Names {
			if id == nil || id.Name == "_" {
				pos := f.Type.Pos()
				f.Names[i] = u.declare(pos, u.newVar(pos, "p", vars.At(at).Type()))
			}
			at++
		}
	}
}
