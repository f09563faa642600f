package book

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// EncodeOutput returns what a cell printed as an output fence records it: new
// lines and tabs as they are, every other control character and every byte
// that is not UTF-8 as \xNN, and a final new line unless there is no output.
// Encoding what is encoded changes nothing.
func EncodeOutput(s string) string {
	if s == "" {
		return ""
	}
	var b strings.Builder
	b.Grow(len(s) + 1)
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if isControl(r) || r == utf8.RuneError && size == 1 {
			for _, c := range []byte(s[i : i+size]) {
				fmt.Fprintf(&b, `\x%02x`, c)
			}
		} else {
			b.WriteString(s[i : i+size])
		}
		i += size
	}
	if s[len(s)-1] != '\n' {
		b.WriteByte('\n')
	}
	return b.String()
}

// isControl reports whether r must not stand in a Markdown file, or reach a
// terminal, as itself: the C0 and C1 controls and DEL, but for tab and line feed.
func isControl(r rune) bool {
	return r < 0x20 && r != '\t' && r != '\n' || 0x7f <= r && r < 0xa0
}
