package book

import (
	"fmt"
	"slices"
	"strings"

	"rtbook/internal/finding"
	"rtbook/runner"
)

// checkAllow reports a name that allows nothing.
func checkAllow(name string) error {
	switch {
	case runner.IsGuarded(name):
		return nil
	case runner.IsCgo(name):
		return &valueError{
			msg:  "cgo is not possible: programs are built without it",
			hint: "leave it out; a fence go {sketch} can show what cannot be compiled",
		}
	}
	known := runner.Guarded()
	hint := "leave it out: everything may be used but " + strings.Join(known, ", ")
	if near := finding.Nearest(name, known); near != "" {
		hint = "did you mean " + near + "?"
	}
	return &valueError{msg: fmt.Sprintf("%s is nothing that has to be allowed", clip(name)), hint: hint}
}

// checkAllowed warns of what the front matter allows and the chapter, with the
// cells that are skipped, does not use, and of what it allows twice.
func checkAllowed(ch *Chapter, r *reporter) {
	if len(ch.Allow) == 0 {
		return
	}
	var uses []runner.Use
	for _, f := range ch.Fences {
		if f.Cell != nil {
			uses = append(uses, f.Cell.Uses()...)
		}
	}
	for i, name := range ch.Allow {
		at := ch.offset(ch.allowAt[i])
		first := slices.Index(ch.Allow, name)
		switch {
		case first < i:
			f := r.at(at, "leave one of the two out", "allow: %s is given twice", name)
			f.Warning = true
			f.Notes = []finding.Note{{Pos: ch.allowAt[first], Text: "first here"}}
		case !slices.ContainsFunc(uses, func(u runner.Use) bool { return u.AllowedBy(name) }):
			r.at(at, "leave it out", "allow: nothing in the chapter uses %s", name).Warning = true
		}
	}
}
