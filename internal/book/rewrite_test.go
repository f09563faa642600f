package book

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rtbook/runner"
)

// parseOne parses a chapter of a book.
func parseOne(src []byte) *Chapter {
	b, _ := Parse(fstest.MapFS{
		"notes/book.yaml": {Data: []byte("title: A book")},
		"notes/01-a.md":   {Data: src},
	}, "notes")
	if len(b.Chapters) == 0 {
		return nil
	}
	return b.Chapters[0]
}

// editable returns the fences of the chapter that edits are about: its cells that
// run, and its quotations.
func editable(ch *Chapter) []*Fence {
	var cells []*Fence
	for _, f := range ch.Fences {
		if f.Runs() || f.Role == RoleQuote {
			cells = append(cells, f)
		}
	}
	return cells
}

func TestRewrite(t *testing.T) {
	tests := []struct {
		name    string
		src     string
		outputs []string // of the cells in order; "-" leaves one out
		want    string
	}{
		{"set",
			"a\n\n```go {cell}\nx\n```\n\n```text {output}\nold\n```\nb",
			[]string{"new"},
			"a\n\n```go {cell}\nx\n```\n\n```text {output}\nnew\n```\nb"},
		{"insert",
			"```go {cell}\nx\n```\nb\n",
			[]string{"1\n2\n"},
			"```go {cell}\nx\n```\n\n```text {output}\n1\n2\n```\nb\n"},
		{"insert at the end of the file",
			"```go {cell}\nx\n```",
			[]string{"1"},
			"```go {cell}\nx\n```\n\n```text {output}\n1\n```"},
		{"CRLF and a byte order mark",
			"\ufeff```go {cell}\r\nx\r\n```\r\n\r\n```go {cell}\r\n```\r\n\r\n```text {output}\r\n```\r\n",
			[]string{"1\n2\n", "3\n\n4\n"},
			"\ufeff```go {cell}\r\nx\r\n```\r\n\r\n```text {output}\r\n1\r\n2\r\n```\r\n\r\n```go {cell}\r\n```\r\n\r\n```text {output}\r\n3\r\n\r\n4\r\n```\r\n"},
		{"both ends grow",
			"```go {cell}\n```\n\n```text {output}\n```\n\n```go {cell}\n```\n\n~~~text {output}\n~~~~\n",
			[]string{"a ```` b\n  ````\n", "~~~~\n```\n"},
			"```go {cell}\n```\n\n`````text {output}\na ```` b\n  ````\n`````\n\n```go {cell}\n```\n\n~~~~~text {output}\n~~~~\n```\n~~~~~\n"},
		{"an inserted fence is long enough",
			"```go {cell}\n```\n",
			[]string{"```\n"},
			"```go {cell}\n```\n\n````text {output}\n```\n````\n"},
		{"indented",
			"```go {cell}\n```\n\n  ```text {output}\n  a\n ```\n",
			[]string{"b\n\n\tc\n"},
			"```go {cell}\n```\n\n  ```text {output}\n  b\n\n  \tc\n ```\n"},
		{"control characters",
			"```go {cell}\n```\n\n```text {output}\n```\n",
			[]string{"a\x1b\r\n"},
			"```go {cell}\n```\n\n```text {output}\na\\x1b\\x0d\n```\n"},
		{"nothing to change keeps mixed line endings",
			"```go {cell}\n```\n\n ```text {output}\r\na\n b\r\n```\n",
			[]string{"a\nb\n"},
			"```go {cell}\n```\n\n ```text {output}\r\na\n b\r\n```\n"},
		{"only what is asked for",
			"```go {cell}\n```\n\n```text {output}\na\n```\n\n```go {cell}\n```\n\n```text {output}\nb\n```\n",
			[]string{"-", "c"},
			"```go {cell}\n```\n\n```text {output}\na\n```\n\n```go {cell}\n```\n\n```text {output}\nc\n```\n"},
		{"emptied",
			"```go {cell}\n```\n\n```text {output}\na\n```\n",
			[]string{""},
			"```go {cell}\n```\n\n```text {output}\n```\n"},
		{"by name, between details",
			"<details>\n\n```go {cell=a}\n```\n\n```go {cell=b}\n```\n\n```text {output=a}\n1\n```\n\n</details>\n",
			[]string{"2", "3"},
			"<details>\n\n```go {cell=a}\n```\n\n```go {cell=b}\n```\n\n```text {output}\n3\n```\n\n```text {output=a}\n2\n```\n\n</details>\n"},
		{"a quotation",
			"```go {quote=runtime.f}\nold\n```\n\n  ```go {quote=runtime.g fold}\n  ```\n",
			[]string{"func f() {\n\tx()\n}\n", "```\n\n\ty"},
			"```go {quote=runtime.f}\nfunc f() {\n\tx()\n}\n```\n\n  ````go {quote=runtime.g fold}\n  ```\n\n  \ty\n  ````\n"},
		{"a quotation after a byte order mark",
			"\ufeff```go {quote=runtime.f}\n```\n",
			[]string{"a\n"},
			"\ufeff```go {quote=runtime.f}\na\n```\n"},
		{"a quotation that is as it should be, or elsewhere",
			"```go {quote=runtime.f}\r\na\r\n ```\r\n\r\n- ```go {quote=runtime.g}\r\n  ```\r\n",
			[]string{"a\n", "b"},
			"```go {quote=runtime.f}\r\na\r\n ```\r\n\r\n- ```go {quote=runtime.g}\r\n  ```\r\n"},
		{"not what is not closed, or elsewhere",
			"- ```go {cell}\n  ```\n\n```go {cell}\n```\n\n```text {output}\na\n",
			[]string{"1", "2"},
			"- ```go {cell}\n  ```\n\n```go {cell}\n```\n\n```text {output}\na\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			ch := parseOne([]byte(test.src))
			var edits []Edit
			for i, f := range editable(ch) {
				if test.outputs[i] != "-" {
					edits = append(edits, Edit{f, test.outputs[i]})
				}
			}
			got := Rewrite(ch, edits)
			if diff := cmp.Diff(test.want, string(got)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			if !bytes.Equal(ch.Source, []byte(test.src)) {
				t.Error("the chapter's own source was changed")
			}
		})
	}
}

