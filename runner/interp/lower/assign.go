package lower

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// Assignments of several values, and results.
//
// The interpreter assigns as it evaluates. After this pass an assignment has
// one value, or one call on its right, or only constants there; a return
// statement of several values in a function that names its results has only
// variables; a call in an operation that assigns is made before;
// what is assigned to the blank identifier is evaluated; a struct
// literal is copied into the variable that it is assigned to, which keeps its
// place; a variable declaration with a call of several results is an
// assignment; and what gets an element of a map that may not be there is zero
// before (lookups.go).

func lowerAssignments(u *unit) bool {
	a := &assigner{unit: u, heads: make(map[ast.Stmt]bool), repeats: true}
	r := &rewriter{unit: u, stmt: a.stmt}
	r.enter = func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			a.named = append(a.named, namesResults(n.Type))
			a.repeats = u.has(n, hasLoops)
		case *ast.FuncLit:
			a.named = append(a.named, namesResults(n.Type))
		case *ast.IfStmt:
			a.heads[n.Init] = true
		case *ast.ForStmt:
			a.heads[n.Init], a.heads[n.Post] = true, true
		case *ast.SwitchStmt:
			a.heads[n.Init] = true
		case *ast.TypeSwitchStmt:
			a.heads[n.Init] = true
		}
		return true
	}
	r.exit = func(n ast.Node) {
		switch n.(type) {
		case *ast.FuncDecl, *ast.FuncLit:
			a.named = a.named[:len(a.named)-1]
		}
	}
	r.file(u.file)
	return false
}

type assigner struct {
	*unit
	heads map[ast.Stmt]bool // the statements that stand in the head of another
	named []bool            // whether the functions around name their results

	repeats bool // whether a statement may be executed more than once in a call

	shared func(types.Object) bool // whether a call can assign to a variable (operands.go); nil at first
}

func namesResults(t *ast.FuncType) bool {
	return t.Results != nil && len(t.Results.List) > 0 && len(t.Results.List[0].Names) > 0
}

func (a *assigner) stmt(s ast.Stmt) []ast.Stmt {
	switch s := s.(type) {
	case *ast.AssignStmt:
		return a.assignment(s)
	case *ast.ReturnStmt:
		return a.returned(s)
	case *ast.DeclStmt:
		return a.declaration(s)
	case *ast.ForStmt, *ast.IfStmt, *ast.SwitchStmt, *ast.TypeSwitchStmt:
		return a.header(s)
	}
	return stays
}

func (a *assigner) assignment(s *ast.AssignStmt) []ast.Stmt {
	if s.Tok == token.DEFINE {
		return a.definition(s)
	}
	if s.Tok != token.ASSIGN {
		return a.operation(s)
	}
	if len(s.Lhs) == 1 && len(s.Rhs) == 1 {
		before := a.valueFirst(s)
		a.single(s)
		return append(before, s)
	}
	p := &parallel{unit: a.unit}
	for i, x := range s.Lhs {
		s.Lhs[i] = p.operand(x)
	}
	if len(s.Rhs) == 1 {
		return a.zeroed(s, p.spread(s))
	}
	if len(p.before) == 0 && p.constants(s.Rhs) {
		return apart(s)
	}
	for _, i := range a.evaluated(s) {
		s.Rhs[i] = p.keep(s.Rhs[i], a.typeOf(s.Lhs[i]))
	}
	return append(a.inOrder(p.before), apart(s)...)
}

// valueFirst returns the statements that evaluate a value before the place that
// it is assigned to, if a call in it can change what the place is, or is to
// happen before it is found that there is no such place.
func (a *assigner) valueFirst(s *ast.AssignStmt) []ast.Stmt {
	if !a.happens(s.Rhs[0]) || !a.changing(s.Lhs[0]) && !a.missing(s.Lhs[0]) {
		return nil
	}
	p := &parallel{unit: a.unit}
	if a.early(s.Lhs[0]) {
		s.Lhs[0] = p.operand(s.Lhs[0])
	}
	s.Rhs[0] = p.keep(s.Rhs[0], a.typeOf(s.Lhs[0]))
	return a.inOrder(p.before)
}

