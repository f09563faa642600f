package runner

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// RunOptions say how programs are run.
type RunOptions struct {
	Engines   []Engine
	Cache     *Cache
	Identity  func(Engine, *Program) (Identity, error) // for the cache; nil: nothing is cached
	Unchanged func(Engine, *Program, Identity) bool    // whether that still holds, after a run: else its result is of something else and not stored; may be nil
	Stored    bool                                     // nothing is run: what the cache does not know has no result
	Progress  func(done, total int)                    // after each program on each engine; may be nil; called from one goroutine at a time
	CacheFail func(error)                              // the cache could not be written; the results stand; may be nil
}

// Results are the results of programs, one for each engine that ran it, in
// the order of RunOptions.Engines.
type Results map[*Program][]Result

// Run runs each program on every engine (one marked GoOnly on no other than
// the engine "go", and a variant of a sweep on one engine only: "go" if it is
// among them). What the cache knows is not run. All engines work at the
// same time. Its error means that an engine could not work or that ctx ended;
// a failing cell is not an error but a result.
func Run(ctx context.Context, ps []*Program, opt RunOptions) (Results, error) {
	r := &run{opt: opt, results: make(map[resultKey]Result)}
	work := make([]batch, len(opt.Engines))
	for i, e := range opt.Engines {
		for _, p := range ps {
			if p.runsOn(e, opt.Engines) {
				work[i].programs = append(work[i].programs, p)
				r.total++
			}
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	for i, e := range opt.Engines {
		group.Go(func() error { return r.engine(ctx, e, &work[i]) })
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	all := make(Results, len(ps))
	for _, p := range ps {
		for _, e := range opt.Engines {
			if res, ok := r.results[resultKey{p, e.Name()}]; ok {
				all[p] = append(all[p], res)
			}
		}
	}
	return all, nil
}

// batch is what one engine has to do.
type batch struct {
	programs []*Program
	known    map[*Program]address // if there is a cache
}

// address is where the result of a program belongs in the cache.
type address struct {
	id    Identity
	parts []Part
	key   string
}

type resultKey struct {
	p      *Program
	engine string
}

type run struct {
	opt   RunOptions
	total int

	mu      sync.Mutex
	results map[resultKey]Result
}

// engine runs one engine's programs: those that the cache knows come from it.
func (r *run) engine(ctx context.Context, e Engine, b *batch) error {
	b.known = make(map[*Program]address)
	var todo []*Program
	for _, p := range b.programs {
		if r.opt.Identity != nil {
			id, err := r.opt.Identity(e, p)
			if err != nil {
				return fmt.Errorf("hashing what %s depends on: %w", p.Chapter, err)
			}
			a := address{id: id, parts: p.Parts(id)}
			a.key = partsKey(a.parts)
			b.known[p] = a
			if res, ok := r.opt.Cache.get(a.key, p, e.Name()); ok {
				r.record(p, e.Name(), res)
				continue
			}
		}
		todo = append(todo, p)
	}
	if len(todo) == 0 || r.opt.Stored {
		return nil
	}
	c := collectors(todo)
	err := e.Run(ctx, todo, func(p *Program, ev Event) {
		col := c[p]
		col.add(ev)
		if ev.Kind == Ended {
			res := Result{Engine: e.Name(), Cells: col.cells()}
			if a, ok := b.known[p]; ok && ctx.Err() == nil {
				r.keep(p, e, a, res)
			}
			r.record(p, e.Name(), res)
		}
	})
	if err != nil {
		return err
	}
	for _, p := range todo {
		if !c[p].ended {
			return fmt.Errorf("engine %s said nothing about the end of %s", e.Name(), p.Name())
		}
	}
	return ctx.Err()
}

// keep stores what came of a run: the result, if there is one, and the record.
func (r *run) keep(p *Program, e Engine, a address, res Result) {
	last := LastRun{Key: a.key, Parts: a.parts, Failure: res.failure(p)}
	if last.Failure == "" && r.opt.Unchanged != nil && !r.opt.Unchanged(e, p, a.id) {
		last.Failure = "what it depends on changed while it ran"
	}
	var err error
	if last.Failure == "" {
		err = r.opt.Cache.put(a.key, res)
	}
	if err == nil {
		err = r.opt.Cache.putLast(p, e.Name(), last)
	}
	if err != nil && r.opt.CacheFail != nil {
		r.opt.CacheFail(err)
	}
}

func (r *run) record(p *Program, engine string, res Result) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.results[resultKey{p, engine}] = res
	if r.opt.Progress != nil {
		r.opt.Progress(len(r.results), r.total)
	}
}

// succeeded reports whether every cell ended as it should: the last one of a
// Tail with the panic that is expected of it.
func (r Result) succeeded(p *Program) bool { return r.failure(p) == "" }

// failure names the first cell that did not end as it should, and how it
// ended; it is "" if none did.
func (r Result) failure(p *Program) string {
	for i, c := range r.Cells {
		want := Done
		if p.Tail && i == len(r.Cells)-1 {
			want = Panicked
		}
		switch {
		case c.Status == want:
		case c.Status == Done:
			return fmt.Sprintf("cell %s must panic and did not", c.ID)
		default:
			return fmt.Sprintf("cell %s: %s", c.ID, cmp.Or(c.Message, string(c.Status)))
		}
	}
	return ""
}

// Name returns how messages speak of the program: its chapter, its environment
// if that is not the chapter's own, and the cell if only one counts.
func (p *Program) Name() string {
	name := p.Chapter
	if (p.Tail || len(p.Swept) > 0) && len(p.Cells) > 0 {
		name += "#" + p.Cells[len(p.Cells)-1].ID
	}
	for _, s := range p.Swept {
		name += " " + s.Name + "=" + s.Value
	}
	if p.Env != "" {
		name += " (env " + p.Env + ")"
	}
	return name
}

// variant tells the programs of an environment apart: by the cell, if only the
// last counts, and by the values that constants have in it.
func (p *Program) variant() string {
	if !p.Tail && len(p.Swept) == 0 || len(p.Cells) == 0 {
		return ""
	}
	name := p.Cells[len(p.Cells)-1].ID
	for _, s := range p.Swept {
		name += "\x00" + s.Name + "=" + s.Value
	}
	return name
}

// collector makes a Result of a program's events.
type collector struct {
	program *Program
	text    []strings.Builder
	shown   [][]Display
	began   []time.Time // of the cells that began; then the time of the end
	end     Event
	ended   bool
}

func collectors(ps []*Program) map[*Program]*collector {
	all := make(map[*Program]*collector, len(ps))
	for _, p := range ps {
		all[p] = &collector{program: p, text: make([]strings.Builder, len(p.Cells)), shown: make([][]Display, len(p.Cells))}
	}
	return all
}

func (c *collector) add(ev Event) {
	switch ev.Kind {
	case Began:
		c.began = append(c.began, time.Now())
	case Printed:
		if ev.Cell >= 0 && ev.Cell < len(c.text) {
			c.text[ev.Cell].Write(ev.Text)
		}
	case Showed:
		if ev.Cell >= 0 && ev.Cell < len(c.shown) && ev.Display != nil {
			c.shown[ev.Cell] = append(c.shown[ev.Cell], *ev.Display)
		}
	case Ended:
		c.began = append(c.began, time.Now())
		c.end, c.ended = ev, true
	}
}

// cells spreads the one end of a program over its cells: those before it are
// done, those after it were not reached.
func (c *collector) cells() []CellResult {
	var all []CellResult
	for i, u := range c.program.Cells {
		r := CellResult{ID: u.ID, Output: c.text[i].String(), Status: Done, Pos: u.Pos, Displays: c.shown[i]}
		switch {
		case c.end.Status == Done || i < c.end.Cell:
		case i > c.end.Cell:
			r.Status = NotReached
		default:
			r.Status, r.Message, r.Hint = c.end.Status, c.end.Message, c.end.Hint
			r.Output = r.Output[:max(0, len(r.Output)-c.end.Cut)]
			if c.end.Pos.Line > 0 {
				r.Pos = c.end.Pos
			}
		}
		if i+1 < len(c.began) {
			r.Time = c.began[i+1].Sub(c.began[i])
		}
		all = append(all, r)
	}
	return all
}
