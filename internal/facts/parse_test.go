package facts

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestParse(t *testing.T) {
	for dest, want := range map[string]Ref{
		"go:runtime.schedinit":              {Kind: Symbol, Package: "runtime", Symbol: "schedinit"},
		"go:internal/runtime/gc.PageSize":   {Kind: Symbol, Package: "internal/runtime/gc", Symbol: "PageSize"},
		"go:runtime.(*mheap).alloc":         {Kind: Symbol, Package: "runtime", Symbol: "mheap.alloc"},
		"go:runtime.(mheap).alloc":          {Kind: Symbol, Package: "runtime", Symbol: "mheap.alloc"},
		"go:example.com/book/model.M.Run":   {Kind: Symbol, Package: "example.com/book/model", Symbol: "M.Run"},
		"go:runtime len(p{}.runq)":          {Kind: Fact, Package: "runtime", Expr: "len(p{}.runq)"},
		"go:runtime  pageSize ":             {Kind: Fact, Package: "runtime", Expr: "pageSize"},
		"go:runtime len(a[1:2])":            {Kind: Fact, Package: "runtime", Expr: "len(a[1:2])"},
		"go:runtime main: gcenable":         {Kind: Order, Package: "runtime", Symbol: "main", Steps: []string{"gcenable"}},
		"go:runtime main: !gcenable":        {Kind: Order, Package: "runtime", Symbol: "main", Steps: []string{"gcenable"}, Not: true},
		"go:runtime (*mheap).grow: a":       {Kind: Order, Package: "runtime", Symbol: "mheap.grow", Steps: []string{"a"}},
		"go:runtime f: g(a, b) before x.y":  {Kind: Order, Package: "runtime", Symbol: "f", Steps: []string{"g(a, b)", "x.y"}},
		"go:runtime f: x = y before MOVQ A": {Kind: Order, Package: "runtime", Symbol: "f", Steps: []string{"x = y", "MOVQ A"}},
	} {
		want.Text = dest[len("go:"):]
		got, err := Parse(dest)
		if err != nil {
			t.Errorf("%s: %v", dest, err)
		} else if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Ref{})); diff != "" {
			t.Errorf("%s:\n%s", dest, diff)
		}
	}
}

func TestParseErrors(t *testing.T) {
	for _, test := range []struct {
		dest    string
		offset  int
		message string
	}{
		{"", 0, `"" does not begin with go:`},
		{"go:", 3, `"" names no symbol of a package`},
		{"go:runtime", 3, `"runtime" names no symbol of a package`},
		{"go:runtime.", 11, `"" is no name of a symbol`},
		{"go:runtime.a-b", 11, `"a-b" is no name of a symbol`},
		{"go:runtime.(*m.x", 11, `"(*m.x" is no name of a symbol`},
		{"go:runtime.(*).x", 11, `"(*).x" is no name of a symbol`},
		{"go:.GC", 3, "the package is missing"},
		{"go: x", 3, "the package is missing"},
		{"go:./runtime.GC", 3, `"./runtime" is no import path of one package`},
		{"go:C.malloc", 3, `"C" is no import path of one package`},
		{"go:std.GC", 3, `"std" is no import path of one package`},
		{"go:runtime/... GC", 3, `"runtime/..." is no import path of one package`},
		{"go:file=x.go 1", 3, `"file=x.go" is no import path of one package`},
		{"go:a//b.X", 3, `"a//b" is no import path`},
		{"go:runtime ", 11, "there is nothing after the package"},
		{"go:runtime 1 +", 14, "expected operand, found 'EOF'"},
		{"go:runtime 1 2", 13, "expected 'EOF', found 2"},
		{"go:runtime main: a before ", 25, "a step is missing"},
		{"go:runtime main: a before", 25, "a step is missing"},
		{"go:runtime main: before a", 16, "a step is missing"},
		{"go:runtime main: a before  before b", 26, "a step is missing"},
		{"go:runtime main:", 16, "a step is missing"},
		{"go:runtime main: a before !b", 26, "! stands before the only step"},
		{"go:runtime main: !a before b", 17, "! stands before the only step"},
	} {
		_, err := Parse(test.dest)
		var serr *SyntaxError
		if !errors.As(err, &serr) {
			t.Errorf("%q: %v", test.dest, err)
		} else if serr.Message != test.message || serr.Offset != test.offset {
			t.Errorf("%q: %d: %s", test.dest, serr.Offset, serr.Message)
		}
	}
}

func TestParseQuote(t *testing.T) {
	for lines, want := range map[string][2]string{
		"":            {},
		"/a/":         {"a"},
		"/a/,/b/":     {"a", "b"},
		`/a\/b/,/\./`: {"a/b", `\.`},
		"/a,b/,/c/":   {"a,b", "c"},
	} {
		ref, err := ParseQuote("runtime.runqput", lines)
		if err != nil || ref.Lines != want || ref.Symbol != "runqput" || ref.Kind != Quote {
			t.Errorf("%q: %v %v", lines, ref, err)
		}
	}
	for lines, offset := range map[string]int{
		"a": 0, "/a": 2, "/": 1, "//": 0, "/a/b": 3, "/a/,": 4, "/a/,b": 4, "/a/,/b/,/c/": 7, "/(/": 1, "/a/,/[/": 5, `/a\/`: 4, `/a\`: 3,
	} {
		var serr *SyntaxError
		if _, err := ParseQuote("runtime.runqput", lines); !errors.As(err, &serr) || !serr.InLines || serr.Offset != offset {
			t.Errorf("%q: %+v", lines, err)
		}
	}
	var serr *SyntaxError
	if _, err := ParseQuote("runqput", ""); !errors.As(err, &serr) || serr.InLines {
		t.Errorf("without a package: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	for _, dest := range []string{"go:runtime.GC", "go:runtime len(p{}.runq)", "go:runtime main: a before b", "go:runtime f: !a"} {
		f.Add(dest, "256 KiB")
	}
	f.Fuzz(func(t *testing.T, dest, text string) {
		Value{"int", "256"}.Is(text)
		Value{"float", "1/3"}.Like(text)
		_, err := Parse(dest)
		var serr *SyntaxError
		if err != nil && (!errors.As(err, &serr) || serr.Offset < 0 || serr.Offset > len(dest)) {
			t.Errorf("%q: %+v", dest, err)
		}
	})
}
