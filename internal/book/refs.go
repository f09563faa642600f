package book

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// What the addresses of checked links begin with.
const (
	sourceScheme = "go:"
	outputScheme = "out:"
)

// collectRefs fills ch.Refs from ch.Doc, and reports what was to be a checked
// link and is text.
func collectRefs(ch *Chapter, r *reporter) {
	_ = ast.Walk(ch.Doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Link:
			ref := newRef(ch, n, n.Destination, n.Pos())
			ch.Refs = append(ch.Refs, ref)
			checkScheme(ref, r)
		case *ast.Image:
			ref := newRef(ch, n, n.Destination, n.Pos())
			if ref.Kind == RefSource || ref.Kind == RefOutput {
				ref.Kind = RefExternal // nothing to show
			}
			ch.Refs = append(ch.Refs, ref)
		case *ast.AutoLink:
			ch.Refs = append(ch.Refs, newAutoRef(ch, n))
		case *ast.Text:
			if n.Parent().Kind() != ast.KindCodeSpan {
				checkLost(ch, n, r)
				checkUndefined(ch, n, r)
			}
		}
		return ast.WalkContinue, nil
	})
	// In the tree, footnotes stand at the end.
	slices.SortStableFunc(ch.Refs, func(a, b *Ref) int { return cmp.Compare(a.Offset, b.Offset) })
}

// newRef returns the Ref of a link or an image.
func newRef(ch *Chapter, n ast.Node, raw []byte, at int) *Ref {
	at = max(at, 0)
	ref := &Ref{
		Node:   n,
		Offset: at,
		Pos:    ch.Pos(at),
		Dest:   unescapeText(string(raw)),
		Text:   strings.Join(strings.Fields(plainText(n, ch.Text)), " "),
	}
	ref.Kind = kindOf(ref.Dest)
	ref.TextPos = ref.Pos
	if t := firstText(n); t != nil {
		ref.TextPos = ch.Pos(t.Segment.Start)
	}
	return ref
}

// newAutoRef returns the Ref of an address that is its own text.
func newAutoRef(ch *Chapter, n *ast.AutoLink) *Ref {
	at, label := max(n.Pos(), 0), n.Label(ch.Text)
	if i := bytes.Index(ch.Text[at:], label); i >= 0 && ch.Text[at] != '<' {
		at += i // the parser of bare addresses counts from the blank before
	}
	ref := &Ref{Kind: RefExternal, Node: n, Offset: at, Pos: ch.Pos(at), Dest: string(n.URL(ch.Text)), Text: string(label)}
	ref.TextPos = ref.Pos
	if kind := kindOf(ref.Dest); kind == RefSource || kind == RefOutput {
		ref.Kind = kind
		_, ref.Text, _ = strings.Cut(ref.Dest, ":")
	}
	return ref
}

var schemeSyntax = pattern(`^[A-Za-z][A-Za-z0-9+.-]*:`)

// kindOf returns what an address is of.
func kindOf(dest string) RefKind {
	switch {
	case strings.HasPrefix(dest, sourceScheme):
		return RefSource
	case strings.HasPrefix(dest, outputScheme):
		return RefOutput
	case schemeSyntax().MatchString(dest), strings.HasPrefix(dest, "//"):
		return RefExternal
	}
	return RefInternal
}

// checkScheme reports what would be a checked link in small letters.
func checkScheme(ref *Ref, r *reporter) {
	scheme := strings.ToLower(schemeSyntax().FindString(ref.Dest))
	if ref.Kind == RefExternal && (scheme == sourceScheme || scheme == outputScheme) {
		r.at(ref.Offset, "write "+scheme+" in small letters", "a link that was to be checked, and leads to %s", clip(ref.Dest))
	}
}

// firstText returns the first text below a node, nil if there is none.
func firstText(n ast.Node) *ast.Text {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok && t.Segment.Len() > 0 {
			return t
		}
		if t := firstText(c); t != nil {
			return t
		}
	}
	return nil
}

// Target is what follows the scheme of a checked link: "runtime.schedinit".
func (r *Ref) Target() string {
	switch r.Kind {
	case RefSource:
		return strings.TrimPrefix(r.Dest, sourceScheme)
	case RefOutput:
		return strings.TrimPrefix(r.Dest, outputScheme)
	}
	return r.Dest
}
