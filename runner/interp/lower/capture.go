package lower

import (
	"go/ast"
	"go/token"
	"go/types"
)

// captures says of the local variables of a program what decides how closures
// can hold them.
type captures struct {
	unit *unit
	vars map[*types.Var]*usage
	funs []ast.Node // the functions around, outermost first
	loop []bool     // for each, whether what it declares now may be declared again in one call

	gotos bool // the declaration that is visited has goto
}

// usage is what a program does with a local variable.
type usage struct {
	fun       ast.Node // the function that declares it
	loop      bool     // in a loop, so that one call may have several of it
	captured  bool     // by a function literal
	addressed bool     // its address, or that of a part, is taken
	assigned  bool     // after its declaration, in part or as a whole
}

// boxed reports whether the variable must be one of its own each time that it
// is declared.
func (v *usage) boxed() bool { return v.loop && (v.addressed || v.captured && v.assigned) }

// copied reports whether a closure can have a copy of the variable.
func (v *usage) copied() bool { return v.loop && v.captured && !v.addressed && !v.assigned }

// captures finds out about the local variables of the declarations that have one
// of some constructs.
func (u *unit) captures(some constructs) *captures {
	c := &captures{unit: u, vars: make(map[*types.Var]*usage, len(u.info.Defs)/2)}
	for _, d := range u.declsWith(some) {
		c.gotos = u.has(d, hasGotos)
		if f, ok := d.(*ast.FuncDecl); ok && f.Body != nil {
			c.function(f, f.Type, f.Recv, f.Body)
		} else {
			c.visit(d)
		}
	}
	return c
}

// function visits a function. One with goto may do anything again.
func (c *captures) function(f ast.Node, t *ast.FuncType, recv *ast.FieldList, body *ast.BlockStmt) {
	c.funs, c.loop = append(c.funs, f), append(c.loop, false)
	for _, l := range []*ast.FieldList{recv, t.Params, t.Results} {
		if l != nil {
			for _, field := range l.List {
				c.declareAll(field.Names)
			}
		}
	}
	c.loop[len(c.loop)-1] = c.gotos && hasGoto(body)
	c.visit(body)
	c.funs, c.loop = c.funs[:len(c.funs)-1], c.loop[:len(c.loop)-1]
}

func hasGoto(body *ast.BlockStmt) bool {
	found := false
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.BranchStmt:
			found = found || n.Tok == token.GOTO
		}
		return true
	})
	return found
}

func (c *captures) declareAll(ids []*ast.Ident) {
	for _, id := range ids {
		c.declare(c.unit.info.Defs[id])
	}
}

func (c *captures) declare(obj types.Object) {
	if v, ok := obj.(*types.Var); ok && len(c.funs) > 0 && c.vars[v] == nil {
		top := len(c.funs) - 1
		c.vars[v] = &usage{fun: c.funs[top], loop: c.loop[top]}
	}
}

func (c *captures) visit(n ast.Node) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			c.function(n, n.Type, nil, n.Body)
			return false
		case *ast.ForStmt:
			c.forLoop(n)
			return false
		case *ast.RangeStmt:
			c.rangeLoop(n)
			return false
		case *ast.CaseClause:
			c.declare(c.unit.info.Implicits[n])
		case *ast.Ident:
			c.name(n)
		case *ast.AssignStmt:
			for _, x := range n.Lhs {
				c.assign(x)
			}
		case *ast.IncDecStmt:
			c.assign(n.X)
		case *ast.UnaryExpr:
			if n.Op == token.AND {
				c.address(n.X)
			}
		case *ast.SliceExpr:
			if _, array := c.unit.typeOf(n.X).Underlying().(*types.Array); array {
				c.address(n.X)
			}
		case *ast.SelectorExpr:
			c.selector(n)
		}
		return true
	})
}

// name notes where a variable is declared or used.
func (c *captures) name(id *ast.Ident) {
	if obj := c.unit.info.Defs[id]; obj != nil {
		c.declare(obj)
		return
	}
	if v, ok := c.unit.info.Uses[id].(*types.Var); ok && c.vars[v] != nil && len(c.funs) > 0 {
		if c.vars[v].fun != c.funs[len(c.funs)-1] {
			c.vars[v].captured = true
		}
	}
}

// selector notes that a method takes the address of its receiver.
func (c *captures) selector(x *ast.SelectorExpr) {
	s := c.unit.info.Selections[x]
	if s == nil || s.Kind() == types.FieldVal {
		return
	}
	if m, ok := s.Obj().(*types.Func); ok && pointerReceiver(m) && !types.IsInterface(m.Signature().Recv().Type()) {
		c.address(x.X)
	}
}

// root returns the variable that an expression denotes or is a part of, nil if
// there is a pointer, a slice or a map in between.
func (u *unit) root(x ast.Expr) *types.Var {
	for {
		switch y := x.(type) {
		case *ast.ParenExpr:
			x = y.X
		case *ast.SelectorExpr:
			if u.info.Selections[y] == nil {
				return nil
			}
			if t := u.typeOf(y.X); t == nil || isPointer(t) {
				return nil
			}
			x = y.X
		case *ast.IndexExpr:
			if t := u.typeOf(y.X); t == nil || !isArray(t) {
				return nil
			}
			x = y.X
		case *ast.Ident:
			v, _ := u.objectOf(y).(*types.Var)
			return v
		default:
			return nil
		}
	}
}

func isPointer(t types.Type) bool {
	_, ok := t.Underlying().(*types.Pointer)
	return ok
}

func isArray(t types.Type) bool {
	_, ok := t.Underlying().(*types.Array)
	return ok
}

func (c *captures) address(x ast.Expr) {
	if v := c.vars[c.unit.root(x)]; v != nil {
		v.addressed = true
	}
}

// assign notes an assignment. A declaration is none.
func (c *captures) assign(x ast.Expr) {
	if id, ok := x.(*ast.Ident); ok && c.unit.info.Defs[id] != nil {
		return
	}
	if v := c.vars[c.unit.root(x)]; v != nil {
		v.assigned = true
	}
}

// inLoop visits what is done again and again.
func (c *captures) inLoop(visit func()) {
	if len(c.loop) == 0 {
		visit()
		return
	}
	top := len(c.loop) - 1
	was := c.loop[top]
	c.loop[top] = true
	visit()
	c.loop[top] = was
}

func (c *captures) forLoop(n *ast.ForStmt) {
	c.inLoop(func() {
		for _, part := range []ast.Node{n.Init, n.Cond, n.Post, n.Body} {
			if part != nil {
				c.visit(part)
			}
		}
	})
}

func (c *captures) rangeLoop(n *ast.RangeStmt) {
	c.visit(n.X)
	c.inLoop(func() {
		for _, x := range []ast.Expr{n.Key, n.Value} {
			if x != nil {
				c.visit(x)
				c.assign(x)
			}
		}
		c.visit(n.Body)
	})
}
