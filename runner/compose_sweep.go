package runner

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/types"
	"strings"
	"time"
)

// sweeper composes the variants of one cell.
type sweeper struct {
	env   *environment
	cell  *source
	above []*source // of the program, and the cell
	imp   *imports
	limit time.Duration // for the check of one variant

	consts []*sweptConst
	sweep  *Sweep
}

// composeSweeps makes the programs of the cells that are swept, if the
// environment has a program.
func (env *environment) composeSweeps(imp *imports, limit time.Duration) {
	if env.program == nil {
		return
	}
	var above []*source
	for _, s := range env.cells {
		if s.aside != "" {
			continue
		}
		above = append(above, s)
		if len(s.Sweep) == 0 {
			continue
		}
		w := &sweeper{env: env, cell: s, above: above, imp: imp, limit: limit, sweep: &Sweep{Chapter: s.Chapter, ID: s.ID}}
		if w.findConsts() && w.compose() {
			env.sweeps = append(env.sweeps, w.sweep)
		}
	}
}

// refuse reports something at a place of the cell's attribute. It goes round
// problems.add, since several may be about one attribute.
func (w *sweeper) refuse(at int, p Problem) {
	p.Pos, p.Attr, p.AttrAt = w.cell.pos(0), "sweep", at+1
	w.report(p)
}

func (w *sweeper) report(p Problem) {
	w.env.problems.list = append(w.env.problems.list, placedProblem{Problem: p, cell: w.cell})
}

// sweepTime is how long the check of all variants of a cell may take, in limits
// for the check of one.
const sweepTime = 6

// compose makes the programs of all combinations, and finds out whether one
// program can do what they do. It reports what keeps any of them from being one.
func (w *sweeper) compose() bool {
	base, fault := w.variant(w.sweep.Default())
	if fault != nil {
		w.report(Problem{
			Pos:     w.cell.pos(0),
			Message: fmt.Sprintf("cell %q is swept, but it and the cells above it are no program without those below it", w.cell.ID),
			Notes:   append([]ProblemNote{{fault.Pos, fault.Message}}, fault.Notes...),
			Hint:    "move the cell below what the cells above it need",
		})
		return false
	}
	runs := make([]*Program, w.sweep.count())
	faults := make([]*Problem, len(runs))
	until := time.Now().Add(sweepTime * w.limit)
	parallel(len(runs), func(i int) {
		switch {
		case i == w.sweep.Default():
		case time.Now().After(until):
			faults[i] = &Problem{Pos: w.cell.pos(0), Message: fmt.Sprint("the type checker did not come to the end of all values within ", sweepTime*w.limit), Hint: "sweep over fewer values"}
		default:
			runs[i], faults[i] = w.variant(i)
		}
	})
	w.sweep.Runs = runs
	if w.reportFaults(faults) {
		return false
	}
	share(base, runs, w.imp)
	return true
}

// reportFaults reports what is wrong with variants, once with the first of the
// values where several have the same fault.
func (w *sweeper) reportFaults(faults []*Problem) bool {
	type fault struct {
		pos Pos
		msg string
	}
	first := make(map[fault]int) // index in the environment's problems
	found := false
	for i, p := range faults {
		if p == nil {
			continue
		}
		found = true
		key := fault{p.Pos, p.Message}
		values := w.sweep.Values(i)
		if at, ok := first[key]; ok {
			list := &w.env.problems.list[at]
			list.Notes = append(list.Notes, ProblemNote{Text: "so it is with " + values})
			continue
		}
		first[key] = len(w.env.problems.list)
		p.Message = "with " + values + ": " + p.Message
		p.Hint = cmp.Or(p.Hint, "leave these values out of the sweep, or let the cell bear them")
		w.report(*p)
	}
	return found
}

// variant composes the cells above and the cell with other values of its
// constants.
func (w *sweeper) variant(run int) (*Program, *Problem) {
	sub := newEnvironment(w.env.chapter, w.env.name)
	for _, a := range w.above {
		sub.add(a.Cell, a.index)
	}
	sub.truncated = true
	sub.elsewhere = func(_ *source, name string) (ProblemNote, bool) {
		if later, ok := w.env.program.declaredBelow(name, w.cell); ok {
			return ProblemNote{later.pos(), name + " is declared here, below the cell: one that is swept runs with the cells above it alone"}, true
		}
		return w.env.leftOut(w.cell, name)
	}
	sub.parse()
	tail := sub.cells[len(sub.cells)-1]
	var swept []Setting
	for i, k := range w.sweep.indices(run) {
		c := w.consts[i]
		if run != w.sweep.Default() {
			tail.setConst(c.Name, c.literals[k])
		}
		swept = append(swept, Setting{c.Name, c.literals[k]})
	}
	sub = sub.within(w.limit, func() {
		u := newUnit(sub, w.imp, nil)
		u.cells = sub.cells
		u.check()
		if len(sub.problems.list) > 0 {
			return
		}
		if p := u.emit(); p != nil {
			p.Swept = swept
			sub.programs = append(sub.programs, p)
		}
	})
	if sub.givenUp.Load() {
		w.env.givenUp.Store(true)
	}
	if len(sub.problems.list) > 0 {
		first := sub.problems.sorted(false)[0]
		return nil, &first
	}
	return sub.programs[0], nil
}

// setConst gives a constant of the cell, in its tree and in its text, a value
// that is a literal.
func (s *source) setConst(name, literal string) {
	p, spec, i := s.findConst(name)
	old := spec.Values[i]
	x, err := parser.ParseExpr(literal)
	if err != nil {
		return // a literal is an expression
	}
	ast.Inspect(x, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BasicLit:
			n.ValuePos = old.Pos()
		case *ast.UnaryExpr:
			n.OpPos = old.Pos()
		case *ast.Ident:
			n.NamePos = old.Pos()
		}
		return true
	})
	spec.Values[i] = x
	p.swaps = append(p.swaps, edit{p.offset(old.Pos()), int(old.End() - old.Pos()), literal})
}

// plainName returns the author's name from a spelling.
func plainName(spelling string) string {
	name, _, _ := strings.Cut(spelling, mark)
	return name
}

// constOf returns what go/types found out about a constant of the cell.
func (w *sweeper) constOf(id *ast.Ident) *types.Const {
	c, _ := w.env.program.pkg.Scope().Lookup(id.Name).(*types.Const)
	return c
}
