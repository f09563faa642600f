package runner

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// call is a mention of a declared function or concrete method, or of a value
// by which the method may be called without one.
type call struct {
	off    int // in the source of the piece that holds it
	to     *piece
	hidden string // what is made an interface value there, if that is it
}

// reach is the last variable that a function uses, itself or through others.
type reach struct {
	variable *entity
	off      int    // of the mention of the variable or of through
	through  *piece // the function by which it gets there, nil if itself
	hidden   string // as in call
}

// checkOrder reports statements and initialisers that reach, through the
// functions they mention, a variable that is assigned only later.
func (u *unit) checkOrder() {
	calls := u.calls()
	reached := u.reached(calls)
	if u.hasLateMethods(reached) {
		u.addConversions(calls)
		reached = u.reached(calls)
	}
	for _, s := range u.cells {
		for _, p := range s.pieces {
			if p.stmt == nil && p.vars == nil {
				continue
			}
			told := make(map[*piece]bool)
			for _, c := range calls[p] {
				if r, ok := reached[c.to]; ok && r.variable.from > s.at(p.start) && !told[c.to] {
					told[c.to] = true
					u.reachesLater(p, c.off, reach{r.variable, c.off, c.to, c.hidden}, reached)
				}
			}
		}
		for _, p := range s.inits {
			// It runs when all of its cell has.
			if r, ok := reached[p]; ok && r.variable.src.order > s.order {
				u.reachesLater(p, r.off, r, reached)
			}
		}
	}
}

// calls returns, for each piece, the functions and methods of the unit that it
// mentions, in textual order.
func (u *unit) calls() map[*piece][]call {
	calls := make(map[*piece][]call)
	for _, s := range u.cells {
		for _, p := range s.pieces {
			for _, r := range p.refs {
				if r.to.kind == aFunction && r.id != r.to.ident {
					calls[p] = append(calls[p], call{off: r.off, to: r.to.piece})
				}
			}
		}
	}
	for sel, s := range u.info.Selections {
		m, ok := s.Obj().(*types.Func)
		if !ok || m.Pkg() != u.pkg {
			continue
		}
		if from, to := u.env.pieceAt(sel.Sel.Pos()), u.methodPiece(m); from != nil && to != nil {
			calls[from] = append(calls[from], call{off: from.offset(sel.Sel.Pos()), to: to})
		}
	}
	sortCalls(calls)
	return calls
}

func sortCalls(calls map[*piece][]call) {
	for _, list := range calls {
		slices.SortStableFunc(list, func(a, b call) int { return cmp.Compare(a.off, b.off) })
	}
}

// methodPiece returns the piece that declares a method, nil for one of an
// interface.
func (u *unit) methodPiece(m *types.Func) *piece {
	if p := u.env.pieceAt(m.Pos()); p != nil {
		if _, ok := p.decl.(*ast.FuncDecl); ok {
			return p
		}
	}
	return nil
}

// hasLateMethods reports whether a method reaches a variable that is assigned
// after a statement or an initialiser.
func (u *unit) hasLateMethods(reached map[*piece]reach) bool {
	for p, r := range reached {
		if d, ok := p.decl.(*ast.FuncDecl); !ok || d.Recv == nil {
			continue
		}
		for _, s := range u.cells {
			for _, q := range s.pieces {
				if (q.stmt != nil || q.vars != nil) && r.variable.from > s.at(q.start) {
					return true
				}
			}
		}
	}
	return false
}

// addConversions adds to calls the methods of what becomes an interface value.
// For that it needs the type of every expression, which takes another check.
func (u *unit) addConversions(calls map[*piece][]call) {
	u.wantTypes = true
	u.checkTypes()
	var at *piece
	c := &conversions{info: u.info, found: func(pos token.Pos, t types.Type) {
		methodsWithin(t, u.pkg, func(m *types.Func) {
			if to := u.methodPiece(m); to != nil {
				calls[at] = append(calls[at], call{at.offset(pos), to, typeString(t)})
			}
		})
	}}
	for _, s := range u.cells {
		for _, at = range s.pieces {
			c.piece(at, u.typeOf)
		}
	}
	sortCalls(calls)
}

