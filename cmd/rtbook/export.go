package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"rtbook/internal/pipeline"
)

func exportCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "export",
		Short: "Write the cells as something else",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return &pipeline.UsageError{Msg: "export what? rtbook export go --out DIR writes Go programs"}
			}
			return &pipeline.UsageError{Msg: fmt.Sprintf("there is no export to %q; there is rtbook export go", args[0])}
		},
		RunE: func(*cobra.Command, []string) error { return nil },
	}
	c.AddCommand(exportGoCommand())
	return c
}

func exportGoCommand() *cobra.Command {
	var f flags
	var out string
	c := &cobra.Command{
		Use:   "go [CHAPTER[#ENV]] --out DIR",
		Short: "Write cells as Go programs",
		Long: `Go writes each environment as a folder in which go run . prints what the cells
print: the whole book, a chapter, or one environment of it. A single one is DIR
itself; several are folders in DIR. Outside the book's module they have a go.mod
of their own. A folder that has anything else in it is left alone.`,
		Example: "  rtbook export go notes/02-allocator.md --out /tmp/allocator && cd /tmp/allocator && go run .",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 1 {
				return &pipeline.UsageError{Msg: "export go takes one chapter or environment, or none for the whole book"}
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			if out == "" {
				return &pipeline.UsageError{Msg: "export go needs to know where to: --out DIR"}
			}
			opt, err := f.options(c)
			if err != nil {
				return err
			}
			ref := ""
			if len(args) == 1 {
				ref = args[0]
			}
			r, folders, err := pipeline.Export(c.Context(), opt, ref, out)
			if err := report(c, r, err, nil); err != nil {
				return err
			}
			for _, folder := range folders {
				fmt.Fprintf(c.OutOrStdout(), "wrote %s\n", folder)
			}
			return nil
		},
	}
	c.Flags().StringVarP(&out, "out", "o", "", "the `DIR` to write into; it is made if it is not there")
	f.add(c)
	return c
}
