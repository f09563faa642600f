package pipeline

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/rogpeppe/go-internal/diff"

	"rtbook/internal/book"
	"rtbook/internal/finding"
	"rtbook/runner"
	"rtbook/runner/interp"
)

// Explained is what is known of a cell on one engine without running it. The
// result of a cell is that of its environment's program, or for one that must
// panic that of its own. Of a cell that is swept there is one more, without a key,
// about all its runs with other values.
type Explained struct {
	Ref    string          `json:"ref"`              // "notes/02-allocator.md#fifty"
	Engine string          `json:"engine,omitempty"` // "" if it runs on none
	Cached bool            `json:"cached"`
	Why    string          `json:"why"`             // there is a result, or none
	Key    string          `json:"key,omitempty"`   // of the result in the cache
	Parts  []ExplainedPart `json:"parts,omitempty"` // of which Key is a hash; then those of the last run that are gone
}

// ExplainedPart is one of the things that a result depends on.
type ExplainedPart struct {
	runner.Part
	State  string `json:"state,omitempty"`  // since the last run on the engine: "changed", "new" or "gone"; "" if it is the same, or there is no record of one
	Before string `json:"before,omitempty"` // its value in the last run, if it changed
}

// Explain says of one cell, on each engine, what its result depends on, which
// of that changed since it last ran there, and why there is a result in the
// cache or why not. If findings keep the cell from running, they are in the
// report.
func Explain(ctx context.Context, opt Options, ref string) (*Report, []Explained, error) {
	var all []Explained
	r, err := explaining(ctx, opt, ref, func(t *tools, c *runner.Composition, p *runner.Program, ref, not string) error {
		if p == nil {
			all = []Explained{{Ref: ref, Why: not}}
			return nil
		}
		var err error
		if all, err = t.explain(opt, p, ref); err != nil {
			return err
		}
		sweep, err := t.explainSweep(opt, c.Sweeps, p, ref)
		if sweep != nil {
			all = append(all, *sweep)
		}
		return err
	})
	return r, all, err
}

// Lowered returns the source that the interpreter gets in the place of a cell's
// program. If findings keep the cell from running, or the interpreter refuses
// the program, that is in the report.
func Lowered(ctx context.Context, opt Options, ref string) (*Report, string, error) {
	var source string
	var refused *interp.RefusedError
	r, err := explaining(ctx, opt, ref, func(t *tools, c *runner.Composition, p *runner.Program, ref, not string) error {
		switch {
		case p != nil && p.Shell != nil:
			not = "its commands run on the toolchain only"
		case p != nil && p.GoOnly:
			not = "it is only compiled"
		}
		if not != "" {
			return &UsageError{ref + " is not interpreted: " + not}
		}
		var err error
		if source, err = interp.Lowered(p, t.load(ctx)); errors.As(err, &refused) {
			return nil
		}
		return err
	})
	if refused != nil {
		r.Findings = []finding.Finding{{Pos: finding.Pos(refused.Pos), Message: refused.Message, Hint: refused.Hint}}
		r.names.rename(r.Findings)
	}
	return r, source, err
}

// explaining calls do with the program of a cell and what it was composed with, or
// with nil and why it has none. If findings keep the cell from running, do is not called, and they are
// in the report.
func explaining(ctx context.Context, opt Options, ref string, do func(t *tools, c *runner.Composition, p *runner.Program, ref, not string) error) (*Report, error) {
	o, c, f, r, err := find(ctx, opt, ref)
	if err != nil {
		return nil, err
	}
	defer o.close()
	defer r.finish(o)
	if c == nil { // not even text
		return r, nil
	}
	if f == nil {
		return nil, &UsageError{"explain takes one cell, as in rtbook explain notes/02-allocator.md#fifty"}
	}
	r.keep(map[*book.Chapter]bool{c: true})
	ref = r.names.file(c.Path) + "#" + f.Cell.ID
	switch {
	case f.Skipped != "":
		r.Findings = nil // none of them matters to it
		return r, do(nil, nil, nil, ref, "it does not run here: it "+f.Skipped)
	case f.Cell.Expect == runner.ExpectCompileError && !f.Cell.Shell:
		r.Findings = nil
		return r, do(nil, nil, nil, ref, "it must not compile, and does not run: the type checker looks at it each time")
	}
	t, err := engines(ctx, opt, o, r.Book)
	if err != nil {
		return nil, err
	}
	defer t.close()
	composed := compose(r.Book, c.Cells(), t.load(ctx))
	if err := t.loadErr; err != nil {
		return nil, environment(err)
	}
	p := programOf(composed.Programs, f.Cell.ID)
	if p == nil {
		r.Findings = append(r.Findings, r.fromProblems(composed.Problems)...)
		return r, nil
	}
	r.Findings = nil
	var usage *UsageError
	if err := do(t, composed, p, ref, ""); errors.As(err, &usage) {
		return r, err
	} else if err != nil {
		return r, environment(err)
	}
	return r, nil
}

// programOf returns the program in which a cell counts, or nil.
func programOf(ps []*runner.Program, id string) *runner.Program {
	for _, p := range ps {
		for i, u := range p.Cells {
			if u.ID == id && (!p.Tail || i == len(p.Cells)-1) {
				return p
			}
		}
	}
	return nil
}

