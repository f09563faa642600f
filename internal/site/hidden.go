package site

import (
	"bytes"
	"slices"

	"rtbook/internal/book"
)

// hideComment is what the end of a hidden line says, which is of no use where it
// shows.
var hideComment = []byte("//rtbook:hide")

// withoutComments returns the text of a fence without the comments that hide
// lines.
func withoutComments(f *book.Fence, text []byte) []byte {
	if len(f.Hidden) == 0 {
		return text
	}
	var kept []byte
	n := 0
	for line := range bytes.Lines(text) {
		if _, hidden := slices.BinarySearch(f.Hidden, n); hidden {
			if at := bytes.LastIndex(line, hideComment); at >= 0 {
				line = append(bytes.TrimRight(line[:at:at], " \t"), '\n')
			}
		}
		kept = append(kept, line...)
		n++
	}
	return kept
}

// hideLines puts lines of highlighted code, counted from 0, into elements of
// their own, which the page shows when asked. Where the element of a token
// reaches over the end of such a line, it is ended and begun anew.
func hideLines(code []byte, hidden []int) []byte {
	if len(hidden) == 0 {
		return code
	}
	var out bytes.Buffer
	out.Grow(len(code) + 40*len(hidden))
	n := 0
	open := "" // the start tag of the element that is open
	for line := range bytes.Lines(code) {
		_, hide := slices.BinarySearch(hidden, n)
		before := open
		open = openAfter(line, open)
		if !hide {
			out.Write(line)
			n++
			continue
		}
		if before != "" {
			out.WriteString("</span>")
		}
		out.WriteString(`<span class="hid">` + before)
		out.Write(line)
		if open != "" {
			out.WriteString("</span>")
		}
		out.WriteString("</span>" + open)
		n++
	}
	return out.Bytes()
}

// openAfter returns the start tag of the element that is open after a line, if
// one of a start tag, or "", was before it. Elements in code do not nest.
func openAfter(line []byte, open string) string {
	for {
		i := bytes.IndexByte(line, '<')
		if i < 0 {
			return open
		}
		end := bytes.IndexByte(line[i:], '>')
		if end < 0 {
			return open
		}
		tag := line[i : i+end+1]
		if open = string(tag); tag[1] == '/' {
			open = ""
		}
		line = line[i+end+1:]
	}
}
