package pipeline

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"rtbook/internal/finding"
	"rtbook/internal/site"
)

// WriteMatrix writes Report.Matrix as a table: the rows on which the releases
// do not all say the same, and how many there are of the others.
func (r *Report) WriteMatrix(w io.Writer) error {
	m := r.Matrix
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(tw, "\t\t%s\n", strings.Join(m.Releases, "\t"))
	shown := 0
	for _, row := range m.Rows {
		if allSame(row) {
			continue
		}
		shown++
		fmt.Fprintf(tw, "%s:%d\t%s %s", r.names.file(row.Chapter), row.Line, row.Kind, clip(row.Text))
		for _, res := range row.Results {
			fmt.Fprintf(tw, "\t%s", finding.Printable(strings.ReplaceAll(clip(resultText(res)), "\t", " ")))
		}
		fmt.Fprintln(tw)
	}
	if shown > 0 {
		if err := tw.Flush(); err != nil {
			return err
		}
	}
	same := len(m.Rows) - shown
	_, err := fmt.Fprintf(w, "%s: %d the same in %s, %d not\n", plural(len(m.Rows), "check"), same, strings.Join(m.Releases, ", "), shown)
	return err
}

// resultText is what a release says, in a cell of a table.
func resultText(res site.MatrixResult) string {
	switch {
	case res.State == "":
		return "not tried: " + res.Value
	case res.Value == "":
		return res.State
	}
	return res.State + ": " + res.Value
}

// jsonRow is a row of the matrix for programs.
type jsonRow struct {
	File    string                `json:"file"`
	Line    int                   `json:"line"`
	Kind    string                `json:"kind"`
	Text    string                `json:"text"`
	Results map[string]jsonResult `json:"results"` // by release
}

type jsonResult struct {
	State string `json:"state"` // same, differs, absent or not tried
	Value string `json:"value,omitempty"`
}

// WriteMatrixJSON writes Report.Matrix as one JSON object, all rows of it.
func (r *Report) WriteMatrixJSON(w io.Writer) error {
	rows := []jsonRow{}
	for _, row := range r.Matrix.Rows {
		out := jsonRow{File: r.names.file(row.Chapter), Line: row.Line, Kind: row.Kind, Text: row.Text, Results: make(map[string]jsonResult)}
		for i, res := range row.Results {
			state := res.State
			if state == "" {
				state = "not tried"
			}
			out.Results[r.Matrix.Releases[i]] = jsonResult{state, res.Value}
		}
		rows = append(rows, out)
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(struct {
		Releases []string  `json:"releases"`
		Rows     []jsonRow `json:"rows"`
	}{r.Matrix.Releases, rows})
}

func allSame(row site.MatrixRow) bool {
	return !slices.ContainsFunc(row.Results, func(res site.MatrixResult) bool { return res.State != "same" })
}
