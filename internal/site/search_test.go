package site

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"rtbook/internal/book"
	"rtbook/internal/finding"
)

// parseFiles makes a book of files, whose names are relative to the folder
// "notes", with a book.yaml unless plain. Nothing in it ran.
func parseFiles(t testing.TB, plain bool, files map[string]string) Input {
	t.Helper()
	fsys := fstest.MapFS{}
	if !plain {
		fsys["notes/book.yaml"] = &fstest.MapFile{Data: []byte("title: Found\n")}
	}
	for name, text := range files {
		fsys["notes/"+name] = &fstest.MapFile{Data: []byte(text)}
	}
	b, findings := book.Parse(fsys, "notes")
	for _, f := range findings {
		t.Logf("finding: %v", f)
	}
	return Input{Book: b, Assets: fsys}
}

// indexOf returns what the search finds on the pages of a site, in lines: page,
// kind, anchor, title and text.
func indexOf(t testing.TB, files *Files) []string {
	t.Helper()
	var lines []string
	for i, of := 0, 1; i < of; i++ {
		name := searchFile(i)
		data, err := files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		head := fmt.Sprintf("rtbook.data(%q,", strings.TrimSuffix(name, ".js"))
		body, ok := strings.CutPrefix(string(data), head)
		body, ok2 := strings.CutSuffix(body, ")\n")
		if !ok || !ok2 {
			t.Fatalf("%s is no call of rtbook.data: %.80s", name, data)
		}
		var index struct {
			Files int
			Pages [][]any
		}
		if err := json.Unmarshal([]byte(body), &index); err != nil {
			t.Fatal(err)
		}
		of = index.Files
		for _, p := range index.Pages {
			for _, e := range p[2].([]any) {
				e := e.([]any)
				lines = append(lines, fmt.Sprintf("%v|%v|%v|%v|%v", p[0], e[0], e[1], e[2], e[3]))
			}
		}
	}
	return lines
}

func mustRender(t testing.TB, in Input) *Files {
	t.Helper()
	files, err := Render(in)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestSearchEntries(t *testing.T) {
	files := mustRender(t, parseFiles(t, false, map[string]string{
		"01-a.md": `---
title: Slots & "spans"
summary: What is summed up.
---

# Slots & "spans"

Before any *section*, with a [link](#two),
over two lines. <!-- not this -->

## One & <b>only</b>

- a list
- of ` + "`code`" + `

| head | er |
|------|----|
| cell | s  |

<details>
<summary>To unfold</summary>

Folded text.

</details>

` + "```go {cell=fifty}\n" + `import "fmt"
fmt.Println("</script>") //rtbook:hide
` + "```\n\n```text {output}\n" + `</script>
` + "```\n\n```go {cell hide}\nhidden := 1\n_ = hidden\n```\n\n```\nplain code\n```" + `

## Two

> [!NOTE]
> Noted.[^1]

### Two

## 日本語の見出し

[^1]: At the foot.
`,
		"02-b.md": "# With no more\n",
	}))
	want := []string{
		`01-a.html|0||Slots & “spans”|What is summed up. Before any section, with a link, over two lines.`,
		`01-a.html|0|one--only|One & <b>only</b>|a list of code head er cell s To unfold Folded text.`,
		"01-a.html|1|fifty|fifty|import \"fmt\"\nfmt.Println(\"</script>\")",
		"01-a.html|2|fifty|fifty|</script>",
		"01-a.html|1|one--only|One & <b>only</b>|plain code",
		"01-a.html|0|two|Two|Noted.",
		"01-a.html|0|two-1|Two|",
		"01-a.html|0|日本語の見出し|日本語の見出し|",
		"01-a.html|0|fn:1|Footnote 1|At the foot.",
		"02-b.html|0||With no more|",
	}
	if diff := cmp.Diff(want, indexOf(t, files)); diff != "" {
		t.Error(diff)
	}
	data, err := files.ReadFile(searchName)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(data), "</") || strings.ContainsAny(string(data), "\u2028\u2029") {
		t.Error("the data could end its script")
	}
}

