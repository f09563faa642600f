package runner

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// unit is a set of cells that are checked together: an environment's program,
// or one cell that is not run, with the program above it as its surroundings.
type unit struct {
	env     *environment
	imports *imports
	outer   *unit // of a cell that is not run: the program
	cells   []*source

	table       *table
	blank       []*entity // blank imports
	again       []importAgain
	dots        []*types.Package // of refused dot imports; nil for one that could not be imported
	predeclared map[string]bool  // predeclared names that are used as such
	broken      map[string]bool  // names in what does not parse

	pkg       *types.Package
	info      *types.Info
	errs      []typeError
	badCycles bool // go/types found an initialisation cycle where there is none
	wantTypes bool // info is to have the type of every expression
}

func newUnit(env *environment, imp *imports, outer *unit) *unit {
	u := &unit{
		env: env, imports: imp, outer: outer,
		table:       &table{entities: make(map[string][]*entity)},
		predeclared: make(map[string]bool),
	}
	return u
}

// check finds all problems of the unit's cells.
func (u *unit) check() {
	if u.outer != nil {
		u.table.outer, u.table.limit = u.outer.table, u.cells[0].at(0)
	}
	u.broken = make(map[string]bool)
	for _, s := range u.cells {
		for _, name := range s.broken {
			u.broken[name] = true
		}
	}
	u.collect()
	u.restrict()
	u.resolve()
	u.spell()
	u.checkTypes()
	for u.hasKeys() && u.resolveKeys() {
		u.checkTypes()
	}
	if u.outer == nil {
		u.keepsTypeNames(func(t *entity) string { return t.spelling })
	}
	u.merge()
	if u.badCycles {
		u.spell()
		u.checkTypes()
	}
	u.unusedImports()
	u.checkOrder()
	u.reportTypeErrors()
}

// isBroken reports whether a name occurs in what does not parse, and may be
// declared or used there.
func (u *unit) isBroken(name string) bool {
	return u.broken[name] || u.outer != nil && u.outer.isBroken(name)
}

// report adds a problem at a position in p.
func (u *unit) report(p *piece, pos token.Pos, prob Problem) {
	prob.Pos = p.pos(pos)
	p.faulty = true
	u.problem(p.src, prob)
}

func (u *unit) problem(s *source, prob Problem) { u.env.problems.add(s, prob) }

// spell gives every entity a name of its own in the tree. The first keeps the
// author's, so that most trees stay as they are.
func (u *unit) spell() {
	for _, name := range u.table.names {
		list := u.table.entities[name]
		plain := u.plainOwner(name, list)
		for i, e := range list {
			e.spelling = name
			if e != plain {
				e.spelling += mark + strconv.Itoa(i)
			}
		}
	}
	for _, s := range u.cells {
		for _, p := range s.pieces {
			u.spellRefs(p)
		}
	}
}

// plainOwner returns which entity of a name bears it in the tree: a function,
// type, constant or import, whose name can be seen in what a program prints,
// before a variable.
func (u *unit) plainOwner(name string, list []*entity) *entity {
	owner := list[0]
	for _, e := range list {
		if e.kind != aVariable {
			owner = e
			break
		}
	}
	switch {
	case owner.kind == aVariable && (name == "main" || name == "init"):
		return nil
	case types.Universe.Lookup(name) != nil && (owner.kind == aVariable || u.predeclared[name]):
		return nil
	case u.outer != nil:
		if e, _ := u.outer.table.before(name, u.table.limit-1); e != nil || u.outer.predeclared[name] {
			return nil
		}
	}
	return owner
}

// spellRefs writes the spellings into p's tree.
func (u *unit) spellRefs(p *piece) {
	for _, r := range p.refs {
		r.id.Name = r.to.variable().spelling
	}
}

// keepsTypeNames reports types that get another name than the author's. A
// variable can, unseen, but a type's name is printed by %T and is that of a
// field that embeds it.
func (u *unit) keepsTypeNames(given func(*entity) string) bool {
	ok := true
	for _, name := range u.table.names {
		for _, t := range u.table.entities[name] {
			if given(t) == name || t.typeSpec() == nil {
				continue
			}
			ok = false
			why := "names that begin with rtbook_ are rtbook's own"
			if types.Universe.Lookup(name) != nil {
				why = "the predeclared " + name + " is used in the program too, as itself or as the type of a variable"
			}
			u.problem(t.src, Problem{
				Pos:     t.pos(),
				Message: "the type " + name + " cannot keep its name",
				Notes:   []ProblemNote{{Text: why}},
				Hint:    "choose another name",
			})
		}
	}
	return ok
}

