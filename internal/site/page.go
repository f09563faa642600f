package site

import (
	"crypto/sha256"
	"encoding/hex"
	"html/template"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"

	"rtbook/internal/book"
	"rtbook/theme"
)

// page is a chapter on its way to becoming a file.
type page struct {
	chapter  *book.Chapter
	index    int    // in site.pages
	name     string // "part/one.html"
	dir      string // folder on the site, "" for the root, "part"
	place    int    // in the folder's pages
	home     string // from the page's folder to the root: "", "../"
	title    string
	lead     string // the beginning of the first paragraph, as text
	headings []heading
	top      *ast.Heading    // shown as the title though its level is a lower one; nil for most
	anchors  map[string]bool // ids that a link may lead to
	fences   map[ast.Node]*book.Fence
	aliases  []string // files that lead here
	markdown string   // address of the page's source, from the page; "" if it is not on the site
	body     []byte   // HTML, once it is rendered

	sweeps     map[string]bool   // files of sweeps that are the page's: their names were free
	recordings map[string]bool   // files of data that are the page's: their names were free
	data       map[string][]byte // these files, once the page is rendered
	explores   bool              // the page needs explore.js, which is known then, too

	environments map[string]environment

	refs        map[ast.Node]*book.Ref
	refNumbers  map[*book.Ref]int // from 1, by which their anchors differ
	sources     sources
	claims      map[ast.Node]*book.Claim
	firstClaims map[*book.Claim][]string // those of its ids that no earlier claim has
	inserts     map[ast.Node]*book.Insert
	terms       map[ast.Node][]termMark
}

type heading struct {
	level int
	id    string
	title string
}

// surveyPage notes what other pages and the page's own frame need of a chapter.
func surveyPage(c *book.Chapter, index int, q quotes) *page {
	name := c.Slug + ".html"
	p := &page{
		chapter: c,
		index:   index,
		name:    name,
		dir:     folderOf(name),
		home:    strings.Repeat("../", strings.Count(name, "/")),
		anchors: map[string]bool{},
		fences:  make(map[ast.Node]*book.Fence, len(c.Fences)),

		refs:        make(map[ast.Node]*book.Ref, len(c.Refs)),
		claims:      make(map[ast.Node]*book.Claim, len(c.Claims)),
		firstClaims: make(map[*book.Claim][]string),
		inserts:     make(map[ast.Node]*book.Insert),
	}
	for _, f := range c.Fences {
		p.fences[f.Node] = f
		if f.Cell != nil && (!f.Hide || f.Output != nil) {
			p.anchors[f.Cell.ID] = true
		}
	}
	p.environments = environments(c)
	p.surveyBlocks(c.Doc, q)
	if p.title == "" {
		p.title = q.text(c.Title)
	}
	p.promote()
	return p
}

// promote makes the title of the page out of a heading of a lower level, if the
// text has no title and begins with that heading, which then is the chapter's.
func (p *page) promote() {
	if p.hasTitle() || len(p.headings) == 0 {
		return
	}
	for n := p.chapter.Doc.FirstChild(); n != nil; n = n.NextSibling() {
		if h, ok := n.(*ast.Heading); ok && p.headings[0].title == p.title {
			p.top, p.headings[0].level = h, 1
		}
		if n.Kind() != ast.KindHTMLBlock { // a comment, most likely
			return
		}
	}
}

// folderOf returns the folder that a file of the site is in, "" for the root.
func folderOf(name string) string {
	if dir := path.Dir(name); dir != "." {
		return dir
	}
	return ""
}

// surveyBlocks notes the headings, and the first paragraph of the top level.
func (p *page) surveyBlocks(parent ast.Node, q quotes) {
	if parent == nil {
		return
	}
	for n := parent.FirstChild(); n != nil && n.Type() == ast.TypeBlock; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Heading:
			h := heading{level: n.Level, id: headingID(n), title: shownText(n, p.chapter.Text, q)}
			p.headings = append(p.headings, h)
			if p.title == "" && titleText(n, p.chapter.Text) == p.chapter.Title {
				p.title = h.title // which knows what is code, and has the HTML that the page shows
			}
			if h.id != "" {
				p.anchors[h.id] = true
			}
		case *ast.Paragraph:
			if p.lead == "" && parent.Kind() == ast.KindDocument {
				p.lead = shorten(shownText(n, p.chapter.Text, q), 160)
			}
		case *ast.FencedCodeBlock, *ast.CodeBlock, *ast.HTMLBlock, *ast.TextBlock:
		default:
			p.surveyBlocks(n, q)
		}
	}
}

