package finding

import (
	"bytes"
	"encoding/xml"
	"fmt"
)

type junitReport struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Suites   []*junitFile `xml:"testsuite"`
}

// junitFile is the suite of one file.
type junitFile struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Cases    []junitCase `xml:"testcase"`

	names map[string]int // of cases, and how often each came
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	File    string        `xml:"file,attr,omitempty"`
	Line    int           `xml:"line,attr,omitempty"`
	Failure *junitFailure `xml:"failure"`
	Output  *junitText    `xml:"system-out"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	junitText
}

type junitText struct {
	Text string `xml:",cdata"`
}

// writeJUnit writes the report as test results: a suite a file, in it a
// failing case a finding, with the finding's text as a terminal has it. A
// warning is a case that passes and has its text as output. A file without
// findings has one case, which passes. Findings about no file are in a suite
// of the tool's name.
//
// The class of a case is the file and its name the message, so that a finding
// stays the same case while the lines above it change; of equal ones, the
// second is "message (2)".
func writeJUnit(b *bytes.Buffer, r Report) error {
	report := junitReport{Name: r.Tool}
	suites := make(map[string]*junitFile)
	suite := func(name string) *junitFile {
		s := suites[name]
		if s == nil {
			s = &junitFile{Name: name, names: make(map[string]int)}
			suites[name] = s
			report.Suites = append(report.Suites, s)
		}
		return s
	}
	for _, file := range r.Files {
		suite(oneLine(file))
	}
	lines := newSources(r)
	for _, f := range r.Findings {
		name := r.Tool
		if f.File != "" {
			name = oneLine(f.File)
		}
		suite(name).add(f, lines)
	}
	for _, s := range report.Suites {
		if len(s.Cases) == 0 {
			s.Cases = []junitCase{{Class: s.Name, Name: "no findings", File: s.Name}}
		}
		s.Tests = len(s.Cases)
		report.Tests += s.Tests
		report.Failures += s.Failures
	}
	b.WriteString(xml.Header)
	e := xml.NewEncoder(b)
	e.Indent("", "  ")
	if err := e.Encode(report); err != nil {
		return err
	}
	b.WriteByte('\n')
	return nil
}

// add adds a finding to the suite of its file.
func (s *junitFile) add(f Finding, lines *sources) {
	name := f.Message
	if f.Warning {
		name = "warning: " + name
	}
	s.names[name]++
	if n := s.names[name]; n > 1 {
		name = fmt.Sprintf("%s (%d)", name, n)
	}
	c := junitCase{Class: s.Name, Name: name, File: oneLine(f.File), Line: f.Line}
	text := junitText{asText(f, lines)}
	if f.Warning {
		c.Output = &text
	} else {
		c.Failure = &junitFailure{f.Message, f.Rule, text}
		s.Failures++
	}
	s.Cases = append(s.Cases, c)
}

// asText returns a finding, made plain, as [Write] writes it.
func asText(f Finding, lines *sources) string {
	var b bytes.Buffer
	b.WriteString(oneLine(f.String()) + "\n")
	if f.Line > 0 {
		var line bytes.Buffer
		lines.of(f.File).write(&line, f.Pos)
		b.WriteString(notCharacters.Replace(line.String()))
	}
	for _, n := range f.Notes {
		// writeNote ends the text itself, and cuts a line feed for it.
		writeNote(&b, Note{Pos{oneLine(n.File), n.Line, n.Col}, n.Text + "\n"})
	}
	if f.Hint != "" {
		b.WriteString("   hint: " + f.Hint + "\n")
	}
	return b.String()
}
