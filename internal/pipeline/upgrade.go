package pipeline

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"go/version"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"rtbook/internal/book"
	"rtbook/internal/facts"
	"rtbook/internal/finding"
	"rtbook/internal/site"
	"rtbook/runner/gotool"
)

// Upgrade says what another pin would change in the book, as findings of the
// report: facts with another value, symbols that moved or are gone, orders that
// no longer hold, quotations that read otherwise, cells that take part or no
// longer do, and cells that print something else or do not compile. Cells run
// compiled. With write, it then changes the pin in book.yaml and nothing else.
//
// Where the book's references do not hold as they are, compared is false: the
// findings say so, and the pin stays. The release must be on this machine.
func Upgrade(ctx context.Context, opt Options, to string, write bool) (r *Report, compared bool, err error) {
	o, err := open(opt)
	if err != nil {
		return nil, false, err
	}
	defer o.close()
	r = parse(ctx, opt, o)
	defer r.finish(o)
	if err := r.checkUpgrade(opt, to); err != nil {
		return nil, false, err
	}
	old, err := r.prose(ctx, opt, o, r.Book.Chapters)
	if err != nil || r.Failed() {
		return r, false, err
	}
	r.Findings = nil // warnings about the text are not the upgrade's
	rel, err := openRelease(ctx, o, r.Book, to, false)
	if err != nil {
		return nil, false, unavailable(err, to)
	}
	defer rel.close()
	if !rel.own {
		return nil, false, &EnvironmentError{fmt.Errorf("the book's module is in the language of %s, which %s is too old for", rel.tc.Language(), to)}
	}
	u := upgrade{Report: r, rel: rel, from: r.Book.Toolchain}
	if err := u.references(ctx, opt, old); err != nil {
		return nil, false, err
	}
	if err := u.cells(ctx, opt, o); err != nil {
		return nil, false, err
	}
	if m := r.readMatrix(o, true); m != nil {
		r.others = slices.DeleteFunc(m.Releases, func(v string) bool { return v == to })
	}
	r.upgraded = to
	if write {
		return r, true, r.pin(opt.writer(ctx), o, to)
	}
	return r, true, nil
}

// checkUpgrade refuses a release that is no upgrade.
func (r *Report) checkUpgrade(opt Options, to string) error {
	from := r.Book.Toolchain
	switch {
	case to == "":
		return &UsageError{"--to names the release to upgrade to, as in --to go1.27.4"}
	case opt.AnyGo:
		return &UsageError{"upgrade holds one release to another, so that --any-go makes no sense here"}
	case r.Failed():
		return nil // the findings say why there may be no pin
	case from == "":
		return &UsageError{"the book pins no release: write toolchain: " + to + " in book.yaml"}
	}
	if err := checkRelease(to); err != nil {
		return err
	}
	switch c := version.Compare(to, from); {
	case c == 0:
		return &UsageError{"the book is about " + to + " already"}
	case c < 0:
		return &UsageError{fmt.Sprintf("%s is older than %s, which the book is about: rtbook check --toolchains %s says how it differs", to, from, to)}
	}
	return nil
}

// unavailable says what helps where a release is not on this machine.
func unavailable(err error, to string) error {
	var missing *gotool.MissingError
	if errors.As(err, &missing) && missing.Have != "" {
		err = fmt.Errorf("%s is not on this machine: fetch it with GOTOOLCHAIN=%s go version, or with rtbook check --toolchains %s", to, to, to)
	}
	return &EnvironmentError{err}
}

// upgrade is one comparison of the pin with another release.
type upgrade struct {
	*Report
	rel  *release
	from string // the pin
}

func (u *upgrade) differs(pos finding.Pos, rule, format string, args ...any) *finding.Finding {
	u.Findings = append(u.Findings, finding.Finding{Pos: pos, Message: fmt.Sprintf(format, args...), Rule: rule})
	return &u.Findings[len(u.Findings)-1]
}

// references asks the release what the pin has answered.
func (u *upgrade) references(ctx context.Context, opt Options, old *prose) error {
	scratch := &Report{Book: u.Book, names: u.names} // what is wrong with them is reported already
	questions := append(scratch.links(u.Book.Chapters), scratch.quotations(u.Book.Chapters)...)
	if len(questions) == 0 {
		return nil
	}
	refs := make([]facts.Ref, len(questions))
	for i, q := range questions {
		refs[i] = q.ref
	}
	answers, err := u.rel.ask(ctx, opt, u.rel.tc, refs)
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return environment(err)
	}
	for i, q := range questions {
		if q.link != nil {
			u.reference(q, old.refs[q.link], answers[i])
		} else {
			u.quotation(q, old.quotes[q.fence], answers[i])
		}
	}
	return nil
}

// reference reports how a link's answers differ.
func (u *upgrade) reference(q question, was, now facts.Answer) {
	p := now.Problem
	switch {
	case p == nil && q.ref.Kind == facts.Symbol && was.Place.File != now.Place.File:
		u.differs(q.link.Pos, "symbol", "%s moves from %s to %s", q.ref.Text, was.Place.File, now.Place.File)
	case p == nil && q.ref.Kind == facts.Fact && was.Value != now.Value:
		// The text says both, as far as it is rounded.
		u.differs(q.link.TextPos, "fact", "%s is %s in %s, and %s in %s", q.ref.Text, was.Value, u.from, now.Value, u.rel.version).
			Hint = "the text says both"
	case p == nil:
	case p.Rule == "fact-value":
		f := u.differs(q.link.TextPos, "fact", "%s is %s in %s, and %s in %s", q.ref.Text, was.Value, u.from, now.Value, u.rel.version)
		f.Hint = p.Hint
	case p.Rule == "order":
		f := u.differs(q.link.Pos, "order", "%s does not hold in %s: %s", q.ref.Text, u.rel.version, p.Message)
		f.Hint = p.Hint
	default:
		f := u.differs(q.link.Pos, string(q.ref.Kind), "%s is not in %s: %s", q.ref.Text, u.rel.version, p.Message)
		f.Hint = p.Hint
	}
}

