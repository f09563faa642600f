package pipeline

import (
	"context"
	"fmt"

	"rtbook/internal/book"
	"rtbook/internal/finding"
	"rtbook/runner"
)

// Ran is what one cell printed.
type Ran struct {
	Ref    string // "notes/02-allocator.md#fifty"
	Output string
}

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
	b, found := book.Parse(o.fsys, o.dir, o.skip(opt)...)
	c, f, err := lookup(b, o, ref)
	if err != nil {
		return nil, nil, err
	}
	r := &Report{Book: b, source: o.sources(b)}
	for _, fd := range found {
		if fd.File == c.Path {
			r.Findings = append(r.Findings, fd)
		}
	}
	verdicts, err := r.run(ctx, opt, o, cellsFor(c, f))
	if err != nil {
		return nil, nil, err
	}
	var ran []Ran
	for _, v := range verdicts {
		if v.fault != nil {
			r.Findings = append(r.Findings, *v.fault)
		}
		if v.good() && (f == nil || v.fence == f) {
			ran = append(ran, Ran{o.name(c.Path) + "#" + v.fence.Cell.ID, v.output})
		}
		if v.fence == f {
			break // what comes after it does not matter to it
		}
	}
	if len(ran) == 0 && !r.Failed() && f != nil {
		return nil, nil, &UsageError{fmt.Sprintf("cell %s is only compiled (engine=go), so that --engine %s does not run it", f.Cell.ID, opt.Engine)}
	}
	finding.Sort(r.Findings)
	o.rename(r.Findings)
	return r, ran, nil
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
