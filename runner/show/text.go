package show

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The bounds of text forms, which say what they leave out.
const (
	textWidth = 100 // columns, where words allow it
	textLines = 40  // lines of a list
	textTail  = 8   // of these, how many are its last ones, where the end matters
)

func appendLine(b []byte, format string, args ...any) []byte {
	return append(fmt.Appendf(b, format, args...), '\n')
}

// clean returns s as one line: what a terminal obeys is a blank.
func clean(s string) string {
	return strings.TrimSpace(blankControls(s))
}

func blankControls(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
}

// cut shortens s to at most n characters.
func cut(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return strings.TrimSpace(string([]rune(s)[:n-1])) + "…"
}

// pad fills s with blanks up to a width.
func pad(s string, width int, right bool) string {
	blanks := strings.Repeat(" ", max(0, width-utf8.RuneCountInString(s)))
	if right {
		return blanks + s
	}
	return s + blanks
}

// grid is rows of words under columns, to be aligned.
type grid struct {
	columns []Column
	rows    [][]string
	whole   bool // columns without words are there, too

	gapAt int    // the row before which gap is
	gap   string // a line that says what is left out; "" if nothing is
}

// add adds a row.
func (g *grid) add(words ...string) { g.rows = append(g.rows, words) }

// append writes the grid, indented: the names of the columns, a rule, and the
// rows. Columns in which there is no word are left out. If it is too wide, the
// words of the widest columns go on in further lines; numbers stay whole.
func (g *grid) append(b []byte, indent string) []byte {
	names := make([]string, len(g.columns))
	for i, c := range g.columns {
		names[i] = clean(c.Name)
	}
	rows := make([][]string, len(g.rows))
	for i, row := range g.rows {
		rows[i] = make([]string, len(row))
		for k, word := range row {
			rows[i][k] = clean(word)
		}
	}
	widths := g.widths(names, rows, textWidth-len(indent))
	rule := make([]string, len(widths))
	for i, w := range widths {
		rule[i] = strings.Repeat("-", w)
	}
	b = g.appendRow(b, indent, names, widths)
	b = g.appendRow(b, indent, rule, widths)
	for i, row := range rows {
		if i == g.gapAt && g.gap != "" {
			b = appendLine(b, "%s%s", indent, g.gap)
		}
		b = g.appendRow(b, indent, row, widths)
	}
	return b
}

const between = "  " // columns

// widths returns how wide each column is, 0 for one that is left out. The names
// of columns and the words in columns that are not numbers can be narrower than
// they are long: then the widest such columns are, until all are at most total
// wide.
func (g *grid) widths(names []string, rows [][]string, total int) []int {
	const least = 12 // below which a column cannot be read
	widths, limits := make([]int, len(names)), make([]int, len(names))
	sum := -len(between)
	for i, name := range names {
		for _, row := range rows {
			widths[i] = max(widths[i], utf8.RuneCountInString(row[i]))
		}
		limits[i] = least
		if g.columns[i].Right {
			limits[i] = widths[i]
		}
		if widths[i] > 0 || g.whole {
			limits[i] = max(limits[i], longestWord(name), 1)
			widths[i] = max(widths[i], utf8.RuneCountInString(name), 1)
			sum += widths[i] + len(between)
		}
	}
	for ; sum > total; sum-- {
		widest := -1
		for i, w := range widths {
			if w > limits[i] && (widest < 0 || w > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			break
		}
		widths[widest]--
	}
	return widths
}

func longestWord(s string) int {
	n := 0
	for word := range strings.FieldsSeq(s) {
		n = max(n, utf8.RuneCountInString(word))
	}
	return n
}

// entryLines is how many lines an entry of a grid has at most.
const entryLines = 6

// appendRow writes a row in as many lines as it needs.
func (g *grid) appendRow(b []byte, indent string, row []string, widths []int) []byte {
	parts := make([][]string, len(row))
	height := 1
	for i, w := range widths {
		if w > 0 {
			if parts[i] = wrap(row[i], w); len(parts[i]) > entryLines {
				last := cut(parts[i][entryLines-1], w-1)
				parts[i] = append(parts[i][:entryLines-1], strings.TrimSuffix(last, "…")+"…")
			}
			height = max(height, len(parts[i]))
		}
	}
	for n := range height {
		line, sep := indent, ""
		for i, w := range widths {
			if w == 0 {
				continue
			}
			part := ""
			if n < len(parts[i]) {
				part = parts[i][n]
			}
			line += sep + pad(part, w, g.columns[i].Right)
			sep = between
		}
		b = append(append(b, strings.TrimRight(line, " ")...), '\n')
	}
	return b
}

// wrap breaks s into lines of at most width characters, between words if it can.
func wrap(s string, width int) []string {
	if utf8.RuneCountInString(s) <= width {
		return []string{s}
	}
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(s) {
		if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) <= width {
			line += " " + word
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		rest := []rune(word)
		for len(rest) > width {
			lines = append(lines, string(rest[:width]))
			rest = rest[width:]
		}
		line = string(rest)
	}
	return append(lines, line)
}

// number writes an integer with its thousands set apart.
func number(n int64) string {
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return sign + digits
}

// more says how many things are not listed.
func more(n int, one, many string) string {
	if n == 1 {
		return "… 1 more " + one
	}
	return "… " + number(int64(n)) + " more " + many
}
