// Command rtbook builds executable books: it checks, runs and renders
// Markdown chapters whose Go cells are programs.
//
// Exit status: 0 fine, 1 the book has findings, 2 wrong usage, 3 the
// environment is broken.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"rtbook/internal/pipeline"
	"rtbook/runner/interp/worker"
	"rtbook/runner/sandbox"
)

func main() {
	if sandbox.Requested(os.Args) {
		sandbox.Main()
	}
	if worker.Requested(os.Args) {
		worker.Main()
		return
	}
	if os.Getenv("GOGC") == "" {
		// A command that ends within a second need not collect a dozen times.
		debug.SetGCPercent(400)
	}
	// A supervisor may send one signal to rtbook and one to its group: further ones
	// are without effect at first.
	ctx, _ := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	ended := make(chan int, 1)
	go func() { ended <- run(ctx, os.Args[1:]) }()
	select {
	case status := <-ended:
		os.Exit(status)
	case <-ctx.Done():
	}
	var again chan os.Signal
	repeated := time.After(repeat)
	for late := time.After(patience); ; {
		select {
		case status := <-ended:
			os.Exit(status)
		case <-repeated:
			again = make(chan os.Signal, 1)
			signal.Notify(again, os.Interrupt, syscall.SIGTERM)
			continue
		case <-again:
		case <-late:
		}
		fmt.Fprintln(os.Stderr, "rtbook:", interrupted)
		os.Exit(3)
	}
}

// repeat is how long after a signal a further one is from somebody who does not
// want to wait until patience is over.
const repeat = 500 * time.Millisecond

// patience is how long after a signal the work may go on until it looks whether
// there was one, which the type checker never does: types can be written that
// take it years. To end in the middle of anything leaves every file whole, and
// children end with rtbook.
const patience = 5 * time.Second

const interrupted = "interrupted; nothing was left half-written"

// run runs the command line and returns the exit status.
func run(ctx context.Context, args []string) int {
	sandbox.RemoveStale()
	c := root()
	c.SetArgs(args)
	out := &writer{w: os.Stdout}
	c.SetOut(out)
	err := c.ExecuteContext(ctx)
	if err == nil && out.err != nil {
		err = fmt.Errorf("writing what there is to say: %w", out.err)
	}
	var usage *pipeline.UsageError
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errFindings):
		return 1
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(os.Stderr, "rtbook:", interrupted)
		return 3
	case errors.As(err, &usage):
		fmt.Fprintln(os.Stderr, "rtbook:", err)
		return 2
	default: // [pipeline.EnvironmentError], and whatever else keeps the work from being done
		fmt.Fprintln(os.Stderr, "rtbook:", err)
		return 3
	}
}

// writer remembers the first error of what is written to w, which those who
// print do not look for.
type writer struct {
	w   io.Writer
	err error
}

func (w *writer) Write(p []byte) (int, error) {
	n, err := w.w.Write(p)
	if w.err == nil {
		w.err = err
	}
	return n, err
}

// errFindings ends a command whose findings have been printed.
var errFindings = errors.New("the book has findings")

func root() *cobra.Command {
	c := &cobra.Command{
		Use:           "rtbook",
		Short:         "Build, check and run executable books about Go",
		SilenceUsage:  true,
		SilenceErrors: true,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			hint := "; rtbook --help lists the commands"
			if near := c.SuggestionsFor(args[0]); len(near) > 0 {
				hint = "; did you mean " + near[0] + "?"
			}
			return &pipeline.UsageError{Msg: fmt.Sprintf("unknown command %q", args[0]) + hint}
		},
		RunE: func(c *cobra.Command, _ []string) error {
			return c.Help()
		},
	}
	c.CompletionOptions.DisableDefaultCmd = true
	c.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return &pipeline.UsageError{Msg: fmt.Sprintf("%v; %s --help lists the flags", err, c.CommandPath())}
	})
	c.AddCommand(buildCommand(), checkCommand(), updateCommand(), upgradeCommand(), runCommand(), listCommand(), explainCommand(), exportCommand(), cacheCommand(), cleanCommand(), versionCommand())
	return c
}
