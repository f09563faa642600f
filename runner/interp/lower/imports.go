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
	unused := make(map[types.Object]bool)
	for _, d := range u.file.Decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.IMPORT {
			for _, s := range g.Specs {
				if name := u.imported(s.(*ast.ImportSpec)); name != nil && name.Name() != "_" && name.Name() != "." {
					unused[name] = true
				}
			}
		}
	}
	ast.Inspect(u.file, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			delete(unused, u.info.Uses[id])
		}
		return len(unused) > 0
	})
	u.file.Decls = slices.DeleteFunc(u.file.Decls, func(d ast.Decl) bool {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.IMPORT {
			return false
		}
		g.Specs = slices.DeleteFunc(g.Specs, func(s ast.Spec) bool {
			name := u.imported(s.(*ast.ImportSpec))
			return name != nil && unused[name]
		})
		return len(g.Specs) == 0
	})
	return false
}
