package book

import (
	"path"
	"slices"
	"strings"

	"rtbook/internal/finding"
)

// plainChapters fills b.Chapters with the pages of a plain folder, not yet
// parsed, in their order.
func plainChapters(b *Book, t *tree) []finding.Finding {
	if len(t.pages) == 0 {
		return []finding.Finding{{
			Pos:     finding.Pos{File: b.Dir},
			Message: "no Markdown in this folder",
			Hint:    "rtbook renders .md files; a book has a book.yaml beside its chapters",
		}}
	}
	summary := path.Join(b.Dir, "SUMMARY.md")
	pages := slices.DeleteFunc(slices.Clone(t.pages), func(name string) bool { return name == summary })
	slices.SortFunc(pages, comparePages)
	bySource := map[string]*Chapter{}
	slugs := map[string]bool{}
	for _, name := range pages {
		ch := &Chapter{Path: name, Slug: pageSlug(relative(b.Dir, name), slugs)}
		slugs[ch.Slug] = true
		bySource[name] = ch
		b.Chapters = append(b.Chapters, ch)
	}
	if slices.Contains(t.pages, summary) {
		return orderBySummary(b, t, summary, bySource)
	}
	setDepths(b)
	return nil
}

// relative returns name as seen from dir.
func relative(dir, name string) string {
	if dir == "." {
		return name
	}
	return strings.TrimPrefix(name, dir+"/")
}

// indexRank says whether a page stands for its folder: 0 for index.md, 1 for
// README.md, 2 for all others.
func indexRank(name string) int {
	switch stem := strings.TrimSuffix(path.Base(name), path.Ext(name)); {
	case strings.EqualFold(stem, "index"):
		return 0
	case strings.EqualFold(stem, "readme"):
		return 1
	}
	return 2
}

// comparePages orders pages by path, folder by folder, with the page that
// stands for a folder first in it.
func comparePages(a, b string) int {
	as, bs := strings.Split(a, "/"), strings.Split(b, "/")
	for i := 0; i < len(as) && i < len(bs); i++ {
		if as[i] == bs[i] {
			continue
		}
		ar, br := 2, 2
		if i == len(as)-1 {
			ar = indexRank(a)
		}
		if i == len(bs)-1 {
			br = indexRank(b)
		}
		if ar != br {
			return ar - br
		}
		return strings.Compare(as[i], bs[i])
	}
	return len(as) - len(bs)
}

// pageSlug returns the slug of a page that none of those in taken has. A
// folder's README.md is its index unless it has one.
func pageSlug(rel string, taken map[string]bool) string {
	slug := strings.TrimSuffix(rel, path.Ext(rel))
	if index := path.Join(path.Dir(rel), "index"); indexRank(rel) < 2 && !taken[index] {
		return index
	}
	if taken[slug] { // one.md and one.markdown
		return rel
	}
	return slug
}

// setDepths gives pages that are ordered by path their place in the table of
// contents: a folder's page stands above the others in it; where there is no
// such page, the folder's name does.
func setDepths(b *Book) {
	named := map[string]bool{".": true} // folders with a heading or a page
	for _, ch := range b.Chapters {
		dir := path.Dir(relative(b.Dir, ch.Path))
		if dir != "." {
			ch.Depth = strings.Count(dir, "/") + 1
		}
		if path.Base(ch.Slug) == "index" && dir != "." {
			ch.Depth--
			named[dir] = true
		}
		if !named[dir] {
			ch.Part = dir
			named[dir] = true
		}
	}
}
