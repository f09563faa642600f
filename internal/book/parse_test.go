package book

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"rtbook/internal/finding"
)

// files makes a file system of names and contents.
func files(pairs ...string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for i := 0; i < len(pairs); i += 2 {
		fsys[pairs[i]] = &fstest.MapFile{Data: []byte(pairs[i+1])}
	}
	return fsys
}

// texts returns the first line of each finding.
func texts(findings []finding.Finding) []string {
	var s []string
	for _, f := range findings {
		s = append(s, f.String())
	}
	return s
}

func wantFindings(t *testing.T, got []finding.Finding, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, texts(got)); diff != "" {
		t.Errorf("findings: -want +got\n%s", diff)
	}
}

func TestParseBook(t *testing.T) {
	b, found := Parse(files(
		"notes/book.yaml", "title: The book\ndescription: About\nlang: pt-BR\nurl: https://example.org/b\ntoolchain: go1.26.8\ntarget: linux/amd64\n",
		"notes/index.md", "# Welcome\n",
		"notes/01-one.md", "---\ntitle: One\nsummary: First\naliases: [uno]\n---\ntext\n\n```go {cell}\nx := 1\n```\n",
		"notes/img/a.svg", "", "notes/b.txt", "", "notes/.git/x", "", "other.md", "",
	), "notes")
	wantFindings(t, found)
	want := &Book{Dir: "notes", Title: "The book", Description: "About", Lang: "pt-BR", URL: "https://example.org/b/",
		Toolchain: "go1.26.8", Target: "linux/amd64", Assets: []string{"notes/b.txt", "notes/img/a.svg"}}
	chapters := b.Chapters
	b.Chapters = nil
	if diff := cmp.Diff(want, b); diff != "" {
		t.Errorf("book: -want +got\n%s", diff)
	}
	if len(chapters) != 2 {
		t.Fatalf("%d chapters", len(chapters))
	}
	index, one := chapters[0], chapters[1]
	if index.Slug != "index" || index.Title != "Welcome" || index.Path != "notes/index.md" {
		t.Errorf("index: %q %q %q", index.Slug, index.Title, index.Path)
	}
	if one.Slug != "01-one" || one.Title != "One" || one.Summary != "First" || !slices.Equal(one.Aliases, []string{"uno"}) {
		t.Errorf("one: %q %q %q %q", one.Slug, one.Title, one.Summary, one.Aliases)
	}
	if got, want := string(one.Text[:len(one.Text)-len("text\n\n```go {cell}\nx := 1\n```\n")]), "   \n          \n              \n              \n   \n"; got != want {
		t.Errorf("front matter became %q, want %q", got, want)
	}
}

