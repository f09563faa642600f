package runner

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/types"
	"slices"
)

// call is a mention of a declared function or concrete method.
type call struct {
	off int // in the source of the piece that holds it
	to  *piece
}

// reach is the last variable that a function uses, itself or through others.
type reach struct {
	variable *entity
	off      int    // of the mention of the variable or of through
	through  *piece // the function by which it gets there, nil if itself
}

// checkOrder reports statements and initialisers that reach, through the
// functions they mention, a variable that is assigned only later.
func (u *unit) checkOrder() {
	calls := u.calls()
	reached := u.reached(calls)
	for _, s := range u.cells {
		for _, p := range s.pieces {
			if p.stmt == nil && p.vars == nil {
				continue
			}
			told := make(map[*piece]bool)
			for _, c := range calls[p] {
				if r, ok := reached[c.to]; ok && r.variable.from > s.at(p.start) && !told[c.to] {
					told[c.to] = true
					u.reachesLater(p, c.off, reach{r.variable, c.off, c.to}, reached)
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
					calls[p] = append(calls[p], call{r.off, r.to.piece})
				}
			}
		}
	}
	for sel, s := range u.info.Selections {
		m, ok := s.Obj().(*types.Func)
		if !ok || m.Pkg() != u.pkg {
			continue
		}
		from, to := u.env.pieceAt(sel.Sel.Pos()), u.env.pieceAt(m.Pos())
		if from == nil || to == nil {
			continue
		}
		if _, ok := to.decl.(*ast.FuncDecl); ok { // else it is an interface's
			calls[from] = append(calls[from], call{from.offset(sel.Sel.Pos()), to})
		}
	}
	for _, list := range calls {
		slices.SortFunc(list, func(a, b call) int { return cmp.Compare(a.off, b.off) })
	}
	return calls
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
					users[v] = append(users[v], call{r.off, p})
				}
			}
			for _, c := range calls[p] {
				callers[c.to] = append(callers[c.to], call{c.off, p})
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
					reached[c.to] = reach{v, c.off, through}
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
		prob.Notes = append(prob.Notes, ProblemNote{r.through.declPos(), r.through.funcName() + " is declared here"})
		p, r = r.through, reached[r.through]
	}
	for {
		what := v.name
		if r.through != nil {
			what = r.through.funcName()
		}
		prob.Notes = append(prob.Notes, ProblemNote{p.src.pos(r.off), p.funcName() + " refers to " + what})
		if r.through == nil {
			break
		}
		p, r = r.through, reached[r.through]
	}
	prob.Notes = append(prob.Notes, ProblemNote{v.pos(), v.name + " is declared here"})
	p.faulty = true
	u.problem(p.src, prob)
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
	return marked.ReplaceAllString(name, "")
}
