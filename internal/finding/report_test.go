package finding

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// rendered renders a report, in text for the format "".
func rendered(t testing.TB, format Format, r Report) string {
	t.Helper()
	var b strings.Builder
	var err error
	if format == "" {
		source := r.Source
		if source == nil {
			source = func(string) []byte { return nil }
		}
		err = Write(&b, r.Findings, source)
	} else {
		err = WriteReport(&b, format, r)
	}
	if err != nil {
		t.Fatalf("%s: %v", format, err)
	}
	return b.String()
}

// parseBack reads what rendered returned.
func parseBack(format Format, text string, source func(string) []byte) ([]seen, error) {
	switch format {
	case GitHub:
		return parseGitHub(text)
	case JSON:
		return parseJSON(text)
	case JUnit:
		return parseJUnit(text)
	case SARIF:
		return parseSARIF(text, source)
	}
	return parseText(text), nil
}

// placesFirst returns notes as SARIF groups them.
func placesFirst(s seen, placed func(note string) bool) seen {
	notes := slices.Clone(s.Notes)
	slices.SortStableFunc(notes, func(a, b string) int {
		switch {
		case placed(a) == placed(b):
			return 0
		case placed(a):
			return -1
		}
		return 1
	})
	s.Notes = notes
	return s
}

func TestReports(t *testing.T) {
	files := map[string]string{
		"notes/a.md":    "# One\n\nx := spam + 1\n世界 = eggs 😀 x\n",
		"notes/50%.md":  "# a\n",
		"notes/ü b,:.m": "# a\n",
	}
	source := func(file string) []byte {
		if s, ok := files[file]; ok {
			return []byte(s)
		}
		return nil
	}
	a := func(line, col int) Pos { return Pos{"notes/a.md", line, col} }
	tests := []struct {
		name string
		f    Finding
		want seen
	}{
		{"a message", Finding{Pos: a(3, 6), Message: "undefined: spam"},
			seen{Head: "notes/a.md:3:6: undefined: spam"}},
		{"a hint", Finding{Pos: a(1, 1), Message: "m", Hint: "write go {cell}, not go{cell}"},
			seen{Head: "notes/a.md:1:1: m", Hint: "write go {cell}, not go{cell}"}},
		{"a warning", Finding{Pos: a(1, 1), Message: "m", Warning: true},
			seen{Head: "notes/a.md:1:1: warning: m"}},
		{"notes with and without places", Finding{Pos: a(3, 1), Message: "m", Hint: "h", Notes: []Note{
			{Pos: a(1, 1), Text: "declared here"}, {Text: "and known"}, {Pos: Pos{File: "notes/b.md"}, Text: "there too"}, {Pos: a(1, 0), Text: "a line"}}},
			seen{Head: "notes/a.md:3:1: m", Hint: "h", Notes: []string{
				"notes/a.md:1:1: declared here", "and known", "notes/b.md: there too", "notes/a.md:1: a line"}}},
		{"a diff", Finding{Pos: a(3, 1), Message: "prints something else", Notes: []Note{
			{Text: "--- old\n+++ new\n@@ -1,2 +1,2 @@\n same\n-\told {0}\n+\tnew }{\n\n"}, {Text: "after"}}},
			seen{Head: "notes/a.md:3:1: prints something else", Notes: []string{
				"--- old\n+++ new\n@@ -1,2 +1,2 @@\n same\n-\told {0}\n+\tnew }{\n", "after"}}},
		{"a note with a diff at a place", Finding{Pos: a(3, 1), Message: "m", Notes: []Note{{Pos: a(1, 1), Text: "one\ntwo"}}},
			seen{Head: "notes/a.md:3:1: m", Notes: []string{"notes/a.md:1:1: one\ntwo"}}},
		{"markup", Finding{Pos: a(1, 1), Message: `<b>&amp;</b> "q" 'a' ]]> {{x}} [l](1) 100%0A, ::error::x`, Hint: "<details>, ::, %25", Notes: []Note{{Text: "]]>]]>\n<![CDATA["}}},
			seen{Head: `notes/a.md:1:1: <b>&amp;</b> "q" 'a' ]]> {{x}} [l](1) 100%0A, ::error::x`, Hint: "<details>, ::, %25", Notes: []string{"]]>]]>\n<![CDATA["}}},
		{"after wide and astral characters", Finding{Pos: a(4, len("世界 = eggs 😀 ")+1), Message: "undefined: x"},
			seen{Head: "notes/a.md:4:20: undefined: x"}},
		{"emoji", Finding{Pos: a(1, 1), Message: "👩‍🚀 größe 世界", Hint: "😀"},
			seen{Head: "notes/a.md:1:1: 👩‍🚀 größe 世界", Hint: "😀"}},
		{"control bytes", Finding{Pos: a(1, 1), Message: "a\x1b[31m\x00\r\n\tb \xff\u009b\u202e", Hint: "\x07\xc3", Notes: []Note{{Text: "\x1b\r\n\t\v"}}},
			seen{Head: `notes/a.md:1:1: a\x1b[31m\x00\x0d\x0a b \xff\xc2\x9b\u202e`, Hint: `\x07\xc3`, Notes: []string{"\\x1b\\x0d\n\t\\x0b"}}},
		{"no column", Finding{Pos: a(3, 0), Message: "m"}, seen{Head: "notes/a.md:3: m"}},
		{"no line", Finding{Pos: a(0, 0), Message: "m"}, seen{Head: "notes/a.md: m"}},
		{"no file", Finding{Message: "m", Hint: "h", Notes: []Note{{Text: "n"}}}, seen{Head: "m", Hint: "h", Notes: []string{"n"}}},
		{"a warning without a file", Finding{Message: "m", Warning: true}, seen{Head: "warning: m"}},
		{"file names", Finding{Pos: Pos{"notes/50%.md", 1, 3}, Message: "m", Notes: []Note{{Pos: Pos{"notes/ü b,:.m", 1, 2}, Text: "n"}}},
			seen{Head: "notes/50%.md:1:3: m", Notes: []string{"notes/ü b,:.m:1:2: n"}}},
		{"a file name of control bytes", Finding{Pos: Pos{"notes/\x1b\xff\n.md", 1, 1}, Message: "m"},
			seen{Head: `notes/\x1b\xff\x0a.md:1:1: m`}},
		{"a file outside", Finding{Pos: Pos{"../b/a.md", 1, 1}, Message: "m"}, seen{Head: "../b/a.md:1:1: m"}},
		{"an absolute file", Finding{Pos: Pos{"/b/a.md", 1, 1}, Message: "m"}, seen{Head: "/b/a.md:1:1: m"}},
		{"a file that is unknown", Finding{Pos: Pos{"z.md", 7, 9}, Message: "m"}, seen{Head: "z.md:7:9: m"}},
		{"a line that is not there", Finding{Pos: a(700, 9), Message: "m"}, seen{Head: "notes/a.md:700:9: m"}},
	}
	withPlace := func(note string) bool { return strings.HasPrefix(note, "notes/") }
	var all []Finding
	var wants []seen
	for _, test := range tests {
		all, wants = append(all, test.f), append(wants, test.want)
		for _, format := range append([]string{""}, Formats()...) {
			t.Run(test.name+"/"+format, func(t *testing.T) {
				r := Report{Findings: []Finding{test.f}, Source: source}
				want := test.want
				if Format(format) == SARIF {
					want = placesFirst(want, withPlace)
				}
				text := rendered(t, Format(format), r)
				got, err := parseBack(Format(format), text, source)
				if err != nil {
					t.Fatalf("%v in\n%s", err, text)
				}
				if diff := cmp.Diff([]seen{want}, got); diff != "" {
					t.Errorf("-want +got\n%s\nin\n%s", diff, text)
				}
				if !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }) {
					t.Errorf("control characters in %q", text)
				}
			})
		}
	}
	t.Run("all together", func(t *testing.T) {
		r := Report{Findings: all, Source: source}
		for _, format := range []Format{"", GitHub, JSON, SARIF} {
			got, err := parseBack(format, rendered(t, format, r), source)
			if err != nil {
				t.Fatalf("%s: %v", format, err)
			}
			want := slices.Clone(wants)
			if format == SARIF {
				for i := range want {
					want[i] = placesFirst(want[i], withPlace)
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: -want +got\n%s", format, diff)
			}
		}
	})
}

