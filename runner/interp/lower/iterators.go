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
//	for k, v := range f {           turn, exit := 1, 0
//		if k == 0 { continue }      f(func(k K, v V) bool {
//		if v == 0 { break }             if turn != 1 { t := turn; turn = 2; rt.Continued(t) }
//		if v < 0 { return v }           turn = 2
//	}                                   if k == 0 { turn = 1; return true }
//	                             →      if v == 0 { turn = 0; return false }
//	                                    if v < 0 { r = v; exit = 1; turn = 0; return false }
//	                                    turn = 1
//	                                    return true
//	                                })
//	                                if turn == 2 { rt.Continued(4) }
//	                                turn = 3
//	                                if exit == 1 { return }
//
// turn says whether the body may be called ([loopDone] and so on), as a variable
// of the compiler's does: an iterator that goes on where it may not panics. r is
// the result of the function around, which gets a name if it has none.
//
// The literals are in unit.bodies: a defer statement in one defers for the
// function around it.

// What a loop's body can be at. The numbers are those that rt.Continued takes.
const (
	loopDone    = iota // it was left
	loopReady          // it may be called
	loopRunning        // it runs, or it panicked
	loopOver           // the iterator has returned
	loopHushed         // the iterator has returned although the body panicked
)

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
	funs   []*ast.FuncType     // of the functions around
}

func (it *iterators) enter(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.LabeledStmt:
		it.labels[n.Stmt] = n.Label.Name
	case *ast.FuncDecl:
		it.funs = append(it.funs, n.Type)
	case *ast.FuncLit:
		it.funs = append(it.funs, n.Type)
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
	label string
	own   map[string]bool // labels in the body
	turn  *types.Var      // what it is at
	code  *types.Var      // what happens after the call, nil if nothing can
	after []ast.Stmt
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
	b.turn = it.newVar(pos, "turn", types.Typ[types.Int])
	yield := sig.Params().At(0).Type().Underlying().(*types.Signature)
	params, assigned := b.params(s, yield)
	list := append(b.begin(pos), assigned...)
	list = append(list, b.list(s.Body.List, true, true)...)
	list = append(list, b.end(s.Body.Rbrace, loopReady)...)
	result := types.NewParam(token.NoPos, it.pkg, "", types.Typ[types.Bool])
	lit := it.funcLit(pos, params, []*types.Var{result}, list...)
	it.bodies[lit] = true
	call := &ast.ExprStmt{X: it.call(pos, s.X, lit)}
	out := []ast.Stmt{it.define(b.turn, it.intLit(pos, loopReady, types.Typ[types.Int]))}
	if b.code != nil {
		out = append(out, it.define(b.code, it.intLit(pos, 0, types.Typ[types.Int])))
	}
	hushed := ifStmt(pos, b.turnIs(pos, token.EQL, loopRunning), b.panics(pos, it.intLit(pos, loopHushed, types.Typ[types.Int])))
	return append(append(out, call, hushed, b.setTurn(pos, loopOver)), b.after...)
}

// begin makes the statements that the body begins with.
func (b *body) begin(pos token.Pos) []ast.Stmt {
	was := b.newVar(pos, "was", types.Typ[types.Int])
	not := ifStmt(pos, b.turnIs(pos, token.NEQ, loopReady),
		b.define(was, b.use(pos, b.turn)), b.setTurn(pos, loopRunning), b.panics(pos, b.use(pos, was)))
	return []ast.Stmt{not, b.setTurn(pos, loopRunning)}
}

// end makes the statements that end a call of the body; state is what it is at
// then.
func (b *body) end(pos token.Pos, state int64) []ast.Stmt {
	return []ast.Stmt{b.setTurn(pos, state), ret(pos, b.boolName(pos, state == loopReady))}
}

func (b *body) setTurn(pos token.Pos, state int64) ast.Stmt {
	return b.assign(pos, b.use(pos, b.turn), b.intLit(pos, state, types.Typ[types.Int]))
}

func (b *body) turnIs(pos token.Pos, op token.Token, state int64) ast.Expr {
	return b.binary(pos, b.use(pos, b.turn), op, b.intLit(pos, state, types.Typ[types.Int]), types.Typ[types.Bool])
}

func (b *body) panics(pos token.Pos, state ast.Expr) ast.Stmt {
	return &ast.ExprStmt{X: b.callRuntime(pos, "Continued", state)}
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
		return b.end(pos, loopDone)
	case s.Label == nil && s.Tok == token.CONTINUE && continues:
		return b.end(pos, loopReady)
	case s.Label == nil || b.own[s.Label.Name]:
		return []ast.Stmt{s}
	case s.Label.Name == b.label && s.Tok == token.BREAK:
		return b.end(pos, loopDone)
	case s.Label.Name == b.label && s.Tok == token.CONTINUE:
		return b.end(pos, loopReady)
	}
	return append(b.note(pos, s), b.end(pos, loopDone)...)
}

// note makes the statement that lets s happen after the call.
func (b *body) note(pos token.Pos, s ast.Stmt) []ast.Stmt {
	integer := types.Typ[types.Int]
	if b.code == nil {
		b.code = b.newVar(pos, "exit", integer)
	}
	n := int64(len(b.after) + 1)
	is := b.binary(pos, b.use(pos, b.code), token.EQL, b.intLit(pos, n, integer), types.Typ[types.Bool])
	b.after = append(b.after, ifStmt(pos, is, s))
	return []ast.Stmt{b.assign(pos, b.use(pos, b.code), b.intLit(pos, n, integer))}
}

// leave makes a return statement of the function around. It sets the results at
// once: the iterator may change them, or panic.
func (b *body) leave(s *ast.ReturnStmt) []ast.Stmt {
	pos := s.Return
	list := append(b.note(pos, &ast.ReturnStmt{Return: pos}), b.end(pos, loopDone)...)
	if len(s.Results) == 0 {
		return list
	}
	set := &ast.AssignStmt{TokPos: pos, Tok: token.ASSIGN, Rhs: s.Results}
	for _, r := range b.results() {
		set.Lhs = append(set.Lhs, b.use(pos, r))
	}
	return append([]ast.Stmt{set}, list...)
}

// results returns the results of the function around, to which it gives names
// where they have none.
func (b *body) results() []*types.Var {
	var results []*types.Var
	for _, f := range b.funs[len(b.funs)-1].Results.List {
		if len(f.Names) == 0 {
			f.Names = []*ast.Ident{nil}
		}
		for i, id := range f.Names {
			r, _ := b.info.Defs[id].(*types.Var)
			if id == nil || id.Name == "_" {
				pos := f.Type.Pos()
				r = b.newVar(pos, "r", b.typeOf(f.Type))
				f.Names[i] = b.declare(pos, r)
			}
			results = append(results, r)
		}
	}
	return results
}
