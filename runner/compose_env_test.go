package runner

import (
	"errors"
	"fmt"
	"go/format"
	"go/types"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

// TestPrograms composes cells of several chapters and environments at once.
func TestPrograms(t *testing.T) {
	cell := func(chapter, env, id, src string) Cell {
		return Cell{Chapter: chapter, Env: env, ID: id, Line: 10, Source: src}
	}
	check := cell("notes/c.md", "", "only", "x := 1\n")
	check.Mode = CheckOnly
	slow := cell("notes/b.md", "real", "slow", "import \"os\"\n_ = os.Args\n")
	slow.GoOnly, slow.Timeout = true, 3*time.Second
	cells := []Cell{
		cell("notes/a.md", "", "one", "import \"strings\"\nimport \"fmt\"\nx := strings.ToUpper(\"a\")\n"),
		slow,
		cell("notes/b.md", "", "one", "x := 2\n"),
		check,
		cell("notes/a.md", "", "two", "fmt.Println(x)\n"),
		cell("notes/d.md", "", "empty", ""),
	}
	var asked [][]string
	progs, probs := compose(cells, func(paths []string) (types.Importer, error) {
		asked = append(asked, paths)
		return shared.load(paths)
	})
	if len(probs) > 0 {
		t.Fatal(render(probs))
	}
	if want := [][]string{{"fmt", "os", "strings"}}; !reflect.DeepEqual(asked, want) {
		t.Errorf("the loader was asked for %v, want %v", asked, want)
	}
	type summary struct {
		Chapter, Env string
		GoOnly       bool
		Imports      []string
		Cells        []Unit
	}
	var got []summary
	for _, p := range progs {
		got = append(got, summary{p.Chapter, p.Env, p.GoOnly, p.Imports, p.Cells})
	}
	want := []summary{
		{"notes/a.md", "", false, []string{"fmt", "strings"}, []Unit{
			{"one", Pos{"notes/a.md", 10, 1}, 10 * time.Second, 256 << 10, ""},
			{"two", Pos{"notes/a.md", 10, 1}, 10 * time.Second, 256 << 10, ""},
		}},
		{"notes/b.md", "real", true, []string{"os"}, []Unit{{"slow", Pos{"notes/b.md", 10, 1}, 3 * time.Second, 256 << 10, ""}}},
		{"notes/b.md", "", false, nil, []Unit{{"one", Pos{"notes/b.md", 10, 1}, 10 * time.Second, 256 << 10, ""}}},
		{"notes/d.md", "", false, nil, []Unit{{"empty", Pos{"notes/d.md", 10, 1}, 10 * time.Second, 256 << 10, ""}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("programs differ (-want +got):\n%s", diff)
	}
}

// TestIndent checks that columns count the indentation of the fence.
func TestIndent(t *testing.T) {
	cells := page("x := 1\n\nif true {\n\ty := x\n}\n")
	cells[0].Indent = []int{3, 0, 3, 2, 3, 0}
	_, probs := compose(cells, shared.load)
	if got, want := render(probs), "103:4: declared and not used: y\n"; got != want {
		t.Errorf("got %swant %s", got, want)
	}
	cells[0].Source = "x := 1\n\nif true {\n\t= x\n}\n"
	_, probs = compose(cells, shared.load)
	if got, want := render(probs), "103:4: expected statement, found '='\n"; got != want {
		t.Errorf("got %swant %s", got, want)
	}
}

// TestEngineMix refuses an environment of which one half would not be
// interpreted.
func TestEngineMix(t *testing.T) {
	cells := page("x := 1", "y := 2", "z := 3")
	cells[1].GoOnly = true
	progs, probs := compose(cells, shared.load)
	want := "200:1: cell \"cell-2\" does not run on the same engine as the rest of its environment\n" +
		"\tnote: 100:1: the environment's first cell is here\n"
	if got := render(probs); got != want || len(progs) != 0 {
		t.Errorf("%d programs; got %swant %s", len(progs), got, want)
	}
}

// TestLoaderFails reports once that nothing can be imported, and composes what
// imports nothing.
func TestLoaderFails(t *testing.T) {
	cells := page("import \"fmt\"\nimport \"os\"\nfmt.Println(os.Args)", "fmt.Println(2)")
	other := page("x := 1")[0]
	other.Env = "other"
	progs, probs := compose(append(cells, other), func([]string) (types.Importer, error) {
		return nil, errors.New("no toolchain")
	})
	if got, want := render(probs), "100:8: could not import fmt (no toolchain)\n"; got != want {
		t.Errorf("got %swant %s", got, want)
	}
	if len(progs) != 1 || progs[0].Env != "other" {
		t.Errorf("%d programs, want the one without imports", len(progs))
	}
	if progs, probs := compose(nil, nil); progs != nil || probs != nil {
		t.Errorf("of nothing come %v and %v", progs, probs)
	}
}

// TestHints checks that what an author can do nothing about by reading Go's
// message comes with a hint.
func TestHints(t *testing.T) {
	for _, name := range []string{"flow", "before", "through", "clauses", "above"} {
		_, probs := compose(archives(t, "problems")[name].cells, shared.load)
		for _, p := range probs {
			goSays := strings.Contains(p.Message, "not in for") || strings.Contains(p.Message, "fallthrough") ||
				strings.Contains(p.Message, "missing function body") || strings.Contains(p.Message, "initialization cycle")
			if p.Hint == "" && !goSays {
				t.Errorf("%s: no hint for %v: %s", name, p.Pos, p.Message)
			}
		}
	}
}

// TestDeterministic composes the same cells twice, with programs made in
// parallel, and compares every byte.
func TestDeterministic(t *testing.T) {
	var cells []Cell
	for name, a := range archives(t, "twins") {
		for _, c := range a.cells {
			c.Chapter = "notes/" + name + ".md"
			cells = append(cells, c)
		}
	}
	for name, a := range archives(t, "problems") {
		for _, c := range a.cells {
			c.Chapter = "notes/bad-" + name + ".md"
			cells = append(cells, c)
		}
	}
	progs1, probs1 := compose(cells, shared.load)
	progs2, probs2 := compose(cells, shared.load)
	if diff := cmp.Diff(progs1, progs2); diff != "" {
		t.Errorf("programs differ:\n%s", diff)
	}
	if diff := cmp.Diff(probs1, probs2); diff != "" {
		t.Errorf("problems differ:\n%s", diff)
	}
	if len(progs1) < 9 || len(probs1) < 50 {
		t.Errorf("only %d programs and %d problems", len(progs1), len(probs1))
	}
}

// FuzzCompose composes any text as two cells that run and one that is checked.
// Whatever it is, nothing panics, every problem has a place in the chapter,
// and no message shows a name that the cells do not have.
func FuzzCompose(f *testing.F) {
	for _, dir := range []string{"twins", "problems", "init"} {
		files, err := filepath.Glob(filepath.Join("testdata", dir, "*.txtar"))
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range files {
			ar, err := txtar.ParseFile(file)
			if err != nil {
				f.Fatal(err)
			}
			for i := 0; i+2 < len(ar.Files); i++ {
				f.Add(string(ar.Files[i].Data), string(ar.Files[i+1].Data), string(ar.Files[i+2].Data))
			}
		}
	}
	imp, err := shared.load([]string{"fmt", "strings", "os", "errors", "encoding/binary", "rtbook/runner/testdata/unnamed"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, one, two, three string) {
		cells := page(one, two, three)
		cells[2].Mode = CheckOnly
		fuzzCompose(t, cells, imp)
		cells[1].Expect = ExpectPanic
		cells[2].Mode, cells[2].Expect = Execute, ExpectCompileError
		fuzzCompose(t, cells, imp)
	})
}

func fuzzCompose(t *testing.T, cells []Cell, imp types.Importer) {
	t.Helper()
	c := Compose(cells, func([]string) (types.Importer, error) { return imp, nil })
	all := ""
	for _, cell := range cells {
		all += cell.Source
	}
	generated := func(text string) bool {
		return strings.Contains(text, mark) && !strings.Contains(all, mark) || strings.Contains(text, "rtbook_") && !strings.Contains(all, "rtbook_")
	}
	for _, p := range c.Problems {
		if strings.HasPrefix(p.Message, failure) {
			t.Error(p.Message)
		}
		if text := render([]Problem{p}) + p.Hint; generated(text) {
			t.Errorf("a problem shows a generated name: %s", text)
		}
		cell := cells[max(0, min(2, p.Pos.Line/100-1))]
		if p.Pos.File != "notes/x.md" || p.Pos.Line < cell.Line || p.Pos.Line > cell.Line+strings.Count(cell.Source, "\n") || p.Pos.Col < 1 {
			t.Errorf("a problem is nowhere: %+v", p)
		}
		notAllowed := strings.HasPrefix(p.Message, "the directive //go:embed ") || strings.HasPrefix(p.Message, "the directive //go:linkname ") ||
			slices.ContainsFunc(cell.Uses(), func(u Use) bool { return u.Pos == p.Pos })
		if cell.Expect == ExpectCompileError && !notAllowed && !strings.Contains(p.Message, "must not compile and does") {
			t.Errorf("a cell that is not to compile has the problem %+v", p)
		}
	}
	for _, s := range c.Static {
		if generated(s.Output) || s.Output == "" {
			t.Errorf("output %q", s.Output)
		}
	}
	for _, p := range c.Programs {
		checkSegments(t, "fuzz", p, cells)
		if text := p.Export(); generated(text) {
			t.Errorf("an export shows a generated name:\n%s", text)
		} else if formatted, err := format.Source([]byte(text)); err != nil || string(formatted) != text {
			t.Errorf("an export is not formatted: %v\n%s", err, text)
		}
	}
}

// BenchmarkCompose composes a chapter of 24 cells on a warm importer, as
// rtbook does for every chapter of a book.
func BenchmarkCompose(b *testing.B) {
	imp, err := shared.load([]string{"fmt", "strings"})
	if err != nil {
		b.Fatal(err)
	}
	sources := []string{"import \"fmt\"\nimport \"strings\"\n"}
	for i := range 23 {
		sources = append(sources, fmt.Sprintf(`type T%[1]d struct{ n int }

func (t T%[1]d) Sum(k int) (s int) {
	for i := range k {
		s += t.n * i
	}
	return s
}

v%[1]d, err := T%[1]d{%[1]d}, error(nil)
for i := 0; i < 3; i++ {
	fmt.Println(strings.Repeat("=", i), v%[1]d.Sum(i), err)
}
`, i))
	}
	cells := page(sources...)
	for b.Loop() {
		if _, probs := compose(cells, func([]string) (types.Importer, error) { return imp, nil }); len(probs) > 0 {
			b.Fatal(render(probs))
		}
	}
}

// BenchmarkComposeMany composes environments of very many cells; the time for
// each cell should not grow with their number.
func BenchmarkComposeMany(b *testing.B) {
	for _, n := range []int{1000, 10000, 100000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			var sources []string
			for i := range n {
				src := fmt.Sprintf("x := x + %d\nfunc f%[1]d() int { return x }\n_ = f%[1]d()\n", i)
				switch i % 10 {
				case 0:
					src = fmt.Sprintf("x := %d\n", i)
				case 5:
					src = "x := \"s\"\n"
				case 6, 7, 8, 9:
					src = fmt.Sprintf("//check\nvar y%d = x\n", i)
				}
				sources = append(sources, src)
			}
			cells := page(sources...)
			for b.Loop() {
				if _, probs := compose(cells, shared.load); len(probs) > 0 {
					b.Fatal(render(probs[:1]))
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*n), "µs/cell")
		})
	}
}
