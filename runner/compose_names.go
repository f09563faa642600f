package runner

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"sort"
	"strconv"
	"strings"
)

// place orders what stands in an environment: the cell's order, then the
// offset in its source.
type place int64

func (s *source) at(off int) place { return place(s.order)<<32 | place(off) }

type entityKind int

const (
	aVariable entityKind = iota
	aFunction
	aDeclaration // a type or constant
	anImport
)

// entity is what a name of the top level means from one place on: a function,
// type, constant or import, or one of the variables that bear the name.
type entity struct {
	name  string
	kind  entityKind
	src   *source
	piece *piece
	ident *ast.Ident // declares it; nil for an import without a name
	off   int        // of the name in src
	from  place      // what stands here or later can mean it

	spelling string  // its name in the tree that is checked
	final    string  // its name in Program.Source
	prev     *entity // the variable that := finds under this name
	same     *entity // the earlier variable that it is, having the same type

	path string         // of an import
	pkg  *types.Package // nil if it could not be imported
	uses []place        // of an import, ascending
	idle bool           // an import that only a cell of another program uses
}

// variable returns the variable that e denotes.
func (e *entity) variable() *entity {
	if e.same != nil {
		return e.same
	}
	return e
}

func (e *entity) pos() Pos { return e.src.pos(e.off) }

// ref is a mention of a name of the top level.
type ref struct {
	id  *ast.Ident
	off int // in the piece's source
	to  *entity
}

// keyRef is a key of a composite literal that is a name of the top level
// unless the literal is a struct.
type keyRef struct {
	ref
	lit *ast.CompositeLit
}

// mark begins what is appended to a name to make its spelling: digits, or
// nothing for a name whose use was reported already, because go/types says
// nothing of what is no valid name, nor of what follows from it. It is no
// character of Go's identifiers, and is cut out of messages.
const mark = "\ufdd0"

// table is the names of a unit. The table of a cell that is not run is laid over that of
// the program and sees the cells above it.
type table struct {
	outer    *table
	limit    place // outer's entities from here on are not seen
	entities map[string][]*entity
	names    []string // in order of first declaration
}

// add appends an entity. Entities of a name are in textual order, but for
// functions, types and constants, which count from the start of their cell.
func (t *table) add(e *entity) {
	list := t.entities[e.name]
	if list == nil {
		t.names = append(t.names, e.name)
	}
	i := sort.Search(len(list), func(i int) bool { return list[i].from > e.from })
	list = append(list, nil)
	copy(list[i+1:], list[i:])
	list[i] = e
	t.entities[e.name] = list
}

// before returns the last entity of a name that is in force at a place, and
// the first that comes later.
func (t *table) before(name string, at place) (last, later *entity) {
	list := t.entities[name]
	i := sort.Search(len(list), func(i int) bool { return list[i].from > at })
	if i > 0 {
		last = list[i-1]
	}
	if i < len(list) {
		later = list[i]
	}
	if last == nil && t.outer != nil {
		var below *entity
		if last, below = t.outer.before(name, t.limit-1); later == nil {
			later = below
		}
	}
	return last, later
}

// latest returns the last entity of a name declared so far.
func (t *table) latest(name string) *entity {
	last, _ := t.before(name, 1<<62)
	return last
}

// collect enters what the unit's cells declare at their top level.
func (u *unit) collect() {
	for _, s := range u.cells {
		for _, p := range s.pieces {
			switch d := p.decl.(type) {
			case *ast.GenDecl:
				u.collectDecl(p, d)
			case *ast.FuncDecl:
				u.collectFunc(p, d)
			}
			if a, ok := p.stmt.(*ast.AssignStmt); ok && a.Tok == token.DEFINE {
				u.collectDefine(p, a)
			}
		}
	}
}

func (u *unit) collectDecl(p *piece, d *ast.GenDecl) {
	for _, spec := range d.Specs {
		switch spec := spec.(type) {
		case *ast.ImportSpec:
			u.collectImport(p, spec)
		case *ast.TypeSpec:
			u.declare(p, aDeclaration, spec.Name)
		case *ast.ValueSpec:
			if d.Tok == token.VAR {
				u.collectVar(p, spec)
				continue
			}
			for _, id := range spec.Names {
				u.declare(p, aDeclaration, id)
			}
		}
	}
}

func (u *unit) collectFunc(p *piece, d *ast.FuncDecl) {
	if d.Body == nil {
		u.report(p, d.Name.Pos(), Problem{Message: "missing function body"})
	}
	if d.Recv != nil {
		return
	}
	switch d.Name.Name {
	case "main":
		u.report(p, d.Name.Pos(), Problem{
			Message: "a cell has no func main",
			Hint:    "write its statements at the top level of the cell: rtbook's own main calls the cells in order",
		})
	case "init":
		p.src.inits = append(p.src.inits, p)
	default:
		u.declare(p, aFunction, d.Name)
	}
}

// newEntity makes an entity that id declares in p.
func newEntity(p *piece, kind entityKind, id *ast.Ident) *entity {
	e := &entity{name: id.Name, kind: kind, src: p.src, piece: p, ident: id, off: p.offset(id.Pos())}
	switch {
	case kind == aFunction || kind == aDeclaration || kind == aVariable && p.src.declOnly:
		e.from = p.src.at(0)
	default:
		e.from = p.src.at(p.end)
	}
	return e
}

