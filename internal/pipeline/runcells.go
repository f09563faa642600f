package pipeline

import (
	"context"
	"fmt"
	"slices"

	"rtbook/internal/book"
	"rtbook/internal/finding"
	"rtbook/runner"
)

// Ran is what one cell printed.
type Ran struct {
	Ref    string // "notes/02-allocator.md#fifty"
	Output string
}

// Printable is the output with nothing in it that a terminal obeys.
func (r Ran) Printable() string { return finding.Printable(r.Output) }

// RunCells runs one cell ("notes/02-allocator.md#fifty"), with the cells of
// its environment, or all cells of a chapter. It returns what they printed, in
// order; what is wrong with them and with the cells above them is in the
// report. What the chapter records does not matter.
func RunCells(ctx context.Context, opt Options, ref string) (*Report, []Ran, error) {
	o, err := open(opt)
	if err != nil {
		return nil, nil, err
	}
	defer o.close()
	r := parse(opt, o)
	c, f, err := lookup(r.Book, o, r.names, ref)
	if err != nil {
		return nil, nil, err
	}
	r.keep(map[*book.Chapter]bool{c: true})
	defer r.finish(o)
	verdicts, err := r.run(ctx, opt, o, cellsFor(c, f))
	if err != nil {
		return r, nil, err
	}
	var ran []Ran
	for _, v := range verdicts {
		if v.fault != nil {
			r.Findings = append(r.Findings, *v.fault)
		}
		if v.good() && (f == nil || v.fence == f) {
			ran = append(ran, Ran{v.ref(), v.output})
		}
		if v.fence == f {
			break // what comes after it does not matter to it
		}
	}
	if len(ran) == 0 && !r.Failed() && f != nil {
		return nil, nil, &UsageError{fmt.Sprintf("cell %s is only compiled (engine=go), so that --engine %s does not run it", f.Cell.ID, opt.Engine)}
	}
	return r, ran, nil
}

// keep leaves out the findings about other chapters.
func (r *Report) keep(chapters map[*book.Chapter]bool) {
	kept := make(map[string]bool)
	for c := range chapters {
		kept[c.Path] = true
	}
	r.Findings = slices.DeleteFunc(r.Findings, func(f finding.Finding) bool { return !kept[f.File] })
}

// cellsFor returns the cells of a chapter that run, or those of f's
// environment.
func cellsFor(c *book.Chapter, f *book.Fence) []runner.Cell {
	var cells []runner.Cell
	for _, g := range c.Fences {
		if g.Role == book.RoleCell && (f == nil || g.Cell.Env == f.Cell.Env) {
			cells = append(cells, *g.Cell)
		}
	}
	return cells
}
