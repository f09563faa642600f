package lower

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// Deferred calls, recover, and methods that goroutines begin with.
//
// The interpreter keeps the variables that are arguments of a deferred call,
// not their values; it makes deferred calls under a lock; and a panic in one
// goes past all others. After this pass there is no defer statement and no call
// of recover: a function that defers runs its body through package rt, which
// makes the calls as the Go runtime does. The arguments of a deferred call, its
// receiver and its function are evaluated into variables where the statement
// was.

func lowerDefers(u *unit) bool {
	d := &deferrer{unit: u, direct: make(map[*ast.FuncLit]bool), noop: make(map[*ast.CallExpr]bool)}
	decls := u.declsWith(hasDeferring)
	for _, decl := range decls {
		ast.Inspect(decl, d.find)
	}
	d.recovers = d.recovering(decls)
	if len(d.recovers) > 0 {
		decls = u.file.Decls // any can call those
	}
	r := &rewriter{unit: u, enter: d.enter, exit: d.exit, expr: d.expr, stmt: d.stmt}
	for _, decl := range decls {
		r.decl(decl)
	}
	return false
}

type deferrer struct {
	*unit
	direct   map[*ast.FuncLit]bool  // the literals that a defer statement calls
	noop     map[*ast.CallExpr]bool // the calls of recover that a defer statement makes
	recovers map[types.Object]bool  // the declared functions that call recover
	funs     []*deferring           // the functions around, outermost first
}

// deferring is a function while it is visited.
type deferring struct {
	lit    *ast.FuncLit   // nil for a declaration
	recv   *ast.FieldList // of a method
	typ    *ast.FuncType
	sig    *types.Signature
	defers *types.Var // its deferred calls, nil as long as there are none
	token  *types.Var // who deferred it, nil as long as nobody asks
	result []*types.Var
	own    map[types.Object]bool // its receiver, parameters and results with names, if it defers
}

// find notes what a defer statement calls.
func (d *deferrer) find(n ast.Node) bool {
	if s, ok := n.(*ast.DeferStmt); ok {
		if lit, ok := ast.Unparen(s.Call.Fun).(*ast.FuncLit); ok {
			d.direct[lit] = true
			d.refuseNested(lit)
		}
		d.noop[s.Call] = d.builtinName(s.Call) == "recover"
	}
	return true
}

// recovering returns the functions, of some declarations, that call recover
// themselves.
func (d *deferrer) recovering(decls []ast.Decl) map[types.Object]bool {
	found := make(map[types.Object]bool)
	for _, decl := range decls {
		f, ok := decl.(*ast.FuncDecl)
		if !ok || f.Body == nil {
			continue
		}
		ast.Inspect(f.Body, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && d.builtinName(call) == "recover" {
				found[d.info.Defs[f.Name]] = true
			}
			_, lit := n.(*ast.FuncLit)
			return !lit
		})
	}
	return found
}

func (d *deferrer) enter(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.FuncDecl:
		f := &deferring{recv: n.Recv, typ: n.Type}
		if obj, ok := d.info.Defs[n.Name].(*types.Func); ok {
			f.sig = obj.Signature()
		}
		d.begin(f, n.Body)
	case *ast.FuncLit:
		if d.bodies[n] {
			d.funs = append(d.funs, nil)
			return true
		}
		d.begin(&deferring{lit: n, typ: n.Type, sig: d.typeOf(n).(*types.Signature)}, n.Body)
	}
	return true
}

// begin looks for the function's own defer statements, since its results must
// have names before its return statements are visited.
func (d *deferrer) begin(f *deferring, body *ast.BlockStmt) {
	d.funs = append(d.funs, f)
	if body == nil || !d.hasDefer(body) {
		return
	}
	f.defers = d.newVar(body.Lbrace, "d", defersType())
	f.own = make(map[types.Object]bool)
	for _, list := range []*ast.FieldList{f.recv, f.typ.Params, f.typ.Results} {
		if list == nil {
			continue
		}
		for _, field := range list.List {
			for _, id := range field.Names {
				f.own[d.info.Defs[id]] = true
			}
		}
	}
	delete(f.own, nil)
	d.nameResults(f)
}

func (d *deferrer) hasDefer(body *ast.BlockStmt) bool {
	found := false
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return d.bodies[n]
		case *ast.DeferStmt:
			found = true
		}
		return !found
	})
	return found
}

// nameResults gives all results names.
func (d *deferrer) nameResults(f *deferring) {
	if f.typ.Results == nil {
		return
	}
	i := 0
	for _, field := range f.typ.Results.List {
		if len(field.Names) == 0 {
			field.Names = []*ast.Ident{nil}
		}
		for k, id := range field.Names {
			v, ok := types.Object(nil), false
			if id != nil && id.Name != "_" {
				v, ok = d.info.Defs[id]
			}
			if !ok {
				nv := d.newVar(field.Type.Pos(), "r", d.resultType(f, i, field))
				field.Names[k] = d.declare(field.Type.Pos(), nv)
				v = nv
			}
			f.result = append(f.result, v.(*types.Var))
			i++
		}
	}
}