// operation makes the call of x op= f() before x is looked at, as the compiler
// does.
func (a *assigner) operation(s *ast.AssignStmt) []ast.Stmt {
	if _, name := ast.Unparen(s.Lhs[0]).(*ast.Ident); name || !hasCall(s.Rhs[0]) {
		return []ast.Stmt{s}
	}
	p := &parallel{unit: a.unit}
	if a.early(s.Lhs[0]) {
		s.Lhs[0] = p.operand(s.Lhs[0])
	}
	s.Rhs[0] = p.keep(s.Rhs[0], nil)
	return append(p.before, s)
}

func hasCall(x ast.Expr) bool {
	found := false
	ast.Inspect(x, func(n ast.Node) bool {
		_, call := n.(*ast.CallExpr)
		found = found || call
		return !found
	})
	return found
}

// definition makes declarations of one value each, of which the new names can
// not be used in the others' values.
func (a *assigner) definition(s *ast.AssignStmt) []ast.Stmt {
	if len(s.Rhs) < 2 {
		return a.found(s)
	}
	isNew := func(x ast.Expr) bool { return isBlank(x) || a.info.Defs[x.(*ast.Ident)] != nil }
	head := a.heads[s]
	if !head && !slices.ContainsFunc(s.Lhs, func(x ast.Expr) bool { return isBlank(x) || !isNew(x) }) {
		return a.inOrder(apart(s))
	}
	if head && !slices.ContainsFunc(s.Rhs, hasBareLiteral) {
		return []ast.Stmt{s}
	}
	p := &parallel{unit: a.unit}
	for i, x := range s.Rhs {
		s.Rhs[i] = p.keep(x, a.typeOf(s.Lhs[i]))
	}
	p.before = a.inOrder(p.before)
	if head {
		return append(p.before, s)
	}
	for i, x := range s.Lhs {
		one := &ast.AssignStmt{Lhs: []ast.Expr{x}, TokPos: x.Pos(), Tok: token.DEFINE, Rhs: []ast.Expr{s.Rhs[i]}}
		if isBlank(x) || !isNew(x) {
			one.Tok = token.ASSIGN
		}
		p.before = append(p.before, one)
	}
	return p.before
}

// apart makes an assignment of each value.
func apart(s *ast.AssignStmt) []ast.Stmt {
	var list []ast.Stmt
	for i, x := range s.Lhs {
		list = append(list, &ast.AssignStmt{Lhs: []ast.Expr{x}, TokPos: x.Pos(), Tok: s.Tok, Rhs: []ast.Expr{s.Rhs[i]}})
	}
	return list
}

// single makes an assignment of one value evaluate it, and copy it.
func (a *assigner) single(s *ast.AssignStmt) {
	x := ast.Unparen(s.Rhs[0])
	if isBlank(s.Lhs[0]) {
		tv := a.info.Types[x]
		if _, name := x.(*ast.Ident); name || tv.Value != nil || tv.IsNil() || !tv.IsValue() || !a.writable(tv.Type) {
			return
		}
		s.Rhs[0] = a.copied(s.Rhs[0])
		return
	}
	if _, lit := x.(*ast.CompositeLit); lit {
		switch t := a.typeOf(x); t.Underlying().(type) {
		case *types.Struct, *types.Array:
			if a.writable(t) {
				s.Rhs[0] = a.copied(s.Rhs[0])
			}
		}
	}
}

// parallel evaluates operands before an assignment is made.
type parallel struct {
	*unit
	before []ast.Stmt
}

// operand evaluates what a place on the left depends on.
func (p *parallel) operand(x ast.Expr) ast.Expr {
	switch x := x.(type) {
	case *ast.ParenExpr:
		return p.operand(x.X)
	case *ast.IndexExpr:
		if _, array := p.typeOf(x.X).Underlying().(*types.Array); array {
			x.X = p.operand(x.X)
		} else {
			x.X = p.keep(x.X, nil)
		}
		if check, ok := p.boxCheck(x.Index); ok {
			// That an index is out of range is seen when the value is assigned.
			check.Args[0] = p.keep(check.Args[0], nil)
			check.Args[1].(*ast.CallExpr).Args[0] = clone(p.unit, x.X)
			return x
		}
		x.Index = p.keep(x.Index, nil)
	case *ast.StarExpr:
		if call, ok := p.elementCall(x.X); ok {
			p.elementOperands(call)
			return x
		}
		x.X = p.keep(x.X, nil)
	case *ast.SelectorExpr:
		if p.info.Selections[x] == nil {
			return x // a variable of another package
		}
		if _, pointer := p.typeOf(x.X).Underlying().(*types.Pointer); pointer {
			x.X = p.keep(x.X, nil)
		} else {
			x.X = p.operand(x.X)
		}
	}
	return x
}

