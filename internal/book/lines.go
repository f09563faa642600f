package book

import (
	"bytes"
	"sort"
)

// lines holds the offset of the first byte of every line of a text, so that
// places are found by binary search.
type lines []int

func newLines(src []byte) lines {
	l := make(lines, 1, bytes.Count(src, []byte{'\n'})+1)
	for i := 0; ; {
		n := bytes.IndexByte(src[i:], '\n')
		if n < 0 {
			return l
		}
		i += n + 1
		l = append(l, i)
	}
}

// position returns the 1-based line and column in bytes of an offset.
func (l lines) position(offset int) (line, col int) {
	i := sort.SearchInts(l, offset+1) - 1
	return i + 1, offset - l[i] + 1
}

// start returns the offset at which the line of offset begins.
func (l lines) start(offset int) int {
	return l[sort.SearchInts(l, offset+1)-1]
}

// next returns the offset at which the line after that of offset begins, or
// size if there is none.
func (l lines) next(offset, size int) int {
	if i := sort.SearchInts(l, offset+1); i < len(l) {
		return l[i]
	}
	return size
}
