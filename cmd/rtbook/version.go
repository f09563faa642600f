package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func versionCommand() *cobra.Command {
	return &cobra.Command{
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
}
