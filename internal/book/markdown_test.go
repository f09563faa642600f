package book

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
)

// TestHeadingIDs compares with the anchors that GitHub gives these headings.
func TestHeadingIDs(t *testing.T) {
	tests := []struct{ heading, want string }{
		{"Simple", "simple"},
		{"What's new?", "whats-new"},
		{"Hello, 世界!", "hello-世界"},
		{"Über Äpfel", "über-äpfel"},
		{"`mheap.grow` & friends", "mheapgrow--friends"},
		{"snake_case and kebab-case", "snake_case-and-kebab-case"},
		{"A [link](https://example.org/) *here*", "a-link-here"},
		{"v1.26.8", "v1268"},
		{"Party 🎉", "party-"},
		{`a \* b &amp; c`, "a--b--c"},
		{"Twice", "twice"},
		{"Twice", "twice-1"},
		{"Twice 1", "twice-1-1"},
		{"Twice", "twice-2"},
	}
	var doc strings.Builder
	for _, test := range tests {
		doc.WriteString("# " + test.heading + "\n\n")
	}
	root := Markdown().Parser().Parse(text.NewReader([]byte(doc.String())))
	n := root.FirstChild()
	for _, test := range tests {
		id, _ := n.(*ast.Heading).AttributeString("id")
		if got := string(id.([]byte)); got != test.want {
			t.Errorf("%q has id %q, want %q", test.heading, got, test.want)
		}
		n = n.NextSibling()
	}
}

func TestHeadingWithoutLetters(t *testing.T) {
	ch := parseOne([]byte("# ?!\n\n# !?\n"))
	places := headingPlaces(ch)
	if len(places) != 2 || places["section"] != 0 {
		t.Errorf("ids %v", places)
	}
}

// outline returns the blocks of a tree, one a line.
func outline(n ast.Node, source []byte, depth int) string {
	var s strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if c.Type() == ast.TypeInline {
			continue
		}
		fmt.Fprintf(&s, "%s%s", strings.Repeat("  ", depth), c.Kind())
		switch c := c.(type) {
		case *Alert:
			s.WriteString(" " + c.Name)
		case *Details:
			fmt.Fprintf(&s, " %q %v", c.Summary, c.Open)
		case *ast.Paragraph:
			fmt.Fprintf(&s, " %q", plainText(c, source))
		}
		s.WriteString("\n" + outline(c, source, depth+1))
	}
	return s.String()
}

func TestTree(t *testing.T) {
	tests := []struct{ name, doc, want string }{
		{"alert", "> [!NOTE]\n> One\n> two.\n>\n> - three\n", `Alert note
  Paragraph "One two."
  List
    ListItem
      TextBlock
`},
		{"alert with its text after a blank line", "> [!Warning]  \n>\n> One\n", "Alert warning\n  Paragraph \"One\"\n"},
		{"alerts in CRLF", "> [!TIP]\r\n> One\r\n", "Alert tip\n  Paragraph \"One\"\n"},
		{"no alert", "> [!NOTE] text\n", "Blockquote\n  Paragraph \"[!NOTE] text\"\n"},
		{"an alert that says nothing", "> [!NOTE]\n", "Blockquote\n  Paragraph \"[!NOTE]\"\n"},
		{"details", "<details>\n<summary>A &amp; <b>B</b></summary>\n\nOne\n\n</details>\n\nTwo\n",
			"Details \"A &amp; <b>B</b>\" false\n  Paragraph \"One\"\nParagraph \"Two\"\n"},
		{"details on one line, open", "<details open><summary>A</summary>\n\nOne\n\n</details>\n", "Details \"A\" true\n  Paragraph \"One\"\n"},
		{"details in one block", "<details>\n<summary>\nA\nB\n</summary>\nOne <i>\ntwo\n</details>\n", "Details \"A B\" false\n  Paragraph \"One <i> two\"\n"},
		{"nested, side by side", "<details>\n\n<details>\n<summary>A</summary>\n\nOne\n\n</details>\n<details>\n\nTwo\n\n</details>\n</details>\n",
			"Details \"\" false\n  Details \"A\" false\n    Paragraph \"One\"\n  Details \"\" false\n    Paragraph \"Two\"\n"},
		{"a summary of its own", "<details>\n\n<summary>A</summary>\n\nOne\n\n</details>\n", "Details \"A\" false\n  Paragraph \"One\"\n"},
		{"in a list", "- <details>\n\n  One\n\n  </details>\n", "List\n  ListItem\n    Details \"\" false\n      Paragraph \"One\"\n"},
		{"no partner", "<details>\n\nOne\n\n<details>\n\nTwo\n\n</details>\n", "HTMLBlock\nParagraph \"One\"\nDetails \"\" false\n  Paragraph \"Two\"\n"},
		{"not alone", "<details> text\n\nOne\n\n</details>\n", "HTMLBlock\nParagraph \"One\"\nHTMLBlock\n"},
		{"other attributes", "<details onclick=x>\n\n</details>\n", "HTMLBlock\nHTMLBlock\n"},
		{"in CRLF", "<details>\r\n<summary>A</summary>\r\n\r\nOne\r\n\r\n</details>\r\n", "Details \"A\" false\n  Paragraph \"One\"\n"},
		{"GitHub's Markdown", "| a |\n|---|\n\n- [ ] ~~x~~\n\nNote[^1] at www.example.org\n\n[^1]: Foot\n",
			"Table\n  TableHeader\n    TableCell\nList\n  ListItem\n    TextBlock\nParagraph \"Note at www.example.org\"\nFootnoteList\n  Footnote\n    Paragraph \"Foot\"\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			src := []byte(test.doc)
			root := Markdown().Parser().Parse(text.NewReader(src))
			if diff := cmp.Diff(test.want, outline(root, src, 0)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}
