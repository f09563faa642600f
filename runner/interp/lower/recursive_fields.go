package lower

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// Fields that lead back to the struct they are in.
//
// The interpreter makes the type of such a field with a place holder in it, and
// puts the struct there if the place holder is the last word of the type, which
// has no functions or channels in it:
//
//	right: *T, []*T, map[string]T
//	wrong: map[*T]bool, func(*T), []func() *T, chan *T, []struct{ to *T; n int }
//
// And it has one place holder for all types of a circle, so that these must have
// one type T that all ways round go through, by fields of type *T
// (recursive_order.go). After this pass a field that would stand in the way has
// an interface that has its value, as few of them as it takes:
//
//	type T struct{ m map[*T]bool }   type T struct{ m hold }; type hold struct{ f any }
//	t := T{m: m}                     t := T{m: put(m)}
//	t.m[k] = true                    get(t.m)[k] = true
//	t.m, err = f()                   t.m, err = func() (hold, error) { x, err := f(); return put(x), err }()
//
// That takes a field of which no pointer is taken, and which is a pointer, a
// map, a slice, a channel or a function. Other circles are refused where they
// are put in order.

func holdFields(u *unit) bool {
	c := newCircles(u)
	h := &holder{unit: u, circles: c, pinned: make(map[*types.Var]bool), held: make(map[*types.Var]*hold)}
	c.treat = h.circle
	decls := u.file.Decls // of the program, not those that are made here
	c.search()
	if len(h.held) == 0 {
		return false
	}
	r := &rewriter{unit: u, enter: h.enter, exit: h.exit, expr: h.read}
	for _, d := range decls {
		r.decl(d)
		ast.Inspect(d, func(n ast.Node) bool {
			if s, ok := n.(*ast.StructType); ok {
				h.structType(s)
			}
			return true
		})
	}
	for _, x := range h.holds {
		h.file.Decls = append(h.file.Decls, x.decl)
	}
	return true
}

// holder has fields held.
type holder struct {
	*unit
	circles *circles
	scanned bool
	pinned  map[*types.Var]bool // cannot be held
	held    map[*types.Var]*hold
	holds   []*hold
	targets map[ast.Expr]bool // what is assigned to
}

// hold is the type of fields that are held.
type hold struct {
	typ      types.Type // of the values
	named    *types.Named
	decl     *ast.GenDecl
	get, put *types.Func
}

// circle chooses the fields of a circle of types that are held: none, one if
// that does, or those of the root that takes the fewest.
func (h *holder) circle(circle []*types.Named) {
	if h.circles.rooted(circle) {
		return
	}
	for _, t := range circle {
		for _, e := range h.circles.edges[t] {
			if slices.Contains(circle, e.to) && h.canHold(e) && h.fallsApart(circle, e.field) {
				h.held[e.field] = h.holdOf(e.field)
				return
			}
		}
	}
	best, found := h.breaking(circle, circle[0])
	for _, root := range circle[1:] {
		if fields, ok := h.breaking(circle, root); ok && (!found || len(fields) < len(best)) {
			best, found = fields, true
		}
	}
	for _, f := range best {
		h.held[f] = h.holdOf(f)
	}
}

// fallsApart reports whether a circle becomes circles that have roots without a
// field.
func (h *holder) fallsApart(circle []*types.Named, without *types.Var) bool {
	ok := true
	c := emptyCircles(h.unit)
	c.structs, c.recursive = circle, h.circles.recursive
	c.treat = func(circle []*types.Named) { ok = ok && c.rooted(circle) }
	for _, t := range circle {
		for _, e := range h.circles.edges[t] {
			if e.field != without {
				c.edges[t] = append(c.edges[t], e)
			}
		}
	}
	c.search()
	return ok
}

// breaking returns the fields that have to be held if a circle is to go through
// root, and whether that is enough.
func (h *holder) breaking(circle []*types.Named, root *types.Named) (fields []*types.Var, ok bool) {
	without := make(map[*types.Var]bool)
	for {
		faults := h.circles.faults(circle, root, without)
		if len(faults) == 0 {
			return fields, true
		}
		i := slices.IndexFunc(faults, h.canHold)
		if i < 0 {
			return fields, false
		}
		without[faults[i].field] = true
		fields = append(fields, faults[i].field)
	}
}

// canHold reports whether a field can be held.
func (h *holder) canHold(e edge) bool {
	if !h.scanned {
		h.scanned = true
		h.scan()
	}
	if e.field.Embedded() || h.pinned[e.field] || h.wraps[e.from.Obj().Name()] || !h.writable(e.field.Type()) {
		return false
	}
	switch e.field.Type().Underlying().(type) {
	case *types.Pointer, *types.Map, *types.Slice, *types.Chan, *types.Signature:
		return true
	}
	return false
}

