package site

import (
	"bytes"
	"html"
	"html/template"
	"net/url"
	"strings"

	"rtbook/theme"
)

// wholeName is the page that has the whole book, to be printed or searched by
// the browser.
const wholeName = "all.html"

// wholeLimit is the size in bytes of the chapters' source above which a book has no such
// page: browsers are slow with it, and it would be half of a large site.
const wholeLimit = 4 << 20

// renderWhole renders the page that has the whole book. The chapters are as they
// are on their pages, but for their anchors, which have the chapter's slug and a
// slash before them, and for the links to these.
func (s *site) renderWhole(files *Files) error {
	if !s.whole {
		return nil
	}
	size := 0
	for _, p := range s.pages {
		size += len(p.body)
	}
	self := &page{name: wholeName}
	var body bytes.Buffer
	body.Grow(size + size/8)
	var contents []theme.Heading
	var scripts []string
	for _, p := range s.pages {
		if p.explores {
			scripts = []string{theme.ExploreName}
		}
		body.WriteString(`<section class="chapter" id="` + html.EscapeString(p.chapter.Slug) + `">` + "\n")
		s.writeTogether(&body, p)
		body.WriteString("</section>\n")
		contents = append(contents, theme.Heading{ID: p.chapter.Slug, Title: p.title})
	}
	t := &theme.Page{
		Lang:     s.lang,
		Title:    "The whole book",
		Book:     s.title,
		Home:     self.to(s.pages[0].name, ""),
		NoIndex:  true,
		Contents: contents,
		Body:     template.HTML(body.String()),
		Scripts:  scripts,
	}
	t.Nav, t.More = s.nav(self)
	if s.book.URL != "" {
		t.Canonical = s.absolute(self.name)
	}
	var b bytes.Buffer
	b.Grow(body.Len() + 16<<10)
	err := s.writePage(&b, t)
	files.byName[self.name] = file{data: b.Bytes()}
	return err
}

// writeTogether writes the body of a page that stands together with the others:
// an anchor x of it is now slug/x.
//
// Bodies are our own writing: attributes have double quotes, and "<" and ">"
// stand in text and attributes as entities.
func (s *site) writeTogether(w *bytes.Buffer, p *page) {
	prefix := html.EscapeString(p.chapter.Slug) + "/"
	rest := p.body
	for len(rest) > 0 {
		at := bytes.IndexByte(rest, '<')
		if at < 0 {
			break
		}
		end := bytes.IndexByte(rest[at:], '>')
		if end < 0 {
			break
		}
		w.Write(rest[:at])
		s.writeTag(w, rest[at:at+end+1], p, prefix)
		rest = rest[at+end+1:]
	}
	w.Write(rest)
}

// writeTag writes a tag with its anchors, and what refers to anchors, changed.
func (s *site) writeTag(w *bytes.Buffer, tag []byte, p *page, prefix string) {
	for {
		at := bytes.Index(tag, []byte(`="`))
		if at < 0 {
			break
		}
		end := bytes.IndexByte(tag[at+2:], '"')
		if end < 0 {
			break
		}
		name := tag[bytes.LastIndexByte(tag[:at], ' ')+1 : at]
		value := tag[at+2 : at+2+end]
		w.Write(tag[:at+2])
		switch string(name) {
		case "id", "for", "list", "popovertarget":
			w.WriteString(prefix)
			w.Write(value)
		case "name": // radio buttons of one group have one
			w.WriteString(prefix)
			w.Write(value)
		case "aria-labelledby", "aria-describedby", "aria-controls", "headers":
			for i, id := range bytes.Fields(value) {
				if i > 0 {
					w.WriteByte(' ')
				}
				w.WriteString(prefix)
				w.Write(id)
			}
		case "href":
			w.WriteString(s.together(string(value), p, prefix))
		default:
			w.Write(bytes.ReplaceAll(value, []byte("url(#"), []byte("url(#"+prefix)))
		}
		tag = tag[at+2+end:]
	}
	w.Write(tag)
}

// together returns where a link of a page leads on the page that has the whole
// book.
func (s *site) together(href string, p *page, prefix string) string {
	if id, ok := strings.CutPrefix(href, "#"); ok {
		return "#" + prefix + id
	}
	file, id, anchor := strings.Cut(href, "#")
	name, err := url.PathUnescape(file)
	if err != nil {
		return href
	}
	for _, q := range s.pages {
		if q.name == name {
			to := "#" + (&url.URL{Path: q.chapter.Slug}).String()
			if anchor {
				to += "/" + id
			}
			return to
		}
	}
	return href
}