// hasKeys reports whether keys of composite literals are undecided.
func (u *unit) hasKeys() bool {
	for _, s := range u.cells {
		for _, p := range s.pieces {
			if len(p.keys) > 0 {
				return true
			}
		}
	}
	return false
}

// checkTypes has go/types check the unit's tree, and keeps its errors.
func (u *unit) checkTypes() {
	u.errs, u.badCycles = nil, false
	u.pkg = types.NewPackage("main", "main")
	u.info = &types.Info{Selections: make(map[*ast.SelectorExpr]*types.Selection)}
	if u.hasKeys() || u.wantTypes {
		u.info.Types = make(map[ast.Expr]types.TypeAndValue)
	}
	if u.wantTypes {
		u.info.Defs = make(map[*ast.Ident]types.Object)
		u.info.Uses = make(map[*ast.Ident]types.Object)
		u.info.Instances = make(map[*ast.Ident]types.Instance)
	}
	file := &ast.File{Name: ast.NewIdent("main"), Decls: u.importDecls()}
	if u.outer != nil && u.extendsOuter() {
		file.Decls = append(file.Decls, u.outer.importDecls()...)
		for _, s := range u.outer.cells {
			if s.order < u.cells[0].order {
				file.Decls = append(file.Decls, s.decls...)
			}
		}
	} else if u.outer != nil {
		file.Decls = append(file.Decls, u.insertOuter()...)
	}
	for _, s := range u.cells {
		s.decls = s.trees()
		file.Decls = append(file.Decls, s.decls...)
	}
	conf := &types.Config{
		Importer:                 u.imports,
		Sizes:                    types.SizesFor("gc", "amd64"),
		DisableUnusedImportCheck: true,
		Error:                    func(err error) { u.typeError(err.(types.Error)) },
	}
	// The error is the first of those that Error was called with.
	_ = types.NewChecker(conf, u.env.fset, u.pkg, u.info).Files([]*ast.File{file})
}

// trees returns what the cell is checked as: its declarations, the variables
// of its top level as package variables, and a function of its statements.
func (s *source) trees() []ast.Decl {
	var decls []ast.Decl
	var body []ast.Stmt
	for _, p := range s.pieces {
		switch d := p.decl.(type) {
		case *ast.FuncDecl:
			decls = append(decls, d)
		case *ast.GenDecl:
			if d.Tok == token.TYPE || d.Tok == token.CONST {
				decls = append(decls, d)
			}
		}
		for _, v := range p.vars {
			d, stmts := v.trees()
			decls = append(decls, d...)
			body = append(body, stmts...)
		}
		if p.stmt != nil && p.vars == nil {
			body = append(body, p.stmt)
		}
	}
	if len(body) > 0 {
		decls = append(decls, &ast.FuncDecl{
			Name: ast.NewIdent("_"),
			Type: &ast.FuncType{Params: &ast.FieldList{}},
			Body: &ast.BlockStmt{List: body},
		})
	}
	return decls
}

// importDecls returns the imports that the unit's cells declare.
func (u *unit) importDecls() []ast.Decl {
	var decls []ast.Decl
	for _, name := range u.table.names {
		for _, e := range u.table.entities[name] {
			if e.kind == anImport && e.pkg != nil {
				decls = append(decls, e.importDecl())
			}
		}
	}
	return decls
}

func (e *entity) importDecl() ast.Decl {
	at := e.piece.base + token.Pos(e.off-e.piece.start)
	spec := &ast.ImportSpec{
		Name: &ast.Ident{NamePos: at, Name: e.spelling},
		Path: &ast.BasicLit{ValuePos: at, Kind: token.STRING, Value: strconv.Quote(e.path)},
	}
	return &ast.GenDecl{TokPos: at, Tok: token.IMPORT, Specs: []ast.Spec{spec}}
}

// insertOuter makes what the cell mentions of the program known to the cell's
// package, and returns the imports among it.
func (u *unit) insertOuter() []ast.Decl {
	var decls []ast.Decl
	done := make(map[*entity]bool)
	for _, p := range u.cells[0].pieces {
		for _, r := range p.refs {
			e := r.to.variable()
			if e.src == u.cells[0] || done[e] {
				continue
			}
			done[e] = true
			if e.kind == anImport {
				decls = append(decls, e.importDecl())
				continue
			}
			switch obj := u.outer.pkg.Scope().Lookup(e.spelling).(type) {
			case nil:
			case *types.Var:
				u.pkg.Scope().Insert(types.NewVar(obj.Pos(), u.pkg, obj.Name(), obj.Type()))
			default:
				u.pkg.Scope().Insert(obj)
			}
		}
	}
	return decls
}

