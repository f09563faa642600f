package lower

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
)

// ask returns the entry of a type that the program asks a value for.
func (b *boxer) ask(t types.Type) *typeEntry {
	e := b.table.entry(t)
	e.asked = true
	return e
}

// assertion makes x.(T) the call of a function.
func (b *boxer) assertion(n *ast.TypeAssertExpr) ast.Expr {
	t := b.typ(n.Type)
	e := b.ask(t)
	if _, ok := b.typ(n).(*types.Tuple); ok {
		return b.helperCall(n.Lparen, b.okFunc(e), n.X)
	}
	return b.helperCall(n.Lparen, b.toFunc(e, b.reflectName(b.typ(n.X))), n.X)
}

// helper makes a function once for each key; text writes its declaration.
func (b *boxer) helper(key, hint string, text func(name string) string) string {
	name := b.getters[key]
	if name == "" {
		name = b.fresh(hint)
		b.getters[key] = name
		b.boxImport()
		b.helpers = append(b.helpers, text(name))
	}
	return name
}

// getter returns the name of a function that takes the value of a type that is
// no interface out of any.
func (b *boxer) getter(t types.Type) string {
	e := b.table.entry(t)
	return b.helper(fmt.Sprint("get ", e.number), "get", func(name string) string {
		return fmt.Sprintf("func %s(rtbook_x any) %s {\nvar rtbook_r %s\n%s.Get(rtbook_x, &rtbook_r)\nreturn rtbook_r\n}\n", name, b.typeText(t), b.typeText(t), b.boxImport())
	})
}

// taken writes x, which holds a value of type t, as that.
func (b *boxer) taken(x string, t types.Type) string {
	if !types.IsInterface(t) {
		return b.getter(t) + "(" + x + ")"
	}
	switch b.repr(t) {
	case asError:
		return b.boxImport() + ".Error(" + x + ")"
	case asNative:
		return b.nativeOf(t).name + "(" + x + ")"
	}
	return b.boxImport() + ".Plain(" + x + ")"
}

func (b *boxer) okFunc(e *typeEntry) string {
	return b.helper(fmt.Sprint("ok ", e.number), "ok", func(name string) string {
		t := b.typeText(e.typ)
		return fmt.Sprintf("func %s(rtbook_x any) (%s, bool) {\nrtbook_ok := %s.Is(rtbook_x, %d)\nif rtbook_ok {\nreturn %s, rtbook_ok\n}\nvar rtbook_r %s\nreturn rtbook_r, rtbook_ok\n}\n",
			name, t, b.typesVar, e.number, b.taken("rtbook_x", e.typ), t)
	})
}

func (b *boxer) toFunc(e *typeEntry, static string) string {
	return b.helper(fmt.Sprint("to ", e.number, static), "to", func(name string) string {
		return fmt.Sprintf("func %s(rtbook_x any) %s {\n%s.Assert(rtbook_x, %d, %q)\nreturn %s\n}\n",
			name, b.typeText(e.typ), b.typesVar, e.number, static, b.taken("rtbook_x", e.typ))
	})
}

// stmt replaces switches.
func (b *boxer) stmt(s ast.Stmt) []ast.Stmt {
	switch s := s.(type) {
	case *ast.TypeSwitchStmt:
		return b.typeSwitch(s)
	case *ast.SwitchStmt:
		return b.switchStmt(s)
	}
	return stays
}

// typeSwitch makes a type switch a switch over conditions.
func (b *boxer) typeSwitch(s *ast.TypeSwitchStmt) []ast.Stmt {
	var bound *ast.Ident
	var x ast.Expr
	switch a := s.Assign.(type) {
	case *ast.AssignStmt:
		bound = a.Lhs[0].(*ast.Ident)
		x = a.Rhs[0].(*ast.TypeAssertExpr).X
	case *ast.ExprStmt:
		x = a.X.(*ast.TypeAssertExpr).X
	}
	tag := b.fresh("x")
	define := &ast.AssignStmt{Lhs: []ast.Expr{&ast.Ident{NamePos: s.Switch, Name: tag}}, TokPos: s.Switch, Tok: token.DEFINE, Rhs: []ast.Expr{x}}
	out := &ast.SwitchStmt{Switch: s.Switch, Init: define, Body: s.Body}
	used := false
	for _, c := range s.Body.List {
		b.typeClause(c.(*ast.CaseClause), tag, bound, b.typ(x), &used)
	}
	if !used {
		discard := &ast.AssignStmt{Lhs: []ast.Expr{ast.NewIdent("_")}, TokPos: s.Switch, Tok: token.ASSIGN, Rhs: []ast.Expr{x}}
		out.Init = discard
	}
	if s.Init == nil {
		return []ast.Stmt{out}
	}
	// The statement before it becomes that of a switch around it, to which a
	// label, if there is one, belongs as well.
	clause := &ast.CaseClause{Case: s.Switch, Body: []ast.Stmt{out}}
	return []ast.Stmt{&ast.SwitchStmt{Switch: s.Switch, Init: s.Init, Body: block(s.Switch, clause)}}
}

