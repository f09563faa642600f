package pipeline

import (
	"fmt"

	"rtbook/internal/book"
	"rtbook/internal/finding"
	"rtbook/runner/sandbox"
)

// isolation returns what a book that asks for strict isolation lacks here. A
// book that does not ask runs with what there is.
func isolation(b *book.Book, capabilities func() []sandbox.Capability) []finding.Finding {
	if b.Isolation != "strict" {
		return nil
	}
	var all []finding.Finding
	for _, c := range capabilities() {
		if c.Lack != "" {
			all = append(all, finding.Finding{
				Pos:     b.IsolationPos,
				Message: fmt.Sprintf("this machine cannot isolate cells strictly: %s: %s", c.Name, c.Lack),
				Hint:    "run rtbook where rtbook version -v shows nothing missing, or leave isolation: strict out",
			})
		}
	}
	return all
}
