package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"rtbook/internal/pipeline"
)

func updateCommand() *cobra.Command {
	var f flags
	var toolchains []string
	c := &cobra.Command{
		Use:   "update [CHAPTER[#CELL]]...",
		Short: "Write into the output fences what the cells print",
		Long: `Update runs the cells and records what they print in the output fences of
their chapters, and in quotation fences what the source has, showing each change
as a diff. It changes nothing else. A cell that fails, or on which the engines
disagree, is reported and not recorded, and so is everything in a chapter that
was edited while its cells ran.

With --toolchains, it records in toolchains.yaml, beside the chapters, what
other releases say to the book, and nothing else: see rtbook check --help.`,
		Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, refs []string) error {
			if err := refuseCI("update does not run where CI is set: outputs are recorded by an author who looks at them; rtbook check compares"); err != nil {
				return err
			}
			opt, err := f.options(c)
			if err != nil {
				return err
			}
			if c.Flags().Changed("toolchains") {
				opt.Toolchains = toolchains
				return updateReleases(c, opt, refs)
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
	c.Flags().StringSliceVar(&toolchains, "toolchains", nil, "record what other releases say instead: a `LIST` such as go1.25.1,go1.27.4")
	return c
}

// refuseCI is the error of a command that writes into the book where nobody
// looks at it.
func refuseCI(why string) error {
	if ci := os.Getenv("CI"); ci != "" && ci != "false" && ci != "0" {
		return &pipeline.UsageError{Msg: why}
	}
	return nil
}

// updateReleases records what other releases say.
func updateReleases(c *cobra.Command, opt pipeline.Options, refs []string) error {
	if len(refs) > 0 {
		return &pipeline.UsageError{Msg: fmt.Sprintf("--toolchains records what releases say to the whole book, not to %s alone", refs[0])}
	}
	r, file, err := pipeline.UpdateToolchains(c.Context(), opt)
	if err := report(c, r, err, nil); err != nil {
		return err
	}
	if err := r.WriteMatrix(c.OutOrStdout()); err != nil {
		return err
	}
	if file == "" {
		fmt.Fprintln(c.OutOrStdout(), "nothing to record: that is what the book has")
	} else {
		fmt.Fprintln(c.OutOrStdout(), "recorded "+file)
	}
	return nil
}
