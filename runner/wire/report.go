package wire

import (
	"encoding/json"
	"fmt"
	"io"
)

// separator begins a report, as in RFC 7464. No line of a crash report begins
// with it: the runtime indents what a program can put there.
const separator = '\x1e'

// Report is what an engine's child says about a cell, beside its output.
type Report struct {
	Cell    int    `json:"cell"`
	Status  string `json:"status,omitempty"` // a runner.Status, or "" where the report only gives a place
	Message string `json:"message,omitempty"`
	Hint    string `json:"hint,omitempty"`
	Offset  int    `json:"offset"` // in bytes, in Program.Source; -1 if there is no place
	Line    int    `json:"line"`   // the same place, 1-based; 0 if there is none
	Col     int    `json:"col"`    // in bytes, 1-based
}

// WriteReport writes r to w in one write.
func WriteReport(w io.Writer, r Report) error {
	line, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("wire: encode a report: %w", err)
	}
	_, err = w.Write(append(append([]byte{separator}, line...), '\n'))
	return err
}
