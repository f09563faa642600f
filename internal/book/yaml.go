package book

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	yamlast "github.com/goccy/go-yaml/ast"
	yamlparser "github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"rtbook/internal/finding"
)

// yamlField is a key of a YAML mapping and where its value goes: one of text,
// list and flag.
type yamlField struct {
	key  string
	text *string
	list *[]string
	flag *bool

	places *[]finding.Pos // of the list's items, or of the text; may be nil

	check func(string) error // of a text that is not empty, or of each in a list; may be nil
}

// yamlFile reads a mapping of known keys, which begins at a line of a file.
type yamlFile struct {
	name     string
	src      string
	line     int  // 1-based number in the file of src's first line
	skip     int  // bytes of that line that stand before src
	lenient  bool // unknown keys, and values of other types under known keys, are no findings
	fields   []yamlField
	findings []finding.Finding
	lines    []string // of src, once a place was asked for
}

// decode fills the fields from src.
func (y *yamlFile) decode() {
	if len(y.src) > maxYAML {
		y.at(nil, "leave out what rtbook does not know: it needs a few lines", "YAML of more than %d KiB", maxYAML>>10)
		return
	}
	y.mapping(y.body())
}

// body parses src and returns what it holds: nil if that is nothing, or no YAML.
// A second document is reported.
func (y *yamlFile) body() yamlast.Node {
	f, err := yamlparser.ParseBytes([]byte(y.src), 0)
	if err != nil {
		var ye yaml.Error
		if !errors.As(err, &ye) || ye.GetToken() == nil {
			y.at(nil, yamlHint, "%s", firstLine(err.Error()))
			return nil
		}
		y.syntax(ye)
		return nil
	}
	if len(f.Docs) > 1 {
		y.at(f.Docs[1].GetToken(), "leave out the line ---", "a second YAML document")
	}
	if len(f.Docs) == 0 {
		return nil
	}
	return f.Docs[0].Body
}

// yamlHint is the hint for what is no YAML: the faults are nearly always these.
const yamlHint = `write key: value lines; a value with ": ", " #" or brackets in it stands in double quotes`

var definedTwice = pattern(`^mapping key "(.*)" already defined at \[([0-9]+):([0-9]+)\]`)

// syntax reports an error of the YAML parser.
func (y *yamlFile) syntax(err yaml.Error) {
	m := definedTwice().FindStringSubmatch(err.GetMessage())
	if m == nil {
		message, hint := firstLine(err.GetMessage()), yamlHint
		if strings.Contains(message, "'\t'") {
			message, hint = strings.Replace(message, "character '\t'", "a tab", 1), "YAML is indented by blanks, not by tabs"
		}
		y.at(err.GetToken(), hint, "%s", message)
		return
	}
	line, _ := strconv.Atoi(m[2])
	col, _ := strconv.Atoi(m[3])
	f := y.at(err.GetToken(), "", "key %s is given twice", clip(m[1]))
	f.Notes = []finding.Note{{Pos: y.place(line, col), Text: "first here"}}
	f.Hint = "leave one of the two out"
}

func (y *yamlFile) mapping(body yamlast.Node) {
	switch n := body.(type) {
	case nil, *yamlast.NullNode, *yamlast.CommentGroupNode:
	case *yamlast.MappingNode:
		for _, v := range n.Values {
			y.entry(v)
		}
	case *yamlast.MappingValueNode:
		y.entry(n)
	default:
		y.at(startOf(n), "write key: value lines", "%s where keys are expected", yamlKind(n))
	}
}

func (y *yamlFile) entry(v *yamlast.MappingValueNode) {
	key := v.Key.GetToken().Value
	for _, f := range y.fields {
		if f.key == key {
			y.value(f, v.Value)
			return
		}
	}
	if y.lenient {
		return
	}
	names := make([]string, len(y.fields))
	for i, f := range y.fields {
		names[i] = f.key
	}
	hint := "keys are " + strings.Join(names, ", ")
	if near := finding.Nearest(key, names); near != "" {
		hint = "did you mean " + near + "?"
	}
	y.at(v.Key.GetToken(), hint, "unknown key %s", clip(key))
}

func (y *yamlFile) value(f yamlField, n yamlast.Node) {
	if f.list != nil {
		seq, ok := n.(*yamlast.SequenceNode)
		if !ok {
			y.mismatch(n, fmt.Sprintf("write %s: [one, two]", f.key), "%s is a list", f.key)
			return
		}
		for _, item := range seq.Values {
			if s, ok := y.scalar(item); ok && y.valid(f, s, item) {
				*f.list = append(*f.list, s)
				y.note(f, item)
			}
		}
		return
	}
	if f.flag != nil {
		switch s, ok := y.scalar(n); {
		case ok && (s == "true" || s == "false"):
			*f.flag = s == "true"
		case ok:
			y.mismatch(n, "write "+f.key+": true, or leave it out", "%s: %q is neither true nor false", f.key, clip(s))
		}
		return
	}
	if s, ok := y.scalar(n); ok && (s == "" || y.valid(f, s, n)) {
		*f.text = s
		y.note(f, n)
	}
}

