package main

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"rtbook/runner/sandbox"
)

func versionCommand() *cobra.Command {
	verbose := false
	c := &cobra.Command{
		Use:   "version",
		Short: "Say what this rtbook is and what it is built with",
		Args:  noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			w := c.OutOrStdout()
			info, ok := debug.ReadBuildInfo()
			version := "(unknown)"
			if ok && info.Main.Version != "" {
				version = info.Main.Version
			}
			fmt.Fprintf(w, "rtbook %s, built with %s for %s/%s\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			if verbose {
				defer isolation(w)
			}
			if !ok {
				return nil
			}
			for _, m := range info.Deps {
				switch m.Path {
				case "github.com/traefik/yaegi", "github.com/yuin/goldmark", "github.com/alecthomas/chroma/v2":
					fmt.Fprintf(w, "  %s %s\n", m.Path, m.Version)
				}
			}
			return nil
		},
	}
	c.Flags().BoolVarP(&verbose, "verbose", "v", false, "say also how this machine isolates cells")
	return c
}

// isolation says, in one line a mechanism, how cells are isolated here.
func isolation(w io.Writer) {
	fmt.Fprintln(w, "isolation of cells:")
	for _, c := range sandbox.Capabilities() {
		mark, text := "yes", c.Does
		if c.Lack != "" {
			mark, text = "NO", c.Lack
		}
		fmt.Fprintf(w, "  %-15s %-3s %s\n", c.Name, mark, text)
	}
	fmt.Fprintf(w, "  %-15s %-3s %s\n", "time, output", "yes", "limited on every system")
}
