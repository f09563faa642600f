package site

import (
	"bytes"
	stdhtml "html"
	"net/url"
	"strconv"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"

	"rtbook/internal/book"
	"rtbook/internal/finding"
	"rtbook/theme"
)

// body renders the tree of one chapter. Nodes that it does not know better
// about are rendered by goldmark.
type body struct {
	site     *site
	page     *page
	titled   bool // the first heading of level 1 has been written
	findings []finding.Finding
	marks    map[ast.Node][]theme.Finding // what is shown before a block; nil if the site is no preview

	renderer renderer.Renderer // of the tree
	asked    map[ast.Node]bool // lists that are shown with their cells

	figures, tables int               // displays so far, by what their captions call them
	explores        bool              // there is something that explore.js makes move
	data            map[string][]byte // files that the displays need, by name
}

// renderBody renders a chapter's tree, with a title if it has none of its own.
func (s *site) renderBody(p *page) ([]byte, []finding.Finding, error) {
	var buf bytes.Buffer
	buf.Grow(4 * len(p.chapter.Text))
	b := &body{site: s, page: p, data: map[string][]byte{}}
	defer func() { p.explores, p.data = b.explores, b.data }()
	w := &writer{Buffer: &buf}
	if !p.hasTitle() {
		_, _ = w.WriteString("<h1>" + stdhtml.EscapeString(p.title) + "</h1>\n")
		b.afterTitle(w)
	}
	if p.chapter.Doc == nil {
		return buf.Bytes(), nil, nil
	}
	r := renderer.NewRenderer(renderer.WithNodeRenderers(
		util.Prioritized(b, 100),
		util.Prioritized(extension.NewTableHTMLRenderer(), 500),
		util.Prioritized(extension.NewStrikethroughHTMLRenderer(), 500),
		util.Prioritized(extension.NewFootnoteHTMLRenderer(extension.WithFootnoteBacklinkTitle("Back to the text")), 500),
		util.Prioritized(html.NewRenderer(), 1000),
	))
	b.renderer, b.asked = r, asked(p.chapter)
	var err error
	if s.preview == nil {
		err = r.Render(w, p.chapter.Text, p.chapter.Doc)
	} else {
		b.marks = s.preview.marks(p)
		err = b.renderMarked(w, r, p.chapter.Doc)
	}
	if err == nil {
		err = b.writeSources(w)
	}
	if err != nil {
		return nil, nil, err
	}
	return buf.Bytes(), b.findings, nil
}

// writer is a buffer that goldmark's renderers need not wrap in another.
type writer struct{ *bytes.Buffer }

func (*writer) Buffered() int { return 0 }
func (*writer) Flush() error  { return nil }

// RegisterFuncs implements [renderer.NodeRenderer].
func (b *body) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(ast.KindHeading, b.heading)
	reg.Register(ast.KindParagraph, b.paragraph)
	reg.Register(ast.KindList, b.list)
	reg.Register(ast.KindFencedCodeBlock, b.fence)
	reg.Register(ast.KindCodeBlock, b.codeBlock)
	reg.Register(ast.KindHTMLBlock, b.htmlBlock)
	reg.Register(ast.KindRawHTML, b.rawHTML)
	reg.Register(ast.KindText, b.text)
	reg.Register(ast.KindCodeSpan, b.codeSpan)
	reg.Register(ast.KindLink, b.link)
	reg.Register(ast.KindAutoLink, b.autoLink)
	reg.Register(ast.KindImage, b.image)
	reg.Register(east.KindTable, b.table)
	reg.Register(east.KindTableCell, b.tableCell)
	reg.Register(east.KindTaskCheckBox, b.checkBox)
	reg.Register(book.KindAlert, b.alert)
	reg.Register(book.KindDetails, b.details)
}

// hasTitle reports whether the chapter's text has a heading of level 1.
func (p *page) hasTitle() bool {
	for _, h := range p.headings {
		if h.level == 1 {
			return true
		}
	}
	return false
}

func (b *body) heading(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	level := strconv.Itoa(n.(*ast.Heading).Level)
	if n == ast.Node(b.page.top) {
		level = "1"
	}
	id := stdhtml.EscapeString(headingID(n))
	if entering {
		_, _ = w.WriteString("<h" + level)
		if id != "" {
			_, _ = w.WriteString(` id="` + id + `"`)
		}
		_ = w.WriteByte('>')
		return ast.WalkContinue, nil
	}
	if id != "" && level != "1" {
		_, _ = w.WriteString(`<a class="anchor" href="#` + id + `" aria-labelledby="` + id + `">#</a>`)
	}
	_, _ = w.WriteString("</h" + level + ">\n")
	if level == "1" && !b.titled {
		b.afterTitle(w)
	}
	return ast.WalkContinue, nil
}

// afterTitle writes what stands below a chapter's title.
func (b *body) afterTitle(w util.BufWriter) {
	b.titled = true
	if s := b.site.quotes.text(b.page.chapter.Summary); s != "" {
		_, _ = w.WriteString(`<p class="lede">` + stdhtml.EscapeString(s) + "</p>\n")
	}
}