// TestSearchAnchors sees that whatever is found is on its page.
func TestSearchAnchors(t *testing.T) {
	for name, in := range map[string]Input{"small": smallBook(t), "prose": proseBook(t), "kinds": kindsBook(t)} {
		files := mustRender(t, in)
		n := 0
		for _, line := range indexOf(t, files) {
			parts := strings.SplitN(line, "|", 4)
			html, err := files.ReadFile(parts[0])
			if err != nil {
				t.Fatal(err)
			}
			if parts[2] != "" && !strings.Contains(string(html), ` id="`+parts[2]+`"`) {
				t.Errorf("%s: %s has no %q", name, parts[0], parts[2])
			}
			n++
		}
		if n < 5 {
			t.Errorf("%s: %d entries", name, n)
		}
	}
}

// TestAppendString writes strings as encoding/json reads them.
func TestAppendString(t *testing.T) {
	all := ""
	for r := range rune(0x2100) {
		all += string(r)
	}
	for _, s := range []string{"", "a", all, "日本語\u2028</script>\u2029", "\U0001F600\\", "x\u20ac"} {
		data := appendString(nil, s)
		var got string
		if err := json.Unmarshal(data, &got); err != nil || got != s {
			t.Errorf("%.60q is %.60s, which reads as %.60q, %v", s, data, got, err)
		}
		if strings.ContainsAny(string(data), "<>&\u2028\u2029\n") {
			t.Errorf("%.60s could end its script", data)
		}
	}
}

// TestSearchFiles divides what is much into several files, and no page.
func TestSearchFiles(t *testing.T) {
	texts := map[string]string{}
	for i := range 5 {
		texts[fmt.Sprintf("p%d.md", i)] = fmt.Sprintf("# P%d\n\n%s\n", i, strings.Repeat("wordy ", searchLimit/6*2/5))
	}
	texts["search.js"] = "// somebody's own"
	files := mustRender(t, parseFiles(t, true, texts))
	var names []string
	for _, name := range files.Names() {
		if strings.HasPrefix(name, "search") {
			names = append(names, name)
		}
	}
	if diff := cmp.Diff([]string{"search-2.js", "search-3.js", "search.js"}, names); diff != "" {
		t.Error(diff)
	}
	if lines := indexOf(t, files); len(lines) != 5 {
		t.Errorf("%d pages are found", len(lines))
	}
	if !hasFinding(files.Findings, "search.js of the site is already taken by the site") {
		t.Errorf("findings %v", files.Findings)
	}
}

func hasFinding(findings []finding.Finding, message string) bool {
	for _, f := range findings {
		if strings.Contains(f.Message, message) {
			return true
		}
	}
	return false
}

// TestSearchEmpty has a book without chapters, and one without headings.
func TestSearchEmpty(t *testing.T) {
	files := mustRender(t, Input{Book: &book.Book{Dir: "notes", Title: "Empty"}})
	if lines := indexOf(t, files); lines != nil {
		t.Errorf("found %q", lines)
	}
	files = mustRender(t, parseFiles(t, true, map[string]string{"a.md": "no heading\n", "b.md": ""}))
	if diff := cmp.Diff([]string{"a.html|0||a|no heading", "b.html|0||b|"}, indexOf(t, files)); diff != "" {
		t.Error(diff)
	}
}

// BenchmarkSearch collects what the search finds of 1,000 pages.
func BenchmarkSearch(b *testing.B) {
	const pages = 1000
	texts := map[string]string{}
	for i := range pages {
		texts[fmt.Sprintf("%04d.md", i)] = strings.Repeat(fmt.Sprintf("## Section\n\nSome *words* of page %d.\n"+plainCode, i, i, i, i, i), 8)
	}
	s := &site{book: parseFiles(b, true, texts).Book}
	s.names = map[string]string{}
	for i, c := range s.book.Chapters {
		s.pages = append(s.pages, surveyPage(c, i, false))
	}
	for b.Loop() {
		s.surveySearch()
		s.renderSearch(&Files{byName: map[string]file{}})
	}
}
