package site

import (
	"strings"
	"testing"

	"rtbook/runner"
)

// TestAbout has what is said of a cell when it is asked for.
func TestAbout(t *testing.T) {
	both := []string{"yaegi", "go"}
	done := Outcome{Engines: both, Agreed: true, Alike: true, Status: runner.Done, Output: "1\n"}
	compiled := done
	compiled.Engines = both[1:]
	const output = "\n```text {output}\n1\n```\n"
	for _, test := range []struct {
		name, text string
		outcome    Outcome
		want       string // the rows before the command, name and text
	}{
		{"both", "```go {cell=x}\nprintln(1)\n```\n" + output, done,
			"Run: interpreted by yaegi, compiled by go1.26.8 for linux/amd64: both print the same; Output: compared, byte for byte, with what stands here; Program: this cell alone, SHA-256 fd6cc81a6ff2"},
		{"compiled, varied", "```go {cell=x engine=go vary=time}\nprintln(1)\n```\n" + output, compiled,
			"Run: compiled by go1.26.8 for linux/amd64; Output: compared with what stands here, but for spans that vary: time; Program: this cell alone, SHA-256 fd6cc81a6ff2"},
		{"varied, unordered", "```go {cell=x vary=time,num unordered}\nprintln(1)\n```\n" + output, done,
			"Output: compared with what stands here, but for spans that vary (time, num) and the order of lines"},
		{"unordered", "```go {cell=x unordered}\nprintln(1)\n```\n" + output, done, "Output: compared with what stands here, in any order of lines"},
		{"sample", "```go {cell=x sample}\nprintln(1)\n```\n" + output, done, "Output: a sample, compared with nothing"},
		{"silent", "```go {cell=x}\nvar a = 1\n```\n", Outcome{Engines: both, Agreed: true, Status: runner.Done}, "Output: none, here and when it ran"},
		{"two cells", "```go {cell=x}\nprintln(1)\n```\n" + output + "\n```go {cell}\nvar a = 1\n```\n\n```go {cell env=other}\nvar b = 1\n```\n", done, "Program: 2 cells of this page, SHA-256 "},
		{"skipped", "```go {cell=x if=\"windows\"}\nprintln(1)\n```\n", Outcome{}, "Run: not here: it needs windows"},
		{"must not compile", "```go {cell=x expect=compile-error}\nvar a int = \"\"\n```\n" + output, compiled,
			"Run: through the compiler of go1.26.8 for linux/amd64, which has to refuse it; Output: compared, byte for byte, with what stands here"},
	} {
		page := chapterOf(t, test.text, map[string]Outcome{"notes/01-one.md#x": test.outcome})
		_, list, _ := strings.Cut(page, "<dl>")
		list, _, _ = strings.Cut(list, "<dt>Run it")
		got := visible(strings.NewReplacer("</dt><dd>", ": ", "</dd>\n", "; ").Replace(list))
		if got = strings.TrimSuffix(got, "; "); !strings.Contains(got, test.want) {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}
