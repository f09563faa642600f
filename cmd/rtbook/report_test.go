package main

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"rtbook/internal/finding"
)

// reporting is a command that ends with the findings of r, for machines or in
// a word.
func reporting(r finding.Report) (*cobra.Command, *strings.Builder) {
	var f reportFlags
	var out strings.Builder
	c := &cobra.Command{Use: "check", SilenceErrors: true, SilenceUsage: true, RunE: func(c *cobra.Command, _ []string) error {
		if f.chosen() {
			return f.write(c, r)
		}
		c.Print("human")
		return nil
	}}
	f.add(c)
	c.SetOut(&out)
	return c, &out
}

func TestReportFlags(t *testing.T) {
	fault := finding.Report{Files: []string{"a.md"}, Findings: []finding.Finding{{Pos: finding.Pos{File: "a.md", Line: 1, Col: 1}, Message: "m"}}}
	warning := finding.Report{Findings: []finding.Finding{{Message: "m", Warning: true}}}
	for _, test := range []struct {
		args   string
		report finding.Report
		begins string
		err    string
	}{
		{"", fault, "human", ""},
		{"--report github", fault, "::error file=a.md,line=1,col=1,title=rtbook/finding::m\n", errFindings.Error()},
		{"--report=junit", fault, "<?xml", errFindings.Error()},
		{"--report sarif", fault, "{\n  \"$schema\"", errFindings.Error()},
		{"--report json", fault, "{\n  \"version\": 1,", errFindings.Error()},
		{"--json", fault, "{\n  \"version\": 1,", errFindings.Error()},
		{"--json=false", fault, "human", ""},
		{"--json=false --report github", warning, "::warning title=rtbook/finding::m\n", ""},
		{"--json --report json", warning, "{\n  \"version\": 1,", ""},
		{"--json", finding.Report{}, "{\n  \"version\": 1,", ""},
		{"--json --report sarif", fault, "", `invalid argument "sarif" for "--report" flag: --json is given too, and there is one report`},
		{"--report sarif --json", fault, "", `invalid argument "true" for "--json" flag: --report sarif is given too, and there is one report`},
		{"--report xml", fault, "", `invalid argument "xml" for "--report" flag: there is no such format; formats are github, json, junit, sarif`},
		{"--report junitt", fault, "", `invalid argument "junitt" for "--report" flag: there is no such format; did you mean junit?`},
		{"--json=maybe", fault, "", `invalid argument "maybe" for "--json" flag: strconv.ParseBool: parsing "maybe": invalid syntax`},
		{"--report", fault, "", "flag needs an argument: --report"},
	} {
		c, out := reporting(test.report)
		c.SetArgs(strings.Fields(test.args))
		err := c.Execute()
		if test.err == "" && err != nil || test.err != "" && (err == nil || err.Error() != test.err) {
			t.Errorf("%s: error %v, want %q", test.args, err, test.err)
		}
		if !strings.HasPrefix(out.String(), test.begins) || test.begins == "" && out.Len() > 0 {
			t.Errorf("%s: printed %q, want %q at its beginning", test.args, out.String(), test.begins)
		}
		if test.err == errFindings.Error() && !errors.Is(err, errFindings) {
			t.Errorf("%s: error %v would not exit with status 1", test.args, err)
		}
	}
}

func TestReportNamesTool(t *testing.T) {
	c, out := reporting(finding.Report{Tool: "another", Version: "0"})
	c.SetArgs([]string{"--json"})
	if err := c.Execute(); err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Tool struct{ Name, Version string }
	}
	if err := json.Unmarshal([]byte(out.String()), &doc); err != nil {
		t.Fatal(err)
	}
	if doc.Tool.Name != "rtbook" || doc.Tool.Version != toolVersion() {
		t.Errorf("tool %+v", doc.Tool)
	}
}

func TestReportHelp(t *testing.T) {
	c, out := reporting(finding.Report{})
	c.SetArgs([]string{"--help"})
	if err := c.Execute(); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"--report FORMAT   print the findings on standard output as FORMAT: github, json, junit or sarif\n",
		"--json            short for --report json\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
}
