package book

import (
	"bytes"
	"io/fs"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"

	"rtbook/internal/finding"
)

// orderBySummary orders the chapters of a plain folder by its SUMMARY.md.
func orderBySummary(b *Book, t *tree, name string, bySource map[string]*Chapter) []finding.Finding {
	src, err := fs.ReadFile(t.fsys, name)
	if err != nil {
		return []finding.Finding{unreadable(name, err)}
	}
	page := &Chapter{Path: name, Source: src}
	if fs, ok := parseChapter(page, Markdown(), true); !ok {
		return fs
	}
	s := summary{page: page, dir: b.Dir, bySource: bySource, listed: map[*Chapter]bool{}}
	s.report.ch = page
	s.blocks(page.Doc, 0)
	for _, ch := range b.Chapters {
		if !s.listed[ch] {
			ch.Unlisted = true
			s.order = append(s.order, ch)
		}
	}
	b.Chapters = s.order
	return s.report.findings
}

// summary reads a SUMMARY.md.
type summary struct {
	page     *Chapter
	dir      string
	bySource map[string]*Chapter
	listed   map[*Chapter]bool
	order    []*Chapter
	part     string // heading for the next page
	report   reporter
}

// blocks reads the children of n, which are depth lists deep.
func (s *summary) blocks(n ast.Node, depth int) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Heading:
			// The first heading is the summary's own title.
			if c.PreviousSibling() != nil || c.Level > 1 {
				s.part = plainText(c, s.page.Text)
			}
		case *ast.List:
			for item := c.FirstChild(); item != nil; item = item.NextSibling() {
				s.blocks(item, depth+1)
			}
		case *ast.Paragraph, *ast.TextBlock:
			s.entry(c, max(depth-1, 0))
		}
	}
}

// entry reads a line of the summary: links to pages, or text that stands above
// the pages nested in it.
func (s *summary) entry(n ast.Node, depth int) {
	links := 0
	_ = ast.Walk(n, func(c ast.Node, entering bool) (ast.WalkStatus, error) {
		if link, ok := c.(*ast.Link); ok && entering {
			links++
			s.link(link, depth)
		}
		return ast.WalkContinue, nil
	})
	if _, nested := n.NextSibling().(*ast.List); nested && links == 0 {
		s.part = strings.TrimSpace(plainText(n, s.page.Text))
	}
}

func (s *summary) link(link *ast.Link, depth int) {
	dest := string(link.Destination)
	u, err := url.Parse(dest)
	if err != nil || u.Scheme != "" || u.Host != "" || u.Path == "" {
		return // elsewhere, into a page, or a draft that has no page yet
	}
	name := path.Join(s.dir, strings.TrimPrefix(u.Path, "/"))
	ch := s.bySource[name]
	if ch == nil && strings.HasSuffix(u.Path, "/") {
		for _, index := range []string{"index.md", "README.md"} {
			if ch == nil {
				ch = s.bySource[path.Join(name, index)]
			}
		}
	}
	if ch == nil {
		if isMarkdown(name) || path.Ext(name) == "" {
			s.missing(link, u.Path, name)
		}
		return
	}
	if s.listed[ch] {
		return
	}
	s.listed[ch] = true
	ch.Title = strings.TrimSpace(plainText(link, s.page.Text)) // if it has none of its own
	ch.Depth, ch.Part = depth, s.part
	s.part = ""
	s.order = append(s.order, ch)
}

// missing reports a link to a page that is not there.
func (s *summary) missing(link *ast.Link, dest, name string) {
	names := make([]string, 0, len(s.bySource))
	for n := range s.bySource {
		names = append(names, relative(s.dir, n))
	}
	slices.Sort(names)
	hint := "every page of the summary is a file beside or below it"
	if near := finding.Nearest(relative(s.dir, name), names); near != "" {
		hint = "did you mean " + near + "?"
	}
	s.report.at(s.placeOf(link), hint, "no such file: %s", clip(dest)).Warning = true
}

// placeOf returns where a link's destination stands.
func (s *summary) placeOf(link *ast.Link) int {
	at := max(link.Pos(), 0)
	line, _ := cutLine(s.page.Text[at:])
	if i := bytes.Index(line, []byte("](")); i >= 0 {
		return at + i + len("](")
	}
	return at
}
