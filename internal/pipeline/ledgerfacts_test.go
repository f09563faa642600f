package pipeline

import (
	"context"
	"os"
	"regexp"
	"strings"
	"testing"

	"rtbook/internal/book"
	"rtbook/internal/facts"
	"rtbook/runner/gotool"
)

// TestBookLedgerFacts evaluates what the ledger of this book says of constants:
// in a check, "fact: PACKAGE `EXPR` = VALUE, `EXPR` = VALUE; …".
func TestBookLedgerFacts(t *testing.T) {
	root := os.DirFS("../..")
	b, _ := book.Parse(root, "notes")
	text, err := os.ReadFile("../../notes/ledger.yaml")
	if err != nil {
		t.Fatal(err)
	}
	l, _ := book.ParseLedger(b, "notes/ledger.yaml", text)
	one := regexp.MustCompile("`([^`]+)` = ([0-9a-z.]+[0-9a-z])")
	var refs []facts.Ref
	var rows []string
	for _, row := range l.Rows {
		for part := range strings.SplitSeq(row.Check, "; ") {
			rest, ok := strings.CutPrefix(part, "fact: ")
			if !ok {
				continue
			}
			pkg, rest, _ := strings.Cut(rest, " ")
			for _, m := range one.FindAllStringSubmatch(rest, -1) {
				ref, err := facts.Parse("go:" + pkg + " " + m[1])
				if err != nil {
					t.Errorf("%s: %s: %v", row.ID, m[1], err)
					continue
				}
				ref.Want = m[2]
				refs, rows = append(refs, ref), append(rows, row.ID)
			}
		}
	}
	if len(refs) < 30 {
		t.Errorf("only %d facts were found", len(refs))
	}
	tc, err := gotool.Open("../..", b.Toolchain)
	if err != nil {
		t.Fatal(err)
	}
	defer tc.Close()
	tc.Target = b.Target
	src, err := facts.Open(facts.Config{Toolchain: tc})
	if err != nil {
		t.Fatal(err)
	}
	answers, err := src.Resolve(context.Background(), refs)
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range answers {
		if a.Problem != nil {
			t.Errorf("%s: %s", rows[i], a.Problem.Message)
		}
	}
	t.Logf("%d facts", len(refs))
}
