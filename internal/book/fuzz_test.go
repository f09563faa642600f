package book

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

func addDocuments(f *testing.F, add func(doc string)) {
	for _, doc := range []string{
		"```go {cell}\nx := 1\n```\n\n```text {output}\n1\n```\n",
		"---\ntitle: x\n---\n\ufeff# T\n\n~~~go {cell=a env=b}\r\nx\r\n~~~",
		"\ufeff  ```go {cell}\n\tx\n y\n  ```\n",
		"> - ```go\n>   x := =\n>   ```\n",
		"<details><summary>s</summary>\n\n```go {cell}\n```\n\n</details>\n",
		"[^a]: x\n\n    ```go {cell}\n    ```\n\n```go\n```\n\nb[^a]\n",
		"> [!NOTE]\n> ```go {check}\n",
		"```go {cell=\"a\\\"\" x`}\n",
		"```sh {cell vary=\"/a\\\\/,time\" if=\"linux && !\"}\n```\n\n```x {file=\"..\"}\n",
		"```go {quote=runtime.f lines=\"/a \\\"/,/b/\"}\nf\n```\n\n<!-- claim: A7 B2 -->\n> - [x|`y`][a] <go:a.b>\n\n[a]: <go:p x\\|y>\n",
		"# [x](go:a.b)\n\n<!--claim: A7, B2-->\n- http://a.b c\t[d\n e](out:f)\n\n<!-- ledger -->\n> <!-- claim: A1 -->\n\n<!-- toolchains -->[^1]\n\n[^1]: ![a](go:b) www.c.d <go:a.b>\n",
		"- [ ] `1`\n\n  why\n- [ ] a\n  ```\n\t2\n  ```\n  why\n\n<!-- c -->\n\n```go {cell predict}\nx\n```\n\n- [x]\n-\n* [ ] \n\n~~~sh {cell predict}\n~~~\n",
		"```go {problem=f}\nx\n```\n\n```go {checker=f}\nx\n```\n\n<details><summary>Solution</summary>\n\n```go {answer=f wrong}\nx\n```\n\n```text {output}\n```\n\n```go {cell}\n```\n\n</details>\n\n> ```go {answer=f}\n> ```\n",
		"```go {check}\nx //rtbook:hide\n\t'//rtbook:hide\n//line x:9\n//rtbook:hied\n```\n",
	} {
		add(doc)
	}
}

// FuzzFences holds every fence to the promises of its fields.
func FuzzFences(f *testing.F) {
	addDocuments(f, func(doc string) { f.Add([]byte(doc)) })
	f.Fuzz(func(t *testing.T, src []byte) {
		ch := parseOne(src)
		if ch == nil {
			if utf8.Valid(src) {
				t.Fatal("a chapter of text was left out")
			}
			return
		}
		if len(ch.Text) != len(ch.Source) {
			t.Fatalf("Text has %d bytes, Source %d", len(ch.Text), len(ch.Source))
		}
		checkProse(t, ch)
		lines := bytes.SplitAfter(src, []byte("\n"))
		last := 0
		for _, fc := range ch.Fences {
			if fc.Open < last || fc.Start < fc.Open || fc.End < fc.Start || fc.Stop < fc.End || fc.Stop > len(src) {
				t.Fatalf("fence at %v: Open %d Start %d End %d Stop %d, the one before ended at %d", fc.Pos, fc.Open, fc.Start, fc.End, fc.Stop, last)
			}
			last = fc.Stop
			mark := lines[fc.Pos.Line-1][fc.Pos.Col-1:]
			if !looksLikeFence(mark) || mark[0] != '`' && mark[0] != '~' {
				t.Fatalf("no fence at %v: %q", fc.Pos, mark)
			}
			checkQuestion(t, ch, fc)
			if fc.Cell == nil {
				continue
			}
			for i, line := range strings.Split(strings.TrimSuffix(fc.Cell.Source, "\n"), "\n") {
				if fc.Cell.Source == "" {
					break
				}
				indent := 0
				if fc.Cell.Indent != nil {
					indent = fc.Cell.Indent[i]
				}
				inFile := strings.TrimSuffix(strings.TrimSuffix(string(lines[fc.Cell.Line-1+i]), "\n"), "\r")
				if indent > len(inFile) || inFile[indent:] != line {
					t.Fatalf("line %d of the cell at %v is %q; the file has %q, indented by %d", i, fc.Pos, line, inFile, indent)
				}
			}
		}
	})
}

// checkQuestion holds predictions and parts of problems to the promises of their
// fields.
func checkQuestion(t *testing.T, ch *Chapter, f *Fence) {
	t.Helper()
	if p := f.Predict; p != nil {
		said := map[string]bool{}
		for _, c := range p.Choices {
			if at := ch.offset(c.Pos); at < 0 || at >= f.Open || ch.Text[at] != '[' {
				t.Fatalf("choice at %v of the cell at %v", c.Pos, f.Pos)
			}
			if c.Why == nil || c.Output == "" || said[c.Output] || c.Output != EncodeOutput(c.Output) {
				t.Fatalf("choice %+v", c)
			}
			said[c.Output] = true
		}
		if len(said) < 2 || len(said) != p.List.ChildCount() {
			t.Fatalf("%d choices of %d", len(said), p.List.ChildCount())
		}
	}
	if f.Problem != nil {
		for _, c := range f.Problem.Cells(f) {
			if !OfProblem(c.Env) || c.Env != f.Cell.Env || c.ID == "" {
				t.Fatalf("cell %+v of the %s at %v", c, f.Role, f.Pos)
			}
		}
	}
}

