package lexers

import (
	"archive/zip"
	"bytes"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"
	"github.com/google/go-cmp/cmp"
)

// missing are the languages that chroma knows and this package does not.
var missing = []string{"Haxe", "Jungle", "PHTML", "Raku", "Svelte", "reStructuredText"}

// plainer are the languages in which fewer tokens are told apart; Org Mode is
// one where it has pieces of Emacs Lisp.
var plainer = []string{"Common Lisp", "EmacsLisp", "HTTP", "Org Mode"}

func TestGenerated(t *testing.T) {
	dir := t.TempDir()
	if out, err := exec.Command("go", "run", "gen.go", dir).CombinedOutput(); err != nil {
		t.Fatalf("go run gen.go: %v\n%s", err, out)
	}
	for _, name := range []string{"index.go", "LICENSE-chroma"} {
		want, got := read(t, filepath.Join(dir, name)), read(t, name)
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what gen.go writes: run go generate", name)
		}
	}
	// The files, not the archive: another release of Go may compress them better.
	want, got := unzip(t, read(t, filepath.Join(dir, "lexers.zip"))), unzip(t, archive)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("lexers.zip is not what gen.go writes: run go generate\n%s", diff)
	}
	if _, ok := got["LICENSE-chroma"]; !ok {
		t.Error("lexers.zip does not hold the licence of what it holds")
	}
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func unzip(t *testing.T, data []byte) map[string]string {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range r.File {
		rc, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(rc)
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name] = string(content)
	}
	return files
}

// TestSameNames asks for each name and alias that chroma's lexers have, and for
// some extensions and names of files, of which some lead nowhere.
func TestSameNames(t *testing.T) {
	names := []string{"py3", "cc", "h", "mod", "go.mod", "GO", "Sh", "bashrc", ".bashrc", "s", "S", "tmpl", "Makefile", "Dockerfile.in", "ts", "pl", "m", "nosuchlanguage"}
	for _, l := range lexers.GlobalLexerRegistry.Lexers {
		c := l.Config()
		names = append(names, c.Name)
		names = append(names, c.Aliases...)
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		want, got := lexers.Get(name), Get(name)
		switch {
		case want == nil || slices.Contains(missing, want.Config().Name):
			// chroma has no lexer either, or one that is left out: this package
			// may have one that chroma likes less.
		case got == nil:
			t.Errorf("there is no lexer for %q, chroma has that of %s", name, want.Config().Name)
		case got.Config().Name != want.Config().Name:
			t.Errorf("%q has the lexer of %s, by chroma that of %s", name, got.Config().Name, want.Config().Name)
		}
	}
	for _, name := range missing {
		if lexers.Get(name) == nil {
			t.Errorf("chroma has no lexer of %s", name)
		}
		if l := Get(name); l != nil && l.Config().Name == name {
			t.Errorf("%s is not missing", name)
		}
	}
}

// TestSameTokens compares the tokens of what chroma's lexers are tested with.
func TestSameTokens(t *testing.T) {
	module, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/alecthomas/chroma/v2").Output()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(strings.TrimSpace(string(module)), "lexers", "testdata")
	compared := map[string]bool{}
	for _, pattern := range []string{"*.actual", "*/*.actual"} {
		files, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			name := strings.TrimSuffix(filepath.Base(file), ".actual")
			if strings.Contains(pattern, "/") {
				name = filepath.Base(filepath.Dir(file))
			}
			want := lexers.Get(name)
			if want == nil || slices.Contains(missing, want.Config().Name) {
				continue
			}
			compared[want.Config().Name] = true
			compareTokens(t, want, Get(name), string(read(t, file)))
		}
	}
	if len(compared) < 100 {
		t.Errorf("only %d languages were compared: chroma's test data is elsewhere", len(compared))
	}
}

// TestSameTokensOfGo has what a book about Go has beside Go, and what is made
// of several lexers.
func TestSameTokensOfGo(t *testing.T) {
	for name, code := range map[string]string{
		"go":               "var t = `a {{.Name}} and {{range $x := .List}}{{len $x}}{{end}}`\nfunc f(x int) {}\n",
		"go-html-template": "<p class=\"a\">{{.Name | printf \"%q\"}}</p>\n{{/* no */}}<script>let x = 1</script>\n",
		"go-text-template": "Dear {{.Name}},\n{{if eq .X 1.5}}one{{else}}more{{end}}\n",
		"sh":               "# build\nGOGC=off go build -o app ./... && ./app | sort > $out\n",
		"console":          "$ go vet ./...\nok\n",
		"yaml":             "a: [1, 'two']\n# three\n",
		"ansible":          "a: '{{ b }}'\n",
		"json":             "{\"a\": [1, null, true]}\n",
		"diff":             "--- a\n+++ b\n-x\n+y\n",
		"c":                "#include <stdio.h>\nint main(void) { return 0; }\n",
		"gas":              "TEXT main.f(SB)\n\tmov %rax, 8(%rsp)\n",
		"erb":              "<p><%= @x %></p>\n",
		"html":             "<style>p { color: red }</style><script>f(1)</script>\n",
		"markdown":         "---\ntitle: T\n---\n# H\n\n```go\nx := 1\n```\n",
		"md":               "---\nno end\n# H\n\n- [x] `a` *b*\n",
		"mkd":              "---\r\ntitle: T\r\n---\r\ntext\r\n",
	} {
		compareTokens(t, lexers.Get(name), Get(name), code)
	}
}

