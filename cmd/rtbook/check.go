package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"rtbook/internal/pipeline"
)

func checkCommand() *cobra.Command {
	var f flags
	var rf reportFlags
	var toolchains []string
	var external bool
	c := &cobra.Command{
		Use:   "check",
		Short: "Run every cell and report what the chapters get wrong; writes nothing",
		Long: `Check runs every cell and compares what it prints, and what the prose says, with
what the chapters record and with the source of the book's Go.

With --toolchains, it then asks other releases the same: what facts, symbols,
orders and quotations are there, and what the cells with engine=go print. It
prints a table of what differs, or all of it as JSON with --json. A release that
is not on this machine is fetched by the go command; one that cannot be had is
skipped. A difference is no finding. Cells that need the book's module run only
where the release is new enough for it.

With --external, it fetches what links to other sites lead to. Without these
two flags nothing uses the network.`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			opt, err := f.options(c)
			if err != nil {
				return err
			}
			opt.Toolchains, opt.External = toolchains, external
			if c.Flags().Changed("toolchains") {
				return checkReleases(c, opt, &rf)
			}
			r, err := pipeline.Check(c.Context(), opt)
			if err := report(c, r, err, &rf); err != nil || rf.chosen() {
				return err
			}
			fmt.Fprintln(c.OutOrStdout(), summary(r)+links(r, external))
			return nil
		},
	}
	f.add(c)
	rf.add(c)
	c.Flags().StringSliceVar(&toolchains, "toolchains", nil, "ask other releases too: a `LIST` such as go1.25.1,go1.27.4")
	c.Flags().BoolVar(&external, "external", false, "fetch what links to other sites lead to")
	return c
}

// checkReleases checks the book and shows what other releases say. Then --json
// is for that, and the findings are for people.
func checkReleases(c *cobra.Command, opt pipeline.Options, rf *reportFlags) error {
	if rf.chosen() && rf.flag != "--json" {
		return &pipeline.UsageError{Msg: rf.flag + " is for findings, and --toolchains prints a table: with it, --json prints that"}
	}
	if len(opt.Toolchains) == 0 {
		return &pipeline.UsageError{Msg: "--toolchains names no release; it takes a list such as go1.25.1,go1.27.4"}
	}
	r, err := pipeline.Check(c.Context(), opt)
	end := report(c, r, err, nil)
	if r == nil || r.Matrix == nil {
		return end
	}
	write := r.WriteMatrix
	if rf.chosen() {
		write = r.WriteMatrixJSON
	}
	if err := write(c.OutOrStdout()); err != nil {
		return err
	}
	if end == nil && !rf.chosen() {
		fmt.Fprintln(c.OutOrStdout(), summary(r)+links(r, opt.External))
	}
	return end
}

// links says how many addresses on other sites there are, if any.
func links(r *pipeline.Report, fetched bool) string {
	switch {
	case r.External == 0:
		return ""
	case fetched:
		return "; " + count(r.External, "external link") + ", fetched"
	}
	return "; " + count(r.External, "external link") + ", not fetched"
}
