package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"

	"rtbook/internal/book"
	"rtbook/internal/facts"
	"rtbook/internal/finding"
	"rtbook/internal/site"
	"rtbook/runner/gotool"
)

// A go: link is held to the source of the book's toolchain by package facts, an
// out: link to the recorded output of a cell, and a quotation to the text that
// it quotes. All that a book asks of the source is asked at once.

// prose is what came of the links into Go source and into outputs, and of the
// quotations: what is in it holds.
type prose struct {
	source  *facts.Source                // nil if nothing was asked of it
	refs    map[*book.Ref]facts.Answer   // go: links
	quotes  map[*book.Fence]facts.Answer // quotations, also those that are not yet as the source has them
	written map[*book.Fence]bool         // quotations that are
	outputs map[*book.Ref]found          // out: links
}

// found is the cell in whose output a text was found.
type found struct {
	chapter *book.Chapter
	cell    *book.Fence
}

// prose holds the links and quotations of chapters to what they refer to, and
// adds to the report what does not hold.
func (r *Report) prose(ctx context.Context, opt Options, o *opened, chapters []*book.Chapter) (*prose, error) {
	p, err := r.resolve(ctx, opt, o, append(r.links(chapters), r.quotations(chapters)...))
	if err != nil {
		return nil, err
	}
	for _, c := range chapters {
		for _, f := range c.Fences {
			if a, ok := p.quotes[f]; ok {
				if fault := r.quotation(c, f, a); fault != nil {
					r.Findings = append(r.Findings, *fault)
				} else {
					p.written[f] = true
				}
			}
		}
		for _, ref := range c.Refs {
			if ref.Kind != book.RefOutput {
				continue
			}
			at, fault := findOutput(r.Book, c, ref)
			switch {
			case fault == nil && at.cell != nil:
				p.outputs[ref] = at
			case fault == nil: // it follows from what is wrong with the cell
			case at.chapter != nil || !r.incomplete(): // else the chapter may be the file that is none
				r.Findings = append(r.Findings, *fault)
			}
		}
	}
	return p, nil
}

// resolve asks the toolchain's source all questions at once. What has no answer
// is reported; whether quotations are as the source has them is not looked at.
func (r *Report) resolve(ctx context.Context, opt Options, o *opened, questions []question) (*prose, error) {
	p := &prose{
		refs: make(map[*book.Ref]facts.Answer), quotes: make(map[*book.Fence]facts.Answer),
		written: make(map[*book.Fence]bool), outputs: make(map[*book.Ref]found),
	}
	if len(questions) == 0 {
		return p, nil
	}
	if r.Book.Toolchain == "" && !opt.AnyGo {
		r.unpinned(questions)
		return p, nil
	}
	tc, err := sourceOf(opt, o, r.Book)
	if err != nil {
		return nil, err
	}
	defer tc.Close()
	if p.source, err = facts.Open(facts.Config{Toolchain: tc, Store: opt.store()}); err != nil {
		return nil, environment(err)
	}
	refs := make([]facts.Ref, len(questions))
	for i, q := range questions {
		refs[i] = q.ref
	}
	answers, err := p.source.Resolve(ctx, refs)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, environment(err)
	}
	for i, q := range questions {
		switch a := answers[i]; {
		case a.Problem != nil:
			r.Findings = append(r.Findings, q.fault(a.Problem))
		case q.fence != nil:
			p.quotes[q.fence] = a
		default:
			p.refs[q.link] = a
		}
	}
	return p, nil
}

// sourceOf opens the toolchain whose source the book is about.
func sourceOf(opt Options, o *opened, b *book.Book) (*gotool.Toolchain, error) {
	pin := b.Toolchain
	if opt.AnyGo {
		pin = ""
	}
	tc, err := gotool.Open(o.abs, pin)
	if err != nil {
		return nil, &EnvironmentError{err}
	}
	tc.Target = cmp.Or(b.Target, runtime.GOOS+"/"+runtime.GOARCH)
	return tc, nil
}

