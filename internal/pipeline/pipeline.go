// Package pipeline is the order in which the others are called: it parses a
// book, has its cells composed, checked and run, holds what they printed
// against what the chapters say, and renders the site.
//
//	Check    parse, compose, run, compare, hold the prose to its sources, follow its
//	         links; writes nothing
//	Build    Check, and the site if there is nothing to find fault with, or a
//	         preview that shows what there is
//	Update   parse, compose, run, and the output and quotation fences that differ rewritten
//	UpdateToolchains  Check, and what other releases of Go say, recorded
//	Upgrade           what another pin would change, and the pin
//	RunCells one cell with the cells of its environment, or a chapter, or a file
//	         that is in no book
//	RunAnswer a reader's answer to a problem, with the problem's checker
//	List     what is known of each cell without running it
//	Explain  what one cell's result depends on, and what of that changed
//	Export   environments as folders for go run
//	Clean    the cache emptied
//
// A cell counts once its engines agree and its output is what the chapter
// records, byte for byte or as its attributes say: but for spans that vary, in
// any order, or not at all. A cell that must fail has its message as output. Of
// the choices of a prediction exactly one must be its output, and the checker of
// a problem must say of its answers what the author says of them.
//
// A cell that is swept runs once for each combination of values of its constants:
// with the text's own as any cell, and with the others on one engine, the compiler
// if it takes part. What these print is recorded in no chapter; it is part of the
// site. With each of them the cell must compile and come to its end.
//
// Prose is held to the source of the book's Go, to outputs, to the book's ledger
// (see [Report.claims]) and to what other releases were recorded to say (see
// [matrix]). What may stand in it unchecked is said in numerals.go, and which
// names are the runtime's at [sourceNames].
//
// Everything an author has to mend comes back as findings, all of a run at
// once. An error means that the work itself could not be done.
package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"rtbook/internal/book"
	"rtbook/internal/finding"
	"rtbook/internal/site"
	"rtbook/runner"
	"rtbook/runner/gotool"
	"rtbook/runner/sandbox"
)

// Options say which book, and how. The zero value is the book in the current
// directory, both engines, and no cache.
type Options struct {
	Root      string // the book's root; "" is the current directory
	Src       string // the folder of chapters; "" is "notes" in Root. Relative paths start at Root
	Out       string // the folder of the site; "" is "public". Relative paths start at Root
	Engine    string // "yaegi" or "go" runs one engine; "" runs both, which must agree
	Jobs      int    // programs that run at the same time on an engine; 0 is the number of processors
	CacheDir  string // where results and export data are kept; "" keeps nothing
	CacheSize int64  // bytes on disk that it is kept below; 0 is the default
	AnyGo     bool   // go on with whatever Go there is, not only with the book's pin
	Preview   string // Build: write the site here, with what was found marked on its pages, be it nothing; relative paths start at Root

	// Toolchains are other releases, such as "go1.25.1", that Check and
	// UpdateToolchains ask what the book's pin is asked. One that is not on this
	// machine is fetched by the go command; nothing else ever fetches one.
	Toolchains []string
	External   bool // Check: fetch what links to other sites lead to

	Stdin io.Reader // RunCells: what "-" names

	Progress func(done, total int) // programs run so far; 0, 0 when no more run, whatever came of them; may be nil
	Warn     func(error)           // what went wrong without spoiling the result; may be nil

	recording bool // the recorded matrix of releases is about to be replaced
	stored    bool // nothing is run: results come from the cache, or there are none
	sweeps    bool // cells that are swept run with their other values, too
}

// Report is what came of a run.
type Report struct {
	Book     *book.Book
	Findings []finding.Finding // in order of file and place
	Outcomes map[string]site.Outcome
	Totals   Totals
	Matrix   *site.Matrix // with Options.Toolchains: what they and the pin say
	External int          // addresses on other sites that the chapters link to
	Site     site.Stats   // Build only
	Out      string       // Build only: the folder of the site, as it was named

	names    names
	composed map[string]bool // the cells that are part of a program, by chapter and id
	source   func(file string) []byte
	matrix   *matrix  // that Matrix was made of
	upgraded string   // Upgrade: the new pin
	others   []string // Upgrade: the releases of the recorded matrix without it
}

