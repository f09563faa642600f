package book

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"rtbook/internal/finding"
)

// ledgerOf parses a ledger of a book with two chapters.
func ledgerOf(t *testing.T, text string) (*Ledger, string) {
	t.Helper()
	b, _ := Parse(fstest.MapFS{
		"notes/book.yaml":       {Data: []byte("title: A book\n")},
		"notes/01-first.md":     {Data: []byte("# One\n")},
		"notes/02-allocator.md": {Data: []byte("# Two\n")},
	}, "notes")
	l, findings := ParseLedger(b, "notes/ledger.yaml", []byte(text))
	var out strings.Builder
	finding.Sort(findings)
	for _, f := range findings {
		fmt.Fprintf(&out, "%d:%d: %s; %s\n", f.Line, f.Col, f.Message, f.Hint)
	}
	return l, out.String()
}

func TestLedger(t *testing.T) {
	l, findings := ledgerOf(t, `# what is said
title: What is said
rows:
  - id: A7
    chapter: 02-allocator
    claim: >-
      There are 68
      size classes.
    verdict: imprecise
    statement: There are 67.
    source:
      - a/b.go C, D
      - e
    check: "fact: a N = 67"
    since: go1.25
  - {id: A8, chapter: 01-first, claim: A second, verdict: holds, unobservable: advice}
`)
	if findings != "" {
		t.Fatalf("findings:\n%s", findings)
	}
	want := &Ledger{Path: "notes/ledger.yaml", Title: "What is said", Rows: []*LedgerRow{
		{
			ID: "A7", Chapter: "02-allocator", Claim: "There are 68 size classes.", Verdict: Imprecise, Statement: "There are 67.",
			Source: []string{"a/b.go C, D", "e"}, Check: "fact: a N = 67", Since: "go1.25",
			Pos: finding.Pos{File: "notes/ledger.yaml", Line: 4, Col: 5},
		},
		{ID: "A8", Chapter: "01-first", Claim: "A second", Verdict: Holds, Unobservable: "advice", Pos: finding.Pos{File: "notes/ledger.yaml", Line: 16, Col: 5}},
	}}
	if diff := cmp.Diff(want, l); diff != "" {
		t.Error(diff)
	}
	if l.Row("A8") != l.Rows[1] || l.Row("A9") != nil {
		t.Error("Row finds the wrong row")
	}
}

func TestLedgerFindings(t *testing.T) {
	const row = "  - id: A1\n    chapter: 01-first\n    claim: x\n    verdict: holds\n"
	tests := []struct{ name, text, want string }{
		{"empty", "", "1:1: the ledger has no rows; write rows:, and below it - id: … for each claim\n"},
		{"no rows", "title: x\n", "1:1: the ledger has no rows; write rows:, and below it - id: … for each claim\n"},
		{"a list", "- id: A1\n", "1:1: a list where keys are expected; write key: value lines\n"},
		{"rows is text", "rows: none\n", "1:7: rows is a list; write - id: … for each row\n"},
		{"unknown key of the ledger", "tilte: x\nrows:\n" + row, "1:1: unknown key tilte; did you mean title?\n"},
		{"unknown key of a row", "rows:\n" + row + "    verdit: holds\n", "6:5: unknown key verdit; did you mean verdict?\n"},
		{"verdict", "rows:\n  - id: A1\n    chapter: 01-first\n    claim: x\n    verdict: hold\n", "5:14: verdict: there is no verdict hold; did you mean holds?\n"},
		{"another verdict", "rows:\n  - id: A1\n    chapter: 01-first\n    claim: x\n    verdict: maybe\n", "5:14: verdict: there is no verdict maybe; verdicts are holds, imprecise, outdated, wrong\n"},
		{"chapter", "rows:\n  - id: A1\n    chapter: 02-alocator\n    claim: x\n    verdict: holds\n", "3:14: chapter: the book has no chapter 02-alocator; did you mean 02-allocator?\n"},
		{"chapter's file", "rows:\n  - id: A1\n    chapter: notes/01-first.md\n    claim: x\n    verdict: holds\n", "3:14: chapter: the book has no chapter notes/01-first.md; write 01-first\n"},
		{"twice", "rows:\n" + row + row, "6:9: id: A1 is taken by the row in line 2; give one of the two another id\n"},
		{"id", "rows:\n" + strings.Replace(row, "A1", "7", 1), "2:9: id: \"7\" is no id such as A7; write one to four capitals and a number\n"},
		{"release", "rows:\n" + row + "    since: \"1.25\"\n", "6:12: since: \"1.25\" is not a Go release such as go1.25; write go1.25\n"},
		{"incomplete", "rows:\n  - id: A1\n    claim: x\n", "2:5: a row without chapter; write chapter: …\n"},
		{"a row that is text", "rows:\n  - A1\n", "2:5: text where keys are expected; write key: value lines\n"},
		{"source is text", "rows:\n" + row + "    source: a.go\n", "6:13: source is a list; write source: [one, two]\n"},
		{"nested", "rows:\n  - id: A1\n" + strings.Repeat("[", 101), "3:1: nested too deep for a ledger; a ledger is a list of claims, a few lines each\n"},
		{"nested line by line", "rows:\n" + strings.Repeat("[\n", 101), "102:1: nested too deep for a ledger; a ledger is a list of claims, a few lines each\n"},
		{"lists in lists", "rows:\n" + strings.Repeat("- ", 51), "2:1: nested too deep for a ledger; a ledger is a list of claims, a few lines each\n"},
		{"size", strings.Repeat("#", maxLedger+1), "1:1: a ledger of more than 256 KiB; a ledger is a list of claims, a few lines each\n"},
		{"syntax", "rows:\n\t- id: A1\n", ""},
		{"not UTF-8", "title: \xff\n", "1:8: not UTF-8: byte 0xff; save the file as UTF-8\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, got := ledgerOf(t, test.text)
			if test.want == "" && got == "" {
				t.Error("no finding")
			}
			if test.want != "" && got != test.want {
				t.Errorf("findings:\n%swant:\n%s", got, test.want)
			}
		})
	}
}

