package site

import (
	"strings"
	"testing"
)

func TestRelative(t *testing.T) {
	tests := []struct{ dir, name, want string }{
		{"", "a.html", "a.html"},
		{"", "a/b.html", "a/b.html"},
		{"a", "b.html", "../b.html"},
		{"a", "a/b.html", "b.html"},
		{"a/b", "a/c/d.html", "../c/d.html"},
		{"a/b", "x.html", "../../x.html"},
		{"a", "ab/c.html", "../ab/c.html"},
	}
	for _, test := range tests {
		if got := relative(test.dir, test.name); got != test.want {
			t.Errorf("relative(%q, %q) = %q, want %q", test.dir, test.name, got, test.want)
		}
	}
}

// TestResolve has links as authors write them in one chapter.
func TestResolve(t *testing.T) {
	in := map[string]string{
		"docs/README.md":       "# Home\n",
		"docs/part/one.md":     "# One\n\n## Two words\n",
		"docs/part/two.md":     "# Two\n",
		"docs/part/sub/x.md":   "# X\n",
		"docs/img/a b.png":     "png",
		"docs/part/README.md":  "# Part\n",
		"docs/part/file.go":    "package part\n",
		"docs/no index/y.md":   "# Y\n",
		"elsewhere/outside.md": "# Out\n",
	}
	fsys := mapFS(in)
	s := &site{book: parse(t, fsys, "docs")}
	s.survey(&Files{byName: map[string]file{}})
	from := s.byPath["docs/part/one.md"]
	tests := []struct{ dest, want, missing string }{
		{"two.md", "two.html", ""},
		{"./two.md", "two.html", ""},
		{"two.md#two", "two.html#two", ""},
		{"two.md#none", "two.html#none", `no heading or cell "none" in docs/part/two.md`},
		{"one.md#two-words", "#two-words", ""},
		{"#two-words", "#two-words", ""},
		{"#none", "#none", `no heading or cell "none" in this chapter`},
		{"#fn:1", "#fn:1", ""},
		{"../README.md", "../index.html", ""},
		{"..", "../index.html", ""},
		{"../", "../index.html", ""},
		{".", "index.html", ""},
		{"sub", "sub/x.html", ""},
		{"sub/", "sub/x.html", ""},
		{"../no%20index/", "../no%20index/y.html", ""},
		{"../img/a%20b.png", "../img/a%20b.png", ""},
		{"../img/a b.png", "../img/a%20b.png", ""},
		{"file.go", "file.go", ""},
		{"file.go#L3", "file.go#L3", ""},
		{"/part/two.md", "two.html", ""},
		{"/docs/part/two.md", "two.html", ""},
		{"two.html", "two.html", ""},
		{"/part/two.html#two", "two.html#two", ""},
		{"three.html", "three.html", `no file "three.html" that is part of the site`},
		{"../../elsewhere/outside.md", "../../elsewhere/outside.md", `no file "../../elsewhere/outside.md" that is part of the site`},
		{"../../../../etc/passwd", "../../../../etc/passwd", `no file "../../../../etc/passwd" that is part of the site`},
		{"none.md", "none.md", `no file "none.md" that is part of the site`},
		{"https://go.dev/x.md", "https://go.dev/x.md", ""},
		{"//go.dev/x.md", "//go.dev/x.md", ""},
		{"mailto:a@example.org", "mailto:a@example.org", ""},
		{"", "", ""},
		{"%zz", "%zz", ""},
	}
	for _, test := range tests {
		got, missing := s.resolve(from, test.dest)
		if got != test.want || missing != test.missing {
			t.Errorf("resolve(%q) = %q, %q\nwant %q, %q", test.dest, got, missing, test.want, test.missing)
		}
	}
}

// TestLinkToHTML has a link as it would be on the site: in a book it would lead
// nowhere where its Markdown is read.
func TestLinkToHTML(t *testing.T) {
	_, findings := render(t, map[string]string{"notes/book.yaml": bookYAML, "notes/index.md": "# Start\n", "notes/01-one.md": "# One\n\n[start](index.html)\n"}, "notes", nil)
	if len(findings) != 1 || findings[0].Line != 3 {
		t.Errorf("findings: %+v", findings)
	}
}

// TestPlace finds the line and column of a link that leads nowhere.
func TestPlace(t *testing.T) {
	_, findings := render(t, map[string]string{"a.md": "---\ntitle: A\n---\n\n# A\n\nSee\nthe [**x**](none.md) there.\n\n![y](none.png)\n"}, ".", nil)
	var got []string
	for _, f := range findings {
		got = append(got, strings.Join([]string{f.File, at(f.Line, f.Col)}, ":"))
	}
	if want := "a.md:8:5 a.md:10:1"; strings.Join(got, " ") != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestRemoteImage has an image that a book, unlike a plain folder, may not have.
func TestRemoteImage(t *testing.T) {
	const text = "# One\n\n![x](https://example.org/x.png) [y](https://example.org/y.png)\n"
	if _, findings := render(t, map[string]string{"a.md": text}, ".", nil); len(findings) > 0 {
		t.Errorf("in a plain folder: %+v", findings)
	}
	_, findings := render(t, map[string]string{"notes/book.yaml": bookYAML, "notes/index.md": "# Start\n", "notes/01-one.md": text}, "notes", nil)
	if len(findings) != 1 || findings[0].Line != 3 || !strings.Contains(findings[0].Message, "x.png") {
		t.Errorf("in a book: %+v", findings)
	}
}