// Machine is the report as machines read it: with every chapter, so that one
// without findings is seen to have none.
func (r *Report) Machine() finding.Report {
	m := finding.Report{Findings: r.Findings, Source: r.source}
	for _, c := range r.Book.Chapters {
		m.Files = append(m.Files, r.names.file(c.Path))
	}
	return m
}

// WriteFindings writes the report's findings as text, with the lines they are
// about. It returns how many stop a build.
func (r *Report) WriteFindings(w io.Writer) (int, error) {
	stopping := 0
	for _, f := range r.Findings {
		if !f.Warning {
			stopping++
		}
	}
	return stopping, finding.Write(w, r.Findings, r.source)
}

// Failed reports whether anything was found that stops a build.
func (r *Report) Failed() bool {
	for _, f := range r.Findings {
		if !f.Warning {
			return true
		}
	}
	return false
}

// EnvironmentError means that what rtbook needs is missing or broken: no Go
// toolchain, no cache directory, no process to be had. It is exit status 3.
type EnvironmentError struct{ Err error }

func (e *EnvironmentError) Error() string { return e.Err.Error() }
func (e *EnvironmentError) Unwrap() error { return e.Err }

// environment says that err is about the environment, and what else helps
// where the book's Go is missing.
func environment(err error) error {
	var missing *gotool.MissingError
	if errors.As(err, &missing) && missing.Have != "" {
		err = fmt.Errorf("%w; or go on with %s: --any-go", err, missing.Have)
	}
	return &EnvironmentError{err}
}

// UsageError means that what was asked for does not exist or may not be done.
// It is exit status 2.
type UsageError struct{ Msg string }

func (e *UsageError) Error() string { return e.Msg }

// Check parses the book, runs its cells, compares, and looks for what is wrong
// with the site that would come of it. It writes nothing but the cache. With
// an error it may still return a report of what was found until then.
func Check(ctx context.Context, opt Options) (*Report, error) {
	o, err := open(opt)
	if err != nil {
		return nil, err
	}
	defer o.close()
	return check(ctx, opt, o, site.Check)
}

