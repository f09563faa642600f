package book

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"rtbook/internal/finding"
)

// TestSpec checks the documents in testdata. Each archive holds the files of a
// book and a file "want". Words in the archive's comment that stand on lines of
// their own change the Markdown first: crlf, bom, no-final-newline.
//
// The book's pin is go1.26.8 on linux/amd64.
//
// In want, a line is a fence (place, role, then what it says), a line of a
// fence's content with its own place, a title, or a finding with its notes and
// hint:
//
//	3:1 cell fifty env=x
//	  4:1 |x := 1
//	  5:1 -a hidden line
//	7:1 output of fifty
//	  8:1 |64
//	finding 9:2: message
//	  note 3:1: text
//	  hint: text
func TestSpec(t *testing.T) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatal("no archives", err)
	}
	for _, name := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			fsys := fstest.MapFS{"notes/book.yaml": {Data: []byte("title: A book\ntoolchain: go1.26.8\ntarget: linux/amd64\n")}}
			want := ""
			for _, f := range ar.Files {
				if f.Name == "want" {
					want = string(f.Data)
					continue
				}
				fsys[f.Name] = &fstest.MapFile{Data: mangle(f.Data, string(ar.Comment))}
			}
			b, findings := Parse(fsys, "notes")
			if diff := cmp.Diff(want, dump(b, findings)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

// mangle changes a file as the comment of an archive says.
func mangle(data []byte, comment string) []byte {
	words := strings.Split(comment, "\n")
	if slices.Contains(words, "no-final-newline") {
		data = bytes.TrimSuffix(data, []byte("\n"))
	}
	if slices.Contains(words, "crlf") {
		data = bytes.ReplaceAll(data, []byte("\n"), []byte("\r\n"))
	}
	if slices.Contains(words, "bom") {
		data = append([]byte("\ufeff"), data...)
	}
	return data
}

func dump(b *Book, findings []finding.Finding) string {
	var s strings.Builder
	for _, ch := range b.Chapters {
		name := strings.TrimPrefix(ch.Path, "notes/")
		if len(b.Chapters) > 1 {
			fmt.Fprintf(&s, "chapter %s %q\n", name, ch.Title)
		}
		for _, f := range ch.Fences {
			dumpFence(&s, ch, f)
		}
		dumpProse(&s, b, ch)
	}
	for _, f := range findings {
		fmt.Fprintf(&s, "finding %s: %s\n", place(b, f.Pos), f.Message)
		for _, n := range f.Notes {
			fmt.Fprintf(&s, "  note %s: %s\n", place(b, n.Pos), n.Text)
		}
		if f.Hint != "" {
			fmt.Fprintf(&s, "  hint: %s\n", f.Hint)
		}
	}
	return s.String()
}

// place writes a place, without the file if the book has only one.
func place(b *Book, pos finding.Pos) string {
	if len(b.Chapters) == 1 && pos.File == b.Chapters[0].Path {
		pos.File = ""
		return strings.TrimPrefix(pos.String(), ":")
	}
	return strings.TrimPrefix(pos.String(), "notes/")
}

// dumpProse writes the links that are checked, the claims, and the exemptions.
func dumpProse(s *strings.Builder, b *Book, ch *Chapter) {
	for _, r := range ch.Refs {
		if r.Kind == RefSource || r.Kind == RefOutput {
			fmt.Fprintf(s, "%d:%d link %s, %d:%d %q\n", r.Pos.Line, r.Pos.Col, r.Dest, r.TextPos.Line, r.TextPos.Col, r.Text)
		}
	}
	for _, c := range ch.Claims {
		fmt.Fprintf(s, "%d:%d claim", c.Pos.Line, c.Pos.Col)
		for _, id := range c.IDs {
			fmt.Fprintf(s, " %s:%d", id.ID, id.Pos.Col)
		}
		if c.Block != nil {
			fmt.Fprintf(s, " of %s", c.Block.Kind())
		}
		fmt.Fprintf(s, ", evidence before line %d\n", ch.Pos(c.End).Line)
	}
	for _, i := range ch.Inserts {
		fmt.Fprintf(s, "%d:%d insert %s\n", i.Pos.Line, i.Pos.Col, i.Name)
	}
	for _, e := range ch.Unchecked {
		fmt.Fprintf(s, "%d:%d unchecked %q since %q\n", e.Pos.Line, e.Pos.Col, e.Text, e.Reason)
	}
	if ch.Complete {
		s.WriteString("complete\n")
	}
}

func dumpFence(s *strings.Builder, ch *Chapter, f *Fence) {
	fmt.Fprintf(s, "%d:%d %s", f.Pos.Line, f.Pos.Col, f.Role)
	if c := f.Cell; c != nil {
		fmt.Fprintf(s, " %s", c.ID)
		if c.Env != "" {
			fmt.Fprintf(s, " env=%s", c.Env)
		}
		if c.GoOnly {
			s.WriteString(" engine=go")
		}
		if c.Timeout != 0 {
			fmt.Fprintf(s, " timeout=%v", c.Timeout)
		}
		if c.Shell {
			s.WriteString(" commands")
		}
		if c.Expect != "" {
			fmt.Fprintf(s, " expect=%s", c.Expect)
		}
		if c.Path != "" {
			fmt.Fprintf(s, " file=%s", c.Path)
		}
		for _, sc := range c.Sweep {
			fmt.Fprintf(s, " %s@%d", sc.Name, sc.At)
			for _, v := range sc.Values {
				if v.Quoted {
					v.Text = "'" + v.Text + "'"
				}
				fmt.Fprintf(s, "|%s@%d", v.Text, v.At)
			}
		}
	}
	if f.Vary != nil {
		fmt.Fprintf(s, " vary=%q", f.Vary)
	}
	if f.Unordered {
		s.WriteString(" unordered")
	}
	if f.Sample {
		s.WriteString(" sample")
	}
	if f.If != "" {
		fmt.Fprintf(s, " if=%q", f.If)
	}
	if f.Skipped != "" {
		fmt.Fprintf(s, " skipped=%q", f.Skipped)
	}
	if f.Quote != nil {
		fmt.Fprintf(s, " %s", f.Quote.Symbol)
		if f.Quote.Lines != "" {
			fmt.Fprintf(s, " lines=%s", f.Quote.Lines)
		}
	}
	if f.Wrong {
		s.WriteString(" wrong")
	}
	if f.Problem != nil {
		fmt.Fprintf(s, " of problem %s", f.Problem.Name)
	}
	if f.Role == RoleOutput {
		if f.Of == nil {
			s.WriteString(" of nothing")
		} else {
			fmt.Fprintf(s, " of %s", f.Of.Cell.ID)
		}
	}
	if f.Hide {
		s.WriteString(" hide")
	}
	if f.Fold {
		s.WriteString(" fold")
	}
	if f.Cell == nil && f.Hidden != nil {
		fmt.Fprintf(s, " hidden=%v", f.Hidden)
	}
	s.WriteByte('\n')
	if f.Predict != nil {
		for _, c := range f.Predict.Choices {
			fmt.Fprintf(s, "  %d:%d choice %q %q since %s\n", c.Pos.Line, c.Pos.Col, c.Label, c.Output, c.Why.Kind())
		}
	}
	switch {
	case f.Cell != nil:
		for i, line := range strings.Split(strings.TrimSuffix(f.Cell.Source, "\n"), "\n") {
			col := 1
			if f.Cell.Indent != nil {
				col += f.Cell.Indent[i]
			}
			mark := "|"
			if slices.Contains(f.Hidden, i) {
				mark = "-"
			}
			fmt.Fprintf(s, "  %d:%d %s%s\n", f.Cell.Line+i, col, mark, line)
		}
	case f.Role == RoleOutput, f.Role == RoleQuote:
		pos := ch.Pos(f.Start)
		for i, line := range strings.Split(strings.TrimSuffix(f.Content, "\n"), "\n") {
			fmt.Fprintf(s, "  %d:%d |%s\n", pos.Line+i, pos.Col, line)
		}
	}
}
