package lower

import (
	"go/ast"
	"go/token"
	"go/types"
	"strconv"
)

// typeExpr writes a type. It imports packages that the program does not, under
// fresh names. Whoever calls it has made sure with [unit.writable] that the type
// can be written.
func (u *unit) typeExpr(pos token.Pos, t types.Type) ast.Expr {
	x := u.typeTree(pos, t)
	u.record(x, "type", t)
	return x
}

func (u *unit) typeTree(pos token.Pos, t types.Type) ast.Expr {
	switch t := t.(type) {
	case *types.Alias:
		return u.typeName(pos, t.Obj(), t.TypeArgs())
	case *types.Named:
		return u.typeName(pos, t.Obj(), t.TypeArgs())
	case *types.TypeParam:
		return u.use(pos, t.Obj())
	case *types.Basic:
		if t.Kind() == types.UnsafePointer {
			return u.qualified(pos, types.Unsafe.Scope().Lookup("Pointer"))
		}
		return u.use(pos, types.Universe.Lookup(t.Name()))
	case *types.Pointer:
		return &ast.StarExpr{Star: pos, X: u.typeExpr(pos, t.Elem())}
	case *types.Slice:
		return &ast.ArrayType{Lbrack: pos, Elt: u.typeExpr(pos, t.Elem())}
	case *types.Array:
		return &ast.ArrayType{Lbrack: pos, Len: u.intLit(pos, t.Len(), types.Typ[types.Int]), Elt: u.typeExpr(pos, t.Elem())}
	case *types.Map:
		return &ast.MapType{Map: pos, Key: u.typeExpr(pos, t.Key()), Value: u.typeExpr(pos, t.Elem())}
	case *types.Chan:
		dir := map[types.ChanDir]ast.ChanDir{types.SendRecv: ast.SEND | ast.RECV, types.SendOnly: ast.SEND, types.RecvOnly: ast.RECV}
		return &ast.ChanType{Begin: pos, Dir: dir[t.Dir()], Value: u.typeExpr(pos, t.Elem())}
	case *types.Signature:
		return u.signatureExpr(pos, t)
	case *types.Struct:
		return u.structExpr(pos, t)
	case *types.Interface:
		return u.interfaceExpr(pos, t)
	case *types.Union:
		return u.unionExpr(pos, t)
	}
	return &ast.BadExpr{From: pos}
}

func (u *unit) typeName(pos token.Pos, obj *types.TypeName, args *types.TypeList) ast.Expr {
	if u.spellNamed != nil {
		return u.spellNamed(pos, obj, args)
	}
	x := u.qualified(pos, obj)
	if args.Len() == 0 {
		return x
	}
	ix := &ast.IndexListExpr{X: x, Lbrack: pos}
	for t := range args.Types() {
		ix.Indices = append(ix.Indices, u.typeExpr(pos, t))
	}
	return ix
}

// qualified writes the name of an object of the program or of another package.
func (u *unit) qualified(pos token.Pos, obj types.Object) ast.Expr {
	if obj.Pkg() == nil || obj.Pkg() == u.pkg {
		return u.use(pos, obj)
	}
	x := &ast.SelectorExpr{X: u.use(pos, u.importName(obj.Pkg())), Sel: u.use(pos, obj)}
	return x
}

// importName returns the name under which the program imports a package, and
// makes it import it if it does not. Importing declares no objects of it.
func (u *unit) importName(pkg *types.Package) *types.PkgName {
	return u.importPath(pkg.Path(), pkg.Name())
}

// importPath is importName for a package that may not have been loaded.
func (u *unit) importPath(path, name string) *types.PkgName {
	for _, d := range u.file.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.IMPORT {
			continue
		}
		for _, s := range g.Specs {
			if p := u.imported(s.(*ast.ImportSpec)); p != nil && p.Imported().Path() == path && p.Name() != "_" && p.Name() != "." {
				return p
			}
		}
	}
	p := types.NewPkgName(u.file.Package, u.pkg, u.fresh(name), types.NewPackage(path, name))
	spec := &ast.ImportSpec{
		Name: u.declare(token.NoPos, p),
		Path: &ast.BasicLit{Kind: token.STRING, Value: strconv.Quote(path)},
	}
	u.file.Decls = append([]ast.Decl{&ast.GenDecl{Tok: token.IMPORT, Specs: []ast.Spec{spec}}}, u.file.Decls...)
	return p
}

// imported returns what an import declares.
func (u *unit) imported(s *ast.ImportSpec) *types.PkgName {
	if s.Name != nil {
		name, _ := u.info.Defs[s.Name].(*types.PkgName)
		return name
	}
	name, _ := u.info.Implicits[s].(*types.PkgName)
	return name
}