// TestBookLedger: the ledger of this book has every row, what it says of its
// sources is there, and no row has too little to show.
func TestBookLedger(t *testing.T) {
	b, _ := Parse(os.DirFS("../.."), "notes")
	text, err := os.ReadFile("../../notes/ledger.yaml")
	if err != nil {
		t.Fatal(err)
	}
	l, findings := ParseLedger(b, "notes/ledger.yaml", text)
	for _, f := range findings {
		t.Errorf("%s:%d:%d: %s", f.File, f.Line, f.Col, f.Message)
	}
	rows, verdicts, unobservable := make(map[string]int), make(map[Verdict]int), make(map[string]int)
	for _, r := range l.Rows {
		rows[r.ID[:1]]++
		if r.ID[0] != 'X' {
			verdicts[r.Verdict]++
		}
		if r.Unobservable != "" {
			unobservable[r.Chapter]++
		}
		if r.Verdict != Holds && r.Statement == "" {
			t.Errorf("%s does not hold, and no statement says what is so", r.ID)
		}
		if (r.Unobservable == "") != (r.Check != "") {
			t.Errorf("%s is to have a check, or a reason for having none", r.ID)
		}
	}
	if diff := cmp.Diff(map[string]int{"M": 4, "B": 10, "A": 16, "S": 13, "G": 14, "P": 39, "X": 6}, rows); diff != "" {
		t.Errorf("rows by part: %s", diff)
	}
	if diff := cmp.Diff(map[Verdict]int{Holds: 63, Imprecise: 23, Outdated: 4, Wrong: 6}, verdicts); diff != "" {
		t.Errorf("verdicts: %s", diff)
	}
	for chapter, n := range unobservable {
		if n > 3 {
			t.Errorf("%s has %d rows for which nothing can be shown", chapter, n)
		}
	}
}

func TestBookLedgerSources(t *testing.T) {
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	src := filepath.Join(strings.TrimSpace(string(out)), "src")
	b, _ := Parse(os.DirFS("../.."), "notes")
	text, err := os.ReadFile("../../notes/ledger.yaml")
	if err != nil {
		t.Fatal(err)
	}
	l, _ := ParseLedger(b, "notes/ledger.yaml", text)
	checked := 0
	for _, r := range l.Rows {
		for _, s := range r.Source {
			file, names, _ := strings.Cut(s, " ")
			code, err := goSource(filepath.Join(src, filepath.FromSlash(file)))
			if err != nil {
				t.Errorf("%s: %v", r.ID, err)
				continue
			}
			for name := range strings.SplitSeq(names, ", ") {
				checked++
				if !regexp.MustCompile(`(^|\W)` + regexp.QuoteMeta(name) + `(\W|$)`).MatchString(code) {
					t.Errorf("%s: there is no %s in %s", r.ID, name, file)
				}
			}
		}
	}
	if checked < 100 {
		t.Errorf("only %d names were looked for", checked)
	}
}

// goSource returns the text of a file, or of the files of a folder.
func goSource(name string) (string, error) {
	files := []string{name}
	if info, err := os.Stat(name); err != nil {
		return "", err
	} else if info.IsDir() {
		if files, err = filepath.Glob(filepath.Join(name, "*.go")); err != nil {
			return "", err
		}
	}
	var all strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return "", err
		}
		all.Write(text)
	}
	return all.String(), nil
}
