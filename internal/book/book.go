// Package book is the document: a folder of Markdown chapters, parsed into
// trees whose every byte has a place, with the cells that run and the outputs
// that they are expected to print.
//
// # Two kinds of folder
//
// A folder with a book.yaml is a book. Its chapters are NN-name.md, ordered by
// their number; index.md is the opening page and comes first, and glossary.md,
// whose headings of level 2 are terms, comes last. Any other
// Markdown file in it is a finding: a chapter that is silently left out, or
// that has no place in the order, is worse than one that must be renamed. Every
// other file, in nested folders too, is an asset. Hidden files (whose name
// begins with a dot) are not part of a book.
//
// A folder without one is plain: any tree of Markdown. Nothing runs in it, no
// fence attribute means anything, and front matter is optional. Its order is
// that of the SUMMARY.md at its root (nested lists of links; headings name
// parts), and pages that it does not list come after those that it does;
// without a SUMMARY.md the order is by path, README.md or index.md first in
// each folder. Such folders are not made for rtbook, so that front matter and
// links of a summary that make no sense are warnings.
//
// Symbolic links to files are read when they stay inside the file system that
// was parsed; links to folders are not followed, since what they lead to is
// already part of the book, or must not be.
//
// # What book.yaml says of the site
//
//	theme: look              a folder with a style.css, head.html or foot.html of the book's own, see package theme
//	repository: https://…    where the book is kept, which each page links to
//	issues: https://…        where readers report faults, or mailto:…; {cell} in it is replaced by what they report
//	command: go tool rtbook  how readers call rtbook, in the commands that the pages show
//
// Without issues, faults are reported at issues/new of the repository.
//
// # A chapter
//
// Markdown is GitHub's (see [Markdown]), in UTF-8, with lines that end in LF or
// CRLF; a byte order mark is fine. Front matter is YAML between two
// lines "---" at the very start: title, summary; aliases, which are former
// paths of the page on the site, without ".html"; and allow, which names what
// the Go of the chapter may use although it steps around what Go promises, as
// in allow: [unsafe, os/exec] (see [runner.Cell.Uses]). A title is taken from
// the front matter, else from the first heading, else from the file name. Two
// more keys are about what is checked: complete: true promises that the chapter
// has every claim of its rows of the ledger, with evidence; unchecked is a list
// of texts that need no check, each with its reason: "50 bytes: the request of
// this example".
//
// A code fence says what it is in braces after its language:
//
//	```go {cell}              runs, after the cells above it
//	```go {cell=fifty}        the same, with a name to link to
//	```text {output}          what the nearest cell above it printed
//	```text {output=fifty}    what that cell printed
//	```go {check}             must compile; does not run
//	```go {sketch}            need not even parse
//	```go                     must parse
//	```sh {cell}              commands, which run in the environment's folder; bash and shell too
//	```go {file=a/b.go}       a file of that folder; in any language
//	```go {quote=runtime.f}   a declaration as the source has it, which rtbook writes; asm too
//	```go {problem=fit}       what a reader's answer to a problem starts from; must compile, does not run
//	```go {checker=fit}       says of an answer to it what is wrong, or that it is right
//	```go {answer=fit}        a right answer; {answer=fit wrong} a wrong one
//
// Attributes are separated by blanks. A value follows "=" directly and is
// either bare, or in double quotes with \" and \\ for these two.
//
//	attribute      on                   meaning
//	env=name       cell, check, file    the program, or folder, it belongs to; default: see "Solutions"
//	engine=go      Go cell, checker     compiled, never interpreted
//	hide           cell, check, file    not shown
//	fold           cell, check, file    shown folded; on sketch and quote too
//	timeout=2s     cell, checker        wall-clock limit, at most 10m
//	expect=…       cell                 panic or compile-error: it must fail so
//	vary=…         cell                 spans of the output that may differ, see [Fence.Vary]
//	unordered      cell                 the lines of the output are compared as a multiset
//	sample         cell                 the output is not compared; without vary and unordered
//	if="…"         cell, check, file    a Go build constraint; else it is skipped, see [Book.Select]
//	lines=/…/,/…/  quote                a part: expressions of its first line and its last
//	sweep=…        Go cell              constants, and values that a reader can give them, see "Sweeps"
//	predict        cell                 the reader chooses what it prints, see "Predictions"
//	wrong          answer               the checker must not say that it is right
//
// An id is of at most 64 lower-case letters, digits and "-", begins with a letter, and is
// unique among the chapter's cells and headings. A cell without a name is
// cell-N, where N counts the chapter's cells, checks, files and parts of problems
// from 1; no author's name has that form.
//
// Cells, files, outputs, quotations and parts of problems stand at the top level of the document, or between
// the tags of a <details>. An output stands after its cell, beside it.
//
// A comment //rtbook:hide at the end of a line of a Go cell, check, sketch or
// file keeps that line off the page; it runs all the same.
//
// # Solutions
//
// The cells, checks and files between the tags of a <details> whose summary
// begins with "Solution" belong to an environment of their own, solution-1,
// solution-2 and so on in the order of the chapter, unless they name one. A cell
// elsewhere belongs to the chapter's own.
//
// # Sweeps
//
// A cell that says sweep="size:8|50|512 start:fresh|'in use'" declares these
// constants at its top level, and runs once for each combination of their values,
// of which there are at most 200. Each constant has at least two, among them the
// one that the cell gives it: with these, the cell is as any other. A value is a
// literal of Go, or of a string its text, which stands between single quotes if it
// has blanks or bars; a bare word is the text of a string, too. The comment behind a
// declaration tells the reader what the constant is. Only outputs that are the
// same each time can be swept.
//
// # Predictions
//
// A cell that says predict has a task list directly above it, which holds the
// choices, at least two and none ticked:
//
//	What does this print?
//
//	- [ ] `[1 2 3]`
//
//	  Why that is so, or is not.
//	- [ ] nothing is shared, so that
//
//	  ```text
//	  [1 2]
//	  [1 2 3]
//	  ```
//
//	  Why, again.
//
// What a choice says is its first paragraph, in lines as they are written; or the
// code block that directly follows that. Everything below it is its explanation,
// and each choice has one. Exactly one of them must be what the cell prints,
// compared as the cell's output is: so nobody writes down which. A sample is
// compared with nothing, and cannot be predicted; nor can what is hidden.
//
// # Problems
//
// A chapter has at most one. It consists of a stub, which is what the reader
// starts from, a checker below it, and below the stub, too, at least one right and
// one wrong answer, each between <details> tags. An answer and the checker are a
// program of their own, in which nothing else of the chapter is known. The output
// of the answer is what both print, and the answer is right if the last line of it
// is "right". A stub must compile together with the checker.
//
// The stub of {problem=fit} has the id fit, its checker fit-checker, and its
// answers, in order, fit-answer-1, fit-answer-2 and so on.
//
// # Prose that is checked
//
// A link is checked, wherever it stands, by what its address begins with:
//
//	[schedinit](go:runtime.schedinit)                            a symbol of Go source
//	[256](<go:runtime len(p{}.runq)>)                            a fact: the value of a constant expression
//	[before](<go:runtime main: newm(sysmon) before gcenable>)    an order of calls
//	[128](out:refill), [128](out:03-scheduler.md#refill)         a token of a cell's recorded output
//
// They are [Chapter.Refs], with all other links. What the addresses mean is not
// this package's business. An address with blanks stands between < and >; in a
// table, | is \|.
//
// A comment <!-- claim: A7 --> alone before a block ties it to rows of the book's
// ledger, which is the file that book.yaml names with ledger:; several ids are
// separated by blanks. In the place of <!-- ledger --> and <!-- toolchains -->,
// alone in their paragraph, the site shows tables. With numerals: checked in
// book.yaml, numbers with units have to be checked too.
//
// # Limits
//
// So that no input takes more than seconds, a chapter has at most 4 MiB, lines
// of at most 64 KiB that begin at most 100 quotations and lists, at most 20000
// opening brackets between two blank lines, tables of at most 100000 cells, front matter of at most 16 KiB, and 2000 cells.
package book