func (u *unit) signatureExpr(pos token.Pos, t *types.Signature) *ast.FuncType {
	ft := &ast.FuncType{Func: pos, Params: &ast.FieldList{Opening: pos}}
	for i := range t.Params().Len() {
		x := u.typeExpr(pos, t.Params().At(i).Type())
		if at, ok := x.(*ast.ArrayType); ok && t.Variadic() && i == t.Params().Len()-1 {
			x = &ast.Ellipsis{Ellipsis: pos, Elt: at.Elt}
		}
		ft.Params.List = append(ft.Params.List, &ast.Field{Type: x})
	}
	if t.Results().Len() > 0 {
		ft.Results = &ast.FieldList{Opening: pos}
		for v := range t.Results().Variables() {
			ft.Results.List = append(ft.Results.List, &ast.Field{Type: u.typeExpr(pos, v.Type())})
		}
	}
	return ft
}

func (u *unit) structExpr(pos token.Pos, t *types.Struct) ast.Expr {
	st := &ast.StructType{Struct: pos, Fields: &ast.FieldList{Opening: pos}}
	for i := range t.NumFields() {
		v := t.Field(i)
		f := &ast.Field{Type: u.typeExpr(pos, v.Type())}
		if !v.Embedded() {
			f.Names = []*ast.Ident{u.declare(pos, v)}
		}
		if tag := t.Tag(i); tag != "" {
			f.Tag = &ast.BasicLit{ValuePos: pos, Kind: token.STRING, Value: strconv.Quote(tag)}
		}
		st.Fields.List = append(st.Fields.List, f)
	}
	return st
}

func (u *unit) interfaceExpr(pos token.Pos, t *types.Interface) ast.Expr {
	it := &ast.InterfaceType{Interface: pos, Methods: &ast.FieldList{Opening: pos}}
	for m := range t.ExplicitMethods() {
		f := &ast.Field{Names: []*ast.Ident{u.declare(pos, m)}, Type: u.signatureExpr(pos, m.Signature())}
		it.Methods.List = append(it.Methods.List, f)
	}
	for e := range t.EmbeddedTypes() {
		it.Methods.List = append(it.Methods.List, &ast.Field{Type: u.typeExpr(pos, e)})
	}
	return it
}

func (u *unit) unionExpr(pos token.Pos, t *types.Union) ast.Expr {
	var x ast.Expr
	for term := range t.Terms() {
		y := u.typeExpr(pos, term.Type())
		if term.Tilde() {
			y = &ast.UnaryExpr{OpPos: pos, Op: token.TILDE, X: y}
		}
		if x == nil {
			x = y
		} else {
			x = &ast.BinaryExpr{X: x, OpPos: pos, Op: token.OR, Y: y}
		}
	}
	return x
}

// writable reports whether a type can be written in the program: it has no part
// that another package does not export.
func (u *unit) writable(t types.Type) bool { return u.canWrite(t, make(map[types.Type]bool)) }

func (u *unit) canWrite(t types.Type, seen map[types.Type]bool) bool {
	if seen[t] {
		return true
	}
	seen[t] = true
	all := func(tuple *types.Tuple) bool {
		for v := range tuple.Variables() {
			if !u.canWrite(v.Type(), seen) {
				return false
			}
		}
		return true
	}
	switch t := t.(type) {
	case *types.Alias:
		return u.canName(t.Obj(), t.TypeArgs(), seen)
	case *types.Named:
		return u.canName(t.Obj(), t.TypeArgs(), seen)
	case *types.Map:
		return u.canWrite(t.Key(), seen) && u.canWrite(t.Elem(), seen)
	case interface{ Elem() types.Type }:
		return u.canWrite(t.Elem(), seen)
	case *types.Signature:
		return all(t.Params()) && all(t.Results())
	case *types.Struct:
		for f := range t.Fields() {
			if !f.Exported() && f.Pkg() != u.pkg || !u.canWrite(f.Type(), seen) {
				return false
			}
		}
	case *types.Interface:
		for m := range t.Methods() {
			if !m.Exported() && m.Pkg() != u.pkg || !u.canWrite(m.Type(), seen) {
				return false
			}
		}
	}
	return true
}

func (u *unit) canName(obj *types.TypeName, args *types.TypeList, seen map[types.Type]bool) bool {
	if obj.Pkg() != nil && obj.Pkg() != u.pkg && !obj.Exported() {
		return false
	}
	for t := range args.Types() {
		if !u.canWrite(t, seen) {
			return false
		}
	}
	return true
}
