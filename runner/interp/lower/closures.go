package lower

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// Variables that closures and pointers keep.
//
// A closure of the interpreter keeps the frame of the call that made it, where
// a variable has one place however often it is declared. After this pass a
// variable that is declared in a loop, and that a pointer keeps or a closure
// that can see it change, is a pointer to a variable that its declaration makes
// anew ("boxed"). A function literal that uses such a variable, or one that
// does not change, gets what it uses as the arguments of a call:
//
//	for i := 0; i < 3; i++ {              for i := rtbook_new(0); ; {
//		f(func() int { return i })    →           … next turn: i = rtbook_new(*i); *i++ …
//	}                                             f(func(i *int) func() int {
//	                                                  return func() int { return *i }
//	                                              }(i))
//	                                          }

func convertClosures(u *unit) bool {
	c := &converter{
		unit: u, captures: u.captures(hasLoops), boxes: make(map[*types.Var]*types.Var),
		pointers: make(map[types.Object]bool), used: make(map[*ast.FuncLit][]*ast.Ident),
	}
	for v, use := range c.captures.vars {
		if use.boxed() && !u.writable(v.Type()) || use.copied() && !u.writable(v.Type()) {
			u.refuse(positioned(v.Pos()), "closure", "a closure or a pointer keeps "+v.Name()+", whose type has no name outside its package, in a loop", "")
			return false
		}
	}
	for _, d := range u.declsWith(hasLoops) {
		c.find(d, nil)
	}
	r := &rewriter{unit: u, enter: c.enter, expr: c.expr, stmt: c.stmt}
	r.some(hasLoops | hasHeads)
	return false
}

// positioned is a node that is nothing but a position.
type positioned token.Pos

func (p positioned) Pos() token.Pos { return token.Pos(p) }
func (p positioned) End() token.Pos { return token.Pos(p) }

type converter struct {
	*unit
	captures *captures
	boxes    map[*types.Var]*types.Var     // the pointer of each boxed variable
	pointers map[types.Object]bool         // these, and the parameters that have them
	used     map[*ast.FuncLit][]*ast.Ident // what each literal uses of variables that are boxed or copied
	lits     []*literal                    // the function literals around that get arguments, outermost first
}

// literal is a function literal that gets what it uses as arguments.
type literal struct {
	lit    *ast.FuncLit
	vars   []*types.Var              // what it uses of outside, in the order of its uses
	params map[*types.Var]*types.Var // what has each of them inside
}

// pointer returns the pointer that a boxed variable becomes, nil for others.
func (c *converter) pointer(v *types.Var) *types.Var {
	use := c.captures.vars[v]
	if use == nil || !use.boxed() {
		return nil
	}
	if c.boxes[v] == nil {
		c.boxes[v] = c.newVar(v.Pos(), v.Name(), types.NewPointer(v.Type()))
		c.pointers[c.boxes[v]] = true
	}
	return c.boxes[v]
}

// holder returns what holds a variable in the function that is being visited:
// the variable, its box, or a parameter.
func (c *converter) holder(v *types.Var, depth int) *types.Var {
	for i := depth - 1; i >= 0; i-- {
		if p := c.lits[i].params[v]; p != nil {
			return p
		}
	}
	if p := c.pointer(v); p != nil {
		return p
	}
	return v
}

// enter looks at a function literal before what is in it.
func (c *converter) enter(n ast.Node) bool {
	lit, ok := n.(*ast.FuncLit)
	if !ok {
		return true
	}
	l := &literal{lit: lit, params: make(map[*types.Var]*types.Var)}
	c.lits = append(c.lits, l)
	c.keep(l, c.used[lit])
	return true
}