func TestFrontMatter(t *testing.T) {
	tests := []struct{ text, front string }{
		{"", ""},
		{"text\n---\n---\n", ""},
		{"---", ""},
		{"---\n---", ""},
		{"---\n---\n", "---\n---\n"},
		{"---\na: 1\n---\n---\n", "---\na: 1\n---\n"},
		{"--- \n---\n", ""},
	}
	for _, test := range tests {
		front, rest := cutFrontMatter(test.text)
		if front != test.front || front+rest != test.text {
			t.Errorf("cutFrontMatter(%q) = %q, %q, want %q", test.text, front, rest, test.front)
		}
	}
}

func TestPlainerLanguages(t *testing.T) {
	for name, code := range map[string]string{
		"Common Lisp": "(defun f (x) (car x))\n",
		"EmacsLisp":   "(defun f (x) (car x))\n",
		"HTTP":        "POST / HTTP/1.1\nContent-Type: application/json\n folded\n\n{\"a\": 1}\n",
	} {
		if !slices.Contains(plainer, name) {
			t.Errorf("%s is not plainer", name)
		}
		got, want := tokens(t, Get(name), code), tokens(t, lexers.Get(name), code)
		if text(got) != code {
			t.Errorf("the tokens of %s are %q, not the code", name, text(got))
		}
		if len(got) < 5 || cmp.Equal(got, want) {
			t.Errorf("the tokens of %s are %v, by chroma %v", name, got, want)
		}
	}
}

// TestReferences has each lexer that another one uses.
func TestReferences(t *testing.T) {
	using := regexp.MustCompile(`<using lexer="([^"]*)"`)
	seen := 0
	for file, definition := range unzip(t, archive) {
		for _, m := range using.FindAllStringSubmatch(definition, -1) {
			seen++
			if Get(m[1]) == nil {
				t.Errorf("%s uses the lexer of %s, which is not there", file, m[1])
			}
		}
	}
	if seen == 0 {
		t.Error("no lexer uses another one")
	}
	for _, d := range index {
		if d.root != "" && Get(d.root) == nil {
			t.Errorf("%s stands on the lexer of %s, which is not there", d.name, d.root)
		}
	}
}

// TestEveryLexer reads each definition.
func TestEveryLexer(t *testing.T) {
	for _, d := range index {
		if len(tokens(t, Get(d.name), "int x = 1; // \"one\"\n")) == 0 {
			t.Errorf("%s makes nothing of text", d.name)
		}
	}
}

func compareTokens(t *testing.T, want, got chroma.Lexer, code string) {
	t.Helper()
	name := want.Config().Name
	if slices.Contains(plainer, name) {
		return
	}
	if diff := cmp.Diff(tokens(t, want, code), tokens(t, got, code)); diff != "" {
		t.Errorf("%s (-chroma, +this package):\n%s", name, diff)
	}
}

func tokens(t *testing.T, l chroma.Lexer, code string) []chroma.Token {
	t.Helper()
	list, err := chroma.Tokenise(l, &chroma.TokeniseOptions{State: "root"}, code)
	if err != nil {
		t.Fatalf("%s: %v", l.Config().Name, err)
	}
	return list
}

func text(list []chroma.Token) string {
	var b strings.Builder
	for _, token := range list {
		b.WriteString(token.Value)
	}
	return b.String()
}

// BenchmarkFirst is what the first block of a language costs a process: the
// index, and the lexer's definition.
func BenchmarkFirst(b *testing.B) {
	for b.Loop() {
		files, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
		if err != nil {
			b.Fatal(err)
		}
		r := chroma.NewLexerRegistry()
		for i := range index {
			r.Register(newLexer(&index[i], func() (fs.FS, error) { return files, nil }))
		}
		if _, err := r.Get("sh").Tokenise(nil, "go build"); err != nil {
			b.Fatal(err)
		}
	}
}