// note keeps the place of a value, if the field asks for it.
func (y *yamlFile) note(f yamlField, n yamlast.Node) {
	if f.places == nil {
		return
	}
	pos := y.place(1, 1)
	if t := startOf(n); t != nil && t.Position != nil {
		pos = y.place(t.Position.Line, t.Position.Column)
	}
	*f.places = append(*f.places, pos)
}

// valid reports whether a value may stand under its key, and says so if not.
func (y *yamlFile) valid(f yamlField, s string, n yamlast.Node) bool {
	if strings.ContainsFunc(s, isControl) {
		y.mismatch(n, "leave it out", "%s has a control character in it", f.key)
		return false
	}
	if f.check == nil {
		return true
	}
	if err := f.check(s); err != nil {
		var ve *valueError
		if !errors.As(err, &ve) {
			ve = &valueError{msg: err.Error(), hint: "leave " + f.key + " out, or give it another value"}
		}
		y.mismatch(n, ve.hint, "%s: %s", f.key, ve.msg)
		return false
	}
	return true
}

// scalar returns the text of a node; numbers and the like are taken as they
// are written.
func (y *yamlFile) scalar(n yamlast.Node) (string, bool) {
	switch n := n.(type) {
	case *yamlast.NullNode:
		return "", true
	case *yamlast.StringNode:
		return n.Value, true
	case *yamlast.LiteralNode:
		return strings.TrimSuffix(n.Value.Value, "\n"), true
	case *yamlast.IntegerNode, *yamlast.FloatNode, *yamlast.BoolNode, *yamlast.InfinityNode, *yamlast.NanNode:
		return n.GetToken().Value, true
	}
	y.mismatch(n, `write one line of text, in double quotes if it holds more than letters`, "%s where text is expected", yamlKind(n))
	return "", false
}

func (y *yamlFile) mismatch(n yamlast.Node, hint, format string, args ...any) {
	if !y.lenient {
		y.at(startOf(n), hint, format, args...)
	}
}

func yamlKind(n yamlast.Node) string {
	switch n.(type) {
	case *yamlast.SequenceNode:
		return "a list"
	case *yamlast.MappingNode, *yamlast.MappingValueNode:
		return "a mapping"
	case *yamlast.StringNode, *yamlast.LiteralNode:
		return "text"
	case *yamlast.AliasNode:
		return "an alias"
	case *yamlast.AnchorNode:
		return "an anchor"
	}
	return "a " + strings.ToLower(n.Type().YAMLName())
}

// startOf returns the token at which a node begins. (A mapping's own is its colon.)
func startOf(n yamlast.Node) *token.Token {
	switch n := n.(type) {
	case *yamlast.MappingNode:
		if len(n.Values) > 0 && !n.IsFlowStyle {
			return n.Values[0].Key.GetToken()
		}
	case *yamlast.MappingValueNode:
		return n.Key.GetToken()
	}
	return n.GetToken()
}

// at reports a fault at a token.
func (y *yamlFile) at(t *token.Token, hint, format string, args ...any) *finding.Finding {
	pos := finding.Pos{File: y.name, Line: y.line, Col: 1}
	if t != nil && t.Position != nil {
		pos = y.place(t.Position.Line, t.Position.Column)
	}
	y.findings = append(y.findings, finding.Finding{Pos: pos, Message: fmt.Sprintf(format, args...), Hint: hint})
	return &y.findings[len(y.findings)-1]
}

// place returns the place of a line and column of src, both from 1; columns of
// YAML count characters, ours bytes.
func (y *yamlFile) place(line, col int) finding.Pos {
	pos := finding.Pos{File: y.name, Line: y.line + max(line, 1) - 1, Col: 1}
	if y.lines == nil {
		y.lines = strings.Split(y.src, "\n")
	}
	if line > 0 && line <= len(y.lines) {
		pos.Col += byteColumn(y.lines[line-1], col-1)
	}
	if line == 1 {
		pos.Col += y.skip
	}
	return pos
}

// byteColumn returns the offset of the nth character of s, from 0, or its
// length.
func byteColumn(s string, n int) int {
	i := 0
	for ; n > 0 && i < len(s); n-- {
		_, size := utf8.DecodeRuneInString(s[i:])
		i += size
	}
	return i
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	return s
}

var (
	toolchainSyntax = pattern(`^go1\.[0-9]+(\.[0-9]+|rc[0-9]+|beta[0-9]+)?$`)
	targetSyntax    = pattern(`^[a-z0-9]+/[a-z0-9]+$`)
	langSyntax      = pattern(`^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$`)
	urlSyntax       = pattern(`^https?://[^\s/?#]+(/[^\s?#]*)?$`)
	issuesSyntax    = pattern(`^(https?://[^\s/?#]+([/?#]\S*)?|mailto:[^\s@]+@[^\s@]+)$`)
)

