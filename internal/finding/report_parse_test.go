package finding

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/url"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"
)

// seen is a finding as a reader of any of the formats sees it.
type seen struct {
	Head  string   // "file:line:col: warning: message"
	Notes []string // "file:line:col: text"; those of SARIF sorted by having a place
	Hint  string
}

// head is a finding's first line, from its parts.
func head(file string, line, col int, severity, message string) string {
	if severity == "warning" {
		message = "warning: " + message
	}
	return placed(file, line, col, message)
}

// placed is a text with the place it is about.
func placed(file string, line, col int, text string) string {
	switch {
	case file == "":
		return text
	case line == 0:
		return file + ": " + text
	case col == 0:
		return fmt.Sprintf("%s:%d: %s", file, line, text)
	}
	return fmt.Sprintf("%s:%d:%d: %s", file, line, col, text)
}

var excerptLine = regexp.MustCompile(`^( *[0-9]+| +) \|( |$)`)

// parseText reads the findings of a text.
func parseText(text string) []seen {
	var all []seen
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		var last *seen
		if len(all) > 0 {
			last = &all[len(all)-1]
		}
		note, isNote := strings.CutPrefix(line, "   note: ")
		hint, isHint := strings.CutPrefix(line, "   hint: ")
		more, isMore := strings.CutPrefix(line, "      ")
		switch {
		case last == nil || line != "" && line[0] != ' ' && !excerptLine.MatchString(line):
			all = append(all, seen{Head: line})
		case isNote:
			last.Notes = append(last.Notes, note)
		case isHint:
			last.Hint = hint
		case isMore && last.Notes != nil:
			last.Notes[len(last.Notes)-1] += "\n" + more
		case !excerptLine.MatchString(line):
			panic(fmt.Sprintf("line %q in\n%s", line, text))
		}
	}
	return all
}

// parseDetails reads a message that holds notes and hint.
func parseDetails(message, indent string) (first string, notes []string, hint string) {
	lines := strings.Split(message, "\n")
	for _, line := range lines[1:] {
		note, isNote := strings.CutPrefix(line, "note: ")
		h, isHint := strings.CutPrefix(line, "hint: ")
		switch {
		case isNote:
			notes = append(notes, note)
		case isHint:
			hint = h
		default:
			notes[len(notes)-1] += "\n" + strings.TrimPrefix(line, indent)
		}
	}
	return lines[0], notes, hint
}

// parseGitHub reads workflow commands as the runner does: a line beginning
// with "::", a command, properties up to the next "::".
func parseGitHub(text string) ([]seen, error) {
	if text != "" && !strings.HasSuffix(text, "\n") {
		return nil, errors.New("the last line does not end")
	}
	var all []seen
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if strings.ContainsAny(line, "\r\v\f\u0085\u2028\u2029") {
			return nil, fmt.Errorf("a line breaks inside: %q", line)
		}
		rest, ok := strings.CutPrefix(line, "::")
		opening, data, ok2 := strings.Cut(rest, "::")
		command, list, ok3 := strings.Cut(opening, " ")
		if !ok || !ok2 || !ok3 || command != "error" && command != "warning" {
			return nil, fmt.Errorf("no command: %q", line)
		}
		properties := map[string]string{}
		for pair := range strings.SplitSeq(list, ",") {
			name, value, ok := strings.Cut(pair, "=")
			if !ok || value == "" {
				return nil, fmt.Errorf("property %q in %q", pair, line)
			}
			value = unescapeGitHub(value, "%0D", "\r", "%0A", "\n", "%3A", ":", "%2C", ",")
			properties[name] = value
		}
		number := func(name string) int {
			n, err := strconv.Atoi(properties[name])
			if properties[name] != "" && (err != nil || n < 1) {
				panic("property " + name + " in " + line)
			}
			return n
		}
		if !strings.Contains(properties["title"], "/") {
			return nil, fmt.Errorf("title %q", properties["title"])
		}
		message, notes, hint := parseDetails(unescapeGitHub(data, "%0D", "\r", "%0A", "\n"), "   ")
		all = append(all, seen{head(properties["file"], number("line"), number("col"), command, message), notes, hint})
	}
	return all, nil
}

