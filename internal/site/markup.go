package site

import (
	"bytes"
	"fmt"
	stdhtml "html"
	"strings"
)

// markup is HTML on its way. Its methods escape what they are given, so that
// no text can become an element.
type markup struct{ bytes.Buffer }

// raw is markup that is written as it is.
type raw string

// put writes markup with text in it: format is HTML, in which each verb stands
// between tags or in a quoted attribute. Strings are escaped, but for those of
// type raw.
func (m *markup) put(format string, args ...any) {
	for i, a := range args {
		if s, ok := a.(string); ok {
			args[i] = raw(escaped(s))
		}
	}
	fmt.Fprintf(m, format, args...)
}

// escaped returns text as it stands in HTML, between tags or in an attribute.
// A browser would drop or replace control characters, each in its own way.
func escaped(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || 0x7f <= r && r < 0xa0 {
			return '\uFFFD'
		}
		return r
	}, s)
	return stdhtml.EscapeString(s)
}

// attr returns an attribute, or nothing if its value is "".
func attr(name, value string) raw {
	if value == "" {
		return ""
	}
	return raw(" " + name + `="` + escaped(value) + `"`)
}