// matches returns a check that a value is what is wanted, such as the example.
func matches(re *regexp.Regexp, want, example string) func(string) error {
	return func(s string) error {
		if !re.MatchString(s) {
			return &valueError{msg: fmt.Sprintf("%q is not %s such as %s", s, want, example), hint: suggestion(re, s, example)}
		}
		return nil
	}
}

// suggestion is the hint for a value that re does not match: the value with
// what people leave out, if that is enough.
func suggestion(re *regexp.Regexp, s, example string) string {
	for _, better := range []string{"go" + s, "https://" + s, "linux/" + s} {
		if prefix := strings.TrimSuffix(better, s); s != "" && strings.HasPrefix(example, prefix) && re.MatchString(better) {
			return "write " + better
		}
	}
	return "write one as in " + example
}

func checkIsolation(s string) error {
	if s == "strict" {
		return nil
	}
	return &valueError{msg: fmt.Sprintf("there is no isolation %q", s), hint: "write isolation: strict, or leave it out: cells then run with what this machine has"}
}

// checkLedgerPath reports what is not the name of a YAML file of the book.
func checkLedgerPath(value string) error {
	if !fs.ValidPath(value) || path.Ext(value) != ".yaml" {
		return &valueError{0, fmt.Sprintf("%q is not a YAML file beside the chapters", clip(value)), "write ledger: ledger.yaml"}
	}
	return nil
}

// checkNumerals reports what cannot be said of numerals.
func checkNumerals(value string) error {
	if value != NumeralsChecked {
		return &valueError{0, fmt.Sprintf("numerals cannot be %q", clip(value)), "write numerals: " + NumeralsChecked + ", or leave it out"}
	}
	return nil
}

// checkThemePath reports what is not the name of a folder of the book.
func checkThemePath(value string) error {
	if !fs.ValidPath(value) || value == "." {
		return &valueError{0, fmt.Sprintf("%q is not a folder beside the chapters", clip(value)), "write theme: look"}
	}
	return nil
}

// readConfig fills b from the text of a book.yaml.
func readConfig(b *Book, name string, src []byte) []finding.Finding {
	if at := badByte(src); at >= 0 {
		line, col := newLines(src).position(at)
		return []finding.Finding{{
			Pos:     finding.Pos{File: name, Line: line, Col: col},
			Message: fmt.Sprintf("not UTF-8: byte 0x%02x", src[at]),
			Hint:    "save the file as UTF-8",
		}}
	}
	text := strings.TrimPrefix(string(src), "\ufeff") // as in a chapter, a byte order mark is fine
	var isolationAt []finding.Pos
	var places, themeAt []finding.Pos
	y := yamlFile{name: name, src: text, line: 1, skip: len(src) - len(text), fields: []yamlField{
		{key: "title", text: &b.Title},
		{key: "description", text: &b.Description},
		{key: "lang", text: &b.Lang, check: matches(langSyntax(), "a language tag", "en or pt-BR")},
		{key: "url", text: &b.URL, check: matches(urlSyntax(), "an address", "https://example.org/book/")},
		{key: "toolchain", text: &b.Toolchain, check: matches(toolchainSyntax(), "a Go release", "go1.26.8")},
		{key: "ledger", text: &b.LedgerPath, places: &places, check: checkLedgerPath},
		{key: "numerals", text: &b.Numerals, check: checkNumerals},
		{key: "target", text: &b.Target, check: matches(targetSyntax(), "a target", "linux/amd64")},
		{key: "isolation", text: &b.Isolation, places: &isolationAt, check: checkIsolation},
		{key: "theme", text: &b.Theme, places: &themeAt, check: checkThemePath},
		{key: "repository", text: &b.Repository, check: matches(urlSyntax(), "an address", "https://example.org/book")},
		{key: "issues", text: &b.Issues, check: matches(issuesSyntax(), "an address", "https://example.org/book/issues")},
		{key: "command", text: &b.Command},
	}}
	y.decode()
	if len(isolationAt) > 0 {
		b.IsolationPos = isolationAt[0]
	}
	if b.LedgerPath != "" {
		b.LedgerPath, b.LedgerPos = path.Join(b.Dir, b.LedgerPath), places[0]
	}
	if b.Theme != "" {
		b.Theme, b.ThemePos = path.Join(b.Dir, b.Theme), themeAt[0]
	}
	if b.Lang == "" {
		b.Lang = "en"
	}
	if b.URL != "" && !strings.HasSuffix(b.URL, "/") {
		b.URL += "/"
	}
	if b.Title == "" && len(y.findings) == 0 {
		y.at(nil, "write title: …", "the book has no title")
	}
	return y.findings
}
