package runner

import (
	"slices"
	"strings"
)

// SweepConst is a constant of a cell that is run with other values of it, too.
type SweepConst struct {
	Name   string
	At     int // byte of the attribute's value that Name begins at
	Values []SweepValue
}

// SweepValue is a value that a constant is to have.
type SweepValue struct {
	Text   string // a literal of Go with its sign; of a string, the text itself
	Quoted bool   // it is text, whatever it looks like
	At     int    // byte of the attribute's value that it begins at
}

// MaxSweepRuns is how many combinations of values a cell may be swept over.
const MaxSweepRuns = 200

// Sweep is what becomes of a cell that is to run with other values of some of
// its constants.
type Sweep struct {
	Chapter, ID string // of the cell
	Controls    []SweepControl

	// Runs are the combinations of values, the last control's changing fastest.
	// The one of the text itself is nil: that is the cell in its environment's
	// program. Every other is a program of the cells above, and of the cell, with
	// its values in place of the text's; nil if there is a problem with it.
	Runs []*Program
}

// SweepControl is a constant with the values that it has in turn.
type SweepControl struct {
	Name    string
	Label   string   // the comment that stands behind its declaration
	Values  []string // as the attribute has them, without quotes
	Default int      // index in Values of the text's own
	Number  bool     // the values are numbers
}

// Setting is a name that has a value.
type Setting struct {
	Name  string
	Value string // of Go
}

// SweepPrograms returns the programs of all sweeps.
func (c *Composition) SweepPrograms() []*Program {
	var all []*Program
	for _, s := range c.Sweeps {
		for _, p := range s.Runs {
			if p != nil {
				all = append(all, p)
			}
		}
	}
	return all
}

// Values says of a combination what each constant is, as in "size=8, scan=true".
func (s *Sweep) Values(run int) string {
	indices := s.indices(run)
	words := make([]string, len(s.Controls))
	for i, c := range s.Controls {
		words[i] = c.Name + "=" + c.Values[indices[i]]
	}
	return strings.Join(words, ", ")
}

// Default returns the combination that the text itself has.
func (s *Sweep) Default() int {
	run := 0
	for _, c := range s.Controls {
		run = run*len(c.Values) + c.Default
	}
	return run
}

// count returns how many combinations there are.
func (s *Sweep) count() int {
	n := 1
	for _, c := range s.Controls {
		n *= len(c.Values)
	}
	return n
}

// indices returns which value each constant has in a combination.
func (s *Sweep) indices(run int) []int {
	all := make([]int, len(s.Controls))
	for i, c := range slices.Backward(s.Controls) {
		all[i] = run % len(c.Values)
		run /= len(c.Values)
	}
	return all
}
