package lower

import (
	"go/ast"
	"go/token"
	"go/types"
)

// stmt rewrites the statements that declare boxed variables.
func (c *converter) stmt(s ast.Stmt) []ast.Stmt {
	switch s := s.(type) {
	case *ast.AssignStmt:
		return c.defined(s)
	case *ast.DeclStmt:
		return c.declared(s)
	case *ast.RangeStmt:
		c.ranged(s)
	case *ast.ForStmt:
		return c.counted(s)
	case *ast.CaseClause:
		c.clause(s)
	case *ast.IfStmt:
		return c.hoisted(&s.Init, s)
	case *ast.SwitchStmt:
		return c.hoisted(&s.Init, s)
	case *ast.TypeSwitchStmt:
		return c.hoisted(&s.Init, s)
	case *ast.GoStmt:
		return c.started(s)
	}
	return stays
}

// boxOf returns the pointer of the boxed variable that a name declares.
func (c *converter) boxOf(x ast.Expr) *types.Var {
	id, ok := x.(*ast.Ident)
	if !ok {
		return nil
	}
	v, ok := c.info.Defs[id].(*types.Var)
	if !ok {
		return nil
	}
	return c.pointer(v)
}

// defined rewrites v := x. Of several values, that are not one each, it takes
// new variables.
func (c *converter) defined(s *ast.AssignStmt) []ast.Stmt {
	if s.Tok != token.DEFINE || !c.definesBox(s) {
		return []ast.Stmt{s}
	}
	if len(s.Lhs) == len(s.Rhs) && c.allNew(s) {
		for i, x := range s.Lhs {
			if p := c.boxOf(x); p != nil {
				s.Lhs[i] = c.declare(x.Pos(), p)
				s.Rhs[i] = c.box(x.Pos(), p.Type().(*types.Pointer).Elem(), s.Rhs[i])
			}
		}
		return []ast.Stmt{s}
	}
	get := &ast.AssignStmt{TokPos: s.TokPos, Tok: token.DEFINE, Rhs: s.Rhs}
	give := &ast.AssignStmt{TokPos: s.TokPos, Tok: token.DEFINE}
	var set []ast.Stmt
	for i, x := range s.Lhs {
		if isBlank(x) {
			get.Lhs = append(get.Lhs, x)
			continue
		}
		v := c.newVar(x.Pos(), "t", c.valueType(s, i))
		get.Lhs = append(get.Lhs, c.unit.declare(x.Pos(), v))
		value := ast.Expr(c.use(x.Pos(), v))
		id, isName := x.(*ast.Ident)
		switch p := c.boxOf(x); {
		case p != nil:
			give.Lhs = append(give.Lhs, c.unit.declare(x.Pos(), p))
			give.Rhs = append(give.Rhs, c.box(x.Pos(), p.Type().(*types.Pointer).Elem(), value))
		case isName && c.info.Defs[id] != nil:
			give.Lhs, give.Rhs = append(give.Lhs, x), append(give.Rhs, value)
		default:
			set = append(set, c.assign(x.Pos(), x, value))
		}
	}
	return append(append([]ast.Stmt{get}, set...), give)
}

func (c *converter) definesBox(s *ast.AssignStmt) bool {
	for _, x := range s.Lhs {
		if c.boxOf(x) != nil {
			return true
		}
		if _, star := x.(*ast.StarExpr); star {
			return true // a boxed variable that := assigns
		}
	}
	return false
}

// allNew reports whether := assigns to no variable that there is.
func (c *converter) allNew(s *ast.AssignStmt) bool {
	for _, x := range s.Lhs {
		id, ok := x.(*ast.Ident)
		if !ok || id.Name != "_" && c.info.Defs[id] == nil {
			return false
		}
	}
	return true
}

// valueType returns the type of the i-th value of the right side.
func (c *converter) valueType(s *ast.AssignStmt, i int) types.Type {
	if len(s.Rhs) == len(s.Lhs) {
		return types.Default(c.typeOf(s.Rhs[i]))
	}
	return c.partType(s.Rhs[0], i)
}

