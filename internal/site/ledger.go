package site

import (
	"cmp"
	"fmt"
	stdhtml "html"
	"html/template"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"

	"rtbook/internal/book"
	"rtbook/theme"
)

// rowAnchor is the anchor of a claim in the table of all.
func rowAnchor(id string) string { return "rt:row-" + id }

// surveyComments notes the page's claims and tables.
func (s *site) surveyComments(p *page) {
	named := map[string]bool{}
	for _, c := range p.chapter.Claims {
		p.claims[c.Node] = c
		for _, id := range c.IDs {
			if !named[id.ID] {
				named[id.ID] = true
				p.firstClaims[c] = append(p.firstClaims[c], id.ID)
			}
		}
	}
	for _, i := range p.chapter.Inserts {
		p.inserts[i.Node] = i
		if i.Name == book.InsertLedger && s.prose.Ledger != nil && s.ledgerPage == nil {
			s.ledgerPage = p
		}
	}
}

// comment writes what a comment that is for rtbook becomes: the ids of the
// claim that follows, or a table.
func (b *body) comment(w util.BufWriter, n ast.Node) error {
	if c := b.page.claims[n]; c != nil {
		b.claim(w, c)
	}
	i := b.page.inserts[n]
	switch {
	case i == nil:
	case i.Name == book.InsertLedger && b.site.prose.Ledger != nil:
		return b.site.theme.Ledger(w, b.site.ledgerTable(b.page))
	case i.Name == book.InsertToolchains && b.site.prose.Matrix != nil:
		return b.site.theme.Matrix(w, b.site.matrixTable(b.page))
	}
	return nil
}

// claim writes the ids of a claim, as links to their rows. Without a page that
// has the rows, a reader has no use for them.
func (b *body) claim(w util.BufWriter, c *book.Claim) {
	rows := b.site.ledgerPage
	if rows == nil {
		return
	}
	_, _ = w.WriteString(`<p class="claims">`)
	first := b.page.firstClaims[c]
	for i, id := range c.IDs {
		if i > 0 {
			_ = w.WriteByte(' ')
		}
		_, _ = w.WriteString(`<a`)
		if len(first) > 0 && first[0] == id.ID {
			_, _ = w.WriteString(` id="` + stdhtml.EscapeString(book.ClaimAnchor(id.ID)) + `"`)
			first = first[1:]
		}
		writeAddress(w, "href", b.page.to(rows.name, rowAnchor(id.ID)))
		_, _ = w.WriteString(` aria-label="Claim ` + id.ID + `">` + id.ID + `</a>`)
	}
	_, _ = w.WriteString("</p>\n")
}

