package book

import (
	"fmt"
	"strings"
	"testing"
)

// TestLimits has input that is too large or too deep. Each has one finding, at
// its place; whoever takes it on all the same does not come back for minutes.
func TestLimits(t *testing.T) {
	const cell = "```go {cell}\nx := 1\n```\n\n"
	for _, test := range []struct{ name, chapter, want string }{
		{"a line of 10 MB", "# Title\n\n" + strings.Repeat("[a](", 10<<20/4) + "\n", "notes/01-a.md:3:1: a line of more than 64 KiB"},
		{"a line of quotations", strings.Repeat("> ", 10<<20/2), "notes/01-a.md:1:1: a line of more than 64 KiB"},
		{"an info string", "```go {cell " + strings.Repeat("x ", 5<<20) + "}\n```\n", "notes/01-a.md:1:1: a line of more than 64 KiB"},
		{"a long chapter", strings.Repeat("text\n", 4<<20), "notes/01-a.md:1:1: a chapter of more than 4 MiB"},
		{"a line of lists", strings.Repeat("- ", 101) + "x\n\n" + strings.Repeat("1. ", 100) + "x\n\n" + strings.Repeat("-", 200) + "\n\n" + strings.Repeat(">", 101), "notes/01-a.md:1:1: a line that begins more than 100 quotations and lists\nnotes/01-a.md:7:1: a line that begins more than 100 quotations and lists"},
		{"brackets", "# Title\n\n" + strings.Repeat("[a](x\n", 20_001) + "\n" + strings.Repeat("[a](x\n", 20_000), "notes/01-a.md:20003:1: more than 20000 brackets without a blank line"},
		{"a table", "# Title\n\n" + strings.Repeat("|a", 999) + "\n" + strings.Repeat("|-", 999) + "\n" + strings.Repeat("b\n", 101), "notes/01-a.md:105:1: a table of more than 100000 cells"},
		{"100000 cells", strings.Repeat(cell, 100_000), fmt.Sprintf("notes/01-a.md:%d:1: more than 2000 cells in a chapter: from here on they are left out", 4*2000+1)},
		{"2000 cells", strings.Repeat(cell, 2000), ""},
		{"front matter", "---\ntitle: a\nsummary: " + strings.Repeat("x", 16<<10) + "\n---\n", "notes/01-a.md:2:1: YAML of more than 16 KiB"},
		{"nested YAML", "---\ntitle: " + strings.Repeat("[", 8000) + "\n---\n", "notes/01-a.md:2:8007: sequence end token ']' not found"},
		{"a YAML bomb", "---\na: &a [x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a]\ntitle: *b\n---\n",
			"notes/01-a.md:2:1: unknown key a\nnotes/01-a.md:3:1: unknown key b\nnotes/01-a.md:4:8: an alias where text is expected"},
	} {
		t.Run(test.name, func(t *testing.T) {
			b, found := Parse(files("notes/book.yaml", "title: x", "notes/01-a.md", test.chapter), "notes")
			if got := strings.Join(texts(found), "\n"); got != test.want {
				t.Errorf("findings\n%.300s\nwant\n%s", got, test.want)
			}
			for _, ch := range b.Chapters {
				if n := len(ch.Cells()); n > maxCells {
					t.Errorf("%d cells would run", n)
				}
			}
		})
	}
	b, found := Parse(files("notes/book.yaml", "title: "+strings.Repeat("x", 16<<10), "notes/01-a.md", "# A\n"), "notes")
	wantFindings(t, found, "notes/book.yaml:1:1: YAML of more than 16 KiB")
	if b.Plain {
		t.Error("a book is taken for a plain folder")
	}
	// A plain folder is taken as it is.
	_, found = Parse(files("a.md", strings.Repeat("word ", 2<<20)), ".")
	wantFindings(t, found)
}
