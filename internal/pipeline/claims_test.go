package pipeline

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"rtbook/internal/book"
	"rtbook/internal/finding"
	"rtbook/internal/site"
)

// oneChapter parses a book of one chapter, 01-one.md, with a ledger.
func oneChapter(t *testing.T, chapter, ledger string) (*Report, *opened) {
	t.Helper()
	fsys := fstest.MapFS{
		"notes/book.yaml": {Data: []byte("title: A book\ntoolchain: go1.26.8\nnumerals: checked\n")},
		"notes/01-one.md": {Data: []byte(chapter)},
		"notes/02-two.md": {Data: []byte("# Two\n")},
	}
	if ledger != "" {
		fsys["notes/book.yaml"].Data = append(fsys["notes/book.yaml"].Data, "ledger: ledger.yaml\n"...)
		fsys["notes/ledger.yaml"] = &fstest.MapFile{Data: []byte(ledger)}
	}
	b, findings := book.Parse(fsys, "notes")
	for _, f := range findings {
		t.Fatalf("%v: %s", f.Pos, f.Message)
	}
	return &Report{Book: b}, &opened{fsys: fsys, dir: "notes"}
}

// told is the findings of a report, a line each.
func told(r *Report) string {
	finding.Sort(r.Findings)
	var b strings.Builder
	for _, f := range r.Findings {
		w := ""
		if f.Warning {
			w = "warning: "
		}
		fmt.Fprintf(&b, "%s:%d:%d: %s%s; %s\n", strings.TrimPrefix(f.File, "notes/"), f.Line, f.Col, w, f.Message, f.Hint)
	}
	return b.String()
}

func row(id, chapter, verdict, more string) string {
	return fmt.Sprintf("  - {id: %s, chapter: %s, claim: c%s, verdict: %s%s}\n", id, chapter, id, verdict, more)
}

