package book

import (
	"github.com/yuin/goldmark/ast"

	"rtbook/internal/finding"
)

// RefKind is what a link's address is of.
type RefKind int

const (
	RefSource   RefKind = iota // go: a symbol, a fact or an order of calls in Go source
	RefOutput                  // out: a cell's recorded output
	RefInternal                // the book itself: a chapter, an anchor, a file beside the chapters
	RefExternal                // another site
)

// Ref is a link or an image of a chapter.
type Ref struct {
	Kind RefKind
	Node ast.Node // *ast.Link, *ast.Image or *ast.AutoLink

	Pos     finding.Pos // of the link: its opening bracket, or the first byte of a bare address
	TextPos finding.Pos // of the text in it; Pos if it has none
	Offset  int         // of Pos in Source, by which a Ref is before or after a heading

	Dest string // the address with escapes resolved, whole: "go:runtime len(p{}.runq)"
	Text string // what the link shows, as plain text on one line: "256"
}

// Claim is a comment <!-- claim: A7 -->, alone before the block that makes the
// claim: it ties that block to rows of the book's ledger.
type Claim struct {
	Pos   finding.Pos // of the comment
	IDs   []ClaimID   // at least one
	Node  ast.Node    // the comment's block
	Block ast.Node    // the block after it, nil with a finding

	// The part of Source in which the claim's evidence stands: from the comment
	// to the next heading, or the end of the chapter.
	Start, End int
}

// ClaimID names a row of the ledger.
type ClaimID struct {
	ID  string
	Pos finding.Pos
}

// Holds reports whether an offset of Source is in the part of the chapter that
// a claim's evidence stands in.
func (c *Claim) Holds(offset int) bool { return c.Start <= offset && offset < c.End }

// ClaimAnchor is the anchor of the first claim of a row in its chapter.
func ClaimAnchor(id string) string { return "rt:claim-" + id }

// Insert is a comment, alone in its paragraph, in whose place the site shows
// what is made for it.
type Insert struct {
	Name string // InsertLedger or InsertToolchains
	Pos  finding.Pos
	Node ast.Node
}

// What an [Insert] asks for.
const (
	InsertLedger     = "ledger"     // the table of the book's claims
	InsertToolchains = "toolchains" // the table of what differs between releases
)

// Exemption is an entry of the front matter's list unchecked: text of the
// chapter that is not checked, and why.
type Exemption struct {
	Text   string // "50 bytes"
	Reason string // "the request of this example"
	Pos    finding.Pos
}

// Quote says what a quotation fence quotes.
type Quote struct {
	Symbol string // the value of quote=: "runtime.runqput"
	Lines  string // the value of lines=: "/re/,/re/", of the first line and the last; "" quotes the whole declaration
}

// ToolchainsName is the file, beside the chapters of a book, in which is recorded
// what other releases say to its checks.
const ToolchainsName = "toolchains.yaml"

// NumeralsChecked is the value of [Book.Numerals] with which every number with a
// unit, and every name of the runtime, has to be checked.
const NumeralsChecked = "checked"
