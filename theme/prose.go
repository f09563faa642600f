package theme

import (
	"html/template"
	"io"
)

// Source is an entry of the list of what a page refers to in Go source.
type Source struct {
	ID    string // anchor
	What  string // "runtime: len(p{}.runq) = 256"
	Where string // "runtime/runtime2.go:700, go1.26.8"
	Href  string // of the place on the web, "" if it has none
}

// Quotation is a piece of Go source.
type Quotation struct {
	Where   string       // "runtime/proc.go, lines 6789–6810"
	Href    template.URL // of the place on the web, "" if it has none
	Release string       // "go1.26.8", "" for the book's own source
	Rights  string       // whose it is, "" likewise
	Number  int          // in the list of sources
	Fault   string       // why it may not be what it says; "" if it is
	Fold    bool         // the code is folded
	Code    template.HTML
}

// Ledger is the table of a book's claims.
type Ledger struct {
	Summary string // "96 claims: 63 hold and 33 are imprecise."
	Rows    []LedgerRow
}

// LedgerRow is a claim, with what came of it.
type LedgerRow struct {
	Anchor       string
	ID           string
	Claim        template.HTML
	Verdict      string        // "holds", "imprecise", "outdated" or "wrong"
	Statement    template.HTML // what is the case
	Source       template.HTML
	Unobservable template.HTML // why nothing shows it
	Evidence     []Evidence
	Page         string       // title of the page that makes the claim
	Place        template.URL // where on it, "" if nowhere
}

// Evidence is what shows that a claim holds, or does not.
type Evidence struct {
	Kind string // "fact"
	Text string // "runtime: len(p{}.runq) = 256"
	Href template.URL
}

// Matrix is the table of what other releases say to the book's checks.
type Matrix struct {
	Summary  string // "236 checks: 188 are the same in go1.25.1 and go1.26.8, 48 not."
	Releases []string
	Rows     []MatrixRow // on which they do not all say the same
	Same     []MatrixRow // on which they do: without states and values
}

// MatrixRow is a check, with what each release says.
type MatrixRow struct {
	Kind   string
	Text   string
	Place  template.URL // where the check stands, "" if nowhere
	States []string     // one a release: "same", "differs", "absent" or "not tried"
	Values []MatrixValue
}

// MatrixValue is an answer to a check.
type MatrixValue struct {
	Releases string // that give it: "go1.24.6, go1.25.1"
	Text     string // "440", or words
	Code     bool   // it is no words
}

// Sources writes the list of sources that ends a page.
func (t *Theme) Sources(w io.Writer, list []Source) error {
	return t.templates.ExecuteTemplate(w, "sources.tmpl", list)
}

// Quotation writes a piece of Go source, with where it is from.
func (t *Theme) Quotation(w io.Writer, q Quotation) error {
	return t.templates.ExecuteTemplate(w, "quotation.tmpl", q)
}

// Ledger writes the table of claims.
func (t *Theme) Ledger(w io.Writer, l *Ledger) error {
	return t.templates.ExecuteTemplate(w, "ledger.tmpl", l)
}

// Matrix writes the table of releases.
func (t *Theme) Matrix(w io.Writer, m *Matrix) error {
	return t.templates.ExecuteTemplate(w, "matrix.tmpl", m)
}
