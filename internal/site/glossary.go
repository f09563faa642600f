package site

import (
	"fmt"
	stdhtml "html"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"

	"rtbook/internal/book"
	"rtbook/internal/finding"
)

// A book's glossary is its chapter [book.GlossarySlug]. Each of its headings of
// level 2 is a term, or several with commas between them ("finalizer, cleanup");
// the paragraph below it says what that means.
//
// Where the text of another chapter uses a term for the first time, the term is a
// link to its entry. What it means shows while the link has the focus or the
// pointer, as the proof of a checked link does. In the glossary itself, an entry
// links to the other entries whose terms it uses.
//
// A term is found in its plural too, with a capital at the beginning of a
// sentence, with a hyphen for a blank, and over the end of a line; one that has
// capitals itself is found only as it is written. It is not looked for in
// headings, links, images, blocks of code, parts that fold, lists of tasks, and
// directly after a quotation mark (").
// Code in the text is a term if the whole of it is.

// glossary is the terms of a book.
type glossary struct {
	page  *page
	terms []*term
	forms map[string][]form // by the first word, as [fold] has it; the longest first
}

// term is an entry of the glossary.
type term struct {
	id      string
	title   string // the heading's text
	heading *ast.Heading
	meaning string // "" if the entry has none
}

// form is a word, or several, that stand for a term.
type form struct {
	term  *term
	text  string
	words []word
	exact bool // it has capitals
}

// word is a word of a text.
type word struct {
	text     string
	from, to int // bytes of the text it stands in
}

// termMark is where a term begins or ends in a text node, or in a code span.
type termMark struct {
	at    int // byte of the node's text
	term  *term
	close bool
}

// surveyGlossary reads the glossary, and looks for its terms on the other pages.
func (s *site) surveyGlossary(files *Files) {
	if s.book.Plain {
		return
	}
	for _, p := range s.pages {
		if p.chapter.Slug == book.GlossarySlug {
			s.glossary = readGlossary(p, s.quotes, files)
		}
	}
	if s.glossary == nil {
		return
	}
	for _, p := range s.pages {
		f := termFinder{glossary: s.glossary, source: p.chapter.Text, used: map[*term]bool{}, marks: map[ast.Node][]termMark{}, own: p == s.glossary.page}
		if p.chapter.Doc != nil {
			f.blocks(p.chapter.Doc)
		}
		p.terms = f.marks
	}
}

// readGlossary returns the terms of a chapter. Those that are there twice, or
// mean nothing, are findings.
func readGlossary(p *page, q quotes, files *Files) *glossary {
	g := &glossary{page: p, forms: map[string][]form{}}
	report := func(n ast.Node, message, hint string) {
		files.Findings = append(files.Findings, finding.Finding{Pos: p.at(offsetOf(n)), Message: message, Hint: hint})
	}
	if p.chapter.Doc == nil {
		return g
	}
	taken := map[string]*term{}
	for n := p.chapter.Doc.FirstChild(); n != nil; n = n.NextSibling() {
		h, ok := n.(*ast.Heading)
		if !ok || h.Level != 2 {
			continue
		}
		t := &term{id: headingID(h), title: plainText(h, p.chapter.Text), heading: h}
		if next, ok := h.NextSibling().(*ast.Paragraph); ok {
			t.meaning = shorten(shownText(next, p.chapter.Text, q), 400)
		} else {
			report(h, fmt.Sprintf("the term %q has no explanation", t.title), "begin the entry with a paragraph that says what it means")
		}
		g.terms = append(g.terms, t)
		for text := range strings.SplitSeq(t.title, ",") {
			text = strings.TrimSpace(text)
			words := wordsOf(text)
			if len(words) == 0 {
				continue
			}
			if other := taken[strings.ToLower(text)]; other != nil && (other == t || !differInCase(g, other, text)) {
				report(h, fmt.Sprintf("the term %q is explained twice: first in line %d", text, p.at(offsetOf(other.heading)).Line), "make one entry of the two, or name one of them by more words")
				continue
			}
			taken[strings.ToLower(text)] = t
			key := fold(words[0].text)
			g.forms[key] = append(g.forms[key], form{t, text, words, text != strings.ToLower(text)})
		}
	}
	for _, forms := range g.forms {
		slices.SortStableFunc(forms, func(a, b form) int { return len(b.words) - len(a.words) })
	}
	return g
}

// differInCase reports whether a text differs from the form of a term that is the
// same but for case, and both are only found as they are written: "G" and "g0"
// have nothing to do with each other, and neither have "GO" and "Go".
func differInCase(g *glossary, t *term, text string) bool {
	for _, f := range g.forms[fold(wordsOf(text)[0].text)] {
		if f.term == t && strings.EqualFold(f.text, text) {
			return f.text != text && f.exact && text != strings.ToLower(text)
		}
	}
	return false
}

