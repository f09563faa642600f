package lower

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// Switch statements with fallthrough, those that compare with variables, and
// those that have a statement before their tag.
//
// After this pass a switch with a tag compares with constants, one without has a
// single condition in each clause, and there is no fallthrough. A statement before
// a tag becomes that of a switch around it: the interpreter would compare with
// something else than the tag, unless that is the name of a variable. Where there
// was a fallthrough, the switch decides on the number of a clause, and the clauses
// follow each other:
//
//	n := 0
//	switch tag {
//	case 1:
//		n = 1
//	default:
//		n = 2
//	}
//	switch {
//	default:
//		if n == 1 { one; n = 2 }
//		if n == 2 { other }
//	}

func lowerSwitches(u *unit) bool {
	r := &rewriter{unit: u, stmt: func(s ast.Stmt) []ast.Stmt {
		sw, ok := s.(*ast.SwitchStmt)
		if !ok {
			return stays
		}
		lists, falls := u.listsVariables(sw), fallsThrough(sw)
		if !lists && !falls && (sw.Init == nil || sw.Tag == nil) {
			return stays
		}
		init := sw.Init
		sw.Init = nil
		var list []ast.Stmt
		if lists {
			list = u.conditions(sw)
		}
		if falls {
			list = append(list, u.numberClauses(sw)...)
		} else {
			list = append(list, sw)
		}
		if init == nil {
			return list
		}
		// What it declares has a scope of its own, which a label may stand before.
		return []ast.Stmt{&ast.SwitchStmt{Switch: sw.Switch, Init: init, Body: block(sw.Switch, &ast.CaseClause{Case: sw.Switch, Body: list})}}
	}}
	r.some(hasSwitches)
	return false
}

// listsVariables reports whether a switch compares with what is no constant, or
// with a bool: the interpreter then compares with the first expression of a
// clause only, takes a bool for a condition, and never finds nil.
func (u *unit) listsVariables(s *ast.SwitchStmt) bool {
	if s.Tag != nil {
		b, ok := u.typeOf(s.Tag).Underlying().(*types.Basic)
		if ok && b.Info()&types.IsBoolean != 0 {
			return true
		}
	}
	for _, c := range s.Body.List {
		list := c.(*ast.CaseClause).List
		if s.Tag == nil && len(list) < 2 {
			continue
		}
		if slices.ContainsFunc(list, func(x ast.Expr) bool { return u.info.Types[x].Value == nil }) {
			return true
		}
	}
	return false
}

// conditions makes the clauses of a switch conditions, one each, and returns the
// statements that go before it.
func (u *unit) conditions(s *ast.SwitchStmt) (before []ast.Stmt) {
	boolean := types.Typ[types.Bool]
	var tag *types.Var
	if s.Tag != nil {
		tag = u.newVar(s.Switch, "tag", types.Default(u.typeOf(s.Tag)))
		before = append(before, u.define(tag, s.Tag))
		s.Tag = nil
	}
	for _, c := range s.Body.List {
		c := c.(*ast.CaseClause)
		var all ast.Expr
		for _, x := range c.List {
			if tag != nil {
				x = u.binary(x.Pos(), u.use(x.Pos(), tag), token.EQL, x, boolean)
			}
			if all != nil {
				x = u.binary(x.Pos(), all, token.LOR, x, boolean)
			}
			all = x
		}
		if all != nil {
			c.List = []ast.Expr{all}
		}
	}
	return before
}

func fallsThrough(s *ast.SwitchStmt) bool {
	for _, c := range s.Body.List {
		if endsInFallthrough(c.(*ast.CaseClause)) {
			return true
		}
	}
	return false
}

func endsInFallthrough(c *ast.CaseClause) bool {
	if len(c.Body) == 0 {
		return false
	}
	last := c.Body[len(c.Body)-1]
	for {
		l, ok := last.(*ast.LabeledStmt)
		if !ok {
			break
		}
		last = l.Stmt
	}
	b, ok := last.(*ast.BranchStmt)
	return ok && b.Tok == token.FALLTHROUGH
}

func (u *unit) numberClauses(s *ast.SwitchStmt) []ast.Stmt {
	integer := types.Typ[types.Int]
	n := u.newVar(s.Switch, "n", integer)
	set := func(pos token.Pos, i int) ast.Stmt {
		return u.assign(pos, u.use(pos, n), u.intLit(pos, int64(i+1), integer))
	}
	var bodies []ast.Stmt
	for i, c := range s.Body.List {
		c := c.(*ast.CaseClause)
		body := c.Body
		if endsInFallthrough(c) {
			dropFallthrough(body)
			body = append(body, set(c.End(), i+1))
		}
		is := u.binary(c.Case, u.use(c.Case, n), token.EQL, u.intLit(c.Case, int64(i+1), integer), types.Typ[types.Bool])
		bodies = append(bodies, ifStmt(c.Case, is, body...))
		c.Body = []ast.Stmt{set(c.Case, i)}
	}
	return []ast.Stmt{u.define(n, u.intLit(s.Switch, 0, integer)), s, sequence(s.Switch, bodies)}
}

// sequence makes a statement that break leaves, as it leaves a switch.
func sequence(pos token.Pos, list []ast.Stmt) ast.Stmt {
	return &ast.SwitchStmt{Switch: pos, Body: block(pos, &ast.CaseClause{Case: pos, Body: list})}
}

// dropFallthrough makes the last statement of a clause empty.
func dropFallthrough(body []ast.Stmt) {
	last := len(body) - 1
	if l, ok := body[last].(*ast.LabeledStmt); ok {
		for {
			inner, ok := l.Stmt.(*ast.LabeledStmt)
			if !ok {
				break
			}
			l = inner
		}
		l.Stmt = &ast.EmptyStmt{Semicolon: l.Colon}
		return
	}
	body[last] = &ast.EmptyStmt{Semicolon: body[last].Pos()}
}
