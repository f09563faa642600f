package lower

import (
	"go/ast"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"rtbook/runner"
)

// parsed returns the unit of a program without imports.
func parsed(t *testing.T, source string) *unit {
	t.Helper()
	u, err := newUnit(&runner.Program{Source: source, Map: identity(source)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestHas(t *testing.T) {
	all := []constructs{
		hasBlankFields, hasShifts, hasNegations, hasFunctionLoops, hasRanges, hasLoops,
		hasGotos, hasHeads, hasSwitches, hasReceives, hasLabels, hasDeferring,
	}
	for source, want := range map[string]constructs{
		"var x = struct{ _, n int }{}":                                               hasBlankFields,
		"func f(n uint) int { return 1 << n }":                                       hasShifts,
		"func f(n uint) { n >>= 2 }":                                                 hasShifts,
		"func f(x float64) float64 { return -x - -1 }":                               hasNegations,
		"func f(x float64) float64 { return -1 - x }":                                0,
		"func f(seq func(func(int) bool)) { for range seq {} }":                      hasFunctionLoops | hasRanges | hasLoops,
		"func f(n int) { for range n {} }":                                           hasRanges | hasLoops,
		"var f = func() { for {} }":                                                  hasLoops,
		"func f() { L: goto L }":                                                     hasLoops | hasGotos | hasLabels,
		"func f() { if x := 1; x > 0 {} }":                                           hasHeads,
		"func f(n int) { switch n {} }":                                              hasSwitches,
		"func f(x any) { switch y := 1; x.(type) { case int: _ = y } }":              hasSwitches | hasHeads,
		"func f(c chan int) int { return <-c }":                                      hasReceives,
		"func f(c chan int) { select { case c <- 1: default: } }":                    hasReceives,
		"func f(c chan int) { c <- 1 }":                                              0,
		"func f(g func()) { go g() }":                                                hasDeferring,
		"func f(g func()) { func() { defer g() }() }":                                hasDeferring,
		"func f() any { return recover() }":                                          hasDeferring,
		"type T struct{ n int }; func (t T) f() int { if t.n > 0 {}; return 1 - 2 }": 0,
	} {
		u := parsed(t, "package main\n"+source+"\nfunc main() {}\n")
		var got constructs
		for _, c := range all {
			for _, d := range u.file.Decls {
				if u.has(d, c) {
					got |= c
				}
			}
		}
		if got != want {
			t.Errorf("%s has %b, want %b", source, got, want)
		}
	}
}

func TestDeclsWith(t *testing.T) {
	u := parsed(t, "package main\nfunc a() { for {} }\nfunc b() {}\nfunc c(n uint) uint { return n << n }\nfunc main() { for range 3 {} }\n")
	var names []string
	for _, d := range u.declsWith(hasLoops | hasShifts) {
		names = append(names, d.(*ast.FuncDecl).Name.Name)
	}
	if got := strings.Join(names, " "); got != "a c main" {
		t.Errorf("with loops or shifts: %s, want a c main", got)
	}
	// What there is is looked for again after a check.
	u.file.Decls[1].(*ast.FuncDecl).Body.List = []ast.Stmt{&ast.ForStmt{Body: block(u.file.Package)}}
	if err := u.check(); err != nil {
		t.Fatal(err)
	}
	if !u.has(u.file.Decls[1], hasLoops) {
		t.Error("a loop is not found after a check")
	}
}

// A pass that is there twice runs again if there is something new, and else not.
func TestPassesTwice(t *testing.T) {
	for _, checks := range []bool{false, true} {
		u := parsed(t, "package main\nfunc main() {}\n")
		var ran []string
		p := func(name string, check bool) pass {
			return pass{name, func(*unit) bool { ran = append(ran, name); return check }}
		}
		running := ""
		if err := u.run([]pass{p("a", false), p("b", checks), p("a", false), p("c", false)}, &running); err != nil {
			t.Fatal(err)
		}
		want := []string{"a", "b", "c"}
		if checks {
			want = []string{"a", "b", "a", "c"}
		}
		if !slices.Equal(ran, want) {
			t.Errorf("with a check %t: ran %q, want %q", checks, ran, want)
		}
	}
}

// The printer finds places as the program does, in whichever order it asks.
func TestPlace(t *testing.T) {
	source := "package main\n\nfunc main() {\n\tx := 1\n\t_ = x\n}\n"
	u := parsed(t, source)
	u.program.Map = slices.Delete(u.program.Map, 1, 2) // a place from nowhere
	p := &printer{u: u}
	near := 0
	for i := range 5 * len(source) {
		offset := i * 17 % (len(source) + 3)
		got, ok := p.place(offset, &near)
		if want, wantOK := u.program.Pos(offset); got != want || ok != wantOK {
			t.Errorf("offset %d is from %+v, %t, want %+v, %t", offset, got, ok, want, wantOK)
		}
	}
	for offset := range source {
		got, _ := p.place(offset, &near)
		if want, _ := u.program.Pos(offset); got != want {
			t.Errorf("offset %d is from %+v, want %+v", offset, got, want)
		}
	}
}

// TestMadeConstructs holds the passes to what [unit.has] relies on: none makes a
// construct, for a pass that is yet to come, where there was none.
func TestMadeConstructs(t *testing.T) {
	last := map[constructs]string{ // the last pass that asks for each
		hasBlankFields: "blank fields", hasShifts: "shifts", hasNegations: "negations", hasFunctionLoops: "iterators",
		hasRanges: "ranges", hasLoops: "closures", hasGotos: "closures", hasHeads: "closures", hasSwitches: "switches",
		hasReceives: "selects", hasLabels: "labels", hasDeferring: "defers",
	}
	imp, err := testImporter()
	if err != nil {
		t.Fatal(err)
	}
	archive, err := txtar.ParseFile(filepath.Join("..", "testdata", "constructs.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	list := passes()
	index := func(name string) int { return slices.IndexFunc(list, func(p pass) bool { return p.name == name }) }
	lowered := 0
	for _, f := range archive.Files {
		u, err := newUnit(&runner.Program{Source: string(f.Data), Map: identity(string(f.Data))}, imp)
		if err != nil {
			continue // it imports more than the tests here do
		}
		for i, p := range list {
			for _, d := range u.file.Decls {
				u.has(d, 0) // as if a pass had asked
			}
			again := p.run(u)
			if len(u.refusals) > 0 {
				break
			}
			if again {
				if err := u.check(); err != nil {
					break
				}
				continue
			}
			for d, found := range u.found {
				for c, name := range last {
					if made := u.find(d) &^ found; made&c != 0 && index(name) > i {
						t.Errorf("%s: the pass %q makes %b at %d, which %q will not see", f.Name, p.name, c, u.offset(d.Pos()), name)
					}
				}
			}
			if i == len(list)-1 {
				lowered++
			}
		}
	}
	if lowered < 100 {
		t.Errorf("only %d programs were lowered", lowered)
	}
}
