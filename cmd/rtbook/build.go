package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"rtbook/internal/pipeline"
)

func buildCommand() *cobra.Command {
	var f flags
	var out string
	c := &cobra.Command{
		Use:   "build",
		Short: "Run every cell and write the site",
		Long: `Build checks the book as rtbook check does and, if there is nothing to find
fault with, writes its site. Otherwise the site stays as it was.

With --src, any folder of Markdown becomes a site: its order comes from
SUMMARY.md or else from the paths, and nothing in it needs to be a cell.`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			opt, err := f.options(c)
			if err != nil {
				return err
			}
			opt.Out = out
			r, err := pipeline.Build(c.Context(), opt)
			if err := report(c, r, err); err != nil {
				return err
			}
			fmt.Fprintln(c.OutOrStdout(), summary(r))
			fmt.Fprintf(c.OutOrStdout(), "%s: %s, %d written, %d unchanged, %d removed\n", r.Out,
				count(r.Site.Written+r.Site.Unchanged, "file"), r.Site.Written, r.Site.Unchanged, r.Site.Removed)
			return nil
		},
	}
	f.add(c)
	c.Flags().StringVar(&out, "out", "", "the `DIR` of the site (default: public)")
	return c
}

// summary says what was checked.
func summary(r *pipeline.Report) string {
	t := r.Totals
	if t.Cells+t.NotRun == 0 {
		return count(len(r.Book.Chapters), "page") + ", no cells"
	}
	s := fmt.Sprintf("%s: %d exact", count(t.Cells+t.NotRun, "cell"), t.Exact)
	if t.Compiled > 0 {
		s += fmt.Sprintf(", %d of them compiled only", t.Compiled)
	}
	if t.NotRun > 0 {
		s += fmt.Sprintf("; %d compiled only, so not run", t.NotRun)
	}
	return s
}

// noArgs refuses arguments with what to do instead.
func noArgs(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return &pipeline.UsageError{Msg: fmt.Sprintf("%s takes no arguments, but got %q; %s --help lists its flags", c.CommandPath(), args[0], c.CommandPath())}
}
