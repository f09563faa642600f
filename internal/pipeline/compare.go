package pipeline

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"rtbook/internal/book"
)

// comparison is how a cell's output is held against what its chapter records,
// and the engines' outputs against each other.
//
// Without attributes they must be equal. Where a cell says vary, each span of
// the kinds it names may have another value, but must be there, in its place:
// both texts are compared line by line with the spans taken out, and blanks
// beside a span count as one, since a longer number moves what is aligned with
// it. Where it says unordered, the lines are compared as a multiset. A sample
// is not compared at all.
type comparison struct {
	vary      []span
	unordered bool
	sample    bool
}

// span finds the varying spans of one kind.
type span struct {
	pattern *regexp.Regexp
	whole   bool // a match must not begin in the middle of a word
}

// kinds are the classes that vary names. None ends in the middle of a word,
// but for numbers, which may have a unit.
var kinds = map[string]string{
	// 15:04:05.000, 2006-01-02 (with a time after T), 1h2m3.5s, 0.003s, 12.5µs
	"time": `(?:\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[-+]\d{2}:\d{2})?)?|\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?|(?:\d+(?:\.\d+)?(?:ns|µs|μs|us|ms|s|m|h))+)\b`,
	"addr": `0[xX][0-9a-fA-F]+\b`,
	"num":  `[-+]?\d+(?:[_,]\d{3})*(?:\.\d+)?(?:[eE][-+]?\d+)?`,
}

// compareLike returns how the cell of a fence is compared. What the chapter
// says was checked when it was parsed. In which order it names kinds does not
// matter: patterns go first, and numbers, of which the other kinds consist, last.
func compareLike(f *book.Fence) comparison {
	c := comparison{unordered: f.Unordered, sample: f.Sample}
	for _, v := range f.Vary {
		if kinds[v] != "" {
			continue
		}
		if pattern, err := regexp.Compile(v[1 : len(v)-1]); err == nil {
			c.vary = append(c.vary, span{pattern, false})
		}
	}
	for _, v := range []string{"time", "addr", "num"} {
		if slices.Contains(f.Vary, v) {
			c.vary = append(c.vary, span{regexp.MustCompile(kinds[v]), true})
		}
	}
	return c
}

// same reports whether two outputs, as fences have them, count as the same.
func (c comparison) same(a, b string) bool {
	return c.sample || (a == "") == (b == "") && slices.Equal(c.lines(a), c.lines(b))
}

// agrees reports whether the outputs of two engines count as the same. Where
// everything is compared, so are the bytes that a fence writes escaped.
func (c comparison) agrees(a, b string) bool {
	if !c.sample && !c.unordered && len(c.vary) == 0 {
		return a == b
	}
	return c.same(book.EncodeOutput(a), book.EncodeOutput(b))
}

// idle reports whether nothing of an output would be compared.
func (c comparison) idle(output string) bool {
	if len(c.vary) == 0 || c.sample || strings.TrimSpace(output) == "" {
		return false
	}
	for _, line := range c.lines(output) {
		line = maskedSpans.ReplaceAllString(line, "")
		if strings.ContainsFunc(line, func(r rune) bool { return r >= ' ' && !unicode.IsSpace(r) }) {
			return false
		}
	}
	return true
}

// lines returns the lines of a text as they are compared.
func (c comparison) lines(text string) []string {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for i, line := range lines {
		lines[i] = c.mask(line)
	}
	if c.unordered {
		slices.Sort(lines)
	}
	return lines
}

// mask replaces each varying span of a line by a newline, which no line has,
// and a sign that says its kind, which belongs to no number and to no word.
func (c comparison) mask(line string) string {
	line = strings.TrimSuffix(line, "\n")
	for kind, s := range c.vary {
		line = s.replace(line, "\n"+string(rune('!'+kind)))
	}
	if len(c.vary) == 0 {
		return line
	}
	return blanksBesideSpans.ReplaceAllString(line, "$1$2$3")
}

var maskedSpans = regexp.MustCompile(`\n[!-(]`)

// blanksBesideSpans are runs of blanks of which one is kept.
var blanksBesideSpans = regexp.MustCompile(`([ \t])?[ \t]*(\n[!-(])([ \t])?[ \t]*`)

func (s span) replace(line, mark string) string {
	if !s.whole { // over the whole line: ^ and \b look at what is before a match
		return s.pattern.ReplaceAllLiteralString(line, mark)
	}
	var b strings.Builder
	for at := 0; at < len(line); {
		m := s.pattern.FindStringIndex(line[at:])
		if m == nil || m[0] == m[1] {
			b.WriteString(line[at:])
			break
		}
		from, to := at+m[0], at+m[1]
		if (line[from] == '+' || line[from] == '-') && inWord(line, from) {
			from++ // not the number's sign: 1-2, worker-2
		}
		if inWord(line, from) {
			// Go past the word, of which the span is only a part.
			if rest := strings.IndexFunc(line[to:], outsideWord); rest >= 0 {
				to += rest
			} else {
				to = len(line)
			}
			b.WriteString(line[at:to])
		} else {
			b.WriteString(line[at:from])
			b.WriteString(mark)
		}
		at = to
	}
	return b.String()
}

// inWord reports whether offset is inside a word that began before it.
func inWord(line string, offset int) bool {
	r, _ := utf8.DecodeLastRuneInString(line[:offset])
	return offset > 0 && !outsideWord(r)
}

func outsideWord(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) }

// firstDifference returns the offset in recorded of the first place that is
// not what was printed: a byte where all bytes are compared, else the start of
// a line.
func (c comparison) firstDifference(recorded, printed string) int {
	if !c.unordered && len(c.vary) == 0 {
		at := 0
		for at < len(recorded) && at < len(printed) && recorded[at] == printed[at] {
			at++
		}
		return at
	}
	old := strings.SplitAfter(recorded, "\n")
	new := strings.SplitAfter(printed, "\n")
	line := 0
	if c.unordered {
		line = c.firstUnmatched(old, new)
	} else {
		for line < len(old) && line < len(new) && c.mask(old[line]) == c.mask(new[line]) {
			line++
		}
	}
	return len(strings.Join(old[:min(line, len(old))], ""))
}

// firstUnmatched returns the first line of old that new does not have as often.
func (c comparison) firstUnmatched(old, new []string) int {
	have := make(map[string]int)
	for _, l := range new {
		have[c.mask(l)]++
	}
	for i, l := range old {
		if have[c.mask(l)]--; have[c.mask(l)] < 0 {
			return i
		}
	}
	return len(old)
}
