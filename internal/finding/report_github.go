package finding

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// writeGitHub writes a workflow command a finding:
//
//	::error file=notes/a.md,line=3,col=1,title=rtbook/finding::undefined: spam%0Ahint: …
//
// The message holds the notes and the hint in lines of their own; a note's
// further lines are indented. GitHub knows three escapes in it, and five in
// properties.
func writeGitHub(b *bytes.Buffer, r Report) error {
	for _, f := range r.Findings {
		var properties []string
		property := func(name, value string) {
			properties = append(properties, name+"="+githubProperty.Replace(value))
		}
		if f.File != "" {
			property("file", oneLine(f.File))
		}
		if f.Line > 0 {
			property("line", strconv.Itoa(f.Line))
		}
		if f.Col > 0 {
			property("col", strconv.Itoa(f.Col))
		}
		property("title", f.Rule)
		fmt.Fprintf(b, "::%s %s::%s\n", f.severity(), strings.Join(properties, ","), githubData.Replace(details(f, "   ")))
	}
	return nil
}

// The escapes of workflow commands, as actions/toolkit has them in
// packages/core/src/command.ts.
var (
	githubData     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	githubProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)
