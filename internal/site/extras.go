package site

import (
	"bytes"
	"encoding/xml"
	"html/template"
	"net/url"

	"rtbook/internal/book"
	"rtbook/theme"
)

// renderExtras renders the files that are not chapters or assets.
func (s *site) renderExtras(files *Files) error {
	for name, data := range s.theme.Files() {
		files.byName[name] = file{data: data}
	}
	if len(s.pages) == 0 {
		return nil
	}
	steps := []func(*Files) error{s.renderNotFound, s.renderMap, s.renderWhole, s.renderRedirects}
	if s.book.URL != "" {
		steps = append(steps, s.renderXML)
	}
	for _, step := range steps {
		if err := step(files); err != nil {
			return err
		}
	}
	return nil
}

// renderNotFound renders 404.html. Its links are absolute paths if the book
// says where it lives; else they hold only for addresses in the root.
func (s *site) renderNotFound(files *Files) error {
	base := ""
	if u, err := url.Parse(s.book.URL); err == nil {
		base = u.Path
	}
	href := func(name string) string { return (&url.URL{Path: base + name}).String() }
	var b bytes.Buffer
	err := s.theme.NotFound(&b, &theme.NotFound{
		Lang: s.lang,
		Book: s.title,
		Home: href(s.pages[0].name),
		Map:  href("sitemap.html"),
	})
	files.byName["404.html"] = file{data: b.Bytes()}
	return err
}

// renderMap renders sitemap.html.
func (s *site) renderMap(files *Files) error {
	self := &page{name: "sitemap.html"}
	pages := make([]theme.MapPage, 0, len(s.pages))
	for _, p := range s.pages {
		m := theme.MapPage{Link: *s.link(self, p)}
		for _, h := range p.headings {
			if h.level > 1 && h.id != "" {
				m.Headings = append(m.Headings, theme.Link{Title: h.title, Href: self.to(p.name, h.id)})
			}
		}
		for _, f := range p.chapter.Fences {
			if (f.Role == book.RoleCell || f.Role == book.RoleProblem) && !f.Hide {
				m.Cells = append(m.Cells, theme.Link{Title: cellName(f.Cell), Href: self.to(p.name, f.Cell.ID)})
			}
		}
		pages = append(pages, m)
	}
	var body bytes.Buffer
	if err := s.theme.Map(&body, pages); err != nil {
		return err
	}
	t := &theme.Page{
		Lang:  s.lang,
		Title: "All pages, headings and cells",
		Book:  s.title,
		Home:  self.to(s.pages[0].name, ""),
		Body:  template.HTML(body.String()),
	}
	t.Nav, _ = s.nav(self)
	if s.whole {
		t.Whole = self.to(wholeName, "")
	}
	if s.book.URL != "" {
		t.Canonical = s.absolute(self.name)
	}
	var b bytes.Buffer
	err := s.writePage(&b, t)
	files.byName[self.name] = file{data: b.Bytes()}
	return err
}

// renderRedirects renders the former addresses of chapters, and index.html
// where no chapter is the index.
func (s *site) renderRedirects(files *Files) error {
	redirect := func(name string, to *page) error {
		from := &page{name: name, dir: folderOf(name)}
		var b bytes.Buffer
		err := s.theme.Redirect(&b, s.lang, *s.link(from, to))
		files.byName[name] = file{data: b.Bytes()}
		return err
	}
	for _, p := range s.pages {
		for _, name := range p.aliases {
			if err := redirect(name, p); err != nil {
				return err
			}
		}
	}
	if _, ok := s.names["index.html"]; !ok {
		return redirect("index.html", s.pages[0])
	}
	return nil
}

// renderXML renders sitemap.xml.
func (s *site) renderXML(files *Files) error {
	type location struct {
		Loc string `xml:"loc"`
	}
	set := struct {
		XMLName xml.Name   `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
		URLs    []location `xml:"url"`
	}{}
	for _, p := range s.pages {
		set.URLs = append(set.URLs, location{s.absolute(p.name)})
	}
	data, err := xml.MarshalIndent(set, "", "  ")
	files.byName["sitemap.xml"] = file{data: []byte(xml.Header + string(data) + "\n")}
	return err
}

// surveySource gives the source of each page of a book its name on the site,
// and notes whether there is a page that has the whole book. The folders of
// other tools have neither: they may have thousands of pages.
func (s *site) surveySource(files *Files) {
	if s.book.Plain {
		return
	}
	size := 0
	for _, p := range s.pages {
		size += len(p.chapter.Source)
		if name := p.chapter.Slug + ".md"; s.claim(files, name, p.chapter.Path, false) {
			p.markdown = p.to(name, "")
			files.byName[name] = file{data: p.chapter.Source}
		}
	}
	s.whole = len(s.pages) > 1 && size <= wholeLimit && s.claim(files, wholeName, "the site", false)
}