func TestRewriteLastEditCounts(t *testing.T) {
	ch := parseOne([]byte("```go {cell}\n```\n"))
	f := ch.Fences[0]
	want := "```go {cell}\n```\n\n```text {output}\n2\n```\n"
	if got := string(Rewrite(ch, []Edit{{f, "1"}, {f, "2"}})); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// checkRewrite rewrites a chapter, and holds the result to what Rewrite
// promises.
func checkRewrite(t interface{ Fatalf(string, ...any) }, src []byte, outputs func(i int) (string, bool)) {
	before := parseOne(src)
	if before == nil {
		return
	}
	want := map[int]string{} // by number of the cell
	var edits []Edit
	for i, f := range editable(before) {
		out, ok := outputs(i)
		if ok {
			edits = append(edits, Edit{f, out})
		}
		switch {
		case ok && f.Recordable():
			want[i] = EncodeOutput(out)
		case f.Role == RoleQuote:
			want[i] = f.Content
		case f.Output != nil:
			want[i] = f.Output.Content
		}
	}
	got := Rewrite(before, edits)
	after := parseOne(got)
	cells := editable(after)
	if len(cells) != len(editable(before)) {
		t.Fatalf("%d cells after, %d before\nbefore %q\nafter %q", len(cells), len(editable(before)), src, got)
	}
	for i, f := range editable(before) {
		c := cells[i]
		if diff := cmp.Diff(withoutLine(f.Cell), withoutLine(c.Cell)); diff != "" || f.Role != c.Role || !cmp.Equal(f.Quote, c.Quote) {
			t.Fatalf("cell %d: -before +after\n%s\nbefore %q\nafter %q", i, diff, src, got)
		}
		if !slices.Equal(c.Vary, f.Vary) || c.Unordered != f.Unordered || c.Sample != f.Sample || c.Skipped != f.Skipped || !slices.Equal(c.Hidden, f.Hidden) {
			t.Fatalf("cell %d has other attributes\nbefore %q\nafter %q", i, src, got)
		}
		content := "none"
		if c.Role == RoleQuote {
			content = c.Content
		} else if c.Output != nil {
			content = c.Output.Content
		}
		if w, ok := want[i]; ok && content != w || !ok && c.Output != nil {
			t.Fatalf("cell %d has output %q, want %q\nbefore %q\nafter %q", i, content, w, src, got)
		}
	}
	if a, b := outside(before), outside(after); a != b {
		t.Fatalf("text outside of outputs changed\nbefore %q\nafter  %q", a, b)
	}
	if bytes.Count(src, []byte("\r\n")) == bytes.Count(src, []byte("\n")) && bytes.Contains(src, []byte("\n")) &&
		bytes.Count(got, []byte("\r\n")) != bytes.Count(got, []byte("\n")) {
		t.Fatalf("lines ended in CRLF, and some no longer do\nbefore %q\nafter  %q", src, got)
	}
	var again []Edit
	for i, f := range cells {
		if out, ok := outputs(i); ok {
			again = append(again, Edit{f, out})
		}
	}
	if twice := Rewrite(after, again); !bytes.Equal(got, twice) {
		t.Fatalf("a second time changes more\nonce  %q\ntwice %q", got, twice)
	}
}

// withoutLine returns a cell without its place.
func withoutLine(c *runner.Cell) runner.Cell {
	if c == nil {
		return runner.Cell{}
	}
	moved := *c
	moved.Line = 0
	return moved
}

// outside returns the chapter without the outputs of cells and the quotations,
// and without the line feeds around these.
func outside(ch *Chapter) string {
	var b strings.Builder
	at := 0
	for _, f := range ch.Fences {
		if (f.Role == RoleOutput && f.Of != nil || f.Role == RoleQuote) && f.Closed {
			b.WriteString(strings.TrimRight(string(ch.Source[at:f.Open]), "\r\n"))
			at = f.Stop
			for at < len(ch.Source) && (ch.Source[at] == '\r' || ch.Source[at] == '\n') {
				at++
			}
		}
	}
	b.Write(ch.Source[at:])
	return strings.NewReplacer("\r", "", "\n", "").Replace(b.String())
}

// genDocument makes documents of parts that are hard on a rewriter.
func genDocument() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		mark := func() string {
			return rapid.SampledFrom([]string{"```", "~~~", "````", "~~~~~"}).Draw(t, "mark")
		}
		indent := func() string { return rapid.SampledFrom([]string{"", "", "", " ", "  ", "   "}).Draw(t, "indent") }
		line := func() string {
			return rapid.SampledFrom([]string{"", "x := 1", "\tx := 2", "  \ty", "```", "~~~", "    deep", "> q", "- l", "é世", "<details>", " \t ", "//rtbook:hide"}).Draw(t, "line")
		}
		fence := func(info string) string {
			m, in := mark(), indent()
			var b strings.Builder
			fmt.Fprintf(&b, "%s%s%s\n", in, m, info)
			for range rapid.IntRange(0, 3).Draw(t, "lines") {
				b.WriteString(rapid.SampledFrom([]string{in, "", "\t"}).Draw(t, "lineIndent") + line() + "\n")
			}
			if rapid.IntRange(0, 9).Draw(t, "unclosed") == 0 {
				return b.String()
			}
			b.WriteString(indent() + m + rapid.SampledFrom([]string{"", m[:1], " \t"}).Draw(t, "closing") + "\n")
			return b.String()
		}
		var b strings.Builder
		for range rapid.IntRange(0, 8).Draw(t, "blocks") {
			switch rapid.IntRange(0, 8).Draw(t, "block") {
			case 0, 1, 2:
				b.WriteString(fence(rapid.SampledFrom([]string{
					"go {cell}", "go {cell=a}", "go {cell=b fold}", "go {cell env=e}", "sh {cell}", "bash {cell=a timeout=2s}", "shell {cell=b env=e expect=compile-error}",
					`go {cell vary="time,/a b,\\"/" unordered}`, "go {cell sample}", "go {cell=b expect=panic if=linux}", `go {cell if="windows && go1.99"}`, "sh {cell vary=//}"}).Draw(t, "cell")))
			case 3, 4:
				b.WriteString(fence(rapid.SampledFrom([]string{"text {output}", "text {output=a}", "text {output=b}"}).Draw(t, "output")))
			case 5:
				b.WriteString(fence(rapid.SampledFrom([]string{"go", "go {check}", "sh", "", "go {quote=runtime.f}", "go {quote=a.b lines=\"/x/,/ \\\\\"/\" fold}", "go {quote}", "go {file=a.go}", "text {file=b/c.txt env=e if=windows}", "console {cell}"}).Draw(t, "other")))
			case 6:
				prefix := rapid.SampledFrom([]string{"> ", "- ", "> - ", "1. "}).Draw(t, "container")
				rest := strings.Map(func(r rune) rune {
					if r == '>' {
						return r
					}
					return ' '
				}, prefix)
				for i, l := range strings.Split(strings.TrimSuffix(fence("go {cell}"), "\n"), "\n") {
					if i > 0 {
						prefix = rest
					}
					b.WriteString(prefix + l + "\n")
				}
			case 7:
				b.WriteString(rapid.SampledFrom([]string{"<details>\n<summary>s</summary>\n", "</details>\n", "<div>\n", "<!-- c\n", "-->\n"}).Draw(t, "html"))
			default:
				b.WriteString(line() + "\n")
			}
			b.WriteString(rapid.SampledFrom([]string{"\n", "\n", "", "\n\n"}).Draw(t, "gap"))
		}
		doc := b.String()
		if rapid.Bool().Draw(t, "noFinalNewline") {
			doc = strings.TrimRight(doc, "\n")
		}
		switch rapid.IntRange(0, 3).Draw(t, "endings") {
		case 0:
			doc = strings.ReplaceAll(doc, "\n", "\r\n")
		case 1:
			doc = strings.Replace(doc, "\n", "\r\n", rapid.IntRange(0, 5).Draw(t, "some"))
		}
		if rapid.Bool().Draw(t, "bom") {
			doc = "\ufeff" + doc
		}
		return doc
	})
}

func TestRewriteProperty(t *testing.T) {
	output := rapid.OneOf(
		rapid.SampledFrom([]string{"", "\n", "64\n", "a\n\n\n", "```\n", "  ````\n~~~\n", "\ttab", " \n", "\r\n", "\x00", "```go {cell}\n```\n", "    ```````\n"}),
		rapid.String(),
	)
	rapid.Check(t, func(t *rapid.T) {
		doc := genDocument().Draw(t, "doc")
		outs := rapid.SliceOfN(output, 10, 10).Draw(t, "outputs")
		skip := rapid.IntRange(1, 9).Draw(t, "skip")
		checkRewrite(t, []byte(doc), func(i int) (string, bool) { return outs[i%len(outs)], i%skip != 0 || skip == 1 })
	})
}