// fold returns what a word and its plurals have in common: its beginning, in
// lower case.
func fold(s string) string {
	s = strings.ToLower(s)
	for {
		stem := strings.TrimSuffix(strings.TrimRight(s, "s"), "e")
		if stem == "" || stem == s {
			return s
		}
		s = stem
	}
}

// wordsOf returns the words of a text. A character of a script that has no
// blanks between words is a word.
func wordsOf(text string) []word {
	var words []word
	start := -1
	end := func(at int) {
		if start >= 0 {
			words = append(words, word{text[start:at], start, at})
		}
		start = -1
	}
	for i, r := range text {
		switch {
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul):
			end(i)
			words = append(words, word{text[i : i+utf8.RuneLen(r)], i, i + utf8.RuneLen(r)})
		case r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r):
			if start < 0 {
				start = i
			}
		default:
			end(i)
		}
	}
	end(len(text))
	return words
}

// termFinder looks for terms on a page.
type termFinder struct {
	glossary *glossary
	source   []byte
	used     map[*term]bool
	marks    map[ast.Node][]termMark
	own      bool // the page is the glossary
}

// blocks looks through the blocks in a block.
func (f *termFinder) blocks(parent ast.Node) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Heading:
			if f.own && n.Level <= 2 {
				f.used = map[*term]bool{}
				for _, t := range f.glossary.terms {
					if t.heading == n {
						f.used[t] = true
					}
				}
			}
		case *ast.FencedCodeBlock, *ast.CodeBlock, *ast.HTMLBlock, *book.Details:
		case *ast.ListItem:
			if !isTask(n) {
				f.blocks(n)
			}
		default:
			if first := n.FirstChild(); first != nil && first.Type() == ast.TypeBlock {
				f.blocks(n)
			} else {
				f.inlines(n)
			}
		}
	}
}

// isTask reports whether an item of a list begins with a box to tick. It may
// become a summary, where links are not to be.
func isTask(item ast.Node) bool {
	first := item.FirstChild()
	return first != nil && first.FirstChild() != nil && first.FirstChild().Kind() == east.KindTaskCheckBox
}

// inlines looks through the text directly in a node, and in what emphasises it.
func (f *termFinder) inlines(parent ast.Node) {
	var run []*ast.Text // neighbours
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		if t, ok := n.(*ast.Text); ok && !t.IsRaw() {
			run = append(run, t)
			continue
		}
		f.run(run)
		run = nil
		switch n.Kind() {
		case ast.KindEmphasis, east.KindStrikethrough:
			f.inlines(n)
		case ast.KindCodeSpan:
			f.codeSpan(n)
		}
	}
	f.run(run)
}

// codeSpan marks code that is a term as a whole.
func (f *termFinder) codeSpan(n ast.Node) {
	text := plainText(n, f.source)
	words := wordsOf(text)
	if len(words) == 0 || words[0].from != 0 {
		return
	}
	t, count := f.match(text, words, true)
	if t == nil || f.used[t] || count != len(words) || words[count-1].to != len(text) {
		return
	}
	f.used[t] = true
	f.marks[n] = []termMark{{0, t, false}, {0, t, true}}
}

// run looks through text nodes that follow each other.
func (f *termFinder) run(run []*ast.Text) {
	if len(run) == 0 {
		return
	}
	var all strings.Builder
	starts := make([]int, len(run)) // of the nodes, in the text of them all
	for i, t := range run {
		starts[i] = all.Len()
		all.Write(t.Segment.Value(f.source))
		if t.SoftLineBreak() || t.HardLineBreak() {
			all.WriteByte('\n')
		}
	}
	text := all.String()
	words := wordsOf(text)
	for i := 0; i < len(words); {
		t, count := f.match(text, words[i:], false)
		if t == nil || f.used[t] {
			i += max(count, 1)
			continue
		}
		f.used[t] = true
		f.mark(run, starts, termMark{words[i].from, t, false})
		f.mark(run, starts, termMark{words[i+count-1].to, t, true})
		i += count
	}
}

// mark notes a mark whose place is one in the text of several nodes.
func (f *termFinder) mark(run []*ast.Text, starts []int, m termMark) {
	at := m.at
	if m.close {
		at-- // it belongs to the node that has the letter before it
	}
	i, found := slices.BinarySearch(starts, at)
	if !found {
		i--
	}
	m.at -= starts[i]
	f.marks[run[i]] = append(f.marks[run[i]], m)
}

// match returns the term that words begin with, and of how many words it is; nil
// and 0 if there is none.
func (f *termFinder) match(text string, words []word, code bool) (*term, int) {
	if !code && !startsFree(text, words[0].from) {
		return nil, 0
	}
	for _, form := range f.glossary.forms[fold(words[0].text)] {
		n := len(form.words)
		if n > len(words) || !form.matches(text, words[:n]) {
			continue
		}
		if !code && !endsFree(text, words[n-1].to) {
			continue
		}
		return form.term, n
	}
	return nil, 0
}

