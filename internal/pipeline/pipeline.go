// Package pipeline is the order in which the others are called: it parses a
// book, has its cells composed, checked and run, holds what they printed
// against what the chapters say, and renders the site.
//
//	Check   parse, compose, run, compare; writes nothing
//	Build   Check, and the site if there is nothing to find fault with
//	Update  Check, and the output fences that differ rewritten
//	RunCell one cell, with the cells of its environment
//
// Everything an author has to mend comes back as findings, all of a run at
// once. An error means that the work itself could not be done.
package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"

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

	Progress func(done, total int) // programs run so far; may be nil
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

	source func(file string) []byte
}

// Totals count the cells of a book.
type Totals struct {
	Cells    int // all that run
	Exact    int // printed what the chapter says, on every engine that ran them
	Compiled int // of these, on the compiler alone
}

// WriteFindings writes the report's findings as text, with the lines they are
// about. It returns how many stop a build.
func (r *Report) WriteFindings(w interface{ Write([]byte) (int, error) }) (int, error) {
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

// opened is a book's files.
type opened struct {
	root   *os.Root
	fsys   fs.FS
	dir    string // of the chapters, in fsys
	prefix string // from fsys to the paths that people see
	abs    string // of fsys on disk
}

// open opens the book's files without following links that lead out of them.
func open(opt Options) (*opened, error) {
	src := opt.Src
	if src == "" {
		src = "notes"
	}
	o := &opened{abs: opt.Root, dir: filepath.ToSlash(filepath.Clean(src))}
	if !filepath.IsLocal(src) {
		o.abs, o.dir, o.prefix = src, ".", filepath.ToSlash(filepath.Clean(src))
		if !filepath.IsAbs(src) {
			o.abs = filepath.Join(opt.Root, src)
		}
	}
	abs, err := filepath.Abs(o.abs)
	if err != nil {
		return nil, err
	}
	o.abs = abs
	o.root, err = os.OpenRoot(abs)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &UsageError{fmt.Sprintf("there is no folder %s; run rtbook in the folder of the book, or name it with -C DIR", displayDir(opt, o))}
	}
	if err != nil {
		return nil, err
	}
	o.fsys = o.root.FS()
	if info, err := fs.Stat(o.fsys, o.dir); err != nil || !info.IsDir() {
		o.close()
		return nil, &UsageError{fmt.Sprintf("there is no folder %s of chapters in %s; run rtbook in the folder of the book, name that with -C DIR, or the chapters' with --src DIR", o.dir, cmp.Or(opt.Root, "the current directory"))}
	}
	if _, err := fs.Stat(o.fsys, path.Join(o.dir, "book.yaml")); err != nil && opt.Src == "" {
		o.close()
		return nil, &UsageError{fmt.Sprintf("%s has no book.yaml, which makes a folder a book: write one with a title, or render the folder as it is with build --src %s", o.dir, o.dir)}
	}
	return o, nil
}

func displayDir(opt Options, o *opened) string {
	if o.prefix != "" {
		return o.prefix
	}
	return opt.Root
}

// skip is what of the book's files is not the book: the site, where it lies
// among them.
func (o *opened) skip(opt Options) []string {
	rel, err := filepath.Rel(o.abs, outDir(opt))
	if err != nil || !filepath.IsLocal(rel) {
		return nil
	}
	return []string{filepath.ToSlash(rel)}
}

// outDir is the absolute path of the folder of the site.
func outDir(opt Options) string {
	out := cmp.Or(opt.Out, "public")
	if !filepath.IsAbs(out) {
		out = filepath.Join(opt.Root, out)
	}
	if abs, err := filepath.Abs(out); err == nil {
		return abs
	}
	return out
}

func (o *opened) close() { o.root.Close() }

// name is how people see a file of fsys.
func (o *opened) name(file string) string { return path.Join(o.prefix, file) }