func TestParseFaults(t *testing.T) {
	tests := []struct {
		name string
		fsys fs.FS
		want []string
	}{
		{"no folder", files("a.md", ""), []string{"notes: there is no such folder"}},
		{"a file", files("notes", ""), []string{"notes: not a folder"}},
		{"no chapters", files("notes/book.yaml", "title: x"), []string{"notes: the book has no chapters"}},
		{"no Markdown", files("notes/a.txt", ""), []string{"notes: no Markdown in this folder"}},
		{"book.yaml", files("notes/01-a.md", "", "notes/book.yaml", "titel: x\ntoolchain: 1.26\ntarget: linux\nurl: example.org\nlang: x_y\n"), []string{
			"notes/book.yaml:1:1: unknown key titel",
			`notes/book.yaml:2:12: toolchain: "1.26" is not a Go release such as go1.26.8`,
			`notes/book.yaml:3:9: target: "linux" is not a target such as linux/amd64`,
			`notes/book.yaml:4:6: url: "example.org" is not an address such as https://example.org/book/`,
			`notes/book.yaml:5:7: lang: "x_y" is not a language tag such as en or pt-BR`,
		}},
		{"what book.yaml says of prose", files("notes/01-a.md", "", "notes/book.yaml", "title: x\nledger: ../ledger.yaml\nnumerals: yes\n"), []string{
			`notes/book.yaml:2:9: ledger: "../ledger.yaml" is not a YAML file beside the chapters`,
			`notes/book.yaml:3:11: numerals: numerals cannot be "yes"`,
		}},
		{"what book.yaml says of the site", files("notes/01-a.md", "", "notes/book.yaml", "title: x\ntheme: ../look\nrepository: example.org/book\nissues: me@example.org\n"), []string{
			`notes/book.yaml:2:8: theme: "../look" is not a folder beside the chapters`,
			`notes/book.yaml:3:13: repository: "example.org/book" is not an address such as https://example.org/book`,
			`notes/book.yaml:4:9: issues: "me@example.org" is not an address such as https://example.org/book/issues`,
		}},
		{"book.yaml that is not UTF-8", files("notes/01-a.md", "", "notes/book.yaml", "lang: en\ntitle: \xe9\n"), []string{"notes/book.yaml:2:8: not UTF-8: byte 0xe9"}},
		{"book.yaml with a byte order mark", files("notes/01-a.md", "", "notes/book.yaml", "\ufefftitle: x\n"), nil},
		{"its first line", files("notes/01-a.md", "", "notes/book.yaml", "\ufefftitel: x\ntoolchian: y\n"), []string{
			"notes/book.yaml:1:4: unknown key titel", "notes/book.yaml:2:1: unknown key toolchian"}},
		{"book.yaml with control characters", files("notes/01-a.md", "", "notes/book.yaml", "title: \"\\0\"\n"), []string{"notes/book.yaml:1:8: title has a control character in it"}},
		{"a chapter 0 comes after the opening page", files("notes/book.yaml", "title: x", "notes/00-a.md", "", "notes/index.md", "", "notes/0-b.md", ""), []string{
			"notes/00-a.md: chapter number 0 is taken by 0-b.md",
		}},
		{"no title", files("notes/01-a.md", "", "notes/book.yaml", "lang: en\n"), []string{"notes/book.yaml:1:1: the book has no title"}},
		{"not UTF-8", files("notes/book.yaml", "title: x",
			"notes/01-a.md", "fine\n\xe9t\xe9\n", "notes/02-b.md", "```go {cel}\n```\n", "notes/03-c.md", "\xff\xfea\x00"), []string{
			"notes/01-a.md:2:1: not UTF-8: byte 0xe9",
			"notes/02-b.md:1:8: unknown attribute cel",
			"notes/03-c.md:1:1: not UTF-8: byte 0xff",
		}},
		{"cannot be read", failFS{files("notes/book.yaml", "title: x", "notes/01-a.md", "", "notes/02-b.md", "```go {cel}\n```\n", "notes/a.svg", ""), "notes/01-a.md notes/a.svg"}, []string{
			"notes/01-a.md: cannot be read: permission denied",
			"notes/02-b.md:1:8: unknown attribute cel",
			"notes/a.svg: cannot be read: permission denied",
		}},
		{"book.yaml cannot be read", failFS{files("notes/book.yaml", ""), "notes/book.yaml"}, []string{"notes/book.yaml: cannot be read: permission denied"}},
		{"carriage returns alone", files("notes/book.yaml", "title: x", "notes/01-a.md", "a\r\nb\rc\n"), []string{
			"notes/01-a.md:2:2: a carriage return alone does not end a line",
		}},
		{"front matter in a plain folder", files("notes/a.md", "---\ntitle: [a\n---\n", "notes/b.md", "---\ntitle: x\n", "notes/c.md", "---\ntitle: [a]\n---\n"), []string{
			"notes/a.md:2:8: warning: sequence end token ']' not found",
		}},
		{"a pipe", fstest.MapFS{
			"notes/book.yaml": {Data: []byte("title: x")},
			"notes/01-a.md":   {},
			"notes/02-b.md":   {Mode: fs.ModeNamedPipe},
		}, []string{"notes/02-b.md: not a regular file"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b, found := Parse(test.fsys, "notes")
			if b == nil {
				t.Fatal("no book")
			}
			wantFindings(t, found, test.want...)
		})
	}
}

