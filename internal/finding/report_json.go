package finding

import (
	"bytes"
	"encoding/json"
)

// jsonVersion is the version of the document that writeJSON writes. A field
// that is added does not change it; one that goes, or means something else, does.
const jsonVersion = 1

// jsonReport is the document. Of what is left out, numbers are 0, texts are
// empty and lists have no elements; files and findings are always there.
type jsonReport struct {
	Version  int           `json:"version"`
	Tool     jsonTool      `json:"tool"`
	Files    []string      `json:"files"`
	Findings []jsonFinding `json:"findings"`
}

type jsonTool struct {
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
}

type jsonFinding struct {
	Rule     string `json:"rule"`
	Severity string `json:"severity"` // "error" or "warning"
	jsonPlace
	Message string     `json:"message"`
	Notes   []jsonNote `json:"notes,omitempty"`
	Hint    string     `json:"hint,omitempty"`
}

type jsonNote struct {
	jsonPlace
	Text string `json:"text"`
}

type jsonPlace struct {
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"` // in bytes, from 1
}

func toJSONPlace(p Pos) jsonPlace { return jsonPlace{oneLine(p.File), p.Line, p.Col} }

// writeJSON writes the report as one document.
func writeJSON(b *bytes.Buffer, r Report) error {
	doc := jsonReport{
		Version:  jsonVersion,
		Tool:     jsonTool{r.Tool, r.Version},
		Files:    make([]string, len(r.Files)),
		Findings: make([]jsonFinding, len(r.Findings)),
	}
	for i, file := range r.Files {
		doc.Files[i] = oneLine(file)
	}
	for i, f := range r.Findings {
		out := jsonFinding{Rule: f.Rule, Severity: f.severity(), jsonPlace: toJSONPlace(f.Pos), Message: f.Message, Hint: f.Hint}
		for _, n := range f.Notes {
			out.Notes = append(out.Notes, jsonNote{toJSONPlace(n.Pos), n.Text})
		}
		doc.Findings[i] = out
	}
	return encodeJSON(b, doc)
}

// encodeJSON writes indented JSON that a person can read too: "<" stays "<".
func encodeJSON(b *bytes.Buffer, doc any) error {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(doc)
}
