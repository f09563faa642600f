package book

import (
	"fmt"
	"strings"

	"github.com/yuin/goldmark/ast"

	"rtbook/internal/finding"
	"rtbook/runner"
)

// Problem is a task for the reader, with what judges an answer to it.
type Problem struct {
	Name    string
	Stub    *Fence   // RoleProblem: what an answer starts from
	Checker *Fence   // nil with a finding
	Answers []*Fence // in order; at least a right and a wrong one, or there is a finding
}

// Right is the last line that a checker prints of a right answer.
const Right = "right"

// Cells returns the program that a part of p belongs to, as cells of an
// environment of their own: of an answer that and the checker; of the stub the
// same, but it is not meant to run; none of a checker alone, or where a finding
// says what is missing.
func (p *Problem) Cells(part *Fence) []runner.Cell {
	switch {
	case p == nil || !part.Closed || part.Role == RoleChecker:
		return nil
	case p.checks():
		return p.Try(*part.Cell)
	case part.Role == RoleProblem:
		return []runner.Cell{*part.Cell}
	}
	return nil
}

// Try returns the program that judges an answer: the cells of its environment.
// The problem must have a checker.
func (p *Problem) Try(answer runner.Cell) []runner.Cell {
	checker := *p.Checker.Cell
	checker.Env = answer.Env
	answer.GoOnly, answer.Timeout = checker.GoOnly, checker.Timeout
	return []runner.Cell{answer, checker}
}

// OfProblem reports whether an environment is that of a stub or an answer: no
// author's has a point in its name.
func OfProblem(env string) bool { return strings.Contains(env, ".") }

func (p *Problem) checks() bool { return p.Checker != nil && p.Checker.Closed }

// linkProblems puts the parts of problems together and reports what is
// missing.
func linkProblems(ch *Chapter, r *reporter) {
	byName := map[string]*Problem{}
	var names []string
	for _, f := range ch.Fences {
		if f.Role != RoleProblem {
			continue
		}
		if ch.Problem != nil {
			r.at(f.info+f.attr("problem").at, "move it to another chapter, or make an exercise of it with its solution in a <details>", "second problem of a chapter").
				Notes = []finding.Note{{Pos: ch.Problem.Stub.Pos, Text: "the first"}}
		}
		name := f.value("problem")
		if byName[name] != nil {
			continue
		}
		f.Problem = &Problem{Name: name, Stub: f}
		f.Cell.Env = name + ".stub" // see [OfProblem]
		byName[name] = f.Problem
		names = append(names, name)
		if ch.Problem == nil {
			ch.Problem = f.Problem
		}
	}
	stray := map[Role]bool{}
	for _, f := range ch.Fences {
		if f.Role != RoleChecker && f.Role != RoleAnswer {
			continue
		}
		if p := problemOf(f, byName, names, r); p != nil {
			p.add(ch, f, r)
		} else {
			stray[f.Role] = true
		}
	}
	for _, name := range names {
		if !ch.Unclear(name) {
			byName[name].complete(ch, stray, r)
		}
	}
}

// problemOf returns the problem that a checker or an answer names.
func problemOf(f *Fence, byName map[string]*Problem, names []string, r *reporter) *Problem {
	a := f.attr(f.Role.String())
	p := byName[a.value]
	if p != nil || !a.hasValue || r.ch.Unclear(a.value) {
		return p
	}
	hint := "the stub of a problem is named by {problem=" + a.value + "}"
	if checkCellID(a.value) != nil {
		hint = nameRule
	}
	if len(names) == 1 {
		hint = "the problem of this chapter is " + names[0]
	}
	if near := finding.Nearest(a.value, names); near != "" {
		hint = "did you mean " + near + "?"
	}
	r.at(f.info+a.valueAt, hint, "no problem %s in this chapter", clip(a.value))
	return nil
}

