package runner

import (
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
	Identity  func(Engine, *Program) (Identity, error) // for the cache; nil: nothing is cached
	Cache     *Cache
	Stored    bool                  // nothing is run: what the cache does not know has no result
	Progress  func(done, total int) // after each program on each engine; may be nil; called from one goroutine at a time
	CacheFail func(error)           // the cache could not be written; the results stand; may be nil
}

// Results are the results of programs, one for each engine that ran it, in
// the order of RunOptions.Engines.
type Results map[*Program][]Result

// Run runs each program on every engine (one marked GoOnly on no other than
// the engine "go"). What the cache knows is not run. All engines work at the
// same time. Its error means that an engine could not work or that ctx ended;
// a failing cell is not an error but a result.
func Run(ctx context.Context, ps []*Program, opt RunOptions) (Results, error) {
	r := &run{opt: opt, results: make(map[resultKey]Result)}
	work := make([]batch, len(opt.Engines))
	for i, e := range opt.Engines {
		for _, p := range ps {
			if !p.GoOnly || e.Name() == "go" {
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

type batch struct {
	programs []*Program
	keys     map[*Program]string
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
	b.keys = make(map[*Program]string)
	var todo []*Program
	for _, p := range b.programs {
		if r.opt.Identity != nil {
			id, err := r.opt.Identity(e, p)
			if err != nil {
				return fmt.Errorf("hashing what %s depends on: %w", p.Chapter, err)
			}
			key := p.Key(id)
			b.keys[p] = key
			if res, ok := r.opt.Cache.get(key, p, e.Name()); ok {
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
			r.finish(p, e.Name(), b.keys[p], col)
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

func (r *run) finish(p *Program, engine, key string, col *collector) {
	res := Result{Engine: engine, Cells: col.cells()}
	if key != "" && res.succeeded(p) {
		if err := r.opt.Cache.put(key, res); err != nil && r.opt.CacheFail != nil {
			r.opt.CacheFail(err)
		}
	}
	r.record(p, engine, res)
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
func (r Result) succeeded(p *Program) bool {
	for i, c := range r.Cells {
		want := Done
		if p.Tail && i == len(r.Cells)-1 {
			want = Panicked
		}
		if c.Status != want {
			return false
		}
	}
	return true
}

// Name returns how messages speak of the program: its chapter, its environment
// if that is not the chapter's own, and the cell if only one counts.
func (p *Program) Name() string {
	name := p.Chapter
	if p.Tail && len(p.Cells) > 0 {
		name += "#" + p.Cells[len(p.Cells)-1].ID
	}
	if p.Env != "" {
		name += " (env " + p.Env + ")"
	}
	return name
}

// collector makes a Result of a program's events.
type collector struct {
	program *Program
	text    []strings.Builder
	began   []time.Time // of the cells that began; then the time of the end
	end     Event
	ended   bool
}

func collectors(ps []*Program) map[*Program]*collector {
	all := make(map[*Program]*collector, len(ps))
	for _, p := range ps {
		all[p] = &collector{program: p, text: make([]strings.Builder, len(p.Cells))}
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
		r := CellResult{ID: u.ID, Output: c.text[i].String(), Status: Done, Pos: u.Pos}
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
