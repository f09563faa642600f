package runner

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// makeStatic turns the problems of each cell that is expected not to compile
// into its output, but for what its chapter does not allow, and reports the
// cells that have none. Where the program
// above a cell has problems, or nothing could be imported, that says nothing.
func (env *environment) makeStatic(imp *imports) {
	bySource := make(map[*source][]placedProblem)
	env.problems.list = slices.DeleteFunc(env.problems.list, func(p placedProblem) bool {
		mine := p.cell.expectsError() && !p.refused && !(p.path != "" && imp.err != nil)
		if mine {
			bySource[p.cell] = append(bySource[p.cell], p)
		}
		return mine
	})
	sound := imp.err == nil
	for _, s := range env.cells {
		switch {
		case s.aside == "":
			sound = sound && !s.faulty
		case !s.expectsError(), s.refused:
		case len(bySource[s]) > 0:
			env.statics = append(env.statics, Static{s.Chapter, s.ID, s.staticOutput(bySource[s])})
		case sound:
			env.problems.add(s, Problem{
				Pos:     s.pos(0),
				Attr:    "expect",
				Message: fmt.Sprintf("cell %s must not compile and does", s.ID),
				Hint:    "leave expect=compile-error out, or break the cell",
			})
		}
	}
}

// expectsError reports whether the cell must not compile.
func (s *source) expectsError() bool { return s.Expect == ExpectCompileError && !s.Shell }

// staticOutput renders problems of the cell as the compiler would, with places
// that count from the cell's first line. What a message says on further lines
// follows it indented; places elsewhere, which move when the page is edited,
// are left out.
func (s *source) staticOutput(list []placedProblem) string {
	slices.SortStableFunc(list, func(a, b placedProblem) int { return a.Pos.compare(b.Pos) })
	var b strings.Builder
	for _, p := range list {
		line, col := s.local(p.Pos)
		fmt.Fprintf(&b, "%d:%d: %s\n", line, col, s.localize(p.Message))
		for _, n := range p.Notes {
			if n.Pos == (Pos{}) {
				fmt.Fprintf(&b, "\t%s\n", n.Text)
			}
		}
	}
	return b.String()
}

// local returns the line and column in the cell's source of a place in it.
func (s *source) local(p Pos) (line, col int) {
	line = p.Line - s.Line
	return line + 1, p.Col - s.indent(line)
}

// localize takes places in the chapter out of a message: those in the cell are
// counted in it, and where another cell is the reader sees.
func (s *source) localize(msg string) string {
	head, tail, ok := strings.Cut(msg, s.Chapter+":")
	if !ok {
		return msg
	}
	l, rest, _ := strings.Cut(tail, ":")
	line, err1 := strconv.Atoi(l)
	col, err2 := strconv.Atoi(rest)
	if err1 != nil || err2 != nil {
		return msg
	}
	if at := line - s.Line; at < 0 || at >= len(s.lines) {
		return strings.TrimSuffix(head, ": it is declared at ")
	}
	line, col = s.local(Pos{s.Chapter, line, col})
	return fmt.Sprintf("%s%d:%d", head, line, col)
}
