package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"rtbook/internal/pipeline"
)

func runCommand() *cobra.Command {
	var f flags
	var lines bool
	var answer string
	c := &cobra.Command{
		Use:   "run FILE[#CELL]",
		Short: "Run a cell, or all cells of a chapter, and print what they print",
		Long: `Run runs a cell together with the cells of its environment and prints what it
prints, whatever the chapter records. On a terminal, control characters are shown
as the chapter would record them; elsewhere they are as the cell printed them.

The file may be a chapter of the book, any other Markdown file, or - for standard
input. With --json, each cell is a line of JSON.

With --answer, run tries an answer to a problem of a chapter, which is named like a
cell: it prints what the problem's checker says to the answer. The exit status is
0 if the answer is right and 1 if it is not.`,
		Example: "  rtbook run notes/02-allocator.md#fifty\n  rtbook run - < note.md\n  rtbook run -- '-#fifty' < note.md\n  rtbook run notes/02-allocator.md#fit --answer fit.go",
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
			if c.Flags().Changed("answer") {
				return runAnswer(c, opt, args[0], answer, lines)
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
				out := shown(cell)
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
	c.Flags().StringVar(&answer, "answer", "", "try the answer in `FILE` to a problem; - is standard input")
	c.Flags().BoolVar(&lines, "json", false, "print each cell as a line of JSON")
	return c
}

// shown is what a cell printed: on a terminal, without what that obeys.
func shown(r pipeline.Ran) string {
	if term.IsTerminal(int(os.Stdout.Fd())) {
		return r.Printable()
	}
	return r.Output
}

// runAnswer tries the answer in a file to the problem that ref names.
func runAnswer(c *cobra.Command, opt pipeline.Options, ref, file string, lines bool) error {
	a, err := readAnswer(opt, ref, file)
	if err != nil {
		return err
	}
	r, judged, err := pipeline.RunAnswer(c.Context(), opt, ref, a)
	switch {
	case judged == nil:
	case lines:
		err = errors.Join(err, json.NewEncoder(c.OutOrStdout()).Encode(judged))
	default:
		fmt.Fprint(c.OutOrStdout(), shown(judged.Ran))
	}
	if err := report(c, r, err, nil); err != nil {
		return err
	}
	if !judged.Right {
		return errFindings
	}
	return nil
}

// readAnswer reads a file of the current directory, or standard input.
func readAnswer(opt pipeline.Options, ref, file string) (pipeline.Answer, error) {
	if file != "-" {
		text, err := os.ReadFile(file)
		if err == nil {
			return pipeline.Answer{Name: file, Text: text}, nil
		}
		var why *fs.PathError
		if errors.As(err, &why) {
			err = why.Err
		}
		return pipeline.Answer{}, &pipeline.UsageError{Msg: fmt.Sprintf("the answer %q cannot be read: %v; name the file of your answer, or - for standard input", file, err)}
	}
	if chapter, _, _ := strings.Cut(ref, "#"); chapter == "-" {
		return pipeline.Answer{}, &pipeline.UsageError{Msg: "standard input cannot be both the chapter and the answer"}
	}
	text, err := io.ReadAll(opt.Stdin)
	if err != nil {
		return pipeline.Answer{}, fmt.Errorf("reading standard input: %w", err)
	}
	return pipeline.Answer{Name: "standard input", Text: text}, nil
}
