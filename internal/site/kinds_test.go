package site

import (
	"os"
	"strings"
	"testing"

	"rtbook/internal/book"
	"rtbook/runner"
)

// kindsBook is the book in testdata/kinds, which has a cell of every kind, with
// outcomes as they should be.
func kindsBook(t testing.TB) Input {
	t.Helper()
	fsys := os.DirFS("testdata/kinds")
	b, findings := book.Parse(fsys, "notes")
	for _, f := range findings {
		t.Fatalf("finding: %v", f)
	}
	both, compiled := []string{"yaegi", "go"}, []string{"go"}
	return Input{Book: b, Assets: fsys, Outcomes: map[string]Outcome{
		"notes/01-kinds.md#wait":   {Engines: both, Agreed: true, Status: runner.Done, Output: "goroutines 2\nwaited 1.2µs\n", Alike: true},
		"notes/01-kinds.md#boom":   {Engines: both, Agreed: true, Status: runner.Panicked, Message: "panic: assignment to entry in nil map", Output: "panic: assignment to entry in nil map\n"},
		"notes/01-kinds.md#cell-3": {Status: runner.Done, Output: "1:16: cannot use 1 (untyped int constant) as string value in variable declaration\n"},
		"notes/01-kinds.md#build":  {Engines: compiled, Agreed: true, Status: runner.Done, Output: "./users.go:7:6: can inline users\n2 users\n"},
		"notes/01-kinds.md#cell-7": {Engines: compiled, Agreed: true, Status: runner.Done, Output: "BenchmarkUsers-4   	     100	         9.999 ns/op\n"},
		"notes/01-kinds.md#cell-8": {Engines: compiled, Agreed: true, Status: runner.Done, Output: "pid=18 at 0xc000054321\npanic: no users\n", Alike: true},
	}}
}

func TestKindsGolden(t *testing.T) {
	files, err := Render(kindsBook(t))
	if err != nil {
		t.Fatal(err)
	}
	pages := contents(t, files)
	compareGolden(t, "kinds", pages, "01-kinds.html")
	page := pages["01-kinds.html"]
	if _, faults := elements(page); len(faults) > 0 {
		t.Errorf("%q", faults)
	}
	if strings.Contains(page, "fault") || strings.Contains(page, "rtbook:hide") {
		t.Error("a cell has a fault, or a hidden line is there")
	}
}

// TestKinds has what is said of a cell by its attributes.
func TestKinds(t *testing.T) {
	tests := []struct {
		info   string
		status runner.Status
		out    string
		alike  bool
		facts  string
		fault  string
	}{
		{"go {cell=x sample}", runner.Done, "9\n", false, "compiled · not compared: a sample", ""},
		{"go {cell=x vary=time}", runner.Done, "9\n", true, "compiled · compared except for times", ""},
		{"go {cell=x vary=time}", runner.Done, "9\n", false, "compiled · compared except for times", "This run printed something else than is recorded here."},
		{"go {cell=x vary=time}", runner.Done, "1\n", false, "compiled · compared except for times", ""},
		{"go {cell=x vary=addr,num,time unordered}", runner.Done, "1\n", false, "compiled · compared except for addresses, numbers and times · lines in any order", ""},
		{"go {cell=x vary=/a<b/}", runner.Done, "1\n", false, "compiled · compared except for what matches /a&lt;b/", ""},
		{"go {cell=x vary=/" + strings.Repeat("a", 60) + "/}", runner.Done, "1\n", false, "compiled · compared except for what matches a pattern", ""},
		{"go {cell=x unordered}", runner.Done, "9\n", true, "compiled · lines in any order", ""},
		{"go {cell=x expect=panic}", runner.Panicked, "1\n", false, "compiled · expected to panic", ""},
		{"go {cell=x expect=panic}", runner.Done, "1\n", false, "compiled · expected to panic", "It did not panic, and it should."},
		{"go {cell=x expect=panic}", runner.TimedOut, "1\n", false, "compiled · expected to panic", "It was stopped at its time limit."},
		{"go {cell=x expect=compile-error}", runner.Done, "1\n", false, "compiled · expected not to compile", ""},
		{"go {cell=x if=windows}", "", "", false, "not run here: needs windows", ""},
		{"sh {cell=x if=windows env=a}", "", "", false, "not run here: needs windows", ""},
		{"sh {cell=x}", runner.Done, "1\n", false, "commands, run in the page’s own folder", ""},
		{"sh {cell=x env=a expect=panic}", runner.Done, "1\n", false, "commands, run in the folder of env a · expected to panic", ""},
		{"sh {cell=x env=a expect=compile-error sample}", runner.Done, "2\n", false, "commands, run in the folder of env a · expected not to compile · not compared: a sample", ""},
		{"sh {cell=x}", runner.Exited, "1\n", false, "commands, run in the page’s own folder", "It ended the program."},
	}
	for _, test := range tests {
		t.Run(test.info, func(t *testing.T) {
			outcomes := map[string]Outcome{}
			if test.status != "" {
				outcomes["notes/01-one.md#x"] = Outcome{Engines: []string{"go"}, Agreed: true, Status: test.status, Output: test.out, Alike: test.alike}
			}
			page := chapterOf(t, "```"+test.info+"\nf\n```\n\n```text {output}\n1\n```\n", outcomes)
			facts := strings.ReplaceAll(test.facts+" · go1.26.8", " · ", ` <span class="dot">·</span> `)
			if want := `<span class="facts">` + facts + "</span>"; !strings.Contains(page, want) {
				t.Errorf("%s is missing in\n%s", want, page)
			}
			why := `<strong class="why">` + test.fault + `</strong>`
			if test.fault == "" {
				why = `<figure class="cell" id="x">`
			}
			if !strings.Contains(page, why) {
				t.Errorf("%s is missing in\n%s", why, page)
			}
			if !strings.Contains(page, "<samp>1\n</samp>") {
				t.Error("the recorded output is not shown")
			}
		})
	}
}

