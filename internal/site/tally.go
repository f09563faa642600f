package site

import (
	"fmt"
	"strings"

	"rtbook/internal/book"
	"rtbook/runner"
)

// tally counts how the cells of a page ran, and how they were compared.
type tally struct {
	toolchain string
	cells     int // that run here

	// How they ran: each cell is one of these.
	both, interpreted, compiled, commands, refused, amiss int

	// How they were compared, if not byte for byte.
	varied, unordered, samples int

	skipped int // cells that do not run here
	checks  int
}

// tally counts the cells of a page.
func (s *site) tally(p *page) tally {
	t := tally{toolchain: s.book.Toolchain}
	for _, f := range p.chapter.Fences {
		switch {
		case f.Role == book.RoleCheck && f.Skipped == "":
			t.checks++
		case f.Runs() && f.Skipped != "":
			t.skipped++
		case f.Runs():
			o, ran := s.outcomes[p.chapter.Path+"#"+f.Cell.ID]
			t.add(f, o, ran)
		}
	}
	return t
}

// add counts a cell that runs.
func (t *tally) add(f *book.Fence, o Outcome, ran bool) {
	t.cells++
	how := howRan(f.Cell, o, ran)
	switch {
	case fault(f, o, ran) != "":
		t.amiss++
		return
	case f.Cell.Shell:
		t.commands++
	case f.Cell.Expect == runner.ExpectCompileError:
		t.refused++
	case how == "interpreted":
		t.interpreted++
	case how == "compiled":
		t.compiled++
	default:
		t.both++
	}
	switch {
	case f.Sample:
		t.samples++
	case f.Vary != nil:
		t.varied++
	case f.Unordered:
		t.unordered++
	}
}

// String returns the tally in a few sentences.
func (t tally) String() string {
	var sentences []string
	switch t.cells {
	case 0:
	case 1:
		sentences = append(sentences, "One cell of this page runs: "+t.ways()+".", t.comparison("it prints"))
	default:
		sentences = append(sentences, fmt.Sprintf("%d cells of this page run: %s.", t.cells, t.ways()), t.comparison("they print"))
	}
	switch t.skipped {
	case 0:
	case 1:
		sentences = append(sentences, "One cell is not run here, and its output is as it was recorded.")
	default:
		sentences = append(sentences, fmt.Sprintf("%d cells are not run here, and their outputs are as they were recorded.", t.skipped))
	}
	switch t.checks {
	case 0:
	case 1:
		sentences = append(sentences, "One piece of code is compiled, and not run.")
	default:
		sentences = append(sentences, fmt.Sprintf("%d pieces of code are compiled, and not run.", t.checks))
	}
	if sentences == nil {
		return "No code of this page runs."
	}
	return strings.Join(sentences, " ")
}

// ways says how many cells ran in which way; where all ran in one, it counts
// none.
func (t tally) ways() string {
	var parts []string
	say := func(n int, how string) {
		switch n {
		case 0:
		case t.cells:
			parts = append(parts, how)
		default:
			parts = append(parts, fmt.Sprintf("%d %s", n, how))
		}
	}
	say(t.both, "interpreted by yaegi and compiled by "+t.toolchain+", with the same output")
	say(t.compiled, "compiled by "+t.toolchain)
	say(t.interpreted, "interpreted by yaegi")
	say(t.commands, "as commands of "+t.toolchain+" and of what it built")
	say(t.refused, "through the compiler only, which has to refuse")
	say(t.amiss, "with a fault that is shown beside the code")
	return strings.Join(parts, "; ")
}

// comparison says how what the cells print is compared.
func (t tally) comparison(theyPrint string) string {
	switch t.cells {
	case t.amiss: // nothing was
		return "What " + theyPrint + " is to be compared with what the page shows."
	case t.samples:
		return "What " + theyPrint + " is not compared: the page shows a sample."
	}
	var parts []string
	say := func(n int, what string) {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, what))
		}
	}
	say(t.varied, "with spans that vary, such as times")
	say(t.unordered, "with lines in any order")
	say(t.samples, "of which the page shows a sample")
	s := "What " + theyPrint + " is compared, byte for byte, with what the page shows"
	if parts != nil {
		s += ", but for " + enumerate(parts)
	}
	return s + "."
}