// failFS fails to open the files named in fails.
type failFS struct {
	fstest.MapFS
	fails string
}

func (f failFS) Open(name string) (fs.File, error) {
	if slices.Contains(strings.Fields(f.fails), name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: errors.New("permission denied")}
	}
	return f.MapFS.Open(name)
}

func (f failFS) ReadFile(name string) ([]byte, error) {
	if _, err := f.Open(name); err != nil {
		return nil, err
	}
	return f.MapFS.ReadFile(name)
}

// TestParseSite has what book.yaml says of the site.
func TestParseSite(t *testing.T) {
	b, found := Parse(files("notes/book.yaml",
		"title: x\ntheme: my/look\nrepository: https://example.org/b\nissues: mailto:me@example.org\ncommand: go tool rtbook\n",
		"notes/01-a.md", "", "notes/my/look/style.css", ""), "notes")
	if len(found) > 0 {
		t.Fatal(found)
	}
	if b.Theme != "notes/my/look" || b.ThemePos != (finding.Pos{File: "notes/book.yaml", Line: 2, Col: 8}) {
		t.Errorf("theme %q at %v", b.Theme, b.ThemePos)
	}
	if b.Repository != "https://example.org/b" || b.Issues != "mailto:me@example.org" || b.Command != "go tool rtbook" {
		t.Errorf("repository %q, issues %q, command %q", b.Repository, b.Issues, b.Command)
	}
}

// TestParseRecords has files that the book is checked by: they are not for its
// readers.
func TestParseRecords(t *testing.T) {
	b, found := Parse(files(
		"notes/book.yaml", "title: x\nledger: sub/claims.yaml\nnumerals: checked\n", "notes/01-a.md", "",
		"notes/sub/claims.yaml", "", "notes/toolchains.yaml", "", "notes/ledger.yaml", "", "notes/sub/toolchains.yaml", "",
	), "notes")
	if len(found) > 0 {
		t.Fatal(found)
	}
	if diff := cmp.Diff([]string{"notes/ledger.yaml", "notes/sub/toolchains.yaml"}, b.Assets); diff != "" {
		t.Errorf("assets: -want +got\n%s", diff)
	}
	if b.LedgerPath != "notes/sub/claims.yaml" || b.LedgerPos != (finding.Pos{File: "notes/book.yaml", Line: 2, Col: 9}) || b.Numerals != NumeralsChecked {
		t.Errorf("ledger %q at %v, numerals %q", b.LedgerPath, b.LedgerPos, b.Numerals)
	}
	if b, _ := Parse(files("notes/a.md", "", "notes/toolchains.yaml", ""), "notes"); len(b.Assets) != 1 {
		t.Errorf("a plain folder's assets are %q", b.Assets)
	}
}