// ledgerTable returns the claims as a page shows them.
func (s *site) ledgerTable(p *page) *theme.Ledger {
	rows := s.prose.Ledger.Rows
	t := &theme.Ledger{Summary: verdicts(rows)}
	for _, r := range rows {
		row := theme.LedgerRow{
			Anchor: rowAnchor(r.ID), ID: r.ID, Claim: s.withCode(r.Claim), Verdict: r.Verdict, Statement: s.withCode(r.Statement),
			Source: s.withCode(r.Source), Unobservable: s.withCode(r.Unobservable),
		}
		if to := s.byPath[r.Chapter]; to != nil {
			row.Page, row.Place = to.title, template.URL(p.to(to.name, book.ClaimAnchor(r.ID)))
			if r.Unobservable != "" {
				r.Evidence = nil // what happens to stand near it is about something else
			}
			for _, e := range r.Evidence {
				href := row.Place
				if to.anchors[e.Anchor] {
					href = template.URL(p.to(to.name, e.Anchor))
				}
				row.Evidence = append(row.Evidence, theme.Evidence{Kind: e.Kind, Text: e.Text, Href: href})
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// withCode returns text as HTML, with what stands in backticks as code.
func (s *site) withCode(text string) template.HTML {
	var b strings.Builder
	prose := func(from, to int) {
		b.WriteString(stdhtml.EscapeString(string(s.quotes.in([]byte(text), from, to))))
	}
	from := 0
	for {
		open := strings.IndexByte(text[from:], '`') + from
		if open < from {
			break
		}
		length := strings.IndexByte(text[open+1:], '`')
		if length < 0 {
			break
		}
		prose(from, open)
		from = open + 1 + length + 1
		b.WriteString("<code>" + stdhtml.EscapeString(text[open+1:from-1]) + "</code>")
	}
	prose(from, len(text))
	return template.HTML(b.String())
}

// verdicts counts the rows of each verdict.
func verdicts(rows []LedgerRow) string {
	counts := map[string]int{}
	for _, r := range rows {
		counts[r.Verdict]++
	}
	var parts []string
	for _, v := range []struct{ verdict, one, many string }{
		{"holds", "holds", "hold"}, {"imprecise", "is imprecise", "are imprecise"},
		{"outdated", "is outdated", "are outdated"}, {"wrong", "is wrong", "are wrong"},
	} {
		switch n := counts[v.verdict]; n {
		case 0:
		case 1:
			parts = append(parts, "1 "+v.one)
		default:
			parts = append(parts, fmt.Sprintf("%d %s", n, v.many))
		}
	}
	noun := "claims"
	if len(rows) == 1 {
		noun = "claim"
	}
	return fmt.Sprintf("%d %s: %s.", len(rows), noun, enumerate(parts))
}

// matrixTable returns what other releases say, as a page shows it: the checks
// to which all say the same apart from the others.
func (s *site) matrixTable(p *page) *theme.Matrix {
	m := s.prose.Matrix
	t := &theme.Matrix{Releases: m.Releases}
	for _, r := range m.Rows {
		row := theme.MatrixRow{Kind: r.Kind, Text: r.Text}
		if r.Kind == "quote" {
			row.Kind = "quotation"
		}
		if to := s.byPath[r.Chapter]; to != nil {
			anchor := r.Anchor
			if !to.anchors[anchor] && !strings.Contains(anchor, ":") {
				anchor = ""
			}
			row.Place = template.URL(p.to(to.name, anchor))
		}
		if !slices.ContainsFunc(r.Results, func(res MatrixResult) bool { return res.State != "same" }) {
			t.Same = append(t.Same, row)
			continue
		}
		for _, res := range r.Results {
			row.States = append(row.States, cmp.Or(res.State, "not tried"))
		}
		row.Values = s.matrixValues(r)
		t.Rows = append(t.Rows, row)
	}
	t.Summary = agreement(len(t.Same), len(t.Rows), m.Releases)
	return t
}

// agreement counts the checks to which all releases say the same.
func agreement(same, others int, releases []string) string {
	checks := fmt.Sprintf("%d checks", same+others)
	if same+others == 1 {
		checks = "1 check"
	}
	verb := "are"
	if same == 1 {
		verb = "is"
	}
	return fmt.Sprintf("%s: %d %s the same in %s, %d not.", checks, same, verb, enumerate(releases), others)
}

// matrixValues returns what the releases say to a check beyond its state: each
// answer once, with those that give it. Releases that say the same as the book's
// own give its value, if the check has one.
func (s *site) matrixValues(r MatrixRow) []theme.MatrixValue {
	var values []theme.MatrixValue
	var saying [][]string // by value
	for i, res := range r.Results {
		text := res.Value
		if res.State == "same" {
			text = s.checkedValue(r)
		}
		if text == "" || i >= len(s.prose.Matrix.Releases) {
			continue
		}
		at := slices.IndexFunc(values, func(v theme.MatrixValue) bool { return v.Text == text })
		if at < 0 {
			at = len(values)
			values = append(values, theme.MatrixValue{Text: text, Code: r.Kind == "fact" && res.State != ""})
			saying = append(saying, nil)
		}
		saying[at] = append(saying[at], s.prose.Matrix.Releases[i])
	}
	for i := range values {
		values[i].Releases = strings.Join(saying[i], ", ")
	}
	return values
}

// checkedValue is the value of a fact in the book's own release, "" if the check
// is no fact.
func (s *site) checkedValue(r MatrixRow) string {
	if to := s.byPath[r.Chapter]; to != nil && r.Kind == "fact" {
		for _, ref := range to.chapter.Refs {
			if ref.Kind == book.RefSource && ref.Target() == r.Text {
				return s.prose.Sources[ref].Value
			}
		}
	}
	return ""
}