// question is a link or a quotation, as the source is asked about it.
type question struct {
	chapter *book.Chapter
	link    *book.Ref   // nil for a quotation
	fence   *book.Fence // nil for a link
	ref     facts.Ref
}

// links returns what chapters' links ask, in reading order, and reports those
// that ask nothing.
func (r *Report) links(chapters []*book.Chapter) []question {
	var all []question
	for _, c := range chapters {
		for _, link := range c.Refs {
			if link.Kind != book.RefSource {
				continue
			}
			ref, err := facts.Parse(link.Dest)
			if ref.Kind == facts.Fact || ref.Kind == facts.Order {
				ref.Want = link.Text
			}
			all = r.ask(all, question{chapter: c, link: link, ref: ref}, err)
		}
	}
	return all
}

// quotations returns what chapters' quotations ask, likewise.
func (r *Report) quotations(chapters []*book.Chapter) []question {
	var all []question
	for _, c := range chapters {
		for _, f := range c.Fences {
			if f.Role == book.RoleQuote && f.Quote != nil && f.Closed {
				ref, err := facts.ParseQuote(f.Quote.Symbol, f.Quote.Lines)
				all = r.ask(all, question{chapter: c, fence: f, ref: ref}, err)
			}
		}
	}
	return all
}

// ask adds a question, or reports why it is none.
func (r *Report) ask(all []question, q question, err error) []question {
	var syntax *facts.SyntaxError
	if errors.As(err, &syntax) {
		r.Findings = append(r.Findings, q.misspelt(syntax))
		return all
	}
	if q.link != nil && q.link.Text == "" {
		r.Findings = append(r.Findings, q.misspelt(&facts.SyntaxError{
			Message: "a link into Go source without a text", Hint: "write it between the brackets, as in [256](<go:runtime len(p{}.runq)>)",
		}))
		return all
	}
	return append(all, q)
}

// misspelt is the finding for a reference that is not written as one.
func (q question) misspelt(err *facts.SyntaxError) finding.Finding {
	f := finding.Finding{Message: err.Message, Hint: cmp.Or(err.Hint, ruleHint("fact-expression")), Rule: "reference-syntax"}
	switch {
	case q.link != nil:
		f.Pos = q.link.Pos
	case err.InLines:
		f.Pos = q.chapter.ValuePos(q.fence, "lines", err.Offset)
	default:
		f.Pos = q.chapter.ValuePos(q.fence, "quote", err.Offset)
	}
	return f
}

// fault is the finding for a reference that does not hold. One about a value
// stands at the text that says it.
func (q question) fault(p *facts.Problem) finding.Finding {
	f := finding.Finding{Message: p.Message, Hint: cmp.Or(p.Hint, ruleHint(p.Rule)), Rule: p.Rule}
	switch {
	case q.link == nil:
		f.Pos = q.chapter.ValuePos(q.fence, "quote", max(p.Offset, 0))
	case p.Rule == "fact-value", p.Rule == "order-value":
		f.Pos = q.link.TextPos
	default:
		f.Pos = q.link.Pos
	}
	for _, n := range p.Notes {
		// A place in Go source is not one of the book: it stands in the text.
		text := n.Text
		if n.Place.File != "" {
			text = strings.TrimSuffix(fmt.Sprintf("%s:%d: %s", n.Place.File, n.Place.Line, n.Text), ": ")
		}
		f.Notes = append(f.Notes, finding.Note{Text: text})
	}
	return f
}

// ruleHint is the hint for a problem that has none of its own.
func ruleHint(rule string) string {
	switch rule {
	case "unknown-package", "package-outside":
		return "packages are those of the toolchain and of the book's module, by their import paths, as in go:internal/runtime/gc.PageSize"
	case "unknown-symbol":
		return "a symbol is a function, method, type, field, constant or variable of the package, exported or not"
	case "fact-expression":
		return "a fact is a constant expression as it could stand in a file of the package, as in go:runtime len(p{}.runq)"
	case "order":
		return "say what the source does: each step of an order stands after the one before it"
	case "quotation":
		return "a quotation names a declaration, and with lines=/first/,/last/ a part of it"
	}
	return ""
}

