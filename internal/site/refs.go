package site

import (
	stdhtml "html"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"

	"rtbook/internal/book"
)

// A link into Go source or to an output has a proof beside it: what was checked
// and where, which shows while the link is hovered or has the focus. In print,
// where nothing does, the number of its source stands there instead.
//
// The proof describes the link to a screen reader, hidden or not: what is said of
// a place in Go source is read off the list of sources, which says the same.

// checkedLink begins or ends a go: or out: link. It returns false for other
// links.
func (b *body) checkedLink(w util.BufWriter, n ast.Node, dest string, entering bool) bool {
	ref := b.page.refs[n]
	if ref == nil {
		if !isChecked(dest) {
			return false
		}
		if entering && b.site.book.Plain {
			b.finding(n, "link to "+strconv.Quote(dest)+" is not checked, and leads nowhere: this folder is no book", "a folder with a book.yaml that pins a toolchain is one")
		}
		return true // the text stays
	}
	if ref.Kind != book.RefSource && ref.Kind != book.RefOutput {
		return false
	}
	p := b.proof(ref)
	switch {
	case p == nil:
	case entering:
		p.open(w)
	default:
		p.close(w)
	}
	return true
}

// isChecked reports whether an address is that of a checked link.
func isChecked(dest string) bool {
	return strings.HasPrefix(dest, "go:") || strings.HasPrefix(dest, "out:")
}

// proof is what is shown of a link that was checked.
type proof struct {
	id     string // of what describes the link: the proof, or its source in the list
	href   string // where the link leads, "" for nowhere
	check  bool   // the link's text, or what it says, was checked
	short  bool   // the link's text stays on one line
	what   string // as code
	where  string
	number int // in the list of sources, 0 for none
}

// shortText is how long a checked text may be, in characters, that breaks over
// no line: a number and its unit, 10,000 bytes, fit into it, with the tick.
const shortText = 16

// proof returns what is shown of a link; nil if it was not checked, or does not
// hold.
func (b *body) proof(ref *book.Ref) *proof {
	p := &proof{
		id:    "rt:proof-" + strconv.Itoa(b.page.refNumbers[ref]),
		short: utf8.RuneCountInString(ref.Text) <= shortText,
	}
	if source, ok := b.site.prose.Sources[ref]; ok {
		p.number = b.page.sources.number(source)
		p.id = sourceAnchor(p.number)
		p.check, p.what, p.where = source.Check, source.says(), b.site.place(source)
		if p.href = source.URL; p.href == "" {
			p.href = "#" + sourceAnchor(p.number)
		}
		return p
	}
	if cell, ok := b.site.prose.Outputs[ref]; ok {
		file, id, _ := strings.Cut(cell, "#")
		to := b.site.byPath[file]
		p.check, p.where = true, "in the output of "+strings.Replace(id, "cell-", "cell ", 1)
		if to != b.page {
			p.where += ", " + to.title
		}
		if to.anchors[id] {
			p.href = b.page.to(to.name, id)
		}
		return p
	}
	return nil
}

// says returns a source's name, with its value if it has one.
func (s Source) says() string {
	if s.Value == "" {
		return s.Name
	}
	return s.Name + " = " + s.Value
}

// place names where a source is: "runtime/proc.go, lines 6789–6810, go1.26.8".
func (s *site) place(source Source) string {
	at := source.lines(":", ", lines ")
	if release := s.prose.Release; release != "" && !source.Own {
		at += ", " + release
	}
	return at
}

// lines returns a source's file with its line or lines. A file of Go's source
// goes by its name below src.
func (s Source) lines(one, many string) string {
	file := s.File
	if !s.Own {
		file = strings.TrimPrefix(file, "src/")
	}
	if s.Last > s.First {
		return file + many + strconv.Itoa(s.First) + "–" + strconv.Itoa(s.Last)
	}
	return file + one + strconv.Itoa(s.First)
}

func (p *proof) open(w util.BufWriter) {
	class := "ref"
	if p.check {
		class = "ref checked"
		if p.short {
			class += " short"
		}
	}
	_, _ = w.WriteString(`<span class="` + class + `"><a`)
	if p.href != "" {
		writeAddress(w, "href", p.href)
	} else {
		_, _ = w.WriteString(` tabindex="0"`)
	}
	_, _ = w.WriteString(` aria-describedby="` + p.id + `">`)
}

func (p *proof) close(w util.BufWriter) {
	_, _ = w.WriteString(`</a>`)
	if p.number > 0 {
		_, _ = w.WriteString(`<sup class="number">` + strconv.Itoa(p.number) + `</sup>`)
	}
	_, _ = w.WriteString(`<span class="proof" role="tooltip"`)
	if p.number == 0 {
		_, _ = w.WriteString(` id="` + p.id + `"`)
	}
	_, _ = w.WriteString(`>`)
	if p.what != "" {
		_, _ = w.WriteString(`<code>` + stdhtml.EscapeString(p.what) + `</code> `)
	}
	_, _ = w.WriteString(`<span>` + stdhtml.EscapeString(p.where) + `</span></span></span>`)
}
