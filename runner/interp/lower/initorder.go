package lower

import (
	"go/ast"
	"go/token"
	"go/types"
)

// Initialisation of the package.
//
// After this pass no variable of the package is declared with a value. An init
// function before all others assigns the values in the order of the
// specification, which the checker has found. The interpreter would take the
// order of the source.

func orderInit(u *unit) bool {
	if len(u.info.InitOrder) == 0 {
		return false
	}
	specs := u.packageVars()
	var body []ast.Stmt
	for _, in := range u.info.InitOrder {
		spec := specs[in.Lhs[0]]
		if spec == nil {
			return false
		}
		body = append(body, u.initialise(in, spec))
	}
	for _, d := range u.file.Decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.VAR {
			u.bare(g)
		}
	}
	init := &ast.FuncDecl{
		Name: &ast.Ident{Name: "init"},
		Type: &ast.FuncType{Params: &ast.FieldList{}},
		Body: block(token.NoPos, body...),
	}
	i := 0
	for i < len(u.file.Decls) {
		if f, ok := u.file.Decls[i].(*ast.FuncDecl); ok && f.Name.Name == "init" && f.Recv == nil {
			break
		}
		i++
	}
	decls := append([]ast.Decl{}, u.file.Decls[:i]...)
	u.file.Decls = append(append(decls, init), u.file.Decls[i:]...)
	return false
}

// packageVars returns the declaration of each variable of the package.
func (u *unit) packageVars() map[types.Object]*ast.ValueSpec {
	specs := make(map[types.Object]*ast.ValueSpec)
	for _, d := range u.file.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.VAR {
			continue
		}
		for _, s := range g.Specs {
			v := s.(*ast.ValueSpec)
			for _, id := range v.Names {
				if obj := u.info.Defs[id]; obj != nil && (u.writable(obj.Type()) || v.Type != nil) {
					specs[obj] = v
				}
			}
		}
	}
	return specs
}

// initialise makes the assignment of an initialiser.
func (u *unit) initialise(in *types.Initializer, spec *ast.ValueSpec) ast.Stmt {
	pos := spec.Pos()
	s := &ast.AssignStmt{TokPos: pos, Tok: token.ASSIGN}
	for _, v := range in.Lhs {
		if v.Name() == "_" {
			s.Lhs = append(s.Lhs, &ast.Ident{NamePos: pos, Name: "_"})
		} else {
			s.Lhs = append(s.Lhs, u.use(v.Pos(), v))
		}
	}
	x := spec.Values[0]
	for i, id := range spec.Names {
		if len(spec.Values) == len(spec.Names) && u.info.Defs[id] == in.Lhs[0] {
			x = spec.Values[i]
		}
	}
	s.Rhs = []ast.Expr{x}
	if len(s.Lhs) == 1 && s.Lhs[0].(*ast.Ident).Name == "_" && spec.Type != nil {
		// The value is converted, as it is assigned to a variable of that type.
		s.Rhs[0] = u.convert(pos, in.Lhs[0].Type(), x)
	}
	return s
}

// bare takes the values from declarations, and gives these types.
func (u *unit) bare(g *ast.GenDecl) {
	var specs []ast.Spec
	for _, s := range g.Specs {
		v := s.(*ast.ValueSpec)
		if len(v.Values) == 0 {
			specs = append(specs, v)
			continue
		}
		for _, id := range v.Names {
			if id.Name == "_" {
				continue
			}
			specs = append(specs, &ast.ValueSpec{Names: []*ast.Ident{id}, Type: u.typeExpr(id.Pos(), u.info.Defs[id].Type())})
		}
	}
	g.Specs = specs
	if len(specs) != 1 {
		g.Lparen = 1
	}
}
