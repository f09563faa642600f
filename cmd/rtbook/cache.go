package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"rtbook/internal/pipeline"
)

func cacheCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "cache",
		Short: "Say where results are kept",
		Long: `The cache keeps what programs printed, so that a program runs again only when
something changed that it depends on, and where the go command has the export
data of packages. All books share one; it may be removed at any time.

RTBOOK_CACHE names its folder. RTBOOK_CACHE_SIZE is the size below which it is
kept, as in 500M or 2G (default: 256M): what was not used for longest goes first.
rtbook clean empties it, and rtbook explain says what it knows of a cell.`,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return &pipeline.UsageError{Msg: fmt.Sprintf("there is no %q of the cache; rtbook cache dir prints its folder", args[0])}
			}
			return nil
		},
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(&cobra.Command{
		Use:   "dir",
		Short: "Print the folder",
		Args:  noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			dir, err := cacheDir()
			if err != nil {
				return err
			}
			fmt.Fprintln(c.OutOrStdout(), dir)
			return nil
		},
	})
	return c
}

// cacheSize is the size that the cache is kept below, in bytes; 0 is the
// default.
func cacheSize() (int64, error) {
	text := os.Getenv("RTBOOK_CACHE_SIZE")
	if text == "" {
		return 0, nil
	}
	digits := strings.TrimRight(strings.TrimSuffix(strings.ToUpper(text), "IB"), "KMG")
	unit := map[string]int64{"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}[strings.TrimSuffix(strings.ToUpper(text[len(digits):]), "IB")]
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || unit == 0 || n < 1 || n > 1<<62/unit {
		return 0, &pipeline.UsageError{Msg: fmt.Sprintf("RTBOOK_CACHE_SIZE is %q: it takes a size such as 500M or 2G", text)}
	}
	return n * unit, nil
}