// unescapeGitHub undoes escapes one after the other, "%25" last, as the runner
// does.
func unescapeGitHub(s string, escapes ...string) string {
	for i := 0; i < len(escapes); i += 2 {
		s = strings.ReplaceAll(s, escapes[i], escapes[i+1])
	}
	return strings.ReplaceAll(s, "%25", "%")
}

// decodeJSON reads the JSON report back to a report.
func decodeJSON(text string) (Report, error) {
	type place struct {
		File   string
		Line   int
		Column int
	}
	var doc struct {
		Version  int
		Tool     struct{ Name, Version string }
		Files    []string
		Findings []struct {
			place
			Rule, Severity, Message, Hint string
			Notes                         []struct {
				place
				Text string
			}
		}
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&doc); err != nil {
		return Report{}, err
	}
	if _, err := d.Token(); err != io.EOF {
		return Report{}, errors.New("more than one document")
	}
	if doc.Version != 1 || doc.Files == nil || doc.Findings == nil {
		return Report{}, fmt.Errorf("version %d, files %v, findings %v", doc.Version, doc.Files, doc.Findings)
	}
	r := Report{Tool: doc.Tool.Name, Version: doc.Tool.Version, Files: doc.Files}
	for _, f := range doc.Findings {
		if f.Severity != "error" && f.Severity != "warning" {
			return Report{}, fmt.Errorf("severity %q", f.Severity)
		}
		rule := strings.TrimPrefix(f.Rule, r.Tool+"/")
		if rule == "finding" {
			rule = ""
		}
		got := Finding{Pos: Pos{f.File, f.Line, f.Column}, Message: f.Message, Hint: f.Hint, Warning: f.Severity == "warning", Rule: rule}
		for _, n := range f.Notes {
			got.Notes = append(got.Notes, Note{Pos{n.File, n.Line, n.Column}, n.Text})
		}
		r.Findings = append(r.Findings, got)
	}
	return r, nil
}

func parseJSON(text string) ([]seen, error) {
	r, err := decodeJSON(text)
	var all []seen
	for _, f := range r.Findings {
		severity := "error"
		if f.Warning {
			severity = "warning"
		}
		s := seen{Head: head(f.File, f.Line, f.Col, severity, f.Message), Hint: f.Hint}
		for _, n := range f.Notes {
			s.Notes = append(s.Notes, placed(n.File, n.Line, n.Col, n.Text))
		}
		all = append(all, s)
	}
	return all, err
}

type junitSuite struct {
	Name     string `xml:"name,attr"`
	Tests    int    `xml:"tests,attr"`
	Failures int    `xml:"failures,attr"`
	Errors   int    `xml:"errors,attr"`
	Skipped  int    `xml:"skipped,attr"`
	Cases    []struct {
		Class   string `xml:"classname,attr"`
		Name    string `xml:"name,attr"`
		File    string `xml:"file,attr"`
		Line    int    `xml:"line,attr"`
		Failure *struct {
			Message string `xml:"message,attr"`
			Type    string `xml:"type,attr"`
			Text    string `xml:",chardata"`
		} `xml:"failure"`
		Output *string `xml:"system-out"`
	} `xml:"testcase"`
}

// readJUnit reads the suites of a JUnit report and checks that they add up.
func readJUnit(text string) ([]junitSuite, error) {
	var doc struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	d := xml.NewDecoder(strings.NewReader(text))
	if err := d.Decode(&doc); err != nil {
		return nil, err
	}
	if t, err := d.Token(); err != io.EOF && strings.TrimSpace(fmt.Sprintf("%s", t)) != "" {
		return nil, fmt.Errorf("%v after the document, error %v", t, err)
	}
	tests, failures := 0, 0
	for _, s := range doc.Suites {
		failed := 0
		for _, c := range s.Cases {
			if c.Class != s.Name {
				return nil, fmt.Errorf("class %q in suite %q", c.Class, s.Name)
			}
			if c.Failure != nil {
				failed++
			}
		}
		if s.Tests != len(s.Cases) || s.Failures != failed || s.Errors != 0 || s.Skipped != 0 {
			return nil, fmt.Errorf("suite %q does not add up: %+v", s.Name, s)
		}
		tests, failures = tests+s.Tests, failures+s.Failures
	}
	if doc.Tests != tests || doc.Failures != failures {
		return nil, fmt.Errorf("%d tests and %d failures do not add up to %d and %d", tests, failures, doc.Tests, doc.Failures)
	}
	return doc.Suites, nil
}

