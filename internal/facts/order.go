package facts

import (
	"fmt"
	"go/ast"
	"go/parser"
	"slices"
	"strings"
)

// order checks what a function does, and in which order.
func (lib *library) order(ref Ref) Answer {
	p, prob := lib.find(ref.Package)
	if prob != nil {
		return Answer{Problem: prob}
	}
	d, asm := lib.function(p, ref.Symbol)
	seq := sequence{ref: ref}
	switch {
	case asm != nil:
		seq.text, seq.fn = asm.file.text, lib.placeIn(asm.file.path, asm.line)
		seq.find = func(step string) ([]site, error) { return asm.sites(step), nil }
	case d != nil:
		fn, ok := d.node.(*ast.FuncDecl)
		if !ok {
			return Answer{Problem: seq.problem(fmt.Sprintf("%s.%s is not a function", ref.Package, ref.Symbol))}
		}
		if fn.Body == nil {
			return Answer{Problem: seq.problem(fmt.Sprintf("function %s.%s has no body in this package", ref.Package, ref.Symbol))}
		}
		seq.text, seq.fn = d.file.text, lib.place(d.name.Pos())
		seq.find = func(step string) ([]site, error) { return lib.sites(fn, step) }
	default:
		prob := lib.noSymbol(p, ref, ref.Symbol)
		return Answer{Problem: prob}
	}
	return seq.answer()
}

// site is where something is done. Sites of one function are compared by at.
type site struct {
	at, line int
}

// sequence is the check of one order.
type sequence struct {
	ref  Ref
	text []byte // of the file
	fn   Place  // of the function
	find func(step string) ([]site, error)
}

func (q *sequence) problem(message string) *Problem {
	return &Problem{Rule: "order", Message: message, Offset: q.ref.at}
}

func (q *sequence) answer() Answer {
	ans := Answer{Place: q.fn, Line: strings.TrimSpace(lineOf(q.text, q.fn.Line))}
	last := site{at: -1}
	for i, step := range q.ref.Steps {
		sites, err := q.find(step)
		if err != nil {
			prob := q.problem(err.Error())
			prob.Offset = q.offset(i)
			prob.Hint = "a step is a function, a call such as newm(sysmon), or a statement such as mp.g0 = g"
			return Answer{Problem: prob}
		}
		slices.SortFunc(sites, func(a, b site) int { return a.at - b.at })
		if q.ref.Not {
			if len(sites) > 0 {
				return Answer{Problem: q.unwanted(step, sites[0])}
			}
			return ans
		}
		next := slices.IndexFunc(sites, func(s site) bool { return s.at > last.at })
		if next < 0 {
			return Answer{Problem: q.missing(i, sites, ans.Steps)}
		}
		last = sites[next]
		code := strings.TrimSpace(lineOf(q.text, last.line))
		if i == 0 {
			ans.Place.Line, ans.Line = last.line, code
		}
		ans.Steps = append(ans.Steps, Step{step, last.line, code})
	}
	return ans
}

// offset returns where a step is in the reference's text.
func (q *sequence) offset(i int) int {
	at := q.ref.at + strings.IndexByte(q.ref.Text[q.ref.at:], ':') + 1
	for _, step := range q.ref.Steps[:i] {
		at += strings.Index(q.ref.Text[at:], step) + len(step)
	}
	return at + max(strings.Index(q.ref.Text[at:], q.ref.Steps[i]), 0)
}

// doing returns the words for a step that is a call, or for another.
func doing(step, call, other string) string {
	if e, err := parser.ParseExpr(step); err == nil && patternOf(e) != nil {
		return call
	}
	return other
}

func (q *sequence) unwanted(step string, s site) *Problem {
	prob := q.problem(fmt.Sprintf("%s %s %s", q.ref.Symbol, doing(step, "calls", "has"), step))
	prob.Offset = q.offset(0)
	prob.Notes = []Note{q.note(s, "here")}
	return prob
}

// missing says that a step is not where it has to be.
func (q *sequence) missing(i int, sites []site, found []Step) *Problem {
	step := q.ref.Steps[i]
	prob := q.problem(fmt.Sprintf("%s %s %s", q.ref.Symbol, doing(step, "does not call", "does not have"), step))
	prob.Offset = q.offset(i)
	if len(sites) == 0 {
		prob.Notes = []Note{{q.fn, strings.TrimSpace(lineOf(q.text, q.fn.Line))}}
		return prob
	}
	before := found[i-1]
	prob.Message += " after " + before.Text
	prob.Notes = []Note{
		q.note(site{line: before.Line}, before.Text),
		q.note(sites[len(sites)-1], step),
	}
	return prob
}

func (q *sequence) note(s site, what string) Note {
	place := q.fn
	place.Line = s.line
	return Note{place, what + ": " + strings.TrimSpace(lineOf(q.text, s.line))}
}

// sites returns where an assembly function does a step.
func (fn *asmFn) sites(step string) []site {
	var all []site
	for i, ins := range fn.body {
		if ins.does(step) {
			all = append(all, site{i, ins.line})
		}
	}
	return all
}
