package book

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// attr is one attribute of a fence. Offsets count from the start of the info
// string.
type attr struct {
	name     string
	value    string
	hasValue bool
	at       int // of the name
	valueAt  int // of the value, after an opening quote
}

// infoString is the text after an opening fence: a language and attributes.
type infoString struct {
	lang   string
	attrs  []attr
	braced bool // whether there are attributes at all, be it none: "{}"
}

// attrError is a fault in an info string.
type attrError struct {
	at        int // offset from the start of the info string
	msg, hint string
}

// parseInfo parses an info string: a language, then attributes in braces.
//
//	info  = [lang] {blank} ["{" {blank} {attr {blank}} "}"]
//	attr  = name ["=" value]
//	value = bare | '"' {any | `\"` | `\\`} '"'
//
// A name is of letters, digits, "-" and "_"; a bare value ends at a blank, a
// brace or a quote. What was understood before an error is returned with it.
func parseInfo(s string) (infoString, *attrError) {
	var in infoString
	i := strings.IndexAny(s, " \t{")
	if i < 0 {
		i = len(s)
	}
	in.lang = s[:i]
	var fault *attrError
	if i < len(s) && s[i] == '{' && i > 0 {
		fault = &attrError{i, "attributes directly after the language", "put a blank before {; without it GitHub does not know the language"}
	}
	i = skipBlanks(s, i)
	if i == len(s) {
		return in, nil
	}
	if s[i] != '{' {
		return in, &attrError{i, fmt.Sprintf("unexpected %q after the language", firstWord(s[i:])), "attributes are written in braces, as in: go {cell}"}
	}
	in.braced = true
	p := attrParser{s: s, i: i + 1, open: i}
	for {
		a, done, err := p.next()
		if done {
			return in, fault
		}
		if err != nil {
			return in, in.withinExpression(err)
		}
		if len(in.attrs) == maxAttrs {
			return in, &attrError{a.at, fmt.Sprintf("more than %d attributes", maxAttrs), "leave the rest out"}
		}
		in.attrs = append(in.attrs, a)
	}
}

// withinExpression returns the error to report instead of err, which follows
// from it: a bare value that is cut off within /an expression/, by a blank, a
// brace or a quote. What was read from there on is no attribute.
func (in *infoString) withinExpression(err *attrError) *attrError {
	for i, a := range in.attrs {
		bare := a.valueAt == a.at+len(a.name)+1
		if a.hasValue && bare && strings.HasPrefix(a.value, "/") && slashes(a.value)%2 == 1 {
			in.attrs = in.attrs[:i]
			return &attrError{a.valueAt + len(a.value), fmt.Sprintf("the value of %s ends here, within an expression", clip(a.name)),
				fmt.Sprintf(`a value with blanks, braces or quotes stands in double quotes: %s="/a b/"`, clip(a.name))}
		}
	}
	return err
}

// slashes counts the slashes that no backslash escapes.
func slashes(s string) int {
	n := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '/':
			n++
		}
	}
	return n
}

// maxAttrs bounds the findings that one line can cause.
const maxAttrs = 32

// attrParser reads the attributes of s, from offset i on.
type attrParser struct {
	s    string
	i    int
	open int // offset of the opening brace
}

// next returns the next attribute; done means that the closing brace came instead.
func (p *attrParser) next() (a attr, done bool, err *attrError) {
	p.i = skipBlanks(p.s, p.i)
	if p.i == len(p.s) {
		return a, false, &attrError{p.open, "{ without its }", "attributes end with } on the same line"}
	}
	if p.s[p.i] == '}' {
		if rest := skipBlanks(p.s, p.i+1); rest < len(p.s) {
			return a, false, &attrError{rest, fmt.Sprintf("unexpected %q after the attributes", firstWord(p.s[rest:])), "attributes end the line: write this inside the braces, or leave it out"}
		}
		return a, true, nil
	}
	a.at = p.i
	for p.i < len(p.s) && isNameByte(p.s[p.i]) {
		p.i++
	}
	a.name = p.s[a.at:p.i]
	if a.name == "" {
		return a, false, &attrError{p.i, fmt.Sprintf("unexpected %q in the attributes", firstWord(p.s[p.i:])), "attributes are names and name=value, separated by blanks; a value with blanks or braces stands in double quotes"}
	}
	if p.i == len(p.s) || p.s[p.i] != '=' {
		return a, false, p.separated()
	}
	p.i++
	a.hasValue = true
	if err := p.value(&a); err != nil {
		return a, false, err
	}
	return a, false, p.separated()
}

// value reads the value of a, which begins at p.i.
func (p *attrParser) value(a *attr) *attrError {
	a.valueAt = p.i
	if p.i < len(p.s) && p.s[p.i] == '"' {
		return p.quoted(a)
	}
	for p.i < len(p.s) && !strings.ContainsRune(" \t{}\"", rune(p.s[p.i])) {
		p.i++
	}
	a.value = p.s[a.valueAt:p.i]
	if a.value == "" {
		return &attrError{a.at, fmt.Sprintf("%s= without a value", clip(a.name)), "a value follows = directly, without a blank; one with special characters stands in double quotes"}
	}
	return nil
}

// quoted reads a value in double quotes.
func (p *attrParser) quoted(a *attr) *attrError {
	a.valueAt = p.i + 1
	var b strings.Builder
	for i := a.valueAt; i < len(p.s); i++ {
		switch c := p.s[i]; {
		case c == '"':
			a.value, p.i = b.String(), i+1
			return nil
		case c == '\\' && i+1 < len(p.s) && (p.s[i+1] == '"' || p.s[i+1] == '\\'):
			i++
			b.WriteByte(p.s[i])
		default:
			b.WriteByte(c)
		}
	}
	return &attrError{p.i, "quoted value is not closed", `a value in quotes ends with " on the same line`}
}

// separated checks that an attribute ends at p.i.
func (p *attrParser) separated() *attrError {
	if p.i == len(p.s) || strings.ContainsRune(" \t}", rune(p.s[p.i])) {
		return nil
	}
	return &attrError{p.i, fmt.Sprintf("unexpected %q in the attributes", firstWord(p.s[p.i:])), "attributes are separated by blanks; a value with special characters stands in double quotes"}
}

func isNameByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_'
}

// skipBlanks returns the offset of the first byte of s from i on that is not blank.
func skipBlanks(s string, i int) int {
	for i < len(s) && (s[i] == ' ' || s[i] == '\t') {
		i++
	}
	return i
}

// firstWord returns s up to its first blank, for a message.
func firstWord(s string) string {
	if i := strings.IndexAny(s, " \t"); i > 0 {
		s = s[:i]
	}
	return clip(s)
}

// clip cuts s to what fits a message.
func clip(s string) string {
	const most = 32
	if len(s) <= most {
		return s
	}
	if r := []rune(s[:min(len(s), utf8.UTFMax*most)]); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
