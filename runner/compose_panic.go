package runner

import (
	"fmt"
	"go/ast"
	"go/token"
	"sort"
)

// repeatMax is how many bytes the cells above all expected panics of an
// environment may have together: each of these repeats what is above it.
const repeatMax = 4 << 20

// composePanics makes a program of each cell that is expected to panic and of
// the cells of prog above it.
func (env *environment) composePanics(prog *unit, imp *imports) {
	size := 0
	var above []*source // of the program
	bytes := 0          // of above
	for _, s := range env.cells {
		if s.aside == "" {
			above = append(above, s)
			bytes += len(s.Source) + 16
		}
		if !s.panics() {
			continue
		}
		if size += bytes; size > repeatMax {
			env.problems.add(s, Problem{
				Pos:     s.pos(0),
				Message: "the environment has too many cells that are expected to panic: each runs all cells above it again",
				Hint:    "give the cell an env of its own, with what it needs",
			})
			continue
		}
		env.composePanic(s, above, prog, imp)
	}
}

// composePanic makes the program of one cell that is expected to panic.
func (env *environment) composePanic(s *source, above []*source, prog *unit, imp *imports) {
	sub := newEnvironment(env.chapter, env.name)
	for _, a := range above {
		sub.add(a.Cell, a.index)
	}
	cell := *s.Cell
	cell.Expect = ""
	sub.add(&cell, s.index)
	sub.tail = sub.cells[len(sub.cells)-1]
	sub.elsewhere = func(_ *source, name string) (ProblemNote, bool) {
		if later, ok := prog.declaredBelow(name, s); ok {
			return ProblemNote{later.pos(), name + " is declared here, below the cell: one that is expected to panic runs with the cells above it alone"}, true
		}
		return env.leftOut(s, name)
	}
	sub.parse()
	u := newUnit(sub, imp, nil)
	u.cells = sub.cells
	u.check()
	if len(sub.problems.list) == 0 {
		if p := u.emit(); p != nil {
			p.Tail = true
			p.Cells[len(p.Cells)-1].Expect = ExpectPanic
			env.programs = append(env.programs, p)
			return
		}
	}
	env.takeProblems(s, above, sub)
}

// takeProblems reports what is wrong with the cell s that is expected to panic.
// Of the cells above it, that is news only where the program, which has the
// cells below too, is content with them.
func (env *environment) takeProblems(s *source, above []*source, sub *environment) {
	var other *placedProblem
	for i, p := range sub.problems.list {
		if p.cell != sub.tail {
			if other == nil || p.Pos.compare(other.Pos) < 0 {
				other = &sub.problems.list[i]
			}
			continue
		}
		if env.problems.add(s, p.Problem) {
			env.problems.list[len(env.problems.list)-1].path = p.path
		}
	}
	if other == nil || s.faulty {
		return
	}
	for _, a := range above {
		if a.faulty {
			return
		}
	}
	env.problems.add(s, Problem{
		Pos:     s.pos(0),
		Message: fmt.Sprintf("cell %q is expected to panic, but the cells above it are no program without those below it", s.ID),
		Notes:   append([]ProblemNote{{other.Pos, other.Message}}, other.Notes...),
		Hint:    "move the cell below what the cells above it need",
	})
}

// declaredBelow returns what the program declares under a name below a cell.
func (u *unit) declaredBelow(name string, s *source) (*entity, bool) {
	for _, e := range u.table.entities[name] {
		if e.src.order > s.order {
			return e, true
		}
	}
	return nil, false
}

// spares reports whether an import need not be used by the cells below it: they
// are not all there, or a cell with a program of its own uses it.
func (env *environment) spares(e *entity) bool {
	if env.truncated {
		return true
	}
	if env.tail != nil {
		return e.src != env.tail
	}
	if e.src.aside != "" {
		return false
	}
	for _, s := range env.cells[e.src.order:] {
		if s.panics() && s.mentions(e.name) {
			return true
		}
	}
	return false
}

// mentions reports whether a name is free in the cell.
func (s *source) mentions(name string) bool {
	found := false
	visit := func(id *ast.Ident) { found = found || id.Name == name }
	for _, p := range s.pieces {
		p.walk(&freeNames{visit: visit, key: func(id *ast.Ident, _ *ast.CompositeLit) { visit(id) }})
		// Its variables are entered only in its own program.
		if d, ok := p.decl.(*ast.GenDecl); ok && d.Tok == token.VAR {
			for _, spec := range d.Specs {
				(&freeNames{visit: visit, key: func(id *ast.Ident, _ *ast.CompositeLit) { visit(id) }}).topLevel(spec)
			}
		}
	}
	return found
}

// leftOut tells that another cell declares a name, of which the program does
// not consist.
func (env *environment) leftOut(s *source, name string) (ProblemNote, bool) {
	if env.asideNames == nil {
		env.asideNames = make(map[string][]asideName)
		for _, c := range env.cells {
			if c.aside != "" {
				c.declaredNames(func(p *piece, id *ast.Ident) {
					n := marked().ReplaceAllString(id.Name, "")
					env.asideNames[n] = append(env.asideNames[n], asideName{c, p.pos(id.Pos())})
				})
			}
		}
	}
	list := env.asideNames[name]
	i := sort.Search(len(list), func(i int) bool { return list[i].src.order >= s.order })
	switch {
	case i > 0:
		i-- // the last above
	default:
		for i < len(list) && list[i].src == s {
			i++
		}
	}
	if i == len(list) {
		return ProblemNote{}, false
	}
	last := list[i]
	return ProblemNote{last.pos, fmt.Sprintf("%s is declared here, but the cell %q %s", name, last.src.ID, last.src.aside)}, true
}

// asideName is a declaration in a cell that the program goes without.
type asideName struct {
	src *source
	pos Pos
}

// declaredNames calls f with what the cell declares at its top level.
func (s *source) declaredNames(f func(*piece, *ast.Ident)) {
	for _, p := range s.pieces {
		switch d := p.decl.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil {
				f(p, d.Name)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					f(p, spec.Name)
				case *ast.ValueSpec:
					for _, id := range spec.Names {
						f(p, id)
					}
				}
			}
		}
		if a, ok := p.stmt.(*ast.AssignStmt); ok && a.Tok == token.DEFINE {
			for _, e := range a.Lhs {
				if id, ok := e.(*ast.Ident); ok {
					f(p, id)
				}
			}
		}
	}
}
