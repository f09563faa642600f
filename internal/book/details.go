package book

import (
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// detailsTransformer makes Details of the blocks between <details> and
// </details>. Tags without a partner among their siblings stay raw HTML.
type detailsTransformer struct{}

// Transform implements [parser.ASTTransformer].
func (detailsTransformer) Transform(doc *ast.Document, reader text.Reader, _ parser.Context) {
	var parents []ast.Node
	walk(doc, func(n ast.Node) {
		for c := n.FirstChild(); c != nil; c = c.NextSibling() {
			if c.Kind() == ast.KindHTMLBlock {
				parents = append(parents, n)
				return
			}
		}
	})
	for _, p := range parents {
		foldChildren(p, reader.Source())
	}
}

// foldChildren makes Details of n's children.
func foldChildren(n ast.Node, source []byte) {
	var blocks []detailsBlock
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if block, ok := c.(*ast.HTMLBlock); ok {
			if ps := detailsPieces(block, source); ps != nil {
				blocks = append(blocks, detailsBlock{block, ps})
			}
		}
	}
	blocks = pairDetails(blocks)
	if len(blocks) == 0 {
		return
	}
	b := detailsBuilder{top: n, at: n}
	for c := n.FirstChild(); c != nil; {
		next := c.NextSibling()
		if len(blocks) > 0 && c == ast.Node(blocks[0].node) {
			n.RemoveChild(n, c)
			for _, p := range blocks[0].pieces {
				b.add(p, next)
			}
			blocks = blocks[1:]
		} else if b.at != n {
			b.at.AppendChild(b.at, c)
		}
		c = next
	}
}

// detailsBlock is a block of raw HTML, taken apart.
type detailsBlock struct {
	node   *ast.HTMLBlock
	pieces []piece
}

// pairDetails leaves out the blocks that have a tag without a partner.
func pairDetails(blocks []detailsBlock) []detailsBlock {
	for {
		single := map[int]bool{} // blocks with a tag that has no partner
		var open []int           // the blocks of the tags that are open
		for i, b := range blocks {
			for _, p := range b.pieces {
				switch {
				case p.kind == pieceOpen:
					open = append(open, i)
				case p.kind == pieceClose && len(open) == 0:
					single[i] = true
				case p.kind == pieceClose:
					open = open[:len(open)-1]
				}
			}
		}
		for _, i := range open {
			single[i] = true
		}
		if len(single) == 0 {
			return blocks
		}
		// Leaving out a block may take a partner from another one.
		var kept []detailsBlock
		for i, b := range blocks {
			if !single[i] {
				kept = append(kept, b)
			}
		}
		blocks = kept
	}
}

// detailsBuilder puts pieces and blocks into the Details that is open.
type detailsBuilder struct {
	top ast.Node // whose children are folded
	at  ast.Node // where blocks go: top or a Details
}

// add adds a piece, before next if it goes to the top.
func (b *detailsBuilder) add(p piece, next ast.Node) {
	switch p.kind {
	case pieceOpen:
		d := &Details{Summary: p.text, Open: p.open}
		d.SetPos(p.lines[0].Start)
		b.put(d, next)
		b.at = d
	case pieceClose:
		b.at = b.at.Parent()
	case pieceText:
		para := ast.NewParagraph()
		for i, seg := range p.lines {
			para.Lines().Append(seg)
			t := ast.NewTextSegment(seg)
			t.SetSoftLineBreak(i < len(p.lines)-1)
			para.AppendChild(para, t)
		}
		b.put(para, next)
	case pieceSummary:
		if d, ok := b.at.(*Details); ok && d.Summary == "" && !d.HasChildren() {
			d.Summary = p.text
			return
		}
		p.kind = pieceText
		b.add(p, next)
	}
}

func (b *detailsBuilder) put(n, next ast.Node) {
	if b.at == b.top && next != nil {
		b.top.InsertBefore(b.top, next, n)
		return
	}
	b.at.AppendChild(b.at, n)
}

