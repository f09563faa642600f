package finding

import (
	"cmp"
	"fmt"
	"slices"
)

// String returns the place as Go's tools write it: file:line:col, without what
// is zero.
func (p Pos) String() string {
	switch {
	case p.Line == 0:
		return p.File
	case p.Col == 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col)
}

// Compare orders places by file, line and column.
func (p Pos) Compare(q Pos) int {
	return cmp.Or(cmp.Compare(p.File, q.File), cmp.Compare(p.Line, q.Line), cmp.Compare(p.Col, q.Col))
}

// String returns the finding's first line, as in "notes/a.md:3:1: message".
func (f Finding) String() string {
	s := f.Message
	if f.Warning {
		s = "warning: " + s
	}
	if f.Pos == (Pos{}) {
		return s
	}
	return f.Pos.String() + ": " + s
}

// Error makes a finding an error.
func (f Finding) Error() string { return f.String() }

// Sort sorts findings by place; those of one place stay in the order in which
// they were found.
func Sort(fs []Finding) {
	slices.SortStableFunc(fs, func(a, b Finding) int { return a.Pos.Compare(b.Pos) })
}
