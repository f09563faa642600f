package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"rtbook/internal/pipeline"
)

func upgradeCommand() *cobra.Command {
	var f flags
	var to string
	var dry bool
	c := &cobra.Command{
		Use:   "upgrade --to RELEASE",
		Short: "Show what another Go release would change, and make it the book's pin",
		Long: `Upgrade holds the book to a newer release of Go and lists, by chapter and line,
what that would change: facts with another value, symbols that moved or are gone,
orders that no longer hold, quotations that read otherwise, and cells that print
something else or do not compile. Cells run compiled.

Then it changes the pin in book.yaml, and nothing else; with --dry-run, not even
that. The release must be on this machine.`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if !dry {
				if err := refuseCI("upgrade does not change the pin where CI is set; --dry-run only shows what would change"); err != nil {
					return err
				}
			}
			opt, err := f.options(c)
			if err != nil {
				return err
			}
			r, compared, err := pipeline.Upgrade(c.Context(), opt, to, !dry)
			if err != nil || !compared {
				return report(c, r, err, nil)
			}
			if _, err := r.WriteFindings(c.OutOrStdout()); err != nil {
				return err
			}
			out := c.OutOrStdout()
			if dry {
				fmt.Fprintf(out, "%s between %s and %s; nothing was changed\n", count(len(r.Findings), "difference"), r.Book.Toolchain, to)
				return nil
			}
			fmt.Fprintf(out, "%s between %s and %s; book.yaml pins %s now\n", count(len(r.Findings), "difference"), r.Book.Toolchain, to, to)
			for _, step := range r.NextSteps() {
				fmt.Fprintln(out, "next:", step)
			}
			return nil
		},
	}
	f.add(c)
	c.Flags().StringVar(&to, "to", "", "the `RELEASE` to upgrade to, such as go1.27.4")
	c.Flags().BoolVar(&dry, "dry-run", false, "change nothing")
	return c
}