// declare enters a name that must not have been declared, and returns its
// entity; nil for the blank one.
func (u *unit) declare(p *piece, kind entityKind, id *ast.Ident) *entity {
	if id.Name == "_" {
		return nil
	}
	e := newEntity(p, kind, id)
	if prev := u.table.latest(id.Name); prev != nil {
		u.redeclared(e, prev)
	}
	u.table.add(e)
	if kind != aVariable {
		p.refs = append(p.refs, ref{id, e.off, e})
	}
	return e
}

// redeclared reports e, whose name prev has.
func (u *unit) redeclared(e, prev *entity) {
	msg := e.name + " redeclared in this block"
	if prev.kind == anImport && prev.pkg != nil && e.kind != anImport {
		msg = fmt.Sprintf("%s already declared through import of %v", e.name, prev.pkg)
	}
	u.problem(e.src, Problem{
		Pos:     e.pos(),
		Message: msg,
		Notes:   []ProblemNote{{prev.pos(), "other declaration of " + e.name}},
		Hint:    "the cells of an environment are one program: choose another name, or give the cell an env of its own",
	})
}

// collectImport enters an import.
func (u *unit) collectImport(p *piece, spec *ast.ImportSpec) {
	path, err := strconv.Unquote(spec.Path.Value)
	if err != nil {
		return // the parser has reported it
	}
	name := ""
	if spec.Name != nil {
		name = spec.Name.Name
	}
	e := &entity{kind: anImport, src: p.src, piece: p, path: path, off: p.offset(spec.Pos()), from: p.src.at(p.end)}
	switch {
	case path == "C":
		p.faulty = true // source.refuse has said why
	case name == ".":
		u.report(p, spec.Pos(), Problem{
			Message: "dot import in a cell",
			Hint:    "import the package under its name, so that the page shows where each name comes from",
		})
		pkg, _ := u.imports.Import(path)
		u.dots = append(u.dots, pkg)
		return
	default:
		e.pkg, err = u.imports.Import(path)
		if err != nil {
			p.faulty = true
			u.env.problems.failImport(p.src, p.pos(spec.Path.Pos()), path, err)
		}
	}
	e.name = importName(name, path, e.pkg)
	if name == "_" {
		u.blank = append(u.blank, e)
		return
	}
	prev := u.table.latest(e.name)
	switch {
	case prev == nil:
	case prev.kind == anImport && prev.path == path && prev.src.aside == p.src.aside:
		u.again = append(u.again, importAgain{e, prev})
		return
	case prev.kind == anImport && prev.path == path:
	default:
		u.redeclared(e, prev)
		return
	}
	u.table.add(e)
}

// importName returns the name under which a package is imported.
func importName(name, path string, pkg *types.Package) string {
	if name != "" {
		return name
	}
	if pkg != nil {
		return pkg.Name()
	}
	elems := strings.Split(strings.TrimSuffix(path, "/"), "/")
	last := elems[len(elems)-1]
	if len(elems) > 1 && len(last) > 1 && last[0] == 'v' && strings.Trim(last[1:], "0123456789") == "" {
		return elems[len(elems)-2] // a major version
	}
	return last
}

// find returns what a name means at an offset of p, nil if it is Go's or
// unknown. In bodies of functions and in types, variables may come later. Any
// other use of what comes later is a problem; found is false then.
func (u *unit) find(p *piece, id *ast.Ident, body bool) (e *entity, found bool) {
	at := p.src.at(p.offset(id.Pos()))
	last, later := u.table.before(id.Name, at)
	predeclared := types.Universe.Lookup(id.Name) != nil
	switch {
	case last != nil:
		return last, true
	case predeclared:
		u.predeclared[id.Name] = true
		return nil, true
	case later == nil:
		return nil, !u.isBroken(id.Name)
	case later.src.aside != p.src.aside:
		// A cell that is not run sees nothing of what is below it.
	case later.kind == aFunction, later.kind == aDeclaration, later.kind == aVariable && body:
		return later, true
	}
	u.usedBefore(p, id, later)
	return nil, false
}

// usedBefore reports the use of a name that is declared later.
func (u *unit) usedBefore(p *piece, id *ast.Ident, later *entity) {
	where := later.pos()
	prob := Problem{Hint: "move the declaration of " + id.Name + " above this use"}
	switch {
	case later.kind == anImport:
		prob.Message = "undefined: " + id.Name
		prob.Notes = []ProblemNote{{where, "it is imported only here"}}
		prob.Hint = "an import serves the text below it: import " + strconv.Quote(later.path) + " above this use"
		// That it is used too early is said here: that it is not used would be no help.
		later.uses = append(later.uses, p.src.at(p.offset(id.Pos())))
	case later.src != p.src:
		prob.Message = fmt.Sprintf("%s is used before its cell: it is declared at %s", id.Name, where)
		prob.Notes = []ProblemNote{{where, id.Name + " is declared here"}}
		prob.Hint = "move the cell that declares " + id.Name + " above this one"
	default:
		prob.Message = fmt.Sprintf("%s is used before it is declared at %s", id.Name, where)
		prob.Notes = []ProblemNote{{where, id.Name + " is declared here"}}
	}
	u.report(p, id.Pos(), prob)
}

// String returns "file:line:col".
func (p Pos) String() string { return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col) }
