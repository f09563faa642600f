package pipeline

import (
	"fmt"
	"strings"

	"github.com/rogpeppe/go-internal/diff"

	"rtbook/internal/book"
	"rtbook/internal/finding"
	"rtbook/internal/site"
	"rtbook/runner"
)

// verdict is what the engines together say about one cell.
type verdict struct {
	fence   *book.Fence
	chapter *book.Chapter
	names   names
	engines []string // that ran it, in order
	// fault is what keeps the cell from having a result; nil if the engines
	// ran it to its end and agree.
	fault *finding.Finding
	// quiet marks a cell that has no result because an earlier one of its
	// program has a fault, which is reported there.
	quiet  bool
	output string
	mended bool // the difference was recorded
}

// good reports whether the cell has a result that may be shown and recorded.
func (v verdict) good() bool { return v.fault == nil && !v.quiet }

// ref is the cell's name.
func (v verdict) ref() string { return v.names.file(v.chapter.Path) + "#" + v.fence.Cell.ID }

// recorded returns what the chapter says the cell prints: nothing, if it has
// no output fence.
func (v verdict) recorded() string {
	if v.fence.Output == nil {
		return ""
	}
	return v.fence.Output.Content
}

// differs reports whether the chapter does not say what the cell printed.
func (v verdict) differs() bool { return v.recorded() != book.EncodeOutput(v.output) }

// judge holds the engines' results against each other, cell by cell.
func judge(b *book.Book, programs []*runner.Program, results runner.Results, n names) []verdict {
	fences := make(map[string]verdict)
	for _, c := range b.Chapters {
		for _, f := range c.Fences {
			if f.Role == book.RoleCell {
				fences[c.Path+"#"+f.Cell.ID] = verdict{fence: f, chapter: c, names: n}
			}
		}
	}
	var all []verdict
	for _, p := range programs {
		rs := results[p]
		if len(rs) == 0 {
			continue // not to be run on the engine that was asked for
		}
		broken := false
		for i, u := range p.Cells {
			v := fences[p.Chapter+"#"+u.ID]
			for _, r := range rs {
				v.engines = append(v.engines, r.Engine)
			}
			if broken {
				v.quiet = true
			} else {
				v.output, v.fault = agree(rs, i)
				broken = v.fault != nil
			}
			all = append(all, v)
		}
	}
	return all
}

// agree returns the output of cell i on which all results agree, or what is
// wrong with the cell: an engine refused it, it fails, or the engines differ.
func agree(rs []runner.Result, i int) (string, *finding.Finding) {
	for _, r := range rs {
		if c := r.Cells[i]; c.Status == runner.Refused {
			return "", &finding.Finding{Pos: place(c.Pos), Message: c.Message, Hint: c.Hint}
		}
	}
	judge := rs[0]
	for _, r := range rs {
		if r.Engine == "go" {
			judge = r // what the compiler says is Go; the interpreter only has to say the same
		}
	}
	if judge.Cells[i].Status != runner.Done {
		return "", failure(judge, rs, i)
	}
	for _, r := range rs {
		if c := r.Cells[i]; c.Status != runner.Done || c.Output != judge.Cells[i].Output {
			return "", disagreement(rs, i)
		}
	}
	return judge.Cells[i].Output, nil
}

// failure is the finding for a cell that fails as Go is compiled. That is the
// author's fault to mend, whatever the interpreter makes of it; where that is
// something else, the finding mentions it.
func failure(judge runner.Result, rs []runner.Result, i int) *finding.Finding {
	c := judge.Cells[i]
	f := &finding.Finding{Pos: place(c.Pos), Message: c.Message, Hint: c.Hint}
	if c.Output != "" {
		f.Notes = append(f.Notes, finding.Note{Text: "before that it printed:\n" + tail(c.Output)})
	}
	for _, r := range rs {
		other := r.Cells[i]
		if other.Status != c.Status || other.Output != c.Output || firstLine(other.Message) != firstLine(c.Message) {
			f.Notes = append(f.Notes, finding.Note{Text: fmt.Sprintf("%s: %s", r.Engine, describe(other))})
		}
	}
	return f
}

func disagreement(rs []runner.Result, i int) *finding.Finding {
	f := &finding.Finding{
		Pos:     place(rs[0].Cells[i].Pos),
		Message: "the engines disagree on this cell",
		Hint:    "the interpreter gets some Go wrong: write the cell another way, or put it in an environment of its own with engine=go",
	}
	for _, r := range rs {
		c := r.Cells[i]
		f.Notes = append(f.Notes, finding.Note{Text: fmt.Sprintf("%s: %s", r.Engine, describe(c))})
	}
	if a, b := rs[0].Cells[i], rs[1].Cells[i]; a.Output != b.Output && len(a.Output)+len(b.Output) > shortOutput {
		f.Notes = append(f.Notes, finding.Note{Text: lineDiff(rs[0].Engine, book.EncodeOutput(a.Output), rs[1].Engine, b.Output)})
	}
	return f
}

// shortOutput is how many bytes of output a finding shows whole.
const shortOutput = 1000

// describe says what a cell did on an engine, with its output if that is short.
func describe(c runner.CellResult) string {
	var text string
	switch {
	case c.Status == runner.Done && c.Output == "":
		return "printed nothing"
	case c.Status == runner.Done:
		text = "printed"
	case c.Status == runner.NotReached:
		return "did not get here"
	case c.Output == "":
		return c.Message
	default:
		text = c.Message + ", after printing"
	}
	if len(c.Output) > shortOutput {
		return fmt.Sprintf("%s %d bytes", text, len(c.Output))
	}
	return text + "\n" + strings.TrimSuffix(book.EncodeOutput(c.Output), "\n")
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// tail shortens a long output to its last lines, as a fence would have them.
func tail(s string) string {
	const most = 10
	s = strings.TrimSuffix(book.EncodeOutput(s), "\n")
	lines := strings.Split(s, "\n")
	if len(lines) <= most {
		return s
	}
	return fmt.Sprintf("… %d lines\n", len(lines)-most) + strings.Join(lines[len(lines)-most:], "\n")
}

// add puts the verdicts into the report: outcomes for the page, findings for
// the author, and the totals.
func (r *Report) add(verdicts []verdict) {
	r.Outcomes = make(map[string]site.Outcome, len(verdicts))
	for _, v := range verdicts {
		r.Totals.Cells++
		if v.fault != nil {
			f := *v.fault
			if f.Hint == "" {
				f.Hint = v.names.command("run", v.ref()) + " runs it again, with the cells above it"
			}
			r.Findings = append(r.Findings, f)
		}
		if !v.good() {
			continue
		}
		if v.differs() && !v.mended {
			if v.fence.Output != nil || v.fence.Recordable() { // else what is wrong with the fence is reported
				r.Findings = append(r.Findings, v.difference())
			}
			continue
		}
		r.Totals.Exact++
		if len(v.engines) == 1 && v.engines[0] == "go" {
			r.Totals.Compiled++
		}
		r.Outcomes[v.chapter.Path+"#"+v.fence.Cell.ID] = site.Outcome{Engines: v.engines, Agreed: true, Status: runner.Done, Output: v.output}
	}
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
	recorded, printed := v.recorded(), book.EncodeOutput(v.output)
	at := 0
	for at < len(recorded) && at < len(printed) && recorded[at] == printed[at] {
		at++
	}
	f.Pos = v.chapter.ContentPos(v.fence.Output, at)
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