func (b *body) table(w util.BufWriter, _ []byte, _ ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		_, _ = w.WriteString("<div class=\"wide\" tabindex=\"0\"><table>\n")
	} else {
		_, _ = w.WriteString("</table></div>\n")
	}
	return ast.WalkContinue, nil
}

// tableCell does what goldmark's renderer does by changing the tree.
func (b *body) tableCell(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	n := node.(*east.TableCell)
	tag := "td"
	if n.Parent().Kind() == east.KindTableHeader {
		tag = "th"
	}
	if !entering {
		_, _ = w.WriteString("</" + tag + ">\n")
		return ast.WalkContinue, nil
	}
	class := ""
	if n.Alignment == east.AlignRight || n.Alignment == east.AlignCenter {
		class = ` class="` + n.Alignment.String() + `"`
	}
	_, _ = w.WriteString("<" + tag + class + ">")
	return ast.WalkContinue, nil
}

func (b *body) checkBox(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	state := `aria-label="to do"`
	if n.(*east.TaskCheckBox).IsChecked {
		state = `checked aria-label="done"`
	}
	_, _ = w.WriteString(`<input type="checkbox" disabled ` + state + `> `)
	return ast.WalkContinue, nil
}

func (b *body) alert(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		_, _ = w.WriteString("</div>\n")
		return ast.WalkContinue, nil
	}
	name := stdhtml.EscapeString(n.(*book.Alert).Name)
	title := name
	if name != "" {
		title = string(bytes.ToUpper([]byte(name[:1]))) + name[1:]
	}
	_, _ = w.WriteString(`<div class="alert ` + name + `" role="note"><p class="kind">` + title + "</p>\n")
	return ast.WalkContinue, nil
}

func (b *body) details(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		_, _ = w.WriteString("</details>\n")
		return ast.WalkContinue, nil
	}
	d := n.(*book.Details)
	open := ""
	if d.Open || b.marks != nil {
		open = " open"
	}
	summary := b.site.quotes.text(d.Summary)
	if summary == "" {
		summary = "Details"
	}
	_, _ = w.WriteString(`<details class="fold-text"` + open + "><summary>" + stdhtml.EscapeString(summary) + "</summary>\n")
	return ast.WalkContinue, nil
}

// htmlBlock shows HTML as the text that it is.
func (b *body) htmlBlock(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	n := node.(*ast.HTMLBlock)
	var raw bytes.Buffer
	for i := range n.Lines().Len() {
		line := n.Lines().At(i)
		raw.Write(line.Value(source))
	}
	if n.HasClosure() {
		raw.Write(n.ClosureLine.Value(source))
	}
	if isComment(raw.Bytes()) {
		return ast.WalkSkipChildren, b.comment(w, n)
	}
	_, _ = w.WriteString(`<pre class="code" tabindex="0"><code>`)
	escape(w, raw.Bytes())
	_, _ = w.WriteString("</code></pre>\n")
	return ast.WalkSkipChildren, nil
}

func (b *body) rawHTML(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if raw := rawHTML(n.(*ast.RawHTML), source); entering && !isComment(raw) {
		escape(w, raw)
	}
	return ast.WalkSkipChildren, nil
}

func rawHTML(n *ast.RawHTML, source []byte) []byte {
	var raw []byte
	for i := range n.Segments.Len() {
		seg := n.Segments.At(i)
		raw = append(raw, seg.Value(source)...)
	}
	return raw
}

// isComment reports whether HTML is comments and nothing else.
func isComment(raw []byte) bool {
	raw = bytes.TrimSpace(raw)
	for len(raw) > 0 {
		if !bytes.HasPrefix(raw, []byte("<!--")) {
			return false
		}
		_, after, ok := bytes.Cut(raw[2:], []byte("-->")) // "<!-->" is a whole comment
		if !ok {
			return true // an open comment reaches to the end of its block
		}
		raw = bytes.TrimSpace(after)
	}
	return true
}

func (b *body) link(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	n := node.(*ast.Link)
	if b.checkedLink(w, n, string(unescape(n.Destination)), entering) {
		return ast.WalkContinue, nil
	}
	if !entering {
		_, _ = w.WriteString("</a>")
		return ast.WalkContinue, nil
	}
	_, _ = w.WriteString("<a")
	b.address(w, "href", n.Destination, n)
	b.titleAttr(w, n.Title)
	_ = w.WriteByte('>')
	return ast.WalkContinue, nil
}

