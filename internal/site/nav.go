package site

import (
	"path"
	"strings"

	"rtbook/theme"
)

// navLimit is the number of entries up to which a list of chapters is shown
// whole. The list is on every page, so that without a limit the size of a site
// would grow with the square of its pages.
const navLimit = 100

// folder is a folder of the site that has pages, itself or further down.
type folder struct {
	dir     string // "" for the root
	own     *page  // the page that stands for the folder itself, nil if there is none
	pages   []*page
	folders []*folder
}

// surveyFolders sorts the pages into folders, keeping their order.
func (s *site) surveyFolders() {
	s.folders[""] = &folder{}
	for _, p := range s.pages {
		f := s.folder(p.dir)
		if path.Base(p.name) == "index.html" {
			f.own = p
		}
		p.place = len(f.pages)
		f.pages = append(f.pages, p)
	}
}

func (s *site) folder(dir string) *folder {
	f := s.folders[dir]
	if f == nil {
		f = &folder{dir: dir}
		s.folders[dir] = f
		up := s.folder(folderOf(dir))
		up.folders = append(up.folders, f)
	}
	return f
}

// first returns the page to begin a folder with, or nil if it has none.
func (f *folder) first() *page {
	if f.own != nil {
		return f.own
	}
	if len(f.pages) > 0 {
		return f.pages[0]
	}
	for _, sub := range f.folders {
		if p := sub.first(); p != nil {
			return p
		}
	}
	return nil
}

// nav returns the list of chapters on a page, and where the rest of it is if
// it is too long to be shown whole.
func (s *site) nav(p *page) ([]theme.NavItem, *theme.Link) {
	if len(s.pages) <= navLimit {
		items, _ := navTree(s.navEntries(p), 0)
		return items, nil
	}
	return s.navFolder(p), &theme.Link{Title: "All pages", Href: p.to("sitemap.html", "")}
}

// navStart returns the index of the first page to list: not an opening page
// that has the book's title, which stands above the list.
func (s *site) navStart() int {
	if len(s.pages) > 1 && s.pages[0].name == "index.html" && s.pages[0].title == s.title {
		return 1
	}
	return 0
}

// navEntry is a line of the list of chapters, depth levels in.
type navEntry struct {
	depth int
	item  theme.NavItem
}

// navEntries returns the lines of the list on a page: the pages, and what
// stands above them without being one: the parts of a summary, folders without
// a page of their own, and a word about the pages that a summary leaves out.
func (s *site) navEntries(p *page) []navEntry {
	var entries []navEntry
	folders := map[string]bool{} // those that have a line
	for i, q := range s.pages[s.navStart():] {
		part, depth := q.chapter.Part, q.chapter.Depth
		switch {
		case part != "" && part == q.dir && depth > 0:
			entries = appendFolders(entries, s.folders, folders, q.dir)
		case part != "":
			entries = append(entries, navEntry{max(depth-1, 0), theme.NavItem{Title: part}})
		case q.chapter.Unlisted && i > 0 && !s.pages[q.index-1].chapter.Unlisted:
			entries = append(entries, navEntry{0, theme.NavItem{Title: "Not in the summary"}})
		}
		entries = append(entries, navEntry{depth, s.navItem(p, q)})
	}
	return entries
}

// appendFolders appends lines for a folder and for those that it is in, where
// these have no line yet and no page that is one.
func appendFolders(entries []navEntry, all map[string]*folder, done map[string]bool, dir string) []navEntry {
	if dir == "" || done[dir] || all[dir].own != nil {
		return entries
	}
	done[dir] = true
	entries = appendFolders(entries, all, done, folderOf(dir))
	return append(entries, navEntry{strings.Count(dir, "/"), theme.NavItem{Title: path.Base(dir)}})
}

// navTree makes a tree of the first entries, as far as they are at depth or
// below, and returns it with the number of these entries.
func navTree(entries []navEntry, depth int) (items []theme.NavItem, n int) {
	for n < len(entries) {
		e := entries[n]
		switch {
		case e.depth < depth:
			return items, n
		case e.depth > depth && len(items) > 0:
			children, more := navTree(entries[n:], depth+1)
			items[len(items)-1].Children = append(items[len(items)-1].Children, children...)
			n += more
		default: // also one that is deeper than the one before it allows
			items = append(items, e.item)
			n++
		}
	}
	return items, n
}

func (s *site) navItem(p, to *page) theme.NavItem {
	return theme.NavItem{Title: to.title, Href: p.to(to.name, ""), Current: to == p}
}

// navFolder returns the page's folder, nested in those above it, with the
// folders in it and its pages, or those of its pages that are near.
func (s *site) navFolder(p *page) []theme.NavItem {
	here := s.folders[p.dir]
	var items []theme.NavItem
	for _, sub := range here.folders[:min(len(here.folders), navLimit)] {
		items = append(items, s.navSub(p, sub))
	}
	for _, q := range here.near(p) {
		if q != here.own {
			items = append(items, s.navItem(p, q))
		}
	}
	for dir := p.dir; ; dir = folderOf(dir) {
		f := s.folders[dir]
		item := s.navSub(p, f)
		item.Children = items
		if dir == "" {
			if f.own == nil { // the root needs no entry of its own: the book's title is above it
				return items
			}
			return []theme.NavItem{item}
		}
		items = []theme.NavItem{item}
	}
}

// navSub returns the entry of a folder.
func (s *site) navSub(p *page, f *folder) theme.NavItem {
	if f.own != nil {
		return s.navItem(p, f.own)
	}
	item := theme.NavItem{Title: path.Base(f.dir)}
	if strings.HasPrefix(p.dir+"/", f.dir+"/") {
		return item // open already
	}
	if first := f.first(); first != nil {
		item.Href = p.to(first.name, "")
	}
	return item
}

// near returns the pages of a folder around one of them.
func (f *folder) near(p *page) []*page {
	if len(f.pages) <= navLimit {
		return f.pages
	}
	from := max(0, min(p.place-navLimit/2, len(f.pages)-navLimit))
	return f.pages[from : from+navLimit]
}
