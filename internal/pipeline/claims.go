package pipeline

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"

	"rtbook/internal/book"
	"rtbook/internal/facts"
	"rtbook/internal/finding"
	"rtbook/internal/site"
)

// maxUnobservable is how many rows of a chapter may do without evidence.
const maxUnobservable = 3

// readLedger reads the book's ledger; nil if it has none, or none that can be
// read.
func (r *Report) readLedger(o *opened) *book.Ledger {
	b := r.Book
	if b.LedgerPath == "" || o.fsys == nil {
		return nil
	}
	text, err := fs.ReadFile(o.fsys, b.LedgerPath)
	if err != nil {
		f := finding.Finding{Pos: b.LedgerPos, Message: fmt.Sprintf("the ledger %s cannot be read: %v", r.names.file(b.LedgerPath), pathless(err)), Rule: "ledger"}
		if errors.Is(err, fs.ErrNotExist) {
			f.Message = fmt.Sprintf("there is no ledger %s", r.names.file(b.LedgerPath))
			f.Hint = "ledger: names a file beside book.yaml"
		}
		r.Findings = append(r.Findings, f)
		return nil
	}
	l, found := book.ParseLedger(b, b.LedgerPath, text)
	for i := range found {
		found[i].Rule = "ledger"
	}
	r.Findings = append(r.Findings, found...)
	return l
}

// pathless returns an error without the path that it is about.
func pathless(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

// claims holds the claims of the chapters against the ledger, reports what is
// wrong with them, and returns the ledger as the site shows it; nil if the book
// has none.
//
// A claim's evidence is a cell that runs, a fact, an order, a quotation or an
// out: link, in its block or before the next heading. Of a chapter that says
// complete: true, each row of the ledger has to be claimed, with evidence
// unless the row is unobservable; its evidence may stand with any of the row's
// claims in the chapter. A row that does not hold is claimed beside an alert.
// Other chapters may claim the row, too.
func (r *Report) claims(o *opened) *site.Ledger {
	l := r.readLedger(o)
	if l == nil {
		r.claimsWithoutLedger(o)
		return nil
	}
	made := r.claimed(l)
	r.unobservable(l)
	in := site.Ledger{}
	for _, row := range l.Rows {
		in.Rows = append(in.Rows, r.judgeRow(row, made[row.ID]))
	}
	return &in
}

// claimsWithoutLedger reports claims in a book that has nothing to claim. Where
// there is a ledger that cannot be read, that is reported already, and a file
// that stands in no book is not to blame.
func (r *Report) claimsWithoutLedger(o *opened) {
	if r.Book.LedgerPath != "" || o.loose != nil {
		return
	}
	for _, ch := range r.Book.Chapters {
		for _, c := range ch.Claims {
			r.Findings = append(r.Findings, finding.Finding{
				Pos: c.Pos, Message: "a claim in a book without a ledger", Rule: "claim",
				Hint: "name the list of claims in book.yaml, as in ledger: ledger.yaml",
			})
		}
	}
}

// claimed is a claim of a row, in its chapter.
type claimed struct {
	*book.Claim
	chapter  *book.Chapter
	id       book.ClaimID
	evidence []site.Evidence
	alert    bool // an alert says that the row is not as it is said
}

// claimed returns the claims of each row of the ledger, and reports those of
// rows that it does not have.
func (r *Report) claimed(l *book.Ledger) map[string][]claimed {
	made := make(map[string][]claimed)
	ids := l.IDs()
	for _, ch := range r.Book.Chapters {
		alerts := alertOffsets(ch)
		for i, c := range ch.Claims {
			next := c.End
			if i+1 < len(ch.Claims) {
				next = min(next, ch.Claims[i+1].Start)
			}
			near, all := evidenceFor(ch, c, next)
			alert := slices.ContainsFunc(alerts, c.Holds) || withinAlert(c.Node)
			for _, id := range c.IDs {
				row := l.Row(id.ID)
				switch {
				case row == nil && !l.Knows(id.ID):
					r.Findings = append(r.Findings, r.unknownRow(id, ids))
				case row == nil: // reported where the ledger was read
				case near == nil && row.Unobservable == "":
					made[id.ID] = append(made[id.ID], claimed{c, ch, id, all, alert})
				default:
					made[id.ID] = append(made[id.ID], claimed{c, ch, id, near, alert})
				}
			}
		}
	}
	return made
}

func (r *Report) unknownRow(id book.ClaimID, ids []string) finding.Finding {
	f := finding.Finding{Pos: id.Pos, Message: fmt.Sprintf("the ledger has no row %s", id.ID), Rule: "claim"}
	if near := nearestRow(id.ID, ids); near != "" {
		f.Hint = "did you mean " + near + "?"
	} else {
		f.Hint = "its rows are in " + r.names.file(r.Book.LedgerPath)
	}
	return f
}

// nearestRow returns the id that was probably meant. Ids are short, so that
// each is near to many: what is left of its number counts first.
func nearestRow(id string, ids []string) string {
	for _, other := range ids {
		if strings.EqualFold(id, other) {
			return other
		}
	}
	letters := strings.TrimRight(id, "0123456789")
	number := strings.TrimLeft(strings.TrimPrefix(id, letters), "0")
	var same []string
	for _, other := range ids {
		if strings.HasPrefix(other, letters) {
			if strings.TrimPrefix(other, letters) == number {
				return other
			}
			same = append(same, other)
		}
	}
	if len(same) == 0 {
		return finding.Nearest(id, ids)
	}
	if near := finding.Nearest(id, same); near != "" {
		return near
	}
	return same[len(same)-1]
}

// alertOffsets returns where the alerts of a chapter begin.
func alertOffsets(ch *book.Chapter) []int {
	var at []int
	_ = ast.Walk(ch.Doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering && n.Kind() == book.KindAlert {
			at = append(at, n.Pos())
		}
		return ast.WalkContinue, nil
	})
	return at
}