type pieceKind int

const (
	pieceOpen    pieceKind = iota // <details>, with the summary that follows it
	pieceClose                    // </details>
	pieceText                     // lines of text
	pieceSummary                  // <summary> in a block of its own
)

// piece is a part of a block of raw HTML: a tag, or lines between tags.
type piece struct {
	kind  pieceKind
	text  string         // pieceOpen, pieceSummary: the summary
	open  bool           // pieceOpen: unfolded
	lines []text.Segment // where it stands
}

var (
	detailsOpen  = pattern(`(?i)^<details(\s+open(?:\s*=\s*(?:""|"open"))?)?\s*>`)
	detailsClose = pattern(`(?i)^</details\s*>`)
	summaryTag   = pattern(`(?is)^\s*<summary\s*>(.*?)</summary\s*>`)
	detailsAny   = pattern(`(?i)^\s*</?details[\s>]`)
)

// detailsPieces takes a block of raw HTML apart if it begins with a details
// tag. It returns nil if it does not, or if the tags are not alone in their
// lines.
func detailsPieces(block *ast.HTMLBlock, source []byte) []piece {
	segs := block.Lines()
	if segs.Len() == 0 {
		return nil
	}
	first := segs.At(0)
	if m := summaryTag().FindSubmatch(first.Value(source)); m != nil && segs.Len() == 1 {
		return []piece{{kind: pieceSummary, text: string(m[1]), lines: []text.Segment{first}}}
	}
	if !detailsAny().Match(first.Value(source)) {
		return nil
	}
	var ps []piece
	for i := 0; i < segs.Len(); {
		seg := segs.At(i)
		rest := strings.TrimSpace(string(source[seg.Start:seg.Stop]))
		if looksLikeFence([]byte(rest)) {
			return nil // an oversight, and reported
		}
		if !detailsAny().MatchString(rest) {
			ps = appendText(ps, seg.TrimRightSpace(source))
			i++
			continue
		}
		i++
		for rest != "" {
			p := piece{lines: []text.Segment{seg}}
			if m := detailsClose().FindString(rest); m != "" {
				p.kind = pieceClose
				rest = strings.TrimSpace(rest[len(m):])
			} else if m := detailsOpen().FindStringSubmatch(rest); m != nil {
				p.open = m[1] != ""
				rest = strings.TrimSpace(rest[len(m[0]):])
				p.text, rest, i = summaryAfter(rest, segs, i, source)
			} else {
				return nil
			}
			ps = append(ps, p)
		}
	}
	return ps
}

// summaryAfter reads the <summary> that follows a <details>: in rest, what
// else is on its line, or from line i on if rest is empty. It returns the
// summary's text, the rest of its last line, and the number of the next line.
func summaryAfter(rest string, segs *text.Segments, i int, source []byte) (string, string, int) {
	lines, next := rest, i
	for more := 0; ; more++ {
		if m := summaryTag().FindStringSubmatch(lines); m != nil {
			return strings.Join(strings.Fields(m[1]), " "), strings.TrimSpace(lines[len(m[0]):]), next
		}
		// A summary is a line or few: looking through all that follows, for
		// every tag, would take quadratic time.
		if next == segs.Len() || more == maxSummaryLines || lines != "" && !strings.HasPrefix(lines, "<") {
			return "", rest, i
		}
		seg := segs.At(next)
		lines = strings.TrimSpace(lines + "\n" + string(source[seg.Start:seg.Stop]))
		next++
	}
}

const maxSummaryLines = 8

func appendText(ps []piece, seg text.Segment) []piece {
	if seg.IsEmpty() {
		return ps
	}
	if n := len(ps); n > 0 && ps[n-1].kind == pieceText {
		ps[n-1].lines = append(ps[n-1].lines, seg)
		return ps
	}
	return append(ps, piece{kind: pieceText, lines: []text.Segment{seg}})
}