func TestParseLinks(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	link := func(target, name string) {
		t.Helper()
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Skip(err)
		}
	}
	write("secret.md", "# Secret\n")
	write("book/shared/inside.md", "# Inside\n")
	write("book/notes/book.yaml", "title: x\n")
	write("book/notes/01-a.md", "# A\n")
	link("../shared/inside.md", "book/notes/02-b.md")
	link("../../secret.md", "book/notes/03-c.md")
	link(filepath.Join(dir, "secret.md"), "book/notes/04-d.md")
	link("05-e.md", "book/notes/05-e.md")
	link("gone.md", "book/notes/06-f.md")
	link("../..", "book/shared/up")
	link("../shared/up/secret.md", "book/notes/secret.txt")
	link("../shared", "book/notes/folder")
	write("book/dangling/01-a.md", "```go {cell}\n```\n")
	link("gone.yaml", "book/dangling/book.yaml")
	want := []string{
		"notes/03-c.md: symbolic link that leads out of the book",
		"notes/04-d.md: symbolic link that leads out of the book",
		"notes/05-e.md: symbolic links in a circle",
		"notes/06-f.md: symbolic link to a file that is not there",
		"notes/secret.txt: symbolic link that leads out of the book",
	}
	root, err := os.OpenRoot(filepath.Join(dir, "book"))
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	for name, fsys := range map[string]fs.FS{"os.DirFS": os.DirFS(filepath.Join(dir, "book")), "os.Root": root.FS()} {
		t.Run(name, func(t *testing.T) {
			b, found := Parse(fsys, "notes")
			wantFindings(t, found, want...)
			var titles []string
			for _, ch := range b.Chapters {
				titles = append(titles, ch.Title)
			}
			if !slices.Equal(titles, []string{"A", "Inside"}) || len(b.Assets) != 0 {
				t.Errorf("chapters %q, assets %q", titles, b.Assets)
			}
			// A book.yaml that leads nowhere does not make its folder plain.
			b, found = Parse(fsys, "dangling")
			wantFindings(t, found, "dangling/book.yaml: cannot be read: no such file or directory")
			if b.Plain {
				t.Error("plain: its cells would silently not run")
			}
		})
	}
}

// toc returns the chapters of a plain folder as its table of contents.
func toc(b *Book) string {
	var s strings.Builder
	for _, ch := range b.Chapters {
		if ch.Part != "" {
			fmt.Fprintf(&s, "[%s]\n", ch.Part)
		}
		if ch.Unlisted {
			s.WriteString("unlisted ")
		}
		fmt.Fprintf(&s, "%s%s %q\n", strings.Repeat("  ", ch.Depth), ch.Slug, ch.Title)
	}
	return s.String()
}

