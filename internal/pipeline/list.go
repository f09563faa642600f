package pipeline

import (
	"context"
	"time"

	"rtbook/internal/book"
)

// Listed is what is known of a cell without running it.
type Listed struct {
	Ref     string        `json:"ref"`               // "notes/02-allocator.md#fifty"
	Line    int           `json:"line"`              // of its fence
	Env     string        `json:"env,omitempty"`     // its environment; "" is the chapter's own
	Engines []string      `json:"engines,omitempty"` // that run it
	State   string        `json:"state"`             // see List
	Runs    int           `json:"runs,omitempty"`    // of its sweep, if it is one
	Time    time.Duration `json:"nanoseconds"`       // of the run that is known, on all engines
}

// List says of each cell of a chapter, or of the book if ref is "", what is
// known without running anything. The state is
//
//	exact, varied, unordered, sample   it ran, and the chapter records it so
//	differs                            it ran, and the chapter says something else
//	static                             expected not to compile, and does not
//	skipped                            not for the book's target or toolchain
//	faulty                             there is a finding before it can run
//	not run                            not, or not with each value of its sweep, since something that matters to it changed, or it failed
func List(ctx context.Context, opt Options, ref string) (*Report, []Listed, error) {
	o, err := open(opt)
	if err != nil {
		return nil, nil, err
	}
	defer o.close()
	r := parse(ctx, opt, o)
	chapters := r.Book.Chapters
	if ref != "" {
		c, _, err := lookup(r.Book, o, r.names, ref)
		if err != nil {
			return nil, nil, err
		}
		chapters = []*book.Chapter{c}
		r.keep(map[*book.Chapter]bool{c: true})
	}
	defer r.finish(o)
	opt.stored, opt.sweeps = true, true
	verdicts, err := r.run(ctx, opt, o, r.Book.Cells())
	if err != nil {
		return r, nil, err
	}
	known := make(map[*book.Fence]verdict)
	for _, v := range verdicts {
		known[v.fence] = v
	}
	var all []Listed
	for _, c := range chapters {
		for _, f := range c.Fences {
			if f.Runs() {
				all = append(all, r.listed(c, f, known))
			}
		}
	}
	return r, all, nil
}

func (r *Report) listed(c *book.Chapter, f *book.Fence, known map[*book.Fence]verdict) Listed {
	l := Listed{Ref: r.names.file(c.Path) + "#" + f.Cell.ID, Line: f.Pos.Line, Env: f.Cell.Env, Engines: []string{"yaegi", "go"}}
	if f.Cell.GoOnly || f.Cell.Shell {
		l.Engines = []string{"go"}
	}
	for _, c := range f.Cell.Sweep {
		l.Runs = max(l.Runs, 1) * len(c.Values)
	}
	v, ok := known[f]
	switch {
	case f.Skipped != "":
		l.State, l.Engines, l.Runs = "skipped", nil, 0
	case !ok && r.composed[c.Path+"#"+f.Cell.ID]:
		l.State = "not run"
	case !ok:
		l.State = "faulty"
	case len(v.engines) == 0:
		l.State, l.Engines = "static", nil
	case !v.good():
		l.State = "not run"
	case l.Runs > 0 && v.sweep == nil:
		l.State = "not run"
	case v.differs():
		l.State = "differs"
	case v.compare.sample:
		l.State = "sample"
	case len(v.compare.vary) > 0:
		l.State = "varied"
	case v.compare.unordered:
		l.State = "unordered"
	default:
		l.State = "exact"
	}
	l.Time = v.time
	return l
}
