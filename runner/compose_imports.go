package runner

import (
	"cmp"
	"go/types"
	"slices"
	"strconv"
	"strings"
)

// importName returns the name of a package, which is imported if it is not
// yet. Packages under internal are for those who import them themselves.
func (e *emitter) importName(pkg *types.Package) (string, bool) {
	if name, ok := e.imports[pkg.Path()]; ok {
		e.typed[pkg.Path()] = true
		return name, true
	}
	elems := strings.Split(pkg.Path(), "/")
	if slices.Contains(elems, "internal") || slices.Contains(elems, "vendor") || pkg.Name() == "main" {
		return "", false
	}
	if _, err := e.u.imports.Import(pkg.Path()); err != nil {
		return "", false
	}
	name := e.names.unused(pkg.Name())
	e.imports[pkg.Path()] = name
	return name, true
}

// writeImports writes the imports and returns their paths, sorted.
func (e *emitter) writeImports() []string {
	type line struct {
		name, path string
		from       *entity
	}
	var lines []line
	from := make(map[string]*entity)
	for _, name := range e.u.table.names {
		for _, ent := range e.u.table.entities[name] {
			if ent.kind != anImport {
				continue
			}
			name := ent.final
			if ent.idle && !(e.typed[ent.path] && e.imports[ent.path] == name) {
				name = "_"
			}
			lines = append(lines, line{name, ent.path, ent})
			from[ent.path] = ent
		}
	}
	for _, ent := range e.u.blank {
		if from[ent.path] == nil {
			lines = append(lines, line{"_", ent.path, ent})
			from[ent.path] = ent
		}
	}
	for path, name := range e.imports {
		if from[path] == nil {
			lines = append(lines, line{name, path, nil})
		}
	}
	if len(lines) == 0 {
		return nil
	}
	slices.SortFunc(lines, func(a, b line) int {
		return cmp.Or(strings.Compare(a.path, b.path), strings.Compare(a.name, b.name))
	})
	var paths []string
	e.out.text("\nimport (\n")
	for _, l := range lines {
		paths = append(paths, l.path)
		e.out.text("\t")
		if pkg, _ := e.u.imports.Import(l.path); pkg == nil || l.name != pkg.Name() || l.name != lastElem(l.path) {
			e.out.text(l.name + " ")
		}
		quoted := strconv.Quote(l.path)
		if l.from != nil {
			e.out.at(l.from.importPos(), len(quoted))
		}
		e.out.text(quoted + "\n")
	}
	e.out.text(")\n")
	return slices.Compact(paths)
}

// lastElem returns the last element of an import path.
func lastElem(path string) string { return path[strings.LastIndex(path, "/")+1:] }

// importPos returns the place of an import's path.
func (e *entity) importPos() Pos {
	for _, spec := range e.piece.importSpecs() {
		if e.piece.offset(spec.Pos()) == e.off {
			return e.piece.pos(spec.Path.Pos())
		}
	}
	return e.pos()
}