func (c *converter) declared(s *ast.DeclStmt) []ast.Stmt {
	d := s.Decl.(*ast.GenDecl)
	if d.Tok != token.VAR {
		return []ast.Stmt{s}
	}
	var list []ast.Stmt
	for _, spec := range d.Specs {
		v := spec.(*ast.ValueSpec)
		rest := &ast.ValueSpec{Type: v.Type}
		for i, id := range v.Names {
			p := c.boxOf(id)
			switch {
			case p == nil:
				rest.Names = append(rest.Names, id)
				if len(v.Values) > 0 {
					rest.Values = append(rest.Values, v.Values[i])
				}
			case len(v.Values) > 0:
				list = append(list, c.define(p, c.box(id.Pos(), p.Type().(*types.Pointer).Elem(), v.Values[i])))
			default:
				list = append(list, c.define(p, c.zeroBox(id.Pos(), p.Type().(*types.Pointer).Elem())))
			}
		}
		if len(rest.Names) > 0 {
			list = append(list, &ast.DeclStmt{Decl: &ast.GenDecl{TokPos: v.Pos(), Tok: token.VAR, Specs: []ast.Spec{rest}}})
		}
	}
	return list
}

// ranged boxes the variables of a range loop at the beginning of its body.
func (c *converter) ranged(s *ast.RangeStmt) {
	var first []ast.Stmt
	for _, px := range []*ast.Expr{&s.Key, &s.Value} {
		p := c.boxOf(*px)
		if p == nil {
			continue
		}
		pos, t := (*px).Pos(), p.Type().(*types.Pointer).Elem()
		v := c.newVar(pos, "v", t)
		*px = c.unit.declare(pos, v)
		first = append(first, c.define(p, c.box(pos, t, c.use(pos, v))))
	}
	s.Body.List = append(first, s.Body.List...)
}

// clause boxes the variable of a type switch.
func (c *converter) clause(s *ast.CaseClause) {
	v, ok := c.info.Implicits[s].(*types.Var)
	if !ok || c.pointer(v) == nil {
		return
	}
	p := c.pointer(v)
	s.Body = append([]ast.Stmt{c.define(p, c.box(s.Case, v.Type(), c.use(s.Case, v)))}, s.Body...)
}

// hoisted takes out of a head what came before its declaration.
func (c *converter) hoisted(init *ast.Stmt, s ast.Stmt) []ast.Stmt {
	b, ok := (*init).(*ast.BlockStmt)
	if !ok {
		return []ast.Stmt{s}
	}
	last := len(b.List) - 1
	*init = b.List[last]
	return append(b.List[:last:last], s)
}

// counted gives each turn of a loop boxes of its own. The copies, and then the
// post statement, begin the next turn.
func (c *converter) counted(s *ast.ForStmt) []ast.Stmt {
	var copies []ast.Stmt
	if d, ok := s.Init.(*ast.AssignStmt); ok && d.Tok == token.DEFINE {
		for _, x := range d.Lhs {
			if p, ok := c.info.Defs[nameOf(x)].(*types.Var); ok && c.pointers[p] {
				pos, t := x.Pos(), p.Type().(*types.Pointer).Elem()
				copies = append(copies, c.assign(pos, c.use(pos, p), c.box(pos, t, c.deref(pos, c.use(pos, p)))))
			}
		}
	}
	if len(copies) == 0 {
		return c.hoisted(&s.Init, s)
	}
	if s.Post != nil {
		copies = append(copies, s.Post)
	}
	a := &assigner{unit: c.unit}
	return c.hoistedList(a.postponed(s, block(s.For, copies...)), s)
}

func (c *converter) hoistedList(list []ast.Stmt, s *ast.ForStmt) []ast.Stmt {
	h := c.hoisted(&s.Init, s)
	return append(list[:len(list)-1:len(list)-1], h...)
}

// nameOf returns the name that an expression is, nil for another.
func nameOf(x ast.Expr) *ast.Ident {
	id, _ := x.(*ast.Ident)
	return id
}

// started evaluates the function of a go statement before, if it is the result
// of a call.
func (c *converter) started(s *ast.GoStmt) []ast.Stmt {
	if _, call := ast.Unparen(s.Call.Fun).(*ast.CallExpr); !call {
		return []ast.Stmt{s}
	}
	f := c.newVar(s.Go, "f", c.typeOf(s.Call.Fun))
	first := c.define(f, s.Call.Fun)
	s.Call.Fun = c.use(s.Go, f)
	return []ast.Stmt{first, s}
}
