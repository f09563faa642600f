package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"rtbook/internal/pipeline"
)

func buildCommand() *cobra.Command {
	var f flags
	var rf reportFlags
	var out, preview string
	c := &cobra.Command{
		Use:   "build",
		Short: "Run every cell and write the site",
		Long: `Build checks the book as rtbook check does and, if there is nothing to find
fault with, writes its site. Otherwise the site stays as it was, and --preview
writes one that shows the findings where they belong.

With --src, any folder of Markdown becomes a site: its order comes from
SUMMARY.md or else from the paths, and nothing in it needs to be a cell.`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			opt, err := f.options(c)
			if err != nil {
				return err
			}
			opt.Out, opt.Preview = out, preview
			r, err := pipeline.Build(c.Context(), opt)
			end := report(c, r, err, &rf)
			if rf.chosen() || end != nil && (err != nil || preview == "") {
				return end
			}
			fmt.Fprintln(c.OutOrStdout(), summary(r))
			fmt.Fprintf(c.OutOrStdout(), "%s: %s, %d written, %d unchanged, %d removed\n", r.Out,
				count(r.Site.Written+r.Site.Unchanged, "file"), r.Site.Written, r.Site.Unchanged, r.Site.Removed)
			return end
		},
	}
	f.add(c)
	rf.add(c)
	c.Flags().StringVar(&preview, "preview", "", "write to `DIR` instead, with what was found marked on the pages")
	c.Flags().StringVar(&out, "out", "", "the `DIR` of the site (default: public)")
	return c
}

// summary says what was checked.
func summary(r *pipeline.Report) string {
	if r.Totals.Cells+r.Totals.NotRun == 0 {
		return count(len(r.Book.Chapters), "page") + ", no cells"
	}
	return r.Totals.String()
}

// noArgs refuses arguments with what to do instead.
func noArgs(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return &pipeline.UsageError{Msg: fmt.Sprintf("%s takes no arguments, but got %q; %s --help lists its flags", c.CommandPath(), args[0], c.CommandPath())}
}
