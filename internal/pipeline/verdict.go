package pipeline

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

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
	fault  *finding.Finding
	status runner.Status // how it ended, as Go is compiled
	// quiet marks a cell that has no result because of a fault that is reported
	// elsewhere: in an earlier cell of its program, or in the text around it.
	quiet   bool
	tail    bool             // it had to end in a panic, and did if it is good
	output  string           // what it printed and, if it has to fail, the message
	shown   []runner.Display // what it showed besides
	lasting []runner.Display // of that, what the page can have
	sweep   *site.Sweep      // what it does with other values; nil if it is no sweep, or not all is known
	time    time.Duration    // on all engines
	compare comparison
	mended  bool // the difference was recorded
}

// good reports whether the cell has a result that may be shown and recorded.
func (v verdict) good() bool { return v.fault == nil && !v.quiet }

// ref is the cell's name.
func (v verdict) ref() string { return v.names.file(v.chapter.Path) + "#" + v.fence.Cell.ID }

// judge holds the results of the wanted number of engines against each other,
// cell by cell.
func judge(b *book.Book, c *runner.Composition, results runner.Results, wanted int, n names) []verdict {
	fences := make(map[string]verdict)
	for _, ch := range b.Chapters {
		for _, f := range ch.Fences {
			if f.Runs() {
				fences[ch.Path+"#"+f.Cell.ID] = verdict{fence: f, chapter: ch, names: n, compare: compareLike(f)}
			}
		}
	}
	var all []verdict
	for _, p := range c.Programs {
		rs := results[p]
		if len(rs) == 0 || len(rs) < wanted && !p.GoOnly {
			continue // not for the engine that was asked for, or not known to all of them
		}
		cells, broken := p.Cells, false
		if isTrial(fences[p.Chapter+"#"+cells[0].ID], p) {
			rs, cells = trial(rs), cells[:1]
		}
		for i, u := range cells {
			v := fences[p.Chapter+"#"+u.ID]
			v.tail = p.Tail
			if p.Tail && i < len(p.Cells)-1 {
				broken = broken || rs[0].Cells[i].Status != runner.Done // what is wrong is reported where the cell counts
				continue
			}
			for _, r := range rs {
				v.engines = append(v.engines, r.Engine)
				v.time += r.Cells[i].Time
			}
			switch {
			case broken:
				v.quiet = true
			case v.fence.Unjudged:
				v.quiet = true
				broken = slices.ContainsFunc(rs, func(r runner.Result) bool { return r.Cells[i].Status != runner.Done })
			default:
				v.output, v.fault = v.agree(rs, i, p.Tail)
				broken = v.fault != nil
				if !broken { // what comes after a display does not depend on it
					v.shown, v.fault = v.displays(rs, judging(rs), i)
					v.lasting = v.compare.lasting(v.shown, rs, i, v.recorded())
				}
			}
			all = append(all, v)
		}
	}
	for _, s := range c.Static {
		v := fences[s.Chapter+"#"+s.ID]
		v.output, v.quiet = s.Output, v.fence.Unjudged
		all = append(all, v)
	}
	settleTrials(all)
	return all
}

// agree returns the output of cell i on which all results agree, or what is
// wrong with the cell: an engine refused it, it does not end as it should, or
// the engines differ. With panics, the cell has to end with a panic, and the
// panic's message is the last line of its output.
func (v *verdict) agree(rs []runner.Result, i int, panics bool) (string, *finding.Finding) {
	for _, r := range rs {
		if c := r.Cells[i]; c.Status == runner.Refused {
			return "", &finding.Finding{Pos: place(c.Pos), Message: c.Message, Hint: cmp.Or(c.Hint, compileHint(c.Message))}
		}
	}
	judge := judging(rs)
	v.status = judge.Cells[i].Status
	want := runner.Done
	if panics {
		want = runner.Panicked
	}
	switch got := judge.Cells[i].Status; {
	case got == want:
	case got == runner.Done:
		return "", &finding.Finding{
			Pos:     v.chapter.AttrPos(v.fence, "expect"),
			Message: fmt.Sprintf("cell %s must panic and does not", v.fence.Cell.ID),
			Hint:    "leave expect=panic out, or make the cell panic",
		}
	default:
		return "", failure(judge, rs, i)
	}
	output := ending(judge.Cells[i], panics)
	for _, r := range rs {
		if c := r.Cells[i]; c.Status != want || !v.compare.agrees(ending(c, panics), output) {
			return "", disagreement(rs, i)
		}
	}
	return output, nil
}

// judging returns the result that counts: what the compiler says is Go, and the
// interpreter only has to say the same.
func judging(rs []runner.Result) runner.Result {
	for _, r := range rs {
		if r.Engine == "go" {
			return r
		}
	}
	return rs[0]
}

// ending is what a cell printed, and the message if it had to panic.
func ending(c runner.CellResult, panics bool) string {
	if !panics {
		return c.Output
	}
	if c.Output != "" && !strings.HasSuffix(c.Output, "\n") {
		c.Output += "\n"
	}
	return c.Output + firstLine(c.Message) + "\n"
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
