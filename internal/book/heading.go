package book

import (
	"html"
	"strconv"
	"strings"
	"unicode"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// headingTransformer gives headings their ids, from the text that they show.
// (Goldmark's own way takes the source, destinations of links included.)
type headingTransformer struct{}

// Transform implements [parser.ASTTransformer].
func (headingTransformer) Transform(doc *ast.Document, reader text.Reader, _ parser.Context) {
	ids := newHeadingIDs()
	walk(doc, func(n ast.Node) {
		if n.Kind() == ast.KindHeading {
			n.SetAttributeString("id", ids.Generate([]byte(plainText(n, reader.Source())), ast.KindHeading))
		}
	})
}

// plainText returns the text that a node's inline children show.
func plainText(n ast.Node, source []byte) string { return inlineText(n, source, ' ') }

// inlineText is plainText with something else than a blank where a line ends.
func inlineText(n ast.Node, source []byte, end byte) string {
	var b strings.Builder
	var visit func(ast.Node)
	visit = func(n ast.Node) {
		for c := n.FirstChild(); c != nil; c = c.NextSibling() {
			switch c := c.(type) {
			case *ast.Text:
				b.WriteString(textOf(c, source))
				if c.SoftLineBreak() || c.HardLineBreak() {
					b.WriteByte(end)
				}
			case *ast.String:
				b.Write(c.Value)
			case *ast.AutoLink:
				b.Write(c.Label(source))
			case *ast.Image, *ast.RawHTML:
			default:
				visit(c)
			}
		}
	}
	visit(n)
	return b.String()
}

// textOf returns the text of a node: as it stands in a code span, else with
// backslash escapes and entities resolved.
func textOf(t *ast.Text, source []byte) string {
	raw := string(t.Segment.Value(source))
	if t.IsRaw() || t.Parent().Kind() == ast.KindCodeSpan {
		return raw
	}
	return unescapeText(raw)
}

// unescapeText resolves the backslash escapes and entities of Markdown text.
func unescapeText(raw string) string {
	if !strings.ContainsAny(raw, `\&`) {
		return raw
	}
	var b strings.Builder
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case c == '\\' && i+1 < len(raw) && util.IsPunct(raw[i+1]):
			i++
			b.WriteByte(raw[i])
		case c == '&':
			end := strings.IndexByte(raw[i:min(len(raw), i+maxEntity)], ';')
			if end < 0 {
				b.WriteByte(c)
				continue
			}
			b.WriteString(html.UnescapeString(raw[i : i+end+1]))
			i += end
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// maxEntity is more than the length of the longest entity of HTML,
// "&CounterClockwiseContourIntegral;".
const maxEntity = 40

// headingIDs makes ids as GitHub does. It implements [parser.IDs].
type headingIDs struct {
	last map[string]int // ids in use, with the last number appended to each
}

func newHeadingIDs() *headingIDs { return &headingIDs{last: map[string]int{}} }

// Generate implements [parser.IDs]: value is the heading's plain text. Letters,
// marks, digits and connectors such as "_" stay, in lower case; "-" stays;
// blanks become "-"; the rest is dropped. What would come twice gets -1, -2, …
func (ids *headingIDs) Generate(value []byte, _ ast.NodeKind) []byte {
	base := slug(string(value))
	if base == "" {
		base = "section"
	}
	id := base
	for {
		if _, used := ids.last[id]; !used {
			break
		}
		ids.last[base]++
		id = base + "-" + strconv.Itoa(ids.last[base])
	}
	ids.last[id] = 0
	return []byte(id)
}

// Put implements [parser.IDs].
func (ids *headingIDs) Put(value []byte) {
	if _, used := ids.last[string(value)]; !used {
		ids.last[string(value)] = 0
	}
}

func slug(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ' || r == '-':
			return '-'
		case unicode.IsLetter(r), unicode.IsMark(r), unicode.Is(unicode.Nd, r), unicode.Is(unicode.Pc, r):
			return unicode.ToLower(r)
		}
		return -1
	}, strings.TrimSpace(s))
}
