package pipeline

import (
	"testing"

	"rtbook/internal/finding"
	"rtbook/runner"
)

func TestTotals(t *testing.T) {
	for _, tc := range []struct {
		totals Totals
		want   string
	}{
		{Totals{Cells: 1, Exact: 1}, "1 cell: 1 exact"},
		{Totals{Cells: 96, Exact: 81, Varied: 9, Samples: 4, Skipped: 2}, "96 cells: 81 exact, 9 with varied spans, 4 samples, 2 skipped"},
		{Totals{Cells: 3, Exact: 1, Unordered: 1, Samples: 1, Compiled: 2}, "3 cells: 1 exact, 1 in any order, 1 sample; 2 of them compiled only"},
		{Totals{Cells: 2, Exact: 2, Compiled: 1, Sweeps: 2, Runs: 10}, "2 cells: 2 exact; 1 of them compiled only; 2 sweeps of 10 runs"},
		{Totals{Cells: 2, Exact: 2, NotRun: 1}, "3 cells: 2 exact; 1 compiled only, so not run"},
	} {
		if got := tc.totals.String(); got != tc.want {
			t.Errorf("%+v: %q, want %q", tc.totals, got, tc.want)
		}
	}
}

// expectPanic is a chapter in which cell b has to panic with what it records.
const expectPanic = "# T\n\n```go {cell=a}\nx()\n```\n\n```text {output}\none\n```\n\n```go {cell=b expect=panic}\ny()\n```\n\n```text {output}\nbefore\npanic: boom\n```\n"

func TestExpectPanic(t *testing.T) {
	boom := end{1, runner.Panicked, "panic: boom"}
	for _, tc := range []struct {
		name string
		tail []runner.Result
		want string // the finding, "" if there is none
	}{
		{"as recorded", []runner.Result{result("yaegi", "one\n", "before\n", boom), result("go", "one\n", "before\n", boom)}, ""},
		{"without a last newline", []runner.Result{result("go", "one\n", "before", boom)}, ""},
		{"another message", []runner.Result{result("go", "one\n", "before\n", end{1, runner.Panicked, "panic: bang"})}, "notes/01-t.md:17:9: cell b prints something else"},
		{"no panic", []runner.Result{result("go", "one\n", "before\n", end{})}, "notes/01-t.md:11:15: cell b must panic and does not"},
		{"another end", []runner.Result{result("go", "one\n", "before\n", end{1, runner.TimedOut, "did not end within 1s"})}, "notes/01-t.md:13:1: did not end within 1s"},
		{"the engines differ", []runner.Result{result("yaegi", "one\n", "before\n", end{}), result("go", "one\n", "before\n", boom)}, "notes/01-t.md:13:1: the engines disagree on this cell"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := chapter(t, expectPanic)
			whole := &runner.Program{Chapter: "notes/01-t.md", Cells: []runner.Unit{{ID: "a"}}}
			tail := &runner.Program{Chapter: "notes/01-t.md", Tail: true, Cells: []runner.Unit{{ID: "a"}, {ID: "b", Expect: runner.ExpectPanic}}}
			results := runner.Results{tail: tc.tail}
			for _, r := range tc.tail {
				results[whole] = append(results[whole], runner.Result{Engine: r.Engine, Cells: []runner.CellResult{{ID: "a", Output: "one\n", Status: runner.Done}}})
			}
			r := &Report{Book: b}
			r.add(judge(b, &runner.Composition{Programs: []*runner.Program{whole, tail}}, results, len(tc.tail), names{}))
			r.cells()
			finding.Sort(r.Findings)
			got := ""
			for _, f := range r.Findings {
				got += headline(f)
			}
			if got != tc.want {
				t.Errorf("findings %q, want %q", got, tc.want)
			}
			if want := map[bool]int{true: 2, false: 1}[tc.want == ""]; r.Totals.Cells != 2 || r.Totals.Exact != want {
				t.Errorf("totals %v, want 2 cells, %d exact", r.Totals, want)
			}
			if o := r.Outcomes["notes/01-t.md#b"]; tc.want == "" && o.Status != runner.Panicked {
				t.Errorf("the page is told that the cell ended with %q", o.Status)
			}
		})
	}
}