// startsFree reports whether a word that begins at an offset is no part of a
// name, an entity or an escape, no unit, as the P of 3 P is, and not spoken of: the
// letter "P".
func startsFree(text string, at int) bool {
	before := text[:at]
	if before != "" && strings.IndexByte(".&\\/#\"", before[len(before)-1]) >= 0 {
		return false
	}
	before, ok := strings.CutSuffix(before, " ")
	return !ok || before == "" || before[len(before)-1] < '0' || before[len(before)-1] > '9' || len(wordsOf(text[at:])[0].text) > 1
}

// endsFree reports whether a word that ends at an offset is no part of a name.
func endsFree(text string, at int) bool {
	after := text[at:]
	if after == "" {
		return true
	}
	if after[0] == '(' || after[0] == '/' || after[0] == '=' {
		return false
	}
	return after[0] != '.' || len(after) == 1 || !unicode.IsLetter(rune(after[1]))
}

// matches reports whether words of a text, as many as a form has, are that form.
func (f form) matches(text string, words []word) bool {
	for i, w := range f.words {
		got := words[i].text
		if i+1 == len(f.words) {
			got = singular(got, w.text)
		}
		if got != w.text && (f.exact || lowerFirst(got) != w.text) {
			return false
		}
		if i == 0 {
			continue
		}
		between := strings.ReplaceAll(text[words[i-1].to:words[i].from], "\n", " ")
		want := f.text[f.words[i-1].to:w.from]
		if between != want && !(want == " " && between == "-") && !(want == "-" && between == " ") {
			return false
		}
	}
	return true
}

// singular returns a word without the ending that makes a plural of another, if
// it has that.
func singular(got, want string) string {
	if len(got) == len(want)+1 && got[len(want):] == "s" || len(got) == len(want)+2 && got[len(want):] == "es" && (strings.HasSuffix(want, "s") || strings.HasSuffix(want, "h") || strings.HasSuffix(want, "x")) {
		return got[:len(want)]
	}
	return got
}

// lowerFirst returns a word with its first letter in lower case.
func lowerFirst(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToLower(r)) + s[size:]
}

// text writes text, with the links of the terms in it.
func (b *body) text(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	n := node.(*ast.Text)
	if n.IsRaw() {
		html.DefaultWriter.RawWrite(w, n.Segment.Value(source))
		return ast.WalkContinue, nil
	}
	from := n.Segment.Start
	for _, m := range b.page.terms[n] {
		to := n.Segment.Start + m.at
		html.DefaultWriter.Write(w, b.site.quotes.in(source, from, to))
		b.term(w, m)
		from = to
	}
	html.DefaultWriter.Write(w, b.site.quotes.in(source, from, n.Segment.Stop))
	switch {
	case n.HardLineBreak():
		_, _ = w.WriteString("<br>\n")
	case n.SoftLineBreak():
		_ = w.WriteByte('\n')
	}
	return ast.WalkContinue, nil
}

// codeSpan writes code in the text, as a link if it is a term.
func (b *body) codeSpan(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	marks := b.page.terms[n]
	if marks != nil {
		b.term(w, marks[0])
	}
	_, _ = w.WriteString("<code>")
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		value := c.(*ast.Text).Segment.Value(source)
		if rest, ok := strings.CutSuffix(string(value), "\n"); ok {
			html.DefaultWriter.RawWrite(w, []byte(rest))
			_ = w.WriteByte(' ')
			continue
		}
		html.DefaultWriter.RawWrite(w, value)
	}
	_, _ = w.WriteString("</code>")
	if marks != nil {
		b.term(w, marks[1])
	}
	return ast.WalkSkipChildren, nil
}

// term begins or ends the link of a term.
func (b *body) term(w util.BufWriter, m termMark) {
	g := b.site.glossary
	explained := b.page != g.page && m.term.meaning != ""
	id := stdhtml.EscapeString("rt:term-" + m.term.id)
	if !m.close {
		_, _ = w.WriteString(`<span class="ref term"><a`)
		writeAddress(w, "href", b.page.to(g.page.name, m.term.id))
		if explained {
			_, _ = w.WriteString(` aria-describedby="` + id + `"`)
		}
		_ = w.WriteByte('>')
		return
	}
	_, _ = w.WriteString(`</a>`)
	if explained {
		_, _ = w.WriteString(`<span class="proof" role="tooltip" id="` + id + `"><span>` + stdhtml.EscapeString(m.term.meaning) + `</span></span>`)
	}
	_, _ = w.WriteString(`</span>`)
}
