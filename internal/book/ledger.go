package book

import (
	"fmt"
	"path"
	"slices"
	"strings"

	yamlast "github.com/goccy/go-yaml/ast"

	"rtbook/internal/finding"
)

// Ledger is the list of what a book takes a stand on. It is a YAML file, which
// book.yaml names:
//
//	title: What is said, and what is so
//	rows:
//	  - id: A7
//	    chapter: 02-allocator
//	    claim: There are 68 size classes.
//	    verdict: imprecise
//	    statement: There are 67, and class 0, which means "large".
//	    source: [internal/runtime/gc/sizeclasses.go NumSizeClasses]
//	    check: "fact: internal/runtime/gc NumSizeClasses"
//
// A row has an id, which chapters claim it by, the chapter that carries it
// (without .md), a claim and a [Verdict]. It may have a statement of what is so,
// sources (a file or folder below src of the toolchain, and names in it), a
// check, the release since which it is so, and a reason why nothing can be
// shown for it, under unobservable.
type Ledger struct {
	Path  string // in the file system parsed
	Title string
	Rows  []*LedgerRow // in order

	Faulty []string // ids of rows that could not be read
}

// LedgerRow is one claim.
type LedgerRow struct {
	ID           string // "A7"
	Chapter      string // slug of the chapter that carries it, "02-allocator"
	Claim        string
	Verdict      Verdict
	Statement    string // what is so; may be empty
	Source       []string
	Check        string
	Since        string // "go1.25"; "" if it was never otherwise, or nobody knows
	Unobservable string // why nothing can be shown for it; "" for most
	Pos          finding.Pos
}

// Verdict is what the source says to a claim.
type Verdict string

const (
	Holds     Verdict = "holds"     // true as it is said
	Imprecise Verdict = "imprecise" // true in spirit: a number, a boundary or a condition is off
	Outdated  Verdict = "outdated"  // true of an older release
	Wrong     Verdict = "wrong"
)

// Verdicts returns all verdicts.
func Verdicts() []string {
	return []string{string(Holds), string(Imprecise), string(Outdated), string(Wrong)}
}

// Row returns the row of an id, or nil.
func (l *Ledger) Row(id string) *LedgerRow {
	if i := slices.IndexFunc(l.Rows, func(r *LedgerRow) bool { return r.ID == id }); i >= 0 {
		return l.Rows[i]
	}
	return nil
}

// Knows reports whether the ledger has a row of an id, be it one that could not
// be read.
func (l *Ledger) Knows(id string) bool { return l.Row(id) != nil || slices.Contains(l.Faulty, id) }

// IDs returns the ids of all rows, in order.
func (l *Ledger) IDs() []string {
	ids := make([]string, len(l.Rows))
	for i, r := range l.Rows {
		ids[i] = r.ID
	}
	return ids
}

// Limits of a ledger: the parser of YAML takes more than linear time where its
// text is nested.
const (
	maxLedger      = 256 << 10 // bytes
	maxLedgerDepth = 100       // of brackets, blanks that indent a line, and marks that begin one
)

// tooDeep returns the number of the first line at which a text is nested too
// deep to be parsed in a short time, or 0.
func tooDeep(src string) int {
	n, depth := 0, 0
	for line := range strings.Lines(src) {
		n++
		lead := len(line) - len(strings.TrimLeft(line, " \t-?&!*"))
		depth += strings.Count(line, "[") + strings.Count(line, "{") - strings.Count(line, "]") - strings.Count(line, "}")
		depth = max(depth, 0)
		if lead > maxLedgerDepth || depth > maxLedgerDepth || strings.Count(line, ": ") > maxLedgerDepth {
			return n
		}
	}
	return 0
}

// ParseLedger reads the ledger of a book, whose chapters b has. The ledger holds
// what could be read: a row with an id, a claim and a verdict.
func ParseLedger(b *Book, name string, src []byte) (*Ledger, []finding.Finding) {
	l := &Ledger{Path: name}
	if at := badByte(src); at >= 0 {
		line, col := newLines(src).position(at)
		return l, []finding.Finding{{Pos: finding.Pos{File: name, Line: line, Col: col}, Message: fmt.Sprintf("not UTF-8: byte 0x%02x", src[at]), Hint: "save the file as UTF-8"}}
	}
	text := strings.TrimPrefix(string(src), "\ufeff")
	r := ledgerReader{yamlFile: yamlFile{name: name, src: text, line: 1, skip: len(src) - len(text)}, ledger: l, book: b}
	r.read()
	return l, r.findings
}

// ledgerReader reads one ledger.
type ledgerReader struct {
	yamlFile
	ledger *Ledger
	book   *Book
}

func (r *ledgerReader) read() {
	if len(r.src) > maxLedger {
		r.at(nil, "a ledger is a list of claims, a few lines each", "a ledger of more than %d KiB", maxLedger>>10)
		return
	}
	if line := tooDeep(r.src); line > 0 {
		pos := r.place(line, 1)
		r.findings = append(r.findings, finding.Finding{Pos: pos, Message: "nested too deep for a ledger", Hint: "a ledger is a list of claims, a few lines each"})
		return
	}
	var rows yamlast.Node
	if body := r.body(); body != nil {
		rows = r.top(body)
	}
	if rows == nil {
		if len(r.findings) == 0 {
			r.at(nil, "write rows:, and below it - id: … for each claim", "the ledger has no rows")
		}
		return
	}
	seq, ok := rows.(*yamlast.SequenceNode)
	if !ok {
		r.at(startOf(rows), "write - id: … for each row", "rows is a list")
		return
	}
	for _, n := range seq.Values {
		r.row(n)
	}
}