// scan finds the fields that are used as variables.
func (h *holder) scan() {
	pin := func(x ast.Expr) {
		if f := h.fieldOf(x); f != nil {
			h.pinned[f] = true
		}
	}
	ast.Inspect(h.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.UnaryExpr:
			if n.Op == token.AND {
				pin(n.X)
			}
		case *ast.SelectorExpr:
			if s := h.info.Selections[n]; s != nil && s.Kind() == types.MethodVal && !isPointer(s.Recv()) {
				if recv := s.Obj().(*types.Func).Signature().Recv(); isPointer(recv.Type()) {
					pin(n.X)
				}
			}
		case *ast.RangeStmt:
			pin(n.Key)
			pin(n.Value)
		case *ast.CommClause:
			if s, ok := n.Comm.(*ast.AssignStmt); ok {
				for _, l := range s.Lhs {
					pin(l)
				}
			}
		}
		return true
	})
}

// fieldOf returns the field of the program that x selects.
func (h *holder) fieldOf(x ast.Expr) *types.Var {
	if x == nil {
		return nil
	}
	if sel, ok := ast.Unparen(x).(*ast.SelectorExpr); ok {
		if s := h.info.Selections[sel]; s != nil && s.Kind() == types.FieldVal {
			return s.Obj().(*types.Var)
		}
	}
	return nil
}

// holdOf returns the hold of a field, which is that of all fields of its type.
func (h *holder) holdOf(f *types.Var) *hold {
	for _, x := range h.holds {
		if types.Identical(x.typ, f.Type()) {
			return x
		}
	}
	pos, name := f.Pos(), h.fresh("f")
	x := &hold{typ: f.Type()}
	obj := types.NewTypeName(pos, h.pkg, h.fresh("hold"), nil)
	value := types.NewField(pos, h.pkg, name, types.NewInterfaceType(nil, nil), false)
	x.named = types.NewNamed(obj, types.NewStruct([]*types.Var{value}, nil), nil)
	list := []*ast.Field{{Names: []*ast.Ident{{NamePos: pos, Name: name}}, Type: &ast.InterfaceType{Interface: pos, Methods: &ast.FieldList{}}}}
	x.decl = &ast.GenDecl{TokPos: pos, Tok: token.TYPE, Specs: []ast.Spec{&ast.TypeSpec{
		Name: &ast.Ident{NamePos: pos, Name: obj.Name()},
		Type: &ast.StructType{Struct: pos, Fields: &ast.FieldList{Opening: pos, List: list}},
	}}}
	h.functions(x, name)
	h.unit.getters[obj.Name()] = x.get.Name()
	h.holds = append(h.holds, x)
	return x
}

// functions makes those of a hold.
func (h *holder) functions(x *hold, field string) {
	null := func(pos token.Pos) ast.Expr { return &ast.Ident{NamePos: pos, Name: "nil"} }
	x.get = h.helper("get", []types.Type{x.named}, []types.Type{x.typ}, func(pos token.Pos, p []*types.Var) []ast.Stmt {
		f := func() ast.Expr {
			return &ast.SelectorExpr{X: h.use(pos, p[0]), Sel: &ast.Ident{NamePos: pos, Name: field}}
		}
		return []ast.Stmt{
			ifStmt(pos, &ast.BinaryExpr{X: f(), OpPos: pos, Op: token.EQL, Y: null(pos)}, ret(pos, null(pos))),
			ret(pos, &ast.TypeAssertExpr{X: f(), Lparen: pos, Type: h.typeExpr(pos, x.typ)}),
		}
	})
	x.put = h.helper("put", []types.Type{x.typ}, []types.Type{x.named}, func(pos token.Pos, p []*types.Var) []ast.Stmt {
		lit := func(elts ...ast.Expr) ast.Expr {
			return &ast.CompositeLit{Type: h.typeExpr(pos, x.named), Lbrace: pos, Elts: elts, Rbrace: pos}
		}
		return []ast.Stmt{
			ifStmt(pos, &ast.BinaryExpr{X: h.use(pos, p[0]), OpPos: pos, Op: token.EQL, Y: null(pos)}, ret(pos, lit())),
			ret(pos, lit(h.use(pos, p[0]))),
		}
	})
}