func TestParsePlain(t *testing.T) {
	fsys := files(
		"README.md", "Hello\n=====\n",
		"b.md", "no heading\n",
		"a.MD", "---\ntitle: Front\ntags: [x]\ndate: 2020-01-01\n---\n# Heading\n",
		"two words.markdown", "```go {celll}\n)\n```\n```rust,ignore\n```\n",
		"part/z.md", "## Z\n",
		"part/index.md", "# Part\n",
		"part/README.md", "# Read me\n",
		"part/deep/y.md", "# Y *and* `more`\n",
		"part/img/a.png", "",
		"out/index.html", "", "out/x.md", "",
		".hidden.md", "", ".git/config.md", "",
		"LICENSE", "",
	)
	for _, sub := range []string{".", "src"} {
		t.Run(sub, func(t *testing.T) {
			prefix, tree := "", fsys
			if sub != "." {
				prefix, tree = sub+"/", fstest.MapFS{}
				for name, f := range fsys {
					tree[sub+"/"+name] = f
				}
			}
			b, found := Parse(tree, sub, prefix+"out")
			wantFindings(t, found)
			if !b.Plain {
				t.Error("not plain")
			}
			want := `index "Hello"
a "Front"
b "b"
  part/index "Part"
  part/README "Read me"
[part/deep]
    part/deep/y "Y and more"
  part/z "Z"
two words "two words"
`
			// A folder's own page stands one level above the others in it.
			want = strings.Replace(want, "  part/index", "part/index", 1)
			if diff := cmp.Diff(want, toc(b)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			if !slices.Equal(b.Assets, []string{prefix + "LICENSE", prefix + "part/img/a.png"}) {
				t.Errorf("assets %q", b.Assets)
			}
		})
	}
}

func TestParseSummary(t *testing.T) {
	b, found := Parse(files(
		"SUMMARY.md", `# Summary

[Preface](README.md)

# First part

- [One](one.md)
    - [Two, *nested*](dir/two.md#here)
- [Draft]()
- Group
  - [Three](./three.md)
  - [Nowhere](dir/tow.md)

---

## Second part

* **[Four](/dir/)**
* [Elsewhere](https://example.org/x.md)
* [Again](one.md "title")
* [Spaces](<with%20space.md>)
`,
		"README.md", "# Book\n", "one.md", "", "dir/two.md", "", "three.md", "# III\n", "dir/README.md", "", "with space.md", "", "left.md", "# Left\n",
	), ".")
	wantFindings(t, found, "SUMMARY.md:12:15: warning: no such file: dir/tow.md")
	if found[0].Hint != "did you mean dir/two.md?" {
		t.Errorf("hint %q", found[0].Hint)
	}
	want := `index "Book"
[First part]
one "One"
  dir/two "Two, nested"
[Group]
  three "III"
[Second part]
dir/index "Four"
with space "Spaces"
unlisted left "Left"
`
	if diff := cmp.Diff(want, toc(b)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestPlainReturns(t *testing.T) {
	b, found := Parse(files("a.md", "# A\r\rtext\r"), ".")
	wantFindings(t, found)
	if b.Chapters[0].Title != "A" {
		t.Errorf("title %q", b.Chapters[0].Title)
	}
}

func TestOpeningPageIsFirst(t *testing.T) {
	b, _ := Parse(files("notes/book.yaml", "title: x", "notes/00-a.md", "", "notes/index.md", "", "notes/01-b.md", ""), "notes")
	var got []string
	for _, ch := range b.Chapters {
		got = append(got, ch.Slug)
	}
	if want := []string{"index", "00-a", "01-b"}; !slices.Equal(got, want) {
		t.Errorf("order %q, want %q", got, want)
	}
}

func TestContentPos(t *testing.T) {
	ch := parseOne([]byte("# T\n\n  ```text {output}\n  one\n two\n\tthree\n  ```\n"))
	f := ch.Fences[0]
	for text, want := range map[string]string{
		"one": "notes/01-a.md:4:3", "ne": "notes/01-a.md:4:4",
		"two": "notes/01-a.md:5:2", "three": "notes/01-a.md:6:2",
	} {
		if got := ch.ContentPos(f, strings.Index(f.Content, text)).String(); got != want {
			t.Errorf("%s is at %s, want %s", text, got, want)
		}
	}
	if got, want := ch.ContentPos(f, len(f.Content)).String(), "notes/01-a.md:7:1"; got != want {
		t.Errorf("the end is at %s, want %s", got, want)
	}
}

func TestCells(t *testing.T) {
	b, _ := Parse(files("notes/book.yaml", "title: x",
		"notes/02-b.md", "```go {cell}\n```\n", "notes/01-a.md", "```go {check}\n```\n\n```go {cell=x}\n```\n"), "notes")
	var got []string
	for _, c := range b.Cells() {
		got = append(got, c.Chapter+"#"+c.ID)
	}
	if want := []string{"notes/01-a.md#cell-1", "notes/01-a.md#x", "notes/02-b.md#cell-1"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestLongDocuments parses documents whose time would be hours if anything
// looked through all of them for each of its parts.
func TestLongDocuments(t *testing.T) {
	if testing.Short() {
		t.Skip("a few seconds")
	}
	for name, doc := range map[string]string{
		"many fences":  strings.Repeat("```go {cell}\nx := 1\n```\n\n```text {output}\n1\n```\n\n", 50_000),
		"many go":      strings.Repeat("```go\nx := 1\n```\n\n", 100_000),
		"many faults":  strings.Repeat("```go {cel}\n```\n\n", 100_000),
		"a long cell":  "```go {cell}\n" + strings.Repeat("x = 1\n", 1<<19) + "```\n",
		"many details": strings.Repeat("<details>\n\n", 10_000),
	} {
		t.Run(name, func(t *testing.T) {
			if ch := parseOne([]byte(doc)); ch == nil || ch.Doc == nil {
				t.Error("no chapter")
			}
		})
	}
}