func (d *deferrer) resultType(f *deferring, i int, field *ast.Field) types.Type {
	if f.sig != nil && i < f.sig.Results().Len() {
		return f.sig.Results().At(i).Type()
	}
	return d.typeOf(field.Type)
}

// around returns the function whose defer statements stand at a depth, and its
// own depth: bodies of loops belong to the function around.
func (d *deferrer) around(depth int) (*deferring, int) {
	for depth--; d.funs[depth] == nil; depth-- {
	}
	return d.funs[depth], depth
}

func (d *deferrer) top() *deferring {
	f, _ := d.around(len(d.funs))
	return f
}

// exit puts the body of a function that defers, or recovers, in its frame.
func (d *deferrer) exit(n ast.Node) {
	var body *ast.BlockStmt
	switch n := n.(type) {
	case *ast.FuncDecl:
		body = n.Body
	case *ast.FuncLit:
		body = n.Body
	default:
		return
	}
	f := d.funs[len(d.funs)-1]
	d.funs = d.funs[:len(d.funs)-1]
	if body == nil || f == nil {
		return
	}
	pos := body.Lbrace
	if f.defers != nil {
		run := d.callRuntime(pos, "Run", d.use(pos, f.defers), d.funcLit(pos, nil, nil, body.List...))
		list := []ast.Stmt{d.define(f.defers, d.callRuntime(pos, "New")), &ast.ExprStmt{X: run}}
		if len(f.result) > 0 {
			var results []ast.Expr
			for _, r := range f.result {
				results = append(results, d.use(body.Rbrace, r))
			}
			list = append(list, ret(body.Rbrace, results...))
		}
		body.List = list
	}
	if f.token != nil {
		body.List = append([]ast.Stmt{d.define(f.token, d.callRuntime(pos, "Called"))}, body.List...)
	} else if d.callsRecovering(body) {
		// Who deferred this function did not defer those.
		body.List = append([]ast.Stmt{&ast.ExprStmt{X: d.callRuntime(pos, "Called")}}, body.List...)
	}
}

// callsRecovering reports whether a function calls one that calls recover.
func (d *deferrer) callsRecovering(body *ast.BlockStmt) bool {
	found := false
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return d.bodies[n]
		case *ast.CallExpr:
			id := nameOf(n.Fun)
			if sel, ok := n.Fun.(*ast.SelectorExpr); ok {
				id = sel.Sel
			}
			found = found || id != nil && d.recovers[d.info.Uses[id]]
		}
		return !found
	})
	return found
}

// refuseNested refuses defer recover() in a function that is deferred itself.
func (d *deferrer) refuseNested(lit *ast.FuncLit) {
	ast.Inspect(lit.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.DeferStmt:
			if d.builtinName(n.Call) == "recover" {
				d.refuse(n, "defer recover()", "the interpreter cannot have recover itself deferred by a deferred function", "call recover there")
			}
		}
		return true
	})
}

// expr rewrites recover().
func (d *deferrer) expr(x ast.Expr) ast.Expr {
	call, ok := x.(*ast.CallExpr)
	if !ok || d.builtinName(call) != "recover" || d.noop[call] || len(d.funs) == 0 {
		return x
	}
	pos := x.Pos()
	f, depth := d.around(len(d.funs))
	if f.lit != nil && d.direct[f.lit] && depth > 0 {
		outer, _ := d.around(depth)
		return d.callRuntime(pos, "Recover", d.use(pos, outer.defers))
	}
	if f.token == nil {
		f.token = d.newVar(pos, "called", defersType())
	}
	return d.callRuntime(pos, "Recover", d.use(pos, f.token))
}

func (d *deferrer) stmt(s ast.Stmt) []ast.Stmt {
	switch s := s.(type) {
	case *ast.DeferStmt:
		return d.deferred(s)
	case *ast.GoStmt:
		return d.started(s)
	case *ast.ReturnStmt:
		if f := d.funs[len(d.funs)-1]; f != nil && f.defers != nil && len(s.Results) > 0 {
			return d.returned(f, s)
		}
	case *ast.AssignStmt:
		if f := d.funs[len(d.funs)-1]; f != nil && f.defers != nil && s.Tok == token.DEFINE && len(s.Rhs) < len(s.Lhs) {
			return d.redeclared(f, s)
		}
	}
	return stays
}

// redeclared keeps x, err := f() an assignment to a parameter or a result,
// which in the body's function has another scope: there it would declare it.
func (d *deferrer) redeclared(f *deferring, s *ast.AssignStmt) []ast.Stmt {
	own := func(x ast.Expr) bool { return f.own[d.info.Uses[x.(*ast.Ident)]] }
	if !slices.ContainsFunc(s.Lhs, own) {
		return []ast.Stmt{s}
	}
	var give []ast.Stmt
	for i, x := range s.Lhs {
		if !own(x) {
			continue
		}
		v := d.newVar(x.Pos(), "t", d.partType(s.Rhs[0], i))
		s.Lhs[i] = d.declare(x.Pos(), v)
		give = append(give, d.assign(x.Pos(), x, d.use(x.Pos(), v)))
	}
	return append([]ast.Stmt{s}, give...)
}

