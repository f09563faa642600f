package finding

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"strings"
)

// Format names a rendering of a report for machines.
type Format string

const (
	GitHub Format = "github" // workflow commands, which GitHub shows beside the lines of a change
	JSON   Format = "json"   // one document, for scripts
	JUnit  Format = "junit"  // test results, which most CI servers show
	SARIF  Format = "sarif"  // the exchange format of static analysis, for editors and code scanning
)

// Formats returns the names of the formats, sorted.
func Formats() []string {
	return []string{string(GitHub), string(JSON), string(JUnit), string(SARIF)}
}

// Report is what one run of a tool found. The zero value is a run of rtbook
// that looked at nothing.
type Report struct {
	Tool     string   // its name; "" is "rtbook"
	Version  string   // its version; "" where that is not known
	Files    []string // the files that were looked at, named as in Pos
	Findings []Finding

	// Source returns what a file holds, or nil where that is not known; it may
	// be nil itself. Without it there are no lines beside the messages, and
	// SARIF's columns are right only in lines of ASCII.
	Source func(file string) []byte
}

// WriteReport writes a report in a format. The error is about an unknown
// format or from w.
//
// The formats agree in content, with each other and with [Write]: every
// message, place, note and hint is in each of them, in the same words. What a
// terminal must not get is replaced in the same way in all of them, since XML
// and a CI server's log can take no more than a terminal: control characters
// (but for line feeds and tabs in notes) and bytes that are not UTF-8 are
// written as \xNN, controls of writing direction and code points that are no
// characters as \uNNNN; a tab in a message, hint or file name is a blank. A
// place without a file is no place, and a column without a line no column.
func WriteReport(w io.Writer, f Format, r Report) error {
	write, ok := map[Format]func(*bytes.Buffer, Report) error{
		GitHub: writeGitHub,
		JSON:   writeJSON,
		JUnit:  writeJUnit,
		SARIF:  writeSARIF,
	}[f]
	if !ok {
		return fmt.Errorf("unknown report format %q; formats are %s", string(f), strings.Join(Formats(), ", "))
	}
	var b bytes.Buffer
	if err := write(&b, r.plain()); err != nil {
		return fmt.Errorf("write a report as %s: %w", f, err)
	}
	_, err := w.Write(b.Bytes())
	return err
}

// plain returns the report with its defaults filled in and its texts as every
// format has them. Names of files stay as they are: they are needed to find
// sources, and each format has its own way to write them.
func (r Report) plain() Report {
	r.Tool = oneLine(cmp.Or(r.Tool, "rtbook"))
	r.Version = oneLine(r.Version)
	if r.Source == nil {
		r.Source = func(string) []byte { return nil }
	}
	all := make([]Finding, len(r.Findings))
	for i, f := range r.Findings {
		all[i] = Finding{
			Pos:     plainPos(f.Pos),
			Message: oneLine(f.Message),
			Hint:    oneLine(f.Hint),
			Warning: f.Warning,
			Rule:    r.Tool + "/" + oneLine(cmp.Or(f.Rule, defaultRule)),
		}
		for _, n := range f.Notes {
			all[i].Notes = append(all[i].Notes, Note{plainPos(n.Pos), manyLines(n.Text)})
		}
	}
	r.Findings = all
	return r
}

// defaultRule is the rule of findings that name none.
const defaultRule = "finding"

func plainPos(p Pos) Pos {
	switch {
	case p.File == "":
		return Pos{}
	case p.Line < 1:
		return Pos{File: p.File}
	}
	return Pos{p.File, p.Line, max(p.Col, 0)}
}

// severity is the word that most formats have for it.
func (f Finding) severity() string {
	if f.Warning {
		return "warning"
	}
	return "error"
}

// oneLine returns s as a report has a text of one line.
func oneLine(s string) string { return notCharacters.Replace(printable(s)) }

// notCharacters are what printable lets pass and XML does not.
var notCharacters = strings.NewReplacer("\ufffe", `\ufffe`, "\uffff", `\uffff`)

// manyLines returns s as a report has the text of a note.
func manyLines(s string) string {
	lines := strings.Split(strings.TrimSuffix(s, "\n"), "\n")
	for i, line := range lines {
		fields := strings.Split(line, "\t")
		for j, field := range fields {
			fields[j] = oneLine(field)
		}
		lines[i] = strings.Join(fields, "\t")
	}
	return strings.Join(lines, "\n")
}

// details returns a finding, made plain, as lines: its message, then each note
// and the hint. Further lines of a note begin with indent.
func details(f Finding, indent string) string {
	var b strings.Builder
	b.WriteString(f.Message)
	for _, n := range f.Notes {
		b.WriteString("\nnote: ")
		if n.Pos != (Pos{}) {
			b.WriteString(oneLine(n.Pos.String()) + ": ")
		}
		b.WriteString(strings.ReplaceAll(n.Text, "\n", "\n"+indent))
	}
	if f.Hint != "" {
		b.WriteString("\nhint: " + f.Hint)
	}
	return b.String()
}

// sources finds lines, looking through each file once.
type sources struct {
	source func(file string) []byte
	files  map[string]*excerpts
}

func newSources(r Report) *sources { return &sources{r.Source, make(map[string]*excerpts)} }

func (s *sources) of(file string) *excerpts {
	if s.files[file] == nil {
		s.files[file] = newExcerpts(s.source(file))
	}
	return s.files[file]
}