func (o *opened) rename(fs []finding.Finding) {
	if o.prefix == "" {
		return
	}
	for i := range fs {
		fs[i].File = o.name(fs[i].File)
		for j := range fs[i].Notes {
			if n := &fs[i].Notes[j]; n.File != "" {
				n.File = o.name(n.File)
			}
		}
	}
}

// sources gives the text of the files that findings are about.
func (o *opened) sources(b *book.Book) func(string) []byte {
	known := make(map[string][]byte)
	if b != nil {
		for _, c := range b.Chapters {
			known[o.name(c.Path)] = c.Source
		}
	}
	files := make(map[string]string)
	return func(file string) []byte {
		if text, ok := known[file]; ok {
			return text
		}
		if _, ok := files[file]; !ok {
			inside := file
			if o.prefix != "" {
				rel, err := filepath.Rel(o.prefix, file)
				if err != nil {
					return nil
				}
				inside = filepath.ToSlash(rel)
			}
			text, err := fs.ReadFile(o.fsys, inside)
			if err != nil {
				return nil
			}
			files[file] = string(text)
		}
		return []byte(files[file])
	}
}

// Check parses the book, runs its cells and compares. It writes nothing but
// the cache.
func Check(ctx context.Context, opt Options) (*Report, error) {
	o, err := open(opt)
	if err != nil {
		return nil, err
	}
	defer o.close()
	r, _, err := check(ctx, opt, o)
	if err != nil {
		return nil, err
	}
	o.rename(r.Findings)
	return r, nil
}

// Build checks the book and, if nothing was found, writes its site.
func Build(ctx context.Context, opt Options) (*Report, error) {
	o, err := open(opt)
	if err != nil {
		return nil, err
	}
	defer o.close()
	r, _, err := check(ctx, opt, o)
	if err != nil {
		return nil, err
	}
	if !r.Failed() {
		if err := render(ctx, opt, o, r); err != nil {
			return nil, err
		}
	}
	o.rename(r.Findings)
	return r, nil
}

func render(ctx context.Context, opt Options, o *opened, r *Report) error {
	r.Out = cmp.Or(opt.Out, "public")
	files, err := site.Render(site.Input{Book: r.Book, Outcomes: r.Outcomes, Assets: o.fsys})
	if err != nil {
		return fmt.Errorf("rendering the site: %w", err)
	}
	r.Findings = append(r.Findings, files.Findings...)
	finding.Sort(r.Findings)
	if r.Failed() {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	w := site.Writer{Context: ctx, Notify: func(m string) {
		if opt.Warn != nil {
			opt.Warn(errors.New(m))
		}
	}}
	if r.Site, err = w.Write(files, outDir(opt)); err != nil {
		return &EnvironmentError{err}
	}
	return nil
}

// check is Check without the paths made for people. It also returns the
// verdict on each cell.
func check(ctx context.Context, opt Options, o *opened) (*Report, []verdict, error) {
	b, found := book.Parse(o.fsys, o.dir, o.skip(opt)...)
	r := &Report{Book: b, Findings: found, source: o.sources(b)}
	verdicts, err := r.run(ctx, opt, o, b.Cells())
	if err != nil {
		return nil, nil, err
	}
	r.add(verdicts)
	finding.Sort(r.Findings)
	return r, verdicts, nil
}

// run composes and runs cells, and adds to the report what keeps them from
// running.
func (r *Report) run(ctx context.Context, opt Options, o *opened, cells []runner.Cell) ([]verdict, error) {
	if len(cells) == 0 {
		return nil, nil
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
	return judge(r.Book, programs, results), nil
}

func fromProblems(problems []runner.Problem) []finding.Finding {
	var all []finding.Finding
	for _, p := range problems {
		f := finding.Finding{Pos: place(p.Pos), Message: p.Message, Hint: p.Hint}
		for _, n := range p.Notes {
			f.Notes = append(f.Notes, finding.Note{Pos: place(n.Pos), Text: n.Text})
		}
		all = append(all, f)
	}
	return all
}

func place(p runner.Pos) finding.Pos { return finding.Pos(p) }