// typeClause makes a clause of a type switch one of conditions.
func (b *boxer) typeClause(c *ast.CaseClause, tag string, bound *ast.Ident, static types.Type, used *bool) {
	var single types.Type
	for i, x := range c.List {
		*used = true
		pos := x.Pos()
		name := &ast.Ident{NamePos: pos, Name: tag}
		if b.info.Types[x].IsNil() {
			c.List[i] = &ast.BinaryExpr{X: name, OpPos: pos, Op: token.EQL, Y: &ast.Ident{NamePos: pos, Name: "nil"}}
			continue
		}
		t := b.typ(x)
		c.List[i] = b.tableCall(pos, "Is", name, intText(pos, b.ask(t).number))
		if len(c.List) == 1 {
			single = t
		}
	}
	c.List = disjunction(c.List)
	if bound == nil {
		return
	}
	*used = true
	value := ast.Expr(&ast.Ident{NamePos: c.Case, Name: tag})
	if single != nil && !types.Identical(single, static) {
		value = b.parse(b.taken(tag, single))
	}
	name := func() *ast.Ident { return &ast.Ident{NamePos: bound.Pos(), Name: bound.Name} }
	define := &ast.AssignStmt{Lhs: []ast.Expr{name()}, TokPos: c.Case, Tok: token.DEFINE, Rhs: []ast.Expr{value}}
	use := &ast.AssignStmt{Lhs: []ast.Expr{ast.NewIdent("_")}, TokPos: c.Case, Tok: token.ASSIGN, Rhs: []ast.Expr{name()}}
	c.Body = append([]ast.Stmt{define, use}, c.Body...)
}

// switchStmt makes a switch one over conditions if it compares interfaces, nil
// with what is no pointer, or channels of several types.
func (b *boxer) switchStmt(s *ast.SwitchStmt) []ast.Stmt {
	if s.Tag == nil {
		b.conditions(s)
		return []ast.Stmt{s}
	}
	t := b.typ(s.Tag)
	if t == nil {
		return []ast.Stmt{s}
	}
	mixed := types.IsInterface(t)
	for _, c := range s.Body.List {
		for _, x := range c.(*ast.CaseClause).List {
			y := b.typ(x)
			if b.info.Types[x].IsNil() || y != nil && (types.IsInterface(y) || isChan(y) && !types.Identical(t, y)) {
				mixed = true
			}
		}
	}
	if !mixed {
		return []ast.Stmt{s}
	}
	tag := b.fresh("x")
	for _, c := range s.Body.List {
		clause := c.(*ast.CaseClause)
		for i, x := range clause.List {
			name := &ast.Ident{NamePos: x.Pos(), Name: tag}
			b.info.Types[name] = b.info.Types[s.Tag]
			compare := &ast.BinaryExpr{X: name, OpPos: x.Pos(), Op: token.EQL, Y: x}
			clause.List[i] = b.comparison(compare)
		}
		clause.List = disjunction(clause.List)
	}
	define := &ast.AssignStmt{Lhs: []ast.Expr{&ast.Ident{NamePos: s.Switch, Name: tag}}, TokPos: s.Switch, Tok: token.DEFINE, Rhs: []ast.Expr{s.Tag}}
	out := &ast.SwitchStmt{Switch: s.Switch, Init: define, Body: s.Body}
	if s.Init == nil {
		return []ast.Stmt{out}
	}
	clause := &ast.CaseClause{Case: s.Switch, Body: []ast.Stmt{out}}
	return []ast.Stmt{&ast.SwitchStmt{Switch: s.Switch, Init: s.Init, Body: block(s.Switch, clause)}}
}

// conditions compares with true what is no condition but has to be equal to it.
func (b *boxer) conditions(s *ast.SwitchStmt) {
	for _, c := range s.Body.List {
		list := c.(*ast.CaseClause).List
		for i, x := range list {
			if t := b.typ(x); t != nil && types.IsInterface(t) {
				list[i] = b.boxCall(x.Pos(), "Equal", &ast.Ident{NamePos: x.Pos(), Name: "true"}, x)
			}
		}
	}
}

func isChan(t types.Type) bool {
	_, ok := t.Underlying().(*types.Chan)
	return ok
}

// disjunction makes one condition of several: the interpreter looks at the first
// of a clause only.
func disjunction(list []ast.Expr) []ast.Expr {
	if len(list) < 2 {
		return list
	}
	x := list[0]
	for _, y := range list[1:] {
		x = &ast.BinaryExpr{X: x, OpPos: y.Pos(), Op: token.LOR, Y: y}
	}
	return []ast.Expr{x}
}
