package pipeline

import (
	"fmt"
	"slices"
	"strings"

	"rtbook/internal/finding"
	"rtbook/internal/site"
	"rtbook/runner"
)

// sweeps puts what cells do with other values of their constants into their
// verdicts, and reports the values with which one fails. What kept has of them
// was good when it was put there.
func (r *Report) sweeps(verdicts []verdict, sweeps []*runner.Sweep, results runner.Results, kept *sweepStore) {
	for i := range verdicts {
		v := &verdicts[i]
		at := sweptCell{v.chapter.Path, v.fence.Cell.ID}
		if v.good() && kept.known[at] != nil {
			v.sweep = kept.known[at]
		}
		for _, s := range sweeps {
			if s.Chapter != at.chapter || s.ID != at.id {
				continue
			}
			faults := v.judgeSweep(s, results)
			if len(faults) == 0 && v.sweep != nil {
				kept.put(at, v.sweep)
			}
			r.Findings = append(r.Findings, faults...)
		}
	}
}

// withoutSweeps returns cells as they are with their own values alone.
func withoutSweeps(cells []runner.Cell) []runner.Cell {
	cells = slices.Clone(cells)
	for i := range cells {
		cells[i].Sweep = nil
	}
	return cells
}

// judgeSweep takes the runs of a cell's sweep into its verdict, if the cell
// itself is good and no run is missing, as with an engine that takes no part.
func (v *verdict) judgeSweep(s *runner.Sweep, results runner.Results) []finding.Finding {
	if !v.good() {
		return nil
	}
	swept := &site.Sweep{Runs: make([]site.SweepRun, len(s.Runs))}
	for _, c := range s.Controls {
		swept.Controls = append(swept.Controls, site.Control{Name: c.Name, Label: c.Label, Values: c.Values, Default: c.Default, Number: c.Number})
	}
	var faults sweepFaults
	for i, p := range s.Runs {
		run := &swept.Runs[i]
		if p == nil {
			run.Output, run.Displays = v.output, v.shown
			continue
		}
		rs := results[p]
		if len(rs) == 0 {
			return nil
		}
		cell, fault := rs[0].Cells[len(p.Cells)-1], firstFault(rs)
		run.Output = cell.Output
		if fault == nil {
			run.Displays, fault = v.displays(rs, rs[0], len(p.Cells)-1)
		}
		if fault != nil {
			run.Output = strings.TrimSuffix(cell.Output+"\n"+fault.Message, "\n") + "\n"
			faults.add(s.Values(i), fault)
		}
		v.time += cell.Time
	}
	v.sweep = swept
	return faults.list
}

// firstFault is what is wrong with a run of a sweep: the first of its cells that
// does not end as it should.
func firstFault(rs []runner.Result) *finding.Finding {
	for k, c := range rs[0].Cells {
		switch c.Status {
		case runner.Done:
			continue
		case runner.Refused:
			return &finding.Finding{Pos: place(c.Pos), Message: c.Message, Hint: c.Hint}
		}
		return failure(rs[0], rs, k)
	}
	return nil
}

// sweepFaults are findings about runs of a sweep: one, with the first values,
// where several runs have the same fault.
type sweepFaults struct {
	list  []finding.Finding
	first map[faultKey]int // in list
	more  map[faultKey]int // runs with the same fault
}

type faultKey struct {
	pos     finding.Pos
	message string
}

// moreFaults is how many combinations of values a finding names besides its own.
const moreFaults = 5

func (fs *sweepFaults) add(values string, f *finding.Finding) {
	if fs.first == nil {
		fs.first, fs.more = make(map[faultKey]int), make(map[faultKey]int)
	}
	key := faultKey{f.Pos, f.Message}
	at, again := fs.first[key]
	if !again {
		fs.first[key] = len(fs.list)
		f.Message = "with " + values + ": " + f.Message
		if f.Hint == "" {
			f.Hint = "leave these values out of the sweep, or let the cell bear them"
		}
		fs.list = append(fs.list, *f)
		return
	}
	notes := &fs.list[at].Notes
	fs.more[key]++
	switch n := fs.more[key]; {
	case n <= moreFaults:
		*notes = append(*notes, finding.Note{Text: "so it is with " + values})
	case n == moreFaults+1:
		*notes = append(*notes, finding.Note{Text: "so it is with another combination"})
	default:
		(*notes)[len(*notes)-1].Text = fmt.Sprintf("so it is with %d other combinations", n-moreFaults)
	}
}

// explainSweep says of the other runs of a cell that is swept how many the cache
// knows.
func (t *tools) explainSweep(opt Options, sweeps []*runner.Sweep, p *runner.Program, ref string) (*Explained, error) {
	for _, s := range sweeps {
		if !strings.HasSuffix(ref, "#"+s.ID) || s.Chapter != p.Chapter {
			continue
		}
		known, all, engine := 0, 0, ""
		for _, p := range s.Runs {
			if p == nil {
				continue
			}
			xs, err := runner.Explain(p, t.options(opt))
			if err != nil {
				return nil, err
			}
			for _, x := range xs {
				engine = x.Engine
				all++
				if x.Cached {
					known++
				}
			}
		}
		x := &Explained{Ref: ref + " with other values", Engine: engine, Cached: known == all, Why: fmt.Sprintf("%d of %s are in the cache", known, plural(all, "run"))}
		if all == 0 {
			x.Cached, x.Why = false, "it is only compiled"
		}
		return x, nil
	}
	return nil, nil
}
