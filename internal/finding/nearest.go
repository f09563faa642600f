package finding

import "strings"

// Nearest returns the candidate that word is most likely a misspelling of, or
// "" if none is near: the one of the fewest edits (a letter inserted, left out,
// changed, or swapped with its neighbour), at most a third of the longer word's
// letters, the first of several. A candidate that differs from word only in
// case is always near.
func Nearest(word string, candidates []string) string {
	best, most := "", 0
	for _, c := range candidates {
		if c == "" || c == word {
			continue
		}
		a, b := lower(word), lower(c)
		if len(a) > maxWord || len(b) > maxWord {
			continue
		}
		limit := max(len(a), len(b)) / 3
		if d := edits(a, b); d <= max(limit, 1) && d < min(len(a), len(b)) && (best == "" || d < most) {
			best, most = c, d
		}
	}
	return best
}

// maxWord is the longest word that is compared, in letters: nobody misspells a
// longer one, and the time taken is the product of the lengths.
const maxWord = 64

// edits returns the number of edits that make b of a.
func edits(a, b []rune) int {
	// Three rows of the usual table are enough: a swap looks two rows back.
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := last[j-1]
			if a[i-1] != b[j-1] {
				change++
			}
			row[j] = min(change, last[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}

func lower(s string) []rune { return []rune(strings.ToLower(s)) }