// parseJUnit reads the findings of a JUnit report, in the order of its suites.
func parseJUnit(text string) ([]seen, error) {
	suites, err := readJUnit(text)
	var all []seen
	for _, s := range suites {
		for _, c := range s.Cases {
			body := ""
			switch {
			case c.Failure != nil:
				body = c.Failure.Text
			case c.Output != nil:
				body = *c.Output
			default:
				continue
			}
			fs := parseText(body)
			if len(fs) != 1 {
				return nil, fmt.Errorf("%d findings in %q", len(fs), body)
			}
			rest := strings.TrimPrefix(fs[0].Head, c.File)
			if c.Line > 0 {
				rest = strings.TrimPrefix(rest, fmt.Sprintf(":%d", c.Line))
			}
			message := strings.TrimLeft(rest, ":0123456789")
			if c.File == "" {
				message = " " + rest
			}
			if c.Failure != nil && message != " "+c.Failure.Message || c.Failure == nil && !strings.HasPrefix(message, " warning: ") {
				return nil, fmt.Errorf("case %+v holds %q", c, body)
			}
			all = append(all, fs[0])
		}
	}
	return all, err
}

// sarifSchema is the part of the standard's schema that concerns us: of each
// object the properties that it may have, marked with "!" where it must have
// them, and their types.
var sarifSchema = map[string]map[string]string{
	"log":              {"$schema": "uri", "version!": "2.1.0", "runs!": "[run"},
	"run":              {"tool!": "tool", "invocations": "[invocation", "columnKind": "columnKind", "artifacts": "[artifact", "results": "[result"},
	"tool":             {"driver!": "toolComponent"},
	"toolComponent":    {"name!": "string", "version": "string", "rules": "[rule"},
	"rule":             {"id!": "string"},
	"invocation":       {"executionSuccessful!": "bool"},
	"artifact":         {"location": "artifactLocation"},
	"artifactLocation": {"uri": "uri"},
	"result":           {"ruleId": "string", "ruleIndex": "index", "level": "level", "message!": "message", "locations": "[location", "relatedLocations": "[location", "properties": "bag"},
	"message":          {"text!": "string"}, // or an id, which we do not use
	"location":         {"id": "index", "physicalLocation": "physicalLocation", "message": "message"},
	"physicalLocation": {"artifactLocation!": "artifactLocation", "region": "region"}, // or an address
	"region":           {"startLine": "positive", "startColumn": "positive"},
}

// checkSARIF checks a decoded value against a type of sarifSchema.
func checkSARIF(path, typ string, v any) error {
	if element, ok := strings.CutPrefix(typ, "["); ok {
		list, ok := v.([]any)
		if !ok {
			return fmt.Errorf("%s is no list", path)
		}
		for i, e := range list {
			if err := checkSARIF(fmt.Sprintf("%s[%d]", path, i), element, e); err != nil {
				return err
			}
			for j := range i {
				if element != "result" && reflect.DeepEqual(list[j], e) {
					return fmt.Errorf("%s[%d] is there twice", path, i)
				}
			}
		}
		return nil
	}
	if object := sarifSchema[typ]; object != nil {
		m, ok := v.(map[string]any)
		if !ok {
			return fmt.Errorf("%s is no object", path)
		}
		for name, value := range m {
			inner, ok := object[name]
			if !ok {
				inner, ok = object[name+"!"]
			}
			if !ok {
				return fmt.Errorf("%s may not have a %s", path, name)
			}
			if err := checkSARIF(path+"."+name, inner, value); err != nil {
				return err
			}
		}
		for name := range object {
			if must, ok := strings.CutSuffix(name, "!"); ok && m[must] == nil {
				return fmt.Errorf("%s has no %s", path, must)
			}
		}
		return nil
	}
	return checkSARIFScalar(path, typ, v)
}