// Build checks the book and, if nothing was found, writes its site; or with
// Options.Preview a site that shows what was found. With an error it may still
// return a report of what was found until then.
func Build(ctx context.Context, opt Options) (*Report, error) {
	o, err := open(opt)
	if err != nil {
		return nil, err
	}
	defer o.close()
	if err := o.checkOut(opt); err != nil {
		return nil, err
	}
	var files *site.Files
	r, err := check(ctx, opt, o, func(in site.Input) (found []finding.Finding, err error) {
		if files, err = site.Render(in); err == nil {
			found = files.Findings
		}
		return found, err
	})
	if err != nil || r.Failed() && opt.Preview == "" {
		return r, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	r.Out = siteDir(opt)
	if r.Site, err = opt.writer(ctx).Write(files, outDir(opt)); err != nil {
		return r, &EnvironmentError{err}
	}
	return r, nil
}

// writer writes to the disk, and says whom it has to wait for.
func (opt Options) writer(ctx context.Context) *site.Writer {
	return &site.Writer{Context: ctx, Notify: func(m string) {
		if opt.Warn != nil {
			opt.Warn(errors.New(m))
		}
	}}
}

// check is Check. faults says what is wrong with the site that is made of the
// book and of what came of it.
func check(ctx context.Context, opt Options, o *opened, faults func(site.Input) ([]finding.Finding, error)) (*Report, error) {
	r := parse(ctx, opt, o)
	if err := r.checkToolchains(opt); err != nil {
		return nil, err
	}
	defer r.finish(o)
	opt.sweeps = true
	text := r.checkText(ctx, opt, o)
	defer text.end()
	verdicts, err := r.run(ctx, opt, o, r.Book.Cells())
	if err != nil {
		return r, err
	}
	r.add(verdicts)
	r.cells()
	p, shown, err := text.wait(r)
	if err != nil {
		return r, err
	}
	if err := r.external(ctx, opt); err != nil {
		return r, err
	}
	if err := r.releases(ctx, opt, o, p); err != nil {
		return r, err
	}
	in := site.Input{Book: r.Book, Outcomes: r.Outcomes, Prose: shown, Assets: o.fsys}
	if opt.Preview != "" {
		in.Preview = append([]finding.Finding{}, r.Findings...)
	}
	found, err := faults(in)
	if err != nil {
		return r, fmt.Errorf("rendering the site: %w", err)
	}
	if !r.incomplete() {
		r.Findings = append(r.Findings, found...)
	}
	return r, nil
}

// textCheck is the check of what chapters say in prose. What the cells do does
// not matter to it, so that they run meanwhile.
type textCheck struct {
	report *Report // with what it finds alone
	prose  *prose
	shown  site.Prose
	err    error

	done chan struct{} // closed when it has come to an end
	stop context.CancelFunc
}

// end returns when nothing of the check goes on, be it done or not.
func (t *textCheck) end() {
	t.stop()
	<-t.done
}

// checkText begins the check of the prose of r's book.
func (r *Report) checkText(ctx context.Context, opt Options, o *opened) *textCheck {
	ctx, stop := context.WithCancel(ctx)
	t := &textCheck{report: &Report{Book: r.Book, names: r.names, Findings: slices.Clip(r.Findings)}, done: make(chan struct{}), stop: stop}
	before := len(r.Findings)
	go func() {
		defer close(t.done)
		t.err = t.run(ctx, opt, o)
		t.report.Findings = t.report.Findings[before:]
	}()
	return t
}

func (t *textCheck) run(ctx context.Context, opt Options, o *opened) error {
	r := t.report
	p, err := r.prose(ctx, opt, o, r.Book.Chapters)
	if err != nil {
		return err
	}
	t.prose, t.shown = p, p.forSite()
	t.shown.Ledger = r.claims(o)
	if err := r.checkNumerals(ctx, opt, o); err != nil {
		return err
	}
	t.shown.Matrix = r.recordedMatrix(opt, o, p)
	return nil
}

// wait adds to r what was found, and returns what holds of the prose and what
// the site shows of it.
func (t *textCheck) wait(r *Report) (*prose, site.Prose, error) {
	<-t.done
	if t.err != nil {
		return nil, site.Prose{}, t.err
	}
	r.Findings = append(r.Findings, t.report.Findings...)
	return t.prose, t.shown, nil
}

// parse begins a report with the book and what is wrong with its text.
func parse(ctx context.Context, opt Options, o *opened) *Report {
	if o.loose != nil {
		b, found := book.ParseFile(o.loose.name, o.loose.text)
		selectHere(ctx, opt, o, b)
		return &Report{Book: b, Findings: found}
	}
	b, found := book.Parse(o.fsys, o.dir, o.skip(opt)...)
	selectHere(ctx, opt, o, b)
	return &Report{Book: b, Findings: found, names: namesFor(opt, o)}
}

// selectHere decides which cells take part by the Go that will run them, where
// that is not the book's pin but what there is.
func selectHere(ctx context.Context, opt Options, o *opened, b *book.Book) {
	if !opt.AnyGo && b.Toolchain != "" || !slices.ContainsFunc(b.Chapters, conditional) {
		return
	}
	version, target := "", b.Target
	if t, err := gotool.Open(o.abs, ""); err == nil {
		version, _ = t.Check(ctx) // a Go that does not work is reported when something has to run
		t.Close()
	}
	if opt.AnyGo {
		target = ""
	}
	b.Select(version, target)
}

// conditional reports whether a chapter has a cell that says if=.
func conditional(c *book.Chapter) bool {
	return slices.ContainsFunc(c.Fences, func(f *book.Fence) bool { return f.If != "" })
}

// incomplete reports whether a file that was to be a chapter is none. What the
// others say about it, such as links to it, is then no fault of theirs.
func (r *Report) incomplete() bool {
	chapters := make(map[string]bool)
	for _, c := range r.Book.Chapters {
		chapters[c.Path] = true
	}
	return slices.ContainsFunc(r.Findings, func(f finding.Finding) bool {
		ext := strings.ToLower(path.Ext(f.File))
		return (ext == ".md" || ext == ".markdown") && !chapters[f.File] && !f.Warning
	})
}

// finish puts the findings in order, keeps the text that they are about, since
// the files are closed afterwards, and gives them the names that people know.
func (r *Report) finish(o *opened) {
	finding.Sort(r.Findings)
	texts := make(map[string][]byte)
	for _, c := range r.Book.Chapters {
		texts[r.names.file(c.Path)] = c.Source
	}
	for _, f := range r.Findings {
		name := r.names.file(f.File)
		if _, ok := texts[name]; ok || f.Line == 0 {
			continue
		}
		if o.loose != nil {
			texts[name] = o.loose.text
			continue
		}
		// Without its text, a finding is shown without its line.
		texts[name], _ = fs.ReadFile(o.fsys, f.File)
	}
	r.source = func(file string) []byte { return texts[file] }
	r.names.rename(r.Findings)
}

// run composes and runs cells, and adds to the report what keeps them from
// running.
func (r *Report) run(ctx context.Context, opt Options, o *opened, cells []runner.Cell) ([]verdict, error) {
	if len(cells) == 0 {
		return nil, nil
	}
	if opt.Progress != nil {
		defer opt.Progress(0, 0)
	}
	if found := isolation(r.Book, sandbox.Capabilities); len(found) > 0 {
		r.Findings = append(r.Findings, found...)
		r.Totals.NotRun += len(cells)
		return nil, nil
	}
	t, err := engines(ctx, opt, o, r.Book)
	if err != nil {
		return nil, err
	}
	defer t.close()
	c := compose(r.Book, withoutSweeps(cells), t.load(ctx))
	if err := t.loadErr; err != nil {
		return nil, environment(err)
	}
	var swept *sweepStore
	if opt.sweeps {
		if swept = t.sweepsKnown(cells, c.Programs); swept.missing() {
			c = compose(r.Book, swept.unknown(), t.load(ctx))
		}
	}
	r.Findings = append(r.Findings, r.fromProblems(c.Problems)...)
	programs := c.Programs
	if opt.sweeps {
		programs = append(slices.Clip(programs), c.SweepPrograms()...)
	}
	if c.GivenUp {
		var stop func()
		ctx, stop = boundMemory(ctx, mostMemory)
		defer stop()
	}
	results, err := runner.Run(ctx, programs, t.options(opt))
	if err != nil {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, environment(err)
	}
	r.composed = make(map[string]bool)
	for _, p := range c.Programs {
		for _, u := range p.Cells {
			r.composed[p.Chapter+"#"+u.ID] = true
		}
		switch {
		case len(results[p]) > 0:
		case p.Tail, book.OfProblem(p.Env): // of an answer and its checker one counts
			r.Totals.NotRun++
		default:
			r.Totals.NotRun += len(p.Cells)
		}
	}
	verdicts := judge(r.Book, c, results, len(t.engines), r.names)
	if opt.sweeps {
		r.sweeps(verdicts, c.Sweeps, results, swept)
	}
	return verdicts, nil
}

// fromProblems returns what is wrong with cells as findings. One about an
// attribute stands there.
func (r *Report) fromProblems(problems []runner.Problem) []finding.Finding {
	fences := make(map[runner.Pos]func(attr string, at int) finding.Pos)
	for _, ch := range r.Book.Chapters {
		for _, f := range ch.Fences {
			if f.Cell != nil {
				fences[runner.Pos{File: ch.Path, Line: f.Cell.Line}] = func(attr string, at int) finding.Pos {
					if at > 0 {
						return ch.ValuePos(f, attr, at-1)
					}
					return ch.AttrPos(f, attr)
				}
			}
		}
	}
	guesses := 100 // each is compared with all names of its program
	var all []finding.Finding
	for _, p := range problems {
		f := finding.Finding{Pos: place(p.Pos), Message: p.Message, Hint: p.Hint}
		if p.Undefined != "" && f.Hint == "" && guesses > 0 {
			guesses--
			f.Hint = meant(p)
		}
		if near := finding.Nearest(p.Undefined, p.Defined); near != "" && p.Attr != "" {
			f.Hint = "did you mean " + near + "?"
		}
		f.Hint = cmp.Or(f.Hint, compileHint(p.Message))
		if at := fences[runner.Pos{File: p.Pos.File, Line: p.Pos.Line}]; p.Attr != "" && at != nil {
			f.Pos = at(p.Attr, p.AttrAt)
		}
		for _, n := range p.Notes {
			f.Notes = append(f.Notes, finding.Note{Pos: place(n.Pos), Text: n.Text})
		}
		all = append(all, f)
	}
	return all
}

func place(p runner.Pos) finding.Pos { return finding.Pos(p) }
