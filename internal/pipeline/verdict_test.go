package pipeline

import (
	"strings"
	"testing"
	"testing/fstest"

	"rtbook/internal/book"
	"rtbook/internal/finding"
	"rtbook/runner"
)

// twoCells is a chapter whose cells a and b record "one" and nothing.
const twoCells = "# T\n\n```go {cell=a}\nx()\n```\n\n```text {output}\none\ntwo\n```\n\n```go {cell=b}\ny()\n```\n"

func chapter(t *testing.T, text string) *book.Book {
	t.Helper()
	b, found := book.Parse(fstest.MapFS{
		"notes/book.yaml": {Data: []byte("title: T\ntoolchain: go1.26.8\ntarget: linux/amd64\n")},
		"notes/01-t.md":   {Data: []byte(text)},
	}, "notes")
	if len(found) != 0 {
		t.Fatalf("the chapter has findings: %v", found)
	}
	return b
}

// result is an engine's result for two cells: what each printed, how the
// program ended.
type end struct {
	cell    int
	status  runner.Status
	message string
}

func result(engine string, a, b string, e end) runner.Result {
	cells := []runner.CellResult{
		{ID: "a", Output: a, Status: runner.Done, Pos: runner.Pos{File: "notes/01-t.md", Line: 4, Col: 1}},
		{ID: "b", Output: b, Status: runner.Done, Pos: runner.Pos{File: "notes/01-t.md", Line: 13, Col: 1}},
	}
	if e.status != "" {
		cells[e.cell].Status, cells[e.cell].Message = e.status, e.message
		for i := e.cell + 1; i < len(cells); i++ {
			cells[i].Status, cells[i].Output = runner.NotReached, ""
		}
	}
	return runner.Result{Engine: engine, Cells: cells}
}

