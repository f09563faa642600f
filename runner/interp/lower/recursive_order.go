package lower

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// Struct types that lead to each other.
//
// The interpreter makes the types of a program as it comes to them. In a circle
// of struct types it puts a place holder where it meets a type that is not made
// yet, and takes all place holders for the type that it met last. After this
// pass each circle has one type T that all ways round it go through, by fields
// of type *T, and the file begins with a variable of that type, those of circles
// that others lead to before these. Other circles are refused.

func orderRecursive(u *unit) bool {
	c := newCircles(u)
	var roots []*types.Named // a type of each circle
	c.treat = func(circle []*types.Named) {
		if root := c.root(circle); root != nil {
			roots = append(roots, root)
		}
	}
	c.search()
	if len(roots) > 0 {
		u.declareFirst(roots)
	}
	return false
}

// edge says that a struct type occurs in another.
type edge struct {
	from, to *types.Named
	field    *types.Var // of from
}

// circles finds the circles by Tarjan's algorithm, those that others lead to
// first.
type circles struct {
	*unit
	treat       func(circle []*types.Named) // in the order of their declarations
	structs     []*types.Named
	edges       map[*types.Named][]edge
	recursive   map[*types.Named]bool // those that lead to circles, as far as it is known
	number, low map[*types.Named]int
	on          map[*types.Named]bool
	stack       []*types.Named
}

func emptyCircles(u *unit) *circles {
	return &circles{unit: u, edges: make(map[*types.Named][]edge), recursive: make(map[*types.Named]bool), number: make(map[*types.Named]int), low: make(map[*types.Named]int), on: make(map[*types.Named]bool)}
}

// newCircles has the struct types of the program, and what leads from each to
// others.
func newCircles(u *unit) *circles {
	c := emptyCircles(u)
	for s := range u.typeSpecs() {
		obj := u.info.Defs[s.Name]
		if obj == nil {
			continue
		}
		if t, ok := types.Unalias(obj.Type()).(*types.Named); ok && isStruct(t) && !slices.Contains(c.structs, t) {
			c.structs = append(c.structs, t)
			for f := range t.Underlying().(*types.Struct).Fields() {
				c.find(edge{from: t, field: f}, f.Type(), make(map[types.Type]bool))
			}
		}
	}
	for _, t := range c.structs {
		c.inCircles(t)
	}
	return c
}

func (c *circles) search() {
	for _, t := range c.structs {
		if c.number[t] == 0 {
			c.visit(t)
		}
	}
}

// find adds the edges like e to the struct types that t has in it.
func (c *circles) find(e edge, t types.Type, seen map[types.Type]bool) {
	t = types.Unalias(t)
	if n, ok := t.(*types.Named); ok {
		switch {
		case n.Obj().Pkg() != c.pkg:
			return
		case isStruct(n):
			e.to = n
			c.edges[e.from] = append(c.edges[e.from], e)
			return
		case seen[n]:
			return
		}
		seen[n] = true
		t = n.Underlying()
	}
	switch t := t.(type) {
	case *types.Struct:
		for f := range t.Fields() {
			c.find(e, f.Type(), seen)
		}
	case *types.Map:
		c.find(e, t.Key(), seen)
		c.find(e, t.Elem(), seen)
	case *types.Signature:
		for _, tuple := range []*types.Tuple{t.Params(), t.Results()} {
			for v := range tuple.Variables() {
				c.find(e, v.Type(), seen)
			}
		}
	case interface{ Elem() types.Type }:
		c.find(e, t.Elem(), seen)
	}
}

func (c *circles) visit(t *types.Named) {
	c.number[t] = len(c.number) + 1
	c.low[t] = c.number[t]
	c.stack, c.on[t] = append(c.stack, t), true
	for _, e := range c.edges[t] {
		if c.number[e.to] == 0 {
			c.visit(e.to)
			c.low[t] = min(c.low[t], c.low[e.to])
		} else if c.on[e.to] {
			c.low[t] = min(c.low[t], c.number[e.to])
		}
	}
	if c.low[t] != c.number[t] {
		return
	}
	i := slices.Index(c.stack, t)
	circle := slices.Clone(c.stack[i:])
	c.stack = c.stack[:i]
	for _, m := range circle {
		c.on[m] = false
	}
	if len(circle) > 1 || slices.ContainsFunc(c.edges[t], func(e edge) bool { return e.to == t }) {
		slices.SortFunc(circle, func(a, b *types.Named) int { return int(a.Obj().Pos() - b.Obj().Pos()) })
		c.treat(circle)
	}
}

