package site

import (
	"regexp"
	"strings"
	"testing"
)

var tagSyntax = regexp.MustCompile(`<[^>]*>`)

// appendix renders the appendix of the book of prose, with a ledger or a matrix
// in place of its own.
func appendix(t *testing.T, l *Ledger, m *Matrix) string {
	t.Helper()
	in := proseBook(t)
	if l != nil {
		in.Prose.Ledger = l
	}
	if m != nil {
		in.Prose.Matrix = m
	}
	files, err := Render(in)
	if err != nil {
		t.Fatal(err)
	}
	return contents(t, files)["02-appendix.html"]
}

// rowsOf returns the text of a page's table rows or list items between two
// pieces of it, cells separated by |.
func rowsOf(t *testing.T, page, from, to, item string) []string {
	t.Helper()
	_, page, found := strings.Cut(page, from)
	page, _, ended := strings.Cut(page, to)
	if !found || !ended {
		t.Fatalf("the page has no %s before a %s", from, to)
	}
	var rows []string
	for _, row := range strings.Split(page, "<"+item)[1:] {
		row, _, _ = strings.Cut(row, "</"+item+">")
		_, row, _ = strings.Cut(row, ">")
		row = strings.NewReplacer("\n", "", "<td", "|<td", "<li", "; <li").Replace(row)
		rows = append(rows, strings.TrimPrefix(tagSyntax.ReplaceAllString(row, ""), "|"))
	}
	return rows
}

func equalRows(t *testing.T, got []string, want ...string) {
	t.Helper()
	if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
		t.Errorf("rows\n%s\nwant\n%s", g, w)
	}
}

// TestMatrix tells what differs from what is the same everywhere, and what each
// release says instead.
func TestMatrix(t *testing.T) {
	same, absent := MatrixResult{State: "same"}, MatrixResult{State: "absent"}
	old := MatrixResult{State: "differs", Value: "128"}
	const chapter = "notes/01-queues.md"
	page := appendix(t, nil, &Matrix{
		Releases: []string{"go1.24.6", "go1.25.1", "go1.26.8", "go1.27.4"},
		Rows: []MatrixRow{
			{Chapter: chapter, Kind: "fact", Text: "runtime len(p{}.runq)", Results: []MatrixResult{old, old, same, same}},
			{Chapter: chapter, Kind: "fact", Text: "runtime gone", Results: []MatrixResult{absent, same, same, same}},
			{Chapter: chapter, Kind: "symbol", Text: "runtime.p", Results: []MatrixResult{same, same, same, same}},
			{Chapter: chapter, Kind: "symbol", Text: "runtime.runqput", Results: []MatrixResult{{State: "differs", Value: "src/runtime/q.go"}, same, same, absent}},
			{Chapter: chapter, Kind: "quote", Text: "runtime.runqempty", Results: []MatrixResult{same, same, same, same}},
			{Chapter: chapter, Kind: "cell", Text: "fifty", Anchor: "fifty", Results: []MatrixResult{{Value: "needs 1.26"}, {Value: "needs 1.26"}, same, {}}},
		},
	})
	equalRows(t, rowsOf(t, page, `<table class="matrix"`, "</table>", "tr"),
		"Checkgo1.24.6go1.25.1go1.26.8go1.27.4",
		"fact runtime len(p{}.runq); go1.24.6, go1.25.1: 128; go1.26.8, go1.27.4: 256|differs|differs|same|same",
		"fact runtime gone|absent|same|same|same",
		"symbol runtime.runqput; go1.24.6: src/runtime/q.go|differs|same|same|absent",
		"cell fifty; go1.24.6, go1.25.1: needs 1.26|not tried|not tried|same|not tried",
	)
	equalRows(t, rowsOf(t, page, `<summary>What is the same everywhere</summary>`, "</details>", "li"),
		"symbol runtime.p", "quotation runtime.runqempty")
	for _, want := range []string{
		"<p>6 checks: 2 are the same in go1.24.6, go1.25.1, go1.26.8 and go1.27.4, 4 not.</p>",
		`<td role="cell" data-release="go1.27.4"><strong>absent</strong></td>`,
		`go1.24.6, go1.25.1: <code>128</code>`, // a value, and
		`go1.24.6, go1.25.1: needs 1.26`,       // words
		`<li>symbol <a href="01-queues.html"><code>runtime.p</code></a></li>`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %s", want)
		}
	}
}

// TestMatrixOneSided shows neither an empty table nor an empty list.
func TestMatrixOneSided(t *testing.T) {
	for _, test := range []struct{ state, want, not string }{
		{"same", `<summary>What is the same everywhere`, `<table class="matrix"`},
		{"absent", `<table class="matrix"`, `<summary>What is the same everywhere`},
	} {
		page := appendix(t, nil, &Matrix{Releases: []string{"go1.26.8"}, Rows: []MatrixRow{
			{Kind: "symbol", Text: "runtime.p", Results: []MatrixResult{{State: test.state}}},
		}})
		if !strings.Contains(page, test.want) || strings.Contains(page, test.not) {
			t.Errorf("all %s: want %s and no %s", test.state, test.want, test.not)
		}
	}
}

// TestLedgerUnobservable: what stands near a row that cannot be shown is about
// another.
func TestLedgerUnobservable(t *testing.T) {
	evidence := []Evidence{{Kind: "cell", Text: "fifty", Anchor: "fifty"}}
	page := appendix(t, &Ledger{Rows: []LedgerRow{
		{ID: "A1", Claim: "It is so.", Verdict: "holds", Chapter: "notes/01-queues.md", Evidence: evidence},
		{ID: "A2", Claim: "Do it.", Verdict: "holds", Chapter: "notes/01-queues.md", Evidence: evidence, Unobservable: "advice"},
	}}, nil)
	equalRows(t, rowsOf(t, page, `<tbody`, "</tbody>", "tr"),
		"A1 It is so.|holds|; cell fifty", "A2 Do it.|holds|Cannot be shown: advice")
}