// extendsOuter reports whether the cell declares methods of types that it
// does not itself define. Such a cell is checked together with all that is
// above it, because a type cannot get methods from another package.
func (u *unit) extendsOuter() bool {
	for _, p := range u.cells[0].pieces {
		d, ok := p.decl.(*ast.FuncDecl)
		if !ok || d.Recv == nil || len(d.Recv.List) == 0 {
			continue
		}
		base := receiverBase(d.Recv.List[0].Type)
		for _, r := range p.refs {
			if r.id == base && (r.to.src != u.cells[0] || r.to.isAlias()) {
				return true
			}
		}
	}
	return false
}

// isAlias reports whether e is declared by type e = T.
func (e *entity) isAlias() bool {
	t := e.typeSpec()
	return t != nil && t.Assign.IsValid()
}

// typeSpec returns the declaration of a type, nil for what is none.
func (e *entity) typeSpec() *ast.TypeSpec {
	if d, ok := e.piece.decl.(*ast.GenDecl); ok {
		for _, s := range d.Specs {
			if t, ok := s.(*ast.TypeSpec); ok && t.Name == e.ident {
				return t
			}
		}
	}
	return nil
}

// receiverBase returns the name in a receiver's type.
func receiverBase(t ast.Expr) *ast.Ident {
	for {
		switch x := t.(type) {
		case *ast.Ident:
			return x
		case *ast.ParenExpr:
			t = x.X
		case *ast.StarExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		default:
			return nil
		}
	}
}

// pieceAt returns the piece that holds a position, nil if none does.
func (env *environment) pieceAt(pos token.Pos) *piece {
	i := sort.Search(len(env.pieces), func(i int) bool { return env.pieces[i].base > pos }) - 1
	if i < 0 {
		return nil
	}
	if p := env.pieces[i]; int(pos-p.base) <= p.end-p.start {
		return p
	}
	return nil
}

// merge makes one variable of those that := declares again with the same type.
func (u *unit) merge() {
	u.badCycles = slices.ContainsFunc(u.errs, func(e typeError) bool { return isCycle(e) && !e.piece.src.declOnly })
	for _, name := range u.table.names {
		for _, e := range u.table.entities[name] {
			if e.prev == nil || e.prev.src.aside != e.src.aside {
				continue
			}
			was, is := u.typeOf(e.prev), u.typeOf(e)
			if was != nil && is != nil && types.Identical(was, is) {
				e.same = e.prev.variable()
			}
		}
	}
}

// typeOf returns the type of a variable of the unit, nil if it is unknown.
func (u *unit) typeOf(e *entity) types.Type {
	obj := u.pkg.Scope().Lookup(e.spelling)
	if obj == nil || obj.Type() == nil || obj.Type() == types.Typ[types.Invalid] {
		return nil
	}
	return obj.Type()
}

// checkWhole checks a cell that is not run and is a file of its own.
func (env *environment) checkWhole(s *source, imp *imports) {
	if s.faulty {
		return // it does not parse
	}
	var last *Problem
	flush := func() {
		if last != nil {
			env.problems.add(s, *last)
		}
		last = nil
	}
	conf := &types.Config{
		Importer: imp,
		Sizes:    types.SizesFor("gc", "amd64"),
		Error: func(err error) {
			e := err.(types.Error)
			at := env.fset.Position(e.Pos)
			pos := Pos{at.Filename, at.Line, at.Column}
			if note, ok := strings.CutPrefix(e.Msg, "\t"); ok && last != nil {
				last.Notes = append(last.Notes, ProblemNote{pos, note})
				return
			}
			flush()
			lines := strings.Split(e.Msg, "\n")
			last = &Problem{Pos: pos, Message: lines[0]}
			for _, line := range lines[1:] {
				last.Notes = append(last.Notes, ProblemNote{Text: strings.TrimSpace(line)})
			}
		},
	}
	name := s.whole.Name.Name
	_ = types.NewChecker(conf, env.fset, types.NewPackage(name, name), nil).Files([]*ast.File{s.whole})
	flush()
}