import (
	"slices"

	"github.com/yuin/goldmark/ast"

	"rtbook/internal/finding"
	"rtbook/runner"
)

// GlossarySlug is the slug of the chapter that explains the terms of a book.
const GlossarySlug = "glossary"

// Book is a folder of chapters.
type Book struct {
	Dir          string // the folder of the chapters in the file system parsed, "notes"
	Title        string
	Description  string
	Lang         string      // BCP 47, default "en"
	URL          string      // where the site will live, "" if unknown; ends in "/"
	Toolchain    string      // the pin, "go1.26.8"; "" for a plain folder or a book that pins none
	Target       string      // the pin, "linux/amd64"; "" likewise
	Isolation    string      // "strict": a machine that cannot isolate cells in every way runs none
	IsolationPos finding.Pos // of that
	Plain        bool        // a folder without book.yaml: nothing in it runs
	Chapters     []*Chapter  // in reading order, the opening page first
	Assets       []string    // other files to copy, as paths in the file system parsed, sorted

	LedgerPath string // of the list of claims, as a path in the file system parsed; "" if the book has none
	LedgerPos  finding.Pos
	Numerals   string // "" or NumeralsChecked

	Theme    string // the folder of the book's own theme, as a path in the file system parsed; "" if it has none
	ThemePos finding.Pos

	Repository string // where the book is kept, "" if unknown
	Issues     string // where readers report faults, with "{cell}" for what they report; "" if nowhere but in Repository
	Command    string // how readers call rtbook; "" is rtbook
}

