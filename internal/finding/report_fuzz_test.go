package finding

import (
	"fmt"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// wantOneLine is what reports promise to make of a text of one line, written
// from the promise: a byte, an escape or a character at a time.
func wantOneLine(s string) string {
	var b strings.Builder
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case r == '\t':
			b.WriteByte(' ')
		case r == utf8.RuneError && size == 1, r < 0x20, 0x7f <= r && r <= 0x9f:
			for _, c := range []byte(s[:size]) {
				fmt.Fprintf(&b, `\x%02x`, c)
			}
		case unicode.Is(unicode.Bidi_Control, r), r == 0xfeff, r == 0x2028, r == 0x2029, r == 0xfffe, r == 0xffff:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
		s = s[size:]
	}
	return b.String()
}

// wantLines is the same for a note, whose lines and tabs stay.
func wantLines(s string) string {
	s = strings.TrimSuffix(s, "\n")
	var b strings.Builder
	for {
		i := strings.IndexAny(s, "\n\t")
		if i < 0 {
			return b.String() + wantOneLine(s)
		}
		b.WriteString(wantOneLine(s[:i]) + s[i:i+1])
		s = s[i+1:]
	}
}

func wantPlace(file string, line, col int, text string) string {
	return placed(wantOneLine(file), max(line, 0), max(col, 0), text)
}

// FuzzReport writes any texts in every format and reads them back: they are
// there, replaced as promised, and the finding after them is untouched.
func FuzzReport(f *testing.F) {
	f.Add("a.md", "undefined: spam", "h", "n", 3, 1, false, "")
	f.Add("a b,:%.md", "100% ::error::x, <b>&\"]]>", "%0A%25", "-a\n+\tb\n\nnote: x\nhint: y", 0, 0, true, "rule")
	f.Add("\x00\xff\ufeff/", "\ufffe\uffff\r\n\x1b[0m\u202e", "{0}}}{{", "\x85\u2028\ufffe\uffff\xed\xa0\x80", -1, -1, false, "\n,:")
	f.Add("", "", "", "\n", 1<<30, 1<<30, true, "😀")
	f.Fuzz(func(t *testing.T, file, message, hint, note string, line, col int, warning bool, rule string) {
		last := Finding{Pos: Pos{"z.md", 2, 1}, Message: "the last one", Hint: "as it was"}
		pos := Pos{file, line, col}
		r := Report{Files: []string{"z.md"}, Findings: []Finding{
			{Pos: pos, Message: message, Hint: hint, Warning: warning, Rule: rule, Notes: []Note{{Text: note}, {Pos: pos, Text: "placed"}}}, last}}
		severity := "error"
		if warning {
			severity = "warning"
		}
		if file == "" || line < 1 {
			line, col = 0, 0
		}
		first := wantOneLine(message)
		if severity == "warning" {
			first = "warning: " + first
		}
		want := seen{Head: wantPlace(file, line, col, first), Hint: wantOneLine(hint),
			Notes: []string{wantLines(note), wantPlace(file, line, col, "placed")}}
		end := seen{Head: "z.md:2:1: the last one", Hint: "as it was"}
		nothing := func(string) []byte { return nil }

		check := func(format Format, want ...seen) {
			t.Helper()
			text := rendered(t, format, r)
			got, err := parseBack(format, text, nothing)
			if err != nil {
				t.Fatalf("%s: %v in\n%q", format, err, text)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: -want +got\n%s\nin\n%q", format, diff, text)
			}
		}
		check(JSON, want, end)
		sarif := want
		if file != "" {
			sarif.Notes = []string{want.Notes[1], want.Notes[0]}
		}
		check(SARIF, sarif, end)
		if n := strings.Count(rendered(t, GitHub, r), "\n"); n != 2 {
			t.Errorf("%d lines for two findings", n)
		}
		check(GitHub, want, end)
		if file == "" || wantOneLine(file) == "z.md" {
			return // then the suites are in another order
		}
		check(JUnit, end, want)
	})
}