// checkProse holds links, claims and comments to the promises of their fields.
func checkProse(t *testing.T, ch *Chapter) {
	last := 0
	for _, r := range ch.Refs {
		if r.Offset < last || r.Offset > len(ch.Source) || ch.Pos(r.Offset) != r.Pos {
			t.Fatalf("link to %q at %d, %v, after %d", r.Dest, r.Offset, r.Pos, last)
		}
		last = r.Offset
		if at := ch.offset(r.TextPos); at < r.Offset || at > len(ch.Source) {
			t.Fatalf("text of the link at %v begins at %v", r.Pos, r.TextPos)
		}
		if strings.ContainsAny(r.Text, "\n\t") || r.Node == nil {
			t.Fatalf("link at %v: %+v", r.Pos, r)
		}
	}
	for _, c := range ch.Claims {
		if len(c.IDs) == 0 || c.Start != ch.offset(c.Pos) || c.End < c.Start || c.End > len(ch.Source) || !bytes.HasPrefix(ch.Text[c.Start:], []byte("<!--")) {
			t.Fatalf("claim %+v", c)
		}
		for _, id := range c.IDs {
			if !bytes.HasPrefix(ch.Text[ch.offset(id.Pos):], []byte(id.ID)) {
				t.Fatalf("id %q is not at %v", id.ID, id.Pos)
			}
		}
	}
	for _, i := range ch.Inserts {
		if !bytes.HasPrefix(ch.Text[ch.offset(i.Pos):], []byte("<!--")) {
			t.Fatalf("insert %+v", i)
		}
	}
}

// FuzzAttributes holds the parser of info strings to places inside of them.
func FuzzAttributes(f *testing.F) {
	for _, s := range []string{"go {cell=a env=\"b c\" hide}", "go{", "{a=\"\\\"", "go {a=b}c", "é {é=é}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		in, err := parseInfo(s)
		if err != nil && (err.at < 0 || err.at > len(s) || err.msg == "") {
			t.Fatalf("error %+v in %d bytes", err, len(s))
		}
		if !strings.HasPrefix(s, in.lang) {
			t.Fatalf("language %q", in.lang)
		}
		at := len(in.lang)
		for _, a := range in.attrs {
			if a.at < at || !strings.HasPrefix(s[a.at:], a.name) || a.name == "" {
				t.Fatalf("attribute %+v, after %d", a, at)
			}
			at = a.at + len(a.name)
			if a.hasValue && (a.valueAt < at || s[at] != '=') {
				t.Fatalf("value of %+v", a)
			}
		}
	})
}

// FuzzValues holds the checks of values to places inside of them, and vary= to
// patterns that compile and never match nothing.
func FuzzValues(f *testing.F) {
	for _, s := range []string{"time,/a,b/,num", "/(/", "/a/b/", " /\\//, ", "linux && (go1.26 || !x)", "a/../b", "//", "/^|x/"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, check := range []func(string) error{checkVary, checkConstraint, checkFileName, checkExpect} {
			err := check(s)
			errs := []error{err}
			if many, ok := err.(interface{ Unwrap() []error }); ok {
				errs = many.Unwrap()
			}
			for _, err := range errs {
				if ve, ok := err.(*valueError); ok && (ve.at < 0 || ve.at > len(s) || ve.msg == "") {
					t.Fatalf("error %+v in %d bytes", ve, len(s))
				}
			}
		}
		items, _ := parseVary(s)
		for _, item := range items {
			if item[0] == '/' && regexp.MustCompile(item[1:len(item)-1]).MatchString("") {
				t.Fatalf("%s matches nothing", item)
			}
		}
	})
}

// FuzzRewrite holds Rewrite to its promises.
func FuzzRewrite(f *testing.F) {
	addDocuments(f, func(doc string) {
		f.Add([]byte(doc), "1\n")
		f.Add([]byte(doc), "```\n\t\r")
	})
	f.Fuzz(func(t *testing.T, src []byte, output string) {
		checkRewrite(t, src, func(int) (string, bool) { return output, true })
	})
}

// FuzzSyntax holds the places of syntax errors to the source.
func FuzzSyntax(f *testing.F) {
	for _, s := range []string{"x := 1 // c\n", "func (t T) m() {}\nx()", "package p\n", "a, b", "}", "import (\n", "`", "//line x:1\n)"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if err := parseGo(s); err != nil && (err.offset < 0 || err.offset > len(s) || err.msg == "") {
			t.Fatalf("error %+v in %d bytes", err, len(s))
		}
	})
}
