package lower

import (
	"go/ast"
	"go/token"
	"go/types"
)

// Types that generic functions declare.
//
// Each instance of the function has its own, at package level under a name of
// its own, so that they can be type arguments. Programs print them with the type
// arguments of the function.

// ownTypes finds the types that the copy of a generic function declares, and has
// scope say what they become. args are the type arguments of the function.
func (g *generics) ownTypes(sc *scope, d *ast.FuncDecl, args []types.Type) {
	if len(args) == 0 || d.Body == nil {
		return
	}
	made := make(map[*types.Named]types.Type)
	ast.Inspect(d.Body, func(n ast.Node) bool {
		s, ok := n.(*ast.TypeSpec)
		if !ok || s.Assign.IsValid() || s.Name.Name == "_" {
			return true
		}
		obj, ok := sc.info.Defs[s.Name].(*types.TypeName)
		if !ok {
			return true
		}
		name := g.fresh(obj.Name())
		named := types.NewNamed(types.NewTypeName(s.Pos(), g.pkg, name, nil), nil, nil)
		sc.args[obj.Type()] = named
		made[named] = obj.Type().Underlying()
		g.own[named] = true
		g.typeNames[name] = g.typeName(obj, args)
		if n := g.localNumbers[obj.Pos()]; sc.src == g.main && n > 0 {
			g.local[name] = n
		}
		return true
	})
	for named, t := range made {
		named.SetUnderlying(substitute(t, sc.args))
	}
}

// moveTypes moves the declarations of such types to the package.
func (g *generics) moveTypes(sc *scope, s ast.Stmt) []ast.Stmt {
	d, ok := s.(*ast.DeclStmt)
	if !ok || d.Decl.(*ast.GenDecl).Tok != token.TYPE {
		return stays
	}
	var rest []ast.Spec
	for _, spec := range d.Decl.(*ast.GenDecl).Specs {
		t := spec.(*ast.TypeSpec)
		obj := sc.info.Defs[t.Name]
		if obj == nil || sc.args[obj.Type()] == nil {
			rest = append(rest, spec)
			continue
		}
		t.Name = &ast.Ident{NamePos: t.Name.NamePos, Name: sc.args[obj.Type()].(*types.Named).Obj().Name()}
		g.decls = append(g.decls, &ast.GenDecl{TokPos: t.Pos(), Tok: token.TYPE, Specs: []ast.Spec{t}})
	}
	if len(rest) == 0 {
		return nil
	}
	d.Decl.(*ast.GenDecl).Specs = rest
	return stays
}
