package pipeline

import (
	"context"
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"

	"rtbook/internal/book"
	"rtbook/internal/facts"
	"rtbook/internal/finding"
)

// Numerals: in a book that says numerals: checked, no number with a unit stands
// in prose on trust, and no name of the runtime without a way to its source.
//
// A number is digits, with separators, a fraction or a range (10–20), before a
// unit or with one attached: KB, KiB, …, ns, µs, ms, s, min, %; bytes, words,
// pages, slots, spans, classes, entries, bits, CPUs, seconds and minutes, also
// after a hyphen (a 64-byte slot; but 64-bit and 32-bit are kinds of machines).
// Before the symbols, a number in words counts too (four KiB). Years, versions
// and the numbers of chapters have no unit. It counts in paragraphs, headings,
// lists, tables, notes and footnotes; in a code span that is nothing else; and
// not in fences, nor in the choices of a prediction. It is checked where it stands in the text of a fact, of an
// order, whose steps have it, or of an out: link.
//
// Names are those of [sourceNames], each once a chapter. One is linked where any
// link or quotation of the chapter refers to it, or a symbol's link says it,
// whatever package the symbol is of.
//
// What is to stay unchecked is listed in the front matter, with why:
//
//	unchecked:
//	  - "50 bytes: the request of this example"
//
// The text before the colon is a number or a name as the chapter has it, or a
// longer piece of prose with such in it.

// checkNumerals is numerals, with the names of the book's pin.
func (r *Report) checkNumerals(ctx context.Context, opt Options, o *opened) error {
	if r.Book.Numerals != book.NumeralsChecked {
		return nil
	}
	if r.Book.Toolchain == "" && !opt.AnyGo {
		r.numerals(nil) // which names there are depends on the pin
		return nil
	}
	tc, err := sourceOf(opt, o, r.Book)
	if err != nil {
		return err
	}
	defer tc.Close()
	names, err := loadNames(ctx, tc, opt.store())
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return environment(err)
	}
	r.numerals(names)
	return nil
}

// numerals reports the numbers and names of all chapters that nothing checks,
// and exemptions that exempt nothing. names may be nil: then only numbers are
// looked at.
func (r *Report) numerals(names *sourceNames) {
	if r.Book.Numerals != book.NumeralsChecked {
		return
	}
	for _, ch := range r.Book.Chapters {
		n := numeralCheck{chapter: ch, used: make([]bool, len(ch.Unchecked))}
		passages := passagesOf(ch)
		for _, p := range passages {
			n.numbers(p)
		}
		if names != nil {
			n.names(names, passages)
		}
		for i, e := range ch.Unchecked {
			if !n.used[i] && names != nil {
				n.findings = append(n.findings, finding.Finding{
					Pos: e.Pos, Warning: true, Rule: "unchecked",
					Message: fmt.Sprintf("nothing unchecked in this chapter reads %q", e.Text),
					Hint:    "leave the entry out",
				})
			}
		}
		r.Findings = append(r.Findings, n.findings...)
	}
}

// numeralCheck is the check of one chapter.
type numeralCheck struct {
	chapter  *book.Chapter
	used     []bool // of the chapter's exemptions, those that exempt something
	findings []finding.Finding
}

// numbers reports the numbers with units of a passage.
func (n *numeralCheck) numbers(p passage) {
	for at := 0; ; {
		m := numberSyntax().FindStringSubmatchIndex(p.text[at:])
		if m == nil {
			break
		}
		from, to := at+m[2], at+m[3]
		at = to
		text := p.text[from:to]
		if notNumber.MatchString(text) || partOfWord(p.text, from) || n.exempt(p, from, to) {
			continue
		}
		text = strings.Join(strings.Fields(text), " ")
		n.findings = append(n.findings, finding.Finding{
			Pos: n.chapter.Pos(p.at[from]), Rule: "numeral",
			Message: fmt.Sprintf("nothing checks %q", text),
			Hint:    fmt.Sprintf("link it to what says so, [%s](<go:PACKAGE EXPRESSION>) or [%s](out:CELL), or list %q under unchecked: in the front matter", text, text, text+": why"),
		})
	}
}

