package book

import (
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"

	"rtbook/internal/finding"
)

// comment begins with a word, which a colon may follow.
var (
	commentSyntax = pattern(`^<!--[ \t]*([A-Za-z]+)([ \t]*:)?[ \t]*(.*?)[ \t]*-->[ \t]*`)
	claimIDSyntax = pattern(`^[A-Z]{1,4}[0-9]{1,4}[a-z]?$`)
	claimIDWord   = pattern(`[^\s,]+`)
)

// collectComments fills ch.Claims and ch.Inserts from the comments that stand
// alone, and reports those that look like one for rtbook and are none.
func collectComments(ch *Chapter, r *reporter) {
	headings := headingOffsets(ch)
	walk(ch.Doc, func(n ast.Node) {
		if block, ok := n.(*ast.HTMLBlock); ok && block.HTMLBlockType == ast.HTMLBlockType2 {
			readComment(ch, block, headings, r)
		}
		if n.Type() == ast.TypeBlock {
			checkInlineComments(ch, n, r)
		}
	})
}

// headingOffsets returns where the headings of a chapter begin, ascending.
func headingOffsets(ch *Chapter) []int {
	var at []int
	walk(ch.Doc, func(n ast.Node) {
		if n.Kind() == ast.KindHeading && n.Pos() >= 0 {
			at = append(at, n.Pos())
		}
	})
	slices.Sort(at)
	return at
}

// readComment reads a block that begins with a comment.
func readComment(ch *Chapter, n *ast.HTMLBlock, headings []int, r *reporter) {
	if n.Lines().Len() == 0 {
		return
	}
	seg := n.Lines().At(0)
	line := strings.TrimRight(string(ch.Text[seg.Start:seg.Stop]), "\r\n")
	text := strings.TrimLeft(line, " \t")
	at := seg.Start + len(line) - len(text)
	m := commentSyntax().FindStringSubmatchIndex(text)
	if m == nil {
		return
	}
	word, colon, rest := text[m[2]:m[3]], m[4] >= 0, text[m[6]:m[7]]
	if !forUs(word, colon, rest) {
		return
	}
	if after := text[m[1]:]; after != "" {
		r.at(at+m[1], "put the comment on a line of its own, above", "text after a comment on its line is not Markdown")
		return
	}
	switch {
	case word == InsertLedger && rest == "" && !colon, word == InsertToolchains && rest == "" && !colon:
		ch.Inserts = append(ch.Inserts, &Insert{Name: word, Pos: ch.Pos(at), Node: n})
	case word == "claim" && colon && rest != "":
		readClaim(ch, n, at, at+m[6], rest, headings, r)
	default:
		r.at(at, meantComment(word, rest), "a comment that means nothing to rtbook, and looks as if it should")
	}
}

// commentWords are the first words of comments for rtbook.
func commentWords() []string { return []string{"claim", InsertLedger, InsertToolchains} }

// forUs reports whether a comment is for rtbook, or was probably meant to be.
func forUs(word string, colon bool, rest string) bool {
	lower := strings.ToLower(word)
	near := slices.Contains(commentWords(), lower) || finding.Nearest(lower, commentWords()) != ""
	first, _, _ := strings.Cut(rest, " ")
	switch {
	case !near:
		return false
	case rest == "":
		return true
	}
	return colon && (lower == "claim" || claimIDSyntax().MatchString(strings.TrimRight(first, ","))) || claimIDSyntax().MatchString(strings.TrimRight(rest, ","))
}

// meantComment is the hint for a comment that is not as it should be.
func meantComment(word, rest string) string {
	lower := strings.ToLower(word)
	if near := finding.Nearest(lower, commentWords()); !slices.Contains(commentWords(), lower) {
		lower = near
	}
	if lower != "claim" {
		return "write <!-- " + lower + " -->"
	}
	if rest == "" {
		return "write <!-- claim: A7 -->, with the row of the ledger that it is about"
	}
	return "write <!-- claim: " + rest + " -->"
}

// readClaim adds a claim: the comment n at an offset, with its ids at another.
func readClaim(ch *Chapter, n ast.Node, at, idsAt int, ids string, headings []int, r *reporter) {
	c := &Claim{Pos: ch.Pos(at), Node: n, Start: at, End: len(ch.Source)}
	if i, _ := slices.BinarySearch(headings, at); i < len(headings) {
		c.End = headings[i]
	}
	for _, m := range claimIDWord().FindAllStringIndex(ids, -1) {
		id := ids[m[0]:m[1]]
		if !claimIDSyntax().MatchString(id) {
			r.at(idsAt+m[0], "an id is capitals and a number, as in A7; several are separated by blanks", "%q is no id of a claim", clip(id))
			continue
		}
		if slices.ContainsFunc(c.IDs, func(other ClaimID) bool { return other.ID == id }) {
			r.at(idsAt+m[0], "leave one of the two out", "claim %s is named twice", id)
			continue
		}
		c.IDs = append(c.IDs, ClaimID{ID: id, Pos: ch.Pos(idsAt + m[0])})
	}
	for c.Block = n.NextSibling(); c.Block != nil && c.Block.Kind() == ast.KindHTMLBlock; {
		c.Block = c.Block.NextSibling()
	}
	switch {
	case len(c.IDs) == 0:
		return
	case c.Block == nil:
		r.at(at, "put it directly before the paragraph, note or cell that makes the claim", "a claim with nothing after it")
	case c.Block.Kind() == ast.KindHeading:
		c.Block = nil
		r.at(at, "put it below the heading, before the paragraph, note or cell that makes the claim", "a claim before a heading")
	}
	ch.Claims = append(ch.Claims, c)
}

// checkInlineComments reports comments for rtbook in the midst of text.
func checkInlineComments(ch *Chapter, block ast.Node, r *reporter) {
	for n := block.FirstChild(); n != nil; n = n.NextSibling() {
		raw, ok := n.(*ast.RawHTML)
		if !ok || raw.Segments.Len() == 0 {
			continue
		}
		seg := raw.Segments.At(0)
		m := commentSyntax().FindStringSubmatch(string(ch.Text[seg.Start:seg.Stop]))
		if m != nil && forUs(m[1], m[2] != "", m[3]) {
			r.at(seg.Start, "put it on a line of its own, with nothing but a blank line above", "a comment %s inside a paragraph means nothing", strings.ToLower(m[1]))
		}
	}
}