// quotation reports how the quoted source differs.
func (u *upgrade) quotation(q question, was, now facts.Answer) {
	switch {
	case now.Problem != nil:
		f := u.differs(q.fence.Pos, "quotation", "%s cannot be quoted from %s: %s", q.ref.Text, u.rel.version, now.Problem.Message)
		f.Hint = now.Problem.Hint
	case was.Text != now.Text:
		f := u.differs(q.fence.Pos, "quotation", "%s reads otherwise in %s", q.ref.Text, u.rel.version)
		f.Notes = []finding.Note{{Text: lineDiff(
			fmt.Sprintf("%s, %s", was.Place.File, u.from), book.EncodeOutput(was.Text),
			fmt.Sprintf("%s, %s", now.Place.File, u.rel.version), now.Text)}}
	}
}

// cells runs the cells on the release, those that it alone selects too.
func (u *upgrade) cells(ctx context.Context, opt Options, o *opened) error {
	before := make(map[*book.Fence]string)
	for _, ch := range u.Book.Chapters {
		for _, f := range ch.Fences {
			before[f] = f.Skipped
		}
	}
	u.Book.Select(u.rel.version, u.Book.Target)
	defer u.Book.Select(u.from, u.Book.Target)
	for _, ch := range u.Book.Chapters {
		for _, f := range ch.Fences {
			switch {
			case f.Cell == nil:
			case before[f] == "" && f.Skipped != "":
				u.differs(f.Pos, "cell", "cell %s no longer takes part: it %s", f.Cell.ID, f.Skipped)
			case before[f] != "" && f.Skipped == "":
				u.differs(f.Pos, "cell", "cell %s takes part in %s", f.Cell.ID, u.rel.version)
			}
		}
	}
	// The pin's packages are what cells are composed with: those of a newer
	// release may be in a form that this program cannot read.
	c, err := u.compose(ctx, opt, o, u.Book)
	if err != nil {
		return err
	}
	for _, f := range u.fromProblems(c.Problems) { // only of cells that the pin leaves out
		d := u.differs(f.Pos, "cell", "this cell cannot be tried with %s: %s", u.from, f.Message)
		d.Notes, d.Hint = f.Notes, f.Hint
	}
	verdicts, err := u.rel.run(ctx, opt, o, u.Book, c.Programs, u.names)
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return environment(err)
	}
	for _, v := range verdicts {
		switch {
		case v.fault != nil:
			f := u.differs(v.fault.Pos, "cell", "cell %s, in %s: %s", v.fence.Cell.ID, u.rel.version, v.fault.Message)
			f.Notes = v.fault.Notes
		case v.good() && v.differs():
			d := v.difference()
			f := u.differs(d.Pos, "cell", "cell %s prints something else in %s", v.fence.Cell.ID, u.rel.version)
			f.Notes = d.Notes
		}
	}
	return nil
}

// pin changes the pin in book.yaml.
func (r *Report) pin(w *site.Writer, o *opened, to string) error {
	name := path.Join(r.Book.Dir, "book.yaml")
	file, err := filepath.EvalSymlinks(filepath.Join(o.abs, filepath.FromSlash(name)))
	if err != nil {
		return &EnvironmentError{err}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return &EnvironmentError{err}
	}
	places := pinSyntax.FindAllSubmatchIndex(text, -1)
	if len(places) != 1 || string(text[places[0][2]:places[0][3]]) != r.Book.Toolchain {
		return &EnvironmentError{fmt.Errorf("%s has its toolchain where it is not found: write toolchain: %s there", r.names.file(name), to)}
	}
	var out bytes.Buffer
	out.Write(text[:places[0][2]])
	out.WriteString(to)
	out.Write(text[places[0][3]:])
	if err := w.ReplaceFile(file, text, out.Bytes()); err != nil {
		return &EnvironmentError{fmt.Errorf("change the pin: %w", err)}
	}
	return nil
}

var pinSyntax = regexp.MustCompile(`(?m)^\x{feff}?["']?toolchain["']?[ \t]*:[ \t]*["']?(go[0-9a-z.]+)["']?[ \t]*(?:#.*)?\r?$`)

// NextSteps says what to run once the pin is changed, a line a step.
func (r *Report) NextSteps() []string {
	var steps []string
	if built := runtime.Version(); version.Compare(version.Lang(r.upgraded), version.Lang(built)) > 0 {
		steps = append(steps, fmt.Sprintf("build rtbook with %s, whose packages rtbook built with %s may not be able to read", r.upgraded, built))
	}
	steps = append(steps,
		"rtbook update"+r.names.flags+" records what quotations and cells say now",
		"rtbook check"+r.names.flags+" finds what of the list is left to mend in the text",
	)
	if r.others != nil {
		steps = append(steps, "rtbook update"+r.names.flags+" --toolchains "+strings.Join(r.others, ",")+" records the table of releases anew")
	}
	return steps
}
