package site

import (
	"rtbook/internal/book"
)

// Prose is what was found out about what the chapters say in prose. The zero
// value is that of a book where nothing was checked.
type Prose struct {
	// Release is the Go release whose source was read, "go1.26.8".
	Release string

	// Sources says what go: links refer to. A link that is not in it is shown
	// as its text.
	Sources map[*book.Ref]Source

	// Outputs are the out: links whose text was found in the output, with the
	// cell that it was found in: "notes/03-scheduler.md#fifty".
	Outputs map[*book.Ref]string

	// Quotations says where quotation fences are from.
	Quotations map[*book.Fence]Source

	// Ledger is shown for <!-- ledger -->, and Matrix for <!-- toolchains -->;
	// nil if there is none.
	Ledger *Ledger
	Matrix *Matrix
}

// Source is a place in Go source, and what was found there.
type Source struct {
	Name  string // the symbol, expression or order: "runtime.schedinit", "runtime: len(p{}.runq)", "runtime.main: newm(sysmon) before gcenable"
	Check bool   // more is known than that it is there: a fact or an order
	Value string // "256"; "" for what has no value
	File  string // "src/runtime/runtime2.go"
	First int    // line, from 1
	Last  int    // line; 0 is First
	URL   string // of the line on the web, "" if it has none
	Own   bool   // the file is in the book's own module, not in Go's source
}

// Ledger is the table of the claims that the book checks.
type Ledger struct {
	Rows []LedgerRow
}

// LedgerRow is a claim with what came of it.
type LedgerRow struct {
	ID           string
	Claim        string // what is claimed
	Verdict      string // "holds", "imprecise", "outdated" or "wrong"
	Statement    string // what is the case
	Source       string // where the source says so, as text
	Unobservable string // why nothing on a page can show it; "" if something does
	Chapter      string // path of the chapter that makes the claim, "" if none does
	Evidence     []Evidence
}

// Evidence is what shows a claim to hold, or not to.
type Evidence struct {
	Kind   string // "cell", "fact", "order", "quotation" or "output"
	Text   string // "fifty", "runtime len(p{}.runq) = 256"
	Anchor string // of the cell in the row's chapter; "" leads to the claim
}

// Matrix is the table of what other releases say.
type Matrix struct {
	Releases []string // "go1.24.6", in order; the pin is one of them
	Rows     []MatrixRow
}

// MatrixRow is a check with what each release says.
type MatrixRow struct {
	Chapter string         // path of the chapter
	Line    int            // of the link or fence in it
	Kind    string         // "fact", "order", "symbol", "quote" or "cell"
	Text    string         // "runtime len(p{}.runq)"
	Anchor  string         // of a cell or claim in the chapter, "" leads to the chapter
	Results []MatrixResult // one a release
}

// MatrixResult is what one release says to a check.
type MatrixResult struct {
	State string // "same", "differs", "absent"; "" if it was not tried
	Value string // the value that differs
}
