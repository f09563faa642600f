package lower

import (
	"go/ast"
	"go/types"
)

// The name any.
//
// After this pass any is written interface{}, which the interpreter takes for
// another type where these are parts of types, and a field that embeds it is
// named.

func spellAny(u *unit) bool {
	universe := types.Universe.Lookup("any")
	enter := func(n ast.Node) bool {
		if s, ok := n.(*ast.StructType); ok {
			for _, f := range s.Fields.List {
				if id, ok := f.Type.(*ast.Ident); ok && len(f.Names) == 0 && u.info.Uses[id] == universe {
					f.Names = []*ast.Ident{{NamePos: id.NamePos, Name: id.Name}}
				}
			}
		}
		return true
	}
	r := &rewriter{unit: u, enter: enter, swap: func(x ast.Expr) (ast.Expr, bool) {
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
