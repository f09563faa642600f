package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"rtbook/internal/book"
	"rtbook/internal/finding"
	"rtbook/runner"
)

// Ran is what one cell did.
type Ran struct {
	Ref     string        `json:"ref"`               // "notes/02-allocator.md#fifty"
	Status  string        `json:"status"`            // "done", or "failed": then the report says how
	Output  string        `json:"output"`            // what it printed
	Engines []string      `json:"engines,omitempty"` // that ran it, in agreement
	Time    time.Duration `json:"nanoseconds"`       // on all of them

	Displays []runner.Display `json:"displays,omitempty"` // what it showed besides text
}

// Printable is the output with nothing in it that a terminal obeys.
func (r Ran) Printable() string { return finding.Printable(r.Output) }

// RunCells runs one cell ("notes/02-allocator.md#fifty"), with the cells of
// its environment, or all cells of a chapter. The chapter may be any Markdown
// file, in a book or not, or "-", standard input. RunCells returns what the
// cells did, in order; what is wrong with them and with the cells above them is
// in the report. What the chapter records does not matter.
func RunCells(ctx context.Context, opt Options, ref string) (*Report, []Ran, error) {
	o, c, f, r, err := find(ctx, opt, ref)
	if err != nil {
		return nil, nil, err
	}
	defer o.close()
	if c == nil { // not even text
		r.finish(o)
		return r, nil, nil
	}
	r.keep(map[*book.Chapter]bool{c: true})
	defer r.finish(o)
	if f != nil && f.Skipped != "" {
		return nil, nil, &UsageError{fmt.Sprintf("cell %s does not run here: it %s", f.Cell.ID, f.Skipped)}
	}
	verdicts, err := r.run(ctx, opt, o, cellsFor(c, f))
	if err != nil {
		return r, nil, err
	}
	var ran []Ran
	for _, v := range verdicts {
		if v.fault != nil {
			r.Findings = append(r.Findings, *v.fault)
		}
		if f == nil || v.fence == f {
			ran = append(ran, v.ran())
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

func (v verdict) ran() Ran {
	if !v.good() {
		return Ran{Ref: v.ref(), Status: "failed"}
	}
	return Ran{Ref: v.ref(), Status: "done", Output: v.output, Engines: v.engines, Time: v.time, Displays: v.shown}
}

// find opens the book that has the cells that ref names, or the file of its
// own that has them.
func find(ctx context.Context, opt Options, ref string) (*opened, *book.Chapter, *book.Fence, *Report, error) {
	o, err := open(opt)
	noBook := err
	if err == nil {
		r := parse(ctx, opt, o)
		var c *book.Chapter
		var f *book.Fence
		if c, f, err = lookup(r.Book, o, r.names, ref); err == nil {
			return o, c, f, r, nil
		}
		o.close()
		if c != nil { // the chapter is there, and has no such cell
			return nil, nil, nil, nil, err
		}
	}
	l, lerr := openLoose(opt, ref)
	if lerr != nil {
		return nil, nil, nil, nil, lerr
	}
	if l == nil {
		var usage *UsageError
		if errors.As(noBook, &usage) {
			name, _, _ := strings.Cut(ref, "#")
			err = &UsageError{fmt.Sprintf("there is no file %s, and no book that has such a chapter: %s", name, usage.Msg)}
		}
		return nil, nil, nil, nil, err
	}
	r := parse(ctx, opt, l)
	if len(r.Book.Chapters) == 0 {
		return l, nil, nil, r, nil
	}
	c := r.Book.Chapters[0]
	if _, id, ok := strings.Cut(ref, "#"); ok {
		f, err := cellNamed(c, r.names, id)
		return l, c, f, r, err
	}
	return l, c, nil, r, nil
}

// keep leaves out the findings about other chapters.
func (r *Report) keep(chapters map[*book.Chapter]bool) {
	kept := make(map[string]bool)
	for c := range chapters {
		kept[c.Path] = true
	}
	r.Findings = slices.DeleteFunc(r.Findings, func(f finding.Finding) bool { return !kept[f.File] })
}

// cellsFor returns the cells of a chapter, or those of f's environment, with
// what they are checked and run with: the stub, for an answer.
func cellsFor(c *book.Chapter, f *book.Fence) []runner.Cell {
	return slices.DeleteFunc(c.Cells(), func(cell runner.Cell) bool {
		stub := f != nil && f.Problem != nil && cell.Env == f.Problem.Stub.Cell.Env
		return f != nil && cell.Env != f.Cell.Env && !stub || cell.Mode == runner.CheckOnly
	})
}
