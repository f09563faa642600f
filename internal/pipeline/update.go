package pipeline

import (
	"context"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"rtbook/internal/book"
	"rtbook/internal/finding"
	"rtbook/internal/site"
	"rtbook/runner"
)

// Change is an output or quotation fence that Update wrote.
type Change struct {
	Ref  string // "notes/02-allocator.md#fifty"; of a quotation what it quotes, "runtime.runqput"
	Diff string // a line diff from what the chapter said to what it says now, as a terminal may show it
}

// Update runs cells and writes into their output fences what they printed, and
// into the quotations of whole chapters what the source has.
// Refs choose chapters ("notes/02-allocator.md"), which run whole, or cells
// ("notes/02-allocator.md#fifty"); none means the book. A cell that has no
// result, because it failed or the engines disagree, keeps its fence and is
// reported, and so is a chapter that was changed in the meantime. With an
// error, the changes are those that were written before it.
//
// Each chapter is replaced as a whole or not at all, and is on the disk when
// Update returns: an interruption, be it of the process or of the machine, or
// a full disk leaves the one that was being written as it was, those before it
// with their outputs, and those after it without. Then it is enough to update
// again, which also removes what was left behind of the chapter on its way.
func Update(ctx context.Context, opt Options, refs []string) (*Report, []Change, error) {
	o, err := open(opt)
	if err != nil {
		return nil, nil, err
	}
	defer o.close()
	r := parse(ctx, opt, o)
	chosen, err := choose(r.Book, o, r.names, refs)
	if err != nil {
		return nil, nil, err
	}
	cells := r.Book.Cells()
	if len(refs) > 0 {
		r.keep(chosen.chapters)
		cells = slices.DeleteFunc(cells, func(c runner.Cell) bool { return !chosen.runs(c.Chapter) })
	}
	defer r.finish(o)
	verdicts, err := r.run(ctx, opt, o, cells)
	if err != nil {
		return r, nil, err
	}
	edits := r.outputEdits(verdicts, chosen)
	quotes, err := r.quoteEdits(ctx, opt, o, chosen)
	if err != nil {
		return r, nil, err
	}
	changes, err := r.record(opt.writer(ctx), o, append(edits, quotes...))
	r.add(verdicts)
	return r, changes, err
}

// edit is a fence to write, with what to say of it.
type edit struct {
	book.Edit
	chapter *book.Chapter
	ref     string
	diff    string
	verdict *verdict // that asks for it; nil for a quotation
}

// outputEdits returns the outputs of chosen cells that differ.
func (r *Report) outputEdits(verdicts []verdict, chosen choice) []edit {
	var edits []edit
	for i := range verdicts {
		v := &verdicts[i]
		if v.good() && v.differs() && v.misjudged() == nil && v.fence.Recordable() && chosen.has(v.chapter, v.fence) {
			edits = append(edits, edit{book.Edit{Cell: v.fence, Output: v.output}, v.chapter, v.ref(), v.diff(), v})
		}
	}
	return edits
}

// quoteEdits returns the quotations of chosen chapters that differ, and reports
// what cannot be quoted.
func (r *Report) quoteEdits(ctx context.Context, opt Options, o *opened, chosen choice) ([]edit, error) {
	var chapters []*book.Chapter
	for _, c := range r.Book.Chapters {
		if chosen.all || chosen.whole[c] {
			chapters = append(chapters, c)
		}
	}
	p, err := r.resolve(ctx, opt, o, r.quotations(chapters))
	if err != nil {
		return nil, err
	}
	var edits []edit
	for _, c := range chapters {
		for _, f := range c.Fences {
			a, ok := p.quotes[f]
			if ok && f.Recordable() && f.Content != book.EncodeOutput(a.Text) {
				edits = append(edits, edit{book.Edit{Cell: f, Output: a.Text}, c, f.Quote.Symbol, r.quoteDiff(c, f, a), nil})
			}
		}
	}
	return edits, nil
}

// record writes edits, chapter by chapter.
func (r *Report) record(w *site.Writer, o *opened, edits []edit) ([]Change, error) {
	if err := r.clearPending(w, o); err != nil {
		return nil, fmt.Errorf("removing what an earlier update left: %w", err)
	}
	by := make(map[*book.Chapter][]edit)
	for _, e := range edits {
		by[e.chapter] = append(by[e.chapter], e)
	}
	var changes []Change
	for _, c := range r.Book.Chapters {
		if len(by[c]) == 0 {
			continue
		}
		slices.SortFunc(by[c], func(a, b edit) int { return a.Cell.Open - b.Cell.Open })
		err := rewrite(w, o, c, by[c])
		if errors.Is(err, site.ErrChanged) {
			r.Findings = append(r.Findings, finding.Finding{
				Pos:     finding.Pos{File: c.Path},
				Message: "the chapter was changed while its cells ran: nothing is recorded in it",
				Hint:    r.names.command("update", r.names.file(c.Path)) + " runs it as it is now",
			})
			continue
		}
		if err != nil {
			return changes, fmt.Errorf("recording outputs in %s: %w; the chapter is unchanged", r.names.file(c.Path), err)
		}
		for _, e := range by[c] {
			changes = append(changes, Change{Ref: e.ref, Diff: finding.Printable(e.diff)})
			if e.verdict != nil {
				e.verdict.mended = true
			}
		}
	}
	return changes, nil
}