// TestHiddenLines sees that hidden lines, and nothing else, are kept from sight
// until asked for.
func TestHiddenLines(t *testing.T) {
	for fence, want := range map[string]string{
		"```go {check}\nvar a = 1 //rtbook:hide\nvar b = 2\n\nvar c = 3 //rtbook:hide\n//rtbook:hide\nvar d = `\n```\n": "var b = 2\n\nvar d = `\n",
		"```go {sketch}\n…\n//rtbook:hide\n```\n":                                 "…\n",
		"  ```go {file=a.go}\n  package a\n  //rtbook:hide\n  var x int\n  ```\n": "package a\nvar x int\n",
		"```text {file=a.txt}\nx //rtbook:hide\n```\n":                            "x //rtbook:hide\n",
	} {
		page := chapterOf(t, fence, nil)
		_, code, _ := strings.Cut(page, "<code")
		_, code, _ = strings.Cut(code, ">")
		code, _, _ = strings.Cut(code, "</code>")
		got, hidden := withoutHidden(t, code)
		if got != want {
			t.Errorf("%q shows %q, want %q", fence, got, want)
		}
		if n := strings.Count(page, `class="reveal"`); (n == 1) != hidden {
			t.Errorf("%q has %d controls that reveal lines", fence, n)
		}
	}
}

func TestTallyOfKinds(t *testing.T) {
	tests := []struct {
		tally tally
		want  string
	}{
		{tally{skipped: 1}, "One cell is not run here, and its output is as it was recorded."},
		{
			tally{toolchain: "go1.26.8", cells: 5, both: 1, commands: 3, refused: 1, varied: 2, unordered: 1, samples: 1, skipped: 2},
			"5 cells of this page run: 1 interpreted by yaegi and compiled by go1.26.8, with the same output; 3 as commands of go1.26.8 and of what it built; 1 through the compiler only, which has to refuse. What they print is compared, byte for byte, with what the page shows, but for 2 with spans that vary, such as times, 1 with lines in any order and 1 of which the page shows a sample. 2 cells are not run here, and their outputs are as they were recorded.",
		},
		{
			tally{toolchain: "go1.26.8", cells: 1, compiled: 1, samples: 1},
			"One cell of this page runs: compiled by go1.26.8. What it prints is not compared: the page shows a sample.",
		},
		{
			tally{toolchain: "go1.26.8", cells: 2, amiss: 2},
			"2 cells of this page run: with a fault that is shown beside the code. What they print is to be compared with what the page shows.",
		},
	}
	for _, test := range tests {
		if got := test.tally.String(); got != test.want {
			t.Errorf("%+v\n got %s\nwant %s", test.tally, got, test.want)
		}
	}
}