// autoLink writes an address that is its own text. It is absolute, by its
// syntax.
func (b *body) autoLink(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	n := node.(*ast.AutoLink)
	dest := n.URL(source)
	if b.checkedLink(w, n, string(dest), true) {
		_, text, _ := bytes.Cut(dest, []byte(":"))
		escape(w, text)
		b.checkedLink(w, n, string(dest), false)
		return ast.WalkContinue, nil
	}
	if n.AutoLinkType == ast.AutoLinkEmail && !bytes.HasPrefix(bytes.ToLower(dest), []byte("mailto:")) {
		dest = append([]byte("mailto:"), dest...)
	}
	_, _ = w.WriteString("<a")
	writeAddress(w, "href", string(dest))
	_ = w.WriteByte('>')
	escape(w, n.Label(source))
	_, _ = w.WriteString("</a>")
	return ast.WalkContinue, nil
}

func (b *body) image(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	n := node.(*ast.Image)
	alt := plainText(n, source)
	if dest := string(n.Destination); isChecked(dest) {
		b.finding(n, "an image of "+strconv.Quote(dest)+", where there is nothing to see", "leave out the exclamation mark: a checked text is a link")
		escape(w, []byte(alt))
		return ast.WalkSkipChildren, nil
	}
	if html.IsDangerousURL(util.URLEscape(unescape(n.Destination), false)) {
		escape(w, []byte(alt)) // an image needs an address
		return ast.WalkSkipChildren, nil
	}
	_, _ = w.WriteString("<img")
	b.address(w, "src", n.Destination, n)
	b.imageSize(w, n)
	_, _ = w.WriteString(` alt="` + stdhtml.EscapeString(alt) + `"`)
	if figureOf(n.Parent()) == nil {
		b.titleAttr(w, n.Title)
	}
	_ = w.WriteByte('>')
	return ast.WalkSkipChildren, nil
}

func (b *body) titleAttr(w util.BufWriter, title []byte) {
	if title != nil {
		_, _ = w.WriteString(` title="`)
		html.DefaultWriter.Write(w, title)
		_ = w.WriteByte('"')
	}
}

// address writes an attribute with what an author's address is on the site.
func (b *body) address(w util.BufWriter, attr string, raw []byte, n ast.Node) {
	dest := string(unescape(raw))
	href, missing := b.site.resolve(b.page, dest)
	if missing != "" {
		b.finding(n, "link to "+strconv.Quote(dest)+": "+missing, b.site.meant(b.page, dest))
	}
	if attr == "src" && !b.site.book.Plain && isRemote(dest) {
		b.finding(n, "image "+strconv.Quote(dest)+" is on another site, which readers offline do not reach",
			"put the image beside the chapter")
	}
	writeAddress(w, attr, href)
}

// writeAddress writes an attribute that holds an address.
func writeAddress(w util.BufWriter, attr, href string) {
	escaped := util.URLEscape([]byte(href), false)
	if html.IsDangerousURL(escaped) {
		return // a script, say: the text stays, and leads nowhere
	}
	_, _ = w.WriteString(" " + attr + `="`)
	_, _ = w.Write(util.EscapeHTML(escaped))
	_ = w.WriteByte('"')
}

// finding adds a fault of the page. In a plain folder it is only a warning: the
// folder was not written for rtbook, and its pages are whole all the same.
func (b *body) finding(n ast.Node, message, hint string) {
	b.findings = append(b.findings, finding.Finding{
		Pos: b.page.at(offsetOf(n)), Message: message, Hint: hint, Warning: b.site.book.Plain,
	})
}

// isRemote reports whether an address is of another site.
func isRemote(dest string) bool {
	u, err := url.Parse(dest)
	return err == nil && u.Host != ""
}

// offsetOf returns where a node, or the first of its children that says so,
// begins in the chapter; -1 if none does.
func offsetOf(n ast.Node) int {
	if n.Pos() >= 0 {
		return n.Pos()
	}
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok {
			return t.Segment.Start
		}
		if at := offsetOf(c); at >= 0 {
			return at
		}
	}
	return -1
}

// unescape resolves the backslash escapes and entities of Markdown text.
func unescape(raw []byte) []byte {
	if !bytes.ContainsAny(raw, `\&`) {
		return raw
	}
	var b bytes.Buffer
	w := &writer{Buffer: &b}
	html.DefaultWriter.Write(w, raw)
	return []byte(stdhtml.UnescapeString(b.String()))
}

// textOf returns the text that a node shows.
func textOf(t *ast.Text, source []byte) []byte {
	raw := t.Segment.Value(source)
	if t.IsRaw() || t.Parent().Kind() == ast.KindCodeSpan {
		return raw
	}
	return unescape(raw)
}

// escape writes text as HTML between tags.
func escape(w util.BufWriter, text []byte) {
	from := 0
	for i, c := range text {
		var entity string
		switch c {
		case '<':
			entity = "&lt;"
		case '>':
			entity = "&gt;"
		case '&':
			entity = "&amp;"
		case '\r':
			entity = "&#13;" // a browser would read a line feed
		case 0:
			entity = "\uFFFD"
		default:
			continue
		}
		_, _ = w.Write(text[from:i])
		_, _ = w.WriteString(entity)
		from = i + 1
	}
	_, _ = w.Write(text[from:])
}
