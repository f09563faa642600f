package book

import "bytes"

// Limits of what a chapter of a book may be. Parsers of Markdown and of YAML
// take more than linear time where brackets and quotations are nested deeply;
// with these limits, none of that takes more than seconds. Plain folders, which
// were not written for rtbook, are taken as they are.
const (
	maxChapter  = 4 << 20  // bytes
	maxLine     = 64 << 10 // bytes
	maxNesting  = 100      // quotations and lists that one line begins
	maxBrackets = 20_000   // opening brackets between two blank lines
	maxTable    = 100_000  // cells of a table, with those that its rows leave out
	maxYAML     = 16 << 10 // bytes of front matter, or of book.yaml
	maxCells    = 2000     // cells, checks and files of a chapter
)

// checkSize reports whether a chapter keeps to the limits of its size, and
// where it does not.
func checkSize(ch *Chapter, r *reporter) bool {
	ok := true
	var brackets, columns, cells int // since the last blank line
	for i, start := range ch.lines {
		end := len(ch.Source)
		if i+1 < len(ch.lines) {
			end = ch.lines[i+1]
		}
		line := ch.Source[start:end]
		if len(bytes.TrimSpace(line)) == 0 {
			brackets, columns, cells = 0, 0, 0
		}
		had, tabled := brackets, cells
		brackets += bytes.Count(line, []byte("["))
		cells += columns
		columns = max(columns, tableColumns(line))
		switch {
		case len(line) > maxLine:
			r.at(start, "break the line; what is no text belongs in a file beside the chapter", "a line of more than %d KiB", maxLine>>10)
		case nesting(line) > maxNesting:
			r.at(start, "nest less: nobody can tell such depths apart", "a line that begins more than %d quotations and lists", maxNesting)
		case tabled <= maxTable && cells > maxTable:
			r.at(start, "make several of it, or leave columns out", "a table of more than %d cells", maxTable)
		case had <= maxBrackets && brackets > maxBrackets:
			r.at(start, "put blank lines between; what is no text belongs in a file beside the chapter", "more than %d brackets without a blank line", maxBrackets)
		default:
			continue
		}
		ok = false
	}
	if ok && len(ch.Source) > maxChapter {
		r.at(0, "make several of it", "a chapter of more than %d MiB", maxChapter>>20)
		return false
	}
	return ok
}

// tableColumns returns the number of columns of a line that may begin a table,
// below its header; 0 for others.
func tableColumns(line []byte) int {
	bars := bytes.Count(line, []byte("|"))
	if bars == 0 || !bytes.ContainsRune(line, '-') || len(bytes.Trim(line, " \t\r\n|:->*+0123456789.)")) > 0 {
		return 0
	}
	return bars + 1
}

// nesting returns how many markers of quotations and lists a line begins with.
func nesting(line []byte) (n int) {
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case ' ', '\t':
		case '>':
			n++
		case '-', '*', '+':
			if i+1 < len(line) && line[i+1] != ' ' && line[i+1] != '\t' {
				return n
			}
			n++
		default:
			j := i
			for j < len(line) && '0' <= line[j] && line[j] <= '9' {
				j++
			}
			if j == i || j == len(line) || line[j] != '.' && line[j] != ')' {
				return n
			}
			n, i = n+1, j
		}
	}
	return n
}
