package book

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"

	"rtbook/internal/finding"
)

// VaryKinds returns the kinds of spans that vary= knows: times and durations,
// addresses, and numbers.
func VaryKinds() []string { return []string{"time", "addr", "num"} }

const (
	maxVary    = 8    // kinds and patterns of a cell
	maxPattern = 1000 // bytes of one
)

func checkVary(value string) error {
	_, err := parseVary(value)
	return err
}

// parseVary parses the value of vary=, and returns what it names.
//
//	vary    = item {"," item}
//	item    = kind | "/" pattern "/"
//
// Blanks around an item do not count. A pattern (RE2) ends at the first slash
// that a comma or the value's end follows; one that is meant to be part of the
// pattern there is written \/. Errors are *valueErrors, joined; items without
// one are returned all the same.
func parseVary(value string) (items []string, err error) {
	var errs []error
	fault := func(at int, hint, format string, args ...any) {
		errs = append(errs, &valueError{at, fmt.Sprintf(format, args...), hint})
	}
	for i := 0; i <= len(value); i++ { // past the comma
		i = skipBlanks(value, i)
		end := itemEnd(value, i)
		if end < 0 {
			fault(i, "a pattern ends with a slash, and a comma or the end of the value after it", "a pattern without its end")
			break
		}
		item := strings.TrimRight(value[i:end], " \t")
		if at, msg, hint := checkItem(item); msg != "" {
			fault(i+at, hint, "%s", msg)
		} else if slices.Contains(items, item) {
			fault(i, "leave one of the two out", "%s is given twice", clip(item))
		} else if len(items) == maxVary {
			fault(i, "one pattern can stand for several: /a|b/", "more than %d kinds and patterns", maxVary)
			break
		} else {
			items = append(items, item)
		}
		i = end
	}
	return items, errors.Join(errs...)
}

// itemEnd returns where the item of value that begins at i ends, or -1 for a
// pattern that does not.
func itemEnd(value string, i int) int {
	if i == len(value) || value[i] != '/' {
		if k := strings.IndexByte(value[i:], ','); k >= 0 {
			return i + k
		}
		return len(value)
	}
	for i++; i < len(value); i++ {
		switch value[i] {
		case '\\':
			i++
		case '/':
			if end := skipBlanks(value, i+1); end == len(value) || value[end] == ',' {
				return end
			}
		}
	}
	return -1
}

// checkItem returns what is wrong with an item, and where; msg is "" if nothing is.
func checkItem(item string) (at int, msg, hint string) {
	if pattern, ok := strings.CutPrefix(item, "/"); ok {
		at, msg, hint = checkPattern(strings.TrimSuffix(pattern, "/"))
		return at + 1, msg, hint
	}
	if slices.Contains(VaryKinds(), item) {
		return 0, "", ""
	}
	hint = "kinds are " + strings.Join(VaryKinds(), ", ") + ", and /patterns/"
	if item == "" {
		return 0, "nothing where a kind or a /pattern/ is expected", hint
	}
	if near := finding.Nearest(item, VaryKinds()); near != "" {
		hint = "did you mean " + near + "?"
	}
	return 0, fmt.Sprintf("no kind %q", clip(item)), hint
}

// checkPattern is checkItem for what stands between slashes.
func checkPattern(pattern string) (at int, msg, hint string) {
	if len(pattern) > maxPattern {
		return 0, fmt.Sprintf("a pattern of more than %d bytes", maxPattern), "write a shorter one: what may differ is a span, not the output"
	}
	if pattern == "" {
		return 0, "a pattern of nothing", "write between the slashes what may differ, as in /pid=[0-9]+/"
	}
	if _, err := regexp.Compile(pattern); err != nil {
		var se *syntax.Error
		if errors.As(err, &se) {
			return max(0, strings.Index(pattern, se.Expr)), "not a regular expression: " + se.Error()[len("error parsing regexp: "):], "patterns are those of Go's regexp"
		}
		return 0, "not a regular expression: " + err.Error(), "patterns are those of Go's regexp"
	}
	if re, err := syntax.Parse(pattern, syntax.Perl); err == nil && leastLength(re) == 0 {
		return 0, "a pattern that matches where there is nothing", "let it match one character at least: a varied span has to be there"
	}
	return 0, "", ""
}

// leastLength returns the length of the shortest text that re can match, in
// characters, but at most 1: that is, 0 if it can match the empty one.
func leastLength(re *syntax.Regexp) int {
	switch re.Op {
	case syntax.OpNoMatch, syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return 1
	case syntax.OpLiteral:
		return min(1, len(re.Rune))
	case syntax.OpCapture, syntax.OpPlus:
		return leastLength(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return leastLength(re.Sub[0])
		}
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			if leastLength(sub) > 0 {
				return 1
			}
		}
	case syntax.OpAlternate:
		for _, sub := range re.Sub {
			if leastLength(sub) == 0 {
				return 0
			}
		}
		return 1
	}
	return 0
}
