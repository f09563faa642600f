package book

import (
	"bytes"
	"cmp"
	"fmt"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"

	"rtbook/internal/finding"
)

// parseChapter fills ch, whose Path, Slug and Source are set, and returns what
// is wrong with it. Unless ok, the chapter is not text at all and has no tree.
func parseChapter(ch *Chapter, md goldmark.Markdown, plain bool) (fs []finding.Finding, ok bool) {
	ch.lines = newLines(ch.Source)
	r := &reporter{ch: ch}
	if !plain && !checkSize(ch, r) {
		return r.findings, false
	}
	if at := badByte(ch.Source); at >= 0 {
		r.at(at, "save the file as UTF-8", "not UTF-8: byte 0x%02x", ch.Source[at])
		return r.findings, false
	}
	ch.Text = bytes.Clone(ch.Source)
	start := blankBOM(ch.Text)
	if at := loneReturn(ch.Text); at >= 0 {
		if plain {
			endLines(ch.Text)
		} else {
			r.at(at, "save the file with lines that end in LF or CRLF", "a carriage return alone does not end a line")
		}
	}
	r.findings = append(r.findings, frontMatter(ch, start, plain)...)

	pc := parser.NewContext()
	ch.Doc = md.Parser().Parse(text.NewReader(ch.Text), parser.WithContext(pc))
	if ch.Title == "" {
		ch.Title = firstHeading(ch)
	}
	if !plain {
		collectFences(ch, placesOf(pc), r)
		checkChapter(ch, r)
		collectRefs(ch, r)
		collectComments(ch, r)
	}
	return r.findings, true
}

