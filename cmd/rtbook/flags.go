package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"rtbook/internal/pipeline"
)

// flags are those that every command has under the same name.
type flags struct {
	dir    string
	src    string
	engine string
	jobs   int
	anyGo  bool
}

func (f *flags) add(c *cobra.Command) {
	c.Flags().StringVarP(&f.dir, "dir", "C", "", "the book's root `DIR` (default: the current directory)")
	c.Flags().StringVar(&f.src, "src", "", "the `DIR` of Markdown (default: notes)")
	c.Flags().StringVar(&f.engine, "engine", "", "run one `ENGINE` only: yaegi or go (default: both, which must agree)")
	c.Flags().IntVar(&f.jobs, "jobs", 0, "programs that run at the same time (default: the number of processors)")
	c.Flags().BoolVar(&f.anyGo, "any-go", false, "go on with whatever Go there is, instead of the book's pin")
}

// options turns the flags into what the pipeline takes.
func (f *flags) options(c *cobra.Command) (pipeline.Options, error) {
	switch f.engine {
	case "", "yaegi", "go":
	default:
		return pipeline.Options{}, &pipeline.UsageError{Msg: fmt.Sprintf("there is no engine %q; engines are yaegi and go", f.engine)}
	}
	if f.jobs < 0 {
		return pipeline.Options{}, &pipeline.UsageError{Msg: "--jobs takes a positive number"}
	}
	cache, err := cacheDir()
	if err != nil {
		return pipeline.Options{}, err
	}
	limit, err := cacheSize()
	if err != nil {
		return pipeline.Options{}, err
	}
	opt := pipeline.Options{Root: f.dir, Src: f.src, Engine: f.engine, Jobs: f.jobs, AnyGo: f.anyGo, CacheDir: cache, CacheSize: limit, Stdin: os.Stdin}
	clear := ""
	if term.IsTerminal(int(os.Stderr.Fd())) {
		opt.Progress, clear = progress(os.Stderr), clearLine
	}
	opt.Warn = func(err error) { fmt.Fprintln(c.ErrOrStderr(), clear+"rtbook: warning:", err) }
	return opt, nil
}

// cacheDir is where results are kept between runs.
func cacheDir() (string, error) {
	if dir := os.Getenv("RTBOOK_CACHE"); dir != "" {
		return filepath.Abs(dir)
	}
	dir, err := os.UserCacheDir()
	if err == nil && !filepath.IsAbs(dir) { // it would be another one in each folder, the book's too
		err = fmt.Errorf("%s is no absolute path", dir)
	}
	if err != nil {
		return "", &pipeline.EnvironmentError{Err: fmt.Errorf("there is no place for the cache (%w); set RTBOOK_CACHE to a folder", err)}
	}
	return filepath.Join(dir, "rtbook"), nil
}

// clearLine empties the line of a terminal on which progress is shown.
const clearLine = "\r\x1b[K"

// progress returns a function that shows how far a run is on one line of a
// terminal, and empties that line when no more runs.
func progress(w io.Writer) func(done, total int) {
	return func(done, total int) {
		if done == total {
			fmt.Fprint(w, clearLine)
			return
		}
		fmt.Fprintf(w, clearLine+"running cells: %d of %d programs", done, total)
	}
}

// report prints the findings of a run, which ended with err: for people, or as
// rf says. Its error is err, or errFindings if there are any that stop a build.
func report(c *cobra.Command, r *pipeline.Report, err error, rf *reportFlags) error {
	if r == nil || errors.Is(err, context.Canceled) {
		return err
	}
	if rf != nil && rf.chosen() {
		return cmp.Or(err, rf.write(c, r.Machine()))
	}
	n, wrote := r.WriteFindings(c.ErrOrStderr())
	if n > 0 {
		fmt.Fprintf(c.ErrOrStderr(), "%s\n", count(n, "finding"))
	}
	switch {
	case err != nil:
		return err
	case wrote != nil:
		return wrote
	case n > 0:
		return errFindings
	}
	return nil
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
