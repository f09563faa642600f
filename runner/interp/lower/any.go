package lower

import (
	"go/ast"
	"go/types"
)

// The name any.
//
// After this pass any is written interface{}, which the interpreter takes for
// another type where these are parts of types.

func spellAny(u *unit) bool {
	universe := types.Universe.Lookup("any")
	r := &rewriter{unit: u, swap: func(x ast.Expr) (ast.Expr, bool) {
		id, ok := x.(*ast.Ident)
		if !ok || u.info.Uses[id] != universe {
			return x, false
		}
		t := &ast.InterfaceType{Interface: id.NamePos, Methods: &ast.FieldList{Opening: id.NamePos}}
		u.record(t, "type", universe.Type())
		return t, true
	}}
	r.file(u.file)
	return false
}