// root returns the type that all ways round a circle go through. It refuses a
// circle that has none.
func (c *circles) root(circle []*types.Named) *types.Named {
	var first []edge
	for _, root := range circle {
		faults := c.faults(circle, root, nil)
		if len(faults) == 0 {
			return root
		}
		if first == nil {
			first = faults
		}
	}
	e := first[0]
	message := "the interpreter cannot have the field " + c.fieldName(e.field) + ", whose type leads back to " + c.shownName(e.from.Obj().Name()) + ", which has it"
	if e.to != e.from {
		message = "the interpreter cannot have the field " + c.fieldName(e.field) + ", by which " + c.shownName(e.from.Obj().Name()) + " and " + c.shownName(e.to.Obj().Name()) + " contain each other"
	}
	hint := "take no pointer to the field"
	switch e.field.Type().Underlying().(type) {
	case *types.Array:
		hint = "let it be a slice"
	case *types.Struct:
		hint = "let it be a pointer"
	}
	c.refuse(positioned(e.field.Pos()), "recursive type", message, hint)
	return nil
}

// rooted reports whether a circle has a root.
func (c *circles) rooted(circle []*types.Named) bool {
	return slices.ContainsFunc(circle, func(t *types.Named) bool { return len(c.faults(circle, t, nil)) == 0 })
}

// faults returns edges of which one has to go if all ways round a circle are to
// go through root; none if they do, without the fields that are left out.
func (c *circles) faults(circle []*types.Named, root *types.Named, without map[*types.Var]bool) []edge {
	for _, t := range circle {
		for _, e := range c.edges[t] {
			if !without[e.field] && !c.wraps[t.Obj().Name()] && c.misplaced(e, root) {
				return []edge{e}
			}
		}
	}
	return c.around(circle, root, without)
}

// misplaced reports whether the interpreter does not get the type of a field
// right that leads from a type of a circle to root, or out of the circle.
func (c *circles) misplaced(e edge, root *types.Named) bool {
	if _, ok := e.field.Type().Underlying().(*types.Signature); ok {
		// It makes the types in functions once more, for the word of the place
		// holder in them, which types of other circles have as well.
		return c.inCircles(e.to)
	}
	switch {
	case e.to != root:
		return false
	case e.from == root:
		return !isLast(e.field.Type(), root)
	}
	// It puts the struct into the fields of the others, but not into what it
	// knows of the types of their values, except of *T.
	p, ok := types.Unalias(e.field.Type()).(*types.Pointer)
	return !ok || types.Unalias(p.Elem()) != root
}

// inCircles reports whether a type leads to itself or to one that does.
func (c *circles) inCircles(t *types.Named) bool {
	if known, ok := c.recursive[t]; ok {
		return known
	}
	c.recursive[t] = true // if this comes here again, it is
	found := false
	for _, e := range c.edges[t] {
		found = c.inCircles(e.to) || found
	}
	c.recursive[t] = found
	return found
}

// isLast reports whether the last word of a type that has pointers, slices,
// arrays and maps in it is the name of a struct type.
func isLast(t types.Type, name *types.Named) bool {
	if t = types.Unalias(t); t == name {
		return true
	}
	switch t := t.Underlying().(type) {
	case *types.Chan:
		return false
	case interface{ Elem() types.Type }:
		return isLast(t.Elem(), name)
	}
	return false
}

// around returns the edges of a circle that does not go through root.
func (c *circles) around(circle []*types.Named, root *types.Named, without map[*types.Var]bool) []edge {
	done := make(map[*types.Named]bool)
	var way []edge
	var walk func(t *types.Named) []edge
	walk = func(t *types.Named) []edge {
		for _, e := range c.edges[t] {
			if e.to == root || without[e.field] || done[e.to] || !slices.Contains(circle, e.to) {
				continue
			}
			way = append(way, e)
			if i := slices.IndexFunc(way, func(f edge) bool { return f.from == e.to }); i >= 0 {
				return way[i:]
			}
			if found := walk(e.to); found != nil {
				return found
			}
			way = way[:len(way)-1]
		}
		done[t] = true
		return nil
	}
	for _, t := range circle {
		if t != root && !done[t] {
			if found := walk(t); found != nil {
				return found
			}
		}
	}
	return nil
}

// declareFirst has the file begin, after its imports and types, with a variable
// of each type.
func (u *unit) declareFirst(list []*types.Named) {
	rank := func(d ast.Decl) int {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.IMPORT {
			return 0
		} else if ok && g.Tok == token.TYPE {
			return 1
		}
		return 2
	}
	var parts [3][]ast.Decl
	for _, d := range u.file.Decls {
		parts[rank(d)] = append(parts[rank(d)], d)
	}
	for _, t := range list {
		v := u.newVar(token.NoPos, "first", t)
		parts[1] = append(parts[1], u.varDecl(v, nil).(*ast.DeclStmt).Decl)
	}
	u.file.Decls = slices.Concat(parts[0], parts[1], parts[2])
}