// badByte returns the offset of the first byte that is not part of UTF-8, or -1.
func badByte(src []byte) int {
	if utf8.Valid(src) {
		return -1
	}
	for i := 0; i < len(src); {
		r, size := utf8.DecodeRune(src[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

// loneReturn returns the offset of the first carriage return that no line feed
// follows, or -1.
func loneReturn(text []byte) int {
	for i := 0; i < len(text); i++ {
		k := bytes.IndexByte(text[i:], '\r')
		if k < 0 {
			break
		}
		if i += k; i+1 == len(text) || text[i+1] != '\n' {
			return i
		}
	}
	return -1
}

// endLines makes a line feed of every carriage return alone, which ends a line
// for other readers of Markdown.
func endLines(text []byte) {
	for i, c := range text {
		if c == '\r' && (i+1 == len(text) || text[i+1] != '\n') {
			text[i] = '\n'
		}
	}
}

// blankBOM overwrites a byte order mark and returns its length. It puts line
// feeds, not blanks: those would indent the first line.
func blankBOM(text []byte) int {
	bom := []byte("\ufeff")
	if !bytes.HasPrefix(text, bom) {
		return 0
	}
	for i := range bom {
		text[i] = '\n'
	}
	return len(bom)
}

var keyLine = pattern(`^(["'\p{L}_][^:]*:(\s|$)|\{|\[|&|!|%)`)

// frontMatter reads the front matter of ch.Text, which begins at an offset,
// into ch, and blanks it.
func frontMatter(ch *Chapter, start int, plain bool) []finding.Finding {
	body, end, after := frontMatterRange(ch.Text, start)
	if body < 0 || end < 0 && plain {
		return nil
	}
	line, col := ch.lines.position(start)
	if end < 0 {
		return []finding.Finding{{
			Pos:     finding.Pos{File: ch.Path, Line: line, Col: col},
			Message: "front matter is not closed",
			Hint:    "end it with a line ---",
		}}
	}
	var unchecked []string
	var places []finding.Pos
	y := yamlFile{name: ch.Path, src: string(ch.Text[body:end]), line: line + 1, lenient: plain, fields: []yamlField{
		{key: "title", text: &ch.Title},
		{key: "summary", text: &ch.Summary},
		{key: "aliases", list: &ch.Aliases, check: checkAlias},
		{key: "allow", list: &ch.Allow, places: &ch.allowAt, check: checkAllow},
		{key: "complete", flag: &ch.Complete},
		{key: "unchecked", list: &unchecked, places: &places, check: checkExemption},
	}}
	y.decode()
	for i, s := range unchecked {
		text, reason, _ := strings.Cut(s, ": ")
		ch.Unchecked = append(ch.Unchecked, Exemption{Text: text, Reason: strings.TrimSpace(reason), Pos: places[i]})
	}
	for i := start; i < after; i++ {
		if c := ch.Text[i]; c != '\n' && c != '\r' {
			ch.Text[i] = ' '
		}
	}
	for i := range y.findings {
		y.findings[i].Warning = plain
	}
	return y.findings
}

var aliasSyntax = pattern(`^[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*$`)

// checkAlias reports an alias that could not have been a page's slug.
func checkAlias(alias string) error {
	if !aliasSyntax().MatchString(alias) || strings.HasSuffix(alias, ".html") {
		return fmt.Errorf("%q is not the path of a page, as in 02-old-name", clip(alias))
	}
	return nil
}

// checkExemption reports an entry of unchecked that is not a text with a reason.
func checkExemption(s string) error {
	text, reason, ok := strings.Cut(s, ": ")
	if !ok || strings.TrimSpace(text) == "" || strings.TrimSpace(reason) == "" {
		return &valueError{0, fmt.Sprintf("%q says no reason", clip(s)), `write the text and why it needs no check, as in "50 bytes: the request of this example"`}
	}
	return nil
}

// frontMatterRange finds the front matter that begins at start: its text is
// from body to end, and what comes after it begins at after. body is -1 if
// there is none: a line "---" with no key on the next is a line across the
// page. end is -1 if it is not closed.
func frontMatterRange(text []byte, start int) (body, end, after int) {
	first, rest := cutLine(text[start:])
	if !isRule(first) {
		return -1, -1, -1
	}
	body = len(text) - len(rest)
	keys := false
	for len(rest) > 0 {
		at := len(text) - len(rest)
		var line []byte
		line, rest = cutLine(rest)
		s := string(bytes.TrimRight(line, " \t\r\n"))
		if s == "---" || s == "..." {
			return body, at, len(text) - len(rest)
		}
		if keys || strings.HasPrefix(s, "#") {
			continue
		}
		if keys = keyLine().MatchString(s); !keys {
			break
		}
	}
	if !keys {
		return -1, -1, -1
	}
	return body, -1, -1
}

// isRule reports whether a line is "---".
func isRule(line []byte) bool { return string(bytes.TrimRight(line, " \t\r\n")) == "---" }

// cutLine splits src after its first line, whose line feed stays with it.
func cutLine(src []byte) (line, rest []byte) {
	if i := bytes.IndexByte(src, '\n'); i >= 0 {
		return src[:i+1], src[i+1:]
	}
	return src, nil
}

// firstHeading returns the text of the first heading, or "".
func firstHeading(ch *Chapter) string {
	title := ""
	walk(ch.Doc, func(n ast.Node) {
		if title == "" && n.Kind() == ast.KindHeading {
			title = strings.TrimSpace(plainText(n, ch.Text))
		}
	})
	return title
}

// titleOfFile makes a title of a file's name: "02-size-classes.md" is "size classes".
func titleOfFile(name string) string {
	base := strings.TrimSuffix(path.Base(name), path.Ext(name))
	if stem := strings.TrimLeft(base, "0123456789"); len(stem) > 1 && stem != base && stem[0] == '-' {
		base = stem[1:]
	}
	return strings.ReplaceAll(strings.ReplaceAll(base, "-", " "), "_", " ")
}

var chapterName = pattern(`^([0-9]+)-[A-Za-z0-9][A-Za-z0-9._-]*\.md$`)

// chapterNumber returns the number in a chapter's file name, or an error that
// says what such names look like.
func chapterNumber(base string) (string, error) {
	m := chapterName().FindStringSubmatch(base)
	if m == nil {
		return "", fmt.Errorf("%s is not the name of a chapter", base)
	}
	return cmp.Or(strings.TrimLeft(m[1], "0"), "0"), nil
}
