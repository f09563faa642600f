package site

import (
	"cmp"
	"fmt"
	"html/template"
	"slices"
	"strconv"

	"github.com/yuin/goldmark/util"

	"rtbook/internal/book"
	"rtbook/theme"
)

// sources are the places in Go source that a page refers to, each once, in the
// order in which the page first does.
type sources struct {
	list    []Source
	numbers map[Source]int // from 1
}

// number returns the number of a source on its page, from 1; 0 if it is not in
// the list.
func (s *sources) number(source Source) int { return s.numbers[source.key()] }

// key is what makes two sources one: names that the reader cannot tell apart,
// at one place.
func (s Source) key() Source {
	s.Check, s.URL = false, ""
	return s
}

func (s *sources) add(source Source) {
	if s.number(source) > 0 {
		return
	}
	s.list = append(s.list, source)
	s.numbers[source.key()] = len(s.list)
}

// surveySources notes what the page's links and quotations refer to.
func (s *site) surveySources(p *page) {
	type at struct {
		offset int
		source Source
	}
	var all []at
	p.refNumbers = make(map[*book.Ref]int, len(p.chapter.Refs))
	for i, ref := range p.chapter.Refs {
		p.refNumbers[ref] = i + 1
		p.refs[ref.Node] = ref
		if source, ok := s.prose.Sources[ref]; ok {
			all = append(all, at{ref.Offset, source})
		}
	}
	for _, f := range p.chapter.Fences {
		if source, ok := s.prose.Quotations[f]; ok {
			all = append(all, at{f.Open, source})
		}
	}
	slices.SortStableFunc(all, func(a, b at) int { return cmp.Compare(a.offset, b.offset) })
	p.sources.numbers = make(map[Source]int)
	for _, a := range all {
		p.sources.add(a.source)
	}
}

// proseTally says how much of a page's text was checked, in sentences that each
// begin with a blank; "" if nothing was.
func (s *site) proseTally(p *page) string {
	statements, quotations := 0, 0
	for _, ref := range p.chapter.Refs {
		_, printed := s.prose.Outputs[ref]
		if printed || s.prose.Sources[ref].Check {
			statements++
		}
	}
	for _, f := range p.chapter.Fences {
		if _, ok := s.prose.Quotations[f]; ok {
			quotations++
		}
	}
	text := ""
	switch statements {
	case 0:
	case 1:
		text = " One statement of the text is held to Go source or to what a cell prints."
	default:
		text = fmt.Sprintf(" %d statements of the text are held to Go source or to what cells print.", statements)
	}
	switch quotations {
	case 0:
	case 1:
		text += " One quotation is as the source has it."
	default:
		text += fmt.Sprintf(" %d quotations are as the source has them.", quotations)
	}
	return text
}

// sourcesAnchor is the anchor of the list of sources.
const sourcesAnchor = "rt:sources"

func sourceAnchor(number int) string { return "rt:source-" + strconv.Itoa(number) }

// writeSources writes the list of the page's sources, which ends it.
func (b *body) writeSources(w util.BufWriter) error {
	if len(b.page.sources.list) == 0 {
		return nil
	}
	t := make([]theme.Source, len(b.page.sources.list))
	for i, s := range b.page.sources.list {
		t[i] = theme.Source{ID: sourceAnchor(i + 1), What: s.says(), Where: b.site.place(s), Href: s.URL}
	}
	return b.site.theme.Sources(w, t)
}

// quotation writes a fence that quotes Go source.
func (b *body) quotation(w util.BufWriter, f *book.Fence, source []byte) error {
	var c theme.Cell
	b.setCode(&c, f, source)
	q := theme.Quotation{Code: c.Code, Fold: f.Fold}
	s, ok := b.site.prose.Quotations[f]
	if !ok {
		q.Fault = "This is not, or not yet, what the source has."
		if f.Quote != nil {
			q.Where = f.Quote.Symbol
		}
		return b.site.theme.Quotation(w, q)
	}
	q.Where, q.Href = s.lines(", line ", ", lines "), template.URL(s.URL)
	q.Number = b.page.sources.number(s)
	if !s.Own {
		q.Release, q.Rights = b.site.prose.Release, "Copyright The Go Authors, BSD licence"
	}
	return b.site.theme.Quotation(w, q)
}
