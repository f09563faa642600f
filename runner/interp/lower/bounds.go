package lower

import (
	"go/ast"
	"go/token"
	"go/types"

	"rtbook/runner"
)

// Run-time errors.
//
// Where the interpreter finds that an index is out of range it panics with a
// text of package reflect's, which has no numbers. After this pass indices are
// checked before they are used, in a program that recovers from panics, or is to
// end with one; in others only if unit.exact says so (see [Exact]). What is
// indexed is then written twice where that has no effect, and otherwise given to
// a function (bounds_calls.go).

// checkBounds is the pass. It relies on package box being there.
func checkBounds(u *unit) bool {
	u.importer = withBox(u.importer)
	if !u.exact && !u.recovers() {
		return false
	}
	c := &checking{unit: u, places: make(map[ast.Expr]bool), checks: make(map[*ast.CallExpr]bool)}
	r := &rewriter{unit: u, expr: c.expr}
	r.enter = func(n ast.Node) bool {
		c.markIn(n)
		return true
	}
	r.file(u.file)
	return c.changed
}

// recovers reports whether a program can print the text of a panic.
func (u *unit) recovers() bool {
	for _, c := range u.program.Cells {
		if c.Expect == runner.ExpectPanic {
			return true
		}
	}
	found := u.program.Tail
	for _, d := range u.declsWith(hasDeferring) {
		ast.Inspect(d, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				if id, ok := call.Fun.(*ast.Ident); ok && id.Name == "recover" && u.info.Types[id].IsBuiltin() {
					found = true
				}
			}
			return !found
		})
	}
	return found
}

type checking struct {
	*unit
	places  map[ast.Expr]bool      // elements that are assigned to, or of which the address is taken
	checks  map[*ast.CallExpr]bool // the calls of box.Index
	changed bool
	box     *types.PkgName
}

func (c *checking) call(pos token.Pos, name string, args ...ast.Expr) *ast.CallExpr {
	c.changed = true
	if c.box == nil {
		c.box = c.importPath(boxPath, "box")
	}
	fun := &ast.SelectorExpr{X: c.use(pos, c.box), Sel: ast.NewIdent(name)}
	return &ast.CallExpr{Fun: fun, Lparen: pos, Args: args}
}

func (c *checking) expr(x ast.Expr) ast.Expr {
	switch x := x.(type) {
	case *ast.IndexExpr:
		return c.index(x)
	case *ast.SliceExpr:
		return c.slice(x)
	case *ast.SelectorExpr:
		// The address is what a method is called with.
		if s := c.info.Selections[x]; s != nil && s.Kind() == types.MethodVal {
			if star, ok := ast.Unparen(x.X).(*ast.StarExpr); ok {
				if call, ok := c.elementCall(star.X); ok {
					x.X = call
				}
			}
		}
	case *ast.UnaryExpr:
		if star, ok := ast.Unparen(x.X).(*ast.StarExpr); ok && x.Op == token.AND {
			if call, ok := c.elementCall(star.X); ok {
				return call
			}
		}
	case *ast.CallExpr:
		if c.builtinName(x) == "make" {
			c.made(x)
		}
	}
	return x
}

// toInt writes an integer as an int.
func (c *checking) toInt(x ast.Expr) ast.Expr {
	if t := c.typeOf(x); t != nil && types.Identical(t, types.Typ[types.Int]) {
		return x
	}
	return &ast.CallExpr{Fun: &ast.Ident{NamePos: x.Pos(), Name: "int"}, Lparen: x.Pos(), Args: []ast.Expr{x}}
}

// made checks the sizes of a slice that is made.
func (c *checking) made(x *ast.CallExpr) {
	s, ok := underlying[*types.Slice](c.typeOf(x))
	if !ok {
		return
	}
	size := types.SizesFor("gc", "amd64").Sizeof(s.Elem())
	for i, name := range []string{"Length", "Capacity"} {
		if i+1 < len(x.Args) && c.info.Types[x.Args[i+1]].Value == nil {
			x.Args[i+1] = c.call(x.Args[i+1].Pos(), name, c.toInt(x.Args[i+1]), c.intLit(token.NoPos, size, types.Typ[types.Int]))
		}
	}
}

// unsigned reports whether an operand may be greater than any int.
func (c *checking) unsigned(x ast.Expr) bool {
	if x == nil {
		return false
	}
	b, ok := underlying[*types.Basic](c.typeOf(x))
	return ok && (b.Kind() == types.Uint || b.Kind() == types.Uint64 || b.Kind() == types.Uintptr)
}

// mask writes a number that has a bit for each operand, the first in the lowest.
func (c *checking) mask(bits ...bool) ast.Expr {
	n := int64(0)
	for i, b := range bits {
		if b {
			n |= 1 << i
		}
	}
	return c.intLit(token.NoPos, n, types.Typ[types.Int])
}

