package finding

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWrite(t *testing.T) {
	long := strings.Repeat("abcdefghi ", 1<<20)
	files := map[string]string{
		"a.md":    "one\nx := spam + 1\r\n\ty :=\tham\n世界 = eggs\n\x1b[31mred\x1b[0m \xff end\nn\u0301 = x\n\u202eabc\n",
		"long.md": long + "\n",
	}
	at := func(line, col int) Pos { return Pos{"a.md", line, col} }
	tests := []struct {
		name string
		f    Finding
		want string
	}{
		{"plain", Finding{Pos: at(2, 6), Message: "undefined: spam"},
			"a.md:2:6: undefined: spam\n    2 | x := spam + 1\n      |      ^\n"},
		{"notes and hint", Finding{Pos: at(1, 1), Message: "m", Notes: []Note{
			{Text: "output differs\n-old\n+\tnew\n"}, {Pos: at(2, 1), Text: "declared here"}}, Hint: "do it"},
			"a.md:1:1: m\n    1 | one\n      | ^\n   note: output differs\n      -old\n      +\tnew\n   note: a.md:2:1: declared here\n   hint: do it\n"},
		{"a warning", Finding{Pos: Pos{File: "a.md"}, Message: "m", Warning: true}, "a.md: warning: m\n"},
		{"no place", Finding{Message: "m"}, "m\n"},
		{"a line", Finding{Pos: at(1, 0), Message: "m"}, "a.md:1: m\n    1 | one\n"},
		{"under tabs stand tabs", Finding{Pos: at(3, 7), Message: "m"},
			"a.md:3:7: m\n    3 | \ty :=\tham\n      | \t    \t^\n"},
		{"wide characters", Finding{Pos: at(4, 10), Message: "m"},
			"a.md:4:10: m\n    4 | 世界 = eggs\n      |        ^\n"},
		{"combining marks", Finding{Pos: at(6, 5), Message: "m"},
			"a.md:6:5: m\n    6 | n\u0301 = x\n      |   ^\n"},
		{"control characters", Finding{Pos: at(5, 15), Message: "bad \x1b]0;\x07 \u009b name\n", Hint: "\r"},
			"a.md:5:15: bad \\x1b]0;\\x07 \\xc2\\x9b name\\x0a\n    5 | \\x1b[31mred\\x1b[0m \\xff end\n      | " + strings.Repeat(" ", len(`\x1b[31mred\x1b[0m \xff`)) + "^\n   hint: \\x0d\n"},
		{"direction", Finding{Pos: at(7, 4), Message: "m"},
			"a.md:7:4: m\n    7 | \\u202eabc\n      |       ^\n"},
		{"after the end of the line", Finding{Pos: at(1, 9), Message: "m"},
			"a.md:1:9: m\n    1 | one\n      |    ^\n"},
		{"after the last line", Finding{Pos: at(99, 1), Message: "m"}, "a.md:99:1: m\n"},
		{"unknown file", Finding{Pos: Pos{"b.md", 1, 1}, Message: "m"}, "b.md:1:1: m\n"},
		{"the start of a long line", Finding{Pos: Pos{"long.md", 1, 1}, Message: "m"},
			"long.md:1:1: m\n    1 | " + long[:100] + "…\n      | ^\n"},
		{"inside a long line", Finding{Pos: Pos{"long.md", 1, 5_000_001}, Message: "m"},
			"long.md:1:5000001: m\n    1 | …" + long[:100] + "…\n      | " + strings.Repeat(" ", 61) + "^\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var b strings.Builder
			err := Write(&b, []Finding{test.f}, func(file string) []byte {
				if s, ok := files[file]; ok {
					return []byte(s)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, b.String()); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestWriteCutsLongTexts(t *testing.T) {
	long := strings.Repeat("世", 1<<20)
	rows := strings.TrimSuffix(strings.Repeat("row\n", 500), "\n")
	var b strings.Builder
	f := Finding{Message: long, Notes: []Note{{Text: long + "\n" + rows}}, Hint: long}
	if err := Write(&b, []Finding{f}, nil); err != nil {
		t.Fatal(err)
	}
	cutLine := strings.Repeat("世", 1000) + "… (3142728 bytes more)" // 3<<20 bytes, of which 3000 are shown
	want := cutLine + "\n   note: " + cutLine + "\n" + strings.Repeat("      row\n", 59) +
		"      … (441 lines more)\n   hint: " + cutLine + "\n"
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestPrintable(t *testing.T) {
	if got, want := Printable("a\tb\n\x1b[1m\r\xff\u202e\n"), "a\tb\n\\x1b[1m\\x0d\\xff\\u202e\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestWriteCutsMarks(t *testing.T) {
	src := []byte(strings.Repeat("\u0301", 5000) + "x\n")
	var b strings.Builder
	if err := Write(&b, []Finding{{Pos: Pos{"a", 1, len(src) - 1}, Message: "m"}}, func(string) []byte { return src }); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(b.String(), "\u0301"); n > 200 {
		t.Errorf("%d marks without width were written", n)
	}
}

func TestWriteReadsFilesOnce(t *testing.T) {
	reads := 0
	fs := make([]Finding, 1000)
	for i := range fs {
		fs[i] = Finding{Pos: Pos{"a.md", 1, 1}, Message: "m"}
	}
	err := Write(&strings.Builder{}, fs, func(string) []byte { reads++; return []byte("x\n") })
	if err != nil || reads != 1 {
		t.Errorf("error %v, %d reads", err, reads)
	}
}

func TestWriteFails(t *testing.T) {
	want := errors.New("full")
	if err := Write(failWriter{want}, []Finding{{Message: "m"}}, nil); err != want {
		t.Errorf("error %v", err)
	}
}

type failWriter struct{ err error }

func (w failWriter) Write([]byte) (int, error) { return 0, w.err }

func TestFindingIsError(t *testing.T) {
	var err error = Finding{Pos: Pos{"a.md", 3, 0}, Message: "m"}
	if err.Error() != "a.md:3: m" {
		t.Errorf("%q", err.Error())
	}
}
