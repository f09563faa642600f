package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"rtbook/internal/pipeline"
	"rtbook/runner/store"
)

func cleanCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "clean",
		Short: "Empty the cache",
		Long: `Clean removes from the cache every result, every record of a run, and what is
known of packages' export data, of all books. The next check runs everything. It
removes nothing else: a folder that is no cache of rtbook's is refused, and files
that rtbook did not make stay where they are.`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			dir, err := cacheDir()
			if err != nil {
				return err
			}
			n, err := pipeline.Clean(dir)
			if err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "removed %s, %s of runs and %s of packages from %s: %s\n",
				count(n.Entries[store.Results], "result"), count(n.Entries[store.Records], "record"),
				count(n.Entries[store.Imports], "listing"), dir, size(n.Bytes))
			return nil
		},
	}
}

// size writes a number of bytes for people.
func size(n int64) string {
	switch {
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%d KiB", n>>10)
	}
	return count(int(n), "byte")
}
