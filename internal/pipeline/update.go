package pipeline

import (
	"context"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"strings"

	"github.com/google/renameio/v2/maybe"

	"rtbook/internal/book"
	"rtbook/internal/finding"
)

// Change is an output fence that Update wrote.
type Change struct {
	Ref  string // "notes/02-allocator.md#fifty"
	Diff string // a line diff from what the chapter said to what the cell printed
}

// Update runs the book and writes into its output fences what the cells
// printed. Refs choose chapters ("notes/02-allocator.md") or cells
// ("notes/02-allocator.md#fifty"); none means all. A cell that has no result,
// because it failed or the engines disagree, keeps its fence and is reported.
func Update(ctx context.Context, opt Options, refs []string) (*Report, []Change, error) {
	o, err := open(opt)
	if err != nil {
		return nil, nil, err
	}
	defer o.close()
	r, verdicts, err := check(ctx, opt, o)
	if err != nil {
		return nil, nil, err
	}
	chosen, err := choose(r.Book, o, refs)
	if err != nil {
		return nil, nil, err
	}
	var changes []Change
	edits := make(map[*book.Chapter][]book.Edit)
	for _, v := range verdicts {
		if !v.good() || !v.differs() || !chosen(v.chapter.Path, v.fence.Cell.ID) {
			continue
		}
		edits[v.chapter] = append(edits[v.chapter], book.Edit{Cell: v.fence, Output: v.output})
		changes = append(changes, Change{Ref: o.name(v.chapter.Path) + "#" + v.fence.Cell.ID, Diff: v.diff()})
	}
	for c, e := range edits {
		if err := rewrite(o, c, e); err != nil {
			return nil, nil, err
		}
	}
	r.Findings = remaining(r, verdicts, edits)
	o.rename(r.Findings)
	return r, changes, nil
}

func rewrite(o *opened, c *book.Chapter, edits []book.Edit) error {
	text := book.Rewrite(c, edits)
	file := filepath.Join(o.abs, filepath.FromSlash(c.Path))
	info, err := fs.Stat(o.fsys, c.Path)
	if err != nil {
		return fmt.Errorf("recording outputs: %w", err)
	}
	if err := maybe.WriteFile(file, text, info.Mode().Perm()); err != nil {
		return fmt.Errorf("recording outputs in %s: %w; the chapter is unchanged", o.name(c.Path), err)
	}
	return nil
}

// remaining returns the findings that the edits did not mend.
func remaining(r *Report, verdicts []verdict, edits map[*book.Chapter][]book.Edit) []finding.Finding {
	mended := make(map[finding.Pos]bool)
	for _, v := range verdicts {
		if !v.good() || !v.differs() {
			continue
		}
		for _, e := range edits[v.chapter] {
			if e.Cell == v.fence {
				mended[v.difference().Pos] = true
			}
		}
	}
	var left []finding.Finding
	for _, f := range r.Findings {
		if !mended[f.Pos] {
			left = append(left, f)
		}
	}
	return left
}

// choose returns which cells refs speak of.
func choose(b *book.Book, o *opened, refs []string) (func(chapter, id string) bool, error) {
	if len(refs) == 0 {
		return func(string, string) bool { return true }, nil
	}
	want := make(map[string]bool)
	for _, ref := range refs {
		c, f, err := lookup(b, o, ref)
		if err != nil {
			return nil, err
		}
		if f == nil {
			want[c.Path] = true
		} else {
			want[c.Path+"#"+f.Cell.ID] = true
		}
	}
	return func(chapter, id string) bool { return want[chapter] || want[chapter+"#"+id] }, nil
}

// lookup finds the chapter, and the cell if the ref names one.
func lookup(b *book.Book, o *opened, ref string) (*book.Chapter, *book.Fence, error) {
	name, id, hasCell := strings.Cut(ref, "#")
	name = path.Clean(filepath.ToSlash(name))
	if b == nil {
		return nil, nil, &UsageError{"there is no book here"}
	}
	var names []string
	for _, c := range b.Chapters {
		names = append(names, o.name(c.Path))
		if o.name(c.Path) != name && c.Slug != name && path.Base(c.Path) != name {
			continue
		}
		if !hasCell {
			return c, nil, nil
		}
		var ids []string
		for _, f := range c.Fences {
			if f.Role != book.RoleCell {
				continue
			}
			if f.Cell.ID == id {
				return c, f, nil
			}
			ids = append(ids, f.Cell.ID)
		}
		return nil, nil, &UsageError{fmt.Sprintf("%s has no cell %q%s", o.name(c.Path), id, suggest(id, ids))}
	}
	return nil, nil, &UsageError{fmt.Sprintf("the book has no chapter %q%s", name, suggest(name, names))}
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
