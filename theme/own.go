package theme

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"regexp"
	"strconv"
	"strings"
)

// Names of the files in a book's own theme, which all may be missing.
const (
	OwnStyle = "style.css"
	OwnHead  = "head.html"
	OwnFoot  = "foot.html"
)

// Part is a template of a book's own theme. It is safe for concurrent use.
type Part struct {
	t *template.Template

	// Refs are the addresses on other sites that a page with the part asks for when
	// it is opened, in order.
	Refs []Ref
}

// A SyntaxError is a fault in a file of a book's own theme.
type SyntaxError struct {
	Line int // from 1
	Msg  string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Msg) }

// ParsePart parses a template of a book's own theme. A template that does not
// parse, that cannot be shown on any page, or whose elements do not end in it, is
// a *SyntaxError.
func ParsePart(text []byte) (*Part, error) {
	t, err := template.New("part").Parse(string(text))
	if err != nil {
		return nil, syntaxError(err)
	}
	// The escaper looks at a template when it is first executed.
	var shown bytes.Buffer
	if err := t.Execute(&shown, &Page{Lang: "en", Prev: &Link{}, Next: &Link{}, More: &Link{}, Provenance: &Provenance{}, Preview: &Preview{}}); err != nil {
		return nil, syntaxError(err)
	}
	refs, err := checkMarkup(shown.String())
	if err != nil {
		return nil, err
	}
	return &Part{t, refs}, nil
}

// Execute returns what the part shows on a page. An error is a *SyntaxError.
func (p *Part) Execute(page *Page) (template.HTML, error) {
	var b bytes.Buffer
	if err := p.t.Execute(&b, page); err != nil {
		return "", syntaxError(err)
	}
	return template.HTML(bytes.TrimSpace(b.Bytes())), nil
}

var templatePlace = regexp.MustCompile(`^(?:html/)?template: ?part:(\d+)(?::\d+)?: (.*)$`)

// syntaxError makes a SyntaxError of an error of the template package.
func syntaxError(err error) error {
	text, _, _ := strings.Cut(err.Error(), "\n")
	e := (*template.Error)(nil)
	if errors.As(err, &e) && e.ErrorCode == template.ErrEndContext {
		return &SyntaxError{max(e.Line, 1), "a tag, an attribute, a comment, a script or a style is not closed"}
	}
	if e != nil && e.Line > 0 {
		return &SyntaxError{e.Line, e.Description}
	}
	m := templatePlace.FindStringSubmatch(text)
	if m == nil {
		return &SyntaxError{1, strings.TrimPrefix(text, "html/template: ")}
	}
	line, _ := strconv.Atoi(m[1])
	return &SyntaxError{line, strings.TrimPrefix(m[2], `executing "part" at `)}
}

// CheckStylesheet returns what keeps a stylesheet from being read to its end: a
// comment, a string or a bracket that is not closed, or one that closes
// nothing. Anything else a browser skips on its own. refs are the addresses that
// it refers to, in order.
func CheckStylesheet(css []byte) (refs []Ref, err error) {
	s := cssScanner{text: string(css), line: 1}
	if err := s.scan(); err != nil {
		return s.refs, err
	}
	if n := len(s.open); n > 0 {
		return s.refs, &SyntaxError{s.open[n-1].line, fmt.Sprintf("%c is not closed", s.open[n-1].bracket)}
	}
	return s.refs, nil
}

// Ref is an address in a file of a book's own theme.
type Ref struct {
	Href string
	Line int // from 1
}

type cssScanner struct {
	text string
	at   int
	line int
	open []cssBracket
	refs []Ref
}

type cssBracket struct {
	bracket byte
	line    int
}

var cssURL = regexp.MustCompile(`^(?i:url)\(\s*(?:"([^"\n]*)"|'([^'\n]*)'|([^"'()\s]*))\s*\)|^(?i:@import)\s+(?:"([^"\n]*)"|'([^'\n]*)')`)

// scan reads the text to its end.
func (s *cssScanner) scan() error {
	for s.at < len(s.text) {
		c := s.text[s.at]
		switch {
		case strings.HasPrefix(s.text[s.at:], "/*"):
			end := strings.Index(s.text[s.at+2:], "*/")
			if end < 0 {
				return &SyntaxError{s.line, "the comment is not closed"}
			}
			s.skip(end + 4)
		case c == 'u' || c == 'U' || c == '@':
			m := cssURL.FindStringSubmatch(s.text[s.at:])
			if m == nil {
				s.skip(1)
				break
			}
			s.refs = append(s.refs, Ref{m[1] + m[2] + m[3] + m[4] + m[5], s.line})
			s.skip(len(m[0]))
		case c == '"' || c == '\'':
			end := stringEnd(s.text[s.at:])
			if end < 0 {
				return &SyntaxError{s.line, "the string is not closed"}
			}
			s.skip(end)
		case c == '{' || c == '(' || c == '[':
			s.open = append(s.open, cssBracket{c, s.line})
			s.skip(1)
		case c == '}' || c == ')' || c == ']':
			n := len(s.open)
			if n == 0 || strings.IndexByte("{([", s.open[n-1].bracket) != strings.IndexByte("})]", c) {
				return &SyntaxError{s.line, fmt.Sprintf("%c closes nothing", c)}
			}
			s.open = s.open[:n-1]
			s.skip(1)
		case c == '\\' && s.at+1 < len(s.text):
			s.skip(2)
		default:
			s.skip(1)
		}
	}
	return nil
}

func (s *cssScanner) skip(n int) {
	s.line += strings.Count(s.text[s.at:s.at+n], "\n")
	s.at += n
}

// stringEnd returns the length of the string that a text begins with, -1 if it
// does not end.
func stringEnd(text string) int {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case text[0]:
			return i + 1
		case '\\':
			i++
		case '\n':
			return -1
		}
	}
	return -1
}
