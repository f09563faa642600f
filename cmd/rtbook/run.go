package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"rtbook/internal/pipeline"
)

func runCommand() *cobra.Command {
	var f flags
	c := &cobra.Command{
		Use:   "run CHAPTER[#CELL]",
		Short: "Run a cell, or all cells of a chapter, and print what they print",
		Long: `Run runs a cell together with the cells of its environment and prints what it
prints, whatever the chapter records.`,
		Example: "  rtbook run notes/02-allocator.md#fifty",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) != 1 {
				return &pipeline.UsageError{Msg: "run takes one chapter or cell, as in rtbook run notes/02-allocator.md#fifty"}
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			opt, err := f.options(c)
			if err != nil {
				return err
			}
			r, ran, err := pipeline.RunCells(c.Context(), opt, args[0])
			if err != nil {
				return err
			}
			for _, cell := range ran {
				if !strings.Contains(args[0], "#") {
					fmt.Fprintf(c.OutOrStdout(), "== %s\n", cell.Ref)
				}
				fmt.Fprint(c.OutOrStdout(), cell.Output)
			}
			return report(c, r)
		},
	}
	f.add(c)
	return c
}
