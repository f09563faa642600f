package pipeline

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/rogpeppe/go-internal/diff"

	"rtbook/internal/book"
	"rtbook/internal/finding"
	"rtbook/internal/site"
	"rtbook/runner"
)

// Totals count the cells of a book that take part: Cells is the sum of Exact,
// Varied, Unordered, Samples and Skipped, and of those that have a finding.
type Totals struct {
	Cells     int
	Exact     int // printed what the chapter says, to the byte
	Varied    int // printed it but for the spans that may vary
	Unordered int // printed its lines, in whatever order
	Samples   int // ran; nothing was compared
	Skipped   int // not for the book's target or toolchain
	Compiled  int // of these, on the compiler alone
	Sweeps    int // of these, run with other values, too
	Runs      int // of the sweeps, with those of the cells' own values
	NotRun    int // not counted in Cells: not for the one engine that was asked for
}

// String is the honest sum.
func (t Totals) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d exact", plural(t.Cells+t.NotRun, "cell"), t.Exact)
	add := func(n int, format string) {
		if n > 0 {
			fmt.Fprintf(&b, ", "+format, n)
		}
	}
	add(t.Varied, "%d with varied spans")
	add(t.Unordered, "%d in any order")
	if t.Samples > 0 {
		b.WriteString(", " + plural(t.Samples, "sample"))
	}
	add(t.Skipped, "%d skipped")
	if t.Compiled > 0 {
		fmt.Fprintf(&b, "; %d of them compiled only", t.Compiled)
	}
	if t.Sweeps > 0 {
		fmt.Fprintf(&b, "; %s of %s", plural(t.Sweeps, "sweep"), plural(t.Runs, "run"))
	}
	if t.NotRun > 0 {
		fmt.Fprintf(&b, "; %d compiled only, so not run", t.NotRun)
	}
	return b.String()
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// add puts the verdicts into the report: outcomes for the page, findings for
// the author, and the totals.
func (r *Report) add(verdicts []verdict) {
	r.Outcomes = make(map[string]site.Outcome, len(verdicts))
	for _, v := range verdicts {
		if v.fault != nil {
			f := *v.fault
			if f.Hint == "" {
				f.Hint = runHint(v.status, v.names.command("run", v.ref()))
			}
			r.Findings = append(r.Findings, f)
		}
		if !v.quiet {
			r.Outcomes[v.chapter.Path+"#"+v.fence.Cell.ID] = v.outcome()
		}
		if !v.good() {
			continue
		}
		if f := v.misjudged(); f != nil {
			r.Findings = append(r.Findings, *f)
			continue
		}
		prediction := v.prediction()
		if prediction != nil {
			r.Findings = append(r.Findings, *prediction)
		}
		if v.differs() && !v.mended {
			if v.fence.Output != nil || v.fence.Recordable() { // else what is wrong with the fence is reported
				r.Findings = append(r.Findings, v.difference())
			}
			continue
		}
		if v.compare.idle(v.recorded()) {
			r.Findings = append(r.Findings, finding.Finding{
				Pos:     v.chapter.AttrPos(v.fence, "vary"),
				Message: "vary leaves nothing of this output to be compared",
				Hint:    "say less in vary, or mark the cell {sample}, which says that nothing is compared",
			})
			continue
		}
		if prediction == nil {
			r.count(v)
		}
	}
	r.skippedPredictions()
}

func (r *Report) count(v verdict) {
	switch {
	case v.compare.sample:
		r.Totals.Samples++
	case len(v.compare.vary) > 0:
		r.Totals.Varied++
	case v.compare.unordered:
		r.Totals.Unordered++
	default:
		r.Totals.Exact++
	}
	if len(v.engines) == 1 && v.engines[0] == "go" {
		r.Totals.Compiled++
	}
	if v.sweep != nil {
		r.Totals.Sweeps++
		r.Totals.Runs += len(v.sweep.Runs)
	}
}

// cells counts the cells of the book: those that are not for its target or
// toolchain, too, and those that a finding keeps from running.
func (r *Report) cells() {
	r.Totals.Cells = -r.Totals.NotRun
	for _, c := range r.Book.Chapters {
		for _, f := range c.Fences {
			if !f.Runs() {
				continue
			}
			r.Totals.Cells++
			if f.Skipped != "" {
				r.Totals.Skipped++
			}
		}
	}
}

// outcome is what the page says of a cell; of one with a fault, which stands
// beside it, only how it ended.
func (v verdict) outcome() site.Outcome {
	if v.fault != nil {
		return site.Outcome{Engines: v.engines, Status: cmp.Or(v.status, runner.Refused)}
	}
	o := site.Outcome{Engines: v.engines, Agreed: true, Status: runner.Done, Output: v.output, Displays: v.lasting, Sweep: v.sweep}
	if v.tail {
		o.Status = runner.Panicked
	}
	o.Choices = v.compare.chosen(v.fence.Predict, book.EncodeOutput(v.output))
	o.Alike = !v.differs() && v.recorded() != book.EncodeOutput(v.output)
	return o
}

// recorded returns what the chapter says the cell prints: nothing, if it has
// no output fence.
func (v verdict) recorded() string {
	if v.fence.Output == nil {
		return ""
	}
	return v.fence.Output.Content
}

// differs reports whether the chapter does not say what the cell printed.
func (v verdict) differs() bool {
	printed := book.EncodeOutput(v.output)
	if v.fence.Output == nil {
		return printed != ""
	}
	return !v.compare.same(v.recorded(), printed)
}

// difference is the finding for a cell that printed something else than its
// chapter says. It is placed at the first line of the fence that differs.
func (v verdict) difference() finding.Finding {
	f := finding.Finding{
		Pos:     v.fence.Pos,
		Message: fmt.Sprintf("cell %s prints what no output fence records", v.fence.Cell.ID),
		Notes:   []finding.Note{{Text: v.diff()}},
	}
	if v.fence.Recordable() {
		f.Hint = v.names.command("update", v.ref()) + " records what it prints now"
	}
	if v.fence.Output == nil {
		return f
	}
	f.Pos = v.chapter.ContentPos(v.fence.Output, v.compare.firstDifference(v.recorded(), book.EncodeOutput(v.output)))
	f.Message = fmt.Sprintf("cell %s prints something else", v.fence.Cell.ID)
	return f
}

// diff is a line diff from what the chapter says to what the cell printed.
func (v verdict) diff() string {
	return lineDiff(v.ref()+" in the chapter", v.recorded(), v.ref()+" now", v.output)
}

// lineDiff is a line diff of two outputs, as fences would have them.
func lineDiff(oldName, old, newName, new string) string {
	d := string(diff.Diff(oldName, []byte(old), newName, []byte(book.EncodeOutput(new))))
	_, d, _ = strings.Cut(d, "\n") // "diff a b", which says nothing that the next two lines do not
	return strings.TrimSuffix(d, "\n")
}
