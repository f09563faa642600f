package book

import (
	"errors"
	"fmt"
	"go/token"
	"slices"
	"strings"

	"rtbook/internal/finding"
	"rtbook/runner"
)

func checkSweep(value string) error {
	_, err := parseSweep(value)
	return err
}

// parseSweep parses the value of sweep=, and returns what it names.
//
//	sweep = const {blank const}
//	const = name ":" item "|" item {"|" item}
//	item  = bare | "'" {any but "'"} "'"
//
// A bare item ends at a blank or a bar. What the items mean is up to the kinds of
// the constants, which are not known here. Errors are *valueErrors, joined.
func parseSweep(value string) ([]runner.SweepConst, error) {
	p := sweepParser{s: value}
	var all []runner.SweepConst
	runs := 1
	for p.i = skipBlanks(value, 0); p.i < len(value); p.i = skipBlanks(value, p.i) {
		c, ok := p.constant()
		if !ok || len(all) == maxAttrs {
			break
		}
		if slices.ContainsFunc(all, func(o runner.SweepConst) bool { return o.Name == c.Name }) {
			p.fault(c.At, "write all its values at one place", "%s is given twice", clip(c.Name))
		}
		all = append(all, c)
		if runs <= runner.MaxSweepRuns {
			runs *= len(c.Values)
		}
	}
	switch {
	case len(p.errs) > 0:
	case len(all) == 0:
		p.fault(0, "write name:value|value, as in sweep=gogc:50|100|200", "it names no constant")
	case runs > runner.MaxSweepRuns:
		p.fault(0, "leave values out, or make several cells of it", "more than %d combinations of values", runner.MaxSweepRuns)
	}
	return all, errors.Join(p.errs...)
}

type sweepParser struct {
	s    string
	i    int
	errs []error
}

func (p *sweepParser) fault(at int, hint, format string, args ...any) {
	p.errs = append(p.errs, &valueError{at, fmt.Sprintf(format, args...), hint})
}

// constant reads a constant with its values; ok is false if what follows cannot
// be read.
func (p *sweepParser) constant() (c runner.SweepConst, ok bool) {
	c.At = p.i
	end := p.i + strings.IndexAny(p.s[p.i:]+" ", ": \t")
	c.Name = p.s[p.i:end]
	if !token.IsIdentifier(c.Name) || c.Name == "_" {
		p.fault(c.At, "write name:value|value, as in sweep=gogc:50|100|200", "%q is no name of a constant", clip(c.Name))
		return c, false
	}
	if p.i = end; end == len(p.s) || p.s[end] != ':' {
		p.fault(c.At, fmt.Sprintf("write %s:value|value", clip(c.Name)), "no values for %s", clip(c.Name))
		return c, false
	}
	for {
		p.i++ // the colon, or the bar
		v, ok := p.item()
		if !ok {
			return c, false
		}
		if slices.ContainsFunc(c.Values, func(o runner.SweepValue) bool { return o.Text == v.Text && o.Quoted == v.Quoted }) {
			p.fault(v.At, "leave one of the two out", "the value %s is given twice", clip(v.Text))
		}
		c.Values = append(c.Values, v)
		next := skipBlanks(p.s, p.i)
		switch {
		case next == len(p.s) || p.s[next] != '|':
			if len(c.Values) == 1 {
				p.fault(c.At, "give it another value, or leave it out", "%s has one value: there is nothing to choose", clip(c.Name))
			}
			return c, true
		case next > p.i:
			p.fault(p.i, "leave the blank out; a text with blanks stands between single quotes", "a blank before |")
			return c, false
		case len(c.Values) == runner.MaxSweepRuns:
			p.fault(p.i, "leave values out", "more than %d values", runner.MaxSweepRuns)
			return c, false
		}
	}
}

// item reads a value.
func (p *sweepParser) item() (v runner.SweepValue, ok bool) {
	v.At = p.i
	if p.i < len(p.s) && p.s[p.i] == '\'' {
		n := strings.IndexByte(p.s[p.i+1:], '\'')
		if n < 0 {
			p.fault(v.At, "end it with '", "text without its end")
			return v, false
		}
		v.Text, v.Quoted = p.s[p.i+1:p.i+1+n], true
		p.i += n + 2
		if p.i < len(p.s) && !strings.ContainsRune("| \t", rune(p.s[p.i])) {
			p.fault(p.i, "values are separated by |, and constants by blanks", "unexpected %q after a value", firstWord(p.s[p.i:]))
			return v, false
		}
		return v, true
	}
	end := p.i + strings.IndexAny(p.s[p.i:]+" ", "| \t")
	v.Text = p.s[p.i:end]
	if v.Text == "" {
		p.fault(v.At, "write a value on each side of |, without blanks; the empty text is ''", "a value is missing")
		return v, false
	}
	p.i = end
	return v, true
}

// notSwept are the attributes with which a cell cannot be swept, and why.
func notSwept() [][2]string {
	const recorded = "leave one of the two out: what it prints with other values is recorded nowhere, and is to be the same each time"
	return [][2]string{
		{"expect", "leave one of the two out: a cell that is to fail has nothing to show for other values"},
		{"sample", recorded},
		{"vary", recorded},
		{"unordered", recorded},
		{"predict", "leave one of the two out: the table of results would tell what it prints"},
	}
}

// checkSwept reports attributes that do not go together with sweep.
func checkSwept(f *Fence, r *reporter) {
	sweep := f.attr("sweep")
	if sweep == nil || f.Role != RoleCell {
		return
	}
	for _, not := range notSwept() {
		if a := f.attr(not[0]); a != nil {
			r.at(f.info+sweep.at, not[1], "sweep on a cell with %s", not[0]).
				Notes = []finding.Note{{Pos: r.ch.Pos(f.info + a.at), Text: "here"}}
		}
	}
}

// checkHiddenSweeps reports cells that are swept, of which nothing is shown.
func checkHiddenSweeps(ch *Chapter, r *reporter) {
	for _, f := range ch.Fences {
		if a := f.attr("sweep"); a != nil && f.Role == RoleCell && f.Hide && f.Output == nil && !f.Unjudged {
			r.at(f.info+a.at, "leave hide or sweep out, or let the cell print something", "sweep on a hidden cell without an output")
		}
	}
}

// sweepOf returns the constants that a cell is swept over; nil if there are none,
// or with a finding.
func sweepOf(f *Fence) []runner.SweepConst {
	a := f.attr("sweep")
	if a == nil || isShell(f.Lang) || slices.ContainsFunc(notSwept(), func(not [2]string) bool { return f.attr(not[0]) != nil }) {
		return nil
	}
	all, err := parseSweep(a.value)
	if err != nil {
		return nil
	}
	return all
}
