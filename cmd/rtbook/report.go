package main

import (
	"fmt"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"rtbook/internal/finding"
)

// reportFlags are --report FORMAT, and --json for --report json, of the
// commands that end with findings. With one of them the findings go to
// standard output in that format, in place of what a person reads; standard
// error keeps what is no finding.
type reportFlags struct {
	format finding.Format // "" is text for people
	flag   string         // that chose it, as it was given
}

func (f *reportFlags) add(c *cobra.Command) {
	formats := finding.Formats()
	last := len(formats) - 1
	list := strings.Join(formats[:last], ", ") + " or " + formats[last]
	c.Flags().Var(formatFlag{f}, "report", "print the findings on standard output as `FORMAT`: "+list)
	c.Flags().Var(jsonFlag{f}, "json", "short for --report json")
	c.Flags().Lookup("json").NoOptDefVal = "true"
	// It fails only for a flag that is not there.
	_ = c.RegisterFlagCompletionFunc("report", cobra.FixedCompletions(formats, cobra.ShellCompDirectiveNoFileComp))
}

// chosen reports whether the findings are for a machine.
func (f *reportFlags) chosen() bool { return f.format != "" }

// write prints a report to c's standard output in the chosen format. Its error
// is errFindings if there are findings that stop a build.
func (f *reportFlags) write(c *cobra.Command, r finding.Report) error {
	r.Tool, r.Version = "rtbook", toolVersion()
	if err := finding.WriteReport(c.OutOrStdout(), f.format, r); err != nil {
		return err
	}
	if slices.ContainsFunc(r.Findings, func(f finding.Finding) bool { return !f.Warning }) {
		return errFindings
	}
	return nil
}

// choose sets the format, which only one flag may do.
func (f *reportFlags) choose(format finding.Format, flag string) error {
	if f.chosen() && f.format != format {
		return fmt.Errorf("%s is given too, and there is one report", f.flag)
	}
	f.format, f.flag = format, flag
	return nil
}

// formatFlag is the value of --report.
type formatFlag struct{ of *reportFlags }

func (v formatFlag) String() string { return "" }
func (v formatFlag) Type() string   { return "FORMAT" }

func (v formatFlag) Set(s string) error {
	formats := finding.Formats()
	if slices.Contains(formats, s) {
		return v.of.choose(finding.Format(s), "--report "+s)
	}
	if near := finding.Nearest(s, formats); near != "" {
		return fmt.Errorf("there is no such format; did you mean %s?", near)
	}
	return fmt.Errorf("there is no such format; formats are %s", strings.Join(formats, ", "))
}

// jsonFlag is the value of --json.
type jsonFlag struct{ of *reportFlags }

func (v jsonFlag) String() string { return "false" }
func (v jsonFlag) Type() string   { return "bool" }

func (v jsonFlag) Set(s string) error {
	on, err := strconv.ParseBool(s)
	if err != nil || !on {
		return err
	}
	return v.of.choose(finding.JSON, "--json")
}

// toolVersion is the version of this rtbook, or "" if it was not built as one.
func toolVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		return info.Main.Version
	}
	return ""
}