// boxCheck returns the check of an index (bounds.go), if there is one.
func (u *unit) boxCheck(x ast.Expr) (*ast.CallExpr, bool) {
	call, ok := x.(*ast.CallExpr)
	if !ok {
		return nil, false
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != "Index" {
		return nil, false
	}
	id, _ := sel.X.(*ast.Ident)
	pkg, ok := u.info.Uses[id].(*types.PkgName)
	return call, ok && pkg.Imported().Path() == boxPath
}

// keep evaluates a value into a new variable, of type t unless that is nil.
func (p *parallel) keep(x ast.Expr, t types.Type) ast.Expr {
	tv := p.info.Types[x]
	if tv.Value != nil || tv.IsNil() {
		return x
	}
	if t != nil && types.IsInterface(t) && !types.IsInterface(tv.Type) {
		t = tv.Type // it is converted when it is assigned
	}
	v := p.newVar(x.Pos(), "t", types.Default(tv.Type))
	if b, ok := tv.Type.(*types.Basic); ok && b.Info()&types.IsUntyped != 0 && t != nil {
		v = p.newVar(x.Pos(), "t", t)
		p.before = append(p.before, p.varDecl(v, x))
	} else {
		p.before = append(p.before, p.define(v, x))
	}
	return p.use(x.Pos(), v)
}

func (p *parallel) constants(xs []ast.Expr) bool {
	for _, x := range xs {
		if tv := p.info.Types[x]; tv.Value == nil && !tv.IsNil() {
			return false
		}
	}
	return true
}

// spread assigns the values of one expression through new variables.
func (p *parallel) spread(s *ast.AssignStmt) []ast.Stmt {
	get := &ast.AssignStmt{TokPos: s.TokPos, Tok: token.DEFINE, Rhs: s.Rhs}
	give := []ast.Stmt{}
	for i, x := range s.Lhs {
		if isBlank(x) {
			get.Lhs = append(get.Lhs, x)
			continue
		}
		v := p.newVar(x.Pos(), "t", p.partType(s.Rhs[0], i))
		get.Lhs = append(get.Lhs, p.declare(x.Pos(), v))
		give = append(give, p.assign(x.Pos(), x, p.use(x.Pos(), v)))
	}
	if len(give) == 0 {
		return []ast.Stmt{s}
	}
	return append(p.inOrder(append(p.before, get)), give...)
}

// partType returns the type of the i-th value of an expression that has
// several.
func (u *unit) partType(x ast.Expr, i int) types.Type {
	t := u.typeOf(x)
	if tuple, ok := t.(*types.Tuple); ok {
		return types.Default(tuple.At(i).Type())
	}
	if i == 1 {
		return types.Typ[types.Bool]
	}
	return t
}

// returned evaluates all results before the first is set.
func (a *assigner) returned(s *ast.ReturnStmt) []ast.Stmt {
	if len(s.Results) < 2 || !a.named[len(a.named)-1] {
		return []ast.Stmt{s}
	}
	p := &parallel{unit: a.unit}
	for i, x := range s.Results {
		s.Results[i] = p.keep(x, nil)
	}
	return append(a.inOrder(p.before), s)
}

// declaration makes var x, y = f() an assignment that declares.
func (a *assigner) declaration(s *ast.DeclStmt) []ast.Stmt {
	d := s.Decl.(*ast.GenDecl)
	if d.Tok != token.VAR {
		return []ast.Stmt{s}
	}
	var list []ast.Stmt
	for _, spec := range d.Specs {
		v := spec.(*ast.ValueSpec)
		if len(v.Values) != 1 || len(v.Names) < 2 {
			list = append(list, a.oneByOne(d, v)...)
			continue
		}
		list = append(list, a.several(v)...)
	}
	return list
}

// oneByOne makes a declaration of each value of a spec.
func (a *assigner) oneByOne(d *ast.GenDecl, v *ast.ValueSpec) []ast.Stmt {
	var list []ast.Stmt
	add := func(v *ast.ValueSpec) {
		list = append(list, &ast.DeclStmt{Decl: &ast.GenDecl{TokPos: v.Pos(), Tok: d.Tok, Specs: []ast.Spec{v}}})
	}
	if len(v.Values) < 2 {
		add(v)
		return list
	}
	for i, id := range v.Names {
		t := v.Type
		if t != nil && i > 0 {
			t = clone(a.unit, t)
		}
		add(&ast.ValueSpec{Names: []*ast.Ident{id}, Type: t, Values: v.Values[i : i+1 : i+1]})
	}
	return a.inOrder(list)
}

func (a *assigner) several(v *ast.ValueSpec) []ast.Stmt {
	get := &ast.AssignStmt{TokPos: v.Pos(), Tok: token.DEFINE, Rhs: v.Values}
	if v.Type == nil {
		blank := true
		for _, id := range v.Names {
			get.Lhs = append(get.Lhs, id)
			blank = blank && id.Name == "_"
		}
		if blank {
			get.Tok = token.ASSIGN
		}
		return a.found(get)
	}
	names, values := v.Names, v.Values
	v.Names = slices.DeleteFunc(slices.Clone(names), func(id *ast.Ident) bool { return id.Name == "_" })
	get.Tok, get.Rhs = token.ASSIGN, values
	v.Values = nil
	for _, id := range names {
		if id.Name == "_" {
			get.Lhs = append(get.Lhs, &ast.Ident{NamePos: id.NamePos, Name: "_"})
		} else {
			get.Lhs = append(get.Lhs, a.use(id.NamePos, a.info.Defs[id]))
		}
	}
	list := a.oneByOne(&ast.GenDecl{Tok: token.VAR}, v)
	return append(list, a.assignment(get)...)
}

// header takes out of the head of a statement what became a block there.
func (a *assigner) header(s ast.Stmt) []ast.Stmt {
	var init *ast.Stmt
	switch s := s.(type) {
	case *ast.IfStmt:
		init = &s.Init
	case *ast.SwitchStmt:
		init = &s.Init
	case *ast.TypeSwitchStmt:
		init = &s.Init
	case *ast.ForStmt:
		init = &s.Init
		if b, ok := s.Post.(*ast.BlockStmt); ok {
			return a.postponed(s, b)
		}
		if s.Init != nil && s.Cond == nil && s.Post == nil {
			// Yaegi begins such a loop anew in each turn.
			return a.postponed(s, block(s.For))
		}
	}
	b, ok := (*init).(*ast.BlockStmt)
	if !ok {
		return []ast.Stmt{s}
	}
	list := b.List
	*init = nil
	if last, ok := list[len(list)-1].(*ast.AssignStmt); ok && last.Tok == token.DEFINE {
		*init, list = last, list[:len(list)-1]
	}
	return append(list, s)
}

// postponed moves the post statement of a loop to the beginning of the next
// turn, since there it can be more than one:
//
//	later := false
//	for ; ; later = true {
//		if later { post }
//		if !(cond) { break }
//
// The variables of the loop stay those of its head.
func (a *assigner) postponed(s *ast.ForStmt, post *ast.BlockStmt) []ast.Stmt {
	pos, boolean := s.For, types.Typ[types.Bool]
	later := a.newVar(pos, "later", boolean)
	var head []ast.Stmt
	if len(post.List) > 0 {
		head = append(head, ifStmt(pos, a.use(pos, later), post.List...))
	}
	if s.Cond != nil {
		not := a.value(&ast.UnaryExpr{OpPos: pos, Op: token.NOT, X: &ast.ParenExpr{X: s.Cond}}, boolean)
		head = append(head, ifStmt(s.Cond.Pos(), not, &ast.BranchStmt{TokPos: pos, Tok: token.BREAK}))
	}
	s.Cond, s.Post = nil, a.assign(pos, a.use(pos, later), a.boolName(pos, true))
	s.Body.List = append(head, s.Body.List...)
	list := []ast.Stmt{a.define(later, a.boolName(pos, false)), s}
	if len(post.List) == 0 {
		s.Post = a.assign(pos, &ast.Ident{NamePos: pos, Name: "_"}, a.boolName(pos, true))
		list = list[1:]
	}
	if b, ok := s.Init.(*ast.BlockStmt); ok {
		before := b.List
		s.Init = nil
		if last, ok := before[len(before)-1].(*ast.AssignStmt); ok && last.Tok == token.DEFINE {
			s.Init, before = last, before[:len(before)-1]
		}
		list = append(before, list...)
	}
	return list
}
