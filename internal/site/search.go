package site

import (
	"bytes"
	"fmt"
	"net/url"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
	"golang.org/x/sync/errgroup"

	"rtbook/internal/book"
)

// What the search looks through is text: that of headings with the prose below
// them, code, and outputs. Each entry has the anchor nearest to it: of the cell,
// or of the heading. It is written into data files, [searchName] and, for a book
// with more than searchLimit of it, search-2.js and so on, which the theme's
// finder reads one after the other, and indexes on the reader's machine: an index
// made here would be larger than the text, and has to be loaded as well.
//
// Code that is not shown is not found, but for single lines that are hidden, which
// a reader can have shown.

// searchName is the file that the finder asks for first.
const searchName = "search.js"

// searchLimit is the size of a data file, in bytes of text, at which another is
// begun. A page is not divided.
const searchLimit = 1 << 20

// entryKind says what an entry of the index is. finder.js has the same numbers.
type entryKind int

const (
	proseEntry entryKind = iota
	codeEntry
	outputEntry
)

// entry is a text that the search can find.
type entry struct {
	kind   entryKind
	anchor string // "" is the top of the page
	title  string // of the heading, or the name of the cell
	text   string // with single blanks, in prose
}

// append appends an entry as finder.js reads it.
func (e entry) append(data []byte) []byte {
	data = append(data, '[', byte('0'+e.kind), ',')
	data = append(appendString(data, e.anchor), ',')
	data = append(appendString(data, e.title), ',')
	return append(appendString(data, e.text), ']')
}

// appendString appends a string of JSON that may stand in a script: nothing in it
// ends one. encoding/json would take longer than all of the rendering.
func appendString(data []byte, s string) []byte {
	data = append(data, '"')
	for from := 0; ; {
		at := from
		for at < len(s) && !special[s[at]] {
			at++
		}
		data = append(data, s[from:at]...)
		if at == len(s) {
			return append(data, '"')
		}
		switch c := s[at]; {
		case c == '"' || c == '\\':
			data = append(data, '\\', c)
		case c == '\n':
			data = append(data, '\\', 'n')
		case c == '\t':
			data = append(data, '\\', 't')
		case c == 0xe2: // of the line separators that JavaScript once knew, and of others
			if strings.HasPrefix(s[at:], "\u2028") || strings.HasPrefix(s[at:], "\u2029") {
				data = append(data, `\u202`...)
				data = append(data, '8'+s[at+2]-0xa8)
				at += 2
			} else {
				data = append(data, c)
			}
		default:
			data = fmt.Appendf(data, `\u%04x`, c)
		}
		from = at + 1
	}
}

// special are the bytes that a string of JSON in a script cannot have as they are,
// or not all of them.
var special = func() (set [256]bool) {
	for _, c := range "\"\\<>&\x7f" {
		set[c] = true
	}
	for c := range 0x20 {
		set[c] = true
	}
	set[0xe2] = true
	return set
}()

// surveySearch collects what the search finds, and takes the names of its files.
func (s *site) surveySearch() {
	pages := make([][]byte, len(s.pages))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, p := range s.pages {
		group.Go(func() error {
			pages[i] = s.searchPage(p)
			return nil
		})
	}
	_ = group.Wait() // none fails
	s.search = [][]byte{nil}
	for _, p := range pages {
		last := len(s.search) - 1
		switch data := s.search[last]; {
		case data == nil:
			s.search[last] = slices.Clip(p)
		case len(data)+len(p) > searchLimit:
			s.search = append(s.search, slices.Clip(p))
		default:
			s.search[last] = append(append(data, ",\n"...), p...)
		}
	}
	for i := range s.search {
		s.names[searchFile(i)] = "the site"
	}
}

// searchFile returns the name of the data file number i, from 0.
func searchFile(i int) string {
	if i == 0 {
		return searchName
	}
	return "search-" + strconv.Itoa(i+1) + ".js"
}

// renderSearch writes the data files.
func (s *site) renderSearch(files *Files) {
	for i, pages := range s.search {
		name := searchFile(i)
		data := make([]byte, 0, len(pages)+64)
		data = fmt.Appendf(data, `rtbook.data(%q,{"files":%d,"pages":[`, strings.TrimSuffix(name, ".js"), len(s.search))
		data = append(append(data, pages...), "]})\n"...)
		files.byName[name] = file{data: data}
	}
}

// searchPage returns what the search finds on a page, as finder.js reads it.
func (s *site) searchPage(p *page) []byte {
	c := &collector{site: s, page: p, source: p.chapter.Text}
	c.begin("", p.title)
	c.add(p.chapter.Summary)
	if p.chapter.Doc != nil {
		c.blocks(p.chapter.Doc)
	}
	c.end()
	data := make([]byte, 0, len(p.chapter.Text)+len(p.chapter.Text)/8+256)
	data = append(appendString(append(data, '['), (&url.URL{Path: p.name}).String()), ',')
	data = append(appendString(data, p.title), ",["...)
	for i, e := range c.entries {
		if i > 0 {
			data = append(data, ',')
		}
		data = e.append(data)
	}
	return append(data, "]]"...)
}

