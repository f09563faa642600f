package lower

import (
	"go/ast"
	"go/token"
	"go/types"
)

// What is indexed and cannot be evaluated twice, as in f()[i], is given to a
// function of the program, which checks and indexes it there. That of an element
// of a slice that is assigned to, or of which the address is taken, returns the
// element's address.

// elementPurpose is of the helpers that return the address of an element; see
// (*parallel).operand for when they are called.
const elementPurpose = "element"

// mark notes the elements that a place is, or is in.
func (c *checking) mark(x ast.Expr) {
	switch x := x.(type) {
	case *ast.ParenExpr:
		c.mark(x.X)
	case *ast.SelectorExpr:
		if t := c.typeOf(x.X); t != nil && !isPointer(t) {
			c.mark(x.X)
		}
	case *ast.IndexExpr:
		c.places[x] = true
		if _, array := underlying[*types.Array](c.typeOf(x.X)); array {
			c.mark(x.X)
		}
	}
}

// markIn notes the places of a node.
func (c *checking) markIn(n ast.Node) {
	switch n := n.(type) {
	case *ast.AssignStmt:
		for _, l := range n.Lhs {
			c.mark(l)
		}
	case *ast.IncDecStmt:
		c.mark(n.X)
	case *ast.RangeStmt:
		c.mark(n.Key)
		c.mark(n.Value)
	case *ast.UnaryExpr:
		if n.Op == token.AND {
			c.mark(n.X)
		}
	case *ast.SelectorExpr:
		if s := c.info.Selections[n]; s != nil && s.Kind() == types.MethodVal && !isPointer(s.Recv()) && isPointer(s.Obj().(*types.Func).Signature().Recv().Type()) {
			c.mark(n.X)
		}
	case *ast.SliceExpr:
		if _, array := underlying[*types.Array](c.typeOf(n.X)); array {
			c.mark(n.X)
		}
	}
}

// addressed returns the address of an array that has one, and otherwise the
// sequence as it is; and the type of that.
func (c *checking) addressed(x ast.Expr) (ast.Expr, types.Type) {
	t := c.typeOf(x)
	if _, array := underlying[*types.Array](t); !array || !c.info.Types[x].Addressable() {
		return x, t
	}
	if star, ok := ast.Unparen(x).(*ast.StarExpr); ok {
		return star.X, types.NewPointer(t)
	}
	return &ast.UnaryExpr{OpPos: x.Pos(), Op: token.AND, X: x}, types.NewPointer(t)
}

// element returns what indexes a sequence that cannot be evaluated twice.
func (c *checking) element(x *ast.IndexExpr) ast.Expr {
	pos, integer := x.Lbrack, types.Typ[types.Int]
	index, mask := c.toInt(x.Index), c.mask(c.unsigned(x.Index))
	sequence, t := c.addressed(x.X)
	result, place := c.typeOf(x), c.places[x]
	purpose := "indexed"
	if place {
		purpose, result = elementPurpose, types.NewPointer(result)
	}
	if c.unsigned(x.Index) {
		purpose += "Unsigned"
	}
	f := c.helper(purpose, []types.Type{t, integer}, []types.Type{result}, func(pos token.Pos, ps []*types.Var) []ast.Stmt {
		from := func() ast.Expr { return c.sequenceOf(pos, ps[0]) }
		length := &ast.CallExpr{Fun: &ast.Ident{NamePos: pos, Name: "len"}, Args: []ast.Expr{from()}}
		var y ast.Expr = &ast.IndexExpr{X: from(), Index: c.call(pos, "Index", c.use(pos, ps[1]), length, mask)}
		if place {
			y = &ast.UnaryExpr{OpPos: pos, Op: token.AND, X: y}
		}
		return []ast.Stmt{ret(pos, y)}
	})
	c.changed = true
	call := c.callHelper(pos, f, sequence, index)
	if !place {
		return call
	}
	c.unit.elements[f.Name()] = true
	return c.deref(pos, call)
}

// sequenceOf writes the sequence that a parameter is or points to.
func (c *checking) sequenceOf(pos token.Pos, v *types.Var) ast.Expr {
	if isPointer(v.Type()) {
		return &ast.ParenExpr{X: &ast.StarExpr{Star: pos, X: c.use(pos, v)}}
	}
	return c.use(pos, v)
}

// part returns what slices a sequence that cannot be evaluated twice, or of which
// an operand cannot.
func (c *checking) part(x *ast.SliceExpr) ast.Expr {
	pos, integer := x.Lbrack, types.Typ[types.Int]
	sequence, t := c.addressed(x.X)
	args, params, purpose := []ast.Expr{sequence}, []types.Type{t}, "part"
	for i, operand := range []ast.Expr{x.Low, x.High, x.Max} {
		if operand == nil {
			continue
		}
		purpose += [...]string{"Low", "High", "Max"}[i]
		if c.unsigned(operand) {
			purpose += "Unsigned"
		}
		args, params = append(args, c.toInt(operand)), append(params, integer)
	}
	mask := c.mask(c.unsigned(x.Low), c.unsigned(x.High), c.unsigned(x.Max))
	result := c.typeOf(x)
	f := c.helper(purpose, params, []types.Type{result}, func(pos token.Pos, ps []*types.Var) []ast.Stmt {
		y := &ast.SliceExpr{X: c.sequenceOf(pos, ps[0]), Lbrack: pos, Slice3: x.Slice3}
		next := 0
		for i, operand := range []*ast.Expr{&y.Low, &y.High, &y.Max} {
			if [...]ast.Expr{x.Low, x.High, x.Max}[i] != nil {
				next++
				*operand = c.use(pos, ps[next])
			}
		}
		c.sliceOf(y, c.typeOf(x.X), mask)
		return []ast.Stmt{ret(pos, y)}
	})
	c.changed = true
	return c.callHelper(pos, f, args...)
}

// elementCall returns the call of a function that returns the address of an
// element, if x is one. It panics if there is no such element, which a program
// is to see when it assigns.
func (u *unit) elementCall(x ast.Expr) (*ast.CallExpr, bool) {
	call, ok := x.(*ast.CallExpr)
	if !ok {
		return nil, false
	}
	id, ok := call.Fun.(*ast.Ident)
	return call, ok && u.elements[id.Name]
}

// elementOperands evaluates what the call of such a function depends on.
func (p *parallel) elementOperands(call *ast.CallExpr) {
	switch array := call.Args[0].(type) {
	case *ast.UnaryExpr: // the address of an array that is in a place
		array.X = p.operand(array.X)
	case *ast.CallExpr:
		if inner, ok := p.elementCall(array); ok {
			p.elementOperands(inner)
			break
		}
		call.Args[0] = p.keep(array, nil)
	default:
		call.Args[0] = p.keep(array, nil)
	}
	call.Args[1] = p.keep(call.Args[1], nil)
}