// rewrite writes a chapter with edits made. What its author wrote in the
// meantime is not lost, and a symbolic link stays one.
func rewrite(w *site.Writer, o *opened, c *book.Chapter, all []edit) error {
	edits := make([]book.Edit, len(all))
	for i, e := range all {
		edits[i] = e.Edit
	}
	file, err := o.fileOf(c)
	if err != nil {
		return err
	}
	return w.ReplaceFile(file, c.Source, book.Rewrite(c, edits))
}

// fileOf returns where a chapter is, beyond symbolic links.
func (o *opened) fileOf(c *book.Chapter) (string, error) {
	return filepath.EvalSymlinks(filepath.Join(o.abs, filepath.FromSlash(c.Path)))
}

// clearPending removes what an update left behind that was killed.
func (r *Report) clearPending(w *site.Writer, o *opened) error {
	seen := make(map[string]bool)
	for _, c := range r.Book.Chapters {
		file, err := o.fileOf(c)
		if dir := filepath.Dir(file); err == nil && !seen[dir] {
			seen[dir] = true
			if err := w.ClearPending(dir); err != nil {
				return err
			}
		}
	}
	return nil
}

// choice is the chapters and cells that refs name.
type choice struct {
	chapters map[*book.Chapter]bool // named, or with a cell that is
	whole    map[*book.Chapter]bool
	cells    map[*book.Fence]bool
	all      bool
}

func (c choice) has(ch *book.Chapter, cell *book.Fence) bool {
	return c.all || c.whole[ch] || c.cells[cell]
}

// runs reports whether a chapter, by its path, is in the choice.
func (c choice) runs(path string) bool {
	for ch := range c.chapters {
		if ch.Path == path {
			return true
		}
	}
	return false
}

// choose finds what refs name.
func choose(b *book.Book, o *opened, n names, refs []string) (choice, error) {
	c := choice{
		chapters: make(map[*book.Chapter]bool),
		whole:    make(map[*book.Chapter]bool),
		cells:    make(map[*book.Fence]bool),
		all:      len(refs) == 0,
	}
	for _, ref := range refs {
		ch, cell, err := lookup(b, o, n, ref)
		if err != nil {
			return choice{}, err
		}
		c.chapters[ch] = true
		if cell == nil {
			c.whole[ch] = true
		} else {
			c.cells[cell] = true
		}
	}
	return c, nil
}

// lookup finds the chapter, and the cell if the ref names one.
func lookup(b *book.Book, o *opened, n names, ref string) (*book.Chapter, *book.Fence, error) {
	name, id, hasCell := strings.Cut(ref, "#")
	if name == "" {
		return nil, nil, &UsageError{fmt.Sprintf("%q names no chapter: a cell is named with its chapter, as in notes/02-allocator.md#fifty", ref)}
	}
	if rel, err := filepath.Rel(o.abs, name); err == nil && filepath.IsAbs(name) {
		name = n.file(filepath.ToSlash(rel))
	}
	name = path.Clean(filepath.ToSlash(name))
	var known []string
	for _, c := range b.Chapters {
		known = append(known, n.file(c.Path))
		if n.file(c.Path) != name && c.Slug != name && path.Base(c.Path) != name {
			continue
		}
		if !hasCell {
			return c, nil, nil
		}
		f, err := cellNamed(c, n, id)
		return c, f, err
	}
	return nil, nil, &UsageError{fmt.Sprintf("the book has no chapter %q%s", name, suggest(name, known))}
}

// cellNamed returns a chapter's cell.
func cellNamed(c *book.Chapter, n names, id string) (*book.Fence, error) {
	var ids []string
	for _, f := range c.Fences {
		if p := c.Problem; p != nil && (f == p.Stub || f == p.Checker) && f.Cell.ID == id {
			return nil, howToAnswer(c, n)
		}
		if !f.Runs() {
			continue
		}
		if f.Cell.ID == id {
			return f, nil
		}
		ids = append(ids, f.Cell.ID)
	}
	return nil, &UsageError{fmt.Sprintf("%s has no cell %q%s", n.file(c.Path), id, suggest(id, ids))}
}

func suggest(word string, names []string) string {
	if near := finding.Nearest(word, names); near != "" {
		return "; did you mean " + near + "?"
	}
	if len(names) == 0 {
		return ""
	}
	return "; it has " + strings.Join(names, ", ")
}