// returned sets the results, and ends the body.
func (d *deferrer) returned(f *deferring, s *ast.ReturnStmt) []ast.Stmt {
	set := &ast.AssignStmt{TokPos: s.Return, Tok: token.ASSIGN, Rhs: s.Results}
	for _, r := range f.result {
		set.Lhs = append(set.Lhs, d.use(s.Return, r))
	}
	a := &assigner{unit: d.unit}
	var list []ast.Stmt
	if len(set.Lhs) == 1 {
		// The interpreter may let a call write to the variable as it goes.
		p := &parallel{unit: d.unit}
		if _, call := ast.Unparen(set.Rhs[0]).(*ast.CallExpr); call {
			set.Rhs[0] = p.keep(set.Rhs[0], f.result[0].Type())
		}
		a.single(set)
		list = append(p.before, set)
	} else {
		list = a.assignment(set)
	}
	return append(list, ret(s.Return))
}

// deferred evaluates what a call needs, and defers the rest of it.
func (d *deferrer) deferred(s *ast.DeferStmt) []ast.Stmt {
	call, pos, f := s.Call, s.Defer, d.top()
	if d.noop[call] {
		return nil // it is not called by a deferred function
	}
	p := &parallel{unit: d.unit}
	add, thunk := d.later(p, call, pos)
	deferred := &ast.ExprStmt{X: d.callRuntime(pos, add, d.use(pos, f.defers), thunk)}
	return append(d.inOrder(p.before), deferred)
}

// later evaluates what a call needs, and returns a function that makes the rest
// of it, with the name of the function that defers such a one.
func (d *deferrer) later(p *parallel, call *ast.CallExpr, pos token.Pos) (add string, thunk ast.Expr) {
	add = "DeferAny"
	switch fun := ast.Unparen(call.Fun).(type) {
	case *ast.FuncLit:
		add = "Defer"
		if len(call.Args) == 0 && d.typeOf(fun).(*types.Signature).Results().Len() == 0 {
			return add, fun
		}
	case *ast.SelectorExpr:
		add = d.receiver(p, fun, add)
	case *ast.Ident:
		switch obj := d.info.Uses[fun].(type) {
		case *types.Func:
			if !d.recovers[obj] {
				add = "Defer"
			}
		case *types.Builtin:
			add = "Defer"
		default:
			call.Fun = p.keep(call.Fun, nil)
		}
	default:
		call.Fun = p.keep(call.Fun, nil)
	}
	d.arguments(p, call)
	lit := d.funcLit(pos, nil, nil, &ast.ExprStmt{X: call})
	if name := d.builtinName(call); name == "copy" {
		lit.Body.List[0] = d.assign(pos, &ast.Ident{NamePos: pos, Name: "_"}, call)
	}
	return add, lit
}

// started evaluates what a go statement calls with, because the interpreter
// does not copy a receiver, and has the goroutine begun by a function that lets
// it panic with what the call panics with, which the interpreter would wrap.
func (d *deferrer) started(s *ast.GoStmt) []ast.Stmt {
	p := &parallel{unit: d.unit}
	_, thunk := d.later(p, s.Call, s.Go)
	return append(d.inOrder(p.before), &ast.ExprStmt{X: d.callRuntime(s.Go, "Go", thunk)})
}

// receiver evaluates the receiver of a method, or the function that a field or
// a variable of another package has.
func (d *deferrer) receiver(p *parallel, fun *ast.SelectorExpr, add string) string {
	s := d.info.Selections[fun]
	if s == nil {
		if _, isFunc := d.info.Uses[fun.Sel].(*types.Func); isFunc {
			return "Defer"
		}
		return add
	}
	if s.Kind() == types.FieldVal {
		return add
	}
	m := s.Obj().(*types.Func)
	recv, _ := d.bound(fun, s)
	fun.X = p.keep(recv, nil)
	if t := d.typeOf(fun.X); types.IsInterface(t) {
		p.before = append(p.before, &ast.ExprStmt{X: d.callRuntime(fun.Pos(), "Receiver", clone(d.unit, fun.X))})
	}
	d.info.Selections[fun] = selection(d.typeOf(fun.X), m)
	if !types.IsInterface(m.Signature().Recv().Type()) && !d.recovers[m] {
		return "Defer"
	}
	return add
}

// arguments evaluates the arguments.
func (d *deferrer) arguments(p *parallel, call *ast.CallExpr) {
	if len(call.Args) == 1 {
		if tuple, ok := d.typeOf(call.Args[0]).(*types.Tuple); ok {
			get := &ast.AssignStmt{TokPos: call.Pos(), Tok: token.DEFINE, Rhs: call.Args}
			call.Args = nil
			for v := range tuple.Variables() {
				t := d.newVar(call.Pos(), "t", v.Type())
				get.Lhs = append(get.Lhs, d.declare(call.Pos(), t))
				call.Args = append(call.Args, d.use(call.Pos(), t))
			}
			p.before = append(p.before, get)
			return
		}
	}
	for i, x := range call.Args {
		if !d.isType(x) {
			call.Args[i] = p.keep(x, nil)
		}
	}
}