// top reads the keys of the ledger itself, and returns its rows, or nil.
func (r *ledgerReader) top(body yamlast.Node) (rows yamlast.Node) {
	var rest []*yamlast.MappingValueNode
	for _, v := range mappingOf(body) {
		if v.Key.GetToken().Value == "rows" {
			rows = v.Value
		} else {
			rest = append(rest, v)
		}
	}
	if body != nil && mappingOf(body) == nil {
		r.fields = nil
		r.mapping(body) // says that keys are expected
		return nil
	}
	r.fields = []yamlField{{key: "title", text: &r.ledger.Title}, {key: "rows"}}
	for _, v := range rest {
		r.entry(v)
	}
	return rows
}

// mappingOf returns the entries of a mapping, or nil.
func mappingOf(n yamlast.Node) []*yamlast.MappingValueNode {
	switch n := n.(type) {
	case *yamlast.MappingNode:
		return n.Values
	case *yamlast.MappingValueNode:
		return []*yamlast.MappingValueNode{n}
	}
	return nil
}

// row reads one row.
func (r *ledgerReader) row(n yamlast.Node) {
	row := &LedgerRow{Pos: r.yamlFile.position(n)}
	var verdict string
	r.fields = []yamlField{
		{key: "id", text: &row.ID, check: r.checkID},
		{key: "chapter", text: &row.Chapter, check: r.checkChapter},
		{key: "claim", text: &row.Claim},
		{key: "verdict", text: &verdict, check: checkVerdict},
		{key: "statement", text: &row.Statement},
		{key: "source", list: &row.Source},
		{key: "check", text: &row.Check},
		{key: "since", text: &row.Since, check: matches(toolchainSyntax(), "a Go release", "go1.25")},
		{key: "unobservable", text: &row.Unobservable, check: checkReason},
	}
	before := len(r.findings)
	r.mapping(n)
	row.Verdict = Verdict(verdict)
	for _, need := range []struct{ key, value string }{{"id", row.ID}, {"chapter", row.Chapter}, {"claim", row.Claim}, {"verdict", verdict}} {
		if need.value == "" && len(r.findings) == before {
			r.at(startOf(n), "write "+need.key+": …", "a row without %s", need.key)
		}
	}
	if row.ID != "" && row.Claim != "" && verdict != "" {
		r.ledger.Rows = append(r.ledger.Rows, row)
	} else {
		r.ledger.Faulty = append(r.ledger.Faulty, row.ID)
	}
}

// position returns the place of a node.
func (y *yamlFile) position(n yamlast.Node) finding.Pos {
	if t := startOf(n); t != nil && t.Position != nil {
		return y.place(t.Position.Line, t.Position.Column)
	}
	return finding.Pos{File: y.name, Line: y.line, Col: 1}
}

func (r *ledgerReader) checkID(id string) error {
	if !claimIDSyntax().MatchString(id) {
		return &valueError{msg: fmt.Sprintf("%q is no id such as A7", clip(id)), hint: "write one to four capitals and a number"}
	}
	if first := r.ledger.Row(id); first != nil {
		return &valueError{msg: fmt.Sprintf("%s is taken by the row in line %d", id, first.Pos.Line), hint: "give one of the two another id"}
	}
	return nil
}

func (r *ledgerReader) checkChapter(slug string) error {
	var slugs []string
	for _, ch := range r.book.Chapters {
		slugs = append(slugs, ch.Slug)
	}
	if slices.Contains(slugs, slug) {
		return nil
	}
	hint := "chapters are " + strings.Join(slugs, ", ")
	if near := finding.Nearest(strings.TrimSuffix(path.Base(slug), ".md"), slugs); near != "" {
		hint = "did you mean " + near + "?"
	} else if bare := strings.TrimSuffix(path.Base(slug), ".md"); slices.Contains(slugs, bare) {
		hint = "write " + bare
	}
	return &valueError{msg: fmt.Sprintf("the book has no chapter %s", clip(slug)), hint: hint}
}

// checkReason refuses a switch where a reason is expected.
func checkReason(s string) error {
	switch strings.ToLower(s) {
	case "true", "false", "yes", "no", "on", "off":
		return &valueError{msg: fmt.Sprintf("%s is no reason", s), hint: "say why nothing can be shown for it, or leave it out"}
	}
	return nil
}

func checkVerdict(s string) error {
	if slices.Contains(Verdicts(), s) {
		return nil
	}
	hint := "verdicts are " + strings.Join(Verdicts(), ", ")
	if near := finding.Nearest(s, Verdicts()); near != "" {
		hint = "did you mean " + near + "?"
	}
	return &valueError{msg: fmt.Sprintf("there is no verdict %s", clip(s)), hint: hint}
}