// explain explains a program on the engines that were asked for.
func (t *tools) explain(opt Options, p *runner.Program, ref string) ([]Explained, error) {
	known, err := runner.Explain(p, t.options(opt))
	if err != nil {
		return nil, err
	}
	var all []Explained
	for _, e := range t.engines {
		x := Explained{Ref: ref, Engine: e.Name(), Why: "it is only compiled"}
		if p.Shell != nil {
			x.Why = "its commands run on the toolchain only"
		}
		for _, k := range known {
			if k.Engine == e.Name() {
				x.Cached, x.Key, x.Parts = k.Cached, k.Key, compareParts(k, p)
				x.Why = why(k, x.Parts)
			}
		}
		all = append(all, x)
	}
	return all, nil
}

// why says why there is a result, or none.
func why(k runner.Explanation, parts []ExplainedPart) string {
	changed := 0
	for _, p := range parts {
		if p.State != "" {
			changed++
		}
	}
	last := ""
	if k.Last != nil && k.Last.Failure != "" {
		last = k.Last.Failure
	}
	switch {
	case k.Cached && k.Last == nil:
		return "a program of the same parts has run"
	case k.Cached && k.Last.Key != k.Key:
		return fmt.Sprintf("it ran like this before its last run, from which %s", differ(changed))
	case k.Cached:
		return "nothing changed since it last ran"
	case k.Last == nil:
		return "there is no record of a run"
	case k.Last.Key != k.Key && last != "":
		return fmt.Sprintf("%s since its last run, which came to nothing: %s", plural(changed, "part")+" changed", last)
	case k.Last.Key != k.Key:
		return plural(changed, "part") + " changed since its last run"
	case last != "":
		return "its last run came to nothing, and is not kept: " + last
	}
	return "nothing changed since it last ran, but the result is gone from the cache, or damaged"
}

func differ(n int) string {
	if n == 1 {
		return "1 part differs"
	}
	return fmt.Sprintf("%d parts differ", n)
}

// compareParts holds the parts of a program against those of its last run.
func compareParts(k runner.Explanation, p *runner.Program) []ExplainedPart {
	before := make(map[string]string)
	if k.Last != nil {
		for _, part := range k.Last.Parts {
			before[part.Name] = part.Value
		}
	}
	var all []ExplainedPart
	for _, part := range k.Parts {
		x := ExplainedPart{Part: part}
		if k.Last != nil {
			old, ok := before[part.Name]
			switch {
			case !ok:
				x.State = "new"
			case old != part.Value:
				x.State, x.Before = "changed", old
			}
		}
		delete(before, part.Name)
		x.Name = nameCell(part.Name, p)
		all = append(all, x)
	}
	if k.Last == nil {
		return all
	}
	for _, part := range k.Last.Parts {
		if _, ok := before[part.Name]; ok {
			part.Name = nameCell(part.Name, p)
			all = append(all, ExplainedPart{Part: part, State: "gone"})
		}
	}
	return all
}

// nameCell gives a part that is about a cell, which has its number, the cell's
// name.
func nameCell(part string, p *runner.Program) string {
	for _, about := range []string{"cell ", "commands of cell "} {
		number, ok := strings.CutPrefix(part, about)
		if n, err := strconv.Atoi(number); ok && err == nil && n >= 1 && n <= len(p.Cells) {
			return about + p.Cells[n-1].ID
		}
	}
	return part
}

// WriteExplained writes explanations for people: each part on a line, and the
// lines of a text that changed.
func WriteExplained(w io.Writer, all []Explained) error {
	var b strings.Builder
	for i, x := range all {
		if i > 0 {
			b.WriteString("\n")
		}
		x.write(&b)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (x Explained) write(b *strings.Builder) {
	state := "not cached"
	if x.Cached {
		state = "cached"
	}
	b.WriteString(x.Ref)
	if x.Engine != "" {
		b.WriteString(" on " + x.Engine)
	}
	fmt.Fprintf(b, ": %s: %s\n", state, finding.Printable(x.Why))
	if x.Key == "" {
		return
	}
	fmt.Fprintf(b, "key %s is a hash of\n", x.Key)
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	for _, p := range x.Parts {
		fmt.Fprintf(t, "  %s\t%s", finding.Printable(p.Name), short(p.Value, p.Text))
		switch {
		case p.State == "changed" && !p.Text:
			fmt.Fprintf(t, "\tchanged; was %s", short(p.Before, p.Text))
		case p.State != "":
			fmt.Fprintf(t, "\t%s", p.State)
		}
		fmt.Fprintln(t)
	}
	t.Flush()
	for _, p := range x.Parts {
		if p.Text && p.State == "changed" {
			d := string(diff.Diff(p.Name+" in the last run", []byte(p.Before), p.Name+" now", []byte(p.Value)))
			_, d, _ = strings.Cut(d, "\n") // "diff a b", which says nothing that the next two lines do not
			b.WriteString("\n" + finding.Printable(d))
		}
	}
}

// short is a value on a line: a text is its size, and a hash its beginning.
func short(value string, text bool) string {
	if text {
		return plural(strings.Count(value, "\n"), "line")
	}
	if _, err := hex.DecodeString(value); err == nil && len(value) == 64 {
		return value[:12]
	}
	return finding.Printable(strings.ReplaceAll(value, "\n", " "))
}