// indexable says whether something can be indexed by numbers, and whether it is
// sliced up to its capacity.
func indexable(t types.Type) (capacity, ok bool) {
	if t == nil {
		return false, false
	}
	switch t := t.Underlying().(type) {
	case *types.Slice:
		return true, true
	case *types.Array:
		return false, true
	case *types.Basic:
		return false, t.Info()&types.IsString != 0
	}
	return false, false
}

func (c *checking) index(x *ast.IndexExpr) ast.Expr {
	_, ok := indexable(c.typeOf(x.X))
	tv := c.info.Types[x.Index]
	if !ok || tv.Value != nil && c.lengthIsKnown(x.X) || tv.Type == nil {
		return x
	}
	if !c.pure(x.X) {
		return c.element(x)
	}
	n := &ast.CallExpr{Fun: &ast.Ident{NamePos: x.Lbrack, Name: "len"}, Lparen: x.Lbrack, Args: []ast.Expr{clone(c.unit, x.X)}}
	unsigned := c.unsigned(x.Index)
	check := c.call(x.Index.Pos(), "Index", c.toInt(x.Index), n, c.mask(unsigned))
	c.checks[check] = true
	x.Index = check
	return x
}

func isSlice(t types.Type) bool {
	_, ok := t.Underlying().(*types.Slice)
	return ok
}

// lengthIsKnown reports whether the checker has compared constant indices of x
// with its length.
func (c *checking) lengthIsKnown(x ast.Expr) bool {
	_, isArray := underlying[*types.Array](c.typeOf(x))
	return isArray || c.info.Types[x].Value != nil
}

// slice checks x[low:high].
func (c *checking) slice(x *ast.SliceExpr) ast.Expr {
	t := c.typeOf(x.X)
	if _, ok := indexable(t); !ok {
		return x
	}
	if !c.pure(x.X) || x.Low != nil && !c.pure(x.Low) || x.Slice3 && !c.pure(x.High) {
		return c.part(x)
	}
	c.sliceOf(x, t, c.mask(c.unsigned(x.Low), c.unsigned(x.High), c.unsigned(x.Max)))
	return x
}

// sliceOf checks the operand of a slice expression that is the last to be
// evaluated, where the others and what is sliced, of type t, can be evaluated
// twice.
func (c *checking) sliceOf(x *ast.SliceExpr, t types.Type, mask ast.Expr) {
	capacity, _ := indexable(t)
	pos := x.Lbrack
	measure := func(name string) ast.Expr {
		return &ast.CallExpr{Fun: &ast.Ident{NamePos: pos, Name: name}, Lparen: pos, Args: []ast.Expr{clone(c.unit, x.X)}}
	}
	low := ast.Expr(&ast.BasicLit{ValuePos: pos, Kind: token.INT, Value: "0"})
	if x.Low != nil {
		low = c.toInt(clone(c.unit, x.Low))
	}
	limit, word := measure("len"), "length"
	if capacity {
		limit, word = measure("cap"), "capacity"
	}
	if x.Slice3 {
		high := c.toInt(clone(c.unit, x.High))
		x.Max = c.call(pos, "Slice3", low, high, c.toInt(x.Max), limit, &ast.BasicLit{ValuePos: pos, Kind: token.STRING, Value: `"` + word + `"`}, mask)
		return
	}
	var high ast.Expr
	if x.High != nil {
		high = c.toInt(x.High)
	} else {
		high, limit, word = measure("len"), measure("len"), "length"
	}
	x.High = c.call(pos, "Slice", low, high, limit, &ast.BasicLit{ValuePos: pos, Kind: token.STRING, Value: `"` + word + `"`}, mask)
}

// pure reports whether an expression can be evaluated twice.
func (c *checking) pure(x ast.Expr) bool {
	switch x := x.(type) {
	case *ast.Ident, *ast.BasicLit:
		return true
	case *ast.ParenExpr:
		return c.pure(x.X)
	case *ast.SelectorExpr:
		return c.pure(x.X)
	case *ast.StarExpr:
		return c.pure(x.X)
	case *ast.IndexExpr:
		return c.pure(x.X) && c.pure(x.Index)
	case *ast.BinaryExpr:
		return c.pure(x.X) && c.pure(x.Y)
	case *ast.UnaryExpr:
		return x.Op != token.ARROW && c.pure(x.X)
	case *ast.CallExpr:
		if c.checks[x] {
			return c.pure(x.Args[0])
		}
		if c.info.Types[x.Fun].IsType() && len(x.Args) == 1 {
			return c.pure(x.Args[0])
		}
		id, ok := x.Fun.(*ast.Ident)
		return ok && (id.Name == "len" || id.Name == "cap" || id.Name == "int") && len(x.Args) == 1 && c.pure(x.Args[0])
	}
	return false
}
