package pipeline

import (
	"context"
	"fmt"
	"go/version"
	"regexp"
	"slices"
	"strings"

	"rtbook/internal/book"
	"rtbook/internal/facts"
	"rtbook/internal/finding"
	"rtbook/internal/site"
	"rtbook/runner"
	"rtbook/runner/gotool"
)

// matrix is what several releases say to the book: to each of its references
// into Go source, once however often it is made, and to each of its cells that
// are only compiled.
//
// It is recorded in the file toolchains.yaml beside the chapters, so that
// nothing has to be fetched to show it. There, a release's answer is a fact's
// value, the file that a symbol is in, "holds" for an order, the number of lines
// of a quotation and a hash, and "as recorded" for a cell; or absent, or why it
// was not tried, or what is otherwise. What is the same and what differs follows
// from the column of the pin.
type matrix struct {
	Releases []string    `yaml:"releases"` // ascending; the pin is one
	Rows     []matrixRow `yaml:"rows"`     // in the book's order
}

// matrixRow is one check.
type matrixRow struct {
	Kind string   `yaml:"kind"` // a facts.Kind, or "cell"
	Text string   `yaml:"text"` // "runtime len(p{}.runq)"; of a cell, "notes/05-so-what.md#fifty"
	Said []string `yaml:"said"` // by release
}

func (row matrixRow) key() string { return row.Kind + " " + row.Text }

// check is what a matrix has a row for, where it first stands.
type matrixCheck struct {
	row     matrixRow // what the pin says is Said[0]; "" if it has no answer
	ref     facts.Ref // of a cell, the zero Ref
	pos     finding.Pos
	chapter *book.Chapter
	anchor  string
}

// matrixChecks returns the checks of the book, in its order.
func (r *Report) matrixChecks(p *prose) []matrixCheck {
	var all []matrixCheck
	seen := make(map[string]bool)
	add := func(c matrixCheck) {
		if !seen[c.row.key()] {
			seen[c.row.key()] = true
			all = append(all, c)
		}
	}
	for _, ch := range r.Book.Chapters {
		for _, ref := range ch.Refs {
			parsed, err := facts.Parse(ref.Dest)
			if ref.Kind != book.RefSource || err != nil {
				continue
			}
			add(checkOf(ch, ref.Pos, ref.Offset, parsed, p.refs[ref]))
		}
		for _, f := range ch.Fences {
			switch {
			case f.Role == book.RoleQuote && f.Quote != nil:
				if parsed, err := facts.ParseQuote(f.Quote.Symbol, f.Quote.Lines); err == nil {
					add(checkOf(ch, f.Pos, f.Open, parsed, p.quotes[f]))
				}
			case f.Role == book.RoleCell && f.Cell.GoOnly && !f.Cell.Shell && f.Skipped == "" && f.Cell.Expect != runner.ExpectCompileError:
				add(matrixCheck{
					row: matrixRow{Kind: "cell", Text: ch.Path + "#" + f.Cell.ID, Said: []string{saidRecorded}},
					pos: f.Pos, chapter: ch, anchor: f.Cell.ID,
				})
			}
		}
	}
	return all
}

// checkOf is the check of a reference at a place, which is an offset too, with
// what the pin answers.
func checkOf(ch *book.Chapter, pos finding.Pos, offset int, ref facts.Ref, a facts.Answer) matrixCheck {
	c := matrixCheck{
		row: matrixRow{Kind: string(ref.Kind), Text: ref.Text, Said: []string{""}},
		ref: ref, pos: pos, chapter: ch, anchor: claimAnchor(ch, offset),
	}
	if a.Place != (facts.Place{}) || a.Value.Kind != "" || a.Text != "" {
		c.row.Said[0] = said(ref.Kind, a)
	}
	return c
}

// claimAnchor is the anchor of the claim that a place belongs to, or "".
func claimAnchor(ch *book.Chapter, offset int) string {
	anchor, seen := "", make(map[string]bool)
	for _, c := range ch.Claims {
		for _, id := range c.IDs {
			if c.Holds(offset) && !seen[id.ID] { // the first claim of a row has the anchor
				anchor = book.ClaimAnchor(id.ID)
			}
			seen[id.ID] = true
		}
	}
	return anchor
}

// evaluate asks releases, of which some may not be to be had: these are left
// out, with a warning.
func (r *Report) evaluate(ctx context.Context, opt Options, o *opened, p *prose) (*matrix, error) {
	checks := r.matrixChecks(p)
	pin, err := sourceOf(opt, o, r.Book)
	if err != nil {
		return nil, err
	}
	defer pin.Close()
	c, err := r.compose(ctx, opt, o, r.Book)
	if err != nil {
		return nil, err
	}
	m := &matrix{}
	columns := make(map[string][]string)
	for _, name := range opt.Toolchains {
		if name == r.Book.Toolchain || columns[name] != nil {
			continue
		}
		column, err := r.column(ctx, opt, o, pin, name, checks, c)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			if opt.Warn != nil {
				opt.Warn(fmt.Errorf("%s is skipped: %w", name, err))
			}
			continue
		}
		columns[name] = column
		m.Releases = append(m.Releases, name)
	}
	m.Releases = append(m.Releases, r.Book.Toolchain)
	slices.SortFunc(m.Releases, version.Compare)
	columns[r.Book.Toolchain] = pinColumn(checks)
	for i, check := range checks {
		row := matrixRow{Kind: check.row.Kind, Text: check.row.Text}
		for _, name := range m.Releases {
			row.Said = append(row.Said, columns[name][i])
		}
		m.Rows = append(m.Rows, row)
	}
	return m, nil
}

