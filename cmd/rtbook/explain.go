package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"rtbook/internal/pipeline"
)

func explainCommand() *cobra.Command {
	var f flags
	var lines, lowered bool
	c := &cobra.Command{
		Use:   "explain CHAPTER#CELL",
		Short: "Say what a cell's result depends on, what changed, and whether it is cached",
		Long: `Explain says of a cell, on each engine, whether the cache has its result and
why, and everything that the result depends on: the code of its environment, its
limits, the engine, the toolchain, and each package that it imports. What changed
since the cell last ran is marked, and of code the lines are shown. Nothing runs.
With --json, each engine is a line of JSON.

With --lowered it prints instead the Go that the interpreter gets in the place of
the cell's program: what it would get wrong is written in another way.`,
		Example: "  rtbook explain notes/02-allocator.md#fifty\n  rtbook explain --lowered notes/02-allocator.md#fifty",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) != 1 {
				return &pipeline.UsageError{Msg: "explain takes one cell, as in rtbook explain notes/02-allocator.md#fifty"}
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			opt, err := f.options(c)
			if err != nil {
				return err
			}
			if lowered && lines {
				return &pipeline.UsageError{Msg: "--lowered prints Go, and --json what --lowered does not: leave one of them out"}
			}
			if lowered {
				r, source, err := pipeline.Lowered(c.Context(), opt, args[0])
				if err == nil {
					fmt.Fprint(c.OutOrStdout(), source)
				}
				return report(c, r, err, nil)
			}
			r, all, err := pipeline.Explain(c.Context(), opt, args[0])
			if err == nil && lines {
				enc := json.NewEncoder(c.OutOrStdout())
				for _, x := range all {
					if err := enc.Encode(x); err != nil {
						return err
					}
				}
			} else if err == nil {
				err = pipeline.WriteExplained(c.OutOrStdout(), all)
			}
			return report(c, r, err, nil)
		},
	}
	f.add(c)
	c.Flags().BoolVar(&lowered, "lowered", false, "print the Go that the interpreter gets")
	c.Flags().BoolVar(&lines, "json", false, "print each engine as a line of JSON")
	return c
}
