package worker

import (
	"errors"
	"go/parser"
	"go/token"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/traefik/yaegi/interp"

	"rtbook/runner"

	"rtbook/runner/interp/worker/box"
)

func TestRequested(t *testing.T) {
	for _, tt := range []struct {
		args []string
		want bool
	}{
		{[]string{"rtbook", Arg}, true},
		{[]string{"rtbook"}, false},
		{[]string{"rtbook", Arg, "more"}, false},
		{[]string{"rtbook", "build"}, false},
		{nil, false},
	} {
		if got := Requested(tt.args); got != tt.want {
			t.Errorf("Requested(%q) = %v", tt.args, got)
		}
	}
}

func TestPlaces(t *testing.T) {
	const source = "ab\n\ncd"
	for _, tt := range []struct{ line, col, offset int }{
		{1, 1, 0}, {1, 2, 1}, {1, 3, 2}, {2, 1, 3}, {3, 1, 4}, {3, 3, 6},
	} {
		if got := lineOffset(source, tt.line, tt.col); got != tt.offset {
			t.Errorf("lineOffset(%d, %d) = %d, want %d", tt.line, tt.col, got, tt.offset)
		}
		if r := at(source, tt.offset); r.Line != tt.line || r.Col != tt.col || r.Offset != tt.offset {
			t.Errorf("at(%d) = %+v, want line %d, column %d", tt.offset, r, tt.line, tt.col)
		}
	}
	for _, tt := range [][2]int{{4, 1}, {3, 4}, {1, 0}} {
		if got := lineOffset(source, tt[0], tt[1]); got != -1 {
			t.Errorf("lineOffset(%v) = %d, want -1", tt, got)
		}
	}
	if r := at(source, -1); r.Offset != -1 || r.Line != 0 {
		t.Errorf("at(-1) = %+v", r)
	}
}

func TestRefuse(t *testing.T) {
	p := &runner.Program{Source: "package main\nfunc f() {\n"}
	_, syntax := parser.ParseFile(token.NewFileSet(), "", p.Source, 0)
	for _, tt := range []struct {
		err     error
		message string
		offset  int
	}{
		{errors.New("2:6: no can do\nmore"), "the interpreter cannot compile this: no can do", 18},
		{errors.New("no place"), "the interpreter cannot compile this: no place", -1},
		{interp.Panic{Value: "2:1: nil type"}, "the interpreter fails on this program: nil type", 13},
		{syntax, "the interpreter cannot parse this: expected '}', found 'EOF'", len(p.Source)},
	} {
		r := refuse(p, tt.err)
		if r.Message != tt.message || r.Offset != tt.offset {
			t.Errorf("refuse(%v) = %q at %d, want %q at %d", tt.err, r.Message, r.Offset, tt.message, tt.offset)
		}
	}
}

func TestNative(t *testing.T) {
	err := errors.New("x")
	for _, tt := range []struct{ in, want any }{
		{reflect.ValueOf("boom"), "boom"},
		{reflect.ValueOf(reflect.ValueOf(3)), 3},
		{reflect.ValueOf(&err).Elem(), err},
		{reflect.Value{}, nil},
		{"plain", "plain"},
		{nil, nil},
	} {
		if got := box.Recovered(tt.in); got != tt.want {
			t.Errorf("Recovered(%v) = %v, want %v", tt.in, got, tt.want)
		}
	}
}

func TestInstrument(t *testing.T) {
	source := strings.Join([]string{
		"package main",
		"func f(x int) int {",
		"\tif x > 0 { return 1 } else if x < -5 { x++ }",
		"L:",
		"\tfor { switch x { case 1: fallthrough; default: break L } }",
		"\tg := func() { x-- }; g()",
		"\treturn 2",
		"}",
		"",
	}, "\n")
	want := strings.Join([]string{
		`package main; import rtbook_trace "rtbook/trace"`,
		"func f(x int) int {",
		"\t@if x > 0 { @return 1 } else if x < -5 { @x++ }",
		"@L:",
		"\tfor { @switch x { case 1: fallthrough; default: break L } }",
		"\t@g := func() { @x-- }; @g()",
		"\t@return 2",
		"}",
		"",
	}, "\n")
	tr, err := instrument(source)
	if err != nil {
		t.Fatal(err)
	}
	got := yaegiCall.ReplaceAllString(tr.source, "@")
	if got != want {
		t.Errorf("instrumented:\n%s\nwant:\n%s", got, want)
	}
	if !strings.Contains(tr.source, "rtbook_trace.At(1, "+offsetOf(source, "x--")+"); x--") {
		t.Errorf("the function literal's statement is not marked as its own in\n%s", tr.source)
	}
	if len(tr.funcs) != 2 || tr.source[tr.funcs[1].begin] != '{' || !strings.Contains(tr.source[tr.funcs[1].begin:tr.funcs[1].end], "x--") {
		t.Errorf("functions %v", tr.funcs)
	}
	if strings.Count(tr.source, "\n") != strings.Count(source, "\n") {
		t.Error("instrument added lines")
	}
	if _, err := instrument("package"); err == nil {
		t.Error("instrument takes what does not parse")
	}
}

var yaegiCall = regexp.MustCompile(`rtbook_trace\.At\(\d+, \d+\); `)

func offsetOf(source, part string) string { return strconv.Itoa(strings.Index(source, part)) }
