package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"rtbook/internal/pipeline"
)

func updateCommand() *cobra.Command {
	var f flags
	c := &cobra.Command{
		Use:   "update [CHAPTER[#CELL]]...",
		Short: "Write into the output fences what the cells print",
		Long: `Update runs the cells and records what they print in the output fences of
their chapters, showing each change as a diff. It changes nothing else. A cell
that fails, or on which the engines disagree, is reported and not recorded, and
so is everything in a chapter that was edited while its cells ran.`,
		Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, refs []string) error {
			if ci := os.Getenv("CI"); ci != "" && ci != "false" && ci != "0" {
				return &pipeline.UsageError{Msg: "update does not run where CI is set: outputs are recorded by an author who looks at them; rtbook check compares"}
			}
			opt, err := f.options(c)
			if err != nil {
				return err
			}
			r, changes, err := pipeline.Update(c.Context(), opt, refs)
			for _, ch := range changes {
				fmt.Fprintln(c.OutOrStdout(), ch.Diff)
			}
			if err := report(c, r, err, nil); err != nil {
				return err
			}
			if len(changes) == 0 {
				fmt.Fprintln(c.OutOrStdout(), "nothing to record: the chapters say what their cells print")
			} else {
				fmt.Fprintf(c.OutOrStdout(), "recorded %s\n", count(len(changes), "output"))
			}
			return nil
		},
	}
	f.add(c)
	return c
}
