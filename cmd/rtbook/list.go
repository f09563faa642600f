package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"rtbook/internal/pipeline"
)

func listCommand() *cobra.Command {
	var f flags
	var lines bool
	c := &cobra.Command{
		Use:   "list [CHAPTER]",
		Short: "List the cells with their engines, their state and the time they took",
		Long: `List says what is known of each cell without running anything. The state is
exact, varied, unordered or sample for a cell that ran and is recorded so,
differs if the chapter says something else, static if it is expected not to
compile, skipped if it is not for this target or toolchain, faulty if a finding
keeps it from running, and not run if it did not run, or failed, since something
that matters to it changed. A cell that is swept has the number of its runs beside
its state, which is not run if one of them is not known. With --json, each cell is a line of JSON.`,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 1 {
				return &pipeline.UsageError{Msg: "list takes one chapter, or none for the whole book"}
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			opt, err := f.options(c)
			if err != nil {
				return err
			}
			_, cells, err := pipeline.List(c.Context(), opt, strings.Join(args, ""))
			if err != nil {
				return err
			}
			if lines {
				enc := json.NewEncoder(c.OutOrStdout())
				for _, cell := range cells {
					if err := enc.Encode(cell); err != nil {
						return err
					}
				}
				return nil
			}
			w := tabwriter.NewWriter(c.OutOrStdout(), 0, 0, 2, ' ', 0)
			for _, cell := range cells {
				took, state := "", cell.State
				if cell.Runs > 0 {
					state += fmt.Sprintf(", %d runs", cell.Runs)
				}
				if cell.Time > 0 {
					took = cell.Time.Round(10 * time.Microsecond).String()
				}
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", cell.Ref, strings.Join(cell.Engines, "+"), state, took)
			}
			return w.Flush()
		},
	}
	f.add(c)
	c.Flags().BoolVar(&lines, "json", false, "print each cell as a line of JSON")
	return c
}
