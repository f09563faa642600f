package lower

import (
	"go/ast"
	"go/types"
)

// Names that are shadowed.
//
// After this pass no local variable or constant has the name of what an
// enclosing scope declares, the package and the universe included. So a pass
// can write any name that it has an object of at any place where that object
// lives, and code can move into a function of its own. (The interpreter, too,
// takes shadowing names for one another.)
//
// Types keep their names, which programs can print, unless they have the name of
// a predeclared one. What a package declares under a predeclared name is renamed,
// too.

// uniqueNames renames what shadows.
func uniqueNames(u *unit) bool {
	names := make(map[types.Object]string)
	for _, obj := range u.info.Defs {
		if obj != nil && u.shadows(obj) {
			names[obj] = ""
		}
	}
	for _, obj := range u.info.Implicits {
		if u.shadows(obj) {
			names[obj] = ""
		}
	}
	if len(names) == 0 {
		return false
	}
	n := &namer{unit: u, names: names}
	ast.Inspect(u.file, n.visit)
	return false
}

// shadows reports whether obj is a local variable or constant whose name an
// enclosing scope has.
func (u *unit) shadows(obj types.Object) bool {
	scope := obj.Parent()
	if scope == u.pkg.Scope() && types.Universe.Lookup(obj.Name()) != nil {
		if _, isImport := obj.(*types.PkgName); !isImport && u.renamed[obj] == "" {
			return true
		}
	}
	switch obj := obj.(type) {
	case *types.Var:
		if obj.IsField() {
			return false
		}
	case *types.Const:
	default:
		return false
	}
	if u.renamed[obj] != "" || obj.Name() == "_" || obj.Name() == "" || scope == nil || scope == u.pkg.Scope() {
		return false
	}
	for s := scope.Parent(); s != nil; s = s.Parent() {
		if s.Lookup(obj.Name()) != nil {
			return true
		}
	}
	return false
}

// namer gives the objects of names their new names, in the order of the source.
type namer struct {
	unit  *unit
	names map[types.Object]string
}

func (n *namer) visit(node ast.Node) bool {
	switch node := node.(type) {
	case *ast.TypeSwitchStmt:
		n.typeSwitch(node)
	case *ast.Ident:
		if obj := n.unit.objectOf(node); obj != nil {
			n.rename(node, obj)
		}
	}
	return true
}

func (n *namer) rename(id *ast.Ident, obj types.Object) {
	name, ok := n.names[obj]
	if !ok {
		return
	}
	if name == "" {
		name = n.unit.fresh(obj.Name())
		n.set(obj, name)
		if _, isType := obj.(*types.TypeName); isType {
			n.unit.typeNames[name] = obj.Name()
		}
	}
	id.Name = name
}

func (n *namer) set(obj types.Object, name string) {
	n.names[obj] = name
	n.unit.renamed[obj] = name
}

// typeSwitch renames the variable of a type switch, which is one object in each
// clause.
func (n *namer) typeSwitch(s *ast.TypeSwitchStmt) {
	assign, ok := s.Assign.(*ast.AssignStmt)
	if !ok {
		return
	}
	id := assign.Lhs[0].(*ast.Ident)
	name := ""
	for _, c := range s.Body.List {
		obj := n.unit.info.Implicits[c]
		if _, ok := n.names[obj]; ok && obj != nil {
			if name == "" {
				name = n.unit.fresh(id.Name)
			}
			n.set(obj, name)
		}
	}
	if name != "" {
		id.Name = name
	}
}

// nameOf returns the name that an object has in the tree.
func (u *unit) nameOf(obj types.Object) string {
	if name, ok := u.renamed[obj]; ok {
		return name
	}
	return obj.Name()
}