func TestVerdicts(t *testing.T) {
	ok := end{}
	for _, tc := range []struct {
		name    string
		results []runner.Result
		want    []string // "line:col: message" of each finding, in order
		note    string   // part of the first finding's notes
		exact   int
	}{
		{
			name:    "agreement with the chapter",
			results: []runner.Result{result("yaegi", "one\ntwo\n", "", ok), result("go", "one\ntwo\n", "", ok)},
			exact:   2,
		},
		{
			name:    "a missing last newline is not a difference",
			results: []runner.Result{result("go", "one\ntwo", "", ok)},
			exact:   2,
		},
		{
			name:    "another digit",
			results: []runner.Result{result("yaegi", "one\ntw0\n", "", ok), result("go", "one\ntw0\n", "", ok)},
			want:    []string{"9:3: cell a prints something else"},
			note:    "-two\n+tw0",
			exact:   1,
		},
		{
			name:    "printed nothing where something is recorded",
			results: []runner.Result{result("go", "", "", ok)},
			want:    []string{"8:1: cell a prints something else"},
			exact:   1,
		},
		{
			name:    "more than recorded",
			results: []runner.Result{result("go", "one\ntwo\nthree\n", "", ok)},
			want:    []string{"10:1: cell a prints something else"},
			note:    "+three",
			exact:   1,
		},
		{
			name:    "no fence records it",
			results: []runner.Result{result("go", "one\ntwo\n", "news\n", ok)},
			want:    []string{"12:1: cell b prints what no output fence records"},
			note:    "+news",
			exact:   1,
		},
		{
			name:    "engines print different things",
			results: []runner.Result{result("yaegi", "333\n", "", ok), result("go", "012\n", "", ok)},
			want:    []string{"4:1: the engines disagree on this cell"},
			note:    "yaegi: printed\n333\n",
		},
		{
			name:    "one engine fails",
			results: []runner.Result{result("yaegi", "one\ntwo\n", "", end{1, runner.Panicked, "panic: boom"}), result("go", "one\ntwo\n", "", ok)},
			want:    []string{"13:1: the engines disagree on this cell"},
			note:    "yaegi: panic: boom",
			exact:   1,
		},
		{
			name:    "both panic alike",
			results: []runner.Result{result("yaegi", "one\ntwo\n", "before\n", end{1, runner.Panicked, "panic: boom"}), result("go", "one\ntwo\n", "before\n", end{1, runner.Panicked, "panic: boom"})},
			want:    []string{"13:1: panic: boom"},
			note:    "before",
			exact:   1,
		},
		{
			name:    "the interpreter words a panic otherwise",
			results: []runner.Result{result("yaegi", "", "", end{0, runner.Panicked, "panic: reflect: slice index out of range"}), result("go", "", "", end{0, runner.Panicked, "panic: runtime error: index out of range [5] with length 3"})},
			want:    []string{"4:1: panic: runtime error: index out of range [5] with length 3"},
			note:    "yaegi: panic: reflect: slice index out of range",
		},
		{
			name:    "a deadlock that the interpreter does not see",
			results: []runner.Result{result("yaegi", "", "", end{0, runner.TimedOut, "did not end within 10s"}), result("go", "", "", end{0, runner.Panicked, "fatal error: all goroutines are asleep - deadlock!"})},
			want:    []string{"4:1: fatal error: all goroutines are asleep - deadlock!"},
			note:    "yaegi: did not end within 10s",
		},
		{
			name:    "a failure that the interpreter misses",
			results: []runner.Result{result("yaegi", "one\ntwo\n", "", ok), result("go", "one\n", "", end{0, runner.Panicked, "panic: boom"})},
			want:    []string{"4:1: panic: boom"},
			note:    "yaegi: printed\none\ntwo",
		},
		{
			name:    "refused by the interpreter",
			results: []runner.Result{result("yaegi", "", "", end{0, runner.Refused, "the interpreter has no package foo"}), result("go", "one\ntwo\n", "", ok)},
			want:    []string{"4:1: the interpreter has no package foo"},
		},
		{
			name:    "a hanging cell hides the later ones, which are not at fault",
			results: []runner.Result{result("go", "one\n", "", end{0, runner.TimedOut, "took longer than 1s"})},
			want:    []string{"4:1: took longer than 1s"},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := chapter(t, twoCells)
			p := &runner.Program{Chapter: "notes/01-t.md", Cells: []runner.Unit{{ID: "a"}, {ID: "b"}}}
			r := &Report{Book: b}
			r.add(judge(b, &runner.Composition{Programs: []*runner.Program{p}}, runner.Results{p: tc.results}, len(tc.results), names{}))
			finding.Sort(r.Findings)
			var got []string
			for _, f := range r.Findings {
				got = append(got, strings.TrimPrefix(headline(f), "notes/01-t.md:"))
			}
			if strings.Join(got, "\n") != strings.Join(tc.want, "\n") {
				t.Errorf("findings:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(tc.want, "\n"))
			}
			if tc.note != "" && !strings.Contains(notes(r.Findings), tc.note) {
				t.Errorf("notes are %q, want them to contain %q", notes(r.Findings), tc.note)
			}
			if r.Totals.Exact != tc.exact {
				t.Errorf("%d exact, want %d", r.Totals.Exact, tc.exact)
			}
			// A page says that the engines agree of the cells that are exact, and of
			// those whose only fault is what the chapter records.
			agreed := 0
			for _, o := range r.Outcomes {
				if o.Agreed {
					agreed++
				}
			}
			if want := tc.exact + strings.Count(strings.Join(got, "\n"), " prints "); agreed != want {
				t.Errorf("%d outcomes of agreement, want %d", agreed, want)
			}
		})
	}
}

func headline(f finding.Finding) string {
	var b strings.Builder
	if err := finding.Write(&b, []finding.Finding{f}, func(string) []byte { return nil }); err != nil {
		return err.Error()
	}
	line, _, _ := strings.Cut(b.String(), "\n")
	return line
}

func notes(fs []finding.Finding) string {
	var all []string
	for _, f := range fs {
		for _, n := range f.Notes {
			all = append(all, n.Text)
		}
	}
	return strings.Join(all, "\n")
}