// find finds what the literals in n use, which are in others.
func (c *converter) find(n ast.Node, around []*ast.FuncLit) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			c.find(n.Type, append(around, n))
			c.find(n.Body, append(around, n))
			return false
		case *ast.Ident:
			if len(around) == 0 {
				break
			}
			v, _ := c.info.Uses[n].(*types.Var)
			if use := c.captures.vars[v]; use != nil && (use.boxed() || use.copied()) {
				for _, lit := range around {
					c.used[lit] = append(c.used[lit], n)
				}
			}
		}
		return true
	})
}

// own reports whether a variable is declared in the innermost literal, which
// uses it.
func (c *converter) own(v *types.Var) bool {
	lit, ok := c.captures.vars[v].fun.(*ast.FuncLit)
	around := c.lits[:len(c.lits)-1]
	return ok && !slices.ContainsFunc(around, func(l *literal) bool { return l.lit == lit })
}

// keep has a literal, the innermost, get those of the variables that are declared
// outside of it.
func (c *converter) keep(l *literal, used []*ast.Ident) {
	around := len(c.lits) - 1
	for _, id := range used {
		v := c.info.Uses[id].(*types.Var)
		if c.own(v) || l.params[v] != nil {
			continue
		}
		// What already is a parameter of a literal around needs no more.
		if h := c.holder(v, around); h != v && h != c.boxes[v] {
			continue
		}
		l.vars = append(l.vars, v)
		t, boxed := v.Type(), c.captures.vars[v].boxed()
		if boxed {
			t = types.NewPointer(t)
		}
		l.params[v] = c.newVar(id.Pos(), v.Name(), t)
		c.pointers[l.params[v]] = boxed
	}
}

func (c *converter) expr(x ast.Expr) ast.Expr {
	switch x := x.(type) {
	case *ast.Ident:
		return c.name(x)
	case *ast.UnaryExpr:
		// &*p is p.
		if star, ok := ast.Unparen(x.X).(*ast.StarExpr); ok && x.Op == token.AND && c.isBox(star.X) {
			return star.X
		}
	case *ast.SelectorExpr:
		if star, ok := ast.Unparen(x.X).(*ast.StarExpr); ok && c.isBox(star.X) && isStruct(c.typeOf(star)) {
			x.X = star.X
		}
	case *ast.FuncLit:
		return c.leave(x)
	}
	return x
}

func isStruct(t types.Type) bool {
	_, ok := t.Underlying().(*types.Struct)
	return ok
}

// isBox reports whether x names a box.
func (c *converter) isBox(x ast.Expr) bool {
	id, ok := x.(*ast.Ident)
	return ok && c.pointers[c.info.Uses[id]]
}

// name puts what holds a variable in the place of its name.
func (c *converter) name(id *ast.Ident) ast.Expr {
	v, ok := c.info.Uses[id].(*types.Var)
	if !ok || c.captures.vars[v] == nil {
		return id
	}
	h := c.holder(v, len(c.lits))
	if h == v {
		return id
	}
	x := c.use(id.Pos(), h)
	if c.captures.vars[v].boxed() {
		return c.deref(id.Pos(), x)
	}
	return x
}

// leave makes a literal that needs arguments a call.
func (c *converter) leave(lit *ast.FuncLit) ast.Expr {
	top := len(c.lits) - 1
	l := c.lits[top]
	c.lits = c.lits[:top]
	if len(l.vars) == 0 {
		return lit
	}
	var params []*types.Var
	var args []ast.Expr
	var body []ast.Stmt
	for _, v := range l.vars {
		p, arg := l.params[v], c.use(lit.Pos(), c.holder(v, top))
		params, args = append(params, p), append(args, c.hide(arg, p.Type()))
		if c.signed(p.Type()) {
			body = append(body, c.show(lit.Pos(), p))
		}
	}
	result := types.NewParam(token.NoPos, c.pkg, "", c.typeOf(lit))
	outer := c.funcLit(lit.Pos(), params, []*types.Var{result}, append(body, ret(lit.Pos(), lit))...)
	return c.call(lit.Pos(), outer, args...)
}
