package pipeline

import (
	"fmt"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"rtbook/internal/book"
	"rtbook/internal/finding"
)

// findOutput finds the cell that an out: link names, whose recorded output has
// the link's text as a whole token. Blanks in it count as one, however many.
// With a finding, it returns the chapter at least, if there is one. It finds
// neither fault nor cell where the cell has a fault that is reported.
func findOutput(b *book.Book, c *book.Chapter, ref *book.Ref) (found, *finding.Finding) {
	in := c
	fail := func(pos finding.Pos, hint, format string, args ...any) (found, *finding.Finding) {
		return found{chapter: in}, &finding.Finding{Pos: pos, Message: fmt.Sprintf(format, args...), Hint: hint, Rule: "output-reference"}
	}
	file, id, elsewhere := strings.Cut(ref.Target(), "#")
	if !elsewhere {
		file, id = "", ref.Target()
	}
	if file != "" {
		if in = chapterAt(b, path.Join(path.Dir(c.Path), file)); in == nil {
			return fail(ref.Pos, meantOr(file, chapterFiles(b), "another chapter's cell is out:03-scheduler.md#cell"), "no chapter %q for %s", file, ref.Dest)
		}
	}
	cell, ids := outputCell(in, id)
	where := "in this chapter"
	if in != c {
		where = "in " + path.Base(in.Path)
	}
	switch {
	case cell == nil && in.Unclear(id):
		return found{chapter: in}, nil
	case cell == nil:
		return fail(ref.Pos, meantOr(id, ids, "a cell is named by {cell=name}"), "no cell %q %s", id, where)
	case cell.Output == nil:
		return fail(ref.Pos, "refer to a cell that prints it", "cell %s %s has no output", id, where)
	case ref.Text == "":
		return fail(ref.Pos, "write [128]("+ref.Dest+")", "a link to an output without a text to find there")
	}
	whole, part := findToken(cell.Output.Content, ref.Text)
	note := []finding.Note{{Pos: in.ContentPos(cell.Output, 0), Text: "the output"}}
	switch {
	case whole:
		return found{in, cell}, nil
	case part != "":
		at, f := fail(ref.TextPos, "write all of it: "+part, "%q is only part of %q in the output of cell %s", ref.Text, part, id)
		f.Notes = note
		return at, f
	}
	at, f := fail(ref.TextPos, meantOr(ref.Text, strings.Fields(cell.Output.Content), "write what the cell prints, or change the cell"), "%q is not in the output of cell %s", ref.Text, id)
	f.Notes = note
	return at, f
}

// meantOr is the hint for a name that there is not: a near one, or else another
// hint.
func meantOr(name string, names []string, otherwise string) string {
	if near := finding.Nearest(name, names); near != "" {
		return "did you mean " + near + "?"
	}
	return otherwise
}

func chapterAt(b *book.Book, name string) *book.Chapter {
	for _, c := range b.Chapters {
		if c.Path == name {
			return c
		}
	}
	return nil
}

// chapterFiles returns the names of the chapters' files.
func chapterFiles(b *book.Book) []string {
	var names []string
	for _, c := range b.Chapters {
		names = append(names, path.Base(c.Path))
	}
	return names
}

// outputCell returns a chapter's cell, or nil and the names that there are.
func outputCell(c *book.Chapter, id string) (*book.Fence, []string) {
	var ids []string
	for _, f := range c.Fences {
		if !f.Runs() {
			continue
		}
		if f.Cell.ID == id {
			return f, nil
		}
		ids = append(ids, f.Cell.ID)
	}
	return nil, ids
}

// findToken looks for text in the lines of an output. It is whole where no
// letter, digit or number goes on at its ends; else part is the first token
// that it is part of, "" if it is nowhere.
func findToken(output, text string) (whole bool, part string) {
	for line := range strings.Lines(output) {
		line = strings.Join(strings.Fields(line), " ")
		for from := 0; from <= len(line); {
			i := strings.Index(line[from:], text)
			if i < 0 {
				break
			}
			start, end := from+i, from+i+len(text)
			s, e := start, end
			for goesOn(line, s) {
				_, size := utf8.DecodeLastRuneInString(line[:s])
				s -= size
			}
			for goesOn(line, e) {
				_, size := utf8.DecodeRuneInString(line[e:])
				e += size
			}
			if s == start && e == end {
				return true, ""
			}
			if part == "" {
				part = line[s:e]
			}
			from = start + 1
		}
	}
	return false, part
}

// goesOn reports whether a token goes on across an offset of line: letters,
// digits and _ are on both sides, or digits with a point, comma or sign between.
func goesOn(line string, at int) bool {
	before, size := utf8.DecodeLastRuneInString(line[:at])
	after, next := utf8.DecodeRuneInString(line[at:])
	switch {
	case size == 0 || next == 0:
		return false
	case !outsideWord(before) && !outsideWord(after):
		return true
	case (before == '.' || before == ',') && unicode.IsDigit(after):
		last, _ := utf8.DecodeLastRuneInString(line[:at-size])
		return unicode.IsDigit(last)
	case unicode.IsDigit(before) && (after == '.' || after == ','):
		first, _ := utf8.DecodeRuneInString(line[at+next:])
		return unicode.IsDigit(first)
	case before == '-' && unicode.IsDigit(after):
		last, n := utf8.DecodeLastRuneInString(line[:at-size])
		return n == 0 || outsideWord(last) && last != '-'
	}
	return false
}