// collector walks a chapter and collects its entries.
type collector struct {
	site    *site
	page    *page
	source  []byte
	entries []entry

	anchor, title string // of the part that the walk is in
	prose         strings.Builder
	after         []entry // of that part, with anchors or kinds of their own
}

// begin begins the part below a heading.
func (c *collector) begin(anchor, title string) {
	c.end()
	c.anchor, c.title = anchor, title
}

// end ends a part. One without text is found by its heading.
func (c *collector) end() {
	if c.title != "" || c.prose.Len() > 0 {
		c.entries = append(c.entries, entry{proseEntry, c.anchor, c.title, c.prose.String()})
	}
	c.entries = append(c.entries, c.after...)
	c.prose.Reset()
	c.after, c.title = nil, ""
}

// add adds a text to the prose of the part.
func (c *collector) add(text string) {
	for word := range strings.FieldsSeq(text) {
		if c.prose.Len() > 0 {
			c.prose.WriteByte(' ')
		}
		c.prose.WriteString(word)
	}
}

// code adds code or an output.
func (c *collector) code(kind entryKind, anchor, title string, text []byte) {
	if s := strings.TrimSpace(string(text)); s != "" {
		c.after = append(c.after, entry{kind, anchor, title, s})
	}
}

// blocks collects the text of the blocks in a block.
func (c *collector) blocks(parent ast.Node) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		c.block(n)
	}
}

func (c *collector) block(n ast.Node) {
	switch n := n.(type) {
	case *ast.Heading:
		anchor := headingID(n)
		if n.Level == 1 && len(c.entries) == 0 || n == c.page.top {
			anchor = "" // the top of the page
		}
		title := shownText(n, c.source, c.site.quotes)
		if anchor == "" && title == c.title {
			return // its own title, which the walk began with
		}
		c.begin(anchor, title)
	case *ast.FencedCodeBlock:
		c.fence(n)
	case *ast.CodeBlock:
		c.code(codeEntry, c.anchor, c.title, content(n, c.source))
	case *ast.HTMLBlock:
		c.html(n)
	case *book.Details:
		c.add(n.Summary)
		c.blocks(n)
	case *east.FootnoteList:
		c.footnotes(n)
	default:
		if n.Type() == ast.TypeBlock && n.FirstChild() != nil && n.FirstChild().Type() == ast.TypeBlock {
			c.blocks(n)
			return
		}
		c.add(plainText(n, c.source))
	}
}

// fence collects a fence as it is shown: see [body.fence].
func (c *collector) fence(n *ast.FencedCodeBlock) {
	text := content(n, c.source)
	f := c.page.fences[n]
	switch {
	case f == nil || f.Cell == nil && (f.Role != book.RoleOutput || f.Of == nil):
		c.code(codeEntry, c.anchor, c.title, text)
	case f.Role == book.RoleOutput:
		c.code(outputEntry, f.Of.Cell.ID, cellName(f.Of.Cell), text)
	case !f.Hide:
		name := cellName(f.Cell)
		if f.Role == book.RoleFile && f.Cell.Path != "" {
			name = f.Cell.Path
		}
		c.code(codeEntry, f.Cell.ID, name, withoutComments(f, text))
	}
}

// html collects HTML that is shown as text, and the table of claims.
func (c *collector) html(n *ast.HTMLBlock) {
	var raw bytes.Buffer
	for i := range n.Lines().Len() {
		line := n.Lines().At(i)
		raw.Write(line.Value(c.source))
	}
	if !isComment(raw.Bytes()) {
		c.add(raw.String())
		return
	}
	if c.page != c.site.ledgerPage || c.page.inserts[n] == nil || c.page.inserts[n].Name != book.InsertLedger {
		return
	}
	for _, r := range c.site.prose.Ledger.Rows {
		text := strings.ReplaceAll(r.Claim+" "+r.Statement, "`", "") // which make code of what is between
		c.after = append(c.after, entry{proseEntry, rowAnchor(r.ID), r.ID + ": " + r.Verdict, strings.Join(strings.Fields(text), " ")})
	}
}

// footnotes collects footnotes, which stand at the end of a page and have
// anchors of their own.
func (c *collector) footnotes(list *east.FootnoteList) {
	for n := list.FirstChild(); n != nil; n = n.NextSibling() {
		if note, ok := n.(*east.Footnote); ok {
			c.begin("fn:"+strconv.Itoa(note.Index), "Footnote "+strconv.Itoa(note.Index))
			c.blocks(note)
		}
	}
}
