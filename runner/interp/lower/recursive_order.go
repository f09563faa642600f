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
// pass each circle has one type that all ways round it go through, behind
// pointers, and the file begins with a variable of that type, those of circles
// that others lead to before these. Other circles are refused, and so is a type
// that leads to itself through functions that it has in a map: their parameters
// would stay place holders.

func orderRecursive(u *unit) bool {
	c := &circles{unit: u, edges: make(map[*types.Named][]edge), number: make(map[*types.Named]int), low: make(map[*types.Named]int), on: make(map[*types.Named]bool)}
	var structs []*types.Named
	ast.Inspect(u.file, func(n ast.Node) bool {
		if s, ok := n.(*ast.TypeSpec); ok && u.info.Defs[s.Name] != nil {
			if t, ok := types.Unalias(u.info.Defs[s.Name].Type()).(*types.Named); ok && isStruct(t) && !slices.Contains(structs, t) {
				structs = append(structs, t)
				c.find(t, t.Underlying(), false, make(map[types.Type]bool))
			}
		}
		return true
	})
	for _, t := range structs {
		if c.number[t] == 0 {
			c.visit(t)
		}
	}
	if len(c.roots) > 0 {
		u.declareFirst(c.roots)
	}
	return false
}

// edge says that a struct type occurs in another.
type edge struct {
	to      *types.Named
	pointer bool // as *T
	held    bool // by a function in a map, a list or a channel
}

// circles finds the circles by Tarjan's algorithm, those that others lead to
// first.
type circles struct {
	*unit
	edges       map[*types.Named][]edge
	number, low map[*types.Named]int
	on          map[*types.Named]bool
	stack       []*types.Named
	roots       []*types.Named // a type of each circle
	within      int            // maps, lists and channels around, up to the next function
}

// find adds the edges from a type that has t in it.
func (c *circles) find(from *types.Named, t types.Type, pointer bool, seen map[types.Type]bool) {
	t = types.Unalias(t)
	if n, ok := t.(*types.Named); ok {
		switch {
		case n.Obj().Pkg() != c.pkg:
			return
		case isStruct(n):
			c.edges[from] = append(c.edges[from], edge{to: n, pointer: pointer})
			return
		case seen[n]:
			return
		}
		seen[n] = true
		t = n.Underlying()
	}
	switch t := t.(type) {
	case *types.Pointer:
		c.find(from, t.Elem(), true, seen)
	case *types.Struct:
		for f := range t.Fields() {
			c.find(from, f.Type(), false, seen)
		}
	case *types.Map:
		c.within++
		c.find(from, t.Key(), false, seen)
		c.find(from, t.Elem(), false, seen)
		c.within--
	case *types.Signature:
		for v := range t.Params().Variables() {
			c.inFunction(from, v.Type(), seen, c.within > 0)
		}
		for v := range t.Results().Variables() {
			c.inFunction(from, v.Type(), seen, false)
		}
	case interface{ Elem() types.Type }:
		c.within++
		c.find(from, t.Elem(), false, seen)
		c.within--
	}
}

// inFunction is find in the type of a function, where pointers do not help.
func (c *circles) inFunction(from *types.Named, t types.Type, seen map[types.Type]bool, held bool) {
	before := len(c.edges[from])
	c.find(from, t, false, seen)
	for i := range c.edges[from][before:] {
		c.edges[from][before+i].pointer = false
		c.edges[from][before+i].held = held
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
	c.closed(circle)
}

// closed treats the types of a circle, or a type that is in none.
func (c *circles) closed(circle []*types.Named) {
	if len(circle) == 1 {
		t := circle[0]
		if slices.ContainsFunc(c.edges[t], func(e edge) bool { return e.to == t }) {
			c.roots = append(c.roots, t)
		}
		if slices.ContainsFunc(c.edges[t], func(e edge) bool { return e.to == t && e.held }) {
			name := c.shownName(t.Obj().Name())
			c.refuse(positioned(t.Obj().Pos()), "recursive type", "the interpreter cannot have the type "+name+", which holds a map, a list or a channel of functions with "+
				name+" among their parameters", "let these have an interface in the place of "+name)
		}
		return
	}
	slices.SortFunc(circle, func(a, b *types.Named) int { return int(a.Obj().Pos() - b.Obj().Pos()) })
	for _, root := range circle {
		if c.behindPointers(circle, root) && !c.circular(circle, root) {
			c.roots = append(c.roots, root)
			return
		}
	}
	c.refuse(positioned(circle[0].Obj().Pos()), "recursive type", "the interpreter cannot have the types "+c.shownName(circle[0].Obj().Name())+" and "+
		c.shownName(circle[1].Obj().Name())+", which contain each other in more ways than one", "let one of them have an interface in the place of the other")
}

// behindPointers reports whether a circle has a type only as what a pointer
// points to.
func (c *circles) behindPointers(circle []*types.Named, root *types.Named) bool {
	for _, t := range circle {
		for _, e := range c.edges[t] {
			if e.to == root && !e.pointer {
				return false
			}
		}
	}
	return true
}

// circular reports whether types lead to each other without one of them.
func (c *circles) circular(circle []*types.Named, without *types.Named) bool {
	state := make(map[*types.Named]int) // 1: on the way, 2: done
	var loops func(t *types.Named) bool
	loops = func(t *types.Named) bool {
		state[t] = 1
		for _, e := range c.edges[t] {
			if e.to == without || !slices.Contains(circle, e.to) || state[e.to] == 2 {
				continue
			}
			if state[e.to] == 1 || loops(e.to) {
				return true
			}
		}
		state[t] = 2
		return false
	}
	return slices.ContainsFunc(circle, func(t *types.Named) bool { return t != without && state[t] == 0 && loops(t) })
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
