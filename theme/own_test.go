package theme

import (
	"errors"
	"html/template"
	"slices"
	"strings"
	"testing"
)

// TestParsePart has templates that do not parse, with the line of the fault.
func TestParsePart(t *testing.T) {
	for _, test := range []struct {
		name, text string
		line       int
		msg        string // a part of it
	}{
		{"not closed", "<p>\n{{.Title", 2, "unclosed action"},
		{"no end", "a\n{{if .Title}}\nb", 3, "unexpected EOF"},
		{"no such field", "a\nb {{.Titel}}", 2, "Titel"},
		{"no such function", "{{shout .Title}}", 1, `function "shout" not defined`},
		{"open attribute", "<meta content=\"{{.Title}}\n", 1, "is not closed"},
		{"open script", "<script>alert(1)", 1, "is not closed"},
		{"open element", "<ul>\n<li>a\n<li>b\n<div>\n</ul>", 5, "</ul> stands in a <div> that is not closed"},
		{"open at the end", "<p>a\n<div class=\"a>b\">", 2, "<div> is not closed"},
		{"closed too much", "<p>a</p>\n</footer>", 2, "</footer> closes nothing"},
		{"another template", "{{template \"cell.tmpl\"}}", 1, "no such template"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := ParsePart([]byte(test.text))
			var e *SyntaxError
			if !errors.As(err, &e) {
				t.Fatalf("got %v, want a SyntaxError", err)
			}
			if e.Line != test.line || !strings.Contains(e.Msg, test.msg) {
				t.Errorf("got line %d: %s, want line %d: …%s…", e.Line, e.Msg, test.line, test.msg)
			}
		})
	}
}

func TestPartExecute(t *testing.T) {
	p, err := ParsePart([]byte("\n<meta name=\"author\" content=\"{{.Book}}\">{{with .Next}} {{.Title}}{{end}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := p.Execute(&Page{Book: `A "B" & <C>`})
	if want := template.HTML(`<meta name="author" content="A &#34;B&#34; &amp; &lt;C&gt;">`); got != want || err != nil {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
}

func TestCheckStylesheet(t *testing.T) {
	for _, test := range []struct {
		name, css string
		line      int    // of the fault, 0 for none
		msg       string // of it
	}{
		{"fine", "/* } */\n@media print { a[href='}'] { content: \"\\\"{\" } }\n", 0, ""},
		{"escaped", `.a\{b { color: red }`, 0, ""},
		{"open block", "a {\n  color: red;\n\nb { }\n", 1, "{ is not closed"},
		{"closed twice", "a { }\n}\n", 2, "} closes nothing"},
		{"mixed", "a { b: (c }\n", 1, "} closes nothing"},
		{"comment", "a { }\n/* never\nends", 2, "the comment is not closed"},
		{"string", "a { content: \"x;\n }", 1, "the string is not closed"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := CheckStylesheet([]byte(test.css))
			var e *SyntaxError
			switch {
			case test.line == 0 && err != nil:
				t.Errorf("got %v", err)
			case test.line > 0 && (!errors.As(err, &e) || e.Line != test.line || e.Msg != test.msg):
				t.Errorf("got %v, want line %d: %s", err, test.line, test.msg)
			}
		})
	}
	refs, err := CheckStylesheet([]byte("@import \"base.css\";\n@font-face { src: url( 'a b.woff2' ) format('woff2'), url(c.woff) }\n/* url(no) */ b { background: URL(\"#d\"); }\n"))
	want := []Ref{{"base.css", 1}, {"a b.woff2", 2}, {"c.woff", 2}, {"#d", 3}}
	if err != nil || !slices.Equal(refs, want) {
		t.Errorf("got %v, %v, want %v", refs, err, want)
	}
}
