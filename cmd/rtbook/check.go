package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"rtbook/internal/pipeline"
)

func checkCommand() *cobra.Command {
	var f flags
	var rf reportFlags
	c := &cobra.Command{
		Use:   "check",
		Short: "Run every cell and report what the chapters get wrong; writes nothing",
		Args:  noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			opt, err := f.options(c)
			if err != nil {
				return err
			}
			r, err := pipeline.Check(c.Context(), opt)
			if err := report(c, r, err, &rf); err != nil || rf.chosen() {
				return err
			}
			fmt.Fprintln(c.OutOrStdout(), summary(r))
			return nil
		},
	}
	f.add(c)
	rf.add(c)
	return c
}
