package finding

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// The parts of a SARIF 2.1.0 log that we write, under the names that the
// standard has for them (sections 3.13 and on).
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool        sarifTool         `json:"tool"`
		Invocations []sarifInvocation `json:"invocations"`
		ColumnKind  string            `json:"columnKind"`
		Artifacts   []sarifArtifact   `json:"artifacts"`
		Results     []sarifResult     `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name    string      `json:"name"`
		Version string      `json:"version,omitempty"`
		Rules   []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID string `json:"id"`
	}
	sarifInvocation struct {
		ExecutionSuccessful bool `json:"executionSuccessful"`
	}
	sarifArtifact struct {
		Location sarifArtifactLocation `json:"location"`
	}
	sarifArtifactLocation struct {
		URI string `json:"uri"`
	}
	sarifResult struct {
		RuleID           string           `json:"ruleId"`
		RuleIndex        int              `json:"ruleIndex"`
		Level            string           `json:"level"`
		Message          sarifMessage     `json:"message"`
		Locations        []sarifLocation  `json:"locations"`
		RelatedLocations []sarifLocation  `json:"relatedLocations,omitempty"`
		Properties       *sarifProperties `json:"properties,omitempty"`
	}
	sarifMessage struct {
		Text string `json:"text"`
	}
	sarifLocation struct {
		ID               int                   `json:"id,omitempty"`
		PhysicalLocation sarifPhysicalLocation `json:"physicalLocation"`
		Message          *sarifMessage         `json:"message,omitempty"`
	}
	sarifPhysicalLocation struct {
		ArtifactLocation sarifArtifactLocation `json:"artifactLocation"`
		Region           *sarifRegion          `json:"region,omitempty"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn,omitempty"`
	}
	// sarifProperties is a property bag, whose contents are ours to name.
	sarifProperties struct {
		Notes []string `json:"notes,omitempty"` // those that are about no place
		Hint  string   `json:"hint,omitempty"`
	}
)

// writeSARIF writes the report as a SARIF 2.1.0 log of one run.
//
// A result's message holds everything, for viewers that show nothing else: the
// finding's message, then a line for each note and the hint. For programs,
// notes with a place are related locations, and the other notes and the hint
// are properties, which unlike messages are not escaped.
func writeSARIF(b *bytes.Buffer, r Report) error {
	run := sarifRun{
		Tool:        sarifTool{sarifDriver{Name: r.Tool, Version: r.Version, Rules: []sarifRule{}}},
		Invocations: []sarifInvocation{{ExecutionSuccessful: true}},
		ColumnKind:  "utf16CodeUnits",
		Artifacts:   []sarifArtifact{},
		Results:     []sarifResult{},
	}
	listed := make(map[string]bool)
	for _, file := range r.Files {
		if file != "" && !listed[file] {
			listed[file] = true
			run.Artifacts = append(run.Artifacts, sarifArtifact{sarifArtifactLocation{fileURI(file)}})
		}
	}
	rules := make(map[string]int)
	lines := newSources(r)
	for _, f := range r.Findings {
		index, ok := rules[f.Rule]
		if !ok {
			index = len(rules)
			rules[f.Rule] = index
			run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRule{f.Rule})
		}
		run.Results = append(run.Results, sarifResultOf(f, index, lines))
	}
	return encodeJSON(b, sarifLog{
		Schema:  "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
		Version: "2.1.0",
		Runs:    []sarifRun{run},
	})
}

func sarifResultOf(f Finding, rule int, lines *sources) sarifResult {
	result := sarifResult{
		RuleID:    f.Rule,
		RuleIndex: rule,
		Level:     f.severity(),
		Message:   sarifText(details(f, "")),
		Locations: []sarifLocation{},
	}
	if f.File != "" {
		result.Locations = append(result.Locations, sarifLocation{PhysicalLocation: sarifPlace(f.Pos, lines)})
	}
	properties := sarifProperties{Hint: f.Hint}
	for _, n := range f.Notes {
		if n.File == "" {
			properties.Notes = append(properties.Notes, n.Text)
			continue
		}
		message := sarifText(n.Text)
		result.RelatedLocations = append(result.RelatedLocations, sarifLocation{
			ID:               len(result.RelatedLocations) + 1,
			PhysicalLocation: sarifPlace(n.Pos, lines),
			Message:          &message,
		})
	}
	if properties.Hint != "" || properties.Notes != nil {
		result.Properties = &properties
	}
	return result
}

// sarifText makes a message of a text: braces are doubled, since they enclose
// the numbers of arguments there (section 3.11.5).
func sarifText(s string) sarifMessage { return sarifMessage{sarifBraces.Replace(s)} }

var sarifBraces = strings.NewReplacer("{", "{{", "}", "}}")

func sarifPlace(p Pos, lines *sources) sarifPhysicalLocation {
	place := sarifPhysicalLocation{ArtifactLocation: sarifArtifactLocation{fileURI(p.File)}}
	if p.Line > 0 {
		place.Region = &sarifRegion{StartLine: p.Line}
		if p.Col > 0 {
			place.Region.StartColumn = p.Col
			if line, ok := lines.of(p.File).line(p.Line); ok {
				place.Region.StartColumn = utf16Column(line, p.Line, p.Col)
			}
		}
	}
	return place
}

// utf16Column returns the column, in UTF-16 code units from 1, of a column in
// bytes. One inside a character is that character's; one after the end of the
// line is the column after its last character. A byte order mark is not part
// of the first line.
func utf16Column(line []byte, number, col int) int {
	at, units := 0, 1
	if bom := []byte("\ufeff"); number == 1 && bytes.HasPrefix(line, bom) {
		at = len(bom)
	}
	for at < len(line) {
		r, size := utf8.DecodeRune(line[at:])
		if at+size > col-1 {
			break
		}
		at += size
		units += utf16.RuneLen(r)
	}
	return units
}

// fileURI returns a file's name as a URI reference: relative to wherever the
// report is read, as names of the book's files are, or of the scheme file.
// Every byte that is not plain in a path is escaped, also those that are not
// UTF-8, so that the name is always the file's own.
func fileURI(name string) string {
	var b strings.Builder
	switch {
	case strings.HasPrefix(name, "/"):
		b.WriteString("file://")
	case len(name) > 2 && name[1] == ':' && name[2] == '/': // C:/book
		b.WriteString("file:///")
	}
	for i := 0; i < len(name); i++ {
		switch c := name[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("-._~/", c) >= 0:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