// TestJSONDecodes reads a report of plain texts back to what it was.
func TestJSONDecodes(t *testing.T) {
	want := Report{Tool: "rtbook", Version: "v1.2.3", Files: []string{"notes/a.md", "notes/b.md"}, Findings: []Finding{
		{Pos: Pos{"notes/a.md", 3, 6}, Message: "undefined: spam", Rule: "undefined", Hint: "h",
			Notes: []Note{{Pos{"notes/b.md", 1, 1}, "here"}, {Text: "-a\n+\tb"}, {Pos{"notes/b.md", 0, 0}, ""}}},
		{Pos: Pos{"notes/b.md", 0, 0}, Message: "<&>", Warning: true},
		{},
	}}
	text := rendered(t, JSON, want)
	got, err := decodeJSON(text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if !strings.Contains(text, "<&>") {
		t.Errorf("markup is escaped in\n%s", text)
	}
}

// TestReportForms pins each format down to its bytes.
func TestReportForms(t *testing.T) {
	r := Report{Version: "v1.0.0", Files: []string{"notes/a.md", "notes/b c.md"}, Findings: []Finding{
		{Pos: Pos{"notes/a.md", 1, 11}, Message: "undefined: ×", Rule: "undefined", Hint: "100%", Notes: []Note{{Pos{"notes/b c.md", 2, 1}, "here"}, {Text: "-a\n+{b}"}}},
		{Message: "no title", Warning: true},
	}, Source: func(file string) []byte {
		if file == "notes/a.md" {
			return []byte("x := 😀 × y\n")
		}
		return nil
	}}
	for format, want := range map[Format]string{
		GitHub: `::error file=notes/a.md,line=1,col=11,title=rtbook/undefined::undefined: ×%0Anote: notes/b c.md:2:1: here%0Anote: -a%0A   +{b}%0Ahint: 100%25
::warning title=rtbook/finding::no title
`,
		JSON: `{
  "version": 1,
  "tool": {
    "name": "rtbook",
    "version": "v1.0.0"
  },
  "files": [
    "notes/a.md",
    "notes/b c.md"
  ],
  "findings": [
    {
      "rule": "rtbook/undefined",
      "severity": "error",
      "file": "notes/a.md",
      "line": 1,
      "column": 11,
      "message": "undefined: ×",
      "notes": [
        {
          "file": "notes/b c.md",
          "line": 2,
          "column": 1,
          "text": "here"
        },
        {
          "text": "-a\n+{b}"
        }
      ],
      "hint": "100%"
    },
    {
      "rule": "rtbook/finding",
      "severity": "warning",
      "message": "no title"
    }
  ]
}
`,
		JUnit: `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="rtbook" tests="3" failures="1">
  <testsuite name="notes/a.md" tests="1" failures="1" errors="0" skipped="0">
    <testcase classname="notes/a.md" name="undefined: ×" file="notes/a.md" line="1">
      <failure message="undefined: ×" type="rtbook/undefined"><![CDATA[notes/a.md:1:11: undefined: ×
    1 | x := 😀 × y
      |         ^
   note: notes/b c.md:2:1: here
   note: -a
      +{b}
   hint: 100%
]]></failure>
    </testcase>
  </testsuite>
  <testsuite name="notes/b c.md" tests="1" failures="0" errors="0" skipped="0">
    <testcase classname="notes/b c.md" name="no findings" file="notes/b c.md"></testcase>
  </testsuite>
  <testsuite name="rtbook" tests="1" failures="0" errors="0" skipped="0">
    <testcase classname="rtbook" name="warning: no title">
      <system-out><![CDATA[warning: no title
]]></system-out>
    </testcase>
  </testsuite>
</testsuites>
`,
		SARIF: `{
  "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
  "version": "2.1.0",
  "runs": [
    {
      "tool": {
        "driver": {
          "name": "rtbook",
          "version": "v1.0.0",
          "rules": [
            {
              "id": "rtbook/undefined"
            },
            {
              "id": "rtbook/finding"
            }
          ]
        }
      },
      "invocations": [
        {
          "executionSuccessful": true
        }
      ],
      "columnKind": "utf16CodeUnits",
      "artifacts": [
        {
          "location": {
            "uri": "notes/a.md"
          }
        },
        {
          "location": {
            "uri": "notes/b%20c.md"
          }
        }
      ],
      "results": [
        {
          "ruleId": "rtbook/undefined",
          "ruleIndex": 0,
          "level": "error",
          "message": {
            "text": "undefined: ×\nnote: notes/b c.md:2:1: here\nnote: -a\n+{{b}}\nhint: 100%"
          },
          "locations": [
            {
              "physicalLocation": {
                "artifactLocation": {
                  "uri": "notes/a.md"
                },
                "region": {
                  "startLine": 1,
                  "startColumn": 9
                }
              }
            }
          ],
          "relatedLocations": [
            {
              "id": 1,
              "physicalLocation": {
                "artifactLocation": {
                  "uri": "notes/b%20c.md"
                },
                "region": {
                  "startLine": 2,
                  "startColumn": 1
                }
              },
              "message": {
                "text": "here"
              }
            }
          ],
          "properties": {
            "notes": [
              "-a\n+{b}"
            ],
            "hint": "100%"
          }
        },
        {
          "ruleId": "rtbook/finding",
          "ruleIndex": 1,
          "level": "warning",
          "message": {
            "text": "no title"
          },
          "locations": []
        }
      ]
    }
  ]
}
`,
	} {
		if diff := cmp.Diff(want, rendered(t, format, r)); diff != "" {
			t.Errorf("%s: -want +got\n%s", format, diff)
		}
	}
}

func TestReportOfNothing(t *testing.T) {
	for _, format := range Formats() {
		got, err := parseBack(Format(format), rendered(t, Format(format), Report{}), nil)
		if err != nil || len(got) != 0 {
			t.Errorf("%s: %v, error %v", format, got, err)
		}
	}
}

// TestJUnitNames checks that cases keep their names and that none is there twice.
func TestJUnitNames(t *testing.T) {
	m := func(file string, line int) Finding { return Finding{Pos: Pos{file, line, 1}, Message: "m"} }
	suites, err := readJUnit(rendered(t, JUnit, Report{
		Files:    []string{"b", "a", "b"},
		Findings: []Finding{m("c", 1), m("a", 1), m("a", 2), {Pos: Pos{"b", 1, 1}, Message: "w", Warning: true}, m("a", 3)},
	}))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range suites {
		for _, c := range s.Cases {
			got = append(got, s.Name+" "+c.Name)
		}
	}
	want := []string{"b warning: w", "a m", "a m (2)", "a m (3)", "c m"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// TestJUnitExcerpts shows lines that XML could not hold.
func TestJUnitExcerpts(t *testing.T) {
	src := []byte("]]>\x00\xff\ufffe\ufeff\x1b<\n")
	text := rendered(t, JUnit, Report{
		Findings: []Finding{{Pos: Pos{"a.md", 1, 4}, Message: "m"}},
		Source:   func(string) []byte { return src },
	})
	suites, err := readJUnit(text)
	if err != nil {
		t.Fatalf("%v in %q", err, text)
	}
	want := "a.md:1:4: m\n    1 | ]]>\\x00\\xff\\ufffe\\ufeff\\x1b<\n      |    ^\n"
	if got := suites[0].Cases[0].Failure.Text; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestUTF16Column(t *testing.T) {
	for _, test := range []struct {
		line        string
		number, col int
		want        int
	}{
		{"abc", 2, 1, 1},
		{"abc", 2, 3, 3},
		{"abc", 2, 4, 4},
		{"abc", 2, 9, 4},
		{"", 2, 1, 1},
		{"é x", 2, 3, 2},      // 2 bytes, 1 unit
		{"世 x", 2, 4, 2},      // 3 bytes, 1 unit
		{"😀 x", 2, 5, 3},      // 4 bytes, 2 units
		{"😀 x", 2, 3, 1},      // inside
		{"\xff\xfe", 2, 3, 3}, // not UTF-8: a unit a byte
		{"\ufeff# A", 1, 4, 1},
		{"\ufeff# A", 1, 6, 3},
		{"\ufeff# A", 1, 1, 1},
		{"\ufeff# A", 2, 4, 2},
	} {
		if got := utf16Column([]byte(test.line), test.number, test.col); got != test.want {
			t.Errorf("line %d %q, byte column %d: column %d, want %d", test.number, test.line, test.col, got, test.want)
		}
	}
}

func TestFileURI(t *testing.T) {
	for name, want := range map[string]string{
		"notes/a.md":      "notes/a.md",
		"notes/ü.md":      "notes/%C3%BC.md",
		"a b/c:d?#%.md":   "a%20b/c%3Ad%3F%23%25.md",
		"notes/\xff\n.md": "notes/%FF%0A.md",
		"../x/a.md":       "../x/a.md",
		"/book/a b.md":    "file:///book/a%20b.md",
		"C:/book/a.md":    "file:///C%3A/book/a.md",
	} {
		if got := fileURI(name); got != want {
			t.Errorf("fileURI(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestReportReadsFilesOnce(t *testing.T) {
	for _, format := range []Format{JUnit, SARIF} {
		reads := 0
		r := Report{Source: func(string) []byte { reads++; return []byte("x\n") }}
		for range 100 {
			r.Findings = append(r.Findings, Finding{Pos: Pos{"a.md", 1, 1}, Message: "m", Notes: []Note{{Pos{"a.md", 1, 1}, "n"}}})
		}
		if rendered(t, format, r); reads != 1 {
			t.Errorf("%s: %d reads", format, reads)
		}
	}
}

func TestWriteReportFails(t *testing.T) {
	full := errors.New("full")
	for _, format := range Formats() {
		if err := WriteReport(failWriter{full}, Format(format), Report{Findings: []Finding{{Message: "m"}}}); err != full {
			t.Errorf("%s: error %v", format, err)
		}
	}
	var b strings.Builder
	err := WriteReport(&b, "yaml", Report{})
	if err == nil || !strings.Contains(err.Error(), `"yaml"`) || !strings.Contains(err.Error(), "github, json, junit, sarif") || b.Len() > 0 {
		t.Errorf("error %v, wrote %q", err, b.String())
	}
	if !slices.IsSorted(Formats()) {
		t.Errorf("formats %v", Formats())
	}
}