// withinAlert reports whether a block stands in an alert.
func withinAlert(n ast.Node) bool {
	for ; n != nil; n = n.Parent() {
		if n.Kind() == book.KindAlert {
			return true
		}
	}
	return false
}

// evidenceFor returns the evidence of a claim: near is what stands before the
// next claim, all what stands before the next heading. A row's is the first of
// them that is any; an unobservable row's, what is near or nothing.
func evidenceFor(ch *book.Chapter, c *book.Claim, next int) (near, all []site.Evidence) {
	add := func(at int, e site.Evidence) {
		if !c.Holds(at) || slices.Contains(all, e) {
			return
		}
		all = append(all, e)
		if at < next {
			near = append(near, e)
		}
	}
	for _, f := range ch.Fences {
		if e, ok := fenceEvidence(f); ok {
			add(f.Open, e)
		}
	}
	for _, ref := range ch.Refs {
		if e, ok := refEvidence(ref); ok {
			add(ref.Offset, e)
		}
	}
	return near, all
}

func fenceEvidence(f *book.Fence) (site.Evidence, bool) {
	switch {
	case f.Runs() && f.Skipped == "":
		return site.Evidence{Kind: "cell", Text: f.Cell.ID, Anchor: f.Cell.ID}, true
	case f.Role == book.RoleQuote && f.Quote != nil:
		return site.Evidence{Kind: "quotation", Text: f.Quote.Symbol}, true
	}
	return site.Evidence{}, false
}

// refEvidence returns the evidence that a link is. A symbol is none: that a
// name exists shows nothing.
func refEvidence(ref *book.Ref) (site.Evidence, bool) {
	switch ref.Kind {
	case book.RefOutput:
		return site.Evidence{Kind: "output", Text: ref.Text + " in " + ref.Target()}, true
	case book.RefSource:
		parsed, err := facts.Parse(ref.Dest)
		switch {
		case err != nil:
		case parsed.Kind == facts.Fact:
			return site.Evidence{Kind: "fact", Text: parsed.Text + " = " + ref.Text}, true
		case parsed.Kind == facts.Order:
			return site.Evidence{Kind: "order", Text: parsed.Text}, true
		}
	}
	return site.Evidence{}, false
}