// Cells returns the cells, checks and files of all chapters, in reading order,
// without those that are skipped.
func (b *Book) Cells() []runner.Cell {
	var cells []runner.Cell
	for _, ch := range b.Chapters {
		cells = append(cells, ch.Cells()...)
	}
	return cells
}

// Chapter is one Markdown file.
type Chapter struct {
	Path    string // in the file system parsed, "notes/02-allocator.md"
	Slug    string // path on the site without ".html", relative to its root: "02-allocator", "index", "part/one"
	Title   string
	Summary string
	Aliases []string // former slugs, which redirect here
	Allow   []string // what its cells and files may use, see [runner.Cell.Uses]

	Complete  bool        // every claim of the ledger's rows for this chapter is to be here, with evidence
	Unchecked []Exemption // text that may go unchecked

	// The chapter's place in the table of contents.
	Depth    int    // nesting, 0 for top level
	Part     string // the heading that stands above it there, "" for most
	Unlisted bool   // the folder has a SUMMARY.md that does not mention it

	Source []byte   // the file as it is on disk
	Text   []byte   // Source with a byte order mark and front matter blanked, so that offsets agree
	Doc    ast.Node // the tree, over Text
	Fences []*Fence // code fences that say something to rtbook, in order

	Refs    []*Ref    // links and images, in order of their places
	Claims  []*Claim  // in order
	Inserts []*Insert // in order

	Problem *Problem // the reader's; nil if there is none

	lines   lines
	unclear []*Fence      // fences of which nobody knows what they were to be, in order; each is reported
	allowAt []finding.Pos // of what Allow has
}

