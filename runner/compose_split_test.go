package runner

import (
	"go/token"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// checkSplit checks that the stretches of a cell, and its pieces where they
// parse, cover the source exactly and in order.
func checkSplit(t *testing.T, src string) {
	t.Helper()
	toks := lex(src, func(string) {})
	end := 0
	for _, r := range split(src, toks) {
		if r.start != end || r.end <= r.start || r.end > len(src) {
			t.Fatalf("stretch %+v does not follow %d in %q", r, end, src)
		}
		end = r.end
		for _, off := range r.ends {
			if off <= r.start || off > r.end {
				t.Fatalf("a statement of stretch %+v ends at %d in %q", r, off, src)
			}
		}
	}
	if end != len(src) {
		t.Fatalf("stretches end at %d of %d in %q", end, len(src), src)
	}

	env := &environment{fset: token.NewFileSet(), idents: make(map[string]bool)}
	s := newSource(&Cell{Chapter: "notes/x.md", Line: 7, Source: src}, 0, 0)
	s.parse(env)
	covered := 0
	end = 0
	for _, p := range s.pieces {
		if p.start < end || p.end <= p.start || p.end > len(src) {
			t.Fatalf("piece [%d, %d) after %d in %q", p.start, p.end, end, src)
		}
		end = p.end
		covered += p.end - p.start
		node := token.NoPos
		if p.decl != nil {
			node = p.decl.Pos()
		} else {
			node = p.stmt.Pos()
		}
		at := env.fset.Position(node)
		if want := s.pos(p.offset(node)); at.Line != want.Line || at.Column != want.Col {
			t.Fatalf("position of piece %q is %v, want %v", src[p.start:p.end], at, want)
		}
	}
	if len(env.problems.list) == 0 && strings.Trim(src, " \t\r\n;") != "" && covered == 0 && !onlyComments(toks) {
		t.Fatalf("nothing came of %q", src)
	}
	for _, p := range env.problems.list {
		lines := strings.Count(src, "\n") + 1
		if p.Pos.Line < 7 || p.Pos.Line >= 7+lines || p.Pos.Col < 1 {
			t.Fatalf("problem %+v is not in the cell %q", p.Problem, src)
		}
	}
}

func onlyComments(toks []lexeme) bool {
	for _, t := range toks {
		if t.tok != token.COMMENT && t.tok != token.SEMICOLON && t.tok != token.EOF {
			return false
		}
	}
	return true
}

func FuzzSplit(f *testing.F) {
	for _, dir := range []string{"twins", "problems"} {
		files, err := filepath.Glob(filepath.Join("testdata", dir, "*.txtar"))
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range files {
			ar, err := txtar.ParseFile(file)
			if err != nil {
				f.Fatal(err)
			}
			for _, part := range ar.Files {
				f.Add(string(part.Data))
			}
		}
	}
	for _, src := range []string{"", ";", "x", "\xff", "`", "/*", "func(", "func (a) b[", "}{)(][", "if x {\n/* a\n */ }; // y", "L:", "//line x:1\n"} {
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src string) { checkSplit(t, src) })
}

func TestDeclares(t *testing.T) {
	for src, want := range map[string]token.Token{
		"func f() {}":                     token.FUNC,
		"func f[T any](t T) {}":           token.FUNC,
		"func (t T) M() {}":               token.FUNC,
		"func (T) M(f func()) {}":         token.FUNC,
		"func (t *T[K, V]) M() {}":        token.FUNC,
		"func /* a */ (t T) /* b */ M()":  token.FUNC,
		"func() {}()":                     token.ILLEGAL,
		"func(x int) int { return x }(1)": token.ILLEGAL,
		"func(x int) T[int] { return x }": token.ILLEGAL,
		"func(x int) p.T { return x }(1)": token.ILLEGAL,
		"func(x int) (y int) { return }":  token.ILLEGAL,
		"func(x int) []int { return nil}": token.ILLEGAL,
		"func":                            token.ILLEGAL,
		"func (":                          token.ILLEGAL,
		"type T int":                      token.TYPE,
		"var x = 1":                       token.VAR,
		"const c = 1":                     token.CONST,
		"import \"fmt\"":                  token.IMPORT,
		"package p":                       token.PACKAGE,
		"x := 1":                          token.ILLEGAL,
		"for {}":                          token.ILLEGAL,
		"{ var x int }":                   token.ILLEGAL,
	} {
		if got := declares(lex(src, func(string) {})); got != want {
			t.Errorf("declares(%q) = %v, want %v", src, got, want)
		}
	}
}