// reached returns what each function reaches. It goes from the variables back
// to the functions, the last variable first, so that a function is visited
// once.
func (u *unit) reached(calls map[*piece][]call) map[*piece]reach {
	users := make(map[*entity][]call) // variable to mentions in functions
	callers := make(map[*piece][]call)
	var variables []*entity
	for _, s := range u.cells {
		for _, p := range s.pieces {
			if _, ok := p.decl.(*ast.FuncDecl); !ok {
				continue
			}
			for _, r := range p.refs {
				if r.to.kind == aVariable {
					v := r.to.variable()
					if users[v] == nil {
						variables = append(variables, v)
					}
					users[v] = append(users[v], call{off: r.off, to: p})
				}
			}
			for _, c := range calls[p] {
				callers[c.to] = append(callers[c.to], call{c.off, p, c.hidden})
			}
		}
	}
	slices.SortFunc(variables, func(a, b *entity) int {
		return cmp.Or(cmp.Compare(b.from, a.from), cmp.Compare(b.off, a.off))
	})
	reached := make(map[*piece]reach)
	for _, v := range variables {
		var queue []*piece
		visit := func(from []call, through *piece) {
			for _, c := range from {
				if _, ok := reached[c.to]; !ok {
					reached[c.to] = reach{v, c.off, through, c.hidden}
					queue = append(queue, c.to)
				}
			}
		}
		visit(users[v], nil)
		for len(queue) > 0 {
			f := queue[0]
			queue = queue[1:]
			visit(callers[f], f)
		}
	}
	return reached
}

// reachesLater reports that p reaches, at off and along r, a variable that is
// assigned only later.
func (u *unit) reachesLater(p *piece, off int, r reach, reached map[*piece]reach) {
	v := r.variable
	prob := Problem{Pos: p.src.pos(off)}
	if v.src == p.src {
		prob.Message = fmt.Sprintf("%s is used before it is declared at %s", v.name, v.pos())
		prob.Hint = "move the declaration of " + v.name + " above this use"
	} else {
		prob.Message = fmt.Sprintf("%s is used before its cell: it is declared at %s", v.name, v.pos())
		prob.Hint = "move the cell that declares " + v.name + " above this one"
	}
	if p.vars != nil || p.stmt != nil {
		if r.hidden != "" {
			prob.Notes = append(prob.Notes, ProblemNote{prob.Pos, hiddenCall(r)})
		}
		prob.Notes = append(prob.Notes, ProblemNote{r.through.declPos(), r.through.funcName() + " is declared here"})
		p, r = r.through, reached[r.through]
	}
	for {
		note := p.funcName() + " refers to " + v.name
		switch {
		case r.hidden != "":
			note = p.funcName() + ": " + hiddenCall(r)
		case r.through != nil:
			note = p.funcName() + " refers to " + r.through.funcName()
		}
		prob.Notes = append(prob.Notes, ProblemNote{p.src.pos(r.off), note})
		if r.through == nil {
			break
		}
		p, r = r.through, reached[r.through]
	}
	prob.Notes = append(prob.Notes, ProblemNote{v.pos(), v.name + " is declared here"})
	p.faulty = true
	u.problem(p.src, prob)
}

// hiddenCall says how a method is reached that is not mentioned.
func hiddenCall(r reach) string {
	return fmt.Sprintf("%s becomes an interface value here, so that %s may be called", r.hidden, r.through.funcName())
}

// declPos returns the place of a function's name.
func (p *piece) declPos() Pos { return p.pos(p.decl.(*ast.FuncDecl).Name.Pos()) }

// funcName returns the name of a function, or of a method with its receiver's.
func (p *piece) funcName() string {
	d := p.decl.(*ast.FuncDecl)
	name := d.Name.Name
	if d.Recv != nil && len(d.Recv.List) > 0 {
		if base := receiverBase(d.Recv.List[0].Type); base != nil {
			name = base.Name + "." + name
		}
	}
	return marked().ReplaceAllString(name, "")
}
