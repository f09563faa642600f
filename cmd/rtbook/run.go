package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"rtbook/internal/pipeline"
)

func runCommand() *cobra.Command {
	var f flags
	var lines bool
	c := &cobra.Command{
		Use:   "run FILE[#CELL]",
		Short: "Run a cell, or all cells of a chapter, and print what they print",
		Long: `Run runs a cell together with the cells of its environment and prints what it
prints, whatever the chapter records. On a terminal, control characters are shown
as the chapter would record them; elsewhere they are as the cell printed them.

The file may be a chapter of the book, any other Markdown file, or - for standard
input. With --json, each cell is a line of JSON.`,
		Example: "  rtbook run notes/02-allocator.md#fifty\n  rtbook run - < note.md\n  rtbook run -- '-#fifty' < note.md",
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
			enc := json.NewEncoder(c.OutOrStdout())
			for _, cell := range ran {
				if lines {
					if err := enc.Encode(cell); err != nil {
						return err
					}
					continue
				}
				if cell.Status != "done" {
					continue // its finding says why
				}
				out := cell.Output
				if term.IsTerminal(int(os.Stdout.Fd())) {
					out = cell.Printable()
				}
				if !strings.Contains(args[0], "#") {
					fmt.Fprintf(c.OutOrStdout(), "== %s\n", cell.Ref)
					if out != "" && !strings.HasSuffix(out, "\n") {
						out += "\n" // the next heading begins a line
					}
				}
				fmt.Fprint(c.OutOrStdout(), out)
			}
			return report(c, r, err, nil)
		},
	}
	f.add(c)
	c.Flags().BoolVar(&lines, "json", false, "print each cell as a line of JSON")
	return c
}
