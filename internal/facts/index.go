package facts

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"
)

// index finds the declarations of a package by name, from syntax alone.
type index struct {
	decls map[string]*decl // "schedinit", "mheap.alloc" (a method)
}

// decl is a declaration.
type decl struct {
	file  *file
	name  *ast.Ident
	node  ast.Node          // *ast.FuncDecl, *ast.TypeSpec, *ast.ValueSpec or *ast.Field
	group *ast.GenDecl      // of a spec
	doc   *ast.CommentGroup // before node; may be nil
}

// lookup returns the index of a package, which is parsed.
func (p *pkg) lookup(name string) *decl {
	if p.index == nil {
		p.index = &index{decls: make(map[string]*decl)}
		for _, f := range p.files {
			for _, d := range f.ast.Decls {
				p.index.add(f, d)
			}
		}
	}
	return p.index.decls[name]
}

// names returns what lookup finds, sorted: methods too, or only them.
func (p *pkg) names(keep func(name string) bool) []string {
	p.lookup("")
	var all []string
	for name := range p.index.decls {
		if keep(name) {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return all
}

func (ix *index) add(f *file, d ast.Decl) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		name := d.Name.Name
		if recv := receiver(d); recv != "" {
			name = recv + "." + name
		}
		ix.put(name, &decl{file: f, name: d.Name, node: d, doc: d.Doc})
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			for _, one := range declsOf(f, d, spec) {
				ix.put(one.name.Name, one)
			}
		}
	}
}

// declsOf returns the declarations of a spec.
func declsOf(f *file, group *ast.GenDecl, spec ast.Spec) []*decl {
	switch spec := spec.(type) {
	case *ast.TypeSpec:
		return []*decl{{file: f, name: spec.Name, node: spec, group: group, doc: docOf(group, spec.Doc)}}
	case *ast.ValueSpec:
		var all []*decl
		for _, name := range spec.Names {
			all = append(all, &decl{file: f, name: name, node: spec, group: group, doc: docOf(group, spec.Doc)})
		}
		return all
	}
	return nil
}

// docOf returns the comment before a spec: that of the declaration if it is
// not one of several in parentheses.
func docOf(group *ast.GenDecl, doc *ast.CommentGroup) *ast.CommentGroup {
	if !group.Lparen.IsValid() {
		return group.Doc
	}
	return doc
}

func (ix *index) put(name string, d *decl) {
	if name != "_" && ix.decls[name] == nil { // of several init functions, the first
		ix.decls[name] = d
	}
}

// receiver returns the name of a method's type, or "".
func receiver(d *ast.FuncDecl) string {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return ""
	}
	e := d.Recv.List[0].Type
	for {
		switch x := e.(type) {
		case *ast.StarExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.IndexListExpr:
			e = x.X
		case *ast.Ident:
			return x.Name
		default:
			return ""
		}
	}
}

// span returns the first and the last position of a declaration, without the
// comment before it.
func (d *decl) span() (first, last token.Pos) {
	if d.group != nil && !d.group.Lparen.IsValid() {
		return d.group.Pos(), d.group.End()
	}
	return d.node.Pos(), d.node.End()
}

// local returns the constant or type of a name that is declared within a
// function's body, the first of several.
func (d *decl) local(name string) *decl {
	fn, ok := d.node.(*ast.FuncDecl)
	if !ok || fn.Body == nil {
		return nil
	}
	var found *decl
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		group, ok := n.(*ast.GenDecl)
		if ok && group.Tok != token.VAR {
			for _, spec := range group.Specs {
				for _, one := range declsOf(d.file, group, spec) {
					if found == nil && one.name.Name == name {
						found = one
					}
				}
			}
		}
		return found == nil
	})
	return found
}

// function returns the function or method of a name, its Go declaration or, if
// that has no body, its assembly; either may be nil.
func (lib *library) function(p *pkg, name string) (*decl, *asmFn) {
	d := p.lookup(name)
	if d != nil {
		fn, ok := d.node.(*ast.FuncDecl)
		if !ok || fn.Body != nil {
			return d, nil
		}
	}
	if strings.Contains(name, ".") {
		return d, nil
	}
	return d, lib.assembly(p, name)
}
