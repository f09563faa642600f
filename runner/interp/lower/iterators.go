package lower

import (
	"go/ast"
	"go/token"
	"go/types"
	"strconv"
)

// Range over functions.
//
// After this pass no loop ranges over a function. Its body is the function
// literal that the iterator calls; break, return, and jumps out of it note a
// number, end the iteration, and happen after the call:
//
//	for k, v := range f {           over, exit := false, 0
//		if k == 0 { continue }      f(func(k K, v V) bool {
//		if v == 0 { break }             if over { rt.Continued() }
//		if v < 0 { return v }     →     if k == 0 { return true }
//	}                                   if v == 0 { over = true; return false }
//	                                    if v < 0 { r = v; exit = 1; over = true; return false }
//	                                    return true
//	                                })
//	                                if exit == 1 { return r }
//
// An iterator that goes on all the same panics, as it does compiled.
//
// The literals are in unit.bodies: a defer statement in one defers for the
// function around it.

func lowerIterators(u *unit) bool {
	it := &iterators{unit: u, labels: make(map[ast.Stmt]string)}
	r := &rewriter{unit: u, enter: it.enter, exit: it.exit, stmt: func(s ast.Stmt) []ast.Stmt {
		if loop, ok := s.(*ast.RangeStmt); ok {
			if sig, ok := u.typeOf(loop.X).Underlying().(*types.Signature); ok {
				return it.lower(loop, sig)
			}
		}
		return stays
	}}
	r.some(hasFunctionLoops)
	return false
}

type iterators struct {
	*unit
	labels map[ast.Stmt]string // of loops
	funs   []*types.Signature  // of the functions around
}

func (it *iterators) enter(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.LabeledStmt:
		it.labels[n.Stmt] = n.Label.Name
	case *ast.FuncDecl:
		var sig *types.Signature
		if f, ok := it.info.Defs[n.Name].(*types.Func); ok {
			sig = f.Signature()
		}
		it.funs = append(it.funs, sig)
	case *ast.FuncLit:
		sig, _ := it.typeOf(n).(*types.Signature)
		it.funs = append(it.funs, sig)
	}
	return true
}

func (it *iterators) exit(n ast.Node) {
	switch n.(type) {
	case *ast.FuncDecl, *ast.FuncLit:
		it.funs = it.funs[:len(it.funs)-1]
	}
}

// body is a loop's body while it becomes a function.
type body struct {
	*iterators
	label   string
	own     map[string]bool // labels in the body
	loop    *types.Var      // how far the loop is
	code    *types.Var      // what happens after the call, nil if nothing can
	results []*types.Var
	after   []ast.Stmt
}

func (it *iterators) lower(s *ast.RangeStmt, sig *types.Signature) []ast.Stmt {
	b := &body{iterators: it, label: it.labels[s], own: make(map[string]bool)}
	ast.Inspect(s.Body, func(n ast.Node) bool {
		if l, ok := n.(*ast.LabeledStmt); ok {
			b.own[l.Label.Name] = true
		}
		return true
	})
	pos := s.For
	b.loop = b.newVar(pos, "loop", types.Typ[types.Int])
	yield := sig.Params().At(0).Type().Underlying().(*types.Signature)
	params, first := b.params(s, yield)
	was := b.newVar(pos, "was", types.Typ[types.Int])
	list := []ast.Stmt{
		it.define(was, it.use(pos, b.loop)),
		b.set(pos, loopRuns),
		ifStmt(pos, b.is(pos, was, token.NEQ, loopReady), &ast.ExprStmt{X: it.callRuntime(pos, "Loop", it.use(pos, was))}),
	}
	list = append(list, first...)
	list = append(list, b.list(s.Body.List, true, true)...)
	list = append(list, b.again(s.Body.Rbrace)...)
	result := types.NewParam(token.NoPos, it.pkg, "", types.Typ[types.Bool])
	lit := it.funcLit(pos, params, []*types.Var{result}, list...)
	it.bodies[lit] = true
	call := &ast.ExprStmt{X: it.call(pos, s.X, lit)}
	out := []ast.Stmt{it.define(b.loop, b.number(pos, loopReady))}
	if b.code != nil {
		out = append(out, it.define(b.code, b.number(pos, 0)))
	}
	for _, r := range b.results {
		out = append(out, it.varDecl(r, nil))
	}
	lost := ifStmt(pos, b.is(pos, b.loop, token.EQL, loopRuns), &ast.ExprStmt{X: it.callRuntime(pos, "Loop", b.number(pos, loopLost))})
	return append(append(out, call, lost, b.set(pos, loopExhausted)), b.after...)
}

// How far a loop is, in the runtime's numbers.
const (
	loopDone      = iota // its body returned false
	loopReady            // its body may be called
	loopRuns             // its body runs, or panicked
	loopExhausted        // the iterator returned
	loopLost             // the iterator recovered its body's panic
)

func (b *body) number(pos token.Pos, n int64) ast.Expr {
	return b.intLit(pos, n, types.Typ[types.Int])
}

// set makes the statement that notes how far the loop is.
func (b *body) set(pos token.Pos, n int64) ast.Stmt {
	return b.assign(pos, b.use(pos, b.loop), b.number(pos, n))
}

// is makes a condition on one of the numbers.
func (b *body) is(pos token.Pos, v *types.Var, op token.Token, n int64) ast.Expr {
	return b.binary(pos, b.use(pos, v), op, b.number(pos, n), types.Typ[types.Bool])
}

