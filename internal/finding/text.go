package finding

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Write writes findings as text, in the form of the package comment. source
// returns what a file holds, or nil where that is not known; the finding is
// then written without its line.
//
// Nothing in a file or message reaches the terminal raw that could change what
// else is on it: control characters, bytes that are not UTF-8 and the controls
// of writing direction are written as \xNN and \uNNNN. Long lines, and notes of
// many lines, are cut: a finding is for reading.
func Write(w io.Writer, fs []Finding, source func(file string) []byte) error {
	var b bytes.Buffer
	files := map[string]*excerpts{}
	for _, f := range fs {
		b.WriteString(cut(printable(f.String())) + "\n")
		if f.Line > 0 {
			if files[f.File] == nil {
				files[f.File] = newExcerpts(source(f.File))
			}
			files[f.File].write(&b, f.Pos)
		}
		for _, n := range f.Notes {
			writeNote(&b, n)
		}
		if f.Hint != "" {
			b.WriteString("   hint: " + cut(printable(f.Hint)) + "\n")
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}

// What of a message, and of a note, is written.
const (
	maxLine  = 1000 // characters of a line
	maxLines = 60   // lines of a note
)

// cut cuts a line that is too long to be read.
func cut(s string) string {
	if len(s) <= maxLine {
		return s
	}
	n := 0
	for i := range s {
		if n == maxLine {
			return fmt.Sprintf("%s… (%d bytes more)", s[:i], len(s)-i)
		}
		n++
	}
	return s
}

// writeNote writes a note; its further lines are indented.
func writeNote(b *bytes.Buffer, n Note) {
	b.WriteString("   note: ")
	if n.Pos != (Pos{}) {
		b.WriteString(printable(n.Pos.String()) + ": ")
	}
	lines := strings.Split(strings.TrimSuffix(n.Text, "\n"), "\n")
	for i, line := range lines {
		if i > 0 {
			b.WriteString("      ")
		}
		if i == maxLines && len(lines) > maxLines+1 {
			fmt.Fprintf(b, "… (%d lines more)\n", len(lines)-i)
			break
		}
		b.WriteString(cut(Printable(line)) + "\n")
	}
}

// Printable returns a text of several lines with nothing in it that a terminal
// obeys but for its tabs and line feeds.
func Printable(s string) string {
	return printableBut(s, "\t\n")
}

// excerpts finds the lines of one file.
type excerpts struct {
	src    []byte
	starts []int // of each line
}

func newExcerpts(src []byte) *excerpts {
	e := &excerpts{src: src}
	if src == nil {
		return e
	}
	e.starts = append(e.starts, 0)
	for i, c := range src {
		if c == '\n' {
			e.starts = append(e.starts, i+1)
		}
	}
	return e
}

func (e *excerpts) line(n int) ([]byte, bool) {
	if n < 1 || n > len(e.starts) {
		return nil, false
	}
	line := e.src[e.starts[n-1]:]
	if n < len(e.starts) {
		line = e.src[e.starts[n-1] : e.starts[n]-1]
	}
	return bytes.TrimSuffix(line, []byte{'\r'}), true
}

// write writes the line of a place, and a caret under its column.
func (e *excerpts) write(b *bytes.Buffer, pos Pos) {
	line, ok := e.line(pos.Line)
	if !ok {
		return
	}
	number := strconv.Itoa(pos.Line)
	shown, under := excerpt(line, pos.Col)
	text := fmt.Sprintf("%5s | %s", number, shown)
	b.WriteString(strings.TrimRight(text, " \t") + "\n")
	if pos.Col > 0 {
		fmt.Fprintf(b, "%*s | %s^\n", max(5, len(number)), "", under)
	}
}

// Columns of a terminal that an excerpt may take, before its caret and in all.
const (
	maxBefore = 60
	maxShown  = 100
)

// excerpt returns a line as it is shown, cut around a column, and what stands
// under the text before that column: tabs under tabs, blanks under the rest.
func excerpt(line []byte, col int) (shown, under string) {
	at := min(max(col-1, 0), len(line))
	var left, pad []string
	width, i := 0, at
	for i > 0 && width < maxBefore && len(left) < maxShown {
		r, size := utf8.DecodeLastRune(line[:i])
		text, w := glyph(r, line[i-size:i])
		left = append(left, text)
		if r == '\t' {
			pad = append(pad, "\t")
		} else {
			pad = append(pad, strings.Repeat(" ", w))
		}
		width += w
		i -= size
	}
	if i > 0 {
		left, pad = append(left, "…"), append(pad, " ")
	}
	var s, u strings.Builder
	for k := len(left) - 1; k >= 0; k-- {
		s.WriteString(left[k])
		u.WriteString(pad[k])
	}
	for i, n := at, 0; i < len(line); n++ {
		r, size := utf8.DecodeRune(line[i:])
		text, w := glyph(r, line[i:i+size])
		if width += w; width > maxShown || n == maxShown {
			s.WriteString("…")
			break
		}
		s.WriteString(text)
		i += size
	}
	return s.String(), u.String()
}

// tabWidth is what a tab counts as where a line is cut; its real width is the
// terminal's business.
const tabWidth = 8

// glyph returns how a character is shown, and in how many columns.
func glyph(r rune, raw []byte) (string, int) {
	switch {
	case r == '\t':
		return "\t", tabWidth
	case r == utf8.RuneError && len(raw) == 1 || unicode.IsControl(r):
		var b strings.Builder
		for _, c := range raw {
			fmt.Fprintf(&b, `\x%02x`, c)
		}
		return b.String(), b.Len()
	case isDirection(r):
		s := fmt.Sprintf(`\u%04x`, r)
		return s, len(s)
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return string(raw), 0
	case isWide(r):
		return string(raw), 2
	}
	return string(raw), 1
}

// printable returns s on one line, with nothing in it that a terminal obeys.
func printable(s string) string {
	return printableBut(strings.ReplaceAll(s, "\t", " "), "")
}

func printableBut(s, kept string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		raw := s[i : i+size]
		if strings.Contains(kept, raw) {
			b.WriteString(raw)
		} else {
			text, _ := glyph(r, []byte(raw))
			b.WriteString(text)
		}
		i += size
	}
	return b.String()
}

// isDirection reports whether r changes the order in which text is shown, or
// is the byte order mark, which is not shown at all.
func isDirection(r rune) bool {
	return unicode.Is(unicode.Bidi_Control, r) || r == '\ufeff' || r == '\u2028' || r == '\u2029'
}

// isWide reports whether r takes two columns, as Unicode's East Asian Width
// has it for scripts and symbols that texts use.
func isWide(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana, unicode.Yi) && !(0xff61 <= r && r <= 0xffdc) ||
		0x3000 <= r && r <= 0x303e ||
		0xff01 <= r && r <= 0xff60 || 0xffe0 <= r && r <= 0xffe6 ||
		0x1f300 <= r && r <= 0x1f64f || 0x1f680 <= r && r <= 0x1f6ff || 0x1f900 <= r && r <= 0x1faff
}
