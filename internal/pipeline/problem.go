package pipeline

import (
	"fmt"
	"slices"
	"strings"

	"rtbook/internal/book"
	"rtbook/internal/finding"
	"rtbook/runner"
)

// compose is [runner.Compose] for cells of a book, among which a problem's
// checker is in a program with the stub and in one with every answer. So what
// is wrong with it comes back that often, and is settled here: what it does not
// like about the stub is its own fault, or the stub's, and told once; what it
// does not like about an answer alone is the answer's. The program of a stub is
// there to be compiled, and does not run.
func compose(b *book.Book, cells []runner.Cell, load runner.Loader) *runner.Composition {
	c := runner.Compose(cells, load)
	s := settlement{parts: make(map[partKey]*book.Fence), known: make(map[fault]bool)}
	for _, ch := range b.Chapters {
		for _, f := range ch.Fences {
			if f.Problem != nil && f.Role != book.RoleChecker {
				s.parts[partKey{ch.Path, f.Cell.Env}] = f
			}
		}
	}
	if len(s.parts) == 0 {
		return c
	}
	c.Programs = slices.DeleteFunc(c.Programs, func(p *runner.Program) bool {
		f := s.parts[partKey{p.Chapter, p.Env}]
		return f != nil && f.Role == book.RoleProblem
	})
	c.Problems = s.settle(c.Problems)
	return c
}

// settlement puts what is wrong with checkers to whom it concerns.
type settlement struct {
	parts map[partKey]*book.Fence // stubs and answers
	known map[fault]bool          // what checkers do not like about stubs
}

type partKey struct{ chapter, env string }

type fault struct {
	pos     runner.Pos
	message string
}

func (s settlement) settle(problems []runner.Problem) []runner.Problem {
	told := make(map[*book.Fence]bool) // parts that have a problem; what a checker says of them may follow from it
	for _, p := range problems {
		part := s.parts[partKey{p.Pos.File, p.Env}]
		switch blamed := s.blamed(p); {
		case blamed == nil && part != nil:
			told[part] = true
		case blamed != nil && blamed.Role == book.RoleProblem:
			s.known[fault{p.Pos, p.Message}] = true
		}
	}
	var kept []runner.Problem
	for _, p := range problems {
		part := s.blamed(p)
		switch {
		case part == nil:
			kept = append(kept, p)
		case part.Role == book.RoleProblem && told[part]:
		case part.Role == book.RoleProblem:
			p.Notes = append(p.Notes, runner.ProblemNote{Pos: runner.Pos(part.Pos), Text: "it is compiled with this stub"})
			kept = append(kept, p)
		case !s.known[fault{p.Pos, p.Message}] && !told[part]:
			told[part] = true
			kept = append(kept, runner.Problem{
				Pos:     runner.Pos(part.Pos),
				Message: "the checker does not compile with this answer: " + p.Message,
				Notes:   []runner.ProblemNote{{Pos: p.Pos, Text: "in the checker"}},
				Hint:    "an answer declares what the stub of the problem declares, with the same types",
			})
		}
	}
	return kept
}

// blamed returns the stub or answer with which a checker has a problem; nil if p
// is not about a checker.
func (s settlement) blamed(p runner.Problem) *book.Fence {
	part := s.parts[partKey{p.Pos.File, p.Env}]
	if part == nil || part.Problem.Checker == nil || !within(part.Problem.Checker, p.Pos.Line) {
		return nil
	}
	return part
}

// within reports whether a line of a chapter belongs to the content of a fence.
func within(f *book.Fence, line int) bool {
	return f.Cell.Line <= line && line <= f.Cell.Line+strings.Count(f.Content, "\n")
}

// trial makes one cell of the two of an answer's program: what the answer
// prints by itself and what its checker prints are one output, and the answer
// ends as the checker ends, if it comes to that.
func trial(rs []runner.Result) []runner.Result {
	all := slices.Clone(rs)
	for i, r := range rs {
		answer, checker := r.Cells[0], r.Cells[1]
		if answer.Status == runner.Done {
			pos := answer.Pos
			if checker.Status != runner.Done {
				pos = checker.Pos
			}
			checker.Output = answer.Output + checker.Output
			checker.Displays = slices.Concat(answer.Displays, checker.Displays)
			checker.Time += answer.Time
			checker.ID, checker.Pos = answer.ID, pos
			answer = checker
		}
		all[i].Cells = []runner.CellResult{answer}
	}
	return all
}

// isTrial reports whether the cells of a program are an answer and its checker.
func isTrial(v verdict, p *runner.Program) bool {
	return v.fence != nil && v.fence.Role == book.RoleAnswer && len(p.Cells) == 2
}

// settleTrials tells a fault of a checker once, with the answers that show it.
func settleTrials(verdicts []verdict) {
	first := make(map[fault]*finding.Finding)
	for i := range verdicts {
		v := &verdicts[i]
		if v.fault == nil || v.fence.Role != book.RoleAnswer || within(v.fence, v.fault.Line) {
			continue
		}
		note := finding.Note{Pos: v.fence.Pos, Text: "with this answer"}
		key := fault{runner.Pos(v.fault.Pos), v.fault.Message}
		if f := first[key]; f != nil {
			f.Notes = append(f.Notes, note)
			v.fault, v.quiet = nil, true
			continue
		}
		v.fault.Notes = append(v.fault.Notes, note)
		first[key] = v.fault
	}
}

// saysRight reports whether the last line that a checker printed is that the
// answer is right.
func saysRight(output string) bool {
	output = strings.TrimRight(output, "\n")
	return strings.TrimSpace(output[strings.LastIndexByte(output, '\n')+1:]) == book.Right
}

// misjudged is the finding for an answer of which the checker does not say what
// the author says; nil if it does.
func (v verdict) misjudged() *finding.Finding {
	f := v.fence
	if f.Role != book.RoleAnswer || saysRight(v.output) != f.Wrong {
		return nil
	}
	said := "it printed nothing"
	if v.output != "" {
		said = "it printed:\n" + tail(v.output)
	}
	found := &finding.Finding{
		Pos:     v.chapter.AttrPos(f, "answer"),
		Message: "the checker does not say that this answer is right",
		Notes:   []finding.Note{{Pos: f.Problem.Checker.Pos, Text: "the checker: " + said}},
		Hint:    fmt.Sprintf("mend the answer, or the checker, whose last line has to be %q; or mark the answer {answer=%s wrong}", book.Right, f.Problem.Name),
	}
	if f.Wrong {
		found.Pos = v.chapter.AttrPos(f, "wrong")
		found.Message = "the checker says that this wrong answer is right"
		found.Hint = "let the checker try what is wrong with it, or leave wrong out"
	}
	return found
}
