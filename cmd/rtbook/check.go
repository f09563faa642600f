package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"rtbook/internal/pipeline"
)

func checkCommand() *cobra.Command {
	var f flags
	var src string
	c := &cobra.Command{
		Use:   "check",
		Short: "Run every cell and report what the chapters get wrong; writes nothing",
		Args:  noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			opt, err := f.options(c)
			if err != nil {
				return err
			}
			opt.Src = src
			r, err := pipeline.Check(c.Context(), opt)
			if err != nil {
				return err
			}
			if err := report(c, r); err != nil {
				return err
			}
			fmt.Fprintln(c.OutOrStdout(), summary(r))
			return nil
		},
	}
	f.add(c)
	c.Flags().StringVar(&src, "src", "", "the `DIR` of Markdown (default: notes)")
	return c
}