// Cells returns the chapter's cells, checks and files, and the programs of its
// problem (see [Problem.Cells]), in order, without those that are skipped, without what is not closed, without files whose name is no
// name, and without cells that are expected to fail in a way that there is not.
func (ch *Chapter) Cells() []runner.Cell {
	var cells []runner.Cell
	for _, f := range ch.Fences {
		if f.Role == RoleProblem || f.Role == RoleChecker || f.Role == RoleAnswer {
			cells = append(cells, f.Problem.Cells(f)...)
			continue
		}
		if f.Cell != nil && f.Closed && f.Skipped == "" && (f.Role != RoleFile || f.Cell.Path != "") && (f.attr("expect") == nil || f.Cell.Expect != "") {
			cells = append(cells, *f.Cell)
		}
	}
	return cells
}

// Pos returns the place of a byte offset of Source (or Text).
func (ch *Chapter) Pos(offset int) finding.Pos {
	line, col := ch.lines.position(offset)
	return finding.Pos{File: ch.Path, Line: line, Col: col}
}

// Unclear reports whether a fence of which nobody knows what it was to be may be
// the cell with an id: what refers to that is not worth a finding of its own.
func (ch *Chapter) Unclear(id string) bool {
	return slices.ContainsFunc(ch.unclear, func(f *Fence) bool {
		return slices.ContainsFunc(f.attrs, func(a attr) bool { return a.value == id })
	})
}

// Role is what a fence is to rtbook.
type Role int

const (
	RoleCell    Role = iota // {cell}: runs
	RoleOutput              // {output}: what a cell printed
	RoleCheck               // {check}: must compile
	RoleGo                  // go without attributes: must parse
	RoleSketch              // {sketch}: go that need not parse
	RoleFile                // {file=name}: a file of an environment's folder
	RoleQuote               // {quote=symbol}: a quotation of Go source, which rtbook writes
	RoleProblem             // {problem=id}: what an answer to a problem starts from
	RoleChecker             // {checker=id}: says whether an answer is right
	RoleAnswer              // {answer=id}: an answer
)

// Fence is a code fence with its place in the chapter.
type Fence struct {
	Role Role
	Node *ast.FencedCodeBlock
	Pos  finding.Pos // of the opening fence's first backtick or tilde
	Lang string      // the info string's first word

	// Byte ranges of Source. For a fence inside a list or a quotation they
	// include the markers of these.
	Start, End int // the content: from after the opening line to the start of the closing fence's line
	Open, Stop int // the whole fence, from the start of its first line to after its last

	Content string // what is in the fence, unindented, lines ending in "\n"
	Closed  bool   // whether a closing fence ends it, rather than the end of what it stands in

	Cell      *runner.Cell // RoleCell, RoleCheck and RoleFile, and of the parts of problems
	Vary      []string     // kinds (see [VaryKinds]) and /patterns/ (RE2, none of which matches "") of spans that may differ in the output
	Unordered bool         // the output's lines are compared as a multiset
	Sample    bool         // the output is shown as recorded, and not compared
	Hide      bool         // run but not shown
	Fold      bool         // shown folded
	Hidden    []int        // lines of Content, from 0 and ascending, that are not shown
	If        string       // the build constraint, as written; "" if there is none
	Skipped   string       // why it takes no part for the pin, "needs linux && go1.27"; "" if it does
	Unjudged  bool         // RoleCell and RoleAnswer: what it prints is held against nothing, since that would follow from another finding, about its attributes or an output without a cell
	Of        *Fence       // RoleOutput: the cell that printed this; nil with a finding
	Output    *Fence       // RoleCell and RoleAnswer: where its output is recorded, nil if nowhere
	Quote     *Quote       // RoleQuote: what it quotes; nil with a finding
	Problem   *Problem     // RoleProblem, RoleChecker and RoleAnswer: what it is part of; nil with a finding
	Wrong     bool         // RoleAnswer: the checker must not say that it is right
	Predict   *Prediction  // RoleCell: what a reader can choose from; nil if there is no prediction, or with a finding

	top    bool // at the top level of the document, also between details tags
	attrs  []attr
	info   int   // offset of the info string in Source
	indent []int // for each line of Content, the bytes before it; nil if all are 0
}
