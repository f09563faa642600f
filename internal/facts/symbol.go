package facts

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// symbol resolves a reference to a declaration.
func (lib *library) symbol(ref Ref) Answer {
	p, prob := lib.find(ref.Package)
	if prob != nil {
		return Answer{Problem: prob}
	}
	d, asm := lib.function(p, ref.Symbol)
	switch {
	case asm != nil:
		return lib.at(lib.placeIn(asm.file.path, asm.line), asm.file.line(asm.line))
	case d != nil:
		return lib.atPos(p, d.name.Pos())
	}
	d, pos, prob := lib.member(p, ref)
	switch {
	case prob != nil:
		return Answer{Problem: prob}
	case d != nil:
		pos = d.name.Pos()
	}
	return lib.atPos(p, pos)
}

// at is an answer that is a place.
func (lib *library) at(place Place, line string) Answer {
	return Answer{Place: place, Line: strings.TrimSpace(line)}
}

// atPos is an answer that is the place of a position, in p or in a package that
// it imports.
func (lib *library) atPos(p *pkg, pos token.Pos) Answer {
	return lib.at(lib.place(pos), lib.lineAt(pos))
}

// member resolves what the index does not have: a declaration within a
// function, or a field or method that is not declared where the type is.
func (lib *library) member(p *pkg, ref Ref) (*decl, token.Pos, *Problem) {
	parts := strings.Split(ref.Symbol, ".")
	if fn, last := strings.Join(parts[:len(parts)-1], "."), parts[len(parts)-1]; fn != "" {
		if d := p.lookup(fn); d != nil {
			if local := d.local(last); local != nil {
				return local, token.NoPos, nil
			}
		}
	}
	if len(parts) == 1 || p.lookup(parts[0]) == nil {
		return nil, token.NoPos, lib.noSymbol(p, ref, parts[0])
	}
	obj := lib.check(p).Scope().Lookup(parts[0])
	for i, name := range parts[1:] {
		var next types.Object
		if obj != nil && holder(obj) != nil {
			next = fieldOrMethod(holder(obj), obj.Pkg(), p.types, name)
		}
		if next == nil {
			return nil, token.NoPos, noMember(ref, strings.Join(parts[:i+1], "."), obj, name)
		}
		obj = next
	}
	if !obj.Pos().IsValid() {
		return nil, token.NoPos, &Problem{
			Rule: "unknown-symbol", Offset: ref.at,
			Message: fmt.Sprintf("%s.%s is predeclared and has no place", ref.Package, ref.Symbol),
		}
	}
	return nil, obj.Pos(), nil
}

// holder returns the type that may have the members of an object: of a
// pointer, slice, array, map or channel without methods, that of what it holds.
func holder(obj types.Object) types.Type {
	if _, ok := obj.(*types.Func); ok {
		return nil
	}
	t := obj.Type()
	for t != nil {
		if n, ok := types.Unalias(t).(*types.Named); ok && n.NumMethods() > 0 {
			return t
		}
		e, ok := t.Underlying().(interface{ Elem() types.Type })
		if !ok {
			return t
		}
		t = e.Elem()
	}
	return nil
}

// fieldOrMethod returns the field or method of a name, which may be unexported
// in the package of the type or in the one that the reference is about.
func fieldOrMethod(t types.Type, of, in *types.Package, name string) types.Object {
	pkgs := []*types.Package{of, in}
	if n, ok := types.Unalias(t).(*types.Named); ok && n.Obj().Pkg() != nil {
		pkgs = append(pkgs, n.Obj().Pkg())
	}
	for _, pkg := range pkgs {
		if obj, _, _ := types.LookupFieldOrMethod(t, true, pkg, name); obj != nil {
			return obj
		}
	}
	return nil
}

// fileAt returns the file of a position, or nil if that was not parsed.
func (lib *library) fileAt(pos token.Pos) *file {
	return lib.files[lib.fset.PositionFor(pos, false).Filename]
}

// lineAt returns the source line of a position.
func (lib *library) lineAt(pos token.Pos) string {
	f := lib.fileAt(pos)
	if f == nil {
		return ""
	}
	return lineOf(f.text, lib.fset.PositionFor(pos, false).Line)
}

// lineOf returns a line of a text, 1-based, without its end.
func lineOf(text []byte, line int) string {
	rest := string(text)
	for ; line > 1; line-- {
		_, after, ok := strings.Cut(rest, "\n")
		if !ok {
			return ""
		}
		rest = after
	}
	rest, _, _ = strings.Cut(rest, "\n")
	return strings.TrimSuffix(rest, "\r")
}

// fieldDecl returns the field that is declared at a position, for a quotation.
func fieldDecl(f *file, pos token.Pos) *decl {
	var found *decl
	ast.Inspect(f.ast, func(n ast.Node) bool {
		if n == nil || pos < n.Pos() || n.End() <= pos {
			return false
		}
		if field, ok := n.(*ast.Field); ok {
			found = &decl{file: f, node: field, doc: field.Doc}
			for _, name := range field.Names {
				if name.Pos() == pos {
					found.name = name
				}
			}
		}
		return true
	})
	return found
}

// noSymbol says that a package does not declare a name.
func (lib *library) noSymbol(p *pkg, ref Ref, name string) *Problem {
	prob := &Problem{
		Rule:    "unknown-symbol",
		Message: fmt.Sprintf("package %s declares no %s", ref.Package, name),
		Offset:  ref.at,
	}
	if near := lib.nearestName(p, ref.Symbol); near != "" {
		prob.Hint = fmt.Sprintf("did you mean %s?", near)
	}
	return prob
}

// noMember says that what is called owner has no member of a name.
func noMember(ref Ref, owner string, obj types.Object, name string) *Problem {
	prob := &Problem{Rule: "unknown-symbol", Offset: ref.at}
	if _, ok := obj.(*types.Func); ok {
		prob.Message = fmt.Sprintf("function %s.%s declares no constant or type %s", ref.Package, owner, name)
		return prob
	}
	prob.Message = fmt.Sprintf("%s.%s has no field or method %s", ref.Package, owner, name)
	if obj != nil {
		if near := nearestMember(holder(obj), name); near != "" {
			prob.Hint = fmt.Sprintf("did you mean %s.%s?", owner, near)
		}
	}
	return prob
}
