package worker

import (
	"strings"
	"testing"

	"rtbook/runner"
)

// TestPlaced compiles programs on which yaegi panics without saying where.
func TestPlaced(t *testing.T) {
	for _, tt := range []struct{ name, source, place string }{
		{"a statement", "func f() { println(1) }\nfunc g() {\n\tx := 1\n\tfor range 3 { x++ }\n}\nfunc h() { println(2) }\n", "for range 3"},
		{"a statement of a clause", "func g() {\n\tx := 1\n\tif x > 0 {\n\t\tfunc() {\n\t\t\tswitch x {\n\t\t\tcase 2:\n\t\t\tcase 1:\n\t\t\t\tx++\n\t\t\t\tfor range 3 { x-- }\n\t\t\t\tprintln(x)\n\t\t\t}\n\t\t}()\n\t}\n}\n", "for range 3"},
		{"the first of two", "func g() {\n\tfor range 3 { }\n\tprintln(1)\n}\nfunc h() { for range 4 { } }\n", "for range 3"},
		{"the head of a statement", "func g() {\n\tprintln(1)\n\tfor i := range 3 { println(i) }\n}\n", "for i := range 3"},
		{"a declaration", "type T struct{}\nfunc g() { println(x == nil) }\ntype F func() F\nvar x F\n", "var x F"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := &runner.Program{Source: "package main\n" + tt.source}
			_, r := compile(p, nil)
			if r == nil || r.Offset < 0 || !strings.HasPrefix(p.Source[r.Offset:], tt.place) {
				t.Errorf("refused: %+v, want it at %q", r, tt.place)
			}
		})
	}
}

// TestPlacedInChapter is about statements that are only in part of the chapter.
func TestPlacedInChapter(t *testing.T) {
	const source = "package main\nfunc g() {\n\tprintln(1)\n\tfor i := range 3 { println(i) }\n}\n"
	for _, tt := range []struct {
		from, part string // what is of the chapter
		place      string
	}{
		{"for", "for i := range 3 { println(i) }", "for"},
		{"println(i)", "println(i)", "println(i)"},
		{"println(1)", "println(1)", "println(1)"},
		{"package", "package", ""},
	} {
		p := &runner.Program{Source: source, Map: []runner.Segment{{Offset: strings.Index(source, tt.from), Len: len(tt.part), Pos: runner.Pos{Line: 1, Col: 1}}}}
		_, r := compile(p, nil)
		if r == nil || (r.Offset < 0) != (tt.place == "") || r.Offset >= 0 && !strings.HasPrefix(source[r.Offset:], tt.place) {
			t.Errorf("%s: refused: %+v, want it at %q", tt.from, r, tt.place)
		}
	}
}
