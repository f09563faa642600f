package book

import (
	"bytes"
	"slices"
	"strings"
)

// Edit says what a cell printed, or what a quotation quotes.
type Edit struct {
	Cell   *Fence // that runs, or of RoleQuote
	Output string // as printed, or as it stands in the source; the fence gets EncodeOutput of it
}

// Rewrite returns the chapter's source with the outputs of cells recorded, in
// the output fence that a cell has, else in a new one after the cell; and with
// quotations in their fences. It changes output and quotation fences and not
// one other byte: line endings, tabs, a byte order mark and a missing last line
// feed survive. A fence grows, at both ends, when its content holds one as long.
// Where the content is already what it should be, nothing changes at all; of
// several edits of one cell or quotation the last counts.
//
// Parsing the result gives the same fences, with the new contents. So that this
// holds, edits of fences that are not [Fence.Recordable] are left out.
func Rewrite(ch *Chapter, edits []Edit) []byte {
	last := map[*Fence]string{}
	var cells []*Fence
	for _, e := range edits {
		if !e.Cell.Recordable() {
			continue
		}
		if _, ok := last[e.Cell]; !ok {
			cells = append(cells, e.Cell)
		}
		last[e.Cell] = EncodeOutput(e.Output)
	}
	var changes []change
	for _, cell := range cells {
		if cell.Role == RoleQuote {
			changes = append(changes, setOutput(ch, cell, last[cell])...)
		} else if cell.Output != nil {
			changes = append(changes, setOutput(ch, cell.Output, last[cell])...)
		} else {
			changes = append(changes, insertOutput(ch, cell, last[cell]))
		}
	}
	return apply(ch.Source, changes)
}

// Recordable reports whether f is a cell or an answer whose output [Rewrite] can write, or a
// quotation: at the top level of the document, with its own fence and its output
// fence closed. Others have findings that say what is wrong with them.
func (f *Fence) Recordable() bool {
	switch {
	case f == nil || !f.Closed || !f.top:
		return false
	case f.Runs():
		return f.Output == nil || f.Output.Closed
	}
	return f.Quote != nil
}

// change replaces a range of bytes.
type change struct {
	start, end int
	text       string
}

// apply makes changes, which do not overlap, in a copy of src.
func apply(src []byte, changes []change) []byte {
	slices.SortStableFunc(changes, func(a, b change) int { return a.start - b.start })
	var out bytes.Buffer
	at := 0
	for _, c := range changes {
		out.Write(src[at:c.start])
		out.WriteString(c.text)
		at = c.end
	}
	out.Write(src[at:])
	return out.Bytes()
}

// setOutput returns the changes that give an output or quotation fence its
// content.
func setOutput(ch *Chapter, f *Fence, output string) []change {
	if f.Content == output {
		return nil
	}
	open := ch.offset(f.Pos)
	mark := ch.Source[open]
	have := runLength(ch.Source[open:f.Start], mark)
	need := max(have, fenceLength(output, mark))
	indent := strings.TrimPrefix(string(ch.Source[f.Open:open]), "\ufeff") // a quotation may begin the file
	changes := []change{
		{open, open, strings.Repeat(string(mark), need-have)},
		{f.Start, f.End, layout(output, indent, lineEnding(ch.Source, f.Open))},
	}
	closing := f.End + bytes.IndexByte(ch.Source[f.End:f.Stop], mark)
	if n := runLength(ch.Source[closing:f.Stop], mark); n < need {
		changes = append(changes, change{closing, closing, strings.Repeat(string(mark), need-n)})
	}
	return changes
}

// insertOutput returns the change that puts a new output fence after a cell.
// The cell above it is that cell, so that the fence need not name it.
func insertOutput(ch *Chapter, cell *Fence, output string) change {
	eol := lineEnding(ch.Source, cell.Open)
	at := cell.Stop // before the end of the closing line
	for at > 0 && (ch.Source[at-1] == '\n' || ch.Source[at-1] == '\r') {
		at--
	}
	fence := strings.Repeat("`", fenceLength(output, '`'))
	text := eol + eol + fence + "text {output}" + eol + layout(output, "", eol) + fence
	return change{at, at, text}
}

// layout returns output with its lines indented and ended as a fence has them.
func layout(output, indent, eol string) string {
	if indent == "" && eol == "\n" {
		return output
	}
	var b strings.Builder
	for line := range strings.Lines(output) {
		line = strings.TrimSuffix(line, "\n")
		if line != "" {
			b.WriteString(indent)
		}
		b.WriteString(line)
		b.WriteString(eol)
	}
	return b.String()
}

// fenceLength returns how long a fence of mark must be to hold output: at least
// 3, and more than any run of mark that begins a line.
func fenceLength(output string, mark byte) int {
	longest := 2
	for line := range strings.Lines(output) {
		longest = max(longest, runLength([]byte(strings.TrimLeft(line, " \t")), mark))
	}
	return longest + 1
}

// runLength returns how often mark stands at the start of b.
func runLength(b []byte, mark byte) int {
	n := 0
	for n < len(b) && b[n] == mark {
		n++
	}
	return n
}

// lineEnding returns the line ending of the line at an offset; at the end of
// the file, that of the first line.
func lineEnding(src []byte, at int) string {
	for _, b := range [][]byte{src[at:], src} {
		if i := bytes.IndexByte(b, '\n'); i >= 0 {
			if i > 0 && b[i-1] == '\r' {
				return "\r\n"
			}
			return "\n"
		}
	}
	return "\n"
}
