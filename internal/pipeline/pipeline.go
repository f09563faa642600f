// Package pipeline is the order in which the others are called: it parses a
// book, has its cells composed, checked and run, holds what they printed
// against what the chapters say, and renders the site.
//
//	Check    parse, compose, run, compare, render; writes nothing
//	Build    Check, and the site if there is nothing to find fault with
//	Update   parse, compose, run, and the output fences that differ rewritten
//	RunCells one cell with the cells of its environment, or a chapter
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
)

// Options say which book, and how. The zero value is the book in the current
// directory, both engines, and no cache.
type Options struct {
	Root     string // the book's root; "" is the current directory
	Src      string // the folder of chapters; "" is "notes" in Root. Relative paths start at Root
	Out      string // the folder of the site; "" is "public". Relative paths start at Root
	Engine   string // "yaegi" or "go" runs one engine; "" runs both, which must agree
	Jobs     int    // programs that run at the same time on an engine; 0 is the number of processors
	CacheDir string // where results and export data are kept; "" keeps nothing
	AnyGo    bool   // go on with whatever Go there is, not only with the book's pin

	Progress func(done, total int) // programs run so far; 0, 0 when no more run, whatever came of them; may be nil
	Warn     func(error)           // what went wrong without spoiling the result; may be nil
}

// Report is what came of a run.
type Report struct {
	Book     *book.Book
	Findings []finding.Finding // in order of file and place
	Outcomes map[string]site.Outcome
	Totals   Totals
	Site     site.Stats // Build only
	Out      string     // Build only: the folder of the site, as it was named

	names  names
	source func(file string) []byte
}

// Totals count the cells of a book.
type Totals struct {
	Cells    int // all that were run
	Exact    int // printed what the chapter says, on every engine that ran them
	Compiled int // of these, on the compiler alone
	NotRun   int // not of these: not for the one engine that was asked for
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
	r, _, err := check(ctx, opt, o)
	return r, err
}

// Build checks the book and, if nothing was found, writes its site. With an
// error it may still return a report of what was found until then.
func Build(ctx context.Context, opt Options) (*Report, error) {
	o, err := open(opt)
	if err != nil {
		return nil, err
	}
	defer o.close()
	if err := o.checkOut(opt); err != nil {
		return nil, err
	}
	r, files, err := check(ctx, opt, o)
	if err != nil || r.Failed() {
		return r, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	r.Out = cmp.Or(opt.Out, "public")
	w := site.Writer{Context: ctx, Notify: func(m string) {
		if opt.Warn != nil {
			opt.Warn(errors.New(m))
		}
	}}
	if r.Site, err = w.Write(files, outDir(opt)); err != nil {
		return r, &EnvironmentError{err}
	}
	return r, nil
}

// check is Check. It also returns the site.
func check(ctx context.Context, opt Options, o *opened) (*Report, *site.Files, error) {
	r := parse(opt, o)
	defer r.finish(o)
	verdicts, err := r.run(ctx, opt, o, r.Book.Cells())
	if err != nil {
		return r, nil, err
	}
	r.add(verdicts)
	files, err := site.Render(site.Input{Book: r.Book, Outcomes: r.Outcomes, Assets: o.fsys})
	if err != nil {
		return r, nil, fmt.Errorf("rendering the site: %w", err)
	}
	if !r.incomplete() {
		r.Findings = append(r.Findings, files.Findings...)
	}
	return r, files, nil
}

// parse begins a report with the book and what is wrong with its text.
func parse(opt Options, o *opened) *Report {
	b, found := book.Parse(o.fsys, o.dir, o.skip(opt)...)
	return &Report{Book: b, Findings: found, names: namesFor(opt, o)}
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
	t, err := engines(ctx, opt, o, r.Book)
	if err != nil {
		return nil, err
	}
	defer t.close()
	programs, problems := runner.Compose(cells, t.load(ctx))
	if err := t.loadErr; err != nil {
		return nil, environment(err)
	}
	r.Findings = append(r.Findings, fromProblems(problems)...)
	results, err := runner.Run(ctx, programs, t.options(opt))
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, environment(err)
	}
	for _, p := range programs {
		if len(results[p]) == 0 {
			r.Totals.NotRun += len(p.Cells)
		}
	}
	return judge(r.Book, programs, results, r.names), nil
}

func fromProblems(problems []runner.Problem) []finding.Finding {
	var all []finding.Finding
	for _, p := range problems {
		f := finding.Finding{Pos: place(p.Pos), Message: p.Message, Hint: cmp.Or(p.Hint, compileHint)}
		for _, n := range p.Notes {
			f.Notes = append(f.Notes, finding.Note{Pos: place(n.Pos), Text: n.Text})
		}
		all = append(all, f)
	}
	return all
}

// compileHint goes with what the type checker says, which needs no
// explanation to who writes Go, but is about a program that stands in pieces.
const compileHint = "the cells of an environment are one Go program, in order; code that is not meant to compile is marked {sketch}"

func place(p runner.Pos) finding.Pos { return finding.Pos(p) }