// pinColumn returns what the pin says to checks.
func pinColumn(checks []matrixCheck) []string {
	column := make([]string, len(checks))
	for i, check := range checks {
		column[i] = check.row.Said[0]
	}
	return column
}

// column returns what a release says to checks.
func (r *Report) column(ctx context.Context, opt Options, o *opened, pin *gotool.Toolchain, name string, checks []matrixCheck, c *runner.Composition) ([]string, error) {
	rel, err := openRelease(ctx, o, r.Book, name, true)
	if err != nil {
		return nil, err
	}
	defer rel.close()
	var refs []facts.Ref
	for _, check := range checks {
		if check.row.Kind != "cell" {
			refs = append(refs, check.ref)
		}
	}
	answers, err := rel.ask(ctx, opt, pin, refs)
	if err != nil {
		return nil, err
	}
	cells, err := r.runThere(ctx, opt, o, rel, pin, c)
	if err != nil {
		return nil, err
	}
	column := make([]string, 0, len(checks))
	for _, check := range checks {
		if check.row.Kind == "cell" {
			column = append(column, cells[check.row.Text])
			continue
		}
		column = append(column, said(check.ref.Kind, answers[0]))
		answers = answers[1:]
	}
	return column, nil
}

// runThere runs the programs that are only compiled on another release, and
// returns what came of each cell, by chapter and id.
func (r *Report) runThere(ctx context.Context, opt Options, o *opened, rel *release, pin *gotool.Toolchain, c *runner.Composition) (map[string]string, error) {
	all := make(map[string]string)
	var ps []*runner.Program
	for _, p := range c.Programs {
		if !p.GoOnly || p.Shell != nil {
			continue
		}
		if rel.own || !outsideStandard(pin, p) {
			ps = append(ps, p)
			continue
		}
		for _, u := range p.Cells {
			all[p.Chapter+"#"+u.ID] = notTried + needsModule(pin)
		}
	}
	verdicts, err := rel.run(ctx, opt, o, r.Book, ps, r.names)
	if err != nil {
		return nil, err
	}
	for _, v := range verdicts {
		all[v.chapter.Path+"#"+v.fence.Cell.ID] = saidCell(v)
	}
	return all, nil
}

// forSite is the matrix as the site shows it, with where the checks are.
func (m *matrix) forSite(pin string, checks []matrixCheck) *site.Matrix {
	out := &site.Matrix{Releases: m.Releases}
	at := slices.Index(m.Releases, pin)
	rows := make(map[string]matrixRow, len(m.Rows))
	for _, row := range m.Rows {
		rows[row.key()] = row
	}
	for _, c := range checks {
		row, ok := rows[c.row.key()]
		if !ok || at < 0 || len(row.Said) != len(m.Releases) {
			continue
		}
		line := site.MatrixRow{Chapter: c.chapter.Path, Line: c.pos.Line, Kind: row.Kind, Text: row.Text, Anchor: c.anchor}
		if row.Kind == "cell" {
			line.Text = c.anchor
		}
		for _, s := range row.Said {
			line.Results = append(line.Results, releaseResult(row.Kind, s, row.Said[at]))
		}
		out.Rows = append(out.Rows, line)
	}
	return out
}

// What said says of a quotation, and of a fact that is a number.
var (
	saidQuote  = regexp.MustCompile(`^([0-9]+ lines?), [0-9a-f]{8}$`)
	saidNumber = regexp.MustCompile(`^-?[0-9]+(/[0-9]+)?$`)
)

// releaseResult is what a release said, beside what the pin says.
func releaseResult(kind, said, pin string) site.MatrixResult {
	switch {
	case pin == "":
		return site.MatrixResult{Value: "what the pin says is a finding"}
	case strings.HasPrefix(said, notTried):
		return site.MatrixResult{Value: strings.TrimPrefix(said, notTried)}
	case said == "":
		return site.MatrixResult{Value: "it did not run"}
	case said == pin:
		return site.MatrixResult{State: "same"}
	case said == saidAbsent:
		return site.MatrixResult{State: "absent"}
	case kind == string(facts.Quote):
		if m := saidQuote.FindStringSubmatch(said); m != nil {
			said = "reads otherwise: " + m[1]
		}
	}
	return site.MatrixResult{State: "differs", Value: said}
}

// readable writes the numbers in a matrix as prose does, as those of the pin are
// shown beside them. It returns the matrix.
func readable(m *site.Matrix) *site.Matrix {
	for _, row := range m.Rows {
		for i, res := range row.Results {
			if row.Kind == string(facts.Fact) && saidNumber.MatchString(res.Value) {
				row.Results[i].Value = facts.Value{Kind: "float", Text: res.Value}.String()
			}
		}
	}
	return m
}

// releases asks the releases of opt.Toolchains, if it names any.
func (r *Report) releases(ctx context.Context, opt Options, o *opened, p *prose) error {
	if len(opt.Toolchains) == 0 {
		return nil
	}
	m, err := r.evaluate(ctx, opt, o, p)
	if err != nil {
		return err
	}
	r.matrix = m
	r.Matrix = m.forSite(r.Book.Toolchain, r.matrixChecks(p))
	return nil
}

// checkToolchains reports what keeps releases from being asked.
func (r *Report) checkToolchains(opt Options) error {
	if len(opt.Toolchains) == 0 {
		return nil
	}
	if opt.AnyGo || r.Book.Toolchain == "" {
		return &UsageError{"--toolchains holds other releases to the one that book.yaml pins, as in toolchain: go1.26.8: there is none, or --any-go goes on without it"}
	}
	for _, name := range opt.Toolchains {
		if err := checkRelease(name); err != nil {
			return err
		}
	}
	return nil
}