// add makes f a part of p.
func (p *Problem) add(ch *Chapter, f *Fence, r *reporter) {
	at := f.info + f.attr(f.Role.String()).at
	if f.Open < p.Stub.Open {
		r.at(at, "move it below the stub: that is where a reader starts", "%s above its problem", f.Role).
			Notes = []finding.Note{{Pos: p.Stub.Pos, Text: "the problem"}}
	}
	if f.Role == RoleChecker {
		if p.Checker != nil {
			r.at(at, "make one of the two", "second checker of problem %s", p.Name).
				Notes = []finding.Note{{Pos: p.Checker.Pos, Text: "the first"}}
			return
		}
		f.Problem, p.Checker = p, f
		return
	}
	f.Problem, f.Wrong = p, f.attr("wrong") != nil
	p.Answers = append(p.Answers, f)
	f.Cell.Env = fmt.Sprintf("%s.answer-%d", p.Name, len(p.Answers))
	if f.top && f.Node.Parent().Kind() != KindDetails {
		r.at(at, "put <details>, a <summary> and </details> around it and its output", "an answer that readers see before they try")
	}
}

// complete reports what p lacks, but for what may be among the parts that are
// of no problem, or in one that is not closed.
func (p *Problem) complete(ch *Chapter, stray map[Role]bool, r *reporter) {
	right, wrong := stray[RoleAnswer], stray[RoleAnswer]
	for _, a := range p.Answers {
		right, wrong = right || !a.Wrong, wrong || a.Wrong
	}
	var lacks, add []string
	lack := func(has bool, what, fence string) {
		if !has {
			lacks, add = append(lacks, "no "+what), append(add, fence)
		}
	}
	lack(p.Checker != nil || stray[RoleChecker], "checker", "{checker="+p.Name+"}, whose last line is "+Right+" if the answer is")
	lack(right, "right answer", "{answer="+p.Name+"}")
	lack(wrong, "wrong answer", "{answer="+p.Name+" wrong}")
	for _, a := range p.Answers {
		a.Unjudged = a.Unjudged || !p.checks()
		if p.checks() {
			a.Cell.GoOnly = p.Checker.Cell.GoOnly
		}
	}
	closed := p.Stub.Closed && (p.Checker == nil || p.Checker.Closed)
	if lacks != nil && closed && p == ch.Problem { // else there is a finding, from which this may follow
		r.at(ch.offset(p.Stub.Pos), "add "+enumerate(add), "problem %s has %s", p.Name, enumerate(lacks))
	}
}

// enumerate joins parts as a sentence does.
func enumerate(parts []string) string {
	last := len(parts) - 1
	if last < 1 {
		return strings.Join(parts, "")
	}
	return strings.Join(parts[:last], ", ") + " and " + parts[last]
}

// nameParts gives the checkers and answers of problems their ids, and returns
// the fences by these.
func nameParts(ch *Chapter) map[string]*Fence {
	taken := map[string]*Fence{}
	answers := map[*Problem]int{}
	for _, f := range ch.Fences {
		p := f.Problem
		if p == nil || f.Role == RoleProblem || checkCellID(p.Name) != nil {
			continue
		}
		f.Cell.ID = p.Name + "-checker"
		if f.Role == RoleAnswer {
			answers[p]++
			f.Cell.ID = fmt.Sprintf("%s-answer-%d", p.Name, answers[p])
		}
		taken[f.Cell.ID] = f
	}
	return taken
}

// nameSolutions gives the cells between the tags of each solution an
// environment of their own.
func nameSolutions(ch *Chapter) {
	names := map[ast.Node]string{}
	walk(ch.Doc, func(n ast.Node) {
		if d, ok := n.(*Details); ok && isSolution(d) {
			names[n] = fmt.Sprintf("solution-%d", len(names)+1)
		}
	})
	for _, f := range ch.Fences {
		if f.Cell == nil || f.Role == RoleProblem || f.Role == RoleChecker || f.Role == RoleAnswer || f.attr("env") != nil {
			continue
		}
		for n := f.Node.Parent(); n != nil && f.Cell.Env == ""; n = n.Parent() {
			f.Cell.Env = names[n]
		}
	}
}

// isSolution reports whether the summary of d begins with "Solution".
func isSolution(d *Details) bool {
	const word = "solution"
	s := strings.TrimSpace(d.Summary)
	return len(s) >= len(word) && strings.EqualFold(s[:len(word)], word)
}
