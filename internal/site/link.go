package site

import (
	"fmt"
	"maps"
	"net/url"
	"path"
	"slices"
	"strings"

	"rtbook/internal/finding"
)

// to returns the address of a file of the site from a page: relative, and
// escaped as a URL.
func (p *page) to(name, fragment string) string {
	if name == p.name && fragment != "" {
		return (&url.URL{Fragment: fragment}).String()
	}
	return (&url.URL{Path: relative(p.dir, name), Fragment: fragment}).String()
}

// relative returns the path of a file from a folder; both are slash-separated
// and relative to the root, whose own name is "".
func relative(dir, name string) string {
	for dir != "" {
		first, rest, _ := strings.Cut(dir, "/")
		if !strings.HasPrefix(name, first+"/") {
			break
		}
		dir, name = rest, name[len(first)+1:]
	}
	if dir == "" {
		return name
	}
	return strings.Repeat("../", strings.Count(dir, "/")+1) + name
}

// absolute returns the address of a file on the web. A folder's index goes by
// the folder's own address.
func (s *site) absolute(name string) string {
	if name == "index.html" || strings.HasSuffix(name, "/index.html") {
		name = strings.TrimSuffix(name, "index.html")
	}
	return s.book.URL + (&url.URL{Path: name}).EscapedPath()
}

// resolve returns what an address that an author wrote in a chapter is on the
// site. The address stays as it is if it is absolute, or leads to nothing that
// the site has; in the second case missing says what it misses.
func (s *site) resolve(p *page, dest string) (href, missing string) {
	u, err := url.Parse(dest)
	if err != nil || u.IsAbs() || u.Host != "" || u.Opaque != "" || dest == "" || strings.HasPrefix(dest, "?") {
		return dest, ""
	}
	if u.Path == "" {
		if u.Fragment != "" && !p.leads(u.Fragment) {
			return dest, fmt.Sprintf("no heading or cell %q in this chapter", u.Fragment)
		}
		return dest, ""
	}
	for _, target := range s.candidates(p, u.Path) {
		if to := s.page(target); to != nil {
			if u.Fragment != "" && !to.leads(u.Fragment) {
				missing = fmt.Sprintf("no heading or cell %q in %s", u.Fragment, to.chapter.Path)
			}
			return p.to(to.name, u.Fragment), missing
		}
		if name, ok := s.assets[target]; ok {
			return p.to(name, u.Fragment), ""
		}
		if name := strings.TrimPrefix(target, folderPrefix(s.book.Dir)); s.book.Plain && s.names[name] != "" {
			return p.to(name, u.Fragment), "" // written for a site like this one
		}
	}
	return dest, fmt.Sprintf("no file %q that is part of the site", u.Path)
}

// meant is the hint for an address that leads to nothing: what was probably
// meant, or else what there is.
func (s *site) meant(p *page, dest string) string {
	file, fragment, _ := strings.Cut(dest, "#")
	to := p
	if file != "" {
		name, err := url.PathUnescape(file)
		if err != nil {
			name = file
		}
		to = nil
		for _, target := range s.candidates(p, name) {
			if to == nil {
				to = s.page(target)
			}
		}
	}
	if to == nil {
		hint := "the site has the chapters and the other files of " + s.book.Dir + "/; link to anything else by its full address"
		if near := s.nearFile(p, path.Base(file)); near != "" {
			hint = "did you mean " + near + "? " + hint
		}
		return hint
	}
	anchors := slices.Sorted(maps.Keys(to.anchors))
	near := finding.Nearest(fragment, anchors)
	for _, a := range anchors {
		if near == "" && len(fragment) > 2 && strings.HasPrefix(a, fragment) {
			near = a // the beginning of a heading, most likely
		}
	}
	if near != "" {
		return "did you mean #" + near + "?"
	}
	for _, other := range s.pages { // it may have moved
		if other != to && other.anchors[fragment] {
			return "did you mean " + path.Base(other.chapter.Path) + "#" + fragment + "?"
		}
	}
	return "an anchor is the id of a cell, or a heading in lower case with - for blanks: " + enumerate(anchors[:min(len(anchors), 8)])
}

// nearFile returns the chapter or other file of the book, as an address on a
// page, whose name is nearest to one that there is not.
func (s *site) nearFile(p *page, base string) string {
	addresses := map[string]string{} // by base name
	var names []string
	add := func(file string) {
		name := path.Base(file)
		if _, ok := addresses[name]; !ok {
			addresses[name] = relative(strings.TrimSuffix(folderPrefix(path.Dir(p.chapter.Path)), "/"), file)
			names = append(names, name)
		}
	}
	for _, c := range s.book.Chapters {
		add(c.Path)
	}
	for _, a := range s.book.Assets {
		add(a)
	}
	if address, ok := addresses[base]; ok {
		return address // in another folder
	}
	return addresses[finding.Nearest(base, names)]
}

// candidates returns the paths, in the file system that was parsed, which an
// address may mean. One that begins with a slash starts at a root: of the
// repository, as on GitHub, or of the book.
func (s *site) candidates(p *page, dest string) []string {
	if strings.HasPrefix(dest, "/") {
		clean := strings.TrimPrefix(path.Clean(dest), "/")
		return []string{clean, folderPrefix(s.book.Dir) + clean}
	}
	return []string{path.Join(path.Dir(p.chapter.Path), dest)}
}

// page returns the page that shows a path: a chapter's, or the first of a
// folder's chapters, which is its index if it has one.
func (s *site) page(target string) *page {
	if p := s.byPath[target]; p != nil {
		return p
	}
	dir, ok := target, target == s.book.Dir || s.book.Dir == "." || s.book.Dir == ""
	if prefix := folderPrefix(s.book.Dir); !ok && strings.HasPrefix(target, prefix) {
		dir, ok = strings.TrimPrefix(target, prefix), true
	}
	if !ok {
		return nil
	}
	if dir == "." || dir == s.book.Dir {
		dir = ""
	}
	if f := s.folders[dir]; f != nil {
		return f.first()
	}
	return nil
}

// leads reports whether the page has what a fragment names. Ids with a colon
// are made by the Markdown renderer (footnotes) and the theme.
func (p *page) leads(fragment string) bool {
	return p.anchors[fragment] || strings.Contains(fragment, ":") || fragment == "top" || p.leadsToStep(fragment)
}

// at returns the place of an offset in the chapter.
func (p *page) at(offset int) finding.Pos {
	pos := finding.Pos{File: p.chapter.Path}
	if offset < 0 || offset > len(p.chapter.Source) {
		return pos
	}
	before := string(p.chapter.Source[:offset])
	pos.Line = 1 + strings.Count(before, "\n")
	pos.Col = offset - strings.LastIndexByte(before, '\n')
	return pos
}
