package pipeline

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rtbook/internal/book"
	"rtbook/internal/facts"
)

// TestUpgrade holds a book to go1.27.4. What differs was looked up in its
// source: malloc that is specialised by size is on by default, and rt0_go is
// where it was.
func TestUpgrade(t *testing.T) {
	haveRelease(t, "go1.27.4")
	files := map[string]string{
		"go.mod":          "module example.org/book\n\ngo 1.26\n",
		"notes/book.yaml": "title: A book\r\ntoolchain:  \"go1.26.8\"  # the pin\r\ntarget: linux/amd64\r\n",
		"notes/01-one.md": strings.Join([]string{
			"[256](<go:runtime len(p{}.runq)>), [s](go:runtime.schedinit)", // 1
			"[false](<go:internal/goexperiment SizeSpecializedMalloc>)",    // 2
			"", "```go {cell=version engine=go}", // 4
			"import \"runtime\"", "", "println(runtime.Version())", "```", "",
			"```text {output}", "go1.26.8", "```", "", // 11: the output
			"```go {cell=later env=l if=\"go1.27\"}", "println(3)", "```", "", // 14
			"```go {cell=earlier env=e if=\"!go1.27\"}", "println(4)", "```", "", // 18
			"```text {output}", "4", "```", "",
			"```go {cell=same env=s}", "println(5)", "```", "",
			"```text {output}", "5", "```", "",
		}, "\n"),
	}
	opt := releaseBook(t, files)
	run := func(write bool) *Report {
		t.Helper()
		r, compared, err := Upgrade(context.Background(), opt, "go1.27.4", write)
		if err != nil || !compared {
			t.Fatalf("compared %t, error %v: %s", compared, err, told(r))
		}
		return r
	}
	r := run(false)
	var got []string
	for _, f := range r.Findings {
		got = append(got, fmt.Sprintf("%d:%d %s", f.Line, f.Col, f.Message))
	}
	want := []string{
		"2:2 internal/goexperiment SizeSpecializedMalloc is false in go1.26.8, and true in go1.27.4",
		"11:6 cell version prints something else in go1.27.4",
		"14:1 cell later takes part in go1.27.4",
		"14:1 cell later prints something else in go1.27.4",
		"18:1 cell earlier no longer takes part: it needs !go1.27",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	config := filepath.Join(opt.Root, "notes", "book.yaml")
	if text, _ := os.ReadFile(config); string(text) != files["notes/book.yaml"] {
		t.Errorf("a dry run made of book.yaml %q", text)
	}
	run(true)
	text, err := os.ReadFile(config)
	if want := strings.Replace(files["notes/book.yaml"], "go1.26.8", "go1.27.4", 1); err != nil || string(text) != want {
		t.Errorf("book.yaml is %q, %v; want %q", text, err, want)
	}
	if text, _ := os.ReadFile(filepath.Join(opt.Root, "notes", "01-one.md")); string(text) != files["notes/01-one.md"] {
		t.Error("the upgrade changed the chapter")
	}
}

// TestUpgradeReference: how the answers of two releases are told apart.
func TestUpgradeReference(t *testing.T) {
	at := func(file string, line int) facts.Answer {
		return facts.Answer{Place: facts.Place{File: file, Line: line}}
	}
	value := func(text string) facts.Answer { return facts.Answer{Value: facts.Value{Kind: "int", Text: text}} }
	problem := func(rule string) facts.Answer {
		return facts.Answer{Value: facts.Value{Kind: "int", Text: "9"}, Problem: &facts.Problem{Rule: rule, Message: "message", Hint: "hint"}}
	}
	tests := []struct {
		kind     facts.Kind
		was, now facts.Answer
		want     string
	}{
		{facts.Symbol, at("src/a.go", 1), at("src/a.go", 9), ""},
		{facts.Symbol, at("src/a.go", 1), at("src/b.go", 1), "TEXT moves from src/a.go to src/b.go"},
		{facts.Symbol, at("src/a.go", 1), problem("unknown-symbol"), "TEXT is not in go1.27.4: message"},
		{facts.Fact, value("3"), value("3"), ""},
		{facts.Fact, value("3"), value("4"), "TEXT is 3 in go1.26.8, and 4 in go1.27.4"}, // both are what the text says
		{facts.Fact, value("3"), problem("fact-value"), "TEXT is 3 in go1.26.8, and 9 in go1.27.4"},
		{facts.Fact, value("3"), problem("fact-expression"), "TEXT is not in go1.27.4: message"},
		{facts.Order, facts.Answer{}, facts.Answer{}, ""},
		{facts.Order, facts.Answer{}, problem("order"), "TEXT does not hold in go1.27.4: message"},
	}
	for _, test := range tests {
		u := upgrade{Report: &Report{}, rel: &release{version: "go1.27.4"}, from: "go1.26.8"}
		u.reference(question{link: &book.Ref{}, ref: facts.Ref{Kind: test.kind, Text: "TEXT"}}, test.was, test.now)
		got := ""
		for _, f := range u.Findings {
			got += f.Message
		}
		if got != test.want {
			t.Errorf("%s, %+v and then %+v: %q, want %q", test.kind, test.was, test.now, got, test.want)
		}
	}
}

func TestUpgradeSteps(t *testing.T) {
	r := &Report{upgraded: runtime.Version(), others: []string{"go1.25.1", "go1.26.8"}}
	want := []string{
		"rtbook update records what quotations and cells say now",
		"rtbook check finds what of the list is left to mend in the text",
		"rtbook update --toolchains go1.25.1,go1.26.8 records the table of releases anew",
	}
	if diff := cmp.Diff(want, r.NextSteps()); diff != "" {
		t.Error(diff)
	}
	r = &Report{upgraded: "go1.999.0"}
	if steps := r.NextSteps(); len(steps) != 3 || !strings.HasPrefix(steps[0], "build rtbook with go1.999.0") {
		t.Errorf("steps %q: want one to build rtbook anew, and two more", steps)
	}
}

func TestPinSyntax(t *testing.T) {
	for text, want := range map[string]string{
		"toolchain: go1.26.8\n":               "go1.26.8",
		"title: x\ntoolchain: 'go1.26.8'":     "go1.26.8",
		"\"toolchain\" : \"go1.27rc1\" # x\n": "go1.27rc1",
		"\ufefftoolchain: go1.26.8\r\n":       "go1.26.8",
		"description: toolchain: go1.26.8\n":  "",
		"# toolchain: go1.26.8\n":             "",
		"{toolchain: go1.26.8}\n":             "",
	} {
		got := ""
		if m := pinSyntax.FindStringSubmatch(text); m != nil {
			got = m[1]
		}
		if got != want {
			t.Errorf("%q: found %q, want %q", text, got, want)
		}
	}
}
