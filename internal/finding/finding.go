// Package finding is what rtbook tells an author: a place in a file, what is
// wrong there, and what to do about it.
//
// A finding is a value, made where the fault is seen and rendered only at the
// edge. As text ([Write]) it is
//
//	notes/02-allocator.md:41:6: undefined: spam
//	   41 | x := spam + 1
//	      |      ^
//	   note: notes/02-allocator.md:9:1: …
//	   hint: …
//
// and "warning: " stands before the message of a [Finding.Warning].
//
// Lines and columns are 1-based; columns count bytes, as Go's tools do. A
// finding without a line is about the file as a whole.
//
// For machines there are reports ([WriteReport]) as JSON, GitHub annotations,
// JUnit and SARIF, which say the same.
package finding

// Pos is a place in a file of the book. File is slash-separated and relative
// to the book's root.
type Pos struct {
	File string
	Line int // 1-based; 0 means the whole file
	Col  int // 1-based, in bytes; 0 means the whole line
}

// Finding is one fault in the book.
type Finding struct {
	Pos
	Message string // one line, no full stop, in the wording of the tool that found it
	Notes   []Note // further places or facts: the other declaration, a diff
	Hint    string // what to do, in one line; may be empty
	Warning bool   // worth saying, but it does not stop a build

	// Rule is what kind of fault it is, for programs: a slug that stays while
	// messages change, such as "unknown-attribute". It may be empty.
	Rule string
}

// Note adds to a finding. A note with a place is about that place.
type Note struct {
	Pos
	Text string // may have several lines, such as a diff
}