// judgeRow reports what a row of the ledger lacks, and returns it as the site
// shows it: with the claim of its own chapter if that makes it, else the first.
func (r *Report) judgeRow(row *book.LedgerRow, made []claimed) site.LedgerRow {
	out := site.LedgerRow{
		ID: row.ID, Claim: row.Claim, Verdict: string(row.Verdict), Statement: row.Statement,
		Source: strings.Join(row.Source, "; "), Unobservable: row.Unobservable,
	}
	if row.Since != "" {
		out.Statement = strings.TrimSpace(out.Statement + " (Since " + row.Since + ".)")
	}
	var home *book.Chapter
	for _, ch := range r.Book.Chapters {
		if ch.Slug == row.Chapter {
			home = ch
		}
	}
	shown := home
	if len(made) > 0 && !slices.ContainsFunc(made, func(c claimed) bool { return c.chapter == home }) {
		shown = made[0].chapter
	}
	if len(made) > 0 {
		out.Chapter = shown.Path
	}
	for _, c := range made {
		if c.chapter != shown {
			continue
		}
		for _, e := range c.evidence {
			if !slices.Contains(out.Evidence, e) {
				out.Evidence = append(out.Evidence, e)
			}
		}
	}
	r.withoutEvidence(row, home, made)
	r.withoutAlert(row, made)
	return out
}

// withoutEvidence reports a row of a complete chapter that nothing in it shows.
func (r *Report) withoutEvidence(row *book.LedgerRow, home *book.Chapter, made []claimed) {
	if home == nil || !home.Complete {
		return
	}
	var first *claimed
	for i, c := range made {
		if c.chapter != home {
			continue
		}
		if len(c.evidence) > 0 || row.Unobservable != "" {
			return
		}
		if first == nil {
			first = &made[i]
		}
	}
	if first == nil {
		r.Findings = append(r.Findings, finding.Finding{
			Pos: row.Pos, Rule: "claim",
			Message: fmt.Sprintf("%s is complete and does not claim row %s: %s", r.names.file(home.Path), row.ID, clip(row.Claim)),
			Hint:    fmt.Sprintf("put <!-- claim: %s --> before the block of %s that is about it", row.ID, path.Base(home.Path)),
		})
		return
	}
	r.Findings = append(r.Findings, finding.Finding{
		Pos: first.id.Pos, Rule: "evidence",
		Message: fmt.Sprintf("nothing before the next heading shows %s", row.ID),
		Hint:    "evidence is a cell that runs, a fact, an order, a quotation or an out: link; a row for which there is none says unobservable: why, in " + r.names.file(r.Book.LedgerPath),
		Notes:   []finding.Note{{Pos: row.Pos, Text: row.ID + ": " + row.Claim}},
	})
}

// withoutAlert reports a chapter that claims a row which does not hold, and
// has no alert that says so.
func (r *Report) withoutAlert(row *book.LedgerRow, made []claimed) {
	if row.Verdict == book.Holds {
		return
	}
	said := make(map[*book.Chapter]bool)
	for _, c := range made {
		said[c.chapter] = said[c.chapter] || c.alert
	}
	for _, c := range made {
		if said[c.chapter] {
			continue
		}
		said[c.chapter] = true // once a chapter
		r.Findings = append(r.Findings, finding.Finding{
			Pos: c.id.Pos, Rule: "verdict",
			Message: fmt.Sprintf("the verdict of %s is %q, and no note before the next heading says so", row.ID, string(row.Verdict)),
			Hint:    "write a block > [!NOTE] that says what is so, and since when",
			Notes:   []finding.Note{{Pos: row.Pos, Text: row.ID + ": " + row.Claim}},
		})
	}
}

// unobservable reports chapters too much of which cannot be shown.
func (r *Report) unobservable(l *book.Ledger) {
	n := make(map[string]int)
	for _, row := range l.Rows {
		if row.Unobservable == "" {
			continue
		}
		if n[row.Chapter]++; n[row.Chapter] == maxUnobservable+1 {
			r.Findings = append(r.Findings, finding.Finding{
				Pos: row.Pos, Rule: "evidence",
				Message: fmt.Sprintf("more than %d rows of %s are unobservable", maxUnobservable, row.Chapter),
				Hint:    "find something that shows one of them, or leave it out: most statements about the runtime can be seen",
			})
		}
	}
}

// clip shortens a text that a message mentions.
func clip(s string) string {
	const most = 80
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return s
}