func TestClaims(t *testing.T) {
	const complete = "---\ncomplete: true\n---\n"
	evidence := "evidence is a cell that runs, a fact, an order, a quotation or an out: link; a row for which there is none says unobservable: why, in notes/ledger.yaml"
	note := "write a block > [!NOTE] that says what is so, and since when"
	tests := []struct{ name, chapter, rows, want string }{
		{"a fact", complete + "<!-- claim: A1 -->\nIt has [256](<go:runtime len(p{}.runq)>) slots.\n", row("A1", "01-one", "holds", ""), ""},
		{"an order", complete + "<!-- claim: A1 -->\nIt [does](<go:runtime main: newm(sysmon) before gcenable>).\n", row("A1", "01-one", "holds", ""), ""},
		{"a quotation", complete + "<!-- claim: A1 -->\nText.\n\n```go {quote=runtime.runqput}\n```\n", row("A1", "01-one", "holds", ""), ""},
		{"a cell", complete + "<!-- claim: A1 -->\nText.\n\n```go {cell}\nprintln()\n```\n", row("A1", "01-one", "holds", ""), ""},
		{"the claimed block is a cell", complete + "<!-- claim: A1 -->\n```go {cell}\nprintln()\n```\n", row("A1", "01-one", "holds", ""), ""},
		{"an output", complete + "```go {cell=c}\nprintln(7)\n```\n\n```text {output}\n7\n```\n\n# Next\n\n<!-- claim: A1 -->\nIt is [7](out:c).\n", row("A1", "01-one", "holds", ""), ""},
		{"a symbol is none", complete + "<!-- claim: A1 -->\nSee [it](go:runtime.schedinit).\n", row("A1", "01-one", "holds", ""),
			"01-one.md:4:13: nothing before the next heading shows A1; " + evidence + "\n"},
		{"a check is none", complete + "<!-- claim: A1 -->\nText.\n\n```go {check}\nprintln()\n```\n", row("A1", "01-one", "holds", ""),
			"01-one.md:4:13: nothing before the next heading shows A1; " + evidence + "\n"},
		{"a skipped cell is none", complete + "<!-- claim: A1 -->\nText.\n\n```go {cell if=\"go1.99\"}\nprintln()\n```\n", row("A1", "01-one", "holds", ""),
			"01-one.md:4:13: nothing before the next heading shows A1; " + evidence + "\n"},
		{"evidence after the next heading", complete + "<!-- claim: A1 -->\nText.\n\n## Next\n\n[256](<go:runtime len(p{}.runq)>)\n", row("A1", "01-one", "holds", ""),
			"01-one.md:4:13: nothing before the next heading shows A1; " + evidence + "\n"},
		{"evidence above the claim", complete + "[256](<go:runtime len(p{}.runq)>)\n\n<!-- claim: A1 -->\nText.\n", row("A1", "01-one", "holds", ""),
			"01-one.md:6:13: nothing before the next heading shows A1; " + evidence + "\n"},
		{"at another claim of the row", complete + "<!-- claim: A1 -->\nText.\n\n## Next\n\n<!-- claim: A1 -->\n[256](<go:runtime len(p{}.runq)>)\n", row("A1", "01-one", "holds", ""), ""},
		{"two rows", complete + "<!-- claim: A1 A2 -->\n[256](<go:runtime len(p{}.runq)>)\n", row("A1", "01-one", "holds", "") + row("A2", "01-one", "holds", ""), ""},
		{"incomplete", "<!-- claim: A1 -->\nText.\n", row("A1", "01-one", "holds", "") + row("A2", "01-one", "holds", ""), ""},
		{"not claimed", complete + "Text.\n", row("A1", "01-one", "holds", "") + row("A2", "02-two", "holds", ""),
			"ledger.yaml:2:5: notes/01-one.md is complete and does not claim row A1: cA1; put <!-- claim: A1 --> before the block of 01-one.md that is about it\n"},
		{"another chapter's row", complete + "<!-- claim: A1 -->\nText.\n", row("A1", "02-two", "holds", ""), ""},
		{"unobservable", complete + "<!-- claim: A1 -->\nText.\n", row("A1", "01-one", "holds", ", unobservable: advice"), ""},
		{"unobservable and not claimed", complete + "Text.\n", row("A1", "01-one", "holds", ", unobservable: advice"),
			"ledger.yaml:2:5: notes/01-one.md is complete and does not claim row A1: cA1; put <!-- claim: A1 --> before the block of 01-one.md that is about it\n"},
		{"too much that is unobservable", "Text.\n", row("A1", "01-one", "holds", ", unobservable: a") + row("A2", "01-one", "holds", ", unobservable: a") + row("A3", "02-two", "holds", ", unobservable: a") + row("A4", "01-one", "holds", ", unobservable: a") + row("A5", "01-one", "holds", ", unobservable: a") + row("A6", "01-one", "holds", ", unobservable: a"),
			"ledger.yaml:6:5: more than 3 rows of 01-one are unobservable; find something that shows one of them, or leave it out: most statements about the runtime can be seen\n"},
		{"wrong, and not said", "<!-- claim: A1 -->\nText.\n", row("A1", "01-one", "wrong", ""), "01-one.md:1:13: the verdict of A1 is \"wrong\", and no note before the next heading says so; " + note + "\n"},
		{"wrong, in another chapter", "<!-- claim: A1 -->\nText.\n", row("A1", "02-two", "outdated", ""), "01-one.md:1:13: the verdict of A1 is \"outdated\", and no note before the next heading says so; " + note + "\n"},
		{"said twice, once a chapter", "<!-- claim: A1 -->\nText.\n\n<!-- claim: A1 -->\nText.\n", row("A1", "01-one", "wrong", ""), "01-one.md:1:13: the verdict of A1 is \"wrong\", and no note before the next heading says so; " + note + "\n"},
		{"wrong, and the block says so", "<!-- claim: A1 -->\n> [!NOTE]\n> Not so.\n", row("A1", "01-one", "wrong", ""), ""},
		{"wrong, and claimed in the note", "> [!NOTE]\n> <!-- claim: A1 -->\n> Not so.\n", row("A1", "01-one", "wrong", ""), ""},
		{"wrong, and claimed in a quotation", "> <!-- claim: A1 -->\n> Not so.\n", row("A1", "01-one", "wrong", ""), "01-one.md:1:15: the verdict of A1 is \"wrong\", and no note before the next heading says so; " + note + "\n"},
		{"wrong, and said below", "<!-- claim: A1 -->\nText.\n\n> [!WARNING]\n> Not so.\n", row("A1", "01-one", "imprecise", ""), ""},
		{"said after the next heading", "<!-- claim: A1 -->\nText.\n\n# Next\n\n> [!NOTE]\n> Not so.\n", row("A1", "01-one", "wrong", ""), "01-one.md:1:13: the verdict of A1 is \"wrong\", and no note before the next heading says so; " + note + "\n"},
		{"a quotation says nothing", "<!-- claim: A1 -->\nText.\n\n> Not so.\n", row("A1", "01-one", "wrong", ""), "01-one.md:1:13: the verdict of A1 is \"wrong\", and no note before the next heading says so; " + note + "\n"},
		{"unknown row", "<!-- claim: A1 A07 -->\nText.\n", row("A1", "01-one", "holds", "") + row("A7", "01-one", "holds", ""), "01-one.md:1:16: the ledger has no row A07; did you mean A7?\n"},
		{"unknown part", "<!-- claim: ZZ9 -->\nText.\n", row("A1", "01-one", "holds", ""), "01-one.md:1:13: the ledger has no row ZZ9; its rows are in notes/ledger.yaml\n"},
		{"beyond the last", "<!-- claim: A17 -->\nText.\n", row("A15", "01-one", "holds", "") + row("A16", "01-one", "holds", ""), "01-one.md:1:13: the ledger has no row A17; did you mean A15?\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r, o := oneChapter(t, test.chapter, "rows:\n"+test.rows)
			r.claims(o)
			if diff := cmp.Diff(test.want, told(r)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestClaimsElsewhere: what another chapter shows is not shown in the chapter
// that is to be complete.
func TestClaimsElsewhere(t *testing.T) {
	fsys := fstest.MapFS{
		"notes/book.yaml":   {Data: []byte("title: A book\nledger: ledger.yaml\n")},
		"notes/ledger.yaml": {Data: []byte("rows:\n" + row("A1", "01-one", "holds", ""))},
		"notes/01-one.md":   {Data: []byte("---\ncomplete: true\n---\n<!-- claim: A1 -->\nText.\n")},
		"notes/02-two.md":   {Data: []byte("<!-- claim: A1 -->\n[256](<go:runtime len(p{}.runq)>)\n")},
	}
	b, _ := book.Parse(fsys, "notes")
	r := &Report{Book: b}
	l := r.claims(&opened{fsys: fsys, dir: "notes"})
	if got := told(r); !strings.HasPrefix(got, "01-one.md:4:13: nothing before the next heading shows A1; ") || strings.Count(got, "\n") != 1 {
		t.Errorf("findings: %s", got)
	}
	if row := l.Rows[0]; row.Chapter != "notes/01-one.md" || row.Evidence != nil {
		t.Errorf("the site shows %+v, want the row's own chapter", row)
	}
}

func TestClaimsWithoutLedger(t *testing.T) {
	r, o := oneChapter(t, "<!-- claim: A1 -->\nText.\n", "")
	if l := r.claims(o); l != nil {
		t.Error("there is a ledger")
	}
	if got, want := told(r), "01-one.md:1:1: a claim in a book without a ledger; name the list of claims in book.yaml, as in ledger: ledger.yaml\n"; got != want {
		t.Errorf("findings %q, want %q", got, want)
	}
	r, o = oneChapter(t, "<!-- claim: A1 -->\nText.\n", "rows: []\n")
	delete(o.fsys.(fstest.MapFS), "notes/ledger.yaml")
	r.claims(o)
	if got, want := told(r), "book.yaml:4:9: there is no ledger notes/ledger.yaml; ledger: names a file beside book.yaml\n"; got != want {
		t.Errorf("findings %q, want %q", got, want)
	}
}

// TestUnobservableEvidence: what stands at a later claim is not taken for what
// shows an unobservable row, as it is for another.
func TestUnobservableEvidence(t *testing.T) {
	r, o := oneChapter(t, "<!-- claim: A1 A2 -->\nText.\n\n<!-- claim: A3 -->\n[256](<go:runtime len(p{}.runq)>)\n",
		"rows:\n"+row("A1", "01-one", "holds", ", unobservable: advice")+row("A2", "01-one", "holds", "")+row("A3", "01-one", "holds", ", unobservable: advice"))
	l := r.claims(o)
	if f := told(r); f != "" {
		t.Errorf("findings: %s", f)
	}
	for i, want := range []int{0, 1, 1} {
		if got := len(l.Rows[i].Evidence); got != want {
			t.Errorf("%s has %d pieces of evidence, want %d", l.Rows[i].ID, got, want)
		}
	}
}

// TestClaimOfFaultyRow: a claim of a row that cannot be read is not reported,
// too.
func TestClaimOfFaultyRow(t *testing.T) {
	r, o := oneChapter(t, "<!-- claim: A1 A2 -->\nText.\n", "rows:\n  - {id: A1, chapter: 01-one, verdict: holds}\n"+row("A2", "01-one", "holds", ", unobservable: true"))
	r.claims(o)
	want := "ledger.yaml:2:5: a row without claim; write claim: …\n" +
		"ledger.yaml:3:73: unobservable: true is no reason; say why nothing can be shown for it, or leave it out\n"
	if diff := cmp.Diff(want, told(r)); diff != "" {
		t.Error(diff)
	}
}

// TestLedgerForSite: each row has the evidence of the claim nearest to it, in
// its own chapter if that claims it.
func TestLedgerForSite(t *testing.T) {
	r, o := oneChapter(t, strings.Join([]string{
		"```go {cell=c}", "println(7)", "```", "", "```text {output}", "7", "```", "",
		"<!-- claim: A1 A2 -->", "[256](<go:runtime len(p{}.runq)>), [256](<go:runtime len(p{}.runq)>) and [7](out:c)", "",
		"<!-- claim: A3 -->", "> [!NOTE]", "> Text.", "",
		"```go {quote=runtime.runqput}", "```", "",
		"[so](<go:runtime main: newm(sysmon) before gcenable>)", "",
		"```go {cell=d}", "println()", "```", "",
	}, "\n"), "rows:\n"+row("A1", "01-one", "holds", "")+row("A2", "02-two", "holds", ", unobservable: why")+row("A3", "01-one", "wrong", ", statement: It is not., source: [a.go b, c.go], since: go1.25")+row("A4", "02-two", "holds", ""))
	got := r.claims(o)
	if f := told(r); f != "" {
		t.Errorf("findings: %s", f)
	}
	first := []site.Evidence{{Kind: "fact", Text: "runtime len(p{}.runq) = 256"}, {Kind: "output", Text: "7 in c"}}
	want := &site.Ledger{Rows: []site.LedgerRow{
		{ID: "A1", Claim: "cA1", Verdict: "holds", Chapter: "notes/01-one.md", Evidence: first},
		{ID: "A2", Claim: "cA2", Verdict: "holds", Unobservable: "why", Chapter: "notes/01-one.md", Evidence: first},
		{ID: "A3", Claim: "cA3", Verdict: "wrong", Statement: "It is not. (Since go1.25.)", Source: "a.go b; c.go", Chapter: "notes/01-one.md", Evidence: []site.Evidence{
			{Kind: "cell", Text: "d", Anchor: "d"}, {Kind: "quotation", Text: "runtime.runqput"}, {Kind: "order", Text: "runtime main: newm(sysmon) before gcenable"},
		}},
		{ID: "A4", Claim: "cA4", Verdict: "holds"},
	}}
	if diff := cmp.Diff(want, got, cmp.Transformer("sorted", func(e []site.Evidence) map[site.Evidence]bool {
		m := make(map[site.Evidence]bool)
		for _, x := range e {
			m[x] = true
		}
		return m
	})); diff != "" {
		t.Error(diff)
	}
}