// again makes the statements that end one call of the body.
func (b *body) again(pos token.Pos) []ast.Stmt {
	return []ast.Stmt{b.set(pos, loopReady), ret(pos, b.boolName(pos, true))}
}

// params makes the parameters of the body. Where the loop assigns, the body
// begins with that: one target after the other, as the compiler has it, so that
// the operands of the second see what the first was given.
func (b *body) params(s *ast.RangeStmt, yield *types.Signature) (params []*types.Var, first []ast.Stmt) {
	targets := []ast.Expr{s.Key, s.Value}
	for i := range yield.Params().Len() {
		t := yield.Params().At(i).Type()
		id := nameOf(targets[i])
		if v, ok := b.info.Defs[id].(*types.Var); ok && s.Tok == token.DEFINE {
			params = append(params, v)
			continue
		}
		v := b.newVar(s.For, "v"+strconv.Itoa(i)+"_", t)
		params = append(params, v)
		if targets[i] == nil || isBlank(targets[i]) {
			continue
		}
		first = append(first, &ast.AssignStmt{
			Lhs: []ast.Expr{targets[i]}, TokPos: targets[i].Pos(), Tok: token.ASSIGN,
			Rhs: []ast.Expr{b.use(s.For, v)},
		})
	}
	return params, first
}

// list rewrites the statements that leave the body. breaks and continues say
// whether those without a label lead out of it.
func (b *body) list(list []ast.Stmt, breaks, continues bool) []ast.Stmt {
	var out []ast.Stmt
	for _, s := range list {
		out = append(out, b.stmt(s, breaks, continues)...)
	}
	return out
}

func (b *body) stmt(s ast.Stmt, breaks, continues bool) []ast.Stmt {
	switch s := s.(type) {
	case *ast.BlockStmt:
		s.List = b.list(s.List, breaks, continues)
	case *ast.LabeledStmt:
		inner := b.stmt(s.Stmt, breaks, continues)
		if len(inner) == 1 {
			s.Stmt = inner[0]
		} else {
			s.Stmt = block(s.Pos(), inner...)
		}
	case *ast.IfStmt:
		b.stmt(s.Body, breaks, continues)
		if s.Else != nil {
			b.stmt(s.Else, breaks, continues)
		}
	case *ast.ForStmt:
		b.stmt(s.Body, false, false)
	case *ast.RangeStmt:
		b.stmt(s.Body, false, false)
	case *ast.SwitchStmt:
		b.stmt(s.Body, false, continues)
	case *ast.TypeSwitchStmt:
		b.stmt(s.Body, false, continues)
	case *ast.SelectStmt:
		b.stmt(s.Body, false, continues)
	case *ast.CaseClause:
		s.Body = b.list(s.Body, breaks, continues)
	case *ast.CommClause:
		s.Body = b.list(s.Body, breaks, continues)
	case *ast.BranchStmt:
		return b.branch(s, breaks, continues)
	case *ast.ReturnStmt:
		return b.leave(s)
	}
	return []ast.Stmt{s}
}

func (b *body) branch(s *ast.BranchStmt, breaks, continues bool) []ast.Stmt {
	pos := s.TokPos
	switch {
	case s.Label == nil && s.Tok == token.BREAK && breaks:
		return b.end(pos)
	case s.Label == nil && s.Tok == token.CONTINUE && continues:
		return b.again(pos)
	case s.Label == nil || b.own[s.Label.Name]:
		return []ast.Stmt{s}
	case s.Label.Name == b.label && s.Tok == token.BREAK:
		return b.end(pos)
	case s.Label.Name == b.label && s.Tok == token.CONTINUE:
		return b.again(pos)
	}
	return append(b.note(pos, s), b.end(pos)...)
}

// end makes the statements that end the iteration.
func (b *body) end(pos token.Pos) []ast.Stmt {
	return []ast.Stmt{b.set(pos, loopDone), ret(pos, b.boolName(pos, false))}
}

// note makes the statement that lets s happen after the call.
func (b *body) note(pos token.Pos, s ast.Stmt) []ast.Stmt {
	if b.code == nil {
		b.code = b.newVar(pos, "exit", types.Typ[types.Int])
	}
	n := int64(len(b.after) + 1)
	b.after = append(b.after, ifStmt(pos, b.is(pos, b.code, token.EQL, n), s))
	return []ast.Stmt{b.assign(pos, b.use(pos, b.code), b.number(pos, n))}
}

// leave makes a return statement of the function around.
func (b *body) leave(s *ast.ReturnStmt) []ast.Stmt {
	pos := s.Return
	set := &ast.AssignStmt{TokPos: pos, Tok: token.ASSIGN, Rhs: s.Results}
	back := &ast.ReturnStmt{Return: pos}
	if len(s.Results) > 0 {
		if b.results == nil {
			for r := range b.funs[len(b.funs)-1].Results().Variables() {
				b.results = append(b.results, b.newVar(pos, "r", r.Type()))
			}
		}
		for _, r := range b.results {
			set.Lhs = append(set.Lhs, b.use(pos, r))
			back.Results = append(back.Results, b.use(pos, r))
		}
	}
	list := b.note(pos, back)
	if len(set.Lhs) > 0 {
		list = append([]ast.Stmt{set}, list...)
	}
	return append(list, b.end(pos)...)
}