// headingID returns the id that the parser gave a heading.
func headingID(n ast.Node) string {
	switch id, _ := n.AttributeString("id"); id := id.(type) {
	case []byte:
		return string(id)
	case string:
		return id
	}
	return ""
}

// plainText returns the text that a node's inline children show, without their
// markup.
func plainText(n ast.Node, source []byte) string { return shownText(n, source, false) }

// shownText is plainText with the quotation marks that the page has.
func shownText(n ast.Node, source []byte, q quotes) string { return inlineText(n, source, q, true) }

// titleText is plainText without HTML: what a chapter without a title of its own
// has for one, if n is its first heading.
func titleText(n ast.Node, source []byte) string { return inlineText(n, source, false, false) }

func inlineText(n ast.Node, source []byte, q quotes, raw bool) string {
	var b strings.Builder
	var visit func(ast.Node)
	visit = func(n ast.Node) {
		for c := n.FirstChild(); c != nil; c = c.NextSibling() {
			switch c := c.(type) {
			case *ast.Text:
				if c.IsRaw() || c.Parent().Kind() == ast.KindCodeSpan {
					b.Write(textOf(c, source))
				} else {
					b.Write(unescape(q.in(source, c.Segment.Start, c.Segment.Stop)))
				}
				if c.SoftLineBreak() || c.HardLineBreak() {
					b.WriteByte(' ')
				}
			case *ast.String:
				b.Write(c.Value)
			case *ast.AutoLink:
				b.Write(c.Label(source))
			case *ast.RawHTML:
				if raw && !isComment(rawHTML(c, source)) {
					b.Write(rawHTML(c, source))
				}
			default:
				visit(c)
			}
		}
	}
	visit(n)
	return strings.TrimSpace(b.String())
}

// shorten cuts a text after a word so that it has at most limit runes.
func shorten(s string, limit int) string {
	if utf8.RuneCountInString(s) <= limit {
		return s
	}
	cut := 0
	for i, n := 0, 0; n < limit; n++ {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == ' ' || cut == 0 && n == limit-1 {
			cut = i
		}
		i += size
	}
	return strings.TrimRight(s[:cut], " ,;:") + " …"
}

// themePage puts a page's frame around its body.
func (s *site) themePage(p *page, body []byte) *theme.Page {
	t := &theme.Page{
		Lang:        s.lang,
		Title:       p.title,
		Book:        s.title,
		Description: s.quotes.text(p.chapter.Summary),
		Root:        p.home,
		Home:        p.to(s.pages[0].name, ""),
		IsHome:      p.index == 0,
		Contents:    p.contents(),
		Body:        template.HTML(body),
		Provenance:  s.provenance(p),
		Markdown:    p.markdown,
		Report:      s.reportAddress(p.chapter.Path),
	}
	if s.whole {
		t.Whole = p.to(wholeName, "")
	}
	if p.explores {
		t.Scripts = []string{theme.ExploreName}
	}
	if s.preview != nil {
		t.Preview = s.preview.banner(p)
	}
	if t.IsHome {
		t.Title = s.title
		if t.Description == "" {
			t.Description = s.quotes.text(s.book.Description)
		}
	}
	if t.Description == "" {
		t.Description = p.lead
	}
	if s.book.URL != "" {
		t.Canonical = s.absolute(p.name)
	}
	t.Nav, t.More = s.nav(p)
	if p.index > 0 {
		t.Prev = s.link(p, s.pages[p.index-1])
	}
	if p.index+1 < len(s.pages) {
		t.Next = s.link(p, s.pages[p.index+1])
	}
	return t
}

// link returns the link to a page.
func (s *site) link(from, to *page) *theme.Link {
	return &theme.Link{Title: to.title, Href: from.to(to.name, "")}
}

// contents returns the headings of the second and third level, and that of the
// list of sources. A page with
// fewer than two has no use for a list of them.
func (p *page) contents() []theme.Heading {
	var list []theme.Heading
	for _, h := range p.headings {
		if (h.level == 2 || h.level == 3) && h.id != "" {
			list = append(list, theme.Heading{ID: h.id, Title: h.title, Sub: h.level == 3})
		}
	}
	if len(list) < 2 {
		return nil
	}
	if len(p.sources.list) > 0 {
		list = append(list, theme.Heading{ID: sourcesAnchor, Title: "Sources"})
	}
	return list
}

// hash returns the beginning of the SHA-256 of a chapter's source: enough to
// tell versions apart, short enough to be read.
func hash(source []byte) string {
	sum := sha256.Sum256(source)
	return hex.EncodeToString(sum[:6])
}