// unpinned warns, once a chapter, that its links into Go source are only text.
func (r *Report) unpinned(questions []question) {
	seen := make(map[*book.Chapter]int)
	for _, q := range questions {
		if seen[q.chapter]++; seen[q.chapter] > 1 {
			continue
		}
		f := finding.Finding{
			Message: "links into Go source and quotations are not checked: the book pins no toolchain",
			Hint:    "write toolchain: go1.26.8, or another release, in book.yaml",
			Warning: true,
		}
		if q.link != nil {
			f.Pos = q.link.Pos
		} else {
			f.Pos = q.fence.Pos
		}
		r.Findings = append(r.Findings, f)
	}
}

// quotation returns what is wrong with a quotation that the source has.
func (r *Report) quotation(c *book.Chapter, f *book.Fence, a facts.Answer) *finding.Finding {
	now, update := book.EncodeOutput(a.Text), r.names.command("update", r.names.file(c.Path))
	if f.Content == now {
		return nil
	}
	if f.Content == "" {
		return &finding.Finding{
			Pos:     f.Pos,
			Message: fmt.Sprintf("the quotation of %s is not written yet", f.Quote.Symbol),
			Hint:    update + " writes it",
			Rule:    "quotation",
		}
	}
	return &finding.Finding{
		Pos:     c.ContentPos(f, comparison{}.firstDifference(f.Content, now)),
		Message: fmt.Sprintf("%s reads otherwise in the source, %s:%d", f.Quote.Symbol, a.Place.File, a.Place.Line),
		Notes:   []finding.Note{{Text: r.quoteDiff(c, f, a)}},
		Hint:    update + " quotes it as it is now",
		Rule:    "quotation",
	}
}

// quoteDiff is a line diff from what a quotation says to what the source has.
func (r *Report) quoteDiff(c *book.Chapter, f *book.Fence, a facts.Answer) string {
	return lineDiff(f.Quote.Symbol+" in "+r.names.file(c.Path), f.Content, fmt.Sprintf("%s:%d now", a.Place.File, a.Place.Line), a.Text)
}

// forSite is what the pages show of it.
func (p *prose) forSite() site.Prose {
	s := site.Prose{
		Sources:    make(map[*book.Ref]site.Source),
		Outputs:    make(map[*book.Ref]string),
		Quotations: make(map[*book.Fence]site.Source),
	}
	if p.source != nil {
		s.Release = p.source.Version()
	}
	for ref, a := range p.refs {
		s.Sources[ref] = p.shown(ref.Target(), a)
		if asked, err := facts.Parse(ref.Dest); err == nil && asked.Kind != facts.Symbol {
			source := s.Sources[ref]
			source.Name, source.Check = nameOf(asked), true
			s.Sources[ref] = source
		}
	}
	for f, a := range p.quotes {
		if p.written[f] {
			s.Quotations[f] = p.shown(f.Quote.Symbol, a)
		}
	}
	for ref, at := range p.outputs {
		s.Outputs[ref] = at.chapter.Path + "#" + at.cell.Cell.ID
	}
	return s
}

// nameOf is what the pages call a fact or an order.
func nameOf(r facts.Ref) string {
	if r.Kind == facts.Fact {
		return r.Package + ": " + r.Expr
	}
	steps := strings.Join(r.Steps, " before ")
	if r.Not {
		steps = "no " + steps
	}
	return r.Package + "." + r.Symbol + ": " + steps
}

// shown is what the pages show of an answer.
func (p *prose) shown(name string, a facts.Answer) site.Source {
	return site.Source{
		Name:  name,
		Value: a.Value.String(),
		File:  a.Place.File,
		First: a.Place.Line,
		Last:  a.Last,
		URL:   p.source.URL(a.Place),
		Own:   a.Place.Own,
	}
}