func checkSARIFScalar(path, typ string, v any) error {
	s, isString := v.(string)
	n, isNumber := v.(float64)
	ok := false
	switch typ {
	case "string":
		ok = isString
	case "uri":
		_, err := url.Parse(s)
		ok = isString && err == nil && !strings.ContainsAny(s, " {}\"<>\\^`|")
	case "bool":
		_, ok = v.(bool)
	case "index":
		ok = isNumber && n == float64(int(n)) && n >= -1
	case "positive":
		ok = isNumber && n == float64(int(n)) && n >= 1
	case "level":
		ok = s == "none" || s == "note" || s == "warning" || s == "error"
	case "columnKind":
		ok = s == "utf16CodeUnits" || s == "unicodeCodePoints"
	case "bag":
		_, ok = v.(map[string]any)
	default: // a constant
		ok = s == typ
	}
	if !ok {
		return fmt.Errorf("%s is %v, which is no %s", path, v, typ)
	}
	return nil
}

// parseSARIF checks and reads a SARIF log. source is what the files hold.
func parseSARIF(text string, source func(string) []byte) ([]seen, error) {
	var generic any
	if err := json.Unmarshal([]byte(text), &generic); err != nil {
		return nil, err
	}
	if err := checkSARIF("log", "log", generic); err != nil {
		return nil, err
	}
	type message struct{ Text string }
	type location struct {
		ID               int
		PhysicalLocation struct {
			ArtifactLocation struct{ URI string }
			Region           struct{ StartLine, StartColumn int }
		}
		Message message
	}
	var log struct {
		Runs []struct {
			Tool struct {
				Driver struct{ Rules []struct{ ID string } }
			}
			Results []struct {
				RuleID                      string
				RuleIndex                   int
				Level                       string
				Message                     message
				Locations, RelatedLocations []location
				Properties                  struct {
					Notes []string
					Hint  string
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(text), &log); err != nil {
		return nil, err
	}
	where := func(l location) (string, int, int) {
		file, err := url.PathUnescape(strings.TrimPrefix(l.PhysicalLocation.ArtifactLocation.URI, "file://"))
		if err != nil {
			panic(err)
		}
		region := l.PhysicalLocation.Region
		return wantOneLine(file), region.StartLine, byteColumnOf(source(file), region.StartLine, region.StartColumn)
	}
	braces := strings.NewReplacer("{{", "{", "}}", "}")
	var all []seen
	for _, r := range log.Runs[0].Results {
		if log.Runs[0].Tool.Driver.Rules[r.RuleIndex].ID != r.RuleID {
			return nil, fmt.Errorf("rule %d is not %s", r.RuleIndex, r.RuleID)
		}
		var s seen
		var file string
		var line, col int
		if len(r.Locations) > 0 {
			file, line, col = where(r.Locations[0])
		}
		text, rest, _ := strings.Cut(braces.Replace(r.Message.Text), "\n")
		s.Head = head(file, line, col, r.Level, text)
		s.Hint = r.Properties.Hint
		whole := "\n" + rest + "\n"
		for i, l := range r.RelatedLocations {
			if l.ID != i+1 {
				return nil, fmt.Errorf("related location %d has the id %d", i, l.ID)
			}
			file, line, col := where(l)
			s.Notes = append(s.Notes, placed(file, line, col, braces.Replace(l.Message.Text)))
			if note := "\nnote: " + file; !strings.Contains(whole, note) {
				return nil, fmt.Errorf("no %q in message %q", note, whole)
			}
		}
		s.Notes = append(s.Notes, r.Properties.Notes...)
		for _, n := range r.Properties.Notes {
			if !strings.Contains(whole, "\nnote: "+n+"\n") {
				return nil, fmt.Errorf("no note %q in message %q", n, whole)
			}
		}
		if s.Hint != "" && !strings.HasSuffix(whole, "\nhint: "+s.Hint+"\n") {
			return nil, fmt.Errorf("no hint %q in message %q", s.Hint, whole)
		}
		all = append(all, s)
	}
	return all, nil
}

// byteColumnOf is the column in bytes of a column in UTF-16 code units.
func byteColumnOf(src []byte, line, col int) int {
	lines := strings.Split(string(src), "\n")
	if src == nil || col == 0 || line > len(lines) {
		return col
	}
	text := lines[line-1]
	units := utf16.Encode([]rune(text))
	return 1 + len(string(utf16.Decode(units[:min(col-1, len(units))])))
}
