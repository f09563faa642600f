package pipeline

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rtbook/internal/book"
	"rtbook/internal/facts"
	"rtbook/internal/site"
	"rtbook/runner/gotool"
)

// releaseBook writes a book, and returns options for it, with which nothing
// comes from the network.
func releaseBook(t *testing.T, files map[string]string) Options {
	t.Helper()
	t.Setenv("GOPROXY", "off")
	root := t.TempDir()
	for name, text := range files {
		file := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return Options{Root: root, CacheDir: filepath.Join(root, ".cache")}
}

const releaseConfig = "title: A book\ntoolchain: go1.26.8\ntarget: linux/amd64\n"

// haveRelease skips a test where a release is not on this machine.
func haveRelease(t *testing.T, name string) {
	t.Helper()
	tc, err := gotool.Open(t.TempDir(), name)
	if err != nil {
		t.Fatal(err)
	}
	defer tc.Close()
	if _, err := tc.Check(context.Background()); err != nil {
		t.Skipf("%s is not on this machine", name)
	}
}

// TestReleases asks two real releases. What they say was looked up in their
// source: the state of a P in a system call is new in 1.26, and so is that Green
// Tea is on by default; the size classes moved to a package of their own in
// 1.25; and 1.24 has no file for cgroups.
func TestReleases(t *testing.T) {
	haveRelease(t, "go1.24.6")
	haveRelease(t, "go1.25.1")
	opt := releaseBook(t, map[string]string{
		"go.mod":          "module mybook\n\ngo 1.26\n",
		"part/part.go":    "package part\n\nconst N = 3\n",
		"notes/book.yaml": releaseConfig,
		"notes/01-one.md": strings.Join([]string{
			"[256](<go:runtime len(p{}.runq)>) [2](<go:runtime _Psyscall_unused>) [true](<go:internal/goexperiment GreenTeaGC>)",
			"[68](<go:internal/runtime/gc NumSizeClasses>) [f](go:runtime.defaultGOMAXPROCS) [256](<go:runtime len(p{}.runq)>)",
			"[o](<go:runtime main: newm(sysmon) before gcenable>) [3](<go:mybook/part N>)", "",
			"```go {cell=same engine=go}", "println(7)", "```", "", "```text {output}", "7", "```", "",
			"```go {cell=version engine=go env=v}", "import \"runtime\"", "", "println(runtime.Version())", "```", "", "```text {output}", "go1.26.8", "```", "",
			"```go {cell=own engine=go env=o}", "import \"mybook/part\"", "", "println(part.N)", "```", "", "```text {output}", "3", "```", "",
			"```go {cell=new engine=go env=n}", "import \"fmt\"", "", "fmt.Println(*new(3))", "```", "", "```text {output}", "3", "```", "",
			"```go {cell=interpreted env=i}", "println(1)", "```", "", "```text {output}", "1", "```", "",
		}, "\n"),
	})
	opt.Toolchains = []string{"go1.25.1", "go1.24.6", "go1.26.8", "go1.25.1", "go1.99.1"}
	var warnings []string
	opt.Warn = func(err error) { warnings = append(warnings, err.Error()) }
	r, err := Check(context.Background(), opt)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Findings) > 0 {
		t.Errorf("findings: %s", told(r))
	}
	if len(warnings) != 1 || !strings.HasPrefix(warnings[0], "go1.99.1 is skipped: ") {
		t.Errorf("warnings %q, want one about go1.99.1", warnings)
	}
	if diff := cmp.Diff([]string{"go1.24.6", "go1.25.1", "go1.26.8"}, r.Matrix.Releases); diff != "" {
		t.Fatal(diff)
	}
	var got []string
	for _, row := range r.Matrix.Rows {
		line := row.Kind + " " + row.Text + ":"
		for _, res := range row.Results {
			line += " [" + resultText(res) + "]"
		}
		got = append(got, line)
	}
	want := []string{
		"fact runtime len(p{}.runq): [same] [same] [same]",
		"fact runtime _Psyscall_unused: [absent] [absent] [same]",
		"fact internal/goexperiment GreenTeaGC: [absent] [differs: false] [same]",
		"fact internal/runtime/gc NumSizeClasses: [absent] [same] [same]",
		"symbol runtime.defaultGOMAXPROCS: [absent] [same] [same]",
		"order runtime main: newm(sysmon) before gcenable: [same] [same] [same]",
		"fact mybook/part N: [not tried: needs the book's module, go 1.26] [not tried: needs the book's module, go 1.26] [same]",
		"cell same: [same] [same] [same]",
		`cell version: [differs: prints "go1.24.6"] [differs: prints "go1.25.1"] [same]`,
		"cell own: [not tried: needs the book's module, go 1.26] [not tried: needs the book's module, go 1.26] [same]",
		"cell new: [differs: does not compile: 3 is not a type] [differs: does not compile: 3 is not a type] [same]",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// recorded is a matrix about the chapter of matrixChapter.
const recorded = `releases: [go1.25.1, go1.26.8]
rows:
  - {kind: fact, text: "runtime len(p{}.runq)", said: ["255", "256"]}
  - {kind: symbol, text: "runtime.schedinit", said: ["src/runtime/proc.go", "src/runtime/proc.go"]}
  - {kind: quote, text: "runtime.runqempty", said: ["14 lines, 00000000", "14 lines, 80bcd312"]}
  - {kind: cell, text: "notes/01-one.md#c", said: ["not tried: why", "as recorded"]}
`

const matrixChapter = "[256](<go:runtime len(p{}.runq)>) [s](go:runtime.schedinit)\n\n```go {quote=runtime.runqempty}\n```\n\n```go {cell=c engine=go}\nprintln(7)\n```\n"

func TestRecordedMatrix(t *testing.T) {
	const hint = "; rtbook update --toolchains go1.25.1 records it anew\n"
	tests := []struct{ name, chapter, matrix, want string }{
		{"as it is", matrixChapter, recorded, ""},
		{"another value", matrixChapter, strings.Replace(recorded, `"255", "256"`, `"256", "255"`, 1),
			`01-one.md:1:1: notes/toolchains.yaml has "255" for runtime len(p{}.runq) in go1.26.8, and it is "256"` + hint},
		{"another file", matrixChapter, strings.Replace(recorded, `"src/runtime/proc.go"]`, `"src/runtime/other.go"]`, 1),
			`01-one.md:1:35: notes/toolchains.yaml has "src/runtime/other.go" for runtime.schedinit in go1.26.8, and it is "src/runtime/proc.go"` + hint},
		{"a new reference", "[m](go:runtime.mallocgc) [n](go:runtime.newobject)\n\n" + matrixChapter, recorded,
			`01-one.md:1:1: the table of releases has no row for the symbol runtime.mallocgc, nor for 1 reference further down` + hint},
		{"a reference less", strings.Replace(matrixChapter, " [s](go:runtime.schedinit)", "", 1), recorded,
			`toolchains.yaml:0:0: the table of releases has a row for the symbol runtime.schedinit, which the book no longer has` + hint},
		{"not about the pin", matrixChapter, "releases: [go1.25.1]\nrows: []\n",
			`toolchains.yaml:0:0: the table of releases has go1.25.1, but not the book's pin, go1.26.8` + hint},
		{"not what was written", matrixChapter, "releases: [go1.25.1, go1.26.8]\nrows:\n  - {kind: fact, text: x, said: [a]}\n",
			"toolchains.yaml:0:0: this is not what update wrote: fact x has 1 answer, for 2 releases; rtbook update --toolchains go1.25.1,go1.27.4 writes it anew, with the releases that you name\n"},
		{"another line", matrixChapter, recorded + "more: x\n",
			"toolchains.yaml:0:0: this is not what update wrote: line 7; rtbook update --toolchains go1.25.1,go1.27.4 writes it anew, with the releases that you name\n"},
		{"no YAML", matrixChapter, "releases: [", "*"},
		{"none", matrixChapter, "", ""},
		{"none, and asked for", "<!-- toolchains -->\n\nText.\n", "",
			"01-one.md:1:1: there is no table of releases to show here; rtbook update --toolchains go1.25.1,go1.27.4 asks these releases, or others, and records what they say\n"},
	}
	cache := t.TempDir() // what the source says of a reference is the same in all
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			files := map[string]string{"notes/book.yaml": releaseConfig, "notes/01-one.md": test.chapter}
			if test.matrix != "" {
				files["notes/toolchains.yaml"] = test.matrix
			}
			opt := releaseBook(t, files)
			opt.CacheDir = cache
			o, err := open(opt)
			if err != nil {
				t.Fatal(err)
			}
			defer o.close()
			r := parse(context.Background(), opt, o)
			p, err := r.resolve(context.Background(), opt, o, append(r.links(r.Book.Chapters), r.quotations(r.Book.Chapters)...))
			if err != nil {
				t.Fatal(err)
			}
			r.Findings = nil
			m := r.recordedMatrix(opt, o, p)
			got := strings.ReplaceAll(told(r), " -C "+opt.Root, "")
			if test.want != got && (test.want != "*" || got == "") {
				t.Errorf("findings:\n%swant:\n%s", got, test.want)
			}
			if test.name == "as it is" {
				want := [][]site.MatrixResult{
					{{State: "differs", Value: "255"}, {State: "same"}},
					{{State: "same"}, {State: "same"}},
					{{State: "differs", Value: "reads otherwise: 14 lines"}, {State: "same"}},
					{{Value: "why"}, {State: "same"}},
				}
				var got [][]site.MatrixResult
				for _, row := range m.Rows {
					got = append(got, row.Results)
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Error(diff)
				}
				last := m.Rows[3]
				last.Results = nil
				if diff := cmp.Diff(site.MatrixRow{Chapter: "notes/01-one.md", Line: 6, Kind: "cell", Text: "c", Anchor: "c"}, last); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}

// TestMatrixFile: what is written is read as it was.
func TestMatrixFile(t *testing.T) {
	m := &matrix{Releases: []string{"go1.25.1", "go1.26.8"}, Rows: []matrixRow{
		{Kind: "fact", Text: `runtime "a" + 'b' <&> #`, Said: []string{"\"x: y\"", "absent"}},
		{Kind: "cell", Text: "notes/01-one.md#c", Said: []string{"prints \"tab\\there é\"", "as recorded"}},
	}}
	r, o := oneChapter(t, "Text.\n", "")
	root := t.TempDir()
	if err := os.MkdirAll(filepath.Join(root, "notes"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "notes", book.ToolchainsName), m.encode(), 0o666); err != nil {
		t.Fatal(err)
	}
	o.fsys = os.DirFS(root)
	got := r.readMatrix(o, false)
	if f := told(r); f != "" {
		t.Fatalf("findings: %s\n%s", f, m.encode())
	}
	if diff := cmp.Diff(m, got); diff != "" {
		t.Error(diff)
	}
}

func TestSaid(t *testing.T) {
	problem := func(rule string) facts.Answer {
		return facts.Answer{Problem: &facts.Problem{Rule: rule, Message: "message"}}
	}
	tests := []struct {
		kind facts.Kind
		a    facts.Answer
		want string
	}{
		{facts.Fact, facts.Answer{Value: facts.Value{Kind: "int", Text: "256"}}, "256"},
		{facts.Fact, facts.Answer{Value: facts.Value{Kind: "string", Text: "absent"}}, `"absent"`},
		{facts.Symbol, facts.Answer{Place: facts.Place{File: "src/a.go", Line: 3}}, "src/a.go"},
		{facts.Order, facts.Answer{}, "holds"},
		{facts.Quote, facts.Answer{Text: "a\nb\n"}, "2 lines, "},
		{facts.Fact, problem("unknown-package"), "absent"},
		{facts.Symbol, problem("unknown-symbol"), "absent"},
		{facts.Fact, problem("fact-expression"), "absent"},
		{facts.Fact, problem("package-broken"), "not tried: message"},
		{facts.Fact, problem("package-outside"), "not tried: message"},
		{facts.Order, problem("order"), "message"},
		{facts.Quote, problem("quotation"), "message"},
		{facts.Fact, problem(ruleNotTried), "not tried: message"},
	}
	for _, test := range tests {
		if got := said(test.kind, test.a); got != test.want && (test.kind != facts.Quote || !strings.HasPrefix(got, test.want)) {
			t.Errorf("%s %+v: %q, want %q", test.kind, test.a, got, test.want)
		}
	}
}

// TestReleaseResult: what the table shows of what is recorded.
func TestReleaseResult(t *testing.T) {
	tests := []struct{ kind, said, pin, state, value string }{
		{"fact", "256", "256", "same", ""},
		{"fact", "255", "256", "differs", "255"},
		{"fact", "10000000", "20000000", "differs", "10000000"},
		{"fact", "45/64", "1/2", "differs", "45/64"},
		{"fact", "\"10000\"", "\"a\"", "differs", "\"10000\""},
		{"fact", "absent", "256", "absent", ""},
		{"fact", "false", "true", "differs", "false"},
		{"quote", "1 line, 0123abcd", "2 lines, 0123abcd", "differs", "reads otherwise: 1 line"},
		{"quote", "after line 226, no line of f matches /x/", "2 lines, 0123abcd", "differs", "after line 226, no line of f matches /x/"},
		{"quote", "absent", "2 lines, 0123abcd", "absent", ""},
		{"order", "f does not call g(1, 2)", "holds", "differs", "f does not call g(1, 2)"},
		{"symbol", "src/a.go", "src/b.go", "differs", "src/a.go"},
		{"cell", "prints \"10000\"", "as recorded", "differs", "prints \"10000\""},
		{"cell", "", "as recorded", "", "it did not run"},
		{"cell", "not tried: why", "as recorded", "", "why"},
		{"fact", "255", "", "", "what the pin says is a finding"},
	}
	for _, test := range tests {
		got := releaseResult(test.kind, test.said, test.pin)
		if want := (site.MatrixResult{State: test.state, Value: test.value}); got != want {
			t.Errorf("%s %q beside %q: %+v, want %+v", test.kind, test.said, test.pin, got, want)
		}
	}
}

// TestReadable: numbers are written as that of the pin is, and nothing else is.
func TestReadable(t *testing.T) {
	in := []string{"10000000", "-10000", "45/64", "256", "\"10000\"", "false", "", "f calls g(10000)"}
	want := []string{"10,000,000", "-10,000", "0.703125", "256", "\"10000\"", "false", "", "f calls g(10000)"}
	for _, kind := range []string{"fact", "cell"} {
		row := site.MatrixRow{Kind: kind}
		for _, v := range in {
			row.Results = append(row.Results, site.MatrixResult{State: "differs", Value: v})
		}
		expected := want
		if kind == "cell" {
			expected = in
		}
		for i, res := range readable(&site.Matrix{Rows: []site.MatrixRow{row}}).Rows[0].Results {
			if res.Value != expected[i] {
				t.Errorf("%s %s is shown as %s, want %s", kind, in[i], res.Value, expected[i])
			}
		}
	}
}

func TestCheckRelease(t *testing.T) {
	for name, want := range map[string]string{
		"go1.25.1": "", "go1.27rc1": "", "go1.21.0": "",
		"1.25.1":     `"1.25.1" is no Go release; did you mean go1.25.1?`,
		"go1.25":     "go1.25 is a version of the language; a release is go1.25.0, for example",
		"latest":     `"latest" is no Go release such as go1.25.1`,
		"":           `"" is no Go release such as go1.25.1`,
		"go1.25.1 x": `"go1.25.1 x" is no Go release such as go1.25.1`,
	} {
		err := checkRelease(name)
		if got := ""; err != nil {
			got = err.Error()
			if got != want {
				t.Errorf("%q: %s, want %s", name, got, want)
			}
		} else if want != "" {
			t.Errorf("%q: no error, want %s", name, want)
		}
	}
}