// structType gives the fields of a struct type that are held the types that have
// them.
func (h *holder) structType(s *ast.StructType) {
	var list []*ast.Field
	for _, f := range s.Fields.List {
		if !slices.ContainsFunc(f.Names, func(id *ast.Ident) bool { return h.holdOfName(id) != nil }) {
			list = append(list, f)
			continue
		}
		for _, id := range f.Names {
			one := &ast.Field{Names: []*ast.Ident{id}, Type: clone(h.unit, f.Type), Tag: f.Tag}
			if x := h.holdOfName(id); x != nil {
				one.Type = h.typeExpr(f.Type.Pos(), x.named)
			}
			list = append(list, one)
		}
	}
	s.Fields.List = list
}

func (h *holder) holdOfName(id *ast.Ident) *hold {
	f, _ := h.info.Defs[id].(*types.Var)
	return h.held[f]
}

// enter notes what is assigned to.
func (h *holder) enter(n ast.Node) bool {
	if s, ok := n.(*ast.AssignStmt); ok && s.Tok == token.ASSIGN {
		for _, l := range s.Lhs {
			if h.held[h.fieldOf(l)] != nil {
				if h.targets == nil {
					h.targets = make(map[ast.Expr]bool)
				}
				h.targets[ast.Unparen(l)] = true
			}
		}
	}
	return true
}

// exit has what is assigned put into holds.
func (h *holder) exit(n ast.Node) {
	switch n := n.(type) {
	case *ast.AssignStmt:
		if n.Tok == token.ASSIGN && slices.ContainsFunc(n.Lhs, func(l ast.Expr) bool { return h.targets[ast.Unparen(l)] }) {
			h.assignment(n)
		}
	case *ast.CompositeLit:
		h.literal(n)
	}
}

func (h *holder) assignment(n *ast.AssignStmt) {
	holdAt := func(i int) *hold { return h.held[h.fieldOf(n.Lhs[i])] }
	tuple, ok := h.typeOf(n.Rhs[0]).(*types.Tuple)
	if !ok {
		for i := range n.Rhs {
			if x := holdAt(i); x != nil {
				n.Rhs[i] = h.callHelper(n.Rhs[i].Pos(), x.put, n.Rhs[i])
			}
		}
		return
	}
	if !h.writableAll(tuple) {
		h.refuse(n.Rhs[0], "recursive type", "the interpreter cannot assign these results, of which one has a type without a name outside its package, to the field of a type that contains itself", "assign them to variables first")
		return
	}
	pos := n.Rhs[0].Pos()
	get := &ast.AssignStmt{TokPos: pos, Tok: token.DEFINE, Rhs: n.Rhs}
	back := &ast.ReturnStmt{Return: pos}
	var results []*types.Var
	for i := range tuple.Len() {
		t := tuple.At(i).Type()
		if b, ok := t.(*types.Basic); ok && b.Kind() == types.UntypedBool {
			t = types.Typ[types.Bool] // the ok of an index, an assertion or a receive operation
		}
		v := h.newVar(pos, "t", t)
		get.Lhs = append(get.Lhs, h.unit.declare(pos, v))
		result := ast.Expr(h.use(pos, v))
		if x := holdAt(i); x != nil {
			result, t = h.callHelper(pos, x.put, result), x.named
		}
		back.Results = append(back.Results, result)
		results = append(results, types.NewParam(pos, h.pkg, "", t))
	}
	n.Rhs = []ast.Expr{h.call(pos, h.funcLit(pos, nil, results, get, back))}
}

func (h *holder) literal(n *ast.CompositeLit) {
	s, ok := h.literalType(n).Underlying().(*types.Struct)
	if !ok {
		return
	}
	fields := make(map[string]*types.Var)
	for f := range s.Fields() {
		fields[f.Name()] = f
	}
	for i := range n.Elts {
		px, f := &n.Elts[i], (*types.Var)(nil)
		if kv, ok := n.Elts[i].(*ast.KeyValueExpr); ok {
			px, f = &kv.Value, fields[nameOf(kv.Key).Name]
		} else {
			f = s.Field(i)
		}
		if x := h.held[f]; x != nil {
			*px = h.callHelper((*px).Pos(), x.put, *px)
		}
	}
}

// read takes a value out of its hold.
func (h *holder) read(x ast.Expr) ast.Expr {
	if _, ok := x.(*ast.SelectorExpr); !ok || h.targets[x] {
		return x
	}
	if hold := h.held[h.fieldOf(x)]; hold != nil {
		return h.callHelper(x.Pos(), hold.get, x)
	}
	return x
}

// heldType returns the type of the values that a type made here holds, nil for
// another type.
func (u *unit) heldType(t *types.Named) types.Type {
	if t.Obj().Pkg() != u.pkg {
		return nil
	}
	name, ok := u.getters[t.Obj().Name()]
	if !ok {
		return nil
	}
	return u.pkg.Scope().Lookup(name).(*types.Func).Signature().Results().At(0).Type()
}
