package book

import (
	"bytes"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// alertNames are the alerts that GitHub knows.
func alertNames() []string { return []string{"note", "tip", "important", "warning", "caution"} }

// alertTransformer replaces quotations that begin with "[!NOTE]" by Alerts.
type alertTransformer struct{}

// Transform implements [parser.ASTTransformer].
func (alertTransformer) Transform(doc *ast.Document, reader text.Reader, _ parser.Context) {
	var quotes []ast.Node
	walk(doc, func(n ast.Node) {
		if n.Kind() == ast.KindBlockquote {
			quotes = append(quotes, n)
		}
	})
	for _, q := range quotes {
		makeAlert(q, reader.Source())
	}
}

// alertMarker returns the name in the first line of a quotation, as in
// "[!NOTE]", and that line.
func alertMarker(quote ast.Node, source []byte) (name string, line text.Segment) {
	p := quote.FirstChild()
	if p == nil || p.Kind() != ast.KindParagraph || p.Lines().Len() == 0 {
		return "", line
	}
	line = p.Lines().At(0)
	s, ok := bytes.CutPrefix(bytes.TrimSpace(line.Value(source)), []byte("[!"))
	if !ok {
		return "", line
	}
	s, ok = bytes.CutSuffix(s, []byte("]"))
	if !ok || len(s) == 0 || bytes.ContainsAny(s, " []") {
		return "", line
	}
	return strings.ToLower(string(s)), line
}

func makeAlert(quote ast.Node, source []byte) {
	name, line := alertMarker(quote, source)
	if !slices.Contains(alertNames(), name) {
		return
	}
	p := quote.FirstChild()
	if p.Lines().Len() == 1 && p.NextSibling() == nil {
		return // an alert that says nothing is a quotation on GitHub, too
	}
	for c := p.FirstChild(); c != nil; c = p.FirstChild() {
		t, ok := c.(*ast.Text)
		if !ok || t.Segment.Start >= line.Stop {
			break
		}
		p.RemoveChild(p, c)
	}
	if p.ChildCount() == 0 {
		quote.RemoveChild(quote, p)
	}
	alert := &Alert{Name: name}
	alert.SetPos(quote.Pos())
	alert.SetBlankPreviousLines(quote.HasBlankPreviousLines())
	adopt(alert, quote.FirstChild(), nil)
	quote.Parent().ReplaceChild(quote.Parent(), quote, alert)
}

// adopt moves first and its siblings up to, not including, stop to the end of
// parent's children.
func adopt(parent, first, stop ast.Node) {
	for c := first; c != nil && c != stop; {
		next := c.NextSibling()
		parent.AppendChild(parent, c)
		c = next
	}
}

// walk calls visit for every block of the tree, parents first.
func walk(n ast.Node, visit func(ast.Node)) {
	visit(n)
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if c.Type() != ast.TypeInline {
			walk(c, visit)
		}
	}
}
