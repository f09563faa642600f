package lower

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// Local types.
//
// After this pass all types are declared at package level, so that a function
// that a pass makes can name them. A type whose name is taken gets another;
// [unit.typeNames] has the one that programs print.

// hoistTypes moves the types that functions declare to the package, apart from
// those of generic functions, of which each instance has its own.
func hoistTypes(u *unit) bool {
	numbers := u.countLocal()
	var moved []ast.Decl
	r := &rewriter{unit: u}
	r.enter = func(n ast.Node) bool {
		if d, ok := n.(*ast.FuncDecl); ok {
			if u.isGeneric(d) {
				u.refuseGeneric(d)
				return false
			}
		}
		return true
	}
	r.stmt = func(s ast.Stmt) []ast.Stmt {
		d, ok := s.(*ast.DeclStmt)
		if !ok || d.Decl.(*ast.GenDecl).Tok != token.TYPE {
			return stays
		}
		g := d.Decl.(*ast.GenDecl)
		g.Specs = slices.DeleteFunc(g.Specs, func(s ast.Spec) bool { return s.(*ast.TypeSpec).Name.Name == "_" })
		for _, spec := range g.Specs {
			u.hoist(spec.(*ast.TypeSpec), numbers)
		}
		if len(g.Specs) > 0 {
			moved = append(moved, g)
		}
		return nil
	}
	r.file(u.file)
	if len(moved) == 0 {
		return false
	}
	u.file.Decls = append(u.file.Decls, moved...)
	u.spellTypes()
	return true
}

// countLocal numbers the types that functions of the program declare, aliases
// left out, as cmd/compile/internal/noder/writer.go: collectDecls. Only the
// program as it was written has them all.
func (u *unit) countLocal() map[types.Object]int {
	if u.localsCounted {
		return nil
	}
	u.localsCounted = true
	numbers := make(map[types.Object]int)
	u.localNumbers = make(map[token.Pos]int)
	ast.Inspect(u.file, func(n ast.Node) bool {
		if s, ok := n.(*ast.TypeSpec); ok && !s.Assign.IsValid() {
			if obj := u.info.Defs[s.Name]; obj != nil && obj.Parent() != u.pkg.Scope() {
				numbers[obj] = len(numbers) + 1
				u.localNumbers[obj.Pos()] = numbers[obj]
			}
		}
		return true
	})
	return numbers
}

// refuseGeneric refuses the generic types that a generic function declares: what
// they are depends on the instances of both.
func (u *unit) refuseGeneric(d *ast.FuncDecl) {
	ast.Inspect(d, func(n ast.Node) bool {
		if s, ok := n.(*ast.TypeSpec); ok && s.TypeParams != nil {
			u.refuse(s, "generic type", "the interpreter cannot have the generic type "+s.Name.Name+", which a generic function declares", "declare it outside of the function")
		}
		return true
	})
}

// spellTypes writes the new names of types, which are also those of the fields
// that embed them.
func (u *unit) spellTypes() {
	for id, obj := range u.info.Defs {
		if f, ok := obj.(*types.Var); ok && f.Embedded() {
			if t := u.info.Uses[id]; t != nil && u.renamed[t] != "" {
				u.renamed[f] = u.renamed[t]
				id.Name = u.renamed[t]
			}
		}
	}
	ast.Inspect(u.file, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			if obj := u.objectOf(id); obj != nil && u.renamed[obj] != "" {
				id.Name = u.renamed[obj]
			}
		}
		return true
	})
}

// isGeneric reports whether a function has type parameters, its receiver's
// included.
func (u *unit) isGeneric(d *ast.FuncDecl) bool {
	f, ok := u.info.Defs[d.Name].(*types.Func)
	if !ok {
		return false
	}
	sig := f.Signature()
	return sig.TypeParams().Len() > 0 || sig.RecvTypeParams().Len() > 0
}

// hoist gives a type that moves to the package a name that is free there.
func (u *unit) hoist(s *ast.TypeSpec, numbers map[types.Object]int) {
	obj := u.info.Defs[s.Name]
	name := obj.Name()
	taken := u.pkg.Scope().Lookup(name) != nil || types.Universe.Lookup(name) != nil || u.hoisted[name]
	for _, other := range u.info.Defs {
		if other != nil && other != obj && other.Name() == name && u.nameOf(other) == name && other.Parent() != nil {
			taken = true
			break
		}
	}
	u.hoisted[name] = true
	if taken {
		u.renamed[obj] = u.fresh(name)
		u.typeNames[u.renamed[obj]] = name
		name = u.renamed[obj]
	}
	if n := numbers[obj]; n > 0 {
		u.local[name] = n
	}
}
