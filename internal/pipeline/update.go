package pipeline

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/renameio/v2/maybe"

	"rtbook/internal/book"
	"rtbook/internal/finding"
	"rtbook/runner"
)

// Change is an output fence that Update wrote.
type Change struct {
	Ref  string // "notes/02-allocator.md#fifty"
	Diff string // a line diff from what the chapter said to what the cell printed, as a terminal may show it
}

// Update runs cells and writes into their output fences what they printed.
// Refs choose chapters ("notes/02-allocator.md"), which run whole, or cells
// ("notes/02-allocator.md#fifty"); none means the book. A cell that has no
// result, because it failed or the engines disagree, keeps its fence and is
// reported, and so is a chapter that was changed in the meantime. With an
// error, the changes are those that were written before it.
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
	changes, err := r.record(o, verdicts, chosen)
	r.add(verdicts)
	return r, changes, err
}

// record writes the outputs of chosen cells, chapter by chapter.
func (r *Report) record(o *opened, verdicts []verdict, chosen choice) ([]Change, error) {
	edits := make(map[*book.Chapter][]*verdict)
	for i := range verdicts {
		v := &verdicts[i]
		if v.good() && v.differs() && v.fence.Recordable() && chosen.has(v.chapter, v.fence) {
			edits[v.chapter] = append(edits[v.chapter], v)
		}
	}
	var changes []Change
	for _, c := range r.Book.Chapters {
		if len(edits[c]) == 0 {
			continue
		}
		slices.SortFunc(edits[c], func(v, w *verdict) int { return v.fence.Open - w.fence.Open })
		err := rewrite(o, c, edits[c])
		if errors.Is(err, errChanged) {
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
		for _, v := range edits[c] {
			changes = append(changes, Change{Ref: v.ref(), Diff: finding.Printable(v.diff())})
			v.mended = true
		}
	}
	return changes, nil
}

// errChanged means that a file is no longer what was read.
var errChanged = errors.New("changed since it was read")

// rewrite writes a chapter with outputs recorded. What its author wrote in the
// meantime is not lost, and a symbolic link stays one.
func rewrite(o *opened, c *book.Chapter, vs []*verdict) error {
	edits := make([]book.Edit, len(vs))
	for i, v := range vs {
		edits[i] = book.Edit{Cell: v.fence, Output: v.output}
	}
	text := book.Rewrite(c, edits)
	file, err := filepath.EvalSymlinks(filepath.Join(o.abs, filepath.FromSlash(c.Path)))
	if err != nil {
		return err
	}
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	now, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if !bytes.Equal(now, c.Source) {
		return errChanged
	}
	return maybe.WriteFile(file, text, info.Mode().Perm())
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
		if f.Role != book.RoleCell {
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