const (
	digits = `(?:0[xX][0-9a-fA-F]+|[0-9]+(?:[,_\x{202f}][0-9]{3})*(?:\.[0-9]+)?)`
	// gap stands between a number and its unit: a blank of some kind, or a hyphen.
	gap = `(?:[ \x{202f}]|[-\x{2010}\x{2011}])`
	// symbols are written after a number with or without a blank.
	symbols = `(?:[kKMGT]i?B|B|bytes?|[nµμum]s|s|min|%|percent)`
	words   = `(?:kilobytes?|megabytes?|gigabytes?|(?:size |span )?classes|bits?|words?|pages?|slots?|spans?|entries|CPUs?|nanoseconds?|microseconds?|milliseconds?|seconds?|minutes?|hours?)`
	spelled = `(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|sixteen|twenty|thirty|forty|fifty|sixty|hundred|thousand)`
)

// numberSyntax finds numbers with units: the first group is where it begins,
// and what is before it is no part of a longer word, number or version. It is
// compiled when it is needed: letters of all scripts take a while, which each
// start of the command would spend.
var numberSyntax = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?:^|[^\pL\pN_.$/\\])(` +
		`(?:` + digits + ` ?(?:–|-|to|or|and|×|\^) ?)*` + digits + gap + `?(?:` + symbols + `|` + words + `)` +
		`|(?i:` + spelled + `)` + gap + `(?:[kKMGT]i?B|[nµμm]s|%)` +
		`)(?:$|[^\pL\pN_])`)
})

// notNumber are a decade, which is not one of seconds, and kinds of machines.
var notNumber = regexp.MustCompile(`^(?:1[0-9]{2}0s|20[0-9]0s|(?:32|64).bit)$`)

// partOfWord reports whether a hyphen joins what begins at an offset to a word,
// as in UTF-8.
func partOfWord(s string, at int) bool {
	if at < 2 || s[at-1] != '-' {
		return false
	}
	r, _ := utf8.DecodeLastRuneInString(s[:at-1])
	return unicode.IsLetter(r)
}

// exempt reports whether part of a passage may go unchecked.
func (n *numeralCheck) exempt(p passage, from, to int) bool {
	found := false
	for i, e := range n.chapter.Unchecked {
		want := strings.Join(strings.Fields(e.Text), " ")
		if want == "" {
			continue
		}
		for at := 0; ; {
			k := strings.Index(p.text[at:], want)
			if k < 0 {
				break
			}
			if at += k; at <= from && to <= at+len(want) {
				n.used[i], found = true, true
				break
			}
			at++
		}
	}
	return found
}

// passage is the text of a block, as far as nothing checks it: blanks are
// single, and each link to a fact or an output, and each code span, is a
// placeholder.
type passage struct {
	text string
	at   []int // for each byte of text, its offset in the chapter; and one for the end
	code []codeSpan
}

// codeSpan is a code span outside checked links.
type codeSpan struct {
	text string
	at   int // in the chapter
	from int // of its placeholder or its text in the passage
	to   int
}

// placeholder is what stands for a piece of a passage that is no prose. Unlike
// any letter or digit, it belongs to no number.
const placeholder = '\x00'

// passagesOf returns the passages of a chapter, in order of their places.
func passagesOf(ch *book.Chapter) []passage {
	refs := make(map[ast.Node]*book.Ref, len(ch.Refs))
	for _, ref := range ch.Refs {
		refs[ref.Node] = ref
	}
	choices := choicesOf(ch)
	var all []passage
	_ = ast.Walk(ch.Doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if choices[n] {
			return ast.WalkSkipChildren, nil
		}
		if d, ok := n.(*book.Details); ok && entering {
			all = append(all, summaryOf(d))
		}
		if !entering || n.Type() != ast.TypeBlock || n.FirstChild() == nil || n.FirstChild().Type() != ast.TypeInline {
			return ast.WalkContinue, nil
		}
		b := passageBuilder{text: ch.Text, refs: refs}
		b.children(n)
		if len(b.out) > 0 {
			all = append(all, passage{string(b.out), append(b.at, b.at[len(b.at)-1]+1), b.code})
		}
		return ast.WalkSkipChildren, nil
	})
	slices.SortStableFunc(all, func(a, b passage) int { return a.at[0] - b.at[0] })
	return all
}

// choicesOf returns the blocks that say what a cell may print. A run says which of
// them it does print, and the others are wrong on purpose.
func choicesOf(ch *book.Chapter) map[ast.Node]bool {
	choices := make(map[ast.Node]bool)
	for _, f := range ch.Fences {
		if f.Predict == nil {
			continue
		}
		for item := f.Predict.List.FirstChild(); item != nil; item = item.NextSibling() {
			choices[item.FirstChild()] = true
		}
	}
	return choices
}

// summaryOf returns what a <details> shows when it is folded: all of it is at
// the tag, since the tree does not say where it stands.
func summaryOf(d *book.Details) passage {
	p := passage{text: d.Summary, at: make([]int, len(d.Summary)+1)}
	for i := range p.at {
		p.at[i] = max(d.Pos(), 0)
	}
	return p
}

type passageBuilder struct {
	text []byte
	refs map[ast.Node]*book.Ref
	out  []byte
	at   []int
	code []codeSpan
}

func (b *passageBuilder) put(c byte, at int) {
	if c == '\n' || c == '\t' {
		c = ' '
	}
	if c == ' ' && len(b.out) > 0 && b.out[len(b.out)-1] == ' ' {
		return
	}
	b.out, b.at = append(b.out, c), append(b.at, at)
}

// last is the offset of what was put last.
func (b *passageBuilder) last() int {
	if len(b.at) == 0 {
		return 0
	}
	return b.at[len(b.at)-1]
}

func (b *passageBuilder) children(n ast.Node) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			b.segment(c.Segment.Start, c.Segment.Stop, c.IsRaw())
			if c.SoftLineBreak() || c.HardLineBreak() {
				b.put(' ', c.Segment.Stop)
			}
		case *ast.CodeSpan:
			b.codeSpan(c)
		case *ast.Image, *ast.RawHTML, *ast.AutoLink, *ast.String, *extast.FootnoteLink, *extast.FootnoteBacklink, *extast.TaskCheckBox:
			b.put(placeholder, max(c.Pos(), b.last()))
		default:
			if ref := b.refs[c]; ref != nil && checksNumbers(ref) {
				b.put(placeholder, ref.Offset)
				continue
			}
			b.children(c)
		}
	}
}

// checksNumbers reports whether a link says what the numbers in its text are: a
// fact, an order or an output. A symbol says where something is.
func checksNumbers(ref *book.Ref) bool {
	if ref.Kind != book.RefSource {
		return ref.Kind == book.RefOutput
	}
	parsed, err := facts.Parse(ref.Dest)
	return err != nil || parsed.Kind != facts.Symbol // with an error, it is reported already
}

// noBreak is a blank that breaks no line.
const noBreak = "\u00a0"

// segment adds text with its escapes and entities resolved.
func (b *passageBuilder) segment(start, stop int, raw bool) {
	for i := start; i < stop; i++ {
		switch c := b.text[i]; {
		case strings.HasPrefix(string(b.text[i:min(stop, i+len(noBreak))]), noBreak):
			b.put(' ', i)
			i += len(noBreak) - 1
		case raw:
			b.put(c, i)
		case c == '\\' && i+1 < stop && strings.IndexByte("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", b.text[i+1]) >= 0:
			i++
			b.put(b.text[i], i)
		case c == '&':
			end := strings.IndexByte(string(b.text[i:min(stop, i+40)]), ';')
			if end < 0 {
				b.put(c, i)
				continue
			}
			text := html.UnescapeString(string(b.text[i : i+end+1]))
			for _, c := range []byte(strings.ReplaceAll(text, noBreak, " ")) {
				b.put(c, i)
			}
			i += end
		default:
			b.put(c, i)
		}
	}
}

// codeSpan adds a code span: its text if that is a number with a unit and
// nothing else, or a placeholder.
func (b *passageBuilder) codeSpan(n *ast.CodeSpan) {
	var text []byte
	at := n.Pos()
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok {
			if len(text) == 0 {
				at = t.Segment.Start
			}
			text = append(text, t.Segment.Value(b.text)...)
		}
	}
	span := codeSpan{text: strings.Join(strings.Fields(string(text)), " "), at: at, from: len(b.out)}
	if m := numberSyntax().FindStringIndex(span.text); m != nil && m[0] == 0 && m[1] == len(span.text) {
		for i, c := range []byte(span.text) {
			b.put(c, at+i)
		}
	} else {
		b.put(placeholder, at)
	}
	span.to = len(b.out)
	b.code = append(b.code, span)
}
