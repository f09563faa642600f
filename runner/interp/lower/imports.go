package lower

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// Imports.
//
// After this pass there is no import that is not used: folding constants, for
// one, leaves such. It is the last.

func dropImports(u *unit) bool {
	used := make(map[types.Object]bool)
	ast.Inspect(u.file, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			if name, ok := u.info.Uses[id].(*types.PkgName); ok {
				used[name] = true
			}
		}
		return true
	})
	u.file.Decls = slices.DeleteFunc(u.file.Decls, func(d ast.Decl) bool {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.IMPORT {
			return false
		}
		g.Specs = slices.DeleteFunc(g.Specs, func(s ast.Spec) bool {
			name := u.imported(s.(*ast.ImportSpec))
			return name != nil && name.Name() != "_" && name.Name() != "." && !used[name]
		})
		return len(g.Specs) == 0
	})
	return false
}
